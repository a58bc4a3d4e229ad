"""The third-party packages that manifests and lock files name, and which manifests are locked."""

from techdd.collectors.dependencies.assess import inventory, locking
from techdd.collectors.dependencies.gather import Manifest, dependencies
from techdd.collectors.dependencies.places import MAX_SIZE

__all__ = ["MAX_SIZE", "Manifest", "dependencies", "inventory", "locking"]
