"""What a commit message says beside its text: reviews, people, assistants, what it takes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from techdd.assistants import credits_assistant

_TRAILER = re.compile(rb"^([a-z][a-z-]{2,30}):[ \t]*([^\r\n]{1,300}?)[ \t\r]*$", re.I | re.M)
_KINDS = {
    b"co-authored-by": "co-author",
    b"co-developed-by": "co-author",
    b"signed-off-by": "signer",
    b"reviewed-by": "reviewer",
    b"approved-by": "reviewer",
    b"acked-by": "reviewer",
    b"tested-by": "tester",
    b"reported-by": "reporter",
}
_PERSON = re.compile(rb"^(.*?)[ \t]*<([^<>]*)>")
_SQUASHED = re.compile(rb"\(#\d+\)\s*$", re.M)
_MERGED = re.compile(  # begins with a fixed character, which is looked for much faster than "^"
    rb"\n(?:Merge pull request #\d+|Merged? (?:PR|in|pull request) |See merge request |"
    rb"Pull Request #\d+|Merge branch '.+' into |Differential Revision:|Reviewed-on:|PR-URL:|"
    rb"Closes? (?:PR )?#\d+ from )"
)
_HELPER = re.compile(
    rb"^(?:co-authored-by|assisted-by|generated-by):[ \t]*([^\r\n]{1,300})", re.I | re.M
)
_GENERATED = re.compile(rb"generated with (?:\[?claude code\b|\[claude\])", re.I)
_REVERTS = re.compile(rb"^This reverts (?:commit )?([0-9a-f]{7,64})\b", re.M)


def trailers(body: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """(kind, name, address) of each person that the message names beside the author, each once."""
    if b"-by:" not in body.lower():
        return
    seen: set[tuple[str, bytes, bytes]] = set()
    for key, who in _TRAILER.findall(body):
        kind = _KINDS.get(key.lower())
        if not kind:
            continue
        found = _PERSON.match(who)
        one = (kind, found[1].strip(b' "'), found[2]) if found else (kind, who, b"")
        if one not in seen:
            seen.add(one)
            yield one


def review_mark(
    body: bytes, named: Iterable[tuple[str, bytes, bytes]], name: bytes, email: bytes
) -> str:
    """How the message shows that somebody else looked at the change; "" where it does not.

    `named` are its trailers, `name` and `email` its author's. Squash and rebase can hide a review,
    so the absence of a mark is no proof of absence.
    """
    for kind, other_name, other_email in named:
        own = bool((name and name == other_name) or (email and email == other_email))
        if kind == "reviewer" or (kind == "signer" and not own):
            return "trailer"
    return "pull request" if _SQUASHED.search(body) or _MERGED.search(b"\n" + body) else ""


def is_assisted(body: bytes) -> bool:
    """Whether the message names an AI assistant; a lower bound, since most leave no trace."""
    lowered = body.lower()
    if b"generated with" in lowered and _GENERATED.search(body):
        return True
    return b"-by:" in lowered and any(map(_is_helper, _HELPER.findall(body)))


def _is_helper(who: bytes) -> bool:
    """Whether a trailer's value is an assistant, in the kernel's form ("Claude:opus-4") too."""
    found = _PERSON.match(who)
    name, email = found.groups() if found else (who.partition(b":")[0], b"")
    return credits_assistant(name.decode("utf-8", "replace"), email.decode("utf-8", "replace"))


def reverted(body: bytes) -> str:
    """The id, maybe abbreviated, of the commit that the message says it takes back; "" if none."""
    found = _REVERTS.search(body) if b"This reverts" in body else None
    return found[1].decode() if found else ""
