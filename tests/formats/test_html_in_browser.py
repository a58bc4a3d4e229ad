"""The HTML report in a real browser: 5,000 findings, hostile texts, without script, in print."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from sample_report import sample_report

from techdd.formats._explorer import explored, with_explorer
from techdd.model import Comment, Report, Response, Series, fingerprint
from techdd.pages import compose
from techdd.prose import plain
from techdd.text import clean
from techdd.workspace import Templates

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
if CHROMIUM is None and os.environ.get("CI"):
    raise RuntimeError("the tests of the report need a browser: apt-get install chromium")

NASTY = (
    "</script><script>alert(1)</script><!--",
    "<img src=http://127.0.0.1:9/x onerror=alert(2)>{{ 7*7 }}{% raw %}",
    "\u202egnp.exe\u202c \u2028\u2029 \x1b[31mred \x00 \ud800 \udce9 \u200bhidden",
    "constructor __proto__ toString ?&#/%zz%",
    "x" * 2_000,
    "javascript:alert(3)",
    "\u6f22\u5b57\u304b\u306a \u05d0\u05d1\u05d2 \ud55c\uad6d\uc5b4",
)
VIEWS = ("#/scorecard", "#/findings", "#/exhibits", "#/measures")
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
expect.set_options(timeout=15_000)


def many(report: Report, findings: int) -> Report:
    """The report with so many findings, a long exhibit that is not printed, and what was said."""
    domains = [chapter.domain for chapter in report.chapters]
    told = tuple(
        replace(
            report.findings[n % len(report.findings)],
            id=fingerprint(str(n)),
            title=f"Finding number {n}",
            domain=domains[n % len(domains)],
            repo=f"service-{n % 40:02}",
        )
        for n in range(findings)
    )
    rows = tuple((f"package-{n}", n, n / 5_000) for n in range(5_000))
    long = Series("all", "All packages", ("package", "uses", "share"), rows, full=True)
    chapters = tuple(
        replace(
            chapter,
            findings=tuple(one for one in told if one.domain == chapter.domain),
            series=(*chapter.series, *([long] if chapter.domain == "dependencies" else [])),
        )
        for chapter in report.chapters
    )
    return replace(
        report,
        findings=told,
        chapters=chapters,
        roadmap=(),
        comments=(Comment(told[7].id, "Seen in the demo.\n\n- twice"),),
        responses=(
            Response(told[7].id, "corrected", "It was one file.", "CTO", "2026-11-20", "Agreed."),
        ),
    )


def everywhere(value: Any, numbers: Iterator[int]) -> Any:
    """`value` with another nasty text, told apart by its number, for every text that it holds."""
    if type(value) is str:
        number = next(numbers)
        return f"{number} {NASTY[number % len(NASTY)]}" if value else ""
    if isinstance(value, tuple):
        return tuple(everywhere(one, numbers) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {"chart", "date", "domain", "logo", "colour", "accent", "methodology"}
        changed = {
            field.name: everywhere(getattr(value, field.name), numbers)
            for field in dataclasses.fields(value)
            if field.name not in kept
        }
        return replace(value, **changed)
    return value


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(
    tmp_path_factory: pytest.TempPathFactory, templates: Templates, sample_html: str
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("html")
    reports = {
        "many": many(sample_report(), 5_000),
        "hostile": everywhere(many(sample_report(), 60), count()),
    }
    pages = {"sample": sample_html} | {
        name: with_explorer(compose(report, templates, ""), report, templates)
        for name, report in reports.items()
    }
    for name, page in pages.items():
        (folder / f"{name}.html").write_bytes(page.encode())
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def visit(chromium: Browser, files: dict[str, Path]) -> Iterator[Callable[..., Page]]:
    """Opens a report from its file. Errors, refused content, dialogs and requests fail the test."""
    contexts = []
    wrong: list[str] = []

    def begin(name: str, fragment: str = "", **options: Any) -> Page:
        context = chromium.new_context(**({"viewport": {"width": 1400, "height": 900}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
        page.on("console", lambda said: wrong.append(said.text))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("data:font/", files[name].as_uri()))
                else wrong.append(request.url)
            ),
        )
        page.goto(files[name].as_uri() + fragment)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert wrong == []


def go(page: Page, fragment: str) -> None:
    page.evaluate("to => { location.hash = to }", fragment)


def inside(page: Page) -> Locator:
    return page.locator("#explorer main")


def heading(page: Page) -> Locator:
    return inside(page).locator("h1")


def titles(page: Page) -> list[str]:
    return inside(page).locator("tbody a.title").all_inner_texts()


def accused(page: Page, where: str, *kinds: str) -> list[str]:
    """What axe finds wrong below an element, by all of its rules or those of some kinds."""
    options = {"runOnly": {"type": "tag", "values": list(kinds)}} if kinds else {}
    found = Axe().run(page, where, options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found]


def test_the_report_opens_as_it_is_printed(visit: Callable[..., Page]) -> None:
    page = visit("sample")
    expect(page.locator(".paper .cover h1")).to_be_visible()
    expect(heading(page)).to_have_count(0)
    page.locator("#explorer nav a", has_text="Findings").click()
    expect(heading(page)).to_have_text("Findings")
    expect(page.locator(".paper")).to_be_hidden()
    page.go_back()
    expect(page.locator(".paper .cover h1")).to_be_visible()
    go(page, "#register")
    expect(page.locator("#register")).to_be_in_viewport()
    expect(page.locator("#explorer nav").first).to_be_in_viewport()


def test_findings_are_filtered_counted_and_sorted(visit: Callable[..., Page]) -> None:
    page = visit("sample", "#/findings")
    report = sample_report()
    expect(inside(page).locator(".count")).to_contain_text(
        f"{len(report.findings)} findings: 2 critical"
    )
    grave = [one for one in report.findings if one.severity in ("critical", "high")]
    inside(page).get_by_label("Critical").check()
    inside(page).get_by_label("High").check()
    expect(inside(page).locator(".count")).to_contain_text(
        f"{len(grave)} of {len(report.findings)}"
    )
    assert titles(page) == [one.title for one in grave]
    team = sum(one.domain == "team" for one in grave)
    domain = inside(page).locator("label", has_text="Team and key people")
    expect(domain.locator(".n")).to_have_text(str(team))
    inside(page).get_by_role("button", name="Person-days").click()
    assert titles(page)[0] == max(grave, key=lambda one: sum(one.effort)).title
    expect(inside(page).locator("th[aria-sort=descending]")).to_contain_text("Person-days")
    inside(page).get_by_role("searchbox").fill("PASSWORD vault")
    expect(inside(page).locator(".count")).to_contain_text("1 of")
    inside(page).get_by_role("searchbox").fill("no such words")
    expect(inside(page).get_by_role("heading", name="No finding matches")).to_be_visible()
    inside(page).get_by_role("button", name="Show all findings").click()
    expect(inside(page).locator(".count")).to_contain_text(f"{len(report.findings)} findings:")


def test_a_view_can_be_sent(visit: Callable[..., Page]) -> None:
    page = visit("sample", "#/findings")
    inside(page).get_by_label("High").check()
    inside(page).get_by_label("billing-legacy").check()
    inside(page).get_by_role("searchbox").fill("files")
    inside(page).get_by_role("button", name="Finding", exact=True).click()
    expect(inside(page).locator("tbody a.title")).to_have_count(1)
    page.wait_for_url(re.compile("sort=title"))
    other = visit("sample", page.url.partition(".html")[2])
    expect(inside(other).get_by_role("searchbox")).to_have_value("files")
    expect(inside(other).get_by_role("checkbox", name="billing-legacy")).to_be_checked()
    assert titles(other) == titles(page)
    inside(other).locator("tbody a.title").click()
    expect(heading(other)).to_have_text("23 % of files have no active author")
    other.go_back()
    expect(inside(other).get_by_role("checkbox", name="High")).to_be_checked()


def test_a_finding_opens_to_all_that_is_known_of_it(visit: Callable[..., Page]) -> None:
    report = many(sample_report(), 60)
    finding = report.findings[7]
    page = visit("many", f"#/finding/{finding.id}?domain={finding.domain}")
    card = inside(page).locator(".card")
    for told in (
        finding.title, finding.observation, finding.why, finding.remedy, finding.id,
        "2–5 person-days", "Seen in the demo.", "The client (corrected)",
        "It was one file.", "20 November 2026", "Agreed.", "The adviser's reply",
    ):  # fmt: skip
        expect(card).to_contain_text(told)
    expect(inside(page).locator(".steps")).to_contain_text("of 625")
    inside(page).locator("a[rel=next]").click()
    expect(inside(page).locator(".card h1")).not_to_have_text(finding.title)
    page.keyboard.press("k")
    expect(inside(page).locator(".card h1")).to_have_text(finding.title)
    page.keyboard.press("Escape")
    expect(inside(page).locator(".count")).to_contain_text("625 of 5,000 findings")
    go(page, "#/findings?mark=client%3A+corrected")
    expect(inside(page).locator(".count")).to_contain_text("1 of 5,000 findings")


def test_from_score_to_question_to_evidence_and_back(visit: Callable[..., Page]) -> None:
    page = visit("sample", "#/scorecard")
    expect(inside(page).locator("tbody tr", has_text="Compliance")).to_contain_text("not assessed")
    inside(page).get_by_role("link", name="Security", exact=True).click()
    expect(inside(page).locator(".verdict")).to_contain_text("Red, 25 of 100")
    inside(page).locator("tbody tr", has_text="SEC-10").get_by_role("link").click()
    main = inside(page)
    expect(main).to_contain_text("measured level 1 replaces stated level 3", ignore_case=True)
    expect(main).to_contain_text("review.unreviewed_share = 37 %")
    inside(page).get_by_role("link", name="Changes without a mark of review").click()
    expect(main).to_contain_text("412 commits in 12 months")
    expect(main).to_contain_text("Questions that rest on it")
    inside(page).get_by_role("link", name=re.compile("SEC-10")).click()
    inside(page).get_by_label("Breadcrumb").get_by_role("link", name="Security").click()
    expect(heading(page)).to_have_text("Security")


def test_measures_stand_by_repository(visit: Callable[..., Page]) -> None:
    page = visit("sample", "#/measures?q=test+code")
    row = inside(page).locator("tbody tr")
    expect(row).to_have_count(1)
    assert row.locator("td").all_inner_texts()[2:5] == ["0.41", "0.62", "0.04"]
    go(page, "#/measures?q=maintain")
    expect(row).to_contain_text("not measured")
    expect(row).to_contain_text("no Python in 2 repositories")


def test_exhibits_that_the_print_leaves_out_are_there(visit: Callable[..., Page]) -> None:
    page = visit("many", "#/exhibits?q=all+packages")
    expect(inside(page).locator("tbody tr")).to_contain_text("table, not in print")
    inside(page).get_by_role("link", name="All packages").click()
    rows = inside(page).locator("tbody tr")
    expect(rows).to_have_count(50)
    expect(inside(page).locator(".told")).to_have_text("1–50 of 5,000")
    inside(page).get_by_role("button", name="uses").click()
    expect(rows.first).to_contain_text("package-4999")
    expect(rows.first).to_contain_text("> 99%")
    inside(page).get_by_role("button", name="Next").click()
    expect(inside(page).locator(".told")).to_have_text("51–100 of 5,000")
    expect(rows.first).to_contain_text("package-4949")
    inside(page).get_by_role("searchbox").fill("package-17")
    expect(inside(page).locator(".told")).to_have_text("1–50 of 111")
    go(page, "#/exhibits?q=complexity")
    inside(page).locator("tbody a.title").first.click()
    expect(inside(page).locator("figure svg")).to_have_attribute(
        "aria-label", re.compile("Function complexity")
    )
    expect(inside(page).locator("figure svg")).to_be_visible()


def test_five_thousand_findings(visit: Callable[..., Page]) -> None:
    page = visit("many", "#/findings")
    expect(inside(page).locator(".count")).to_contain_text("5,000 findings")
    expect(inside(page).locator("tbody tr")).to_have_count(50)
    inside(page).get_by_role("searchbox").press_sequentially('"number 499"')
    expect(inside(page).locator(".count")).to_contain_text("11 of 5,000 findings")
    assert titles(page)[0] == "Finding number 499"
    inside(page).get_by_role("button", name="Clear all").click()
    inside(page).get_by_label("service-07").check()
    expect(inside(page).locator(".count")).to_contain_text("125 of 5,000 findings")
    inside(page).get_by_role("button", name="Next").click()
    inside(page).get_by_role("button", name="Next").click()
    expect(inside(page).locator(".told")).to_have_text("101–125 of 125")
    expect(inside(page).locator("tbody tr")).to_have_count(25)


def test_a_keyboard_is_enough(visit: Callable[..., Page]) -> None:
    page = visit("sample", "#/findings")
    page.keyboard.press("/")
    page.keyboard.type("jk/")  # letters in a field are text
    expect(inside(page).get_by_role("searchbox")).to_have_value("jk/")
    page.keyboard.press("Escape")
    expect(inside(page).get_by_role("searchbox")).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text(sample_report().findings[1].title)
    expect(heading(page)).to_be_focused()
    page.keyboard.press("j")
    expect(heading(page)).to_have_text(sample_report().findings[2].title)
    page.keyboard.press("Escape")
    expect(heading(page)).to_have_text("Findings")
    left = inside(page).get_by_role("link", name=sample_report().findings[2].title)
    expect(left).to_be_focused()  # where it was left


DETAILS = (
    f"#/finding/{sample_report().findings[0].id}", "#/domain/security", "#/question/SEC-10",
    "#/exhibit/0", "#/measure/testing.ratio", "#/finding/none", "#/findings?q=none+such",
)  # fmt: skip


@pytest.mark.parametrize(
    ("options", "fragments"),
    [
        ({}, (*VIEWS, *DETAILS)),
        ({"color_scheme": "dark"}, ("#/findings?tag=cash", "#/scorecard", *DETAILS[:2])),
        (PHONE, ("#/findings", "#/measures", *DETAILS[:4])),
    ],
    ids=["light", "dark", "phone"],
)
def test_everybody_can_use_it(
    visit: Callable[..., Page], options: dict[str, Any], fragments: tuple[str, ...]
) -> None:
    page = visit("sample", fragments[0], **options)
    for fragment in fragments:
        go(page, fragment)
        expect(heading(page)).to_be_visible()
        assert accused(page, "#explorer") == [], fragment
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), fragment


def test_a_phone_shows_the_tab_that_is_open(visit: Callable[..., Page]) -> None:
    page = visit("sample", VIEWS[0], **PHONE)
    for fragment in VIEWS:
        go(page, fragment)
        expect(page.locator("#explorer nav a[aria-current]")).to_be_in_viewport(ratio=0.95)


def test_everybody_can_read_the_report(visit: Callable[..., Page]) -> None:
    page = visit("sample")
    assert accused(page, "html", "wcag2a", "wcag2aa", "wcag21a", "wcag21aa") == []
    phone = visit("sample", **PHONE)
    assert accused(phone, "html", "cat.keyboard") == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_hostile_texts_are_texts_in_every_view(visit: Callable[..., Page]) -> None:
    page = visit("hostile")
    report = everywhere(many(sample_report(), 60), count())
    details = (
        *(("finding", one.id) for one in report.findings[:9]),
        *(("domain", one.domain) for one in report.chapters[:3]),
        *(("question", one.id) for one in report.chapters[2].items[:8]),
        *(("measure", one.name) for one in report.chapters[1].metrics[:7]),
        *(("exhibit", str(n)) for n in range(8)),
    )
    scripts = page.locator("script").count()
    assert scripts == 2
    for fragment in (*VIEWS, *details):
        if isinstance(fragment, tuple):
            kind, name = fragment
            shown = page.evaluate(
                "([kind, name]) => { location.hash = `#/${kind}/${encodeURIComponent(name)}` }",
                [kind, _shown(name)],
            )
            assert shown is None
        else:
            go(page, fragment)
        expect(heading(page)).to_be_visible()
        expect(heading(page)).not_to_contain_text("No such")
        assert page.locator("#explorer").locator("script, img, iframe, object").count() == 0
        hrefs = page.locator("#explorer a").evaluate_all(
            "all => all.map(a => a.getAttribute('href'))"
        )
        assert all(href.startswith("#") for href in hrefs)
    assert page.locator("script").count() == scripts
    for fragment in ("#/finding/%zz", "#/__proto__/constructor", "#/measure/__proto__", "#%zz"):
        go(page, fragment)
    expect(page.locator(".paper")).to_be_visible()


def _shown(name: str) -> str:
    """A text as the page holds it."""
    return clean(re.sub(r"\s+", " ", name))


def test_in_print_it_is_the_printed_page(visit: Callable[..., Page]) -> None:
    page = visit("sample", "#/findings")
    page.emulate_media(media="print")
    expect(page.locator("#explorer")).to_be_hidden()
    expect(page.locator(".paper .cover h1")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.paper')).zoom") == "1"


def test_without_script_the_report_can_be_read(visit: Callable[..., Page]) -> None:
    page = visit("sample", java_script_enabled=False)
    expect(page.locator("body > section.cover h1")).to_be_visible()
    expect(page.locator("#register")).to_be_visible()


def test_neither_markup_nor_code_can_be_made_of_text(
    chromium: Browser, files: dict[str, Path]
) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(files["sample"].as_uri())
        expect(page.locator("#explorer")).to_be_visible()
        tried = """() => new Promise((told) => {
            let refused = "";
            try { document.body.innerHTML = "<b>x</b>"; } catch (error) { refused = error.name; }
            const script = document.createElement("script");
            try { script.textContent = "window.ran = true"; } catch {}
            document.body.append(script);
            setTimeout(() => told([refused, window.ran]));
        })"""
        assert page.evaluate(tried) == ["TypeError", None]


def test_the_data_are_what_the_audience_may_see(templates: Templates) -> None:
    report = many(sample_report(), 60)
    held = json.dumps(dataclasses.asdict(report), ensure_ascii=False)
    held += json.dumps([plain(one.text) for one in report.comments], ensure_ascii=False)
    own = {"said", "label", "meaning", "grade", "date", "replied", "places", "horizons"}

    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, one in value.items():
                if name not in own:
                    yield from texts(one)
        elif isinstance(value, list):
            for one in value:
                yield from texts(one)
        elif isinstance(value, str):
            yield value

    shown = explored(report, templates)
    for one in shown["metrics"]:  # repository, value, in words, counted over, note
        one["of"] = [[*row[:2], *row[3:]] for row in one["of"]]
    found = set(texts(shown))
    assert len(found) > 300
    assert [one for one in found if json.dumps(one, ensure_ascii=False)[1:-1] not in held] == []
