"""Every stored format: samples of each version are read, and no shape changes unnoticed.

`stored/<version>/` holds files as that version of each format was written, and never changes. What
a model holds is written down in `stored/shapes.json`: what goes, or becomes another type, needs a
higher version and a step from the one before; what may be left out is accepted with
TECHDD_ACCEPT=1.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from techdd import migrations, responses
from techdd.answers import Answer
from techdd.audits import audit, kept
from techdd.audits.keeping import Kept
from techdd.claims.statements import Statements
from techdd.documents import load
from techdd.engagements.packing import Contents
from techdd.errors import TechddError
from techdd.evidence import Evidence
from techdd.hiring import Hiring
from techdd.identity.employment import Roster
from techdd.identity.written import People
from techdd.interviews.people import Participants
from techdd.interviews.web import access
from techdd.journal import Journal
from techdd.migrations import FORMATS, Newer, Stored, current
from techdd.model import Report, Run, Status
from techdd.naming import kept_numbers
from techdd.policy import Engagement, Versioned
from techdd.trust.chain import Chain, Link
from techdd.vex.triage import Triage
from techdd.workspace import Workspace

STORED = Path(__file__).parent / "stored"
SHAPES = STORED / "shapes.json"
MODELS: Mapping[str, tuple[Any, ...]] = {
    "engagement.yaml": (Engagement,),
    "people.yaml": (People,),
    "roster.yaml": (Roster,),
    "triage.yaml": (Triage,),
    "statements.yaml": (Statements,),
    "hiring.yaml": (Hiring,),
    "interviews.yaml": (Participants,),
    "answers/journal.jsonl": (Answer,),
    "responses.jsonl": (responses.Said,),
    "pseudonyms.json": (dict[str, int],),
    "evidence/runs": (Run,),
    "evidence/manifest.jsonl": (Link,),
    "audits": (Kept, Report),
    ".web/access.json": (access._Kept,),
    "JSON report": (Report,),
    "engagements.json": (list[str],),
    "techdd-export.json": (Contents,),
}
WRITTEN = [kind for (kind, *_) in MODELS.values() if isinstance(kind, type)]
PEOPLE_WRITE = [kind for kind in WRITTEN if issubclass(kind, Versioned)]


# --- shapes ---------------------------------------------------------------------------------------


def shape(kinds: tuple[Any, ...]) -> dict[str, str]:
    """Place in the tree -> type, with "!" where it must be there."""
    found: dict[str, str] = {}
    for kind in kinds:
        schema = TypeAdapter(kind).json_schema()
        name = schema.get("title", "")
        found |= dict(_walk(name, schema, schema.get("$defs", {}), ()))
    return dict(sorted(found.items()))


def _walk(
    place: str, one: Any, definitions: Mapping[str, Any], inside: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    if reference := one.get("$ref"):
        name = reference.rpartition("/")[2]
        if name not in inside:
            yield from _walk(place, definitions[name], definitions, (*inside, name))
        return
    parts = one.get("anyOf") or one.get("oneOf") or []
    for part in parts:
        yield from _walk(place, part, definitions, inside)
    if not parts:
        values = one.get("enum") or ([one["const"]] if "const" in one else [None])
        for value in values:
            yield f"{place} = {value}" if value is not None else place, str(one.get("type", "any"))
    for name, inner in one.get("properties", {}).items():
        must = "!" if name in one.get("required", ()) else ""
        yield f"{place}.{name}", f"there{must}"
        yield from _walk(f"{place}.{name}:", inner, definitions, inside)
    for key, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(inner := one.get(key), dict):
            yield from _walk(place + mark, inner, definitions, inside)
    for number, inner in enumerate(one.get("prefixItems", ())):
        yield from _walk(f"{place}[{number}]", inner, definitions, inside)


def broken(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What was written as `before` says and cannot be read, or not as it was, as `now` says."""
    lost = [place for place, what in before.items() if now.get(place) not in (what, what[:-1])]
    parents = {place.rpartition(".")[0] for place in before}
    new = now.keys() - before.keys()
    needed = [p for p in new if now[p] == "there!" and p.rpartition(".")[0] in parents]
    return sorted([*lost, *needed])


def test_every_format_has_a_model_and_every_model_of_a_file_a_format() -> None:
    assert set(MODELS) == set(FORMATS)
    assert {kind.stored for kind in PEOPLE_WRITE} == {
        name for name, one in FORMATS.items() if one.rewritten
    }
    assert {kind.stored for kind in Versioned.__subclasses__()} <= set(FORMATS)


def test_there_is_a_step_to_every_version() -> None:
    for one in FORMATS.values():
        assert set(one.steps) == set(range(1, one.version)), one.name


@pytest.mark.parametrize("name", FORMATS)
def test_no_shape_changes_without_a_version(name: str) -> None:
    known = json.loads(SHAPES.read_text()) if SHAPES.exists() else {}
    version, now = str(FORMATS[name].version), shape(MODELS[name])
    before = known.get(name, {}).get(version)
    if before is not None:
        assert not broken(before, now), "raise the version in migrations.py and write its step"
    if os.environ.get("TECHDD_ACCEPT"):
        known.setdefault(name, {})[version] = now
        SHAPES.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        return
    assert before == now, "TECHDD_ACCEPT=1 accepts what may be left out"


def test_what_breaks_a_shape_is_seen() -> None:
    before = shape((Run,))
    assert not broken(before, before)
    assert broken(before, {place: what for place, what in before.items() if "key" not in place})
    assert broken(before, before | {"Run.rows:{}": "string"})
    assert broken(before, before | {"Run.owner": "there!"})
    assert broken(before, {p: w for p, w in before.items() if p != "Run.status: = partial"})
    assert not broken(before, before | {"Run.owner": "there", "Run.owner:": "string"})


# --- samples of every version ---------------------------------------------------------------------


@pytest.fixture(params=sorted(int(path.name) for path in STORED.glob("[0-9]*")))
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An engagement as a version wrote it, to be read and written."""
    root = tmp_path / "engagement"
    shutil.copytree(STORED / str(request.param), root)
    for path in (root / "audits").glob("*.jsonl"):
        lines = gzip.compress(path.read_bytes(), mtime=0)
        path.with_name("2026-06-01-444444444444.json.gz").write_bytes(lines)
        path.unlink()
    return root


def test_an_engagement_of_any_version_is_read_as_it_was_written(sample: Path) -> None:
    engagement = Workspace(sample).engagement
    assert (engagement.client, engagement.day_rate) == ("Northwind Parcel", (800, 1400))
    assert engagement.repositories[0].delivery == "embedded"
    assert load(sample / "people.yaml", People).same[0].name == "Lea Lang"
    assert load(sample / "roster.yaml", Roster).people[0].ip_assigned is True
    triage = load(sample / "triage.yaml", Triage, latest=date(2026, 7, 1))
    assert (list(triage.findings), list(triage.decisions)) == (["0123456789ab"], ["ba9876543210"])
    assert load(sample / "statements.yaml", Statements).statements["0123456789ab"].words
    assert load(sample / "hiring.yaml", Hiring).plan[0].people == 2
    assert load(sample / "interviews.yaml", Participants).people[1].kind == "interviewer"


def test_answers_and_responses_of_any_version_are_read_and_go_on(sample: Path) -> None:
    journal = Journal(sample / "answers" / "journal.jsonl")
    assert [one.answer.item for one in journal.read()] == ["SEC-01", "SEC-01", "SEC-02"]
    assert journal.doubts == []
    journal.append(Answer(item="SEC-03", level=1, by="Ann Able"))
    assert len(Journal(journal.path).read()) == 4
    ledger = responses.ledger(sample)
    assert [one.said.position for one in ledger.read()] == ["disputed", None]
    assert ledger.doubts == []


def test_evidence_of_any_version_is_read_and_its_chain_goes_on(sample: Path) -> None:
    run = Evidence(sample / "evidence").run("history", "api")
    assert run and (run.status, run.rows) == (Status.PARTIAL, {"Commit": 12})
    chain = Chain(sample / "evidence")
    assert (len(chain.links), chain.doubts) == (2, [])
    chain.extend(chain.links[-1].at, "techdd")
    assert Chain(sample / "evidence").doubts == []


def test_what_else_the_tool_keeps_of_any_version_is_read(sample: Path) -> None:
    assert kept_numbers(sample / "pseudonyms.json", []) == {
        "0123456789abcdef": 1, "fedcba9876543210": 2,
    }  # fmt: skip
    assert access.Access(sample / ".web" / "access.json").id == "0123456789abcdef"
    (one,), unreadable = kept(sample)
    assert (one.client, unreadable) == ("Northwind Ledger", ())
    assert audit(Path(one.path)).load("investor").chapters
    assert audit(sample / "report.json").load("investor").client == one.client


# --- versions -------------------------------------------------------------------------------------

NEWER = "was written by a newer techdd (format 99, this one reads up to 1); update techdd"


def newer(path: Path, key: str) -> None:
    """Makes the last line, or the whole, of a file one of version 99."""
    *before, last = path.read_text().splitlines() if path.suffix == ".jsonl" else [path.read_text()]
    tree = json.loads(last) | {key: 99}
    path.write_text("\n".join([*before, json.dumps(tree)]) + "\n")


@pytest.mark.parametrize("kind", PEOPLE_WRITE, ids=lambda kind: str(kind.stored))
def test_what_people_write_for_a_newer_version_is_refused(sample: Path, kind: Any) -> None:
    path = sample / kind.stored
    text = path.read_text().replace("format_version: 1\n", "")
    path.write_text(f"{text}format_version: 99\nnews: true\n")
    with pytest.raises(Newer) as caught:
        load(path, kind)
    assert str(caught.value) == f"{path}: {NEWER}"


def test_what_a_newer_version_kept_is_refused_and_stays(sample: Path) -> None:
    reading = {
        "answers/journal.jsonl": lambda path: Journal(path).read(),
        "responses.jsonl": lambda path: responses.ledger(path.parent).read(),
        "pseudonyms.json": lambda path: kept_numbers(path, []),
        "evidence/runs/history.api.json": lambda path: Evidence(path.parents[1]).run(
            "history", "api"
        ),
        "evidence/manifest.jsonl": lambda path: Chain(path.parent),
        ".web/access.json": access.Access,
    }
    for name, read in reading.items():
        path = sample / name
        newer(path, "format")
        before = path.read_bytes()
        with pytest.raises(Newer) as caught:
            read(path)
        assert str(caught.value).endswith(NEWER), name
        assert str(path) in str(caught.value)
        assert path.read_bytes() == before


def test_a_version_that_is_none_is_one_line(tmp_path: Path) -> None:
    for none in ("two", 0, 1.5, True):
        with pytest.raises(TechddError, match=r"^x: format_version: should be a whole number"):
            current(FORMATS["engagement.yaml"], {"format_version": none}, "x")


def _renamed(tree: Any) -> Any:
    tree["client"] = tree.pop("customer")
    return tree


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Stored:
    """As if engagement.yaml were of version 2, whose step renames a key."""
    made = replace(FORMATS["engagement.yaml"], version=2, steps={1: _renamed})
    monkeypatch.setattr(migrations, "FORMATS", {**FORMATS, made.name: made})
    monkeypatch.setattr("techdd.documents.FORMATS", migrations.FORMATS)
    monkeypatch.setattr("techdd.locking.FORMATS", migrations.FORMATS)
    return made


def test_an_older_file_is_brought_up_to_date_and_kept(second: Stored, tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    old = "# a comment\nformat_version: 1\ncustomer: Acme  # another\nrepositories: []\n"
    path.write_text(old)
    assert Workspace(tmp_path).engagement.client == "Acme"
    assert path.read_text() == old  # to read changes nothing
    with Workspace(tmp_path).locked():
        pass
    assert path.with_name("engagement.yaml.v1").read_text() == old
    text = path.read_text()
    assert "# a comment\nformat_version: 2\n" in text
    assert "client: Acme" in text
    again = Workspace(tmp_path)
    with again.locked():
        assert again.engagement.client == "Acme"
    assert path.read_text() == text
