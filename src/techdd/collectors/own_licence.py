"""Under which licence the code itself stands, and whether its own files agree on that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._declared import agree
from techdd.collectors._own_terms import own_terms
from techdd.counting import of_repository
from techdd.licensing import PROPRIETARY, Declaration, LicenceFile, classify
from techdd.model import Location, Metric, Observation, Series

if TYPE_CHECKING:
    from pandas import DataFrame


@probe(domain="compliance", needs=(LicenceFile, Declaration))
def own_licence(_as_of: date, files: DataFrame, declarations: DataFrame) -> Answered:
    """Under which terms does the code itself stand?"""
    rows = files.sort_values(["repo", "path"])
    for repo in rows[rows["path"] == ""]["repo"]:
        yield Observation("missing-licence", str(repo), "licence")
    repos = sorted(str(repo) for repo in files["repo"].unique())
    found = {
        repo: list(
            _disagreements(of_repository(repo, rows), of_repository(repo, declarations), repo)
        )
        for repo in repos
    }
    for repo in ("", *repos):
        count = sum(len(found[one]) for one in ([repo] if repo else repos))
        stated = declarations[declarations["licence"] != ""]
        own = of_repository(repo, stated)
        value = float(count) if repos else None
        basis = f"{len(own):,} package descriptions that declare a licence"
        note = "" if repos else "no repository was read"
        yield Metric("own_licence.disagreements", value, "packages", repo, basis, note)
    for each in found.values():
        yield from each
    owns = own_terms(repos, files, declarations)
    top = rows[~rows["path"].str.contains("/") | rows["path"].str.startswith("LICENSES/")]
    yield Series(
        "own_licences",
        "Licence files of the repositories",
        ("repository", "file", "licence", "the whole stands under"),
        tuple(
            (
                str(row.repo),
                str(row.path) or "none",
                str(row.licence) or "not stated",
                owns[str(row.repo)].told,
            )
            for row in top.itertuples()
        ),
        note="Recognised by its wording; anything else is for counsel to read. Where no file says "
        "under which licence the whole stands, what the packages declare counts.",
    )


def _disagreements(files: DataFrame, declared: DataFrame, repo: str) -> Iterator[Observation]:
    """Packages whose metadata and whose licence file, in the same folder, speak of other terms."""
    beside: dict[str, list[str]] = {}
    for path, licence in zip(files["path"], files["licence"], strict=True):
        if path and not str(path).startswith("LICENSES/"):
            beside.setdefault(str(path).rpartition("/")[0], []).append(str(licence))
    for row in declared.sort_values("path").itertuples():
        texts = beside.get(str(row.path).rpartition("/")[0], [])
        if row.licence and texts and not any(_agree(str(row.licence), text) for text in texts):
            yield Observation(
                "licence-disagreement",
                repo,
                str(row.path),
                (Location(str(row.path)),),
                {"declared": classify(str(row.licence))[0], "text": " and ".join(texts)},
            )


def _agree(declared: str, text: str) -> bool:
    """What is closed agrees with what is closed; what is not understood contradicts nothing."""
    closed = [classify(one)[1] == PROPRIETARY for one in (declared, text)]
    if any(closed):
        return all(closed) or "unknown" in (classify(declared)[1], classify(text)[1])
    return agree(declared, text)
