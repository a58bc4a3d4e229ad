"""Under which terms a repository itself stands: what its code is measured against."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from techdd.counting import of_repository
from techdd.licensing import BINDING, PROPRIETARY, bases, classify, conflicts

if TYPE_CHECKING:
    from pandas import DataFrame

# The file that is about the whole; LICENSE-MIT and the like each name one of several.
_FIRST = re.compile(
    r"(?:un)?(?:licen[cs]es?|copying)(?:\.(?:txt|md|rst|adoc|html))?", re.IGNORECASE
)


class Own(NamedTuple):
    """The terms of one repository. What nobody grants to others is proprietary."""

    licence: str  # an SPDX expression; "" = nothing is said
    category: str
    named: frozenset[str]  # all licences that its files at the top name

    @property
    def told(self) -> str:
        """The terms in words."""
        return "no open licence" if self.category == PROPRIETARY else self.licence

    def is_own(self, licence: str) -> bool:
        """Whether code under `licence` stands under the repository's own terms."""
        if self.category == PROPRIETARY and licence == "proprietary":
            return True
        mine, theirs = bases(self.licence), bases(licence)
        any_version = "GPL-1.0" in theirs and any(one.startswith("GPL-") for one in mine)
        return any_version or bool(mine & theirs)

    def bears(self, licence: str) -> bool:
        """Whether code under a copyleft `licence` may be part of it: it is itself under one that
        goes together with it.
        """
        return self.is_own(licence) or (
            self.category in BINDING and not conflicts(self.licence, licence)
        )


def own_terms(repos: list[str], files: DataFrame, declarations: DataFrame) -> dict[str, Own]:
    """The terms of each of `repos`, by their licence files, else by their packages' metadata."""
    return {
        repo: _of(
            files[(files["repo"] == repo) & (files["path"] != "")],
            of_repository(repo, declarations),
        )
        for repo in repos
    }


def _of(files: DataFrame, declarations: DataFrame) -> Own:
    shelf = files[files["path"].str.startswith("LICENSES/")]
    top = files[~files["path"].str.contains("/", regex=False)]
    top = top[top["licence"] != "unrecognised"].sort_values("path")
    first = top[top["path"].str.fullmatch(_FIRST)]
    declared = declarations[~declarations["path"].str.contains("/", regex=False)]
    stated = [classify(str(one))[0] for one in declared.sort_values("path")["licence"] if one]
    chosen = list(dict.fromkeys((first if len(first) else top)["main"]))
    lesser = [one for one in dict.fromkeys(top["main"]) if one.startswith("LGPL")]
    if lesser and all(one.startswith(("GPL", "LGPL")) for one in chosen):
        chosen = lesser  # the text of the LGPL adds to the GPL's, which lies beside it
    chosen = chosen or stated[:1] or list(dict.fromkeys(shelf["licence"]))
    joint = " AND " if len(shelf) and not len(top) and not stated else " OR "
    licence = joint.join(f"({one})" if len(chosen) > 1 and " " in one else one for one in chosen)
    wide = [*top["licence"], *shelf["licence"], *stated]
    named = frozenset().union(*(bases(one) for one in wide))
    return Own(licence, classify(licence)[1] if licence else PROPRIETARY, named)
