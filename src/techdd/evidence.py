"""The evidence store: facts as Parquet, how each run ended as JSON; the layout is the data's shape.

    evidence/<table>/<repository>.parquet
    evidence/runs/<collector>.<repository>.json

Writing is a new file and a rename. Reading names the repositories of today's engagement, so that a
repository taken out of it leaves the numbers too.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from techdd.documents import write_atomic
from techdd.errors import EvidenceError
from techdd.facts import Fact, frame, schema, table_name, typed
from techdd.model import Issue, Run, Status

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection
    from pandas import DataFrame

FORMAT = 1
_SQL = {str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN"}


class Evidence:
    """The store of one engagement, in the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, fact: Fact, repo: str, rows: DataFrame) -> None:
        """Replaces the facts of `repo`. Raises EvidenceError where the disk refuses."""
        import duckdb

        path = self._table(fact, repo)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".put.", dir=path.parent) as folder:
                fresh = Path(folder) / path.name
                self._write(fact, rows, fresh)
                fresh.replace(path)
        except OSError as error:
            raise EvidenceError(f"cannot be written: {error.strerror}", path) from None
        except duckdb.IOException as error:
            raise EvidenceError(f"cannot be written: {_reason(error)}", path) from None

    def drop(self, fact: Fact, repo: str) -> None:
        """Removes the facts of `repo`: a failed run must not leave those of the run before."""
        self._table(fact, repo).unlink(missing_ok=True)

    def table(self, fact: Fact, repos: Iterable[str]) -> DataFrame:
        """The facts of `repos` in one typed DataFrame with the column `repo` in front.

        A repository without facts adds no rows; whether that means "none" is told by `runs`.
        """
        paths = [self._table(fact, repo) for repo in repos]
        there = [path for path in paths if path.is_file()]
        if there:
            rows = self._read(there)
            if missing := [name for name in schema(fact) if name not in rows]:
                raise EvidenceError(
                    f"has no column {missing[0]!r}: another version wrote it; collect again",
                    there[0],
                )
            rows.insert(0, "repo", [Path(name).stem for name in rows.pop("filename")])
        else:
            rows = frame(fact, [])
            rows.insert(0, "repo", [])
        rows["repo"] = rows["repo"].astype(object)
        return typed(fact, rows)

    def record(self, run: Run) -> None:
        """Writes down how a run ended."""
        text = json.dumps({"format": FORMAT, **asdict(run)}, indent=1, sort_keys=True)
        path = self._run(run.collector, run.repo)
        try:
            write_atomic(path, f"{text}\n".encode())
        except OSError as error:
            raise EvidenceError(f"cannot be written: {error.strerror}", path) from None

    def run(self, collector: str, repo: str) -> Run | None:
        """How `collector` last ended on `repo`; None where it never ran or its record is broken."""
        try:
            return _parse_run(json.loads(self._run(collector, repo).read_bytes()))
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
        return run if all(self._table(fact, repo).is_file() for fact in makes) else None

    @cached_property
    def _duckdb(self) -> DuckDBPyConnection:
        """One thread and no extensions: equal rows give equal bytes, nothing is downloaded."""
        import duckdb

        connection = duckdb.connect(
            config={
                "threads": 1,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    def _write(self, fact: Fact, rows: DataFrame, path: Path) -> None:
        columns = ", ".join(
            f'CAST("{name}" AS {_sql_type(kind)}) AS "{name}"'
            for name, (kind, _) in schema(fact).items()
        )
        self._duckdb.register("facts", rows)
        self._duckdb.execute(
            f"COPY (SELECT {columns} FROM facts) TO {_quoted(str(path))} (FORMAT parquet)"
        )
        self._duckdb.unregister("facts")

    def _read(self, paths: Sequence[Path]) -> DataFrame:
        import duckdb

        names = ", ".join(_quoted(escape(str(path))) for path in paths)
        try:
            stored = self._duckdb.sql(f"FROM read_parquet([{names}], filename = true)")
            # Times are handed over without their zone, UTC: with it, DuckDB calls what pandas ends.
            columns = [
                f'"{name}" AT TIME ZONE \'UTC\' AS "{name}"'
                if "TIME ZONE" in str(kind)
                else f'"{name}"'
                for name, kind in zip(stored.columns, stored.types, strict=True)
            ]
            return stored.project(", ".join(columns)).df()
        except duckdb.Error as error:
            damaged = next((path for path in paths if str(path) in str(error)), paths[0])
            raise EvidenceError(
                f"is damaged ({_reason(error)}); delete it and collect again", damaged
            ) from None

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
    )


def _sql_type(kind: type[datetime] | type) -> str:
    return _SQL.get(kind, "TIMESTAMPTZ")


def _quoted(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0][:120]
