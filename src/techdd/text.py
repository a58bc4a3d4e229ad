"""Makes text that came from a client safe to store, print and render."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

MAX_LENGTH = 2_000  # characters of one value; longer ones are cut with an ellipsis

_SECRET_IN_URL = re.compile(r"(?<=://)[^/\s]+@")


def clean(text: str) -> str:
    """`text` on one line, with control, bidirectional, zero-width and lone surrogate characters
    written as escapes, so that it can neither drive a terminal nor break an encoder. Idempotent.
    """
    shown = text[: MAX_LENGTH + 1]
    if not shown.isprintable():
        shown = "".join(map(_shown, shown))
    return shown if len(shown) <= MAX_LENGTH else shown[: MAX_LENGTH - 1] + "…"


def _shown(char: str) -> str:
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def decode(raw: bytes) -> str:
    """Bytes from git (a path, a name) as clean text; what is not UTF-8 stays visible as escapes.

    What is too long ends with a digest of the whole: two paths stay two.
    """
    shown = clean(raw.decode("utf-8", "backslashreplace"))
    if len(shown) < MAX_LENGTH:
        return shown
    digest = hashlib.sha256(raw).hexdigest()[:16]
    return f"{shown[: MAX_LENGTH - 20]}…{digest}"


def some_of(names: Sequence[str], most: int) -> str:
    """The first `most` of `names`, and how many there are beyond."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


_WORD = re.compile(r"[^\s\"'`()<>]*[A-Za-z0-9]{16}[^\s\"'`()<>]*")
_ATOM = re.compile(r"[A-Za-z0-9]{16,}")
_HEX = re.compile(r"[0-9a-f]+")
_CHANGES = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[0-9a-z])|(?<=[a-z])(?=[0-9A-Z])")


def masked(text: str) -> str:
    """`text` with words that look like credentials left out, for what people write freely.

    A run of 16 letters and digits that change their kind all the time is no word; a commit's id
    (small hexadecimal digits) stays.
    """
    return _WORD.sub(lambda word: "[masked]" if _is_random(word[0]) else word[0], text)


def _is_random(word: str) -> bool:
    for atom in _ATOM.findall(word):
        if _HEX.fullmatch(atom) or atom.isalpha() or atom.isdigit():
            continue
        changes = len(_CHANGES.findall(atom)) / len(atom)
        if changes > (0.15 if atom.isupper() else 0.45):
            return True
    return False


def without_credentials(url: str) -> str:
    """`url` without a user or password, fit to be printed."""
    return _SECRET_IN_URL.sub("", url)
