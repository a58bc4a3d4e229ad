"""The page's addresses: who may call each, what it takes, which verb of the desk it is."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from techdd.errors import TechddError
from techdd.interviews.people import Participant
from techdd.interviews.web import guard
from techdd.interviews.web.access import LASTS
from techdd.interviews.web.desk import Desk
from techdd.interviews.web.said import (
    Named,
    Nothing,
    Person,
    Refusal,
    Said,
    Token,
    Verdict,
)
from techdd.ledger import mistake
from techdd.policy import Written

if TYPE_CHECKING:
    from flask import Flask, Response

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Route:
    """One address of the interface. `by` says who may call it, and is checked in one place."""

    method: Literal["GET", "POST"]
    path: str
    takes: type[Written]
    verb: Callable[..., dict[str, Any]]
    by: Literal["all", "interviewer"] = "all"


ROUTES = (
    Route("GET", "/api/questions", Nothing, Desk.questions),
    Route("GET", "/api/state/<mark>", Nothing, Desk.state),
    Route("POST", "/api/answers/<item>", Said, Desk.answer),
    Route("GET", "/api/history/<item>", Nothing, Desk.history, by="interviewer"),
    Route("POST", "/api/decisions/<item>", Verdict, Desk.settle, by="interviewer"),
    Route("POST", "/api/people", Person, Desk.put, by="interviewer"),
    Route("POST", "/api/people/link", Named, Desk.link, by="interviewer"),
    Route("POST", "/api/people/out", Named, Desk.shut_out, by="interviewer"),
)


def create(desk: Desk, door: guard.Door, tell: Callable[[str], None]) -> Flask:
    """The application. `tell` gets what the person at the terminal should know: who came in."""
    from flask import Flask, request, send_from_directory

    app = Flask("techdd", static_folder=str(STATIC), static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = guard.MAX_BODY
    entrance = _Entrance(desk, door, tell)
    for route in ROUTES:
        view = _view(route, desk, door, entrance)
        app.add_url_rule(route.path, route.path, view, methods=[route.method])
    app.add_url_rule("/api/join", "join", entrance.join, methods=["POST"])
    app.add_url_rule("/api/leave", "leave", entrance.leave, methods=["POST"])
    for path, file in (("/", "index.html"), ("/join", "join.html")):
        app.add_url_rule(path, path, partial(send_from_directory, STATIC, file))

    @app.before_request
    def check() -> None:
        door.check(request.method, dict(request.headers))

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(guard.HEADERS)
        return response

    _answer_errors(app, desk, tell)
    return app


def _view(
    route: Route, desk: Desk, door: guard.Door, entrance: _Entrance
) -> Callable[..., Response]:
    from flask import jsonify, request

    def view(**places: str) -> Response:
        me, session = entrance.sender()
        if route.by == "interviewer" and me.kind != "interviewer":
            raise Refusal(403, "only interviewers may do this")
        if route.method == "POST":
            guard.check_token(session, request.headers.get("X-CSRF", ""))
        done = route.verb(desk, me, _body(route.takes), **places)
        if route.verb is Desk.questions:
            done["csrf"] = guard.token(session)
        if "link" in done:
            done["link"] = f"{door.address}/join#{done['link']}"
        return jsonify(done)

    return view


def _body(kind: type[Written]) -> Written:
    from flask import request

    if request.method in ("GET", "HEAD"):
        return kind()
    if request.mimetype != "application/json":
        raise Refusal(415, "JSON is needed")
    return kind.model_validate_json(request.get_data())


class _Entrance:
    """Where links become sessions, and sessions people."""

    def __init__(self, desk: Desk, door: guard.Door, tell: Callable[[str], None]) -> None:
        self._desk = desk
        self._tell = tell
        self._tries = guard.Tries()
        self._cookie = f"{'__Host-' if door.is_encrypted else ''}techdd-{desk.access.id}"
        self._kept: dict[str, Any] = {
            "path": "/", "httponly": True, "samesite": "Strict", "secure": door.is_encrypted,
        }  # fmt: skip

    def sender(self) -> tuple[Participant, str]:
        """Who calls, and by which session. Raises Refusal."""
        from flask import request

        if not self._desk.workspace.file.is_file():
            raise Refusal(503, "the engagement's folder is not there any more; put it back")
        session = request.cookies.get(self._cookie, "")
        me = self._desk.crew.find(self._desk.access.person(session))
        if me is None:
            raise Refusal(401, "you are not signed in; ask the interviewer for a new link")
        return me, session

    def join(self) -> Response:
        """Exchanges a link for a session."""
        from flask import jsonify, request

        address = request.remote_addr or ""
        self._tries.check(address)
        given = _body(Token)
        assert isinstance(given, Token)
        session = self._desk.access.redeem(given.token)
        me = self._desk.crew.find(self._desk.access.person(session)) if session else None
        if session is None or me is None:
            self._tries.failed(address)
            raise Refusal(403, "this link was used already or is too old; ask for a new one")
        self._tell(f"{me.name} came in.")
        response = jsonify({})
        age = int(LASTS.total_seconds())
        response.set_cookie(self._cookie, session, max_age=age, **self._kept)
        return response

    def leave(self) -> Response:
        """Ends the session."""
        from flask import jsonify, request

        me, session = self.sender()
        guard.check_token(session, request.headers.get("X-CSRF", ""))
        self._desk.access.leave(session)
        self._tell(f"{me.name} left.")
        response = jsonify({})
        response.delete_cookie(self._cookie, **self._kept)
        return response


def _answer_errors(app: Flask, desk: Desk, tell: Callable[[str], None]) -> None:
    """Every way to fail is one line of JSON."""
    from flask import jsonify, request
    from werkzeug.exceptions import HTTPException

    def refused(error: Exception) -> Response:
        more: dict[str, Any] = {}
        match error:
            case Refusal():
                status, message, more = error.status, error.message, error.more
            case ValidationError():
                status, message = 422, mistake(error)
            case TechddError():
                status, message = 422, error.message.splitlines()[0]
            case OSError():  # a full disk, say
                where = Path(error.filename).name if isinstance(error.filename, str) else "a file"
                status, message = 503, f"{where} cannot be used: {error.strerror}"
            case HTTPException():
                status = error.code or 500
                message = HTTPStatus(status).phrase.lower()
            case _:
                # Only where it happened: the message of an error may hold what somebody answered.
                trace = "".join(traceback.format_tb(error.__traceback__))
                name = type(error).__name__
                with suppress(TechddError):  # the disk may be full
                    said = f"{request.method} {request.url_rule}\n{trace}{name}\n"
                    desk.workspace.log("web", said)
                tell(f"This is a bug: {name} (details: logs/web.log)")
                status, message = 500, "this is a bug of the page; the answer was not saved"
        response = jsonify({"error": message} | more)
        response.status_code = status
        return response

    app.register_error_handler(Exception, refused)
