"""Gathers what the tree says of licences: licence files, package metadata, heads of files."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import translate
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors._declared import reader
from techdd.facts import File
from techdd.guard import one_file
from techdd.languages import languages, utf8
from techdd.licensing import (
    HEAD,
    Declaration,
    FileNotice,
    LicenceFile,
    Notice,
    comments,
    holders,
    notice,
    recognise,
)
from techdd.lockfiles import strings, tables
from techdd.model import Issue
from techdd.repository import MAX_SOURCE, MISSING, Entry, Repository
from techdd.text import disguised

if TYPE_CHECKING:
    from pandas import DataFrame

# Below such folders licences are samples, and code is not what is delivered.
ASIDE = re.compile(
    r"(^|/)(tests?|testing|testdata|test[-_]data|_tests?|__tests__|fixtures?|specs?|examples?|samples?"
    r"|demos?|docs?|documentation|benchmarks?|smoke-tests?|it|src/it|t)/",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"(?:^|/)(?:LICENSES/[^/]+"
    r"|(?:(?:mit|bsd|apache|l?gpl)[-_.])?(?:un)?(?:licen[sc]es?|copying|copyright)(?:[-_.][\w.-]*)?)$",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"\.(py|[jt]sx?|[cm]js|go|rb|erb|java|php|json|ya?ml|toml|sh|[ch]|cc|cpp|rs|cs|kt|swift|png|svg"
    r"|s?css|vue|html?|xml|pl|pm|t|gz|zip|whl|po|pot|rtf|license)$"
)
_ROLES = ("source", "test", "vendored", "minified", "generated")
# One of these words stands in every notice; most heads without a notice have none.
_WORDS = re.compile(rb"licen[sc]e|copyright|\(c\)|\xc2\xa9|\xa9|spdx-|public domain", re.IGNORECASE)
_SNIPPET = re.compile(rb"stackoverflow\.com/(?:a|q|questions|answers)/\d")
_YEARS = re.compile(r"\d+")
_DISTINCT = 30_000  # wordings of one repository that are looked at
_REUSE = ("REUSE.toml", ".reuse/dep5")


class _Rule(NamedTuple):
    """One annotation of REUSE: the paths that it speaks of, and their terms."""

    paths: list[tuple[re.Pattern[str], int | None]]  # and how deep they lie; None = anywhere
    licence: str
    overrides: bool

    def covers(self, path: str) -> bool:
        """Whether it speaks of the file at `path`."""
        depth = path.count("/")
        return any(one.match(path) and deep in (None, depth) for one, deep in self.paths)


@collector(makes=(LicenceFile, Declaration, FileNotice), needs=(File,), minutes=20, version=2)
def licence_statements(repo: Repository, files: DataFrame) -> Gathered:
    """Licence files, the licences that packages declare, and the notices at the head of files."""
    entries = repo.regular_files()
    yield from _licence_files(repo, entries)
    yield from _declarations(repo, entries)
    rules, aside = _annotations(repo, entries)
    yield from aside
    yield from _notices(repo, files, rules)


def _read(repo: Repository, entries: list[Entry]) -> Iterator[tuple[Entry, str] | Issue]:
    """The text of each entry; a blob is read once for each of its paths, few as these are."""
    readable = [entry for entry in entries if 0 <= entry.size <= MAX_SOURCE]
    for entry in entries:
        if entry.size > MAX_SOURCE:
            yield Issue("licence file cannot be read", entry.path, f"{entry.size:,} bytes")
        elif entry.size < 0:
            yield Issue(MISSING, entry.path, transient=True)
    contents = repo.blobs(entry.blob for entry in readable)
    for entry, (_, content) in zip(readable, contents, strict=True):
        if content is None:
            yield Issue(MISSING, entry.path, transient=True)
        else:
            yield entry, utf8(content)[0].decode("utf-8", "replace")


def _licence_files(repo: Repository, entries: list[Entry]) -> Iterator[LicenceFile | Issue]:
    named = [
        entry
        for entry in entries
        if _LICENCE.search(entry.path)
        and not _PROGRAM.search(entry.path.lower())
        and not ASIDE.search(entry.path)
    ]
    for item in _read(repo, named):
        if isinstance(item, Issue):
            yield item
        else:
            entry, text = item
            try:
                with one_file(text.encode()):
                    licence, main = recognise(text)
                    whose = holders(text[:HEAD])
            except ValueError as error:
                yield Issue("licence file cannot be read", entry.path, str(error))
                continue
            yield LicenceFile(entry.path, licence, main, whose)
    if not any("/" not in entry.path or entry.path.startswith("LICENSES/") for entry in named):
        yield LicenceFile("", "", "", "")


def _declarations(repo: Repository, entries: list[Entry]) -> Iterator[Declaration | Issue]:
    described = [entry for entry in entries if reader(entry.path) and not ASIDE.search(entry.path)]
    for item in _read(repo, described):
        if isinstance(item, Issue):
            yield item
            continue
        entry, text = item
        read = reader(entry.path)
        assert read
        try:
            with one_file(text.encode()):
                licence, authors = read(text.encode())
        except ValueError as error:
            yield Issue("package metadata not understood", entry.path, str(error)[:200])
            continue
        yield Declaration(entry.path, disguised(licence), disguised(authors))


def _annotations(repo: Repository, entries: list[Entry]) -> tuple[list[_Rule], list[Issue]]:
    """What REUSE.toml or .reuse/dep5 says of files that cannot carry a notice."""
    rules: list[_Rule] = []
    issues: list[Issue] = []
    for item in _read(repo, [entry for entry in entries if entry.path in _REUSE]):
        if isinstance(item, Issue):
            issues.append(item)
            continue
        entry, text = item
        try:
            with one_file(text.encode()):
                rules += _toml_rules(text) if entry.path.endswith(".toml") else _dep5_rules(text)
        except ValueError as error:
            issues.append(Issue("licence annotations not understood", entry.path, str(error)[:200]))
    return rules, issues


def _toml_rules(text: str) -> Iterator[_Rule]:
    for one in tables(tomllib.loads(text).get("annotations")):
        paths = one.get("path")
        globs = [paths] if isinstance(paths, str) else strings(paths)
        licence = one.get("SPDX-License-Identifier")
        if globs and isinstance(licence, str):
            overrides = one.get("precedence") == "override"
            stated = notice(f"SPDX-License-Identifier: {licence}").licence
            yield _Rule(_globs(globs, across=False), stated, overrides)


def _dep5_rules(text: str) -> Iterator[_Rule]:
    for block in re.split(r"\n\s*\n", text):
        fields = dict(
            re.findall(r"^(Files|License):((?:.*\n?)(?:[ \t].*\n?)*)", block, re.MULTILINE)
        )
        if "Files" in fields and fields.get("License", "").strip():
            licence = fields["License"].strip().splitlines()[0]
            stated = notice(f"SPDX-License-Identifier: {licence}").licence
            yield _Rule(_globs(fields["Files"].split(), across=True), stated, overrides=False)


def _globs(patterns: list[str], *, across: bool) -> list[tuple[re.Pattern[str], int | None]]:
    """The patterns compiled; one star crosses folders in dep5 (`across`), in REUSE.toml not."""
    some = [one[:200] for one in patterns[:1_000]]
    deep = [None if across or "**" in one else one.count("/") for one in some]
    return [(re.compile(translate(one)), depth) for one, depth in zip(some, deep, strict=True)]


def _notices(
    repo: Repository, files: DataFrame, rules: list[_Rule]
) -> Iterator[FileNotice | Issue]:
    known = {name for name, one in languages().items() if one.kind == "source"}
    wanted = files[files["role"].isin(_ROLES) & files["language"].isin(known)]
    wanted = wanted[wanted["size"] <= MAX_SOURCE].sort_values("path")
    copies: dict[str, list[Any]] = defaultdict(list)
    for file in wanted.itertuples():
        copies[file.blob].append(file)
    seen: dict[str, Notice] = {}  # wordings recur from file to file, but for their years
    unread = 0
    for blob, content in repo.blobs(copies):
        if content is None:
            yield from (Issue(MISSING, file.path, transient=True) for file in copies[blob])
            continue
        head = content[:HEAD]
        if len(content) > HEAD:
            head = head[: head.rfind(b"\n") + 1] or head  # no character is cut in two
        found = Notice("", "", terms=False)
        if _WORDS.search(head):
            text = comments(utf8(head)[0].decode("utf-8", "replace"))
            key = _YEARS.sub("0", text)
            if key not in seen and len(seen) < _DISTINCT:
                seen[key] = notice(text)
            unread += key not in seen
            found = seen.get(key, found)
        snippets = len(_SNIPPET.findall(content))
        for file in copies[blob]:
            stated = _stated(file.path, found, rules)
            if stated.licence or stated.holders or snippets:
                yield FileNotice(str(file.path), str(file.role), *stated, snippets)
    if unread:
        detail = f"{unread:,} files, beyond {_DISTINCT:,} different heads"
        yield Issue("licence notices not read", detail=detail)


def _stated(path: str, found: Notice, rules: list[_Rule]) -> Notice:
    """What holds for `path`: its own notice, or the last annotation that speaks of it."""
    for rule in reversed(rules):
        if (rule.overrides or not found.licence) and rule.covers(path):
            return found._replace(licence=rule.licence, terms=True)
    return found
