"""What an analysis said of a blob, kept beside the overlay: the next run reads only new blobs.

A line a blob, added as soon as it is known, so that a killed run loses little. Deleting the file
costs time and nothing else. Nothing of the code is in it but rules and line numbers.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from techdd.repository import Repository


class Kept:
    """The answers of `tool` in one of its versions: `version` changes whenever they would."""

    def __init__(self, repository: Repository, tool: str, version: str) -> None:
        folder = repository.derived / "weaknesses"
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{tool}-{version}.jsonl"
        for stale in folder.glob(f"{tool}-*"):
            if stale != self._path:
                stale.unlink(missing_ok=True)
        self._known = dict(_read(self._path))

    def __enter__(self) -> Self:
        self._file = self._path.open("a", encoding="utf-8")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def get(self, blob: str) -> Any:
        """What was said of `blob`; None where nothing is known."""
        return self._known.get(blob)

    def add(self, blob: str, said: Any) -> None:
        """Keeps `said`, which has to be what JSON can hold."""
        self._known[blob] = said
        self._file.write(f"{json.dumps([blob, said])}\n")


def _read(path: Path) -> Any:
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            with contextlib.suppress(ValueError, TypeError):  # the last line of a killed run
                blob, said = json.loads(line)
                yield blob, said
