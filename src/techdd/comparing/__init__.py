"""Writes a comparison of two audits as a short report: PDF, HTML, JSON or Markdown."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from json import dumps
from pathlib import Path

from techdd import files
from techdd.comparing.markdown import markdown
from techdd.comparing.page import page
from techdd.comparison import Comparison
from techdd.errors import TechddError
from techdd.workspace import Templates

SCHEMA_VERSION = 1
Writer = Callable[[Comparison, Templates], bytes]


def _pdf(comparison: Comparison, templates: Templates) -> bytes:
    from techdd.formats.pdf import FONTS, printed

    return printed(page(comparison, templates, FONTS), comparison.date)


def _html(comparison: Comparison, templates: Templates) -> bytes:
    from techdd.formats.html import MARK, with_type

    return with_type(page(comparison, templates, MARK))


def _json(comparison: Comparison, templates: Templates) -> bytes:
    content = {"schema_version": SCHEMA_VERSION, "comparison": dataclasses.asdict(comparison)}
    text = dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode(errors="backslashreplace")  # a lone surrogate stays an escape


def _markdown(comparison: Comparison, templates: Templates) -> bytes:
    return markdown(comparison).encode(errors="backslashreplace")


WRITERS: Mapping[str, Writer] = {"pdf": _pdf, "html": _html, "json": _json, "md": _markdown}


def writer(destination: Path, name: str = "") -> Writer:
    """The writer that `name` or the ending says. Raises TechddError for a stranger."""
    wanted = name or destination.suffix.removeprefix(".").lower()
    if wanted not in WRITERS:
        raise TechddError(
            f"no format of a comparison {wanted!r}; there are: {', '.join(WRITERS)}", destination
        )
    return WRITERS[wanted]


def write(comparison: Comparison, templates: Templates, destination: Path, name: str = "") -> Path:
    """Writes the comparison in the format that `name` or the ending says. Raises TechddError."""
    content = writer(destination, name)(comparison, templates)
    files.write(destination, content)
    return destination
