"""What the repository consists of: every file with its language and role, functions, classes."""

from __future__ import annotations

from operator import attrgetter

from techdd import parquet
from techdd.collectors import Gathered, collector
from techdd.collectors._units import Class
from techdd.derived import from_store
from techdd.facts import File, Function
from techdd.languages import classify, languages
from techdd.measuring import MEASURED_ROLES, Measured, folder
from techdd.model import Issue
from techdd.repository import MISSING, Repository

NOTEBOOK = "Jupyter Notebook"  # a document, whose cells may be a program all the same


@collector(makes=(File, Function, Class), minutes=60, version=4)
def code(repo: Repository) -> Gathered:
    """Every regular file of the tree; functions and classes of source and tests. A blob is read
    once.
    """
    for entry in repo.entries():
        if entry.mode == "120000":
            yield Issue("symbolic link, not followed", entry.path)
    yield from from_store(folder(repo), lambda: list(_measured(repo)))


def _measured(repo: Repository) -> Gathered:
    entries = repo.regular_files()
    measured = Measured(repo)
    unread = measured.add(entries)
    yield from measured.limits(entries)
    for entry in sorted(unread, key=attrgetter("path")):
        if entry.size < 0:
            yield Issue(MISSING, entry.path, transient=True)
        elif classify(entry.path, b"").role != "binary":
            yield Issue("too large to be read", entry.path, f"{entry.size:,} bytes")
    files = measured.facts(File, entries, unread)
    yield files
    yield measured.facts(Function, entries)
    yield measured.facts(Class, entries)
    select = f"SELECT language, count(*) FROM {parquet.files(files.paths)} WHERE role IN"
    select += f" {MEASURED_ROLES} GROUP BY language ORDER BY language"
    for name, count in measured.store.connection.sql(select).fetchall():
        language = languages().get(name)
        # Somebody would expect functions there, and no engine can find them.
        if language and language.programming and not language.measured:
            said = f"{name}: {count:,} file{'s' * (count > 1)}"
            yield Issue("language measured in lines only", detail=said)
    select = f"SELECT path FROM {parquet.files(files.paths)} WHERE language = '{NOTEBOOK}'"
    select += " AND role = 'data' ORDER BY path"
    for (path,) in measured.store.connection.sql(select).fetchall():
        yield Issue("code in notebooks not measured", path)
