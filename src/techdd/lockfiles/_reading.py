"""Bytes of a hostile author -> text, trees and the lines where names stand; ValueError or nothing.

Trees keep the shape of the file; `table`, `tables` and `strings` read them without trust: what is
not of the shape asked for counts as empty, so one odd entry does not cost the rest of the file.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from techdd.doubts import doubt
from techdd.yamls import DEPTH, Placed, repeated

CUT = "file is cut short"
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_REQUIREMENT = 5_000  # characters of one requirement, markers included


def decoded(data: bytes) -> str:
    """The text of `data`: UTF-8, UTF-16 where a byte order mark says so (PowerShell's `>`), else
    Latin-1, in which any bytes are a text: names and versions are ASCII, so a comment in another
    encoding does not cost them.
    """
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        if _BINARY.search(data):
            raise ValueError("no text in UTF-8, nor in another encoding") from None
        return data.decode("latin-1")


def table(value: Any) -> dict[str, Any]:
    """`value` where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[dict[str, Any]]:
    """The mappings in the list `value`; empty where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def strings(value: Any) -> list[str]:
    """The strings in the list `value`; empty where it is no list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


# Each takes strings whole, and what has no end to the end of the text: one pass, whatever comes.
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"?|//[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)
_TRAILING_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"?|,(?=\s*[}\]])', re.DOTALL)


_ENDS = ", where the file ends"


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:].removesuffix(" starting at")


def json_object(data: bytes, *, comments: bool = False) -> dict[str, Any]:
    """The JSON object in `data`; `comments` also allows those and trailing commas.

    Of a repeated key the last one counts, as for the package managers.
    """
    text = decoded(data)
    if comments:
        for extra in (_COMMENT, _TRAILING_COMMA):
            text = extra.sub(lambda match: match[0] if match[0][0] == '"' else "", text)
    try:
        tree = json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except json.JSONDecodeError as error:
        rest = "" if text[error.pos :].strip() and "Unterminated" not in error.msg else _ENDS
        raise ValueError(f"line {error.lineno}: no JSON: {_plain(error.msg)}{rest}") from None
    except ValueError:
        raise ValueError("no JSON: a number that is too long") from None
    if not isinstance(tree, dict):
        raise ValueError("no JSON object")
    return tree


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of `pairs`, where each key should stand once."""
    found = dict(pairs)
    if len(found) != len(pairs):
        for key, number in Counter(key for key, _ in pairs).items():
            if number > 1:
                repeated(key)
    return found


_PROGRAM = re.compile(
    r"""("(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?)|//[^\n]*|/\*.*?(?:\*/|\Z)|(\#)[^\n]*""",
    re.DOTALL,
)


def without_comments(text: str, *, hashes: bool = False) -> str:
    """A program without its `//` and `/* */` comments, or `#` too; lines keep their number."""

    def kept(match: re.Match[str]) -> str:
        if match[1] or (match[2] and not hashes):
            return match[0]
        return "\n" * match[0].count("\n")

    return _PROGRAM.sub(kept, text)


_KEY_PARTS = 100  # of a dotted key, `a.b."c"`: tomllib is quadratic in them
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)|"(?:[^"\\\n]|\\.)*+"?'
    r"|'''.*?(?:'''|\Z)|'[^'\n]*+'?|#[^\n]*",
    re.DOTALL,
)
_DOTTED = re.compile(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+)++")


def toml_table(data: bytes) -> dict[str, Any]:
    """The TOML document in `data`."""
    text = decoded(data)
    without_strings = _STRING.sub("s", text)
    if any(key[0].count(".") > _KEY_PARTS for key in _DOTTED.finditer(without_strings)):
        raise ValueError(f"a key of more than {_KEY_PARTS} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).rpartition(" (")
        line = re.search(r"line (\d+)", place)
        where = f"{line[0]}: " if line else ""
        raise ValueError(f"{where}no TOML: {_plain(message)}{'' if line else _ENDS}") from None
    except ValueError:
        raise ValueError("no TOML: a number that is too long") from None


class Lines:
    """Where names stand in a text: `pattern`'s groups are the key, found in one pass.

    Each call of `of` takes the next place of that key, so names are to be asked in file order.
    """

    def __init__(self, text: str, pattern: str) -> None:
        self._places: dict[tuple[str, ...], deque[int]] = defaultdict(deque)
        line, last = 1, 0
        for match in re.finditer(pattern, text, re.MULTILINE):
            start = match.start(match.lastindex or 0)
            line += text.count("\n", last, start)
            last = start
            self._places[match.groups("")].append(line)

    def of(self, *key: str) -> int | None:
        """The line of the next place of `key`, from 1; None where there is none (left)."""
        places = self._places.get(key)
        return places.popleft() if places else None


_ENTRY = re.compile(
    r"""(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^']|'')*)'|(?P<plain>[^\s"'].*?))"""
    r""":(?:\s+(?P<value>.*))?$"""
)


def block_yaml(text: str) -> dict[str, Any]:
    """The mapping in the plain block YAML that yarn and pnpm write; every value stays a string.

    A full YAML reader takes a second for 200 kB and obeys anchors and tags. This one takes time in
    proportion, and raises ValueError for an anchor, an alias or a tag. Lists become lists of
    strings; `{...}` and block scalars stay unread.
    """
    root: dict[str, Any] = {}
    open_maps: list[tuple[int, dict[str, Any]]] = [(0, root)]  # indent of its keys, mapping
    last: tuple[int, dict[str, Any], str] | None = None  # the entry above: indent, where
    for number, indent, line in _yaml_lines(text):
        if line.startswith("- "):
            if last is not None and indent >= last[0] and last[1][last[2]] in ("", []):
                last[1][last[2]] = []
            if last is not None and isinstance(last[1][last[2]], list):
                last[1][last[2]].append(_scalar(line[2:].strip(), number))
            continue
        if last is not None and indent > last[0]:
            holder, key = last[1], last[2]
            if holder[key] != "":
                continue  # the rest of a scalar over several lines, or of a list's item
            if len(open_maps) > DEPTH:
                raise ValueError(f"line {number}: nested too deeply")
            holder[key] = {}
            open_maps.append((indent, holder[key]))
        while indent < open_maps[-1][0]:
            open_maps.pop()
        match = _ENTRY.match(line)
        if match is None or indent != open_maps[-1][0]:
            raise ValueError(f"line {number}: not in the form that the package manager writes")
        here, key = open_maps[-1][1], Placed(_key(match), number)
        if key in here:
            repeated(key)
            del here[key]
        here[key] = _scalar((match["value"] or "").strip(), number)
        last = (indent, here, key)
    if last is not None and _is_open(last[1][last[2]], text):
        doubt(CUT, f"the value of {last[2]} is not closed")
    return root


_CLOSES = {'"': '"', "'": "'", "{": "}", "[": "]"}


def _is_open(value: Any, text: str) -> bool:
    """Whether the last value of a text begins with a bracket or quote that nothing closes."""
    closing = _CLOSES.get(value[:1]) if isinstance(value, str) else None
    return closing is not None and not text.rstrip().endswith(closing)


def _yaml_lines(text: str) -> Iterator[tuple[int, int, str]]:
    """(line number, indent, content) of lines that say something; `? key` and `:` are joined."""
    long_key = ""
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#") or line == "---":
            continue
        indent = len(raw) - len(raw.lstrip(" "))
        if line.startswith("? "):  # how yarn writes keys of more than 1,024 characters
            long_key = line[2:].strip()
        elif long_key and line == ":":
            yield number - 1, indent, f"{long_key}:"
            long_key = ""
        else:
            yield number, indent, "- " if line == "-" else line


def _key(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return re.sub(r"\\(.)", r"\1", match["double"])
    if match["single"] is not None:
        return match["single"].replace("''", "'")
    return match["plain"]


# What people write by hand has comments behind values.
_BEFORE_COMMENT = re.compile(
    r"""("(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'|(?!["'])(?:(?!(?:^|\s)\#).)*)(?:(?:^|\s+)\#.*)?$"""
)


def _scalar(value: str, line: int) -> str | dict[str, Any]:
    if value[:1] in ("&", "*", "!"):
        raise ValueError(f"line {line}: anchors, aliases and tags are refused")
    if (
        " #" in value or value[:1] == "#"
    ):  # a comment behind the value, where somebody wrote by hand
        match = _BEFORE_COMMENT.match(value)
        value = match[1].rstrip() if match else value
    if value == "{}":
        return {}
    if value[:1] in ("|", ">") and len(value) < 4:
        return value
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


def pep508(text: str) -> tuple[str, str | None, str, str]:
    """(normalised name, exact version or None, version range as written, URL) of a requirement.

    Raises ValueError without repeating the text, which may hold a password.
    """
    try:
        wish = Requirement(text[:_REQUIREMENT])
    except (ValueError, RecursionError):
        raise ValueError("not a requirement (PEP 508)") from None
    exact = [clause.version for clause in wish.specifier if clause.operator in ("==", "===")]
    version = exact[0] if len(exact) == len(wish.specifier) == 1 and "*" not in exact[0] else None
    return canonicalize_name(wish.name), version, str(wish.specifier), wish.url or ""
