"""What code and configuration speak of: addresses, settings, cloud resources, database drivers.

Names only: what stands before the host of an address, and what a setting holds, is never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors._practice_patterns import FOREIGN
from techdd.collectors.stack.uses import use_of
from techdd.facts import File
from techdd.guard import Unreadable, one_file
from techdd.model import Issue
from techdd.repository import MISSING, Repository
from techdd.text import without_tokens

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_TEXT = 1_000_000  # bytes
MOST = 20_000  # names that are kept
_LINE = 1_000  # characters before a name that are looked at for the start of a comment
_ROLES = ("source", "configuration", "test")
_SCHEMA = ".prisma"  # no language is known by it

_ADDRESS = re.compile(
    rb"(?<![A-Za-z0-9+])([A-Za-z][A-Za-z0-9+.-]{1,20})://(?:[^\s/@\"'<>]{0,200}@)?"
    rb"([A-Za-z0-9.-]{0,100})"
)
_JDBC = re.compile(rb"\b((?:jdbc|r2dbc):[a-z0-9]{1,20}):")
_HOST = re.compile(
    rb"[\"'=]((?:[a-z0-9-]{1,60}\.){1,5}(?:com|net|io|org|dev|ai|co|app))(?=[\"':/\s])"
)
_NAME = rb"([A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,8})"
_ASKED_FOR = re.compile(rb"(?:\benv\.|\benviron\.|[\"'])" + _NAME + rb"(?![A-Za-z0-9_])")
_SET = re.compile(
    rb"(?:^[ \t]*(?:-[ \t]*)?(?:export[ \t]+|ENV[ \t]+|ARG[ \t]+|name:[ \t]*)?|[\"'{])"
    + _NAME
    + rb"(?![A-Za-z0-9_])",
    re.MULTILINE,
)
_RESOURCE = re.compile(
    rb"^[ \t]*resource[ \t]+\"([a-z0-9_]{3,100})\""
    rb"|\bType[\"']?:[ \t]*[\"']?(AWS::[A-Za-z0-9]{1,60}(?:::[A-Za-z0-9]{1,60}){1,3})",
    re.MULTILINE,
)
_DRIVER = re.compile(
    rb"django\.(?:contrib\.gis\.)?db\.backends\.(\w{2,40})|^[ \t]*adapter:[ \t]*[\"']?(\w{2,40})"
    rb"|^[ \t]*DB_CONNECTION=(\w{2,40})|\bDB_CONNECTION',[ \t]*'(\w{2,40})'"
    rb"|^[ \t]*provider[ \t]*=[ \t]*\"(postgresql|mysql|sqlite|sqlserver|mongodb)\"",
    re.MULTILINE,
)
_COMMENT = (b"#", b"//", b"*", b"/*", b"--", b";", b"<!--", b"%", b'"""')
_WEB = ("http", "https")


class Mention(NamedTuple):
    """A name that code or configuration speaks of, outside of comments."""

    sort: str  # scheme, host, setting, resource or driver
    text: str
    use: str  # "production", "development" (pipelines) or "test" (examples too)
    path: str  # the first file, in the order of paths
    line: int
    files: int


@collector(makes=(Mention,), needs=(File,))
def mentions(repo: Repository, files: DataFrame) -> Gathered:
    """The first place of each name, apart for production, development and tests."""
    # Code that a program wrote runs like any other; lock files name the hosts of registries.
    written = (files["role"] == "generated") & (files["measured"] != "")
    wanted = files["role"].isin(_ROLES) | written | files["path"].str.endswith(_SCHEMA)
    known = files[wanted].sort_values("path")
    own = known.loc[[not FOREIGN.search(path.lower()) for path in known["path"]]]
    for path in own.loc[own["size"] > MAX_TEXT, "path"]:
        yield Issue("file too large to be searched for technologies", str(path))
    small = own[own["size"].between(0, MAX_TEXT)]
    copies = dict(iter(small.groupby("blob", sort=False)))
    found: dict[tuple[str, str, str], list[tuple[str, int]]] = {}
    for blob, content in repo.blobs(map(str, copies)):
        if content is None:
            yield Issue(MISSING, str(copies[blob]["path"].iloc[0]), transient=True)
            continue
        for path, role in copies[blob][["path", "role"]].itertuples(index=False):
            try:
                with one_file(content):
                    names = list(spoken_of(content, settings_file=role == "configuration"))
            except Unreadable as error:
                yield Issue("file could not be searched for technologies", path, str(error))
                continue
            use = "test" if role == "test" else use_of(path)
            for sort, text, line in names:
                found.setdefault((sort, text, use), []).append((path, line))
    for (sort, text, use), places in sorted(found.items())[:MOST]:
        paths = {path for path, _ in places}
        yield Mention(sort, text, use, *min(places), len(paths))
    if len(found) > MOST:
        detail = f"the first {MOST:,} of {len(found):,} by name"
        yield Issue("not all names of settings and addresses are kept", detail=detail)


def spoken_of(content: bytes, *, settings_file: bool) -> Iterator[tuple[str, str, int]]:
    """(sort, name, line) of what `content` speaks of, each name once."""
    seen: set[tuple[str, str]] = set()
    line, before = 1, 0
    for at, sort, text in sorted(_names(content, settings_file)):
        line, before = line + content.count(b"\n", before, at), at
        if (sort, text) not in seen and not _in_comment(content, at):
            seen.add((sort, text))
            yield sort, without_tokens(text), line


def _names(content: bytes, settings_file: bool) -> Iterator[tuple[int, str, str]]:
    for match in _ADDRESS.finditer(content):
        scheme = match[1].decode().lower()
        if scheme not in _WEB:
            yield match.start(), "scheme", scheme
        elif b"." in match[2]:
            yield match.start(), "host", match[2].decode().lower()
    settings = _SET if settings_file else _ASKED_FOR
    sorts = (("scheme", _JDBC), ("host", _HOST), ("setting", settings), ("resource", _RESOURCE),
             ("driver", _DRIVER))  # fmt: skip
    for sort, pattern in sorts:
        for match in pattern.finditer(content):
            yield match.start(match.lastindex or 0), sort, match[match.lastindex or 0].decode()


def _in_comment(content: bytes, at: int) -> bool:
    nearest = max(at - _LINE, 0)
    start = content.rfind(b"\n", nearest, at) + 1 or nearest
    return content[start:at].lstrip().startswith(_COMMENT)
