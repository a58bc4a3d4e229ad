"""Gradle's build scripts and gradle.properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from techdd.lockfiles import Aside, Dependency, Issue, Open, Parsed, decoded, lockfile
from techdd.lockfiles._explaining import Words
from techdd.lockfiles._gradle import Call, Token, filled, path_of, read_script
from techdd.lockfiles._modules import is_for_tools, marker, module

# Functions and objects that give a configuration something of the project's or of Gradle's own.
_OWN = re.compile("project|files|fileTree|zipTree|gradle\\w{0,99}|localGroovy")
_OWN_OBJECTS = ("projects", "sourceSets", "configurations", "layout", "tasks")
_FOUND = {"findLibrary": "", "findBundle": "bundles.", "findPlugin": "plugins."}
_GETTERS = ("get", "asProvider", "orNull", "getOrNull")
_NPM = {"npm": "runtime", "peerNpm": "runtime", "devNpm": "development"}
_PARTS = ("group", "name", "version")
_KOTLIN = "org.jetbrains.kotlin"


def _variables(data: bytes) -> Aside:
    return Aside(values=read_script(decoded(data)).values)


@lockfile(
    *("*.gradle", "*.gradle.kts"),
    ecosystem="Maven",
    locked=False,
    locks=("gradle.lockfile",),
    lockable=False,  # hardly anybody switches locking on
    sparse=True,
    aside=_variables,
    explainer=Words,
)
def gradle_build(data: bytes) -> Parsed:
    """Packages and plug-ins that a script asks for literally or by a variable of its own.

    What another file explains is `Open`; a version that a platform decides is an Issue.
    """
    script = read_script(decoded(data))
    managed = []
    for call in script.calls:
        for row in _plugins(call) if call.block == "plugins" else _packages(call):
            found = _explained(row, script.values)
            yield found
            if isinstance(found, Dependency) and not (found.requirement or found.ecosystem):
                managed.append(found.name)
    if managed:
        detail = f"{len(managed)} as a platform or another file has it, such as {managed[0]}"
        yield Issue("unresolved version", detail=detail)


_PROPERTY = re.compile(r"^[ \t\f]*([\w.-]+)[ \t\f]*[=:][ \t\f]*([^\r\n]*)", re.MULTILINE)


def _properties(data: bytes) -> Aside:
    return Aside(values={name: value.strip() for name, value in _PROPERTY.findall(decoded(data))})


@lockfile(
    "gradle.properties",
    ecosystem="Maven",
    locked=False,
    sparse=True,
    aside=_properties,
    explainer=Words,
)
def gradle_properties(data: bytes) -> Parsed:
    """Asks for nothing itself; the scripts below it take versions from it."""
    decoded(data)
    yield from ()


def _explained(row: Dependency | Open, values: Mapping[str, str]) -> Dependency | Open:
    """The package that `row` stands for, where the script itself says it."""
    if isinstance(row, Dependency):
        return row
    text = filled(values.get(row.text, row.text), values)
    return module(text, row.line, row.scope) or row


def _packages(call: Call) -> Iterator[Dependency | Open]:
    configuration, tokens = call.name, call.arguments
    if call.block == "management" and configuration not in ("mavenBom", "dependency"):
        return
    if configuration == "add":  # add("implementation", ...)
        first = next((place for place, one in enumerate(tokens) if one.kind == "text"), 0)
        configuration, tokens = tokens[first].text, tokens[first + 1 :]
    scope = "development" if call.tests or is_for_tools(configuration) else "runtime"
    arguments = _Arguments(tokens, scope, call.line)
    wishes = list(arguments.wishes())
    for wish in wishes:
        if call.version and isinstance(wish, Open) and _BARE.match(wish.text):
            yield wish._replace(text=f"{wish.text}:{call.version}")
        else:
            yield wish
    if not wishes and not arguments.own:  # a function that nobody here knows
        yield from (Open(one.text, call.line, scope) for one in tokens[:2] if one.kind == "name")


_BARE = re.compile(r"[^:]+:[^:]+$")


class _Arguments:
    """The arguments of one call, read from left to right."""

    def __init__(self, tokens: list[Token], scope: str, line: int) -> None:
        self._tokens, self._scope, self._line = tokens, scope, line
        self._at = 0
        self.own = False  # something of the project's own or of Gradle's is among them

    def wishes(self) -> Iterator[Dependency | Open]:
        """What is asked for: notations as `Open`, to be filled in, and accessors."""
        told: dict[str, str] = {}
        texts: list[str] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "text":
                texts.append(self._text())
            elif token.kind != "name":
                self._at += 1
            elif self._mark(1) in (":", "=") and self._mark(2) != "=":
                self._at += 2
                told[token.text] = self._text()
            else:
                yield from self._named()
        if "name" in told:
            texts.append(":".join(told.get(part, "") for part in _PARTS).rstrip(":"))
        if texts and not any(":" in text or "$" in text for text in texts):
            texts = [":".join(texts[:3])] if len(texts) > 1 else []  # ("group", "name", "version")
        for text in texts:
            self.own |= text.startswith(":")
            if text.startswith("$") or text.find(":") > 0:
                yield self._open(text)

    def first(self) -> str:
        """The first text, or `${variable}`."""
        while self._at < len(self._tokens) and self._tokens[self._at].kind == "mark":
            self._at += 1
        return self._text()

    def _mark(self, ahead: int) -> str:
        place = self._at + ahead
        token = self._tokens[place] if place < len(self._tokens) else None
        return token.text if token and token.kind == "mark" else ""

    def _text(self) -> str:
        """The text here, `"a:b:" + version` joined, a variable as `${variable}`."""
        parts = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "text":
                parts.append(token.text)
                self._at += 1
            elif token.kind == "name":
                parts.append(f"${{{path_of(self._path())}}}")
            else:
                break
            if self._mark(0) != "+":
                break
            self._at += 1
        return "".join(parts)

    def _path(self) -> list[str]:
        """The dotted names that begin here, without what only reads them; goes behind them."""
        names = [self._tokens[self._at].text]
        self._at += 1
        read = False
        while self._mark(0) == "." and self._at + 1 < len(self._tokens):
            name = self._tokens[self._at + 1]
            self._at += 2
            read = read or name.text in _GETTERS
            names += [name.text] * (name.kind == "name" and not read)
            if read and self._mark(0) == "(":
                self._skip()
        return names

    def _named(self) -> Iterator[Dependency | Open]:
        """A function or an accessor. Of `platform(...)` and the like the arguments count."""
        names = self._path()
        called, function = self._mark(0) == "(", names[-1]
        own = names[0] in _OWN_OBJECTS or names == ["project"]
        if own or (called and _OWN.fullmatch(function)):
            self.own = True
            self._skip()
        elif called and function == "kotlin":
            texts = self._skip()
            yield self._open(
                ":".join([f"{_KOTLIN}:kotlin-{texts[0]}", *texts[1:2]] if texts else [])
            )
        elif called and function in _NPM:
            yield from self._npm(self._skip(), _NPM[function])
        elif called and function in _FOUND:
            yield from (self._open(f"{names[0]}.{_FOUND[function]}{text}") for text in self._skip())
        elif not called:
            yield self._open(path_of(names))

    def _npm(self, texts: list[str], scope: str) -> Iterator[Dependency]:
        """`npm("react", "18.2.0")` of Kotlin for JavaScript."""
        name, wish = [*texts, "", ""][:2]
        version = wish if re.fullmatch(r"\d+\.\d+\.\d+[\w.+-]*", wish) else None
        if name:
            yield Dependency(name, version, wish, self._line, True, scope, ecosystem="npm")

    def _open(self, text: str) -> Open:
        return Open(text, self._line, self._scope)

    def _skip(self) -> list[str]:
        """Goes behind the arguments of a call that begin here, of which it gives the texts."""
        texts: list[str] = []
        depth = 0
        while self._at < len(self._tokens) and (depth or self._mark(0) == "("):
            token = self._tokens[self._at]
            mark = token.text if token.kind == "mark" else ""
            depth += (mark == "(") - (mark == ")")
            texts += [token.text] * (token.kind == "text")
            self._at += 1
        return texts


def _plugins(call: Call) -> Iterator[Dependency | Open]:
    """`id("x") version "1"`, `kotlin("jvm") version "1"`, `alias(libs.plugins.x)`.

    A plug-in without a version is Gradle's own, the client's, or another script has its version.
    """
    tokens = call.arguments
    if call.name not in ("id", "kotlin", "alias"):
        return
    cut = next((at for at, one in enumerate(tokens) if one[:2] == ("name", "version")), len(tokens))
    named = next((one.text for one in tokens[:cut] if one.kind == "text"), "")
    plugin = f"{_KOTLIN}.{named}" if call.name == "kotlin" else named
    if not named:
        closes = next((at for at, one in enumerate(tokens) if one.text == ")"), cut)
        yield from _Arguments(tokens[:closes], "development", call.line).wishes()
    elif version := _Arguments(tokens[cut + 1 :], "development", call.line).first():
        yield Open(f"{marker(plugin)}:{version}", call.line, "development")
