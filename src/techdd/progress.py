"""Shows on the terminal which collector is at work on which repository."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

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
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[doing]}"),
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
    """One bar for all jobs, one for each repository from its first job to its last."""

    SHOWN = 8  # repositories at once

    def __init__(self, progress: Progress, repositories: list[str], collectors: list[str]) -> None:
        self.progress = progress
        self.jobs = len(collectors)
        self.whole = progress.add_task(
            "[bold]all repositories", total=len(repositories) * self.jobs, doing=""
        )
        self.bars = {
            name: progress.add_task(
                _short(name), total=self.jobs, doing="", visible=position < self.SHOWN
            )
            for position, name in enumerate(repositories)
        }
        self.doing: dict[str, list[str]] = {name: [] for name in repositories}

    def __call__(self, event: Event) -> None:
        bar = self.bars[event.repo]
        doing = self.doing[event.repo]
        if event.run is None:
            doing.append(event.collector)
            self.progress.update(bar, visible=True, doing=", ".join(doing))
            return
        if event.collector in doing:
            doing.remove(event.collector)
        self.progress.update(bar, advance=1, doing=", ".join(doing))
        self.progress.update(self.whole, advance=1)
        finished = self.progress.tasks[self.bars[event.repo]].finished
        if finished and len(self.bars) > self.SHOWN:
            self.progress.update(bar, visible=False)


def _short(name: str) -> str:
    shown = name if len(name) <= 28 else f"{name[:27]}…"
    return shown.replace("[", r"\[")
