"""The explorer of the HTML report: what it shows as data, and how it is put into the page.

Its script and style are templates (`explorer.js`, `explorer.css`) that an engagement may override.
The data are JSON that no text can break out of; the script makes text nodes of them, nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from json import dumps
from typing import Any

from techdd import charts
from techdd.amounts import day
from techdd.errors import TechddError
from techdd.model import (
    Chapter,
    Finding,
    Horizon,
    ItemScore,
    Metric,
    Portfolio,
    Rating,
    Report,
    Series,
)
from techdd.pages import amount, terms
from techdd.prose import plain, web
from techdd.text import clean
from techdd.workspace import Templates

# Styles stand in attributes all over the page; none is written by a client. The script is known by
# its digest, and trusted types keep it from ever reading text as markup.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{}'; style-src 'unsafe-inline'; font-src data:; "
    "img-src data:; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_OLD_POLICY = re.compile(r"<meta[^>]*Content-Security-Policy[^>]*>", re.IGNORECASE)
_OPENING = re.compile(r"<head[^>]*>|<!doctype[^>]*>", re.IGNORECASE)
_NONE = Portfolio((), ())
_SPACE = re.compile(r"\s+")
# What could end the element that the data stand in, or a line of an old script.
_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def with_explorer(page: str, report: Report, templates: Templates) -> str:
    """`page` with the explorer's policy, style, data and script; it keeps all that it has.

    Raises TechddError where an override of the script or the style would end its own element.
    """
    script = _template("explorer.js", "</script", templates)
    style = _template("explorer.css", "</style", templates)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY.format(digest)}">\n'
    page, pictures = _pictured(_OLD_POLICY.sub("", page), report)
    data = dumps(explored(report, templates), ensure_ascii=False, allow_nan=False, sort_keys=True,
                 separators=(",", ":")).translate(_ESCAPES)  # fmt: skip
    tail = (
        f"{pictures}"
        f'<script type="application/json" id="explorer-data">{data}</script>\n'
        f'<script type="module">{script}</script>\n'
    )
    openings = list(_OPENING.finditer(page))
    start = openings[-1].end() if openings else 0
    page = f"{page[:start]}\n{policy}{page[start:]}"
    page = _before("</head>", f'<style id="explorer-style">{style}</style>\n', page)
    return _before("</body>", tail, page)


def _template(name: str, end: str, templates: Templates) -> str:
    path = next(folder / name for folder in templates.folders if (folder / name).is_file())
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise TechddError("cannot be read as UTF-8 text", path) from None
    if end in text.lower():
        raise TechddError(f"holds {end}, which would end it within the page; write it apart", path)
    return text


def _before(tag: str, piece: str, page: str) -> str:
    """`page` with `piece` before the last `tag`, or behind all where it has none."""
    head, found, rest = page.rpartition(tag)
    return f"{head}{piece}{found}{rest}" if found else f"{page}{piece}"


def _pictured(page: str, report: Report) -> tuple[str, str]:
    """`page` with its pictures marked by the exhibit's number; those it lacks, as templates."""
    others = []
    for number, (_, series) in enumerate(_exhibits(report)):
        if not (picture := charts.draw(series)):
            continue
        marked = picture.replace("<svg ", f'<svg data-exhibit="{number}" ', 1)
        if picture in page:
            page = page.replace(picture, marked, 1)
        else:
            others.append(f'<template class="pictures">{marked}</template>\n')
    return page, "".join(others)


def _exhibits(report: Report) -> Iterator[tuple[str, Series]]:
    """Each with its domain."""
    yield from (("portfolio", series) for series in (report.portfolio or _NONE).series)
    for chapter in report.chapters:
        yield from ((chapter.domain, series) for series in chapter.series)


# --- what is shown --------------------------------------------------------------------------------


def explored(report: Report, templates: Templates) -> dict[str, Any]:
    """All that the explorer shows, cleaned: plain data that the audience's Report holds."""
    named = terms(templates)
    verdict = report.verdict
    shown = {
        "title": report.title,
        "client": report.client,
        "date": day(report.date),
        "audience": report.audience,
        "colour": report.brand.colour,
        "verdict": {
            "label": verdict.label, "rating": verdict.rating, "rule": verdict.rule,
            "score": None if verdict.rating is Rating.GREY else verdict.score,
            "coverage": verdict.coverage, "confidence": verdict.confidence,
        },
        "horizons": list(Horizon),
        "domains": [_domain(one) for one in report.chapters],
        "findings": [_finding(one) for one in report.findings],
        "exhibits": [
            {
                "name": one.name, "domain": domain, "title": one.title,
                "columns": one.columns, "rows": one.rows, "note": one.note, "repo": one.repo,
                "full": one.full, "picture": charts.draw(one) is not None,
            }
            for domain, one in _exhibits(report)
        ],
        "metrics": [
            measure for chapter in report.chapters for measure in _measures(chapter, named)
        ],
        "checks": [
            {
                "title": one.title, "domain": one.domain, "repo": one.repo,
                "observed": one.observed, "threshold": one.threshold, "result": one.result,
            }
            for one in report.checks
        ],
        "differences": [
            {"item": one.item, "about": one.about, "told": one.told, "seen": one.seen,
             "words": one.words}
            for one in report.differences
        ],
        "moves": [{"item": one.item, "words": one.words} for one in report.moves],
        "responses": [
            {
                "finding": one.finding, "position": one.position, "words": one.words,
                "by": one.by, "date": day(one.date), "reply": one.reply,
                "replied": day(one.replied),
            }
            for one in report.responses
        ],
    }  # fmt: skip
    comments = [{"place": clean(one.place), "text": plain(one.text)} for one in report.comments]
    return {**_clean(shown), "comments": comments}


def _domain(chapter: Chapter) -> dict[str, Any]:
    score = chapter.score
    judged = score.value is not None and score.rating is not Rating.GREY
    return {
        "id": chapter.domain, "title": chapter.title, "intro": chapter.intro,
        "rating": score.rating, "score": score.value if judged else None,
        "low": score.low, "high": score.high, "coverage": score.coverage,
        "confidence": score.confidence, "told": score.told, "rationale": score.rationale,
        "strengths": chapter.strengths, "gaps": chapter.gaps,
        "items": [_item(one) for one in chapter.items],
    }  # fmt: skip


def _item(item: ItemScore) -> dict[str, Any]:
    return {
        "id": item.id, "ask": item.ask, "why": item.why, "importance": item.importance,
        "level": item.level, "stated": item.stated, "measured": item.measured,
        "grade": item.grade.name.capitalize() if item.grade else "", "outcome": item.outcome,
        "applicable": item.applicable, "basis": item.basis, "evidence": item.evidence,
        "capped": item.capped, "note": item.note, "by": item.by, "metrics": item.metrics,
        "documents": [name for name, _ in item.documents],
        "voices": [
            {
                "by": ", ".join(filter(None, (one.by, one.role))),
                "said": one.words if one.level is None else f"Level {one.level}",
                "grade": one.grade.name.capitalize() if one.grade else "",
                "confidence": one.confidence,
            }
            for one in item.voices
        ],
    }  # fmt: skip


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id, "rule": finding.rule, "title": finding.title,
        "severity": finding.severity, "domain": finding.domain, "repo": finding.repo,
        "places": [str(one) for one in finding.locations], "saw": finding.observation,
        "means": finding.why, "do": finding.remedy, "effort": finding.effort,
        "horizon": finding.horizon, "treatment": finding.treatment, "tags": finding.tags,
        "references": finding.references, "links": list(filter(web, finding.references)),
        "source": finding.source, "threshold": finding.threshold,
        "breaker": finding.deal_breaker, "item": finding.difference.partition(".")[0],
    }  # fmt: skip


def _measures(chapter: Chapter, named: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    """Each measure once, with what there is of it `of` each repository: of hundreds of them words
    that are said once make half of the page.
    """
    by_name: dict[str, list[Metric]] = defaultdict(list)
    for one in chapter.metrics:
        by_name[one.name].append(one)
    for name, found in by_name.items():
        plain = name.replace(".", ": ").replace("_", " ").capitalize()
        label, meaning = named.get(name, (plain, ""))
        yield {
            "name": name, "label": label, "meaning": meaning, "domain": chapter.domain,
            "of": [(one.repo, one.value, amount(one), one.basis, one.note) for one in found],
        }  # fmt: skip


def _clean(value: Any) -> Any:
    """`value` with all of its texts as a page shows them: on one line and harmless."""
    if isinstance(value, str):
        return clean(_SPACE.sub(" ", value))
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(one) for one in value]
    return value
