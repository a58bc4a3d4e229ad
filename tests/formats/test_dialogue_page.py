"""What people add to the report, on the page: apart from what the tool says, and harmless."""

from __future__ import annotations

import base64
import re
from dataclasses import replace

import pytest
from sample_report import hostile_report, sample_report
from test_html import attributes, text

from techdd.formats.markdown import markdown
from techdd.model import Brand, Comment, Report, Response
from techdd.pages import compose, picture
from techdd.workspace import Templates

NASTY = (
    '<script>alert(1)</script>"><img src=x>{{ 7*7 }}{% raw %}',
    "\u202egnp.exe \x1b[31m \x00 \udce9 \u200b",
    "x" * 2_000,
    "漢字かな عربى עברית",
    "[a](javascript:alert(1)) ![b](http://127.0.0.1/x.png) <a href=//x>",
)
LOGO = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\nx").decode()


def spoken_of(report: Report) -> Report:
    """`report` with a comment and a response on everything, nasty in each field."""
    ids = [one.id for one in report.findings]
    places = ["summary", "roadmap", *(one.domain for one in report.chapters), *ids]
    positions = ("agreed", "corrected", "disputed")
    return replace(
        report,
        comments=tuple(Comment(place, NASTY[n % 5]) for n, place in enumerate(places)),
        responses=tuple(
            Response(
                name, positions[n % 3], NASTY[n % 5], NASTY[(n + 1) % 5], "2026-07-01",
                NASTY[(n + 2) % 5], NASTY[(n + 3) % 5], earlier=n % 2 == 0,
            )
            for n, name in enumerate(ids)
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def said() -> Report:
    report = sample_report()
    first, second, third = report.findings[0], report.findings[1], report.findings[2]
    return replace(
        report,
        comments=(
            Comment("summary", "We would **sign**."),
            Comment(first.domain, "Ask again."),
            Comment(first.id, "- worse than it reads"),
            Comment("roadmap", "Too long."),
        ),
        responses=(
            Response(
                first.id, "disputed", "Not <so>.", "Cleo", "2026-07-01", "It is.", "2026-07-03"
            ),
            Response(second.id, "agreed", "", earlier=True),
            Response(third.id, "corrected", "It was 3."),
        ),
    )


@pytest.fixture(scope="module")
def page(said: Report, templates: Templates) -> str:
    return compose(said, templates, "")


def test_a_comment_stands_at_its_place_and_says_whose_it_is(page: str, said: Report) -> None:
    assert page.count('<div class="comment"><p class="whose">Adviser\'s comment</p>') == 4
    summary = page[
        page.index('<section class="summary">') : page.index('<section class="contents">')
    ]
    assert "<p>We would <strong>sign</strong>.</p>" in summary
    card = page[page.index(f'id="f-{said.findings[0].id}"') :]
    assert "<li>worse than it reads</li>" in card[: card.index('class="finding"')]


def test_a_response_stands_in_its_findings_card_with_the_reply(page: str, said: Report) -> None:
    card = page[page.index(f'id="f-{said.findings[0].id}"') :]
    words = " ".join(re.sub("<[^>]+>", " ", card[: card.index('<div class="comment"')]).split())
    assert words.endswith(
        "Management response: disputed, Cleo, 1 July 2026 Not &lt;so&gt;. "
        "Adviser's reply, 3 July 2026 It is."
    )
    assert "Management response: agreed. It was given to an earlier state" in text(page)


def test_the_section_counts_positions_and_names_what_is_open(page: str, said: Report) -> None:
    section = text(page)[text(page).rindex("The company was given the findings") :]
    assert "1 agreed 1 corrected 1 disputed" in section
    assert f"{len(said.findings) - 3} open: nothing was said" in section
    assert "1 response was given to an earlier state of the finding" in section
    assert section.index("Disputed") < section.index("Corrected") < section.index("Agreed")


def test_without_a_word_there_is_no_section(templates: Templates) -> None:
    plain = compose(sample_report(), templates, "")
    assert "Management response" not in plain
    assert 'class="comment"' not in plain.split("<body>")[1]


def test_who_was_spoken_of_is_told_however_small_the_finding(templates: Templates) -> None:
    report = sample_report()
    chapter = max(report.chapters, key=lambda one: len(one.findings))
    many = tuple(
        replace(chapter.findings[0], id=f"{n:012x}", deal_breaker=False) for n in range(400)
    )
    report = replace(report, chapters=(replace(chapter, findings=many),), findings=many)
    assert 'id="f-00000000018f"' not in compose(report, templates, "")
    for said in (
        {"responses": (Response("00000000018f", "disputed", "No."),)},
        {"comments": (Comment("00000000018f", "Yes."),)},
    ):
        assert 'id="f-00000000018f"' in compose(replace(report, **said), templates, "")  # type: ignore[arg-type]


@pytest.mark.parametrize("report", [sample_report(), hostile_report()], ids=["sample", "hostile"])
def test_whatever_is_said_is_text(report: Report, templates: Templates) -> None:
    page = compose(spoken_of(report), templates, "")
    body = page.split("<body>")[1]
    assert "<script" not in body and "<img" not in body
    assert "{{ 7*7 }}" in body
    assert "\u202e" not in body and "\x1b" not in body
    assert "漢字かな عربى עברית" in body
    hrefs = attributes(page, "href")
    assert not [one for one in hrefs if not one.startswith(("#", "http"))]
    page.encode()


def test_the_house_is_on_the_cover_and_in_the_running_lines(templates: Templates) -> None:
    house = Brand(LOGO, "#5a1444", "#8a2a6a", "HRB 1 <b>", "letter")
    page = compose(replace(sample_report(), brand=house), templates, "")
    assert attributes(page, "src") == [LOGO, LOGO]
    assert "--navy: #5a1444;" in page and "--accent: #8a2a6a;" in page
    assert "@page { size: letter }" in page
    assert 'edition  |  HRB 1 &lt;b&gt;"' in page
    assert '<div class="imprint">HRB 1 &lt;b&gt;</div>' in page


def test_without_a_house_the_page_is_the_tools_own(templates: Templates) -> None:
    page = compose(sample_report(), templates, "")
    assert attributes(page, "src") == []
    assert "@page { size: A4 }" in page


@pytest.mark.parametrize(
    "data",
    [
        "",
        "x",
        "http://x.example/a.png",
        "data:text/html;base64,AAAA",
        f'{LOGO}" onload="x',
        "data:",
    ],
)
def test_only_an_image_is_a_picture(data: str) -> None:
    assert picture(data) == ""
    assert picture(LOGO) == LOGO


def test_the_markdown_summary_tells_of_both(said: Report, templates: Templates) -> None:
    written = markdown.render(said, templates).decode()
    assert "> **Adviser's comment:** We would sign." in written
    assert "Management response: 1 agreed, 1 corrected, 1 disputed" in written
    hostile = markdown.render(spoken_of(hostile_report()), templates).decode()
    assert "<script" not in hostile.replace("\\<", "") and "\u202e" not in hostile
