"""What code hosts export: JSON values, one after the other, that describe a repository each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from techdd.errors import TechddError
from techdd.sources import Handed, Named, namespace
from techdd.text import clean

_SPACE = re.compile(r"\s*")
# Of a client's file: what leads over the network, and nothing that leads into this machine.
_ADDRESS = re.compile(r"(?:https?|ssh|git)://\w[^\s]*|\w[\w.-]*@\w[\w.-]*:[^/\s][^\s]*")
_NESTED = 3  # lists within lists: pages of `gh api --paginate --slurp`
_LONGEST = 2_000  # characters of an address


@dataclass(frozen=True)
class Shape:
    """The keys by which a host's interface tells of a repository."""

    path: str
    https: str
    ssh: str
    fork: str
    archived: str
    silent_of_others: bool = False  # a full answer has the key of a fork on forks only


def described(handed: Handed, shape: Shape) -> Iterable[Named] | None:
    """The repositories in a file of that shape; None where its first value is of another."""
    if handed.text.lstrip()[:1] not in ("[", "{"):
        return None
    values = _flat(handed, _values(handed), _NESTED)
    first = next(values, None)
    if first is None:
        return ()
    if isinstance(said := first.get("message"), str) and shape.path not in first:
        raise TechddError(f"holds what the host answered instead: {clean(said)[:200]}", handed.path)
    # The key of an SSH address is each host's own; others have that of the other address too.
    if not (shape.ssh in first or (shape.path in first and shape.https in first)):
        return None
    return _named(handed, shape, first, values)


def _named(
    handed: Handed, shape: Shape, first: Mapping[str, Any], others: Iterable[Mapping[str, Any]]
) -> Iterator[Named]:
    for number, one in enumerate((first, *others), 1):
        where = f"{handed.path}: repository {number}"
        wanted = (shape.ssh, shape.https) if handed.ssh else (shape.https, shape.ssh)
        address = next((one[key] for key in wanted if one.get(key)), None)
        if not isinstance(address, str):
            raise TechddError(f"has neither {shape.https!r} nor {shape.ssh!r}", where)
        if len(address) > _LONGEST or not _ADDRESS.fullmatch(address) or not address.isprintable():
            raise TechddError("its clone address is none of https, ssh or git", where)
        path = one.get(shape.path)
        group = path.rpartition("/")[0] if isinstance(path, str) else ""
        silent = shape.silent_of_others and shape.archived in one
        yield Named(
            address,
            group=group or namespace(address),
            fork=bool(one.get(shape.fork)) if silent else _said(one, shape.fork),
            archived=_said(one, shape.archived),
            where=where,
        )


def _said(one: Mapping[str, Any], key: str) -> bool | None:
    """What is true or false, or there or not, as hosts tell of a fork."""
    return bool(one[key]) if key in one else None


def _values(handed: Handed) -> Iterator[Any]:
    """The JSON values of the file: one, one a line, or pages behind each other."""
    decoder, at, text = json.JSONDecoder(), 0, handed.text
    while at < len(text):
        at = _end(text, at)
        if at == len(text):
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            where = f"{handed.path}:{error.lineno}:{error.colno}"
            raise TechddError(f"is no JSON: {error.msg}", where) from None
        except (RecursionError, ValueError):
            raise TechddError(
                "is nested too deeply, or holds endless numbers", handed.path
            ) from None
        yield value


def _end(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _flat(handed: Handed, values: Iterable[Any], depth: int) -> Iterator[Mapping[str, Any]]:
    for value in values:
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list) and depth:
            yield from _flat(handed, value, depth - 1)
        else:
            raise TechddError("is no export of repositories: expected objects", handed.path)
