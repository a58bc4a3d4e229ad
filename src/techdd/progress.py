"""Shows on the terminal which collector is at work on which repository."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from techdd.jobs import Event


class Listener(Protocol):
    """What is told of every job."""

    def __call__(self, event: Event) -> None:
        """Takes one event."""
        ...


@contextmanager
def shown(repositories: Sequence[str], *, quiet: bool) -> Iterator[Listener]:
    """Bars for the whole and for each repository at work; plain lines where there is no terminal.

    Everything goes to stderr; nothing does where it is to be `quiet`.
    """
    if quiet:
        yield lambda event: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, highlight=False)
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
        yield _Bars(progress, len(repositories))


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

    def __init__(self, progress: Progress, repositories: int) -> None:
        self.progress = progress
        self.number = repositories
        self.ended: Counter[str] = Counter()
        self.repositories: dict[str, TaskID] = {}
        self.running: dict[tuple[str, str], TaskID] = {}
        # Until the repositories are open nobody knows how much there is to do.
        self.whole = progress.add_task("[bold]all repositories", total=None, done="")

    def __call__(self, event: Event) -> None:
        repo, job = event.repo, (event.repo, event.collector)
        if repo not in self.repositories:
            task = self.progress.add_task(_short(repo), total=event.jobs, done="")
            self.repositories[repo] = task
            self.progress.update(self.whole, total=self.number * event.jobs)
        if event.run is None:
            name = f"  {_short(repo)} [dim]{event.collector}"
            self.running[job] = self.progress.add_task(name, total=None, done="")
            return
        if job in self.running:
            self.progress.remove_task(self.running.pop(job))
        self.ended[repo] += 1
        done = f"{self.ended[repo]}/{event.jobs}"
        self.progress.update(self.repositories[repo], advance=1, done=done)
        self.progress.update(self.whole, advance=1, done=str(self.ended.total()))
        if self.ended[repo] == event.jobs and event.cached:
            self.progress.update(self.repositories[repo], visible=False)


def _short(name: str) -> str:
    shown = name if len(name) <= 28 else f"{name[:27]}…"
    return shown.replace("[", r"\[")
