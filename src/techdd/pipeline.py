"""The three verbs, and the one place that knows their order: collect, assess, publish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from techdd import __version__, advisories, audits, files, manifest, software
from techdd.additions import Added, added
from techdd.assessment import Assessment
from techdd.audiences import AUDIENCES
from techdd.claims.controls import controls
from techdd.claims.differences import interview, of_items
from techdd.claims.recovery import recovery
from techdd.claims.statements import lapsed, statements, worded
from techdd.collecting import collect
from techdd.collectors import Collector, Probe
from techdd.disclosure import disclosed, known, withheld
from techdd.documents import load
from techdd.errors import TechddError
from techdd.facts import Commit, File, Person, Snapshot
from techdd.findings import judge
from techdd.formats import Format
from techdd.hiring import Roles, Scope, hiring, hiring_plan, pace
from techdd.model import Audience, Report, Status, fingerprint
from techdd.naming import goes_by_name, kept_numbers
from techdd.plugins import discover
from techdd.portfolio import portfolio
from techdd.reading import Tables, read
from techdd.report import build
from techdd.repository import git_version
from techdd.responses import state_of
from techdd.scope import ledger
from techdd.scoring import most_moving, score_domain, score_item, verdict
from techdd.triage import decided
from techdd.vex import triage_in
from techdd.workspace import OPENING, Workspace, now

__all__ = ["assess", "check_format", "collect", "keep", "progress", "publish", "report"]


def assess(workspace: Workspace, *, as_of: date | None = None) -> Assessment:
    """Reads the evidence, judges it by the rules and scores the checklists.

    `as_of` is the date that "in the last 90 days" counts back from; default: the engagement's, or
    today. Raises TechddError where a run is at work: half of what it writes is no state to judge.
    """
    with workspace.unchanging():
        return _assess(workspace, as_of)


def _assess(workspace: Workspace, as_of: date | None) -> Assessment:
    day = as_of or workspace.engagement.as_of or now().date()
    tables = Tables(workspace)
    runs = tables.runs()
    readings = tuple(
        read(probe, day, tables) for probe in discover("techdd.collectors", Probe).values()
    )
    policy, said = workspace.scoring, workspace.standings()
    metrics = {one.name: one for reading in readings for one in reading.metrics if not one.repo}
    scored = [
        (one, tuple(score_item(item, said.get(item.id), metrics, policy) for item in one.items))
        for one in workspace.checklists
    ]
    by_item = {item.id: item for _, items in scored for item in items}
    # What people say is judged by the same rules as what was measured.
    roles = load(workspace.policy("roles.yaml"), Roles)
    plan = hiring_plan(workspace.root, roles)
    recovering, contradicted = recovery(workspace.checklists, said, metrics, day)
    readings = (
        *readings,
        interview(scored, said, policy),
        recovering,
        controls(workspace.library.frameworks, workspace.checklists, by_item),
        pace(plan, metrics),
    )
    approved = statements(workspace.root)
    differences = worded((*of_items(scored, said), *contradicted), approved)
    findings, checks = judge(readings, workspace.rules, workspace.names, policy)
    states = {one.id: state_of(one) for one in findings}
    triage = triage_in(workspace.root, max(day, now().date()))
    findings = decided(findings, triage.decisions, day, policy)
    unmatched = {*triage.decisions, *triage.findings} - {one.id for one in findings}
    currency = workspace.engagement.currency or policy.currency
    called = hiring(roles, plan, Scope(metrics, by_item, findings), currency)
    strays = [*workspace.journal.doubts, *workspace.untaken_answers()]
    strays += sorted(said.keys() - by_item.keys())
    domains = [
        (one, score_domain(items, [f for f in findings if f.domain == one.id], policy), items)
        for one, items in scored
    ]
    outcome = verdict([(one, score) for one, score, _ in domains], findings, policy)
    commits, people = tables.table(Commit), tables.table(Person)
    scope = ledger(
        workspace.names, tables.table(Snapshot), commits, people, tables.table(File), runs
    )
    entries = workspace.engagement.repositories
    return Assessment(
        as_of=day,
        verdict=outcome,
        domains=tuple(domains),
        readings=(*readings, called),
        findings=tuple(findings),
        checks=tuple(checks),
        strays=tuple(strays),
        decisions=triage.decisions,
        unmatched=tuple(sorted(unmatched)),
        differences=differences,
        lapsed=tuple(lapsed(differences, approved)),
        moves=most_moving(domains, findings, policy),
        states=states,
        runs=runs,
        who=tables.who,
        scope=scope,
        portfolio=portfolio(entries, scope, findings, readings, runs, (day, commits, people)),
        versions=tuple(_versions(workspace)),
    )


def _versions(workspace: Workspace) -> Iterable[tuple[str, str]]:
    """What the numbers depend on besides the commits: tools, advisory data, checklists."""
    yield "techdd", __version__
    yield "git", git_version()
    yield from ((package, version(package)) for package in software.ENGINES)
    status = advisories.status(advisories.default_folder())
    if status:
        for ecosystem, count in sorted(status.counts.items()):
            newest = status.dates.get(ecosystem) or "unknown date"
            yield f"advisories {ecosystem}", f"{count:,} records, newest of {newest}"
        for name, dated in sorted(status.lists.items()):
            if dated:
                yield f"exploits {name}", f"{status.entries[name]:,} CVEs, list of {dated}"
    else:
        yield "advisory data", "none"
    rules = fingerprint(*(one.model_dump_json() for one in workspace.rules))
    yield "finding rules", rules
    for checklist in workspace.checklists:
        yield f"checklist {checklist.id}", checklist.version


def progress(workspace: Workspace) -> dict[str, str]:
    """How the collectors ended on each repository, in words."""
    names = [OPENING, *discover("techdd.collectors", Collector)]
    found = {}
    for repo in workspace.names:
        ends = [workspace.evidence.run(name, repo) for name in names]
        if ends[0] and ends[0].status is Status.FAILED:
            found[repo] = f"could not be opened: {ends[0].issues[0].detail}"
            continue
        counts = Counter(str(run.status) if run else "not run" for run in ends)
        found[repo] = ", ".join(f"{number} {end}" for end, number in sorted(counts.items()))
    return found


def report(
    workspace: Workspace,
    assessment: Assessment,
    audience: Audience,
    *,
    names: bool | None = None,
    tell: Callable[[str], None] | None = None,
) -> Report:
    """The report of an assessment for one audience; pseudonyms once given are kept.

    `names`: whether people go by name; default: as the audience may see. `tell` hears what of the
    adviser's own additions could not be used.
    """
    more = added(workspace, assessment, audience, named=goes_by_name(audience, names))
    if tell:
        for doubt in more.doubts:
            tell(doubt)
    made = _edition(workspace, assessment, audience, more, names=names, digests=True)
    earlier, _ = audits.kept(workspace.root)
    return replace(
        made,
        trends=audits.trends(earlier, audits.in_short(made)),
        withheld=_withheld(workspace, assessment, made),
    )


def _withheld(
    workspace: Workspace, assessment: Assessment, made: Report
) -> tuple[tuple[str, int], ...]:
    """What an edition does not tell of the adviser's own, by kind."""
    if made.audience == "internal" and made.people:
        return ()
    more = added(workspace, assessment, "internal", named=True)
    own = _edition(workspace, assessment, "internal", more, digests=True)
    people = known(assessment.who)
    return tuple(withheld(disclosed(own, people), disclosed(made, people)).items())


def _edition(
    workspace: Workspace,
    assessment: Assessment,
    audience: Audience,
    more: Added,
    *,
    names: bool | None = None,
    digests: bool = False,
) -> Report:
    """The report without what earlier audits came to, and with `digests` of what it rests on."""
    numbers = kept_numbers(workspace.root / "pseudonyms.json", assessment.who.people)
    return build(
        assessment,
        workspace.engagement,
        workspace.scoring,
        audience,
        names=names,
        numbers=numbers,
        selection=workspace.library.selection,
        added=more,
        evidence=manifest.gather(workspace) if digests else (),
    )


def keep(workspace: Workspace, assessment: Assessment) -> Path | None:
    """Keeps what the audit came to for later comparisons; None where that is kept already.

    Raises TechddError where it cannot be written.
    """
    bare = tuple(replace(one, series=()) for one in assessment.readings)  # no exhibit is compared
    bare_assessment = replace(assessment, readings=bare, portfolio=None)
    editions = [
        _edition(
            workspace, bare_assessment, one,
            added(workspace, bare_assessment, one, named=goes_by_name(one, None)),
        )
        for one in AUDIENCES
    ]  # fmt: skip
    return audits.keep(workspace.root, editions, now())


def check_format(destination: Path, name: str = "") -> Format:
    """The format that `name` or the ending says.

    Raises TechddError for a stranger, and for one that lacks a library: no long run ends in that.
    """
    formats = discover("techdd.formats", Format)
    by_ending = sorted(formats.values(), key=lambda one: -len(one.suffix))
    for one in by_ending:
        if name == one.name or (not name and destination.name.lower().endswith(one.suffix)):
            one.check()
            return one
    wanted = name or destination.suffix.removeprefix(".").lower()
    raise TechddError(f"no report format {wanted!r}; there are: {', '.join(formats)}", destination)


def publish(
    report: Report,
    workspace: Workspace,
    destination: Path,
    name: str = "",
    sign: Callable[[bytes], bytes] | None = None,
) -> Path:
    """Writes the report in the format that `name` or the destination's ending says; `sign` signs
    what can be, as the last step.

    Raises TechddError for an unknown format.
    """
    wanted = check_format(destination, name)
    content = wanted.render(report, workspace.templates)
    if sign and wanted.signable:
        content = sign(content)
    files.write(destination, content)
    return destination
