"""Whether what is put into a text was made harmless by the function that puts it there."""

from __future__ import annotations

import re

_MOST, _VARIABLES = 8_000, 10  # characters of a function that are read; variables of one text
# What is put in: "$name", "{name}", "${name}", "#{name}", or one that is joined to the text; with
# more behind it, it is no plain variable.
_PUT = re.compile(
    r"(?:\{\$|\$\{|#\{|\{|\$|[\"'`]\s*[.+]\s*\(?\s*\$?)\s*(?P<name>\w*)"
    r"(?P<more>\s*(?:\[|->|\.\s*\w|\(|::|%|\+(?!\s*[\"'`])))?"
)
_QUOTE = re.compile(r"[\"'`]")
_CHECKS = (
    r"(?:is_numeric|is_int|ctype_digit|ctype_alnum|isdigit|isnumeric)\s*\(\s*[$]?{name}\b"
    r"|{name}\.(?:isdigit|isnumeric|isdecimal)\("
)


def is_escaped(text: str, before: str, escapes: re.Pattern[str]) -> bool:
    """Whether each variable in `text` was, in the function's part `before` it, last assigned from
    what `escapes` knows, or is checked to be a number there. A value of any other form is not.
    """
    quote = _QUOTE.search(text)  # what stands before it is put nowhere
    put = list(_PUT.finditer(text, quote.start() if quote else 0))
    names = {found["name"] for found in put}
    if any(found["more"] for found in put) or not 0 < len(names) <= _VARIABLES or "" in names:
        return False
    return all(_is_escaped(name, before[-_MOST:], escapes) for name in names)


def _is_escaped(name: str, before: str, escapes: re.Pattern[str]) -> bool:
    assigned = re.compile(rf"(?<![\w>.])\$?{name}\s*:?=(?![=>~])([^\n]{{0,400}})")
    last = None
    for found in assigned.finditer(before):
        line = before[before.rfind("\n", 0, found.start()) + 1 : found.start()]
        if not len(_QUOTE.findall(line)) % 2:  # else it is part of a text
            last = found
    if last and escapes.search(last[1]):
        return True
    checked = re.compile(_CHECKS.replace("{name}", name))
    return bool(checked.search(before[last.end() if last else 0 :]))
