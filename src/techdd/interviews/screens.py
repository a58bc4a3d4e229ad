"""What the interview in the terminal shows: questions, levels, what was said, how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from techdd import replies
from techdd.answers import Answer, Entry
from techdd.checklists import Checklist, Item
from techdd.interviews.asking import Heard, is_open
from techdd.interviews.drafts import draft
from techdd.interviews.prompts import Console
from techdd.model import Metric
from techdd.text import clean

HELP = """\
0-4     the level that fits
n       not applicable
u       don't know
?       what the levels mean, documents
p       who said what before
e       edit the note
w       take the answer back
s       skip (Enter does it too)
b       back
TEA-01  go to that question
o       how far it is
q       stop; run it again to go on
Enter takes what stands in [ ].
A note goes on after a \\.
Every answer is on disk at once."""
_MARK = {"critical": " [critical]", "major": "", "minor": " [minor]"}


def question(
    console: Console, checklist: Checklist, item: Item, metrics: Mapping[str, Metric], place: str
) -> None:
    """The question with its reason, and the evidence for the interviewer."""
    console.say("")
    console.tell(f"{checklist.title} · {place}")
    console.tell(f"{item.id}{_MARK[item.importance]} {item.ask}")
    console.tell(f"Why: {item.why}", "  ")
    known = draft(item, metrics)
    for sentence in known.sentences:
        console.tell(f"Evidence: {sentence}", "  ")
    if known.level is not None:
        console.tell(f"By the evidence: {known.likely}.", "  ")
    if known.ask and known.sentences:
        console.tell(f"Worth asking: {known.ask}", "  ")


def own(console: Console, item: Item, earlier: Answer) -> None:
    """What the respondent said to the question before."""
    console.tell(f"Answered: {replies.told(earlier)}", "  ")
    if earlier.wording not in ("", item.wording):
        console.tell("The question was reworded since; it is asked again.", "  ")


def levels(console: Console, item: Item) -> None:
    """What the levels look like, what to ask on, and what to ask for."""
    for level, text in enumerate(item.levels):
        console.tell(f"{level}: {text}", "  ")
    for figure in item.figures:
        console.tell(f"Figure: {figure.ask} ({replies.expects(figure) or figure.kind})", "  ")
    for further in item.follow_ups:
        console.tell(f"Ask on: {further}", "  ")
    if item.documents:
        console.tell(f"Documents: {', '.join(item.documents)}", "  ")


def before(console: Console, item: Item, entries: Sequence[Entry]) -> None:
    """Everything that was said to an item, by anybody, oldest first."""
    said = [entry.answer for entry in entries if entry.answer.item == item.id]
    for answer in said:
        who = clean(answer.by) or "nobody named"
        role = f" ({clean(answer.role)})" if answer.role else ""
        turn = f", round {clean(answer.round)}" if answer.round else ""
        day = f" on {answer.at:%Y-%m-%d %H:%M}" if answer.at else ""
        kind = "Settled by " if answer.settles else ""
        console.tell(f"{kind}{who}{role}{day}{turn}: {replies.told(answer)}", "  ")
    if not said:
        console.tell("Nobody has said anything to it yet.", "  ")


def overview(console: Console, checklists: Sequence[Checklist], said: Heard, person: str) -> None:
    """How many questions of each checklist are answered."""
    for one in checklists:
        done = sum(not is_open(item, said, person) for item in one.items)
        console.tell(f"{one.title}: {done} of {len(one.items)} answered", "  ")
