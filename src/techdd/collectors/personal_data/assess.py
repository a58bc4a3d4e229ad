"""Which personal data the code names, and whether code and documents look after it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from posixpath import basename
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.personal_data.gather import (
    FILTER,
    LOGGED,
    STORED,
    FieldSearch,
    PersonalField,
)
from techdd.collectors.personal_data.names import ERASURE, EXPORT, KINDS, SPECIAL, snake
from techdd.counting import of_repository
from techdd.facts import Artefact, File, Function
from techdd.model import Location, Metric, Series
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

_MIGRATION = r"(?i)(?:^|/)\w*migrat(?:e|ions?)/"
NOTHING = "no schema or model was found that names personal data"
_NOTE = (
    "By the names of fields in schemas, models and migrations of the audited tree. What a field of "
    "another name holds, how many people are in it, and whether it is in use, cannot be seen."
)


@probe(
    domain="data",
    needs=(PersonalField, FieldSearch, File, Function),
    helps=(Artefact,),
)
def personal_data(
    _as_of: date,
    fields: DataFrame,
    searched: DataFrame,
    files: DataFrame,
    functions: DataFrame,
    artefacts: DataFrame,
) -> Answered:
    """Which personal data do schemas and models name, and does code look after it?"""
    looked = [str(repo) for repo in sorted(searched["repo"])]
    stored = fields[fields["use"] == STORED]
    holding = set(stored["repo"])
    care = {
        "documented_share": set(artefacts[artefacts["kind"] == "privacy"]["repo"]),
        "erasure_share": _named(ERASURE, files, functions),
        "export_share": _named(EXPORT, files, functions),
        "scrubbing_share": set(fields[fields["use"] == FILTER]["repo"]),
    }
    for repo in ("", *looked):
        own, count = of_repository(repo, fields), int(of_repository(repo, searched)["files"].sum())
        basis, note = f"{count:,} files searched", "" if count else "no file was searched"
        for name, part in (
            ("fields", own[own["use"] == STORED]["name"]),
            ("special_fields", own[(own["use"] == STORED) & (own["kind"] == SPECIAL)]["name"]),
        ):
            value = part.map(snake).nunique() if count else None
            yield Metric(f"personal_data.{name}", value, "fields", repo, basis, note)
        lines = own[own["use"] == LOGGED].drop_duplicates(["repo", "path", "line"])
        value = len(lines) if count else None
        yield Metric("personal_data.logged", value, "statements", repo, basis, note)
        within = holding & ({repo} if repo else set(looked))
        for name, having in care.items():
            yield _share(f"personal_data.{name}", repo, within, having)
    yield from _tables(fields)


def _named(pattern: re.Pattern[str], files: DataFrame, functions: DataFrame) -> set[str]:
    """The repositories in which a function or a source file has such a name."""
    code = functions[functions["role"] == "source"][["repo", "name"]]
    own = files[(files["role"] == "source") & ~files["path"].str.contains(_MIGRATION)]
    stems = own["path"].map(lambda path: basename(path).partition(".")[0])
    return {
        str(repo)
        for names, repos in ((code["name"], code["repo"]), (stems, own["repo"]))
        for name, repo in zip(names, repos, strict=True)
        if pattern.fullmatch(snake(re.split(r"[.:#]", str(name))[-1])[:100])
    }


def _share(name: str, repo: str, holding: set[str], having: set[str]) -> Metric:
    if not holding:
        return Metric(name, None, "share", repo, "", NOTHING)
    both = len(holding & having)
    word = "repository" if len(holding) == 1 else "repositories"
    return Metric(name, both / len(holding), "share", repo, f"{both:,} of {len(holding):,} {word}")


def _tables(fields: DataFrame) -> Iterator[Series]:
    if rows := tuple(_rows(fields[fields["use"] == STORED])):
        yield Series(
            "personal_fields",
            "Personal data that schemas and models name",
            ("kind", "repository", "fields", "names", "for example"),
            rows,
            note=_NOTE,
        )
    if rows := tuple(_rows(fields[fields["use"] == LOGGED])):
        yield Series(
            "logged_fields",
            "Personal data that log statements pass on",
            ("kind", "repository", "statements", "names", "for example"),
            rows,
            note="By the names of values in calls of a logger; a filter may remove them later.",
        )


def _rows(fields: DataFrame) -> Iterator[tuple[str, str, int, str, str]]:
    order = list(KINDS)
    groups = sorted(fields.groupby(["kind", "repo"]), key=lambda one: order.index(one[0][0]))
    for (kind, repo), group in groups:
        first = group.sort_values(["path", "line"]).iloc[0]
        names = sorted({snake(str(name)) for name in group["name"]})
        place = str(Location(str(first["path"]), int(first["line"])))
        yield str(kind), str(repo), len(group), some_of(names, 8), place
