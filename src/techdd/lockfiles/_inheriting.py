"""What Maven's poms take from the parents and BOMs that lie in the same repository; pure."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping

from techdd.lockfiles import Aside, Dependency, Explained, Open
from techdd.lockfiles._poms import exact, filled, scope_for

_FARTHEST = 20  # parents above one another
_MOST = 50  # poms from which one takes something

Pom = tuple[Aside, Mapping[str, str]]  # and the properties that hold in it


class Poms:
    """The poms of a repository. Which is whose parent goes by their names and versions."""

    def __init__(self, asides: Mapping[str, Aside]) -> None:
        self._asides = asides
        self._named: dict[str, Aside] = {}
        for _, aside in sorted(asides.items()):
            self._named.setdefault(aside.own, aside)

    def explained(self, path: str, wishes: Iterable[Open]) -> Explained:
        """What the wishes of the pom at `path` mean, as Maven inherits versions and scopes."""
        rows, left = [], []
        poms = list(self._sources(self._asides[path]))
        for wish in wishes:
            group, artifact, version = [*filled(wish.text, poms[0][1]).split(":", 2), ""][:3]
            name = f"{group}:{artifact}"
            managed, scope = next(
                (
                    (filled(version, properties), filled(scope, properties))
                    for pom, properties in poms
                    for version, scope in [pom.managed.get(name, ("", ""))]
                    if version
                ),
                ("", ""),
            )
            version = version or managed
            stated = wish.scope or scope_for(scope)
            rows.append(Dependency(name, exact(version), version, wish.line, True, stated))
            if not version or "${" in f"{name}{version}":
                left.append(name)
        return Explained(tuple(rows), {}, tuple(left))

    def _sources(self, aside: Aside) -> Iterator[Pom]:
        """The pom, its parents, and the BOMs that they import, which have their own properties."""
        seen: set[str] = set()
        waiting = [aside]
        while waiting and len(seen) < _MOST:
            chain = list(self._chain(waiting.pop(0)))
            properties = ChainMap(*(dict(one.values) for one in chain))
            for one in chain:
                if one.own not in seen:
                    seen.add(one.own)
                    yield one, properties
                boms = (self._here(filled(bom, properties)) for bom in one.imports)
                waiting += [bom for bom in boms if bom and bom.own not in seen]

    def _chain(self, aside: Aside) -> Iterator[Aside]:
        for _ in range(_FARTHEST):
            yield aside
            parent = self._here(filled(aside.parent, aside.values))
            if parent is None:
                return
            aside = parent

    def _here(self, coordinates: str) -> Aside | None:
        """The pom of that name in the repository, if it is of that version and no released one."""
        name, _, version = coordinates.rpartition(":")
        found = self._named.get(name)
        if found is None:
            return None
        own = filled(found.values.get("project.version", ""), found.values)
        return found if "${" in f"{own}{version}" or own == version else None
