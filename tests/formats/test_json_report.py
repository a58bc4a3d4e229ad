from __future__ import annotations

import dataclasses
from json import dumps, loads

from sample_report import hostile_report, sample_report

from techdd.formats.json import SCHEMA_VERSION, json
from techdd.model import Report
from techdd.workspace import Templates


def test_holds_the_whole_report(templates: Templates) -> None:
    report = sample_report()
    read = loads(json.render(report, templates))
    assert read["schema_version"] == SCHEMA_VERSION
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
