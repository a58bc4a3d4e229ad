"""What tells an engagement from all others, and is the same in every copy of it."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from techdd.errors import TechddError
from techdd.files import write_atomic

ID = "engagement.id"


def identity(root: Path) -> str:
    """The number of the engagement in `root`, given to it where it has none yet.

    It is random, so that it says nothing of the client. Raises TechddError.
    """
    path = root / ID
    try:
        if not path.exists():
            write_atomic(path, f"{secrets.token_hex(16)}\n".encode())
        found = path.read_bytes().decode(errors="replace").strip()
    except OSError as error:
        raise TechddError(f"cannot be kept: {error.strerror}", path) from None
    if not re.fullmatch(r"[0-9a-f]{32}", found):
        raise TechddError("is damaged; take it from another copy of this engagement", path)
    return found
