"""The management response: what counts, for how long, and that it survives whatever happens."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import a_finding
from pydantic import ValidationError
from test_report import ENGAGEMENT, LEAK, POLICY, assessment

from techdd.additions import Added
from techdd.errors import TechddError
from techdd.formats.json import json as as_json
from techdd.model import Audience, Location, Response, Severity
from techdd.report import build
from techdd.responses import (
    FILE,
    Said,
    ledger,
    reply,
    shown,
    standings,
    state_of,
)
from techdd.workspace import Templates

ONE, TWO = "0d1f8a6c3b2e", "77b0c1d2e3f4"
AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


def said(finding: str = ONE, **changes: Any) -> Said:
    given = {"position": "disputed", "words": "No.", "by": "Cleo", "at": AT, "state": "s1"}
    return Said(finding=finding, **given | changes)


def keep(root: Path, *ones: Said) -> None:
    ledger(root).add(ones, lambda _: None)


def counting(root: Path) -> dict[str, tuple[str | None, str]]:
    found = standings(ledger(root).read())
    return {
        name: (one.response.said.position, one.reply.reply if one.reply else "")
        for name, one in found.items()
    }


# --- what counts ----------------------------------------------------------------------------------


def test_the_latest_response_counts_and_nothing_is_lost(tmp_path: Path) -> None:
    keep(tmp_path, said(), said(TWO, position="agreed", words=""))
    keep(tmp_path, said(position="corrected", words="It was 3, not 4."))
    assert counting(tmp_path) == {ONE: ("corrected", ""), TWO: ("agreed", "")}
    assert len((tmp_path / FILE).read_bytes().splitlines()) == 3
    keep(tmp_path, said(position=None, words="", withdrawn=True))
    assert counting(tmp_path) == {TWO: ("agreed", "")}


def test_a_reply_belongs_to_the_response_that_it_was_given_to(tmp_path: Path) -> None:
    keep(tmp_path, said())
    reply(tmp_path, ONE, "We stand by it.", "A. Adviser", AT)
    reply(tmp_path, ONE, "We stand by it, see page 3.", "A. Adviser", AT)
    assert counting(tmp_path) == {ONE: ("disputed", "We stand by it, see page 3.")}
    keep(tmp_path, said(words="Still no."))
    assert counting(tmp_path) == {ONE: ("disputed", "")}
    with pytest.raises(TechddError, match="the client has said nothing of '77b0c1d2e3f4'"):
        reply(tmp_path, TWO, "x", "y", AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"position": None},
        {"withdrawn": True},
        {"reply": "x"},
        {"words": ""},
        {"position": "corrected", "words": ""},
        {"position": "maybe"},
        {"finding": "../../x"},
        {"words": "x" * 2_001},
    ],
)
def test_a_line_says_one_thing(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Said.model_validate(said().model_dump() | changes)


def test_a_line_that_was_cut_costs_itself_only(tmp_path: Path) -> None:
    keep(tmp_path, said())
    whole = (tmp_path / FILE).read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 2):
        (tmp_path / FILE).write_bytes(whole + whole[:cut])
        keep(tmp_path, said(TWO))
        kept = ledger(tmp_path)
        assert set(standings(kept.read())) == {ONE, TWO}
        assert len(kept.doubts) == 1 and "line 2 is not a response" in kept.doubts[0]


def test_a_changed_line_is_noticed(tmp_path: Path) -> None:
    keep(tmp_path, said(), said(TWO))
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes().replace(b"No.", b"Yes", 1))
    kept = ledger(tmp_path)
    kept.read()
    assert kept.doubts == [
        "line 1 is not as it was written", "line 2 does not follow the one before it",
    ]  # fmt: skip


# --- states ---------------------------------------------------------------------------------------


def test_a_state_holds_still_when_code_moves_and_changes_with_the_evidence() -> None:
    one = a_finding(locations=(Location("a.py", 3, "c1"),))
    moved = replace(one, locations=(Location("a.py", 9, "c2"),))
    assert state_of(one) == state_of(moved)
    for changes in (
        {"title": "Other"},
        {"observation": "5 of them."},
        {"severity": Severity.CRITICAL},
        {"places": "3-5e1c09ab"},
        {"locations": (Location("b.py"),)},
    ):
        assert state_of(replace(one, **changes)) != state_of(one)


def test_what_was_said_of_an_earlier_state_is_marked(tmp_path: Path) -> None:
    keep(tmp_path, said(on=date(2026, 6, 30)), said(TWO, state="s0"))
    findings = [a_finding(id=TWO), a_finding(id="f" * 12), a_finding(id=ONE)]
    told = shown(standings(ledger(tmp_path).read()), findings, {ONE: "s1", TWO: "s1"})
    assert told == (
        Response(TWO, "disputed", "No.", "Cleo", "2026-07-01", earlier=True),
        Response(ONE, "disputed", "No.", "Cleo", "2026-06-30"),
    )


# --- audiences ------------------------------------------------------------------------------------

WORDS = "Ann Able says src/vault.py (vault.py) is a test, ask cleo@nw.io."


def response(audience: Audience, *, names: bool | None = None) -> Response:
    one = Response(LEAK.id, "disputed", WORDS, "Cleo Cook", "2026-07-01", "Ben Book agrees.")
    return build(
        assessment(), ENGAGEMENT, POLICY, audience, names=names, added=Added(responses=(one,))
    ).responses[0]


def test_every_edition_has_it_as_its_readers_may_see_people_and_places() -> None:
    assert response("internal").words == WORDS
    assert response("internal").by == "Cleo Cook"
    client = response("client")
    assert client.words == "Person 1 says src/vault.py (vault.py) is a test, ask (an address)."
    assert (client.by, client.reply) == ("", "Person 2 agrees.")
    investor = response("investor")
    assert investor.words == "Person 1 says (a place) ((a place)) is a test, ask (an address)."
    assert investor.position == "disputed"
    assert response("internal", names=False).by == ""


def test_responses_change_no_score_and_no_finding() -> None:
    one = Response(LEAK.id, "disputed", "No.")
    plain, told = (
        build(assessment(), ENGAGEMENT, POLICY, "client", added=added)
        for added in (Added(), Added(responses=(one,)))
    )
    assert replace(told, responses=()) == plain


def test_they_are_in_the_json_report() -> None:
    made = build(
        assessment(), ENGAGEMENT, POLICY, "client",
        added=Added(responses=(Response(LEAK.id, "agreed", "Yes."),)),
    )  # fmt: skip
    read = json.loads(as_json.render(made, Templates(())))
    assert read["report"]["responses"] == [asdict(made.responses[0])]
