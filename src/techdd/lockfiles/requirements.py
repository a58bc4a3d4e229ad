"""pip's requirements and constraints files, and the `.in` files of pip-tools.

Own reader: `pip-requirements-parser` follows `-r` on disk and expands environment variables, and
what is left of the format is small; each requirement is read by `packaging`. Nested files (`-r`,
`-c`) are read on their own, whatever their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from techdd.lockfiles import (
    Dependency,
    Issue,
    Parsed,
    decoded,
    included,
    lockfile,
    outside,
    pep508,
    stays_below,
)

_LOCKS = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "Pipfile.lock",
    "requirements*.txt",
    "requirements/*.txt",
)
_OPTION = re.compile(r"\s--?[a-z][a-z-]*[ =]?.*$")  # --hash=..., --config-settings ... at the end
_ASKED_BY_PROJECT = re.compile(r"-r\s|\(")
_PLACE = re.compile(r"^(\.|/|~|[a-z]:\\|[a-z+]+://|git@)|\.(whl|zip|tar\.gz)$", re.IGNORECASE)


@lockfile(
    "requirements*.txt",
    "requirements*.in",
    "*requirements.txt",
    "*requirements.in",
    "constraints*.txt",
    "requirements/*.txt",
    "requirements/*.in",
    ecosystem="PyPI",
    locked=False,
    locks=_LOCKS,
)
def requirements(data: bytes) -> Parsed:
    """Packages that a requirements file names.

    Who asked for a package is known where pip-compile or uv wrote "# via" comments; everything in
    a file without them counts as asked for by the project.
    """
    text = decoded(data)
    compiled = "# via" in text
    understood, failed = 0, list[Issue]()
    for number, line, comment in _logical_lines(text):
        if line.startswith("-"):
            if match := re.match(r"(?:-e|--editable)[ =]\s*(.+)", line):
                understood += 1
                if not stays_below(match[1].strip()):
                    yield outside("editable install", match[1].strip())
            if match := re.match(r"(?:-r|-c|--requirement|--constraint)[ =]?\s*(\S+)", line):
                yield included(match[1])
            understood += bool(re.match(r"-[a-z]\b|--[a-z]", line))
            continue
        wish = _OPTION.sub("", line).strip()
        if _PLACE.search(wish.partition(" ")[0]):
            understood += 1
            if not stays_below(wish):
                yield outside("requirement", wish)
            continue
        try:
            name, version, requirement, url = pep508(wish)
        except ValueError as error:
            failed.append(Issue("requirement not understood", detail=f"line {number}: {error}"))
            continue
        understood += 1
        direct = not compiled or bool(_ASKED_BY_PROJECT.search(comment.partition("via")[2]))
        if url:
            yield outside(name, url)
        else:
            yield Dependency(name, version, requirement, number, direct)
    if failed and not understood:
        raise ValueError("no line is a requirement")
    yield from failed


def _logical_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """(number, content, its comments) of lines joined over backslashes."""
    lines = text.splitlines()
    index = 0
    while index < len(lines):
        start, parts, comments = index, [], []
        open_end = True
        while open_end and index < len(lines):
            content, comment = _without_comment(lines[index])
            open_end = content.endswith("\\")
            parts.append(content.rstrip("\\").strip())
            comments.append(comment)
            index += 1
        while any(parts) and index < len(lines) and lines[index].lstrip().startswith("# "):
            comments.append(lines[index].strip("# "))
            index += 1
        if content := " ".join(filter(None, parts)):
            yield start + 1, content, " ".join(comments)


def _without_comment(line: str) -> tuple[str, str]:
    found = re.search(r"(?:^|\s)#", line)
    return (line[: found.start()], line[found.end() :].strip()) if found else (line.rstrip(), "")
