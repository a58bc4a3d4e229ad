"""The shared vocabulary of facts: a NamedTuple is a table, its annotations are the columns.

A fact that only one subject uses lives in that subject's file; a second user moves it here.
Column types are str, int, float, bool and datetime (UTC), each `| None` where unknown is possible.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from techdd.text import clean

if TYPE_CHECKING:
    from pandas import DataFrame

Fact = type[tuple[Any, ...]]


class Snapshot(NamedTuple):
    """What of a repository was audited."""

    commit: str
    branch: str
    committed: datetime | None
    shallow: bool


class Commit(NamedTuple):
    """One commit reachable from the audited commit; rows come in no promised order."""

    sha: str
    number: int  # sorts the history: parents come before children, else the earlier date first
    author: str  # an Identity
    committer: str  # an Identity
    authored: datetime | None  # None where the recorded date is implausible
    committed: datetime | None
    offset: int | None  # of the author's clock, in minutes east of UTC
    parents: int
    mainline: bool  # on the first-parent chain of the audited branch
    landed: str  # the mainline commit that brought it in; itself on the mainline
    subject: str
    review: str  # the mark of a review: "", "trailer", "pull request", "merge"
    assisted: bool  # a trailer names an AI assistant
    reverts: str  # the commit id that the message says it takes back, maybe abbreviated; "" = none
    files: int
    added: int
    deleted: int


class Trailer(NamedTuple):
    """One person whom a commit's message names beside its author."""

    sha: str
    kind: str  # "co-author", "signer", "reviewer", "tester" or "reporter"
    identity: str  # an Identity


class Change(NamedTuple):
    """One path changed by one non-merge commit; `added` is None for binary files.

    Rows come in no promised order: `Commit.number` and `place` give one. `before` and `after` are
    the first 60 bits of the ids of the file's two versions, 0 where there is none.
    """

    sha: str
    place: int  # among the changes of its commit, from 0
    path: str
    old_path: str | None  # where it was renamed or copied from
    status: str  # A, M, D, R, C or T, as in `git log --raw`
    added: int | None
    deleted: int | None
    before: int
    after: int


class Survivor(NamedTuple):
    """Lines of one file of the audited tree that still stand as one identity wrote them."""

    path: str
    component: str
    role: str
    identity: str
    month: str  # in which they were written, such as "2025-03"; "" = not known
    lines: int


class Contribution(NamedTuple):
    """What one identity did to one file of the audited tree, renames followed."""

    path: str
    component: str
    role: str
    identity: str
    created: bool  # made the file
    changes: int  # non-merge commits that changed it, the creation included
    added: int
    first: datetime | None
    last: datetime | None


class Identity(NamedTuple):
    """One (name, e-mail) pair as the history and its mailmap spell it."""

    identity: str
    name: str
    email: str
    commits: int
    first: datetime | None
    last: datetime | None


class Person(NamedTuple):
    """The person behind an identity, over the whole engagement (see `identity.py`)."""

    identity: str
    person: str
    name: str
    email: str
    bot: bool
    affiliation: str = "unknown"  # employee, contractor, outsourcing, private or unknown


class Tag(NamedTuple):
    """One tag that points to a commit."""

    name: str
    sha: str
    created: datetime | None


class File(NamedTuple):
    """One regular file of the audited tree.

    `role` is one of source, test, documentation, configuration, data, generated, vendored,
    minified, binary. Lines are counted for text only. `measured` says how functions were found:
    "tree-sitter", "lizard", or "" where no engine knows the language.
    """

    path: str
    blob: str
    size: int  # bytes
    language: str  # "" = not recognised
    role: str
    lines: int
    code: int
    comments: int
    measured: str
    component: str  # first folder(s) of the path; "." at the root


class Function(NamedTuple):
    """One function or method of a source or test file."""

    path: str
    component: str
    role: str
    language: str
    name: str
    start: int  # first line, from 1
    end: int
    lines: int  # non-blank, non-comment lines
    parameters: int
    complexity: int  # cyclomatic (McCabe): decisions + 1
    nesting: int  # deepest nesting of control flow
    cognitive: int  # cognitive complexity (SonarSource 2018)


class Package(NamedTuple):
    """One third-party package that a manifest or a lock file names."""

    ecosystem: (
        str  # as in OSV (PyPI, npm, SwiftURL, ...), and Docker and Terraform, which OSV lacks
    )
    name: str
    version: str | None  # None where only a range is given
    requirement: str  # as written; "" where the file has none
    manifest: str
    line: int | None
    locked: bool  # from a lock file (an exact resolution)
    direct: bool | None  # None = the file does not say
    scope: str  # "runtime", "development" or "unknown"
    licence: str  # as the file states it; "" = not stated
    installs: bool | None = None  # runs a program when it is installed; None = not stated


class Artefact(NamedTuple):
    """A file or a line that is evidence of a practice, such as a CI pipeline or a backup job."""

    kind: str
    path: str
    line: int | None
    detail: str


class Columns(NamedTuple):
    """A batch of one fact as whole columns, for collectors with many rows."""

    fact: Fact
    data: Mapping[str, Sequence[Any]]


class Parts(NamedTuple):
    """All rows of one fact as Parquet files that never change, for collectors with very many; from
    another machine, their contents in place of paths.
    """

    fact: Fact
    paths: tuple[Path, ...]
    rows: int
    contents: tuple[bytes, ...] = ()


_IRREGULAR = {"person": "people"}


def table_name(fact: Fact) -> str:
    """`Commit` -> "commits", `Identity` -> "identities": the name of a fact's table."""
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", fact.__name__).lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("y"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x")) else f"{word}s"


@cache
def schema(fact: Fact) -> dict[str, tuple[type, bool]]:
    """Column -> (type, may be None), in order, without the `repo` column that the store adds."""
    return {name: _column(hint) for name, hint in get_type_hints(fact).items()}


def _column(hint: Any) -> tuple[type, bool]:
    if get_origin(hint) in (Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        return inner[0], True
    return hint, False


def _dtype(kind: type, optional: bool) -> str:
    if kind is int:
        return "Int64" if optional else "int64"
    if kind is bool:
        return "boolean" if optional else "bool"
    return {float: "float64", datetime: "datetime64[us, UTC]"}[kind]


def frame(fact: Fact, rows: Iterable[tuple[Any, ...]] | Mapping[str, Sequence[Any]]) -> DataFrame:
    """A typed DataFrame of `rows` (tuples, or whole columns by name).

    Raises KeyError for a missing column and TypeError for a value of another type.
    """
    from pandas import DataFrame

    columns = list(schema(fact))
    if isinstance(rows, Mapping):
        raw = DataFrame({name: list(rows[name]) for name in columns}, columns=columns, dtype=object)
    else:
        raw = DataFrame(list(rows), columns=columns, dtype=object)
    for name, (kind, optional) in schema(fact).items():
        for found in set(map(type, raw[name])):
            if not _fits(found, kind, optional):
                raise TypeError(f"{fact.__name__}.{name} is {kind.__name__}, not {found.__name__}")
    return typed(fact, raw)


def _fits(found: type, kind: type, optional: bool) -> bool:
    """Whether values of type `found` may stand in a column of `kind`: pandas would convert or
    drop most that may not.
    """
    if found.__name__ in ("NoneType", "NAType", "NaTType"):
        return optional
    if kind is bool or found is bool:
        return kind is bool and found.__name__ in ("bool", "bool_")
    numbers: dict[type, type] = {int: Integral, float: Real}
    return issubclass(found, numbers.get(kind, kind))


def typed(fact: Fact, raw: DataFrame) -> DataFrame:
    """`raw` with each column cast to the type its fact declares, other columns untouched.

    Text is cleaned here, at the one place through which every fact passes (see `text.clean`).
    """
    import pandas as pd
    from pandas import Series
    from pandas.api.types import pandas_dtype

    for name, (kind, optional) in schema(fact).items():
        if kind is datetime:
            raw[name] = pd.to_datetime(raw[name], utc=True).astype("datetime64[us, UTC]")
        elif kind is str:
            values = raw[name].to_numpy(dtype=object)
            # Each once: names of repositories, people and files recur in all their rows.
            cleaned = {value: clean(value) for value in set(values) if isinstance(value, str)}
            raw[name] = Series([cleaned.get(value) for value in values], raw.index, dtype=object)
        else:
            raw[name] = raw[name].astype(pandas_dtype(_dtype(kind, optional)))
    return raw
