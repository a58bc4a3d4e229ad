"""The longer tables of a workbook: questions, measures, exhibits, checks, coverage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from json import dumps

from techdd.model import Grade, ItemScore, Metric, Report, Series, Severity
from techdd.pages import named
from techdd.sheets import AMOUNT, LEVEL, SHARE, WHOLE, Cell, Column, Content, Sheet

Row = tuple[Content, ...]
QUESTIONS = "Questions"
CUT = "more rows did not fit; the JSON report has them all"
UNKNOWN = "not known"
_WIDTHS = {"repository": 28, "group": 28, "what weighs most": 70}  # others 12
_NARROW = 7  # columns of the sheet of exhibits that are wide enough for names


def known_or(value: float | None, instead: str, form: str = "") -> Content:
    """A number, or in words why there is none."""
    return instead if value is None else Cell(value, form)


def questions(report: Report) -> Sheet:
    """Every item of the checklists with all that made its level."""
    rows = [_question(chapter.title, item) for chapter in report.chapters for item in chapter.items]
    columns = (
        Column("Item", 11), Column("Question", 56), Column("Domain", 24),
        Column("Importance", 12), Column("Weight", 9, AMOUNT), Column("Applies", 9),
        Column("Level (0-4)", 13, LEVEL), Column("Stated", 9, LEVEL),
        Column("Measured", 10, LEVEL), Column("Evidence grade", 12), Column("Outcome", 20),
        Column("Basis", 56), Column("Evidence", 56), Column("Capped", 34),
        Column("By the answer alone", 11, LEVEL, spare=True),
        Column("Could be, low", 10, LEVEL, spare=True),
        Column("Could be, high", 10, LEVEL, spare=True), Column("Why it is asked", 44, spare=True),
        Column("Note", 44, spare=True), Column("Answered by", 22, spare=True),
        Column("Who said what", 50, spare=True), Column("Shown", 30, spare=True),
    )  # fmt: skip
    return Sheet(QUESTIONS, columns, rows, still=2, cut=CUT)


def _question(domain: str, item: ItemScore) -> Row:
    level = known_or(item.level, "not assessed" if item.applicable else "does not apply", LEVEL)
    voices = (
        f"{', '.join(filter(None, (one.by, one.role))) or 'somebody'}: "
        f"{one.words if one.level is None else f'level {one.level}'}"
        for one in item.voices
    )
    return (
        item.id, item.ask, domain, item.importance, item.weight, item.applicable, level,
        item.stated, item.measured, item.grade.name.lower() if item.grade is not Grade.NONE else "",
        item.outcome.value, item.basis, "\n".join(item.evidence), item.capped, item.told,
        item.least, item.most, item.why, item.note, item.by, "\n".join(voices),
        "\n".join(name for name, _ in item.documents),
    )  # fmt: skip


def contradictions(report: Report) -> Sheet:
    """Where answers and evidence contradict each other, as far as this reader may know."""
    rows: list[Row] = [
        (one.id, one.domain, one.about, one.words, one.told, one.seen, one.note)
        for one in report.differences
    ]
    if report.clarifying and report.audience != "internal":
        rows.append(("", "", f"{report.clarifying} further ones are being clarified", *[""] * 4))
    columns = (
        Column("Matter", 18), Column("Domain", 18), Column("What it is about", 50),
        Column("What we say of it", 70, spare=True), Column("What we were told", 40, spare=True),
        Column("What we saw", 50, spare=True), Column("Note", 40, spare=True),
    )  # fmt: skip
    return Sheet("Contradictions", columns, rows, cut=CUT)


def moves(report: Report) -> Sheet:
    """The items that would move the result most."""
    rows = [
        (one.item, one.domain, one.ask, one.level, one.domain_score, one.score, one.words)
        for one in report.moves
    ]
    columns = (
        Column("Item", 11), Column("Domain", 18), Column("Question", 60),
        Column("Level now", 10, LEVEL), Column("Domain's score now", 12, LEVEL),
        Column("Score now", 10, LEVEL), Column("What would move it", 90),
    )  # fmt: skip
    return Sheet("What moves the result", columns, rows, cut=CUT)


def measures(report: Report, terms: Mapping[str, Sequence[str]]) -> Sheet:
    """Every metric; `repo` empty means the whole engagement."""
    rows = [
        (
            chapter.title, named(metric.name, terms), metric.name,
            metric.repo or "whole engagement", _amount(metric), metric.unit, metric.basis,
            metric.note, terms.get(metric.name, ("", ""))[1],
        )
        for chapter in report.chapters
        for metric in chapter.metrics
    ]  # fmt: skip
    columns = (
        Column("Domain", 24), Column("Measure", 40), Column("Key", 30), Column("Repository", 22),
        Column("Value", 14), Column("Unit", 12), Column("Counted over", 40), Column("Note", 40),
        Column("What it says", 70),
    )  # fmt: skip
    return Sheet("Measures", columns, rows, still=2, cut=CUT)


def _amount(metric: Metric) -> Content:
    if metric.value is None:
        return "not measured"
    if metric.unit == "share":
        return Cell(metric.value, "0.0%")
    return Cell(metric.value, AMOUNT if float(metric.value) % 1 else WHOLE)


def exhibits(report: Report) -> Sheet:
    """The series that the chapters draw or print, one below the other."""
    shown = [("Portfolio", one) for one in (report.portfolio.series if report.portfolio else ())]
    shown += [
        (chapter.title, series)
        for chapter in report.chapters
        for series in chapter.series
        if not series.full
    ]
    wide = max((len(series.columns) for _, series in shown), default=1)
    rows = [row for chapter, series in shown for row in _exhibit(chapter, series, wide)]
    columns = tuple(
        Column("Exhibits" if not at else "", 34 if not at else 22 if at < _NARROW else 16)
        for at in range(wide)
    )
    return Sheet("Exhibits", columns, rows, plain=True, cut=CUT)


def _exhibit(chapter: str, series: Series, wide: int) -> Iterator[Row]:
    rest = (None,) * (wide - 1)
    where = f" ({series.repo})" if series.repo else ""
    yield (Cell(f"{chapter}: {series.title}{where}", look="title"), *rest)
    if series.note:
        yield (series.note, *rest)
    filled = (None,) * (wide - len(series.columns))
    yield (*(Cell(one, look="head") for one in series.columns), *filled)
    shares = ["share" in one.lower() for one in series.columns]
    for row in series.rows:
        yield (
            *(
                "not measured" if value is None else _figure(value, share)
                for value, share in zip(row, shares, strict=True)
            ),
            *filled,
        )
    yield (None,) * wide


def _figure(value: str | float | bool, share: bool) -> Content:
    if isinstance(value, str | bool):
        return value
    if share and 0 <= value <= 1:
        return Cell(value, "0.0%")
    return Cell(value, AMOUNT if float(value) % 1 else WHOLE)


def repositories(report: Report) -> Iterator[Sheet]:
    """All repositories by the risk that they carry, to sort and filter."""
    for series in report.portfolio.series if report.portfolio else ():
        if series.name == "portfolio_ranking":
            columns = tuple(
                Column(name.capitalize(), _WIDTHS.get(name, 12), SHARE if "share" in name else "")
                for name in series.columns
            )
            rows = [
                tuple("not measured" if value is None else value for value in row)
                for row in series.rows
            ]
            yield Sheet("Repositories", columns, rows, still=2, cut=CUT)


def checks(report: Report) -> Sheet:
    """Every rule as it was applied, also where it did not fire."""
    titles = {chapter.domain: chapter.title for chapter in report.chapters}
    rows = [
        (
            titles.get(one.domain, one.domain), one.title, one.repo or "whole engagement",
            Cell(one.result, look=Severity.HIGH if one.result == "fired" else ""),
            one.observed, one.threshold, one.rule,
        )
        for one in report.checks
    ]  # fmt: skip
    columns = (
        Column("Domain", 26), Column("Check", 60), Column("Repository", 24),
        Column("Result", 16), Column("Observed", 36), Column("Threshold", 20), Column("Rule", 34),
    )  # fmt: skip
    return Sheet("Checks", columns, rows, cut=CUT)


def coverage(report: Report) -> Iterator[Sheet]:
    """What was looked at and what was not: repositories, languages, gaps, runs of collectors."""
    ledger = [
        (
            one.name, one.commit, one.committed, one.branch, known_or(one.commits, UNKNOWN, WHOLE),
            known_or(one.contributors, UNKNOWN, WHOLE),
            one.files if one.files or not one.issues else UNKNOWN, one.shallow,
        )
        for one in report.scope
    ]  # fmt: skip
    columns = (
        Column("Repository", 28), Column("Commit", 44), Column("Committed", 12),
        Column("Branch", 24), Column("Commits read", 12, WHOLE), Column("People", 10, WHOLE),
        Column("Files", 10, WHOLE), Column("History cut off", 10),
    )  # fmt: skip
    yield Sheet("Coverage", columns, ledger, cut=CUT)
    yield _languages(report)
    yield _gaps(report)
    yield _runs(report)


def _languages(report: Report) -> Sheet:
    rows = [
        (one.name, kind, what, files, lines, how)
        for one in report.scope
        for kind, what, files, lines, how in (
            *(("code", name, None, lines, how) for name, lines, how in one.lines_by_language),
            *(("left out", role, files, lines, "") for role, files, lines in one.left_out),
        )
    ]
    columns = (
        Column("Repository", 28), Column("Kind", 12), Column("Language or role", 28),
        Column("Files", 12, WHOLE), Column("Lines", 14, WHOLE), Column("How it was measured", 40),
    )  # fmt: skip
    return Sheet("Languages", columns, rows, cut=CUT)


def _gaps(report: Report) -> Sheet:
    rows: list[Row] = [("whole engagement", "", limit, None, "") for limit in report.limits]
    rows += [
        (one.name, collector, reason, count, example)
        for one in report.scope
        for collector, reason, count, example in one.issues
    ]
    rows += [
        (one.name, "dependencies", f"dependency file not read: {why}", 1, path)
        for one in report.scope
        for path, why in one.unread
    ]
    columns = (
        Column("Repository", 28), Column("Collector", 20),
        Column("What could not be looked at", 60), Column("Times", 10, WHOLE),
        Column("Example", 60),
    )  # fmt: skip
    return Sheet("Gaps", columns, rows, cut=CUT)


def _runs(report: Report) -> Sheet:
    rows = [
        (
            one.collector, one.repo, one.status.value, sum(one.rows.values()), len(one.issues),
            "\n".join(sorted({issue.reason for issue in one.issues})),
        )
        for one in report.runs
    ]  # fmt: skip
    columns = (
        Column("Collector", 22), Column("Repository", 28), Column("How it ended", 14),
        Column("Facts", 12, WHOLE), Column("Gaps", 10, WHOLE), Column("Reasons", 70),
    )  # fmt: skip
    return Sheet("Runs", columns, rows, cut=CUT)


def method(report: Report) -> Sheet:
    """The rules by which lights, scores and verdict came about, as they were applied."""
    rows = [
        (key.replace("_", " "), _told(value)) for key, value in sorted(report.methodology.items())
    ]
    if report.withheld:
        rows.append(("withheld from this edition", _told(dict(report.withheld))))
    return Sheet("Method", (Column("Rule", 30), Column("Value", 110)), rows, cut=CUT)


def _told(value: object) -> Content:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return dumps(value, ensure_ascii=False, sort_keys=True, default=str)
