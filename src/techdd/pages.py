"""Composes the report's one HTML page from its templates; the PDF and the HTML file share it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from techdd import charts
from techdd.amounts import day, money, number, span
from techdd.arrangement import Arrangement, arrange, kinds
from techdd.model import Metric, Outcome, Report, Series, Value
from techdd.overrides import loader, rendered, said
from techdd.prose import prose, web
from techdd.text import clean
from techdd.workspace import Templates

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

ROWS = 200  # a table that can grow stops here and says how many more there are
_SPACE = re.compile(r"\s+")
_SEAM = re.compile(r"(?<=[/._:@#-])(?=[^\W\d_])|(?<=[a-z\d])(?=[A-Z][a-z])")
_LONG = re.compile(r"\S{18}(?=\S)|(?:\S{1,18}(?:\s+|$)|\s+)+")
_IMAGE = re.compile(r"data:image/(?:png|jpeg|svg\+xml);base64,[A-Za-z0-9+/]+=*")


def compose(report: Report, templates: Templates, fonts: str) -> str:
    """The whole report as one HTML document; `fonts` is the CSS that brings the type in."""
    from markupsafe import Markup

    environment = _environment(templates)
    placed = arranged(report, templates)
    return rendered(
        environment,
        templates,
        "report.html",
        report=report,
        fonts=Markup(fonts),  # written by the formats, never by a client
        told=placed.told,
        further=placed.further,
        linked=placed.linked,
        untold=placed.untold,
        register=placed.register,
        exhibits=placed.exhibits,
        hiring=placed.apart,
        bare=placed.bare,
        domains={"interview": "Interviews"}
        | {chapter.domain: chapter.title for chapter in report.chapters},
        by_id={finding.id: finding for finding in report.findings},
        claims=[
            item
            for chapter in report.chapters
            for item in chapter.items
            if item.stated is not None and item.outcome in (Outcome.PARTLY, Outcome.SUPPORTED)
        ],
    )


def terms(templates: Templates) -> Mapping[str, tuple[str, str]]:
    """By metric, what it is called and what it says, as the glossary of the templates has it."""
    found = said(_environment(templates), templates, "_terms.html").TERMS
    return {name: (called, says) for name, (called, says) in found.items()}


def arranged(report: Report, templates: Templates) -> Arrangement:
    """What stands where, by the plan of the templates."""
    plan = said(_environment(templates), templates, "_plan.html")
    return arrange(report, plan.PLAN, plan.ELSEWHERE)


def named(metric: str, known: Mapping[str, Sequence[str]]) -> str:
    """A metric's name in words: as `terms` has it, or made of its own."""
    plain = metric.replace(".", ": ").replace("_", " ").capitalize()
    return known.get(metric, (plain, ""))[0]


def page(name: str, templates: Templates, fonts: str, **context: object) -> str:
    """Another page of the same type and marks, from the template `name`."""
    from markupsafe import Markup

    return rendered(_environment(templates), templates, name, fonts=Markup(fonts), **context)


def _environment(templates: Templates) -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=loader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        anchor=anchor,
        amount=amount,
        breakable=breakable,
        clip=clip,
        day=day,
        drawing=drawing,
        kinds=kinds,
        money=money,
        number=number,
        percent=percent,
        sentences=sentences,
        pick=pick,
        picture=picture,
        prose=prose,
        cell=cell,
        span=span,
        unlike=unlike,
        web=web,
    )
    environment.globals.update(ROWS=ROWS, zip=zip)
    return environment


def _printed(value: object) -> object:
    """Every `{{ }}` goes through here: client text is made harmless before it is escaped."""
    from markupsafe import Markup

    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(_SPACE.sub(" ", value))
    return value


# --- filters: how values are written --------------------------------------------------------------


def clip(text: str, length: int) -> str:
    """`text` in at most `length` characters, cut between words and marked with an ellipsis."""
    text = clean(_SPACE.sub(" ", text).strip())
    if len(text) <= length:
        return text
    head, space, _ = text[: length - 1].rpartition(" ")
    return (head if space and len(head) > length // 2 else text[: length - 1]) + "…"


def breakable(text: str) -> Markup:
    """`text` with the places at which a line may end: behind the separators of names, such as
    "org.apache/" and "commons", and within what is long and has none.
    """
    from markupsafe import Markup

    parts = (part for one in _SEAM.split(text) for part in _LONG.findall(one))
    return Markup("<wbr>").join(parts)


def sentences(text: str, length: int) -> str:
    """As many whole sentences of `text` as fit into `length` characters; `clip` where none does."""
    text = clean(_SPACE.sub(" ", text).strip())
    if len(text) <= length:
        return text
    head, end, _ = text[:length].rpartition(". ")
    return f"{head}." if end else clip(text, length)


def percent(share: float) -> str:
    """0.374 as "37%"; what is neither none nor all never reads as 0% or 100%."""
    if 0 < share < 0.005:
        return "< 1%"
    if 0.995 <= share < 1:
        return "> 99%"
    return f"{share:.0%}"


def amount(metric: Metric, unit: bool = True) -> str:
    """A metric's value, with its unit if asked for; what could not be measured says so."""
    if metric.value is None:
        return "not measured"
    if metric.unit in ("share", "%"):
        return percent(metric.value if metric.unit == "share" else metric.value / 100)
    said = number(metric.value, 2 if abs(metric.value) < 10 else 1)
    if not unit or metric.unit in ("", "count", "ratio"):
        return said
    if metric.value == 1:
        return f"1 {_one(metric.unit)}"
    return f"{said} {metric.unit}"


def _one(unit: str) -> str:
    """A unit's singular: a person, a line of releases, a scheduled job, a technology."""
    things, of, rest = unit.partition(" of ")
    if things == "people":
        things = "person"
    elif things.endswith("ies"):
        things = f"{things[:-3]}y"
    return f"{things.removesuffix('s')}{of}{rest}"


def pick(metrics: Sequence[Metric], name: str, repo: str = "") -> Metric | None:
    """The metric of that name and repository ("" = the whole engagement), if there is one."""
    return next((m for m in metrics if (m.name, m.repo) == (name, repo)), None)


def unlike(metrics: Sequence[Metric], prefix: str) -> list[Metric]:
    """The metrics whose names do not begin with `prefix`."""
    return [metric for metric in metrics if not metric.name.startswith(prefix)]


def cell(value: Value, column: str = "") -> str:
    """One value of a series for a table; shares in a column named so become percentages."""
    if value is None:
        return "not measured"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        is_share = "share" in column.lower() and 0 <= value <= 1
        return percent(value) if is_share else number(value)
    return value


def anchor(name: str) -> str:
    """`name` as the target of a link inside the page."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)


def picture(data: str) -> Markup:
    """An image as a data URI, as the address that it is; "" for anything else."""
    from markupsafe import Markup

    return Markup(data if _IMAGE.fullmatch(data) else "")


def drawing(series: Series) -> Markup | None:
    """The picture of a series; None if it is to be printed as a table."""
    from markupsafe import Markup

    svg = charts.draw(series)
    return Markup(svg) if svg else None  # vega escapes the text that it draws
