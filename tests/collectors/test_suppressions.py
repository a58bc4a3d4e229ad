"""Every mark of silence is seen where it silences, and not where it is only spoken of."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.collectors._silenced import SILENCED, silenced
from techdd.collectors.suppressions import (
    SECURITY,
    Suppression,
    SuppressionScan,
    _marks,
    suppression_marks,
    suppressions,
)
from techdd.facts import File, frame
from techdd.model import Issue, Location, Metric, Observation, Series
from techdd.repository import Repository

RUFF = "ruff or flake8 (security rules)"


@pytest.mark.parametrize(
    ("line", "tool", "marker"),
    [
        ("eval(x)  # nosec B307", "bandit", "nosec"),
        ("eval(x)  #nosec", "bandit", "nosec"),
        ("eval('#')  # it's known: # nosec", "bandit", "nosec"),
        ("x = 1  # B602 is fine  # nosec", "bandit", "nosec"),
        ("exec(x)  # nosemgrep: python.exec", "Semgrep", "nosemgrep"),
        ("// deepcode ignore Sqli: trusted", "Snyk", "deepcode"),
        ("foo(); // nosem", "Semgrep", "nosem"),
        ("foo(); // trusted NOSONAR", "Sonar", "NOSONAR"),
        ("key = 1  # for tests gitleaks:allow", "Gitleaks", "gitleaks:allow"),
        ("key = 1  // kingfisher:ignore", "Kingfisher", "kingfisher:ignore"),
        ("key: 1 # pragma: allowlist secret", "detect-secrets", "pragma"),
        ("key: 1 # pragma: whitelist nextline secret", "detect-secrets", "pragma"),
        ("// trufflehog:ignore", "TruffleHog", "trufflehog:ignore"),
        ("# checkov:skip=CKV_AWS_20: public", "Checkov", "checkov:skip"),
        ("#tfsec:ignore:aws-s3", "tfsec", "tfsec:ignore"),
        ("#trivy:ignore:AVD-1", "Trivy", "trivy:ignore"),
        ("// lgtm[js/xss]", "CodeQL", "lgtm"),
        ("import x  # noqa", "ruff or flake8", "noqa"),
        ("import x  # NOQA", "ruff or flake8", "NOQA"),
        ("# ruff: noqa", "ruff or flake8", "ruff"),
        ("assert x  # noqa: E501, S101", RUFF, "noqa"),
        ("import x  # noqa: F401", "ruff or flake8", "noqa"),
        ("foo() //nolint:errcheck,gosec", "gosec", "nolint"),
        ("foo() //nolint", "golangci-lint", "nolint"),
        ("foo() //nolint:errcheck", "golangci-lint", "nolint"),
        (
            "// eslint-disable-next-line security/detect-eval",
            "ESLint (security rules)",
            "eslint-disable-next-line",
        ),
        ("/* eslint-disable no-console, no-eval */", "ESLint (security rules)", "eslint-disable"),
        ("/* eslint-disable */", "ESLint", "eslint-disable"),
        ("// @ts-ignore", "TypeScript", "@ts-ignore"),
        ("x = f()  # type: ignore[arg-type]", "mypy or pyright", "type"),
        (
            "eval x # rubocop:disable Lint/A, Security/Eval",
            "RuboCop (security rules)",
            "rubocop:disable",
        ),
        ("x = 1 # rubocop:disable Style/A", "RuboCop", "rubocop:disable"),
        ("// phpcs:ignore", "PHP_CodeSniffer", "phpcs:ignore"),
        ("#lizard forgives", "lizard", "lizard"),
        ('    @SuppressWarnings("unchecked")', "Java compiler", "@SuppressWarnings"),
        (
            '    @SuppressWarnings({"unchecked", "java:S2068"})',
            "Java compiler (security rules)",
            "@SuppressWarnings",
        ),
        (
            "// phpcs:ignore WordPress.Security.EscapeOutput",
            "PHP_CodeSniffer (security rules)",
            "phpcs:ignore",
        ),
        ("/** @psalm-suppress TaintedSql */", "Psalm (taint)", "@psalm-suppress"),
        ("/** @psalm-suppress Unused */", "Psalm", "@psalm-suppress"),
        ("#pragma warning disable SYSLIB0011", "C# compiler (security rules)", "#pragma"),
        ("#pragma warning disable CS0618", "C# compiler", "#pragma"),
        ("#![allow(unused)]", "Rust compiler", "#![allow"),
        ("<!-- nosemgrep -->", "Semgrep", "nosemgrep"),
    ],
)
def test_marks(line: str, tool: str, marker: str) -> None:
    ((found, mark, number),) = _marks(f"first\n\n{line}\nlast\n")
    assert (found, mark, number) == (tool, marker, 3)


@pytest.mark.parametrize(
    "line",
    [
        "nosec = 1",
        "# the team does not use nosec here",
        "x = 'noqa'",
        "# noqamatic",
        "eslint-disable",
        "# nosecurity",
        "type: ignore",
        'x = "# nosec in a string"',
        "say('// nosem')",
        "x = `# noqa`",
    ],
)
def test_what_only_speaks_of_marks_is_none(line: str) -> None:
    assert list(_marks(line)) == []


@given(st.text(st.sampled_from("#/ \n:nosecqaligtdEr-*S19,[@"), max_size=300))
@settings(max_examples=60)
def test_lines_are_those_of_the_text(text: str) -> None:
    lines = text.split("\n")
    for _, marker, number in _marks(text):
        assert marker in lines[number - 1]


def test_a_long_line_does_not_hang() -> None:
    text = "// eslint-disable " + "a " * 200_000 + "# noqa:" + "S " * 200_000
    assert len(list(_marks(text))) == 2


def files_of(repo: Repository) -> Any:
    roles = {"tests": "test", "vendor": "vendored", "docs": "documentation"}
    return frame(
        File,
        [
            File(
                entry.path, entry.blob, entry.size, "Go" if entry.path.endswith(".go") else "",
                roles.get(entry.path.split("/")[0], "source"), 1, 1, 0, "", ".",
            )
            for entry in repo.regular_files()
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    secret = "s3cr3t" + "-value"
    files = {
        "app.py": f"a\nx = 1  # nosec {secret}\ny = 2  # nosec\nimport z  # noqa: F401\n",
        "copy.py": "z  # nosec\n",
        "other.py": "z  # nosec\n",
        "main.go": "f() // #nosec G101\n",
        "wide.py": "x = 1  # nosec\n".encode("utf-16"),
        "old.py": "# caf\xe9\nx = 1  # nosec\n".encode("latin-1"),
        "tests/t.py": "x  # nosec\n",
        "vendor/v.py": "x  # nosec\n",
        "docs/d.md": "# nosec\n",
        "sub/.bandit": "[bandit]\nskips = B602\n",
        ".gitleaksignore": "abc\n",
        ".eslintignore": "dist\n",
        "huge.py": "x" * 5_000_001,
    }
    repo = opened(tmp_path_factory.mktemp("suppressions"), [A(files)])
    return list(suppression_marks.run(repo, files_of(repo)))


def answers(gathered: list[Any]) -> list[Metric | Observation | Series]:
    tables = [
        frame(fact, [one for one in gathered if isinstance(one, fact)]).assign(repo="app")
        for fact in (Suppression, SuppressionScan)
    ]
    return list(suppressions.run(date(2026, 1, 1), *tables))


def test_marks_and_settings_are_gathered(gathered: list[Any]) -> None:
    found = {(one.tool, one.path, one.line) for one in gathered if isinstance(one, Suppression)}
    assert found == {
        ("bandit", "app.py", 2), ("bandit", "app.py", 3), ("ruff or flake8", "app.py", 4),
        ("bandit", "copy.py", 1), ("bandit", "other.py", 1), ("gosec", "main.go", 1),
        ("bandit", "wide.py", 1), ("bandit", "old.py", 2), ("bandit", "tests/t.py", 1),
        ("bandit", "sub/.bandit", None), ("Gitleaks", ".gitleaksignore", None),
        ("ESLint", ".eslintignore", None),
    }  # fmt: skip
    assert [one for one in gathered if isinstance(one, Issue)] == [
        Issue("not searched for suppressions", "huge.py", "5,000,001 bytes")
    ]


def test_nothing_of_the_text_beside_a_mark_is_kept(gathered: list[Any]) -> None:
    assert "s3cr3t" not in repr([*gathered, *answers(gathered)])


def test_security_tools_outside_tests_are_judged(gathered: list[Any]) -> None:
    read = answers(gathered)
    metrics = {one.repo: one for one in read if isinstance(one, Metric)}
    assert (metrics["app"].name, metrics["app"].value) == ("suppressions.count", 9)
    assert metrics[""].value == 9
    observed = {one.key: one for one in read if isinstance(one, Observation)}
    assert set(observed) == {"bandit", "gosec", "Gitleaks"}
    assert observed["bandit"].values == {"tool": "bandit", "count": 7}
    assert observed["bandit"].locations[0] == Location("app.py", 2)
    assert observed["Gitleaks"].locations == (Location(".gitleaksignore"),)
    (table,) = (one for one in read if isinstance(one, Series))
    assert table.rows[0] == ("bandit", "yes", 8)
    assert ("ESLint", "no", 1) in table.rows


def test_a_clean_repository_is_zero_and_none_is_none(tmp_path: Path) -> None:
    repo = opened(tmp_path, [A({"a.py": "x = 1\n"})])
    clean = list(suppression_marks.run(repo, files_of(repo)))
    assert clean == [SuppressionScan(1)]
    assert [one.value for one in answers(clean) if isinstance(one, Metric)] == [0, 0]
    (nothing,) = answers([])
    assert isinstance(nothing, Metric)
    assert nothing.value is None


def test_security_names_are_tools_that_are_looked_for() -> None:
    from techdd.collectors.suppressions import _FILES, _TOOLS

    assert {*_TOOLS, *_FILES.values(), *SILENCED} >= SECURITY
    assert SILENCED <= SECURITY


@pytest.mark.parametrize(
    ("path", "text", "tool", "line"),
    [
        ("pyproject.toml", '[tool.bandit]\ntargets = "a"\nskips = ["B101"]\n', "bandit", 3),
        ("setup.cfg", "[bandit]\nskips: B602\n", "bandit", 2),
        ("a/bandit.yaml", "skips: [B101]\n", "bandit", 1),
        ("pyproject.toml", '[tool.ruff.lint]\nignore = [\n  "E501",\n  "S608",\n]\n', RUFF, 4),
        ("ruff.toml", '[lint.per-file-ignores]\n"app/*" = ["S"]\n', RUFF, 2),
        (".flake8", "[flake8]\nextend-ignore = E1,S301\n", RUFF, 2),
        ("sonar-project.properties", "a=b\nsonar.exclusions=src/legacy/**\n", "Sonar", 2),
        (".golangci.yml", "linters:\n  disable:\n    - lll\n    - gosec\n", "gosec", 4),
        (".golangci.yml", "linters:\n  disable: [lll, gosec]\n", "gosec", 2),
        (
            ".rubocop.yml",
            "Security/Eval:\n  Enabled: false\n",
            "RuboCop (security rules)",
            2,
        ),
        (
            ".eslintrc.json",
            '{"rules": {"security/detect-eval": "off"}}\n',
            "ESLint (security rules)",
            1,
        ),
        ("trivy.yaml", "skip-dirs:\n  - a\n", "Trivy", 1),
        (".grype.yaml", "ignore:\n  - vulnerability: CVE-1\n", "Grype", 2),
        (".safety-policy.yml", "security:\n  ignore-vulnerabilities:\n    1:\n", "Safety", 2),
        (".tfsec/config.yml", "exclude: [a]\n", "tfsec", 1),
        (".cargo/audit.toml", '[advisories]\nignore = ["RUSTSEC-1"]\n', "cargo-audit", 2),
        ("deny.toml", '[advisories]\nignore = [\n  "RUSTSEC-1",\n]\n', "cargo-deny", 3),
        (
            "etc/suppression.xml",
            '<suppressions xmlns="https://jeremylong/dependency-suppression.1.3.xsd"/>\n',
            "Dependency-Check",
            1,
        ),
        ("psalm.xml", '<a>\n<TaintedSql>\n<errorLevel type="suppress">', "Psalm (taint)", 3),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - run: pip-audit || true\n      - run: make || true\n",
            "pip-audit",
            4,
        ),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - uses: a/b@v1\n      - name: Scan\n"
            "        uses: aquasecurity/trivy-action@v1\n        continue-on-error: true\n",
            "Trivy",
            6,
        ),
        (
            ".gitlab-ci.yml",
            "sast:\n  allow_failure: true\n  script:\n    - semgrep ci\n",
            "Semgrep",
            4,
        ),
    ],
)
def test_settings_that_silence_a_tool(path: str, text: str, tool: str, line: int) -> None:
    assert [(one, number) for one, _, number in silenced(path, text)] == [(tool, line)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[tool.bandit]\n[tool.x]\nskips = ["B101"]\n'),
        ("pyproject.toml", '[tool.ruff.lint]\nselect = ["S"]\nignore = ["E501"]\n'),
        ("ruff.toml", '[lint.per-file-ignores]\n"tests/*" = ["S101"]\n'),
        (".golangci.yml", "linters:\n  enable:\n    - gosec\n  disable:\n    - lll\n"),
        (".rubocop.yml", "Security/Eval:\n  Enabled: true\nStyle/A:\n  Enabled: false\n"),
        (".eslintrc.json", '{"rules": {"security/detect-eval": "error", "no-eval": 2}}\n'),
        ("deny.toml", "[advisories]\nignore = []\n"),
        (
            ".github/workflows/a.yml",
            "jobs:\n  a:\n    steps:\n      - run: trivy fs .\n      - run: make\n"
            "        continue-on-error: true\n  b:\n    steps:\n      - run: bandit -r a\n",
        ),
        ("README.md", "bandit -r . || true\n"),
    ],
)
def test_settings_that_silence_nothing(path: str, text: str) -> None:
    assert list(silenced(path, text)) == []


@given(
    st.text(st.sampled_from("[]\"'\n -:=ignoregosecdisablelintersSecurity/{}#|true"), max_size=400)
)
@settings(max_examples=60)
def test_settings_of_any_text_do_not_raise(text: str) -> None:
    for path in ("pyproject.toml", ".golangci.yml", ".rubocop.yml", ".github/workflows/a.yml"):
        assert all(0 < line <= text.count("\n") + 1 for _, _, line in silenced(path, text))
