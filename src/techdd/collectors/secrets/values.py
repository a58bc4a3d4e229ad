"""What a value says of itself: the contents are looked at in memory and dropped.

Of a value nothing is kept but a keyed mark, so that nobody can test guesses against it.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from techdd.collectors.secrets.engine import Hit
from techdd.collectors.secrets.standins import stands_in
from techdd.repository import MAX_SOURCE, Repository

# What documentation prints in place of a secret: AWS's "...EXAMPLE" keys, the token of jwt.io (its
# payload starts with "sub": "1234567890"), test modes, and what is to be filled in.
_PLACEHOLDER = re.compile(
    rb"example|sample|dummy|placeholder|change[_-]?(?:me|this)|redacted|x{6}|\*{3}|\.{3}|<[^>]+>"
    rb"|[$#{]\{|%\(|your[_-]|(?:sk|rk|pk)_test_|eyJzdWIiOiIxMjM0NTY3ODkwI"
    rb"|AKIAIOSFODNN7|wJalrXUtnFEMI|1234567890|0123456789|abcdefghij|([0-9a-z])\1{7}",
    re.I,
)
# An address with a password, which alone says whether it is one: hosts and databases are called
# "sample" as well. The reserved domains of RFC 2606 and one's own machine lead nobody anywhere.
_ADDRESS = re.compile(rb"(?:://|\A(?!\w+://))[^\s/:@]*:(?P<password>[^\s@]+)@(?P<host>[^\s/:?,]*)")
_NO_PASSWORD = re.compile(
    rb"(?:pass(?:word|wd)?|secret|user(?:name)?|root|test|postgres|mysql|admin|guest)", re.I
)
_NO_HOST = re.compile(
    rb"localhost|127(?:\.\d+){1,3}|\[::1\]?|0\.0\.0\.0|host\.docker\.internal"
    rb"|(?:.*\.)?example(?:\.(?:com|net|org))?|.*\.(?:example|invalid|test|localhost)",
    re.I,
)
# The address around a value that is its password alone.
_AROUND = re.compile(rb"://(?P<user>[^\s/:@]*):(?P<password>[^\s@]+)@(?P<host>[\w.-]*)")
_REACH = 300  # bytes of a line before and after a value that its address may take
# A password for a host without a domain, which only neighbours in one network can reach.
_INSIDE = re.compile(rb"://[^\s/@]*@[A-Za-z][\w-]*(?=[:/?\"'\s]|$)")
# What a provider puts before keys that work, so that scanners can find them.
_LIVE = re.compile(
    rb"(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|(?:sk|rk)_live_|sk-(?:proj|ant)-|AKIA|ASIA"
    rb"|AIza|npm_|pypi-|dop_v1_|sq[aup]_|shp(?:at|ss|ca|pa)_|dckr_pat_|SG\.|hooks\.slack\.com/)"
)
# Tokens that end in a checksum: of GitHub (https://github.blog, "Behind GitHub's new authentication
# token formats", 2021) and, likewise, of npm; and the least length of others after what is put
# before them: Stripe's keys, AWS's ids.
_CHECKED = re.compile(rb"(?:gh[pousr]|npm)_([0-9A-Za-z]{30})([0-9A-Za-z]{6})")
_SHORT = re.compile(
    rb"(?:gh[pousr]|npm)_[0-9A-Za-z]{0,35}|[sr]k_live_[0-9A-Za-z]{0,23}|A[KS]IA[0-9A-Z]{0,15}"
)
# What a program calls its own things is no key: `clock_bus_apollo3_system`.
_NAME = re.compile(rb"[a-z]+\d{0,2}(?:_[a-z]+\d{0,2}){2,}")
_KEYS = re.compile(r"(?:key|token)(?:\.\d+)?")
_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LONGEST_KEY = 20_000  # bytes of a private key that goes over many lines


class Told(NamedTuple):
    """What one value says of itself; `mark` is the same wherever the value stands."""

    mark: str
    example: bool = False  # that it is none
    nowhere: bool = False  # that the address around it leads nobody anywhere
    inside: bool = False  # that it only serves inside a network
    live: bool = False  # that it is a provider's key and no test's
    invented: bool = False  # that no provider made it: its length or checksum is wrong
    expired: str = ""  # the day on which it says that it ended


def mark(key: str, value: bytes) -> str:
    """A keyed fingerprint of a value."""
    return hmac.new(key.encode(), value, "sha256").hexdigest()[:16]


def is_example(value: bytes) -> bool:
    """Whether it is what documentation prints, and opens nothing."""
    address = _ADDRESS.search(value)
    if not address:
        return bool(_PLACEHOLDER.search(value))
    password, host = address["password"], address["host"]
    return bool(
        _PLACEHOLDER.search(password)
        or _NO_PASSWORD.fullmatch(password)
        or _NO_HOST.fullmatch(host)
    )


def _address(line: bytes, begin: int, end: int) -> re.Match[bytes] | None:
    """The address whose password stands from `begin` to `end`."""
    around = _AROUND.finditer(line, max(0, begin - _REACH), end + _REACH)
    return next((one for one in around if one.span("password") == (begin, end)), None)


def _opens_nothing(address: re.Match[bytes]) -> bool:
    """Whether an address is an example, or names its user as the password of a neighbour: what
    Compose files set up for machines that nobody else can reach.
    """
    neighbour = b"." not in address["host"]
    return is_example(address[0]) or (neighbour and address["user"] == address["password"])


def told(repo: Repository, blobs: Mapping[Hit, str], key: str, day: datetime) -> dict[Hit, Told]:
    """What the values of the hits say, as far as they stand in a file as they are; `day` is today.

    A value of several lines has no mark but where it is a private key.
    """
    by_blob: dict[str, list[Hit]] = defaultdict(list)
    for hit, blob in blobs.items():
        if hit.columns:
            by_blob[blob].append(hit)
    readable = [blob for blob, size in repo.sizes(by_blob).items() if size <= MAX_SOURCE]
    said: dict[Hit, Told] = {}
    for blob, content in repo.blobs(readable):
        lines = (content or b"").split(b"\n")
        for hit in by_blob[blob]:
            said[hit] = _told(hit, lines, key, day)
    return _distinct(said)


def _distinct(said: dict[Hit, Told]) -> dict[Hit, Told]:
    """Without the marks that one rule gave to several values: of these only a part was seen."""
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for hit, one in said.items():
        values[hit.rule, one.mark].add(hit.value)
    return {
        hit: one if len(values[hit.rule, one.mark]) == 1 else one._replace(mark="")
        for hit, one in said.items()
    }


def _told(hit: Hit, lines: list[bytes], key: str, day: datetime) -> Told:
    line = lines[hit.line - 1] if hit.line <= len(lines) else b""
    begin, end = hit.columns or (0, 0)
    value = line[begin:end]
    if value.startswith(b"-----BEGIN") and b"-----END" not in value:
        rest = b"\n".join([line[begin:], *lines[hit.line : hit.line + 200]])
        value = rest[:_LONGEST_KEY].partition(b"-----END")[0]
    whole = len(value) >= 4 and (end <= len(line) or value.startswith(b"-----BEGIN"))
    address = _address(line, begin, end)
    named = bool(_KEYS.search(hit.rule) and _NAME.fullmatch(value))
    named = named or (hit.rule == "kubernetes-secret-yaml" and _codes_a_stand_in(value))
    example, invented = named or is_example(line[begin:end]), _is_invented(value)
    return Told(
        mark(key, value) if whole else "",
        example,
        bool(address and _opens_nothing(address)),
        bool(not example and _INSIDE.search(line[max(0, begin - 20) : end + 80])),
        bool(_LIVE.match(value.removeprefix(b"https://"))) and not invented,
        invented,
        _expired(value, day) if value.startswith(b"eyJ") else "",
    )


def _codes_a_stand_in(entry: bytes) -> bool:
    """Whether an entry of a Secret of Kubernetes, `name: value`, holds no more than "password"."""
    try:
        value = base64.b64decode(entry.rpartition(b":")[2].strip(), validate=True)
    except ValueError:
        return False
    return bool(value.strip()) and stands_in(value.strip())


def _is_invented(value: bytes) -> bool:
    """Whether it has a provider's prefix, and a length or a checksum that none of its keys has."""
    checked = _CHECKED.fullmatch(value)
    if not checked:
        return bool(_SHORT.fullmatch(value))
    rest, digits = zlib.crc32(checked[1]), bytearray()
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        digits.insert(0, _BASE62[digit])
    return bytes(digits) != checked[2]


def _expired(token: bytes, day: datetime) -> str:
    """The day on which a JSON web token ended, by its own claim, which is not verified."""
    try:
        payload = token.split(b".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
        ended = datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, LookupError, TypeError, OverflowError, OSError, RecursionError):
        return ""
    return f"{ended:%Y-%m-%d}" if ended < day else ""
