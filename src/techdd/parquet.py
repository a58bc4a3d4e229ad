"""Parquet files through DuckDB: the one place that knows how tables are written and read."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Mapping
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from techdd.files import opened

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def connect() -> DuckDBPyConnection:
    """A DuckDB with one thread and without extensions: equal rows give equal bytes, nothing is
    downloaded.
    """
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


def write(
    connection: DuckDBPyConnection, select: str, path: Path, tables: Mapping[str, Any] | None = None
) -> None:
    """Writes what `select` gives to `path`; `tables` are what it may name: DataFrames, or arrays
    by column. Raises OSError where the disk refuses.
    """
    import duckdb

    for name, table in (tables or {}).items():
        connection.register(name, table)
    try:
        connection.execute(f"COPY ({select}) TO {quoted(str(path))} (FORMAT parquet)")
    except duckdb.IOException as error:
        raise OSError(errno.EIO, _reason(error), str(path)) from None
    for name in tables or {}:
        connection.unregister(name)


def _reason(error: Exception) -> str:
    """DuckDB's words, which hold the system's at their end: "No space left on device"."""
    said = str(error).splitlines()[0]
    system = re.search(r': ((?:No space|Disk quota|Read-only|Input/output|File too)[^"]*)', said)
    return system[1].rstrip(".") if system else said[:120]


def files(paths: Iterable[Path], *options: str) -> str:
    """`paths` as DuckDB's table function over Parquet files, with its `options`; the column
    `filename` is added. Raises OSError where one cannot be opened, such as a pipe.
    """
    paths = list(paths)
    for path in paths:
        opened(path).close()
    names = ", ".join(quoted(escape(str(path))) for path in paths)
    return f"read_parquet({', '.join((f'[{names}]', 'filename = true', *options))})"


def quoted(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"
