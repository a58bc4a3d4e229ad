"""Own templates, one block at a time; what is wrong with one is a line that names its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sample_report import sample_report

from techdd import guard, overrides
from techdd.errors import TechddError
from techdd.folders import data
from techdd.pages import compose
from techdd.workspace import Templates

REPORT = '{% extends "shipped/report.html" %}\n'
COVER = '{% extends "shipped/sections/cover.html" %}\n'


def page(own: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text(text)
    return compose(sample_report(), Templates((own, data("report_templates"))), "")


def test_one_block_is_replaced_and_all_else_is_as_it_ships(tmp_path: Path) -> None:
    plain = page(tmp_path, {})
    own = page(
        tmp_path,
        {"sections/cover.html": COVER + "{% block cover_notice %}<p>Ours</p>{% endblock %}"},
    )
    assert "<p>Ours</p>" in own and '<p class="secret">' not in own
    assert len(plain) - len(own) < 1_000
    assert own.count("<section") == plain.count("<section")


def test_a_block_may_go_on_from_the_shipped_one(tmp_path: Path) -> None:
    own = page(
        tmp_path,
        {
            "report.html": REPORT
            + "{% block style %}{{ super() }}@page { size: letter }{% endblock %}"
            "{% block after %}<section><h1>{{ report.client }}, {{ m.word('red') }}</h1></section>"
            "{% endblock %}"
        },
    )
    assert own.index("--navy") < own.index("@page { size: letter }")
    assert f"<h1>{sample_report().client}, <span" in own


def test_a_section_of_ones_own_is_numbered_and_in_the_contents(tmp_path: Path) -> None:
    own = page(
        tmp_path,
        {
            "report.html": REPORT
            + '{% block more_parts %}{% set ns.parts = ns.parts + [("esg", "Energy use", '
            '"sections/esg.html", none)] %}{% endblock %}',
            "sections/esg.html": '{% import "_macros.html" as m %}'
            "{{ m.heading(number, anchor, title) }}<p>Low.</p>",
        },
    )
    assert own.count("Energy use") == 2
    assert '<h1 id="esg">' in own and '<a href="#esg">' in own


@pytest.mark.parametrize(
    ("files", "place", "why"),
    [
        ({"report.html": REPORT + "{% block after %}\n{{ x"}, "report.html:3", "unexpected"),
        ({"report.html": REPORT + "{% if %}"}, "report.html:2", "Expected an expression"),
        (
            {"report.html": REPORT + "{% block after %}\n\n{{ nope }}{% endblock %}"},
            "report.html:4", "'nope' is undefined",
        ),
        (
            {"report.html": REPORT + "{% block after %}{{ report.nope }}{% endblock %}"},
            "report.html:2", "has no attribute 'nope'",
        ),
        (
            {"report.html": REPORT + "{% block after %}\n{{ 1 | nope }}{% endblock %}"},
            "report.html:3", "No filter named 'nope'",
        ),
        (
            {"report.html": REPORT + "{% block after %}{{ ''.__class__.mro() }}{% endblock %}"},
            "report.html:2", "access to attribute '__class__' of 'str' object is unsafe",
        ),
        (
            {"report.html": REPORT + "{% block after %}{{ compose.__globals__ }}{% endblock %}"},
            "report.html:2", "'compose' is undefined",
        ),
        (
            {"report.html": REPORT + "{% block after %}{{ 1 // 0 }}{% endblock %}"},
            "report.html:2", "ZeroDivisionError",
        ),
        (
            {"report.html": REPORT + "{% block after %}{{ m.light('mauve') }}{% endblock %}"},
            "report.html:2", "",
        ),
        (
            {"report.html": REPORT + "{% block after %}{{ range(10 ** 9) }}{% endblock %}"},
            "report.html:2", "Range too big",
        ),
        (
            {"report.html": REPORT + "{% block after %}\n{% include 'gone.html' %}{% endblock %}"},
            "report.html:3", "there is no template 'gone.html'",
        ),
        (
            {"report.html": '{% extends "shipped/gone.html" %}'},
            "report.html:1", "there is no template 'shipped/gone.html'",
        ),
        (
            {"report.html": REPORT + "{% block covr %}x{% endblock %}"},
            "report.html:2", "shipped/report.html has no block 'covr'; there are: more_",
        ),
        (
            {"cover.html": "<p>"},
            "cover.html", "is no template of the report, and none includes it (did you mean "
            "'sections/cover.html'?)",
        ),
        (
            {"sections/cover.html": "{% macro a() %}{{ a() }}{% endmacro %}\n{{ a() }}"},
            "sections/cover.html:1", "nested too deeply",
        ),
        ({"report.html": '{% extends "report.html" %}'}, "report.html:1", ""),
    ],
)  # fmt: skip
def test_a_broken_override_is_one_line_with_its_place(
    files: dict[str, str], place: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(TechddError) as told:
        page(tmp_path, files)
    assert told.value.where == str(tmp_path / place)
    assert why in told.value.message
    assert "\n" not in str(told.value)


LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{{ BODY }}{% endfor %}{% endfor %}"


def test_a_loop_without_an_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "SECONDS", 3.0)
    with pytest.raises(TechddError, match=r"more than 3 seconds.*loop without an end") as told:
        page(tmp_path, {"sections/cover.html": "\n\n" + LOOP.replace("{{ BODY }}", "")})
    assert told.value.where == str(tmp_path / "sections" / "cover.html:3")


def test_a_page_without_measure_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overrides, "MAX_CHARACTERS", 1_000_000)
    with pytest.raises(TechddError, match="more than 1,000,000 characters") as told:
        page(tmp_path, {"sections/cover.html": "\n" + LOOP.replace("BODY", "'x' * 100")})
    assert told.value.where == str(tmp_path / "sections" / "cover.html:2")


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_bytes(b"/* caf\xe9 */")
    with pytest.raises(TechddError, match=r"page.css: not UTF-8 \(byte 6\)"):
        page(tmp_path, {})


def test_notes_beside_templates_are_no_templates(tmp_path: Path) -> None:
    assert page(tmp_path, {"README.md": "{{ x", "report.html~": "{% if"})


def test_a_fault_of_the_tool_is_no_fault_of_an_override(tmp_path: Path) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "report.html").write_text("{{ nope }}")
    own = tmp_path / "own"
    own.mkdir()
    (own / "page.css").write_text("/* {# #} */")
    (shipped / "page.css").write_text("")
    with pytest.raises(Exception, match="'nope' is undefined") as told:
        compose(sample_report(), Templates((own, shipped)), "")
    assert not isinstance(told.value, TechddError)


def test_the_examples_of_the_documentation_work(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "customising.md").read_text()
    cover, report, section = re.findall(r"```jinja\n(.*?)```", text, re.DOTALL)
    files = {"sections/cover.html": cover, "report.html": report, "sections/energy.html": section}
    own = page(tmp_path, files)
    assert "under our engagement letter" in own
    assert own.count("Use of energy") == 2 and "runs in two data centres" in own
    assert ".lead { font-style: italic }" in own
    for name in ("report.html", "sections/cover.html"):
        blocks = re.findall(r"{% block (\w+)", (data("report_templates") / name).read_text())
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
        assert re.findall(r"`(\w+)`", row.split("|")[2]) == blocks


def test_a_sheet_of_ones_own_still_decides_the_paper(tmp_path: Path) -> None:
    own = page(tmp_path, {"page.css": "@page { size: A5 }"})
    assert "size: A5" in own and "size: A4" not in own


@pytest.mark.parametrize("name", ["team", "_default"])
def test_a_chapter_is_changed_one_block_at_a_time(name: str, tmp_path: Path) -> None:
    base = f'{{% extends "shipped/chapters/{name}.html" %}}'
    block = (
        "{% block opinion %}{{ super() }}<p>Asked: {{ chapter.items | length }}</p>{% endblock %}"
    )
    plain, own = page(tmp_path, {}), page(tmp_path, {f"chapters/{name}.html": base + block})
    assert 0 < own.count("<p>Asked: ") < len(sample_report().chapters)
    assert re.sub(r"<p>Asked: \d+</p>", "", own).split() == plain.split()
    blocks = {
        frozenset(re.findall(r"{% block (\w+)", one.read_text()))
        for one in (data("report_templates") / "chapters").glob("*.html")
        if one.name != "_parts.html"
    }
    assert blocks == {frozenset({"opinion", "measured", "findings", "questions"})}
