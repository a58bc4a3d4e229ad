"""bandit on a real repository whose own marks and settings ask it to be silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened

from techdd import sandbox
from techdd.collectors import Collector
from techdd.collectors.weaknesses import Weakness, WeaknessScan, collector, probe, scan
from techdd.collectors.weaknesses.imported import imported_results
from techdd.collectors.weaknesses.places import Place, graded, merged, of_bandit
from techdd.collectors.weaknesses.search import PatternPlace, PatternScan
from techdd.collectors.weaknesses.search import patterns as searching
from techdd.collectors.weaknesses.taint import TaintResult, TaintScan
from techdd.collectors.weaknesses.titles import title
from techdd.collectors.weaknesses.weights import weights
from techdd.facts import File, frame
from techdd.model import Issue, Metric, Observation, Series
from techdd.repository import Repository
from techdd.sarif import HandedIn, ImportedResult
from techdd.text import PLACE_TOKEN

PASSWORD = "hunter2" + "-planted"
SHELL = "import subprocess\nsubprocess.call(command, shell=True)  # nosec\n"
COMMITS = [
    A(
        {
            "app.py": f'{SHELL}password = "{PASSWORD}"\ndef f(password="{PASSWORD}"): pass\n',
            "copy.py": SHELL,
            "again/copy.py": SHELL,
            "old.py": f'print "{PASSWORD}"\n',
            "tests/test_app.py": "import hashlib\nassert hashlib.md5(b'')\n",
            "vendor/lib.py": "x = eval(input())\n",
            "-r.py": "exec(x)\n",
            "web.js": "eval(x)\n",
            ".bandit": "[bandit]\nskips = B602,B105\nexclude = /app.py\n",
            "pyproject.toml": '[tool.bandit]\nskips = ["B602"]\n',
            "setup.cfg": "[bandit]\nskips = B602\n",
        }
    )
]


def files_of(repo: Repository) -> Any:
    """The table that `code` makes, with what matters here."""
    rows = []
    for entry in repo.regular_files():
        role = (
            "test" if "test" in entry.path else "vendored" if "vendor" in entry.path else "source"
        )
        language = "Python" if entry.path.endswith(".py") else ""
        rows.append(
            File(entry.path, entry.blob, entry.size, language, role, 4, 4, 0, "tree-sitter", ".")
        )
    return frame(File, rows)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return opened(tmp_path_factory.mktemp("weaknesses"), COMMITS)


@pytest.fixture(scope="module")
def gathered(repo: Repository) -> list[Any]:
    return list(collector.run(repo, files_of(repo)))


FACTS: tuple[Any, ...] = (
    Weakness, WeaknessScan, PatternPlace, PatternScan, TaintResult, TaintScan, ImportedResult,
    HandedIn,
)  # fmt: skip


def answers(gathered: Sequence[Any], files: Any) -> list[Metric | Observation | Series]:
    tables = [
        frame(fact, [one for one in gathered if type(one) is fact]).assign(repo="app")
        for fact in FACTS
    ]
    return list(probe.run(date(2026, 1, 1), *tables, files.assign(repo="app")))


def places(gathered: Sequence[Any]) -> set[tuple[str, str, int]]:
    return {(one.path, one.test, one.line) for one in gathered if isinstance(one, Weakness)}


def test_neither_marks_nor_settings_of_the_client_silence(gathered: list[Any]) -> None:
    assert {("app.py", "B602", 2), ("app.py", "B105", 3), ("copy.py", "B602", 2)} <= places(
        gathered
    )


def test_each_copy_of_a_file_counts_and_odd_names_are_no_options(gathered: list[Any]) -> None:
    assert ("again/copy.py", "B602", 2) in places(gathered)
    assert ("-r.py", "B102", 1) in places(gathered)


def test_asserts_of_tests_are_no_weakness_and_roles_are_kept(gathered: list[Any]) -> None:
    roles = {one.path: one.role for one in gathered if isinstance(one, Weakness)}
    assert roles["vendor/lib.py"] == "vendored"
    tested = {test for path, test, _ in places(gathered) if path == "tests/test_app.py"}
    assert tested == {"B324"}


def test_what_cannot_be_parsed_is_a_gap(gathered: list[Any]) -> None:
    (issue,) = (one for one in gathered if isinstance(one, Issue))
    assert (issue.reason, issue.path) == ("bandit could not read", "old.py")
    assert issue.detail.startswith("syntax error for Python 3.")
    scans = {one.path: one.analysed for one in gathered if isinstance(one, WeaknessScan)}
    assert scans == {
        "-r.py": True, "again/copy.py": True, "app.py": True, "copy.py": True, "old.py": False,
        "tests/test_app.py": True, "vendor/lib.py": True,
    }  # fmt: skip


def test_what_is_said_of_a_password_is_none(tmp_path: Path) -> None:
    text = (
        "path = secret_version_path(\n    project=name,\n    secret_version='latest',\n)\n"
        f"connect(secret_name='x', password='{PASSWORD}')\n"
        "token_url = 'https://login.example.com'\n"
        f"db_password = '{PASSWORD}'\n"
    )
    own = opened(tmp_path, [A({"said.py": text})], "said")
    found = places(list(collector.run(own, files_of(own))))
    assert found == {("said.py", "B106", 5), ("said.py", "B105", 7)}


def test_a_password_is_never_kept(gathered: list[Any], repo: Repository) -> None:
    found = {one.test for one in gathered if isinstance(one, Weakness)}
    assert {"B105", "B107"} <= found
    everything = [*gathered, *answers(gathered, files_of(repo))]
    assert not [one for one in everything if PASSWORD in repr(one)]


def test_production_code_is_what_is_judged(gathered: list[Any], repo: Repository) -> None:
    read = answers(gathered, files_of(repo))
    metrics = {(one.name, one.repo): one for one in read if isinstance(one, Metric)}
    assert metrics["weaknesses.high", "app"].value == 3  # three times a shell
    assert metrics["weaknesses.medium", ""].value == 1  # exec; eval stands in a vendored file
    density = metrics["weaknesses.high_per_kloc", ""]
    assert density.value == 3 / 0.016
    assert density.basis == "16 code lines in 4 files of 1 language"
    assert density.note == "1 files could not be read"
    assert metrics["weaknesses.coverage", "app"].value == 16 / 36  # not old.py, settings, web.js
    observed = {one.key: one for one in read if isinstance(one, Observation)}
    assert observed["code-from-strings"].values["count"] == 1  # the vendored one is aside
    assert "1 in tests" in str(observed["code-from-strings"].values["asides"])
    assert "B404" not in observed  # an import is counted and no finding
    shell = observed["shell-command"]
    assert [place.path for place in shell.locations] == ["again/copy.py", "app.py", "copy.py"]
    values = dict(shell.values)
    assert values.pop("why") and values.pop("remedy")
    assert values == {
        "test": "shell-command", "title": "Shell commands put together from strings", "count": 3,
        "severity": "high", "confidence": "high", "tools": "bandit B602", "asides": "",
        "cwe": "CWE-78 OS Command Injection", "owasp_2021": "OWASP Top 10:2021 A03 Injection",
        "owasp_2025": "OWASP Top 10:2025 A05 Injection",
    }  # fmt: skip
    tables = {one.name: one for one in read if isinstance(one, Series)}
    kinds = tables["weakness_kinds"]
    assert "B404" in {row[1] for row in kinds.rows}
    assert kinds.rows[0] == (
        "Shell commands put together from strings", "shell-command", "CWE-78", "high", 3, 0,
        "bandit",
    )  # fmt: skip
    assert "imported_results" not in tables


@pytest.mark.parametrize(
    ("severity", "confidence", "level"),
    [
        ("high", "high", "high"), ("high", "medium", "high"), ("high", "low", "medium"),
        ("medium", "low", "low"), ("low", "high", "low"), ("low", "low", "info"),
        ("undefined", "high", "low"), ("medium", "undefined", "low"),
    ],
)  # fmt: skip
def test_low_confidence_lowers_one_step(severity: str, confidence: str, level: str) -> None:
    assert graded(severity, confidence) == level


def test_code_of_developers_tools_weighs_less() -> None:
    assert graded("high", "high", "scripts/build.py") == "medium"
    assert graded("high", "low", "db/tasks/x.rake") == "low"
    assert graded("high", "high", "src/scripts.py") == "high"
    assert graded("critical", "high") == "high"


def a_place(tool: str, line: int, **changes: Any) -> Place:
    one = Place(
        "app", "shell-command", "shell-command", "T", "CWE-78", "high", "medium", "a.py", line,
        "source", "Python", tool, f"{tool} x", "",
    )  # fmt: skip
    return one._replace(**changes)


def test_what_several_tools_say_of_one_place_is_one() -> None:
    (one,) = merged([a_place("bandit", 10, level="medium"), a_place("Semgrep", 12)])
    assert (one.line, one.level, one.tool, one.told) == (
        10, "high", "Semgrep, bandit", "Semgrep x, bandit x",
    )  # fmt: skip
    assert len(merged([a_place("bandit", 10), a_place("Semgrep", 13)])) == 2
    assert len(merged([a_place("bandit", 10), a_place("bandit", 11)])) == 2
    assert len(merged([a_place("bandit", 10), a_place("Semgrep", 10, family="x")])) == 2
    aside = merged([a_place("bandit", 10), a_place("Semgrep", 10, accepted="external")])
    assert aside[0].accepted == "external"


SARIF = (Path(__file__).parents[1] / "sarif" / "semgrep.sarif").read_text()


def test_patterns_are_searched_in_all_languages_and_once_a_blob(tmp_path: Path) -> None:
    content = "def f(x):\n    # nosemgrep\n    return eval(x)\n"
    repo = opened(tmp_path, [A({
        "a.py": content, "b.py": content, "tests/test_a.py": content, "c.js": "eval(x);\n",
        "d.lua": "x()\n",
    })])  # fmt: skip
    files = files_of(repo)
    files.loc[files["path"] == "c.js", "language"] = "JavaScript"
    files.loc[files["path"] == "d.lua", "language"] = "Lua"
    found = list(searching.run(repo, files))
    assert {(one.path, one.line, one.role) for one in found if isinstance(one, PatternPlace)} == {
        ("a.py", 3, "source"), ("b.py", 3, "source"), ("tests/test_a.py", 3, "test"),
        ("c.js", 1, "source"),
    }  # fmt: skip
    assert [one for one in found if isinstance(one, Issue)] == [
        Issue("no patterns for this language", detail="Lua: 1 files")
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("techdd.collectors.weaknesses.search.search", lambda *_: 1 / 0)
        assert sorted(map(repr, searching.run(repo, files))) == sorted(map(repr, found))


@pytest.mark.parametrize("measure", [searching, collector])
def test_what_was_kept_does_not_change_the_order(measure: Collector, tmp_path: Path) -> None:
    for folder in ("grows", "new"):
        (tmp_path / folder).mkdir()
    before, later = A({"b.py": "eval(x)\n"}), A({"a.py": "eval(y)\n"})
    repo = opened(tmp_path / "grows", [before])
    list(measure.run(repo, files_of(repo)))
    found = []
    for folder in ("grows", "new"):
        repo = opened(tmp_path / folder, [before, later])
        found.append(list(measure.run(repo, files_of(repo))))
    assert found[0] == found[1]
    assert len({one.path for one in found[0]}) == 2


def test_results_of_the_client_s_scanner_are_placed_and_merged(tmp_path: Path) -> None:
    path = "src/main/java/org/owasp/benchmark/testcode/BenchmarkTest01882.java"
    repo = opened(tmp_path, [A({
        path: "x\n" * 90, "scan/semgrep.sarif": SARIF, "tests/other.sarif": SARIF,
        "bad.sarif": "[" * 100_000, "old.sarif.json": '{"version": "2.0.0", "runs": []}',
    })])  # fmt: skip
    files = files_of(repo)
    files.loc[files["path"] == path, ["language", "role"]] = "Java", "source"
    gathered = list(imported_results.run(repo, files))
    assert {one.source for one in gathered if isinstance(one, ImportedResult)} == {
        "scan/semgrep.sarif"
    }
    assert [(one.path, one.detail) for one in gathered if isinstance(one, Issue)] == [
        ("bad.sarif", "nested too deeply"), ("old.sarif.json", "not of version 2.1.0"),
    ]  # fmt: skip
    read = answers(gathered, files)
    (claim,) = (one for one in read if isinstance(one, Observation))
    assert (claim.rule, claim.values["tool"], claim.values["severity"]) == (
        "imported-results", "semgrep (imported)", "medium",
    )  # fmt: skip
    metrics = {one.name: one.value for one in read if isinstance(one, Metric)}
    assert not metrics["weaknesses.high"] and not metrics["weaknesses.medium"]


def imported(kind: type[ImportedResult], tool: str, number: int, **changes: Any) -> Any:
    one = kind(
        tool, "1", f"r{number}", f"Kind {number}", "critical", "high", "", True, "app.py", number,
        "", "x.sarif",
    )  # fmt: skip
    return one._replace(**changes)


def plain(text: object) -> str:
    """As the client and its advisers read it."""
    return PLACE_TOKEN.sub(r"\2", str(text))


def observed_of(rows: Sequence[Any], repo: Repository) -> tuple[list[Observation], float | None]:
    read = answers([WeaknessScan("bandit", "app.py", "source", True), *rows], files_of(repo))
    high = next(one for one in read if isinstance(one, Metric) and one.name == "weaknesses.high")
    return [one for one in read if isinstance(one, Observation)], high.value


def test_a_file_of_the_tree_cannot_fill_the_report(repo: Repository) -> None:
    rows = [imported(ImportedResult, f"T{n % 30}", n) for n in range(2_000)]
    found, high = observed_of(rows, repo)
    assert high == 0
    assert len(found) == 6
    assert {one.values["severity"] for one in found} == {"medium"}
    assert sum(int(str(one.values["count"])) for one in found) == 2_000
    assert any(one.key == "further tools" for one in found)
    assert "47 further kinds" in str(found[0].values["kinds"])
    assert "counts in no number" in str(found[0].values["weight"])


def test_what_the_adviser_names_weighs_fully_and_is_no_flood(repo: Repository) -> None:
    found, high = observed_of([imported(HandedIn, "T", n) for n in range(200)], repo)
    assert high == 200
    assert len(found) == 21
    assert {one.values["severity"] for one in found} == {"high"}
    assert all(str(one.values.get("title", "(imported)")).endswith("(imported)") for one in found)
    (rest,) = (one for one in found if one.rule == "imported-results")
    assert rest.values["count"] == 180


def test_nobody_speaks_in_our_name(repo: Repository) -> None:
    shell = Weakness("bandit", "B602", "T", "low", "high", "", "app.py", 2, "source", "b")
    spoof = imported(ImportedResult, "techdd", 2, cwe="CWE-78", rule="shell-command")
    found, high = observed_of([shell, spoof], repo)
    (one,) = found
    assert plain(one.values["tools"]) == "bandit B602, techdd (imported from x.sarif) shell-command"
    assert (one.values["severity"], high) == ("low", 0)  # a claim adds no weight to what is seen
    (alone,), _ = observed_of([spoof], repo)
    assert (alone.rule, alone.values["tool"]) == ("imported-results", "techdd (imported)")


def test_places_are_marked_so_that_one_more_is_seen(repo: Repository) -> None:
    one = Weakness("bandit", "B602", "T", "high", "high", "", "app.py", 2, "source", "b")
    moved, more = one._replace(line=30), one._replace(path="copy.py")
    marks = [observed_of(rows, repo)[0][0].places for rows in ([one], [moved], [one, more])]
    assert marks[0] == marks[1]
    assert [mark.partition("-")[0] for mark in marks] == ["1", "1", "2"]


def test_places_up_to_a_limit_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("techdd.syntax.search.MOST_SPOTS", 10)
    monkeypatch.setattr("techdd.syntax.search.SUBTREE", 20)
    repo = opened(tmp_path, [A({"a.py": "eval(x)\n" * 20})])
    found = list(searching.run(repo, files_of(repo)))
    assert len([one for one in found if isinstance(one, PatternPlace)]) == 10
    assert [one for one in found if isinstance(one, Issue)] == [
        Issue(
            "searched for patterns in part", "a.py", "no more than the first 10 places to look at"
        )
    ]


def test_no_python_is_not_clean(tmp_path: Path) -> None:
    repo = opened(tmp_path, [A({"web.js": "eval(x)\n"})])
    files = files_of(repo)
    assert list(collector.run(repo, files)) == []
    for metric in answers([], files):
        if isinstance(metric, Metric) and metric.name != "weaknesses.coverage":
            assert metric.value is None
            assert metric.note.startswith("no code in a language")


def test_a_blob_is_read_once_ever(repo: Repository, gathered: list[Any]) -> None:
    (kept,) = (repo.derived / "weaknesses").glob("bandit-*")
    assert PASSWORD not in kept.read_text()
    kept.write_text(kept.read_text() + '["torn')

    def run(argv: Sequence[str], **limits: Any) -> sandbox.Completed:
        names = [Path(name).read_bytes() for name in argv if name.endswith(".py")]
        assert names == [b'print "' + PASSWORD.encode() + b'"\n']  # what it could not read
        return real(argv, **limits)

    real = sandbox.run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "run", run)
        again = list(collector.run(repo, files_of(repo)))
    assert again == gathered  # in the same order, whatever was kept


def test_a_batch_that_fails_costs_only_the_bad_file(
    tmp_path: Path, gathered: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = opened(tmp_path, COMMITS)
    bad = b"print "

    def run(argv: Sequence[str], **limits: Any) -> sandbox.Completed:
        if any(bad in Path(name).read_bytes() for name in argv if name.endswith(".py")):
            raise sandbox.LimitExceeded("time limit of 1 s")
        return real(argv, **limits)

    real = sandbox.run
    monkeypatch.setattr(sandbox, "run", run)
    again = list(collector.run(repo, files_of(repo)))
    assert places(again) == places(gathered)
    assert [one for one in again if isinstance(one, Issue)] == [
        Issue("bandit could not read", "old.py", "time limit of 1 s")
    ]


def test_nothing_read_is_not_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = opened(tmp_path, COMMITS)
    monkeypatch.setattr(sandbox, "run", lambda *_, **__: sandbox.Completed(2, b"", b""))
    gathered = list(collector.run(repo, files_of(repo)))
    issues = [one for one in gathered if isinstance(one, Issue)]
    assert {one.detail for one in issues} == {"ended with code 2"}
    assert len(issues) == 7
    metrics = [one for one in answers(gathered, files_of(repo)) if isinstance(one, Metric)]
    metrics = [one for one in metrics if one.name != "weaknesses.coverage"]
    assert {one.value for one in metrics} == {None}
    assert {one.note for one in metrics} == {"none of the files could be read"}


def test_files_out_of_bounds_are_gaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = opened(tmp_path, [A({"a.py": "x=1\n" * 30, "b.py": "exec(x)\n"})])
    files = files_of(repo)
    files.loc[files["path"] == "a.py", "lines"] = scan.MAX_LINES + 1
    gathered = list(collector.run(repo, files))
    assert [one for one in gathered if isinstance(one, Issue)] == [
        Issue("bandit could not read", "a.py", "120 bytes in 100,001 lines")
    ]
    assert places(gathered) == {("b.py", "B102", 1)}


def test_batches_are_limited_in_files_and_bytes() -> None:
    blobs = [("a", b"x" * 3_000_000), ("b", b"x" * 3_000_000), ("c", None)]
    assert [list(batch) for batch in scan._batches(iter(blobs), 4_000_000)] == [["a"], ["b", "c"]]
    many = ((str(number), b"") for number in range(401))
    assert [len(batch) for batch in scan._batches(many, 4_000_000)] == [200, 200, 1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # bandit's own, while it loads
def test_every_test_of_bandit_has_a_title() -> None:
    from bandit.core.extension_loader import MANAGER

    names = {plugin.plugin._test_id: plugin.name for plugin in MANAGER.plugins}
    names |= {one["id"]: one["name"] for kind in MANAGER.blacklist.values() for one in kind}
    named = [test for test, name in names.items() if title(test, name) == title("", name)]
    assert named == []
    assert title("B999", "new_test") == "New test"


@pytest.mark.parametrize(
    ("test", "severity", "level", "counted"),
    [
        ("B603", "low", "info", False), ("B110", "low", "info", False),
        ("B404", "low", "info", False), ("B602", "high", "high", True),
        ("B310", "medium", "low", True), ("B324", "high", "low", True),
        ("B701", "high", "info", False),  # nothing there is HTML
    ],
)  # fmt: skip
def test_what_bandit_s_tests_count_for(
    repo: Repository, test: str, severity: str, level: str, counted: bool
) -> None:
    row = Weakness("bandit", test, "T", severity, "high", "", "app.py", 2, "source", "b")
    (place,) = of_bandit(
        frame(Weakness, [row]).assign(repo="app"), files_of(repo).assign(repo="app")
    )
    assert (place.level, place.silent) == (level, not counted)
    found, _ = observed_of([row], repo)
    assert len(found) == counted


def test_jinja_counts_where_pages_are_written(repo: Repository) -> None:
    row = Weakness("bandit", "B701", "T", "high", "high", "", "app.py", 2, "source", "b")
    files = files_of(repo).assign(repo="app")
    files.loc[files["path"] == "web.js", "language"] = "HTML"
    (place,) = of_bandit(frame(Weakness, [row]).assign(repo="app"), files)
    assert (place.kind, place.level) == ("unescaped-html", "medium")


def test_every_limit_has_its_reason() -> None:
    assert all(one.why.endswith(".") for one in weights().values())


def test_who_calls_a_file_generated_hides_nothing_severe(tmp_path: Path) -> None:
    text = b"# @generated by hand. DO NOT EDIT\nimport subprocess, pickle\n"
    text += b"subprocess.call(command, shell=True)\nexec(x)\n"
    own = opened(tmp_path, [A({"app.py": text, "api_pb2.py": text, "b.py": "x = 1\n"})])
    files = files_of(own)
    files["role"] = ["source" if path == "b.py" else "generated" for path in files["path"]]
    gathered = [*collector.run(own, files), *searching.run(own, files)]
    gaps = [one for one in gathered if isinstance(one, Issue)]
    reason = "results in files that call themselves generated"
    assert [one.reason for one in gaps] == [reason, reason]  # bandit's, and ours
    assert "2 in 1 files" in gaps[1].detail
    read = answers(gathered, files)
    metrics = {(one.name, one.repo): one.value for one in read if isinstance(one, Metric)}
    assert metrics["weaknesses.high", "app"] == 0
    observed = {one.key: one for one in read if isinstance(one, Observation)}
    assert set(observed) == {"shell-command"}
    assert [one.path for one in observed["shell-command"].locations] == ["app.py"]
    asides = str(observed["shell-command"].values["asides"])
    assert "Of these, 1 in files that call themselves generated." in asides
    assert "Not counted: 1 in tests" in asides  # what a generator's own name says stays aside
