"""A client's bill of materials, given as a file, stands in for a repository.

It becomes a git repository of our own with one commit of nobody, so that all that reads files reads
it like any other. Collectors of code and history never see it (see `jobs.py`).
"""

from __future__ import annotations

import hashlib
import re
import zlib
from pathlib import Path

from techdd import files
from techdd.errors import RepositoryError
from techdd.model import Issue
from techdd.repository import Repository

MAX_BYTES = 20_000_000  # as of every dependency file
_HEAD = 10_000  # characters in which XML and tag-value say what they are
_NOBODY = b"techdd <> 0 +0000"


def check_bill(source: Path) -> None:
    """Raises RepositoryError where `source` is no bill of materials."""
    _read(source)


def open_bill(name: str, source: Path, overlay: Path) -> Repository:
    """The bill in the file `source` as a repository in the folder `overlay`.

    Raises RepositoryError where it is none.
    """
    content, suffix = _read(source)
    blob = _store(overlay, b"blob", content)
    called = _called(source.name, suffix)
    entry = b"100644 " + called.encode() + b"\0" + bytes.fromhex(blob)
    tree = _store(overlay, b"tree", entry)
    lines = (b"tree " + tree.encode(), b"author " + _NOBODY, b"committer " + _NOBODY)
    commit = _store(overlay, b"commit", b"\n".join((*lines, b"", b"A bill of materials\n")))
    (overlay / "refs").mkdir(parents=True, exist_ok=True)
    files.write_atomic(overlay / "config", b"[core]\nbare = true\nrepositoryformatversion = 0\n")
    files.write_atomic(overlay / "HEAD", f"{commit}\n".encode())
    digest = hashlib.sha256(content).hexdigest()
    issue = Issue("a bill of materials stands in for code and history", called, f"SHA-256 {digest}")
    return Repository(name, overlay.resolve(), commit, "", commit, False, (issue,), bill=True)


def _read(source: Path) -> tuple[bytes, str]:
    """(content, ending that its format has) of a bill."""
    bill = files.content(source, MAX_BYTES, error=RepositoryError)
    wide = bill.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = bill.decode("utf-16" if wide else "utf-8-sig", "replace").lstrip()
    suffix = _suffix(text)
    if not suffix:
        raise RepositoryError(
            "is a file, and no bill of materials (CycloneDX, SPDX); "
            "give the folder of a git repository, a list of them with --from",
            source,
        )
    return bill, suffix


def _suffix(text: str) -> str:
    if text.startswith("{"):
        if re.search(r'"bomFormat"\s{0,9}:\s{0,9}"CycloneDX"', text):
            return ".cdx.json"
        spdx = r'"spdxVersion"\s{0,9}:|"@context"\s{0,9}:[^,]{0,300}spdx\.org/rdf/3'
        return ".spdx.json" if re.search(spdx, text) else ""
    if text.startswith("<"):
        head = text[:_HEAD]
        return ".cdx.xml" if "bom" in head and "cyclonedx.org/schema/bom" in head else ""
    return ".spdx" if re.search(r"^SPDXVersion:", text[:_HEAD], re.MULTILINE) else ""


def _called(name: str, suffix: str) -> str:
    """The file's name with the ending by which its format is known."""
    plain = re.sub(r"[^\w.+-]+", "-", name, flags=re.ASCII)[-100:].lstrip("-.")
    known = plain.endswith(suffix) or plain in ("bom.json", "bom.xml")
    return plain if known else f"{Path(plain).stem or 'bill'}{suffix}"


def _store(overlay: Path, kind: bytes, content: bytes) -> str:
    """Writes a git object; its id."""
    data = kind + b" " + str(len(content)).encode() + b"\0" + content
    name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    path = overlay / "objects" / name[:2] / name[2:]
    if not path.is_file():
        files.write_atomic(path, zlib.compress(data, 1))
    return name
