"""Known vulnerabilities: a local database of advisories in OSV format and the matching of versions.

Nothing here uses the network but the module `download`, which only the user's own command loads.
"""

from techdd.advisories.exploits import Exploitation
from techdd.advisories.holdings import OLD, Age, Status, age
from techdd.advisories.matching import SEVERITIES, Affected, Match, Matches, preferred, upgrade
from techdd.advisories.ranges import allows
from techdd.advisories.store import (
    Database,
    Imported,
    default_folder,
    import_advisories,
    status,
)
from techdd.advisories.versions import VersionError, normalised, parse

__all__ = [
    "OLD",
    "SEVERITIES",
    "Affected",
    "Age",
    "Database",
    "Exploitation",
    "Imported",
    "Match",
    "Matches",
    "Status",
    "VersionError",
    "age",
    "allows",
    "default_folder",
    "import_advisories",
    "normalised",
    "parse",
    "preferred",
    "status",
    "upgrade",
]
