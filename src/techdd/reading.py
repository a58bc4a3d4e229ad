"""Reads the engagement's evidence as tables and lets every probe answer its question."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from techdd.collectors import Collector, Probe
from techdd.documents import load, read_yaml
from techdd.facts import Fact, File, Identity, Person, Snapshot, frame, table_name
from techdd.files import is_there
from techdd.handed import of_all
from techdd.identity import Domain, Employment, People, Resolution, Roster, resolve
from techdd.licensing import Delivery, Term
from techdd.model import Issue, Metric, Observation, Reading, Run, Series, Status
from techdd.plugins import discover
from techdd.portfolio import Membership
from techdd.remediation import Basis, DebtPolicy, Remediation, day_rate
from techdd.responses import ledger
from techdd.sarif import HandedIn
from techdd.text import clean, some_of
from techdd.vex import Products, Statement, limits, stated
from techdd.workspace import OPENING, Workspace, now

if TYPE_CHECKING:
    from pandas import DataFrame


_NAMED = 5  # repositories in a sentence
_STATED = (Statement, Term, Delivery, HandedIn, Remediation, Basis, Membership)


class Tables:
    """The engagement's evidence, each table read once; people resolved over all of it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._read: dict[Fact, DataFrame] = {}
        self._recorded = cache(workspace.evidence.run)
        self.closed = [name for name in workspace.names if self._is_closed(name)]
        self.makers = {
            fact: one.name
            for one in discover("techdd.collectors", Collector).values()
            for fact in one.makes
        }
        self.who = self._resolved()
        for fact, people in (
            (Person, self.who.people),
            (Employment, self.who.employments),
            (Domain, self.who.domains),
        ):
            self._read[fact] = frame(fact, people)
            self.makers[fact] = self.makers[Identity]
        # What people state needs no run.
        named = {entry.name: entry.products for entry in workspace.engagement.repositories}
        ours = Products(workspace.engagement.client, named)
        self.statements = stated(workspace.root, ours)
        self._read[Statement] = frame(Statement, self.statements)
        handed = of_all(workspace, self.table(File), self.table(Snapshot))
        self.unread = handed.unread
        for kind, rows in handed.tables.items():
            self._read[kind] = _joined(self.table(kind), rows) if kind in self.makers else rows
        self._read[Term] = frame(Term, workspace.licence_policy.rows())
        debt = load(workspace.policy("debt.yaml"), DebtPolicy)
        engagement = workspace.engagement
        self._read[Remediation] = frame(Remediation, debt.remediations(engagement))
        self._read[Basis] = frame(Basis, [debt.basis(day_rate(workspace.scoring, engagement))])
        deliveries = workspace.deliveries
        self._read[Delivery] = frame(Delivery, deliveries.values())
        self._read[Delivery].insert(0, "repo", list(deliveries))
        self._read[Membership] = frame(
            Membership, [(one.group,) for one in engagement.repositories]
        )
        self._read[Membership].insert(0, "repo", list(workspace.names))

    def _resolved(self) -> Resolution:
        """Who is who by the history, the adviser's corrections and the client's roster."""
        path = self.workspace.root / "roster.yaml"
        roster = load(path, Roster) if is_there(path) else None
        who = resolve(self.table(Identity), self._corrections(), roster)
        return replace(who, others=tuple(sorted(self._others(who, roster))))

    def _others(self, who: Resolution, roster: Roster | None) -> set[str]:
        """Who is on the roster, was asked or responded, and is neither in the history nor of the
        adviser's house.
        """
        workspace = self.workspace
        names = {one.name for one in roster.people} if roster else set()
        answers = (one.answer for one in workspace.journal.read())
        names |= {one.by for one in answers if not one.settles}
        names |= {one.said.by for one in ledger(workspace.root).read() if not one.said.reply}
        known = {one.name.casefold() for one in who.identities}
        house = workspace.engagement.adviser.casefold()
        return {
            one
            for one in names
            if one.casefold() not in known | {""} and one.casefold() not in house
        }

    def _corrections(self) -> People | None:
        """people.yaml; one that holds comments only corrects nothing."""
        path = self.workspace.root / "people.yaml"
        return load(path, People) if is_there(path) and read_yaml(path) is not None else None

    def table(self, fact: Fact) -> DataFrame:
        """The facts of all repositories of the engagement that could be opened.

        What is stored of the others is of an earlier state, which is not the one to be audited.
        """
        if fact not in self._read:
            maker = self.makers.get(fact, OPENING)
            opened = [
                name
                for name in self.workspace.names
                if name not in self.closed and not self._is_outdated(maker, name)
            ]
            self._read[fact] = self.workspace.evidence.table(fact, opened)
        return self._read[fact]

    def runs(self) -> tuple[Run, ...]:
        """Every run of every repository, those that never happened as skipped ones."""
        names = [OPENING, *discover("techdd.collectors", Collector)]
        return tuple(self._run(name, repo) for repo in self.workspace.names for name in names)

    def _run(self, collector: str, repo: str) -> Run:
        if repo in self.closed and collector != OPENING:
            issue = Issue("the repository could not be opened")
            return Run(collector, repo, Status.SKIPPED, "", {}, (issue,))
        if self._is_outdated(collector, repo):
            issue = Issue("was not run since the repository changed")
            return Run(collector, repo, Status.SKIPPED, "", {}, (issue,))
        run = self._recorded(collector, repo)
        unread = self.unread.get((collector, repo))
        if run and unread:
            ended = Status.PARTIAL if run.status is Status.OK else run.status
            run = replace(run, status=ended, issues=(*run.issues, *unread))
        return run or Run(collector, repo, Status.SKIPPED, "", {}, (Issue("was not run"),))

    def _is_closed(self, repo: str) -> bool:
        opening = self._recorded(OPENING, repo)
        return opening is not None and opening.status is Status.FAILED

    def _is_outdated(self, collector: str, repo: str) -> bool:
        """Whether it read another state of the repository than the one to be audited."""
        run, opening = self._recorded(collector, repo), self._recorded(OPENING, repo)
        return bool(run and opening and run.state and run.state != opening.state)

    def sight(self, probe: Probe) -> tuple[Status, tuple[str, ...], list[str]]:
        """(status, reasons, repositories that were not seen) of the runs behind a probe's facts."""
        collected = [fact for fact in (*probe.needs, *probe.helps) if fact not in _STATED]
        if unmade := sorted(table_name(fact) for fact in collected if fact not in self.makers):
            reason = f"nothing collects {', '.join(unmade)}"
            return Status.FAILED, (reason,), list(self.workspace.names)
        makers = sorted({self.makers[fact] for fact in collected})
        runs = [self._run(name, repo) for name in makers for repo in self.workspace.names]
        limited = [run for run in runs if run.status is not Status.OK]
        reasons = _reasons(limited)
        ended = (Status.FAILED, Status.SKIPPED)
        needed = {self.makers[fact] for fact in probe.needs if fact not in _STATED}
        blind = sorted(
            {run.repo for run in limited if run.status in ended and run.collector in needed}
        )
        if len(blind) == len(self.workspace.names):
            return Status.FAILED, tuple(reasons), blind
        return (Status.PARTIAL if limited else Status.OK), tuple(reasons), blind

    def behind(self, probe: Probe) -> tuple[str, ...]:
        """The collectors that a probe's facts come from, also by way of other collectors."""
        collectors = discover("techdd.collectors", Collector)
        waiting, found = [*probe.needs, *probe.helps], set[str]()
        while waiting:
            name = self.makers.get(waiting.pop(), OPENING)
            if name not in found:
                found.add(name)
                waiting += collectors[name].needs if name in collectors else ()
        return tuple(sorted(found))


def _joined(collected: DataFrame, handed: DataFrame) -> DataFrame:
    """Facts of the repositories themselves and those that were handed in."""
    import pandas as pd

    if collected.empty or handed.empty:
        return handed if collected.empty else collected
    return pd.concat([collected, handed], ignore_index=True)


def read(probe: Probe, as_of: date, tables: Tables) -> Reading:
    """What `probe` answers about the repositories whose facts were all collected.

    Of the others it says nothing, and a zero over the whole engagement is then not known to be one.
    """
    status, reasons, blind = tables.sight(probe)
    if status is Status.FAILED:
        return replace(
            Reading(probe.name, probe.question, probe.domain, status, reasons=reasons),
            collectors=tables.behind(probe),
        )
    if Statement in probe.needs:
        unsettled = [_words(issue) for issue in limits(tables.statements, as_of)]
        status, reasons = Status.PARTIAL if unsettled else status, (*reasons, *unsettled)
    needed = [tables.table(fact) for fact in (*probe.needs, *probe.helps)]
    seen = [table[~table["repo"].isin(blind)] if "repo" in table else table for table in needed]
    try:
        answered = [_told(one, blind) for one in probe.run(as_of, *seen)]
    except Exception:  # a fault in one question must not cost the answers to all the others
        name = f"probe-{probe.name}"
        tables.workspace.log(name, traceback.format_exc())
        reason = f"this is a bug of techdd, details in logs/{name}.log"
        asked = (probe.name, probe.question, probe.domain)
        return Reading(*asked, Status.FAILED, reasons=(reason,), fault=True)
    return Reading(
        probe.name,
        probe.question,
        probe.domain,
        status,
        tuple(one for one in answered if isinstance(one, Metric)),
        tuple(one for one in answered if isinstance(one, Observation)),
        tuple(replace(one, guarded=probe.guarded) for one in answered if isinstance(one, Series)),
        reasons,
        probe.guarded,
        collectors=tables.behind(probe),
    )


def _reasons(limited: Iterable[Run]) -> list[str]:
    """What limited the runs, each reason once with the repositories that it holds for."""
    repos: dict[str, set[str]] = {}
    for run in limited:
        if run.issues:
            repos.setdefault(run.issues[0].reason, set()).add(run.repo)
    return sorted(f"{some_of(sorted(some), _NAMED)}: {reason}" for reason, some in repos.items())


def _words(issue: Issue) -> str:
    return clean(f"{issue.path}: {issue.reason}: {issue.detail}")


def _told(answer: Metric | Observation | Series, blind: list[str]) -> Metric | Observation | Series:
    """`answer` with Python's own numbers, and with what it does not cover."""
    if isinstance(answer, Metric):
        value = _number(answer.value)
        if not blind or answer.repo:
            return replace(answer, value=value)
        note = "; ".join(
            part for part in (answer.note, f"without {some_of(blind, _NAMED)}") if part
        )
        return replace(answer, value=value or None, note=note)
    if isinstance(answer, Observation):
        values = {name: _number(value) for name, value in answer.values.items()}
        return replace(answer, values=values)
    return replace(answer, rows=tuple(tuple(map(_number, row)) for row in answer.rows))


def _number(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def engagement_metrics(workspace: Workspace) -> dict[str, Metric]:
    """The metrics of the whole engagement by name, as far as it was collected."""
    day = workspace.engagement.as_of or now().date()
    tables = Tables(workspace)
    probes = discover("techdd.collectors", Probe).values()
    readings = [read(probe, day, tables) for probe in probes]
    return {one.name: one for reading in readings for one in reading.metrics if not one.repo}
