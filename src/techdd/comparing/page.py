"""Composes the comparison's one HTML page; the PDF and the HTML file share it."""

from __future__ import annotations

from techdd.comparison import Change, Comparison, Fate
from techdd.comparison.measures import judged
from techdd.comparison.values import DomainMove
from techdd.model import Series
from techdd.pages import page as composed
from techdd.workspace import Templates

# Heading, what it is about, fates: in the order of a reader who is about to sign.
PARTS: tuple[tuple[str, str, tuple[Fate, ...]], ...] = (
    (
        "New",
        "Not in the older audit. What brought each is said as far as the data let it be known.",
        (Fate.NEW,),
    ),
    ("Worse", "Found then and now, and graver: by severity, value or places.", (Fate.WORSE,)),
    (
        "Fixed",
        "Looked for again in the same way, at another commit, and not found.",
        (Fate.FIXED,),
    ),
    ("Better", "Still found, and less grave than then.", (Fate.BETTER,)),
    (
        "No longer assessed, or not known to be fixed",
        "Gone from the audit, which is not the same as fixed; treat these as open.",
        (Fate.UNSEEN,),
    ),
    (
        "Settled by a decision",
        "Accepted, judged a false alarm, or given another severity since then; no fix.",
        (Fate.DECIDED,),
    ),
    ("Stays as it was", "Found in both audits without a change that counts.", (Fate.STAYS,)),
)


def page(comparison: Comparison, templates: Templates, fonts: str) -> str:
    """The comparison as one HTML document; `fonts` is the CSS that brings the type in."""
    parts = [
        (heading, about, [(one, origin(one)) for one in comparison.of(*fates)])
        for heading, about, fates in PARTS
    ]
    return composed(
        "comparison.html",
        templates,
        fonts,
        comparison=comparison,
        parts=[part for part in parts if part[2]],
        counts={str(fate): len(comparison.of(fate)) for fate in Fate},
        moves=scores(comparison),
        assessed=[one for one in comparison.domains if _says_something(one)],
        measures=[one for one in comparison.measures if not one.now.repo] or comparison.measures,
        titles={one.domain: one.title for one in comparison.domains} | {"interview": "Interviews"},
    )


def _says_something(one: DomainMove) -> bool:
    """Whether something of the domain was assessed, or found, in one of the audits."""
    assessed = any(score.coverage for score in (one.then, one.now) if score)
    return assessed or one.fixed + one.new > 0


def scores(comparison: Comparison) -> Series:
    """The scores of the domains then and now, as far as enough was assessed for one."""
    rows = [(one.title, judged(one.then), judged(one.now)) for one in comparison.domains]
    return Series(
        "comparison.scores",
        "Scores by domain, then and now",
        ("domain", f"score of {comparison.then.date}", f"score of {comparison.now.date}"),
        tuple((title, then, now) for title, then, now in rows if (then, now) != (None, None)),
        "dumbbell",
        "A domain without a point had too little assessed for a score in that audit, which is not "
        "the same as a low one. A dashed way leads down.",
    )


def origin(change: Change) -> str:
    """What made a change what it is, and what is not known of it, as one sentence."""
    doubt = f" Not known: {change.doubt}." if change.doubt else ""
    why = f"{change.why[:1].upper()}{change.why[1:]}." if change.why else ""
    return f"{why}{doubt}".strip()
