"""How the explorer is put into the page of the HTML report, also into an engagement's own page."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sample_report import empty_report, sample_report

from techdd.errors import TechddError
from techdd.formats._explorer import explored, with_explorer
from techdd.model import Brand, Comment
from techdd.workspace import Templates


def script(page: str) -> str:
    found = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    assert found
    return found[1]


def own(folder: Path, templates: Templates, **files: str) -> Templates:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return Templates((folder, *templates.folders))


def test_only_the_script_that_the_policy_names_may_run(sample_html: str) -> None:
    digest = base64.b64encode(hashlib.sha256(script(sample_html).encode()).digest()).decode()
    (policy,) = re.findall(
        r'<meta http-equiv="Content-Security-Policy" content="(.*?)"', sample_html
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe-eval" not in policy
    assert sample_html.count("<script") == sample_html.count("</script>") == 2
    assert not re.search(r"<[^>]*\son\w+=", sample_html.split("<script", maxsplit=1)[0])


def test_the_page_of_an_engagement_gets_the_explorer_too(templates: Templates) -> None:
    bare = with_explorer("<h1>All is ours</h1>", sample_report(), templates)
    assert bare.index("Content-Security-Policy") < bare.index("All is ours")
    assert bare.index("All is ours") < bare.index("explorer-data")
    old = (
        '<!DOCTYPE html><HEAD><meta http-equiv="content-security-policy" content="img-src *">'
        "</head><body>ours</body></html>"
    )
    page = with_explorer(old, sample_report(), templates)
    assert "img-src *" not in page
    assert page.index("<HEAD>") < page.index("script-src") < page.index("explorer-style")
    assert page.endswith("</script>\n</body></html>")


def test_an_engagement_may_bring_its_own_script_and_style(
    templates: Templates, tmp_path: Path
) -> None:
    mine = own(
        tmp_path, templates, explorer_js="/* no explorer */", explorer_css="p { color: red }"
    )
    page = with_explorer("<head></head><body></body>", sample_report(), mine)
    assert script(page) == "/* no explorer */"
    assert '<style id="explorer-style">p { color: red }</style>' in page


@pytest.mark.parametrize(
    ("name", "text"), [("explorer_js", "'</Script>'"), ("explorer_css", "</style>")]
)
def test_an_override_that_would_end_its_element_is_refused_by_name(
    templates: Templates, tmp_path: Path, name: str, text: str
) -> None:
    mine = own(tmp_path, templates, **{name: text})
    with pytest.raises(TechddError, match="would end it within the page") as raised:
        with_explorer("<body></body>", sample_report(), mine)
    assert name.replace("_", ".") in str(raised.value)


def test_pictures_that_the_page_has_are_not_there_twice(
    sample_html: str, templates: Templates
) -> None:
    drawn = sum(one["picture"] for one in explored(sample_report(), templates)["exhibits"])
    assert drawn == len(re.findall("<svg data-exhibit=", sample_html)) > 3
    assert "<template" not in sample_html
    bare = with_explorer("<body></body>", sample_report(), templates)
    assert bare.count('<template class="pictures"><svg data-exhibit=') == drawn


def test_a_score_on_too_little_is_none(templates: Templates) -> None:
    data = explored(sample_report(), templates)
    grey = [one for one in data["domains"] if one["rating"] == "grey"]
    assert len(grey) == 2
    assert [one["score"] for one in grey] == [None, None]
    assert explored(empty_report(), templates)["verdict"]["score"] is None


def test_a_comment_keeps_its_lines_and_is_harmless(templates: Templates) -> None:
    report = replace(
        sample_report(),
        comments=(Comment("summary", "One.\n\n- two\u202e\n- three\u2028four"),),
        brand=Brand(colour="#123456"),
    )
    data = explored(report, templates)
    said = {"place": "summary", "text": "One.\n- two\\u202e\n- three\\u2028four"}
    assert data["comments"] == [said]
    assert data["colour"] == "#123456"


def test_an_override_that_is_no_text_is_refused_by_name(
    templates: Templates, tmp_path: Path
) -> None:
    (tmp_path / "explorer.js").write_bytes(b"\xff\xfe")
    with pytest.raises(TechddError, match="cannot be read as UTF-8 text"):
        with_explorer("", sample_report(), Templates((tmp_path, *templates.folders)))
