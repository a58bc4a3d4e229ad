"""Other people's code that lies in the repositories themselves, where no lock file tells of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._copies import place_of
from techdd.counting import of_repository
from techdd.facts import File
from techdd.model import Metric, Series

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 20


@probe(domain="dependencies", needs=(File,))
def vendored(_: date, files: DataFrame) -> Answered:
    """How much of others' code was copied into the repositories?"""
    copied = files[files["role"] == "vendored"]
    rows = copied.assign(place=[place_of(path) for path in copied["path"]])
    for repo in ("", *sorted(files["repo"].unique())):
        own, all_files = (of_repository(repo, table) for table in (rows, files))
        basis = f"{len(own):,} of {len(all_files):,} files"
        note = "" if len(all_files) else "no file was read"
        places = len(own[["repo", "place"]].drop_duplicates())
        for name, value, unit in (
            ("copies", places, "copies"),
            ("code_lines", int(own["code"].sum()), "lines"),
        ):
            measured = float(value) if len(all_files) else None
            yield Metric(f"vendored.{name}", measured, unit, str(repo), basis, note)
    table = rows.groupby(["repo", "place"], as_index=False).agg(
        files=("path", "size"), code=("code", "sum")
    )
    table = table.sort_values(["code", "repo", "place"], ascending=[False, True, True])
    yield Series(
        "vendored_copies",
        "Other people's code that was copied into the repositories",
        ("repository", "place", "files", "code lines"),
        tuple(
            (str(row.repo), str(row.place), int(row.files), int(row.code))
            for row in table.head(SHOWN).itertuples()
        ),
        note="By the names of folders and files. No lock file tells the version of a copy: it was "
        "not checked for known vulnerabilities, and its licence asks at least for its notice.",
    )
