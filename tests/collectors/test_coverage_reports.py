from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, build, opened, tables_of
from click.testing import CliRunner
from test_jobs import inline

from techdd import pipeline
from techdd.cli import main
from techdd.collectors.code import code
from techdd.collectors.coverage_reports import coverage, coverage_reports
from techdd.coverage import Coverage, CoverageReport
from techdd.facts import File, Function, frame
from techdd.model import Issue, Metric, Series, Status
from techdd.reading import Tables, read
from techdd.workspace import Workspace

DAY = date(2026, 7, 1)
REPORT = "SF:/ci/api/src/pay.py\nDA:1,1\nDA:2,0\nend_of_record\n"
CODE = "def pay(a):\n    return a\n"


def table(fact: Any, rows: list[Any], repo: str = "api") -> Any:
    made = frame(fact, rows)
    made.insert(0, "repo", repo)
    return made


def asked(told: list[Coverage], sizes: dict[str, int], reports: Any = ()) -> list[Any]:
    """The probe, of files of so many code lines."""
    files = [
        File(path, "b", 9, "Python", "source", lines, lines, 0, "tree-sitter", path.split("/")[0])
        for path, lines in sizes.items()
    ]
    files.append(File("t/test_a.py", "b", 9, "Python", "test", 9, 900, 0, "tree-sitter", "t"))
    tables = (table(File, files), table(Function, []), table(Coverage, told))
    return list(coverage.run(DAY, *tables, table(CoverageReport, list(reports))))


def values(found: list[Any]) -> dict[str, float | None]:
    return {one.name: one.value for one in found if isinstance(one, Metric) and not one.repo}


def a_file(path: str, covered: int, coverable: int, source: str = "r", committed: bool = False):
    return Coverage(path, covered, coverable, source, committed)


def test_lines_are_counted_over_production_code_and_the_rest_is_not_told() -> None:
    told = [a_file("a/x.py", 30, 40), a_file("t/test_a.py", 500, 500)]
    found = asked(told, {"a/x.py": 60, "b/y.py": 40})
    assert values(found) == {"coverage.reported_share": 0.6, "coverage.lines": 0.75}
    (series,) = (one for one in found if isinstance(one, Series))
    assert series.rows == (("a", 60, 1.0, 0.75), ("b", 40, 0.0, None))


def test_a_report_about_a_small_part_does_not_speak_for_the_whole() -> None:
    found = asked([a_file("a/x.py", 40, 40)], {"a/x.py": 49, "b/y.py": 51})
    assert values(found) == {"coverage.reported_share": 0.49, "coverage.lines": None}
    notes = {one.note for one in found if isinstance(one, Metric) and "lines" in one.name}
    assert notes == {"the reports tell of 49% of the production code only"}


def test_of_two_reports_on_a_file_the_one_that_covers_more_counts() -> None:
    told = [a_file("a/x.py", 10, 40, "unit"), a_file("a/x.py", 20, 40, "whole")]
    assert values(asked(told, {"a/x.py": 50}))["coverage.lines"] == 0.5
    assert values(asked(told[::-1], {"a/x.py": 50}))["coverage.lines"] == 0.5


def test_without_a_report_nothing_is_measured() -> None:
    found = asked([], {"a/x.py": 50})
    assert values(found) == {"coverage.reported_share": None, "coverage.lines": None}
    assert {one.note for one in found if isinstance(one, Metric)} == {
        "no coverage report was handed in"
    }


def test_a_report_about_other_code_is_not_called_none() -> None:
    found = asked([], {"a/x.py": 50}, [CoverageReport("r", "LCOV", None, 9, 0, False)])
    assert values(found)["coverage.lines"] is None
    assert {one.note for one in found if isinstance(one, Metric)} == {
        "the coverage reports name no file of the production code"
    }


def test_a_report_in_the_repository_is_listed_and_counts_for_nothing() -> None:
    told = [a_file("a/x.py", 10, 40, "coverage.xml", committed=True)]
    report = CoverageReport("coverage.xml", "LCOV", None, 1, 1, True)
    found = asked(told, {"a/x.py": 50}, [report])
    assert values(found)["coverage.lines"] is None
    (series,) = (one for one in found if isinstance(one, Series))
    assert series.rows == (
        ("api", "coverage.xml", "the repository, not counted", "LCOV", "not told", 1, 1, 0.25),
    )


def test_reports_are_found_in_the_tree_but_not_among_fixtures(tmp_path: Path) -> None:
    names = ("coverage/lcov.info", "build/jacoco.xml", "tests/coverage.xml", "src/pay.py")
    repo = opened(tmp_path, [A(dict.fromkeys(names, REPORT))])
    files = tables_of(code.run(repo), File)[File]
    found = list(coverage_reports.run(repo, files))
    assert {one.source for one in found if isinstance(one, CoverageReport)} == {
        "build/jacoco.xml", "coverage/lcov.info",
    }  # fmt: skip
    assert all(one.committed for one in found if not isinstance(one, Issue))


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("coverage")
    source = build(tmp_path / "api.git", [A({"src/pay.py": CODE, "src/cart.py": CODE})])
    made = Workspace.create(tmp_path / "e", "Northwind", [str(source)])
    (made.root / "lcov.info").write_text(REPORT)
    text = made.file.read_text()
    made.file.write_text(text.replace("- name: api\n", "- name: api\n    coverage: [lcov.info]\n"))
    made = Workspace(made.root)
    pipeline.collect(made, only=["code", "coverage_reports", "snapshot"], workers=1, pool=inline)
    return made.root


@pytest.fixture
def workspace(collected: Path, tmp_path: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(collected, tmp_path / "e")))


def test_what_was_handed_in_is_matched_and_counted(workspace: Workspace) -> None:
    reading = read(coverage, DAY, Tables(workspace))
    assert reading.status is Status.OK
    found = {one.name: (one.value, one.basis) for one in reading.metrics if not one.repo}
    assert found["coverage.lines"] == (
        0.5, "1 of 2 lines that tests can run; the reports tell of 50% of the production code",
    )  # fmt: skip


OLD = '<coverage line-rate="1" timestamp="1577836800"><class filename="src/pay.py">' \
    '<lines><line number="1" hits="1"/></lines></class></coverage>'  # fmt: skip


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "coverage report not read"),
        ("nonsense", "coverage report not read"),
        (OLD, "coverage report is older than the audited commit"),
        ("SF:/usr/x.py\nDA:1,1\n", "coverage of files that are not in the repository"),
    ],
)
def test_what_a_report_leaves_open_limits_the_reading(
    workspace: Workspace, content: str | None, reason: str
) -> None:
    path = workspace.root / "lcov.info"
    path.unlink() if content is None else path.write_text(content)
    tables = Tables(workspace)
    (run,) = (one for one in tables.runs() if one.collector == "coverage_reports")
    assert run.status is Status.PARTIAL
    assert run.issues[0].reason == reason
    assert read(coverage, DAY, tables).status is Status.PARTIAL
    done = CliRunner().invoke(
        main, ["collect", str(workspace.root), "--only", "coverage_reports", "--jobs", "1"]
    )
    assert done.exit_code == 0
    assert "Left out, and said so in the report: lcov.info of api" in done.output
