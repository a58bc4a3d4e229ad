from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sample_report import a_finding, empty_report, hostile_report, huge_report, sample_report
from spoken_report import spoken_report

from techdd.formats.xlsx import xlsx
from techdd.model import Report, Series
from techdd.workspace import Templates

CHECKLIST = ("Summary", "Scorecard", "Findings", "Questions", "Contradictions",
             "What moves the result", "Measures", "Exhibits", "Roadmap totals", "Roadmap", "Checks",
             "Coverage", "Languages", "Gaps", "Runs", "Method", "Versions")  # fmt: skip


def opened(report: Report, templates: Templates) -> Workbook:
    return load_workbook(io.BytesIO(xlsx.render(report, templates)))


def rows(book: Workbook, sheet: str) -> list[dict[str, Any]]:
    head, *rest = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rest]


@pytest.fixture(scope="module")
def spoken(templates: Templates) -> Workbook:
    return opened(spoken_report(), templates)


def test_has_every_sheet_in_order(spoken: Workbook) -> None:
    assert tuple(spoken.sheetnames) == (*CHECKLIST, "Dependencies, one by one")


def test_the_summary_says_verdict_limits_and_whose_words_are_whose(spoken: Workbook) -> None:
    said = list(spoken["Summary"].iter_rows(values_only=True))
    assert ("Verdict", "Proceed with conditions") in said
    assert ("Coverage", 0.68) in said
    assert ("Findings, critical", 2) in said
    assert ("Licence", "Licensed adviser no. 12345") in said
    assert ("Adviser's comment on scope", "Nobody could show the <b>deployment</b>.") in said
    assert any(label == "Adviser's comment" for label, _ in said)
    assert sum(label == "Limit" for label, _ in said) == 3


def test_the_scorecard_has_numbers_where_there_are_judgements_and_words_where_not(
    spoken: Workbook,
) -> None:
    security, grey = (
        next(row for row in rows(spoken, "Scorecard") if row["Domain"] == name)
        for name in ("Security", "Continuity and recovery")
    )
    assert (security["Light"], security["Score"], security["Coverage"]) == ("Red", 25, 0.83)
    assert (grey["Light"], grey["Score"]) == ("Not assessed", "not assessed")
    assert grey["Range, low"] == "not assessed"
    assert grey["Critical"] == "not assessed"  # no critical finding is not a clean result here


def test_the_scorecard_leads_to_the_worst_finding_of_a_domain(spoken: Workbook) -> None:
    sheet = spoken["Scorecard"]
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        link = row[heads.index("Findings")].hyperlink
        if link is None:
            continue
        target, cell = link.location.split("!")
        assert target == "'Findings'"
        found = rows(spoken, "Findings")[spoken["Findings"][cell].row - 2]
        assert found["Domain"] == row[0].value


def test_the_register_has_every_finding_with_numbers_and_what_was_said_of_it(
    spoken: Workbook,
) -> None:
    report = spoken_report()
    found = rows(spoken, "Findings")
    assert [row["Id"] for row in found] == [one.id for one in report.findings]
    first, last = found[0], found[-1]
    assert first["Severity"] == "critical"
    assert (first["Effort, low (days)"], first["Effort, high (days)"]) == report.findings[0].effort
    assert isinstance(first["Cost, high (EUR)"], int | float)
    assert first["Adviser's comment"] == "Seen in the [vault](https://vault.example/x)."
    assert (first["What the company says"], first["Adviser's reply"]) == (
        "It was rotated.",
        "Seen.",
    )
    assert first["Said on"] == datetime(2026, 11, 24)
    assert last["What the company says"] == "=1+1\nNot so."
    assert last["Management response"] == "disputed (to an earlier state)"


def test_nobody_has_spoken_so_there_are_no_columns_for_it(templates: Templates) -> None:
    heads = rows(opened(sample_report(), templates), "Findings")[0]
    assert not {"Adviser's comment", "What the company says", "Adviser's reply"} & heads.keys()


def test_questions_say_what_was_not_assessed(spoken: Workbook) -> None:
    found = {row["Item"]: row for row in rows(spoken, "Questions")}
    assert found["SEC-02"]["Level (0-4)"] == "not assessed"
    assert found["SEC-10"]["Outcome"] == "contradicted"
    assert isinstance(found["SEC-01"]["Level (0-4)"], int | float)


def test_measures_have_values_units_and_their_name_in_words(spoken: Workbook) -> None:
    found = [row for row in rows(spoken, "Measures") if row["Key"] == "truck_factor.people"]
    assert {row["Repository"] for row in found} >= {"whole engagement", "billing-legacy"}
    assert found[0]["Measure"] == "Truck factor"
    missing = next(
        row for row in rows(spoken, "Measures") if row["Key"] == "maintainability.low_share"
    )
    assert (missing["Value"], missing["Note"]) == ("not measured", "no Python in 2 repositories")


def test_long_tables_have_a_sheet_and_others_stand_among_the_exhibits(spoken: Workbook) -> None:
    assert len(rows(spoken, "Dependencies, one by one")) == 40
    said = [row[0] for row in spoken["Exhibits"].iter_rows(values_only=True)]
    assert any("Who holds the code today" in str(one) for one in said)
    assert not any("one by one" in str(one) for one in said)


def test_the_roadmap_leads_to_findings_and_sums_up_apart(spoken: Workbook) -> None:
    sheet = spoken["Roadmap"]
    assert sheet["B2"].hyperlink.location.startswith("'Findings'!A")
    assert rows(spoken, "Roadmap totals")[-1]["Findings"] == len(sample_report().findings)


def test_hostile_texts_are_text(templates: Templates) -> None:
    book = opened(hostile_report("=1+1"), templates)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                assert "\u202e" not in str(cell.value)
                assert cell.hyperlink is None or cell.hyperlink.target is None


def test_nothing_assessed_is_not_clean(templates: Templates) -> None:
    book = opened(empty_report(), templates)
    assert {row["Light"] for row in rows(book, "Scorecard")} == {"Not assessed"}
    assert {row["Findings"] for row in rows(book, "Scorecard")} == {"not assessed"}
    said = dict(book["Summary"].iter_rows(min_row=2, values_only=True))
    assert said["Findings, critical"] == "not known"
    assert said["Score of all domains"] == "not assessed"


def test_without_any_chapter_it_is_written(templates: Templates) -> None:
    assert opened(replace(empty_report(), chapters=()), templates)["Scorecard"].max_row == 1


def test_many_findings_are_all_there(templates: Templates) -> None:
    findings = tuple(a_finding(title=f"Finding {number}") for number in range(2_000))
    book = opened(replace(huge_report(), findings=findings), templates)
    assert book["Findings"].max_row == 2_001


def test_two_long_tables_of_one_title_have_two_sheets(templates: Templates) -> None:
    report = sample_report()
    one = Series("a", "The same / title: [x]", ("what",), (("x",),), full=True)
    chapter = replace(report.chapters[0], series=(one, replace(one, name="b")))
    names = opened(replace(report, chapters=(chapter,)), templates).sheetnames
    assert len({name for name in names if name.startswith("The same")}) == 2


def test_same_bytes_in_another_process(templates: Templates) -> None:
    program = (
        "import sys, hashlib, pathlib\n"
        "from spoken_report import spoken_report\n"
        "from techdd.formats.xlsx import xlsx\n"
        "from techdd.workspace import Templates\n"
        "written = xlsx.render(spoken_report(), Templates((pathlib.Path(sys.argv[1]),)))\n"
        "print(hashlib.sha256(written).hexdigest())\n"
    )
    folders = (Path(__file__).parent, Path(__file__).parents[1])
    path = os.pathsep.join([*sys.path, *map(str, folders)])
    done = subprocess.run(
        [sys.executable, "-c", program, str(templates.folders[0])],
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    own = xlsx.render(spoken_report(), templates)
    assert done.stdout.strip() == hashlib.sha256(own).hexdigest()
