"""Which file of a repository a report on coverage means.

A report names files from wherever the tests ran: by absolute paths of a build machine, from a
source folder, or by their package. What counts is the longest end that a name shares with one file
alone; where neither path holds the other, or no more than the file's own name is shared, other
files of the report must lie in the same two folders.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

_LEAST = 2  # parts of a path that tell a file by themselves
_SUPPORT = 3  # files that two folders must have in common to be one
_ROOTS = 50  # of a report; more are not tried
_SEVERAL = ""  # in place of a file


class Placed(NamedTuple):
    """The file that each name of a report means, and the names that may mean several."""

    files: dict[str, str]
    unclear: set[str]


class _Match(NamedTuple):
    file: str
    shared: int  # parts
    folders: tuple[str, str]  # what is left of the name, and of the file's path


def placed(names: Collection[str], roots: Collection[str], known: Iterable[str]) -> Placed:
    """The file in `known` that each of `names` means; names that mean none are left out."""
    ends = _Ends(known, {_parts(name)[-1] for name in names if _parts(name)})
    folders = (*sorted(roots)[:_ROOTS], "")
    unclear: set[str] = set()
    matches: dict[str, list[_Match]] = {}
    for name in sorted(names):
        tried = [ends.match(_parts(f"{folder}/{name}" if folder else name)) for folder in folders]
        matches[name] = [one for one in tried if isinstance(one, _Match)]
        if not matches[name] and _SEVERAL in tried:
            unclear.add(name)
    votes = Counter(one.folders for some in matches.values() for one in set(some))
    return _chosen(matches, votes, unclear)


def _chosen(
    matches: dict[str, list[_Match]], votes: Counter[tuple[str, str]], unclear: set[str]
) -> Placed:
    """Of each name's matches the one that shares most; of two names for one file the one whose
    folders hold more of the report.
    """
    by_file: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for name, some in matches.items():
        sound = [one for one in some if _holds(one) or votes[one.folders] >= _SUPPORT]
        most = max((one.shared for one in sound), default=0)
        best = {one.file: one for one in sound if one.shared == most}
        if len(best) > 1:
            unclear.add(name)
        for file, one in best.items() if len(best) == 1 else ():
            by_file[file].append((-votes[one.folders], name))
    files = {min(some)[1]: file for file, some in by_file.items()}
    unclear |= {name for some in by_file.values() for _, name in some if name not in files}
    return Placed(files, unclear)


def _holds(one: _Match) -> bool:
    """Whether one path ends with the whole of the other, and that says enough."""
    whole = "" in one.folders and one.shared >= _LEAST
    return whole or one.folders == ("", "")


class _Ends:
    """The files of a tree by every end of their paths, as far as their names are asked for."""

    def __init__(self, known: Iterable[str], last: Collection[str]) -> None:
        self._files: dict[str, set[str]] = defaultdict(set)
        self._deepest = 0
        for path in known:
            parts = path.split("/")
            if parts[-1] in last:
                self._deepest = max(self._deepest, len(parts))
                for shared in range(1, len(parts) + 1):
                    self._files["/".join(parts[-shared:])].add(path)

    def match(self, parts: Sequence[str]) -> _Match | str | None:
        """The file that shares the longest end; None where none does."""
        for shared in range(min(len(parts), self._deepest), 0, -1):
            end = "/".join(parts[-shared:])
            if end not in self._files:
                continue
            some = self._files[end]
            file = end if end in some else next(iter(some)) if len(some) == 1 else _SEVERAL
            if file == _SEVERAL:
                return _SEVERAL
            left = "/".join(parts[:-shared]), "/".join(file.split("/")[:-shared])
            return _Match(file, shared, left)
        return None


def _parts(name: str) -> list[str]:
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
