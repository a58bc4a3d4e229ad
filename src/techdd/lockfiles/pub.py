"""Pub, for Dart and Flutter: pubspec.yaml and pubspec.lock."""

from __future__ import annotations

import re
from typing import Any

from techdd.lockfiles import (
    CUT,
    ODD,
    Dependency,
    Issue,
    Parsed,
    block_yaml,
    decoded,
    doubt,
    line_of,
    lockfile,
    outside,
    stays_below,
    table,
)

_EXACT = re.compile(r"\d+\.\d+\.\d+[\w.+-]*$")
_PAIR = re.compile(r"""([\w.-]{1,100}):\s{0,9}["']?([^,"'{}]{0,500})""")


@lockfile("pubspec.yaml", ecosystem="Pub", locked=False, locks=("pubspec.lock",))
def pubspec(data: bytes) -> Parsed:
    """What a package or an app asks for; the SDK's own packages are left out."""
    document = block_yaml(decoded(data))
    if "name" not in document and "dependencies" not in document:
        raise ValueError("neither a name nor dependencies in it")
    for section, scope in (("dependencies", "runtime"), ("dev_dependencies", "development")):
        for name, wish in table(document.get(section)).items():
            if found := _wish(name, wish, scope):
                yield found


def _wish(name: str, wish: Any, scope: str) -> Dependency | Issue | None:
    line = line_of(name)
    if isinstance(wish, str) and wish.startswith("{"):
        wish = dict(_PAIR.findall(wish))
    entry = table(wish)
    if "sdk" in entry:
        return None
    if "path" in entry:
        return None if stays_below(str(entry["path"])) else outside(name, str(entry["path"]))
    if "git" in entry:
        git = entry["git"]
        return outside(name, str(git.get("url", "git") if isinstance(git, dict) else git))
    requirement = str(entry.get("version", "") if entry else wish if isinstance(wish, str) else "")
    exact = requirement if _EXACT.match(requirement) else None
    return Dependency(str(name), exact, requirement, line, True, scope)


_SCOPES = {"direct main": "runtime", "direct dev": "development"}


@lockfile("pubspec.lock", ecosystem="Pub", locked=True)
def pubspec_lock(data: bytes) -> Parsed:
    """Pinned packages; what needs what is not written there."""
    document = block_yaml(decoded(data))
    if "packages" not in document:
        raise ValueError("no packages in it")
    if document["packages"] not in ("", "{}") and not table(document["packages"]):
        raise ValueError("packages not in the form that pub writes")
    if not {"sdk", "sdks"} & document.keys():  # which pub writes last
        doubt(CUT, "no section sdks")
    for name, value in table(document["packages"]).items():
        entry = table(value)
        source, kind = entry.get("source"), str(entry.get("dependency", ""))
        told = table(entry.get("description"))
        if source == "sdk":
            continue
        if source in ("git", "path"):
            place = str(told.get("url") or told.get("path") or "")
            if source == "git" or not stays_below(place):
                yield outside(name, place)
            continue
        version = entry.get("version")
        if isinstance(version, str) and version:
            scope = _SCOPES.get(kind, "unknown")
            direct = kind.startswith("direct")
            yield Dependency(str(name), version, "", line_of(name), direct, scope)
        else:
            doubt(ODD, f"{name} (line {line_of(name)}) without a version")
