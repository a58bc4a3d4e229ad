"""Reads what a PDF says of itself: its signatures and its manifest; in a process of its own.

A PDF that somebody sent may be made to exhaust or to deceive whoever reads it. So it is read by
`python -m techdd.trust.reading`, within limits of time, memory and output that `seen` sets, which
takes the PDF as its standard input and answers in JSON.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from techdd import manifest, sandbox
from techdd.errors import TechddError
from techdd.text import clean
from techdd.trust.signing import MISSING

MAX_BYTES = 500_000_000  # of the PDF
MAX_MANIFEST = 50_000_000
MAX_SIGNATURES = 20
MAX_NODES = 10_000  # of the tree of attachments
SECONDS = 120.0
MEMORY = 2 << 30


@dataclass(frozen=True)
class Signature:
    """One signature; `why_not` says why the signer is not trusted, as the library calls it."""

    by: str
    issuer: str
    self_signed: bool
    until: str  # the last day of the certificate
    at: str  # ISO, by the signer's clock; "" = not said
    stamped: bool  # whether a trusted authority vouches for the time
    intact: bool
    trusted: bool
    why_not: str
    changed: bool  # in a way that the signature does not allow
    extended: bool  # in one that it does, such as by another signature


@dataclass(frozen=True)
class Seen:
    """What a PDF says of itself. `manifest` None = it carries none."""

    signatures: tuple[Signature, ...]
    manifest: bytes | None


def seen(path: Path, trust: Path | None) -> Seen:
    """What the PDF in `path` says of itself; `trust` holds the certificates that are trusted (PEM).

    Raises TechddError where it is no PDF that can be read within the limits.
    """
    command = [sys.executable, "-I", "-m", "techdd.trust.reading"]
    command += [str(trust.resolve())] if trust else []
    try:
        if path.exists() and not path.is_file():
            raise TechddError("is no file", path)
        if path.stat().st_size > MAX_BYTES:
            raise TechddError(f"larger than {MAX_BYTES:,} bytes; no report is", path)
        with path.open("rb") as file:
            done = sandbox.run(
                command, stdin=file, timeout=SECONDS, memory=MEMORY, max_output=3 * MAX_MANIFEST
            )
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror}", path) from None
    except sandbox.LimitExceeded as error:
        raise TechddError(f"cannot be read within the {error}", path) from None
    try:
        told = json.loads(done.stdout)
    except ValueError:
        raise TechddError("cannot be read: reading it ended the process", path) from None
    if fault := told.get("fault"):
        raise TechddError(clean(fault), told.get("where") or path)
    return Seen(
        tuple(Signature(**one) for one in told["signatures"]),
        None if told["manifest"] is None else b64decode(told["manifest"]),
    )


# --- the process that reads -----------------------------------------------------------------------


def main(trust: str = "") -> None:
    """Prints as JSON what the PDF on standard input says of itself, or a `fault`."""
    try:
        told = _told(sys.stdin.buffer.read(), trust)
    except TechddError as error:
        told = {"fault": error.message, "where": error.where}
    except MemoryError:
        told = {"fault": f"takes more than {MEMORY:,} bytes of memory to read"}
    except RecursionError:
        told = {"fault": "is nested too deeply"}
    except Exception as error:  # the library lets out whatever a broken file makes it stumble on
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        told = {"fault": f"cannot be read as a PDF ({reason})"}
    print(json.dumps(told))


def _told(raw: bytes, trust: str) -> dict[str, Any]:
    try:
        from pyhanko.pdf_utils.reader import PdfFileReader
    except ImportError:
        raise TechddError(f"to check it {MISSING}") from None
    roots = _certificates(Path(trust)) if trust else []
    reader = PdfFileReader(BytesIO(raw))
    if reader.encrypted:
        raise TechddError("is encrypted, as no report is that techdd writes")
    found = _manifest(reader)
    return {
        "signatures": [asdict(one) for one in _signatures(reader, roots)],
        "manifest": None if found is None else b64encode(found).decode(),
    }


def _certificates(path: Path) -> list[Any]:
    from pyhanko.keys import load_certs_from_pemder_data

    try:
        found = list(load_certs_from_pemder_data(path.read_bytes()))
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror}", path) from None
    except ValueError:
        found = []
    if not found:
        raise TechddError("holds no certificate in PEM form", path)
    return found


def _signatures(reader: Any, roots: list[Any]) -> Iterator[Signature]:
    found = reader.embedded_regular_signatures
    if len(found) > MAX_SIGNATURES:
        raise TechddError(f"carries more than {MAX_SIGNATURES} signatures")
    for one in found:
        yield _signature(one, roots)


def _signature(embedded: Any, roots: list[Any]) -> Signature:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.settings import KeyUsageConstraints
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    usage = KeyUsageConstraints(
        key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
    )
    status = validate_pdf_signature(embedded, context, key_usage_settings=usage)
    certificate = status.signing_cert
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    stamp = status.timestamp_validity
    vouched = stamp if stamp and stamp.valid and stamp.intact and stamp.trusted else None
    at = vouched.timestamp if vouched else status.signer_reported_dt
    why: Any = status.trust_problem_indic
    return Signature(
        by=_called(certificate.subject),
        issuer=_called(certificate.issuer),
        self_signed=certificate.self_signed in ("yes", "maybe"),
        until=certificate.not_valid_after.date().isoformat(),
        at=at.isoformat(timespec="seconds") if at else "",
        stamped=vouched is not None,
        intact=bool(status.intact and status.valid),
        trusted=bool(status.trusted),
        why_not=why.name.lower().replace("_", " ") if why else "",
        changed=not (whole or status.docmdp_ok),
        extended=not whole,
    )


def _called(name: Any) -> str:
    """The common name and the organisation of a certificate's holder, or all that it says."""
    parts = [name.native.get(part) for part in ("common_name", "organization_name")]
    return ", ".join(str(one) for one in parts if one) or str(name.human_friendly)


def _manifest(reader: Any) -> bytes | None:
    """The one attachment of the manifest's name. Raises ValueError where there are several."""
    tree = _part(_part(reader.root, "/Names"), "/EmbeddedFiles")
    found = [one for name, one in _leaves(tree) if name == manifest.FILE]
    if not found:
        return None
    if len(found) > 1:
        raise TechddError("carries several evidence manifests, as no report does")
    content: bytes = found[0]["/EF"]["/F"].data
    if len(content) > MAX_MANIFEST:
        raise TechddError(f"its manifest is larger than {MAX_MANIFEST:,} bytes")
    return content


def _leaves(root: Any) -> Iterator[tuple[str, Any]]:
    """(name, file) of a tree of attachments."""
    waiting, walked = [root], 0
    while waiting:
        node = waiting.pop()
        names, kids = (_part(node, key) for key in ("/Names", "/Kids"))
        walked += 1 + len(names) + len(kids)
        if walked > MAX_NODES:
            raise TechddError(f"carries more than {MAX_NODES:,} attachments")
        for place in range(1, len(names), 2):
            yield str(_part(names[place], "/UF") or names[place - 1]), names[place]
        waiting += [kids[place] for place in range(len(kids))]


def _part(whole: Any, name: str) -> Any:
    """`whole[name]`; () where there is none. The library follows references only so."""
    return whole[name] if name in whole else ()  # noqa: SIM401


if __name__ == "__main__":
    main(*sys.argv[1:2])
