"""The management response: what the client says of findings, and what the adviser replies.

All of it is kept in `responses.jsonl`, which only grows. A response is tied to the state that the
finding was in when it was asked; a reply is tied to the response that it was given to. Neither
changes a score: that is for triage, by the adviser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, Field, model_validator

from techdd.errors import TechddError
from techdd.ledger import Kind, Ledger
from techdd.migrations import FORMATS
from techdd.model import Finding, Response, fingerprint
from techdd.policy import Written

FILE = "responses.jsonl"
Position = Literal["agreed", "corrected", "disputed"]
POSITIONS: tuple[Position, ...] = ("agreed", "corrected", "disputed")
LONGEST = 2_000  # characters of a response or a reply: what `text.clean` lets through
_Line = Annotated[str, Field(max_length=200)]
_Text = Annotated[str, Field(max_length=LONGEST)]


class Said(Written):
    """One line of the file: a response (`position`), that it is taken back, or a `reply` to one."""

    finding: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    state: str = ""  # of the finding when it was sent to the client
    position: Position | None = None
    withdrawn: bool = False
    words: _Text = ""
    reply: _Text = ""
    to: str = ""  # the id of the response that is replied to
    by: _Line = ""
    on: date | None = None  # the day that the client gave
    at: datetime | None = None  # when it came into the file

    @model_validator(mode="after")
    def _says_one_thing(self) -> Said:
        if (self.position is not None) + self.withdrawn + bool(self.reply) != 1:
            raise ValueError("give one of 'position', 'withdrawn' and 'reply'")
        if self.position in ("corrected", "disputed") and not self.words:
            raise ValueError(f"'{self.position}' needs words")
        return self


class Entry(NamedTuple):
    """One line with the digest that identifies it."""

    id: str
    said: Said


class Standing(NamedTuple):
    """What counts for one finding: the latest response, and the latest reply to it."""

    response: Entry
    reply: Said | None = None


def _entry(name: str, said: BaseModel) -> Entry:
    assert isinstance(said, Said)
    return Entry(name, said)


def ledger(root: Path) -> Ledger[Entry]:
    """The responses of the engagement in `root`."""
    return Ledger(root / FILE, Kind("response", FORMATS[FILE], Said, _entry))


def standings(entries: Iterable[Entry]) -> dict[str, Standing]:
    """Finding -> what counts for it."""
    found: dict[str, Standing] = {}
    for entry in entries:
        said, before = entry.said, found.get(entry.said.finding)
        if said.position:
            found[said.finding] = Standing(entry)
        elif said.withdrawn:
            found.pop(said.finding, None)
        elif before and said.to == before.response.id:
            found[said.finding] = before._replace(reply=said)
    return found


def state_of(finding: Finding) -> str:
    """A digest of what a finding says: another one where the evidence has changed.

    Lines and commits do not count, and neither do decisions if it is taken before them.
    """
    paths = sorted({one.path for one in finding.locations})
    return fingerprint(finding.title, finding.severity, finding.observation, finding.places, *paths)


def shown(
    found: Mapping[str, Standing], findings: Sequence[Finding], states: Mapping[str, str]
) -> tuple[Response, ...]:
    """The responses to `findings`, in their order; `states` are those of the present."""
    return tuple(
        _shown(found[one.id], states.get(one.id, "")) for one in findings if one.id in found
    )


def _shown(standing: Standing, state: str) -> Response:
    said, reply = standing.response.said, standing.reply
    day = said.on or (said.at.date() if said.at else None)
    return Response(
        said.finding,
        said.position or "",
        said.words,
        said.by,
        day.isoformat() if day else "",
        reply.reply if reply else "",
        reply.at.date().isoformat() if reply and reply.at else "",
        earlier=said.state != state,
    )


def reply(root: Path, finding: str, words: str, by: str, at: datetime) -> None:
    """Keeps the adviser's reply to the response on a finding. Raises TechddError."""
    kept = ledger(root)

    def check(entries: Sequence[Entry]) -> None:
        if (now := standings(entries).get(finding)) != standing:
            told = "has changed in the meantime" if now else "was taken back in the meantime"
            raise TechddError(f"the response to {finding} {told}; look again", kept.path)

    standing = standings(kept.read()).get(finding)
    if standing is None:
        raise TechddError(
            f"the client has said nothing of {finding!r}; see: techdd responses list", kept.path
        )
    said = Said(finding=finding, reply=words, to=standing.response.id, by=by, at=at)
    kept.add([said], check)
