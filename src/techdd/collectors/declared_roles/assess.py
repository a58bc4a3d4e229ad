"""What would change if the client's .gitattributes were believed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.declared_roles.gather import DeclaredRole
from techdd.counting import of_repository
from techdd.facts import File
from techdd.model import Metric, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 20
_OURS = ("source", "test")  # what counts as the client's own work


@probe(domain="code_health", needs=(File, DeclaredRole))
def declared_roles(_: date, files: DataFrame, declared: DataFrame) -> Answered:
    """What does the client call generated, copied or documentation that looks hand-written?"""
    said = declared.merge(files, on=["repo", "path"])
    out = (said["attribute"] != "detectable") == said["declared"]
    own = ~out & (said["attribute"] == said["role"])  # it says that what is left out is its work
    disputed = said[(out & said["role"].isin(_OURS)) | own]
    hidden = disputed[disputed["role"] == "source"].drop_duplicates(["repo", "path"])
    source = files[files["role"] == "source"]
    for repo in ("", *sorted(files["repo"].unique())):
        counted, some = of_repository(repo, source), of_repository(repo, hidden)
        lines = int(counted["code"].sum())
        yield Metric(
            "declared_roles.left_out_share",
            int(some["code"].sum()) / lines if lines else None,
            "share",
            str(repo),
            f"{len(some):,} of {len(counted):,} files of production code, {lines:,} code lines",
            "" if lines else "no production code",
        )
    if len(disputed):
        yield _disputed(disputed)


def _disputed(said: DataFrame) -> Series:
    words = [
        name if declared else f"not {name}"
        for name, declared in zip(said["attribute"], said["declared"], strict=True)
    ]
    rows: list[tuple[Value, ...]] = []
    for (repo, word, role), own in said.assign(word=words).groupby(["repo", "word", "role"]):
        rule = str(min(own["rule"]))
        rows.append((str(repo), str(word), str(role), len(own), int(own["code"].sum()), rule))
    rows.sort(key=lambda row: (-int(row[4] or 0), row[:3]))
    return Series(
        "declared_roles",
        "Where the client's .gitattributes and this audit disagree",
        ("repository", "the client says", "counted here as", "files", "code lines", "by the rule"),
        tuple(rows[:SHOWN]),
        note="What clients declare is told and not obeyed: all numbers of this report count as "
        "the third column says. Where the client is right, size, ratings, duplication and debt are "
        "too high; ask how these files come about.",
    )
