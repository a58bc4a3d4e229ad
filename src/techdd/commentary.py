"""The adviser's own words: Markdown files of the engagement, each named for its place.

`commentary/summary.md` is for every audience, `commentary/internal/summary.md` for that one only,
in addition. A place is "summary", the anchor of a section, a domain, or a finding's id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from techdd.documents import did_you_mean
from techdd.model import Comment
from techdd.text import masked

FOLDER = "commentary"
MAX_BYTES = 50_000  # of one file
SECTIONS = (
    "summary", "scorecard", "red-flags", "scope", "claims", "register", "roadmap", "open",
    "method", "evidence",
)  # fmt: skip
_NAME = re.compile(r"[^\W\d_]{3,}")


def comments(
    root: Path, audience: str, audiences: Sequence[str], places: Collection[str]
) -> tuple[list[tuple[Comment, Path]], list[str]]:
    """The comments that `audience` reads, each with its file, in the order of their paths; and what
    is wrong with files, a line each. `places` are the domains and findings that there are.
    """
    folder = root / FOLDER
    doubts, found = [], []
    known = {*SECTIONS, *places}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        told = path.relative_to(root)
        only = path.parent.relative_to(folder).as_posix()
        if path.is_dir() or path.name.startswith("."):
            continue
        if only not in (".", *audiences):
            doubts.append(f"{told}: is not read: {only!r} is no audience ({', '.join(audiences)})")
        elif path.suffix.lower() != ".md":
            doubts.append(f"{told}: is not read: a comment is a file that ends in .md")
        elif path.stem not in known:
            doubts.append(f"{told}: is not in the report: {_stranger(path.stem, known)}")
        elif only in (".", audience):
            text, why = _read(path)
            if why:
                doubts.append(f"{told}: {why}")
            if text:
                found.append((Comment(path.stem, text), told))
    return found, doubts


def _stranger(place: str, known: Collection[str]) -> str:
    if re.fullmatch(r"[0-9a-f]{12}", place):
        return "this audit has no finding of that id"
    return f"no section, domain or finding is called so{did_you_mean(place, sorted(known))}"


def _read(path: Path) -> tuple[str, str]:
    """The text of a comment, and what is wrong with it."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return "", f"is not read: it is no file, or larger than {MAX_BYTES:,} bytes"
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        return "", f"is not read: not UTF-8 (byte {error.start})"
    except OSError as error:
        return "", f"cannot be read: {error.strerror}"
    if text.startswith("---\n"):
        # Whoever writes "audiences: internal" there must not find it in the investor's copy.
        return "", "is not read: it begins with a header (---); a folder says which audience reads"
    safe = masked(text)
    return safe.strip(), "what looks like a credential was left out" if safe != text else ""


def names_in(text: str, names: Iterable[str]) -> list[str]:
    """What of `text` may be one of `names`: a whole name, or a word with a capital that is part of
    one.
    """
    known = {name for name in names if len(name) > 1}
    parts = {word.casefold() for name in known for word in _NAME.findall(name)}
    words = {word for word in _NAME.findall(text) if word.casefold() in parts and word[0].isupper()}
    return sorted(words | {name for name in known if name in text})
