"""Frameworks of controls against the questions that touch them: a gap matrix, no audit opinion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from techdd.checklists import Checklist, Framework, Item
from techdd.model import ItemScore, Metric, Reading, Series, Status, Value

DOMAIN = "compliance"
_QUESTION = "How far do the answers and the evidence carry the controls of each framework?"
MET, PARTLY, GAP, UNKNOWN = "met", "partly", "gap", "not assessed"
GOOD, BAD = 3, 1  # from this level a control is met; at or below this one it is a gap
_NOTE = (
    "It indicates readiness and is no audit opinion. A control is met where every question that "
    "touches it stands at level 3 or more, a gap where one stands at level 1 or less, partly met "
    "in between or where questions are open."
)


def controls(
    frameworks: Sequence[Framework],
    checklists: Sequence[Checklist],
    scored: Mapping[str, ItemScore],
) -> Reading:
    """The matrix, as a probe would answer it. `scored` are the items that are asked, by id."""
    touching: dict[tuple[str, str], list[str]] = {}
    for item in _items(checklists):
        for framework, numbers in item.controls.items():
            for number in numbers:
                touching.setdefault((framework, number), []).append(item.id)
    touched = [one for one in frameworks if any(name == one.id for name, _ in touching)]
    aside = [one for one in touched if not _binds(one, scored)]
    named = [one for one in touched if one not in aside]
    if not named:
        why = f"no question names a control{' of a framework that applies' if aside else ''}"
        none = Metric("controls.met_share", None, "share", note=why)
        return Reading("controls", _QUESTION, DOMAIN, Status.OK, (none,))
    rows = [
        (
            one.title,
            control.number,
            control.title,
            *_status(touching.get((one.id, control.number), []), scored),
        )
        for one in named
        for control in one.controls
    ]
    return Reading(
        "controls", _QUESTION, DOMAIN, Status.OK, tuple(_metrics(rows)), (),
        (_summary(named, rows, _left_out(aside, _unknown(touched, touching))), _gaps(rows),
         _full(rows)),
    )  # fmt: skip


Row = tuple[str, str, str, str, float | None, float | None, str, str]


def _items(checklists: Sequence[Checklist]) -> Iterator[Item]:
    for one in checklists:
        yield from one.items


def _status(
    touching: Sequence[str], scored: Mapping[str, ItemScore]
) -> tuple[str, float | None, float | None, str, str]:
    """(items, worst level, mean level, weakest evidence, status) of one control."""
    items = [scored[name] for name in sorted(touching) if scored[name].applicable]
    levels = [one.level for one in items if one.level is not None]
    names = ", ".join(one.id for one in items)
    if not levels:
        return names, None, None, "", UNKNOWN
    grade = min(one.grade for one in items if one.level is not None)
    worst, mean = min(levels), sum(levels) / len(levels)
    status = PARTLY
    if worst <= BAD:
        status = GAP
    elif worst >= GOOD and len(levels) == len(items):
        status = MET
    return names, worst, mean, grade.name.lower(), status


def _metrics(rows: Sequence[Row]) -> Iterator[Metric]:
    count = Counter(row[-1] for row in rows)
    assessed = len(rows) - count[UNKNOWN]
    note = "" if assessed else "no question that touches a control was assessed"
    basis = f"{assessed:,} of {len(rows):,} controls"
    for name, status in (("met", MET), ("gap", GAP)):
        share = count[status] / assessed if assessed else None
        yield Metric(f"controls.{name}_share", share, "share", "", basis, note)


def _binds(framework: Framework, scored: Mapping[str, ItemScore]) -> bool:
    """Whether it has to be kept, as far as the question knows that it hinges on."""
    hinge = scored.get(framework.hinges_on)
    return hinge is None or hinge.applicable


def _left_out(aside: Sequence[Framework], unknown: Sequence[str]) -> str:
    """What the matrix is without, in sentences."""
    told = [f"{one.title}: does not apply by {one.hinges_on}." for one in aside]
    if unknown:
        told.append(f"Left out, since no framework has them: {', '.join(unknown)}.")
    return " ".join(told)


def _unknown(
    frameworks: Sequence[Framework], touching: Mapping[tuple[str, str], object]
) -> list[str]:
    """What items refer to and no framework has: it counts nowhere."""
    there = {(one.id, control.number) for one in frameworks for control in one.controls}
    return [f"{framework} {number}" for framework, number in sorted(touching.keys() - there)]


def _summary(frameworks: Sequence[Framework], rows: Sequence[Row], left_out: str) -> Series:
    listed: list[tuple[Value, ...]] = []
    for one in frameworks:
        own = [row for row in rows if row[0] == one.title]
        count = Counter(row[-1] for row in own)
        listed.append(
            (
                one.title,
                one.edition,
                len(own),
                sum(bool(row[3]) for row in own),
                *(count[name] for name in (MET, PARTLY, GAP, UNKNOWN)),
            )
        )
    return Series(
        "frameworks", "Readiness by framework",
        ("framework", "edition", "controls", "asked about", MET, PARTLY, GAP, UNKNOWN),
        tuple(listed), note=f"{_NOTE} {left_out}".rstrip(),
    )  # fmt: skip


def _gaps(rows: Sequence[Row]) -> Series:
    gaps = [row for row in rows if row[-1] == GAP]
    return Series(
        "framework_gaps", "Controls with a gap",
        ("framework", "control", "what it asks", "questions", "worst level",
         "weakest evidence"),
        tuple((row[0], row[1], row[2], row[3], row[4], row[6]) for row in gaps),
        note="The full matrix is in the JSON report.", prose=True,
    )  # fmt: skip


def _full(rows: Sequence[Row]) -> Series:
    return Series(
        "framework_controls", "All controls",
        ("framework", "control", "what it asks", "questions", "worst level", "mean level",
         "evidence", "status"), tuple(rows), note=_NOTE, full=True,
    )  # fmt: skip
