"""An engagement comes back from a colleague: what one side has is joined, the rest is shown."""

# ruff: noqa: F401, F811 - fixtures of another file

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest
from builders import A, build, git
from test_cli import Said, Techdd, api, engagement, techdd
from test_jobs import inline

from techdd import pipeline, responses
from techdd.answers import Answer
from techdd.responses import ledger
from techdd.workspace import Workspace

MINE = pyrage.x25519.Identity.generate()
AT = datetime(2026, 7, 1, tzinfo=UTC)
FINDING = "0d1f8a6c3b2e"


@pytest.fixture
def pair(engagement: Path, techdd: Techdd, tmp_path: Path) -> tuple[Path, Path]:
    """The same engagement twice: what I sent (`e`), and the colleague's copy."""
    (tmp_path / "mine.key").write_text(str(MINE))
    for item, level in (("SEC-01", 2), ("SEC-02", 3)):
        say(engagement, item, level, "Lea Lang")
    ledger(engagement).add([responded("agreed", "")], lambda _: None)
    assert exported(techdd, "e").code == 0
    assert techdd("import", "e.age", "-o", "theirs", "--identity", "mine.key").code == 0
    return engagement, tmp_path / "theirs"


def say(root: Path, item: str, level: int, by: str, **more: object) -> None:
    Workspace(root).journal.append(Answer(item=item, level=level, by=by, at=AT, **more))


def responded(position: str, words: str) -> responses.Said:
    return responses.Said(finding=FINDING, position=position, words=words, by="Lea", at=AT)


def exported(techdd: Techdd, folder: str) -> Said:
    Path("e.age").unlink(missing_ok=True)
    return techdd("export", folder, "-o", "e.age", "--to", str(MINE.to_public()))


def back(techdd: Techdd, *arguments: str) -> Said:
    """The colleague's copy comes back into mine."""
    assert exported(techdd, "theirs").code == 0
    return techdd("import", "e.age", "-o", "e", "--identity", "mine.key", *arguments)


def answers(root: Path) -> list[tuple[str, int | None, str]]:
    journal = Workspace(root).journal
    found = [(one.answer.item, one.answer.level, one.answer.by) for one in journal.read()]
    assert not journal.doubts
    return found


def content(root: Path) -> dict[Path, bytes]:
    return {one: one.read_bytes() for one in root.rglob("*") if one.is_file()}


def test_nothing_new_changes_nothing(pair: tuple[Path, Path], techdd: Techdd) -> None:
    before = content(pair[0])
    said = back(techdd)
    assert (said.code, said.out) == (0, "e\n") and "Nothing is new." in said.err
    assert content(pair[0]) == before


def test_answers_of_both_sides_are_joined(pair: tuple[Path, Path], techdd: Techdd) -> None:
    ours, theirs = pair
    say(ours, "SEC-03", 1, "Ben Book")
    say(theirs, "SEC-03", 4, "Ann Able")
    say(theirs, "SEC-01", 3, "Lea Lang")
    said = back(techdd)
    assert said.code == 0 and "joined    answers/journal.jsonl  2 entries" in said.out
    assert answers(ours) == [
        ("SEC-01", 2, "Lea Lang"), ("SEC-02", 3, "Lea Lang"), ("SEC-03", 1, "Ben Book"),
        ("SEC-03", 4, "Ann Able"), ("SEC-01", 3, "Lea Lang"),
    ]  # fmt: skip
    before = content(ours)
    assert back(techdd).code == 0 and content(ours) == before  # a second time nothing is new


@pytest.mark.parametrize(
    ("mine", "new"),
    [
        ({"by": "Lea Lang"}, {"by": "lea  LANG"}),
        ({"by": "Ben Book"}, {"by": "A. Adviser", "settles": True}),
        ({"by": "Ben Book", "round": "closing"}, {"by": "Ann Able"}),
    ],
    ids=["one person", "a decision", "two rounds"],
)
def test_answers_whose_order_would_decide_are_a_conflict(
    pair: tuple[Path, Path], techdd: Techdd, mine: dict[str, str], new: dict[str, str]
) -> None:
    ours, theirs = pair
    say(ours, "SEC-01", 1, **mine)
    say(theirs, "SEC-01", 4, **new)
    say(theirs, "SEC-04", 2, "Ann Able")
    before = content(ours)
    said = back(techdd)
    assert said.code == 1 and "conflict  answers/journal.jsonl  SEC-01: here level 1" in said.out
    assert "nothing was changed" in said.err and content(ours) == before

    assert back(techdd, "--ours", "answers/*").code == 0
    assert [one[:2] for one in answers(ours)[-2:]] == [("SEC-01", 1), ("SEC-04", 2)]
    assert back(techdd, "--theirs", "answers/journal.jsonl").code == 0
    assert [one[:2] for one in answers(ours)[-2:]] == [("SEC-04", 2), ("SEC-01", 4)]


def test_a_conflict_names_the_answers_that_meet(pair: tuple[Path, Path], techdd: Techdd) -> None:
    ours, theirs = pair
    say(ours, "SEC-01", 1, "Ben Book")
    say(theirs, "SEC-01", 3, "Ben Book")
    say(theirs, "SEC-01", 4, "Ann Able")
    assert "SEC-01: here level 1 by Ben Book, there level 3 by Ben Book" in back(techdd).out


def test_a_reply_follows_its_response_to_another_line(
    pair: tuple[Path, Path], techdd: Techdd
) -> None:
    ours, theirs = pair
    other = responded("agreed", "").model_copy(update={"finding": "77b0c1d2e3f4"})
    ledger(ours).add([other], lambda _: None)
    ledger(theirs).add([responded("disputed", "it is the test server")], lambda _: None)
    responses.reply(theirs, FINDING, "we looked: it is", "A. Adviser", AT)
    assert back(techdd).code == 0
    kept = ledger(ours)
    standing = responses.standings(kept.read())[FINDING]
    assert standing.reply and standing.reply.reply == "we looked: it is" and not kept.doubts
    before = content(ours)
    assert back(techdd).code == 0 and content(ours) == before


def test_what_both_wrote_is_shown_and_stays_until_somebody_decides(
    pair: tuple[Path, Path], techdd: Techdd
) -> None:
    ours, theirs = pair
    (ours / "commentary").mkdir()
    (theirs / "commentary").mkdir()
    (ours / "commentary" / "summary.md").write_text("mine")
    (theirs / "commentary" / "summary.md").write_text("theirs")
    (theirs / "commentary" / "team.md").write_text("new")
    with (theirs / "engagement.yaml").open("a") as file:
        file.write("round: closing\n")
    (theirs / "vex").mkdir()
    (theirs / "vex" / "a.json").write_text("{}")
    (ours / "vex").symlink_to("/etc")
    before = content(ours)
    said = back(techdd)
    assert said.code == 1 and content(ours) == before
    assert "conflict  commentary/summary.md  differs\n" in said.out
    assert "conflict  engagement.yaml  differs in: round\n" in said.out
    assert "new       commentary/team.md\n" in said.out
    assert "conflict  vex/a.json" in said.out  # never through a link
    said = back(techdd, "--theirs", "vex/*", "--ours", "c*", "--ours", "engagement.yaml")
    assert said.code == 2 and "is a link or no plain file here; take it away first" in said.err
    assert not Path("/etc/a.json").exists()
    (ours / "vex").unlink()

    said = back(techdd, "--ours", "engagement.yaml", "--theirs", "commentary/*")
    assert said.code == 0
    assert (ours / "commentary" / "summary.md").read_text() == "theirs"
    assert (ours / "commentary" / "team.md").read_text() == "new"
    assert "round" not in (ours / "engagement.yaml").read_text()


def test_where_repositories_lie_is_no_conflict(
    pair: tuple[Path, Path], techdd: Techdd, api: Path
) -> None:
    ours, theirs = pair
    file = theirs / "engagement.yaml"
    file.write_text(file.read_text().replace(str(api), "/home/colleague/api"))
    assert back(techdd).code == 0 and str(api) in (ours / "engagement.yaml").read_text()


def test_evidence_is_taken_as_a_whole_or_not_at_all(
    pair: tuple[Path, Path], techdd: Techdd, tmp_path: Path
) -> None:
    ours, theirs = pair

    def measure(root: Path, only: str) -> None:
        pipeline.collect(Workspace(root), only=[only], workers=1, pool=inline)

    measure(theirs, "practices")
    said = back(techdd)
    assert said.code == 1 and "conflict  evidence  theirs was measured later" in said.out
    assert back(techdd, "--theirs", "evidence").code == 0
    assert "failed" not in techdd("verify", "e").out
    assert (ours / "evidence" / "runs" / "practices.api.json").is_file()
    assert not list(ours.glob(".evidence*"))
    measure(ours, "governance")
    assert back(techdd).code == 0  # ours goes on from theirs
    measure(theirs, "runtimes")
    said = back(techdd)
    assert said.code == 1 and "conflict  evidence  both sides measured by themselves" in said.out
    assert (ours / "evidence" / "runs" / "governance.api.json").is_file()


def test_engagements_are_not_mixed(pair: tuple[Path, Path], techdd: Techdd, api: Path) -> None:
    ours, theirs = pair
    techdd("init", "another", "--client", "Northwind", api)
    (theirs / "engagement.yaml").write_text("format_version: 1\nclient: Southwind\n")
    assert exported(techdd, "theirs").code == 0
    before = content(ours)
    for folder, why in (("another", "is another engagement"), ("e", "is of 'Northwind', and what")):
        said = techdd("import", "e.age", "-o", folder, "--identity", "mine.key")
        assert said.code == 2 and f"{folder}: {why}" in said.err
    assert content(ours) == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--ours", "nosuch"], "nosuch: is not in conflict"),
        (["--ours", "triage.yaml", "--theirs", "*"], "triage.yaml: is asked for from both sides"),
    ],
)
def test_decisions_that_decide_nothing_are_mistakes(
    pair: tuple[Path, Path], techdd: Techdd, arguments: list[str], expected: str
) -> None:
    ours, theirs = pair
    (ours / "triage.yaml").write_text("format_version: 1\n")
    (theirs / "triage.yaml").write_text("format_version: 1\ndecisions: {}\n")
    said = back(techdd, *arguments)
    assert said.code == 2 and expected in said.err


def test_nothing_comes_in_while_a_run_is_at_work(pair: tuple[Path, Path], techdd: Techdd) -> None:
    ours, theirs = pair
    say(theirs, "SEC-05", 3, "Ann Able")
    with Workspace(ours).locked():
        said = back(techdd)
    assert said.code == 2 and "another techdd is working on this engagement" in said.err
    assert ("SEC-05", 3, "Ann Able") not in answers(ours)
