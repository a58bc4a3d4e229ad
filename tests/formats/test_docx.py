from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from sample_report import (
    a_finding,
    empty_report,
    hostile_report,
    huge_report,
    longest_summary,
    sample_report,
)
from spoken_report import spoken_report

from techdd.errors import TechddError
from techdd.formats.docx import docx
from techdd.model import Brand, Comment, Report, Series, Severity
from techdd.pages import terms
from techdd.pipeline import check_format
from techdd.workspace import Templates


def opened(report: Report, templates: Templates) -> Any:
    return Document(io.BytesIO(docx.render(report, templates)))


def texts(document: Any) -> list[str]:
    """Every paragraph, those of tables too, in the document's order."""
    return [
        "".join(node.text or "" for node in paragraph.iter(qn("w:t")))
        for paragraph in document.element.body.iter(qn("w:p"))
    ]


def headings(document: Any, level: int = 1) -> list[str]:
    return [one.text for one in document.paragraphs if one.style.name == f"Heading {level}"]


@pytest.fixture(scope="module")
def spoken(templates: Templates) -> Any:
    return opened(spoken_report(), templates)


def test_has_the_chapters_of_the_pdf_in_its_order(spoken: Any) -> None:
    assert headings(spoken) == [
        "Executive summary", "Contents", "Scorecard", "Red flags and conditions",
        "Scope and limits",
        "Architecture and scalability", "Code health", "Security", "Dependencies and licences",
        "Development process", "Team and key people", "Continuity and recovery",
        "Domains not assessed", "What we were told and what we saw",
        "Management response", "Risk register", "Remediation roadmap", "Open questions",
        "How we judged", "Evidence", "Glossary",
    ]  # fmt: skip


def test_the_contents_are_a_field_and_already_filled(spoken: Any) -> None:
    codes = [node.text for node in spoken.element.body.iter(qn("w:instrText"))]
    assert any("TOC" in code for code in codes)
    entries = [one for one in spoken.paragraphs if one.style.name == "toc 1"]
    assert [one.text.strip() for one in entries] == headings(spoken)[2:]


def test_every_link_has_its_target(spoken: Any) -> None:
    marks = {node.get(qn("w:name")) for node in spoken.element.body.iter(qn("w:bookmarkStart"))}
    links = {node.get(qn("w:anchor")) for node in spoken.element.body.iter(qn("w:hyperlink"))}
    assert links
    assert links <= marks
    assert None not in links  # nothing leads out of the document
    for name in marks:
        assert len(name) <= 40


def test_says_on_each_page_whose_it_is_and_that_it_is_confidential(spoken: Any) -> None:
    section = spoken.sections[0]
    assert section.header.paragraphs[0].text.endswith("\tConfidential")
    assert "Northwind Ledger" in section.header.paragraphs[0].text
    foot = section.footer.paragraphs[0]
    assert "23 November 2026  |  Investor edition" in foot.text.replace(" | ", "  |  ")
    codes = [node.text.strip() for node in foot._p.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]
    assert section.different_first_page_header_footer


def test_heads_of_tables_are_repeated_and_rows_stay_whole(spoken: Any) -> None:
    headed = 0
    for table in spoken.tables:
        trs = table._tbl.tr_lst
        assert all(tr.find(f".//{qn('w:cantSplit')}") is not None for tr in trs)
        marked = [tr.find(f".//{qn('w:tblHeader')}") is not None for tr in trs]
        assert not any(marked[1:])
        headed += marked[0]
    assert headed > 20


def test_pictures_say_what_they_show_and_captions_are_numbered(spoken: Any) -> None:
    pictures = [node.get("descr") for node in spoken.element.body.iter(qn("wp:docPr"))]
    assert len(pictures) == 7  # six charts and the logo
    assert all(pictures)
    captions = [one.text for one in spoken.paragraphs if one.style.name == "Caption"]
    assert [one.split(".")[0] for one in captions] == [
        f"Exhibit {number}" for number in range(1, len(captions) + 1)
    ]
    assert not any("one by one" in one for one in captions)


def test_what_the_adviser_and_the_client_say_stands_apart(spoken: Any) -> None:
    voices = [one.text for one in spoken.paragraphs if one.style.name == "Report Voice"]
    assert "Both matters can be met:" in voices
    assert "• retain Engineer 1" in voices
    assert "Nobody could show the <b>deployment</b>." in voices
    assert "Seen in the vault (https://vault.example/x)." in voices
    assert "Management response: agreed, CTO, 24 November 2026" in voices
    assert "Adviser's reply, 25 November 2026" in voices
    assert any("It was given to an earlier state of the finding" in one for one in voices)
    bold = [
        run.text
        for one in spoken.paragraphs
        if one.style.name == "Report Voice"
        for run in one.runs
        if run.bold
    ]
    assert "matters" in bold


def test_the_house_has_its_colours_and_its_line(spoken: Any) -> None:
    assert str(spoken.styles["Heading 1"].font.color.rgb) == "5A1E4B"
    assert "Licensed adviser no. 12345" in spoken.sections[0].footer.paragraphs[0].text


def test_a_finding_that_is_spoken_of_is_told_in_full_however_many_there_are(
    templates: Templates,
) -> None:
    findings = tuple(a_finding(title=f"Finding number {number}") for number in range(300))
    said = (Comment(findings[250].id, "Look at this one."),)
    report = replace(huge_report(), findings=findings, comments=said)
    chapters = tuple(replace(one, findings=findings[:300]) for one in report.chapters[2:3])
    found = texts(opened(replace(report, chapters=chapters), templates))
    assert "Look at this one." in found


def test_of_many_findings_the_rest_is_counted(templates: Templates) -> None:
    findings = tuple(a_finding(title=f"Finding number {number}") for number in range(10_000))
    found = texts(opened(replace(huge_report(), findings=findings), templates))
    assert "and 9,800 more, in the workbook (XLSX)" in found


def test_hostile_texts_are_printed_and_never_act(templates: Templates) -> None:
    raw = docx.render(hostile_report("кириллица, ελληνικά"), templates)
    document = Document(io.BytesIO(raw))
    everything = "\n".join(texts(document))
    assert "<script>alert(1)</script>" in everything
    assert "кириллица, ελληνικά" in everything
    assert "\u202e" not in everything
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        targets = [parts.read(one) for one in parts.namelist() if one.endswith(".rels")]
    assert not any(b'TargetMode="External"' in one for one in targets)
    codes = {node.text.split()[0] for node in document.element.body.iter(qn("w:instrText"))}
    assert codes <= {"TOC", "PAGEREF", "SEQ", "PAGE", "NUMPAGES"}


def test_nothing_assessed_is_not_clean(templates: Templates) -> None:
    found = texts(opened(empty_report(), templates))
    assert "Red flags: nothing could be tested" in found
    assert any("not a clean result" in one for one in found)
    assert not any("Green" in one for one in found)


@pytest.mark.parametrize("report", [replace(empty_report(), chapters=()), longest_summary(12)])
def test_without_chapters_or_with_long_ones_it_is_written(
    report: Report, templates: Templates
) -> None:
    assert headings(opened(report, templates))[0] == "Executive summary"


@pytest.mark.parametrize(
    "logo",
    [
        "data:image/png;base64,AAAA",
        "data:image/png;base64,%%",
        "x",
        "data:image/svg+xml;base64,PHN2",
    ],
)
def test_a_logo_that_cannot_be_shown_is_left_out_and_told(logo: str, templates: Templates) -> None:
    report = replace(empty_report(), brand=Brand(logo))
    with pytest.warns(UserWarning, match="DOCX: the logo"):
        assert docx.render(report, templates)


def test_letter_paper(templates: Templates) -> None:
    report = replace(empty_report(), brand=Brand(page="letter"))
    assert round(opened(report, templates).sections[0].page_width.mm, 1) == 215.9


def test_a_missing_library_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, templates: Templates
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(TechddError, match=r"pip install 'techdd\[office\]'"):
        docx.render(sample_report(), templates)
    with pytest.raises(TechddError, match="office"):  # what a run asks before it begins
        check_format(Path("report.docx"))


def test_same_bytes_in_another_process(templates: Templates) -> None:
    program = (
        "import sys, hashlib, pathlib\n"
        "from spoken_report import spoken_report\n"
        "from techdd.formats.docx import docx\n"
        "from techdd.workspace import Templates\n"
        "written = docx.render(spoken_report(), Templates((pathlib.Path(sys.argv[1]),)))\n"
        "print(hashlib.sha256(written).hexdigest())\n"
    )
    folders = (Path(__file__).parent, Path(__file__).parents[1])
    path = os.pathsep.join([*sys.path, *map(str, folders)])
    done = subprocess.run(
        [sys.executable, "-c", program, str(templates.folders[0])],
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    own = docx.render(spoken_report(), templates)
    assert done.stdout.strip() == hashlib.sha256(own).hexdigest()


def test_what_a_chapter_is_about_is_shown_and_the_rest_counted(templates: Templates) -> None:
    report = sample_report()
    many = tuple(Series(f"s{n}", f"Table {n}", ("what",), (("x",),)) for n in range(20))
    key = Series("line_owners", "Whose lines", ("who",), (("Engineer 1",),))
    plan = Series("hiring_plan", "Whom to hire", ("role",), (("Engineer",),))
    chapter = replace(report.chapters[5], series=(*many, key, plan))
    document = opened(replace(report, chapters=(chapter,)), templates)
    captions = [one.text for one in document.paragraphs if one.style.name == "Caption"]
    assert captions == ["Exhibit 1. Whose lines", "Exhibit 2. Whom to hire"]
    assert "Hiring plan" in headings(document)
    assert "and 20 more, in the workbook (XLSX)" in texts(document)


def test_findings_are_counted_by_domain_and_severity(templates: Templates) -> None:
    report = sample_report()
    tables = opened(report, templates).tables
    (heat,) = [one for one in tables if one.rows[0].cells[-1].text == "Person-days"]
    chapter = report.chapters[0]
    cells = [one.text for one in heat.rows[1].cells]
    assert cells[0] == chapter.title
    for severity, said in zip(reversed(Severity), cells[1:6], strict=True):
        count = sum(one.severity is severity for one in chapter.findings)
        assert said == (str(count) if count else "")


def test_the_glossary_tells_the_measures_that_there_are(templates: Templates) -> None:
    report = sample_report()
    (told,) = [
        one for one in opened(report, templates).tables
        if one.rows[0].cells[-1].text == "What it says"
    ]  # fmt: skip
    known = terms(templates)
    used = {metric.name for chapter in report.chapters for metric in chapter.metrics}
    assert [row.cells[0].text for row in told.rows[1:]]
    assert {row.cells[0].text for row in told.rows[1:]} == {
        known[name][0] for name in used if name in known
    }
