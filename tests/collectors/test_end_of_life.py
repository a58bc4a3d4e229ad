"""Which versions are stated, of which line they are, and when its support ends."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened, tables_of
from hypothesis import given
from hypothesis import strategies as st

from techdd.collectors.dependencies import dependencies
from techdd.collectors.stack import (
    Deployable,
    RuntimeVersion,
    deployables,
    end_of_life,
    runtimes,
)
from techdd.collectors.stack.calendar import calendar, line_of_releases, lines_of_tag
from techdd.collectors.stack.lifetimes import is_past
from techdd.collectors.stack.versions import _READERS
from techdd.facts import Package
from techdd.model import Issue, Metric, Observation, Series

DAY = date(2026, 1, 15)
PRODUCTS = {one.name: one for one in calendar().products}

STATED: dict[str, tuple[str, list[tuple[str, str, str, int]]]] = {
    ".python-version": ("# x\n3.8.10\n", [("python", "3.8.10", "runs", 2)]),
    "runtime.txt": ("python-3.9.1\n", [("python", "3.9.1", "runs", 1)]),
    ".nvmrc": ("v18.2\n", [("node", "v18.2", "runs", 1)]),
    ".tool-versions": (
        "nodejs 16.3\njava temurin-17.0.1+12\nother 1\n",
        [("node", "16.3", "runs", 1), ("java", "17.0.1+12", "runs", 2)],
    ),
    ".sdkmanrc": ("java=11.0.2-tem\n", [("java", "11.0.2", "runs", 1)]),
    "package.json": ('{\n"engines": {"node": ">=14"}}', [("node", ">=14", "runs", 2)]),
    "go.mod": (
        "module x\n\ngo 1.20\n\ntoolchain go1.21.3\n",
        [("go", "1.21.3", "runs", 5)],
    ),
    "old/go.mod": ("module x\n\ngo 1.20\n", [("go", "1.20", "targets", 3)]),
    "pom.xml": (
        "<project><properties>\n<release>11</release>\n"
        "<maven.compiler.source>${release}</maven.compiler.source></properties></project>",
        [("java", "11", "targets", 3)],
    ),
    "build.gradle": ("\nsourceCompatibility = '1.8'\n", [("java", "1.8", "targets", 2)]),
    "build.gradle.kts": (
        "java { toolchain { languageVersion.set(JavaLanguageVersion.of(17)) } }\n",
        [("java", "17", "targets", 1)],
    ),
    "global.json": ('{"sdk": {"version": "6.0.100"}}', [("dotnet", "6.0.100", "runs", 1)]),
    "a.csproj": (
        "<Project><PropertyGroup>\n<TargetFrameworks>net6.0-windows;netcoreapp3.1;net472;"
        "netstandard2.0</TargetFrameworks></PropertyGroup></Project>",
        [("dotnet", "6.0", "runs", 2), ("dotnet", "3.1", "runs", 2), ("netfx", "4.7.2", "runs", 2)],
    ),
    "Gemfile": ("source 'x'\nruby '~> 3.0.1'\n", [("ruby", "~> 3.0.1", "runs", 2)]),
    "composer.json": (
        '{"require": {"php": "^8.1"},\n"config": {"platform": {"php": "8.1.0"}}}',
        [("php", "^8.1", "runs", 1), ("php", "8.1.0", "targets", 1)],
    ),
    "pyproject.toml": (
        '[project]\nrequires-python = ">=3.8"\n',
        [("python", ">=3.8", "runs", 2)],
    ),
    "setup.py": ("setup(python_requires='>=3.6')\n", [("python", ">=3.6", "runs", 1)]),
    "db.tf": (
        'resource "aws_db_instance" "a" {\n  engine = "postgres"\n  engine_version = "12.4"\n}\n'
        'resource "aws_eks_cluster" "b" {\n  version = "1.24"\n}\n'
        'resource "google_sql_database_instance" "c" {\n  database_version = "MYSQL_5_7"\n}\n'
        'resource "aws_lambda_function" "d" {\n  runtime = "python3.8"\n}\n',
        [("python", "3.8", "runs", 12), ("postgresql", "12.4", "runs", 3),
         ("kubernetes", "1.24", "runs", 6), ("mysql", "5.7", "runs", 9)],
    ),
    "serverless.yml": ("provider:\n  runtime: nodejs16.x\n", [("node", "16", "runs", 2)]),
}  # fmt: skip


@pytest.mark.parametrize("path", STATED)
def test_each_kind_of_file_states_its_version(tmp_path: Path, path: str) -> None:
    content, expected = STATED[path]
    found = list(runtimes.run(opened(tmp_path, [A({path: content})])))
    assert [(one.product, one.stated, one.meaning, one.line) for one in found] == expected


@pytest.mark.parametrize(
    ("product", "stated", "cycle"),
    [
        ("Python", "3.8.10", "3.8"),
        ("Python", "==3.9.*", "3.9"),
        ("Python", ">=3.8", ""),
        ("Python", "3", ""),
        ("Python", "~=3.9.1", "3.9"),
        ("Python", "~=3.9", ""),
        ("Python", "3.8 || 3.9", ""),
        ("Node.js", "v18.2", "18"),
        ("Node.js", "^16.2.0", "16"),
        ("Node.js", "16.x", "16"),
        ("Node.js", "lts/hydrogen", ""),
        ("Node.js", "99.1", ""),
        ("Java", "1.8", "8"),
        ("Java", "17.0.1+12", "17"),
        (".NET", "6.0.100", "6"),
        ("Ruby on Rails", "~> 7.0.4", "7.0"),
        ("Ruby on Rails", "~> 7.0", ""),
        ("Laravel", "v10.48.22", "10"),
        ("Spring Boot", "2.7.18", "2.7"),
        ("Spring Boot", "2.7.0.RELEASE", "2.7"),
        ("PostgreSQL", "9.6.24", "9.6"),
    ],
)
def test_the_line_of_releases_is_told_only_where_all_that_is_allowed_is_one(
    product: str, stated: str, cycle: str
) -> None:
    line = line_of_releases(PRODUCTS[product], stated)
    assert line.cycle == cycle
    assert bool(line.why) is not bool(cycle)


def test_tags_of_images() -> None:
    assert lines_of_tag(PRODUCTS["Python"], "3.8-slim-bullseye").cycle == "3.8"
    assert lines_of_tag(PRODUCTS["Debian"], "buster-slim").cycle == "10"
    assert lines_of_tag(PRODUCTS["Redis"], "alpine").cycle == ""
    assert lines_of_tag(PRODUCTS["Node.js"], "lts-alpine").cycle == ""


def test_the_last_day_of_support_is_not_past() -> None:
    assert not is_past(date(2025, 10, 31), date(2025, 10, 31))
    assert is_past(date(2025, 10, 31), date(2025, 11, 1))
    assert is_past("ended", DAY)
    assert not is_past("none", DAY)
    assert not is_past(None, DAY)


def answers(tmp_path: Path, files: dict[str, str], day: date = DAY) -> list[Any]:
    repo = opened(tmp_path, [A(files)])
    tables = [
        tables_of(dependencies.run(repo), Package)[Package],
        tables_of(deployables.run(repo), Deployable)[Deployable],
        tables_of(runtimes.run(repo), RuntimeVersion)[RuntimeVersion],
    ]
    return list(end_of_life.run(day, *(table.assign(repo="app") for table in tables)))


def severities(found: list[Any]) -> dict[str, Any]:
    return {one.key: one.values["severity"] for one in found if isinstance(one, Observation)}


def metrics(found: list[Any]) -> dict[str, Any]:
    return {one.name: one.value for one in found if isinstance(one, Metric) and not one.repo}


def test_severity_by_what_runs_and_how_long_it_is_over(tmp_path: Path) -> None:
    found = answers(tmp_path, {
        "api/Dockerfile": "FROM node:16 AS build\nFROM python:3.7-slim\nCOPY --from=build /a /a\n",
        "compose.yml": "services:\n  db:\n    image: postgres:11\n",
        "requirements.txt": "django==4.1.2\n",
        "web/package.json": '{"dependencies": {"vue": "2.7.16"}}',
        "old/go.mod": "module x\n\ngo 1.18\n",
        "tests/Dockerfile": "FROM ruby:2.6\n",
        ".ruby-version": "3.1\n",
    })  # fmt: skip
    assert severities(found) == {
        "Python:3.7": "high",  # the base image, ended 2023
        "Node.js:16": "low",  # only a stage of the build
        "PostgreSQL:11": "medium",  # ended 2023, a service of Compose
        "Django:4.1": "medium",  # ended 2023; 4.2 is supported until April 2026
        "Vue:2.7": "high",  # ended 2023, and no line of version 2 lives on
        "Go:1.18": "low",  # a language level
        "Ruby:3.1": "medium",  # ended 2025-03-26
    }
    assert metrics(found)["end_of_life.past"] == 5
    (place,) = [one.locations for one in found if getattr(one, "key", "") == "Python:3.7"]
    assert [str(one) for one in place] == ["api/Dockerfile:2"]


def test_somebodys_own_image_may_name_its_runtime(tmp_path: Path) -> None:
    found = answers(tmp_path, {
        "a/Dockerfile": "FROM acme/uwsgi-nginx-flask:python3.6-2021\n",
        "b/Dockerfile": "FROM acme/web:1.2-php7.4\nRUN true\n",
        "c/Dockerfile": "FROM acme/web:python\n",
        "d/Dockerfile": "FROM acme/mypython3.6\n",
    })  # fmt: skip
    assert severities(found) == {"Python:3.6": "high", "PHP:7.4": "high"}


def test_what_the_product_does_not_run_is_no_finding(tmp_path: Path) -> None:
    pipeline = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    container: centos:7\n"
    found = answers(tmp_path, {
        ".github/workflows/a.yml": pipeline,
        "lib/copied/.github/workflows/b.yml": pipeline.replace("centos:7", "debian:9"),
        ".codesandbox/Dockerfile": "FROM node:16\n",
    })  # fmt: skip
    assert severities(found) == {}
    (table,) = [one for one in found if isinstance(one, Series)]
    assert [(row[0], row[5]) for row in table.rows] == [
        ("Node.js", "development or tests"), ("CentOS", "development or tests"),
    ]  # fmt: skip


def test_the_day_of_the_audit_decides(tmp_path: Path) -> None:
    files = {".python-version": "3.9.2\n"}
    assert severities(answers(tmp_path / "a", files, date(2025, 10, 31))) == {}
    assert severities(answers(tmp_path / "b", files, date(2025, 11, 1))) == {"Python:3.9": "medium"}


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()


def test_an_unknown_version_is_told_and_not_assumed(tmp_path: Path) -> None:
    found = answers(tmp_path, {"Dockerfile": "FROM redis:alpine\n", "package.json":
                               '{"engines": {"node": ">=14"}}'})  # fmt: skip
    assert metrics(found) == {
        "end_of_life.past": None, "end_of_life.within_24m": None, "end_of_life.unknown": 2,
    }  # fmt: skip
    (table,) = [one for one in found if isinstance(one, Series)]
    assert [(row[0], row[1], row[3]) for row in table.rows] == [
        ("Node.js", "not known (>=14)", "a range without one line of releases"),
        ("Redis", "not known (redis:alpine)", "a tag without a version"),
    ]


def test_nothing_stated_is_not_measured(tmp_path: Path) -> None:
    assert set(metrics(answers(tmp_path, {"a.txt": "x"})).values()) == {None}


def test_old_dates_are_told(tmp_path: Path) -> None:
    files = {".python-version": "3.13\n"}
    late = calendar().compiled + timedelta(days=181)
    notes = [
        one.note
        for day in (late, late - timedelta(days=1))
        for one in answers(tmp_path / ("a" if day == late else "b"), files, day)
        if isinstance(one, Series)
    ]
    assert ["days old" in note for note in notes] == [True, False]


def test_the_calendar_knows_what_is_asked_for_most() -> None:
    asked = (
        "Python, Node.js, Java, .NET, Ruby, PHP, Go, Django, Ruby on Rails, Laravel, Symfony, "
        "Spring Boot, Angular, Vue, PostgreSQL, MySQL, Redis, MongoDB, Debian, Ubuntu, "
        "Alpine Linux, Kubernetes"
    )
    assert set(asked.split(", ")) <= set(PRODUCTS)
    assert PRODUCTS["Python"].cycles["3.8"] == date(2024, 10, 7)
    assert PRODUCTS["Vue"].cycles["2.7"] == date(2023, 12, 31)
    for product in PRODUCTS.values():
        assert set(product.codenames.values()) <= set(product.cycles), product.name


@given(st.sampled_from([one for _, one in _READERS]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(reader: Any, raw: bytes) -> None:
    try:
        rows = list(reader(raw))
    except ValueError:
        return
    assert all(isinstance(one.version, str) and one.line >= 1 for one in rows)


@given(st.sampled_from(sorted(PRODUCTS)), st.text(max_size=40))
def test_any_text_is_a_line_or_has_a_reason(product: str, stated: str) -> None:
    line = line_of_releases(PRODUCTS[product], stated)
    assert line.cycle in PRODUCTS[product].cycles if line.cycle else line.why


def test_a_broken_file_is_a_gap(tmp_path: Path) -> None:
    (found,) = runtimes.run(opened(tmp_path, [A({"package.json": "{"})]))
    assert isinstance(found, Issue)
