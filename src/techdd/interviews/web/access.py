"""Who may come in: links that work once, and the sessions they are exchanged for.

A link and a session are random words of 192 bits. Only their digests are kept, in a file that
nobody but its owner can read, so that neither the file nor a copy of it lets anybody in.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Literal

from pydantic import Field

from techdd.errors import TechddError
from techdd.files import read, write_atomic
from techdd.migrations import FORMATS, current
from techdd.policy import Written
from techdd.workspace import now

LASTS = timedelta(days=14)
STORED = FORMATS[".web/access.json"]
_SESSIONS = 10  # of one person at a time; the oldest ends


class _Pass(Written):
    person: str
    at: datetime

    @property
    def is_good(self) -> bool:
        return abs(now() - self.at) < LASTS  # a clock that was far ahead gives nobody more time


class _Kept(Written):
    format: Literal[1] = 1
    id: str = Field(default_factory=lambda: secrets.token_hex(8))
    links: dict[str, _Pass] = Field(default_factory=dict)  # digest -> whom it lets in
    sessions: dict[str, _Pass] = Field(default_factory=dict)


class Access:
    """The links and sessions of one engagement. Raises TechddError where the file is unreadable."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            tree = json.loads(read(path))
            self._kept = _Kept.model_validate(current(STORED, tree, path))
        except FileNotFoundError:
            self._kept = _Kept()
            self._save(self._kept)
        except (OSError, ValueError):
            raise TechddError(
                "cannot be read; delete it, and everybody needs a new link", path
            ) from None

    @property
    def id(self) -> str:
        """Tells this engagement from others in the same browser; no secret."""
        return self._kept.id

    def issue(self, person: str) -> str:
        """A new link for `person`; one that was not used yet no longer works."""
        word = secrets.token_urlsafe(24)
        with self._lock:
            links = {
                digest: one for digest, one in self._kept.links.items() if one.person != person
            }
            links[_digest(word)] = _Pass(person=person, at=now())
            self._keep(links, self._kept.sessions)
        return word

    def redeem(self, link: str) -> str | None:
        """A session for a link, which is used up by it; None where it is none, used or old."""
        with self._lock:
            links = dict(self._kept.links)
            found = links.pop(_digest(link), None)
            if found is None:
                return None
            if not found.is_good:
                self._keep(links, self._kept.sessions)
                return None
            own = [digest for digest, one in self._live() if one.person == found.person]
            ended = set(own[: max(0, len(own) - _SESSIONS + 1)])
            session = secrets.token_urlsafe(24)
            sessions = {digest: one for digest, one in self._live() if digest not in ended}
            sessions[_digest(session)] = _Pass(person=found.person, at=now())
            self._keep(links, sessions)
        return session

    def person(self, session: str) -> str | None:
        """Whose session it is. What is over stays so, be it that the clock is set back."""
        found = self._kept.sessions.get(_digest(session))
        if found and not found.is_good:
            with suppress(TechddError):  # it has ended, be it that the disk is full
                self.leave(session)
        return found.person if found and found.is_good else None

    def standing(self, person: str) -> Literal["joined", "invited", "none"]:
        """Whether `person` is in, or has a link that was not used yet."""
        if any(one.person == person for _, one in self._live()):
            return "joined"
        invited = any(one.person == person and one.is_good for one in self._kept.links.values())
        return "invited" if invited else "none"

    def leave(self, session: str) -> None:
        """Ends one session."""
        with self._lock:
            digest = _digest(session)
            self._end(
                self._kept.links,
                {key: one for key, one in self._kept.sessions.items() if key != digest},
            )

    def shut_out(self, person: str | None = None) -> None:
        """Ends all links and sessions, of everybody or of one person."""
        with self._lock:
            links, sessions = (
                {key: one for key, one in passes.items() if person not in (None, one.person)}
                for passes in (self._kept.links, self._kept.sessions)
            )
            self._end(links, sessions)

    def _live(self) -> list[tuple[str, _Pass]]:
        return [(digest, one) for digest, one in self._kept.sessions.items() if one.is_good]

    def _keep(self, links: dict[str, _Pass], sessions: dict[str, _Pass]) -> None:
        kept = _Kept(id=self._kept.id, links=links, sessions=sessions)
        self._save(kept)
        self._kept = kept

    def _end(self, links: dict[str, _Pass], sessions: dict[str, _Pass]) -> None:
        """What ends does so at once, be it that the file cannot be written."""
        self._kept = _Kept(id=self._kept.id, links=links, sessions=sessions)
        self._save(self._kept)

    def _save(self, kept: _Kept) -> None:
        text = json.dumps(kept.model_dump(mode="json"), indent=1)
        try:
            self.path.parent.stat()  # else it would begin anew where the engagement was
            write_atomic(self.path, text.encode(), mode=0o600)
        except OSError as error:
            why = f"who may come in cannot be written down: {error.strerror}"
            raise TechddError(why, self.path) from None


def _digest(word: str) -> str:
    return sha256(word.encode()).hexdigest()
