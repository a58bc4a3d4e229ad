"""Writes the report as JSON: the whole Report, keys sorted, for programs; with a published schema.

The version rises when a field goes, is renamed, or changes its type or meaning. New fields, and new
names of measures, rules and exhibits, come without: readers skip what they do not know.
"""

from __future__ import annotations

import dataclasses
from json import dumps
from typing import Any

from techdd.formats import format
from techdd.migrations import FORMATS
from techdd.model import Report
from techdd.workspace import Templates

REPORT = FORMATS["JSON report"]
SCHEMA_VERSION = REPORT.version
SCHEMA = f"urn:techdd:schema:report:{SCHEMA_VERSION}"


@format(".json")
def json(report: Report, templates: Templates) -> bytes:
    """The report with the fields of `model.Report`, beside the name and version of its schema."""
    content = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "report": dataclasses.asdict(report),
    }
    text = dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode(errors="backslashreplace")  # a lone surrogate stays an escape


def schema() -> dict[str, Any]:
    """The JSON Schema of what `json` writes, made of the model's types."""
    from pydantic import TypeAdapter
    from pydantic.json_schema import GenerateJsonSchema

    class Written(GenerateJsonSchema):
        """Every field is written, also where it has its default, and its name says enough."""

        def field_is_required(self, field: Any, total: bool) -> bool:
            return True

        def default_schema(self, schema: Any) -> dict[str, Any]:
            return self.generate_inner(schema["schema"])

        def field_title_should_be_set(self, schema: Any) -> bool:
            return False

    adapter = TypeAdapter(Report)
    made = adapter.json_schema(mode="serialization", schema_generator=Written)
    definitions = made.pop("$defs")
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": SCHEMA,
        "title": "techdd report",
        "type": "object",
        "properties": {
            "schema": {"const": SCHEMA},
            "schema_version": {"const": SCHEMA_VERSION},
            "report": {"$ref": "#/$defs/Report"},
        },
        "required": ["schema", "schema_version", "report"],
        "$defs": {**definitions, "Report": made},
    }
