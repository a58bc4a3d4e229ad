"""How an engagement begins, and how repositories come into its engagement.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from techdd import copies, files
from techdd.cloning import is_url
from techdd.documents import dump_yaml, read_yaml
from techdd.errors import RepositoryError, TechddError
from techdd.folders import data
from techdd.library import Library
from techdd.migrations import FORMATS
from techdd.policy import Engagement
from techdd.sources import Taken, entries

FILE = "engagement.yaml"
_HEADER = """\
# The engagement: one client and the repositories that are audited.
# Comments stay when techdd adds to this file. See docs/engagement.md for every key.
"""


def begin(
    root: Path, client: str, sources: Sequence[str], adviser: str, profile: str | None, taken: Taken
) -> None:
    """Writes engagement.yaml of a new engagement in `root`, with what was taken from lists and
    exports behind `sources`. Raises TechddError where one is there already.
    """
    refuse_all(root, sources, taken)
    if (root / FILE).exists():
        raise TechddError(f"is an engagement already; add to its {FILE}", root)
    if profile:
        _ = Library(root, data("checklists"), profile_id=profile).profile  # raises for a stranger
    stored = FORMATS[Engagement.stored]
    document: dict[str, object] = {stored.key: stored.version, "client": client}
    document |= {"adviser": adviser} if adviser else {}
    document |= {"profile": profile} if profile else {}
    own = entries(sources, taken.entries)
    document["repositories"] = [one.stated() for one in (*own, *taken.entries)]
    if taken.left_out:
        document["left_out"] = [one.stated() for one in taken.left_out]
    _private(root)
    copies.identity(root)
    files.write(root / FILE, (_HEADER + dump_yaml(document)).encode())


def _private(root: Path) -> None:
    """Makes the folder for its user alone: it will hold names, addresses and what people said."""
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        root.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise TechddError(f"cannot be written: {error.strerror}", root) from None


def enrol(
    root: Path, had: Engagement, sources: Sequence[str], taken: Taken, group: str = ""
) -> bool:
    """Adds the repositories that `had`, the engagement in `root`, does not have yet; `sources` go
    to `group`. What is audited now is left out no more. Whether anything was written.
    """
    own = entries(sources, (*had.repositories, *taken.entries))
    new = [*(one.model_copy(update={"group": group}) for one in own), *taken.entries]
    audited = {one.source for one in (*had.repositories, *new)}
    told = dict.fromkeys((*had.left_out, *taken.left_out))
    left = [one for one in told if one.source not in audited]
    if not new and left == list(had.left_out):
        return False
    document = read_yaml(root / FILE)
    document.setdefault("repositories", []).extend(one.stated() for one in new)
    document["left_out"] = [one.stated() for one in left]
    if not left:
        del document["left_out"]
    files.write(root / FILE, dump_yaml(document).encode())
    return True


def refuse_inside(root: Path, sources: Iterable[str]) -> None:
    """In a client's folder nothing is written, and what lies there is the client's: answers, rules,
    templates. Raises RepositoryError.
    """
    for source in sources:
        if not is_url(source) and root.resolve().is_relative_to(Path(source).resolve()):
            where = "let -o or --engagement name a place outside"
            raise RepositoryError(f"lies inside the repository {source}; {where}", root)


def refuse_all(root: Path, sources: Sequence[str], taken: Taken) -> None:
    """As `refuse_inside`, for all that is to be taken in."""
    refuse_inside(root, [*sources, *(one.source for one in taken.entries)])
