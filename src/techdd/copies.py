"""What tells an engagement from all others, and one copy of it from the others."""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
from pathlib import Path

from techdd.errors import TechddError
from techdd.files import is_there, read, write_atomic

ID = "engagement.id"


def identity(root: Path) -> str:
    """The number of the engagement in `root`, given to it where it has none yet.

    It is random, so that it says nothing of the client. Raises TechddError.
    """
    path = root / ID
    try:
        if not is_there(path):
            write_atomic(path, f"{secrets.token_hex(16)}\n".encode())
        found = read(path).decode(errors="replace").strip()
    except OSError as error:
        raise TechddError(f"cannot be kept: {error.strerror}", path) from None
    if not re.fullmatch(r"[0-9a-f]{32}", found):
        raise TechddError("is damaged; take it from another copy of this engagement", path)
    return found


def copy_identity(root: Path) -> str:
    """The number of the engagement in `root`, and after a hyphen what is this copy's alone: by the
    machine and the folder, so that it stays the same from run to run. Raises TechddError.
    """
    number = identity(root)
    place = f"{number} {socket.gethostname()} {root.resolve()}"
    return f"{number}-{hashlib.sha256(place.encode()).hexdigest()[:12]}"
