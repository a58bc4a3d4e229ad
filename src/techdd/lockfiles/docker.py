"""Container images: what Dockerfiles build upon and compose files run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import basename
from typing import Any

from techdd.dockerfiles import FROM, filled, instructions
from techdd.lockfiles import Dependency, Issue, Parsed, decoded, line_of, lockfile, table
from techdd.lockfiles._images import image
from techdd.yamls import mappings, yaml_documents

_ARG = re.compile(r"(?i)ARG\s+(.*)")
_DEFAULT = re.compile(r"""(\w+)=("[^"]*"|'[^']*'|\S*)""")
_COPIED = re.compile(r"(?i)(?:COPY|ADD)\s.*?--from=(\S+)")
_MOUNTED = re.compile(r"(?i)RUN\s.*?--mount=(?:\S*,)?from=([^\s,]+)")


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
    for number, text in instructions(decoded(data)):
        if match := FROM.match(text):
            stage = _Stage(filled(match[1], arguments), number)
            stages[str(len(order))] = stage
            order.append(stage)
            if match[2] and match[2].lower() != stage.base.lower():
                stages[match[2].lower()] = stage
        elif not order and (match := _ARG.match(text)):
            for name, value in _DEFAULT.findall(match[1]):
                arguments[name] = filled(value.strip("\"'"), arguments)
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
            names = (stage.base, *(source for source, _ in stage.needs))
            waiting += [stages[name.lower()] for name in names if name.lower() in stages]
    for stage in order:
        scope = "runtime" if stage.line in shipped else "development"
        for named, line in ((stage.base, stage.line), *stage.needs):
            if named.lower() not in stages and named.lower() != "scratch":
                yield image(named, line, scope)


@lockfile(
    *("docker-compose*.yml", "docker-compose*.yaml", "compose.yml", "compose.yaml"),
    *("compose.*.yml", "compose.*.yaml", "*-compose.yml", "*-compose.yaml"),
    *("*.compose.yml", "*.compose.yaml"),
    ecosystem="Docker",
    locked=False,
    sparse=True,
)
def compose(data: bytes) -> Parsed:
    """Images of the services; that of a service with `build` is the project's own."""
    for document in mappings(yaml_documents(decoded(data))):
        elsewhere = list(_included(document.get("include")))
        # Before version 2 of the format, services stood at the top.
        for service in mappings(table(document.get("services", document)).values()):
            elsewhere.append(table(service.get("extends")).get("file"))
            build = service.get("build")
            if named := _text(service.get("image")) if not build else "":
                yield image(filled(named, {}), line_of(named), "runtime")
            if inline := _text(table(build).get("dockerfile_inline")):
                yield from _placed(dockerfile.parse(inline.encode()), line_of(inline) or 0)
        for path in dict.fromkeys(_text(path) for path in elsewhere):
            if path and not compose.matches(basename(path)):
                yield Issue("unresolved version", detail=f"services from {path}")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _included(value: Any) -> Iterator[Any]:
    """The files that an `include` names, in whichever of its forms."""
    for one in value if isinstance(value, list) else [value]:
        stated = one.get("path") if isinstance(one, dict) else one
        yield from stated if isinstance(stated, list) else [stated]


def _placed(rows: Parsed, line: int) -> Parsed:
    """The rows of a text that begins on the line below `line`."""
    for row in rows:
        if isinstance(row, Dependency):
            yield row._replace(line=line + (row.line or 0))
        else:
            yield row
