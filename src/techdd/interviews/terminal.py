"""The interview in the terminal: one question at a time, saved after every answer, resumable."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from techdd.answers import Answer
from techdd.checklists import Checklist, Item
from techdd.model import Grade, Metric
from techdd.scoring import describe_evidence
from techdd.workspace import Workspace

HELP = "0-4 = level, n = not applicable, s = skip, b = back, ? = what the levels mean, q = quit"
GRADES = {
    "1": (Grade.STATED, "said"),
    "2": (Grade.SHOWN, "shown"),
    "3": (Grade.SAMPLED, "sample inspected"),
}


@dataclass(frozen=True)
class Console:
    """How the interview talks: `say` prints a line, `ask` reads one (None at the end of input)."""

    say: Callable[[str], None]
    ask: Callable[[str], str | None]


def interview(
    workspace: Workspace,
    checklists: Sequence[Checklist],
    console: Console,
    *,
    by: str,
    role: str,
    metrics: Mapping[str, Metric],
    again: bool = False,
) -> int:
    """Asks what is open (everything, where `again`); returns how many answers were written.

    `by` and `role` are the respondent's. `metrics` of the engagement are shown beside the question
    as evidence for the interviewer.
    """
    questions = [(one, item) for one in checklists for item in _open(workspace, one, again=again)]
    written = position = 0
    while position < len(questions):
        checklist, item = questions[position]
        console.say(f"\n{checklist.title} · {position + 1} of {len(questions)}")
        _show(console, item, metrics)
        step = _ask_item(console, item)
        if step == "quit":
            break
        if step == "back":
            position = max(0, position - 1)
            continue
        if isinstance(step, Answer):
            said_by = {"by": by, "role": role, "source": "terminal"}
            workspace.record(checklist, item, step.model_copy(update=said_by))
            written += 1
        position += 1
    return written


def _open(workspace: Workspace, checklist: Checklist, *, again: bool) -> list[Item]:
    answered = set() if again else workspace.standings().keys()
    return [item for item in checklist.items if item.id not in answered]


def _show(console: Console, item: Item, metrics: Mapping[str, Metric]) -> None:
    mark = {"critical": " [critical]", "major": "", "minor": " [minor]"}[item.importance]
    console.say(_wrapped(f"{item.id}{mark}  {item.ask}"))
    console.say(_wrapped(f"Why: {item.why}", "  "))
    for sentence in describe_evidence(item, metrics):
        console.say(_wrapped(f"Evidence: {sentence}", "  "))


def _ask_item(console: Console, item: Item) -> Answer | str:
    """An answer, or "skip", "back" or "quit"."""
    while True:
        said = console.ask("Level [0-4 n s b ? q]")
        if said is None:
            return "quit"
        said = said.strip().lower()
        if said in ("s", ""):
            return "skip"
        if said == "b":
            return "back"
        if said == "q":
            return "quit"
        if said == "?":
            _explain(console, item)
        elif said == "n":
            reason = (console.ask("Why is it not applicable") or "").strip()
            if reason:
                return Answer(item=item.id, reason=reason)
            console.say("A reason is needed: 'not applicable' leaves the score.")
        elif said in ("0", "1", "2", "3", "4"):
            return _graded(console, item, int(said))
        else:
            console.say(f"{said[:40]!r} is none of: {HELP}")


def _graded(console: Console, item: Item, level: int) -> Answer | str:
    """An answer of `level` with its grade and note, or "quit" where the input ends before both."""
    choices = ", ".join(f"{key} = {text}" for key, (_, text) in GRADES.items())
    grade = None
    while grade is None:
        said = console.ask(f"Known how ({choices}) [1]")
        if said is None:
            return "quit"
        grade, _ = GRADES.get(said.strip() or "1", (None, ""))
        if grade is None:
            console.say(f"{said.strip()[:40]!r} is none of: {', '.join(GRADES)}")
    note = console.ask("Note (empty for none)")
    if note is None:
        return "quit"
    return Answer(item=item.id, level=level, grade=grade, note=note.strip())


def _explain(console: Console, item: Item) -> None:
    for level, text in enumerate(item.levels):
        console.say(_wrapped(f"{level}: {text}", "  "))
    for question in item.follow_ups:
        console.say(_wrapped(f"Ask on: {question}", "  "))
    if item.documents:
        console.say(_wrapped(f"Documents: {', '.join(item.documents)}", "  "))


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        " ".join(text.split()), 96, initial_indent=indent, subsequent_indent=indent + "  "
    )
