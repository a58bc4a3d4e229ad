"""Asks for one answer in the terminal, part by part; what was given so far is never lost."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from techdd import replies
from techdd.answers import Answer
from techdd.checklists import Figure, Item
from techdd.errors import TechddError
from techdd.model import Grade
from techdd.text import clean

Value = TypeVar("Value")


class Ended(Exception):
    """The input has ended."""


@dataclass(frozen=True)
class Console:
    """How the interview talks: `say` prints a line, `ask` reads one (None at the end of input)."""

    say: Callable[[str], None]
    ask: Callable[[str], str | None]
    width: Callable[[], int] = lambda: 96

    def tell(self, text: str, indent: str = "") -> None:
        """Prints text of any length, wrapped to the width of the screen."""
        self.say(
            textwrap.fill(
                " ".join(text.split()),
                self.width(),
                initial_indent=indent,
                subsequent_indent=indent + "  ",
            )
        )

    def read(self, prompt: str) -> str:
        """One line, without the spaces around it. Raises Ended at the end of input."""
        said = self.ask(prompt)
        if said is None:
            raise Ended
        return said.strip()


class Reply:
    """The answer that is being given; `fields` grows with every prompt."""

    def __init__(self, console: Console, item: Item, earlier: Answer | None) -> None:
        self.console = console
        self.item = item
        self.earlier = earlier  # of the same person, whose details are offered again
        self.fields: dict[str, Any] = {}

    def answer(self) -> Answer | None:
        """What was given; None where that is no answer yet. Raises ValidationError."""
        if not self.fields:
            return None
        return Answer(item=self.item.id, **self.fields)

    def give(self, said: str) -> None:
        """Asks for all that belongs to a level or a word (n, u, e, w). Raises ValueError for
        another one.
        """
        word = said.casefold()
        if word == "w":
            self.fields["withdrawn"] = True
            return
        if word == "e" and self.earlier:
            names = ("level", "reason", "unknown", "grade", "confidence", "figures", "documents")
            self.fields.update((name, getattr(self.earlier, name)) for name in names)
            self.note()
            return
        level, applicable = replies.standpoint(said)
        if not applicable:
            self.fields["reason"] = self._reason()
        elif level is None:
            self.fields["unknown"] = True
        else:
            self.fields["level"] = level
            self._details()
        self.note()

    def note(self) -> None:
        """Asks for the note; an earlier one can be kept, taken away or added to."""
        old = self.earlier.note if self.earlier else ""
        self.fields["note"] = old
        if old:
            self.console.tell(f"The note so far: {clean(old)}", "  ")
            said = self._lines("Note (Enter keeps it, - takes it away, + adds to it)")
        else:
            said = self._lines("Note (Enter: none)")
        if said.startswith("+") and old:
            self.fields["note"] = f"{old}\n{said[1:].strip()}"
        elif said:
            self.fields["note"] = "" if said == "-" else said

    def _lines(self, prompt: str) -> str:
        """One line, or more where each ends with a backslash."""
        lines = [self.console.read(prompt)]
        while lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1].rstrip()
            try:
                lines.append(self.console.read("  and"))
            except Ended:
                break
        return "\n".join(lines).strip()

    def _reason(self) -> str:
        while True:
            if reason := self.console.read("Why is it not applicable"):
                return reason
            self.console.say("A reason is needed: 'not applicable' leaves the score.")

    def _details(self) -> None:
        earlier = self.earlier
        self.fields["figures"] = figures = dict(earlier.figures) if earlier else {}
        for asked in self.item.figures:
            self._figure(asked, figures)
        grade = earlier.grade if earlier and earlier.level is not None else Grade.STATED
        self.fields["grade"] = grade
        prompt = f"Known how: 1 said, 2 shown, 3 sampled [{int(grade)}]"
        self.fields["grade"] = self._value(prompt, replies.grade, grade)
        sure = earlier.confidence if earlier else None
        self.fields["confidence"] = sure
        prompt = f"How sure: l low, m medium, h high [{sure or 'not said'}]"
        self.fields["confidence"] = self._value(prompt, replies.confidence, sure)
        self.fields["documents"] = earlier.documents if earlier else ()
        if self.fields["grade"] > Grade.STATED:
            self._documents()

    def _figure(self, asked: Figure, figures: dict[str, float | str]) -> None:
        wanted = f" ({replies.expects(asked)})" if replies.expects(asked) else ""
        old = figures.get(asked.key)
        default = clean(replies.written(old)) if old is not None else "none"
        self.console.tell(f"{asked.ask}{wanted}", "  ")
        found = self._value(f"{asked.key} [{default}]", lambda said: _or_none(asked, said), old)
        if found is None:
            figures.pop(asked.key, None)
        else:
            figures[asked.key] = found

    def _value(self, prompt: str, read: Callable[[str], Value], default: Value) -> Value:
        while True:
            said = self.console.read(prompt)
            if not said:
                return default
            try:
                return read(said)
            except ValueError as error:
                self.console.tell(str(error))

    def _documents(self) -> None:
        """Documents stay where they are: their names and digests are kept."""
        while path := self.console.read("Document shown, by its path (Enter: no more)"):
            try:
                found = replies.document(Path(path).expanduser())
            except (TechddError, RuntimeError) as error:  # no home to expand
                self.console.tell(clean(str(error)))
                continue
            others = [one for one in self.fields["documents"] if one.name != found.name]
            self.fields["documents"] = (*others, found)
            self.console.tell(f"Kept: {clean(found.name)}, SHA-256 {found.sha256[:16]}…", "  ")


def _or_none(asked: Figure, said: str) -> float | str | None:
    return None if said == "-" else replies.figure(asked, said)
