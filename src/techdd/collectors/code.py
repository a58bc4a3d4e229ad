"""What the repository consists of: every file with its language and role, every function."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from techdd.collectors import Gathered, collector
from techdd.facts import Columns, File, Function
from techdd.languages import (
    HEAD,
    Classified,
    Language,
    Measurement,
    Unmeasurable,
    classify,
    languages,
    utf8,
)
from techdd.model import Issue
from techdd.repository import MAX_SOURCE, MISSING, Entry, Repository

MEASURED_ROLES = ("source", "test")
BATCH = 50_000  # functions
LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_PLAIN = Language("")  # text of no known language
_GROUPING = frozenset(
    ("src", "lib", "libs", "packages", "apps", "modules", "services", "crates", "internal", "pkg",
     "cmd", "plugins", "components", "projects")
)  # fmt: skip


@collector(makes=(File, Function), minutes=60)
def code(repo: Repository) -> Gathered:
    """Every regular file of the tree; the functions of source and tests. A blob is read once."""
    for entry in repo.entries():
        if entry.mode == "120000":
            yield Issue("symbolic link, not followed", entry.path)
    copies: dict[str, list[Entry]] = defaultdict(list)
    for entry in repo.regular_files():
        copies[entry.blob].append(entry)
    readable = [blob for blob, entries in copies.items() if 0 <= entries[0].size <= MAX_SOURCE]
    rows: dict[str, list[Any]] = {name: [] for name in Function._fields}
    unmeasured: Counter[str] = Counter()
    for blob, content in repo.blobs(readable):
        for item in _analysed(copies.pop(blob), content):
            if isinstance(item, Function):
                for name, value in zip(Function._fields, item, strict=True):
                    rows[name].append(value)
                continue
            if isinstance(item, File) and _lacks_functions(item):
                unmeasured[item.language] += 1
            yield item
        if len(rows["path"]) > BATCH:
            yield Columns(Function, rows)
            rows = {name: [] for name in Function._fields}
    yield Columns(Function, rows)
    for entries in copies.values():
        yield from _unread(entries)
    for language, count in sorted(unmeasured.items()):
        yield Issue("language measured in lines only", detail=f"{language}: {count:,} files")


def _analysed(entries: list[Entry], content: bytes | None) -> Iterator[File | Function | Issue]:
    """The facts of all paths of one blob."""
    if content is None:
        for entry in entries:
            yield Issue(MISSING, entry.path, transient=True)
        return
    if content.startswith(LFS_POINTER) and len(content) < 1_024:
        for entry in entries:
            yield Issue("content is in Git LFS, not in the repository", entry.path)
            yield _file(entry, Classified("", "binary"))
        return
    measured: dict[Classified, tuple[Measurement | None, str]] = {}
    source, encoding = utf8(content)
    for entry in entries:
        known = classify(entry.path, content[:HEAD])
        if known not in measured:
            measured[known] = _measured(known, source)
        measurement, trouble = measured[known]
        if trouble:
            yield Issue(trouble.partition(":")[0], entry.path, trouble.partition(": ")[2])
        if encoding and known.role in MEASURED_ROLES:
            yield Issue("not UTF-8, read as Latin-1", entry.path)
        yield _file(entry, known, measurement)
        if measurement and known.role in MEASURED_ROLES:
            component, language = component_of(entry.path), languages()[known.language]
            for one in measurement.functions:
                role = "test" if language.is_inline_test(one.name) else known.role
                yield Function(entry.path, component, role, known.language, *one)


def _measured(known: Classified, source: bytes) -> tuple[Measurement | None, str]:
    """A measurement and what limits it ("reason: detail", "" = nothing)."""
    if known.role == "binary":
        return None, ""
    language = languages().get(known.language, _PLAIN)
    if known.role not in MEASURED_ROLES or not language.measured:
        return _counted(language, source, "")
    try:
        found = language.measure(source)
    except Unmeasurable as error:
        return _counted(language, source, f"functions not measured: {error}")
    if found.errors:
        return found, f"syntax errors: in {found.errors:,} places; functions there may be missing"
    return found, ""


def _counted(language: Language, source: bytes, trouble: str) -> tuple[Measurement, str]:
    """The lines of `source`; without a comment where even comments cannot be told from code."""
    try:
        return language.count(source), trouble
    except Unmeasurable as error:
        return _PLAIN.count(source), trouble or f"comments not told from code: {error}"


def _unread(entries: list[Entry]) -> Iterator[File | Issue]:
    """Files that are too large to be read, or missing."""
    for entry in entries:
        known = classify(entry.path, b"")
        yield _file(entry, known)
        if entry.size < 0:
            yield Issue(MISSING, entry.path, transient=True)
        elif known.role != "binary":
            yield Issue("too large to be read", entry.path, f"{entry.size:,} bytes")


def _file(entry: Entry, known: Classified, found: Measurement | None = None) -> File:
    language = languages().get(known.language)
    counted = found or Measurement((), 0, 0, 0, 0)
    return File(
        path=entry.path,
        blob=entry.blob,
        size=max(entry.size, 0),
        language=known.language,
        role=known.role,
        lines=counted.lines,
        code=counted.code_lines,
        comments=counted.comment_lines,
        measured=language.measured if language and found and known.role in MEASURED_ROLES else "",
        component=component_of(entry.path),
    )


def _lacks_functions(file: File) -> bool:
    """Whether somebody would expect functions of this file, and no engine can find them."""
    language = languages().get(file.language)
    return bool(language and language.programming and not language.measured) and (
        file.role in MEASURED_ROLES
    )


def component_of(path: str) -> str:
    """The part of the system that a file belongs to: its first folder, two where the first one
    only groups (src, packages, ...), "." at the root.
    """
    folders = path.split("/")[:-1]
    return "/".join(folders[: 2 if folders and folders[0] in _GROUPING else 1]) or "."
