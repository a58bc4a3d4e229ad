"""Which requests are listened to: the right host and origin, not too many, not too large.

A page of another site, or of another program on this machine, must not be able to speak for
somebody who is signed in; cookies alone do not keep them apart, since ports share them.
"""

from __future__ import annotations

import hmac
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from urllib.parse import urlsplit

from techdd.interviews.web.said import Refusal

MAX_BODY = 256 * 1024
_TRIES, _WITHIN = 10, 60.0  # links that were none, of one address, and seconds

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Door:
    """How the page is reached: `address` such as http://127.0.0.1:8765, without a path."""

    address: str

    @property
    def is_encrypted(self) -> bool:
        """Whether browsers reach the page over TLS."""
        return self.address.startswith("https://")

    @property
    def origins(self) -> frozenset[str]:
        """What a browser may call the place that a request comes from."""
        parts = urlsplit(self.address)
        if parts.hostname in ("127.0.0.1", "::1"):
            port = f":{parts.port}" if parts.port else ""
            return frozenset({self.address, f"http://localhost{port}"})
        return frozenset({self.address})

    def check(self, method: str, headers: Mapping[str, str]) -> None:
        """Raises Refusal for what was sent to another name, or by another page.

        The first stops names that are made to point at this machine (DNS rebinding), the second
        pages that send requests in somebody's name.
        """
        hosts = {urlsplit(origin).netloc for origin in self.origins}
        if headers.get("Host", "") not in hosts:
            raise Refusal(421, f"this page is reached as {self.address}")
        reads = method in ("GET", "HEAD")
        followed = reads and headers.get("Sec-Fetch-Mode") == "navigate"
        ours = headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
        if not reads:
            ours = ours and headers.get("Origin") in self.origins
        if not (ours or followed):
            raise Refusal(403, "the request comes from another page")


def token(session: str) -> str:
    """What the page has to send along with each change, of one session."""
    return hmac.new(session.encode(), b"techdd page", sha256).hexdigest()


def check_token(session: str, given: str) -> None:
    """Raises Refusal where a change does not come from our page."""
    if not hmac.compare_digest(token(session).encode(), given.encode()):
        raise Refusal(403, "the page is out of date; load it again")


class Tries:
    """Counts links that were none, and listens no more for a while after too many."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failed: dict[str, deque[float]] = {}

    def check(self, address: str) -> None:
        """Raises Refusal where `address` has tried too often."""
        with self._lock:
            if len(self._recent(address)) >= _TRIES:
                raise Refusal(429, "too many tries; wait a minute")

    def failed(self, address: str) -> None:
        """Notes a link that was none."""
        with self._lock:
            self._recent(address).append(time.monotonic())

    def _recent(self, address: str) -> deque[float]:
        oldest = time.monotonic() - _WITHIN
        for other in [key for key, times in self._failed.items() if max(times, default=0) < oldest]:
            del self._failed[other]
        times = self._failed.setdefault(address, deque(maxlen=_TRIES))
        while times and times[0] < oldest:
            times.popleft()
        return times
