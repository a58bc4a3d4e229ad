"""Shows on the terminal how far a collect has come: the whole, who is at work, what went wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from techdd.pace import Pace
from techdd.text import clean

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.text import Text

    from techdd.jobs import Event

_TROUBLES = 5  # the latest
_REPO = 28  # columns of a repository's name


class Listener(Protocol):
    """What is told of every job."""

    def __call__(self, event: Event) -> None:
        """Takes one event."""
        ...


@contextmanager
def shown(repositories: Sequence[str], *, quiet: bool) -> Iterator[Listener]:
    """A display of the terminal's size; a line a repository where there is no terminal.

    Everything goes to stderr; nothing does where it is to be `quiet`.
    """
    if quiet:
        yield lambda event: None
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(stderr=True, highlight=False)
    pace = Pace(len(repositories))
    if not console.is_terminal:
        lines = _Lines(console, pace)
        yield lines
        lines.end()
        return
    display = _Display(pace, time.monotonic)
    with Live(display, console=console, refresh_per_second=4, vertical_overflow="crop"):
        yield display


class _Lines:
    """Tells of a repository when all of it has ended, and at once of what failed."""

    def __init__(self, console: Console, pace: Pace) -> None:
        self.console, self.pace = console, pace

    def __call__(self, event: Event) -> None:
        ended = self.pace.take(event, time.monotonic())
        if failed := self.pace.failed(event):
            self._print(f"{event.repo}: {failed}")
        if ended and (told := self.pace.told(ended)):
            self._print(f"[{self.pace.ended}/{self.pace.repositories}] {ended}: {told}")

    def end(self) -> None:
        """The whole in one line."""
        self._print(f"{self.pace.ended} of {self.pace.repositories} repositories: {self.pace}")

    def _print(self, line: str) -> None:
        self.console.print(clean(line), markup=False, soft_wrap=True)


class _Display:
    """A picture of the pace that fits into the terminal, drawn anew a few times a second."""

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self.pace, self.clock = pace, clock
        self.began = clock()
        self.lock = Lock()  # what is drawn is drawn by another thread

    def __call__(self, event: Event) -> None:
        with self.lock:
            self.pace.take(event, self.clock())

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        with self.lock:
            lines = list(self._lines(console, self.clock()))
        yield from lines

    def _lines(self, console: Console, now: float) -> Iterator[Text]:
        yield from self._head(console.width, now)
        # The last line of a terminal stays free; each list has a heading.
        room = console.height - 4
        troubles = self._troubles() if room > _TROUBLES + 4 else []
        yield from self._at_work(room - len(troubles) - 1, now)
        yield from troubles

    def _troubles(self) -> list[Text]:
        """What failed comes before what was looked at in part; in each, the latest."""
        every = sorted(self.pace.troubles.items(), key=lambda one: one[0].grave)
        if not every:
            return []
        lines = [_line("Trouble", "bold")]
        for (words, grave), repositories in every[: -_TROUBLES - 1 : -1]:
            more = f" and {len(repositories) - 1:,} more" if len(repositories) > 1 else ""
            colour = "red" if grave else "yellow"
            lines.append(_line(f"  {_short(repositories[-1])}{more}: {words}", colour))
        if len(every) > _TROUBLES:
            rest = len(every) - _TROUBLES
            lines.append(_line(f"  and {rest:,} more kinds; the report tells all", "dim"))
        return lines

    def _head(self, width: int, now: float) -> Iterator[Text]:
        pace = self.pace
        stage, done = ("Opening", pace.opened) if pace.opening else ("Measuring", pace.ended)
        share = done / pace.repositories if pace.repositories else 0.0
        left = pace.left(now)
        words = f" {done:,} of {pace.repositories:,} repositories, {_span(now - self.began)}"
        words += f", about {_span(left)} to go" if left else ""
        bar = max(min(width - len(stage) - len(words) - 3, 30), 0)
        full = int(share * bar)
        line = _line(f"{stage} ", "bold")
        line.append("━" * full, "green")
        line.append("━" * (bar - full), "dim")
        line.append(words)
        yield line
        rate = pace.rate(now)
        yield _line(f"{pace}{f', {rate:.1f} a second' if rate else ''}", "dim")

    def _at_work(self, room: int, now: float) -> Iterator[Text]:
        working = sorted(self.pace.working.items(), key=lambda one: one[1])
        if not working or room < 1:
            return
        shown = working if len(working) <= room else working[: room - 1]
        yield _line("At work", "bold")
        for (repo, collector), since in shown:
            yield _line(f"  {_short(repo):{_REPO}} {collector:20} {_span(now - since)}")
        if len(shown) < len(working):
            yield _line(f"  and {len(working) - len(shown):,} more", "dim")


def _line(text: str, style: str = "") -> Text:
    """One line, cut where the terminal ends."""
    from rich.text import Text

    return Text(clean(text), style, no_wrap=True, overflow="ellipsis")


def _short(name: str) -> str:
    return name if len(name) <= _REPO else f"{name[: _REPO - 1]}…"


def _span(seconds: float) -> str:
    """Seconds as people read them: "45 s", "12 min", "3 h 20 min"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"
