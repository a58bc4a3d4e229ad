"""Settings and pipelines in which a security tool is told to leave something, or to fail nothing.

They are searched as text, each by expressions of its own: nothing of them is interpreted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from techdd.guard import Unreadable

_RUFF = "ruff or flake8 (security rules)"
_LARGEST, _LONGEST = 1_000_000, 2_000  # characters of a file of settings, and of a line
_CARGO = r"(?s)\bignore\s*=\s*\[[^\]]{0,500}?\bRUSTSEC-"
_S_RULE = r"[\"']S\d{0,3}[\"']"


class _Setting(NamedTuple):
    """What silences `tool` in files of that name; the mark is told, never what stands beside it."""

    path: str
    tool: str
    marker: str
    pattern: str


_SETTINGS = tuple(
    (re.compile(rf"(?:^|/)(?:{one.path})$"), one, re.compile(one.pattern, re.MULTILINE))
    for one in (
        _Setting(
            r"pyproject\.toml", "bandit", "skips",
            r"^\[tool\.bandit\]\n(?:(?!\[)[^\n]*\n)*?(?:skips|exclude_dirs|exclude|tests)\s*=",
        ),
        _Setting(
            r"setup\.cfg|tox\.ini", "bandit", "skips",
            r"^\[bandit\]\n(?:(?!\[)[^\n]*\n)*?(?:skips|exclude|tests)\s*[=:]",
        ),
        _Setting(r"\.?bandit\.ya?ml", "bandit", "skips", r"^(?:skips|exclude_dirs|tests)\s*:"),
        _Setting(
            r"pyproject\.toml|\.?ruff\.toml", _RUFF, "ignore",
            rf"^[ \t]*(?:lint\.)?(?:extend-)?ignore\s*=\s*\[[^\]]{{0,2000}}?{_S_RULE}",
        ),
        _Setting(
            r"pyproject\.toml|\.?ruff\.toml", _RUFF, "per-file-ignores",
            rf"^[ \t]*[\"'](?![^\"'\n]*test)[^\"'\n]+[\"']\s*=\s*\[[^\]]{{0,2000}}?{_S_RULE}",
        ),
        _Setting(
            r"setup\.cfg|tox\.ini|\.flake8", _RUFF, "ignore",
            r"^(?:extend-)?ignore\s*=[^\n]*\bS\d{1,3}\b",
        ),
        _Setting(
            r"sonar-project\.properties|pom\.xml|build\.gradle(?:\.kts)?", "Sonar", "exclusions",
            r"^[^#\n]*?\bsonar\.(?:exclusions|issue\.ignore\.(?:multicriteria\.\w+\.ruleKey"
            r"|allfile|block))\b",
        ),
        _Setting(
            r"\.golangci\.(?:ya?ml|toml|json)", "gosec", "disable",
            r"\bdisable\"?[: \t=]*"
            r"(?:\[[^\]]{0,2000}?\bgosec\b|(?:\n[ \t]*-[ \t]*[\w-]+)*?\n[ \t]*-[ \t]*gosec\b)"
            r"|\bgosec:[ \t]*\n[ \t]*excludes:"
            r"|\blinters:\s*(?:\[[^\]\n]*\bgosec\b|\n[ \t]*-[ \t]*gosec\b)",
        ),
        _Setting(
            r"\.rubocop\.yml", "RuboCop (security rules)", "Enabled",
            r"^Security(?:/\w+)?:[ \t]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+Enabled:\s*false",
        ),
        _Setting(
            r"\.eslintrc(?:\.\w+)?|eslint\.config\.\w+|package\.json", "ESLint (security rules)",
            "off",
            r"[\"']?\b(?:security/[\w-]+|no-(?:implied-)?eval|no-new-func)[\"']?\s*:\s*\[?\s*[\"']?"
            r"(?:off|0)\b",
        ),
        _Setting(
            r"trivy\.ya?ml", "Trivy", "ignore",
            r"^\s*(?:ignorefile|ignore-policy|skip-dirs|skip-files|skip-check)\s*:",
        ),
        _Setting(r"\.grype\.ya?ml", "Grype", "ignore", r"^ignore:[ \t]*\n\s*-"),
        _Setting(r"\.safety-policy\.ya?ml", "Safety", "ignore", r"^\s*ignore-vulnerabilities\s*:"),
        _Setting(
            r"\.tfsec/config\.(?:ya?ml|json)", "tfsec", "exclude",
            r"^[\s{]*\"?(?:exclude|exclude_paths|minimum_severity)\"?\s*:",
        ),
        _Setting(r"\.cargo/audit\.toml", "cargo-audit", "ignore", _CARGO),
        _Setting(r"deny\.toml", "cargo-deny", "ignore", _CARGO),
        _Setting(
            r"[\w.-]*suppress[\w.-]*\.xml", "Dependency-Check", "suppress",
            r"dependency-suppression[\w.-]*\.xsd",
        ),
        _Setting(
            r"psalm(?:\.dist)?\.xml(?:\.dist)?", "Psalm (taint)", "suppress",
            r"<Tainted\w+\s+errorLevel=\"(?:suppress|info)\"|<Tainted\w+>\s*<errorLevel type=\"s"
            r"|runTaintAnalysis=\"false\"",
        ),
    )
)  # fmt: skip
_SCANNERS = {
    "bandit": "bandit", "semgrep": "Semgrep", "gosec": "gosec", "trivy": "Trivy",
    "grype": "Grype", "snyk": "Snyk", "gitleaks": "Gitleaks", "trufflehog": "TruffleHog",
    "safety": "Safety", "pip-audit": "pip-audit", "npm audit": "npm audit",
    "yarn audit": "npm audit", "brakeman": "Brakeman", "bundle audit": "bundler-audit",
    "bundle-audit": "bundler-audit", "tfsec": "tfsec", "checkov": "Checkov", "kics": "KICS",
    "codeql": "CodeQL", "njsscan": "njsscan", "cargo audit": "cargo-audit",
    "osv-scanner": "OSV-Scanner", "govulncheck": "govulncheck",
    "detect-secrets": "detect-secrets", "dependency-check": "Dependency-Check",
}  # fmt: skip
_PIPELINE = re.compile(
    r"^\.github/workflows/[^/]+\.ya?ml$|^\.circleci/config\.ya?ml$"
    r"|(?:^|/)(?:\.gitlab-ci|azure-pipelines|bitbucket-pipelines|\.travis|\.drone)\.ya?ml$"
    r"|(?:^|/)Jenkinsfile$"
)
_SCANNER = re.compile(rf"(?<![\w./-])(?:[\w.-]+/)*({'|'.join(_SCANNERS)})(?:[-@]\S*)?(?![\w/])")
_PASSED = re.compile(
    r"\|\|\s*(?:true|:|exit 0|echo)\b|--exit-zero\b|--exit-code[= ]0\b|--soft-fail\b"
)
_CONTINUES = re.compile(r"^\s*(?:- )?(?:continue-on-error|allow_failure|continueOnError):\s*true\b")
SILENCED = frozenset({*(one.tool for _, one, _ in _SETTINGS), *_SCANNERS.values()})


def silenced(path: str, text: str) -> Iterator[tuple[str, str, int]]:
    """(tool, mark, line) of what the file silences, if its name says that it can.

    Raises Unreadable.
    """
    for named, setting, pattern in _SETTINGS:
        if named.search(path):
            if len(text) > _LARGEST:
                raise Unreadable(f"{len(text):,} characters of settings")
            for found in pattern.finditer(text):
                yield setting.tool, setting.marker, text.count("\n", 0, found.end()) + 1
    if _PIPELINE.search(path):
        yield from _in_pipeline(text)


def _in_pipeline(text: str) -> Iterator[tuple[str, str, int]]:
    """Scanners whose findings stop nothing, by a mark on their line, or on their step or job."""
    for block in _blocks(text):
        waived = any(_CONTINUES.match(line) for _, line in block)
        for number, line in block:
            scanner = _SCANNER.search(line)
            if scanner and _PASSED.search(line, scanner.end()):
                yield _SCANNERS[scanner[1]], "|| true", number
            elif scanner and waived:
                yield _SCANNERS[scanner[1]], "continue-on-error", number


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """The steps, as far as a line says "steps:", and else what stands under one key of the top."""
    block: list[tuple[int, str]] = []
    indent: int | None = 0  # of the block; None before the first of some steps
    for number, whole in enumerate(text.split("\n"), start=1):
        line = whole[:_LONGEST].partition(" #")[0]
        code = line.strip()
        if not code or code.startswith("#"):
            continue
        depth, item = len(line) - len(line.lstrip()), code.startswith("- ")
        if item if indent is None else depth < indent or (depth == indent and (item or not depth)):
            yield block
            block, indent = [], depth
        if code == "steps:":
            yield block
            block, indent = [], None
        block.append((number, line))
    yield block
