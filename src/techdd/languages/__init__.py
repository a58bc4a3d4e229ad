"""The door of the languages: what a language is, and which one a file is written in.

One module a language (or a family of small ones); `plugins.discover` finds them. Which role a file
plays is told by tables of our own, in the manner of GitHub Linguist, whose approach this is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from typing import NamedTuple

from techdd import software, syntax
from techdd.guard import Unreadable, one_file
from techdd.languages import _lines, _lizard
from techdd.languages._lines import Marks
from techdd.languages._roles import HEAD, calls_itself_generated, is_binary, role_of
from techdd.plugins import discover
from techdd.syntax import Function, Grammar, Measurement, Unmeasurable

__all__ = [
    "BLOCK",
    "HASH",
    "HEAD",
    "SLASHES",
    "Classified",
    "Function",
    "Grammar",
    "Language",
    "Measurement",
    "Unmeasurable",
    "calls_itself_generated",
    "classify",
    "languages",
    "utf8",
]

HASH: Marks = (("#", "\n"),)
SLASHES: Marks = (("//", "\n"),)
BLOCK: Marks = (("/*", "*/"),)


@dataclass(frozen=True)
class Language:
    """One language and how its files are known and measured.

    `kind` is the role that its files have where nothing else is known of them: source,
    documentation, configuration or data. Functions come from `grammar`, or from lizard under the
    extension `lizard`; with neither, files are measured in lines alone. `tests` are regular
    expressions on the path, beside the test folders that all languages share; `inline_tests` is one
    on the qualified name of a function, where tests stand in the file that they test.
    """

    name: str
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    kind: str = "source"
    grammar: Grammar | None = None
    lizard: str = ""
    tests: tuple[str, ...] = ()
    inline_tests: str = ""
    comments: Marks = ()
    programming: bool = True  # of kind source, but markup and the like have no functions

    @property
    def measured(self) -> str:
        """How functions are found, as in `facts.File`."""
        return "tree-sitter" if self.grammar else "lizard" if self.lizard else ""

    @cached_property
    def test_pattern(self) -> re.Pattern[str] | None:
        """What the path of a test looks like."""
        return re.compile("|".join(self.tests)) if self.tests else None

    def is_inline_test(self, function: str) -> bool:
        """Whether the function of that name in a source file is a test, or serves tests alone."""
        return bool(self.inline_tests and re.search(self.inline_tests, function))

    def measure(self, source: bytes) -> Measurement:
        """The functions and lines of `source` (UTF-8). Raises Unmeasurable."""
        with _measurable(source):
            if self.grammar:
                return syntax.measure(self.grammar, source)
            if self.lizard:
                return _lizard.measure(self.lizard, self.comments, source)
            return _lines.count(self.comments, source)

    def count(self, source: bytes) -> Measurement:
        """The lines of `source` alone. Raises Unmeasurable."""
        with _measurable(source):
            return _lines.count(self.comments, source)

    def comment_texts(self, source: bytes) -> list[tuple[int, str]]:
        """(first line, text) of each comment. Raises Unmeasurable."""
        with _measurable(source):
            if self.grammar:
                return list(syntax.comments(self.grammar, source))
            return list(_lines.comments(self.comments, source))

    def without_comments(self, source: bytes) -> bytes:
        """`source` with nothing but the line breaks of its comments. Raises Unmeasurable."""
        with _measurable(source):
            return _lines.without(self.comments, source)


@contextmanager
def _measurable(source: bytes) -> Iterator[None]:
    try:
        with one_file(source):
            yield
    except Unreadable as error:
        raise Unmeasurable(str(error)) from None


class Classified(NamedTuple):
    """What a file is: the name of its language ("" = not recognised) and its role."""

    language: str
    role: str


@cache
def languages() -> Mapping[str, Language]:
    """All languages by name."""
    return discover(__name__, Language)


@cache
def digest() -> str:
    """Changes whenever a measurement may: with a grammar, lizard or this software."""
    grammars = [one.grammar for one in languages().values()]
    wheels = sorted({one.wheel.replace("_", "-") for one in grammars if one})
    said = [software.digest(), *(f"{wheel} {version(wheel)}" for wheel in wheels)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def classify(path: str, head: bytes) -> Classified:
    """The language and the role (see `facts.File`) of the file at `path` that begins with `head`.

    Judged by the name, then by a `#!` line; a name never makes binary content text.
    """
    if is_binary(path, head):
        return Classified("", "binary")
    language = _language(path, head)
    if language is None:
        return Classified("", role_of(path, head, "", None))
    return Classified(language.name, role_of(path, head, language.kind, language.test_pattern))


_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def utf8(content: bytes) -> tuple[bytes, bool]:
    """`content` as UTF-8 without a byte order mark, and whether its encoding had to be guessed."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content.decode(codec, "replace").encode(), False
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1").encode(), True
    return content, False


_SHEBANG = re.compile(rb"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+)*(?:\w+=\S*\s+)*)?(?:\S*/)?([\w+-]+)")
_CPP_HEADER = re.compile(
    rb"^\s*(?:class|namespace|template\s*<|using\s+\w|public:|private:|protected:)"
    rb"|\bstd::|#include <(?:c?string|vector|memory|map|iostream|functional)>",
    re.MULTILINE,
)


def _language(path: str, head: bytes) -> Language | None:
    by_name, by_extension, by_interpreter = _index()
    name = path.rsplit("/", 1)[-1]
    if found := by_name.get(name):
        return found
    for position in [found.start() for found in re.finditer(r"\.", name)]:  # longest ending first
        if found := by_extension.get(name[position:].lower()):
            return _header(found, name, head)
    if shebang := _SHEBANG.match(head):
        interpreter = shebang[1].decode("ascii", "replace").rstrip("0123456789.")
        return by_interpreter.get(interpreter)
    return None


def _header(found: Language, name: str, head: bytes) -> Language:
    """`.h` is C or C++, decided by what stands in it."""
    if name.endswith(".h") and _CPP_HEADER.search(head):
        return languages().get("C++", found)
    return found


@cache
def _index() -> tuple[dict[str, Language], dict[str, Language], dict[str, Language]]:
    """Languages by file name, extension and interpreter; the first by name keeps a shared one."""
    names: dict[str, Language] = {}
    extensions: dict[str, Language] = {}
    interpreters: dict[str, Language] = {}
    for language in languages().values():
        for table, keys in (
            (names, language.filenames),
            (extensions, language.extensions),
            (interpreters, language.interpreters),
        ):
            for key in keys:
                table.setdefault(key, language)
    return names, extensions, interpreters
