"""The interviewer's preparation as Markdown: what the evidence says before anybody is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from techdd.checklists import Checklist
from techdd.interviews.drafts import Topic, by_urgency, draft
from techdd.model import Metric
from techdd.text import clean

TEN = 10
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")
_MARK = {"critical": ", critical", "major": "", "minor": ", minor"}
_ABOUT = """\
For the interviewer; no respondent may see it. "Measured" is a level that the repositories show by
themselves; "indicates at most" is the highest level that they leave room for; where nothing speaks
to a question, only the interview can answer it.
"""


def brief(
    client: str,
    checklists: Sequence[Checklist],
    metrics: Mapping[str, Metric],
    answered: frozenset[str],
    respondent: str = "",
) -> str:
    """The preparation for one respondent or for all: a page of what matters most, then each item.

    `metrics` are the engagement's by name. What is `answered` is left out of the first page, and
    marked.
    """
    return "\n".join(_lines(client, checklists, metrics, answered, respondent))


def _lines(
    client: str,
    checklists: Sequence[Checklist],
    metrics: Mapping[str, Metric],
    answered: frozenset[str],
    respondent: str,
) -> Iterator[str]:
    yield f"# Interview brief: {_plain(client)}\n"
    if respondent:
        yield f"For the interview with {_plain(respondent)}.\n"
    yield _ABOUT
    if not metrics:
        yield "Nothing has been measured yet, and so no evidence speaks to any question.\n"
    topics = by_urgency(checklists, metrics, answered)
    yield from _front(topics)
    for one in checklists:
        yield f"\n## {_plain(one.title)}\n"
        done = [item.id for item in one.items if item.id in answered]
        if done:
            yield f"Answered already: {', '.join(done)}.\n"
        # Within a subject, too, what matters most comes first.
        for topic in topics:
            if topic.checklist.id == one.id:
                yield from _topic(topic)
        for item in one.items:
            if item.id in answered:
                yield from _topic(Topic(one, item, draft(item, metrics)))


def _front(topics: Sequence[Topic]) -> Iterator[str]:
    if not topics:
        yield "Every question is answered."
        return
    yield f"## The questions that matter most now ({min(TEN, len(topics))} of {len(topics)})\n"
    yield "Critical ones first; among them, those where the evidence stands low.\n"
    for number, topic in enumerate(topics[:TEN], 1):
        item = topic.item
        yield f"{number}. **{item.id}**{_MARK[item.importance]}: {_plain(item.ask)}"
        yield f"    - Evidence: {topic.draft.likely}."
        if topic.draft.ask:
            yield f"    - Ask: {_plain(topic.draft.ask)}"


def _topic(topic: Topic) -> Iterator[str]:
    item, known = topic.item, topic.draft
    yield f"### {item.id}{_MARK[item.importance]}\n"
    yield f"{_plain(item.ask)}\n"
    yield f"- Likely: {known.likely}"
    if known.level is not None:
        yield f"- Level {known.level} is: {_plain(item.levels[known.level])}"
    yield from (f"- Evidence: {_plain(sentence)}" for sentence in known.sentences)
    if known.ask:
        yield f"- Ask: {_plain(known.ask)}"
    yield from (
        f"- Ask on: {_plain(further)}" for further in item.follow_ups if further != known.ask
    )
    yield from (f"- Ask for the figure: {_plain(figure.ask)}" for figure in item.figures)
    if item.documents:
        yield f"- Ask to be shown: {_plain('; '.join(item.documents))}"
    yield ""


def _plain(text: str) -> str:
    """Text on one line, with every character escaped that Markdown or HTML could act on."""
    return _SPECIAL.sub(r"\\\1", clean(" ".join(text.split())))
