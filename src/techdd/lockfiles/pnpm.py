"""pnpm-lock.yaml, format versions 5 to 9."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from techdd.lockfiles import (
    Dependency,
    Parsed,
    block_yaml,
    decoded,
    in_format,
    line_of,
    lockfile,
    outside,
    stays_below,
    table,
    unanswered,
)

_SECTIONS = {
    "dependencies": "runtime",
    "optionalDependencies": "runtime",
    "devDependencies": "development",
    "configDependencies": "development",  # of pnpm's own configuration
    "packageManagerDependencies": "development",
}
_BETWEEN = re.compile(r"^---\s*$", re.MULTILINE)
_ELSEWHERE = re.compile(
    r"tarball: (?:https?://(?:codeload\.)?git|file:)|type: (?:git|directory)|repo: "
)
_FOLDER = re.compile(r"directory: '?([^',}]*)")


@lockfile("pnpm-lock.yaml", ecosystem="npm", locked=True)
def pnpm_lock(data: bytes) -> Parsed:
    """Pinned packages; `importers` are the projects of the workspace, which ask for them."""
    documents = list(_documents(decoded(data)))
    if not documents or "lockfileVersion" not in documents[-1]:
        raise ValueError("no lockfileVersion in it")
    for document in documents:
        yield from _packages(document)


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """pnpm 11 puts a document of its own, with pnpm itself in it, before that of the project."""
    ends = [*(mark.start() for mark in _BETWEEN.finditer(text)), len(text)]
    for start, end in pairwise([0, *ends]):
        if document := block_yaml("\n" * text.count("\n", 0, start) + text[start:end]):
            yield document


def _packages(document: dict[str, Any]) -> Parsed:
    version = str(document.get("lockfileVersion"))
    in_format(version, *range(5, 10))
    slashes = version.startswith("5")  # /name/1.0.0 instead of name@1.0.0
    flags = version.startswith(("5", "6"))  # packages say `dev`; without it they are for both
    asked = _asked(document, slashes)
    # Since format 9 what a package needs stands apart, once for each set of peers.
    needs: dict[tuple[str, str], set[str]] = {}
    for part in ("packages", "snapshots"):
        for key, entry in table(document.get(part)).items():
            needs.setdefault(_named(key, slashes), set()).update(_needs(entry, slashes))
    packages = table(document.get("packages"))
    known = {_named(key, slashes) for key in packages}
    wanted = (*asked, *(_named(key, slashes) for key in table(document.get("snapshots"))))
    unanswered(
        (f"{name} {version}" for name, version in wanted if version[:1].isdigit()),
        {f"{name} {version}" for name, version in known},
    )
    seen = set()
    for key, value in packages.items():
        entry = table(value)
        source = str(entry.get("resolution", ""))
        name, version = _named(key, slashes)
        if (folder := _FOLDER.search(source)) and stays_below(folder[1]):
            continue
        if _ELSEWHERE.search(source) or not version[:1].isdigit():
            yield outside(str(entry.get("name", name)), source)
            continue
        if (name, version) in seen:
            continue
        seen.add((name, version))
        direct = (name, version) in asked
        if flags:
            scope = "development" if entry.get("dev") == "true" else "runtime"
        else:
            scope = asked.get((name, version), "unknown")
        yield Dependency(
            name,
            version,
            line=line_of(key),
            direct=direct,
            scope=scope,
            needs=tuple(sorted(needs[name, version])),
            # Format 9 leaves it out.
            installs=entry.get("requiresBuild") == "true" if flags else None,
        )


def _asked(document: dict[str, Any], slashes: bool) -> dict[tuple[str, str], str]:
    """(name, version) -> scope of what the projects of the workspace ask for."""
    asked: dict[tuple[str, str], str] = {}
    importers = table(document.get("importers")) or {".": document}
    for importer in importers.values():
        for section, scope in _SECTIONS.items():
            for alias, wish in table(table(importer).get(section)).items():
                place = _resolved(alias, wish, slashes)
                if asked.get(place) != "runtime":
                    asked[place] = scope
    return asked


def _named(key: str, slashes: bool) -> tuple[str, str]:
    """(name, version) of a key such as /a/1.0.0_peer@2, /a@1.0.0(peer@2) or a@1.0.0."""
    key = key.removeprefix("/").partition("(")[0]
    name, _, version = key.rpartition("/") if slashes else _at(key)
    return name, version.partition("_")[0] if slashes else version


def _at(key: str) -> tuple[str, str, str]:
    name, at, version = key[1:].partition("@")
    return key[:1] + name, at, version


def _resolved(alias: str, wish: Any, slashes: bool) -> tuple[str, str]:
    """What an alias stands for: a bare version is of the package of that name."""
    version = str(table(wish).get("version", wish))
    if version.startswith("/") or (not slashes and "@" in version.partition("(")[0]):
        return _named(version, slashes)
    version = version.partition("(")[0]
    return alias, version.partition("_")[0] if slashes else version


def _needs(entry: Any, slashes: bool) -> Iterator[str]:
    for section in ("dependencies", "optionalDependencies"):
        for alias, version in table(table(entry).get(section)).items():
            yield _resolved(alias, version, slashes)[0]
