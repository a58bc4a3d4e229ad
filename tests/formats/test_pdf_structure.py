"""What validators of PDF/A-3a and PDF/UA-1 look at, as far as it can be read back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from sample_report import sample_report

from techdd import manifest
from techdd.formats.pdf import pdf, pdf_ua
from techdd.model import EvidenceFile
from techdd.workspace import Templates

Pdf = pikepdf.Pdf


@pytest.fixture(scope="module", params=["pdf", "pdf-ua"])
def opened(
    request: pytest.FixtureRequest, sample_pdf: bytes, templates: Templates
) -> Iterator[Pdf]:
    made = sample_pdf if request.param == "pdf" else pdf_ua.render(sample_report(), templates)
    with pikepdf.open(BytesIO(made)) as read:
        yield read


@pytest.fixture
def page(tmp_path: Path) -> Templates:
    """A template of one page, to be written by a test."""
    return Templates((tmp_path, Path(__file__).parents[2] / "report_templates"))


def rendered(templates: Templates, body: str) -> Pdf:
    head = "<!doctype html><html lang=en><style>{{ fonts }} * { font-family: Inter }</style>"
    (templates.folders[0] / "report.html").write_text(head + body)
    return pikepdf.open(BytesIO(pdf.render(sample_report(), templates)))


def elements(made: Pdf) -> Iterator[Any]:
    """The structure, from the document down."""
    waiting = [made.Root.StructTreeRoot.K[0]]
    while waiting:
        one = waiting.pop()
        yield one
        children = one.get("/K", [])
        children = list(children) if isinstance(children, pikepdf.Array) else [children]
        waiting += [
            child
            for child in reversed(children)
            if isinstance(child, pikepdf.Dictionary) and "/S" in child
        ]


def kinds(made: Pdf, name: str) -> list[Any]:
    return [one for one in elements(made) if name == one.S]


def test_it_says_which_standard_it_is_built_to(opened: Pdf) -> None:
    said = opened.Root.Metadata.read_bytes()
    if b"pdfuaid" in said:
        assert b'pdfuaid:part="1"' in said
    else:
        assert b'pdfaid:part="3"' in said and b'pdfaid:conformance="A"' in said
        (intent,) = opened.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert int(intent.DestOutputProfile.N) == 3
    assert opened.Root.Lang == "en"
    assert opened.Root.MarkInfo.Marked
    assert opened.Root.ViewerPreferences.DisplayDocTitle
    assert b"Technical due diligence: Northwind Ledger" in said
    assert not opened.is_encrypted


def test_every_font_is_embedded_and_can_be_read_as_text(opened: Pdf) -> None:
    fonts = {one.objgen: one for page in opened.pages for one in page.Resources.Font.values()}
    assert fonts
    for font in fonts.values():
        (inner,) = font.DescendantFonts
        assert "/FontFile2" in inner.FontDescriptor or "/FontFile3" in inner.FontDescriptor
        assert "/ToUnicode" in font


def test_every_picture_says_what_it_shows(opened: Pdf) -> None:
    figures = kinds(opened, "/Figure")
    assert len(figures) > 20
    assert all(str(one.get("/Alt", "")) for one in figures)
    assert any("Columns: month, commits by people" in str(one.Alt) for one in figures)


def test_every_table_has_heads_that_say_what_they_head(opened: Pdf) -> None:
    heads = kinds(opened, "/TH")
    assert len(heads) > 50
    assert {str(one.A.Scope) for one in heads} <= {"/Column", "/Row"}
    for table in kinds(opened, "/Table"):
        rows = [row for part in table.K for row in (part.K if part.S != "/TR" else [part])]
        assert any(cell.S == "/TH" for row in rows if "/S" in row for cell in row.get("/K", []))


def test_headings_skip_no_level(opened: Pdf) -> None:
    levels = [int(str(one.S)[2:]) for one in elements(opened) if str(one.S)[:2] == "/H"]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_whatever_is_drawn_is_content_or_an_artifact(opened: Pdf) -> None:
    """Running headers too: a screen reader would else read them out on every page."""
    numbers = opened.Root.StructTreeRoot.ParentTree.Nums
    reached = {one.objgen for one in elements(opened)}
    for number, page in enumerate(opened.pages):
        owners, inside = numbers[2 * number + 1], list[str]()
        artifacts = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "BMC":
                inside.append("artifact")
                artifacts += 1
            elif str(operator) == "BDC":
                owner = owners[int(operands[1].MCID)]
                assert owner.objgen in reached
                inside.append("content")
            elif str(operator) == "EMC":
                inside.pop()
            elif str(operator) in ("Tj", "TJ", "f", "S", "B", "Do", "sh"):
                assert inside, f"page {number + 1}: {operator}"
        assert artifacts


def test_links_and_annotations_belong_to_the_structure(opened: Pdf) -> None:
    for page in opened.pages:
        assert page.Tabs == "/S"
        for one in page.get("/Annots", []):
            assert "/StructParent" in one and "/Contents" in one


def test_the_manifest_is_attached_as_data(sample_pdf: bytes) -> None:
    with pikepdf.open(BytesIO(sample_pdf)) as made:
        (file,) = made.Root.AF
        assert file.AFRelationship == "/Data"
        assert file.EF.F.Subtype == "/application/json"
        assert file.EF.F.Params.ModDate == "D:20261123000000Z"
        assert list(made.attachments) == [manifest.FILE]
        raw = made.attachments[manifest.FILE].get_file().read_bytes()
    assert raw == manifest.written(sample_report())


def test_the_accessible_copy_carries_it_too(templates: Templates, page: Templates) -> None:
    report = replace(sample_report(), evidence=(EvidenceFile("people.yaml", "sha256:" + 64 * "0"),))
    (page.folders[0] / "report.html").write_text("<!doctype html><html lang=en><title>x</title>")
    with pikepdf.open(BytesIO(pdf_ua.render(report, page))) as made:
        told = json.loads(made.attachments[manifest.FILE].get_file().read_bytes())
    assert told["evidence"] == [{"digest": "sha256:" + 64 * "0", "name": "people.yaml"}]


def test_a_picture_without_words_is_an_artifact(page: Templates) -> None:
    drawn = '<svg {} width="9" height="9"><rect width="9" height="9"/></svg>'
    with rendered(page, drawn.format("aria-hidden=true") + "<p>x") as made:
        assert not kinds(made, "/Figure")
    with rendered(page, drawn.format('aria-label="five &lt; six"') + "<p>x") as made:
        assert [str(one.Alt) for one in kinds(made, "/Figure")] == ["five < six"]


def test_a_table_that_only_arranges_is_none(page: Templates) -> None:
    with rendered(page, "<table><tr><td>a<td>b</table>") as made:
        assert not kinds(made, "/Table") and not kinds(made, "/TD")
    rows = "<table><tr><th>a<td>b<tr><th>c<td>d</table>"
    with rendered(page, rows) as made:
        assert [str(one.A.Scope) for one in kinds(made, "/TH")] == ["/Row", "/Row"]
    with rendered(page, f"<table><thead><tr><th>a</thead><tr><td>{rows}</table>") as made:
        assert len(kinds(made, "/Table")) == 2


def test_levels_that_headings_skip_are_closed(page: Templates) -> None:
    with rendered(page, "<h1>a</h1><h3>b</h3><h3>c</h3><h4>d</h4><h2>e</h2><h3>f</h3>") as made:
        assert [str(one.S) for one in elements(made) if str(one.S)[:2] == "/H"] == [
            "/H1", "/H2", "/H2", "/H3", "/H2", "/H3",
        ]  # fmt: skip
