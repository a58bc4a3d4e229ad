from __future__ import annotations

import http.server
import json
import os
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.advisories import (
    Affected,
    Database,
    age,
    default_folder,
    import_advisories,
    parse,
    status,
)
from techdd.advisories.download import update
from techdd.advisories.matching import Match, Matches, match, preferred, upgrade, within
from techdd.advisories.records import cvss_score, read_record, tree_of
from techdd.advisories.second_opinion import audit
from techdd.errors import TechddError

HIGH = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"


def record(
    identifier: str,
    *events: Mapping[str, str],
    package: str = "pkg",
    ecosystem: str = "PyPI",
    kind: str = "ECOSYSTEM",
    versions: tuple[str, ...] = (),
    **rest: Any,
) -> dict[str, Any]:
    block: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": package}}
    if events:
        block["ranges"] = [{"type": kind, "events": list(events)}]
    if versions:
        block["versions"] = list(versions)
    dates = {"modified": "2024-05-06T07:08:09Z", "published": "2024-05-01T00:00:00Z"}
    return {"id": identifier, **dates, "affected": [block], **rest}


def archive(path: Path, *records: Mapping[str, Any] | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for number, one in enumerate(records):
            content = one if isinstance(one, bytes) else json.dumps(one).encode()
            file.writestr(f"{number}.json", content)
    return path


@contextmanager
def database(folder: Path, *records: Mapping[str, Any] | bytes) -> Iterator[Database]:
    import_advisories([archive(folder / "in" / "all.zip", *records)], folder)
    with closing(Database.open(folder)) as opened:
        yield opened


# --- versions -------------------------------------------------------------------------------------


# --- the walk -------------------------------------------------------------------------------------


def affected_by(version: str, *events: tuple[str, str], ecosystem: str = "crates.io") -> bool:
    return within(ecosystem, parse(ecosystem, version), events)


def test_stretches_that_touch_leave_no_gap() -> None:
    events = (
        *(("introduced", "0"), ("fixed", "3.1.1"), ("introduced", "3.2.0"), ("fixed", "3.2.2")),
        *(("introduced", "3.1.1"), ("fixed", "3.2.0")),
    )  # as in PYSEC-2023-72
    assert all(affected_by(version, *events) for version in ("3.1.0", "3.1.1", "3.2.0", "3.2.1"))
    assert not affected_by("3.2.2", *events)


def test_an_empty_stretch_affects_nothing() -> None:
    events = (("introduced", "0.9.0"), ("fixed", "0.9.2"), *_EMPTY)  # as in RUSTSEC-2022-0012
    assert affected_by("0.9.1", *events)
    assert not affected_by("0.10.0", *events)
    assert not affected_by("0.11.0", *events)


_EMPTY = (("introduced", "0.10.0"), ("fixed", "0.10.0"))


def test_the_last_affected_version_is_affected_and_the_next_is_not() -> None:
    events = (("introduced", "1.0.0"), ("last_affected", "1.2.0"))
    assert affected_by("1.2.0", *events)
    assert not affected_by("1.2.1-0", *events)


def test_a_limit_cuts_off() -> None:
    events = (("introduced", "0"), ("limit", "2.0.0"))
    assert affected_by("1.9.0", *events)
    assert not affected_by("2.0.0", *events)
    assert affected_by("9.0.0", ("introduced", "0"), ("limit", "*"))


NUMBERS = st.integers(0, 30)


@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.booleans()), max_size=5), NUMBERS, st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_walk_is_the_union_of_its_stretches(
    stretches: list[tuple[int, int, bool]], version: int, order: Any
) -> None:
    # Stretches apart from each other, as OSV asks for; in whatever order the events come.
    apart: list[tuple[int, int, bool]] = []
    for start, end, inclusive in sorted(stretches):
        if start < end and (not apart or start > apart[-1][1]):
            apart.append((start, end, inclusive))
    events = [("introduced", f"{start}.0.0") for start, _, _ in apart] + [
        ("last_affected" if inclusive else "fixed", f"{end}.0.0") for _, end, inclusive in apart
    ]
    order.shuffle(events)
    expected = any(s <= version < e or (inc and version == e) for s, e, inc in apart)
    assert affected_by(f"{version}.0.0", *events) == expected


# --- one vulnerability under many names -----------------------------------------------------------


def said(advisory: str, *aliases: str, **rest: Any) -> Affected:
    values = {"severity": "unknown", "score": None, "summary": "", "published": ""}
    values |= {"ranges": ((("introduced", "0"), ("fixed", "2.0")),), "versions": (), **rest}
    return Affected(advisory, aliases, **values)


def test_aliases_are_one_match_with_the_worst_severity() -> None:
    found = match(
        "PyPI",
        "1.0",
        [
            said("PYSEC-1", "CVE-1", summary="long"),
            said("GHSA-a", "CVE-1", severity="high", score=7.5, summary="short", ranges=()),
            said("OSV-9", severity="low"),
        ],
    ).found
    assert [(one.id, one.aliases, one.severity) for one in found] == [
        ("CVE-1", ("GHSA-a", "PYSEC-1"), "high"),
        ("OSV-9", (), "low"),
    ]
    assert (found[0].score, found[0].summary) == (7.5, "short")


def test_names_that_meet_through_a_third_are_one() -> None:
    rows = [said("A", "B"), said("C", "D"), said("E", "B", "D")]
    assert [one.id for one in match("PyPI", "1.0", rows).found] == ["A"]


def test_the_fix_is_the_smallest_version_above_that_is_clean() -> None:
    ranges = (
        (("introduced", "0"), ("fixed", "1.5")),
        (("introduced", "1.5"), ("fixed", "1.7"), ("introduced", "2.0"), ("fixed", "2.3")),
    )
    fixed = [match("PyPI", v, [said("A", ranges=ranges)]).found[0].fixed for v in ("1.0", "2.1")]
    assert fixed == ["1.7", "2.3"]


def test_what_cannot_be_told_is_unclear_and_not_clean() -> None:
    rows = [said("CVE-7", ranges=()), said("CVE-8")]
    answer = match("PyPI", "3.0", rows)
    assert not answer.found
    assert [(issue.reason, issue.detail) for issue in answer.unclear] == [
        ("advisory names no versions", "CVE-7")
    ]
    assert [i.reason for i in match("PyPI", "main", [said("A")]).unclear] == [
        "version not understood"
    ]


def test_a_version_that_is_listed_needs_no_order() -> None:
    rows = [said("A", ranges=(), versions=("2004d", "1.0"))]
    assert match("PyPI", "2004d", rows).found
    assert match("PyPI", "1.0.0", rows).found
    assert match("PyPI", "1.1", rows) == match("PyPI", "1.1", [])


def test_the_best_known_id_comes_first() -> None:
    assert preferred({"RUSTSEC-1", "GHSA-x", "CVE-2", "CVE-1"})[:3] == ["CVE-1", "CVE-2", "GHSA-x"]


# --- records --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vector", "expected"),
    [
        (HIGH, (7.5, "high")),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", (9.3, "critical")),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", (10.0, "high")),
        ("CVSS:3.1/nonsense", None),
        ("", None),
    ],
)
def test_cvss_scores(vector: str, expected: tuple[float, str] | None) -> None:
    assert cvss_score(vector) == expected


@pytest.mark.parametrize(
    ("identifier", "rest", "expected"),
    [
        ("A-1", {"severity": [{"type": "CVSS_V3", "score": HIGH}]}, ("high", 7.5)),
        ("A-1", {"database_specific": {"severity": "MODERATE"}}, ("medium", None)),
        ("A-1", {"database_specific": {"severity": "whatever"}}, ("unknown", None)),
        ("MAL-2024-1", {}, ("critical", None)),
        ("A-1", {}, ("unknown", None)),
    ],
)
def test_severity(identifier: str, rest: dict[str, Any], expected: tuple[str, float]) -> None:
    data = json.dumps(record(identifier, {"introduced": "0"}, **rest)).encode()
    ((_, _, affected),) = read_record(tree_of(data)).affected
    assert (affected.severity, affected.score) == expected


def test_a_notice_of_rustsec_is_no_vulnerability() -> None:
    one = record("RUSTSEC-1", {"introduced": "0.0.0-0"}, ecosystem="crates.io")
    one["affected"][0]["database_specific"] = {"informational": "unmaintained"}
    assert read_record(one).affected[0][2].severity == "info"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
KEYS = st.sampled_from(["id", "affected", "aliases", "modified", "severity", "summary", "details"])


@given(st.dictionaries(KEYS, JSON) | JSON)
@settings(max_examples=150, deadline=None)
def test_any_json_is_a_record_or_a_value_error(tree: Any) -> None:
    with suppress(ValueError):
        read_record(tree_of(json.dumps(tree).encode()))


@given(JSON, JSON, JSON, JSON)
@settings(max_examples=150, deadline=None)
def test_any_block_is_read_and_stored_or_a_value_error(
    package: Any, ranges: Any, versions: Any, severity: Any
) -> None:
    block = {"package": package, "ranges": ranges, "versions": versions, "severity": severity}
    try:
        read = read_record({"id": "A-1", "affected": [block]})
    except ValueError:
        return
    with closing(sqlite3.connect(":memory:")) as connection:  # what is read can be stored
        for ecosystem, name, affected in read.affected:
            row = (ecosystem, name, affected.severity, affected.summary, json.dumps(affected))
            connection.execute("select ?, ?, ?, ?, ?", (*row[:4], str(row[4])))


# --- import ---------------------------------------------------------------------------------------


def test_what_was_imported_is_not_imported_again(tmp_path: Path) -> None:
    source = archive(tmp_path / "in" / "all.zip", record("PYSEC-1", {"introduced": "0"}))
    first = import_advisories([source], tmp_path / "db")
    again = import_advisories([source], tmp_path / "db")
    assert (first.counts, again.counts) == ({"PyPI": 1}, {})
    assert first.digest == again.digest


def test_an_import_counts_names_what_is_bad_and_answers(tmp_path: Path) -> None:
    good = record("CVE-2024-1", {"introduced": "0"}, {"fixed": "2.0"}, package="Some_Pkg")
    gone = record("CVE-2024-2", {"introduced": "0"}, withdrawn="2024-01-01T00:00:00Z")
    source = archive(tmp_path / "PyPI" / "all.zip", good, gone, b"{", b'{"id": 7}', b"[" * 99_999)
    imported = import_advisories([source], tmp_path / "db")
    assert imported.counts == {"PyPI": 1}
    assert (imported.date, imported.skipped) == ("2024-05-06", 3)
    assert [issue.path for issue in imported.issues] == [
        f"PyPI/all.zip:{number}.json" for number in (2, 3, 4)
    ]
    held = status(tmp_path / "db")
    assert held and (held.counts, held.skipped) == ({"PyPI": 1}, 3)
    assert (held.digest, held.dates) == (imported.digest, {"PyPI": imported.date})
    with closing(Database.open(tmp_path / "db")) as opened:
        assert [one.fixed for one in opened.match("PyPI", "some-pkg", "1.9").found] == ["2.0"]
        assert opened.match("PyPI", "some.pkg", "2.0") == opened.match("PyPI", "other", "1")
        assert not opened.match("PyPI", "pkg", "1.0").found


@pytest.mark.parametrize(
    ("identifier", "modified", "published", "dated"),
    [
        ("GO-2026-1", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026"),
        ("GO-2022-1", "0001-01-01T00:00:00Z", "2022-12-14T00:00:00Z", "2022-12-14"),
        ("CVE-2025-1", "2024-12-20T00:00:00Z", "2024-12-24T00:00:00Z", "2024-12-20"),
        ("OWN-1", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", ""),
    ],
)
def test_the_date_of_a_record_is_no_later_than_it_says(
    identifier: str, modified: str, published: str, dated: str
) -> None:
    tree = record(identifier, {"introduced": "0"}, modified=modified, published=published)
    assert read_record(tree).dated == dated


@pytest.mark.parametrize(
    ("dated", "said", "mark"),
    [
        ("2026-07-01", "0", ""),
        ("2026-08-01", "0", ""),  # newer than the day that is asked for
        ("2026-05-02", "60", ""),
        ("2026-05-01", "61", "OLD"),
        ("2026", "0 to 181", "MAY BE OLD"),
        ("2024", "547 to 912", "OLD"),
    ],
)
def test_how_old_data_is(dated: str, said: str, mark: str) -> None:
    found = age(dated, date(2026, 7, 1))
    assert found and (str(found), found.mark) == (said, mark)


@pytest.mark.parametrize("dated", ["", "soon", "2026-13-01"])
def test_no_date_is_no_age(dated: str) -> None:
    assert age(dated, date(2026, 7, 1)) is None


def test_an_ecosystem_that_was_not_imported_is_not_clean(tmp_path: Path) -> None:
    with database(tmp_path, record("A-1", {"introduced": "0"})) as opened:
        assert [i.reason for i in opened.match("npm", "x", "1.0.0").unclear] == [
            "no advisories for npm"
        ]


def test_newer_records_take_the_place_of_older_in_any_order(tmp_path: Path) -> None:
    old = record("A-1", {"introduced": "0"}, modified="2020-01-01T00:00:00Z")
    new = record("A-1", {"introduced": "0"}, {"fixed": "2.0"}, modified="2021-01-01T00:00:00Z")
    other = record("B-1", {"introduced": "0"}, ecosystem="Go", package="x.org/y")
    first, second = tmp_path / "old" / "all.zip", tmp_path / "new" / "all.zip"
    archive(first, old)
    archive(second, new, other)
    digests = set()
    for order in ([first, second], [second, first], [second, second]):
        folder = tmp_path / "db" / str(len(digests)) / order[0].parent.name
        for source in order:
            imported = import_advisories([source], folder)
        digests.add(imported.digest)
        with closing(Database.open(folder)) as opened:
            assert opened.status.counts == {"Go": 1, "PyPI": 1}
            assert not opened.match("PyPI", "pkg", "2.0").found
    assert len(digests) == 1


def test_a_folder_is_searched_and_a_single_record_taken(tmp_path: Path) -> None:
    archive(tmp_path / "osv" / "Go" / "all.zip", record("A-1", {"introduced": "0"}, ecosystem="Go"))
    (tmp_path / "osv" / "own.json").write_text(json.dumps(record("OWN-1", {"introduced": "0"})))
    assert import_advisories([tmp_path / "osv"], tmp_path / "db").counts == {"Go": 1, "PyPI": 1}


def _cut(path: Path) -> Path:
    whole = archive(path, record("A-1", {"introduced": "0"}, details="x" * 5000))
    whole.write_bytes(whole.read_bytes()[:-40])
    return whole


def _flipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("1.json", json.dumps(record("A-1", {"introduced": "0"})))
    path.write_bytes(path.read_bytes().replace(b'"A-1"', b'"A-2"', 1))
    return path


def _named(name: str, mode: int = 0o100644) -> Callable[[Path], Path]:
    """Makes an archive of one sound record that has this name and file mode."""

    def make(path: Path) -> Path:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        with zipfile.ZipFile(path, "w") as file:
            file.writestr(entry, json.dumps(record("B-1", {"introduced": "0"})))
        return path

    return make


def _linked(path: Path) -> Path:
    path.symlink_to(archive(path.parent.parent / "elsewhere.zip", record("B-1")))
    return path.parent


def _empty(path: Path) -> Path:
    archive(path)
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_cut, "is cut off, damaged or no zip archive; download it again"),
        (_flipped, "1.json: is cut off or damaged; download it again"),
        (_named("../1.json"), "../1.json: is a path that leads out of the archive"),
        (_named("a/../../1.txt"), "1.txt: is a path that leads out of the archive"),
        (_named("/etc/1.json"), "/etc/1.json: is a path that leads out of the archive"),
        (_named("..\\\\1.json"), "is a path that leads out of the archive"),
        (_named("C:\\\\1.json"), "is a path that leads out of the archive"),
        (_named("1.json", 0o120777), "1.json: is a link"),
        (_empty, "holds no .json record"),
        (_linked, "is a link, which folders are not searched for"),
        (lambda path: path.with_name("absent.zip"), "no such file or folder"),
        (lambda path: path.parent, "holds no OSV archive"),
    ],
)
def test_a_bad_source_says_what_and_leaves_the_old_database(
    tmp_path: Path, make: Any, message: str
) -> None:
    folder = tmp_path / "db"
    with database(folder, record("A-1", {"introduced": "0"})):
        before = status(folder)
    (tmp_path / "source").mkdir()
    with pytest.raises(TechddError, match=message):
        import_advisories([make(tmp_path / "source" / "all.zip")], folder)
    assert status(folder) == before
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["advisories.sqlite"]


def test_a_damaged_or_missing_database_says_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(TechddError, match="techdd advisories import"):
        Database.open(tmp_path)
    assert status(tmp_path) is None
    (tmp_path / "advisories.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 4000)
    with pytest.raises(TechddError, match="damaged; delete it and import again"):
        Database.open(tmp_path)


def test_the_folder_is_the_user_s_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHDD_ADVISORIES", "/somewhere")
    assert default_folder() == Path("/somewhere")
    monkeypatch.delenv("TECHDD_ADVISORIES")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_folder() == Path("/data/techdd/advisories")


# --- download -------------------------------------------------------------------------------------


@contextmanager
def served(content: bytes, *, breaks_at: int = 0) -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that may break off once; the ranges it was asked for."""
    ranges: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            ranges.append(asked)
            if self.path != "/PyPI/all.zip":
                self.send_error(404)
                return
            start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            self.send_response(206 if asked else 200)
            self.send_header("ETag", '"1"')
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            self.wfile.write(content[start : breaks_at if not asked and breaks_at else None])

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", ranges
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_download_that_broke_off_goes_on(tmp_path: Path) -> None:
    content = archive(tmp_path / "a.zip", record("A-1", {"introduced": "0"})).read_bytes()
    with served(content, breaks_at=100) as (url, ranges):
        with pytest.raises(TechddError, match=r"broke off: .*; run it again to go on"):
            update(["PyPI"], tmp_path / "db", url)
        assert status(tmp_path / "db") is None
        assert update(["PyPI"], tmp_path / "db", url).counts == {"PyPI": 1}
    assert ranges == ["", "bytes=100-"]
    assert not any((tmp_path / "db" / "downloads").iterdir())


def test_update_takes_nothing_from_an_unsafe_place(tmp_path: Path) -> None:
    with pytest.raises(TechddError, match="is not https"):
        update(["PyPI"], tmp_path, "http://example.org")
    with pytest.raises(TechddError, match="is no ecosystem"):
        update(["../etc"], tmp_path)
    with served(b"") as (url, _), pytest.raises(TechddError, match="answered 404; is the ecosys"):
        update(["Pypi"], tmp_path, url)


# --- the second opinion ---------------------------------------------------------------------------


def test_pip_audit_says_the_same_by_its_own_means(tmp_path: Path) -> None:
    with database(
        tmp_path,
        record("PYSEC-1", {"introduced": "1.0"}, {"fixed": "1.5"}, aliases=["CVE-1"]),
        record("GHSA-1", {"introduced": "1.0"}, {"fixed": "1.5"}, aliases=["CVE-1"]),
        record("PYSEC-2", {"introduced": "0"}, {"last_affected": "1.4"}, versions=("9",)),
        record("PYSEC-3", versions=("1.4.0",)),
    ) as opened:
        pins = [("pkg", v) for v in ("0.9", "1.4", "1.5rc1", "1.5", "9.0", "master")]
        opinions = audit(opened, pins)
        ours = {
            pin: {frozenset({one.id, *one.aliases}) for one in opened.match("PyPI", *pin).found}
            for pin in pins
        }
    theirs = {pin: {one.ids for one in found} for pin, found in opinions.items()}
    assert theirs == {pin: found for pin, found in ours.items() if pin[1] != "master"}
    assert len(theirs["pkg", "1.4"]) == 3
    assert theirs["pkg", "9.0"] == {frozenset({"PYSEC-2"})}


VERSIONS = st.integers(0, 12).map(lambda number: f"{number // 4}.{number % 4}")


@given(
    st.lists(st.tuples(st.sampled_from(["introduced", "fixed", "last_affected"]), VERSIONS)),
    VERSIONS,
)
@settings(max_examples=100, deadline=None)
def test_both_matchers_agree_on_well_formed_ranges(
    raw: list[tuple[str, str]], version: str
) -> None:
    from packaging.version import Version

    from techdd.advisories.second_opinion import _is_affected

    # Well formed: in order, taking turns, never two at one version.
    events: list[tuple[str, str]] = []
    for kind, place in sorted(raw, key=lambda event: Version(event[1])):
        opens = len(events) % 2 == 0
        if (kind == "introduced") == opens and (not events or events[-1][1] != place):
            events.append((kind, place))
    if not events:
        return
    row = said("A", ranges=(tuple(events),))
    assert _is_affected(Version(version), row) == bool(match("PyPI", version, [row]).found)


def test_nothing_in_the_working_folder_is_run(tmp_path: Path) -> None:
    for name in ("pip.py", "packaging.py"):
        (tmp_path / name).write_text("open('ran', 'w').write('ran')")
    code = (
        "from techdd.advisories import second_opinion as s\n"
        "class Empty:\n"
        "    def affected(self, *_): return []\n"
        "assert s.audit(Empty(), [('x', '1.0')]) == {('x', '1.0'): []}\n"
    )
    source = Path(__file__).parents[1] / "src"
    environment = {**os.environ, "PYTHONPATH": str(source), "PYTHONSAFEPATH": ""}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert not (tmp_path / "ran").exists()


def test_an_update_leads_to_where_nothing_more_is_open() -> None:
    def flaw(name: str, fixed: str) -> Match:
        return Match(name, (), "high", None, fixed, "", "")

    answers = {
        "2.0": Matches((flaw("B", "3.0"), flaw("C", ""))),
        "3.0": Matches((flaw("C", ""),)),
    }
    found = [flaw("A", "1.5"), flaw("D", "2.0")]
    assert upgrade("PyPI", found, answers.__getitem__) == ("3.0", 1)
    assert upgrade("PyPI", [flaw("C", "")], answers.__getitem__) == ("", None)
    assert upgrade("PyPI", [flaw("C", "one")], answers.__getitem__) == ("one", None)
