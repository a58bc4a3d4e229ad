"""project.pbxproj, the Swift packages that an Xcode project asks for."""

from __future__ import annotations

import re

from techdd.lockfiles import Dependency, Parsed, decoded, lockfile, outside, stays_below
from techdd.lockfiles._swift import IN_XCODE, name_of

_VALUE = r'("(?:[^"\\\n]|\\.){0,1000}"|[^\s;{}"]{1,1000})'
_REFERENCE = re.compile(
    r"isa\s{0,9}=\s{0,9}XC(Remote|Local)SwiftPackageReference;\s{0,99}"
    rf"(?:repositoryURL|relativePath)\s{{0,9}}=\s{{0,9}}{_VALUE};"
    r"(?:\s{0,99}requirement\s{0,9}=\s{0,9}\{([^{}]{0,1000})\})?"
)
_FIELD = re.compile(rf"(\w{{1,99}})\s{{0,9}}=\s{{0,9}}{_VALUE};")


@lockfile(
    "project.pbxproj",
    ecosystem="SwiftURL",
    locked=False,
    locks=("project.xcworkspace/xcshareddata/swiftpm/Package.resolved", *IN_XCODE),
    sparse=True,
)
def xcode_project(data: bytes) -> Parsed:
    """References to packages in repositories; those in folders are the project's own."""
    text = decoded(data)
    if "objects" not in text:
        raise ValueError("no Xcode project")
    line, last = 1, 0
    for match in _REFERENCE.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        kind, place, stated = match[1], match[2].strip('"'), match[3] or ""
        if kind == "Local":
            if not stays_below(place):
                yield outside(place.rpartition("/")[2], place)
            continue
        said = {key: value.strip('"') for key, value in _FIELD.findall(stated)}
        version = said.get("version") if said.get("kind") == "exactVersion" else None
        wish = " ".join(f"{key} {value}" for key, value in sorted(said.items()) if key != "kind")
        yield Dependency(name_of(place), version, wish, line, True)
