"""Checks an engagement by itself: what its runs measured, what people said, the audits it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from techdd import audits, responses
from techdd.errors import TechddError
from techdd.ledger import Ledger
from techdd.text import clean
from techdd.trust.chain import GONE, UNFINISHED, Chain
from techdd.trust.checks import FAILED, MOST, NOT_CHECKED, OK, Check
from techdd.workspace import Workspace

_ANEW = (
    "put back the file of a copy or an archive, or delete the folder evidence and run techdd "
    "collect: it measures everything anew"
)


def verify_engagement(folder: Path) -> Iterator[Check]:
    """The checks of an engagement: what its runs measured and what people answered, each a chain.

    Raises TechddError where `folder` holds none.
    """
    workspace = Workspace(folder)
    chain = Chain(workspace.evidence.root)
    begun = (workspace.evidence.root / UNFINISHED).exists()
    if not (chain.links or chain.doubts or begun) and (lost := len(chain.there())):
        words = f"{chain.path} is gone, which says how runs left {lost:,} files; {_ANEW}"
        yield Check("chain", FAILED, words)
    elif not (chain.links or chain.doubts):
        yield Check("chain", NOT_CHECKED, "no run has been recorded; techdd collect records one")
    elif chain.doubts:
        yield from (Check("chain", FAILED, f"{chain.path}: {one}") for one in chain.doubts[:MOST])
        yield Check("chain", NOT_CHECKED, f"what follows holds as far as it is right; {_ANEW}")
    else:
        last = chain.links[-1]
        words = f"{len(chain.links)} runs, the last of {last.at:%Y-%m-%d %H:%M} UTC"
        yield Check("chain", OK, f"{words}, each follows the one before{_set_back(chain)}")
    if chain.links:
        yield from _strange(chain)
        yield from _differing(chain)
    if begun:
        words = "a run is at work, or was ended before its time; techdd collect goes on with it"
        yield Check("run", NOT_CHECKED, words)
    yield from _grown("answers", workspace.journal)
    if not workspace.journal.path.exists() and any((workspace.root / "asked").glob("*.yaml")):
        words = f"{workspace.journal.path} is gone: what is in asked/ was answered once"
        yield Check("answers", FAILED, words)
    if (workspace.root / responses.FILE).exists():
        yield from _grown("responses", responses.ledger(workspace.root))
    yield from _audits(workspace.root)


def _grown(name: str, ledger: Ledger[Any]) -> Iterator[Check]:
    entries = ledger.read()
    yield from (Check(name, FAILED, doubt) for doubt in ledger.doubts[:MOST])
    if not ledger.doubts:
        yield Check(name, OK, f"{len(entries)} entries, each follows the one before")


def _audits(root: Path) -> Iterator[Check]:
    kept = sorted((root / audits.FOLDER).glob("*.json.gz"))
    damaged = 0
    for path in kept:
        try:
            audits.check(path)
        except TechddError as error:
            damaged += 1
            yield Check("audits", FAILED, clean(f"{path.name} {error.message}"))
    if kept and not damaged:
        yield Check("audits", OK, f"{len(kept)} are as they were kept")


def _set_back(chain: Chain) -> str:
    """What is to be said of the clock: the order is that of the lines, whatever it showed."""
    pairs = zip(chain.links, chain.links[1:], strict=False)
    back = sum(later.at < earlier.at for earlier, later in pairs)
    return f"; the clock was set back before {back:,} of them" if back else ""


def _strange(chain: Chain) -> Iterator[Check]:
    """What the runs say that they found changed by something else."""
    for link in chain.links:
        for name, how in list(link.strange.items())[:MOST]:
            words = f"the run of {link.at:%Y-%m-%d %H:%M} UTC found that {name} {how}"
            words += "" if how == GONE else "; set aside"
            yield Check("history", OK, clean(words))


def _differing(chain: Chain) -> Iterator[Check]:
    differing = list(chain.differing())
    for name, how in differing[:MOST]:
        yield Check("evidence", FAILED, clean(f"{name} {how}"))
    if len(differing) > MOST:
        yield Check("evidence", FAILED, f"{len(differing) - MOST:,} more files differ")
    if not differing:
        yield Check("evidence", OK, f"{len(chain.files)} files are as the last run left them")
