"""Takes source apart into tokens, whatever the language: layout, comments and imports do not count.

Names and literals are kept as they are written: a clone here is a copy, not code of a like shape.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from techdd.languages import Language

if TYPE_CHECKING:
    from numpy import int32, uint64
    from numpy.typing import NDArray

_TOKEN = re.compile(
    rb'\n|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|[\w$@\x80-\xff]+|[^\s\w$@\x80-\xff]'
)
# Files that use the same libraries begin alike; nobody would call that a copy.
_IMPORT = re.compile(
    rb"^[ \t]*(?:import|from|using|#[ \t]*include|use|package|namespace|require(?:_once|_relative)?"
    rb"|include(?:_once)?|@import|export[ \t]+\*)\b[^\n]*",
    re.MULTILINE,
)


class Tokens(NamedTuple):
    """The tokens of a file as hashes, and the line that each stands on, from 1."""

    hashes: NDArray[uint64]
    lines: NDArray[int32]


class Tokenizer:
    """Remembers the hash of each token: a product uses few different ones again and again."""

    def __init__(self) -> None:
        self._hashes = _Hashes()

    def tokens(self, language: Language, source: bytes) -> Tokens:
        """The tokens of `source`, which is UTF-8."""
        import numpy as np

        text = _IMPORT.sub(b"", language.without_comments(source))
        found = _TOKEN.findall(text)
        hashes = np.fromiter(map(self._hashes.__getitem__, found), np.uint64, len(found))
        breaks = hashes == self._hashes[b"\n"]
        lines = np.cumsum(breaks, dtype=np.int32) + 1
        return Tokens(hashes[~breaks], lines[~breaks])


class _Hashes(dict[bytes, int]):
    def __missing__(self, token: bytes) -> int:
        made = int.from_bytes(hashlib.blake2b(token, digest_size=8).digest(), "big")
        self[token] = made
        return made
