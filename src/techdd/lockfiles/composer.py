"""Composer's manifest and lock file (Packagist)."""

from __future__ import annotations

import re
from typing import Any

from techdd.lockfiles import (
    ODD,
    Dependency,
    Lines,
    Parsed,
    decoded,
    doubt,
    entries,
    json_object,
    lockfile,
    strings,
    table,
)

_PLATFORM = re.compile(r"^(php(-\w+)?|hhvm|(ext|lib|composer)-[\w.-]+|composer)$", re.IGNORECASE)
_EXACT = re.compile(r"=?v?(\d+(?:\.\d+)+(?:-[\w.]+)?)$")


@lockfile("composer.json", ecosystem="Packagist", locked=False, locks=("composer.lock",))
def composer_json(data: bytes) -> Parsed:
    """What a package asks for, without PHP itself and its extensions."""
    document = json_object(data)
    lines = Lines(decoded(data), r'"([^"\n]+)"\s*:\s*"([^"\n]*)"')
    for section, scope in (("require", "runtime"), ("require-dev", "development")):
        for name, wish in table(document.get(section)).items():
            if _PLATFORM.match(name) or not isinstance(wish, str):
                continue
            exact = _EXACT.match(wish)
            version = exact[1] if exact else None
            yield Dependency(name.lower(), version, wish, lines.of(name, wish), True, scope)


@lockfile("composer.lock", ecosystem="Packagist", locked=True)
def composer_lock(data: bytes) -> Parsed:
    """Pinned packages with their licences; several licences are a choice."""
    document = json_object(data)
    if "packages" not in document and "packages-dev" not in document:
        raise ValueError("neither packages nor packages-dev in it")
    lines = Lines(decoded(data), r'^[ \t]*"name": "([^"\n]+/[^"\n]+)"')
    for section, scope in (("packages", "runtime"), ("packages-dev", "development")):
        for number, entry in enumerate(entries(document.get(section), section), start=1):
            name, version = entry.get("name"), entry.get("version")
            if not isinstance(name, str) or not isinstance(version, str):
                doubt(ODD, f"entry {number} of {section} without a name or a version")
            else:
                yield Dependency(
                    name.lower(),
                    version,
                    line=lines.of(name),
                    scope=scope,
                    licence=_licence(entry),
                    needs=tuple(map(str.lower, table(entry.get("require")))),
                )


def _licence(entry: dict[str, Any]) -> str:
    stated = entry.get("license")
    return stated if isinstance(stated, str) else " OR ".join(strings(stated))
