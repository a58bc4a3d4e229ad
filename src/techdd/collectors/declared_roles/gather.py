"""Gathers what the .gitattributes of the audited tree say of its files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors.declared_roles.rules import Rule, rules
from techdd.facts import File
from techdd.guard import Unreadable, one_file
from techdd.languages import utf8
from techdd.model import Issue
from techdd.repository import MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_BYTES = 100_000  # of one file
MOST_RULES = 300  # of a repository; each is held against each file
NAME = ".gitattributes"


class DeclaredRole(NamedTuple):
    """What the client's .gitattributes say of one file by one of Linguist's attributes."""

    path: str
    attribute: str  # generated, vendored, documentation or detectable
    declared: bool  # set, or unset on purpose
    rule: str  # the file and line that decide


@collector(makes=(DeclaredRole,), needs=(File,), minutes=10)
def declared_roles(repo: Repository, files: DataFrame) -> Gathered:
    """Linguist's attributes of every file; later rules and those of deeper folders count."""
    ruling: list[Rule] = []
    for item in _rules(repo):
        if isinstance(item, Issue):
            yield item
        else:
            ruling.append(item)
    if len(ruling) > MOST_RULES:
        yield Issue("rules of .gitattributes not read", detail=f"those beyond {MOST_RULES:,}")
    ruling = ruling[:MOST_RULES]
    for path in sorted(map(str, files["path"])) if ruling else ():
        said: dict[str, tuple[bool | None, str]] = {}
        for rule in ruling:
            if rule.matches(path):
                said.update({name: (value, rule.place) for name, value in rule.said.items()})
        for name, (value, place) in sorted(said.items()):
            if value is not None:
                yield DeclaredRole(path, name, value, place)


def _rules(repo: Repository) -> Iterator[Rule | Issue]:
    """Those of all folders, the outer ones first."""
    entries = [one for one in repo.regular_files() if one.path.rsplit("/", 1)[-1] == NAME]
    entries.sort(key=lambda one: (one.path.count("/"), one.path))
    small = [one for one in entries if 0 <= one.size <= MAX_BYTES]
    for one in entries:
        if one.size > MAX_BYTES:
            yield Issue("too large to be read", one.path, f"more than {MAX_BYTES:,} bytes")
        elif one.size < 0:
            yield Issue(MISSING, one.path, transient=True)
    contents = repo.blobs([one.blob for one in small])
    for one, (_, content) in zip(small, contents, strict=True):
        if content is None:
            yield Issue(MISSING, one.path, transient=True)
            continue
        try:
            with one_file(content):
                yield from list(rules(one.path, utf8(content)[0].decode()))
        except Unreadable as error:
            yield Issue("cannot be parsed", one.path, str(error))
