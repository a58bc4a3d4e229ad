"""What was read at a cost, kept by id beside the overlay in parts that are never changed.

    <folder>/<kind>-<version>/<first id>-<number of ids>/<table>.parquet
    <folder>/<kind>-<version>/<fact>.<number>.parquet      facts made of the parts
    <folder>/<kind>-<version>/complete      of which commit all is known, and which files of facts

A part is written under another name and renamed, so a run that is killed leaves whole parts, which
the next one does not read again. The folder is a cache: deleting it costs time and nothing else.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from techdd import parquet
from techdd.facts import Fact, Parts
from techdd.files import write_atomic

MOST_PARTS = 24  # more are joined into one
FEWEST = 8_192  # ids of a part, where there are more; it is what a kill can cost
_UNFINISHED = ".part."
MAYBE_INT = int | None
_SQL: Mapping[Any, str] = {
    str: '"{}" AS VARCHAR', int: '"{}" AS BIGINT', bool: '"{}" AS BOOLEAN',
    MAYBE_INT: 'CASE WHEN "{0}" >= 0 THEN "{0}" END AS BIGINT',
}  # fmt: skip

T = TypeVar("T")
Columns = Mapping[str, Any]  # column -> str, int, bool or MAYBE_INT
Schema = Mapping[str, Columns]  # table -> its columns
Tables = Mapping[str, Mapping[str, Any]]  # table -> column -> array
Keep = Callable[[Tables], None]  # what takes them in


class Store:
    """The parts of one kind of reading; `version` changes whenever they would differ. `schema` has
    the columns of each part's tables, the first of which has a row an id, its first column; in
    other tables that column, where they have it, says what a row belongs to.
    """

    def __init__(self, folder: Path, kind: str, version: str, schema: Schema) -> None:
        self.root = folder / f"{kind}-{version}"
        self.schema = schema
        self.main, columns = next(iter(schema.items()))
        self.key = next(iter(columns))
        self.root.mkdir(parents=True, exist_ok=True)
        others = (one for one in self.root.parent.glob(f"{kind}-*") if one != self.root)
        for stale in (*self.root.glob(f"{_UNFINISHED}*"), *others):
            shutil.rmtree(stale, ignore_errors=True)
        self.connection = parquet.connect()

    def parts(self) -> list[Path]:
        """The folders of the parts, in a steady order."""
        return sorted(path for path in self.root.glob("[!.]*") if path.is_dir())

    def crowded(self) -> bool:
        """Whether there are more parts than are read with ease."""
        return len(self.parts()) > MOST_PARTS

    def files(self, table: str) -> list[Path]:
        """The file of `table` in each part."""
        return [part / f"{table}.parquet" for part in self.parts()]

    def columns(
        self, table: str, *names: str, among: Collection[str] | None = None, where: str = "true"
    ) -> Mapping[str, Any]:
        """Columns of `table` over all parts, as arrays; of the ids `among` so many, of the rows
        `where` an SQL condition holds.
        """
        paths = self.files(table)
        if not paths:
            return {name: arrays([], {name: self.schema[table][name]})[name] for name in names}
        return self.found(paths, *names, among=among, where=where)

    def found(
        self, paths: Sequence[Path], *names: str, among: Collection[str] | None, where: str = "true"
    ) -> Mapping[str, Any]:
        """Likewise columns of the files `paths`."""
        import numpy as np

        chosen = ", ".join(f'"{name}"' for name in names)
        select = f"SELECT {chosen} FROM {parquet.files(paths)} WHERE {where}"
        if among is not None:
            self.connection.register("among", {"id": np.array(sorted(among), object)})
            select += f" AND {self.key} IN (SELECT id FROM among)"
        rows: Mapping[str, Any] = self.connection.sql(select).fetchnumpy()
        return rows

    def count(self, paths: Sequence[Path]) -> int:
        """The rows of the files `paths`."""
        if not paths:
            return 0
        select = f"SELECT count(*) FROM {parquet.files(paths)}"
        ((rows,),) = self.connection.sql(select).fetchall()
        return int(rows)

    def add(self, tables: Tables) -> None:
        """Writes a part; below zero a MAYBE_INT is none."""
        ids = tables[self.main][self.key]
        connection = self.connection.cursor()  # threads may add parts at the same time
        with _folder(self.root) as folder:
            for table in self.schema:
                path = folder / f"{table}.parquet"
                parquet.write(connection, self.typed(table, "rows"), path, {"rows": tables[table]})
            folder.rename(self.root / f"{ids[0]}-{len(ids)}")

    @contextmanager
    def gathering(self) -> Iterator[Keep]:
        """Takes what threads hand over bit by bit, and writes it as parts of some size."""
        import numpy as np

        waiting: list[Tables] = []
        lock = threading.Lock()

        def take(least: int) -> None:
            with lock:
                ids = sum(len(one[self.main][self.key]) for one in waiting)
                taken = list(waiting) if ids >= least else []
                del waiting[: len(taken)]
            if taken:
                self.add(
                    {
                        table: {
                            name: np.concatenate([one[table][name] for one in taken])
                            for name in columns
                        }
                        for table, columns in self.schema.items()
                    }
                )

        def add(tables: Tables) -> None:
            with lock:
                waiting.append(tables)
            take(FEWEST)

        try:
            yield add
        finally:
            take(1)

    def typed(self, table: str, rows: str) -> str:
        """Selects `rows`, arrays, with the types of `table`: a column of nothing would else be of
        another type in each part.
        """
        kinds = self.schema[table].items()
        columns = (f'CAST({_SQL[kind].format(name)}) AS "{name}"' for name, kind in kinds)
        return f"SELECT {', '.join(columns)} FROM {rows}"

    def write(self, select: str, target: Path, tables: Mapping[str, Any]) -> None:
        """Writes a new file of what `select` gives; what was linked to the one before keeps it."""
        fresh = target.with_suffix(f".{os.getpid()}")
        parquet.write(self.connection, select, fresh, tables)
        fresh.replace(target)

    def facts(self, fact: Fact, select: str, tables: Mapping[str, Any]) -> Parts:
        """Writes what `select` gives as the facts."""
        target = self.root / f"{fact.__name__}.parquet"
        self.write(select, target, tables)
        return Parts(fact, (target,), self.count([target]))

    def complete(self) -> tuple[str, list[Path]]:
        """(the commit whose whole history is known, the files of facts made of it); "" and none."""
        path = self.root / "complete"
        if not path.is_file():
            return "", []
        head, *names = path.read_text().split()
        return head, [self.root / name for name in names]

    def reopen(self) -> None:
        """Takes back that a history is whole: what follows may leave it in pieces."""
        (self.root / "complete").unlink(missing_ok=True)

    def keep(self, ids: Collection[str]) -> None:
        """Forgets all others, which can be read again, and joins the parts into one; the rows stand
        in the order of `ids`, those of one as they were read.
        """
        self.reopen()
        self._rewrite(ids)

    def finish(self, head: str, facts: Iterable[Path] = ()) -> None:
        """Notes that the history of `head` is whole, and the files of facts made of it."""
        said = [head, *(path.name for path in facts)]
        write_atomic(self.root / "complete", "\n".join([*said, ""]).encode())

    def _rewrite(self, ids: Collection[str]) -> None:
        """Joins all parts into one, with the rows of `ids` only, in that order."""
        import numpy as np

        kept = {"kept": {"id": np.array(list(ids), object), "place": np.arange(len(ids))}}
        with _folder(self.root.parent) as folder:
            part = folder / f"joined-{len(ids)}"
            part.mkdir()
            for name in self.schema:
                parts = parquet.files(self.files(name), "file_row_number = true")
                select = f"SELECT parts.* EXCLUDE (filename, file_row_number) FROM {parts} AS parts"
                if self.key in self.schema[name]:
                    select += (
                        f" JOIN kept ON {self.key} = kept.id ORDER BY kept.place, file_row_number"
                    )
                parquet.write(self.connection, select, part / f"{name}.parquet", kept)
            shutil.rmtree(self.root)
            folder.rename(self.root)


def from_store(folder: Path, work: Callable[[], T]) -> T:
    """What `work` makes of parts stored in `folder`. Where one is damaged, all are read anew."""
    import duckdb

    try:
        return work()
    except (duckdb.Error, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        return work()


def arrays(rows: Sequence[Sequence[Any]], kinds: Columns) -> dict[str, Any]:
    """One array a column of `rows`."""
    import numpy as np

    dtypes: Mapping[Any, Any] = {str: object, int: np.int64, bool: np.bool_}
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return {
        name: np.array(values, dtypes[kind])
        for (name, kind), values in zip(kinds.items(), columns, strict=True)
    }


@contextmanager
def _folder(parent: Path) -> Iterator[Path]:
    """A folder to fill and rename; what was not renamed is cleared away."""
    folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
