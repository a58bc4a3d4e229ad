"""Where the tool's own data lie, and what it may keep for its user."""

from __future__ import annotations

import os
from pathlib import Path

from techdd.errors import TechddError


def data(name: str) -> Path:
    """The folder `checklists` or `report_templates`: in the package, or in the checkout."""
    package = Path(__file__).parent
    for folder in (package / "_data" / name, package.parents[1] / name):
        if folder.is_dir():
            return folder
    raise TechddError(f"the folder {name!r} is missing; install techdd again", package)


def kept(name: str) -> Path:
    """What the tool keeps for its user beside the engagements, in the user's data folder (XDG)."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "techdd" / name


def cache(name: str) -> Path:
    """A folder for what can be had again, in the user's cache folder (XDG)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "techdd" / name
