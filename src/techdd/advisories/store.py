"""The advisory database on disk: one SQLite file, replaced as a whole, read by package name."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from techdd.advisories import exploits
from techdd.advisories.exploits import Exploitation
from techdd.advisories.holdings import Status, read_status
from techdd.advisories.matching import Affected, Matches, by_vulnerability, judged
from techdd.advisories.records import Record, read_record, tree_of
from techdd.advisories.sources import find, pieces
from techdd.advisories.versions import normalised
from techdd.errors import TechddError
from techdd.files import replacing
from techdd.folders import kept
from techdd.model import Issue

FILE = "advisories.sqlite"
LAYOUT = 3
_SHOWN = 20  # bad records that are named; all are counted

_TABLES = """
create table source (label text primary key, sha256 text, records int, skipped int);
create table advisory (id text primary key, modified text, dated text, withdrawn int, digest text);
create table affected (
    ecosystem text, package text, advisory text, position int, aliases text, severity text,
    score real, summary text, published text, ranges text, versions text,
    primary key (ecosystem, package, advisory, position)
) without rowid;
create index affected_advisory on affected (advisory);
create table summary (ecosystem text primary key, advisories int, dated text);
create table imported (name text primary key, day text);
create table state (key text primary key, value text);
"""


@dataclass(frozen=True)
class Imported:
    """What an import brought: advisories by ecosystem, the newest date that they give away, and
    how many records were `skipped`; `issues` names the first of those.
    """

    counts: Mapping[str, int]
    date: str
    skipped: int
    issues: tuple[Issue, ...]
    digest: str


def import_advisories(sources: list[Path], folder: Path) -> Imported:
    """Adds OSV records, KEV lists and EPSS scores to the database in `folder`, newer over older.

    A record of an archive or a folder that cannot be read is counted and named, the others go on; a
    list of exploits is taken as a whole or not at all. The file is replaced at the end, so that an
    import that is broken off leaves the old one. Raises TechddError.
    """
    counts: Counter[str] = Counter()
    issues: list[Issue] = []
    skipped, newest = 0, ""
    with _rewritten(folder) as connection:
        known = set(connection.execute("select label, sha256 from source"))
        for source in (one for one in find(sources) if (one.label, one.sha256) not in known):
            read, names = 0, set[str]()
            bad: list[Issue] = []
            if source.is_scores:
                names |= exploits.put_epss(connection, *exploits.read_epss(source.path))
            for name, data in () if source.is_scores else pieces(source):
                try:
                    if data is None:
                        raise ValueError("larger than a record may be")
                    if exploits.looks_like_kev(data):
                        entries = exploits.read_kev(data, source.path)
                        names |= exploits.put_kev(connection, *entries)
                        continue
                    record = read_record(tree_of(data))
                except ValueError as error:
                    where = name if name == source.label else f"{source.label}:{name}"
                    bad.append(Issue("bad advisory record", where, str(error)[:200]))
                    continue
                read += 1
                ecosystems = {ecosystem for ecosystem, _, _ in record.affected}
                names |= ecosystems
                counts.update(() if record.withdrawn else ecosystems)
                newest = max(newest, record.dated)
                _put(connection, record, hashlib.sha256(data).hexdigest())
            skipped += len(bad)
            issues += bad[: _SHOWN - len(issues)]
            note = (source.label, source.sha256, read, len(bad))
            connection.execute("insert or replace into source values (?, ?, ?, ?)", note)
            day = datetime.now(UTC).date().isoformat()
            days = ((name, day) for name in names)
            connection.executemany("insert or replace into imported values (?, ?)", days)
        digest = _finish(connection)
    return Imported(dict(sorted(counts.items())), newest, skipped, tuple(issues), digest)


class Database:
    """The advisories on disk, read only; one a process."""

    def __init__(self, connection: sqlite3.Connection, status: Status) -> None:
        self._connection = connection
        self._read: dict[tuple[str, str], list[list[Affected]]] = {}
        self.status = status

    @classmethod
    def open(cls, folder: Path) -> Database:
        """The database in `folder`. Raises TechddError where there is none or it is damaged."""
        file = folder / FILE
        if not file.is_file():
            raise TechddError("no advisory database; run 'techdd advisories import'", folder)
        try:
            connection = sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)
            return cls(connection, _status(connection, file))
        except sqlite3.Error:
            raise _damaged(file) from None

    def close(self) -> None:
        """Releases the file."""
        self._connection.close()

    def covers(self, ecosystem: str) -> bool:
        """Whether any advisory of `ecosystem` was imported."""
        return ecosystem in self.status.counts

    def affected(self, ecosystem: str, name: str) -> list[Affected]:
        """All that is said of one package, whatever the version."""
        return [row for group in self._groups(ecosystem, name) for row in group]

    def _groups(self, ecosystem: str, name: str) -> list[list[Affected]]:
        """The same by vulnerability; a package is asked for in several versions, and read once."""
        key = ecosystem, normalised(ecosystem, name)
        if key not in self._read:
            self._read[key] = by_vulnerability(self._rows(*key))
        return self._read[key]

    def _rows(self, ecosystem: str, package: str) -> list[Affected]:
        query = (
            "select advisory, aliases, severity, score, summary, published, ranges, versions"
            " from affected where ecosystem = ? and package = ? order by advisory, position"
        )
        try:
            rows = self._connection.execute(query, (ecosystem, package))
            return [_affected(*row) for row in rows]
        except (sqlite3.Error, ValueError):
            raise _damaged(self.status.file) from None

    def exploitation(self, ids: Iterable[str]) -> Exploitation:
        """Whether a vulnerability of these names is known to be exploited, and how likely it is."""
        return exploits.exploitation(self._connection, ids)

    def match(self, ecosystem: str, name: str, version: str) -> Matches:
        """The known vulnerabilities of one package version, and what could not be told."""
        if not self.covers(ecosystem):
            return Matches(unclear=(Issue(f"no advisories for {ecosystem}"),))
        return judged(ecosystem, version, self._groups(ecosystem, name))


def status(folder: Path) -> Status | None:
    """What the database in `folder` holds; None where there is none. Raises TechddError."""
    if not (folder / FILE).is_file():
        return None
    with contextlib.closing(Database.open(folder)) as database:
        return database.status


def default_folder() -> Path:
    """Where the database is kept: TECHDD_ADVISORIES, else the user's data folder (XDG)."""
    if chosen := os.environ.get("TECHDD_ADVISORIES"):
        return Path(chosen)
    return kept("advisories")


@contextmanager
def _rewritten(folder: Path) -> Iterator[sqlite3.Connection]:
    """A copy of the database to write to, which takes its place if all goes well."""
    file = folder / FILE
    try:
        with replacing(file) as fresh:
            if file.is_file():
                with contextlib.closing(Database.open(folder)):  # tells a damaged file
                    shutil.copyfile(file, fresh.name)
            # `replacing` holds a lock of its own, which some file systems take for SQLite's.
            place = f"{Path(fresh.name).absolute().as_uri()}?nolock=1"
            with contextlib.closing(sqlite3.connect(place, uri=True)) as connection:
                connection.execute("pragma journal_mode = off")
                connection.execute("pragma synchronous = off")
                if not file.is_file():
                    connection.executescript(_TABLES + exploits.TABLES)
                yield connection
                connection.commit()
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise TechddError(f"the advisory database cannot be written: {reason}", folder) from None


def _put(connection: sqlite3.Connection, record: Record, digest: str) -> None:
    """Stores a record unless a newer one of its id is there; a withdrawn one keeps only its id."""
    old = connection.execute("select modified from advisory where id = ?", (record.id,)).fetchone()
    if old and old[0] > record.modified:
        return
    connection.execute(
        "insert or replace into advisory values (?, ?, ?, ?, ?)",
        (record.id, record.modified, record.dated, record.withdrawn, digest),
    )
    if old:
        connection.execute("delete from affected where advisory = ?", (record.id,))
    if record.withdrawn:
        return
    connection.executemany(
        "insert into affected values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(ecosystem, package, row.advisory, position, json.dumps(row.aliases)),
                *(row.severity, row.score, row.summary, row.published),
                *(json.dumps(row.ranges), json.dumps(row.versions)),
            )
            for position, (ecosystem, package, row) in enumerate(record.affected)
        ),
    )


def _affected(  # the columns of the table, in order
    advisory: str,
    aliases: str,
    severity: str,
    score: float | None,
    summary: str,
    published: str,
    ranges: str,
    versions: str,
) -> Affected:
    walks = tuple(
        tuple((kind, version) for kind, version in events) for events in json.loads(ranges)
    )
    names, listed = tuple(json.loads(aliases)), tuple(json.loads(versions))
    return Affected(advisory, names, severity, score, summary, published, walks, listed)


def _finish(connection: sqlite3.Connection) -> str:
    """Counts what is there and gives it a digest that tells content, not the way it came in."""
    connection.execute("delete from summary")
    connection.execute(
        "insert into summary"
        " select ecosystem, count(distinct advisory), max(dated)"
        " from affected join advisory on advisory.id = affected.advisory group by ecosystem"
    )
    digest = hashlib.sha256(f"layout {LAYOUT}\n".encode())
    for row in connection.execute("select id, digest from advisory order by id"):
        digest.update("{} {}\n".format(*row).encode())
    digest.update(exploits.digest(connection))
    row = ("digest", digest.hexdigest())
    connection.execute("insert or replace into state values (?, ?)", row)
    connection.execute(f"pragma user_version = {LAYOUT}")
    return digest.hexdigest()


def _status(connection: sqlite3.Connection, file: Path) -> Status:
    if connection.execute("pragma user_version").fetchone()[0] != LAYOUT:
        raise TechddError(
            f"was made by another version of techdd; delete it and import again ({FILE})", file
        )
    return read_status(connection, file)


def _damaged(file: Path) -> TechddError:
    return TechddError("the advisory database is damaged; delete it and import again", file)
