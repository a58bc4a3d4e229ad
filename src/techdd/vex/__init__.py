"""VEX: what somebody states about known vulnerabilities; read from the engagement, and written.

A statement never takes a vulnerability away: it says who answers for its not mattering, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from techdd.documents import load
from techdd.errors import TechddError
from techdd.lockfiles import json_object
from techdd.triage import Decision
from techdd.vex import cyclonedx, openvex
from techdd.vex.statement import Statement, Told
from techdd.vex.triage import Triage

__all__ = ["WRITERS", "Statement", "Told", "Triage", "decisions", "stated"]

WRITERS = {  # name -> (ending, function)
    "openvex": (openvex.SUFFIX, openvex.write),
    "cyclonedx": (cyclonedx.SUFFIX, cyclonedx.write),
}
MAX_BYTES = 10_000_000


def stated(root: Path) -> list[Statement]:
    """What the engagement in `root` holds: triage.yaml and the documents in vex/.

    Raises TechddError for a file that is neither OpenVEX nor CycloneDX.
    """
    found: list[Statement] = []
    own = root / "triage.yaml"
    if own.is_file():
        found += load(own, Triage).statements()
    for path in sorted((root / "vex").glob("*.json")):
        found += _read(path)
    return found


def decisions(root: Path) -> Mapping[str, Decision]:
    """What triage.yaml decides about findings, by their ids."""
    own = root / "triage.yaml"
    return load(own, Triage).decisions if own.is_file() else {}


def _read(path: Path) -> Iterable[Statement]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TechddError(f"larger than {MAX_BYTES:,} bytes", path)
        document = json_object(path.read_bytes())
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror}", path) from None
    except ValueError as error:
        raise TechddError(f"not understood: {error}", path) from None
    if "openvex" in str(document.get("@context", "")):
        return list(openvex.read(document, path.name))
    if document.get("bomFormat") == "CycloneDX":
        return list(cyclonedx.read(document, path.name))
    raise TechddError("neither an OpenVEX nor a CycloneDX document", path)
