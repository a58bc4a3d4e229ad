"""Recovery times and data loss as they are claimed, against what the code of backups shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from techdd.amounts import number
from techdd.answers import Standing
from techdd.checklists import Checklist
from techdd.claims import TESTED
from techdd.model import (
    Difference,
    Metric,
    Observation,
    Outcome,
    Reading,
    Series,
    Status,
    fingerprint,
)
from techdd.triage import mark_of

DOMAIN = "continuity"
SERIES = "recovery_claims"
OVERRULED = "overruled by the adviser"
STALE_DAYS = 366  # an older restore no longer supports what it took
_BACKED_UP, _DAYS = "delivery_chain.store_backed_up", "delivery_chain.backup_days"
_ZONES, _RESTORE = "delivery_chain.store_multi_zone", "practices.restore"
_TESTED = "recovery.tested_claims"
_QUESTION = "Do backups and infrastructure bear out the recovery times that are claimed?"

Judged = tuple[Outcome, str]


class Claim(NamedTuple):
    """One figure that was told, or None, and what speaks for or against it."""

    key: str
    item: str
    told: str
    outcome: Outcome
    seen: str


class _Told(NamedTuple):
    """The figures that were told, the items that they stand in, and the metrics."""

    figures: Mapping[str, float | str]
    items: Mapping[str, str]
    metrics: Mapping[str, Metric]
    as_of: date

    def number(self, key: str) -> float | None:
        value = self.figures.get(key)
        try:
            return float(value) if value is not None else None
        except ValueError:
            return None

    def value(self, name: str) -> float | None:
        metric = self.metrics.get(name)
        return metric.value if metric else None

    def basis(self, name: str) -> str:
        return self.metrics[name].basis


def recovery(
    checklists: Sequence[Checklist],
    standings: Mapping[str, Standing],
    metrics: Mapping[str, Metric],
    as_of: date,
) -> tuple[Reading, tuple[Difference, ...]]:
    """The claims with their outcome, as a probe would answer; the contradicted ones as well.

    Figures are known by their keys, whichever item of the continuity checklist asks for them.
    """
    asked = [item for one in checklists if one.id == DOMAIN for item in one.items]
    keys = {figure.key: item.id for item in asked for figure in item.figures}
    if not keys.keys() & _JUDGES.keys():
        nothing = Metric(_TESTED, None, "claims", note="no question asks for recovery times")
        return Reading("recovery", _QUESTION, DOMAIN, Status.OK, (nothing,)), ()
    figures = {
        key: value
        for item in asked
        if item.id in standings
        for key, value in _figures(standings[item.id]).items()
    }
    told = _Told(figures, keys, metrics, as_of)
    claims = [_claim(told, key) for key in _JUDGES if key in keys]
    wrong = [one for one in claims if one.outcome is Outcome.CONTRADICTED]
    differences = tuple(
        Difference(
            f"{one.item}.{one.key}", one.item, DOMAIN, _ABOUT[one.key], one.told, one.seen,
            fingerprint(one.item, one.key, one.told, one.seen),
        )
        for one in wrong
    )  # fmt: skip
    given = sum(one.outcome is not Outcome.NOT_ASKED for one in claims)
    tested = sum(one.outcome in TESTED for one in claims)
    note = "no figure was told" if not given else "nothing in the code speaks to the figures"
    metric = Metric(_TESTED, tested or None, "claims", note="" if tested else note)
    reading = Reading(
        "recovery", _QUESTION, DOMAIN, Status.OK, (metric,), tuple(map(_observed, wrong)),
        (_series(claims),),
    )  # fmt: skip
    return reading, differences


def _figures(standing: Standing) -> dict[str, float | str]:
    """What was told, by the answer that counts first; where it names no figure, by the others, the
    lowest level first; what only those told whom the adviser overruled is OVERRULED. An answer that
    the question does not apply leaves none.
    """
    if standing.counts is None or standing.counts.reason:
        return {}
    level = standing.counts.level
    others = sorted(standing.voices, key=lambda one: -1 if one.level is None else one.level)
    heard = [one for one in others if not standing.settled or one.level == level]
    found: dict[str, float | str] = {}
    for answer in (standing.counts, *heard):
        found = {**answer.figures, **found}
    told = {key for one in others for key in one.figures}
    return {**dict.fromkeys(told, OVERRULED), **found}


def _claim(told: _Told, key: str) -> Claim:
    value = told.figures.get(key)
    if value is None or value == OVERRULED:
        said = str(value or "not told")
        return Claim(key, told.items[key], said, Outcome.NOT_ASKED, _code(told, key))
    outcome, seen = _JUDGES[key](told)
    return Claim(key, told.items[key], _figure(key, value), outcome, seen)


def _figure(key: str, value: float | str) -> str:
    if isinstance(value, str):
        return value
    return _amount(value, "day" if key.endswith("_days") else "hour")


def _amount(value: float, unit: str = "hour") -> str:
    return f"{number(value)} {unit}{'' if value == 1 else 's'}"


def _observed(claim: Claim) -> Observation:
    promise = claim.key.startswith("promised_")
    rule = "recovery-promise-contradicted" if promise else "recovery-figure-contradicted"
    values = {"item": claim.item, "about": _ABOUT[claim.key].lower(), "told": claim.told,
              "seen": claim.seen}  # fmt: skip
    mark = mark_of([f"{claim.told}; {claim.seen}"])
    difference = f"{claim.item}.{claim.key}"
    return Observation(rule, "", claim.key, (), values, mark, DOMAIN, difference)


def _series(claims: Sequence[Claim]) -> Series:
    return Series(
        SERIES,
        "Recovery as it is claimed, and what the evidence shows",
        ("claim", "told", "evidence", "outcome", "difference"),
        tuple(
            (_ABOUT[one.key], one.told, one.seen, _outcome(one),
             f"{one.item}.{one.key}" if one.outcome is Outcome.CONTRADICTED else "")
            for one in claims
        ),
        note="Evidence is what infrastructure code and repositories show; backups that are set up "
        "in a console are not seen. A configured backup is no proof of a restore.",
        prose=True,
    )  # fmt: skip


def _outcome(claim: Claim) -> str:
    """In words; without a figure there is nothing to judge, whether or not it was asked for."""
    return "no claim" if claim.outcome is Outcome.NOT_ASKED else claim.outcome.value


# --- what speaks for or against each figure -------------------------------------------------------


def _code(told: _Told, key: str) -> str:
    """What the code shows where nothing was told."""
    name = {"retention_days": _DAYS, "last_restore": _RESTORE, "restore_hours": _RESTORE,
            "rto_hours": _ZONES, "promised_rto_hours": _ZONES}.get(key, _BACKED_UP)  # fmt: skip
    return _words(told, name)


def _words(told: _Told, name: str) -> str:
    value = told.value(name)
    if value is None:
        metric = told.metrics.get(name)
        note = metric.note if metric else "it was not looked for"
        return f"Nothing in the code speaks to it: {note}."
    if name == _DAYS:
        return f"Backups are kept {_amount(value, 'day')} at the least ({told.basis(name)})."
    if name == _ZONES:
        return f"In several zones: {told.basis(name)}."
    if name == _RESTORE:
        return f"A restore script or record was found in {told.basis(name)}."
    return f"Backups are kept: {told.basis(name)}."


def _loss(told: _Told, limit: float) -> Judged:
    """Whether no more than `limit` hours of data would be lost."""
    interval = told.number("backup_interval_hours")
    if interval is not None and interval > limit:
        return Outcome.CONTRADICTED, f"Backups are said to be made every {_amount(interval)}."
    share = told.value(_BACKED_UP)
    if share is None:
        return Outcome.NO_EVIDENCE, _words(told, _BACKED_UP)
    return (Outcome.SUPPORTED if share >= 1 else Outcome.CONTRADICTED), _words(told, _BACKED_UP)


def _time(told: _Told, limit: float) -> Judged:
    """Whether the service would be back within `limit` hours."""
    took = told.number("restore_hours")
    if took is None:
        return Outcome.NO_EVIDENCE, f"No restore was timed. {_words(told, _ZONES)}"
    last = f"The last restore is said to have taken {_amount(took)}."
    if took > limit:
        return Outcome.CONTRADICTED, last
    restored = _day(told.figures.get("last_restore"))
    if restored is not None and (told.as_of - restored).days > STALE_DAYS:
        return Outcome.NO_EVIDENCE, f"{last} It was on {restored}, more than a year ago."
    if told.value(_RESTORE):
        return Outcome.PARTLY, f"{last} {_words(told, _RESTORE)}"
    return Outcome.NO_EVIDENCE, f"{last} {_words(told, _RESTORE)}"


def _limited(key: str, judge: Callable[[_Told, float], Judged]) -> Callable[[_Told], Judged]:
    """The figure as a limit; a promise that is stricter than what was agreed contradicts itself."""

    def judged(told: _Told) -> Judged:
        limit = told.number(key)
        if limit is None:
            return Outcome.NO_EVIDENCE, "It is no number."
        agreed = told.number(key.removeprefix("promised_"))
        if key.startswith("promised_") and agreed is not None and limit < agreed:
            return Outcome.CONTRADICTED, f"The company itself has agreed on {_amount(agreed)}."
        return judge(told, limit)

    return judged


def _restored(told: _Told) -> Judged:
    restored = _day(told.figures.get("last_restore"))
    if restored is None:
        return Outcome.NO_EVIDENCE, "It is no date."
    if restored > told.as_of:
        return Outcome.CONTRADICTED, f"It lies after the date of the audit, {told.as_of}."
    # What was found is not dated: it shows that somebody restores, not when.
    found = told.value(_RESTORE)
    return (Outcome.PARTLY if found else Outcome.NO_EVIDENCE), _words(told, _RESTORE)


def _kept(told: _Told) -> Judged:
    claimed, days = told.number("retention_days"), told.value(_DAYS)
    if claimed is None or days is None:
        return Outcome.NO_EVIDENCE, _words(told, _DAYS)
    return (Outcome.SUPPORTED if days >= claimed else Outcome.CONTRADICTED), _words(told, _DAYS)


def _made(told: _Told) -> Judged:
    share = told.value(_BACKED_UP)
    if share is None:
        return Outcome.NO_EVIDENCE, _words(told, _BACKED_UP)
    return (Outcome.PARTLY if share else Outcome.CONTRADICTED), _words(told, _BACKED_UP)


def _day(value: float | str | None) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


_JUDGES: dict[str, Callable[[_Told], Judged]] = {
    "rto_hours": _limited("rto_hours", _time),
    "promised_rto_hours": _limited("promised_rto_hours", _time),
    "rpo_hours": _limited("rpo_hours", _loss),
    "promised_rpo_hours": _limited("promised_rpo_hours", _loss),
    "backup_interval_hours": _made,
    "retention_days": _kept,
    "last_restore": _restored,
}
_ABOUT = {
    "rto_hours": "Time until the service is back",
    "promised_rto_hours": "Time until the service is back, promised to customers",
    "rpo_hours": "Data that may be lost",
    "promised_rpo_hours": "Data that may be lost, promised to customers",
    "backup_interval_hours": "Time between backups",
    "retention_days": "Time for which backups are kept",
    "last_restore": "Last restore",
}
