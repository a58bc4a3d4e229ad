"""Whether the notices that licences ask for can go with the product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.counting import of_repository
from techdd.depsdev import PackageFact
from techdd.facts import Package
from techdd.languages import utf8
from techdd.licensing import (
    NOTICES,
    PROPRIETARY,
    UNKNOWN,
    Delivery,
    Term,
    Terms,
    bases,
    classify,
)
from techdd.lockfiles import TOOLS
from techdd.model import Issue, Location, Metric, Observation
from techdd.repository import MISSING, Repository
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame


class NoticeSign(NamedTuple):
    """A file of notices, or a line that names a tool that makes one."""

    path: str
    tool: str  # "" = the file itself
    copied: bool  # it came with a copy of others' code


_FILE = re.compile(
    r"(?:^|/)(?:notices?|third[-_ ]?party[-_\w ]*|3rd[-_]?party[-_\w]*|open[-_]?source[-_\w]*"
    r"|oss[-_](?:licen[cs]es|notices|attribution)|attributions?|acknowledge?ments?|credits"
    r"|licen[cs]es[-_](?:all|bundled|third[-_]?party)|bundled[-_]licen[cs]es)"
    r"(?:\.(?:txt|md|html?|rst|json|csv|ya?ml|xml|adoc))?$",
    re.IGNORECASE,
)
_COPIED = re.compile(
    r"(?:^|/)(?:node_modules|vendors?|third[-_]?party|3rd[-_]?party|externals?|deps|_vendor)/", re.I
)
_SEARCHED = re.compile(
    r"(?:^|/)(?:package\.json|pom\.xml|build\.gradle(?:\.kts)?|Cargo\.toml|pyproject\.toml|tox\.ini"
    r"|setup\.cfg|Makefile|Taskfile\.ya?ml|justfile|noxfile\.py|composer\.json|Gemfile|Rakefile"
    r"|webpack[\w.-]*\.[cm]?[jt]s|(?:vite|rollup|esbuild)\.config\.[cm]?[jt]s|angular\.json"
    r"|about\.toml|deny\.toml|\.gitlab-ci\.ya?ml|Jenkinsfile|azure-pipelines\.ya?ml"
    r"|\.pre-commit-config\.ya?ml|pubspec\.yaml|[\w.-]+\.csproj|requirements[\w-]*\.txt)$"
    r"|^\.github/workflows/[^/]+\.ya?ml$|^\.circleci/[^/]+\.ya?ml$"
)
_TOOL = re.compile(
    r"license-checker(?:-rseidelsohn)?|license-webpack-plugin|rollup-plugin-license"
    r"|webpack-license-plugin|generate-license-file|license-report\b|oss-attribution-generator"
    r"|\"?extractLicenses\"?|cargo-about|cargo about|cargo-bundle-licenses|oss-licenses-plugin"
    r"|aboutlibraries|license-maven-plugin|gradle-license-(?:plugin|report)|licensee\b"
    r"|com\.github\.jk1\.dependency-license-report|go-licenses|google/go-licenses|pip-licenses"
    r"|pip-licence|\breuse (?:lint|spdx)|fsfe/reuse|license_finder|licensed (?:cache|status|notice)"
    r"|nuget-license|dotnet-project-licenses|flutter_oss_licenses|composer licenses|fossa\b"
    r"|third-party-notices|thirdparty-notices|yarn licenses|pnpm licenses|license-check-and-add"
)
_NAMED = 5  # places of each kind
_MAX = 1_000_000  # bytes of a file that is searched
# Terms that ask for no notice.
_SILENT = frozenset(("0BSD", "CC0-1.0", "MIT-0", "Unlicense", "WTFPL", "BSL-1.0"))
_NOT_OWED = (UNKNOWN, PROPRIETARY)


@collector(makes=(NoticeSign,))
def notice_signs(repo: Repository) -> Gathered:
    """Files of notices, and tools that make them as manifests and pipelines name them."""
    entries = repo.regular_files()
    for entry in entries:
        if _FILE.search(entry.path):
            yield NoticeSign(entry.path, "", bool(_COPIED.search(entry.path)))
    wanted = [one for one in entries if _SEARCHED.search(one.path) and not _COPIED.search(one.path)]
    readable = [entry for entry in wanted if 0 <= entry.size <= _MAX]
    yield from (Issue("not searched for notices", one.path) for one in wanted if one.size > _MAX)
    contents = repo.blobs(entry.blob for entry in readable)
    for entry, (_, content) in zip(readable, contents, strict=True):
        if content is None:
            yield Issue(MISSING, entry.path, transient=True)
        elif found := _TOOL.search(utf8(content)[0].decode("utf-8", "replace")):
            yield NoticeSign(entry.path, found[0].strip('"'), copied=False)


@probe(domain="dependencies", needs=(NoticeSign, Package, PackageFact, Delivery, Term))
def notices(
    _: date,
    signs: DataFrame,
    packages: DataFrame,
    facts: DataFrame,
    deliveries: DataFrame,
    policy: DataFrame,
) -> Answered:
    """Can the notices that third-party licences ask for go with the product?"""
    terms = Terms(policy, deliveries)
    shipped = packages[(packages["scope"] != "development") & ~packages["ecosystem"].isin(TOOLS)]
    owed = _owed(shipped, facts)
    for repo in ("", *sorted(str(repo) for repo in deliveries["repo"])):
        rows, seen = (of_repository(repo, table) for table in (owed, signs))
        count = len(rows.drop_duplicates(["ecosystem", "name", "version"]))
        sources = _sources(seen[~seen["copied"]])
        basis = f"notices: {some_of(sources, 3) or 'none found'}"
        yield Metric("notices.owed", float(count), "packages", repo, basis)
        copies = _sources(seen[seen["copied"]])
        if repo and (count or copies) and not sources:
            yield from _missing(repo, count, copies, sorted(set(rows["manifest"])), terms)


def _missing(
    repo: str, count: int, copies: list[str], manifests: list[str], terms: Terms
) -> Iterator[Observation]:
    judged = terms.judge(NOTICES, repo)
    if judged.verdict != "allowed":
        yield Observation(
            "notices-missing",
            repo,
            "notices",
            tuple(map(Location, [*manifests[:_NAMED], *copies[:_NAMED]])),
            {
                "count": count,
                "copies": len(copies),
                "severity": judged.severity,
                "verdict": judged.verdict,
                "told": judged.told,
            },
        )


def _sources(signs: DataFrame) -> list[str]:
    """Where notices come from: tools and files."""
    return sorted({str(row.tool) or str(row.path) for row in signs.itertuples()})


def _owed(shipped: DataFrame, facts: DataFrame) -> DataFrame:
    """The packages whose stated licence asks for a notice."""
    from pandas import Series

    key = ["ecosystem", "name", "version"]
    looked_up = dict(
        zip(facts[key].itertuples(index=False, name=None), facts["licence"], strict=True)
    )
    rows = shipped[["licence", *key]].itertuples(index=False, name=None)
    stated = (str(row[0] or looked_up.get(row[1:], "")) for row in rows)
    return shipped[Series([_asks(one) for one in stated], index=shipped.index, dtype=bool)]


def _asks(licence: str) -> bool:
    spdx, category = classify(licence)
    return category not in _NOT_OWED and not bases(spdx) & _SILENT
