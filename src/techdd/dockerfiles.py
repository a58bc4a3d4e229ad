"""Dockerfiles as instructions, and the variables in the names of images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

FROM = re.compile(r"(?i)FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$")  # image, stage
_USER = re.compile(r"^[^/@\s:]*:[^/@\s]*@(?!sha(?:256|512):)")
LONGEST = 2_000  # characters of an instruction or of an image's name
_VARIABLE = re.compile(r"\$(?:(\w{1,100})|\{(\w{1,100})(?:(:?[-+?])([^{}]{0,500}))?\})")
_HEREDOC = re.compile(r"""(?i)(?:RUN|COPY|ADD)\s.*?<<-?["']?([A-Z_]\w{0,99})""")


def without_user(image: str) -> str:
    """The name of an image without "user:password@" before it, which no registry takes."""
    return _USER.sub("", image)


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with variables filled in, by their default where one stands beside them."""

    def value(match: re.Match[str]) -> str:
        name, operator, other = match[1] or match[2], match[3] or "", match[4] or ""
        if operator.endswith("-"):
            return values.get(name) or other
        return other if operator.endswith("+") else values.get(name) or match[0]

    for _ in range(3):  # a default may hold a variable
        if "$" not in text or len(text) > LONGEST:
            break
        text = _VARIABLE.sub(value, text)
    return text


def instructions(text: str) -> Iterator[tuple[int, str]]:
    """(line number, instruction); continued lines are joined and comments left out."""
    parts: list[str] = []
    start, heredoc = 1, ""
    lines = text.splitlines()
    last = {line.strip(): number for number, line in enumerate(lines, start=1)}
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if heredoc or not line or line.startswith("#"):
            heredoc = "" if line == heredoc else heredoc
            continue
        start = start if parts else number
        parts.append(line.rstrip("\\`").rstrip()[:LONGEST])
        if not line.endswith(("\\", "`")):
            yield start, " ".join(parts)[:LONGEST]
            opened = _HEREDOC.match(" ".join(parts)[:LONGEST])
            # What no later line ends is no heredoc but a here-string or a shift.
            heredoc = opened[1] if opened and last.get(opened[1], 0) > number else ""
            parts = []
    if parts:
        yield start, " ".join(parts)[:LONGEST]
