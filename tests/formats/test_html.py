from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from sample_report import empty_report, huge_report, sample_report

from techdd.branding import contrast
from techdd.formats.html import html
from techdd.model import Rating, Severity, fingerprint
from techdd.pages import compose
from techdd.workspace import Templates

TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)")


def attributes(page: str, name: str) -> list[str]:
    return re.findall(rf'<[^>]*\s{name}="([^"]*)"', page)


def text(page: str) -> str:
    body = re.sub(r"<script.*?</script>", "", page.split("<body>")[1], flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_same_bytes_twice(sample_html: str, templates: Templates) -> None:
    assert html.render(sample_report(), templates).decode() == sample_html


def test_stands_alone(sample_html: str) -> None:
    head = sample_html.split("</head>", maxsplit=1)[0]
    assert "default-src 'none'" in head
    assert head.count("url(data:font/woff2;base64,") == 2
    assert not re.search(r"url\((?!data:|#)", sample_html)
    tags = {tag.lower() for tag in TAG.findall(sample_html)}
    assert tags.isdisjoint({"iframe", "object", "embed", "link", "img", "base"})
    assert attributes(sample_html, "src") == []
    assert all(h.startswith(("#", "https://")) for h in attributes(sample_html, "href"))


def test_every_reference_inside_the_page_has_its_target(sample_html: str) -> None:
    ids = Counter(attributes(sample_html, "id"))
    assert [name for name, times in ids.items() if times > 1] == []
    inside = {href[1:] for href in attributes(sample_html, "href") if href.startswith("#")}
    assert inside
    assert inside <= set(ids)


def test_pictures_are_well_formed_and_have_a_text(sample_html: str) -> None:
    pictures = re.findall(r"<svg.*?</svg>", sample_html, re.DOTALL)
    assert len(pictures) > 50
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        assert root.get("aria-hidden") == "true" or root.get("aria-label")


def test_a_light_is_shape_letter_and_word(sample_html: str) -> None:
    for word, letter, shape in (
        ("Green", "G", "<circle"),
        ("Amber", "A", "<path"),
        ("Red", "R", "<path"),
        ("Not assessed", "N", "<circle"),
    ):
        light = re.search(rf'<svg class="light"[^>]*aria-label="{word}".*?</svg>', sample_html)
        assert light, word
        assert shape in light[0]
        assert f">{letter}</text>" in light[0]


def test_hostile_text_is_text(hostile_html: str) -> None:
    assert "<script" not in hostile_html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in hostile_html
    assert "{{ 7*7 }}" in hostile_html
    assert "\u202e" not in hostile_html
    assert "\x1b" not in hostile_html
    assert attributes(hostile_html, "src") == []
    assert all(href.startswith("#") for href in attributes(hostile_html, "href"))
    for picture in re.findall(r"<svg.*?</svg>", hostile_html, re.DOTALL):
        ElementTree.fromstring(picture)


def test_unanswered_is_stated_as_not_assessed(sample_html: str) -> None:
    assert "Open: 12 questions" in text(sample_html)
    assert "no tool" not in text(sample_html)


def test_a_score_on_too_little_coverage_is_no_score(templates: Templates) -> None:
    report = sample_report()
    grey = next(c for c in report.chapters if c.score.rating is Rating.GREY and c.score.value)
    said = text(compose(replace(report, chapters=(grey,)), templates, ""))
    assert "42 of 100" not in said
    assert "not assessed" in said


def test_nothing_found_is_told_apart_from_nothing_tested(templates: Templates) -> None:
    empty = empty_report()
    tested = replace(empty, checks=sample_report().checks)
    assert "Nothing could be tested" in text(compose(empty, templates, ""))
    said = text(compose(tested, templates, ""))
    assert "Nothing could be tested" not in said
    assert "None found, in what could be tested" in said


def test_long_tables_stop_and_say_so(templates: Templates) -> None:
    page = compose(huge_report(), templates, "")
    assert page.count('<tr id="r-') == 200
    said = text(page)
    assert "and 100 more kinds" in said  # of many repositories
    few = text(compose(replace(huge_report(), scope=huge_report().scope[:5]), templates, ""))
    assert "and 100 more; the workbook, the HTML and the JSON report have them all" in few
    assert "and 296 more, of equal or lower severity" in said
    assert "and 50 more" in said  # repositories
    ids = set(attributes(page, "id"))
    assert {h[1:] for h in attributes(page, "href") if h.startswith("#")} <= ids


def test_dependency_files_that_were_not_read_are_named_in_the_ledger(sample_html: str) -> None:
    ledger = sample_html[sample_html.index('id="ledger"') :]
    assert "services/00/package-lock.json" in ledger
    assert "services/13/package-lock.json" in ledger
    assert "cannot be parsed: npm" in ledger


def test_claims_that_are_contradicted_come_first(sample_html: str) -> None:
    said = text(sample_html)
    claims = said[said.rindex("What we were told and what we saw") :]
    assert claims.index("Contradictions") < claims.index("Supported, in whole or in part")
    assert "the history shows two." in claims[: claims.index("Supported, in whole")]
    assert "2 of the contradictions are being clarified;" in claims


def test_the_scorecard_has_both_scores_and_what_would_move_them(sample_html: str) -> None:
    said = text(sample_html)
    card = said[said.rindex("what decides its light") :]
    assert "By answers alone" in said
    whole = " ".join(card[card.index("All domains") :].split())
    assert whole.startswith("All domains Mean of the domains by their weights. 52 41–70 61 68%")
    assert "What would move the result most" in card
    assert "and the verdict becomes" in card


def test_cost_stands_with_its_day_rate(sample_html: str) -> None:
    said = text(sample_html)
    roadmap = said[said.rindex("Remediation roadmap") :]
    assert "EUR 900–1,400" in roadmap
    assert "EUR 94,000–310,000" in roadmap  # 104 days x 900, 219 days x 1,400, two figures
    assert "as the adviser gave it" in roadmap
    assert "to remedy all findings, at EUR 900–1,400 a day" in said


def test_a_day_rate_that_nobody_gave_is_called_an_assumption(templates: Templates) -> None:
    said = text(compose(replace(sample_report(), rate_given=False), templates, ""))
    assert "to remedy all findings, at EUR 900–1,400 a day (assumed)" in said
    assert "EUR 900–1,400 (an assumption of the rules: nobody gave one)" in said


def test_an_engagement_may_bring_its_own_templates(templates: Templates, tmp_path: Path) -> None:
    (tmp_path / "sections").mkdir()
    (tmp_path / "sections" / "cover.html").write_text("<section>Our own cover</section>")
    own = Templates((tmp_path, *templates.folders))
    assert "Our own cover" in compose(sample_report(), own, "")


def test_every_cell_of_the_heat_map_can_be_read(templates: Templates) -> None:
    report = sample_report()
    first = report.findings[0]
    chapters = tuple(
        replace(
            report.chapters[0],
            domain=f"domain-{number}",
            findings=tuple(
                replace(first, id=fingerprint(f"{severity} {n}"), severity=severity)
                for severity in Severity
                for n in range(number + 1)
            ),
        )
        for number in range(11)
    )
    page = compose(replace(report, chapters=chapters), templates, "")
    cells = re.findall(r'"background: rgba\((.*?), ([\d.]+)\); color: (#\w{6})"', page)
    assert len(cells) == 11 * len(Severity)
    for tint, depth, ink in cells:
        over_white = (255 - (255 - int(part)) * float(depth) for part in tint.split(", "))
        shade = "#" + "".join(f"{round(part):02x}" for part in over_white)
        lighter, darker = sorted((contrast(shade), contrast(ink)))
        assert darker / lighter >= 4.5, (tint, depth, ink)
