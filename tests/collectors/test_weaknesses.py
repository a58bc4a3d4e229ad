"""bandit on a real repository whose own marks and settings ask it to be silent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened

from techdd import sandbox
from techdd.collectors.weaknesses import Weakness, WeaknessScan, collector, probe, scan
from techdd.collectors.weaknesses.assess import graded
from techdd.collectors.weaknesses.titles import title
from techdd.facts import File, frame
from techdd.model import Issue, Metric, Observation, Series
from techdd.repository import Repository

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


def answers(gathered: Sequence[Any], files: Any) -> list[Metric | Observation | Series]:
    tables = [
        frame(fact, [one for one in gathered if isinstance(one, fact)]).assign(repo="app")
        for fact in (Weakness, WeaknessScan)
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
    assert density.basis == "16 code lines in 4 Python files"
    assert density.note == "1 Python files could not be read"
    observed = {one.key: one for one in read if isinstance(one, Observation)}
    assert "B307" not in observed
    assert "B404" not in observed  # an import is counted and no finding
    shell = observed["B602"]
    assert [place.path for place in shell.locations] == ["again/copy.py", "app.py", "copy.py"]
    assert shell.values == {
        "test": "B602", "title": "Program started through a shell", "count": 3,
        "severity": "high", "confidence": "high", "cwe": "CWE-78",
    }  # fmt: skip
    (table,) = (one for one in read if isinstance(one, Series))
    assert "B404" in {row[1] for row in table.rows}
    assert table.rows[0] == ("Program started through a shell", "B602", "CWE-78", "high", 3)


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


def test_no_python_is_not_clean(tmp_path: Path) -> None:
    repo = opened(tmp_path, [A({"web.js": "eval(x)\n"})])
    files = files_of(repo)
    assert list(collector.run(repo, files)) == []
    for metric in answers([], files):
        assert isinstance(metric, Metric)
        assert metric.value is None
        assert metric.note.startswith("no Python")


def test_a_batch_that_fails_costs_only_the_bad_file(
    repo: Repository, gathered: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
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


def test_nothing_read_is_not_clean(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "run", lambda *_, **__: sandbox.Completed(2, b"", b""))
    gathered = list(collector.run(repo, files_of(repo)))
    issues = [one for one in gathered if isinstance(one, Issue)]
    assert {one.detail for one in issues} == {"ended with code 2"}
    assert len(issues) == 7
    metrics = [one for one in answers(gathered, files_of(repo)) if isinstance(one, Metric)]
    assert {one.value for one in metrics} == {None}
    assert {one.note for one in metrics} == {"bandit could read none of the Python files"}


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
    assert [list(batch) for batch in scan._batches(iter(blobs))] == [["a"], ["b", "c"]]
    many = ((str(number), b"") for number in range(401))
    assert [len(batch) for batch in scan._batches(many)] == [200, 200, 1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # bandit's own, while it loads
def test_every_test_of_bandit_has_a_title() -> None:
    from bandit.core.extension_loader import MANAGER

    names = {plugin.plugin._test_id: plugin.name for plugin in MANAGER.plugins}
    names |= {one["id"]: one["name"] for kind in MANAGER.blacklist.values() for one in kind}
    named = [test for test, name in names.items() if title(test, name) == title("", name)]
    assert named == []
    assert title("B999", "new_test") == "New test"
