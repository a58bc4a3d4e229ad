"""Facts about packages from deps.dev, the one service that online look-ups of packages use.

Nothing here uses the network but the module `client`, which only a collector with `--online` loads.
"""

from techdd.depsdev.answers import (
    SERVICE,
    SYSTEMS,
    Answer,
    LookupFailed,
    PackageFact,
    PackageLookup,
    Wish,
)

__all__ = [
    "SERVICE",
    "SYSTEMS",
    "Answer",
    "LookupFailed",
    "PackageFact",
    "PackageLookup",
    "Wish",
]
