"""Hex, for Elixir and Erlang: mix.lock and rebar.lock, and by pattern the program mix.exs."""

from __future__ import annotations

import re

from techdd.lockfiles import (
    CUT,
    ODD,
    Dependency,
    Issue,
    Parsed,
    decoded,
    doubt,
    lockfile,
    outside,
    scope_of,
    stays_below,
)

_ATOM = r':"?([\w.-]{1,200})"?'
_LOCKED = re.compile(r'"([^"\n]{1,200})"\s{0,9}(?:=>|:)\s{0,9}\{:(\w{1,40}),\s{0,9}')
_HEX = re.compile(rf'{_ATOM},\s{{0,9}}"([^"\n]*)"')
_NEED = re.compile(rf'\{{{_ATOM},\s{{0,9}}"[^"\n]*",\s{{0,9}}\[hex:\s{{0,9}}{_ATOM}')
_SOURCE = re.compile(r'"([^"\n]*)"')


@lockfile("mix.lock", ecosystem="Hex", locked=True)
def mix_lock(data: bytes) -> Parsed:
    """Pinned packages, under the name that Hex has for them."""
    text = decoded(data)
    if not re.match(r"\s*+%\{", text):
        raise ValueError("no Elixir map (%{...})")
    if not text.rstrip().endswith("}"):
        doubt(CUT, "the map %{...} is not closed")
    entries = list(_LOCKED.finditer(text))
    ends = [*(entry.start() for entry in entries[1:]), len(text)][: len(entries)]
    line, last = 1, 0
    for entry, end in zip(entries, ends, strict=True):
        line += text.count("\n", last, entry.start())
        last = entry.start()
        kind, start = entry[2], entry.end()
        if kind == "hex" and (match := _HEX.match(text, start, end)):
            needs = tuple(need[2] for need in _NEED.finditer(text, match.end(), end))
            yield Dependency(match[1], match[2], line=line, scope="unknown", needs=needs)
        elif kind == "hex":
            doubt(ODD, f"{entry[1]} (line {line})")
        elif kind != "path":
            source = _SOURCE.match(text, start, end)
            yield outside(entry[1], source[1] if source else kind)


_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|#[^\n]*')
_ASKED = re.compile(r"\{\s{0,99}:(\w{1,200})\s{0,9},\s{0,99}([^{}]{0,800})[{}]")
_REQUIREMENT = re.compile(r'"(\s{0,9}(?:[~><=!]|\d)[^"\n]*)"')
_OPTION = re.compile(
    r"(?<!\w)(only|hex|git|github|path|in_umbrella|runtime|override|optional|organization|repo|env"
    r"|app|manager|compile|targets)"
    r""":\s{0,99}(\[[^\]]*\]|"[^"\n]*"|:\w+|\w+)?"""
)


@lockfile("mix.exs", ecosystem="Hex", locked=False, locks=("mix.lock",))
def mix_exs(data: bytes) -> Parsed:
    """Literal `{:name, "~> 1.0"}`; mix.exs is a program, so others may be missing."""
    text = _COMMENT.sub(lambda match: match[0] if match[0][0] == '"' else "", decoded(data))
    line, last = 1, 0
    for match in _ASKED.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        if found := _wish(match[1], match[2], line):
            yield found


def _wish(name: str, rest: str, line: int) -> Dependency | Issue | None:
    stated = _REQUIREMENT.match(rest)
    options = {key: value or "" for key, value in _OPTION.findall(rest)}
    if not stated and not (rest[:1].islower() and options):
        return None  # any other tuple
    plain = {key: value.strip('":') for key, value in options.items()}
    if "in_umbrella" in plain:
        return None
    if "path" in plain:
        literal = options["path"].startswith('"')
        own = stays_below(plain["path"]) or not literal
        return None if own else outside(name, plain["path"])
    for kind in ("git", "github"):
        if kind in plain:
            return outside(name, plain[kind])
    requirement = stated[1].strip() if stated else ""
    exact = re.match(r"(?:==\s*)?(\d+\.\d+\.\d+[\w.+-]*)$", requirement)
    scopes = {scope_of(group) for group in re.findall(r"\w+", options.get("only", ""))}
    scope = "development" if scopes == {"development"} else "runtime"
    return Dependency(
        plain.get("hex") or name, exact[1] if exact else None, requirement, line, True, scope
    )


_REBAR = re.compile(
    r'\{\s{0,9}<<"([^"\n]{1,200})">>,\s{0,99}\{\s{0,9}(?:'
    r'pkg,\s{0,99}<<"([^"\n]{1,200})">>,\s{0,99}<<"([^"\n]{1,200})">>[^{}]{0,200}'
    r'|(\w+),\s{0,99}"([^"\n]*)"[^{}]{0,200}(?:\{[^{}]{0,300}\})?[^{}]{0,200}'
    r")\},\s{0,99}(\d+)\s{0,9}\}"
)


@lockfile("rebar.lock", ecosystem="Hex", locked=True)
def rebar_lock(data: bytes) -> Parsed:
    """Pinned packages of Erlang's rebar3; those of profiles (tests) are not written there."""
    text = decoded(data)
    if not re.match(r"\s*+[\[{]", text):
        raise ValueError("no Erlang term")
    if not text.rstrip().endswith("."):
        doubt(CUT, "the last term has no full stop")
    line, last = 1, 0
    for match in _REBAR.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        if match[2]:
            yield Dependency(match[2], match[3], line=line, direct=match[6] == "0")
        else:
            yield outside(match[1], match[5])
