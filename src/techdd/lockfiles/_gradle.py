"""What Gradle's build scripts, Groovy or Kotlin, say literally; the programs are not run.

A script is cut into tokens and read once: calls within `dependencies { }` and `plugins { }` with
their arguments, and the texts that variables and maps hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from techdd.lockfiles import without_comments

_TOKEN = re.compile(
    r'"""(?P<block>.*?)(?:"""|\Z)|\'\'\'(?P<raw>.*?)(?:\'\'\'|\Z)'
    r'|"(?P<double>(?:[^"\\\n$]|\\.|\$\{(?:[^{}"\n]|"[^"\n]*")*+\}|\$)*+)"?|\'(?P<single>(?:[^\'\\\n]|\\.)*+)\'?'
    r"|(?P<name>[A-Za-z_]\w*+)|(?P<line>\n)|(?P<mark>\d[\w.]*+|[^\s])",
    re.DOTALL,
)
_TESTS = re.compile(r"\b[tT]ests?(?![a-z])|Tests?(?![a-z])")
_OPEN, _CLOSE = "{[(", "}])"
_GLOBAL = ("ext", "extra", "project", "rootProject", "this")  # what stands before a variable's name
# Words within `dependencies` that ask for nothing.
_OTHER = re.compile(
    "if|else|for|while|when|try|catch|def|val|var|return|import|apply|println|exclude|because"
    "|version|modules?|replacedBy|substitute|attributes|artifact|components|registerTransform"
    "|capabilities|requireCapability"
)
# Blocks by their label, and within which block alone that label has this meaning.
_BLOCKS = {"plugins": "", "dependencyManagement": "", "constraints": "dependencies"}
_VARIABLE = re.compile(r"\$(?:\{([^{}\n]{1,200})\}|([A-Za-z_][\w.]{0,200}))")
_READ = re.compile(r"\.(?:get|toString)\(\)|!!| as String")  # what only reads a variable
_QUOTED = re.compile(r"""(\w{1,99})\s?[\[(]\s?["']([\w.-]{1,99})["']\s?[\])]""")
_ROUNDS = 5  # variables may hold variables
_LONGEST = 500  # characters of one text


class Token(NamedTuple):
    """A word, a text without its quotes, or a mark."""

    kind: str  # "name", "text", "mark" or "line"
    text: str
    line: int


@dataclass
class Call:
    """One call within a block: its name, its arguments, and what its closure says of versions."""

    block: str  # "dependencies", "constraints", "management" (Spring's plug-in) or "plugins"
    name: str
    arguments: list[Token]
    line: int
    tests: bool  # within a source set of tests
    version: str = ""


@dataclass
class Script:
    """What was found; `values` are the texts by the dotted path of what holds them."""

    calls: list[Call] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with variables filled in; unknown ones stay as they are."""

    def value(match: re.Match[str]) -> str:
        said = _QUOTED.sub(_member, _READ.sub("", match[1] or match[2]))
        return values.get(path_of(said.split(".")), match[0])

    for _ in range(_ROUNDS):
        if "$" not in text or len(text) > _LONGEST:
            break
        text = _VARIABLE.sub(value, text)
    return text


def _member(match: re.Match[str]) -> str:
    """`versions["kotlin"]` -> `versions.kotlin`; `extra["x"]` and `property("x")` -> `x`."""
    holder, name = match.groups()
    return name if holder in _GLOBAL or "ropert" in holder else f"{holder}.{name}"


def path_of(names: list[str]) -> str:
    """The dotted path of a variable, without what only says that it is a global one."""
    start = 0
    while start < len(names) - 1 and names[start] in _GLOBAL:
        start += 1
    return ".".join(names[start:])


def _tokens(text: str) -> Iterator[Token]:
    line = 1
    for match in _TOKEN.finditer(without_comments(text)):
        kind = match.lastgroup or "mark"
        said = match[kind]
        if kind in ("name", "mark", "line"):
            yield Token(kind, said, line)
            line += kind == "line"
        else:
            yield Token("text", said[:_LONGEST], line)
            line += said.count("\n")


class _Frame(NamedTuple):
    bracket: str
    label: str  # the name before it
    block: str
    tests: bool


def read_script(text: str) -> Script:
    """The calls and values of a script."""
    return _Reader(list(_tokens(text))).read()


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = [*tokens, Token("line", "\n", 0)]
        self._frames: list[_Frame] = []
        self._closed = ""  # the label of the bracket that was closed last
        self._closure: int | None = None  # where the closure of the last call would begin
        self._conflicts: set[str] = set()
        self._found = Script()

    def read(self) -> Script:
        at = 0
        while at < len(self._tokens):
            at = self._step(at)
        for path in self._conflicts:
            del self._found.values[path]
        return self._found

    def _text(self, at: int, kind: str = "") -> str:
        """What stands there, where it is of this kind; "" elsewhere."""
        token = self._tokens[at] if 0 <= at < len(self._tokens) else None
        return token.text if token and kind in ("", token.kind) else ""

    @property
    def _block(self) -> str:
        return self._frames[-1].block if self._frames else ""

    def _step(self, at: int) -> int:
        token = self._tokens[at]
        if token.kind == "mark" and token.text in _OPEN:
            self._frames.append(self._frame(at))
        elif token.kind == "mark" and token.text in _CLOSE and self._frames:
            self._closed = self._frames.pop().label
        elif token.kind in ("name", "text") and self._begins(at):
            return self._call(at)
        elif token.kind == "name" and self._block == "closure":
            self._strict(at)
        elif token.kind in ("name", "text"):
            self._value(at)
        return at + 1

    def _frame(self, at: int) -> _Frame:
        before = at - 1
        while self._text(before, "line"):
            before -= 1
        if self._text(before) in ("getting", "creating"):  # val commonTest by getting {
            before -= 2
        if self._text(before) in ("=", ":"):  # a map, by the name of what holds it
            before -= 1
        label = self._closed if self._text(before) == ")" else self._dotted(before)
        bracket, block, word = self._text(at), self._block, label.rpartition(".")[2]
        if bracket == "{" and at == self._closure:
            block = "closure"
        elif bracket == "{" and word in _BLOCKS and _BLOCKS[word] in ("", block):
            block = {"dependencyManagement": "management"}.get(word, word)
        elif bracket == "{" and word == "dependencies" and block != "management":
            block = word
        tests = bool(self._frames) and self._frames[-1].tests
        return _Frame(bracket, label, block, tests or bool(_TESTS.search(label)))

    def _begins(self, at: int) -> bool:
        """Whether a call of interest begins here: its name, then `(`, or arguments on the line."""
        token, after = (
            self._tokens[at],
            self._tokens[at + 1] if at + 1 < len(self._tokens) else None,
        )
        if after is None or _OTHER.fullmatch(token.text):
            return False
        called = after.text == "(" and after.kind == "mark"
        if self._text(at - 1) == ".":  # dependencies.add("implementation", ...)
            return called and self._text(at - 2) == "dependencies"
        if not self._block or self._block == "closure" or (token.kind == "text" and not called):
            return False
        bare = after.kind in ("text", "name") and token.kind == "name"
        before = self._tokens[at - 1] if at else None
        starts = before is None or before.kind == "line" or before.text in ("{", ";", ")", "}", ">")
        return starts and (called or bare)

    def _call(self, at: int) -> int:
        token = self._tokens[at]
        called = self._text(at + 1, "mark") == "("
        depth, braces, position = 0, 0, at + 1
        arguments: list[Token] = []
        while position < len(self._tokens):
            one = self._tokens[position]
            mark = one.text if one.kind == "mark" else ""
            goes_on = bool(arguments) and arguments[-1].text in (",", "+")
            ends = one.kind == "line" and not goes_on
            if depth == 0 and (ends or mark in ("{", ";", "}") or (mark and mark in _CLOSE)):
                break
            braces += (mark == "{") - (mark == "}")
            depth += (mark in _OPEN if mark else 0) - (mark in _CLOSE if mark else 0)
            if one.kind != "line" and not braces and mark != "}":
                arguments.append(one)
            position += 1
            if called and depth == 0 and self._block != "plugins":
                break
        self._found.calls.append(
            Call(
                self._block or "dependencies",
                token.text,
                arguments,
                token.line,
                bool(self._frames) and self._frames[-1].tests,
            )
        )
        self._closure = position if self._text(position, "mark") == "{" else None
        return position

    def _strict(self, at: int) -> None:
        """`version { strictly("1.0") }` in the closure of a dependency."""
        if self._text(at) in ("strictly", "require", "prefer") and self._found.calls:
            stated = self._text(at + 1, "text") or self._text(at + 2, "text")
            self._found.calls[-1].version = self._found.calls[-1].version or stated

    def _value(self, at: int) -> None:
        """`x = "1"`, `x: "1"` in a map, `extra["x"] = "1"`, `x by extra("1")`, `set("x", "1")`."""
        token = self._tokens[at]
        marks = [self._text(at + step) for step in range(1, 4)]
        if token.kind == "text":
            if marks[:2] == ["]", "="]:
                self._hold(token.text, at + 3)
            elif marks[0] == "," and self._text(at - 2) == "set":
                self._hold(token.text, at + 2)
        elif marks[0] in ("=", ":") and marks[1] != "=":
            held = [one.label for one in self._frames if one.label and one.bracket == "["]
            self._hold(".".join([*held, self._dotted(at)]), at + 2)
        elif marks == ["by", "extra", "("]:
            self._hold(token.text, at + 4)

    def _dotted(self, at: int) -> str:
        """The path that ends here: `ext.versions.kotlin` -> "versions.kotlin"."""
        names = [self._text(at, "name")]
        while self._text(at - 1) == "." and self._text(at - 2, "name"):
            at -= 2
            names.append(self._text(at))
        return path_of(names[::-1])

    def _hold(self, path: str, at: int) -> None:
        text = self._text(at, "text")
        if not path or not text:
            return
        if self._found.values.setdefault(path, text) != text:
            self._conflicts.add(path)  # which of the texts holds is decided when it runs
