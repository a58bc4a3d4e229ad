"""The three verbs, and the one place that knows their order: collect, assess, publish."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from datetime import date
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Any

from techdd import __version__, advisories, jobs
from techdd.collectors import Collector, Probe
from techdd.documents import load, write_atomic
from techdd.errors import DocumentError, RepositoryError, TechddError
from techdd.facts import Commit, Fact, File, Identity, Person, Snapshot, frame
from techdd.findings import judge
from techdd.formats import Format
from techdd.identity import People, resolve
from techdd.model import Issue, Metric, Observation, Reading, Report, Run, Series, Status
from techdd.plugins import discover
from techdd.policy import RepositoryEntry
from techdd.report import Assessment, Audience, build
from techdd.repository import Repository, git_version
from techdd.scope import ledger
from techdd.scoring import score_domain, score_item, verdict
from techdd.workspace import Workspace, now

OPENING = "repository"  # the name under which a repository that cannot be opened is recorded


def collect(
    workspace: Workspace,
    *,
    only: Sequence[str] = (),
    workers: int = 0,
    online: bool = False,
    tell: Callable[[jobs.Event], None] = lambda _: None,
    pool: Callable[[int], Executor] = jobs.executor,
) -> list[Run]:
    """Measures every repository of the engagement; what is fresh is not measured again.

    A repository that cannot be opened is a failed run. Raises TechddError where none can be.
    """
    chosen = choose_collectors(only)
    repositories, runs = [], []
    with workspace.locked():
        for entry in workspace.engagement.repositories:
            repository, run = _open(workspace, entry)
            workspace.evidence.record(run)
            runs.append(run)
            repositories += [repository] if repository else []
        if not repositories:
            failures = [run.issues[0].reason for run in runs if run.issues]
            if failures:
                raise TechddError("\n".join(failures))
            raise TechddError("names no repositories; add some", workspace.file)
        runs += jobs.collect(
            repositories,
            chosen,
            workspace.evidence,
            _options(workspace, chosen, online=online or workspace.engagement.online),
            workers=workers or jobs.cores(),
            tell=tell,
            log=workspace.log,
            pool=pool,
        )
    return runs


def _open(workspace: Workspace, entry: RepositoryEntry) -> tuple[Repository | None, Run]:
    try:
        repository = workspace.open(entry)
    except RepositoryError as error:
        issue = Issue(str(error))
        return None, Run(OPENING, entry.name, Status.FAILED, "", {}, (issue,))
    status = Status.PARTIAL if repository.issues else Status.OK
    return repository, Run(OPENING, entry.name, status, repository.state, {}, repository.issues)


def choose_collectors(only: Sequence[str] = ()) -> list[Collector]:
    """All collectors, or those named with all they need. Raises TechddError for a stranger."""
    known = discover("techdd.collectors", Collector)
    for name in only:
        if name not in known:
            raise TechddError(f"no collector {name!r}; there are: {', '.join(known)}")
    if not only:
        return list(known.values())
    wanted = set(only)
    for one in reversed(jobs.order(known.values())):
        if one.name in wanted:
            wanted |= {
                other.name for other in known.values() if any(f in one.needs for f in other.makes)
            }
    return [one for name, one in known.items() if name in wanted]


def _options(
    workspace: Workspace, collectors: Iterable[Collector], *, online: bool
) -> dict[str, dict[str, Any]]:
    """What each collector is called with: the engagement's options and what the tool provides."""
    own = workspace.engagement.options
    provided: dict[str, Callable[[], Any]] = {
        "online": lambda: online,
        "advisories": lambda: str(advisories.default_folder()),
        "advisories_digest": _advisories_digest,
        "key": lambda: _secret_key(workspace),
    }
    options = {}
    for one in collectors:
        parameters = [
            name for name, p in signature(one.run).parameters.items() if p.kind is p.KEYWORD_ONLY
        ]
        given = dict(own.get(one.name, {}))
        for name in given:
            if name not in parameters:
                known = ", ".join(parameters) or "none"
                raise DocumentError(
                    f"collector {one.name!r} has no option {name!r}; it has: {known}",
                    workspace.file,
                )
        options[one.name] = {
            **{name: give() for name, give in provided.items() if name in parameters},
            **given,
        }
    return options


def _advisories_digest() -> str:
    status = advisories.status(advisories.default_folder())
    return status.digest if status else ""


def _secret_key(workspace: Workspace) -> str:
    """The engagement's own key for fingerprints of secrets, so that none can be looked up."""
    path = workspace.root / ".cache" / "fingerprint.key"
    if not path.is_file():
        write_atomic(path, secrets.token_hex(32).encode())
        path.chmod(0o600)
    return path.read_text()


def assess(workspace: Workspace, *, as_of: date | None = None) -> Assessment:
    """Reads the evidence, judges it by the rules and scores the checklists.

    `as_of` is the date that "in the last 90 days" counts back from; default: the engagement's, or
    today.
    """
    day = as_of or workspace.engagement.as_of or now().date()
    tables = _Tables(workspace)
    runs = tables.runs()
    readings = tuple(
        _read(probe, day, tables) for probe in discover("techdd.collectors", Probe).values()
    )
    policy = workspace.scoring
    findings, checks = judge(readings, workspace.rules, workspace.names, policy)
    metrics = {one.name: one for reading in readings for one in reading.metrics if not one.repo}
    domains = []
    for checklist in workspace.checklists:
        journal = workspace.answers(checklist.id)
        latest = {answer.item: answer for answer in (journal.answers if journal else ())}
        items = tuple(
            score_item(item, latest.get(item.id), metrics, policy) for item in checklist.items
        )
        own = [finding for finding in findings if finding.domain == checklist.id]
        domains.append((checklist, score_domain(items, own, policy), items))
    outcome = verdict([(one, score) for one, score, _ in domains], findings, policy)
    return Assessment(
        as_of=day,
        verdict=outcome,
        domains=tuple(domains),
        readings=readings,
        findings=tuple(findings),
        checks=tuple(checks),
        runs=runs,
        people=tables.people,
        scope=ledger(
            workspace.names,
            tables.table(Snapshot),
            tables.table(Commit),
            tables.table(Person),
            tables.table(File),
            runs,
        ),
        versions=tuple(_versions(workspace)),
    )


def _versions(workspace: Workspace) -> Iterable[tuple[str, str]]:
    """What the numbers depend on besides the commits: tools, advisory data, checklists."""
    yield "techdd", __version__
    yield "git", git_version()
    for package in ("bandit", "kingfisher-bin", "lizard", "pip-audit", "radon", "tree-sitter"):
        yield package, version(package)
    status = advisories.status(advisories.default_folder())
    if status:
        for ecosystem, count in sorted(status.counts.items()):
            newest = status.dates.get(ecosystem) or "unknown date"
            yield f"advisories {ecosystem}", f"{count:,} records, newest of {newest[:10]}"
    else:
        yield "advisory data", "none"
    for checklist in workspace.checklists:
        yield f"checklist {checklist.id}", checklist.version


def engagement_metrics(workspace: Workspace) -> dict[str, Metric]:
    """The metrics of the whole engagement by name, as far as it was collected."""
    day = workspace.engagement.as_of or now().date()
    tables = _Tables(workspace)
    probes = discover("techdd.collectors", Probe).values()
    read = (_read(probe, day, tables) for probe in probes)
    return {one.name: one for reading in read for one in reading.metrics if not one.repo}


def progress(workspace: Workspace) -> dict[str, str]:
    """How the collectors ended on each repository, in words."""
    names = [OPENING, *discover("techdd.collectors", Collector)]
    found = {}
    for repo in workspace.names:
        ends = [workspace.evidence.run(name, repo) for name in names]
        counts = Counter(str(run.status) if run else "not run" for run in ends)
        found[repo] = ", ".join(f"{number} {end}" for end, number in sorted(counts.items()))
    return found


class _Tables:
    """The engagement's evidence, each table read once; people resolved over all of it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._read: dict[Fact, Any] = {}
        self.makers = {
            fact: one.name
            for one in discover("techdd.collectors", Collector).values()
            for fact in one.makes
        }
        corrections = workspace.root / "people.yaml"
        people = load(corrections, People) if corrections.is_file() else None
        self.people = tuple(resolve(self.table(Identity), people))
        self._read[Person] = frame(Person, self.people)
        self.makers[Person] = self.makers[Identity]

    def table(self, fact: Fact) -> Any:
        if fact not in self._read:
            self._read[fact] = self.workspace.evidence.table(fact, self.workspace.names)
        return self._read[fact]

    def runs(self) -> tuple[Run, ...]:
        """Every run of every repository, those that never happened as skipped ones."""
        names = [OPENING, *discover("techdd.collectors", Collector)]
        return tuple(self._run(name, repo) for repo in self.workspace.names for name in names)

    def _run(self, collector: str, repo: str) -> Run:
        run = self.workspace.evidence.run(collector, repo)
        return run or Run(collector, repo, Status.SKIPPED, "", {}, (Issue("was not run"),))

    def state(self, probe: Probe) -> tuple[Status, tuple[str, ...]]:
        """The worst run behind a probe's facts over all repositories, and why it is not better."""
        makers = sorted({self.makers[fact] for fact in probe.needs})
        runs = [self._run(name, repo) for name in makers for repo in self.workspace.names]
        limits = [run for run in runs if run.status is not Status.OK]
        reasons = sorted({f"{run.repo}: {run.issues[0].reason}" for run in limits if run.issues})
        if runs and all(run.status in (Status.FAILED, Status.SKIPPED) for run in runs):
            return Status.FAILED, tuple(reasons)
        return (Status.PARTIAL if limits else Status.OK), tuple(reasons)


def _read(probe: Probe, as_of: date, tables: _Tables) -> Reading:
    status, reasons = tables.state(probe)
    if status is Status.FAILED:
        return Reading(probe.name, probe.question, probe.domain, status, reasons=reasons)
    answered = list(probe.run(as_of, *(tables.table(fact) for fact in probe.needs)))
    return Reading(
        probe.name,
        probe.question,
        probe.domain,
        status,
        tuple(one for one in answered if isinstance(one, Metric)),
        tuple(one for one in answered if isinstance(one, Observation)),
        tuple(one for one in answered if isinstance(one, Series)),
        reasons,
    )


def report(workspace: Workspace, assessment: Assessment, audience: Audience) -> Report:
    """The report of an assessment for one audience."""
    return build(assessment, workspace.engagement, workspace.scoring, audience)


def check_format(destination: Path, name: str = "") -> Format:
    """The format that `name` or the ending says. Raises TechddError for a stranger."""
    formats = discover("techdd.formats", Format)
    wanted = name or destination.suffix.removeprefix(".").lower()
    if wanted not in formats:
        raise TechddError(
            f"no report format {wanted!r}; there are: {', '.join(formats)}", destination
        )
    return formats[wanted]


def publish(report: Report, workspace: Workspace, destination: Path, name: str = "") -> Path:
    """Writes the report in the format that `name` or the destination's ending says.

    Raises TechddError for an unknown format.
    """
    content = check_format(destination, name).render(report, workspace.templates)
    try:
        write_atomic(destination, content)
    except OSError as error:
        raise TechddError(f"cannot be written: {error.strerror}", destination) from None
    return destination
