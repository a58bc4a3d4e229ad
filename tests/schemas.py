"""Checks a document against a published schema; what JSON Schema has of use in these."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import cyclonedx

FOLDER = Path(cyclonedx.__file__).parent / "schema" / "_res"
VENDORED = Path(__file__).parent / "vendored_schemas"
_TYPES = {
    "object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float),
    "integer": int,
}  # fmt: skip
# What only describes, or is dealt with beside another keyword.
_SILENT = {
    "$schema", "$id", "id", "$comment", "title", "description", "definitions", "default",
    "examples", "meta:enum", "deprecated", "additionalItems", "properties", "format", "$defs",
    "then",
}  # fmt: skip


_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`\x00-\x1f]+""")


@cache
def schema(name: str) -> Any:
    own = VENDORED / name
    found = own if own.is_file() else FOLDER / name.replace(".schema.json", ".SNAPSHOT.schema.json")
    return json.loads(found.read_text())


def mistakes(document: Any, name: str = "bom-1.6.schema.json") -> list[str]:
    """Every place where `document` is not what the schema says."""
    return list(_mistakes(document, schema(name), name, "$"))


def _mistakes(value: Any, rule: Any, file: str, place: str) -> Iterator[str]:
    for keyword, said in rule.items() if isinstance(rule, dict) else ():
        if keyword not in _SILENT:
            yield from _CHECKS[keyword](value, said, rule, file, place)
    form = rule.get("format") if isinstance(rule, dict) and isinstance(value, str) else ""
    if form == "date-time":
        datetime.fromisoformat(value)
    elif form in ("iri", "uri") and not _IRI.fullmatch(value):
        yield f"{place}: no IRI"
    if isinstance(value, dict) and isinstance(rule, dict):
        for key, inner in rule.get("properties", {}).items():
            if key in value:
                yield from _mistakes(value[key], inner, file, f"{place}.{key}")


def _ref(value: Any, said: str, _: Any, file: str, place: str) -> Iterator[str]:
    name, _, path = said.partition("#")
    rule = schema(name or file)
    for part in path.strip("/").split("/") if path.strip("/") else ():
        rule = rule[part]
    yield from _mistakes(value, rule, name or file, place)


def _type(value: Any, said: Any, *_: Any) -> Iterator[str]:
    kinds = [said] if isinstance(said, str) else said
    fits = any(isinstance(value, _TYPES[kind]) for kind in kinds)
    if not fits or (isinstance(value, bool) and "boolean" not in kinds):
        yield f"{_[-1]}: no {said}"


def _items(value: Any, said: Any, _: Any, file: str, place: str) -> Iterator[str]:
    rules = said if isinstance(said, list) else [said] * len(value)
    for number, (one, rule) in enumerate(zip(value, rules, strict=False)):
        yield from _mistakes(one, rule, file, f"{place}[{number}]")


def _prefix_items(value: Any, said: Any, rule: Any, file: str, place: str) -> Iterator[str]:
    if isinstance(value, list):
        yield from _items(value, said, rule, file, place)


def _names(value: Any, said: Any, _: Any, file: str, place: str) -> Iterator[str]:
    for key in value if isinstance(value, dict) else ():
        yield from _mistakes(key, said, file, f"{place}.{key}")


def _matching(value: Any, said: Any, _: Any, file: str, place: str) -> Iterator[str]:
    for key, one in value.items() if isinstance(value, dict) else ():
        for pattern in (pattern for pattern in said if re.search(pattern, key)):
            yield from _mistakes(one, said[pattern], file, f"{place}.{key}")


def _additional(value: Any, said: Any, rule: Any, file: str, place: str) -> Iterator[str]:
    for key in value.keys() - rule.get("properties", {}) if isinstance(value, dict) else ():
        if said is False:
            yield f"{place}: unknown {key}"
        else:
            yield from _mistakes(value[key], said, file, f"{place}.{key}")


def _required(value: Any, said: Any, *rest: Any) -> Iterator[str]:
    yield from (
        f"{rest[-1]}: no {key}" for key in said if isinstance(value, dict) and key not in value
    )


def _some(value: Any, said: Any, _: Any, file: str, place: str) -> Iterator[str]:
    if all(list(_mistakes(value, one, file, place)) for one in said):
        yield f"{place}: fits none of the alternatives"


def _all(value: Any, said: Any, _: Any, file: str, place: str) -> Iterator[str]:
    for one in said:
        yield from _mistakes(value, one, file, place)


def _if(value: Any, said: Any, rule: Any, file: str, place: str) -> Iterator[str]:
    if not list(_mistakes(value, said, file, place)):
        yield from _mistakes(value, rule["then"], file, place)


def _one(value: Any, said: Any, _: Any, file: str, place: str) -> Iterator[str]:
    if sum(not list(_mistakes(value, one, file, place)) for one in said) != 1:
        yield f"{place}: does not fit exactly one of the alternatives"


def _when(wrong: Any) -> Any:
    def check(value: Any, said: Any, *rest: Any) -> Iterator[str]:
        if wrong(value, said):
            yield f"{rest[-1]}: {str(value)[:80]!r} against {str(said)[:80]}"

    return check


def _count(*kinds: type) -> Any:
    return lambda compare: _when(lambda v, said: isinstance(v, kinds) and compare(v, said))


_CHECKS: dict[str, Any] = {
    "$ref": _ref,
    "type": _type,
    "items": _items,
    "prefixItems": _prefix_items,
    "additionalProperties": _additional,
    "patternProperties": _matching,
    "propertyNames": _names,
    "required": _required,
    "allOf": _all,
    "if": _if,
    "anyOf": _some,
    "oneOf": _one,
    "enum": _when(lambda value, said: value not in said),
    "const": _when(lambda value, said: value != said),
    "pattern": _count(str)(lambda value, said: not re.search(said, value)),
    "minLength": _count(str)(lambda value, said: len(value) < said),
    "maxLength": _count(str)(lambda value, said: len(value) > said),
    "minItems": _count(list)(lambda value, said: len(value) < said),
    "maxItems": _count(list)(lambda value, said: len(value) > said),
    "minimum": _count(int, float)(lambda value, said: value < said),
    "maximum": _count(int, float)(lambda value, said: value > said),
    "exclusiveMinimum": _count(int, float)(lambda value, said: value <= said),
    "exclusiveMaximum": _count(int, float)(lambda value, said: value >= said),
    "uniqueItems": _count(list)(
        lambda value, _: len({json.dumps(one, sort_keys=True) for one in value}) < len(value)
    ),
    "dependencies": _count(dict)(
        lambda value, said: any(
            key in value and not set(needed) <= value.keys() for key, needed in said.items()
        )
    ),
}
