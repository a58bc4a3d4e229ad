"""yarn.lock, of yarn 1 (a format of its own) and of yarn 2 and later (YAML)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from techdd.lockfiles import (
    ODD,
    Dependency,
    Parsed,
    block_yaml,
    decoded,
    doubt,
    in_format,
    line_of,
    lockfile,
    outside,
    table,
    unanswered,
)

_FIELD = re.compile(r'( +)"?([^"\s]+)"? "?([^"]*)"?$')
_NO_REGISTRY = re.compile(r"git|file:|ssh:|https?://(codeload\.github|github|gitlab|bitbucket)\.")


@lockfile("yarn.lock", ecosystem="npm", locked=True)
def yarn_lock(data: bytes) -> Parsed:
    """Pinned packages; yarn writes down neither who asked for them nor what for."""
    text = decoded(data)
    if "__metadata:" in text:
        yield from _berry(text)
    elif "# yarn lockfile v1" in text:
        yield from _classic(text)
    else:
        raise ValueError("neither yarn 1 nor a later yarn wrote this")


@dataclass
class _Entry:
    name: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)


def _classic(text: str) -> Parsed:
    entries = list(_entries(text))
    known = {entry.name for entry in entries}
    for entry in entries:
        source = entry.fields.get("resolved", "")
        version = entry.fields.get("version")
        unanswered(entry.needs, known)
        if version is None:
            doubt(ODD, f"{entry.name} (line {entry.line}) without a version")
        elif _NO_REGISTRY.match(source):
            yield outside(entry.name, source)
        else:
            needs = tuple(entry.needs)
            yield Dependency(entry.name, version, line=entry.line, scope="unknown", needs=needs)


def _entries(text: str) -> Iterator[_Entry]:
    """Entries by indent: the ranges it answers, then its fields, then what it needs."""
    entry: _Entry | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if not line.endswith(":"):
                raise ValueError(f"line {number}: not in the form that yarn writes")
            if entry:
                yield entry
            entry = _Entry(_name(line[:-1].split(",")[0].strip().strip('"')), number)
        elif entry and (match := _FIELD.match(line)):
            indent, key, value = match.groups()
            if len(indent) == 2:
                entry.fields[key] = value
            else:
                entry.needs.append(_name(f"{key}@{value}"))
    if entry:
        yield entry


def _name(descriptor: str) -> str:
    """ "@a/b@^1.0" -> "@a/b"; an alias, "a@npm:b@^1.0", is what it stands for: "b"."""
    name, _, wish = descriptor[1:].partition("@")
    if wish.startswith("npm:") and (real := wish.removeprefix("npm:").rpartition("@")[0]):
        return real
    return descriptor[:1] + name


def _berry(text: str) -> Parsed:
    document = block_yaml(text)
    in_format(table(document.pop("__metadata", "")).get("version"), *range(4, 10))
    known = {_name(part.strip()) for key in document for part in key.split(",")}
    for key, value in document.items():
        entry = table(value)
        resolution = str(entry.get("resolution", ""))
        name, _, source = resolution[1:].partition("@")
        name = resolution[:1] + name
        wishes = table(entry.get("dependencies"))
        needs = tuple(_name(f"{need}@{wish}") for need, wish in wishes.items())
        unanswered(needs, known)
        if source.startswith(("workspace:", "link:", "portal:", "patch:")):
            continue  # what was patched has an entry without the patch as well
        if not source:
            doubt(ODD, f"{key} (line {line_of(key)}) without a resolution")
            continue
        if not source.startswith("npm:"):
            yield outside(name or key, source)
            continue
        version = source.removeprefix("npm:").partition("::")[0]
        yield Dependency(name, version, line=line_of(key), scope="unknown", needs=needs)
