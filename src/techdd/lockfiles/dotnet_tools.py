"""dotnet-tools.json, the tools that developers and builds of a .NET repository run (NuGet)."""

from __future__ import annotations

from techdd.lockfiles import Dependency, Lines, Parsed, decoded, json_object, lockfile, table


@lockfile("dotnet-tools.json", ecosystem="NuGet", locked=True)
def dotnet_tools(data: bytes) -> Parsed:
    """Tools in exact versions; nothing of them is shipped."""
    document = json_object(data, comments=True)
    lines = Lines(decoded(data), r'^[ \t]*"([^"\n]+)"\s*:\s*\{')
    for name, value in table(document.get("tools")).items():
        line, version = lines.of(name), table(value).get("version")
        if isinstance(version, str) and version:
            yield Dependency(name, version, version, line, True, "development")
