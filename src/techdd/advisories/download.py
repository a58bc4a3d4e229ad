"""Downloads advisories from osv.dev or a mirror when the user asks; resumes what broke off."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from techdd.advisories.store import Imported, import_advisories
from techdd.errors import TechddError
from techdd.files import write_atomic
from techdd.text import clean

OSV = "https://osv-vulnerabilities.storage.googleapis.com"
MAX_ARCHIVE = 4_000_000_000  # bytes
_SECONDS = 60.0  # without a byte
_CHUNK = 1 << 20


def update(ecosystems: Iterable[str], folder: Path, base_url: str = OSV) -> Imported:
    """Downloads `<base_url>/<ecosystem>/all.zip` of each ecosystem and imports them.

    What was loaded before a failure is kept, so that the next call goes on from there. Raises
    TechddError.
    """
    waiting = folder / "downloads"
    archives = [_archive(ecosystem, waiting, base_url) for ecosystem in ecosystems]
    if not archives:
        raise TechddError("name at least one ecosystem (PyPI, npm, Go, crates.io, ...)")
    imported = import_advisories(archives, folder)
    for archive in archives:
        archive.unlink()
        archive.parent.rmdir()
    return imported


def _archive(ecosystem: str, waiting: Path, base_url: str) -> Path:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9 .:-]*", ecosystem):
        raise TechddError(f"{ecosystem!r} is no ecosystem; they are named as on osv.dev (PyPI)")
    url = f"{base_url.rstrip('/')}/{quote(ecosystem)}/all.zip"
    _check(url)
    whole = waiting / ecosystem / "all.zip"
    if not whole.is_file():
        try:
            _download(url, whole)
        except HTTPError as error:
            known = "; is the ecosystem spelt as on osv.dev?" if error.code == 404 else ""
            raise TechddError(f"the server answered {error.code}{known}", url) from None
        except (URLError, http.client.HTTPException, OSError) as error:
            reason = clean(str(getattr(error, "reason", error)))
            raise TechddError(f"broke off: {reason}; run it again to go on", url) from None
    return whole


def _check(url: str) -> None:
    """https only; http to this machine itself is a mirror or a test."""
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
        raise TechddError("is not https; advisories are only taken from where they are safe", url)


class _SafeRedirects(HTTPRedirectHandler):
    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        _check(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(url: str, whole: Path) -> None:
    """Loads `url` to `whole`; a part that an earlier call left is continued if it is still true."""
    whole.parent.mkdir(parents=True, exist_ok=True)
    part, mark = whole.with_suffix(".part"), whole.with_suffix(".etag")
    etag = mark.read_text(encoding="utf-8") if part.is_file() and mark.is_file() else ""
    have = part.stat().st_size if etag else 0
    headers = {"Range": f"bytes={have}-", "If-Range": etag} if have else {}
    with build_opener(_SafeRedirects).open(Request(url, headers=headers), timeout=_SECONDS) as got:
        goes_on = got.status == 206
        write_atomic(mark, (got.headers.get("ETag") or "").encode())
        size = have if goes_on else 0
        expected = size + int(got.headers.get("Content-Length") or 0)
        with part.open("ab" if goes_on else "wb") as file:
            while chunk := got.read(_CHUNK):
                size += len(chunk)
                if size > MAX_ARCHIVE:
                    raise TechddError(f"larger than {MAX_ARCHIVE:,} bytes; it was not taken", url)
                file.write(chunk)
    if size < expected:
        raise OSError(f"{size:,} of {expected:,} bytes came")
    part.replace(whole)
    mark.unlink()
