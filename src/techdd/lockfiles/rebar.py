"""rebar.config, what Erlang's rebar3 is asked for (Hex)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techdd.lockfiles import (
    Dependency,
    Issue,
    Parsed,
    decoded,
    line_of,
    lockfile,
    outside,
    scope_of,
    stays_below,
)
from techdd.yamls import DEPTH, Placed

_TOKEN = re.compile(
    r"%[^\n]*|(?P<text>\"(?:[^\"\\]|\\.)*+\"?)|'(?P<quoted>(?:[^'\\\n]|\\.)*+)'?"
    r"|(?P<atom>[a-z]\w*+(?:@\w*+)*+)|(?P<mark>[{}\[\]])|\$\\?.|[A-Z_0-9][\w.]*+|[^\s]",
    re.DOTALL,
)
_EXACT = re.compile(r"(?:==\s{0,9})?(\d+\.\d+\.\d+[\w.+-]*)$", re.ASCII)
_DEPENDENCIES = {"deps": "runtime", "plugins": "development", "project_plugins": "development"}


class _Text(Placed):
    """A string, as opposed to an atom."""


@lockfile("rebar.config", ecosystem="Hex", locked=False, locks=("rebar.lock",), sparse=True)
def rebar_config(data: bytes) -> Parsed:
    """Dependencies and plug-ins, of profiles too; what `overrides` say of others is theirs."""
    terms = _terms(decoded(data))
    yield from _asked(terms, "runtime")
    for profile in _entries(terms, "profiles"):
        if isinstance(profile, tuple) and len(profile) == 2 and isinstance(profile[1], list):
            yield from _asked(profile[1], scope_of(str(profile[0])))


def _terms(text: str) -> list[Any]:
    """Tuples, lists, atoms and texts; what else there is (numbers, maps) is left out."""
    open_: list[tuple[str, list[Any]]] = [("", [])]
    line, last = 1, 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind is None:
            continue
        line += text.count("\n", last, match.start())
        last = match.start()
        mark = match["mark"]
        if mark and mark in "{[":
            if len(open_) > DEPTH:
                raise ValueError(f"line {line}: nested too deeply")
            open_.append((mark, []))
        elif mark:
            bracket, items = open_.pop()
            if f"{bracket}{mark}" not in ("{}", "[]"):
                raise ValueError(f"line {line}: {mark} closes nothing")
            open_[-1][1].append(tuple(items) if mark == "}" else items)
        elif kind == "text":
            open_[-1][1].append(_Text(match["text"].strip('"'), line))
        else:
            open_[-1][1].append(Placed(match[kind], line))
    if len(open_) > 1:
        raise ValueError(f"a {open_[-1][0]} is not closed")
    return open_[0][1]


def _entries(terms: list[Any], key: str) -> Iterator[Any]:
    for term in terms:
        if isinstance(term, tuple) and len(term) == 2 and term[0] == key:
            yield from term[1] if isinstance(term[1], list) else ()


def _asked(terms: list[Any], scope: str) -> Parsed:
    for key, own in _DEPENDENCIES.items():
        for entry in _entries(terms, key):
            name, *rest = entry if isinstance(entry, tuple) and entry else (entry,)
            if isinstance(name, str):
                yield from _wish(name, rest, "development" if scope == "development" else own)


def _wish(name: str, rest: list[Any], scope: str) -> Iterator[Dependency | Issue]:
    """`name`, `{name, "~> 1.0"}`, `{name, {pkg, real}}`, `{name, {git, "url", {tag, "1"}}}`."""
    texts = [one for one in rest if isinstance(one, _Text)]
    sources = [one for one in rest if isinstance(one, tuple) and one]
    if sources and sources[0][0] != "pkg":
        place = next((one for one in sources[0] if isinstance(one, _Text)), str(sources[0][0]))
        if not (sources[0][0] == "path" and stays_below(place)):
            yield outside(name, place)
        return
    real = sources[0][1] if sources and len(sources[0]) > 1 else name
    wish = str(texts[0]) if texts else ""
    exact = _EXACT.match(wish)
    yield Dependency(str(real), exact[1] if exact else None, wish, line_of(name), True, scope)
