"""The door of the questionnaires: what goes out, what comes back, and the formats that do it.

A reader takes texts out of a file and judges none of them: what they mean, and whether they are
answers, is one matter for all formats (`interviews/returned.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ValidationError

from techdd import replies
from techdd.answers import Answer, Source
from techdd.checklists import Checklist, Item
from techdd.errors import TechddError
from techdd.plugins import discover
from techdd.policy import Written
from techdd.text import normal

# What is asked of each question beside its figures: key -> (label, what to write there).
FIELDS = {
    "level": ("Level", f"0 to 4, or '{replies.NOT_APPLICABLE}', or \"{replies.UNKNOWN}\""),
    "reason": ("Reason", "why it is not applicable, where it is not; reports print it"),
    "grade": (
        "Known how",
        "stated (you say so) or shown (a document comes with this file); sampled is for the "
        "adviser",
    ),
    "confidence": ("Confidence", f"how sure you are: {', '.join(replies.CONFIDENCES)}"),
    "documents": ("Documents", "names of the files that come with this one, one a line"),
    "note": ("Note", "whatever helps to understand the answer"),
}


class Asked(Written):
    """One question as a questionnaire holds it."""

    checklist: str
    wording: str
    figures: tuple[str, ...] = ()


class Manifest(Written):
    """What a questionnaire knows of itself, out of the respondent's way."""

    techdd_questionnaire: Literal[1] = 1
    client: str
    respondent: str = ""
    journal: str = ""  # the id of the last answer when it was made
    versions: Mapping[str, str]  # checklist -> version
    items: Mapping[str, Asked]
    digest: str = ""

    @property
    def own_digest(self) -> str:
        """The digest of all but itself."""
        said = self.model_dump(mode="json", exclude={"digest"})
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Questionnaire:
    """Questions for one person, or for whoever answers. No evidence, score or weight is in it."""

    client: str
    checklists: tuple[Checklist, ...]
    respondent: str = ""
    role: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)  # item -> the respondent's own
    journal: str = ""  # the id of the last answer when it was made

    @cached_property
    def manifest(self) -> str:
        """As JSON with its own digest, one line."""
        made = Manifest(
            client=self.client,
            respondent=self.respondent,
            journal=self.journal,
            versions={one.id: one.version for one in self.checklists},
            items={
                item.id: Asked(
                    checklist=one.id,
                    wording=item.wording,
                    figures=tuple(figure.key for figure in item.figures),
                )
                for one in self.checklists
                for item in one.items
            },
        )
        said = made.model_dump(mode="json") | {"digest": made.own_digest}
        return json.dumps(said, sort_keys=True)

    def text(self, item: Item, key: str) -> str:
        """What stands in a field beforehand: the respondent's own earlier answer."""
        answer = self.answers.get(item.id)
        return _texts(answer).get(key, "") if answer else ""

    def figure(self, item: Item, key: str) -> float | str | None:
        """The figure that the respondent gave before."""
        answer = self.answers.get(item.id)
        return answer.figures.get(key) if answer else None


def _texts(answer: Answer) -> dict[str, str]:
    level = str(answer.level) if answer.level is not None else ""
    grades = {grade: word for word, grade in replies.GRADES.items()}
    return {
        "level": replies.UNKNOWN if answer.unknown else level or replies.NOT_APPLICABLE,
        "reason": normal(answer.reason),
        "grade": grades.get(answer.grade, "") if level else "",
        "confidence": answer.confidence or "",
        "documents": "\n".join(one.name for one in answer.documents),
        "note": normal(answer.note),
    }


class Value(NamedTuple):
    """What stands in one field, and where."""

    text: str
    place: str


@dataclass(frozen=True)
class Filled:
    """One question as it came back. `fields` are by the keys of FIELDS (an earlier journal has
    `by`, `role`, `at` and `overrules` too), without empty ones.
    """

    item: str
    place: str
    fields: Mapping[str, Value]
    figures: Mapping[str, Value] = field(default_factory=dict)
    wording: str = ""  # as the row itself says; "" where the format has no such place
    version: str = ""  # where no manifest tells it


class Refusal(NamedTuple):
    """What cannot be taken, and why."""

    item: str
    place: str
    why: str


@dataclass(frozen=True)
class Returned:
    """A questionnaire that came back; without a manifest, answers that others wrote down."""

    manifest: Manifest | None
    rows: tuple[Filled, ...]
    name: str = ""
    role: str = ""
    refused: tuple[Refusal, ...] = ()
    notices: tuple[str, ...] = ()  # what is odd in the file and takes nothing away


@dataclass(frozen=True)
class Format:
    """One form of questionnaires. `suffixes` are endings of files; the first is that of its own."""

    name: Source
    suffixes: tuple[str, ...]
    read: Callable[[Path], Returned]
    write: Callable[[Questionnaire], bytes] | None = None


def format_of(path: Path, *, writing: bool = False) -> Format:
    """The format by the ending of `path`. Raises TechddError that lists those there are."""
    found = discover("techdd.questionnaires", Format).values()
    usable = [one for one in found if one.write or not writing]
    for one in usable:
        if path.suffix.lower() in (one.suffixes[:1] if writing else one.suffixes):
            return one
    known = ", ".join(sorted(one.suffixes[0] for one in usable))
    raise TechddError(f"no format of questionnaires ends in {path.suffix!r}; use: {known}", path)


def manifest_of(text: str, path: Path) -> Manifest:
    """The manifest in `text`. Raises TechddError where it is none or was changed."""
    try:
        found = Manifest.model_validate(json.loads(text))
    except (ValueError, RecursionError) as error:
        newer = isinstance(error, ValidationError) and any(
            "techdd_questionnaire" in detail["loc"] for detail in error.errors()
        )
        why = "is of another version of techdd" if newer else "holds a damaged list of questions"
        raise TechddError(f"{why}; export it again", path) from None
    if found.digest != found.own_digest:
        raise TechddError("holds a changed list of questions; export it again", path)
    return found


def once(rows: Iterable[Filled]) -> tuple[tuple[Filled, ...], tuple[Refusal, ...]]:
    """The rows whose question stands there once, and a refusal for each of the others."""
    rows = list(rows)
    places: dict[str, list[str]] = {}
    for row in rows:
        places.setdefault(row.item, []).append(row.place)
    refused = tuple(
        Refusal(row.item, row.place, f"is there more than once: {', '.join(places[row.item])}")
        for row in rows
        if len(places[row.item]) > 1
    )
    return tuple(row for row in rows if len(places[row.item]) == 1), refused


def field_of(label: str) -> str:
    """The key of the field with that label, however it is written; "" for others."""
    word = re.sub(r"[^a-z]", "", label.casefold())
    return next((key for key, (one, _) in FIELDS.items() if _bare(one) == word), "")


def _bare(label: str) -> str:
    return label.replace(" ", "").casefold()
