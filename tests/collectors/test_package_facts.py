"""Against a server on this machine that answers as deps.dev does; the real one is never asked."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from builders import A, build
from test_jobs import inline

from techdd import collecting, pipeline
from techdd.collectors.package_facts import package_facts
from techdd.depsdev import PackageFact, PackageLookup, client
from techdd.errors import TechddError
from techdd.facts import Package, frame
from techdd.model import Issue, Run
from techdd.workspace import Workspace

DAY = "2026-01-01"


def package(name: str, version: str | None, **rest: Any) -> Package:
    row = Package("npm", name, version, "", "lock", 1, True, True, "runtime", "")
    return row._replace(**rest)


def versions(**published: str) -> dict[str, Any]:
    """GetPackage's answer; the last of `published` is the default version."""
    *_, last = published
    return {
        "packageKey": {"system": "NPM", "name": "x"},
        "versions": [
            {
                "versionKey": {"system": "NPM", "name": "x", "version": name[1:].replace("_", ".")},
                "publishedAt": f"{day}T10:00:00Z",
                "isDefault": name == last,
            }
            for name, day in published.items()
        ],
    }


def details(day: str, *licences: str, deprecated: bool = False) -> dict[str, Any]:
    return {"publishedAt": f"{day}T10:00:00Z", "isDeprecated": deprecated, "licenses": licences}


PAD = "/v3/systems/npm/packages/left-pad"
ANSWERS: Mapping[str, Any] = {
    PAD: versions(v1_0_0="2020-01-01", v1_1_0="2022-01-01"),
    f"{PAD}/versions/1.0.0": details("2020-01-01", "MIT", deprecated=True),
}
FACT = PackageFact(
    *("npm", "left-pad", "1.0.0", datetime(2020, 1, 1, tzinfo=UTC)),
    *("1.1.0", datetime(2022, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC), True, "MIT"),
)

Handler = http.server.BaseHTTPRequestHandler


@contextmanager
def served(respond: Callable[[Handler], None]) -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and the paths that it was asked for."""
    asked: list[str] = []

    class Answering(Handler):
        def do_GET(self) -> None:
            asked.append(self.path)
            respond(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sends(status: int, body: bytes, **headers: str) -> Callable[[Handler], None]:
    def respond(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return respond


def answering(answers: Mapping[str, Any]) -> Callable[[Handler], None]:
    def respond(handler: Handler) -> None:
        if handler.path in answers:
            sends(200, json.dumps(answers[handler.path]).encode())(handler)
        else:
            sends(404, b"package not found")(handler)

    return respond


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Asked, "cache", tmp_path / "cache", raising=False)


class Asked:
    """All that the collector knows of the repository: where its engagement keeps answers."""

    cache: Path


def gather(*packages: Package, **options: Any) -> tuple[list[Any], list[Issue]]:
    rows = list(package_facts.run(Asked, frame(Package, packages), **options))
    return [row for row in rows if not isinstance(row, Issue)], [
        row for row in rows if isinstance(row, Issue)
    ]


def test_without_online_nothing_opens_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    class Refused(socket.socket):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            opened.append(args)
            raise OSError("no network")

    monkeypatch.setattr(socket, "socket", Refused)
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_a, **_k: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", 9))]
    )
    assert gather(package("left-pad", "1.0.0"), day=DAY) == ([], [])
    assert not opened
    facts, issues = gather(package("left-pad", "1.0.0"), online=True)
    assert facts == [PackageLookup("deps.dev", 1, 0)]
    assert opened and [(issue.reason, issue.transient) for issue in issues] == [
        ("online look-up failed", True)
    ]


def test_facts_come_from_both_answers_and_a_second_run_of_the_day_sends_nothing() -> None:
    rows = [package("left-pad", "1.0.0"), package("left-pad", "1.0.0", manifest="other")]
    with served(answering(ANSWERS)) as (url, asked):
        first = gather(*rows, online=True, day=DAY, depsdev=url)
        assert first == ([PackageLookup("deps.dev", 1, 0), FACT], [])
        assert sorted(asked) == [PAD, f"{PAD}/versions/1.0.0"]
        assert gather(*rows, online=True, day=DAY, depsdev=url) == first
        assert len(asked) == 2
        assert gather(*rows, online=True, day="2026-01-02", depsdev=url) == first
        assert len(asked) == 4


def test_a_damaged_cache_is_asked_anew(tmp_path: Path) -> None:
    with served(answering(ANSWERS)) as (url, asked):
        first = gather(package("left-pad", "1.0.0"), online=True, day=DAY, depsdev=url)
        files = sorted((tmp_path / "cache").rglob("*.json"))
        assert len(files) == 2
        for file in files:
            file.write_text(json.dumps({**json.loads(file.read_text()), "answer": 7}))
        assert gather(package("left-pad", "1.0.0"), online=True, day=DAY, depsdev=url) == first
        assert len(asked) == 4


def test_names_are_spelt_as_the_service_has_them() -> None:
    rows = [
        package("@scope/x", "1.0.0"),
        package("Zope.Interface", "5.0", ecosystem="PyPI"),
        package("github.com/a/b", "1.2.3", ecosystem="Go"),
        package("org.a:b", "1.0", ecosystem="Maven"),
        package("serde", "1.0.0+a", ecosystem="crates.io"),
    ]
    known = versions(v1="2020-01-01")

    def respond(handler: Handler) -> None:
        sends(200, json.dumps(known if "/versions/" not in handler.path else {}).encode())(handler)

    with served(respond) as (url, asked):
        gather(*rows, online=True, depsdev=url)
    base = "/v3/systems"
    assert sorted(path for path in asked if "/versions/" in path) == [
        f"{base}/cargo/packages/serde/versions/1.0.0%2Ba",
        f"{base}/go/packages/github.com%2Fa%2Fb/versions/v1.2.3",
        f"{base}/maven/packages/org.a%3Ab/versions/1.0",
        f"{base}/npm/packages/%40scope%2Fx/versions/1.0.0",
        f"{base}/pypi/packages/zope-interface/versions/5.0",
    ]


def test_private_names_and_what_is_not_shipped_are_never_sent() -> None:
    rows = [
        package("@acme/core", "1.0.0"),
        package("Acme_Tool", "1.0", ecosystem="PyPI"),
        package("git.acme.internal/x", "v1.0.0", ecosystem="Go"),
        package("jest", "29.0.0", scope="development"),
        package("open", None),
        package("fork", "git+ssh://git.acme.example/fork.git"),
        package("monolog/monolog", "3.0.0", ecosystem="Packagist"),
        package("left-pad", "1.0.0"),
    ]
    with served(answering(ANSWERS)) as (url, asked):
        facts, issues = gather(*rows, online=True, depsdev=url, withheld=["@acme/*", "acme-*"])
    assert {unquote(path).split("/")[5] for path in asked} == {"left-pad"}
    assert facts == [PackageLookup("deps.dev", 1, 3), FACT]
    assert [(issue.reason, issue.detail[:19]) for issue in issues] == [
        ("no online facts for Packagist", "1 package version: "),
        ("names withheld from online look-ups", "3 package versions:"),
        ("version of no registry, not looked up", "1 package version: "),
    ]


def test_several_licences_are_a_choice_in_maven_only() -> None:
    known = versions(v1="2020-01-01")
    several = details("2020-01-01", "MIT OR ISC", "GPL-2.0")
    answers = {
        f"/v3/systems/{system}/packages/x{end}": content
        for system in ("npm", "maven")
        for end, content in (("", known), ("/versions/1", several))
    }
    with served(answering(answers)) as (url, _):
        rows = [package("x", "1"), package("x", "1", ecosystem="Maven")]
        facts, _ = gather(*rows, online=True, depsdev=url)
    assert [fact.licence for fact in facts[1:]] == [
        "GPL-2.0 OR (MIT OR ISC)",
        "GPL-2.0; MIT OR ISC",
    ]


def test_an_unknown_package_is_a_gap_and_an_unknown_version_keeps_what_is_known() -> None:
    rows = [package("left-pad", "9.9.9"), package("nobody", "1.0.0")]
    with served(answering(ANSWERS)) as (url, asked):
        facts, issues = gather(*rows, online=True, depsdev=url)
    assert facts[1:] == [
        FACT._replace(version="9.9.9", published=None, deprecated=None, licence="")
    ]
    assert issues == [Issue("not known to deps.dev", "", "1 package version: nobody 1.0.0")]
    assert len(asked) == 3


HOSTILE = {
    "huge": (sends(200, b'"' + b"a" * 400_000 + b'"'), "the answer is larger than 300,000 bytes"),
    "no JSON": (sends(200, b"<html>"), "the answer is no JSON"),
    "deep": (sends(200, b"[" * 100_000), "the answer is no JSON"),
    "a list": (sends(200, b"[1]"), "the answer has another form"),
    "wrong types": (sends(200, b'{"versions": {"a": 1}}'), "the answer has another form"),
    "wrong items": (sends(200, b'{"versions": [7]}'), "the answer has another form"),
    "redirect": (
        sends(302, b"", Location="http://example.org/"),
        "the server sent us elsewhere",
    ),
    "refusal": (sends(500, b""), "the server answered 500"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_answer_is_an_issue(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    respond, reason = HOSTILE[case]
    monkeypatch.setattr(client, "MAX_ANSWER", 300_000)
    with served(respond) as (url, _):
        facts, issues = gather(package("x", "1.0.0"), online=True, day=DAY, depsdev=url)
    assert facts == [PackageLookup("deps.dev", 1, 0)]
    detail = f"deps.dev: {reason}; 1 package version: x 1.0.0"
    assert issues == [Issue("online look-up failed", "", detail, transient=True)]


def test_odd_values_in_a_good_answer_are_unknown() -> None:
    strange = {
        "versions": [
            {"versionKey": 3, "publishedAt": "yesterday", "isDefault": True},
            {"versionKey": {"version": "2"}, "publishedAt": "0001-01-01T00:00:00Z"},
            {"publishedAt": 10**30, "isDefault": "yes"},
        ]
    }
    path = "/v3/systems/npm/packages/x"
    answers = {path: strange, f"{path}/versions/1": {"isDeprecated": "no", "licenses": ["A\nB"]}}
    with served(answering(answers)) as (url, _):
        facts, issues = gather(package("x", "1"), online=True, depsdev=url)
    assert facts[1:] == [PackageFact("npm", "x", "1", None, "", None, None, None, "A\\x0aB")]
    assert issues == []


@pytest.mark.parametrize(
    ("said", "deprecated", "reason"),
    [
        ({"isDeprecated": True, "deprecatedReason": "Use \x1b[1mb"}, True, "Use \\x1b[1mb"),
        ({"isDeprecated": False, "projectStatus": {"status": "active"}}, False, ""),
        ({"isDeprecated": False, "projectStatus": {"status": "archived"}}, True, "is archived"),
        ({"projectStatus": {"status": "quarantined", "reason": "x"}}, True, "is quarantined"),
        ({"projectStatus": "archived", "deprecatedReason": ["a"]}, None, ""),
    ],
)
def test_why_a_version_is_deprecated_is_kept(
    said: dict[str, Any], deprecated: bool | None, reason: str
) -> None:
    path = "/v3/systems/npm/packages/x"
    answers = {path: versions(v1="2020-01-01"), f"{path}/versions/1": said}
    with served(answering(answers)) as (url, _):
        for _again in range(2):  # asked, then from the cache
            facts, _ = gather(package("x", "1"), online=True, day=DAY, depsdev=url)
            assert (facts[1].deprecated, facts[1].reason[-len(reason) :]) == (deprecated, reason)


@pytest.mark.parametrize(("status", "most"), [(500, client.GIVE_UP + 8), (429, 8)])
def test_a_service_that_is_down_is_left_alone(status: int, most: int) -> None:
    rows = [package(f"p{number:02}", "1.0.0") for number in range(60)]
    with served(sends(status, b"")) as (url, asked):
        facts, issues = gather(*rows, online=True, depsdev=url)
    assert 0 < len(asked) <= most
    assert facts == [PackageLookup("deps.dev", len(asked), 0)]
    assert {issue.transient for issue in issues} == {True}
    assert any("not asked, the service did not answer" in issue.detail for issue in issues)


@pytest.mark.parametrize("url", ["http://example.org", "file:///etc/passwd", "ftp://127.0.0.1/"])
def test_an_unsafe_service_is_refused(url: str) -> None:
    with pytest.raises(TechddError, match="is not https"):
        gather(package("x", "1"), online=True, depsdev=url)


def test_an_engagement_asks_with_online_only_and_anew_on_another_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = {"version": "1.0.0"}
    lock = json.dumps({"lockfileVersion": 3, "packages": {"node_modules/left-pad": entry}})
    build(tmp_path / "web.git", [A({"package-lock.json": lock})])
    made = Workspace.create(tmp_path / "e", "Acme", [str(tmp_path / "web.git")])

    def collect(day: int, *, online: bool) -> Run:
        monkeypatch.setattr(collecting, "now", lambda: datetime(2026, 1, day, tzinfo=UTC))
        runs = pipeline.collect(made, only=["package_facts"], workers=1, online=online, pool=inline)
        (run,) = (one for one in runs if one.collector == "package_facts")
        return run

    with served(answering(ANSWERS)) as (url, asked):
        with made.file.open("a") as file:
            file.write(f"options: {{package_facts: {{depsdev: '{url}'}}}}\n")
        offline = collect(1, online=False)
        assert (offline.rows, asked) == ({"PackageFact": 0, "PackageLookup": 0}, [])
        assert collect(2, online=False).key == offline.key
        first = collect(2, online=True)
        assert first.rows == {"PackageFact": 1, "PackageLookup": 1}
        assert collect(2, online=True).key == first.key
        assert len(asked) == 2
        assert collect(3, online=True).key != first.key
        assert len(asked) == 4


def test_what_is_withheld_from_one_service_is_withheld_from_all(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "e", "Northwind", [])
    options = {"vulnerabilities": {"withheld": "acme-*"}, "package_facts": {"withheld": ["@x/*"]}}
    document = {"format_version": 1, "client": "Northwind", "repositories": [], "options": options}
    workspace.file.write_text(json.dumps(document))
    chosen = collecting.choose_collectors(["vulnerabilities", "package_facts"])
    given = collecting._options(Workspace(workspace.root), chosen, online=True)
    assert given["vulnerabilities"]["withheld"] == ["@x/*", "acme-*"]
    assert given["package_facts"]["withheld"] == ["@x/*", "acme-*"]
