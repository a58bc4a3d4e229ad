"""Shows on the terminal which collector is at work on which repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from techdd.jobs import Event


class Listener(Protocol):
    """What is told of every job."""

    def __call__(self, event: Event) -> None:
        """Takes one event."""
        ...


@contextmanager
def shown(repositories: list[str], collectors: list[str], *, quiet: bool) -> Iterator[Listener]:
    """Bars for the whole and for each repository at work; plain lines where there is no terminal.

    Everything goes to stderr.
    """
    console = Console(stderr=True, quiet=quiet, highlight=False)
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield _Bars(progress, repositories, collectors)


class _Lines:
    def __init__(self, console: Console) -> None:
        self.console = console

    def __call__(self, event: Event) -> None:
        if event.run and not event.cached:
            why = f" ({event.run.issues[0].reason})" if event.run.issues else ""
            line = f"{event.repo}: {event.collector} {event.run.status}{why}"
            self.console.print(line, markup=False, soft_wrap=True)


class _Bars:
    """A bar for all jobs, one for each repository at work, and below it one for each collector."""

    def __init__(self, progress: Progress, repositories: list[str], collectors: list[str]) -> None:
        self.progress = progress
        self.jobs = len(collectors)
        self.ended: Counter[str] = Counter()
        self.repositories: dict[str, TaskID] = {}
        self.running: dict[tuple[str, str], TaskID] = {}
        total = len(repositories) * self.jobs
        self.whole = progress.add_task("[bold]all repositories", total=total, done="")

    def __call__(self, event: Event) -> None:
        repo, job = event.repo, (event.repo, event.collector)
        if repo not in self.repositories:
            self.repositories[repo] = self.progress.add_task(_short(repo), total=self.jobs, done="")
        if event.run is None:
            name = f"  {_short(repo)} [dim]{event.collector}"
            self.running[job] = self.progress.add_task(name, total=None, done="")
            return
        if job in self.running:
            self.progress.remove_task(self.running.pop(job))
        self.ended[repo] += 1
        done = f"{self.ended[repo]}/{self.jobs}"
        self.progress.update(self.repositories[repo], advance=1, done=done)
        self.progress.update(self.whole, advance=1, done=str(self.ended.total()))
        if self.ended[repo] == self.jobs and event.cached:
            self.progress.update(self.repositories[repo], visible=False)


def _short(name: str) -> str:
    shown = name if len(name) <= 28 else f"{name[:27]}…"
    return shown.replace("[", r"\[")
