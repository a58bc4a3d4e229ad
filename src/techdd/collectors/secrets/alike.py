"""Which hits are one secret: the same value, by whatever rule, wherever it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from techdd.collectors.secrets.engine import Hit
from techdd.collectors.secrets.plain import KINDS
from techdd.collectors.secrets.values import Told

# Rules that tell by the surroundings what another tells by the value.
_VAGUE = ("generic-", "kubernetes-", "curl-", "hashicorp-tf-", "private-key", *KINDS)
_RANKS = ("low", "medium", "high")


def alike(
    hits: Sequence[Hit], blobs: Mapping[Hit, str], told: Mapping[Hit, Told]
) -> list[list[Hit]]:
    """The hits by secret, in the order of the first of each."""
    one_of: dict[str, str] = {hit.value: hit.value for hit in hits}

    def root(value: str) -> str:
        while one_of[value] != value:
            value = one_of[value]
        return value

    def join(some: Iterable[Hit]) -> None:
        for first, second in pairwise(some):
            one_of[root(second.value)] = root(first.value)

    by_mark: dict[str, dict[str, Hit]] = defaultdict(dict)  # mark -> rule -> hit
    by_line: dict[tuple[str, int], list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit in told and told[hit].mark:
            by_mark[told[hit].mark].setdefault(hit.rule, hit)
        if hit in blobs and "!" not in hit.path:
            by_line[blobs[hit], hit.line].append(hit)
    for named in by_mark.values():
        join(named.values())
    for some in by_line.values():
        join(_overlapping(some))
    groups: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[root(hit.value)].append(hit)
    return list(groups.values())


def _overlapping(some: Sequence[Hit]) -> list[Hit]:
    """The hits of one line that cover each other; one in a decoded text covers its line's only."""
    plain = [hit for hit in some if hit.columns]
    decoded = [hit for hit in some if hit.encoded]
    if decoded and len({hit.value for hit in plain}) == 1:
        return [*plain, *decoded]
    ordered = sorted(plain, key=lambda hit: hit.columns or (0, 0))
    joined = [
        hit
        for one, other in pairwise(ordered)
        if (one.columns or (0, 0))[1] > (other.columns or (0, 0))[0]
        for hit in (one, other)
    ]
    return joined if len({hit.value for hit in joined}) <= 2 else []


def leading(hits: Iterable[Hit]) -> Hit:
    """The hit whose rule says most of the value."""
    return max(
        hits,
        key=lambda hit: (
            not hit.rule.startswith(_VAGUE),
            _RANKS.index(hit.confidence) if hit.confidence in _RANKS else 0,
            hit.rule,
        ),
    )
