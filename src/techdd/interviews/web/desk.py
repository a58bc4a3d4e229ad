"""What people may do on the page, without HTTP: each verb with its rights and its refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from techdd.answers import Answer, Entry, person_of
from techdd.checklists import Checklist, Item
from techdd.errors import TechddError
from techdd.interviews.people import Participant, unasked
from techdd.interviews.web import shown
from techdd.interviews.web.said import Refusal
from techdd.journal import Conflict
from techdd.model import Grade

if TYPE_CHECKING:
    from techdd.interviews.web.access import Access
    from techdd.interviews.web.crew import Crew
    from techdd.interviews.web.said import Named, Nothing, Person, Said, Verdict
    from techdd.model import Metric
    from techdd.workspace import Workspace

Json = shown.Json


class _State(NamedTuple):
    """What somebody was told, and what it was made of: a page asks every few seconds."""

    entries: Sequence[Entry]
    depends: object
    said: Json


class Desk:
    """The interviews of one engagement. Every verb takes who asks for it first."""

    def __init__(
        self, workspace: Workspace, crew: Crew, access: Access, metrics: Mapping[str, Metric]
    ) -> None:
        self.workspace = workspace
        self.crew = crew
        self.access = access
        self._evidence = shown.evidence(workspace.checklists, metrics)
        self._round = workspace.engagement.round
        self._states: dict[str, _State] = {}  # by person

    # --- reading ------------------------------------------------------------------------------

    def questions(self, me: Participant, _: Nothing) -> Json:
        """Who I am and what I am asked."""
        asker = me.kind == "interviewer"
        scope = me.scope(self.workspace.checklists)
        return {
            "me": {"name": me.name, "role": me.role, "person": me.person, "kind": me.kind},
            "engagement": self.access.id,
            "client": self.workspace.engagement.client,
            "round": self._round,
            "scope": _scope(scope),
            "checklists": shown.questions(scope, self._evidence if asker else None),
        }

    def state(self, me: Participant, _: Nothing, mark: str) -> Json:
        """What was answered: one's own, and for interviewers everybody's.

        Only `mark` where nothing changed since the state of that mark.
        """
        entries = self.workspace.journal.read()
        known = self._states.get(me.person)
        depends = (me, self.crew.people, self.crew.mistake, self._let_in(me))
        if known is None or known.entries is not entries or known.depends != depends:
            said = self._state(me, entries)
            now = sha256(repr(said).encode()).hexdigest()[:16]
            known = self._states[me.person] = _State(entries, depends, {"mark": now} | said)
        now = known.said["mark"]
        return {"mark": now} if now == mark else known.said

    def _state(self, me: Participant, entries: Sequence[Entry]) -> Json:
        scope = me.scope(self.workspace.checklists)
        items = {item.id for one in scope for item in one.items}
        said: Json = {"scope": _scope(scope)}
        if me.kind == "respondent":
            return said | {"answers": shown.own(entries, me.person, items, self._round)}
        doubts = [*self.workspace.journal.doubts, *filter(None, [self.crew.mistake])]
        return said | {
            "answers": shown.everybodys(entries, items),
            "people": self._people(entries),
            "doubts": doubts,
        }

    def _let_in(self, me: Participant) -> tuple[str, ...]:
        """Who is in and who is invited, as interviewers are shown it."""
        if me.kind == "respondent":
            return ()
        return tuple(self.access.standing(one.person) for one in self.crew.people)

    def history(self, me: Participant, _: Nothing, item: str) -> Json:
        """All that was ever said to an item, the newest first."""
        self._item(me, item)
        entries = [one for one in self.workspace.journal.read() if one.answer.item == item]
        return {"entries": [shown.full_answer(one.answer) for one in reversed(entries)]}

    # --- answering ----------------------------------------------------------------------------

    def answer(self, me: Participant, said: Said, item: str) -> Json:
        """Records an answer. Refused with 409 and the other one where it changed meanwhile."""
        checklist, question = self._item(me, item)
        of = self._of(me, said)
        answer = said.answer(question, of, me)
        if said.grade is None:  # what interviewers have seen for themselves stays until they judge
            answer = answer.model_copy(update={"grade": self._grade_so_far(answer, said.seen)})
        try:
            entry = self.workspace.record(checklist, question, answer, seen=said.seen)
            if said.yields and (before := self._entry(said.seen)):
                again = before.answer.model_copy(update={"round": ""})
                entry = self.workspace.record(checklist, question, again, seen=entry.id)
        except Conflict as conflict:
            there = conflict.entry
            tell = shown.own_answer if me.kind == "respondent" else shown.full_answer
            theirs = there is not None and not there.answer.withdrawn
            raise Refusal(
                409,
                "this answer was changed elsewhere",
                seen=there.id if there else "",
                answer=tell(there.answer) if there and theirs else None,
            ) from None
        except TechddError as error:  # a full disk, say: the page keeps it and tries again
            raise Refusal(503, error.message.splitlines()[0]) from None
        return {"seen": entry.id, "at": entry.answer.at.isoformat() if entry.answer.at else None}

    def settle(self, me: Participant, verdict: Verdict, item: str) -> Json:
        """Records an interviewer's decision between answers."""
        checklist, question = self._item(me, item)
        said = [one for one in self.workspace.journal.read() if one.answer.item == item]
        if not said:
            raise Refusal(422, "nobody has answered this yet")
        if said[-1].id != verdict.mark:
            raise Refusal(409, "somebody answered meanwhile; look again")
        own = [one.id for one in said if one.answer.person == me.person]
        answer = verdict.answer(question, me)
        try:
            self.workspace.record(checklist, question, answer, seen=own[-1] if own else "")
        except Conflict:
            raise Refusal(409, "somebody answered meanwhile; look again") from None
        return {}

    # --- people -------------------------------------------------------------------------------

    def put(self, me: Participant, person: Person) -> Json:
        """Adds somebody or changes what they are asked; a new person gets a link."""
        if stranger := unasked(person.asked, self.workspace.checklists):
            raise Refusal(422, f"no checklist or item {stranger!r}")
        changed = Participant(
            name=" ".join(person.name.split()), role=person.role, kind=person.kind,
            asked=person.asked,
        )  # fmt: skip
        self.crew.put(changed, new=person.new)
        return {"link": self.access.issue(changed.person)} if person.new else {}

    def link(self, me: Participant, named: Named) -> Json:
        """A new link for somebody; the one before it no longer works."""
        return {"link": self.access.issue(self._somebody(named).person)}

    def shut_out(self, me: Participant, named: Named) -> Json:
        """Ends the link and all sessions of somebody."""
        self.access.shut_out(self._somebody(named).person)
        return {}

    # --- what the verbs share -----------------------------------------------------------------

    def _item(self, me: Participant, name: str) -> tuple[Checklist, Item]:
        for checklist in me.scope(self.workspace.checklists):
            for item in checklist.items:
                if item.id == name:
                    return checklist, item
        raise Refusal(403, "you are not asked this")

    def _of(self, me: Participant, said: Said) -> Participant:
        if me.kind == "respondent":
            if said.by or said.grade is not None:
                raise Refusal(403, "only interviewers say whose answer it is and how it was shown")
            return me
        if not said.by:
            return me
        of = self.crew.find(person_of(said.by))
        if of is None:
            raise Refusal(422, "nobody of this name takes part")
        return of

    def _grade_so_far(self, answer: Answer, seen: str) -> Grade:
        before = self._entry(seen)
        if before is None or before.answer.level != answer.level or before.answer.settles:
            return Grade.STATED
        return before.answer.grade

    def _entry(self, id_: str) -> Entry | None:
        return next((one for one in self.workspace.journal.read() if one.id == id_), None)

    def _somebody(self, named: Named) -> Participant:
        found = self.crew.find(person_of(named.name))
        if found is None:
            raise Refusal(404, "nobody of this name takes part")
        return found

    def _people(self, entries: Sequence[Entry]) -> list[Json]:
        listed = []
        for one in self.crew.people:
            scope = one.scope(self.workspace.checklists)
            items = {item.id for part in scope for item in part.items}
            said = shown.own(entries, one.person, items, self._round)
            listed.append(
                {
                    "name": one.name, "person": one.person, "role": one.role, "kind": one.kind,
                    "asked": one.asked, "link": self.access.standing(one.person),
                    "items": len(items),
                    "answered": sum(found["answer"] is not None for found in said.values()),
                }
            )  # fmt: skip
        return listed


def _scope(checklists: tuple[Checklist, ...]) -> str:
    items = [item.id for one in checklists for item in one.items]
    return sha256(" ".join(items).encode()).hexdigest()[:16]
