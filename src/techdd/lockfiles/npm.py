"""npm's package.json, package-lock.json and npm-shrinkwrap.json (lock formats 1 to 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techdd.lockfiles import (
    ODD,
    Aside,
    Dependency,
    Issue,
    Lines,
    Parsed,
    decoded,
    doubt,
    in_format,
    json_object,
    lockfile,
    outside,
    stays_below,
    table,
)

_LOCKS = (
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
)
_SECTIONS = {
    "dependencies": "runtime",
    "optionalDependencies": "runtime",
    "peerDependencies": "runtime",
    "devDependencies": "development",
}
_EXACT = re.compile(r"=?\s*v?(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)$")
_OVERRIDDEN = re.compile(r"^.*(?:>|/(?=@)|\*/)|(?<=.)@.*$")  # `a>b@1`, `**/b`: of b
_OWN = ("workspace:", "link:", "portal:")
_ELSEWHERE = re.compile(r"\.{1,2}/|~?/|[\w.-]+/[\w.-]+(?:#|$)|(?!npm:|catalog:)[a-z+]+:")


def _aside(data: bytes) -> Aside:
    document = json_object(data)
    pnpm = table(document.get("pnpm"))
    name, peers = document.get("name"), set(table(document.get("peerDependencies")))
    for holder, key in ((document, "overrides"), (document, "resolutions"), (pnpm, "overrides")):
        peers.update(_OVERRIDDEN.sub("", one) for one in table(holder.get(key)))
    return Aside(name if isinstance(name, str) else "", frozenset(peers))


@lockfile("package.json", ecosystem="npm", locked=False, locks=_LOCKS, aside=_aside)
def package_json(data: bytes) -> Parsed:
    """What a package asks for; its workspace's own packages are left out."""
    lines = Lines(decoded(data), r'"([^"\n]+)"\s*:\s*"([^"\n]*)"')
    document = json_object(data)
    for section, scope in _SECTIONS.items():
        for name, wish in table(document.get(section)).items():
            if not isinstance(wish, str) or wish.startswith(_OWN):
                continue
            if found := _wish(name, wish, lines.of(name, wish), scope):
                yield found


def _wish(name: str, wish: str, line: int | None, scope: str) -> Dependency | Issue | None:
    if wish.startswith("npm:"):
        name, _, wish = wish.removeprefix("npm:").rpartition("@")
        if not name:  # "npm:other", or "npm:@scope/other", without a version
            name, wish = wish if not wish.startswith("/") else f"@{wish}", ""
    if _ELSEWHERE.match(wish):
        return None if wish.startswith("file:") and stays_below(wish) else outside(name, wish)
    exact = _EXACT.match(wish)
    return Dependency(name, exact[1] if exact else None, wish, line, True, scope)


@lockfile("package-lock.json", "npm-shrinkwrap.json", ecosystem="npm", locked=True)
def package_lock(data: bytes) -> Parsed:
    """Every installed copy of a package; its licence where npm 7 and later wrote it down."""
    document = json_object(data)
    in_format(document.get("lockfileVersion", 1), 1, 2, 3)
    _agree(document)
    if "packages" in document:
        lines = Lines(decoded(data), r'^[ \t]*"([^"\n]*)"\s*:\s*\{')
        yield from _packages(table(document["packages"]), lines)
    elif "dependencies" in document:
        lines = Lines(decoded(data), r'^[ \t]*"([^"\n]+)"\s*:\s*\{')
        yield from _nested(table(document["dependencies"]), lines)
    elif "lockfileVersion" not in document:
        raise ValueError("neither packages nor dependencies in it")


def _packages(packages: dict[str, Any], lines: Lines) -> Parsed:
    asked = {
        name
        for path, entry in packages.items()
        if "node_modules/" not in path  # the project itself and its workspaces
        for section in _SECTIONS
        for name in table(table(entry).get(section))
    }
    for path, value in packages.items():
        line, entry = lines.of(path), table(value)
        _, installed, key = path.rpartition("node_modules/")
        if not installed or entry.get("link"):
            continue
        name = entry["name"] if isinstance(entry.get("name"), str) else key
        source = str(entry.get("resolved", ""))
        version = entry.get("version")
        if source.startswith(("git", "file:", "ssh:")):
            yield outside(name, source)
            continue
        if not isinstance(version, str):
            doubt(ODD, f"{path} without a version")
            continue
        yield Dependency(
            name,
            version,
            line=line,
            direct=path == f"node_modules/{key}" and key in asked,
            scope="development" if entry.get("dev") else "runtime",
            licence=_licence(entry),
            needs=tuple(table(entry.get("dependencies"))),
            installs=entry.get("hasInstallScript") is True,
        )


def _licence(entry: dict[str, Any]) -> str:
    """The licence as a string; old packages have an object, or a list of them to choose from."""
    stated = entry.get("license", entry.get("licenses", ""))
    kinds = [
        table(one).get("type", one) for one in (stated if isinstance(stated, list) else [stated])
    ]
    return " OR ".join(kind for kind in kinds if isinstance(kind, str))


def _nested(dependencies: dict[str, Any], lines: Lines) -> Parsed:
    """npm 5 and 6: a tree of dependencies, which says nothing about who asked."""
    for key, entry in _walk(dependencies):
        name, line = key, lines.of(key)
        version = str(entry.get("version", ""))
        if version.startswith("npm:"):
            name, _, version = version.removeprefix("npm:").rpartition("@")
        if not version:
            doubt(ODD, f"{key} without a version")
            continue
        if not version[:1].isdigit():
            yield outside(name, version)
            continue
        yield Dependency(
            name,
            version,
            line=line,
            scope="development" if entry.get("dev") else "runtime",
            needs=tuple(table(entry.get("requires"))),
        )


def _agree(document: dict[str, Any]) -> None:
    """Doubts a file of format 2 whose two halves, for old and new versions of npm, differ."""
    packages = table(document.get("packages"))
    for name, entry in table(document.get("dependencies")).items():
        old, new = _version(entry), _version(packages.get(f"node_modules/{name}"))
        if old[:1].isdigit() and new[:1].isdigit() and old != new:
            doubt("versions that contradict each other", f"{name} {new} and {old}")


def _version(entry: Any) -> str:
    version = table(entry).get("version")
    return version if isinstance(version, str) else ""


def _walk(dependencies: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of the tree in file order, however deep it is."""
    waiting = [iter(dependencies.items())]
    while waiting:
        for name, value in waiting[-1]:
            entry = table(value)
            yield name, entry
            waiting.append(iter(table(entry.get("dependencies")).items()))
            break
        else:
            waiting.pop()
