"""Which engagements the user has: paths and nothing else, in one file of the user's data folder.

TECHDD_INDEX names another file, or is "off" where nothing may be kept.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from techdd.errors import TechddError
from techdd.files import write_atomic
from techdd.folders import kept
from techdd.migrations import FORMATS, current

FILE = "engagements.json"
_STORED = FORMATS[FILE]


def place() -> Path | None:
    """The file; None where the user wants none."""
    chosen = os.environ.get("TECHDD_INDEX", "")
    if chosen == "off":
        return None
    return Path(chosen) if chosen else kept(FILE)


def known() -> list[Path]:
    """The folders of all engagements that it names, sorted. Raises TechddError."""
    path = place()
    return _read(path) if path else []


def remember(folder: Path) -> None:
    """Adds an engagement. Raises TechddError where it cannot be kept."""
    own = folder.resolve()
    _changed(lambda folders: folders if own in folders else [*folders, own])


def forget(gone: Sequence[Path]) -> None:
    """Takes engagements out. Raises TechddError where that cannot be kept."""
    own = {folder.resolve() for folder in gone}
    _changed(lambda folders: [one for one in folders if one not in own])


def _changed(change: Callable[[list[Path]], list[Path]]) -> None:
    path = place()
    if path is None:
        return
    try:
        with _alone(path):
            before = _read(path)
            if (after := sorted(change(before))) != before:
                folders = [str(one) for one in after]
                text = json.dumps({_STORED.key: _STORED.version, "folders": folders}, indent=1)
                write_atomic(path, f"{text}\n".encode(), 0o600)
    except OSError as error:
        raise TechddError(f"cannot be written: {error.strerror}", path) from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> list[Path]:
    try:
        content = current(_STORED, json.loads(path.read_bytes()), path)
        return sorted(Path(one) for one in content["folders"])
    except FileNotFoundError:
        return []
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror}", path) from None
    except (ValueError, LookupError, TypeError, RecursionError):
        raise TechddError(
            "is damaged; delete it, and name the folders once more: techdd list FOLDER", path
        ) from None
