"""What the database holds and how old that is, told alike by `advisories status` and the report."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from techdd.advisories import exploits

OLD = 60  # days; osv.dev changes daily in each of the large ecosystems, EPSS every day


class Age(NamedTuple):
    """Days since the newest that is known, between `least` and `most`: some give the year only."""

    least: int
    most: int

    @property
    def mark(self) -> str:
        """Whether it is older than OLD days; "" where it is not."""
        return "OLD" if self.least > OLD else "MAY BE OLD" if self.most > OLD else ""

    def __str__(self) -> str:
        return f"{self.most:,}" if self.least == self.most else f"{self.least:,} to {self.most:,}"


def age(dated: str, today: date) -> Age | None:
    """How old what is `dated` by an ISO date or a year is on `today`; None where that says nothing.

    What is newer than `today`, as for a report of an earlier day, is 0 days old.
    """
    ends = [f"{dated}-01-01", f"{dated}-12-31"] if len(dated) == 4 else [dated, dated]
    try:
        most, least = (max(0, (today - date.fromisoformat(end)).days) for end in ends)
    except ValueError:
        return None
    return Age(least, most)


@dataclass(frozen=True)
class Status:
    """What the database holds: by ecosystem, how many advisories and the date of the newest, which
    is a year only where its records tell no more.

    `digest` changes with its content; `sources` are (label, sha256, records, skipped); `lists` are
    the dates of the KEV list and the EPSS scores, "" where there is none, and `entries` how many
    they have. `imported` says on which day each came in.
    """

    file: Path
    counts: Mapping[str, int]
    dates: Mapping[str, str]
    digest: str
    skipped: int
    sources: tuple[tuple[str, str, int, int], ...]
    lists: Mapping[str, str]
    entries: Mapping[str, int]
    imported: Mapping[str, str]


def read_status(connection: sqlite3.Connection, file: Path) -> Status:
    """What the database behind `connection` holds."""
    state = dict(connection.execute("select key, value from state"))
    sources = tuple(
        connection.execute("select label, sha256, records, skipped from source order by label")
    )
    rows = list(connection.execute("select ecosystem, advisories, dated from summary order by 1"))
    return Status(
        file=file,
        counts={row[0]: row[1] for row in rows},
        dates={row[0]: row[2] for row in rows},
        digest=state["digest"],
        skipped=sum(source[3] for source in sources),
        sources=sources,
        lists=exploits.dates(connection),
        entries=exploits.entries(connection),
        imported=dict(connection.execute("select name, day from imported")),
    )
