from __future__ import annotations

import dataclasses
import json as plain
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from json import dumps, loads
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from sample_report import empty_report, hostile_report, huge_report, sample_report
from spoken_report import spoken_report

from techdd.audiences import AUDIENCES, shown
from techdd.cli import main
from techdd.confidential import Terms
from techdd.formats.json import SCHEMA, SCHEMA_VERSION, json, schema
from techdd.model import Report
from techdd.naming import Voice
from techdd.workspace import Templates

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "report.schema.json"


def closed(node: Any) -> Any:
    """The schema without room for further fields, so that a field that it lacks is a mistake."""
    if isinstance(node, list):
        return [closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: closed(value) for key, value in node.items()}
    return {"additionalProperties": False, **made} if "properties" in node else made


def mistakes(document: Any) -> Iterator[str]:
    strict = closed(loads(PUBLISHED.read_text()))
    Draft202012Validator.check_schema(strict)
    for one in Draft202012Validator(strict).iter_errors(document):
        yield f"{'/'.join(map(str, one.path))}: {one.message[:200]}"


def test_holds_the_whole_report(templates: Templates) -> None:
    report = sample_report()
    read = loads(json.render(report, templates))
    assert (read["schema"], read["schema_version"]) == (SCHEMA, SCHEMA_VERSION)
    assert set(read["report"]) == {field.name for field in dataclasses.fields(Report)}
    assert read["report"] == loads(dumps(dataclasses.asdict(report)))


def test_keys_are_sorted_and_text_is_readable(templates: Templates) -> None:
    written = json.render(sample_report(), templates).decode()
    assert list(loads(written)["report"]) == sorted(loads(written)["report"])
    assert "1–5" in written
    assert written.endswith("}\n")


def test_hostile_text_survives_as_data(templates: Templates) -> None:
    read = loads(json.render(hostile_report(), templates))
    assert read["report"]["client"].startswith("<script>")


def test_the_published_schema_is_that_of_the_model() -> None:
    made = CliRunner().invoke(main, ["checklist", "schema", "--kind", "report"]).output
    if os.environ.get("TECHDD_ACCEPT"):
        PUBLISHED.write_text(made)
    assert made == PUBLISHED.read_text(), "TECHDD_ACCEPT=1 accepts it; does the version rise?"
    assert loads(made) == plain.loads(dumps(schema()))


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("named", [True, False])
def test_what_each_audience_gets_is_as_published(
    audience: Any, named: bool, templates: Templates
) -> None:
    voice = Voice((), (), {}, named, places=audience != "investor")
    report = replace(shown(spoken_report(), audience, voice, Terms()), audience=audience)
    assert list(mistakes(loads(json.render(report, templates)))) == []


@pytest.mark.parametrize("made", [empty_report, hostile_report, huge_report])
def test_reports_of_all_kinds_are_as_published(
    made: Callable[[], Report], templates: Templates
) -> None:
    assert list(mistakes(loads(json.render(made(), templates)))) == []
    bare = replace(made(), chapters=())
    assert list(mistakes(loads(json.render(bare, templates)))) == []


def test_what_is_not_as_published_is_found(templates: Templates) -> None:
    document = loads(json.render(sample_report(), templates))
    document["schema_version"] = 2
    document["report"]["verdict"]["rating"] = "purple"
    del document["report"]["findings"][0]["severity"]
    document["report"]["extra"] = 1
    found = list(mistakes(document))
    assert len(found) == 4, found


def test_readers_that_do_not_know_a_new_field_are_not_stopped(templates: Templates) -> None:
    document = loads(json.render(sample_report(), templates))
    document["report"]["of_a_later_version"] = 1
    Draft202012Validator(schema()).validate(document)
