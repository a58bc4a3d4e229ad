"""The history of an engagement's audits: kept once, opened for one audience, refused if unsound."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from two_audits import a_find, a_report

from techdd.audiences import AUDIENCES
from techdd.audits import audit, in_short, is_behind, keep, kept, latest, trends, two
from techdd.errors import TechddError
from techdd.formats.json import json as to_json
from techdd.model import Report
from techdd.workspace import Templates

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
HIDDEN = "src/vault.py"


def editions(report: Report) -> list[Report]:
    """`report` for each audience; only the internal one tells of the vault."""
    secret = replace(report, findings=(*report.findings, a_find("0000000000ff", title=HIDDEN)))
    return [
        replace(secret if audience == "internal" else report, audience=audience)
        for audience in AUDIENCES
    ]


@pytest.fixture
def engagement(tmp_path: Path) -> Path:
    root = tmp_path / "engagement"
    root.mkdir()
    (root / "engagement.yaml").write_text("format_version: 1\nclient: N\nrepositories: []\n")
    return root


def as_json(folder: Path, report: Report, name: str = "report.json") -> Path:
    path = folder / name
    path.write_bytes(to_json.render(report, Templates(())))
    return path


def test_an_audit_is_kept_once_and_comes_back_as_it_was(engagement: Path) -> None:
    report = a_report(a_find())
    path = keep(engagement, editions(report), NOON)
    assert path is not None
    assert path.parent.name == "audits"
    assert path.stat().st_mode & 0o777 == 0o600
    again = keep(engagement, editions(report), NOON.replace(hour=18))
    later = keep(engagement, editions(replace(report, date="2026-08-02")), NOON)
    assert again is later is None  # the same result, whatever the day
    (one,), unreadable = kept(engagement)
    assert (one.date, one.findings["high"], unreadable) == ("2026-08-01", 1, ())
    read = audit(path).load("investor")
    assert (read.findings, read.checks, read.verdict) == (
        report.findings, report.checks, report.verdict,
    )  # fmt: skip


def test_equal_audits_are_equal_bytes(tmp_path: Path) -> None:
    made = [keep(tmp_path / name, editions(a_report(a_find())), NOON) for name in ("a", "b")]
    assert made[0] and made[1]
    assert made[0].read_bytes() == made[1].read_bytes()


def test_what_changes_back_is_a_third_audit(engagement: Path) -> None:
    one, other = editions(a_report(a_find())), editions(a_report())
    for hour, each in enumerate((one, other, one)):
        keep(engagement, each, NOON.replace(hour=hour))
    assert latest(engagement).findings["high"] == 1
    assert [each.findings["high"] for each in kept(engagement)[0]] == [0, 1]


def test_each_audience_gets_its_edition(engagement: Path) -> None:
    keep(engagement, editions(a_report()), NOON)
    opened = audit(engagement)
    for audience in AUDIENCES:
        then, now = two(opened, opened, audience)
        assert then.audience == now.audience == audience
        assert (HIDDEN in str(then)) is (audience == "internal")


def test_words_that_became_confidential_since_are_in_no_earlier_audit(engagement: Path) -> None:
    path = keep(engagement, editions(a_report(a_find(title="Falcon is slow"))), NOON)
    assert path
    assert audit(path).load("investor").findings[0].title == "Falcon is slow"
    file = engagement / "engagement.yaml"
    file.write_text(file.read_text() + "confidential: [{term: Falcon, as: Product 1}]\n")
    now = {one: audit(path).load(one).findings[0].title for one in AUDIENCES}
    assert now == {
        "investor": "Product 1 is slow", "client": "Falcon is slow", "internal": "Falcon is slow",
    }  # fmt: skip


def test_a_report_for_a_wider_audience_is_refused(engagement: Path, tmp_path: Path) -> None:
    keep(engagement, editions(a_report()), NOON)
    internal = audit(as_json(tmp_path, editions(a_report())[2]))
    with pytest.raises(TechddError, match="internal edition, which holds what investor may not"):
        two(internal, audit(engagement), "investor")
    assert two(internal, audit(engagement), "internal")[1].audience == "internal"


def test_an_engagement_is_read_in_no_wider_edition_than_the_other_side(
    engagement: Path, tmp_path: Path
) -> None:
    keep(engagement, editions(a_report()), NOON)
    investor = audit(as_json(tmp_path, editions(a_report(then=True))[0]))
    assert two(investor, audit(engagement), "internal")[1].audience == "investor"


def changed(**values: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda tree: {**tree, **values}


def in_report(**values: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda tree: {**tree, "report": {**tree["report"], **values}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed(schema_version=99), "written by a newer techdd"),
        (changed(schema_version="1"), "is no JSON report of techdd"),
        (lambda tree: tree["report"], "is no JSON report of techdd"),
        (lambda _: [1], "is no JSON report of techdd"),
        (in_report(date="yesterday"), "is of no day"),
        (in_report(audience="\u202epress"), "unknown audience"),
        (in_report(findings=[{"id": "x"}]), "does not read as an audit: findings.0"),
        (in_report(verdict=None), "does not read as an audit: verdict"),
    ],
)
def test_a_report_that_is_none_is_refused_in_a_line(
    change: Callable[[dict[str, Any]], Any], message: str, tmp_path: Path
) -> None:
    path = as_json(tmp_path, a_report())
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(TechddError, match=message) as raised:
        audit(path)
    assert str(path) in str(raised.value)
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"a": 1e999}', "[" * 100_000, "\x00\x01"])
def test_what_is_no_json_is_refused_in_a_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(TechddError, match="damaged or no JSON"):
        audit(path)


def test_a_report_of_an_earlier_version_lacks_fields_and_is_read(tmp_path: Path) -> None:
    path = as_json(tmp_path, a_report(a_find()))
    tree = json.loads(path.read_text())
    for check in tree["report"]["checks"]:
        del check["collectors"], check["metric"]
    del tree["report"]["trends"], tree["report"]["findings"][0]["decision"]
    path.write_text(json.dumps(tree))
    assert audit(path).load("").findings == (a_find(),)


def test_damaged_and_newer_audits_are_named(engagement: Path) -> None:
    path = keep(engagement, editions(a_report()), NOON)
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TechddError, match="damaged"):
        audit(path).load("investor")
    head, *rest = gzip.decompress(whole).splitlines()
    newer = json.dumps({**json.loads(head), "format": 2}).encode()
    path.write_bytes(gzip.compress(b"\n".join([newer, *rest])))
    with pytest.raises(TechddError, match="newer techdd"):
        latest(engagement)
    found, unreadable = kept(engagement)
    assert (found, len(unreadable)) == ((), 1)  # a report goes on without its trend


def test_without_audits_it_is_said_how_to_make_one(engagement: Path, tmp_path: Path) -> None:
    with pytest.raises(TechddError, match="make one with: techdd report"):
        audit(engagement)
    with pytest.raises(TechddError, match=r"no engagement\.yaml"):
        audit(tmp_path)


def test_what_was_measured_since_is_noticed(engagement: Path) -> None:
    assert not is_behind(engagement)
    path = keep(engagement, editions(a_report()), NOON)
    assert path is not None
    assert not is_behind(engagement)
    triage = engagement / "triage.yaml"
    triage.write_text("")
    future = path.stat().st_mtime + 10
    os.utime(triage, (future, future))
    assert is_behind(engagement)


def test_a_trend_begins_with_the_third_day_and_takes_the_last_audit_of_each() -> None:
    days = ["2026-01-01", "2026-02-01", "2026-02-01", "2026-03-01"]
    found = [in_short(a_report(*[a_find()] * n, date=day), str(n)) for n, day in enumerate(days)]
    assert trends(found[:2], found[2]) == ()
    scores, counts = trends(found[:3], found[3])
    assert [row[0] for row in counts.rows] == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert [row[3] for row in counts.rows] == [0, 2, 3]
    assert ("Security", "2026-03-01", 50) in scores.rows
    assert trends(found, found[0]) == ()  # what came after an audit is not in its report
