"""Where an answer and the evidence contradict each other, what is said of it outside.

That is the words that the adviser has approved; until there are some, only that the matter is being
clarified. What it does to scores, lights and the verdict stays.
"""

from __future__ import annotations

from dataclasses import replace

from techdd.model import Check, Finding, ItemScore, Outcome, Report, Series, Value

_TITLE = "A difference between an answer and the evidence is being clarified"


def approved(report: Report) -> Report:
    """`report` with each contradiction in the words that were approved, or without its content."""
    words = {one.id: one.words for one in report.differences}
    waiting = {one.rule for one in report.findings if one.difference and not words[one.difference]}
    chapters = tuple(
        replace(
            chapter,
            items=tuple(_item_in_words(item, words.get(item.id)) for item in chapter.items),
            findings=tuple(_finding_in_words(one, words) for one in chapter.findings),
            series=tuple(_claims_in_words(one, words) for one in chapter.series),
        )
        for chapter in report.chapters
    )
    told = tuple(
        replace(one, told="", seen="", state="") for one in report.differences if one.words
    )
    return replace(
        report,
        chapters=chapters,
        findings=tuple(_finding_in_words(one, words) for one in report.findings),
        checks=tuple(_waiting(one) if one.rule in waiting else one for one in report.checks),
        differences=told,
    )


def _item_in_words(item: ItemScore, words: str | None) -> ItemScore:
    if words is None:
        return item
    level = "No level counts" if item.level is None else f"Level {item.level:g} counts"
    return replace(
        item,
        stated=None,
        told=None,
        least=None,
        most=None,
        gap=0,
        capped="",
        outcome=item.outcome if words else Outcome.CLARIFIED,
        basis=words or f"{level}; the answer and the evidence are being clarified.",
    )


def _finding_in_words(finding: Finding, words: dict[str, str]) -> Finding:
    if not finding.difference:
        return finding
    finding = replace(finding, places="")
    if told := words[finding.difference]:
        return replace(finding, observation=told)
    return replace(
        finding,
        rule="difference",
        title=_TITLE,
        observation="What was answered and what was found differ in one matter of this chapter.",
        why="The more cautious of the two counts until it is settled.",
        remedy="Clarify it with the company. Done when answer and evidence agree.",
        treatment="Clarify before signing",
        tags=(),
        references=(),
        source="",
        difference="",
    )


def _waiting(check: Check) -> Check:
    return replace(check, rule="difference", title=_TITLE, observed="")


def _claims_in_words(series: Series, words: dict[str, str]) -> Series:
    """An exhibit whose last column names the difference that a row tells of."""
    if series.columns[-1] != "difference":
        return series
    rows = tuple(_row_in_words(row, words) for row in series.rows)
    return replace(series, columns=series.columns[:-1], rows=rows)


def _row_in_words(row: tuple[Value, ...], words: dict[str, str]) -> tuple[Value, ...]:
    about, told, seen, outcome, difference = row
    if not difference:
        return about, told, seen, outcome
    if said := words[str(difference)]:
        return about, "", said, outcome
    return about, "", "", Outcome.CLARIFIED.value
