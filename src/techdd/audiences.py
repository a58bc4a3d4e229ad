"""What an audience may see of a report: one table of what each field is, and one walk along it.

- investor: people as pseudonyms, answers without names and notes, and no place: no file, line,
  function, branch, version or advisory. Files and packages go by numbers, as people do.
- client: as the investor, with the places;
- internal: everything.

What the tables do not name passes to nobody but the internal audience. Whether people go by name
may be chosen against the audience; notes and who answered stay internal all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from techdd import model
from techdd.confidential import Terms, scrubbed
from techdd.model import Audience, Series, Value
from techdd.naming import Voice

AUDIENCES: tuple[Audience, ...] = ("investor", "client", "internal")
T = TypeVar("T")


class Kind(Enum):
    """What a field or a column holds, by which it is decided who reads it."""

    OWN = "numbers, ids and words of techdd and its rules; what holds further values"
    GIVEN = "names that the adviser gave, and their questions: the client, repositories"
    WRITTEN = "what the adviser writes to the reader"
    TEXT = "sentences, which may hold what a client wrote, and what the product is made of"
    PERSON = "somebody's name"
    NAMES = "the list of names, for copies in which people go by name"
    BRANCH = "a branch: a usual name tells nothing, another may"
    PLACE = "where something stands, and what would show an attacker the way: not for investors"
    SPOKEN = "who was asked and what they added: for the adviser"


OWN, GIVEN, WRITTEN, TEXT, PERSON, NAMES, BRANCH, PLACE, SPOKEN = Kind
# A field's kind, or of rows of values the kind of each.
Kinds = Kind | tuple[Kind, ...]


def _fields(kinds: Mapping[Kind, str], **rows: tuple[Kind, ...]) -> dict[str, Kinds]:
    return {name: kind for kind, names in kinds.items() for name in names.split()} | rows


FIELDS: Mapping[type, Mapping[str, Kinds]] = {
    model.Report: _fields({
        OWN: "date audience tool verdict chapters findings checks scope runs roadmap day_rate "
        "currency rate_given differences clarifying moves brand comments responses trends evidence "
        "portfolio withheld",
        GIVEN: "client title adviser methodology versions",
        TEXT: "summary strengths limits",
        NAMES: "people",
    }),
    model.Portfolio: _fields({OWN: "series", TEXT: "says"}),
    model.Verdict: _fields({
        OWN: "rating coverage confidence score low high told told_coverage",
        GIVEN: "label rationale rule",
    }),
    model.Chapter: _fields({
        OWN: "domain score items findings metrics series",
        GIVEN: "title intro",
        TEXT: "strengths gaps",
    }),
    model.Score: _fields({
        OWN: "value coverage confidence rating low high grade told told_coverage capped_by",
        GIVEN: "rationale",
    }),
    model.ItemScore: _fields({
        OWN: "id importance weight level stated measured grade outcome applicable told least most "
        "spread gap metrics",
        GIVEN: "ask why",
        TEXT: "basis evidence capped",
        SPOKEN: "note by voices documents",
    }),
    model.Said: _fields({SPOKEN: "by role level words grade confidence"}),
    model.Finding: _fields({
        OWN: "id rule severity domain effort horizon tags deal_breaker guarded difference "
        "references decision",
        GIVEN: "repo source threshold treatment",
        TEXT: "title observation why remedy kind",
        PLACE: "locations places known",
    }),
    model.Location: _fields({PLACE: "path line commit"}),
    model.Check: _fields({
        OWN: "rule domain threshold result metric collectors", GIVEN: "repo",
        TEXT: "title observed",
    }),
    model.Metric: _fields({OWN: "name value unit", GIVEN: "repo", TEXT: "basis note"}),
    model.Series: _fields({
        OWN: "name chart guarded prose full", GIVEN: "repo columns", TEXT: "title note rows",
    }),
    model.Difference: _fields({
        OWN: "id item domain", GIVEN: "about", TEXT: "told seen words", SPOKEN: "state note",
    }),
    model.Move: _fields({
        OWN: "item domain level domain_score score verdict steps", GIVEN: "ask", TEXT: "words",
    }),
    model.Step: _fields({OWN: "level domain_score score verdict"}),
    model.RepositoryScope: _fields(
        {
            OWN: "commit committed commits contributors files lines_by_language left_out shallow",
            GIVEN: "name", BRANCH: "branch", PLACE: "unread",
        },
        issues=(OWN, TEXT, OWN, PLACE),
    ),
    model.Run: _fields({OWN: "collector status rows issues", GIVEN: "repo", SPOKEN: "key state"}),
    model.Issue: _fields({OWN: "transient", TEXT: "reason", PLACE: "path detail"}),
    model.Brand: _fields({OWN: "logo colour accent page", GIVEN: "line"}),
    model.EvidenceFile: _fields({OWN: "digest", GIVEN: "name"}),
    model.Comment: _fields({OWN: "place", WRITTEN: "text"}),
    model.Response: _fields({
        OWN: "finding position date replied earlier", WRITTEN: "reply", TEXT: "words", PERSON: "by",
    }),
}  # fmt: skip

USUAL_BRANCHES = frozenset(("main", "master", "trunk", "develop", "dev", "default", "HEAD"))


def _columns(kinds: Mapping[Kind, str]) -> dict[str, Kind]:
    return {name: kind for kind, names in kinds.items() for name in names.split("; ")}


# Columns of exhibits by name, or by "exhibit.column" where a name is used in two ways. What holds
# numbers only needs no entry; texts under a name that is not here are for the adviser. Of a guarded
# exhibit investors see the columns that are OWN, of another TEXT as well.
COLUMNS: Mapping[str, Kind] = _columns({
    OWN: "repository; practice; kind; added; removed; reached from; test or example; what; "
    "keyed fingerprint; pattern; rule; CWE; severity; tool; tools; language; about security; "
    "asked for; tests run; deployments gated; steps pinned; token limited; no strangers' code; "
    "ecosystem; counts as; why; worst; effort; newest; upgrade_plan.update; packages.scope",
    TEXT: "affiliation; after the leaving of; assignment of rights; by; cause; change; circle; "
    "claim; component; component ; components nobody active would know; control; cost a year; "
    "counted here as; counted over; days that pay first; distributed; do they agree; document; "
    "edition; embedded; evidence; files with owners; format; framework; from; from group; group; "
    "half-year to; hotspots without an active author; hour; if these leave; imported component; "
    "importing component; in a circle; in development and tests only; in production; "
    "in this order; internal; last change; last changed; last commit; last release of any version; "
    "licence; licence category; made; main owner; mark; marker; measure; mistakes there; month; "
    "most commits; most merges; of these by the code host; other repository; outcome; part; "
    "person; plan; product; proxy; published; published on; quarter; questions; rank; resumed; "
    "role; saas; second owner; second owner's share; security contact; signed commits; "
    "signed tags; since; state; status; support; technology; test; the client says; "
    "the whole stands under; to group; told; update bot; use; used in; value; weakest evidence; "
    "weekday; what is counted; what it asks; what it asks for; what it buys; what weighs most; "
    "when; who; with repository; without; debt_assumptions.source; licences_for_counsel.such as",
    PLACE: "author; bill; by the rule; compared with; exploited since; fixed in; "
    "for example; how; in folder; justification; "
    "likelihood of an exploit (EPSS); name; names; newest version; oldest; pipeline; place; "
    "report; set aside by the user; sign; source; stated by; such as; told by; update; "
    "version; version in use; weight; where; which; statements.advisories; packages.asked for; "
    "packages.known vulnerabilities, worst; packages.named in; "
    "statements.status; test_smells_files.lines",
    SPOKEN: "spelling; joined with; reason; difference",
})  # fmt: skip
# Columns whose texts go by numbers for investors, as people do, and what they are called.
LABELS: Mapping[str, str] = {
    "changed with": "file",
    "class": "class",
    "file": "file",
    "function": "function",
    "package": "package",
    "debt_first.where": "file",
}
PLAIN = frozenset(("found", "not found", "yes", "no", "-", ""))  # any column may hold these


def shown(report: T, audience: Audience, voice: Voice, terms: Terms) -> T:
    """`report`, or a part of it, as `audience` may see it, with people as `voice` calls them and
    without `terms`.
    """
    return _Walk(audience, voice, terms).value(report, OWN)


class _Walk:
    def __init__(self, audience: Audience, voice: Voice, terms: Terms) -> None:
        self.audience, self.voice, self.terms = audience, voice, terms
        self.numbers: dict[str, dict[str, int]] = {}  # what is counted -> text -> its number

    def value(self, value: T, kind: Kinds) -> T:
        found: Any = value
        if isinstance(value, str):
            found = self.text(value, kind if isinstance(kind, Kind) else TEXT)
        elif isinstance(value, Series):
            found = self.record(self.columns(value))
        elif is_dataclass(value) and not isinstance(value, type):
            found = self.record(value)
        elif isinstance(value, tuple) and isinstance(kind, tuple):
            found = tuple(self.row(row, kind) for row in value)
        elif isinstance(value, tuple):
            found = tuple(self.value(one, kind) for one in value)
        elif isinstance(value, Mapping):
            found = {key: self.value(one, kind) for key, one in value.items()}
        result: T = found
        return result

    def record(self, record: T) -> T:
        """A frozen dataclass with each field as its kind says, or with nothing in it."""
        kinds, changed = FIELDS.get(type(record), {}), {}
        for field in fields(record):  # type: ignore[arg-type]
            old, kind = getattr(record, field.name), kinds.get(field.name)
            passes = isinstance(kind, tuple) or self.passes(kind)
            new = self.value(old, kind or TEXT) if passes else _nothing(field, old)
            if new is not old:
                changed[field.name] = new
        return replace(record, **changed) if changed else record  # type: ignore[type-var]

    def row(self, row: tuple[Any, ...], kinds: tuple[Kind, ...]) -> tuple[Any, ...]:
        return tuple(
            self.value(one, kind) if self.passes(kind) else ""
            for one, kind in zip(row, kinds, strict=True)
        )

    def passes(self, kind: Kind | None) -> bool:
        if kind is NAMES:
            return self.voice.named
        if self.audience == "internal":
            return kind is not SPOKEN or self.voice.named
        if self.audience == "client":
            return kind not in (None, SPOKEN)
        return kind not in (None, SPOKEN, PLACE)

    def text(self, text: str, kind: Kind) -> str:
        if kind is OWN:
            return text
        if kind is BRANCH and self.audience == "investor" and text not in USUAL_BRANCHES:
            return ""
        if kind is PERSON:
            text = self.voice.called(text)
        elif kind in (TEXT, PLACE, WRITTEN, SPOKEN, BRANCH):
            text = self.voice.said(text)
        if kind is TEXT and self.audience == "investor":
            text = scrubbed(text)
        hidden = self.terms.hidden(text)
        return hidden if hidden != text else text  # a word of an enumeration stays one

    # --- exhibits ---

    def columns(self, series: Series) -> Series:
        """`series` with the columns that pass, and for investors with numbers for labels."""
        kept = [n for n, name in enumerate(series.columns) if self.column_passes(series, n, name)]
        series = replace(
            series,
            columns=tuple(series.columns[n] for n in kept),
            rows=tuple(tuple(row[n] for n in kept) for row in series.rows),
        )
        labels = [_entry(LABELS, series, name) for name in series.columns]
        if self.audience != "investor" or not any(labels):
            return series
        rows = []
        for row in series.rows:
            repo = _repository(series, row)
            rows.append(
                tuple(
                    self.numbered(label, cell, repo) if label and isinstance(cell, str) else cell
                    for label, cell in zip(labels, row, strict=True)
                )
            )
        return replace(series, rows=tuple(rows))

    def column_passes(self, series: Series, place: int, name: str) -> bool:
        kind = _entry(COLUMNS, series, name)
        if {row[place] for row in series.rows if isinstance(row[place], str)} <= PLAIN:
            return kind is None or self.passes(kind)
        if _entry(LABELS, series, name):
            return True
        guarded = series.guarded and self.audience == "investor"
        return self.passes(kind) and not (guarded and kind is not OWN)

    def numbered(self, label: str, cell: str, repo: str) -> str:
        """ "file 3": the same one in each exhibit."""
        known = self.numbers.setdefault(label, {})
        key = cell if cell.startswith(f"{repo}: ") else f"{repo}: {cell}"
        return f"{label} {known.setdefault(key, len(known) + 1)}"


def _repository(series: Series, row: tuple[Value, ...]) -> str:
    """Whose row it is, as a column of its own says or what stands before a name ("api: src")."""
    named = dict(zip(series.columns, row, strict=True))
    if "repository" in named:
        return str(named["repository"])
    before = (str(one).partition(": ") for one in row if isinstance(one, str))
    return series.repo or next((repo for repo, parted, _ in before if parted), "")


def _entry(table: Mapping[str, T], series: Series, column: str) -> T | None:
    return table.get(f"{series.name}.{column}", table.get(column))


def _nothing(field: Field[Any], value: Any) -> Any:
    """What a field holds where it holds nothing."""
    if isinstance(value, str | tuple | Mapping):
        return type(value)() if type(value) in (str, tuple, dict) else ""
    return field.default if isinstance(field.default, int | float | bool) else None
