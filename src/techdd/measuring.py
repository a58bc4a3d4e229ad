"""Versions of files, measured once ever: those of the audited tree and of earlier ones.

A *version* is a blob under a path, for the path has a say in what a file is. What was measured is
kept beside the overlay; Parquet files of facts are made of it without reading the client's files
again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from techdd import parquet
from techdd.derived import Columns, Schema, Store, arrays
from techdd.facts import Fact, Parts, schema, table_name
from techdd.languages import (
    HEAD,
    Classified,
    Language,
    Measurement,
    Unmeasurable,
    classify,
    digest,
    languages,
    utf8,
)
from techdd.model import Issue
from techdd.repository import MAX_SOURCE, Entry, Repository
from techdd.text import clean

FORMAT = 3  # of the stored tables; raise it whenever they would differ
MEASURED_ROLES = ("source", "test")
LFS_POINTER = b"version https://git-lfs.github.com/spec/"
PART = 20_000  # functions and files that are kept together; bounds memory and what a kill can cost

_FILE: Columns = {
    "version": str, "path": str, "blob": str, "size": int, "language": str, "role": str,
    "lines": int, "code": int, "comments": int, "measured": str, "component": str,
}  # fmt: skip
_FUNCTION: Columns = {
    "version": str, "path": str, "component": str, "role": str, "language": str, "name": str,
    "start": int, "end": int, "lines": int, "parameters": int, "complexity": int, "nesting": int,
    "cognitive": int,
}  # fmt: skip
_CLASS: Columns = {
    "version": str, "path": str, "component": str, "role": str, "language": str, "name": str,
    "start": int, "end": int, "lines": int, "methods": int, "complexity": int,
}  # fmt: skip
TABLES: Schema = {
    "files": _FILE,
    "functions": _FUNCTION,
    "classes": _CLASS,
    "limits": {"version": str, "path": str, "reason": str, "detail": str},
}
_PLAIN = Language("")  # text of no known language
_GROUPING = frozenset(
    ("src", "lib", "libs", "packages", "apps", "modules", "services", "crates", "internal", "pkg",
     "cmd", "plugins", "components", "projects")
)  # fmt: skip


class Measured:
    """The versions of one repository's files that were measured."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.store = Store(folder(repository), "files", f"{FORMAT}-{digest()}", TABLES)

    def add(self, entries: Sequence[Entry]) -> list[Entry]:
        """Measures what is not known of `entries` yet; returns those that cannot be read: too
        large, or missing (size below zero, or no content when it is asked for).
        """
        unread = [one for one in entries if not 0 <= one.size <= MAX_SOURCE]
        wanted = {version(one): one for one in entries if 0 <= one.size <= MAX_SOURCE}
        if self.store.crowded():
            self.store.keep(sorted(set(self.store.columns("files", "version")["version"])))
        known = set(self.store.columns("files", "version", among=wanted)["version"])
        paths: dict[str, list[Entry]] = defaultdict(list)
        for name in wanted.keys() - known:
            paths[wanted[name].blob].append(wanted[name])
        rows: dict[str, list[Sequence[Any]]] = {table: [] for table in TABLES}
        for blob, content in self.repository.blobs(sorted(paths)):
            if content is None:
                unread += [one._replace(size=-1) for one in paths[blob]]
                continue
            for table, row in _analysed(paths[blob], content):
                rows[table].append(row)
            if len(rows["files"]) + len(rows["functions"]) > PART:
                self._keep(rows)
        self._keep(rows)
        return unread

    def _keep(self, rows: dict[str, list[Sequence[Any]]]) -> None:
        if rows["files"]:
            self.store.add({table: arrays(rows[table], kinds) for table, kinds in TABLES.items()})
        for some in rows.values():
            some.clear()

    def facts(self, fact: Fact, entries: Iterable[Entry], unread: Iterable[Entry] = ()) -> Parts:
        """`File`, `Function` or `Class` of `entries`, and of what is `unread` as far as its name
        tells, in the order of their paths.
        """
        table = table_name(fact)
        names = ", ".join(f'"{name}"' for name in schema(fact))
        rows = [_file(one, classify(one.path, b"")) for one in unread]
        tables = {
            "wanted": arrays([(version(one),) for one in entries], {"version": str}),
            "unread": arrays(rows, TABLES[table]),
        }
        select = f"SELECT {names} FROM ({self.store.typed(table, 'unread')})"
        if files := self.store.files(table):
            kept = f"SELECT {names} FROM {parquet.files(files)} JOIN wanted USING (version)"
            select = f"{kept} UNION ALL {select}"
        return self.store.facts(fact, f"{select} ORDER BY ALL", tables)

    def limits(self, entries: Iterable[Entry]) -> Iterator[Issue]:
        """What could not be measured of `entries`, and why, in the order of their paths."""
        among = [version(one) for one in entries]
        found = self.store.columns("limits", "path", "reason", "detail", among=among)
        for path, reason, detail in sorted(zip(*found.values(), strict=True)):
            yield Issue(reason, path, detail)


def folder(repository: Repository) -> Path:
    """Where the versions of `repository` are kept."""
    return repository.derived / "measured"


def version(entry: Entry) -> str:
    """The id of a version."""
    said = f"{entry.blob} {entry.path}".encode("utf-8", "surrogateescape")
    return hashlib.blake2b(said, digest_size=16).hexdigest()


def _analysed(entries: Sequence[Entry], content: bytes) -> Iterator[tuple[str, Sequence[Any]]]:
    """(table, row) of all paths of one blob."""
    if content.startswith(LFS_POINTER) and len(content) < 1_024:
        for entry in entries:
            limit = "content is in Git LFS, not in the repository"
            yield "limits", (version(entry), entry.path, limit, "")
            yield "files", _file(entry, Classified("", "binary"))
        return
    measured: dict[Classified, tuple[Measurement | None, str]] = {}
    source, guessed = utf8(content)
    for entry in entries:
        name, known = version(entry), classify(entry.path, content[:HEAD])
        if known not in measured:
            measured[known] = _measured(known, source)
        measurement, trouble = measured[known]
        if trouble:
            reason, _, detail = trouble.partition(": ")
            yield "limits", (name, entry.path, reason, detail)
        if guessed and known.role in MEASURED_ROLES:
            yield "limits", (name, entry.path, "not UTF-8, read as Latin-1", "")
        if known.role == "binary" and classify(entry.path, b"").role in MEASURED_ROLES:
            yield "limits", (name, entry.path, "binary content under a name of source code", "")
        yield "files", _file(entry, known, measurement)
        if measurement and known.role in MEASURED_ROLES:
            component, language = component_of(entry.path), languages()[known.language]
            for one in measurement.functions:
                role = "test" if language.is_inline_test(one.name) else known.role
                where = (clean(entry.path), component, role, known.language)
                yield "functions", (name, *where, clean(one.name), *one[1:])
            where = (clean(entry.path), component, known.role, known.language)
            for held in measurement.classes:
                yield "classes", (name, *where, clean(held.name), *held[1:])


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
        places = f"{found.errors:,} place{'s' * (found.errors > 1)}"
        return found, f"syntax errors: in {places}; functions there may be missing"
    return found, ""


def _counted(language: Language, source: bytes, trouble: str) -> tuple[Measurement, str]:
    """The lines of `source`; without a comment where even comments cannot be told from code."""
    try:
        return language.count(source), trouble
    except Unmeasurable as error:
        return _PLAIN.count(source), trouble or f"comments not told from code: {error}"


def _file(entry: Entry, known: Classified, found: Measurement | None = None) -> Sequence[Any]:
    """A row of "files"."""
    language = languages().get(known.language)
    counted = found or Measurement((), 0, 0, 0, 0)
    engine = language.measured if language and found and known.role in MEASURED_ROLES else ""
    return (
        version(entry), clean(entry.path), entry.blob, max(entry.size, 0), known.language,
        known.role, counted.lines, counted.code_lines, counted.comment_lines, engine,
        component_of(entry.path),
    )  # fmt: skip


def component_of(path: str) -> str:
    """The part of the system that a file belongs to: its first folder, two where the first one
    only groups (src, packages, ...), "." at the root.
    """
    folders = clean(path).split("/")[:-1]
    return "/".join(folders[: 2 if folders and folders[0] in _GROUPING else 1]) or "."
