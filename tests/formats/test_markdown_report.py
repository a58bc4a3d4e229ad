from __future__ import annotations

import re

from sample_report import empty_report, hostile_report, sample_report

from techdd.formats.markdown import markdown
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
