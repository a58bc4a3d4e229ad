"""obj/project.assets.json, what a restore of a .NET project took (NuGet)."""

from __future__ import annotations

from techdd.lockfiles import Dependency, Lines, Parsed, decoded, json_object, lockfile, table


@lockfile("project.assets.json", ecosystem="NuGet", locked=True)
def project_assets(data: bytes) -> Parsed:
    """The packages of all target frameworks; what the client's own projects need is shipped."""
    document = json_object(data)
    targets = document.get("targets")
    if not isinstance(targets, dict):
        raise ValueError("no targets in it")
    asked = {
        name.lower(): table(wish)
        for framework in table(table(document.get("project")).get("frameworks")).values()
        for name, wish in table(table(framework).get("dependencies")).items()
    }
    lines = Lines(decoded(data), r'^[ \t]*"([^"\n]+)"\s*:\s*\{')
    for target, entries in targets.items():
        lines.of(target)
        packages = {key: table(entry) for key, entry in table(entries).items()}
        of_projects = {
            need.lower()
            for entry in packages.values()
            if entry.get("type") == "project"
            for need in table(entry.get("dependencies"))
        }
        for key, entry in packages.items():
            line = lines.of(key)
            name, _, version = key.partition("/")
            if entry.get("type") != "package" or not version:
                continue
            wish = asked.get(name.lower())
            for_build = str(table(wish).get("suppressParent", "")).lower() == "all"
            stated = "development" if for_build else "runtime"
            needed = "runtime" if name.lower() in of_projects else "unknown"
            yield Dependency(
                name,
                version,
                str(table(wish).get("version", "")),
                line,
                wish is not None,
                needed if wish is None else stated,
                needs=tuple(table(entry.get("dependencies"))),
            )
