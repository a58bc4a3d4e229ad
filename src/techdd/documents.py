"""What people write: YAML into frozen values, every mistake with its file, line and column."""

from __future__ import annotations

import contextlib
import difflib
import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from techdd import files
from techdd.errors import DocumentError, TechddError
from techdd.folders import cache, data
from techdd.migrations import FORMATS, Stored, current, version_of

Document = TypeVar("Document", bound=BaseModel)

MAX_BYTES = 1_000_000
MAX_DEPTH = 50


def load(path: Path, kind: type[Document], **context: object) -> Document:
    """The document in `path` as a `kind`; its validators may ask for what `context` tells.

    Raises DocumentError whose `where` is file:line:column of the first mistake; further mistakes
    follow in the message, one a line.
    """
    tree = _shipped(path) if path.is_relative_to(data("checklists")) else _as_shipped(path)
    if tree is not None:
        with contextlib.suppress(ValidationError):  # a developer's mistake; told by the YAML
            return kind.model_validate(tree, context=context)
    return validated(read_yaml(path), path, kind, **context)


def validated(tree: Any, path: Path, kind: type[Document], **context: object) -> Document:
    """As `load`, for what `read_yaml` read from `path`."""
    if not isinstance(tree, CommentedMap):
        raise DocumentError("expected a mapping of keys at the top", f"{path}:1:1")
    if name := getattr(kind, "stored", ""):
        tree = current(FORMATS[name], tree, path)
    try:
        return kind.model_validate(tree, context=context)
    except ValidationError as error:
        mistakes = [_mistake(path, tree, kind, detail) for detail in _causes(error.errors())]
        first, *others = mistakes
        message = "\n".join([first[1], *(f"{where}: {text}" for where, text in others[:9])])
        raise DocumentError(message, first[0]) from None


def read_yaml(path: Path) -> Any:
    """YAML 1.2 from `path`: no duplicate keys, tags, anchors or aliases; limited size and depth."""
    try:
        raw = files.content(path, MAX_BYTES, error=DocumentError, advice="; split it")
        text = raw.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise DocumentError(f"not UTF-8 (byte {error.start}); save it as UTF-8", path) from None
    return parse_yaml(text, str(path))


def _shipped(path: Path) -> Any:
    """As `read_yaml`, of a file that comes with the tool: reading YAML takes a hundred times as
    long as reading JSON, so what it says is kept by its digest.
    """
    kept = _kept(path.read_bytes())
    with contextlib.suppress(OSError, ValueError):
        return json.loads(kept.read_bytes())
    tree = read_yaml(path)
    with contextlib.suppress(OSError, TypeError):
        said = json.dumps(tree)
        if json.loads(said) == tree:
            files.write_atomic(kept, said.encode())
    return tree


def _as_shipped(path: Path) -> Any:
    """What is kept of a file of the same bytes that came with the tool, as checklists do that an
    engagement was asked with; None where there is none. Nothing of a client's is ever kept so.
    """
    with contextlib.suppress(OSError, ValueError, TechddError):
        return json.loads(_kept(files.content(path, MAX_BYTES)).read_bytes())
    return None


def _kept(content: bytes) -> Path:
    return cache("documents") / f"{sha256(content).hexdigest()}.json"


def bring_up_to_date(path: Path, stored: Stored) -> None:
    """Rewrites a file of an older version as today's; the old one stays beside it.

    Raises DocumentError, and TechddError where a newer techdd wrote it.
    """
    tree = read_yaml(path)
    before = version_of(stored, tree, path)
    if before < stored.version:
        try:
            files.write_atomic(path.with_name(f"{path.name}.v{before}"), path.read_bytes())
            files.write_atomic(path, dump_yaml(current(stored, tree, path)).encode())
        except OSError as error:
            raise DocumentError(f"cannot be written: {error.strerror}", path) from None


def parse_yaml(text: str, where: str) -> Any:
    """As `read_yaml`, for text whose origin is `where`."""
    yaml = YAML(typ="rt", pure=True)
    yaml.Constructor = _Constructor
    try:
        _refuse_bombs(yaml, text, where)
        return yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
        problem = str(error.problem or error.context or "not understood").splitlines()[0]
        raise DocumentError(f"invalid YAML: {problem}", place) from None
    except ReaderError as error:
        before = text[: error.position].split("\n")
        place = f"{where}:{len(before)}:{len(before[-1]) + 1}"
        raise DocumentError(f"invalid YAML: {error.reason}", place) from None
    except (YAMLError, *_SLIPS) as error:
        problem = (str(error) or "not understood").splitlines()[0]
        raise DocumentError(f"invalid YAML: {problem}", where) from None


# What ruamel lets out on malformed text: `2026-13-45`, `0x_`, `? [a]: 1`, `!<`.
_SLIPS = (ValueError, LookupError, TypeError, AttributeError, AssertionError)


class _Constructor(RoundTripConstructor):
    """Gives a slip on a single value the place where that value stands."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except _SLIPS as error:
            raise ConstructorError(None, None, f"not a value: {error}", node.start_mark) from None


def _refuse_bombs(yaml: YAML, text: str, where: str) -> None:
    """Aliases and depth are what makes a few hundred bytes of YAML explode."""
    depth = 0
    for event in yaml.parse(StringIO(text)):
        place = f"{where}:{event.start_mark.line + 1}:{event.start_mark.column + 1}"
        if getattr(event, "anchor", None) is not None:
            message = "anchors and aliases (&name, *name) are not allowed; write the value out"
            raise DocumentError(message, place)
        if getattr(event, "ctag", None) is not None:
            raise DocumentError("tags (!name) are not allowed; leave it out", place)
        name = type(event).__name__
        depth += name.endswith("StartEvent") - name.endswith("EndEvent")
        if depth > MAX_DEPTH:
            raise DocumentError(f"nested deeper than {MAX_DEPTH} levels", place)


def _causes(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """`details` without lists that are "too short" only because an entry of theirs is wrong."""
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(_is_inside(other["loc"], detail["loc"]) for other in details)
    ]


def _is_inside(inner: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


# Kinds of mistakes that pydantic words for programmers.
_IN_PLAIN_WORDS = {
    "model_type": "should be a mapping of keys",
    "dict_type": "should be a mapping of keys",
    "tuple_type": "should be a list",
    "list_type": "should be a list",
    "string_type": "should be text; put it in quotes if it looks like a number or a date",
}


def _mistake(
    path: Path, tree: CommentedMap, kind: type[BaseModel], detail: ErrorDetails
) -> tuple[str, str]:
    location = _location(tree, detail["loc"])
    line, column = position(tree, location)
    dotted = ".".join(str(part) for part in location) or "document"
    if detail["type"] == "extra_forbidden":
        key = str(location[-1])
        text = f"unknown key {key!r}{did_you_mean(key, _known_keys(kind, location[:-1]))}"
    elif detail["type"] == "missing":
        what = "entry" if isinstance(location[-1], int) else "key"
        text = f"{dotted}: this {what} is missing"
    else:
        got = detail["input"]
        shown = f" (got {got!r})" if isinstance(got, str | int | float | bool) else ""
        message = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
        text = f"{dotted}: {_IN_PLAIN_WORDS.get(detail['type'], message)}{shown}"
    return f"{path}:{line}:{column}", text


def _location(tree: Any, parts: Sequence[object]) -> list[object]:
    """`parts` without the tried branches of unions, which pydantic adds and no file contains."""
    kept = []
    for part in parts:
        if _holds(tree, part):
            tree = tree[part]
        elif isinstance(part, str) and ("[" in part or part in {"str", "int", "float", "bool"}):
            continue
        else:
            tree = None
        kept.append(part)
    return kept


def _holds(tree: Any, part: object) -> bool:
    if isinstance(tree, CommentedMap):
        return part in tree
    return isinstance(tree, CommentedSeq) and isinstance(part, int) and part < len(tree)


def position(tree: Any, location: Sequence[object]) -> tuple[int, int]:
    """Line and column (from 1) of the last part of `location` that stands in the file."""
    line, column = 0, 0
    for part in location:
        if not _holds(tree, part):
            break
        place = tree.lc.key if isinstance(tree, CommentedMap) else tree.lc.item
        # Keys that a merge (`<<`) brought in have no place of their own.
        line, column = place(part) if part in (tree.lc.data or ()) else (line, column)
        tree = tree[part]
    return line + 1, column + 1


def _known_keys(kind: Any, location: Iterable[object]) -> list[str]:
    """The keys allowed at `location` of a document of `kind`, walked through the model's fields."""
    for part in location:
        if isinstance(part, int):
            continue
        fields = getattr(kind, "model_fields", {})
        if part not in fields:
            return []
        kind = _innermost(fields[part].annotation)
    return [field.alias or name for name, field in getattr(kind, "model_fields", {}).items()]


def _innermost(annotation: Any) -> Any:
    """The model inside `list[Model]`, `Model | None` and the like."""
    for inner in getattr(annotation, "__args__", ()):
        found = _innermost(inner)
        if hasattr(found, "model_fields"):
            return found
    return annotation


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint at the nearest of `known` words, "" where none is near."""
    near = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def dump_yaml(value: Any) -> str:
    """`value` as YAML text in our one style."""
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 100
    out = StringIO()
    yaml.dump(value, out)
    return out.getvalue()
