"""What a comparison says in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from techdd.amounts import counted
from techdd.comparison.sides import Side
from techdd.comparison.values import Change, Fate


def headline(old: Side, new: Side, changes: Iterable[Change]) -> str:
    """What was fixed, what is new, and where the verdict moved, most important first."""
    changes = tuple(changes)
    count = Counter(one.fate for one in changes)
    doubted = sum(one.fate is Fate.FIXED and bool(one.doubt) for one in changes)
    total = len(old.report.findings)
    parts = []
    if total:
        fixed = f"{count[Fate.FIXED]} of {counted(total, 'finding')} "
        fixed += "is fixed" if count[Fate.FIXED] == 1 else "are fixed"
        if doubted:
            fixed += f" ({doubted} of them judged by other rules or tools than then)"
        parts.append(fixed)
    else:
        parts.append("There was no finding then")
    introduced = sum(one.introduced for one in changes)
    if new_ones := count[Fate.NEW]:
        known = ""
        if introduced < new_ones:
            known = f" ({introduced or 'none'} of them known to come from the client's changes)"
        parts.append(f"{new_ones} {_is(new_ones)} new{known}")
    for fate, said in (
        (Fate.WORSE, "got worse"),
        (Fate.BETTER, "got better"),
        (Fate.DECIDED, "settled by a decision"),
        (Fate.UNSEEN, "no longer assessed or not known to be fixed"),
    ):
        if count[fate]:
            verb = "" if fate in (Fate.WORSE, Fate.BETTER) else f"{_is(count[fate])} "
            parts.append(f"{count[fate]} {verb}{said}")
    if count[Fate.STAYS]:
        parts.append(f"{count[Fate.STAYS]} {'stays' if count[Fate.STAYS] == 1 else 'stay'}")
    return f"{', '.join(parts)}; {_verdict(old, new)}."


def _verdict(old: Side, new: Side) -> str:
    was, is_ = old.report.verdict.label, new.report.verdict.label
    return (
        f"the verdict stays “{is_}”" if was == is_ else f"the verdict moves from “{was}” to “{is_}”"
    )


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
