"""The page's server: who may do what, what is refused, what is kept."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from small_engagement import METRICS, WITHHELD, engagement, journal, opened

from techdd.answers import Answer
from techdd.errors import TechddError
from techdd.interviews.web import access as access_module
from techdd.interviews.web import app as app_module
from techdd.interviews.web import guard, shown
from techdd.interviews.web.access import Access
from techdd.interviews.web.app import ROUTES, create
from techdd.interviews.web.crew import Crew
from techdd.interviews.web.desk import Desk
from techdd.interviews.web.server import FOLDER, Place, Site, alone
from techdd.workspace import Workspace

BASE = "http://127.0.0.1:8765"
ASKS = ("ida adviser",)


@dataclass
class Browser:
    """One person's browser, which sends what our page sends."""

    client: FlaskClient
    csrf: str = ""

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, base_url=BASE, headers=headers, buffered=True)

    def post(self, path: str, body: Any, *, drop: str = "", **headers: str) -> Any:
        sent = {"Origin": BASE, "X-CSRF": self.csrf, "Sec-Fetch-Site": "same-origin"} | headers
        sent.pop(drop, None)
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(
            path, base_url=BASE, data=data, headers=sent, content_type="application/json"
        )

    def answer(self, item: str, **said: Any) -> Any:
        return self.post(f"/api/answers/{item}", {"seen": ""} | said)

    def state(self) -> Any:
        return self.get("/api/state/0").json

    def questions(self) -> Any:
        found = self.get("/api/questions")
        self.csrf = found.json.get("csrf", "")
        return found.json


@dataclass
class Page:
    workspace: Workspace
    desk: Desk
    told: list[str]
    app: Any

    def stranger(self) -> Browser:
        return Browser(self.app.test_client())

    def enter(self, person: str) -> Browser:
        browser = self.stranger()
        link = self.desk.access.issue(person)
        assert browser.post("/api/join", {"token": link}).status_code == 200
        browser.questions()
        return browser


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    workspace = engagement(tmp_path / "e")
    crew = Crew(workspace.root, workspace.checklists)
    desk = Desk(workspace, crew, Access(workspace.root / FOLDER / "access.json"), METRICS)
    told: list[str] = []
    yield Page(workspace, desk, told, create(desk, guard.Door(BASE), told.append))


# --- who may do what ------------------------------------------------------------------------------

BODIES: dict[str, Any] = {
    "/api/answers/<item>": {"seen": "", "level": 2},
    "/api/decisions/<item>": {"mark": "", "level": 2, "note": "why"},
    "/api/people": {"name": "New One", "new": True},
    "/api/people/link": {"name": "Bo Lead"},
    "/api/people/out": {"name": "Bo Lead"},
}


def call(browser: Browser, route: Any, item: str = "AA-01") -> Any:
    path = route.path.replace("<item>", item).replace("<mark>", "0")
    if route.method == "GET":
        return browser.get(path)
    return browser.post(path, BODIES[route.path])


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize("who", ["nobody", "ann chief", "ida adviser"])
def test_every_address_asks_who_calls(page: Page, route: Any, who: str) -> None:
    browser = page.stranger() if who == "nobody" else page.enter(who)
    status = call(browser, route).status_code
    if who == "nobody":
        assert status == 401
    elif route.by == "interviewer" and who not in ASKS:
        assert status == 403
    else:
        assert status in (200, 422)  # there is no answer yet to decide on
    assert not (status in (401, 403) and journal(page.workspace))


def test_every_address_of_the_application_is_in_the_table_or_known(page: Page) -> None:
    listed = {route.path for route in ROUTES}
    known = {"/", "/join", "/api/join", "/api/leave", "/static/<path:filename>"}
    assert {rule.rule for rule in page.app.url_map.iter_rules()} == listed | known


@pytest.mark.parametrize(
    ("who", "item", "status"),
    [
        ("ann chief", "AA-01", 200), ("ann chief", "BB-01", 403), ("bo lead", "BB-01", 200),
        ("bo lead", "BB-02", 403), ("bo lead", "ZZ-99", 403), ("ida adviser", "BB-02", 200),
    ],
)  # fmt: skip
def test_people_answer_what_they_are_asked(page: Page, who: str, item: str, status: int) -> None:
    assert page.enter(who).answer(item, level=3).status_code == status
    assert len(journal(page.workspace)) == (status == 200)


@pytest.mark.parametrize(
    "said", [{"by": "Bo Lead"}, {"by": "Ann Chief"}, {"grade": 3}, {"settles": True}]
)
def test_a_respondent_speaks_for_nobody_else_and_grades_nothing(page: Page, said: Any) -> None:
    refused = page.enter("ann chief").answer("AA-01", level=3, **said)
    assert refused.status_code in (403, 422)
    assert journal(page.workspace) == []


def test_a_respondent_is_sent_nothing_but_questions_and_own_answers(page: Page) -> None:
    ida, ann, bo = (page.enter(who) for who in ("ida adviser", "ann chief", "bo lead"))
    bo.answer("AA-01", level=1, note="what Bo knows")
    ida.answer("AA-01", by="Ann Chief", level=3, grade=2, note="she hesitated")
    ann.answer("AA-02", level=2, note="my own words")
    sent = ann.get("/api/questions").text + ann.get("/api/state/0").text
    sent += ann.answer("AA-01", level=1).text  # a conflict
    assert "my own words" in sent
    for secret in (*WITHHELD, "Bo Lead", "Ida", "what Bo knows", "she hesitated", "Beta", "BB-0"):
        assert secret not in sent
    everything = ida.get("/api/questions").text + ida.get("/api/state/0").text
    assert [secret for secret in WITHHELD if secret not in everything] == []


def test_an_answer_written_down_by_an_interviewer_says_so(page: Page) -> None:
    page.enter("ida adviser").answer("AA-01", by="ann  CHIEF", level=3, grade=2)
    (entry,) = page.workspace.journal.read()
    said = entry.answer
    assert (said.by, said.role, said.recorded_by) == ("Ann Chief", "CTO", "Ida Adviser")
    assert (said.source, int(said.grade), said.checklist) == ("web", 2, "alpha")


def test_what_was_seen_stays_until_the_level_changes(page: Page) -> None:
    ida, ann = page.enter("ida adviser"), page.enter("ann chief")
    seen = ida.answer("AA-01", by="Ann Chief", level=3, grade=2).json["seen"]
    seen = ann.answer("AA-01", level=3, note="more", seen=seen).json["seen"]
    ann.answer("AA-01", level=4, seen=seen)
    assert [int(one.answer.grade) for one in page.workspace.journal.read()] == [2, 2, 1]


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "an answer without a level"),
        ({"level": 5}, "level: "),
        ({"level": "3"}, "level: "),
        ({"level": True}, "level: "),
        ({"level": 1, "unknown": True}, "give one of"),
        ({"level": 1, "figures": {"nope": 1}}, "asks for no 'nope'"),
        ({"level": 1, "figures": {"hours": "long"}}, "is no number of hours"),
        ({"level": 1, "figures": {"hours": "nan"}}, "is no number of hours"),
        ({"level": 1, "figures": {"since": "2026-02-30"}}, "since: there is no day"),
        ({"level": 1, "figures": {"where": "nowhere"}}, "is none of: here, there"),
        ({"level": 1, "documents": [{"name": "a", "sha256": "zz"}]}, "documents.0.sha256: "),
        ({"level": 1, "note": "x" * 20_001}, "note: "),
        ({"level": 1, "surprise": 1}, "surprise: "),
        ({"level": 1, "seen": None}, "seen: "),
    ],
)
def test_what_is_no_answer_is_refused_in_one_line(page: Page, said: Any, message: str) -> None:
    refused = page.enter("ann chief").answer("AA-02", **said)
    assert refused.status_code == 422
    assert message in refused.json["error"]
    assert "\n" not in refused.json["error"] and len(refused.json["error"]) < 300
    assert journal(page.workspace) == []


@pytest.mark.parametrize(
    "body", ["", "[]", "{", "null", '{"seen": "\\ud800", "level": 1}', b"\xff"]
)
def test_what_is_no_json_is_refused(page: Page, body: bytes | str) -> None:
    assert page.enter("ann chief").post("/api/answers/AA-01", body).status_code == 422


def test_figures_documents_and_text_are_kept(page: Page) -> None:
    paper = {"name": "plan.pdf", "sha256": "a" * 64}
    done = page.enter("ann chief").answer(
        "AA-02", level=2, confidence="high", documents=[paper], note=" one\r\ntwo\x00 \u202e",
        figures={"hours": 4, "since": "2026-03-31", "where": "here"},
    )  # fmt: skip
    assert done.status_code == 200
    (entry,) = page.workspace.journal.read()
    said = entry.answer
    assert said.figures == {"hours": 4.0, "since": "2026-03-31", "where": "here"}
    assert (said.note, said.confidence) == ("one\ntwo \u202e", "high")
    assert [one.model_dump() for one in said.documents] == [paper]


def test_an_answer_that_changed_elsewhere_is_a_conflict_and_both_stay(page: Page) -> None:
    here, there = page.enter("ann chief"), page.enter("ann chief")
    assert there.answer("AA-01", level=3, note="theirs").status_code == 200
    refused = here.answer("AA-01", level=1, note="mine")
    assert refused.status_code == 409
    assert (refused.json["answer"]["level"], refused.json["answer"]["note"]) == (3, "theirs")
    kept = here.answer("AA-01", level=1, note="mine", seen=refused.json["seen"])
    assert kept.status_code == 200
    assert [(level, note) for *_, level, note in journal(page.workspace)] == [
        (3, "theirs"), (1, "mine"),
    ]  # fmt: skip


def test_who_yields_keeps_their_own_in_the_journal(page: Page) -> None:
    here, there = page.enter("ann chief"), page.enter("ann chief")
    there.answer("AA-01", level=3, note="theirs")
    seen = here.answer("AA-01", level=1).json["seen"]
    assert here.answer("AA-01", level=1, note="mine", seen=seen, yields=True).status_code == 200
    assert [note for *_, note in journal(page.workspace)] == ["theirs", "mine", "theirs"]
    assert here.state()["answers"]["AA-01"]["answer"]["level"] == 3


def test_the_terminal_may_answer_meanwhile(page: Page) -> None:
    ann = page.enter("ann chief")
    alpha = page.workspace.checklists[0]
    said = Answer(item="AA-01", level=2, by="Ann Chief", source="terminal")
    opened(page.workspace.root).record(alpha, alpha.items[0], said)
    assert ann.answer("AA-01", level=4).status_code == 409
    assert ann.state()["answers"]["AA-01"]["answer"]["level"] == 2


def test_taking_back_leaves_the_question_open(page: Page) -> None:
    ann = page.enter("ann chief")
    seen = ann.answer("AA-01", level=2).json["seen"]
    assert ann.answer("AA-01", seen=seen, withdrawn=True).status_code == 200
    found = ann.state()["answers"]["AA-01"]
    assert found["answer"] is None
    assert ann.answer("AA-01", seen=found["seen"], level=1).status_code == 200
    assert len(journal(page.workspace)) == 3


def test_a_new_round_asks_anew_and_knows_the_answer_before(page: Page) -> None:
    page.enter("ann chief").answer("AA-01", level=2)
    file = page.workspace.file
    file.write_text(file.read_text() + "round: second\n")
    later = Desk(opened(page.workspace.root), page.desk.crew, page.desk.access, METRICS)
    page.desk = later
    page.app = create(later, guard.Door(BASE), page.told.append)
    ann = page.enter("ann chief")
    found = ann.state()["answers"]["AA-01"]
    assert found["answer"] is None
    assert ann.answer("AA-01", level=4, seen=found["seen"]).status_code == 200


def test_a_state_that_did_not_change_is_not_sent_again(page: Page) -> None:
    ann, bo = page.enter("ann chief"), page.enter("bo lead")
    mark = ann.state()["mark"]
    bo.answer("AA-01", level=2)
    assert ann.get(f"/api/state/{mark}").json == {"mark": mark}  # nor does it tell of others
    ann.answer("AA-01", level=2)
    assert ann.get(f"/api/state/{mark}").json["answers"]["AA-01"]["answer"]["level"] == 2


# --- decisions ------------------------------------------------------------------------------------


def test_interviewers_see_a_difference_and_settle_it_with_a_reason(page: Page) -> None:
    ida, ann, bo = (page.enter(who) for who in ("ida adviser", "ann chief", "bo lead"))
    ann.answer("AA-01", level=3)
    bo.answer("AA-01", level=1)
    said = ida.state()["answers"]["AA-01"]
    assert (said["spread"], [one["by"] for one in said["voices"]]) == (2, ["Ann Chief", "Bo Lead"])
    verdict = {"mark": said["mark"], "level": 1, "note": "Bo showed it", "overrules": True}
    no_reason = ida.post("/api/decisions/AA-01", verdict | {"note": " "})
    assert (no_reason.status_code, no_reason.json["error"]) == (422, "a decision needs its reason")
    stale = ida.post("/api/decisions/AA-01", verdict | {"mark": "0"})
    assert stale.status_code == 409
    assert ida.post("/api/decisions/AA-01", verdict).status_code == 200
    settled = ida.state()["answers"]["AA-01"]
    assert (settled["spread"], settled["decision"]["note"]) == (0, "Bo showed it")
    assert page.workspace.standings()["AA-01"].counts.overrules  # type: ignore[union-attr]
    assert len(ida.get("/api/history/AA-01").json["entries"]) == 3
    undo = {"mark": settled["mark"], "withdrawn": True}
    assert ida.post("/api/decisions/AA-01", undo).status_code == 200
    assert ida.state()["answers"]["AA-01"]["spread"] == 2


# --- coming in ------------------------------------------------------------------------------------


def test_a_link_works_once(page: Page) -> None:
    link = page.desk.access.issue("ann chief")
    first, second = page.stranger(), page.stranger()
    assert first.post("/api/join", {"token": link}).status_code == 200
    refused = second.post("/api/join", {"token": link})
    assert refused.status_code == 403 and "used already" in refused.json["error"]
    assert second.get("/api/questions").status_code == 401
    assert page.told == ["Ann Chief came in."]


def test_a_new_link_replaces_the_one_before_and_keeps_who_is_in(page: Page) -> None:
    ann, ida = page.enter("ann chief"), page.enter("ida adviser")
    old = page.desk.access.issue("ann chief")
    new = ida.post("/api/people/link", {"name": "Ann Chief"}).json["link"]
    assert new.startswith(f"{BASE}/join#")
    assert page.stranger().post("/api/join", {"token": old}).status_code == 403
    assert page.stranger().post("/api/join", {"token": new.partition("#")[2]}).status_code == 200
    assert ann.get("/api/questions").status_code == 200
    ida.post("/api/people/out", {"name": "Ann Chief"})
    assert ann.get("/api/questions").status_code == 401


def test_nothing_at_rest_lets_anybody_in(page: Page) -> None:
    ann = page.enter("ann chief")
    link = page.desk.access.issue("bo lead")
    cookie = next(iter(ann.client._cookies.values()))  # type: ignore[attr-defined]
    path = page.desk.access.path
    text = path.read_text()
    assert link not in text and cookie.value not in text
    assert len(link) * 6 >= 128 and len(cookie.value) * 6 >= 128
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert not [one for one in page.told if link in one or cookie.value in one]


def test_sessions_outlive_the_server_and_not_their_time(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = page.enter("ann chief")
    link = page.desk.access.issue("bo lead")
    page.desk.access = Access(page.desk.access.path)
    page.app = create(page.desk, guard.Door(BASE), page.told.append)
    again = Browser(page.app.test_client())
    again.client._cookies = ann.client._cookies  # type: ignore[attr-defined]
    assert again.questions()["me"]["name"] == "Ann Chief"
    today = access_module.now()
    # What is over stays so, whatever the clock says later.
    for passed in (timedelta(days=15), timedelta(), timedelta(days=-15)):
        monkeypatch.setattr(access_module, "now", lambda at=today + passed: at)
        assert again.get("/api/questions").status_code == 401
        assert page.stranger().post("/api/join", {"token": link}).status_code == 403


def test_a_clock_that_was_ahead_gives_nobody_more_time(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = access_module.now() + timedelta(days=400)
    with monkeypatch.context() as patch:
        patch.setattr(access_module, "now", lambda: ahead)
        ann = page.enter("ann chief")
        assert ann.get("/api/questions").status_code == 200
    assert ann.get("/api/questions").status_code == 401


def test_who_is_no_longer_in_the_file_is_out(page: Page) -> None:
    ann = page.enter("ann chief")
    (page.workspace.root / "interviews.yaml").write_text(
        "people: [{name: Ida Adviser, kind: interviewer}]"
    )
    assert ann.get("/api/questions").status_code == 401


def test_leaving_ends_the_session_on_the_server_too(page: Page) -> None:
    ann = page.enter("ann chief")
    session = next(iter(ann.client._cookies.values())).value  # type: ignore[attr-defined]
    assert ann.post("/api/leave", {}).status_code == 200
    assert page.desk.access.person(session) is None


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(page: Page) -> None:
    link = page.desk.access.issue("ann chief")
    cookie = page.stranger().post("/api/join", {"token": link}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie
    assert "Secure" not in cookie
    page.app = create(page.desk, guard.Door("https://dd.example.com"), page.told.append)
    secure = page.app.test_client().post(
        "/api/join", json={"token": page.desk.access.issue("ann chief")},
        base_url="https://dd.example.com", headers={"Origin": "https://dd.example.com"},
    )  # fmt: skip
    assert secure.headers["Set-Cookie"].startswith("__Host-techdd-")
    assert "; Secure" in secure.headers["Set-Cookie"]


def test_guessing_links_is_slowed_down(page: Page) -> None:
    stranger = page.stranger()
    tries = [stranger.post("/api/join", {"token": f"x{n}"}).status_code for n in range(12)]
    assert tries == [403] * 10 + [429] * 2


# --- which requests are listened to ---------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "evil.example:8765"])
def test_another_name_for_this_machine_is_refused(page: Page, host: str) -> None:
    assert page.stranger().get("/", Host=host).status_code == 421
    assert page.enter("ann chief").post("/api/leave", {}, Host=host).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"X-CSRF": "0" * 64},
        {"X-CSRF": "\u00e9"},
    ],
    ids=str,
)  # fmt: skip
def test_another_page_cannot_speak_for_who_is_in(page: Page, headers: dict[str, str]) -> None:
    ann = page.enter("ann chief")
    body = {"seen": "", "level": 2}
    assert ann.post("/api/answers/AA-01", body, **headers).status_code == 403
    for needed in ("Origin", "X-CSRF"):
        assert ann.post("/api/answers/AA-01", body, drop=needed).status_code == 403
    assert journal(page.workspace) == []


def test_a_token_of_one_session_is_none_of_another(page: Page) -> None:
    ann, bo = page.enter("ann chief"), page.enter("bo lead")
    ann.csrf = bo.csrf
    assert ann.answer("AA-01", level=1).status_code == 403


def test_who_asks_for_the_head_only_gets_it(page: Page) -> None:
    ann = page.enter("ann chief")
    assert ann.client.head("/api/questions", base_url=BASE).status_code == 200
    assert page.stranger().client.head("/api/questions", base_url=BASE).status_code == 401


def test_forms_and_large_requests_are_refused(page: Page) -> None:
    ann = page.enter("ann chief")
    form = ann.client.post(
        "/api/answers/AA-01", base_url=BASE, data={"level": "1"},
        headers={"Origin": BASE, "X-CSRF": ann.csrf},
    )  # fmt: skip
    assert form.status_code == 415
    large = ann.post("/api/answers/AA-01", b'{"note": "' + b"x" * guard.MAX_BODY + b'"}')
    assert large.status_code == 413


@pytest.mark.parametrize(
    "path", ["/", "/join", "/static/app.js", "/api/questions", "/none", "/static/../access.json"]
)
def test_every_reply_carries_the_rules(page: Page, path: str) -> None:
    reply = page.stranger().get(path)
    assert reply.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert reply.headers["Cache-Control"] == "no-store"


def test_the_pages_hold_nothing_inline_and_nothing_from_elsewhere() -> None:
    for path in app_module.STATIC.iterdir():
        text = path.read_text()
        assert "innerHTML" not in text and "insertAdjacentHTML" not in text, path
        assert "eval(" not in text and "document.write" not in text, path
        elsewhere = text.replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in elsewhere and "https://" not in elsewhere, path
        if path.suffix == ".html":
            assert (
                "<style" not in text and " style=" not in text and " on" not in text.split(">")[0]
            )


def test_a_bug_is_one_line_and_its_log_holds_no_answer(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = page.enter("ann chief")
    secret = "a secret answer"

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr(Workspace, "record", broken)
    reply = ann.answer("AA-01", level=1, note=secret)
    assert (reply.status_code, "\n" in reply.json["error"]) == (500, False)
    log = (page.workspace.root / "logs" / "web.log").read_text()
    assert "RuntimeError" in log and "desk.py" in log
    assert secret not in log + reply.text + "".join(page.told)


def test_a_full_disk_is_told_and_the_answer_may_be_sent_again(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = page.enter("ann chief")

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        refused = ann.answer("AA-01", level=1)
    told = "cannot be written: No space left on device"
    assert (refused.status_code, refused.json["error"]) == (503, told)
    assert ann.answer("AA-01", level=1).status_code == 200


def test_a_full_disk_is_a_line_wherever_it_shows(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    ida, ann = page.enter("ida adviser"), page.enter("ann chief")
    before = (page.workspace.root / "interviews.yaml").read_text()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        added = ida.post("/api/people", {"name": "Cy", "new": True})
        first = ann.answer("AA-01", level=1)  # keeps the wording first
        patch.setattr(Workspace, "record", lambda *_, **__: 1 / 0)
        bug = ann.answer("AA-01", level=1)
    assert [one.status_code for one in (added, first, bug)] == [503, 503, 500]
    assert added.json["error"] == "interviews.yaml cannot be used: No space left on device"
    assert first.json["error"] == "cannot be written: No space left on device"
    assert "this is a bug of the page" in bug.json["error"]
    assert (page.workspace.root / "interviews.yaml").read_text() == before
    assert not (page.workspace.root / "logs" / "web.log").exists()


def test_an_engagement_that_was_moved_is_told_and_none_begins_in_its_place(page: Page) -> None:
    ida, ann = page.enter("ida adviser"), page.enter("ann chief")
    link = page.desk.access.issue("bo lead")
    root = page.workspace.root
    away = root.rename(root.with_name("away"))
    told = "the engagement's folder is not there any more; put it back"
    for refused in (
        ann.answer("AA-01", level=1),
        ida.get("/api/state/0"),
        ann.post("/api/leave", {}),
    ):
        assert (refused.status_code, refused.json["error"]) == (503, told)
    assert page.stranger().post("/api/join", {"token": link}).status_code == 422
    with pytest.raises(TechddError, match="is not there any more; put it back"):
        page.workspace.record_all([])
    assert not root.exists()
    away.rename(root)
    assert ann.answer("AA-01", level=1).status_code == 200


def test_who_is_shut_out_is_out_even_where_that_cannot_be_written_down(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    ida, ann, bo = (page.enter(one) for one in ("ida adviser", "ann chief", "bo lead"))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        ended = ida.post("/api/people/out", {"name": "Ann Chief"}), bo.post("/api/leave", {})
    for one in ended:
        assert (
            one.json["error"] == "who may come in cannot be written down: No space left on device"
        )
    assert [one.get("/api/questions").status_code for one in (ida, ann, bo)] == [200, 401, 401]


# --- people ---------------------------------------------------------------------------------------


def test_people_are_added_and_assigned_and_comments_stay(page: Page) -> None:
    ida, ann = page.enter("ida adviser"), page.enter("ann chief")
    new = ida.post("/api/people", {"name": "Cy <b>Ops</b>", "asked": ["beta"], "new": True})
    cy = page.stranger()
    cy.post("/api/join", {"token": new.json["link"].partition("#")[2]})
    assert [one["id"] for one in cy.questions()["checklists"]] == ["beta"]
    change = {"name": "Ann Chief", "role": "CEO", "asked": ["BB-02"]}
    assert ida.post("/api/people", change).status_code == 200
    assert [one["items"][0]["id"] for one in ann.questions()["checklists"]] == ["BB-02"]
    text = (page.workspace.root / "interviews.yaml").read_text()
    assert "# who asks" in text and "role: CEO" in text and "Cy <b>Ops</b>" in text
    people = ida.state()["people"]
    assert [one["link"] for one in people] == ["joined", "joined", "none", "joined"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": "ann  chief", "new": True}, "this name is taken"),
        ({"name": "Nobody"}, "nobody of this name"),
        ({"name": "", "new": True}, "name: "),
        ({"name": "Cy", "asked": ["gamma"], "new": True}, "no checklist or item 'gamma'"),
        ({"name": "Ida Adviser", "kind": "respondent"}, "the last interviewer has to stay one"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(page: Page, body: Any, message: str) -> None:
    before = (page.workspace.root / "interviews.yaml").read_text()
    refused = page.enter("ida adviser").post("/api/people", body)
    assert refused.status_code == 422 and message in refused.json["error"]
    assert (page.workspace.root / "interviews.yaml").read_text() == before


def test_a_mistake_in_the_file_is_told_to_interviewers_and_stops_nobody(page: Page) -> None:
    ida, ann = page.enter("ida adviser"), page.enter("ann chief")
    file = page.workspace.root / "interviews.yaml"
    file.write_text("people: [{name: Ann Chief, rolle: CTO}]")
    assert ann.answer("AA-01", level=1).status_code == 200
    assert "interviews.yaml: " in ida.state()["doubts"][0]
    assert "doubts" not in ann.state()
    refused = ida.post("/api/people", {"name": "Cy", "new": True})
    assert refused.status_code == 422 and "first mend interviews.yaml" in refused.json["error"]
    assert "rolle" in file.read_text()
    file.unlink()
    assert ann.answer("AA-02", level=1).status_code == 200
    gone = "interviews.yaml: is not there any more; put it back"
    assert gone in ida.get("/api/state/0").json["doubts"]


def test_of_many_answers_at_once_each_is_recorded_or_refused(page: Page) -> None:
    ann = page.enter("ann chief")

    def try_all(window: int) -> list[int]:
        browser = Browser(page.app.test_client(), ann.csrf)
        browser.client._cookies = ann.client._cookies  # type: ignore[attr-defined]
        ends, seen = [], ""
        for number in range(6):
            reply = browser.answer("AA-01", level=window, note=str(number), seen=seen)
            ends.append(reply.status_code)
            seen = reply.json["seen"]
        return ends

    with ThreadPoolExecutor(4) as pool:
        ends = [status for found in pool.map(try_all, range(4)) for status in found]
    assert set(ends) == {200, 409}
    assert len(journal(page.workspace)) == ends.count(200)
    assert page.workspace.journal.doubts == []


def test_a_damaged_journal_is_told_to_interviewers(page: Page) -> None:
    page.enter("ann chief").answer("AA-01", level=1)
    with page.workspace.journal.path.open("ab") as file:
        file.write(b'{"item": "AA-0')
    assert page.enter("ida adviser").state()["doubts"][0].startswith("line 2 is not an answer")


def test_a_page_that_asks_again_costs_nothing_until_something_changes(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    ida, ann = page.enter("ida adviser"), page.enter("ann chief")
    ann.answer("AA-01", level=1)
    made: list[object] = []
    whole = shown.everybodys
    monkeypatch.setattr(shown, "everybodys", lambda *of: (made.append(of), whole(*of))[1])
    first = ida.state()
    assert ida.get(f"/api/state/{first['mark']}").json == {"mark": first["mark"]}
    assert ida.state() == first
    assert len(made) == 1
    page.desk.access.issue("bo lead")
    assert ida.state()["people"][2]["link"] == "invited"
    ann.answer("AA-02", level=2)
    assert "AA-02" in ida.state()["answers"]
    assert len(made) == 3


# --- the server -----------------------------------------------------------------------------------


def test_one_page_an_engagement(page: Page) -> None:
    refused = pytest.raises(TechddError, match="served already")
    with alone(page.workspace), refused, alone(page.workspace):
        pass


def test_everybody_who_is_not_in_gets_a_link(page: Page) -> None:
    page.enter("ann chief")
    site = Site(page.workspace, Place(port=0))
    try:
        links = {person.name: link for person, link in site.invite()}
        assert set(links) == {"Ida Adviser", "Bo Lead"}
        assert all(link.startswith(f"{site.door.address}/join#") for link in links.values())
        assert site.invite() == []
        assert len(site.invite(anew=True)) == 3
        assert site.access.standing("ann chief") == "invited"
    finally:
        site.socket.close()


def test_what_the_server_itself_refuses_and_who_comes_by_a_proxy(page: Page) -> None:
    site = Site(page.workspace, Place(port=0, url="https://dd.example.com"))
    port = site.socket.getsockname()[1]
    Thread(target=site.serve, args=({}, page.told.append), daemon=True).start()

    def sent(lines: str) -> str:
        with socket.create_connection(("127.0.0.1", port)) as made:
            made.sendall(lines.replace("\n", "\r\n").encode())
            said = b""
            with suppress(ConnectionResetError):  # what was not read to its end is cut off
                while piece := made.recv(65_536):
                    said += piece
            return said.decode()

    long = f"GET / HTTP/1.1\nX: {'x' * 20_000}\n\n"
    endless = "POST / HTTP/1.1\nHost: dd.example.com\nContent-Length: 999999999\n\nx"
    for lines, status in (("?\n\n", " 400 "), (long, " 431 "), (endless, " 413 ")):
        reply = sent(lines)
        assert status in reply.split("\n")[0]
        assert all(f"{name}: {value}" in reply for name, value in guard.HEADERS.items())

    def wrong(address: str) -> str:
        return sent(
            "POST /api/join HTTP/1.1\nHost: dd.example.com\nOrigin: https://dd.example.com\n"
            f"Content-Type: application/json\nX-Forwarded-For: {address}\nConnection: close\n"
            'Content-Length: 13\n\n{"token":"x"}'
        ).split()[1]

    assert [wrong("192.0.2.1") for _ in range(11)] == ["403"] * 10 + ["429"]
    assert wrong("192.0.2.2") == "403"


def test_where_nobody_is_named_the_adviser_comes_in_first(tmp_path: Path) -> None:
    Workspace.create(tmp_path / "e", "Northwind", [], adviser="Ida Adviser")
    workspace = opened(tmp_path / "e")
    site = Site(workspace, Place(port=0))
    site.socket.close()
    assert [(one.name, one.kind) for one, _ in site.invite()] == [("Ida Adviser", "interviewer")]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (Place("0.0.0.0", 0), "say with --url"),
        (Place("dd.example.com", 0), "an IP address is needed"),
        (Place("192.0.2.1", 0), "cannot be listened on"),
        (Place(port=0, url="dd.example.com"), "the address without a path"),
        (Place(port=0, url="https://dd.example.com/x"), "the address without a path"),
        (Place(port=0, url="https://dd.example.com?x"), "the address without a path"),
        (Place(port=0, url="https://me:secret@dd.example.com"), "the address without a path"),
        (Place(port=0, url="https://["), "the address without a path"),
        (Place(port=0, url="https://dd.example.com:99999"), "the address without a path"),
        (Place(port=0, url="ftp://dd.example.com"), "the address without a path"),
    ],
)
def test_a_place_that_cannot_be_is_told(page: Page, place: Place, message: str) -> None:
    with pytest.raises(TechddError, match=message):
        Site(page.workspace, place)


def test_what_is_open_to_the_network_is_known() -> None:
    assert Place().is_local and Place("::1").is_local
    assert not Place("0.0.0.0").is_local and not Place("192.0.2.1").is_local


@pytest.mark.parametrize(
    ("place", "address"),
    [
        (Place(), "http://127.0.0.1"),
        (Place("::1"), "http://[::1]"),
        (Place("0:0:0:0:0:0:0:1"), "http://[::1]"),
        (Place(url="https://DD.Example.com:443/"), "https://dd.example.com"),
        (Place(url="https://dd.example.com:8443"), "https://dd.example.com:8443"),
        (Place(url="https://b\u00fccher.example"), "https://xn--bcher-kva.example"),
    ],
)
def test_the_page_goes_by_the_name_that_browsers_send(place: Place, address: str) -> None:
    door = place.door(80)
    assert door.address == address
    door.check("GET", {"Host": address.partition("://")[2]})
    if not place.url:
        door.check("POST", {"Host": "localhost", "Origin": "http://localhost"})


def test_a_file_of_links_that_is_none_is_told(page: Page) -> None:
    page.desk.access.path.write_text("{}x")
    with pytest.raises(TechddError, match="cannot be read; delete it"):
        Access(page.desk.access.path)
