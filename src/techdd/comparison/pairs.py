"""One thing under two ids: findings of two audits that tell of the same, under another key."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from techdd.model import Finding

SECRET = "secret-in-"  # how the rules on secrets begin
_OF_VERSIONS = ("vulnerable-package", "deprecated-package", "end-of-life")  # keyed by a version
_VERSION = re.compile(r"\bv?\d[\w.+-]*")


def pairs(
    gone: Sequence[Finding], fresh: Sequence[Finding]
) -> Iterator[tuple[Finding, Finding, str]]:
    """(then, now, why) of findings whose ids differ although they tell of one thing."""
    left, right = list(gone), list(fresh)
    for key, told in _WAYS:
        theirs = _by(key, right)
        for name, before in _by(key, left).items():
            after = theirs.get(name, [])
            if key is _moved and len(before) + len(after) > 2:
                continue  # which of them is which cannot be told
            for one, other in zip(before, after, strict=False):
                left.remove(one)
                right.remove(other)
                yield one, other, told(one, other)


def _by(
    key: Callable[[Finding], Hashable], findings: Iterable[Finding]
) -> dict[Hashable, list[Finding]]:
    found: dict[Hashable, list[Finding]] = defaultdict(list)
    for one in findings:
        if (name := key(one)) is not None:
            found[name].append(one)
    return found


def _secret(one: Finding) -> Hashable:
    """A secret keeps its kind and its places, if they may be told, when it leaves the tree, or is
    seen under another engagement's key.
    """
    if not one.rule.startswith(SECRET):
        return None
    place = one.locations[0].path if one.locations else ""
    return one.repo, one.title.partition(":")[0], place


def _told_of_secret(before: Finding, after: Finding) -> str:
    where = "" if before.locations else ", as far as this edition tells"
    if before.rule == after.rule:
        return f"the same kind of secret at the same place{where}; the value may differ"
    return f"{before.rule.replace('-', ' ')} → {after.rule.replace('-', ' ')}{where}"


def _version_apart(one: Finding) -> Hashable:
    if one.rule not in _OF_VERSIONS:
        return None
    paths = tuple(sorted({place.path for place in one.locations}))
    return one.rule, one.repo, _VERSION.sub("#", one.title), paths


def _told_of_version(before: Finding, after: Finding) -> str:
    was, is_ = (" ".join(_VERSION.findall(one.title)) for one in (before, after))
    return f"{was} → {is_}"


def _moved(one: Finding) -> Hashable:
    names = {PurePosixPath(place.path).name for place in one.locations if place.path}
    if len(names) != 1 or one.rule == "vulnerable-package":
        return None
    return one.rule, one.repo, one.kind, *names


def _told_of_move(before: Finding, after: Finding) -> str:
    was, is_ = (one.locations[0].path for one in (before, after))
    return f"moved from {was} to {is_}" if was != is_ else "under another name at the same place"


_WAYS: tuple[tuple[Callable[[Finding], Hashable], Callable[[Finding, Finding], str]], ...] = (
    (_secret, _told_of_secret),
    (_version_apart, _told_of_version),
    (_moved, _told_of_move),
)
