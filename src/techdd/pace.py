"""How far a collect has come, counted from what it tells of its jobs; shows nothing by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from techdd.model import Issue, Status
from techdd.workspace import OPENING

if TYPE_CHECKING:
    from techdd.jobs import Event
    from techdd.model import Run

GROUND = 3  # repositories that must have ended before anything is said of what remains


class Trouble(NamedTuple):
    """What went wrong with a run, in words that several can share."""

    words: str
    grave: bool  # it failed; else something of it could not be looked at


class Pace:
    """The state of one collect over `repositories`. Times are seconds of any steady clock."""

    def __init__(self, repositories: int) -> None:
        self.repositories = repositories
        self.opened = self.ended = 0  # repositories; one that cannot be opened is both
        self.working: dict[tuple[str, str], float] = {}  # (repository, collector) -> since when
        self.troubles: dict[Trouble, list[str]] = {}  # -> repositories; the latest last
        self.ends: Counter[str] = Counter()  # of all runs but openings: "unchanged" or their status
        self._began: float | None = None  # when the first job was told of
        self._jobs = 0  # of one repository
        self._broken = 0  # repositories that could not be opened
        self._done: Counter[str] = Counter()  # repository -> jobs that ended
        self._of: dict[str, list[Run]] = defaultdict(list)  # repository -> what was measured now
        self._ends: Counter[str] = Counter()  # collector -> jobs that ended
        self._took: dict[str, float] = defaultdict(float)  # collector -> seconds of all its jobs

    def __str__(self) -> str:
        """The ends of all runs in words."""
        return _counted(self.ends) or "nothing measured yet"

    @property
    def opening(self) -> bool:
        """Whether no repository is being measured yet."""
        return self._began is None

    def take(self, event: Event, now: float) -> str:
        """Takes one event of the time `now`; the repository that it was the last one of, or ""."""
        job, run = (event.repo, event.collector), event.run
        if event.collector != OPENING:
            self._jobs = event.jobs
            self._began = now if self._began is None else self._began
        if run is None:
            self.working[job] = now
            return ""
        since = self.working.pop(job, now)
        if run.status in (Status.FAILED, Status.PARTIAL) and not event.cached:
            trouble = _trouble(run)
            self.troubles[trouble] = [*self.troubles.pop(trouble, ()), run.repo]
        if event.collector == OPENING:
            self.opened += 1
            self._of[event.repo].append(run)
            over = run.status is Status.FAILED
            self._broken += over
        else:
            self._ends[event.collector] += 1
            self._took[event.collector] += now - since
            self.ends["unchanged" if event.cached else str(run.status)] += 1
            if not event.cached:
                self._of[event.repo].append(run)
            self._done[event.repo] += 1
            over = self._done[event.repo] == event.jobs
        self.ended += over
        return event.repo if over else ""

    def failed(self, event: Event) -> str:
        """What is to be said at once of an event: a measurement that failed; "" of any other."""
        run = event.run
        if run is None or event.cached or run.status is not Status.FAILED:
            return ""
        return _trouble(run).words if run.collector != OPENING else ""

    def told(self, repo: str) -> str:
        """How a repository ended, in words; "" where nothing of it has changed."""
        opening, *runs = self._of.pop(repo)
        if opening.status is Status.FAILED:
            return _trouble(opening).words
        return _counted(Counter(str(run.status) for run in runs))

    def rate(self, now: float) -> float:
        """Results a second that were measured, not found unchanged; 0 where none was."""
        if self._began is None or now <= self._began:
            return 0.0
        return (self.ends.total() - self.ends["unchanged"]) / (now - self._began)

    def left(self, now: float) -> float | None:
        """Seconds that remain, None where there is no ground to say so yet.

        What each collector took on average so far, what was unchanged included as nothing, times
        the repositories that it has not ended on, over as many jobs as were there at a time.
        """
        if self._began is None or self.ended - self._broken < GROUND or now <= self._began:
            return None
        at_work = sum(now - since for since in self.working.values())
        at_a_time = (sum(self._took.values()) + at_work) / (now - self._began)
        repositories = self.repositories - self._broken
        # What has not ended anywhere yet is taken to be as the others are.
        everything = sum(self._took.values()) / self._ends.total()
        work = sum(
            (repositories - ends) * self._took[collector] / ends
            for collector, ends in self._ends.items()
        )
        work += (self._jobs - len(self._ends)) * repositories * everything
        return work / at_a_time if at_a_time else None


def _trouble(run: Run) -> Trouble:
    issue = run.issues[0] if run.issues else Issue("it gives no reason")
    grave = run.status is Status.FAILED
    if run.collector == OPENING:
        words = f"could not be opened: {issue.detail or issue.reason}" if grave else issue.reason
        return Trouble(words, grave)
    why = ": ".join(part for part in (issue.reason, issue.detail) if part)
    return Trouble(f"{run.collector} {run.status} ({why if grave else issue.reason})", grave)


def _counted(ends: Counter[str]) -> str:
    order = ["ok", "partial", "failed", "skipped", "unchanged"]
    return ", ".join(f"{ends[end]:,} {end}" for end in order if ends[end])
