"""What the page sends, and what of it becomes an answer."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from techdd import replies
from techdd.answers import Answer, Document
from techdd.checklists import Item, Level
from techdd.interviews.people import Participant
from techdd.ledger import mistake
from techdd.model import Grade
from techdd.policy import Written
from techdd.text import clean


class Refusal(Exception):
    """A request that is not carried out: an HTTP status, one line, and what the page needs."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.more = more


def _plain(text: str) -> str:
    """Several lines without control characters."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        one for one in kept if one in "\n\t" or unicodedata.category(one) != "Cc"
    ).strip()


_Short = Annotated[str, Field(max_length=200), AfterValidator(clean)]
_Text = Annotated[str, Field(max_length=20_000), AfterValidator(_plain)]
_Id = Annotated[str, Field(max_length=64)]
_Said = Annotated[Grade, Field(ge=Grade.STATED, le=Grade.SAMPLED)]


class Said(Written):
    """An answer as the page sends it; `by` and `grade` are for interviewers."""

    seen: _Id  # the id of the person's latest answer as the page knew it
    by: _Short = ""  # whose answer it is, where that is not the sender
    level: Level | None = None
    reason: _Text = ""
    unknown: bool = False
    withdrawn: bool = False
    grade: _Said | None = None
    confidence: Literal["low", "medium", "high"] | None = None
    figures: Annotated[Mapping[_Short, float | _Short], Field(max_length=50)] = Field(
        default_factory=dict
    )
    documents: Annotated[tuple[Document, ...], Field(max_length=50)] = ()
    note: _Text = ""
    yields: bool = False  # the one that was recorded meanwhile shall count, and this one be kept

    def answer(self, item: Item, of: Participant, sender: Participant) -> Answer:
        """The answer of `of`, written down by `sender`. Raises Refusal."""
        figures = _figures(item, self.figures)
        return _checked(
            item=item.id,
            level=self.level,
            reason=self.reason,
            unknown=self.unknown,
            withdrawn=self.withdrawn,
            grade=self.grade or Grade.STATED,
            confidence=self.confidence,
            figures={} if self.withdrawn else figures,
            documents=() if self.withdrawn else self.documents,
            note=self.note,
            by=of.name,
            role=of.role,
            recorded_by="" if of.person == sender.person else sender.name,
            source="web",
        )


class Verdict(Written):
    """An interviewer's decision on an item; `withdrawn` takes it back."""

    mark: _Id  # the item's last entry in the journal as the page knew it
    level: Level | None = None
    reason: _Text = ""
    withdrawn: bool = False
    overrules: bool = False
    grade: _Said = Grade.STATED
    note: _Text = ""

    def answer(self, item: Item, sender: Participant) -> Answer:
        """The decision as an answer of `sender`. Raises Refusal."""
        if not self.note and not self.withdrawn:
            raise Refusal(422, "a decision needs its reason")
        return _checked(
            item=item.id,
            level=self.level,
            reason=self.reason,
            withdrawn=self.withdrawn,
            overrules=self.overrules and not self.withdrawn,
            settles=True,
            grade=self.grade,
            note=self.note,
            by=sender.name,
            role=sender.role,
            source="web",
        )


class Token(Written):
    """The word of a link."""

    token: Annotated[str, Field(min_length=1, max_length=200)]


class Person(Written):
    """Somebody to add, or whose role, kind and scope change."""

    name: Annotated[_Short, Field(min_length=1)]
    role: _Short = ""
    kind: Literal["respondent", "interviewer"] = "respondent"
    asked: Annotated[tuple[_Short, ...], Field(max_length=2_000)] = ()
    new: bool = False


class Named(Written):
    """Somebody who is there."""

    name: _Short


class Nothing(Written):
    """A request that says all by its address."""


def _checked(**values: Any) -> Answer:
    try:
        return Answer.model_validate(values)
    except ValidationError as error:
        raise Refusal(422, mistake(error)) from None


def _figures(item: Item, given: Mapping[str, float | str]) -> dict[str, float | str]:
    known = {figure.key: figure for figure in item.figures}
    found: dict[str, float | str] = {}
    for key, value in given.items():
        if key not in known:
            raise Refusal(422, f"figures: {item.id} asks for no {key!r}")
        if text := replies.written(value):
            try:
                found[key] = replies.figure(known[key], text)
            except ValueError as error:
                raise Refusal(422, f"{key}: {error}") from None
    return found
