"""Servers that hang, want a password, redirect in a circle, break off or vanish."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from builders import A, build, git

from techdd import cloning
from techdd.cloning import clone, is_mirror_of
from techdd.collecting import collect
from techdd.errors import RepositoryError, TechddError
from techdd.intake import open_repository
from techdd.jobs import Event
from techdd.model import Issue, Status
from techdd.opening import STALE
from techdd.workspace import OPENING, Workspace

TWO = [A({"app.py": "a = 1\n"}), A({"app.py": "a = 2\n"}, "Second", day=1)]


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """The address of a server of this machine that gives every request the same `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/x.git"
    finally:
        server.shutdown()
        server.server_close()


class Answers:
    """What a server answers, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.over = threading.Event()

    def hang(self, request: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        self.over.wait(60)

    def want_a_password(self, request: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        request.send_response(401)
        request.send_header("WWW-Authenticate", 'Basic realm="x"')
        request.end_headers()

    def circle(self, request: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        request.send_response(302)
        request.send_header("Location", request.path)
        request.end_headers()

    def break_off(self, request: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        request.send_response(503)
        request.end_headers()

    def vanish(self, request: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        request.send_error(404)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    monkeypatch.setattr(cloning, "SILENT", 1)
    monkeypatch.setattr(cloning, "PAUSE", 0.01)
    made = Answers()
    yield made
    made.over.set()


@pytest.mark.parametrize(
    ("how", "said", "asked"),
    [
        ("hang", "the server says nothing, or too little in 1 seconds (fatal: unable to access", 1),
        ("want_a_password", "it wants a login; set up git's credential helper or an ssh key", 1),
        ("circle", "fatal: unable to access", 0),
        ("break_off", "The requested URL returned error: 503", cloning.TRIES),
        ("vanish", "not found", 1),
    ],
)
def test_a_server_that_does_not_serve_is_one_line(
    tmp_path: Path, answers: Answers, how: str, said: str, asked: int
) -> None:
    with serving(getattr(answers, how)) as url, pytest.raises(RepositoryError) as caught:
        clone(url, tmp_path / "cache" / "m")
    assert str(caught.value).startswith(f"{url}: cannot be cloned: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert asked in (0, answers.asked)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_refused_login_is_told_rather_than_what_the_credential_helper_says() -> None:
    complaint = (
        "fatal: unable to get credential storage lock in 1000 ms: Read-only file system\n"
        "fatal: Authentication failed for 'http://h/x.git/'\n"
    )
    assert cloning._reason(complaint).endswith(
        "(fatal: Authentication failed for 'http://h/x.git/')"
    )


def test_a_name_that_is_not_found_is_looked_up_again_by_every_protocol() -> None:
    for said in (
        "fatal: unable to look up h (port 9418) (Name or service not known)",
        "ssh: Could not resolve hostname h: Temporary failure in name resolution",
        "fatal: unable to access 'http://h/': Could not resolve host: h",
    ):
        assert cloning._IN_PASSING.search(said)


def test_a_clone_that_takes_too_long_is_ended_and_says_what_to_write(
    tmp_path: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloning, "SILENT", 600)
    with serving(answers.hang) as url, pytest.raises(RepositoryError) as caught:
        clone(url, tmp_path / "cache" / "m", minutes=0.01)
    assert "longer than its 0.01 minutes" in str(caught.value)
    assert "budgets: {repository: {minutes: 120}}" in str(caught.value)


def test_a_server_of_a_protocol_without_limits_that_says_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloning, "STILL", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"git://127.0.0.1:{server.getsockname()[1]}/x.git"
        with pytest.raises(RepositoryError, match="the server says nothing in 1 seconds"):
            clone(url, tmp_path / "cache" / "m")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_server_that_says_very_much_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loud = tmp_path / "loud"
    loud.write_text("#!/bin/sh\nyes 'welcome to our server' | head -c 286000 >&2\nexit 1\n")
    loud.chmod(0o755)
    monkeypatch.setitem(cloning._ENVIRONMENT, "GIT_SSH_COMMAND", str(loud))
    with pytest.raises(RepositoryError, match="Could not read from remote repository"):
        clone("ssh://git@host.invalid/x.git", tmp_path / "m", minutes=2)


def test_a_clone_is_stopped_with_the_run(
    tmp_path: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloning, "SILENT", 600)
    stop = threading.Event()
    stop.set()
    with serving(answers.hang) as url, pytest.raises(RepositoryError, match="interrupted"):
        clone(url, tmp_path / "cache" / "m", stop=stop)


def test_locks_that_a_killed_git_left_do_not_stand_in_the_way(tmp_path: Path) -> None:
    source, mirror = build(tmp_path / "a.git", TWO), tmp_path / "m"
    clone(f"file://{source}", mirror)
    (mirror / "packed-refs.lock").touch()
    (mirror / "refs" / "heads").mkdir(parents=True, exist_ok=True)
    (mirror / "refs" / "heads" / "main.lock").touch()
    git(source, "update-ref", "refs/heads/main", "main~1")
    clone(f"file://{source}", mirror)
    assert git(mirror, "rev-parse", "main") == git(source, "rev-parse", "main")


def test_another_default_branch_of_the_server_is_followed(tmp_path: Path) -> None:
    source, mirror = build(tmp_path / "a.git", TWO), tmp_path / "m"
    clone(f"file://{source}", mirror)
    git(source, "branch", "trunk", "main~1")
    git(source, "symbolic-ref", "HEAD", "refs/heads/trunk")
    clone(f"file://{source}", mirror)
    assert git(mirror, "symbolic-ref", "HEAD").strip() == "refs/heads/trunk"


def test_a_mirror_of_another_url_is_not_taken_for_this_one(tmp_path: Path) -> None:
    one, other = build(tmp_path / "a.git", TWO), build(tmp_path / "b.git", TWO[:1])
    mirror = tmp_path / "m"
    clone(f"file://{one}", mirror)
    assert not is_mirror_of(f"file://{other}", mirror)
    clone(f"file://{other}", mirror)
    assert is_mirror_of(f"file://{other}", mirror)
    assert git(mirror, "rev-parse", "main") == git(other, "rev-parse", "main")


# --- many at once ---------------------------------------------------------------------------------


def test_one_bad_server_does_not_keep_the_others_from_being_measured(
    tmp_path: Path, answers: Answers
) -> None:
    source = build(tmp_path / "a.git", TWO)
    with serving(answers.hang) as url:
        workspace = Workspace.create(tmp_path / "e", "Acme", [url, f"file://{source}"])
        events: list[Event] = []
        runs = collect(workspace, only=["code"], tell=events.append)
    ends = {(run.collector, run.repo): run for run in runs}
    failed = ends[OPENING, "x"]
    assert failed.status is Status.FAILED
    assert failed.issues[0].detail.startswith("cannot be cloned: the server says nothing")
    assert ends["code", "a"].status is Status.OK
    opened = [(one.repo, one.run.status) for one in events if one.collector == OPENING and one.run]
    assert opened == [("a", Status.OK), ("x", Status.FAILED)]  # the good one did not wait


@pytest.mark.parametrize("interrupted", [False, True])
def test_what_is_open_is_measured_while_a_server_hangs(
    tmp_path: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch, interrupted: bool
) -> None:
    monkeypatch.setattr(cloning, "SILENT", 600)
    source = build(tmp_path / "a.git", TWO)
    ends: list[tuple[str, str]] = []

    def tell(event: Event) -> None:
        if event.run:
            ends.append((event.collector, event.repo))
        if ends and ends[-1] == ("code", "a"):
            if interrupted:
                raise KeyboardInterrupt  # as Ctrl-C does
            answers.over.set()

    with serving(answers.hang) as url:
        workspace = Workspace.create(tmp_path / "e", "Acme", [url, f"file://{source}"])
        if interrupted:
            with pytest.raises(KeyboardInterrupt):
                collect(workspace, only=["code"], tell=tell)
            assert not answers.over.is_set()  # the server was not waited for
        else:
            collect(workspace, only=["code"], tell=tell)
    assert ends[:2] == [(OPENING, "a"), ("code", "a")]


def test_what_cannot_be_brought_up_to_date_is_audited_as_it_was_and_said(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    workspace = Workspace.create(tmp_path / "e", "Acme", [f"file://{source}"])
    first = collect(workspace, only=["code"])
    source.rename(tmp_path / "gone.git")
    opened, code = collect(workspace, only=["code"])
    assert opened.status is Status.PARTIAL
    assert opened.state == first[0].state
    (issue,) = opened.issues
    assert issue == Issue(STALE, "", issue.detail, transient=True)
    assert "does not appear to be a git repository" in issue.detail
    assert str(tmp_path) not in issue.detail
    assert code.status is Status.OK
    (tmp_path / "gone.git").rename(source)
    assert collect(workspace, only=["code"])[0].issues == ()


def page(request: BaseHTTPRequestHandler) -> None:
    send(request, "text/html", b"<html><body>Please sign in</body></html>")


def lying_as_files(request: BaseHTTPRequestHandler) -> None:
    send(request, "text/html", b"ref: refs/heads/main\n" if request.path.endswith("HEAD") else b"")


def spoken_by_git(request: BaseHTTPRequestHandler) -> None:
    parts = (b"# service=git-upload-pack\n", b"", b"0" * 40 + b" capabilities^{}\0agent=x\n", b"")
    lines = (b"%04x%s" % (len(one) + 4, one) if one else b"0000" for one in parts)
    send(request, "application/x-git-upload-pack-advertisement", b"".join(lines))


def send(request: BaseHTTPRequestHandler, kind: str, content: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def test_a_page_of_a_web_server_is_no_empty_repository(tmp_path: Path) -> None:
    with serving(page) as url, pytest.raises(RepositoryError) as caught:
        clone(url, tmp_path / "cache" / "m")
    assert "is no git repository but a page" in str(caught.value)
    assert "\n" not in str(caught.value) and list((tmp_path / "cache").iterdir()) == []


def test_a_page_does_not_empty_a_mirror(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    mirror = tmp_path / "m"
    with serving(page) as url:
        git(tmp_path, "clone", "-q", "--mirror", str(source), str(mirror))
        git(mirror, "remote", "set-url", "origin", url)
        with pytest.raises(RepositoryError, match="but a page"):
            clone(url, mirror)
    assert git(mirror, "rev-parse", "main") == git(source, "rev-parse", "main")


@pytest.mark.parametrize("answer", [lying_as_files, spoken_by_git])
def test_an_empty_repository_on_a_web_server_is_cloned(
    tmp_path: Path, answer: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    with serving(answer) as url:
        clone(url, tmp_path / "m")
        clone(url, tmp_path / "m")
    with pytest.raises(RepositoryError, match="is empty: it has no commit on any branch"):
        open_repository("x", tmp_path / "m", tmp_path / "overlay")


def test_an_empty_repository_is_told(tmp_path: Path) -> None:
    git(tmp_path, "init", "--bare", "empty.git")
    workspace = Workspace.create(tmp_path / "e", "Acme", [f"file://{tmp_path}/empty.git"])
    with pytest.raises(TechddError, match="is empty: it has no commit on any branch"):
        collect(workspace, only=["code"])
