"""The whole `audit` on hostile files, commits and settings, watched by strace.

All cases that do not interfere share a run. `README.md` beside this says which threat is tested
where.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import hostile_files
import pytest
from audited import Audited, audit, outside, rows
from builders import A, build
from every_audit import *  # noqa: F403 - tests
from every_audit import acting
from hostile_history import hostile_history
from hostile_stores import planted_vectors
from pypdf import PdfReader
from watching import STRACE

pytestmark = pytest.mark.skipif(not STRACE.exists(), reason="needs strace: apt-get install strace")


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """What stands in files, commits and settings, through every collector and every format."""
    home = tmp_path_factory.mktemp("contents")
    beside, script = outside(home)
    (home / "clients").mkdir()
    files, modes = hostile_files.planted_files(beside)
    build(home / "clients" / "files", [A(files, modes=modes), A({"more.py": "x = 1\n"}, day=1)])
    hostile_history(home / "clients" / "history")
    planted_vectors(home / "clients" / "vectors", script)
    return audit(home, "--audience", "internal", "--names", "--client", "<b>Client</b>",
                 "--format", "html", "--format", "md", "--format", "pdf")  # fmt: skip


# --- the report -----------------------------------------------------------------------------------


class _Page(HTMLParser):
    """The elements of a page, their attributes and where they lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.targets: set[str] = set()
        self.styles: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src", "xlink:href", "action", "data", "srcset"):
                self.targets.add(value or "")
            if name == "style":
                self.styles.add(value or "")


def test_html_is_free_of_what_was_planted(audited: Audited) -> None:
    text = (audited.home / "out" / "report.html").read_text()
    page = _Page(text)
    assert "hostile-tag" in text  # it is shown
    assert "hostile-tag" not in page.tags
    assert text.count("<script") == 2  # our data and what shows them
    assert not {"iframe", "object", "embed", "form", "base", "link"} & page.tags
    assert [name for name in page.attributes if name.startswith("on")] == []
    assert [one for one in page.targets if "evil.example" in one] == []
    outward = [one for one in page.targets if not one.startswith("#")]
    assert [one for one in outward if not one.startswith(("https://", "http://", "data:"))] == []
    assert "url(" not in "".join(page.styles)
    assert acting(text) <= {"\t"}


def test_pdf_is_free_of_what_was_planted(audited: Audited) -> None:
    reader = PdfReader(audited.home / "out" / "report.pdf")
    text = "".join(page.extract_text() for page in reader.pages)
    assert "hostile-tag" in text
    assert acting(text) == set()
    root = reader.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/JavaScript"} & root.keys()
    names = root.get("/Names", {})
    assert "/JavaScript" not in names
    assert list(reader.attachments) == ["evidence-manifest.json"]
    for page in reader.pages:
        for annotation in page.get("/Annots") or ():
            action = annotation.get_object().get("/A")
            if action is not None:
                uri = str(action.get_object().get("/URI", ""))
                assert action.get_object()["/S"] == "/URI"
                assert uri.startswith(("https://", "http://"))
                assert "evil.example" not in uri


def test_markdown_is_free_of_what_was_planted(audited: Audited) -> None:
    from markdown_it import MarkdownIt

    text = (audited.home / "out" / "report.md").read_text()
    assert "Client" in text
    assert acting(text) == set()
    tokens = list(_flat(MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)))
    assert [token.content for token in tokens if token.type in ("html_block", "html_inline")] == []
    targets = [str(value) for token in tokens for name, value in token.attrs.items()
               if name in ("href", "src")]  # fmt: skip
    assert [one for one in targets if "evil.example" in one] == []


def _flat(tokens: list[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def test_json_and_evidence_hold_clean_text_only(audited: Audited) -> None:
    text = (audited.home / "out" / "report.json").read_text()
    assert acting(_unescaped(json.loads(text))) <= {"\n"}
    tables = list((audited.home / "out").rglob("*.parquet"))
    assert len(tables) > 20
    for path in tables:
        assert acting(_unescaped([list(row.values()) for row in rows(path)])) == set(), path


def _unescaped(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(map(_unescaped, [*value, *value.values()]))
    return " ".join(map(_unescaped, value)) if isinstance(value, list) else str(value)


# --- case by case ---------------------------------------------------------------------------------


def test_hostile_contents_end_in_gaps_and_not_in_failures(audited: Audited) -> None:
    assert audited.done.returncode == 0, audited.done.stderr
    ends = {(run["repo"], run["collector"]): run["status"] for run in audited.report["runs"]}
    lost = {key: end for key, end in ends.items() if end == "failed"}
    assert lost == {}


@pytest.mark.parametrize("name", hostile_files.CASES)
def test_what_a_case_takes_away_is_said(audited: Audited, name: str) -> None:
    issues = audited.issues("files")
    for collector, path, words in hostile_files.CASES[name](audited.home / "outside").gaps:
        said = [
            f"{reason}: {detail}" for where, reason, detail in issues[collector] if where == path
        ]
        assert any(words in one for one in said), (collector, path, said)


def test_suppressions_are_counted_and_not_obeyed(audited: Audited) -> None:
    evidence = audited.home / "out" / "report.engagement" / "evidence"
    weak = rows(evidence / "weaknesses" / "files.parquet")
    assert "tools/eval.py" in {row["path"] for row in weak}
    marks = rows(evidence / "suppressions" / "files.parquet")
    assert {".bandit", ".gitleaksignore", "osv-scanner.toml"} <= {row["path"] for row in marks}


def test_attributes_of_the_client_hide_no_lines(audited: Audited) -> None:
    evidence = audited.home / "out" / "report.engagement" / "evidence"
    files = {row["path"]: row for row in rows(evidence / "files" / "files.parquet")}
    assert (files["py/bom.py"]["role"], files["py/bom.py"]["code"]) == ("source", 2)
    changes = (evidence / "changes").glob("files.parquet/*.parquet")
    counted = {row["path"]: row["added"] for path in changes for row in rows(path)}
    assert counted["py/bom.py"] == 2
