"""The questions of an interview, the profiles that choose among them, and what they refer to.

Frozen pydantic models; `documents.load` reads them from YAML.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from techdd.policy import Importance, Name, Written, repeated

Level = Annotated[int, Field(strict=True, ge=0, le=4)]


def _fillable(text: str) -> str:
    """`text`, into which {value} and {basis} can be put, and nothing else."""
    try:
        named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        strangers = sorted(named - {"value", "basis"})
        for value in () if strangers else (0.0, 0.5, 12345.678):
            text.format(value=value, basis="12 commits")
    except ValueError as error:
        raise ValueError(f"cannot be filled in: {error}") from None
    if strangers:
        raise ValueError(f"{{{strangers[0]}}} is not known; there are {{value}} and {{basis}}")
    return text


Sentence = Annotated[str, AfterValidator(_fillable)]


class EvidenceRule(Written):
    """How one metric speaks for a checklist item.

    `bands` are the four bounds between levels 0|1|2|3|4. Rising bounds mean more is better: level =
    how many bounds the value reaches. Falling bounds mean less is better: level = how many bounds
    the value stays within. `role: measures` answers the item where nobody was asked (grade
    measured); `role: indicates` only supports or contradicts an answer.
    """

    metric: str
    bands: tuple[float, float, float, float]
    role: Literal["measures", "indicates"] = "indicates"
    says: Sentence  # with {value}, format specifications allowed, and {basis}
    ask: Sentence = ""  # the question worth asking where the metric stands at level 0 or 1
    source: str = ""

    @model_validator(mode="after")
    def _bands_have_a_direction(self) -> EvidenceRule:
        rising = list(self.bands) == sorted(self.bands)
        falling = list(self.bands) == sorted(self.bands, reverse=True)
        if not (rising or falling) or self.bands[0] == self.bands[3]:
            raise ValueError("bands must rise (more is better) or fall (less is better)")
        return self

    def level(self, value: float) -> int:
        """The maturity level 0-4 that `value` stands for."""
        if self.bands[0] < self.bands[3]:
            return sum(value >= bound for bound in self.bands)
        return sum(value <= bound for bound in self.bands)


class Figure(Written):
    """A value that an answer gives beside its level, such as a recovery time in hours."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
    ask: str
    kind: Literal["number", "date", "text", "choice"] = "number"
    unit: str = ""  # of a number: hours, days, people, EUR a month
    choices: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _choices_fit_the_kind(self) -> Figure:
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("'choices' belong to 'kind: choice', which needs them")
        if self.unit and self.kind != "number":
            raise ValueError("'unit' belongs to 'kind: number'")
        return self


class Item(Written):
    """One question of a checklist."""

    id: Annotated[str, Field(pattern=r"^[A-Z]{2,4}-\d{2}$")]
    ask: str
    why: str  # why an investor asks
    levels: tuple[str, str, str, str, str]  # what 0, 1, 2, 3 and 4 look like
    importance: Importance = "major"
    weight: Annotated[float, Field(gt=0, le=10)] = 1.0
    follow_ups: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    controls: Mapping[Name, tuple[str, ...]] = Field(default_factory=dict)  # framework -> numbers
    evidence: tuple[EvidenceRule, ...] = ()

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Item:
        if repeated(figure.key for figure in self.figures):
            raise ValueError("two figures of an item have the same key")
        return self

    @property
    def wording(self) -> str:
        """A digest of what a respondent is asked: who answered another wording is asked again."""
        asked = [self.ask, *self.levels, *(repr(figure) for figure in self.figures)]
        return sha256("\x1f".join(" ".join(text.split()) for text in asked).encode()).hexdigest()[
            :12
        ]


class Checklist(Written):
    """The questions of one domain of the report."""

    id: Name
    title: str
    version: str
    order: int  # where its chapter stands in the report
    weight: Annotated[float, Field(gt=0, le=10)] = 1.0
    about: str  # one or two sentences that open the chapter
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Checklist:
        if twice := repeated(item.id for item in self.items):
            raise ValueError(f"item id used twice: {', '.join(twice)}")
        return self


class Profile(Written):
    """What occasions an audit (a seed round, a carve-out), and what is asked for it.

    Factors multiply the weights of checklists and items; 0 leaves one out. What is not named keeps
    its own weight and importance.
    """

    id: Name
    title: str
    about: str  # whom it is for and what it leaves out, as the report prints it
    order: int
    domains: Mapping[Name, Annotated[float, Field(ge=0, le=10)]] = Field(default_factory=dict)
    items: Mapping[str, Annotated[float, Field(ge=0, le=10)]] = Field(default_factory=dict)
    importance: Mapping[str, Importance] = Field(default_factory=dict)

    def of(self, checklist: Checklist) -> Checklist | None:
        """The checklist as this profile asks it; None where it asks nothing of it."""
        factor = self.domains.get(checklist.id, 1.0)
        items = [
            item.model_copy(
                update={
                    "weight": item.weight * self.items.get(item.id, 1.0),
                    "importance": self.importance.get(item.id, item.importance),
                }
            )
            for item in checklist.items
            if self.items.get(item.id, 1.0)
        ]
        if not factor or not items:
            return None
        update = {"weight": checklist.weight * factor, "items": tuple(items)}
        return checklist.model_copy(update=update)


class Control(Written):
    """One requirement of a framework, in our own words."""

    number: str
    title: str


class Framework(Written):
    """A law, standard or scheme of controls that questions refer to by number."""

    id: Name
    title: str
    edition: str  # which text the numbers are of
    about: str  # what a mapping to it says, and what it does not
    source: str
    hinges_on: str = ""  # the question that says whether it binds the company at all
    controls: Annotated[tuple[Control, ...], Field(min_length=1)]
