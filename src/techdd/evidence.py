"""The evidence store: facts as Parquet, how each run ended as JSON; the layout is the data's shape.

    evidence/<table>/<repository>.parquet      a file or, for very many rows, a folder of files
    evidence/runs/<collector>.<repository>.json
    evidence/manifest.jsonl                    what each run changed (see `trust.chain`)

Writing is a new file and a rename. Reading names the repositories of today's engagement, so that a
repository taken out of it leaves the numbers too.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from techdd import parquet
from techdd.errors import EvidenceError
from techdd.facts import Fact, Parts, frame, schema, table_name, typed
from techdd.files import is_there, read, write_changed
from techdd.migrations import FORMATS, current
from techdd.model import Issue, Run, Status

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection
    from pandas import DataFrame

RUNS = FORMATS["evidence/runs"]
_SQL = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN"}


class Evidence:
    """The store of one engagement, in the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, fact: Fact, repo: str, rows: DataFrame | Parts) -> None:
        """Replaces the facts of `repo`. Raises EvidenceError where the disk refuses.

        Files of `Parts` are linked or, from another disk, copied.
        """
        path = self._table(fact, repo)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".put.", dir=path.parent) as folder:
                fresh = Path(folder) / path.name
                if isinstance(rows, Parts):
                    fresh.mkdir()
                    parts: tuple[Path | bytes, ...] = (*rows.paths, *rows.contents)
                    for number, part in enumerate(parts):
                        _place(part, fresh / f"{number:03}.parquet")
                else:
                    self._write(fact, rows, fresh)
                if path.is_dir() or (fresh.is_dir() and path.exists()):
                    path.rename(Path(folder) / "before")  # a folder cannot be renamed over
                fresh.replace(path)
        except OSError as error:
            raise EvidenceError(f"cannot be written: {error.strerror}", path) from None

    def drop(self, fact: Fact, repo: str) -> None:
        """Removes the facts of `repo`: a failed run must not leave those of the run before."""
        path = self._table(fact, repo)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def table(self, fact: Fact, repos: Iterable[str]) -> DataFrame:
        """The facts of `repos` in one typed DataFrame with the column `repo` in front.

        A repository without facts adds no rows; whether that means "none" is told by `runs`.
        """
        there = {str(path): repo for repo in repos for path in self._files(fact, repo)}
        if there:
            rows = self._read(list(there))
            if missing := [name for name in schema(fact) if name not in rows]:
                raise EvidenceError(
                    f"has no column {missing[0]!r}: another version wrote it; collect again",
                    next(iter(there)),
                )
            rows.insert(0, "repo", rows.pop("filename").map(there))
        else:
            rows = frame(fact, [])
            rows.insert(0, "repo", [])
        rows["repo"] = rows["repo"].astype(object)
        try:
            return typed(fact, rows)
        except (TypeError, ValueError) as error:
            raise EvidenceError(
                f"has a column of another type ({_reason(error)}): another version wrote it; "
                "collect again",
                next(iter(there), self.root),
            ) from None

    def record(self, run: Run) -> None:
        """Writes down how a run ended."""
        text = json.dumps({RUNS.key: RUNS.version, **asdict(run)}, indent=1, sort_keys=True)
        path = self._run(run.collector, run.repo)
        try:
            write_changed(path, f"{text}\n".encode())
        except OSError as error:
            raise EvidenceError(f"cannot be written: {error.strerror}", path) from None

    def run(self, collector: str, repo: str) -> Run | None:
        """How `collector` last ended on `repo`; None where it never ran or its record is broken.

        Raises TechddError where a newer techdd wrote it.
        """
        path = self._run(collector, repo)
        try:
            return _parse_run(current(RUNS, json.loads(read(path)), path))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def fresh(self, collector: str, repo: str, key: str, makes: Iterable[Fact]) -> Run | None:
        """The recorded run where it answers for `key`: complete or partial, with its facts there.

        Failed and skipped runs, and those with a transient issue, are tried again.
        """
        run = self.run(collector, repo)
        if run is None or run.key != key or run.status not in (Status.OK, Status.PARTIAL):
            return None
        if any(issue.transient for issue in run.issues):
            return None
        return run if all(self._table(fact, repo).exists() for fact in makes) else None

    def files(self, repos: Iterable[str]) -> list[Path]:
        """Every file that holds facts of `repos` or how a run on them ended, in a steady order."""
        wanted = set(repos)
        found: list[Path] = []
        for path in sorted(self.root.glob("[!.]*/[!.]*")):
            name = path.name.removesuffix(path.suffix)
            if path.parent.name == "runs":
                name = name.partition(".")[2]
            if name in wanted:
                found += sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        return found

    def pack(self, facts: Iterable[Fact], repo: str) -> dict[str, bytes]:
        """The files that hold `facts` of `repo`, by their path in the store, for another machine.

        Raises EvidenceError.
        """
        paths = [path for fact in facts for path in self._files(fact, repo)]
        try:
            return {str(path.relative_to(self.root)): read(path) for path in paths}
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}", error.filename) from None

    def unpack(self, packed: Mapping[str, bytes]) -> None:
        """Writes what `pack` of another store gave into this one, which is new."""
        for name, content in packed.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    @cached_property
    def _duckdb(self) -> DuckDBPyConnection:
        return parquet.connect()

    def _write(self, fact: Fact, rows: DataFrame, path: Path) -> None:
        columns = ", ".join(
            f'CAST("{name}" AS {_sql_type(kind)}) AS "{name}"'
            for name, (kind, _) in schema(fact).items()
        )
        parquet.write(self._duckdb, f"SELECT {columns} FROM facts", path, {"facts": rows})

    def _read(self, paths: Sequence[str]) -> DataFrame:
        import duckdb

        try:
            files = parquet.files(map(Path, paths))
            stored = self._duckdb.sql(f"SELECT * FROM {files}")
            # Times are handed over without their zone, UTC: with it, DuckDB calls what pandas ends.
            columns = [
                f'"{name}" AT TIME ZONE \'UTC\' AS "{name}"'
                if "TIME ZONE" in str(kind)
                else f'"{name}"'
                for name, kind in zip(stored.columns, stored.types, strict=True)
            ]
            return stored.project(", ".join(columns)).df()
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}", error.filename) from None
        except duckdb.Error as error:
            damaged = next((path for path in paths if path in str(error)), paths[0])
            raise EvidenceError(
                f"is damaged ({_reason(error)}); delete it and collect again", damaged
            ) from None

    def _files(self, fact: Fact, repo: str) -> list[Path]:
        path = self._table(fact, repo)
        if path.is_dir():
            return sorted(path.glob("*.parquet"))
        return [path] if is_there(path) else []

    def _table(self, fact: Fact, repo: str) -> Path:
        return self.root / table_name(fact) / f"{repo}.parquet"

    def _run(self, collector: str, repo: str) -> Path:
        return self.root / "runs" / f"{collector}.{repo}.json"


def _parse_run(raw: Mapping[str, Any]) -> Run:
    return Run(
        collector=raw["collector"],
        repo=raw["repo"],
        status=Status(raw["status"]),
        key=raw["key"],
        rows=dict(raw["rows"]),
        issues=tuple(Issue(**issue) for issue in raw["issues"]),
        state=raw.get("state", ""),
    )


def _sql_type(kind: type[datetime] | type) -> str:
    return _SQL.get(kind, "TIMESTAMPTZ")


def _place(source: Path | bytes, target: Path) -> None:
    if isinstance(source, bytes):
        target.write_bytes(source)
        return
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:120]
