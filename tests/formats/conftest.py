"""The shipped templates, and reports rendered once for all tests that look at them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_report import hostile_report, sample_report

from techdd.formats.html import html
from techdd.formats.pdf import pdf
from techdd.pages import compose
from techdd.workspace import Templates

SHIPPED = Path(__file__).parents[2] / "report_templates"


@pytest.fixture(scope="session")
def templates() -> Templates:
    return Templates((SHIPPED,))


@pytest.fixture(scope="session")
def sample_pdf(templates: Templates) -> bytes:
    return pdf.render(sample_report(), templates)


@pytest.fixture(scope="session")
def sample_html(templates: Templates) -> str:
    return html.render(sample_report(), templates).decode()


@pytest.fixture(scope="session")
def hostile_html(templates: Templates) -> str:
    return compose(hostile_report(), templates, "")
