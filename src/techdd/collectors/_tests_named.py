"""Which files have tests of their own, by the convention that a test is named after what it tests.

In every language a test's file or folder holds the name of what it tests beside a word for tests:
`test_user_profile.py`, `UserProfileTest.java`, `user-profile.spec.ts`, `user_profile_spec.rb`,
`userprofile_test.go`. Names are compared by their words, whatever parts these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

ENTRANCES = frozenset(("index", "lib", "mod", "__init__"))  # no test is ever named after these
_SHORTEST = 3  # letters; a shorter name is found anywhere
_MOST = 6  # words of a name
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


class TestNames:
    """What the paths of tests name."""

    __test__ = False  # no test itself

    def __init__(self, paths: Iterable[str]) -> None:
        self._names = {
            "".join(words[start:end]).lower()
            for words in {
                tuple(_WORD.findall(part))
                for path in paths
                for part in path.split("/")[-2:]  # the file and its folder
            }
            for start in range(len(words))
            for end in range(start + 1, min(start + _MOST, len(words)) + 1)
        }

    def after(self, path: str) -> bool | None:
        """Whether a test is named after the file at `path`; None where its name tells nothing."""
        stem = path.rsplit("/", 1)[-1].partition(".")[0]
        name = "".join(_WORD.findall(stem)[:_MOST]).lower()
        if len(name) < _SHORTEST or stem.lower() in ENTRANCES:
            return None
        return not self._names.isdisjoint((name, f"{name}s", name.removesuffix("s")))
