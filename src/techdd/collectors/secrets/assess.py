"""What the secrets mean: how many can be used today by whoever reads the code, how many could."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Answered, probe
from techdd.collectors.secrets.reach import BRANCHES, PROPOSALS, TAGS
from techdd.collectors.secrets.scan import Secret, SecretScan
from techdd.counting import of_repository
from techdd.model import Location, Metric, Observation, Series, Value, fingerprint
from techdd.text import place_token, some_of
from techdd.triage import mark_of

if TYPE_CHECKING:
    from pandas import DataFrame

_LEVELS = ("low", "medium", "high", "critical")
# Whether a credential works was not tried, so the rule's confidence stands for it.
_LEVEL = {"high": 3, "medium": 2, "low": 1}
_STATES = ("tree", "ref", "history", "test")
_PLACES = 10  # of one secret, named
_CROWD = 20  # secrets of one kind in one file that are findings of their own
_LISTED = 40  # places in the ledger
_LIMITS = (
    "Patterns of known providers, connection strings and private keys, in every file version "
    "and in the messages of commits and tags; passwords without a form in files that are there to "
    "hold credentials. Forks, mirrors and clones elsewhere cannot be seen. No value was tried."
)


class _Found(NamedTuple):
    """One secret of one repository; `state` is one of _STATES, "ref" for what stands at the tip of
    another ref than the audited one. The fingerprint of the value identifies it.
    """

    repo: str
    kind: str
    fingerprint: str
    state: str
    rows: Any  # its facts, those of the audited tree first


@probe(domain="security", needs=(Secret, SecretScan))
def secrets(_as_of: date, found: DataFrame, scans: DataFrame) -> Answered:
    """Do the repositories hold credentials, in the files or in the history?"""
    all_found = sorted(_grouped(found), key=_place)
    for repo in ["", *sorted(scans["repo"])]:
        own = of_repository(repo, scans)
        counts = Counter(one.state for one in all_found if repo in ("", one.repo))
        yield from _metrics(repo, counts, own)
    for one in _gathered(all_found):
        yield _observation(one)
    if all_found:
        yield _kinds(all_found)
        yield _ledger(all_found)


def _gathered(all_found: list[_Found]) -> Iterator[_Found]:
    """The secrets that are no test's, those of one kind as one where a file holds a crowd of them:
    who mends one mends all.
    """
    import pandas as pd

    files: dict[tuple[str, ...], list[_Found]] = defaultdict(list)
    for one in all_found:
        if one.state != "test":
            files[one.repo, one.kind, one.state, str(one.rows["path"].iloc[0])].append(one)
    for some in files.values():
        if len(some) <= _CROWD:
            yield from some
        else:
            mark = fingerprint(some[0].fingerprint, "crowd")
            rows = pd.concat([one.rows for one in some])
            yield some[0]._replace(fingerprint=mark, rows=rows)


def _grouped(found: DataFrame) -> Iterator[_Found]:
    """A secret counts unless each of its places looks like a test."""
    ordered = found.sort_values(["in_head", "added", "path"], ascending=[False, True, True])
    for (repo, mark), rows in ordered.groupby(["repo", "fingerprint"]):
        counted = rows[~rows["looks_like_test"].astype(bool)]
        state = "history"
        if not len(counted):
            state = "test"
        elif counted["in_head"].any():
            state = "tree"
        elif any(tip and not _is_proposal(tip) for tip in counted["tip"]):
            state = "ref"
        yield _Found(str(repo), str(rows["kind"].iloc[0]), str(mark), state, rows)


def _is_proposal(ref: str) -> bool:
    return ref.startswith(PROPOSALS)


def _metrics(repo: str, counts: Counter[str], scans: DataFrame) -> Iterator[Metric]:
    complete = bool(len(scans)) and bool(scans["complete"].all())
    basis = f"{scans['versions'].sum():,} file versions"
    if counts["test"]:
        basis += f"; {counts['test']:,} test or example values left out"
    gaps = [] if complete else ["secret scan incomplete"]
    if missing := int(scans["missing"].sum()):
        gaps.append(f"{missing:,} file versions missing")
    if left_out := int(scans["left_out"].sum()):
        basis += f"; {left_out:,} more that the engine leaves out by name or size"
    for name, states in (("in_tree", ("tree",)), ("in_history", ("ref", "history"))):
        # What a scan with gaps found stands; that it found nothing says nothing.
        found = sum(counts[state] for state in states)
        value = None if gaps and not found else float(found)
        meaning = "a lower bound" if found else "not assessed is not clean"
        note = "; ".join([*gaps, meaning]) if gaps else ""
        yield Metric(f"secrets.{name}", value, "secrets", repo, basis, note)


def _place(one: _Found) -> tuple[str, ...]:
    first = one.rows.iloc[0]
    return (one.repo, one.kind, str(first["path"]), f"{first['line']:09}", one.fingerprint)


def _observation(one: _Found) -> Observation:
    own = one.rows[~one.rows["looks_like_test"].astype(bool)]
    tips = own[[bool(tip) and not _is_proposal(tip) for tip in own["tip"]]]
    places = {"tree": own[own["in_head"]], "ref": tips}.get(one.state, own)
    aside, lower = _aside(one, places)
    # What was taken out is at most high: it may have been replaced.
    level = max(_LEVEL.get(confidence, 2) for confidence in places["confidence"])
    if one.state == "history":
        level = 1 if level == 1 else 2
    values: dict[str, Value] = {
        "kind": one.kind,
        "count": len(places),
        "added": _since(own["added"].min()),
        "readers": _readers(one.rows),
        "aside": aside,
        "severity": _LEVELS[max(0, level - lower)],
    }
    if one.state == "history":
        values["removed"] = _removal(own)
    else:
        values["confidence"] = str(places["confidence"].iloc[0])
    if one.state == "ref":
        values["where"] = _standing(str(places["tip"].iloc[0]), str(places["path"].iloc[0]))
    locations = tuple(
        Location(row.path, int(row.line), row.commit) for row in places.head(_PLACES).itertuples()
    )
    mark = mark_of(map(str, places["path"]))
    return Observation(f"secret-in-{one.state}", one.repo, one.fingerprint, locations, values, mark)


def _aside(one: _Found, places: DataFrame) -> tuple[str, int]:
    """What else is to be said of a secret, and how many steps lower it is rated for it."""
    said, lower = "", 0
    if ended := max(places["expired"]):
        said = f" It says itself that it ended on {ended}, which was not verified."
    if places["among_tests"].all():
        said += (
            " It stands among tests, examples or documents, and has the form of a provider's live"
            " key all the same, so it is rated one step lower."
        )
        lower = 1
    readers = places[["branches", "tags", "other_refs", "proposals"]].fillna(1).sum()
    if readers["proposals"] and not readers[["branches", "tags", "other_refs"]].sum():
        said += (
            " Only proposals (pull or merge requests) lead to it, which may be strangers' own, so"
            " it is rated one step lower."
        )
        lower += 1
    elif one.state == "history" and not readers.sum():
        said += (
            " No ref leads to it, so that a clone does not bring it along: it is left of a branch"
            " that is gone, of a rewritten history, or of a stranger's fork that shares the object"
            " store, so it is rated one step lower."
        )
        lower += 1
    return said, lower


def _since(when: Any) -> str:
    import pandas as pd

    return "" if pd.isna(when) else f", first added {when:%Y-%m-%d}"


def _standing(tip: str, path: str) -> str:
    """In words where it stands, outside the audited version."""
    name = "The name of " if path.startswith("(name of") else "The tip of "
    if tip == "refs/stash":
        return "The stash"
    if tip.startswith("refs/notes/"):
        return "A note on a commit"
    kind = "another ref"
    if tip.startswith(BRANCHES):
        kind = "another branch"
    elif tip.startswith(TAGS):
        kind = "a tag"
    return name + place_token(f"{kind} ({tip.split('/', 2)[-1]})", kind)


def _removal(rows: Any) -> str:
    """A sentence that says how it left, where a commit is known to have taken it out."""
    when = rows["removed"].max()
    if str(when) != "NaT" and when is not None:
        return f" It was last removed on {when:%Y-%m-%d}."
    if rows["path"].str.fullmatch(r"\((?:commit|tag) message\)").all():
        return " It stands in a message, which no later commit takes back."
    if (rows["path"] == "(object in no commit)").any():
        ids = some_of([commit[:10] for commit in rows["commit"]], 3)
        told = place_token(f" ({ids})")
        return f" It stands in an object that belongs to no commit{told}; nothing says since when."
    if any(rows["tip"]):
        return " It stands at the tip of a proposal."
    return (
        " No commit that is reached took it out: the branch that held it is gone, or was merged"
        " without it."
    )


def _readers(rows: Any) -> str:
    """Which refs of the repository lead to it, in words."""
    counts = rows[["branches", "tags", "proposals", "other_refs"]]
    if counts.isna().any(axis=None):
        return "branches that could not be told"
    branches, tags, proposals, others = (int(number) for number in counts.max())
    named = [
        (branches, "branch", "branches"),
        (tags, "tag", "tags"),
        (proposals, "proposal", "proposals"),
        (others, "other ref", "other refs"),
    ]
    parts = [f"{number:,} {one if number == 1 else many}" for number, one, many in named if number]
    if not parts:
        return "no branch or tag (only the object store holds it)"
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def _ledger(all_found: list[_Found]) -> Series:
    """Every place, what can be used today first; the fingerprint stands for the value."""
    ordered = sorted(all_found, key=lambda one: _STATES.index(one.state))
    rows = [
        (
            one.repo,
            one.kind,
            f"{row.path}:{row.line}",
            _dated(row.added, row.commit),
            _left(row),
            _readers(one.rows.loc[[row.Index]]),
            "yes" if row.looks_like_test else "no",
            row.fingerprint,
        )
        for one in ordered
        for row in one.rows.itertuples()
    ]
    note = f"{_LISTED} of {len(rows):,} places are listed. " if len(rows) > _LISTED else ""
    columns = ("repository", "kind", "place", "added", "removed", "reached from")
    return Series(
        "secret_places",
        "Where credential-shaped strings stand or stood",
        (*columns, "test or example", "keyed fingerprint"),
        tuple(rows[:_LISTED]),
        note=f"{note}The fingerprint is keyed for this engagement. {_LIMITS}",
    )


def _dated(when: Any, commit: str) -> str:
    day = _since(when).rpartition(" ")[2]
    return " ".join(filter(None, (day, place_token(commit[:10]) if commit else "")))


def _left(row: Any) -> str:
    if row.in_head:
        return "still there"
    if row.tip:
        return f"still there: {_standing(row.tip, row.path)}"
    if row.removed_commit:
        return _dated(row.removed, row.removed_commit)
    return "not in a file" if row.path.startswith("(") else "no removal is known"


def _kinds(all_found: list[_Found]) -> Series:
    counts = Counter((one.kind, one.state) for one in all_found)
    return Series(
        "secret_kinds",
        "Credential-shaped strings by kind",
        (
            "kind",
            "in the audited files",
            "at the tip of other refs",
            "only in the history",
            "test or example values",
        ),
        tuple(
            (kind, *(counts[kind, state] for state in _STATES))
            for kind in sorted({one.kind for one in all_found})
        ),
        note=_LIMITS,
    )
