"""One place in the code that one or several tools report, with one severity by one scheme.

The scheme is written down in docs/metrics/security.md.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors.weaknesses.weights import NONE, most
from techdd.patterns import patterns
from techdd.sarif import Named, placed
from techdd.text import place_token

if TYPE_CHECKING:
    from pandas import DataFrame

LEVELS = ("info", "low", "medium", "high")  # never critical: a pattern is no proven attack
CONFIDENCE = ("undefined", "low", "medium", "high")
OURS = "techdd"
HANDED, CLAIMED = "handed in", "claimed"  # where an imported place comes from
NEAR = 2  # lines between what two tools say of one place
# What is run by developers on their own machines, before anything reaches users.
_TOOLING = re.compile(
    r"""(?:^|/)(?:scripts?|tools?|tooling|hack|hacking|utils?/dev|dev|devtools|ci|build|tasks|bin
    |playwright|cypress|docker|deploy|capistrano|generators?|codegen|\.github|\.circleci|migrations?|migrate|seeds?)/|^utils/|\.rake$
    |(?:^|/)(?:setup|noxfile|fabfile|tasks)\.py$|(?:^|/)(?:gulpfile|webpack[.\w]*|vite[.\w]*)\.[cm]?[jt]s$
    |(?:^|/)(?:Rakefile|Vagrantfile)$""",
    re.VERBOSE | re.IGNORECASE,
)
_TOOL = re.compile(r"[\w +-]*(?: v?\d+(?:\.\d[\w-]*)*)?(?: \(imported\))?")


class Place(NamedTuple):
    """One place; `kind` is a rule of ours, else a test of bandit, a CWE, or another tool's rule."""

    repo: str
    kind: str
    family: str
    title: str
    cwe: str
    level: str
    confidence: str
    path: str
    line: int
    role: str
    language: str
    tool: str  # several, separated by ", "
    told: str  # "bandit B602", likewise; of an imported one also the file that says so
    accepted: str  # how the client's tool was told to leave it; "" = not
    silent: bool = False  # shown, and no finding
    origin: str = ""  # HANDED: the adviser named the file; CLAIMED: a file of the tree says so


def graded(severity: str, confidence: str, path: str = "") -> str:
    """The tool's severity, one step lower where it is not sure, and one in developers' tools."""
    known = "high" if severity == "critical" else severity
    level = LEVELS.index(known) if known in LEVELS else LEVELS.index("low")
    unsure = confidence in ("low", "undefined")
    return LEVELS[max(0, level - unsure - bool(_TOOLING.search(path)))]


def merged(places: Iterable[Place]) -> list[Place]:
    """`places` with what several tools say of one place as one: of one family, near each other."""
    by_file: dict[tuple[str, ...], list[Place]] = defaultdict(list)
    for place in places:
        by_file[place.repo, place.path, place.family].append(place)
    found = []
    for there in by_file.values():
        groups: list[list[Place]] = []
        for place in sorted(there, key=lambda one: (one.line, one.tool, one.kind)):
            near = (
                group
                for group in reversed(groups)
                if place.line - group[0].line <= NEAR
                and place.tool not in {one.tool for one in group}
            )
            group = next(near, None)
            if group is None:
                groups.append([place])
            else:
                group.append(place)
        found += [_one(group) for group in groups]
    return sorted(found)


def _one(group: list[Place]) -> Place:
    # What a file of the tree claims of a place adds its name to it, and no weight.
    weighty = [one for one in group if one.origin != CLAIMED] or group
    worst = max(weighty, key=lambda one: (LEVELS.index(one.level), one.tool == OURS))
    return worst._replace(
        confidence=max((one.confidence for one in weighty), key=CONFIDENCE.index),
        silent=all(one.silent for one in group),
        line=group[0].line,
        tool=", ".join(sorted({one.tool for one in group})),
        told=", ".join(sorted({one.told for one in group})),
        accepted=next((one.accepted for one in group if one.accepted), ""),
    )


def of_bandit(found: DataFrame, files: DataFrame) -> Iterator[Place]:
    """What bandit found, as far as its tests count (`weights`)."""
    source = files[files["role"] == "source"]
    languages = {repo: set(own["language"]) for repo, own in source.groupby("repo")}
    for row in found.itertuples():
        limit = most(row.test, languages.get(row.repo, ()))
        silent = limit == NONE
        rule = "" if silent else _by_bandit().get(row.test, "")
        level = graded(row.severity, row.confidence, row.path)
        if limit:
            level = min(level, LEVELS[0] if silent else limit, key=LEVELS.index)
        yield Place(
            row.repo, rule or row.test, _family(rule or row.test),
            patterns()[rule].title if rule else row.title, row.cwe, level, row.confidence,
            row.path, int(row.line), row.role, "Python", row.tool, f"{row.tool} {row.test}", "",
            silent,
        )  # fmt: skip


def of_ours(found: DataFrame) -> Iterator[Place]:
    """What our rules found."""
    for row in found[found["rule"].isin(list(patterns()))].itertuples():
        rule = patterns()[row.rule]
        sure = rule.sure(row.language)
        yield Place(
            row.repo, rule.id, rule.family, rule.title, rule.cwes[0],
            graded(rule.severity, sure, row.path), sure, row.path, int(row.line), row.role,
            row.language, OURS, f"{OURS} {rule.id}", "",
        )  # fmt: skip


def of_others(found: DataFrame, files: DataFrame, origin: str = "") -> Iterator[Place]:
    """What other tools found about security, as far as the file is in the audited tree.

    With an `origin` it was imported, and every text says so.
    """
    known: dict[str, dict[str, Any]] = defaultdict(dict)
    for file in files.itertuples():
        known[file.repo][file.path] = file
    secure = found[found["security"]]
    meant = {
        repo: placed(
            (Named(*row) for row in own[["source", "tool", "path"]].itertuples(index=False)),
            known[repo].keys(),
        )
        for repo, own in secure.groupby("repo")
    }
    for row in secure.itertuples():
        path = meant[row.repo].get(Named(row.source, row.tool, row.path))
        if path is None:
            continue
        file = known[row.repo][path]
        tool = f"{row.tool} (imported)" if origin else row.tool
        whence, by = row.tool, row.rule
        if origin:
            source = place_token(row.source, "a file")
            whence = f"{shown_tool(row.tool)} (imported from {source})"
            by = place_token(row.rule, "a rule")
        rule = _by_cwe().get(row.cwe, "")
        kind = rule or row.cwe or f"{tool} {row.rule}"
        yield Place(
            row.repo, kind, _family(kind), patterns()[rule].title if rule else row.title, row.cwe,
            graded(row.severity, row.confidence, file.path), row.confidence, file.path,
            int(row.line), file.role, file.language, tool, f"{whence} {by}", row.accepted,
            origin=origin,
        )  # fmt: skip


def shown_tool(tool: str) -> str:
    """A tool's name, for investors only if it is plain: SARIF may put a host or a path there."""
    return tool if _TOOL.fullmatch(tool) else place_token(tool, "a tool (imported)")


def shown_title(place: Place) -> str:
    """What a place is about: an imported title is its author's own words, which may name places."""
    if not place.origin or place.kind in patterns():
        return place.title
    return place_token(place.title, place.cwe or "a pattern")


def shown_kind(place: Place) -> str:
    """A place's kind, for investors without another tool's words."""
    known = not place.origin or place.kind in (*patterns(), place.cwe)
    return place.kind if known else place_token(place.kind, "a rule (imported)")


def _family(kind: str) -> str:
    return patterns()[kind].family if kind in patterns() else kind


@cache
def _by_bandit() -> dict[str, str]:
    return {test: rule.id for rule in patterns().values() for test in rule.bandit}


@cache
def _by_cwe() -> dict[str, str]:
    """The rule that a CWE stands for: whose first it is, the broader before the narrower."""
    order = sorted(patterns().values(), key=lambda rule: (bool(rule.narrows), rule.id))
    found: dict[str, str] = {}
    for place in range(max(len(rule.cwes) for rule in order)):
        for rule in order:
            if place < len(rule.cwes):
                found.setdefault(rule.cwes[place], rule.id)
    return found
