"""What became of each finding: fixed, new, worse, better, decided, or no longer assessed.

"Fixed" is said only where the newer audit looked with the same rule at the same repository as
completely as the older one did. What is new is told apart by what brought it: the client's changes,
newer advisories, other rules, a repository or a collector that was not there before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from techdd.comparison.measures import differs, said
from techdd.comparison.pairs import SECRET, pairs
from techdd.comparison.sides import Side, missed
from techdd.comparison.values import Change, Fate
from techdd.model import Finding

ORDER = tuple(Fate)
_ANSWERS = ("answer-contradicted", "answers-differ", "difference")
_DECIDED = {
    "accept": "the risk was accepted",
    "suppress": "it was judged a false alarm",
    "severity": "its severity was set",
}


def changes(old: Side, new: Side, *, one_engagement: bool) -> tuple[Change, ...]:
    """Every finding of both audits once, the most severe first within each fate.

    `one_engagement`: whether both are known to be audits of one engagement, whose secrets have the
    same ids.
    """
    then = {one.id: one for one in old.report.findings}
    now = {one.id: one for one in new.report.findings}
    gone = [one for one in old.report.findings if one.id not in now]
    fresh = [one for one in new.report.findings if one.id not in then]
    found = [_kept(one, now[name], old, new) for name, one in then.items() if name in now]
    for before, after, why in pairs(gone, fresh):
        found.append(_kept(before, after, old, new, why))
        gone.remove(before)
        fresh.remove(after)
    keyed = one_engagement or any(
        one.then and one.now and one.then.id == one.now.id and one.now.rule.startswith(SECRET)
        for one in found
    )
    found += [_gone(one, old, new, keyed=keyed) for one in gone]
    found += [_fresh(one, old, new, keyed=keyed) for one in fresh]
    return tuple(sorted(found, key=_place))


def _place(one: Change) -> tuple[int, int, str, str, str]:
    finding = one.finding
    return (ORDER.index(one.fate), -finding.severity.rank, finding.domain, finding.title,
            finding.id)  # fmt: skip


# --- found in both ----------------------------------------------------------------------------


def _kept(before: Finding, after: Finding, old: Side, new: Side, why: str = "") -> Change:
    reasons = [why] if why else []
    if after.decision != before.decision:
        if after.decision:
            reasons.append(f"{_DECIDED.get(after.decision, 'it was decided')} since then")
            return Change(Fate.DECIDED, before, after, _joined(reasons))
        reasons.append(f"that {_DECIDED.get(before.decision, 'it was decided')} no longer counts")
    worse = after.severity.rank - before.severity.rank
    if worse:
        reasons.append(f"severity {before.severity} → {after.severity}")
    for step, told in (_value(before, after, old, new), _places(before, after)):
        if told:
            reasons.append(told)
            worse = worse or step
    limits = [missed(after, old, new), missed(before, new, old)] if worse else []
    doubt = f"not measured alike: {next(filter(None, limits))}" if any(limits) else ""
    if worse < 0 and doubt:
        worse = 0  # that it is better is not known
    fate = Fate.WORSE if worse > 0 else Fate.BETTER if worse < 0 else Fate.STAYS
    return Change(fate, before, after, _joined(reasons), doubt)


def _value(before: Finding, after: Finding, old: Side, new: Side) -> tuple[int, str]:
    """(1 = worse or -1 = better, the two values) where the measured value moved beyond noise."""
    was, is_ = old.check(before), new.check(after)
    if not was or not is_ or not is_.metric or was.metric != is_.metric:
        return 0, ""
    one = old.metrics.get((is_.metric, after.repo))
    other = new.metrics.get((is_.metric, after.repo))
    if not one or not other or not differs(one, other):
        return 0, ""
    assert one.value is not None and other.value is not None
    rising = other.value > one.value
    bad = rising is not is_.threshold.startswith("below")
    return (1 if bad else -1), f"{said(one)} → {said(other)}"


def _places(before: Finding, after: Finding) -> tuple[int, str]:
    """(1 = more or -1 = fewer, both numbers) of the places, packages or advisories it counts."""
    one, other = map(_number, (before.places, after.places))
    if not one or not other or one == other:
        return 0, ""
    what = "advisories" if after.rule == "vulnerable-package" else "places"
    return (1 if other > one else -1), f"{one:,} → {other:,} {what}"


def _number(mark: str) -> int:
    """How many places a mark counts (see `triage.mark_of`); 0 = not told."""
    number = mark.partition("-")[0]
    return int(number) if number.isdecimal() and len(number) < 10 else 0


# --- found in one -----------------------------------------------------------------------------


def _gone(finding: Finding, old: Side, new: Side, *, keyed: bool) -> Change:
    if why := missed(finding, new, old):
        return Change(Fate.UNSEEN, finding, None, why)
    if finding.decision == "suppress":
        why = "it was judged a false alarm then, and is no longer found"
        return Change(Fate.DECIDED, finding, None, why)
    if finding.rule.startswith(SECRET) and not keyed and not finding.locations:
        return Change(Fate.UNSEEN, finding, None, _KEYED)
    if finding.rule not in _ANSWERS and _same_code(finding, old, new):
        why = "the code is the same commit: the data, the date or what was handed in made it go"
        return Change(Fate.UNSEEN, finding, None, why)
    check = new.check(finding)
    metric = check and check.metric and new.metrics.get((check.metric, finding.repo))
    if metric and metric.value is not None:
        was = old.metrics.get((metric.name, finding.repo))
        told = f"{said(was) if was else 'not known'} → {said(metric)}"
        return Change(Fate.FIXED, finding, None, told)
    return Change(Fate.FIXED, finding, None, "looked for again and not found", _tools(old, new))


def _fresh(finding: Finding, old: Side, new: Side, *, keyed: bool) -> Change:
    if why := missed(finding, old, new):
        origin = Origin(f"could not be seen in the older audit: {why}", _THEN)
    elif finding.rule in _ANSWERS:
        origin = Origin("from what was answered since")
    elif finding.rule.startswith(SECRET) and not keyed and not finding.locations:
        origin = Origin(_KEYED, _THEN)
    elif old.advisories() != new.advisories() and _on_advisories(finding, new):
        origin = _advised(finding, old, new)
    elif _same_code(finding, old, new):
        origin = Origin("at the same commit as then: time, data or what was handed in made it so")
    elif finding.known[:10] > old.report.date:
        why = f"holds since {finding.known[:10]}, which is after the older audit"
        origin = Origin(why, "whether the product had it then")
    elif tools := _tools(old, new):
        origin = Origin("found at the newer commit", tools)
    elif _of_history(finding, new):
        origin = Origin("from the history since then, in which time that passes counts too")
    else:
        origin = Origin("came with the changes since then", introduced=True)
    return Change(Fate.NEW, None, finding, *origin)


class Origin(NamedTuple):
    """What brought a finding that is new, and what is not known of it."""

    why: str
    doubt: str = ""
    introduced: bool = False


_THEN = "whether it was there then"
_KEYED = "secrets are known by a key of each engagement, and this edition names no places"


def _same_code(finding: Finding, old: Side, new: Side) -> bool:
    """Whether both audits saw the same commit of what the finding speaks of."""
    repos = [finding.repo] if finding.repo else sorted(old.commits.keys() & new.commits.keys())
    return all(old.commits.get(one) == new.commits.get(one) for one in repos)


def _of_history(finding: Finding, side: Side) -> bool:
    """Whether it rests on who did what and when, which "in the last 90 days" counts back from."""
    check = side.check(finding)
    return "history" in ((check and check.collectors) or ())


def _on_advisories(finding: Finding, side: Side) -> bool:
    check = side.check(finding)
    rests = (check and check.collectors) or ()
    return finding.rule == "vulnerable-package" or "vulnerabilities" in rests


def _advised(finding: Finding, old: Side, new: Side) -> Origin:
    """New, and the advisory data differ: who brought it depends on when it became known."""
    data = max(re.findall(r"\d{4}-\d\d-\d\d", " ".join(old.advisories().values())), default="")
    known = finding.known[:10]
    if _same_code(finding, old, new):
        return Origin("not brought by the client: the advisory data are newer, the code is not")
    if known > data > "":
        why = f"first published on {known}, after the data of the older audit ({data})"
        return Origin(why, "whether the package was there then")
    if known and data:
        why = f"known since {known}, so that this version came in since then"
        return Origin(why, "whether the older data held that advisory already")
    return Origin("the advisory data differ", "whether the client or newer data brought it")


def _tools(old: Side, new: Side) -> str:
    """In a doubt, what judged otherwise then; "" where both audits were made alike."""
    if made_alike(old, new):
        return ""
    return "rules or tools differ from then, which may be the cause"


def made_alike(old: Side, new: Side) -> bool:
    """Whether both audits were made by the same tool with the same rules and engines."""
    return _made_by(old) == _made_by(new)


def _made_by(side: Side) -> dict[str, str]:
    apart = (*side.advisories(), "git", *(one for one in side.versions if "checklist " in one))
    return {name: said for name, said in side.versions.items() if name not in apart}


def _joined(reasons: Iterable[str]) -> str:
    return "; ".join(reasons)
