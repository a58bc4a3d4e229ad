"""Container images: what Dockerfiles build upon and compose files run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from techdd.lockfiles import Dependency, Issue, Parsed, decoded, lockfile

_LONGEST = 2_000  # characters of an instruction
_VARIABLE = re.compile(r"\$(?:(\w{1,100})|\{(\w{1,100})(?:(:?[-+?])([^{}]{0,500}))?\})")
_FROM = re.compile(r"(?i)FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?\s*$")
_ARG = re.compile(r"(?i)ARG\s+(.*)")
_DEFAULT = re.compile(r"""(\w+)=("[^"]*"|'[^']*'|\S*)""")
_COPIED = re.compile(r"(?i)(?:COPY|ADD)\s.*?--from=(\S+)")
_MOUNTED = re.compile(r"(?i)RUN\s.*?--mount=(?:\S*,)?from=([^\s,]+)")

_HEREDOC = re.compile(r"""(?i)(?:RUN|COPY|ADD)\s.*?<<-?["']?([A-Z_]\w{0,99})""")


@dataclass
class _Stage:
    base: str
    line: int
    needs: list[tuple[str, int]] = field(default_factory=list)  # what it copies from, and where


@lockfile(
    *("Dockerfile", "dockerfile", "Dockerfile.*", "Dockerfile-*", "*.Dockerfile", "*.dockerfile"),
    *("Containerfile", "Containerfile.*"),
    ecosystem="Docker",
    locked=False,
    sparse=True,
)
def dockerfile(data: bytes) -> Parsed:
    """Images of all stages; those that do not reach the last stage are for building only."""
    stages: dict[str, _Stage] = {}  # by name and by number
    order: list[_Stage] = []
    arguments: dict[str, str] = {}
    for number, text in _instructions(decoded(data)):
        if match := _FROM.match(text):
            stage = _Stage(_filled(match[1], arguments), number)
            stages[str(len(order))] = stage
            order.append(stage)
            if match[2] and match[2].lower() != stage.base.lower():
                stages[match[2].lower()] = stage
        elif not order and (match := _ARG.match(text)):
            for name, value in _DEFAULT.findall(match[1]):
                arguments[name] = _filled(value.strip("\"'"), arguments)
        elif order:
            for pattern in (_COPIED, _MOUNTED):
                order[-1].needs += ((one, number) for one in pattern.findall(text))
    yield from _images(order, stages)


def _images(order: list[_Stage], stages: Mapping[str, _Stage]) -> Parsed:
    shipped: set[int] = set()
    waiting = order[-1:]
    while waiting:
        stage = waiting.pop()
        if stage.line not in shipped:
            shipped.add(stage.line)
            named = (stage.base, *(source for source, _ in stage.needs))
            waiting += [stages[name.lower()] for name in named if name.lower() in stages]
    for stage in order:
        scope = "runtime" if stage.line in shipped else "development"
        for image, line in ((stage.base, stage.line), *stage.needs):
            if image.lower() not in stages and image.lower() != "scratch":
                yield _image(image, line, scope)


def _instructions(text: str) -> Iterator[tuple[int, str]]:
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
        parts.append(line.rstrip("\\`").rstrip()[:_LONGEST])
        if not line.endswith(("\\", "`")):
            yield start, " ".join(parts)[:_LONGEST]
            opened = _HEREDOC.match(" ".join(parts)[:_LONGEST])
            # What no later line ends is no heredoc but a here-string or a shift.
            heredoc = opened[1] if opened and last.get(opened[1], 0) > number else ""
            parts = []
    if parts:
        yield start, " ".join(parts)[:_LONGEST]


def _filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with variables filled in, by their default where one stands beside them."""

    def value(match: re.Match[str]) -> str:
        name, operator, other = match[1] or match[2], match[3] or "", match[4] or ""
        if operator.endswith("-"):
            return values.get(name) or other
        return other if operator.endswith("+") else values.get(name) or match[0]

    for _ in range(3):  # a default may hold a variable
        if "$" not in text or len(text) > _LONGEST:
            break
        text = _VARIABLE.sub(value, text)
    return text


def _image(image: str, line: int, scope: str) -> Dependency | Issue:
    """`host:5000/name:tag@sha256:...` as name and version; "latest", or no tag, is none."""
    plain, _, digest = image.partition("@")
    name, colon, tag = plain.rpartition(":")
    if not colon or "/" in tag:  # the port of a host
        name, tag = plain, ""
    if re.search(r"[${}%<>]", name) or not name:
        return Issue("unresolved version", detail=f"image {image} is named by a variable")
    known = tag if tag not in ("", "latest") and not re.search(r"[${}%<>]", tag) else ""
    wish = "@".join(part for part in (tag, digest) if part)
    return Dependency(name, known or digest or None, wish, line, True, scope)


_KEY = re.compile(r"""([ ]*)(?:-[ ]+)?["']?(image|build)["']?:(?:\s+["']?([^\s"'#]*))?""")


@lockfile(
    *("docker-compose*.yml", "docker-compose*.yaml", "compose.yml", "compose.yaml"),
    *("compose.*.yml", "compose.*.yaml"),
    ecosystem="Docker",
    locked=False,
    sparse=True,
)
def compose(data: bytes) -> Parsed:
    """Images of the services; that of a service with `build` is the project's own."""
    open_services: dict[int, dict[str, tuple[str, int]]] = {}  # indent of their keys -> what stands
    for number, raw in enumerate(decoded(data).splitlines(), start=1):
        line = raw[:_LONGEST].rstrip()
        content = line.lstrip(" ")
        if not content or content.startswith("#"):
            continue
        indent = len(line) - len(content)
        for deeper in [key for key in open_services if key > indent]:
            yield from _service(open_services.pop(deeper))
        if match := _KEY.match(line):
            open_services.setdefault(indent, {})[match[2]] = (match[3] or "", number)
    for service in open_services.values():
        yield from _service(service)


def _service(keys: Mapping[str, tuple[str, int]]) -> Parsed:
    if "image" in keys and "build" not in keys and keys["image"][0][:1] not in ("", "*", "&"):
        image, line = keys["image"]
        yield _image(_filled(image, {}), line, "runtime")
