"""bun.lock, the text lock file of Bun 1.2 and later (JSON with trailing commas)."""

from __future__ import annotations

from techdd.lockfiles import (
    ODD,
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
    table,
)

_SECTIONS = {
    "dependencies": "runtime",
    "optionalDependencies": "runtime",
    "peerDependencies": "runtime",
    "devDependencies": "development",
}


@lockfile("bun.lock", ecosystem="npm", locked=True)
def bun_lock(data: bytes) -> Parsed:
    """Pinned packages; `workspaces` are the projects that ask for them."""
    document = json_object(data, comments=True)
    if "packages" not in document and "workspaces" not in document:
        raise ValueError("neither packages nor workspaces in it")
    in_format(document.get("lockfileVersion", 1), 0, 1)
    asked: dict[str, str] = {}
    for project in table(document.get("workspaces")).values():
        for section, scope in _SECTIONS.items():
            for name in table(table(project).get(section)):
                if asked.get(name) != "runtime":
                    asked[name] = scope
    lines = Lines(decoded(data), r'^[ \t]*"([^"\n]+)"\s*:\s*\[')
    for key, entry in table(document.get("packages")).items():
        line = lines.of(key)
        if not isinstance(entry, list) or not entry or not isinstance(entry[0], str):
            doubt(ODD, key)
            continue
        name, _, version = entry[0][1:].partition("@")
        name = entry[0][:1] + name
        if version.startswith(("workspace:", "link:", "root:")):
            continue
        if not version[:1].isdigit():
            yield outside(name, version)
            continue
        details = next((part for part in entry[1:] if isinstance(part, dict)), {})
        needs = (*table(details.get("dependencies")), *table(details.get("optionalDependencies")))
        yield Dependency(
            name, version, "", line, key in asked, asked.get(key, "unknown"), needs=needs
        )


@lockfile("bun.lockb", ecosystem="npm", locked=True)
def bun_binary_lock(_data: bytes) -> Parsed:
    """Bun's binary lock file until 1.2: it locks, but what it locks is not read."""
    yield Issue("dependency format not supported", detail="bun.lockb, a binary format")
