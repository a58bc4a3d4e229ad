"""What the system is built of, and what of it can be started."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._imported import ImportedModule
from techdd.collectors.stack.catalogue import catalogue, recogniser
from techdd.collectors.stack.containers import PIPELINE
from techdd.collectors.stack.deployables import IMAGE, Deployable
from techdd.collectors.stack.detecting import Detection, detections, plainest
from techdd.collectors.stack.mentions import Mention
from techdd.counting import of_repository
from techdd.facts import Package
from techdd.model import Location, Metric, Series
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

STORES = ("data store", "search", "cache", "queue or stream")
SUPPLIERS = ("AI service", "cloud service", "payment", "messages to people", "third-party API")
AI = ("AI service",)
SHOWN = 60  # rows of evidence
STARTED = 40  # deployables that are listed
NAMED = 24  # technologies of a kind
_SIGNS = {
    "package": "a manifest asks for", "import": "code imports", "image": "runs the image",
    "resource": "sets up", "driver": "names the driver", "scheme": "an address begins with",
    "host": "an address names", "setting": "reads the setting",
}  # fmt: skip
_NOTE = (
    "Recognised by packages that manifests ask for themselves, imports, container images, cloud "
    "resources, database drivers, addresses and names of settings. That something is named does "
    "not show how much it is used, and what is set up in a console cannot be seen."
)


@probe(domain="architecture", needs=(Package, ImportedModule, Mention, Deployable))
def technologies(
    _as_of: date,
    packages: DataFrame,
    modules: DataFrame,
    mentions: DataFrame,
    deployables: DataFrame,
) -> Answered:
    """What is the system built of, from frameworks and data stores to services of others?"""
    found = detections(recogniser(), packages, modules, mentions, deployables)
    tables = (packages, modules, mentions, deployables)
    repos = sorted({str(repo) for table in tables for repo in table["repo"].unique()})
    for repo in ("", *repos):
        own = [one for one in found if repo in ("", one.repo) and one.use == "production"]
        counted = [of_repository(repo, table) for table in tables[:3]]
        basis = (
            f"{len(counted[0]):,} packages, {len(counted[1]):,} modules of others that are "
            f"imported, {len(counted[2]):,} names of settings, addresses and resources"
        )
        looked = any(map(len, counted))
        note = "" if looked else "nothing that could name a technology"
        for name, kinds in (
            ("technologies", catalogue().kinds), ("data_stores", STORES), ("suppliers", SUPPLIERS),
            ("ai_services", AI),
        ):  # fmt: skip
            names = {one.technology for one in own if one.kind in kinds}
            value = len(names) if looked else None
            yield Metric(f"stack.{name}", value, "technologies", repo, basis, note)
    if found:
        yield _overview(found)
        yield _evidence(found)


def _overview(found: list[Detection]) -> Series:
    """One row a kind: what production uses, and what shows in tests and tools only."""
    rows = []
    for kind in catalogue().kinds:
        uses: dict[str, bool] = {}
        for one in found:
            if one.kind == kind:
                uses[one.technology] = uses.get(one.technology, False) or one.use == "production"
        live = sorted((name for name, used in uses.items() if used), key=str.lower)
        aside = sorted((name for name, used in uses.items() if not used), key=str.lower)
        if uses:
            rows.append((kind, some_of(live, NAMED) or "-", some_of(aside, NAMED) or "-"))
    return Series(
        "stack",
        "What the system is built of",
        ("kind", "in production", "in development and tests only"),
        tuple(rows),
        note=_NOTE,
    )


def _evidence(found: list[Detection]) -> Series:
    """The plainest sign of each technology in each repository, kinds in their order."""
    order = catalogue().kinds
    best = sorted(
        plainest(found).values(),
        key=lambda one: (one.use != "production", order.index(one.kind), one.technology, one.repo),
    )
    more = f" {len(best) - SHOWN:,} more are in the evidence." if len(best) > SHOWN else ""
    return Series(
        "stack_evidence",
        "How each technology was recognised",
        ("technology", "kind", "repository", "use", "sign", "where"),
        tuple(
            (one.technology, one.kind, one.repo, one.use, f"{_SIGNS[one.sign]} {one.seen}",
             str(Location(one.path, one.line)))
            for one in best[:SHOWN]
        ),
        note=f"The plainest sign of each; others may stand beside it.{more}",
    )  # fmt: skip


@probe(domain="architecture", needs=(Deployable,))
def entry_points(_as_of: date, found: DataFrame) -> Answered:
    """What can be started or shipped: images, services, jobs, programs, apps?"""
    # The variants of a workload for several environments are one.
    live = found[found["use"] == "production"].sort_values(["repo", "kind", "path", "line", "name"])
    alike = live.duplicated(["repo", "kind", "name"]) & (live["kind"] != IMAGE)
    live = live[~alike]
    for repo in ("", *sorted(found["repo"].unique())):
        own = of_repository(repo, live)
        own = own[own["kind"] != PIPELINE]
        basis = _counted(Counter(own["kind"])) or "nothing that can be started"
        yield Metric("deployables.count", len(own), "deployables", str(repo), basis)
        jobs = int((own["kind"] == "scheduled job").sum())
        yield Metric("deployables.scheduled", jobs, "scheduled jobs", str(repo), basis)
    if len(live):
        yield from _listed(live)


def _counted(kinds: Counter[str]) -> str:
    ordered = sorted(kinds.items(), key=lambda row: (-row[1], row[0]))
    return ", ".join(f"{kind} ({count:,})" for kind, count in ordered)


def _listed(live: DataFrame) -> Iterator[Series]:
    counts = live.groupby(["kind", "repo"]).size()
    yield Series(
        "deployables_by_kind",
        "Entry points and deployables",
        ("kind", "repository", "count"),
        tuple((str(kind), str(repo), int(count)) for (kind, repo), count in counts.items()),
        note="By what files say can be started or shipped; what serves development, tests and "
        "examples is left out, and a name of a kind counts once, images apart. One program can "
        "show as a command, an image and a workload. Pipelines by the clock check the code as a "
        "rule and are not counted; where one is a job of the product, its name says so.",
    )
    more = len(live) - STARTED
    yield Series(
        "deployables",
        "What can be started or shipped",
        ("repository", "kind", "name", "how", "where"),
        tuple(
            (str(row.repo), str(row.kind), str(row.name), str(row.detail) or "-", _place(row))
            for row in _spread(live).itertuples(index=False)
        ),
        note=f"{more:,} more are in the evidence." if more > 0 else "",
    )


def _spread(ordered: DataFrame) -> DataFrame:
    """At most STARTED rows in which each kind of each repository shows before any shows twice."""
    turn = ordered.groupby(["repo", "kind"]).cumcount()
    kept = ordered.assign(turn=turn).sort_values("turn", kind="stable").head(STARTED).index
    return ordered.loc[sorted(kept, key=list(ordered.index).index)]


def _place(row: object) -> str:
    import pandas as pd

    path, line = row.path, row.line  # type: ignore[attr-defined]
    return str(Location(str(path), None if pd.isna(line) else int(line)))
