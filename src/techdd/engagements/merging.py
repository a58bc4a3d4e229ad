"""An engagement that comes back from a colleague, held against the copy that is here.

What only one side has stays or comes in, ledgers are joined, and everything that differs on both
sides is a conflict: as long as one is open, nothing is changed here at all.
"""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from techdd.documents import read_yaml
from techdd.engagements.contents import PASSING, is_half_written, things
from techdd.engagements.ledgers import JOURNAL, RESPONSES, Apart, answered, responded
from techdd.errors import TechddError
from techdd.trust.chain import Chain

EVIDENCE = "evidence"
_REPLACED = ".evidence.replaced"  # reads as half written: it is nobody's any more
_NO_FILE = "is a link or no plain file here"
_SHOWN = 5
Kept = Literal["new", "joined", "ours", "theirs", "conflict"]


@dataclass(frozen=True)
class Difference:
    """One path of both sides, or of theirs alone, and what becomes of it."""

    path: str
    kept: Kept
    words: str = ""
    apart: Apart | None = None


def differences(
    ours: Path, theirs: Path, prefer_ours: Sequence[str] = (), prefer_theirs: Sequence[str] = ()
) -> list[Difference]:
    """All that differs, sorted by path; patterns (fnmatch) decide conflicts. Raises TechddError
    for a pattern that fits none, and for what cannot be read.
    """
    found = list(_found(ours, theirs))
    conflicts = [one.path for one in found if one.kept == "conflict"]
    ours_wins, theirs_win = (
        {path for pattern in given for path in _fitting(conflicts, pattern)}
        for given in (prefer_ours, prefer_theirs)
    )
    if both := sorted(ours_wins & theirs_win):
        raise TechddError("is asked for from both sides; decide for one", both[0])
    return [
        replace(one, kept="ours") if one.path in ours_wins
        else replace(one, kept="theirs") if one.path in theirs_win
        else one
        for one in found
    ]  # fmt: skip


def _fitting(conflicts: Sequence[str], pattern: str) -> list[str]:
    found = [path for path in conflicts if fnmatchcase(path, pattern)]
    if not found:
        raise TechddError("is not in conflict", pattern)
    return found


def take_in(found: Sequence[Difference], ours: Path, theirs: Path) -> None:
    """Makes of ours what `differences` says. A run that is killed goes on where it stopped when the
    import is repeated. Raises TechddError.
    """
    assert not any(one.kept == "conflict" for one in found)
    for one in found:
        if one.kept == "theirs" and _is_linked(ours, one.path):
            raise TechddError(f"{_NO_FILE}; take it away first", ours / one.path)
    try:
        for one in found:
            if one.apart:
                one.apart.take(one.kept == "theirs")
            elif one.kept in ("new", "theirs"):
                _place(one.path, ours, theirs)
    except OSError as error:
        raise TechddError(
            f"cannot be written: {error.strerror}; what came in stays: run the same again",
            error.filename or ours,
        ) from None


def _place(path: str, ours: Path, theirs: Path) -> None:
    target = ours / path
    if path == EVIDENCE and target.exists():
        replaced = ours / _REPLACED
        shutil.rmtree(replaced, ignore_errors=True)
        target.rename(replaced)
        (theirs / path).rename(target)
        shutil.rmtree(replaced)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    (theirs / path).replace(target)


def _is_linked(root: Path, path: str) -> bool:
    """Whether it would be written somewhere else than in the engagement."""
    inside = root / path
    above = [one for one in inside.parents if one != root and one.is_relative_to(root)]
    return any(one.is_symlink() for one in (inside, *above))


def _found(ours: Path, theirs: Path) -> Iterator[Difference]:
    yield from _evidence(ours, theirs)
    for path in _paths(theirs):
        here, there = ours / path, theirs / path
        if path in (JOURNAL, RESPONSES):
            yield from _ledger(path, ours, theirs)
        elif _is_linked(ours, path) or (here.exists() and not here.is_file()):
            yield Difference(path, "conflict", _NO_FILE)
        elif not here.exists():
            yield Difference(path, "new")
        elif filecmp.cmp(here, there, shallow=False) or path.startswith("audits/"):
            continue  # an audit is called by the digest of what it says
        elif words := _how(path, here, there):
            yield Difference(path, "conflict", words)


def _paths(theirs: Path) -> list[str]:
    return [
        one.path
        for one in things(theirs)
        if one.kind == "file"
        and one.top not in PASSING | {EVIDENCE}
        and not is_half_written(one.path)
    ]


def _ledger(path: str, ours: Path, theirs: Path) -> Iterator[Difference]:
    apart = (answered if path == JOURNAL else responded)(ours, theirs)
    if apart.doubts:
        words = f"of theirs, {apart.doubts[0]}; what can be read of it would come in"
        yield Difference(path, "conflict", words, apart)
    elif apart.conflicts:
        named = [f"{name}: {words}" for name, words in list(apart.conflicts.items())[:_SHOWN]]
        more = [f"and {rest} more"] if (rest := len(apart.conflicts) - _SHOWN) > 0 else []
        yield Difference(path, "conflict", "; ".join((*named, *more)), apart)
    elif apart.theirs:
        yield Difference(path, "joined", f"{apart.theirs} entries that are not here", apart)


def _evidence(ours: Path, theirs: Path) -> Iterator[Difference]:
    """Evidence is of one piece, since its chain is: it is taken as a whole or not at all."""
    if not (theirs / EVIDENCE).is_dir():
        return
    if not (ours / EVIDENCE).is_dir():
        yield Difference(EVIDENCE, "new")
        return
    here, there = Chain(ours / EVIDENCE), Chain(theirs / EVIDENCE)
    if here.there() == there.there():
        return
    mine, new = here.links, there.links
    if new[: len(mine)] == mine and len(new) > len(mine):
        yield Difference(EVIDENCE, "conflict", "theirs was measured later, and goes on from ours")
    elif mine[: len(new)] == new and len(mine) > len(new):
        return  # ours goes on from theirs
    else:
        yield Difference(EVIDENCE, "conflict", "both sides measured by themselves")


def _how(path: str, here: Path, there: Path) -> str:
    """In which way two files differ; "" where that does not matter."""
    if not path.endswith((".yaml", ".yml")):
        return "differs"
    with suppress(TechddError):
        mine, new = _tree(here), _tree(there)
        if path == "engagement.yaml":
            _drop_sources(mine)
            _drop_sources(new)
        if not (keys := sorted(k for k in mine.keys() | new.keys() if mine.get(k) != new.get(k))):
            return ""
        return f"differs in: {', '.join(keys)}"
    return "differs"


def _tree(path: Path) -> dict[str, Any]:
    tree = read_yaml(path)
    return {str(key): value for key, value in tree.items()} if isinstance(tree, dict) else {}


def _drop_sources(tree: dict[str, Any]) -> None:
    """Where the repositories lie is of a machine, not of the engagement."""
    for one in tree.get("repositories") or ():
        if isinstance(one, dict):
            one.pop("source", None)
