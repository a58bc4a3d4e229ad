"""Which file of a repository a result of another tool means.

A tool names files from wherever it ran. Only the path itself counts, or what is left of it below
the one folder that the results of a run have in common; a name that merely ends alike is another
file.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from techdd.model import Issue
from techdd.sarif.reading import ImportedResult

_LEAST = 2  # parts below an unknown folder: a bare name is found anywhere
ELSEWHERE = "results about files that are not in the repository"
NOT_SECURITY = "results not taken for ones about security"


class Named(NamedTuple):
    """How one run names a file."""

    source: str
    tool: str
    path: str


def placed(names: Iterable[Named], known: Collection[str]) -> dict[Named, str]:
    """The file in `known` that each name means; names that mean none are left out."""
    runs: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in names:
        runs[one.source, one.tool].add(one.path)
    return {
        Named(source, tool, path): file
        for (source, tool), paths in runs.items()
        for path, file in _placed(paths, known)
    }


def left_out(results: Sequence[ImportedResult], known: Collection[str]) -> Iterator[Issue]:
    """What of `results` about security means no file in `known`, or names none, and what
    is not about it, by its source.
    """
    about = [one for one in results if one.security]
    found = placed((Named(one.source, one.tool, one.path) for one in about), known)
    missed = Counter(
        one.source for one in about if Named(one.source, one.tool, one.path) not in found
    )
    for source, count in sorted(missed.items()):
        yield Issue(ELSEWHERE, source, f"{count:,} in number")
    aside = Counter((one.source, one.tool) for one in results if not one.security)
    for (source, tool), count in sorted(aside.items()):
        yield Issue(NOT_SECURITY, source, f"{count:,} of {tool}: neither it nor their rules say so")


def _placed(paths: set[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    root = _root(paths, known)
    for path in paths:
        if path in known:
            yield path, path
        elif root and path.startswith(root) and path.removeprefix(root) in known:
            yield path, path.removeprefix(root)


def _root(paths: set[str], known: Collection[str]) -> str:
    """The folder that the run took for the root: the one below which most of its files are found.

    "" where two do equally well. A relative path lies below it only if all of the run do.
    """
    votes = Counter(root for path in paths - set(known) for root in _roots(path, known))
    best = votes.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return ""
    root = best[0][0]
    whole = root.startswith("/") or all(path.startswith(root) for path in paths)
    return root if whole else ""


def _roots(path: str, known: Collection[str]) -> Iterator[str]:
    parts = path.split("/")
    for cut in range(1, len(parts) - _LEAST + 1):
        if (rest := "/".join(parts[cut:])) in known:
            yield path.removesuffix(rest)
