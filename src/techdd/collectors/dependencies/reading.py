"""One manifest or lock file of a hostile author -> its packages, wishes and gaps.

What holds for the files of every format stands here, so that no parser has to think of it: merge
conflicts, doubts, names that are none, texts that are too long, and parsers that stumble.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from techdd.doubts import doubt, heard
from techdd.guard import one_file
from techdd.lockfiles import NO_ASIDE, Aside, Dependency, Lockfile, Open
from techdd.model import Issue
from techdd.text import clean, disguised, some_of, without_credentials

BROKEN = "cannot be parsed"
_CONFLICT = [re.compile(mark, re.MULTILINE) for mark in (rb"^<{7} ", rb"^={7}\r?$", rb"^>{7} ")]
_MARKER = re.compile(rb"^(?:[<>|]{7}(?: [^\n]*)?|={7}\r?)$", re.MULTILINE)
_LONGEST = 200  # characters of a version range or a reason that are kept
_NAMED = 5  # examples of a doubt
_VERSION = 1_024  # characters of a name or a version that are kept
_UPWARD = re.compile(r"(?:^|[/\\])\.\.(?:[/\\]|$)")


class Content(NamedTuple):
    """What one file says."""

    rows: tuple[Dependency, ...]
    wishes: tuple[Open, ...]
    aside: Aside
    issues: tuple[Issue, ...]


def said_by(form: Lockfile, content: bytes) -> Content:
    """What a file of that format says; whatever its parser stumbles over becomes an Issue."""
    rows: list[Dependency | Issue | Open] = []
    aside = NO_ASIDE
    with heard() as doubts:
        try:
            with one_file(content):
                plain = _without_conflicts(content)
                rows.extend(form.parse(plain))
                aside = _aside(form, plain)
        except ValueError as why:
            rows.append(_broken(form, str(why).partition("\n")[0] or "not what its name says"))
        except (LookupError, TypeError, AttributeError):
            rows.append(_broken(form, "an entry that is not of the shape of the format"))
        known = tuple(cleaned(row) for row in rows if isinstance(row, Dependency) and _named(row))
        if not all(row.name.isascii() for row in known) and not _is_unicode(content):
            doubt("names in an unknown encoding, read as Latin-1", form.name)
    told = (Issue(why, detail=_examples(of)) for why, of in doubts.items())
    issues = (*(row for row in rows if isinstance(row, Issue)), *told)
    wishes = tuple(row for row in rows if isinstance(row, Open))
    return Content(known, wishes, aside, tuple(dict.fromkeys(issues)))


def _examples(things: Iterable[str]) -> str:
    return some_of([without_credentials(one) for one in things], _NAMED)


def _broken(form: Lockfile, reason: str) -> Issue:
    return Issue(BROKEN, detail=f"{form.name}: {reason[:_LONGEST]}")


def _without_conflicts(content: bytes) -> bytes:
    """The file without the marks that git leaves where people have to choose: both sides count."""
    start, end = -1, 0
    for mark in _CONFLICT:
        found = mark.search(content, end)
        if found is None:
            return content
        start, end = start if end else found.start(), found.end()
    line = content.count(b"\n", 0, start) + 1
    doubt("holds an unresolved merge conflict", f"line {line}")
    return _MARKER.sub(b"", content)


def _named(row: Dependency) -> bool:
    """Whether a package's name can be one: neither nothing nor a way out of a folder."""
    if row.name.strip() and not _UPWARD.search(row.name):
        return True
    doubt("package whose name is none", disguised(row.name) or "an empty one")
    return False


def _is_unicode(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return True


def _aside(form: Lockfile, content: bytes) -> Aside:
    try:
        found = form.aside(content) if form.aside else NO_ASIDE
    except ValueError:
        return NO_ASIDE  # its parser says why
    aliases = {alias: tuple(map(disguised, names)) for alias, names in found.aliases.items()}
    peers = frozenset(map(disguised, found.peers))
    return found._replace(own=disguised(found.own), peers=peers, aliases=aliases)


def cleaned(row: Dependency) -> Dependency:
    """The row with texts that are fit to be stored and printed."""
    name, version = row.name, row.version or ""
    for what, text in (("name", name), ("version", version)):
        if len(text) > _VERSION:
            doubt(f"{what} of more than {_VERSION:,} characters, cut", disguised(name)[:_LONGEST])
    return row._replace(
        name=disguised(name)[:_VERSION],
        version=None if row.version is None else disguised(version)[:_VERSION],
        requirement=disguised(row.requirement)[:_LONGEST],
        licence=disguised(row.licence),
        ecosystem=clean(row.ecosystem),
    )
