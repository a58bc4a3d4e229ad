"""The engagement's brand, comments and responses through the command line, friend and foe."""

# ruff: noqa: F811

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from test_cli import Techdd, techdd  # noqa: F401 - a fixture
from test_report import HERO, LEAK, NOTE, assessment

from techdd import pipeline
from techdd.assessment import Assessment
from techdd.responses import state_of

ONE, TWO = "0d1f8a6c3b2e", "77b0c1d2e3f4"
FINDINGS = (replace(LEAK, id=ONE), replace(HERO, id=TWO), replace(NOTE, id="a" * 12))


def found(**changes: object) -> Assessment:
    states = {one.id: state_of(one) for one in FINDINGS}
    return assessment(findings=FINDINGS, states=states, **changes)


@pytest.fixture
def engagement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, techdd: Techdd) -> Path:
    """An engagement with findings, without the time it takes to measure them."""
    folder = tmp_path / "eng"
    assert techdd("init", folder, "--client", "Northwind").code == 0
    monkeypatch.setattr(pipeline, "assess", lambda *_, **__: found())
    return folder


def answered(path: Path, *rows: tuple[int, str, str], by: str = "Cleo") -> Path:
    book = load_workbook(path)
    book["Read first"]["B3"] = by
    for row, position, words in rows:
        book["Findings"].cell(row, 7).value = position  # type: ignore[assignment]
        book["Findings"].cell(row, 8).value = words  # type: ignore[assignment]
    back = path.with_name("back.xlsx")
    book.save(back)
    return back


def report(techdd: Techdd, folder: Path, audience: str = "client") -> tuple[dict, str]:  # type: ignore[type-arg]
    target = folder / f"{audience}.json"
    done = techdd("report", folder, "-o", target, "--audience", audience)
    assert done.code == 0, done.err
    return json.loads(target.read_bytes())["report"], done.err


# --- brand and comments ---------------------------------------------------------------------------


def test_a_missing_logo_and_strange_comments_are_told_and_the_report_is_made(
    engagement: Path, techdd: Techdd
) -> None:
    with (engagement / "engagement.yaml").open("a") as file:
        file.write('brand: {logo: gone.png, colour: "#f0c000", line: HRB 1}\npage: letter\n')
    (engagement / "commentary").mkdir()
    for name in ("summary", ONE, "deadbeef0000", "team"):
        (engagement / "commentary" / f"{name}.md").write_text(f"On **{name}**, says Ann.")
    made, told = report(techdd, engagement)
    assert made["brand"] == {
        "logo": "", "colour": "#f0c000", "accent": "", "line": "HRB 1", "page": "letter",
    }  # fmt: skip
    assert [one["place"] for one in made["comments"]] == [ONE, "summary", "team"]
    lines = told.splitlines()
    assert "the report has no logo" in lines[0] and lines[0].endswith("gone.png: is not there")
    assert "brand.colour #f0c000 is too light" in lines[1]
    assert lines[2].startswith("commentary/deadbeef0000.md: is not in the report")
    assert all("may name people (Ann)" in line for line in lines[3:6]), lines
    assert "Traceback" not in told
    html = techdd("report", engagement, "-o", engagement / "r.html")
    assert html.code == 0
    assert "On <strong>summary</strong>" in (engagement / "r.html").read_text()


def test_a_logo_reaches_the_report(engagement: Path, techdd: Techdd) -> None:
    (engagement / "l.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
    )
    with (engagement / "engagement.yaml").open("a") as file:
        file.write("brand: {logo: l.svg}\n")
    made, told = report(techdd, engagement, "investor")
    assert made["brand"]["logo"].startswith("data:image/svg+xml;base64,")
    assert not told


def test_a_mistake_in_a_template_ends_with_its_line(engagement: Path, techdd: Techdd) -> None:
    (engagement / "templates").mkdir()
    broken = engagement / "templates" / "report.html"
    broken.write_text(
        '{% extends "shipped/report.html" %}\n{% block after %}{{ nope }}{% endblock %}'
    )
    done = techdd("report", engagement, "-o", engagement / "r.html")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"techdd: {broken}:2: UndefinedError: 'nope' is undefined\n"
    assert not (engagement / "r.html").exists()


def test_who_spoke_in_an_interview_or_responded_may_be_named_and_is_told(
    engagement: Path, techdd: Techdd
) -> None:
    (engagement / "commentary").mkdir()
    (engagement / "commentary" / "team.md").write_text("As Cleo told us.")
    sheet = engagement / "sheet.xlsx"
    techdd("responses", "export", engagement, "-o", sheet)
    back = answered(sheet, (2, "disputed", "Ask Dan."), by="Dan Doe")
    techdd("responses", "import", engagement, back, "--yes")
    _, told = report(techdd, engagement, "investor")
    assert "commentary/team.md: may name people (Cleo)" in told
    assert f"the response to {ONE}: may name people (Dan)" in told
    assert not report(techdd, engagement, "internal")[1]


# --- the management response ----------------------------------------------------------------------


def test_out_in_replied_and_in_every_edition(
    engagement: Path, techdd: Techdd, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = engagement / "sheet.xlsx"
    done = techdd("responses", "export", engagement, "-o", sheet)
    assert (done.code, done.out) == (0, f"{sheet}\n")
    assert "3 finding(s).\nengagement.yaml has no as_of" in done.err
    back = answered(sheet, (2, "disputed", "src/vault.py is a test."), (3, "agreed", ""))
    shown = techdd("responses", "import", engagement, back)
    assert shown.code == 0
    assert f"new        {ONE} (Findings!2, Cleo) disputed: src/vault.py is a test." in shown.out
    assert "Nothing is recorded yet" in shown.err
    assert not (engagement / "responses.jsonl").exists()
    assert "2 response(s) recorded" in techdd("responses", "import", engagement, back, "--yes").err
    assert "2 unchanged" in techdd("responses", "import", engagement, back, "--apply").err
    _, told = report(techdd, engagement, "investor")
    assert not told
    listed = techdd("responses", "list", engagement)
    assert "2 response(s), 1 without a reply; 1 finding(s) open." in listed.err
    done = techdd("responses", "reply", engagement, ONE, "It is in use.", "--by", "A. Adviser")
    assert done.code == 0
    for audience, words in (
        ("internal", "src/vault.py is a test."),
        ("client", "src/vault.py is a test."),
        ("investor", "(a place) is a test."),
    ):
        made, told = report(techdd, engagement, audience)
        first, second = made["responses"]
        assert (first["finding"], first["position"], first["words"]) == (ONE, "disputed", words)
        assert first["reply"] == "It is in use." and not first["earlier"]
        assert (second["finding"], second["position"]) == (TWO, "agreed")
        assert not told
    # The evidence changes, and one finding is gone.
    later = replace(found(), findings=FINDINGS[:1], states={ONE: "another"})
    monkeypatch.setattr(pipeline, "assess", lambda *_, **__: later)
    made, _ = report(techdd, engagement)
    assert [(one["finding"], one["earlier"]) for one in made["responses"]] == [(ONE, True)]
    assert "1 response is about findings that this audit does not have any more." in made["limits"]
    listed = techdd("responses", "list", engagement)
    assert "(to an earlier state of the finding)" in listed.out
    assert f"{TWO}: this audit has no such finding any more." in listed.err


def test_of_a_sheet_with_one_mistake_nothing_is_recorded(engagement: Path, techdd: Techdd) -> None:
    sheet = engagement / "sheet.xlsx"
    techdd("responses", "export", engagement, "-o", sheet)
    back = answered(sheet, (2, "agreed", ""), (3, "whatever", "x"))
    shown = techdd("responses", "import", engagement, back)
    assert shown.code == 3
    assert f"refused    {TWO} (Findings!3): 'whatever' is no response" in shown.out
    done = techdd("responses", "import", engagement, back, "--yes")
    assert done.code == 2
    assert done.err.splitlines()[-1] == (
        f"techdd: {back}: nothing was recorded: 1 refused; mend the file"
    )
    assert not (engagement / "responses.jsonl").exists()


def test_a_conflict_is_told_and_may_be_overruled(engagement: Path, techdd: Techdd) -> None:
    sheet = engagement / "sheet.xlsx"
    techdd("responses", "export", engagement, "-o", sheet)
    techdd("responses", "import", engagement, answered(sheet, (2, "agreed", "")), "--yes")
    other = answered(sheet, (2, "disputed", "No."))
    done = techdd("responses", "import", engagement, other, "--yes")
    assert done.code == 2 and "1 in conflict with what came in since" in done.err
    assert techdd("responses", "import", engagement, other, "--yes", "--overwrite").code == 0
    made, _ = report(techdd, engagement)
    assert made["responses"][0]["position"] == "disputed"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("export", "ENG", "-o", "ENG/engagement.yaml"), "something else than .xlsx"),
        (("export", "ENG", "-o", "there.xlsx"), "is there already, and may be filled in"),
        (("import", "ENG", "there.xlsx"), "is no XLSX"),
        (("import", "ENG", "gone.xlsx"), "cannot be read"),
        (("reply", "ENG", ONE, "x", "--by", "y"), "the client has said nothing of"),
        (("reply", "ENG", ONE, " ", "--by", "y"), "a reply needs words"),
        (("list", "nowhere"), "holds no engagement.yaml"),
    ],
)
def test_what_a_user_can_get_wrong_is_one_line(
    arguments: tuple[str, ...], why: str, engagement: Path, techdd: Techdd
) -> None:
    Path("there.xlsx").write_bytes(b"x")
    done = techdd("responses", *(one.replace("ENG", str(engagement)) for one in arguments))
    assert done.code == 2
    assert why in done.err and len(done.err.splitlines()) == 1


def test_a_reply_that_is_too_long_is_refused(engagement: Path, techdd: Techdd) -> None:
    sheet = engagement / "sheet.xlsx"
    techdd("responses", "export", engagement, "-o", sheet)
    techdd("responses", "import", engagement, answered(sheet, (2, "agreed", "")), "--yes")
    done = techdd("responses", "reply", engagement, ONE, "x" * 3_000, "--by", "y")
    assert (done.code, done.err) == (2, "techdd: a reply has at most 2,000 characters\n")
    done = techdd("responses", "reply", engagement, ONE, "x", "--by", "y" * 300)
    assert done.code == 2 and "by: " in done.err and len(done.err.splitlines()) == 1
