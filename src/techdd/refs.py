"""The refs of a client's repository, read as data: only names and ids that are sound."""

from __future__ import annotations

import re
from pathlib import Path

from techdd.model import Issue
from techdd.text import clean

OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# What git takes for the name of a ref; others could point elsewhere or end a line of `packed-refs`.
_REF = (
    r"refs/(?!replace/)(?![^\n]*(?:\.\.|@\{|//|/\.|\.lock/))"
    r"[^\x00-\x20\x7f~^:?*\[\\]+(?<!/)(?<!\.lock)"
)
_REF_NAME = re.compile(_REF)
_PACKED_REF = re.compile(rf"^({OBJECT_ID.pattern}) ({_REF})$", re.M)


def read_refs(client: Path) -> tuple[dict[str, str], list[Issue]]:
    """Ref name -> object id, loose refs over packed ones; only names and ids that are sound."""
    packed = client / "packed-refs"
    text = packed.read_bytes().decode("utf-8", "surrogateescape") if is_small_file(packed) else ""
    found = {name: identifier for identifier, name in _PACKED_REF.findall(text)}
    replaced = " refs/replace/" in text
    issues: list[Issue] = []
    loose = (path for path in (client / "refs").rglob("*") if not path.is_symlink())
    for path in sorted(loose):
        if path.is_file() and path.stat().st_size < 200:
            identifier = path.read_bytes().decode("ascii", "replace").strip()
            name = path.relative_to(client).as_posix()
            replaced |= name.startswith("refs/replace/")
            if OBJECT_ID.fullmatch(identifier) and _REF_NAME.fullmatch(name):
                found[name] = identifier
            elif name in found and not identifier.startswith("ref:"):
                issues.append(Issue("a ref is damaged; its older value was taken", clean(name)))
    if replaced:
        issues.append(Issue("replace refs rewrite objects; they were not applied"))
    return dict(sorted(found.items())), issues


def is_small_file(path: Path) -> bool:
    """Whether it is a file that can be read whole."""
    return path.is_file() and path.stat().st_size < 50_000_000
