"""Answers to the questions of checklists, and which of several counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple
from unicodedata import normalize

from pydantic import Field, model_validator

from techdd.checklists import Checklist, Item, Level
from techdd.model import Grade
from techdd.policy import Written

Source = Literal["terminal", "web", "workbook", "markdown", "file"]
LONGEST = 200  # characters of a name, a role or a figure
_Line = Annotated[str, Field(max_length=LONGEST)]
_Text = Annotated[str, Field(max_length=20_000)]


class Document(Written):
    """A document that was shown for an answer, held by the digest of its content."""

    name: _Line
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Answer(Written):
    """One answer of one person to one item.

    Exactly one of `level`, `reason` (not applicable, and why), `unknown` (the respondent does not
    know) and `withdrawn` (takes back what the same person said to the item) is given.
    """

    item: _Line
    checklist: str = ""
    version: str = ""  # of the checklist that was asked
    wording: str = ""  # `Item.wording` of the question that was asked
    level: Level | None = None
    reason: _Text = ""
    unknown: bool = False
    withdrawn: bool = False
    grade: Annotated[Grade, Field(description="0 none 1 stated 2 shown 3 sampled 4 measured")] = (
        Grade.STATED
    )
    confidence: Literal["low", "medium", "high"] | None = None  # of the respondent in the answer
    figures: Mapping[str, float | _Line] = Field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    note: _Text = ""
    by: _Line = ""  # the respondent
    role: _Line = ""
    recorded_by: _Line = ""  # the interviewer, where that is somebody else
    source: Source | None = None
    round: _Line = ""  # of interviews
    at: datetime | None = None
    overrules: bool = False  # the adviser has reason to trust the answer over the evidence
    settles: bool = False  # the adviser's decision between answers that differ

    @model_validator(mode="after")
    def _says_one_thing(self) -> Answer:
        said = (self.level is not None) + bool(self.reason) + self.unknown + self.withdrawn
        if said == 0:
            raise ValueError("an answer without a level is 'not applicable' and needs a 'reason'")
        if said > 1:
            raise ValueError("give one of 'level', 'reason', 'unknown' and 'withdrawn'")
        return self

    @property
    def person(self) -> str:
        """The respondent's name as it is compared."""
        return person_of(self.by)


@lru_cache(maxsize=1_000)  # a journal names few people, and is gone through often
def person_of(name: str) -> str:
    """A name as it is compared: small letters, one blank between words, accents in one spelling."""
    return " ".join(normalize("NFC", name).split()).casefold()


def placed(answer: Answer, checklist: Checklist, item: Item, in_round: str, at: datetime) -> Answer:
    """`answer` with what it answers, when, and in which round, as far as it does not say so."""
    said = {"version": checklist.version, "wording": item.wording, "round": in_round, "at": at}
    unsaid = {name: value for name, value in said.items() if not getattr(answer, name)}
    return answer.model_copy(update={"checklist": checklist.id, "item": item.id, **unsaid})


class Entry(NamedTuple):
    """One answer as the journal holds it; `id` is the digest of its line."""

    id: str
    answer: Answer


# --- which answer counts --------------------------------------------------------------------------


class Standing(NamedTuple):
    """What was said to one item, over all people and rounds.

    `counts` is the answer that is scored: the adviser's where one `settles` and nobody spoke since;
    else the lowest level that a person of the latest round gives. `voices` are the latest answers
    of each person in that round, in the order in which they were given.
    """

    counts: Answer | None
    voices: tuple[Answer, ...] = ()
    settled: bool = False

    @property
    def all(self) -> tuple[Answer, ...]:
        """The voices, and the adviser's decision where there is one."""
        return (*self.voices, *((self.counts,) if self.settled and self.counts else ()))

    @property
    def spread(self) -> int:
        """How far apart the levels are; whether an item applies at all counts as a whole scale."""
        levels = [one.level for one in self.voices if one.level is not None]
        if self.settled or not levels:
            return 0
        if any(one.reason for one in self.voices):
            return 4
        return max(levels) - min(levels)


def standings(entries: Iterable[Entry]) -> dict[str, Standing]:
    """Item -> what was said to it."""
    said: dict[str, list[Answer]] = defaultdict(list)
    for entry in entries:
        said[entry.answer.item].append(entry.answer)
    return {item: _standing(answers) for item, answers in said.items()}


def _standing(answers: list[Answer]) -> Standing:
    rounds: dict[str, list[Answer]] = defaultdict(list)
    for one in answers:
        rounds[one.round].append(one)
    for in_round in reversed(rounds.values()):
        standing = _of_round(in_round)
        if standing.voices or standing.settled:
            return standing
    return Standing(None)


def _of_round(answers: list[Answer]) -> Standing:
    voices: dict[str, Answer] = {}
    verdict: Answer | None = None
    for one in answers:
        if one.settles:
            verdict = one if not one.withdrawn else None
            continue
        voices.pop(one.person, None)
        if not one.withdrawn:
            voices[one.person] = one
        verdict = None  # who speaks after a decision opens the question again
    heard = tuple(voices.values())
    if verdict:
        return Standing(verdict, heard, settled=True)
    return Standing(min(heard, key=_caution, default=None), heard)


def _caution(answer: Answer) -> tuple[int, int, int]:
    """The lowest level first; of equal ones the best evidenced; who knows before who does not."""
    kind = 0 if answer.level is not None else 1 if answer.reason else 2
    return kind, answer.level or 0, -answer.grade


def reworded(
    checklists: Iterable[Checklist], said: Mapping[str, Standing]
) -> dict[str, tuple[Answer, ...]]:
    """Item of `checklists` -> the answers to it that were given to another wording than its own.

    They still count; the question is worth asking these people again.
    """
    found = {}
    for item in (item for one in checklists for item in one.items):
        standing = said.get(item.id, Standing(None))
        old = tuple(one for one in standing.all if one.wording not in ("", item.wording))
        if old:
            found[item.id] = old
    return found
