"""Writes the report as JSON: the whole Report, keys sorted, for programs."""

from __future__ import annotations

import dataclasses
from json import dumps

from techdd.formats import format
from techdd.model import Report
from techdd.workspace import Templates

SCHEMA_VERSION = 1


@format(".json")
def json(report: Report, templates: Templates) -> bytes:
    """`{"schema_version": 1, "report": {...}}`, the fields as `model.Report` names them."""
    content = {"schema_version": SCHEMA_VERSION, "report": dataclasses.asdict(report)}
    text = dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode(errors="backslashreplace")  # a lone surrogate stays an escape
