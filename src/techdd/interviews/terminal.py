"""The interview in the terminal: one question at a time, saved after every answer, resumable."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from pydantic import ValidationError

from techdd import replies
from techdd.answers import Answer, Entry
from techdd.checklists import Checklist, Item
from techdd.errors import TechddError
from techdd.interviews import screens
from techdd.interviews.asking import heard, is_open
from techdd.interviews.prompts import Console, Ended, Reply
from techdd.journal import Conflict, latest
from techdd.ledger import mistake
from techdd.model import Metric
from techdd.text import clean
from techdd.workspace import Workspace

PROMPT = "Level [0-4 n u, h = help]"


class Sitting:
    """One person's interview: `left` holds the questions still to come, `way` those shown.

    `by` and `role` are the respondent's; where nobody is named, what anybody answered is answered.
    `metrics` of the engagement are shown beside the question as evidence for the interviewer.
    """

    def __init__(
        self,
        workspace: Workspace,
        checklists: Sequence[Checklist],
        console: Console,
        *,
        metrics: Mapping[str, Metric],
        by: str = "",
        role: str = "",
        recorded_by: str = "",
    ) -> None:
        self.workspace = workspace
        self.checklists = checklists
        self.console = console
        self.metrics = metrics
        self.said_by = {"by": by, "role": role, "recorded_by": recorded_by, "source": "terminal"}
        try:
            self.person = Answer.model_validate({"item": "", "unknown": True} | self.said_by).person
        except ValidationError as error:
            raise TechddError(f"--{mistake(error).replace('_', '-')}") from None
        self.questions = {item.id: (one, item) for one in checklists for item in one.items}
        self.left: list[str] = []
        self.way: list[str] = []
        self.written = 0

    def hold(self, *, again: bool = False) -> None:
        """Asks what is open (everything, where `again`) until none is left or the input ends."""
        said = self.heard()
        self.left = [
            name
            for name, (_, item) in self.questions.items()
            if again or is_open(item, said, self.person)
        ]
        current = next(iter(self.left), None)
        try:
            while current:
                self.way.append(current)
                current = self._ask(current)
        except Ended:
            self.console.say("")
        self._overview()

    def heard(self) -> dict[str, dict[str, Answer]]:
        """What everybody says in this round."""
        return heard(self.workspace.journal.read(), self.workspace.engagement.round)

    # --- one question -----------------------------------------------------------------------------

    def _ask(self, name: str) -> str | None:
        """Shows a question and does what is said; returns the one that comes next, None to stop."""
        checklist, item = self.questions[name]
        position = list(self.questions).index(name) + 1
        place = f"question {position} of {len(self.questions)}, {len(self.left)} to go"
        screens.question(self.console, checklist, item, self.metrics, place)
        # What is answered is what was shown: another answer that comes meanwhile is told.
        entries = self.workspace.journal.read()
        known = latest(entries, item.id, self.person)
        if earlier := self._own(item, entries):
            screens.own(self.console, item, earlier)
        while True:
            said = self.console.read(PROMPT)
            word = said.casefold()
            if word in ("", "s"):
                return self._next(name)
            if word == "b":
                return self._back()
            if word == "q":
                return None
            if said.upper() in self.questions:
                return said.upper()
            if self._aside(word, item, earlier):
                continue
            if self._is_answered(checklist, Reply(self.console, item, earlier), said, known):
                return self._next(name)

    def _next(self, name: str) -> str | None:
        """The next question that is left, in the order of the checklists, then from the start."""
        order = list(self.questions)
        self.left = [one for one in self.left if one != name]
        later = [one for one in self.left if order.index(one) > order.index(name)]
        return next(iter(later or self.left), None)

    def _back(self) -> str:
        """The question that was shown before; the first one stays."""
        shown = self.way.pop()
        return self.way.pop() if self.way else shown

    def _aside(self, word: str, item: Item, earlier: Answer | None) -> bool:
        """Shows what `word` asks for, which is no answer; whether there is such a word."""
        if word == "?":
            screens.levels(self.console, item)
        elif word == "h":
            self.console.say(screens.HELP)
        elif word == "p":
            screens.before(self.console, item, self.workspace.journal.read())
        elif word == "o":
            self._overview()
        elif word in ("e", "w") and not earlier:
            self.console.say("There is no answer of this person yet.")
        else:
            return False
        return True

    def _overview(self) -> None:
        screens.overview(self.console, self.checklists, self.heard(), self.person)

    # --- one answer -------------------------------------------------------------------------------

    def _is_answered(
        self, checklist: Checklist, reply: Reply, said: str, known: Entry | None
    ) -> bool:
        """Takes an answer that begins with `said`, as far as the input goes."""
        item = reply.item
        try:
            reply.give(said)
        except ValueError:
            self.console.tell(f"{said[:40]!r} is none of: 0-4, n, u and what h shows")
            return False
        except (Ended, KeyboardInterrupt):
            self._record(checklist, item, reply.answer(), known, ended=True)
            raise
        try:
            answer = reply.answer()
        except ValidationError as error:
            self.console.tell(f"This cannot be kept: {mistake(error)}")
            return False
        self._record(checklist, item, answer, known)
        return True

    def _record(
        self,
        checklist: Checklist,
        item: Item,
        answer: Answer | None,
        known: Entry | None,
        *,
        ended: bool = False,
    ) -> None:
        """Saves an answer; where the same person answered meanwhile, asks which one counts. What
        cannot be saved, as on a full disk, is kept until it can.
        """
        while answer:
            given = answer.model_copy(update=dict(self.said_by))
            try:
                with _undisturbed():
                    self.workspace.record(checklist, item, given, seen=known.id if known else "")
            except Conflict as conflict:
                known = conflict.entry
                if ended or self._is_mine_taken(checklist, item, answer, known):
                    continue
                return
            except TechddError as error:
                if ended or not self._is_tried_again(error):
                    raise
                continue
            self.written += 1
            return

    def _is_tried_again(self, error: TechddError) -> bool:
        """Whether somebody has made room, or has put back what was gone."""
        self.console.tell(clean(f"Not saved: {error}"))
        try:
            return self.console.read("Enter tries again, q stops without it").casefold() != "q"
        except Ended:
            return False

    def _is_mine_taken(
        self, checklist: Checklist, item: Item, answer: Answer, other: Entry | None
    ) -> bool:
        """Whether this answer is to count although `other` was given in the meantime."""
        who = clean(self.said_by["by"]) or "somebody"
        said = replies.told(other.answer) if other else "nothing"
        self.console.tell(f"{who} answered this elsewhere in the meantime: {said}.")
        try:
            while True:
                choice = self.console.read("Which one counts: m this one, t that one [m]")
                if choice.casefold() in ("", "m", "t"):
                    return choice.casefold() != "t"
        except (Ended, KeyboardInterrupt):
            self._record(checklist, item, answer, other, ended=True)
            raise

    def _own(self, item: Item, entries: Sequence[Entry]) -> Answer | None:
        """What the respondent says to `item` in this round."""
        said = heard(entries, self.workspace.engagement.round)
        return said.get(item.id, {}).get(self.person)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Who presses Ctrl-C twice does not stop the saving."""
    signs = {signal.SIGINT, signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signs)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
