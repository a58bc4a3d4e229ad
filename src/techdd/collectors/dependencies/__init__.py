"""The third-party packages that manifests and lock files name, and which manifests are locked."""

from techdd.collectors.dependencies.assess import inventory, locking
from techdd.collectors.dependencies.gather import Manifest, OwnPackage, dependencies
from techdd.collectors.dependencies.internal import internal_dependencies
from techdd.collectors.dependencies.places import MAX_SIZE

__all__ = [
    "MAX_SIZE",
    "Manifest",
    "OwnPackage",
    "dependencies",
    "internal_dependencies",
    "inventory",
    "locking",
]
