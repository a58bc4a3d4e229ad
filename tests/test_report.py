"""One assessment, three audiences: what each may see, and what the report says of its limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any, get_type_hints

import pytest
from builders import a_finding, an_item

from techdd.assessment import Assessment
from techdd.audiences import AUDIENCES, FIELDS, shown
from techdd.checklists import Checklist, Item
from techdd.confidential import Terms
from techdd.documents import load
from techdd.errors import TechddError
from techdd.facts import Identity, Person
from techdd.folders import data
from techdd.identity import Merge, Resolution
from techdd.model import (
    Audience,
    Check,
    Comment,
    Difference,
    Finding,
    Grade,
    Horizon,
    Issue,
    Location,
    Metric,
    Observation,
    Outcome,
    Rating,
    Reading,
    Report,
    RepositoryScope,
    Response,
    Run,
    Said,
    Score,
    Series,
    Severity,
    Status,
    Verdict,
    person_token,
)
from techdd.naming import Voice, numbered
from techdd.policy import Confidential, Engagement, RepositoryEntry, Scoring
from techdd.report import build
from techdd.repository import MISSING
from techdd.text import place_token

POLICY = load(data("checklists") / "policy" / "scoring.yaml", Scoring)
ENGAGEMENT = Engagement(
    client="Northwind",
    adviser="Lighthouse",
    repositories=(RepositoryEntry(name="api", source="/x"),),
)
PEOPLE = (
    Person("i1", "p111", "Ann Able", "ann@nw.io", False),
    Person("i2", "p111", "Ann Able", "aa@home.de", False),
    Person("i3", "p222", "Ben Book", "ben@nw.io", False),
    Person("i4", "p333", "renovate[bot]", "bot@renovate.io", True),
)


def who(*people: Person, silent: str = "") -> Resolution:
    """Each of `people` with one commit, but for the identity `silent`."""
    rows = tuple(
        Identity(one.identity, one.name, one.email, int(one.identity != silent), None, None)
        for one in people
    )
    return Resolution(rows, people, (Merge("i2", "i1", "same full name"),), (), ())


PLACE, DOOR = Location("src/vault.py", 7, "c0ffee1234567890"), Location("ops/run.sh", 3)
QUESTION = Item(id="AA-01", ask="Q?", why="W.", levels=("0", "1", "2", "3", "4"))


def a_checklist(name: str, order: int = 1) -> Checklist:
    return Checklist(
        id=name,
        title=name.title(),
        version="1",
        order=order,
        about=f"On {name}.",
        items=(QUESTION,),
    )


def a_score(**changes: Any) -> Score:
    return replace(Score(70.0, 1.0, "high", Rating.GREEN), **changes)


TOLD = an_item(note="Ann said Ben is tired", by="Cleo Cook, CTO", basis="Answered 3.")
LEAK = a_finding(
    id="f-leak", rule="live-secret", domain="security", severity=Severity.CRITICAL,
    locations=(PLACE,), observation=f"{person_token('p111')} put it there.",
    horizon=Horizon.BEFORE_SIGNING, effort=(1, 2),
)  # fmt: skip
HERO = a_finding(
    id="f-hero", locations=(DOOR,),
    observation=f"{person_token('p222')} and {person_token('p999')}.",
    horizon=Horizon.DAYS_30, effort=(3, 5),
)  # fmt: skip
NOTE = a_finding(id="f-note", severity=Severity.INFO, horizon=Horizon.YEAR, effort=(9, 9))


def assessment(**changes: Any) -> Assessment:
    people = Series("s", "People", ("who", "n"), ((person_token("p111"), 3), ("nobody", None)))
    empty = Series("e", "Empty", ("who",), ())
    known = Assessment(
        as_of=date(2025, 12, 31),
        verdict=Verdict("Proceed", Rating.GREEN, ("x",), "r", 1.0, "high"),
        domains=(
            (a_checklist("team"), a_score(), (TOLD,)),
            (a_checklist("security", 2), a_score(), (replace(TOLD, id="BB-01"),)),
        ),
        readings=(
            Reading("owners", "Who?", "team", Status.OK, (Metric("m", 1),), (), (people, empty)),
            Reading("secrets", "Any?", "security", Status.FAILED, reasons=("api: time limit",)),
            Reading("weak", "How?", "security", Status.PARTIAL, reasons=("api: syntax error",)),
        ),
        findings=(LEAK, HERO, NOTE),
        checks=(Check("r", "t", "team", "", "3", "any", "fired"),),
        runs=(Run("history", "api", Status.OK, "k"),),
        who=who(*PEOPLE),
        scope=(
            RepositoryScope(
                "api", "c" * 40, "2025-12-01", "main", 1200, 2, 30,
                (("Python", 4000, "tree-sitter"), ("Go", 500, "lizard")), (), False, (),
            ),
        ),
        versions=(("git", "2.39.5"),),
    )  # fmt: skip
    return replace(known, **changes)


def report(audience: Audience = "investor", **changes: Any) -> Report:
    return build(assessment(**changes), ENGAGEMENT, POLICY, audience)


def everything(report_: Report) -> str:
    """All that any format could print."""
    return json.dumps(asdict(report_), ensure_ascii=False)


# --- audiences ------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", ["investor", "client"])
@pytest.mark.parametrize(
    "private",
    ["Ann", "Ben", "Able", "Book", "Cleo", "nw.io", "home.de", "@", "p111", "p222", "tired", "CTO"],
)
def test_nobody_is_named_outside_the_internal_report(audience: Audience, private: str) -> None:
    assert private not in everything(report(audience)).replace(" @ ", "")


@pytest.mark.parametrize("private", ["vault.py", "c0ffee"])
def test_an_investor_sees_no_place_of_a_security_finding(private: str) -> None:
    assert private not in everything(report("investor"))
    assert private in everything(report("client"))


def test_an_investor_sees_no_other_place_either() -> None:
    assert "ops/run.sh" not in everything(report("investor"))
    for audience in ("client", "internal"):
        assert "ops/run.sh" in everything(report(audience))  # type: ignore[arg-type]


def test_the_internal_report_holds_everything() -> None:
    text = everything(report("internal"))
    for private in ("Ann Able", "Ben Book", "Cleo Cook", "tired", "vault.py", "c0ffee"):
        assert private in text
    by_id = {one.id: one.observation for one in report("internal").findings}
    assert by_id["f-leak"] == "Ann Able put it there."


def test_pseudonyms_are_the_same_throughout_and_when_people_arrive() -> None:
    made = report("client")
    assert {one.id: one.observation for one in made.findings} == {
        "f-leak": "Person 1 put it there.",
        "f-hero": "Person 2 and Unknown person.",
        "f-note": "Seen.",
    }
    assert made.chapters[0].series[0].rows == (("Person 1", 3), ("nobody", None))
    late = Person("i9", "p999", "Zoe Zest", "zoe@nw.io", False)
    later = report("client", who=who(*PEOPLE, late))
    assert later.findings[1].observation == "Person 2 and Person 4."


def test_numbers_that_were_given_before_are_kept() -> None:
    made = build(assessment(), ENGAGEMENT, POLICY, "investor", numbers={"i3": 1, "i2": 7})
    by_id = {one.id: one.observation for one in made.findings}
    assert by_id["f-leak"] == "Person 7 put it there."
    assert by_id["f-hero"].startswith("Person 1 and")


def test_names_or_pseudonyms_can_be_chosen_for_any_audience() -> None:
    named = build(assessment(), ENGAGEMENT, POLICY, "investor", names=True)
    assert "Ann Able put it there." in everything(named)
    assert ("p111", "Ann Able") in named.people
    for private in ("tired", "Cleo", "vault.py"):
        assert private not in everything(named)
    assert "People appear under pseudonyms" not in everything(named)
    hidden = build(assessment(), ENGAGEMENT, POLICY, "internal", names=False)
    for private in ("Ann", "Ben", "Cleo", "tired", "@nw.io"):
        assert private not in everything(hidden)
    assert "vault.py" in everything(hidden)


def test_only_the_internal_report_lists_what_was_joined() -> None:
    def merges(made: Report) -> list[Series]:
        return [one for one in made.chapters[0].series if one.name == "identity_merges"]

    (listed,) = merges(report("internal"))
    assert listed.rows == (
        ("Ann Able", "Ann Able <aa@home.de>", "Ann Able <ann@nw.io>", "same full name"),
    )
    for audience in ("investor", "client"):
        assert not merges(report(audience))  # type: ignore[arg-type]
    assert not merges(build(assessment(), ENGAGEMENT, POLICY, "internal", names=False))
    assert not merges(build(assessment(), ENGAGEMENT, POLICY, "client", names=True))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("src/Ann Able/notes.py", "src/Person 1/notes.py"),
        ("home/ann_able/x", "home/Person 1/x"),
        ("ANN.ABLE-patch", "Person 1-patch"),
        ("Able, Ann", "Able, Ann"),  # another order is not seen
        ("Annable Bookcase", "Annable Bookcase"),
        ("Ann/Able", "Ann/Able"),
        ("by ann@NW.io and zoe@else.io", "by Person 1 and (an address)"),
        ("lodash@4.17.21", "lodash@4.17.21"),
        ("renovate[bot]", "renovate[bot]"),
    ],
)
def test_a_name_that_a_client_wrote_somewhere_is_replaced_too(written: str, read: str) -> None:
    place = replace(NOTE, locations=(Location(written),))
    made = report("client", findings=(place,))
    assert made.findings[0].locations[0].path == read
    named = report("internal", findings=(place,))
    assert named.findings[0].locations[0].path == written


def test_clients_and_advisers_keep_their_names() -> None:
    same = ENGAGEMENT.model_copy(update={"client": "Ann Able", "adviser": "me@light.house"})
    made = build(assessment(), same, POLICY, "investor")
    assert (made.client, made.adviser) == ("Ann Able", "me@light.house")


def test_who_made_no_commit_is_not_counted() -> None:
    made = report(who=who(*PEOPLE, silent="i3"))
    assert "1,200 commits by 1 person and" in made.summary[0]


def test_the_same_finding_reads_the_same_in_chapter_and_register() -> None:
    for audience in AUDIENCES:
        made = report(audience)
        in_chapters = {one for chapter in made.chapters for one in chapter.findings}
        assert in_chapters == set(made.findings)


def test_an_assessment_is_not_changed_by_its_reports() -> None:
    whole = assessment()
    for audience in AUDIENCES:
        build(whole, ENGAGEMENT, POLICY, audience)
    assert whole == assessment()


@pytest.mark.parametrize(
    ("audience", "said"),
    [
        ("investor", (True, True)),
        ("client", (True, False)),
        ("internal", (False, False)),
    ],
)
def test_what_was_withheld_is_said(audience: Audience, said: tuple[bool, bool]) -> None:
    limits = report(audience).limits
    assert (
        "People appear under pseudonyms that are the same throughout this report." in limits
    ) is said[0]
    assert any(one.startswith("Files, lines, versions and") for one in limits) is said[1]


# --- contradictions -------------------------------------------------------------------------------

CLAIM = an_item(
    id_="TEA-01", level=0.0, stated=4, told=2.0, gap=4, measured=0, outcome=Outcome.CONTRADICTED,
    basis="The answer was 4; the repositories show 0.", evidence=("Truck factor: 1.",),
    note="Everybody knows it.", voices=(Said("Cleo", "CTO", 4, "Everybody", Grade.STATED),),
    documents=(("owners.pdf", "a" * 64),), capped="capped at 2",
)  # fmt: skip
TOLD_FALSE = Difference("TEA-01", "TEA-01", "team", "Who?", "Level 4", "Truck factor: 1.", "s1")
FIGURE = Difference("BCD-01.rto_hours", "BCD-01", "team", "Time", "4 hours", "took 6 hours", "s2")
CONTRADICTED = a_finding(
    id="f-claim", rule="answer-contradicted", title="The evidence contradicts TEA-01",
    observation="Truck factor: 1. The answer was level 4.", difference="TEA-01",
    severity=Severity.HIGH, places="1-aaaaaaaa", effort=(0.5, 2),
)  # fmt: skip
RECOVERY = Series(
    "recovery_claims", "Recovery", ("claim", "told", "evidence", "outcome", "difference"),
    (("Time", "4 hours", "took 6 hours", "contradicted", "BCD-01.rto_hours"),
     ("Kept", "7 days", "7 days", "supported", "")), prose=True,
)  # fmt: skip


def confronted(audience: Audience, *, words: str = "", figure_words: str = "") -> Report:
    return report(
        audience,
        domains=((a_checklist("team"), a_score(), (CLAIM,)),),
        readings=(Reading("recovery", "?", "team", Status.OK, series=(RECOVERY,)),),
        findings=(CONTRADICTED,),
        checks=(Check("answer-contradicted", "t", "team", "", "1", "any", "fired"),),
        differences=(
            replace(TOLD_FALSE, words=words, note="Everybody knows it."),
            replace(FIGURE, words=figure_words),
        ),
    )


@pytest.mark.parametrize("audience", ["investor", "client"])
@pytest.mark.parametrize(
    "private",
    ["level 4", "Level 4", "Everybody", "answer was 4", "4 hours", "6 hours", "answer-contradicted",
     "contradicted", "owners.pdf", "Cleo", '"stated": 4', '"told": 2.0', "capped at 2"],
)  # fmt: skip
def test_what_is_not_approved_is_only_counted_outside(audience: Audience, private: str) -> None:
    assert private not in everything(replace(confronted(audience), methodology={}))
    made = confronted(audience)
    assert (made.differences, made.clarifying) == ((), 2)
    assert "2 differences between answers and evidence are being clarified." in made.limits


def test_what_is_not_approved_keeps_its_effect() -> None:
    made = confronted("investor")
    (item,) = made.chapters[0].items
    assert (item.level, item.outcome) == (0, Outcome.CLARIFIED)
    assert item.basis == "Level 0 counts; the answer and the evidence are being clarified."
    (finding,) = made.findings
    assert (finding.id, finding.severity, finding.effort) == ("f-claim", Severity.HIGH, (0.5, 2))
    assert made.chapters[0].findings == (finding,)
    assert made.chapters[0].series[0].rows == (
        ("Time", "", "", "being clarified"),
        ("Kept", "7 days", "7 days", "supported"),
    )


def test_outside_a_contradiction_is_told_in_the_approved_words_only() -> None:
    made = confronted("client", words="It rests on one.", figure_words="It takes six hours.")
    assert [(one.id, one.words, one.told, one.seen) for one in made.differences] == [
        ("TEA-01", "It rests on one.", "", ""),
        ("BCD-01.rto_hours", "It takes six hours.", "", ""),
    ]
    assert made.clarifying == 0
    (item,) = made.chapters[0].items
    assert (item.outcome, item.basis) == (Outcome.CONTRADICTED, "It rests on one.")
    assert (item.stated, item.told, item.gap) == (None, None, 0)
    assert made.findings[0].observation == "It rests on one."
    assert made.chapters[0].series[0].rows[0] == (
        "Time", "", "It takes six hours.", "contradicted",
    )  # fmt: skip
    assert not [limit for limit in made.limits if "clarified" in limit]


def test_the_adviser_reads_both_sides_first() -> None:
    made = confronted("internal")
    assert [one.seen for one in made.differences] == ["Truck factor: 1.", "took 6 hours"]
    (item,) = made.chapters[0].items
    assert (item.stated, item.voices[0].by, item.documents[0][0]) == (4, "Cleo", "owners.pdf")
    assert made.findings == (CONTRADICTED,)
    hidden = build(
        assessment(
            domains=((a_checklist("team"), a_score(), (CLAIM,)),),
            differences=(replace(TOLD_FALSE, note="Cleo said so."),), findings=(),
        ),
        ENGAGEMENT, POLICY, "internal", names=False,
    )  # fmt: skip
    assert "Cleo" not in everything(hidden)
    assert hidden.differences[0].told == "Level 4"


def test_approved_words_that_lapsed_are_named() -> None:
    assert "Approved words that no longer count: SDL-01." in report(lapsed=("SDL-01",)).limits


def test_what_nobody_knows_is_a_gap_of_the_chapter() -> None:
    unknown = an_item("TEA-02", level=None, outcome=Outcome.NOT_KNOWN, stated=None)
    made = report(domains=((a_checklist("team"), a_score(), (TOLD, unknown)),))
    assert "Nobody who was asked could answer: TEA-02." in made.chapters[0].gaps


# --- contents -------------------------------------------------------------------------------------


def test_the_summary_counts_what_was_examined() -> None:
    assert report().summary[:2] == (
        "1 repository with 1,200 commits by 2 people and 4,500 lines of code, mainly Python and "
        "Go, were examined as of 31 December 2025.",
        "2 of 2 interview questions were answered.",
    )


def test_lines_of_missing_contents_are_unknown_and_not_none() -> None:
    (known,) = assessment().scope
    lost = replace(known, issues=(("code", MISSING, 12, "a.py"),))
    said = "The contents of 12 files are missing and were not read."
    assert said in report(scope=(lost,)).limits
    assert "4,500 lines of code" in report(scope=(lost,)).summary[0]
    bare = replace(lost, lines_by_language=())
    assert "an unknown number of lines of code were examined" in report(scope=(bare,)).summary[0]
    assert "and 0 lines of code" in report(scope=(replace(bare, issues=()),)).summary[0]
    unseen = replace(bare, issues=(), files=0)
    assert "an unknown number of lines" in report(scope=(unseen,)).summary[0]


def test_no_interview_is_said() -> None:
    silent = replace(TOLD, stated=None)
    made = report(domains=((a_checklist("team"), a_score(), (silent,)),))
    assert made.summary[1].startswith("No interview was held: 1 questions are open")


def test_a_chapter_holds_its_own_domain_only() -> None:
    team, security = report().chapters
    assert (team.domain, team.title, team.intro) == ("team", "Team", "On team.")
    assert [one.id for one in team.findings] == ["f-hero", "f-note"]
    assert [one.name for one in team.metrics] == ["m"]
    assert [one.name for one in team.series] == ["s"]
    assert [one.id for one in security.findings] == ["f-leak"]


def test_what_could_not_be_read_is_a_gap_of_the_chapter() -> None:
    team, security = report().chapters
    assert team.gaps == ()
    assert security.gaps == ("Any? Not answered: api: time limit.", "api: syntax error")


@pytest.mark.parametrize(
    ("changes", "strengths"),
    [
        ({"level": 3.0, "grade": Grade.SAMPLED}, ("Q? Level 3 of 4.",)),
        ({"level": 4.0, "grade": Grade.MEASURED, "evidence": ("A is 1.", "B.")}, ("A is 1.",)),
        ({"level": 4.0, "grade": Grade.SHOWN}, ()),
        ({"level": 2.0, "grade": Grade.MEASURED}, ()),
        ({"level": None, "grade": Grade.NONE}, ()),
    ],
)
def test_a_strength_is_strong_and_proven(
    changes: dict[str, Any], strengths: tuple[str, ...]
) -> None:
    items = (an_item(**changes),)
    made = report(domains=((a_checklist("team"), a_score(rating=Rating.AMBER), items),))
    assert (made.strengths, made.chapters[0].strengths) == (strengths, strengths)
    red = report(domains=((a_checklist("team"), a_score(rating=Rating.RED), items),))
    assert red.strengths == ()


@pytest.mark.parametrize(
    ("severity", "metric", "strong"),
    [
        (Severity.HIGH, "weak.per_kloc", False),
        (Severity.MEDIUM, "weak.per_kloc", True),
        (Severity.HIGH, "other.share", True),
    ],
)
def test_what_a_probe_tells_is_no_strength_beside_its_own_grave_findings(
    severity: Severity, metric: str, *, strong: bool
) -> None:
    told, seen = Metric("weak.per_kloc", 0.1), Observation("hero", "api", "x")
    reading = Reading("weak", "Weak?", "team", Status.OK, (told,), (seen,))
    items = (an_item(level=4.0, grade=Grade.MEASURED, metrics=(metric,)),)
    made = report(
        domains=((a_checklist("team"), a_score(rating=Rating.AMBER), items),),
        readings=(reading,),
        findings=(replace(HERO, rule="hero", severity=severity),),
    )
    assert bool(made.strengths) == strong


def test_a_green_domain_is_a_strength() -> None:
    made = report(domains=((a_checklist("team"), a_score(), ()),))
    assert made.strengths == ("Team: 70 of 100, confidence high.",)


def test_the_roadmap_sums_the_days_of_each_horizon() -> None:
    assert report().roadmap == (
        ("before signing", ("f-leak",), 1, 2),
        ("first 30 days", ("f-hero",), 3, 5),
        ("first 60 days", (), 0, 0),
        ("first 100 days", (), 0, 0),
        ("first year", (), 0, 0),
    )


def test_the_widest_limits_come_first() -> None:
    limited = report(
        "internal",
        runs=(
            Run("code", "api", Status.FAILED, "k", {}, (Issue("time limit"),)),
            Run("licences", "api", Status.SKIPPED, "k"),
            Run("history", "api", Status.PARTIAL, "k"),
        ),
        scope=tuple(replace(one, shallow=True) for one in assessment().scope),
        checks=(Check("r", "t", "team", "", "", "", "not assessable"),) * 2,
        domains=((a_checklist("team"), a_score(), (an_item(level=None, applicable=True),)),),
    )
    assert limited.limits == (
        "code of api failed: time limit.",
        "Not run on every repository: licences.",
        "History is truncated in api: ages, people and trends are incomplete.",
        "2 of 2 checks could not be decided; the annex lists them.",
        "1 checklist items were neither answered nor measurable.",
    )


@pytest.mark.parametrize(("days", "told"), [(30, False), (31, True)])
def test_copies_that_may_be_old_are_told(days: int, told: bool) -> None:
    (one,) = assessment().scope
    newest = (assessment().as_of - timedelta(days=days)).isoformat()
    scope = (replace(one, committed=newest), replace(one, name="old", committed="2019-01-01"))
    limited = report("investor", scope=scope).limits
    assert any(f"{days} days before the date of the audit" in said for said in limited) == told


def test_a_history_of_one_commit_is_told() -> None:
    (one,) = assessment().scope
    limited = report("investor", scope=(replace(one, name="dump", commits=1), one)).limits
    assert "History is a single commit in dump: who wrote what is not known." in limited


def test_dependency_files_that_were_not_read_are_counted_and_some_are_named() -> None:
    (one,) = assessment().scope
    unread = tuple((f"{n}/go.mod", "cannot be parsed: x") for n in range(7))
    said = "7 dependency files could not be read and count nowhere: "
    listed = report("client", scope=(replace(one, unread=unread),)).limits[0]
    assert listed == f"{said}0/go.mod, 1/go.mod, 2/go.mod, 3/go.mod and 3 more."
    hidden = report("investor", scope=(replace(one, unread=unread),))
    assert hidden.limits[0] == f"{said.removesuffix(': ')}."
    assert "go.mod" not in everything(hidden)
    other = replace(one, name="web", unread=())
    listed = report("client", scope=(replace(one, unread=unread[:1]), other)).limits[0]
    assert "1 dependency file could not" in listed
    assert "nowhere: api: 0/go.mod." in listed


def test_rates_of_the_engagement_come_before_those_of_the_policy() -> None:
    assert (report().day_rate, report().currency) == (POLICY.day_rate, POLICY.currency)
    assert not report().rate_given
    own = ENGAGEMENT.model_copy(update={"day_rate": (500.0, 700.0), "currency": "PLN"})
    made = build(assessment(), own, POLICY, "client")
    assert (made.day_rate, made.currency, made.rate_given) == ((500.0, 700.0), "PLN", True)


# --- guarded evidence -----------------------------------------------------------------------------


def exhibit(*columns: str, rows: tuple[tuple[Any, ...], ...], **more: Any) -> Reading:
    series = Series("x", "X", columns, rows, **more)
    return Reading("p", "Q?", "team", Status.OK, series=(series,))


def seen_by(audience: Audience, *readings: Reading) -> list[Series]:
    return list(report(audience, readings=readings).chapters[0].series)


def test_a_column_that_nobody_classified_is_for_the_adviser_only() -> None:
    rows = (
        ("key", "a/b.py", 1, "found", f"2025-01-06 {place_token('c0ffee')}", "api"),
        ("key", "c.py", 2, "not found", "", "web"),
    )
    columns = ("kind", "somewhere", "number", "seen", "added", "component")
    guarded = exhibit(*columns, rows=rows, guarded=True)
    made = {audience: seen_by(audience, guarded)[0] for audience in AUDIENCES}
    assert made["investor"].columns == ("kind", "number", "seen", "added")
    assert made["investor"].rows == (
        ("key", 1, "found", "2025-01-06"), ("key", 2, "not found", ""),
    )  # fmt: skip
    assert made["client"].columns == ("kind", "number", "seen", "added", "component")
    assert made["client"].rows[0][3] == "2025-01-06 c0ffee"
    assert made["internal"].columns == columns
    (open_,) = seen_by("investor", exhibit(*columns, rows=rows))
    assert open_.columns == ("kind", "number", "seen", "added", "component")


def test_files_go_by_numbers_for_investors_the_same_in_each_exhibit() -> None:
    beside = exhibit("repository", "file", "n", rows=(("api", "b.py", 1), ("web", "b.py", 2)))
    before = exhibit("component", "file", rows=(("web: (top folder)", "b.py"),))
    within = exhibit("file", "n", rows=(("web: b.py", 1), ("web: new.py", 2)))
    made = seen_by("investor", beside, before, within)
    assert [one.rows for one in made] == [
        (("api", "file 1", 1), ("web", "file 2", 2)),
        (("web: (top folder)", "file 2"),),
        (("file 2", 1), ("file 3", 2)),
    ]
    assert seen_by("client", within)[0].rows == (("web: b.py", 1), ("web: new.py", 2))


def test_numbers_that_tell_which_vulnerability_it_is_are_withheld() -> None:
    told = exhibit("kind", "likelihood of an exploit (EPSS)", rows=(("x", 0.97432),), guarded=True)
    assert seen_by("investor", told)[0].columns == ("kind",)


# --- the table ------------------------------------------------------------------------------------


def below(kind: type) -> set[type]:
    """The dataclasses that fields of `kind` hold, however deep."""
    found = {kind}
    for hint in get_type_hints(kind).values():
        for one in (hint, *_arguments(hint)):
            if is_dataclass(one) and isinstance(one, type) and one not in found:
                found |= below(one)
    return found


def _arguments(hint: Any) -> Iterator[Any]:
    for one in getattr(hint, "__args__", ()):
        yield one
        yield from _arguments(one)


@pytest.mark.parametrize("kind", sorted(below(Report), key=lambda kind: kind.__name__))
def test_each_field_of_a_report_is_classified(kind: type) -> None:
    assert set(FIELDS[kind]) == {field.name for field in fields(kind)}


def test_what_nobody_classified_passes_to_nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = {name: kind for name, kind in FIELDS[Finding].items() if name != "why"}
    monkeypatch.setitem(FIELDS, Finding, lacking)  # type: ignore[arg-type]
    hero = replace(HERO, why="A secret reason.")
    for audience in AUDIENCES:
        (made,) = report(audience, findings=(hero,)).findings
        assert made.why == ("A secret reason." if audience == "internal" else "")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("assumed: nw.io is the company's", "assumed: (a domain) is the company's"),
        ("mail.NW.io and nw.iota", "(a domain) and nw.iota"),
        ("see src/pay/vault.py:7-9, then CI/CD", "see (a file), then CI/CD"),
        (".github/workflows/ci.yml: no tests", "(a file): no tests"),
        ("src/Catalog.API and src/Ordering.Domain", "src/Catalog.API and src/Ordering.Domain"),
        ("src/Catalog.API/Program.cs, jobs/MAIN.CBL", "(a file), (a file)"),
        ("model/fit.R and src/Site.master", "(a file) and (a file)"),
        ("gopkg.in/yaml.v3 and github.com/x/y.z", "gopkg.in/yaml.v3 and github.com/x/y.z"),
        ("db1.corp.internal, 10.0.0.7:5432", "(an address), (an address)"),
        ("https://wiki.nw.example/x?y", "(an address)"),
        ("version 1.2.3, 60.5 %", "version 1.2.3, 60.5 %"),
    ],
)
def test_texts_lose_what_the_tables_cannot_see(written: str, read: str) -> None:
    (one,) = report("investor", findings=(replace(HERO, observation=written),)).findings
    assert one.observation == read
    (client,) = report("client", findings=(replace(HERO, observation=written),)).findings
    assert client.observation == written


# --- confidential words ---------------------------------------------------------------------------


def test_confidential_words_are_replaced_everywhere_for_those_they_are_withheld_from() -> None:
    customer = {"term": "Globex Corp", "as": "Customer A", "audiences": ["investor", "client"]}
    terms = (Confidential(term="Falcon"), Confidential.model_validate(customer))
    said = replace(HERO, title="Falcon serves globex-corp", repo="falcon-api")
    scope = replace(assessment().scope[0], name="falcon-api")
    texts = {}
    for audience in AUDIENCES:
        own = ENGAGEMENT.model_copy(update={"confidential": terms})
        made = build(assessment(findings=(said,), scope=(scope,)), own, POLICY, audience)
        texts[audience] = made.findings[0].title
        assert made.findings[0].repo == made.scope[0].name
        assert made.client == "Northwind"
    assert texts == {
        "investor": "[withheld] serves Customer A",
        "client": "Falcon serves Customer A",
        "internal": "Falcon serves globex-corp",
    }


def test_confidential_words_in_an_engagement_s_own_questions_reach_no_verdict() -> None:
    verdict = replace(assessment().verdict, rationale=("Falcon checks is red.",), rule="Falcon: no")
    own = ENGAGEMENT.model_copy(update={"confidential": (Confidential(term="Falcon"),)})
    made = build(assessment(verdict=verdict), own, POLICY, "investor")
    assert made.verdict.rationale == ("[withheld] checks is red.",)
    assert made.verdict.rule == "[withheld]: no"


def test_terms_that_make_two_repositories_one_are_a_mistake() -> None:
    terms = (Confidential(term="red"), Confidential(term="blue"))
    own = ENGAGEMENT.model_copy(update={"confidential": terms})
    one = assessment().scope[0]
    both = (replace(one, name="red-api"), replace(one, name="blue-api"))
    with pytest.raises(TechddError, match="two repositories one"):
        build(assessment(scope=both), own, POLICY, "investor")


# --- the adviser's and the client's words ---------------------------------------------------------


def test_people_within_comments_and_responses_go_by_pseudonyms_outside() -> None:
    one = Response("f-hero", "agreed", "Ann Able moved ops/run.sh to db.corp.local", "Ann Able",
                   "2025-12-30", "Ben Book confirmed it; see docs/x.md")  # fmt: skip
    comment = Comment("summary", "**Ben Book** impressed us")
    stranger = replace(one, by="Zoe Zest")
    whole = replace(report("internal"), responses=(one, stranger), comments=(comment,))
    voice = Voice(PEOPLE, who(*PEOPLE).identities, numbered(PEOPLE, {}), named=False, places=False)
    made = shown(whole, "investor", voice, Terms())
    assert made.comments[0].text == "**Person 2** impressed us"
    assert made.responses[0].words == "Person 1 moved (a file) to (an address)"
    assert made.responses[0].reply == "Person 2 confirmed it; see docs/x.md"
    assert [one.by for one in made.responses] == ["Person 1", ""]


def test_gaps_of_guarded_collectors_name_no_file_to_investors() -> None:
    gap = Issue("file with a secret could not be traced", "deep/vault.py")
    runs = (Run("secrets", "api", Status.PARTIAL, "k", {}, (gap,)),)
    scope = replace(assessment().scope[0], issues=(("secrets", gap.reason, 1, "deep/vault.py"),))
    made = report("investor", runs=runs, scope=(scope,))
    assert gap.reason in everything(made)
    assert "deep/vault.py" not in everything(made)
    assert "deep/vault.py" in everything(report("client", runs=runs, scope=(scope,)))


def test_a_token_in_a_name_is_not_shown_to_anybody() -> None:
    token = "gh" + "p_" + "x7Qm2Zp9Lk4Rt8Wv1Ys6"
    place = replace(NOTE, locations=(Location(f"files/{token}.py"),))
    for audience in AUDIENCES:
        assert token not in everything(report(audience, findings=(place,)))
