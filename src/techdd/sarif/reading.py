"""Reads SARIF 2.1.0: what a tool reported, where, how grave, and whether its user set it aside.

A tool's message and its snippets are not kept, for they can quote a secret; what is kept loses
what looks like one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from techdd.files import read
from techdd.guard import Unreadable, one_file
from techdd.model import Issue
from techdd.text import clean, disguised, masked

MAX_BYTES = 20_000_000  # of one file
MAX_RESULTS = 20_000  # of one file
NOT_READ = "SARIF not read"
_CWE = re.compile(r"\bcwe[-_/: ]*(?:cwe[-_ ]?)?0*([1-9][0-9]{0,4})\b", re.IGNORECASE)
_LEVELS = {"error": "high", "warning": "medium", "note": "low", "none": "info"}
_PRECISION = {"very-high": "high", "high": "high", "medium": "medium", "low": "low"}
_SECURITY = re.compile(r"\b(?:security|cwe|owasp|vulnerability)\b", re.IGNORECASE)
# Tools that report on security and nothing else, so that many do not say it of each rule.
_SCANNERS = re.compile(
    r"(?i)\b(?:brakeman|bandit|bearer|checkov|cfn[-_ ]?nag|dependency[-_ ]?check|fortify|zap"
    r"|detect[-_ ]?secrets|flawfinder|gitleaks|gosec|grype|horusec|kics|kingfisher|kubescape"
    r"|kube[-_ ]?bench|mobsf\w*|njsscan|nodejsscan|osv[-_ ]?scanner|pip[-_ ]?audit|prowler"
    r"|retire(?:\.?js)?|scout ?suite|security ?code ?scan|snyk|terrascan|tfsec|trivy|trufflehog"
    r"|veracode|checkmarx)\b"
)
_IS_ROOT = re.compile(r"%?(?:\w*_)?(?:SRC|SOURCE|PROJECT|REPO|REPOSITORY|WORKSPACE)_?ROOT%?", re.I)
_TITLE = 200  # characters
_PATH = 1_000


class ImportedResult(NamedTuple):
    """One result of another tool, as it rates it; `source` is the file that told of it."""

    tool: str
    version: str
    rule: str
    title: str
    severity: str  # critical, high, medium, low or info
    confidence: str
    cwe: str  # "CWE-89"; "" = none given
    security: bool  # whether the tool or its CWE says that it is about security
    path: str  # as the tool names it; "/..." from the root of the machine that it ran on
    line: int  # 0 = not said
    accepted: str  # "" or how the tool's user set it aside: "inSource" or "external"
    source: str


class HandedIn(ImportedResult):
    """One result of a file that engagement.yaml names for a repository."""


class _Unfit(Exception):
    """No SARIF that can be read; the message says why."""


def read_sarif(content: bytes, source: str) -> Iterator[ImportedResult | Issue]:
    """The results in `content`, and an Issue for what of it could not be read."""
    try:
        runs = _runs(content)
    except _Unfit as error:
        yield Issue(NOT_READ, source, str(error))
        return
    left, odd = MAX_RESULTS, 0
    for run in runs:
        tool = _Tool(run)
        for raw in _list(run.get("results")):
            if left == 0:
                yield Issue(NOT_READ, source, f"more than {MAX_RESULTS:,} results")
                return
            left -= 1
            if not isinstance(raw, dict):
                odd += 1
            elif _counts(raw):
                yield tool.result(raw, source)
    if odd:
        yield Issue(NOT_READ, source, f"{odd:,} results without form")


def handed_in(path: Path, name: str) -> Iterator[ImportedResult | Issue]:
    """The same for a file outside the repositories, called `name`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            yield Issue(NOT_READ, name, f"larger than {MAX_BYTES:,} bytes")
            return
        content = read(path)
    except OSError as error:
        yield Issue(NOT_READ, name, str(error.strerror))
        return
    yield from read_sarif(content, name)


def _runs(content: bytes) -> list[dict[str, Any]]:
    try:
        with one_file(content):
            document = json.loads(content)  # in whichever UTF; PowerShell writes UTF-16
    except Unreadable as error:
        raise _Unfit(str(error)) from None
    except ValueError as error:
        raise _Unfit(f"no JSON ({type(error).__name__})") from None
    if not isinstance(document, dict) or not isinstance(document.get("runs"), list):
        raise _Unfit("no 'runs'")
    if document.get("version") != "2.1.0":
        raise _Unfit("not of version 2.1.0")
    runs = [run for run in document["runs"] if isinstance(run, dict)]
    external = [
        run for run in runs if _dict(run.get("externalPropertyFileReferences")).get("results")
    ]
    if external:
        raise _Unfit("its results are in other files")
    return runs


def _counts(raw: dict[str, Any]) -> bool:
    """Whether a result is a problem of the code as it was analysed."""
    failed = raw.get("kind", "fail") in ("fail", "open", "review")
    return failed and raw.get("baselineState") != "absent"


class _Tool:
    """The tool of one run and its rules."""

    def __init__(self, run: dict[str, Any]) -> None:
        tool = _dict(run.get("tool"))
        driver = _dict(tool.get("driver"))
        self.name = disguised(_word(_text(driver.get("name"))))[:80] or "unnamed tool"
        version = _text(driver.get("semanticVersion") or driver.get("version"))
        self.version = disguised(version)[:40]
        self.parts = [driver, *map(_dict, _list(tool.get("extensions")))]
        self.rules = {
            _text(rule.get("id")): rule
            for part in self.parts
            for rule in map(_dict, _list(part.get("rules")))
        }
        self.bases = {
            name: _text(_dict(base).get("uri"))
            for name, base in _dict(run.get("originalUriBaseIds")).items()
            if not _IS_ROOT.fullmatch(name)
        }

    def result(self, raw: dict[str, Any], source: str) -> ImportedResult:
        """One result with what its rule says of it."""
        name, rule = self._rule(raw)
        own, general = _dict(raw.get("properties")), _dict(rule.get("properties"))
        tags = [*_texts(general.get("tags")), *_texts(own.get("tags"))]
        cwe = next(iter(_cwes(raw, rule, tags, own, general)), "")
        path, line = self._place(raw)
        title = _said(rule, "shortDescription") or _text(rule.get("name")) or name
        secure = bool(cwe) or "security-severity" in general or "security-severity" in own
        secure = secure or bool(_SCANNERS.search(self.name))
        return ImportedResult(
            tool=self.name,
            version=self.version,
            rule=disguised(_word(name))[:_TITLE],
            title=masked(clean(title))[:_TITLE],
            severity=_severity(raw, rule, own, general),
            confidence=_confidence(general, tags),
            cwe=cwe,
            security=secure or any(map(_SECURITY.search, (*tags, name))),
            path=clean(path[:_PATH]),
            line=line,
            accepted=_accepted(raw),
            source=source,
        )

    def _rule(self, raw: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """(id, rule): by id, or by its place in the tool or in one of its extensions."""
        named = _dict(raw.get("rule"))
        name = _text(raw.get("ruleId")) or _text(named.get("id"))
        part = _dict(named.get("toolComponent")).get("index", -1)
        rules = _list(_at(self.parts, part + 1 if isinstance(part, int) else 0).get("rules"))
        placed = _at(rules, raw.get("ruleIndex", named.get("index", -1)))
        found = placed or self.rules.get(name) or self.rules.get(name.rpartition("/")[0]) or {}
        return name or _text(found.get("id")) or "unnamed rule", found

    def _place(self, raw: dict[str, Any]) -> tuple[str, int]:
        first = _dict(_at(_list(raw.get("locations")), 0).get("physicalLocation"))
        artifact = _dict(first.get("artifactLocation"))
        uri = _text(artifact.get("uri"))
        base = self.bases.get(_text(artifact.get("uriBaseId")), "")
        line = _dict(first.get("region")).get("startLine")
        path = _path(f"{base}{uri}" if base and ":" not in uri else uri)
        return path, line if isinstance(line, int) and 0 < line < 1 << 31 else 0


def _path(uri: str) -> str:
    """The path of a URI or of what some tools write in its place, "/" between its parts."""
    try:
        split = urlsplit(uri.replace("\\", "/"))
    except ValueError:
        return ""
    drive = len(split.scheme) == 1  # of Windows
    path = split.path if split.scheme and not drive else uri.replace("\\", "/")
    path = unquote(path)
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts or not parts:
        return ""
    whole = path.startswith("/") or parts[0].endswith(":")
    return f"{'/' if whole else ''}{'/'.join(parts)}"


def _severity(
    raw: dict[str, Any], rule: dict[str, Any], own: dict[str, Any], general: dict[str, Any]
) -> str:
    """By `security-severity`, in the bands of CVSS, where it is given; else by the level."""
    for given in (own, general):
        try:
            score = float(given.get("security-severity", ""))
        except (ValueError, TypeError, OverflowError):
            continue
        bands = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"))
        return next((name for bound, name in bands if score >= bound), "info")
    level = raw.get("level") or _dict(rule.get("defaultConfiguration")).get("level")
    return _LEVELS.get(_text(level), "medium")


def _confidence(general: dict[str, Any], tags: Iterable[str]) -> str:
    if known := _PRECISION.get(_text(general.get("precision"))):
        return known
    given = (tag.split()[0].lower() for tag in tags if tag.upper().endswith(" CONFIDENCE"))
    return next((word for word in given if word in ("low", "medium", "high")), "medium")


def _cwes(
    raw: dict[str, Any],
    rule: dict[str, Any],
    tags: Iterable[str],
    own: dict[str, Any],
    general: dict[str, Any],
) -> Iterator[str]:
    """The CWEs that a result or its rule names, wherever tools put them."""
    related = [_dict(_dict(one).get("target")) for one in _list(rule.get("relationships"))]
    for one in (*map(_dict, _list(raw.get("taxa"))), *related):
        if _text(_dict(one.get("toolComponent")).get("name")).upper() == "CWE":
            yield from (f"CWE-{n}" for n in re.findall(r"[1-9][0-9]{0,4}", _text(one.get("id"))))
    for text in (*tags, *_texts(own.get("cwe")), *_texts(general.get("cwe"))):
        if found := _CWE.search(text):
            yield f"CWE-{found[1]}"


def _accepted(raw: dict[str, Any]) -> str:
    """How the tool's user set a result aside; under review or rejected is not set aside."""
    for one in map(_dict, _list(raw.get("suppressions"))):
        if one.get("status", "accepted") == "accepted":
            return "inSource" if one.get("kind") == "inSource" else "external"
    return ""


def _said(rule: dict[str, Any], key: str) -> str:
    return _text(_dict(rule.get(key)).get("text")).split("\n")[0]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    """One text or several: tools write both."""
    return [text for one in (value if isinstance(value, list) else [value]) if (text := _text(one))]


def _word(text: str) -> str:
    """A name that cannot be taken for several: names are listed with commas between them."""
    return " ".join(text.replace(",", " ").split())


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _at(values: list[Any], place: Any) -> dict[str, Any]:
    fits = isinstance(place, int) and 0 <= place < len(values)
    return _dict(values[place]) if fits else {}
