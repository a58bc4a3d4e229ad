"""Asks deps.dev over https, politely, and keeps each answer for the day.

Only the collector of online facts loads this, and only where the engagement allows look-ups. It
sends names and versions of packages and nothing else. API: https://docs.deps.dev/api/v3/
"""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from techdd import __version__, files
from techdd.depsdev.answers import (
    Answer,
    Details,
    LookupFailed,
    Releases,
    Wish,
    fact_of,
    kept_details,
    kept_releases,
    read_details,
    read_releases,
    spelt,
)
from techdd.errors import TechddError
from techdd.text import clean

API = "https://api.deps.dev"
MAX_ANSWER = 32_000_000  # bytes; packages with 10,000 versions have some 4 MB
THREADS = 8
GIVE_UP = 8  # failures in a row after which nothing more is asked
_SECONDS = 15.0  # without a byte
_ANSWER_SECONDS = 60.0  # for one answer
_ALL_SECONDS = 15 * 60.0  # for all of them
_CHUNK = 1 << 16
_LONGEST = 200  # characters of a reason
_T = TypeVar("_T", Releases, Details)


class _Busy(LookupFailed):
    """It asks for a pause; nobody asks again in this run."""


class Client:
    """Asks the service at `base` and keeps each answer for `day` ("" keeps none) in `folder`.

    Raises TechddError for an address that is not safe.
    """

    def __init__(self, base: str, folder: Path, day: str) -> None:
        parts = urlsplit(base)
        if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
            raise TechddError("is not https; packages are only looked up where it is safe", base)
        self.base, self.folder, self.day = base.rstrip("/"), folder, day
        self.opener = build_opener(_NoRedirects)
        self.failures = 0
        self.stopped = False
        self.lock = threading.Lock()
        self.end = time.monotonic() + _ALL_SECONDS

    def answers(self, wishes: Iterable[Wish], threads: int = THREADS) -> Iterator[Answer]:
        """One Answer a wish, in order; a failure is part of it and does not end the others."""
        with ThreadPoolExecutor(max(1, min(threads, THREADS))) as pool:
            try:
                yield from pool.map(self._answer, wishes)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _answer(self, wish: Wish) -> Answer:
        system, name, version = spelt(wish)
        path = f"/v3/systems/{system}/packages/{quote(name, safe='')}"
        asked, failures = False, []
        releases: Releases | None = None
        details: Details | None = None
        try:
            if asked := self._goes_on():
                releases = self._kept((system, name, ""), path, read_releases, kept_releases)
        except LookupFailed as error:
            failures.append(str(error))
        try:
            if releases and self._goes_on():  # an unknown package has no versions to ask about
                versions = f"{path}/versions/{quote(version, safe='')}"
                details = self._kept((system, name, version), versions, read_details, kept_details)
        except LookupFailed as error:
            failures.append(str(error))
        if not failures and (not asked or (releases and details is None and self.stopped)):
            failures.append("not asked, the service did not answer")
        fact = fact_of(wish, releases, details or Details()) if releases else None
        return Answer(wish, fact, asked, "; ".join(failures))

    def _goes_on(self) -> bool:
        """Whether to ask at all: not a service that is down, and not for ever."""
        with self.lock:
            if self.failures >= GIVE_UP or time.monotonic() > self.end:
                self.stopped = True
            return not self.stopped

    def _kept(
        self,
        key: tuple[str, str, str],
        path: str,
        read: Callable[[Any], _T],
        again: Callable[[Any], _T],
    ) -> _T | None:
        """The answer of today from the cache, else from the service; None: it knows no such thing.

        Raises LookupFailed.
        """
        file = self.folder / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()}.json"
        if self.day:
            try:
                stored = json.loads(files.read(file))
                if stored["key"] == list(key) and stored["day"] == self.day:
                    return None if stored["answer"] is None else again(stored["answer"])
            except (OSError, ValueError, LookupError, TypeError, RecursionError):
                pass  # none, or no longer what we wrote
        answer = self._asked(path, read)
        if self.day:
            content = json.dumps({"key": key, "day": self.day, "answer": answer})
            try:
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                files.write_atomic(file, content.encode())
            except OSError:
                pass  # a cache that cannot be written costs another look-up
        return answer

    def _asked(self, path: str, read: Callable[[Any], _T]) -> _T | None:
        try:
            answer = self._document(path)
            found = None if answer is None else read(answer)
        except LookupFailed as error:
            with self.lock:
                self.failures += 1
                self.stopped = self.stopped or isinstance(error, _Busy)
            raise
        with self.lock:
            self.failures = 0
        return found

    def _document(self, path: str) -> Any:
        headers = {"Accept": "application/json", "User-Agent": f"techdd/{__version__}"}
        try:
            with self.opener.open(
                Request(self.base + path, headers=headers), timeout=_SECONDS
            ) as got:
                return json.loads(_body(got))
        except HTTPError as error:
            error.close()
            if error.code == 404:
                return None
            if 300 <= error.code < 400:
                raise LookupFailed("the server sent us elsewhere") from None
            kind = _Busy if error.code == 429 else LookupFailed
            raise kind(f"the server answered {error.code}") from None
        except (URLError, http.client.HTTPException, OSError) as error:
            reason = clean(str(getattr(error, "reason", error)))[:_LONGEST]
            raise LookupFailed(reason or type(error).__name__) from None
        except (ValueError, RecursionError):
            raise LookupFailed("the answer is no JSON") from None


class _NoRedirects(HTTPRedirectHandler):
    """The service has no reason to send names that we trust it with to anybody else."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def _body(got: Any) -> bytes:
    end = time.monotonic() + _ANSWER_SECONDS
    body = bytearray()
    while chunk := got.read1(_CHUNK):
        body += chunk
        if len(body) > MAX_ANSWER:
            raise LookupFailed(f"the answer is larger than {MAX_ANSWER:,} bytes")
        if time.monotonic() > end:
            raise LookupFailed(f"the answer took more than {_ANSWER_SECONDS:.0f} seconds")
    return bytes(body)
