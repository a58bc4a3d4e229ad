from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders import A, opened
from licence_tables import deliveries, of, policy

from techdd.collectors.notices import NoticeSign, notice_signs, notices
from techdd.depsdev import PackageFact
from techdd.facts import Package
from techdd.model import Location, Metric, Observation


def test_files_and_tools(tmp_path: Path) -> None:
    repo = opened(
        tmp_path,
        [
            A(
                {
                    "NOTICE": "x",
                    "web/third-party-licenses.txt": "x",
                    "vendor/zlib/NOTICE.txt": "x",
                    "notice.py": "x = 1",
                    "web/package.json": '{"devDependencies": {"license-webpack-plugin": "4"}}',
                    "pom.xml": "<artifactId>license-maven-plugin</artifactId>",
                    ".github/workflows/ci.yml": "run: go-licenses report ./...",
                    "README.md": "we should use pip-licenses",
                }
            )
        ],
    )
    assert set(notice_signs.run(repo)) == {
        NoticeSign("NOTICE", "", copied=False),
        NoticeSign("web/third-party-licenses.txt", "", copied=False),
        NoticeSign("vendor/zlib/NOTICE.txt", "", copied=True),
        NoticeSign("web/package.json", "license-webpack-plugin", copied=False),
        NoticeSign("pom.xml", "license-maven-plugin", copied=False),
        NoticeSign(".github/workflows/ci.yml", "go-licenses", copied=False),
    }


def asked(
    signs: list[NoticeSign], *licences: str, delivery: str = ""
) -> tuple[list[Observation], dict[tuple[str, str], float | None]]:
    packages = [
        Package(
            "npm", f"p{number}", "1", "", "package-lock.json", 1, True, True, "runtime", licence
        )
        for number, licence in enumerate(licences)
    ]
    found = list(
        notices.run(
            date(2026, 1, 1),
            of(NoticeSign, [("app", one) for one in signs]),
            of(Package, [("app", one) for one in packages]),
            of(PackageFact, [("app", PackageFact("npm", "p0", "1", *_UNKNOWN, "MIT"))]),
            deliveries({"app": delivery}),
            policy(),
        )
    )
    metrics = {(one.name, one.repo): one.value for one in found if isinstance(one, Metric)}
    return [one for one in found if isinstance(one, Observation)], metrics


_UNKNOWN = (None, "", None, None, None)


@pytest.mark.parametrize(
    ("delivery", "severity"),
    [("", "info"), ("distributed", "low"), ("embedded", "low"), ("saas", None), ("internal", None)],
)
def test_notices_that_nothing_gathers(delivery: str, severity: str | None) -> None:
    observations, metrics = asked([], "", "BSD-3-Clause", "0BSD", "UNLICENSED", delivery=delivery)
    assert metrics == {("notices.owed", ""): 2, ("notices.owed", "app"): 2}
    assert [one.values["severity"] for one in observations] == ([severity] if severity else [])
    assert all(one.locations == (Location("package-lock.json"),) for one in observations)


@pytest.mark.parametrize(
    ("sign", "told"),
    [
        (NoticeSign("NOTICE", "", copied=False), 0),
        (NoticeSign("pom.xml", "license-maven-plugin", copied=False), 0),
        (NoticeSign("vendor/x/NOTICE", "", copied=True), 1),
    ],
)
def test_a_file_or_a_tool_answers_for_them(sign: NoticeSign, told: int) -> None:
    observations, _ = asked([sign], "MIT", delivery="distributed")
    assert len(observations) == told


def test_notices_that_came_with_copies_are_owed_too() -> None:
    (found,), _ = asked([NoticeSign("vendor/x/NOTICE", "", copied=True)], delivery="embedded")
    assert (found.values["count"], found.values["copies"]) == (0, 1)
    assert found.locations == (Location("vendor/x/NOTICE"),)


def test_nothing_is_owed_where_nothing_asks() -> None:
    assert asked([], "0BSD", "CC0-1.0", delivery="distributed") == (
        [],
        {("notices.owed", ""): 0, ("notices.owed", "app"): 0},
    )
