"""What the reader of a report learns, by kind: read from the very Report that is printed.

Fields that hold techdd's own words only (`audiences.FIELDS`) tell nothing of the client and are not
looked at. What a kind of field or column does not say by itself is found by its form: addresses,
hosts, advisories, commits, money.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from techdd import model
from techdd.audiences import COLUMNS, FIELDS, LABELS, USUAL_BRANCHES, Kind
from techdd.confidential import Terms, places_in
from techdd.hiring import PLANNED
from techdd.identity import Resolution
from techdd.model import Report
from techdd.text import clean
from techdd.triage import decision_in

# In the order in which they are told; of an edition, what deserves a second look before it leaves.
KINDS = (
    "confidential words", "names of people", "logins and surnames", "e-mail addresses",
    "hosts and URLs", "paths", "branches", "advisories", "versions", "snippets",
    "functions and classes", "words of interviews", "words of the client", "words of the adviser",
    "pseudonyms", "numbers for things", "repositories", "components", "packages", "commits",
    "money", "other names", "files of the engagement",
)  # fmt: skip
LOOK = {
    "investor": frozenset(KINDS[: KINDS.index("pseudonyms")]),
    "client": frozenset((*KINDS[: KINDS.index("hosts and URLs")], "words of interviews")),
    "internal": frozenset(("confidential words",)),
}
_MOST = 100  # characters that are shown of what is told

_FIELDS = {
    (model.Location, "path"): "paths",
    (model.Location, "commit"): "commits",
    (model.Issue, "path"): "paths",
    (model.RepositoryScope, "name"): "repositories",
    (model.RepositoryScope, "branch"): "branches",
    (model.RepositoryScope, "commit"): "commits",
    (model.RepositoryScope, "unread"): "paths",
    (model.Response, "words"): "words of the client",
    (model.Response, "by"): "words of the client",
    (model.Response, "reply"): "words of the adviser",
    (model.Comment, "text"): "words of the adviser",
    (model.ItemScore, "note"): "words of interviews",
    (model.ItemScore, "by"): "words of interviews",
    (model.ItemScore, "documents"): "words of interviews",
    (model.Said, "by"): "words of interviews",
    (model.Said, "role"): "words of interviews",
    (model.Said, "words"): "words of interviews",
    (model.EvidenceFile, "name"): "files of the engagement",
}
_COLUMNS = {
    "class": "functions and classes", "component": "components", "component ": "components",
    "component_circles.such as": "snippets", "fixed in": "versions", "how": "snippets",
    "function": "functions and classes", "imported component": "components",
    "importing component": "components", "licences_for_counsel.such as": "packages",
    "newest version": "versions", "package": "packages", "part": "components",
    "repository": "repositories", "update": "packages", "upgrade_plan.update": "",
    "upgrade_plan.such as": "packages", "version": "versions", "version in use": "versions",
    "which": "versions",
}  # fmt: skip
_NAMED_THINGS = frozenset((
    "paths", "branches", "repositories", "components", "packages", "other names",
))  # fmt: skip
_NOTHING = frozenset((
    "", "-", ".", "(all)", "(top folder)", "(packages)", "all", "names withheld", *USUAL_BRANCHES,
))  # fmt: skip
# Of sources that texts of techdd's own quote.
_QUOTED = frozenset(("deps.dev", "semver.org", "endoflife.date", "first.org", "owasp.org"))

_NUMBER = re.compile(rf"(?:{'|'.join(sorted(set(LABELS.values())))}) \d+")
_WORD = re.compile(r"[^\W\d_]+")
_FORMS = (
    ("pseudonyms", re.compile(r"\bPerson \d+\b|\bUnknown person\b")),
    ("e-mail addresses", re.compile(r"[\w.+%-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")),
    ("hosts and URLs", re.compile(
        r"(?<![\w@/.:-])(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|cloud|app|ai|co|tech|eu|de|fr|uk|ch"
        r"|at|nl|us|test|example)(?![\w.(:-])", re.IGNORECASE)),
    ("advisories", re.compile(
        r"\b(?:CVE-\d{4}-\d+|GHSA(?:-\w{4}){3}|PYSEC-\d+-\d+|RUSTSEC-[\d-]+)")),
    ("commits", re.compile(
        r"(?<![\w-])(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{10}(?:[0-9a-f]{30})?(?![\w-])")),
    ("money", re.compile(r"\b[A-Z]{3} \d[\d,.]*\d(?:[–-]\d[\d,.]*\d)?")),
)  # fmt: skip


@dataclass(frozen=True)
class Disclosed:
    """One thing that the reader learns: how often it is told, and in which parts of the report."""

    kind: str
    what: str
    times: int
    where: tuple[str, ...]
    look: bool  # whether it deserves a second look before this edition leaves


@dataclass(frozen=True)
class Known:
    """What texts are held against: full names by their lower-case words, and logins."""

    names: Mapping[str, str] = field(default_factory=dict)
    logins: frozenset[str] = frozenset()


def known(who: Resolution) -> Known:
    """The people of an engagement, without bots."""
    bots = {one.identity for one in who.people if one.bot}
    spelled = [(one.name, one.email) for one in who.identities if one.identity not in bots]
    return named([*spelled, *((name, "") for name in who.others)])


def named(people: Iterable[tuple[str, str]]) -> Known:
    """From names and addresses of people. Logins and surnames of less than five letters are words
    like others, and not looked for.
    """
    names: dict[str, str] = {}
    logins = set()
    for name, address in people:
        words = [word.casefold() for word in _WORD.findall(name)]
        if len(words) > 1:
            names.setdefault(" ".join(words), name)
        logins |= {*words[-1:], address.partition("@")[0].casefold()}
    return Known(names, frozenset(word for word in logins if len(word) >= 5))


def disclosed(report: Report, people: Known, terms: Terms | None = None) -> tuple[Disclosed, ...]:
    """All that `report` tells, what deserves a second look first; `terms` are confidential."""
    found: dict[tuple[str, str], list[str]] = {}
    own = {word for one in report.scope for word in _WORD.findall(one.name.casefold())}
    people = replace(people, logins=people.logins - own)  # a product's name is no login
    search = _Search(people, terms or Terms(), report.currency)
    for where, kind, text in _texts(report, "report"):
        for one in search.of(kind, text):
            found.setdefault(one, []).append(where)
    look = LOOK[report.audience]
    told = [
        Disclosed(kind, what, len(where), tuple(dict.fromkeys(where)), kind in look)
        for (kind, what), where in found.items()
    ]
    return tuple(sorted(told, key=lambda one: (not one.look, KINDS.index(one.kind), -one.times)))


def withheld(everything: Sequence[Disclosed], told: Sequence[Disclosed]) -> dict[str, int]:
    """Kind -> how many different things of the internal edition this one does not tell."""
    shared = {(one.kind, one.what) for one in told}
    counts = {
        kind: sum(one.kind == kind and (kind, one.what) not in shared for one in everything)
        for kind in KINDS
    }
    return {kind: count for kind, count in counts.items() if count}


# --- what stands where ----------------------------------------------------------------------------


def _texts(node: Any, where: str, kind: str = "") -> Iterator[tuple[str, str, str]]:
    """(where, kind if the field or column says one, text) of all that is not techdd's own."""
    if isinstance(node, str):
        yield where, kind, node
    elif isinstance(node, model.Series):
        yield from _cells(node)
    elif is_dataclass(node):
        where = _place(node, where)
        for one in fields(node):
            value, named = getattr(node, one.name), _FIELDS.get((type(node), one.name), "")
            own = FIELDS[type(node)].get(one.name) is Kind.OWN
            twice = isinstance(node, model.Chapter) and one.name == "findings"
            if twice or (own and isinstance(value, str) and not named):
                continue
            if isinstance(node, Report) and one.name == "people":
                yield from (("list of names", "names of people", name) for _, name in value)
                continue
            if not own or named or _holds_records(value):
                yield from _texts(value, where, named or kind)
        yield from ((where, sort, text) for sort, text in _quoted(node))
    elif isinstance(node, tuple):
        for part in node:
            yield from _texts(part, where, kind)
    elif isinstance(node, dict):
        for part in node.values():
            yield from _texts(part, where, kind)


def _quoted(node: Any) -> Iterator[tuple[str, str]]:
    """(kind, words) that people wrote and that stand within a sentence of techdd's."""
    if isinstance(node, model.ItemScore) and not node.applicable:
        yield "words of interviews", node.basis
    if isinstance(node, model.Finding) and (told := decision_in(node.observation)):
        yield "words of the adviser", told


def _holds_records(value: Any) -> bool:
    return is_dataclass(value) or (isinstance(value, tuple) and any(map(is_dataclass, value)))


# How the parts of a report are called, by the field that tells one from the others.
_PARTS = {
    model.Finding: ("finding", "id"),
    model.Chapter: ("chapter", "title"),
    model.ItemScore: ("question", "id"),
    model.RepositoryScope: ("scope of", "name"),
    model.Metric: ("metric", "name"),
    model.Check: ("check", "rule"),
    model.Run: ("collector", "collector"),
    model.Difference: ("difference", "id"),
    model.Move: ("question", "item"),
    model.Comment: ("comment on", "place"),
    model.Response: ("response to", "finding"),
}


def _place(node: Any, where: str) -> str:
    if type(node) not in _PARTS:
        return where
    word, name = _PARTS[type(node)]
    return f"{word} {getattr(node, name)}"


def _cells(series: model.Series) -> Iterator[tuple[str, str, str]]:
    where = f"exhibit {series.name}"
    yield from ((where, "", text) for text in (series.title, series.note))
    for n, column in enumerate(series.columns):
        both = f"{series.name}.{column}"
        said = COLUMNS.get(both, COLUMNS.get(column))
        place = "paths" if column in LABELS else "other names" if said is Kind.PLACE else ""
        kind = _COLUMNS.get(both, _COLUMNS.get(column, place))
        yield from ((where, kind, str(row[n])) for row in series.rows if isinstance(row[n], str))
        if both == "hiring_plan.when":
            plans = (str(row[n]).partition(PLANNED)[2] for row in series.rows)
            yield from ((where, "words of the client", one) for one in plans if one)


# --- what it tells --------------------------------------------------------------------------------


class _Search:
    def __init__(self, people: Known, terms: Terms, currency: str) -> None:
        self.people, self.terms, self.currency = people, terms, currency

    def of(self, kind: str, text: str) -> Iterator[tuple[str, str]]:
        """(kind, what) of everything that `text` tells, once each."""
        if _NUMBER.fullmatch(text):
            yield "numbers for things", text
            return
        found = dict.fromkeys((*_itself(kind, text), *self.people_in(kind, text), *_forms(text)))
        found |= dict.fromkeys(("confidential words", one) for one in self.terms.within(text))
        if kind not in ("paths", "files of the engagement"):
            found |= dict.fromkeys(places_in(text))
        for sort, what in found:
            if what not in _QUOTED and (sort != "money" or what.startswith(self.currency)):
                yield sort, clean(what)[:_MOST]

    def people_in(self, kind: str, text: str) -> Iterator[tuple[str, str]]:
        """Full names anywhere; logins and surnames where a thing may be called after somebody."""
        words = [one.casefold() for one in _WORD.findall(text)]
        runs = (words[at : at + length] for length in (2, 3) for at in range(len(words)))
        for name in map(" ".join, runs):
            if name in self.people.names:
                yield "names of people", self.people.names[name]
        if kind in _NAMED_THINGS:
            yield from (("logins and surnames", one) for one in words if one in self.people.logins)


def _itself(kind: str, text: str) -> Iterator[tuple[str, str]]:
    """The text where its field or column says what it is; of several packages each."""
    things = [text]
    if kind == "packages":
        things = text.partition(" and ")[0].split(", ")
    elif kind == "components":
        things = [text.rpartition(": ")[2]]
    yield from ((kind, one) for one in things if kind and one.casefold() not in _NOTHING)


def _forms(text: str) -> Iterator[tuple[str, str]]:
    for form, pattern in _FORMS:
        yield from ((form, one[0]) for one in pattern.finditer(text))
