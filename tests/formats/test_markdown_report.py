from __future__ import annotations

import re
from dataclasses import replace

import pytest
from sample_report import empty_report, hostile_report, huge_report, sample_report
from spoken_report import spoken_report

from techdd.formats.markdown import markdown
from techdd.model import Comment, Response
from techdd.workspace import Templates


def test_says_verdict_lights_and_red_flags(templates: Templates) -> None:
    written = markdown.render(sample_report(), templates).decode()
    assert "**Proceed with conditions** (amber), 68% assessed" in written
    assert "| Security | red | 25 | 83% | high |" in written
    assert "| Continuity and recovery | not assessed | - | 21% | low |" in written
    assert "- **Red flag**, critical: A production database password" in written
    assert "- and 15 more" in written


def test_hostile_text_cannot_format_or_link(templates: Templates) -> None:
    written = markdown.render(hostile_report(), templates).decode()
    assert not re.search(r"(?<!\\)[<\[*]", written.replace("**", "").replace("\n## ", ""))
    assert "\u202e" not in written
    assert "\\<script\\>" in written


def test_nothing_assessed(templates: Templates) -> None:
    written = markdown.render(empty_report(), templates).decode()
    assert "## No finding" in written
    assert "green" not in written


def test_tells_what_adviser_and_client_say(templates: Templates) -> None:
    written = markdown.render(spoken_report(), templates).decode()
    assert "> **Adviser's comment:** Both matters can be met:" in written
    assert "  > **Management response, agreed:** It was rotated." in written
    assert "  > **Adviser's reply:** Seen." in written
    assert "**Management response to an earlier state, disputed:** =1\\+1 Not so." in written
    assert "Among the others, with comments or responses:" in written


def test_tells_contradictions_in_approved_words_only(templates: Templates) -> None:
    report = sample_report()
    open_one = replace(report.differences[0], id="X", words="", told="SECRET TOLD", seen="SEEN")
    report = replace(report, differences=(*report.differences, open_one))
    written = markdown.render(report, templates).decode()
    assert "Management names five who know the core" in written
    assert "- 2 more being clarified" in written
    assert "SECRET" not in written


def test_tells_strengths_and_what_it_costs_by_when(templates: Templates) -> None:
    written = markdown.render(sample_report(), templates).decode()
    assert "## Strengths\n\n- Interfaces are described" in written
    assert "| first 30 days | 21 | 45–109 | EUR 40,000–150,000 |" in written
    assert "At a day rate of EUR 900–1,400." in written


@pytest.mark.parametrize("text", ["https://evil.example", "www.evil.example", "a@evil.example"])
def test_what_github_would_link_by_itself_is_no_link(text: str, templates: Templates) -> None:
    report = replace(sample_report(), limits=(text,), comments=(Comment("summary", text),))
    assert text not in markdown.render(report, templates).decode()


def test_stays_short(templates: Templates) -> None:
    report = huge_report()
    said = tuple(Response(one.id, "agreed", "x" * 5_000) for one in report.findings)
    written = markdown.render(replace(report, responses=said), templates).decode()
    assert len(written) < 40_000
