"""The changes of a part of a history as git printed them, read all together into columns."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from techdd.errors import RepositoryError
from techdd.text import decode

if TYPE_CHECKING:
    from numpy import ndarray

NO_COUNT = -1  # lines of what has none: binary files, other repositories, contents not there
_KEY = 15  # hexadecimal digits of an object id that make the key of a version
_BEFORE = len(":100644 100644 ")  # where the first object id begins in a raw line


class RawChanges:
    """Raw lines with their paths, and line counts, in the order in which they came."""

    def __init__(self) -> None:
        self.raws: list[bytes] = []
        self.counts: list[bytes] = []  # "<added> <deleted> <path>" with tabs between
        self._paths: list[bytes] = []
        self._olds: dict[int, bytes] = {}  # place in `raws` -> path before a rename or copy
        self._starts: list[tuple[int, int]] = []  # (raws, counts) before each commit

    def begin_commit(self) -> None:
        """What is added from here on belongs to another commit."""
        self._starts.append((len(self.raws), len(self.counts)))

    def add(self, raw: bytes, path: bytes, old: bytes | None) -> None:
        """Adds a change of the present commit."""
        if old is not None:
            self._olds[len(self.raws)] = old
        self.raws.append(raw)
        self._paths.append(path)

    def drop_commit(self) -> None:
        """Takes the present commit's changes out again."""
        raws, counts = self._starts.pop()
        del self.raws[raws:], self._paths[raws:], self.counts[counts:]
        self._olds = {place: old for place, old in self._olds.items() if place < raws}

    def columns(
        self, shas: Sequence[str], texts: MutableMapping[bytes, str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """(the columns of the changes, the sums of each commit: files, added, deleted).

        `shas` are the commits in their order; `texts` holds paths that were decoded before.
        """
        import numpy as np

        first = np.array([raws for raws, _ in self._starts], np.int64)
        files = np.diff(first, append=len(self.raws))
        commit = np.repeat(np.arange(len(shas)), files)
        before, after, status = self._raw_columns(len(shas[0]))
        added, deleted = self._line_counts()
        old_paths = np.full(len(self.raws), None, object)
        for place, old in self._olds.items():
            old_paths[place] = decode(old)
        changes = {
            "sha": np.array(shas, object)[commit],
            "place": np.arange(len(self.raws)) - first[commit],
            "path": np.array(_decoded(self._paths, texts), object),
            "old_path": old_paths,
            "status": status,
            "added": added,
            "deleted": deleted,
            "before": before,
            "after": after,
        }
        sums = {
            name: np.bincount(commit, np.maximum(counts, 0), len(shas)).astype(np.int64)
            for name, counts in (("added", added), ("deleted", deleted))
        }
        return changes, {"files": files, **sums}

    def _raw_columns(self, digits: int) -> tuple[ndarray[Any, Any], ...]:
        """(the key of the version before, of that after, the letter of the status) of each change;
        object ids have so many `digits`.
        """
        import numpy as np

        second = _BEFORE + digits + 1
        width = second + digits + 2
        text = b"".join([raw[:width] for raw in self.raws])
        if len(text) != width * len(self.raws):
            raise RepositoryError("git log: its output cannot be understood")
        grid = np.frombuffer(text, np.uint8).reshape(-1, width)
        letters = np.array(list(grid[:, -1].tobytes().decode("latin-1")), object)
        keys = []
        for mode, start in ((1, _BEFORE), (8, second)):
            # Another repository's commit (mode 160000) is no content here.
            other = grid[:, mode + 1] == ord("6")
            keys.append(np.where(other, 0, _keys(grid[:, start : start + _KEY])))
        return *keys, letters

    def _line_counts(self) -> tuple[ndarray[Any, Any], ...]:
        """(lines added, lines deleted) of each change; NO_COUNT where git gives none."""
        import numpy as np

        words = b"\t".join(self.counts).split(b"\t")
        if len(words) != 3 * len(self.counts):  # a path has a tab
            words = [word for count in self.counts for word in count.split(b"\t", 2)]
        *counted, paths = (words[which::3] for which in range(3))
        numbers = {word: NO_COUNT if word == b"-" else int(word) for word in {*chain(*counted)}}
        places = slice(None) if paths == self._paths else list(self._places(paths))
        columns = []
        for own in counted:
            column = np.full(len(self.raws), NO_COUNT, np.int64)
            column[places] = list(map(numbers.__getitem__, own))
            columns.append(column)
        return tuple(columns)

    def _places(self, paths: Sequence[bytes]) -> Iterator[int]:
        """Where the change of each counted path is: git counts no lines for some."""
        bounds = [*self._starts, (len(self.raws), len(self.counts))]
        for (raws, counts), (next_raws, next_counts) in pairwise(bounds):
            own = {self._paths[place]: place for place in range(raws, next_raws)}
            for path in paths[counts:next_counts]:
                if path not in own:
                    raise RepositoryError("git log: its output cannot be understood")
                yield own[path]


def _keys(digits: ndarray[Any, Any]) -> ndarray[Any, Any]:
    """Rows of hexadecimal digits as numbers."""
    import numpy as np

    values = np.zeros(len(digits), np.int64)
    for column in digits.T:
        values = values * 16 + np.where(
            column > ord("9"), column - ord("a") + 10, column - ord("0")
        )
    return values


def _decoded(raws: Sequence[bytes], texts: MutableMapping[bytes, str]) -> list[str]:
    found = list(map(texts.get, raws))
    for place, text in enumerate(found):
        if text is None:
            found[place] = texts[raws[place]] = decode(raws[place])
    return found  # type: ignore[return-value]  # none is left that was not found
