"""Writes a comparison as short Markdown, for a mail or a ticket."""

from __future__ import annotations

from collections.abc import Iterator

from techdd.amounts import day, number
from techdd.comparing.page import PARTS, origin
from techdd.comparison import Change, Comparison
from techdd.comparison.measures import judged, said
from techdd.formats.markdown import escaped
from techdd.model import Score
from techdd.pages import percent

MOST = 12  # findings of a part; the JSON has them all


def markdown(comparison: Comparison) -> str:
    """The comparison as Markdown; text of clients can neither format nor link."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(one: Comparison) -> Iterator[str]:
    yield f"# {escaped(one.title)}"
    yield f"\n{escaped(day(one.then.date))} to {escaped(day(one.now.date))}, "
    yield f"{escaped(one.audience)} edition. Confidential.\n"
    yield f"**{escaped(one.headline)}**\n"
    yield "| Domain | Then | Now | Fixed | New |\n|---|---|---|---:|---:|"
    for move in one.domains:
        then, now = _score(move.then), _score(move.now)
        yield f"| {escaped(move.title)} | {then} | {now} | {move.fixed} | {move.new} |"
    if one.conditions:
        yield "\n## Conditions before signing\n"
        yield from (
            f"- {each.state}: {escaped(each.change.finding.title)} ({each.change.finding.id})"
            for each in one.conditions
        )
    for heading, _, fates in PARTS:
        if found := one.of(*fates):
            yield f"\n## {heading}\n"
            yield from map(_change, found[:MOST])
            if len(found) > MOST:
                yield f"- and {len(found) - MOST} more"
    if one.measures:
        yield "\n## Measures that moved\n"
        for measure in one.measures[:MOST]:
            where = f" ({escaped(measure.now.repo)})" if measure.now.repo else ""
            yield (
                f"- {escaped(measure.now.name)}{where}: {escaped(said(measure.then))} → "
                f"{escaped(said(measure.now))}"
            )
    yield "\n## What cannot be compared\n"
    yield from (f"- {escaped(limit)}" for limit in one.limits or ("Nothing was recorded.",))


def _score(score: Score | None) -> str:
    value = judged(score)
    if score is None or value is None:
        return "no score"
    return f"{score.rating} {number(value, 0)} ({percent(score.coverage)} assessed)"


def _change(change: Change) -> str:
    finding = change.finding
    where = finding.repo or "whole engagement"
    said = origin(change)
    return (
        f"- {finding.severity}: {escaped(finding.title)} ({escaped(where)}, {finding.id})"
        f"{f' {escaped(said)}' if said else ''}"
    )
