"""What can be started or shipped, file by file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders import A, opened, tables_of
from hypothesis import given
from hypothesis import strategies as st

from techdd.collectors.stack import Deployable, deployables, entry_points
from techdd.collectors.stack.deployables import _READERS, _reader
from techdd.collectors.stack.started import Started
from techdd.model import Issue, Metric, Series

CRON_JOB = (
    "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: nightly}\nspec:\n"
    "  schedule: '0 3 * * *'\n  jobTemplate: {spec: {template: {spec: {containers:"
    " [{image: 'acme/job:1'}]}}}}\n"
)
CASES: dict[str, tuple[str, list[tuple[str, str, int | None, str]]]] = {
    "api/Dockerfile": (
        "ARG V=3.9\nFROM node:20 AS build\nFROM python:${V}-slim\n# CMD no\nCMD [\"gunicorn\"]\n",
        [("container image", "api", 5, '["gunicorn"]')],
    ),
    "compose.yml": (
        "services:\n  web:\n    build: .\n  db:\n    image: postgres:16\n",
        [("service (Compose)", "web", 2, "built here"),
         ("service (Compose)", "db", 4, "image postgres:16")],
    ),
    "k8s/cron.yaml": (CRON_JOB, [("scheduled job", "nightly", 2, "CronJob 0 3 * * *")]),
    "Procfile": ("web: puma -C x\n# no: y\n", [("process", "web", 1, "puma -C x")]),
    "crontab": ("# m h\n5 4 * * * /usr/bin/backup --all\n",
                [("scheduled job", "backup", 2, "cron 5 4 * * *")]),
    "serverless.yml": (
        "functions:\n  hello:\n    handler: a.b\n    events:\n      - schedule: rate(1 day)\n",
        [("function", "hello", 2, "a.b"), ("scheduled job", "hello", 2, "schedule of a function")],
    ),
    "template.yaml": (
        "AWSTemplateFormatVersion: x\nResources:\n  Fn:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {Handler: app.run}\n",
        [("function", "Fn", 3, "app.run")],
    ),
    ".github/workflows/x.yml": (
        "name: Nightly\non:\n  schedule:\n    - cron: '0 1 * * *'\njobs: {}\n",
        [("pipeline by the clock", "Nightly", 4, "by the clock: 0 1 * * *")],
    ),
    "package.json": (
        '{"name": "tool",\n "bin": {"t": "cli.js"},\n "scripts": {"start": "node server.js"}}',
        [("command", "t", 2, "cli.js"), ("application", "tool", 3, "node server.js")],
    ),
    "pyproject.toml": ('[project.scripts]\nrun = "a:main"\n', [("command", "run", 2, "a:main")]),
    "setup.cfg": ("[options.entry_points]\nconsole_scripts =\n  go = a:b\n",
                  [("command", "go", 3, "a:b")]),
    "setup.py": ("setup(entry_points={'console_scripts': [\n  'go = a:b',\n]})\n",
                 [("command", "go", 2, "a:b")]),
    "Cargo.toml": ('[[bin]]\nname = "x"\npath = "y.rs"\n', [("command", "x", 2, "y.rs")]),
    "cmd/run/m.go": ("package main\n\nfunc main() {\n}\n",
                     [("command", "run", 3, "Go package main")]),
    "lib/l.go": ("package lib\n\nfunc main() {\n}\n", []),
    "a/src/main/java/samples/App.java": (
        "package samples;\n@SpringBootApplication\npublic class App {}\n",
        [("application", "App", 2, "@SpringBootApplication")],
    ),
    "w/pom.xml": ("<project>\n<artifactId>w</artifactId>\n<packaging>war</packaging></project>",
                  [("application", "w", 3, "packaging war")]),
    "b/build.gradle": ("plugins {\n  id 'application'\n}\n",
                       [("application", "b", 2, "application plugin")]),
    "n/N.csproj": ('<Project Sdk="Microsoft.NET.Sdk.Web"></Project>',
                   [("application", "N", 1, "Microsoft.NET.Sdk.Web")]),
    "m/M.csproj": ("<Project><PropertyGroup><UseMaui>true</UseMaui></PropertyGroup></Project>",
                   [("mobile app", "M", 1, ".NET MAUI")]),
    "config.ru": ("run App\n", [("application", "config.ru", 1, "Rack entry point")]),
    "fly.toml": ('app = "x"\n', [("platform deployment", "root", 1, "Fly.io")]),
    "app/AndroidManifest.xml": (
        '<manifest package="de.x"><category android_name="android.intent.category.LAUNCHER"/>'
        "</manifest>",
        [("mobile app", "de.x", 1, "Android manifest")],
    ),
}  # fmt: skip


def gathered(tmp_path: Path, files: dict[str, str]) -> list[Deployable | Issue]:
    return list(deployables.run(opened(tmp_path, [A(files)])))


@pytest.mark.parametrize("path", CASES)
def test_each_kind_of_file(tmp_path: Path, path: str) -> None:
    content, expected = CASES[path]
    found = gathered(tmp_path, {path: content})
    assert [(one.kind, one.name, one.line, one.detail) for one in found] == expected


def test_the_base_of_the_last_stage_is_kept(tmp_path: Path) -> None:
    found = gathered(tmp_path, {"api/Dockerfile": CASES["api/Dockerfile"][0], "b/Dockerfile": (
        "FROM golang:1.22 AS base\nFROM base\nCMD x\n"
    )})  # fmt: skip
    assert [one.images for one in found] == ["python:3.9-slim", "golang:1.22"]


def test_credentials_in_a_command_are_masked(tmp_path: Path) -> None:
    (one,) = gathered(tmp_path, {"Procfile": "web: run --db postgres://me:geheim99@h/x\n"})
    assert "geheim99" not in one.detail


def test_what_cannot_be_read_is_a_gap_and_templates_are_left_to_helm(tmp_path: Path) -> None:
    found = gathered(tmp_path, {
        "chart/Chart.yaml": "name: shop\n",
        "chart/templates/a.yaml": "apiVersion: v1\nkind: {{ x }}: {{\n",
        "package.json": "{",
        "vendor/x/Procfile": "web: x\n",
    })  # fmt: skip
    assert [(type(one).__name__, one.path) for one in found] == [
        ("Issue", "chart"), ("Deployable", "chart/Chart.yaml"), ("Issue", "package.json"),
    ]  # fmt: skip


def test_variants_of_a_workload_count_once_and_examples_not_at_all(tmp_path: Path) -> None:
    table = tables_of(gathered(tmp_path, {
        "a/cron.yaml": CRON_JOB, "b/cron.yaml": CRON_JOB, "examples/Procfile": "web: x\n",
        "watch Example/Procfile": "web: x\n", "fuzz/Procfile": "web: x\n",
        ".github/workflows/scan.yml": "name: Scan\non: {schedule: [{cron: 0 1 * * *}]}\n",
    }), Deployable)[Deployable].assign(repo="app")  # fmt: skip
    answers = list(entry_points.run(date(2026, 1, 1), table))
    values = {one.name: one.value for one in answers if isinstance(one, Metric) and not one.repo}
    assert values == {"deployables.count": 1, "deployables.scheduled": 1}
    counted = next(one for one in answers if isinstance(one, Metric))
    assert counted.basis == "scheduled job (1)"
    listed = next(one for one in answers if isinstance(one, Series) and one.name == "deployables")
    assert listed.rows == (
        (
            "app",
            "pipeline by the clock",
            "Scan",
            "by the clock: 0 1 * * *",
            ".github/workflows/scan.yml:2",
        ),
        ("app", "scheduled job", "nightly", "CronJob 0 3 * * *", "a/cron.yaml:2"),
    )


@given(st.sampled_from([*CASES, "x.xcodeproj/project.pbxproj"]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(path: str, raw: bytes) -> None:
    reader = _reader(path)
    assert reader in {one for _, one in _READERS}
    try:
        rows = list(reader(path, raw))
    except ValueError:
        return
    assert all(isinstance(one, Started) for one in rows)
