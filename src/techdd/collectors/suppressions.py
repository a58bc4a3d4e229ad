"""Marks and files by which a client's code asks tools to be silent; none of them is obeyed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from posixpath import basename
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.collectors._silenced import silenced
from techdd.counting import of_repository
from techdd.facts import File
from techdd.guard import Unreadable, one_file
from techdd.languages import utf8
from techdd.model import Issue, Location, Metric, Observation, Series, Value
from techdd.repository import MAX_SOURCE, MISSING, Repository
from techdd.triage import mark_of

if TYPE_CHECKING:
    from pandas import DataFrame

# A quoted text, or the sign of a comment outside of one.
_QUOTED = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|(?P<comment>#|//|/\*|<!--)"
)
_LONGEST = 2_000  # characters before a mark that are looked at for quotes
_LEFT_OUT = ("binary", "vendored", "minified", "generated", "documentation")
_PLACES = 10  # of one tool, named


class Suppression(NamedTuple):
    """One inline mark, or one file of settings (`line` None), that narrows what a tool reports."""

    tool: str
    marker: str
    path: str
    line: int | None
    role: str


class SuppressionScan(NamedTuple):
    """How many files of one repository were searched for marks."""

    files: int


# Tools whose silence can hide a security problem; the others speak of style and types.
SECURITY = frozenset(
    (
        "bandit", "gosec", "ruff or flake8 (security rules)", "Semgrep", "Sonar", "Gitleaks",
        "Kingfisher", "detect-secrets", "TruffleHog", "Snyk", "Checkov", "tfsec", "Trivy", "KICS",
        "OSV-Scanner", "CodeQL", "Brakeman", "ESLint (security rules)", "RuboCop (security rules)",
        "Dependency-Check", "npm audit", "SpotBugs", "Psalm (taint)",
        "PHP_CodeSniffer (security rules)",
        "Java compiler (security rules)", "C# compiler (security rules)", "njsscan", "Grype",
        "Safety", "pip-audit", "cargo-audit", "cargo-deny", "govulncheck", "bundler-audit",
    )
)  # fmt: skip
# (tool, mark), the narrower first: some tools look for their mark behind the sign of a comment,
# some anywhere. A bare mark of a linter silences all its rules, of which few are about security and
# those seldom switched on: it is no sign that a security warning was silenced.
_COMMENTED = (
    ("bandit", r"nosec\b"),
    ("Semgrep", r"nosem(?:grep)?\b"),
    ("CodeQL", r"lgtm\b|codeql\["),
    ("Checkov", r"checkov:skip\b"),
    ("KICS", r"kics-scan (?:ignore|disable)\b"),
    ("ruff or flake8 (security rules)", r"(?:noqa|NOQA|NoQA):[\w, ]*\bS\d{3}\b"),
    ("ruff or flake8", r"(?:(?:ruff|flake8):\s?)?(?:noqa|NOQA|NoQA)\b"),
    ("gosec", r"nolint:[\w,]*gosec\b"),
    ("golangci-lint", r"nolint\b"),
    (
        "ESLint (security rules)",
        r"eslint-disable[\w-]*\s[^\n*]{0,200}?(?:security/|no-(?:implied-)?eval\b)",
    ),
    ("ESLint", r"eslint-disable"),
    ("TypeScript", r"@ts-(?:ignore|nocheck|expect-error)\b"),
    ("mypy or pyright", r"(?:type|pyright|mypy):\s?ignore"),
    ("pylint", r"pylint:\s?disable"),
    ("RuboCop (security rules)", r"rubocop:\s?(?:disable|todo)\s[^\n]{0,200}?\bSecurity\b"),
    ("RuboCop", r"rubocop:\s?(?:disable|todo)\b"),
    (
        "PHP_CodeSniffer (security rules)",
        r"phpcs:(?:ignore|disable)\s[^\n]{0,200}?(?:Security|PHPCS_SecurityAudit)",
    ),
    ("PHP_CodeSniffer", r"phpcs:(?:ignore|disable)|@codingStandardsIgnore"),
    ("PHPStan", r"@phpstan-ignore"),
    ("Psalm (taint)", r"@psalm-suppress\s+Tainted|@psalm-taint-(?:escape|unescape)\b"),
    ("Psalm", r"@psalm-suppress\b"),
    ("lizard", r"lizard forgives?\b"),
    ("Hadolint", r"hadolint ignore="),
    ("ShellCheck", r"shellcheck disable="),
    ("Stylelint", r"stylelint-disable"),
)
_ANYWHERE = (
    ("Sonar", r"\bNOSONAR\b"),
    ("Gitleaks", r"\bgitleaks:allow\b"),
    ("Kingfisher", r"\bkingfisher:(?:ignore|allow)\b"),
    ("TruffleHog", r"\btrufflehog:ignore\b"),
    ("detect-secrets", r"\bpragma:\s?(?:allow|white)list[ -](?:nextline[ -])?secret\b"),
    ("Snyk", r"\bdeepcode ignore\b"),
    ("tfsec", r"\btfsec:ignore\b"),
    ("Trivy", r"\btrivy:ignore\b"),
    ("SpotBugs", r"@SuppressFBWarnings\b"),
    # Rules of Sonar and of Find Security Bugs by their numbers, and Sonar's vulnerabilities.
    (
        "Java compiler (security rules)",
        r"@SuppressWarnings\([^)\n]{0,200}?(?:\bS\d{3,4}\"|findsecbugs|lgtm)",
    ),
    ("Java compiler", r"@SuppressWarnings\b"),
    (
        "C# compiler (security rules)",
        r"#pragma warning disable [^\n]{0,200}?\b(?:CA[235]\d{3}|SCS\d{4}|SYSLIB0011)\b"
        r"|\[(?:assembly: ?)?SuppressMessage\(\s*\"[^\"\n]{0,40}Security",
    ),
    ("C# compiler", r"#pragma warning disable\b|\[(?:assembly: ?)?SuppressMessage\("),
    ("Rust compiler", r"#!?\[allow\("),
)
_TOOLS = [tool for tool, _ in (*_COMMENTED, *_ANYWHERE)]
_MARKS = re.compile(
    r"(?:#|//|/\*|--|<!--|;|%)[ \t*#]*(?:"
    + "|".join(f"({mark})" for _, mark in _COMMENTED)
    + ")|"
    + "|".join(f"({mark})" for _, mark in _ANYWHERE)
)
# One of them stands in each mark; looking for them first is ten times faster.
_WORDS = (
    "nosec", "nosem", "lgtm", "codeql", "checkov", "kics-scan", "noqa", "NOQA", "NoQA", "nolint",
    "eslint-disable", "@ts-", "ignore", "pylint", "rubocop", "phpcs", "@codingStandards",
    "@phpstan", "@psalm", "lizard", "hadolint", "shellcheck", "stylelint", "NOSONAR", "gitleaks",
    "kingfisher", "trufflehog", "pragma", "deepcode", "tfsec", "trivy", "@Suppress",
    "SuppressMessage", "allow(",
)  # fmt: skip
# Of a mark, the words that are the tool's own: what follows is the client's text.
_MARKER = re.compile(r"[@#!\[]*[A-Za-z_-]+(?::(?:allow|ignore|disable|skip|todo))?")
_FILES = {
    ".bandit": "bandit", ".gitleaksignore": "Gitleaks", ".gitleaks.toml": "Gitleaks",
    "gitleaks.toml": "Gitleaks", ".semgrepignore": "Semgrep", ".trivyignore": "Trivy",
    ".trivyignore.yaml": "Trivy", "osv-scanner.toml": "OSV-Scanner", ".snyk": "Snyk",
    ".secrets.baseline": "detect-secrets", ".checkov.yaml": "Checkov", ".checkov.yml": "Checkov",
    ".tfsecignore": "tfsec", "brakeman.ignore": "Brakeman",
    "spotbugs-exclude.xml": "SpotBugs",
    "findbugs-exclude.xml": "SpotBugs", ".njsscan": "njsscan", "codeql-config.yml": "CodeQL",
    ".nsprc": "npm audit",
    "audit-ci.json": "npm audit", "dependency-check-suppressions.xml": "Dependency-Check",
    "kingfisher.yaml": "Kingfisher", "phpstan-baseline.neon": "PHPStan",
    "psalm-baseline.xml": "Psalm", ".eslintignore": "ESLint", ".rubocop_todo.yml": "RuboCop",
}  # fmt: skip


@collector(makes=(Suppression, SuppressionScan), needs=(File,), version=2)
def suppression_marks(repo: Repository, files: DataFrame) -> Gathered:
    """Marks and settings of the client's own files; vendored and generated ones are left out."""
    own = files[~files["role"].isin(_LEFT_OUT)].sort_values("path")
    copies: dict[str, list[Any]] = defaultdict(list)
    for file in own.itertuples():
        tool = _FILES.get(basename(file.path))
        if tool:
            yield Suppression(tool, basename(file.path), file.path, None, file.role)
        if 0 <= file.size <= MAX_SOURCE:
            copies[file.blob].append(file)
        else:
            yield Issue("not searched for suppressions", file.path, f"{file.size:,} bytes")
    searched = 0
    for blob, content in repo.blobs(copies):
        if content is None:
            for file in copies[blob]:
                reason = "not searched for suppressions"
                yield Issue(reason, file.path, MISSING, transient=True)
            continue
        try:
            with one_file(content):
                text = utf8(content)[0].decode("utf-8", "replace")
                marks = list(_marks(text))
                settings = {
                    file.path: [] if basename(file.path) in _FILES else [*silenced(file.path, text)]
                    for file in copies[blob]
                }
        except Unreadable as error:
            for file in copies[blob]:
                yield Issue("not searched for suppressions", file.path, str(error))
            continue
        searched += len(copies[blob])
        for file in copies[blob]:
            for tool, marker, line in [*marks, *settings[file.path]]:
                # gosec took bandit's mark over.
                known = "gosec" if tool == "bandit" and file.language == "Go" else tool
                yield Suppression(known, marker, file.path, line, file.role)
    yield SuppressionScan(searched)


def _marks(text: str) -> Iterator[tuple[str, str, int]]:
    """(tool, mark, line) in the order of the text."""
    if not any(word in text for word in _WORDS):
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if any(word in line for word in _WORDS):
            for found in _MARKS.finditer(line):
                assert found.lastindex
                if found.lastindex <= len(_COMMENTED) and _is_text(line, found.start()):
                    continue
                known = _MARKER.match(found[found.lastindex])
                yield _TOOLS[found.lastindex - 1], known[0] if known else "", number


def _is_text(line: str, place: int) -> bool:
    """Whether what stands there is quoted, and no comment."""
    if place > _LONGEST:
        return False
    for found in _QUOTED.finditer(line[: 2 * _LONGEST]):
        if found["comment"] or found.start() > place:
            return False
        if place < found.end():
            return True
    return False


@probe(domain="security", needs=(Suppression, SuppressionScan))
def suppressions(_as_of: date, found: DataFrame, scans: DataFrame) -> Answered:
    """How often does the code ask security tools to be silent?"""
    silenced = found[found["tool"].isin(SECURITY) & (found["role"] != "test")]
    for repo in ["", *sorted(scans["repo"].unique())]:
        rows, searched = (of_repository(repo, table) for table in (silenced, scans))
        count = float(len(rows)) if len(searched) else None
        basis = f"{searched['files'].sum():,} files searched; marks in tests not counted"
        note = "" if len(searched) else "no repository was searched"
        yield Metric("suppressions.count", count, "marks", repo, basis, note)
    for (repo, tool), rows in silenced.groupby(["repo", "tool"]):
        ordered = rows.sort_values(["path", "line"]).head(_PLACES)
        places = [
            Location(path, int(line) or None)
            for path, line in zip(ordered["path"], ordered["line"].fillna(0), strict=True)
        ]
        values: dict[str, Value] = {"tool": str(tool), "count": len(rows)}
        mark = mark_of(map(str, rows["path"]))
        yield Observation("suppressed-checks", str(repo), str(tool), tuple(places), values, mark)
    if len(found):
        counts = found.groupby("tool").size()
        yield Series(
            "suppressions_by_tool",
            "Marks and settings that silence tools",
            ("tool", "about security", "marks and files"),
            tuple(
                (str(tool), "yes" if tool in SECURITY else "no", int(count))
                for tool, count in sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
            ),
            note="Counted over all repositories, tests included; none was obeyed in this audit.",
        )
