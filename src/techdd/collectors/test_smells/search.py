"""Searches the files of tests for tests that mislead: skipped ones, and ones without assertion."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors.test_smells.cases import Case, called, cases
from techdd.collectors.test_smells.styles import STYLES
from techdd.facts import File, Function
from techdd.guard import Unreadable, one_file
from techdd.languages import Unmeasurable, languages, utf8
from techdd.model import Issue
from techdd.repository import MAX_SOURCE, MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

_UNREAD = "tests not searched for smells"


class SuiteFile(NamedTuple):
    """One file in which tests were found."""

    path: str
    component: str
    language: str
    tests: int


class SmellyTest(NamedTuple):
    """One test that says less than its being there."""

    path: str
    component: str
    language: str
    line: int
    kind: str  # "skipped" or "no assertion"


@collector(makes=(SuiteFile, SmellyTest), needs=(File, Function), minutes=60)
def test_smells(repo: Repository, files: DataFrame, functions: DataFrame) -> Gathered:
    """The tests in files of tests, and in source files that hold their own."""
    inside = functions[functions["role"] == "test"]
    own = files[(files["role"] == "test") | files["path"].isin(inside["path"])]
    yield from _unknown(own)
    own = own[own["language"].isin(list(STYLES))].sort_values("path")
    large = own["size"] > MAX_SOURCE
    for path in own.loc[large, "path"]:
        yield Issue(_UNREAD, str(path), f"more than {MAX_SOURCE:,} bytes")
    copies: dict[tuple[str, str], list[Any]] = {}
    for file in own[~large].itertuples():
        copies.setdefault((file.blob, file.language), []).append(file)
    spans = dict(iter(inside.groupby("path")))
    helpers = Helpers()
    found: list[tuple[Any, list[Case]]] = []
    contents = repo.blobs(blob for blob, _ in copies)
    for ((_, language), some), (_, content) in zip(copies.items(), contents, strict=True):
        defined = spans.get(some[0].path, inside[:0])
        paths = [file.path for file in some]
        read = _read(language, content, defined, helpers, paths)
        for file in some:
            if isinstance(read, str):
                yield Issue(_UNREAD, file.path, read, transient=read == MISSING)
            elif read:
                found.append((file, read))
    asserting = helpers.asserting()
    for file, tests in sorted(found, key=lambda one: one[0].path):
        where = (file.path, file.component, file.language)
        yield SuiteFile(*where, len(tests))
        for test in tests:
            if test.smell and asserting.isdisjoint(test.calls):
                yield SmellyTest(*where, test.line, test.smell)


class Helpers:
    """The functions that tests define, and which of them may assert, be it by calling another."""

    def __init__(self) -> None:
        self._asserting: set[bytes] = set()
        self._callers: dict[bytes, set[bytes]] = defaultdict(set)

    def add(self, name: bytes, calls: frozenset[bytes] | None) -> None:
        """A function of that name that calls these; None = that may assert itself."""
        if calls is None:
            self._asserting.add(name)
        for one in calls or ():
            self._callers[one].add(name)

    def asserting(self) -> set[bytes]:
        """The names whose call may be an assertion."""
        found, waiting = set(self._asserting), list(self._asserting)
        while waiting:
            new = self._callers[waiting.pop()] - found
            found |= new
            waiting += new
        return found


def _read(
    language: str,
    content: bytes | None,
    defined: DataFrame,
    helpers: Helpers,
    paths: Sequence[str],
) -> list[Case] | str:
    """The tests of one file by their lines, or why they are not known; `defined` are functions
    there.
    """
    if content is None:
        return MISSING
    source, _ = utf8(content)
    style, known = STYLES[language], languages()[language]
    try:
        with one_file(source):
            lines = source.split(b"\n")
            columns = (defined[name] for name in ("name", "start", "end"))
            for name, start, end in zip(*columns, strict=True):
                text = b"\n".join(lines[start - 1 : end])
                helpers.add(name.rpartition(".")[2].encode(), called(known, style, text))
            searched = any(style.files.search(path) for path in paths)
            return sorted(cases(known, style, source)) if searched else []
    except (Unreadable, Unmeasurable) as error:
        return str(error)


def _unknown(own: DataFrame) -> Gathered:
    """Languages whose functions are measured and whose tests are not known here."""
    measured = {name for name, one in languages().items() if one.measured}
    count = Counter(name for name in own["language"] if name in measured - STYLES.keys())
    for name, number in sorted(count.items()):
        yield Issue(f"{_UNREAD}: their language is not known", detail=f"{name}: {number:,} files")
