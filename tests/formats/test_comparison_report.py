"""The short report of a comparison: readable pages, hostile text that never acts, equal bytes."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from sample_report import FINDINGS, a_finding, empty_report, hostile_report, sample_report
from two_audits import a_find, a_report, between

from techdd.comparing import WRITERS
from techdd.comparing.page import scores
from techdd.comparison import Comparison, compare
from techdd.model import Rating, Report, Score, Severity
from techdd.workspace import Templates


def then(report: Report) -> Report:
    return replace(report, date="2026-05-04")


def sample() -> Comparison:
    """The sample's audit half a year apart: two findings less, one more, one graver."""
    now = sample_report()
    kept = [one for one in now.findings if one.domain != "sdlc"]
    kept[3] = replace(kept[3], severity=Severity.CRITICAL)
    more = a_finding("team", title="Nobody is on call at night", path="")
    return compare(then(now), replace(now, findings=(*kept, more)))


def hostile() -> Comparison:
    now = hostile_report("plain")
    return compare(
        then(replace(now, findings=now.findings[:9])), replace(now, findings=now.findings[5:])
    )


def render(comparison: Comparison, form: str, templates: Templates) -> bytes:
    return WRITERS[form](comparison, templates)


def pages(written: bytes) -> list[str]:
    return [page.extract_text().replace("\n", " ") for page in PdfReader(io.BytesIO(written)).pages]


def test_a_few_pages_that_open_with_the_result(templates: Templates) -> None:
    comparison = sample()
    written = render(comparison, "pdf", templates)
    told = pages(written)
    assert 2 <= len(told) <= 6
    assert comparison.headline[:60] in told[0]
    for text in told:
        assert "Northwind Ledger | Comparison of two audits" in text
        assert "4 May 2026 to 23 November 2026 | Investor edition" in text
        assert "Confidential" in text
    reader = PdfReader(io.BytesIO(written))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]


def test_no_heading_stands_alone_at_the_foot_of_a_page(templates: Templates) -> None:
    headings = ("New:", "Worse:", "Fixed:", "Stays as it was:", "Conditions", "How it was")
    for text in pages(render(sample(), "pdf", templates)):
        foot = text.rsplit("4 May 2026 to", 1)[0][-60:]
        assert not any(foot.rstrip().endswith(heading) for heading in headings)


def test_equal_comparisons_are_equal_bytes(templates: Templates) -> None:
    for form in WRITERS:
        assert render(sample(), form, templates) == render(sample(), form, templates)


def test_the_page_stands_alone(templates: Templates) -> None:
    page = render(sample(), "html", templates).decode()
    assert "default-src 'none'" in page
    assert not re.search(r"<script|https?://(?!www\.w3\.org)|src=\"http", page)
    assert "Scores by domain, then and now" in page


def test_hostile_text_is_text_in_every_format(templates: Templates) -> None:
    comparison = hostile()
    page = render(comparison, "html", templates).decode()
    body = page.partition("<body>")[2]
    assert "<script" not in body
    assert "<img" not in body
    assert "49" not in re.sub(r"[\d.,]{3,}", "", body.partition("{{ 7*7 }}")[0][-200:])
    assert "&lt;script&gt;" in body
    assert "\u202e" not in page
    assert "\x1b" not in page
    render(comparison, "pdf", templates)
    told = render(comparison, "md", templates).decode()
    assert not re.search(r"(?<!\\)<", told)
    assert not re.search(r"(?<!\\)\]\(", told)
    assert json.loads(render(comparison, "json", templates))["schema_version"] == 1


def test_many_findings_stay_a_short_report(templates: Templates) -> None:
    many = [
        replace(FINDINGS[0], id=f"{n:012x}", title=f"A finding of many, number {n}: {'long ' * 40}")
        for n in range(3_000)
    ]
    now = replace(sample_report(), findings=tuple(many[1_500:]))
    comparison = compare(then(replace(now, findings=tuple(many[:1_600]))), now)
    written = render(comparison, "pdf", templates)
    assert len(pages(written)) <= 16
    assert "and 1,360 more" in " ".join(pages(written))


def test_nothing_assessed_is_not_clean(templates: Templates) -> None:
    comparison = compare(then(empty_report()), empty_report())
    text = render(comparison, "html", templates).decode()
    assert "There was no finding then" in comparison.headline
    assert "not assessed in either audit" in text
    assert scores(comparison).rows == ()
    assert "Neither audit has a finding that is to be settled before signing" in text


def test_a_domain_without_any_answer_is_listed_where_something_is_new(
    templates: Templates,
) -> None:
    none = Score(None, 0.0, "none", Rating.GREY)
    comparison = between(a_report(then=True, score=none), a_report(a_find(), score=none))
    text = render(comparison, "html", templates).decode()
    assert "not assessed in either audit" not in text
    assert "<td>Security</td>" in text


def test_what_is_doubtful_stands_beside_the_finding(templates: Templates) -> None:
    one = a_find()
    comparison = between(a_report(one, then=True), a_report(versions=(("techdd", "0.2.0"),)))
    for form in ("html", "md"):
        said = render(comparison, form, templates).decode().replace("\\", "")
        assert "rules or tools differ from then" in said


def test_the_picture_is_well_formed_and_has_a_text(templates: Templates) -> None:
    page = render(sample(), "html", templates).decode()
    pictures = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    for picture in pictures:
        ElementTree.fromstring(picture)
    assert any("Scores by domain, then and now. Columns" in one for one in pictures)


@pytest.mark.parametrize("form", list(WRITERS))
def test_every_format_has_the_headline(form: str, templates: Templates) -> None:
    comparison = between(a_report(a_find(), then=True), a_report())
    written = render(comparison, form, templates)
    text = " ".join(pages(written)) if form == "pdf" else written.decode().replace("\\", "")
    assert "1 of 1 finding is fixed" in text
