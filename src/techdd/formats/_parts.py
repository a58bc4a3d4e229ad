"""The parts that the chapters of the Word report are made of: lights, cards, exhibits, voices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from techdd import charts
from techdd.amounts import day, money, number, span
from techdd.formats._word import Paper, Run, Said
from techdd.formats._word_styles import CARD, FAINT, MUTED, NOTE, PANEL, RED, VOICE
from techdd.model import Finding, Rating, Report, Response, Score, Series, Severity
from techdd.pages import cell, clip
from techdd.prose import parsed, web

if TYPE_CHECKING:
    from markdown_it.token import Token

ROWS = 15  # of a table that can grow; the workbook has them all
LONG = 40  # of one that is there to be looked up in
# A light is a sign, a word and a colour, so that no reader depends on one of them.
LIGHTS = {
    Rating.GREEN: ("●", "Green", "2F7D50"),
    Rating.AMBER: ("▲", "Amber", "9A5B00"),
    Rating.RED: ("■", "Red", "B3261E"),
    Rating.GREY: ("○", "Not assessed", "5B6875"),
}
SEVERITIES = {
    Severity.CRITICAL: "7C1D17", Severity.HIGH: "B5421A", Severity.MEDIUM: "7A4F00",
    Severity.LOW: "1D4260", Severity.INFO: "47535F",
}  # fmt: skip
TAGS = {"continuity": "threatens operations", "clock": "costs time", "cash": "costs money"}


def light(rating: Rating) -> Run:
    """A traffic light with its word."""
    sign, word, colour = LIGHTS[rating]
    return Run(f"{sign} {word}", bold=True, colour=colour)


def pill(severity: Severity) -> Run:
    """A severity."""
    return Run(severity.value.capitalize(), bold=True, colour=SEVERITIES[severity])


def scored(score: Score) -> str:
    """A score as a judgement, "–" where too little was assessed for one."""
    judged = score.value is not None and score.rating is not Rating.GREY
    return number(score.value or 0, 0) if judged else "–"


def ranged(score: Score) -> str:
    """Where a score could lie."""
    if score.value is None or score.rating is Rating.GREY:
        return "too little assessed" if score.coverage else "not assessed"
    return f"{number(score.low, 0)}–{number(score.high, 0)}"


def priced(finding: Finding, report: Report) -> str:
    """What a finding costs to settle."""
    (low, high), (least, most) = finding.effort, report.day_rate
    return money(low * least, high * most, report.currency)


def where(finding: Finding) -> str:
    """The repository that a finding is about."""
    return clip(finding.repo, 60) or "Whole engagement"


def more(paper: Paper, total: int, shown: int, of: str = "in the workbook (XLSX)") -> None:
    """Says how many there are beyond those that are shown."""
    if total > shown:
        paper.text(f"and {total - shown:,} more, {of}", NOTE)


def link(finding: Finding, told: Iterable[str], length: int = 110) -> Run:
    """A finding's title, which leads to where it is told in full."""
    title = clip(finding.title, length)
    return Run(title, to=f"f-{finding.id}") if finding.id in told else Run(title)


def flagged(report: Report) -> list[Finding]:
    """Deal breakers first, then what else is critical."""
    critical = [one for one in report.findings if one.severity is Severity.CRITICAL]
    breakers = [one for one in report.findings if one.deal_breaker]
    return [*breakers, *(one for one in critical if not one.deal_breaker)]


# --- findings -------------------------------------------------------------------------------------


def card(paper: Paper, report: Report, finding: Finding) -> None:
    """A finding in full, with what adviser and client say of it."""
    paper.heading(3, (pill(finding.severity), f"  {clip(finding.title, 220)}"), f"f-{finding.id}")
    places = [clip(str(one), 140) for one in finding.locations[:3]]
    if len(finding.locations) > 3:
        places.append(f"and {len(finding.locations) - 3} more places")
    stop = Run("Deal breaker | " if finding.deal_breaker else "", bold=True, colour=RED)
    facts = " | ".join((clip(finding.id, 40), where(finding), *places))
    paper.text((stop, facts), NOTE, with_next=True)
    told = (finding.observation, finding.why, finding.remedy)
    paper.table(
        ("What we saw", "What it means", "What to do"),
        [[clip(one, 1_500) for one in told]],
        (1, 1, 1),
        style=CARD,
    )
    low, high = finding.effort
    after = [f"{span(low, high, 'person-days')} ({priced(finding, report)})", finding.horizon.value]
    if finding.treatment:
        after.append(f"Deal treatment: {clip(finding.treatment, 80)}")
    after += [TAGS.get(tag, clip(tag, 30)) for tag in finding.tags[:3]]
    if finding.threshold:
        after.append(f"Threshold: {clip(finding.threshold, 60)}")
    after += [clip(one, 160) for one in finding.references[:3] if web(one)]
    paper.text(" | ".join(after), NOTE)
    comment(paper, report, finding.id)
    for one in report.responses:
        if one.finding == finding.id:
            response(paper, one)


def response(paper: Paper, one: Response) -> None:
    """What the company says of a finding, and the reply."""
    said = (clip(one.position, 30), clip(one.by, 60), day(one.date) if one.date else "")
    head = f"Management response: {', '.join(filter(None, said))}"
    if one.earlier:
        head += ". It was given to an earlier state of the finding"
    paper.text(Run(head, bold=True), VOICE, with_next=True)
    for line in one.words.splitlines()[:40]:
        paper.text(clip(line, 2_000), VOICE)
    if one.reply:
        on = f", {day(one.replied)}" if one.replied else ""
        paper.text(Run(f"Adviser's reply{on}", bold=True), VOICE, with_next=True)
        for line in one.reply.splitlines()[:40]:
            paper.text(clip(line, 2_000), VOICE)


# --- the adviser's words --------------------------------------------------------------------------


def comment(paper: Paper, report: Report, place: str) -> None:
    """What the adviser says of a place, set apart from what the tool found."""
    for one in report.comments:
        if one.place == place:
            paper.text(Run("Adviser's comment", bold=True), VOICE, with_next=True)
            for said in _blocks(parsed(one.text)):
                paper.text(said, VOICE)


def _blocks(tokens: Sequence[Token]) -> Iterator[Sequence[Run]]:
    """Each block of Markdown as runs; a point of a list begins with its mark."""
    numbers: list[int] = []
    mark = ""
    for token in tokens:
        if token.type.endswith("_list_open"):
            numbers.append(int(token.attrs.get("start", 1)) if token.type[0] == "o" else 0)
        elif token.type.endswith("_list_close"):
            numbers.pop()
        elif token.type == "list_item_open":
            mark = f"{numbers[-1]}. " if numbers[-1] else "• "
            numbers[-1] += 1 if numbers[-1] else 0
        elif token.type == "inline":
            indent = "    " * max(len(numbers) - 1, 0)
            yield [Run(f"{indent}{mark}"), *_inline(token.children or [])]
            mark = ""


def _inline(tokens: Sequence[Token]) -> Iterator[Run]:
    bold = italic = 0
    target = ""
    for token in tokens:
        bold += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
        italic += {"em_open": 1, "em_close": -1}.get(token.type, 0)
        if token.type == "link_open":
            target = str(token.attrs["href"])
        elif token.type == "link_close":
            yield Run(f" ({target})", colour=MUTED)
        elif token.type in ("softbreak", "hardbreak"):
            yield Run(" ")
        elif token.content:
            is_code = token.type == "code_inline"
            yield Run(token.content, bold=bold > 0, italic=italic > 0, code=is_code)


# --- exhibits -------------------------------------------------------------------------------------


def exhibit(paper: Paper, series: Series) -> None:
    """A series as a picture, or as a table where it has none."""
    if not series.rows:
        return
    repo = f" ({clip(series.repo, 60)})" if series.repo else ""
    paper.caption(f"{clip(series.title, 160)}{repo}")
    drawn = charts.draw(series)
    if drawn:
        paper.picture(charts.png(drawn), charts.alternative(series))
    else:
        _tabled(paper, series)
    paper.text(clip(series.note, 400), NOTE)


def _tabled(paper: Paper, series: Series) -> None:
    figures = [
        at
        for at in range(len(series.columns))
        if any(isinstance(row[at], int | float) for row in series.rows)
        and not any(isinstance(row[at], str | bool) for row in series.rows)
    ]
    most = 400 if series.prose else 90
    rows = [
        [clip(cell(value, name), most) for value, name in zip(row, series.columns, strict=True)]
        for row in series.rows[:ROWS]
    ]
    widths = [_width(series, at) for at in range(len(series.columns))]
    paper.table([clip(one, 60) for one in series.columns], rows, widths, right=figures)
    more(paper, len(series.rows), ROWS)


def _width(series: Series, at: int) -> float:
    """A column's share of the page, by its longest word and its usual length."""
    texts = [cell(row[at], series.columns[at]) for row in series.rows[:ROWS]]
    longest = max((len(word) for text in texts for word in text.split()), default=0)
    usual = sum(map(len, texts)) / max(len(texts), 1)
    head = max(map(len, series.columns[at].split()), default=0)
    return min(max(longest, head, usual * 0.7, 6), 45) + 2


def panel(paper: Paper, lines: Sequence[Said]) -> None:
    """Lines on a ground of their own: a verdict, an opinion."""
    paper.table((), [[line] for line in lines], (1,), style=PANEL, fill=FAINT)


def figures(paper: Paper, said: Sequence[tuple[str, str]]) -> None:
    """A few figures side by side, each over what it is."""
    values: list[Any] = [Run(value, bold=True, colour=paper.colour) for value, _ in said]
    paper.table((), [values, [Run(what, colour=MUTED) for _, what in said]], [1] * len(said))
