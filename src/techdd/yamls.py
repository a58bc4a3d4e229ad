"""YAML that people write -> trees whose keys and texts know their line; ValueError or nothing.

Read from libyaml's events: nothing is constructed, so tags mean nothing and every value stays text;
anchors are shared and never copied; `<<` is filled in up to a limit. (`lockfiles.block_yaml`
reads what package managers write, where an anchor is a sign of an attack.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from techdd.doubts import doubt

DEPTH = 40  # far more than any format nests
_MERGED = 50_000  # entries that `<<` may fill in, in one file
_NOTHING = ("", "~", "null", "Null", "NULL")


class Placed(str):
    """A key or text that knows its line."""

    __slots__ = ("line",)
    line: int

    def __new__(cls, text: str, line: int) -> Placed:
        """`text` as it stands on `line`."""
        placed = super().__new__(cls, text)
        placed.line = line
        return placed


class _Tree:
    """A list or a mapping, where a reader may expect a text: as one it is short, whatever an alias
    multiplies, and it can be looked up like one.
    """

    def __repr__(self) -> str:
        return f"({type(self).__name__.lower()})"

    __hash__ = object.__hash__  # by identity: nothing is changed once it is read


class Sequence(_Tree, list[Any]):  # type: ignore[misc]  # a list has no hash
    """A list of YAML."""


class Mapping(_Tree, dict[str, Any]):  # type: ignore[misc]
    """A mapping of YAML."""


def line_of(key: str) -> int | None:
    """The line of a key or text that was read with its place."""
    return key.line if isinstance(key, Placed) else None


def repeated(key: str) -> None:
    """Doubts a mapping that has `key` twice: here the last one counts, elsewhere maybe another."""
    line = line_of(key)
    doubt("keys are repeated", f"{key} (line {line})" if line else key)


def yaml_documents(text: str) -> list[Any]:
    """The documents in `text`: dicts, lists and texts; what is null or left out is ""."""
    import yaml

    try:
        return _Trees().built(yaml.parse(text, Loader=yaml.CBaseLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{place}no YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, UnicodeEncodeError):
        raise ValueError("no YAML: a character that is not allowed") from None


def mappings(values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """The mappings among `values`, each once however often an alias repeats it."""
    yield from {id(value): value for value in values if isinstance(value, dict)}.values()


def items(values: Iterable[Any]) -> Iterator[Any]:
    """What the lists among `values` hold, each list once."""
    for value in {id(value): value for value in values if isinstance(value, list)}.values():
        yield from value


class _Trees:
    def __init__(self) -> None:
        self._anchors: dict[str, Any] = {}
        self._left = _MERGED

    def built(self, events: Iterable[Any]) -> list[Any]:
        documents: list[Any] = []
        open_: list[tuple[list[Any], str | None, int, bool]] = []  # values, anchor, line, mapping
        for event in events:
            kind, line = type(event).__name__, event.start_mark.line + 1
            if kind in ("MappingStartEvent", "SequenceStartEvent"):
                if len(open_) > DEPTH:
                    raise ValueError(f"line {line}: nested too deeply")
                open_.append(([], event.anchor, line, kind == "MappingStartEvent"))
                continue
            if kind in ("MappingEndEvent", "SequenceEndEvent"):
                values, anchor, line, is_mapping = open_.pop()
                value: Any = self._mapping(values, line) if is_mapping else Sequence(values)
            elif kind == "ScalarEvent":
                plain = not event.style or event.style not in "'\"|>"
                text = "" if plain and event.value in _NOTHING else event.value
                value, anchor = Placed(text, line), event.anchor
            elif kind == "AliasEvent":
                if event.anchor not in self._anchors:
                    raise ValueError(f"line {line}: *{event.anchor} stands for nothing above")
                value, anchor = self._anchors[event.anchor], None
            else:
                if kind == "DocumentStartEvent":
                    self._anchors = {}
                continue
            if anchor:
                self._anchors[anchor] = value
            (open_[-1][0] if open_ else documents).append(value)
        return documents

    def _mapping(self, values: list[Any], line: int) -> Mapping:
        """Keys and values in turn; what `<<` names stands behind what is said here."""
        own = Mapping()
        bases: list[Any] = []
        for key, value in zip(values[::2], values[1::2], strict=True):
            if not isinstance(key, str):
                raise ValueError(f"line {line}: a key that is no text")
            if key == "<<":
                bases += value if isinstance(value, list) else [value]
            else:
                if key in own:
                    repeated(key)
                    del own[key]  # the last one counts, its place too
                own[key] = value
        for base in mappings(bases):
            self._left -= len(base)
            if self._left < 0:
                raise ValueError(f"line {line}: << fills in more than {_MERGED:,} entries")
            for key, value in base.items():
                own.setdefault(key, value)
        return own
