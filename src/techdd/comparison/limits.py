"""What of two audits cannot be compared, and why; and how the rest was compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from techdd.comparison.findings import made_alike
from techdd.comparison.measures import ERRORS, RELATIVE, SHARE, asked_otherwise
from techdd.comparison.sides import MEASURED, Side, unread
from techdd.model import Status

_SHOWN = 6


def limits(old: Side, new: Side) -> Iterator[str]:
    """What cannot be compared, the widest first."""
    was, is_ = old.report, new.report
    if was.client != is_.client:
        yield f"The older audit is of “{was.client}”, the newer of “{is_.client}”."
    if was.audience != is_.audience:
        yield (
            f"The older audit is the {was.audience} edition, the newer the {is_.audience} one: "
            "what one of them withholds is not compared."
        )
    yield from _repositories(old, new)
    yield from _collectors(old, new)
    yield from _made(old, new)
    yield from _asked(old, new)
    if is_.audience == "investor":
        yield (
            "In this edition the places of security evidence are withheld: how many there are is "
            "not compared."
        )


def _repositories(old: Side, new: Side) -> Iterator[str]:
    for names, said in (
        (new.commits.keys() - old.commits.keys(), "added: what is found there is new to the audit"),
        (old.commits.keys() - new.commits.keys(), "left out: what was found there is not assessed"),
    ):
        if names:
            yield f"Since then {_listed(sorted(names))} {_was(names)} {said}."
    then = {one.name: one for one in old.report.scope}
    for one in new.report.scope:
        before = then.get(one.name)
        if before and before.branch and one.branch and before.branch != one.branch:
            yield f"{one.name}: the branch was {before.branch} then and is {one.branch} now."
        if before and before.shallow is not one.shallow:
            cut = "then" if before.shallow else "now"
            yield f"{one.name}: the history is truncated {cut}; its trends and people differ by it."
    if old.commits.keys() != new.commits.keys():
        yield (
            "Measures of the whole engagement speak of different repositories then and now, and "
            "are not compared; scores and the verdict rest on them all the same."
        )


def _was(names: object) -> str:
    return "was" if len(list(names)) == 1 else "were"  # type: ignore[call-overload]


def _collectors(old: Side, new: Side) -> Iterator[str]:
    """Collectors that measured in one audit only, or read less in one."""
    for here, there, when in ((new, old, "now"), (old, new, "then")):
        missing: dict[str, list[str]] = defaultdict(list)
        for (name, repo), run in there.runs.items():
            other = here.runs.get((name, repo))
            if repo not in here.commits or run.status not in MEASURED:
                continue
            if other is None or other.status not in MEASURED:
                failed = other is not None and other.status is Status.FAILED
                missing["failed" if failed else "were not run"].append(f"{name} of {repo}")
            elif fresh := unread(other, run):
                missing["read less"].append(f"{name} of {repo} ({fresh[0].reason})")
        for said, names in sorted(missing.items()):
            yield f"Collectors that {said} {when}, and not in the other audit: {_listed(names)}."


def _made(old: Side, new: Side) -> Iterator[str]:
    """Other tools, rules, policies and data."""
    names = old.versions.keys() | new.versions.keys()
    changed = [
        f"{name} ({_short(old, name)} → {_short(new, name)})"
        for name in sorted(names)
        if old.versions.get(name) != new.versions.get(name)
        and name not in old.advisories().keys() | new.advisories().keys()
    ]
    if changed:
        yield f"Made with other versions: {_listed(changed)}."
    if not made_alike(old, new):
        yield (
            "Rules or engines differ: that a finding is new or gone may come from them. To know, "
            "audit the older commits again with this version (`revision` in engagement.yaml and "
            "--as-of)."
        )
    for name in sorted(old.advisories().keys() | new.advisories().keys()):
        if old.advisories().get(name) != new.advisories().get(name):
            was, is_ = (side.advisories().get(name, "none") for side in (old, new))
            yield f"Data on published weaknesses differ, {name}: {was} then, {is_} now."
    policies = [dict(side.report.methodology) for side in (old, new)]
    profiles = [str(one.pop("profile", "") or "") for one in policies]
    if profiles[0] != profiles[1]:
        yield "The profile that chooses and weighs the questions differs: scores move by it too."
    differing = {key for key in policies[0].keys() | policies[1].keys()
                 if policies[0].get(key) != policies[1].get(key)}  # fmt: skip
    if differing:
        yield f"The scoring policy differs ({_listed(sorted(differing))}): scores move by it too."


def _short(side: Side, name: str) -> str:
    return side.versions.get(name, "none")


def _asked(old: Side, new: Side) -> Iterator[str]:
    if names := asked_otherwise(old, new):
        yield f"Asked in other words, or in one audit only: {_listed(names)}."


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def method(old: Side, new: Side) -> tuple[str, ...]:
    """How the two were compared, in sentences."""
    return (
        f"The audit of {old.report.date} ({old.report.tool}) was held against the one of "
        f"{new.report.date} ({new.report.tool}). Nothing was measured anew for it.",
        "A finding is the same where its rule, its repository and what it tells of are the same; "
        "lines and places may move. A package in another version, a secret that left the tree and "
        "a file under another folder are taken for the same thing, and said to be.",
        "Fixed: the newer audit looked with the same rule at the same repository, as completely as "
        "the older one, at another commit, and did not find it. What is gone for any other reason "
        "is listed as no longer assessed or not known to be fixed. A decision (accepted risk, "
        "false alarm) is no fix.",
        "New: not in the older audit. It is said to come with the changes only where the older one "
        "looked in the same way at another commit; newer advisories, other rules, and repositories "
        "or collectors that were not there are named instead.",
        f"A measure moved where it differs by {RELATIVE:.0%} of the larger value, a share by "
        f"{SHARE:.0%} and by {ERRORS:g} standard errors of a difference of two shares where its "
        "basis says of how many. Worse and better follow severity, then the measured value, then "
        "the number of places.",
        "Not known to this comparison: what happened between the two commits, and settings of the "
        "engagement, such as paths left out, that no report tells.",
    )
