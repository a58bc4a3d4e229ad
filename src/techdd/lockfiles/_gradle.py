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
from techdd.yamls import DEPTH

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
    "|capabilities|requireCapability|create|platform|enforcedPlatform|project|gradleApi"
)
# Blocks by their label, and within which block alone that label has this meaning.
_BLOCKS = {"plugins": "", "dependencyManagement": "", "constraints": "dependencies"}
_VARIABLE = re.compile(r"\$(?:\{([^{}\n]{1,200})\}|([A-Za-z_][\w.]{0,200}))")
_READ = re.compile(r"\.(?:get|toString)\(\)|!!| as String")  # what only reads a variable
_QUOTED = re.compile(r"""(\w{1,99})\s?[\[(]\s?["']([\w.-]{1,99})["']\s?[\])]""")
_WORD = re.compile(r"\w+")
_ROUNDS = 5  # variables may hold variables
_MOST = 60_000  # tokens of one script; those of large products have a third of it
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
    for number, match in enumerate(_TOKEN.finditer(without_comments(text))):
        if number > _MOST:
            raise ValueError(f"line {line}: more than {_MOST:,} words and marks")
        kind = match.lastgroup or "mark"
        said = match[kind]
        if kind in ("name", "mark", "line"):
            yield Token(kind, said, line)
            line += kind == "line"
        else:
            yield Token("text", said[:_LONGEST], line)
            line += said.count("\n")


class _Frame(NamedTuple):
    label: str  # the name before the bracket
    block: str
    held: str  # the path of the map that it is within, with a dot behind
    tests: bool


_OUTSIDE = _Frame("", "", "", False)
_NOTHING = [Token("line", "\n", 0)] * 4  # so that a look ahead or back needs no care


def read_script(text: str) -> Script:
    """The calls and values of a script."""
    return _Reader(list(_tokens(text))).read()


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = [*_NOTHING, *tokens, *_NOTHING]
        self._frames = [_OUTSIDE]
        self._closed = ""  # the label of the bracket that was closed last
        self._closure: int | None = None  # where the closure of the last call would begin
        self._conflicts: set[str] = set()
        self._found = Script()

    def read(self) -> Script:
        at, end = len(_NOTHING), len(self._tokens) - len(_NOTHING)
        while at < end:
            at = self._step(at)
        for path in self._conflicts:
            del self._found.values[path]
        return self._found

    def _text(self, at: int, kind: str) -> str:
        """What stands there, where it is of this kind; "" elsewhere."""
        token = self._tokens[at]
        return token.text if token.kind == kind else ""

    def _step(self, at: int) -> int:
        token = self._tokens[at]
        if token.kind == "mark":
            if token.text in _OPEN:
                self._frames.append(self._frame(at))
                if len(self._frames) > DEPTH:
                    raise ValueError(f"line {token.line}: nested too deeply")
            elif token.text in _CLOSE and len(self._frames) > 1:
                self._closed = self._frames.pop().label
        elif token.kind != "line":
            if self._begins(at):
                return self._call(at)
            if self._frames[-1].block == "closure":
                self._strict(at)
            else:
                self._value(at)
        return at + 1

    def _frame(self, at: int) -> _Frame:
        before = at - 1
        while before > 0 and self._tokens[before].kind == "line":
            before -= 1
        if self._text(before, "name") in ("getting", "creating"):  # val commonTest by getting {
            before -= 2
        if self._text(before, "mark") in ("=", ":"):  # a map, by the name of what holds it
            before -= 1
        label = self._closed if self._text(before, "mark") == ")" else self._dotted(before)
        bracket, outer, word = self._tokens[at].text, self._frames[-1], label.rpartition(".")[2]
        block, held = outer.block, outer.held
        if bracket == "[" and label:
            held = f"{held}{label}."[-_LONGEST:]
        elif bracket == "{" and at == self._closure:
            block = "closure"
        elif bracket == "{" and word in _BLOCKS and _BLOCKS[word] in ("", block):
            block = {"dependencyManagement": "management"}.get(word, word)
        elif bracket == "{" and word == "dependencies" and block != "management":
            block = word
        return _Frame(label, block, held, outer.tests or bool(_TESTS.search(label)))

    def _begins(self, at: int) -> bool:
        """Whether a call of interest begins here: its name, then `(`, or arguments on the line."""
        token, before, after = self._tokens[at], self._tokens[at - 1], self._tokens[at + 1]
        called = after.text == "(" and after.kind == "mark"
        if token.text == "artifact" and after.text == "=":  # protoc { artifact = "g:a:v" }
            return self._tokens[at + 2].kind == "text"
        if before.text == ".":  # dependencies.add("implementation", ...)
            return called and self._text(at - 2, "name") == "dependencies"
        if self._frames[-1].block in ("", "closure"):
            return False
        bare = after.kind in ("text", "name") and token.kind == "name"
        starts = before.kind == "line" or before.text in ("{", ";", ")", "}", ">")
        return starts and (called or bare) and not _OTHER.fullmatch(token.text)

    def _call(self, at: int) -> int:
        """Takes the call up to the end of its arguments, without what stands in braces there."""
        token, frame = self._tokens[at], self._frames[-1]
        called = self._text(at + 1, "mark") == "("
        depth, braces, position = 0, 0, at + 1
        arguments: list[Token] = []
        while position < len(self._tokens):
            one = self._tokens[position]
            mark = one.text if one.kind == "mark" else " "
            goes_on = bool(arguments) and arguments[-1].text in (",", "+")
            if not depth and ((one.kind == "line" and not goes_on) or mark in "{;" + _CLOSE):
                break
            braces += (mark == "{") - (mark == "}")
            depth += (mark in _OPEN) - (mark in _CLOSE)
            if one.kind != "line" and not braces and mark != "}":
                arguments.append(one)
            position += 1
            if called and not depth and frame.block != "plugins":
                break
        block = frame.block or "dependencies"
        self._found.calls.append(Call(block, token.text, arguments, token.line, frame.tests))
        self._closure = position
        return position

    def _strict(self, at: int) -> None:
        """`version { strictly("1.0") }` in the closure of a dependency."""
        if self._tokens[at].text in ("strictly", "require", "prefer"):
            stated = self._text(at + 1, "text") or self._text(at + 2, "text")
            self._found.calls[-1].version = self._found.calls[-1].version or stated

    def _value(self, at: int) -> None:
        """`x = "1"`, `x: "1"` in a map, `extra["x"] = "1"`, `x by extra("1")`, `set("x", "1")`."""
        token, after, second = self._tokens[at], self._tokens[at + 1].text, self._tokens[at + 2]
        if token.kind == "text":
            if after == "]" and second.text == "=":
                self._hold(token.text, at + 3)
            elif after == "," and self._text(at - 2, "name") == "set":
                self._hold(token.text, at + 2)
            elif after == ":" and _WORD.fullmatch(token.text):  # a key of a map
                self._hold(self._frames[-1].held + token.text, at + 2)
        elif after in ("=", ":") and second.kind == "text":
            self._hold(self._frames[-1].held + self._dotted(at), at + 2)
        elif after == "by" and second.text == "extra":
            self._hold(token.text, at + 4)

    def _dotted(self, at: int) -> str:
        """The path that ends here: `ext.versions.kotlin` -> "versions.kotlin"."""
        token = self._tokens[at]
        names = [token.text if _WORD.fullmatch(token.text) and token.kind != "mark" else ""]
        while self._tokens[at - 1].text == "." and self._text(at - 2, "name"):
            at -= 2
            names.append(self._tokens[at].text)
        return path_of(names[::-1])

    def _hold(self, path: str, at: int) -> None:
        text = self._text(at, "text")
        if not path or not text:
            return
        if self._found.values.setdefault(path, text) != text:
            self._conflicts.add(path)  # which of the texts holds is decided when it runs
