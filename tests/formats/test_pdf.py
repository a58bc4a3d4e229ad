from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject
from sample_report import empty_report, hostile_report, longest_summary, sample_report

from techdd.errors import TechddError
from techdd.formats.pdf import pdf
from techdd.workspace import Templates

SHIPPED = Path(__file__).parents[2] / "report_templates"


def over(folder: Path) -> Templates:
    """The shipped templates under those of `folder`."""
    return Templates((folder, SHIPPED))


def read(written: bytes) -> PdfReader:
    return PdfReader(BytesIO(written))


def outline(reader: PdfReader) -> list[str]:
    return [entry.title for entry in reader.outline if not isinstance(entry, list)]


def links(reader: PdfReader) -> list[str]:
    found = []
    for page in reader.pages:
        for annotation in page.get("/Annots") or ArrayObject():
            action = annotation.get_object().get("/A", ArrayObject()).get_object()
            if "/URI" in action:
                found.append(str(action["/URI"]))
    return found


def assert_summary_is_one_page(reader: PdfReader) -> None:
    places = {
        entry.title: reader.get_destination_page_number(entry)
        for entry in reader.outline
        if not isinstance(entry, list)
    }
    assert places["Executive summary"] == 1
    assert places["Contents"] == 2
    assert places["1 Scorecard"] == 3


def test_the_look_for_pango_runs_nothing_of_the_working_folder(tmp_path: Path) -> None:
    canary = tmp_path / "CANARY"
    for name in ("gcc", "cc", "ld", "objdump", "ldconfig", "sh"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {name} >> {canary}\nexit 1\n")
        program.chmod(0o755)
    code = "import os; from techdd.formats import pdf; pdf._weasyprint(); print(os.environ['PATH'])"
    path = f".{os.pathsep}{os.environ['PATH']}{os.pathsep}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not canary.exists()
    assert done.stdout.strip() == path  # as it was, afterwards


def test_has_every_part_as_a_bookmark(sample_pdf: bytes) -> None:
    found = outline(read(sample_pdf))
    titles = [title.split(" ", 1)[-1] for title in found if not title.startswith("Annex")]
    expected = [
        "Scorecard", "Red flags and conditions", "Scope and limits", "Architecture and scalability",
        "Code health", "Security", "Dependencies and licences", "Development process",
        "Team and key people", "Continuity and recovery", "Domains not assessed",
        "What we were told and what we saw", "Risk register", "Remediation roadmap",
        "Open questions, and what would move the result",
    ]  # fmt: skip
    assert titles[2:] == expected
    annex = [title.removeprefix("Annex ") for title in found if title.startswith("Annex")]
    assert annex == [
        "A Findings in full", "B Further exhibits", "C Measures", "D Questions and answers",
        "E Coverage ledger", "F Checks", "G How we judged", "H Evidence and versions", "I Glossary",
    ]  # fmt: skip


def test_says_who_it_is_for_on_every_page(sample_pdf: bytes) -> None:
    reader = read(sample_pdf)
    assert reader.metadata is not None
    assert reader.metadata.title == "Technical due diligence: Northwind Ledger"
    assert 25 < len(reader.pages) < 60
    for number, page in enumerate(reader.pages[1:], start=2):
        text = page.extract_text()
        for expected in ("Northwind Ledger", "Confidential", "23 November 2026", "Investor"):
            assert expected in text, f"page {number}"
        assert f"{number} of {len(reader.pages)}" in text


def test_is_tagged_pdf_a(sample_pdf: bytes) -> None:
    reader = read(sample_pdf)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    metadata = reader.trailer["/Root"]["/Metadata"].get_data()
    assert b'pdfaid:part="3"' in metadata
    assert b'pdfaid:conformance="A"' in metadata


def test_only_its_own_type_is_embedded(sample_pdf: bytes) -> None:
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in read(sample_pdf).pages
        for font in page["/Resources"]["/Font"].get_object().values()
    }
    assert fonts
    assert all("+Inter" in font for font in fonts), fonts


def test_sample_summary_is_one_page(sample_pdf: bytes) -> None:
    assert_summary_is_one_page(read(sample_pdf))


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("domains", [8, 13, 20])
def test_longest_summary_is_one_page(domains: int, paper: str, templates: Templates) -> None:
    report = longest_summary(domains)
    report = replace(report, brand=replace(report.brand, page=paper))
    assert_summary_is_one_page(read(pdf.render(report, templates)))


def test_nothing_assessed_is_not_clean(templates: Templates) -> None:
    reader = read(pdf.render(empty_report(), templates))
    assert_summary_is_one_page(reader)
    summary = " ".join(reader.pages[1].extract_text().split())
    assert "nothing could be tested" in summary
    assert "none found" not in summary
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "Green" not in "".join(reader.pages[1].extract_text())
    assert "not a clean result" in " ".join(text.split())


def test_hostile_text_is_printed_and_never_acts(templates: Templates) -> None:
    reader = read(pdf.render(hostile_report("кириллица, ελληνικά"), templates))
    assert_summary_is_one_page(reader)
    assert links(reader) == []
    text = "".join(page.extract_text() for page in reader.pages)
    assert "<script>alert(1)</script>" in text
    assert "{{ 7*7" in text
    assert "кириллица, ελληνικά" in text
    assert "\\u202e" in text
    assert "\u202e" not in text


def test_links_lead_only_to_the_web(sample_pdf: bytes) -> None:
    found = links(read(sample_pdf))
    assert found
    assert all(link.startswith(("https://", "http://")) for link in found)


def test_same_bytes_in_another_process_without_any_fonts(
    sample_pdf: bytes, templates: Templates, tmp_path: Path
) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    program = (
        "import sys, hashlib, pathlib\n"
        "from sample_report import sample_report\n"
        "from techdd.formats.pdf import pdf\n"
        "from techdd.workspace import Templates\n"
        "written = pdf.render(sample_report(), Templates((pathlib.Path(sys.argv[1]),)))\n"
        "print(hashlib.sha256(written).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(templates.folders[0])],
        env={
            **os.environ,
            "FONTCONFIG_FILE": str(config),
            "PYTHONPATH": os.pathsep.join([*sys.path, str(Path(__file__).parents[1])]),
            "PYTHONHASHSEED": "7",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(sample_pdf).hexdigest()


@pytest.mark.parametrize(
    "asks",
    [
        '<img src="file:///etc/passwd">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        "<style>@import url(https://example.com/x.css);</style>",
        "<style>@color-profile --x { src: url(http://127.0.0.1:9/x.icc) }</style>",
        "<style>@font-face { font-family: x; src: url(file:///x) } p { font: 1em x }</style>",
        "<style>p { background: url(http://127.0.0.1:9/x.png) }</style>",
        "<style>p::before { content: url(file:///etc/passwd) }</style>",
        "<style>li { list-style: url(//127.0.0.1:9/x.png) }</style><ul><li>x</ul>",
        '<link rel="stylesheet" href="x.css">',
        '<object data="file:///etc/passwd"></object>',
        '<embed src="file:///etc/passwd">',
        '<svg><image href="file:///etc/passwd" width="1" height="1" /></svg>',
        '<img src="techdd:../../etc/passwd">',
    ],
)
def test_a_template_that_asks_for_more_is_refused(asks: str, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(f"<p style='font-family: Inter'>x</p>{asks}")
    with pytest.raises(TechddError, match="the page asked for"):
        pdf.render(sample_report(), over(tmp_path))


def test_a_refused_picture_names_the_line_of_the_override(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<p>x</p>\n<img src='file:///etc/passwd'>")
    with pytest.raises(TechddError) as refused:
        pdf.render(sample_report(), over(tmp_path))
    assert str(tmp_path / "report.html:2") in str(refused.value)
    assert "file:///etc/passwd" in str(refused.value)


def test_what_cannot_be_set_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<html lang=en><style>p { colour: red }</style><p>x")
    with pytest.warns(UserWarning, match="PDF: .*colour"):
        pdf.render(sample_report(), over(tmp_path))


def test_characters_that_no_font_has_are_told_once(tmp_path: Path) -> None:
    page = (
        "<html lang=en><style>@font-face { font-family: Inter; src: url(techdd:upright) }</style>"
    )
    (tmp_path / "report.html").write_text(page + "<p>a \U0010fff0 \U0010fff1 \U0010fff0")
    with pytest.warns(UserWarning, match="2 characters are printed as boxes"):
        pdf.render(sample_report(), over(tmp_path))


def test_missing_pango_names_the_packages(
    monkeypatch: pytest.MonkeyPatch, templates: Templates
) -> None:
    class NoPango:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [NoPango(), *sys.meta_path])
    with pytest.raises(TechddError, match=r"libpango-1\.0-0 libpangoft2-1\.0-0") as raised:
        pdf.render(sample_report(), templates)
    assert "html" in str(raised.value)
