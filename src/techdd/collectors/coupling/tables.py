"""The facts of how parts hang together: by changing together, and by importing each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pandas import DataFrame


class Coupling(NamedTuple):
    """Two source files of the audited tree that the same commits changed, renames followed."""

    path_a: str
    path_b: str
    component_a: str
    component_b: str
    shared: int  # commits that changed both
    revisions_a: int  # commits that changed the one, all counted in change sets of bounded size
    revisions_b: int


class ComponentCoupling(NamedTuple):
    """Two components whose source files the same commits changed."""

    component_a: str
    component_b: str
    shared: int
    revisions_a: int
    revisions_b: int


class ChangeSpread(NamedTuple):
    """How many commits changed source files of so many components."""

    components: int
    commits: int
    months: int  # that were looked back on; 0 = the whole history


class ImportEdge(NamedTuple):
    """The import statements in one component that name another one, or itself."""

    component: str
    target: str  # a component; "" = outside of the repository, or not resolved
    imports: int
    path: str = ""  # a file with such a statement, the first in the order of paths
    line: int | None = None


def degree(shared: float, revisions_a: float, revisions_b: float) -> float:
    """Degree of coupling, 0 to 1: shared revisions by the mean of both revisions.

    As in code-maat (A. Tornhill), which rounds the mean up to a whole number.
    """
    return 2 * shared / (revisions_a + revisions_b)


def degrees(pairs: DataFrame) -> list[float]:
    """The degree of each row of `Coupling` or `ComponentCoupling`."""
    columns = ("shared", "revisions_a", "revisions_b")
    return [degree(*row) for row in zip(*(pairs[name] for name in columns), strict=True)]
