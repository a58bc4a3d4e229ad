"""Bundler's lock file, and by pattern the Ruby programs that are its manifests."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    unanswered,
)

_SPEC = re.compile(r"^    ([^\s()]+) \(([^()]+)\)$")
_NEED = re.compile(r"^      ([^\s()!]+)")
_PINNED = ("GEM", "GIT", "PATH")  # sections of specs
_ASKED = re.compile(r"^  ([^\s()!]+)")
_ELSEWHERE = re.compile(r"tzinfo-data|wdm|win|jruby|.*jdbc")  # locked on Windows, on JRuby only
_LONGEST = 1_000  # characters
_LOCKS = ("Gemfile.lock", "gems.locked")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines, cut where no line of Ruby goes: long ones cost the patterns below time."""
    return ((number, line[:_LONGEST]) for number, line in enumerate(text.splitlines(), start=1))


@lockfile("Gemfile.lock", "*.gemfile.lock", "gems.locked", ecosystem="RubyGems", locked=True)
def gemfile_lock(data: bytes) -> Parsed:
    """Pinned gems, one for each name and version whatever the platform; groups stand elsewhere."""
    text = decoded(data)
    if not re.search(r"^(GEM|GIT|PATH)\s*$", text, re.MULTILINE):
        raise ValueError("no section GEM, GIT or PATH in it")
    section, remote = "", ""
    found: dict[tuple[str, str], tuple[int, set[str]]] = {}
    needs: set[str] = set()
    asked: set[str] = set()
    own: set[str] = set()  # what the project's own gems need, for production
    specs = {"bundler"}  # which is there before anything is installed
    needed: dict[str, None] = {}
    for number, line in _lines(text):
        if not line.startswith(" "):
            section = line.strip() or section
        elif line.startswith("  remote:"):
            remote = line.partition(":")[2].strip()
        elif section in _PINNED and (match := _NEED.match(line)):
            needed[match[1]] = None
            needs.add(match[1])
            own.update([match[1]] if section == "PATH" else [])
        elif section in _PINNED and (match := _SPEC.match(line)):
            name, version = match[1], match[2].partition("-")[0]  # what follows is the platform
            specs.add(name)
            needs = set()
            if section == "GEM":
                _, needs = found.setdefault((name, version), (number, needs))
            elif section == "GIT":
                yield outside(name, remote)
        elif section in _PINNED and line.startswith("    "):
            doubt(ODD, f"line {number}")
        elif section == "DEPENDENCIES" and (match := _ASKED.match(line)):
            asked.add(match[1])
    if not re.search(r"^DEPENDENCIES\s*$", text, re.MULTILINE):
        doubt(CUT, "no section DEPENDENCIES")
    unanswered((*needed, *(one for one in sorted(asked) if not _ELSEWHERE.match(one))), specs)
    for (name, version), (number, wanted) in found.items():
        yield Dependency(
            name,
            version,
            line=number,
            direct=name in asked or name in own,
            scope="runtime" if name in own else "unknown",
            needs=tuple(sorted(wanted)),
        )


_STRING = r"""["']([^"'\n]+)["']"""
_GEM = re.compile(rf"^\s*gem[\s(]+{_STRING}(.*)")
_SPECIFIED = re.compile(rf"^\s*\w+\.add_(runtime_|development_)?dependency[\s(]+{_STRING}(.*)")
_GROUP = re.compile(r"^(\s*)group[\s(]+(.*?)\)?\s*do\b")
_INLINE_GROUP = re.compile(r"\bgroups?(?::|\s*=>|:\s)\s*(\[[^\]\n]*\]|:\w+|[\"']\w+[\"'])")
_SOURCE = re.compile(r"\b(git|github|path|gist|bitbucket)(?::|\s*=>)\s*([^,\n]+)")
_REQUIREMENTS = re.compile(r"""^\s*,\s*\[?\s*((?:["'][^"'\n]*["']\s*,?\s*)+)""")


@lockfile("Gemfile", "gems.rb", "*.gemfile", ecosystem="RubyGems", locked=False, locks=_LOCKS)
def gemfile(data: bytes) -> Parsed:
    """Gems named by a literal `gem "name"`; a Gemfile is a program, so others may be missing."""
    groups: list[tuple[str, str]] = []  # the indent that ends each group, its scope
    for number, line in _lines(decoded(data)):
        if groups and re.match(rf"{groups[-1][0]}end\b", line):
            groups.pop()
        elif match := _GROUP.match(line):
            groups.append((match[1], _scope(match[2])))
        elif match := _GEM.match(line):
            inline = _INLINE_GROUP.search(match[2])
            scope = _scope(inline[1]) if inline else groups[-1][1] if groups else "runtime"
            if wish := _wish(match[1], match[2], number, scope):
                yield wish


@lockfile("*.gemspec", ecosystem="RubyGems", locked=False, locks=_LOCKS, lockable=False)
def gemspec(data: bytes) -> Parsed:
    """Gems that a literal `add_dependency "name"` asks for; a gemspec is a program as well."""
    for number, line in _lines(decoded(data)):
        if match := _SPECIFIED.match(line):
            scope = "development" if match[1] == "development_" else "runtime"
            if wish := _wish(match[2], match[3], number, scope):
                yield wish


def _scope(groups: str) -> str:
    scopes = {scope_of(group) for group in re.findall(r"\w+", groups)}
    return "runtime" if "runtime" in scopes else "development"


def _wish(name: str, rest: str, line: int, scope: str) -> Dependency | Issue | None:
    if source := _SOURCE.search(rest):
        place = source[2].strip("\"' ")
        return None if source[1] == "path" and stays_below(place) else outside(name, place)
    stated = _REQUIREMENTS.match(rest)
    wishes = re.findall(r"""["']([^"']*)["']""", stated[1]) if stated else []
    exact = re.match(r"=?\s*(\d[\w.]*)$", wishes[0]) if len(wishes) == 1 else None
    return Dependency(name, exact[1] if exact else None, ", ".join(wishes), line, True, scope)
