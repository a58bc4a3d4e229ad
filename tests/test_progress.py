"""What is told of a collect while it runs: counted, estimated, and within the terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from techdd.jobs import Event
from techdd.model import Issue, Run, Status
from techdd.pace import Pace
from techdd.progress import _Display, _Lines
from techdd.workspace import OPENING

COLLECTORS = ("code", "history")


def run(collector: str, repo: str, status: Status = Status.OK, *issues: Issue) -> Run:
    return Run(collector, repo, status, "", {}, issues)


class Played:
    """A collect whose clock is turned by hand, told to whoever listens."""

    def __init__(self, pace: Pace) -> None:
        self.pace, self.now = pace, 100.0

    def clock(self) -> float:
        return self.now

    def open(self, repos: Sequence[str], broken: Sequence[str] = ()) -> None:
        for repo in repos:
            self.pace.take(Event(1, OPENING, repo), self.now)
            issues = [Issue("cannot be opened", "", "is gone")] if repo in broken else []
            status = Status.FAILED if repo in broken else Status.OK
            self.pace.take(Event(1, OPENING, repo, run(OPENING, repo, status, *issues)), self.now)

    def measure(
        self, repo: str, seconds: float, status: Status = Status.OK, *issues: Issue
    ) -> None:
        """One after the other, each taking so long, the first ending as is said."""
        for collector in COLLECTORS:
            self.pace.take(Event(2, collector, repo), self.now)
            self.now += seconds
            self.pace.take(
                Event(2, collector, repo, run(collector, repo, status, *issues)), self.now
            )
            status, issues = Status.OK, ()

    def find_unchanged(self, repo: str) -> None:
        for collector in COLLECTORS:
            self.pace.take(Event(2, collector, repo, run(collector, repo), True), self.now)


@pytest.fixture
def played() -> Played:
    return Played(Pace(10))


def drawn(pace: Pace, now: float, width: int, height: int) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, color_system=None)
    display = _Display(pace, lambda: now)
    display.began = 100.0
    console.print(display)
    return out.getvalue().splitlines()


# --- the estimate ---------------------------------------------------------------------------------


def test_nothing_is_said_of_what_remains_before_there_is_ground(played: Played) -> None:
    played.open([str(number) for number in range(10)])
    for repo in ("0", "1"):
        played.measure(repo, 10)
        assert played.pace.left(played.now) is None
    played.measure("2", 10)
    assert played.pace.left(played.now) == pytest.approx(7 * 2 * 10)


def test_what_could_not_be_opened_is_no_ground_and_no_work(played: Played) -> None:
    played.open([str(number) for number in range(10)], broken=["7", "8", "9"])
    assert played.pace.ended == 3
    assert played.pace.left(played.now) is None
    for repo in ("0", "1", "2"):
        played.measure(repo, 10)
    assert played.pace.left(played.now) == pytest.approx(4 * 2 * 10)


def test_what_is_unchanged_counts_as_no_time(played: Played) -> None:
    played.open([str(number) for number in range(10)])
    played.find_unchanged("0")
    played.find_unchanged("1")
    played.measure("2", 30)
    assert played.pace.left(played.now) == pytest.approx(7 * 2 * 10)
    assert str(played.pace) == "2 ok, 4 unchanged"


def test_several_at_a_time_take_less(played: Played) -> None:
    played.open([str(number) for number in range(10)])
    for repo in ("0", "1", "2", "3"):
        played.pace.take(Event(1, "code", repo), 100.0)
    for repo in ("0", "1", "2", "3"):
        played.pace.take(Event(1, "code", repo, run("code", repo)), 110.0)
    assert played.pace.left(110.0) == pytest.approx(6 * 10 / 4)


# --- the display ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "height"), [(80, 24), (40, 8), (200, 60), (20, 5)])
def test_three_hundred_repositories_stay_within_the_terminal(width: int, height: int) -> None:
    played = Played(Pace(300))
    names = [f"a-repository-with-a-long-name-{number}" for number in range(300)]
    played.open(names, broken=names[290:])
    for number, repo in enumerate(names[:120]):
        played.measure(repo, 1, Status.FAILED, Issue(f"reason {number}", detail="x" * 300))
    for repo in names[120:180]:
        played.pace.take(Event(2, "code", repo), played.now)
    lines = drawn(played.pace, played.now, width, height)
    assert len(lines) < height
    assert max(map(len, lines)) <= width
    assert lines[0].startswith("Measuring")


def test_the_display_tells_the_whole_who_is_at_work_and_what_went_wrong(played: Played) -> None:
    played.open([str(number) for number in range(10)], broken=["9"])
    for repo in ("0", "1"):
        played.measure(repo, 10, Status.PARTIAL, Issue("no advisory database", detail="get one"))
    played.measure("2", 10, Status.FAILED, Issue("time limit of 5 minutes", detail="raise it"))
    played.pace.take(Event(2, "history", "3"), played.now)
    head, counts, *rest = drawn(played.pace, played.now + 5, 100, 24)
    assert "4 of 10 repositories, 65 s, about 2 min to go" in head
    assert counts == "3 ok, 2 partial, 1 failed, 0.1 a second"
    assert [line.split() for line in rest[:2]] == [["At", "work"], ["3", "history", "5", "s"]]
    assert rest[2:] == [
        "Trouble",
        "  2: code failed (time limit of 5 minutes: raise it)",
        "  9: could not be opened: is gone",
        "  1 and 1 more: code partial (no advisory database)",
    ]


def test_nothing_is_said_of_what_remains_when_all_has_ended(played: Played) -> None:
    names = [str(number) for number in range(10)]
    played.open(names)
    for repo in names:
        played.measure(repo, 10)
    assert drawn(played.pace, played.now, 100, 24)[0].endswith("10 of 10 repositories, 3 min")


# --- without a terminal ---------------------------------------------------------------------------


def told(events: Sequence[Event], repositories: int) -> list[str]:
    out = io.StringIO()
    lines = _Lines(Console(file=out, width=80), Pace(repositories))
    for event in events:
        lines(event)
    lines.end()
    return out.getvalue().splitlines()


def test_a_repository_is_a_line_and_what_failed_one_more() -> None:
    late = Issue("time limit of 5 minutes", detail="\x1b[31m")
    assert told(
        [
            Event(1, OPENING, "api", run(OPENING, "api")),
            Event(1, OPENING, "web", run(OPENING, "web")),
            Event(1, OPENING, "old", run(OPENING, "old")),
            Event(1, OPENING, "x", run(OPENING, "x", Status.FAILED, Issue("a", "", "is gone"))),
            Event(2, "code", "api", run("code", "api")),
            Event(2, "code", "web", run("code", "web", Status.FAILED, late)),
            Event(2, "history", "api", run("history", "api")),
            Event(2, "history", "web", run("history", "web", Status.PARTIAL, Issue("shallow"))),
            Event(2, "code", "old", run("code", "old"), cached=True),
            Event(2, "history", "old", run("history", "old"), cached=True),
        ],
        4,
    ) == [
        "[1/4] x: could not be opened: is gone",
        "web: code failed (time limit of 5 minutes: \\x1b[31m)",
        "[2/4] api: 2 ok",
        "[3/4] web: 1 partial, 1 failed",
        "4 of 4 repositories: 2 ok, 1 partial, 1 failed, 2 unchanged",
    ]
