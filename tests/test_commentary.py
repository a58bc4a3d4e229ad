"""The adviser's words: where they belong, who reads them, and that they can do no harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_report import ENGAGEMENT, POLICY, assessment, everything

from techdd.additions import Added
from techdd.audiences import AUDIENCES
from techdd.commentary import MAX_BYTES, comments, names_in
from techdd.model import Audience, Comment, Report
from techdd.prose import plain, prose
from techdd.report import build

FOUND = "0d1f8a6c3b2e"


def written(
    root: Path, files: dict[str, str], audience: str = "investor"
) -> tuple[dict[str, str], list[str]]:
    """What of `files` the audience reads, by place, and what is told of the rest."""
    for name, text in files.items():
        path = root / "commentary" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    found, doubts = comments(root, audience, AUDIENCES, ["team", FOUND])
    return {one.place: one.text for one, _ in found}, doubts


# --- where ----------------------------------------------------------------------------------------


def test_a_file_is_named_for_its_place(tmp_path: Path) -> None:
    files = {"summary.md": "S", "team.md": "T", f"{FOUND}.md": "F", "red-flags.md": "\ufeffR\r\n"}
    assert written(tmp_path, files) == (
        {"summary": "S", "team": "T", FOUND: "F", "red-flags": "R"}, [],
    )  # fmt: skip


def test_an_audience_reads_its_folder_in_addition(tmp_path: Path) -> None:
    files = {"summary.md": "all", "internal/team.md": "only us", "client/team.md": "you"}
    read = {one: written(tmp_path, files, one)[0] for one in AUDIENCES}
    assert read["investor"] == {"summary": "all"}
    assert read["client"] == {"summary": "all", "team": "you"}
    assert read["internal"] == {"summary": "all", "team": "only us"}


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("deadbeef0000.md", "x", "this audit has no finding of that id"),
        ("sumary.md", "x", "did you mean 'summary'"),
        ("Internal/team.md", "x", "'Internal' is no audience (investor, client, internal)"),
        ("internal/old/team.md", "x", "'internal/old' is no audience"),
        ("team.txt", "x", "ends in .md"),
        ("team.md", "---\naudiences: internal\n---\nsecret", "a folder says which audience"),
        ("team.md", "x" * (MAX_BYTES + 1), "larger than 50,000 bytes"),
    ],
)
def test_what_is_not_read_is_one_line_with_its_file(
    name: str, text: str, why: str, tmp_path: Path
) -> None:
    read, doubts = written(tmp_path, {name: text})
    assert not read
    assert len(doubts) == 1
    assert doubts[0].startswith(f"commentary/{name}: ") and why in doubts[0]


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / "commentary").mkdir()
    (tmp_path / "commentary" / "team.md").write_bytes(b"caf\xe9")
    assert written(tmp_path, {}) == ({}, ["commentary/team.md: is not read: not UTF-8 (byte 3)"])


def test_credentials_are_left_out_and_told(tmp_path: Path) -> None:
    token = "gh" + "p_" + "a1B2" * 9
    read, doubts = written(tmp_path, {"team.md": f"It is {token}, see [x](https://x.example/a)."})
    assert read == {"team": "It is [masked], see [x](https://x.example/a)."}
    assert doubts == ["commentary/team.md: what looks like a credential was left out"]


# --- people ---------------------------------------------------------------------------------------


def report(text: str, audience: Audience) -> Report:
    added = Added(comments=(Comment("team", text),))
    return build(assessment(), ENGAGEMENT, POLICY, audience, added=added)


@pytest.mark.parametrize("audience", ["investor", "client"])
def test_names_and_addresses_become_pseudonyms_outside(audience: Audience) -> None:
    made = report("**Ann Able** (ann@nw.io) and Ben Book decide.", audience)
    assert made.comments[0].text == "**Person 1** (Person 1) and Person 2 decide."
    assert "Able" not in everything(made)


def test_inside_people_keep_their_names() -> None:
    assert report("Ann Able decides.", "internal").comments[0].text == "Ann Able decides."


def test_a_place_of_guarded_evidence_is_not_told_to_investors() -> None:
    text = "See src/vault.py, that is vault.py, not vault.pyc."
    assert report(text, "client").comments[0].text == text
    assert report(text, "investor").comments[0].text == (
        "See (a place), that is (a place), not vault.pyc."
    )


def test_what_may_be_a_name_is_found_without_its_other_half() -> None:
    names = ["Ann Able", "Ben Book", "李雷", ""]
    assert names_in("Ann told us that able people left; Books are fine.", names) == ["Ann"]
    assert names_in("Able said", names) == ["Able"]
    assert names_in("我们和李雷谈过", names) == ["李雷"]
    assert not names_in("an able team", names)


# --- Markdown -------------------------------------------------------------------------------------


def test_markdown_becomes_paragraphs_emphasis_lists_and_links() -> None:
    text = '# Head\n\nOne *em* **strong** `code`\n\n- a\n  1. b\n\n[x](https://x.example "t")\n'
    assert prose(text) == (
        "<p><strong>Head</strong></p>\n<p>One <em>em</em> <strong>strong</strong> "
        "<code>code</code></p>\n<ul>\n<li>a\n<ol>\n<li>b</li>\n</ol>\n</li>\n</ul>\n"
        '<p><a class="link" href="https://x.example">x</a></p>\n'
    )
    assert plain(text) == "Head\nOne em strong code\n- a\n  1. b\nx (https://x.example)"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=y> b",
        "<!-- x --><b>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,y)",
        "[x](file:///etc/passwd)",
        "[x](//host/path)",
        "[x](/etc/passwd)",
        "[x](#f-1)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "![x](javascript:alert(1))",
        '[x](https://h/"onmouseover=alert(1))',
        "```html\n<script>\n```",
        "    <script>",
        "&lt;script&gt; &#60;script&#62;",
    ],
)
def test_no_markup_but_ours_and_no_link_but_to_the_web(text: str) -> None:
    made = str(prose(text))
    tags = re.findall(r"<(/?[a-z]+)([^>]*)>", made)
    assert {name.strip("/") for name, _ in tags} <= {"p", "a", "code", "strong", "em", "ul", "li"}
    link = re.compile(r' class="link" href="https://[^" ]*"')
    assert all(not rest or (name == "a" and link.fullmatch(rest)) for name, rest in tags)


def test_an_image_is_its_words() -> None:
    assert prose("![the <chart>](https://x.example/a.png)") == "<p>the &lt;chart&gt;</p>\n"


def test_what_could_drive_a_reader_is_visible() -> None:
    made = str(prose("a\u202eb \x07 \u200b &#x202e; \x1b[31m"))
    assert made == "<p>a\\u202eb \\x07 \\u200b &amp;#x202e; \\x1b[31m</p>\n"


def test_other_scripts_are_text_and_long_lines_are_whole() -> None:
    text = "مرحبا بالعالم 日本語 " + "word " * 1_000
    assert "مرحبا بالعالم 日本語" in prose(text)
    assert prose(text).count("word") == 1_000


@given(st.text(alphabet=st.sampled_from("*_[]()<>`#-+>!\\\n ab1.:/\u202e&;\"'"), max_size=300))
def test_whatever_is_written_only_known_tags_come_out(text: str) -> None:
    made = str(prose(text))
    assert re.sub(
        r'</?(?:p|em|strong|ul|li|blockquote|code)>|<ol(?: start="\d+")?>|</ol>|<hr>|<br>|</a>'
        r'|<a class="link" href="https?://[^"<>]*">', "", made,
    ).count("<") == 0  # fmt: skip
    assert "\u202e" not in made
    assert "\n\n" not in plain(text)
