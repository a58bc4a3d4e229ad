"""The three verbs, and the one place that knows their order: collect, assess, publish."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import date
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from typing import Any

from techdd import __version__, advisories, jobs, planning, sandbox, software
from techdd.collectors import Collector, Probe
from techdd.errors import DocumentError, RepositoryError, TechddError
from techdd.facts import Commit, File, Person, Snapshot
from techdd.files import write_atomic
from techdd.findings import judge
from techdd.formats import Format
from techdd.model import Issue, Report, Run, Status
from techdd.naming import kept_numbers
from techdd.plugins import discover, single
from techdd.policy import RepositoryEntry
from techdd.reading import Tables, read
from techdd.report import Assessment, Audience, build
from techdd.repository import Repository, git_version
from techdd.scope import ledger
from techdd.scoring import score_domain, score_item, verdict
from techdd.triage import decided
from techdd.vex import decisions
from techdd.worker import executor
from techdd.workspace import OPENING, Workspace, now


def collect(
    workspace: Workspace,
    *,
    only: Sequence[str] = (),
    workers: int = 0,
    online: bool = False,
    tell: Callable[[jobs.Event], None] = lambda _: None,
    pool: Callable[[int], Executor] = executor,
) -> list[Run]:
    """Measures every repository of the engagement; what is fresh is not measured again.

    A repository that cannot be opened is a failed run. Raises TechddError where none can be.
    """
    workers = workers or sandbox.cores()
    repositories, runs, errors = [], [], []
    with workspace.locked(), ThreadPoolExecutor(workers) as threads:
        entries = workspace.engagement.repositories
        opening = [threads.submit(workspace.open, entry) for entry in entries]
        chosen = choose_collectors(only)
        for entry, future in zip(entries, opening, strict=True):
            try:
                repository = future.result()
                repositories.append(repository)
                run = _opened(repository)
            except RepositoryError as error:
                errors.append(str(error))
                run = _not_opened(entry, error)
            workspace.evidence.record(run)
            runs.append(run)
        if not repositories:
            if errors:
                raise TechddError("\n".join(errors))
            raise TechddError("names no repositories; add some", workspace.file)
        runs += jobs.collect(
            repositories,
            chosen,
            workspace.evidence,
            _options(workspace, chosen, online=online or workspace.engagement.online),
            workers=workers,
            tell=tell,
            log=workspace.log,
            pool=pool,
        )
    return runs


def _opened(repository: Repository) -> Run:
    status = Status.PARTIAL if repository.issues else Status.OK
    return Run(OPENING, repository.name, status, repository.state, {}, repository.issues)


def _not_opened(entry: RepositoryEntry, error: RepositoryError) -> Run:
    """The record reaches the report, so it names no folder of this machine."""
    detail = re.sub(r"(?<!\S)/\S+", "(a folder)", error.message)
    return Run(OPENING, entry.name, Status.FAILED, "", {}, (Issue("cannot be opened", "", detail),))


def choose_collectors(only: Sequence[str] = ()) -> list[Collector]:
    """All collectors, or those named with all they need. Raises TechddError for a stranger."""
    named = [single("techdd.collectors", Collector, name) for name in only]
    alone = [found for found in named if found and not found.needs]
    if only and len(alone) == len(only):
        return alone  # without loading all others, among which nobody is needed
    known = discover("techdd.collectors", Collector)
    for name in only:
        if name not in known:
            raise TechddError(f"no collector {name!r}; there are: {', '.join(known)}")
    if not only:
        return list(known.values())
    wanted = set(only)
    for later in reversed(planning.order(known.values())):
        if later.name in wanted:
            wanted |= {
                other.name for other in known.values() if any(f in later.needs for f in other.makes)
            }
    return [found for name, found in known.items() if name in wanted]


def _options(
    workspace: Workspace, collectors: Iterable[Collector], *, online: bool
) -> dict[str, dict[str, Any]]:
    """What each collector is called with: the engagement's options and what the tool provides."""
    own = workspace.engagement.options
    provided: dict[str, Callable[[], Any]] = {
        "online": lambda: online,
        "day": lambda: now().date().isoformat(),
        "advisories": lambda: str(advisories.default_folder()),
        "advisories_digest": _advisories_digest,
        "key": lambda: _secret_key(workspace),
        "semgrep": lambda: sandbox.program("semgrep"),
    }
    withheld = _withheld(own)
    everyone = discover("techdd.collectors", Collector) if own else {}
    for name in own:
        if name not in everyone:
            known = ", ".join(everyone)
            raise DocumentError(
                f"options for no collector {name!r}; there are: {known}", workspace.file
            )
    options = {}
    for each in collectors:
        parameters = [
            name for name, p in signature(each.run).parameters.items() if p.kind is p.KEYWORD_ONLY
        ]
        given = dict(own.get(each.name, {}))
        for name in given:
            if name not in parameters:
                known = ", ".join(parameters) or "none"
                raise DocumentError(
                    f"collector {each.name!r} has no option {name!r}; it has: {known}",
                    workspace.file,
                )
        options[each.name] = {
            **{name: give() for name, give in provided.items() if name in parameters},
            **given,
        }
        if "withheld" in parameters:
            options[each.name]["withheld"] = withheld
        if not options[each.name].get("online", True):
            options[each.name].pop("day", None)  # only what others say of it ages by itself
    return options


def _withheld(options: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is withheld from one service is withheld from all."""
    given = [each.get("withheld", ()) for each in options.values()]
    lists = ([one] if isinstance(one, str) else one for one in given)
    return sorted({pattern for patterns in lists for pattern in patterns})


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
    tables = Tables(workspace)
    runs = tables.runs()
    readings = tuple(
        read(probe, day, tables) for probe in discover("techdd.collectors", Probe).values()
    )
    policy = workspace.scoring
    findings, checks = judge(readings, workspace.rules, workspace.names, policy)
    findings = decided(findings, decisions(workspace.root), day, policy)
    metrics = {one.name: one for reading in readings for one in reading.metrics if not one.repo}
    domains, strays = [], workspace.unknown_journals()
    for checklist in workspace.checklists:
        journal = workspace.answers(checklist.id)
        latest = {answer.item: answer for answer in (journal.answers if journal else ())}
        strays += sorted(latest.keys() - {item.id for item in checklist.items})
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
        strays=tuple(strays),
        runs=runs,
        who=tables.who,
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
    yield from ((package, version(package)) for package in software.ENGINES)
    status = advisories.status(advisories.default_folder())
    if status:
        for ecosystem, count in sorted(status.counts.items()):
            newest = status.dates.get(ecosystem) or "unknown date"
            yield f"advisories {ecosystem}", f"{count:,} records, newest of {newest[:10]}"
    else:
        yield "advisory data", "none"
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
    workspace: Workspace, assessment: Assessment, audience: Audience, *, names: bool | None = None
) -> Report:
    """The report of an assessment for one audience; pseudonyms once given are kept.

    `names`: whether people go by name; default: as the audience may see.
    """
    return build(
        assessment,
        workspace.engagement,
        workspace.scoring,
        audience,
        names=names,
        numbers=kept_numbers(workspace.root / "pseudonyms.json", assessment.who.people),
    )


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
