"""Words that an audience may not read, as the adviser lists them; what looks like a place.

A term is found whatever its case and whatever parts its words ("Project Falcon" is in
`project-falcon` and `ProjectFalcon`), and as a word of its own: "acme" is in `AcmeClient` and not
in "placement". What holds it inside a longer word is told by `within`, for somebody to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize

_PARTS = re.compile(r"[\W_]+")


class Terms:
    """Pairs of a term and of what stands for it."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        ordered = sorted(pairs, key=lambda pair: (-len(pair[0]), pair))
        self._patterns = [(_pattern(term), instead) for term, instead in ordered]

    def hidden(self, text: str) -> str:
        """`text` with what stands for each term in its place."""
        for pattern, instead in self._patterns:
            text = _replaced(text, pattern, instead)
        return text

    def within(self, text: str) -> Iterator[str]:
        """The terms that `text` still holds, such as inside of longer words."""
        for pattern, _ in self._patterns:
            yield from (found[0] for found in pattern.finditer(text))


def _pattern(term: str) -> re.Pattern[str]:
    term = normalize("NFC", term)
    words = [_spelled(word) for word in _PARTS.split(term) if word] or [_spelled(term)]
    between = max([3, *map(len, _PARTS.findall(term))])
    return re.compile(rf"[\W_]{{0,{between}}}".join(words), re.IGNORECASE)


def _spelled(word: str) -> str:
    """`word` also with its accents as signs of their own, as some machines name files."""
    forms = dict.fromkeys(re.escape(normalize(form, word)) for form in ("NFC", "NFD"))
    return f"(?:{'|'.join(forms)})"


def _replaced(text: str, pattern: re.Pattern[str], instead: str) -> str:
    """One by one: what stands inside a longer word may overlap one that stands alone."""
    parts, done, at = [], 0, 0
    while found := pattern.search(text, at):
        at = found.start() + 1
        if _stands_alone(found):
            parts += [text[done : found.start()], instead]
            done = at = found.end()
    return "".join([*parts, text[done:]]) if parts else text


def _stands_alone(found: re.Match[str]) -> bool:
    """Whether no longer word goes on around it; in `AcmeClient` a capital begins the next."""
    text, start, end = found.string, found.start(), found.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    opens = not before.isalpha() or (text[start].isupper() and not before.isupper())
    return opens and (not after.isalpha() or after.isupper())


# --- places in sentences --------------------------------------------------------------------------

# What a sentence may hold all the same. The folder of a package ("gopkg.in/yaml.v3") is a host.
# An ending that begins with a capital is part of a component's name ("src/Catalog.API"), unless all
# of the file's name is in capitals.
_FILE = re.compile(
    r"(?<![\w/:.@+-])\.?[\w+-]+/(?:[\w.@+-]+/)*"
    r"(?:[\w.+-]*\.(?:[a-z]\w{0,9}|[CHRS]|F\d\d|Rmd)|[A-Z0-9_.+-]+\.[A-Z][A-Z0-9]{0,9})"
    r"(?::\d+(?:[-:]\d+)?)?(?![\w/])"
)
# From the root of a machine, of a home or of a drive.
_ROOTED = re.compile(
    r"(?<![\w/:.@<>)\]~-])~?/(?:[\w.@+-]+/)+[\w.@+-]*|(?<![\w/])~/[\w.@+-]+"
    r"|(?<!\w)(?:[A-Za-z]:\\|\\\\\w)[^\s\"'|<>]+"
)
_HOST = re.compile(
    r"\b[a-z][a-z0-9+.-]{0,20}://[^\s)\]}>\"']+"
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?![\w.])"
    r"|(?<![\w.-])(?:[\w-]+\.)+(?:internal|intranet|local|localdomain|lan|corp|svc)\b(?::\d+)?",
    re.IGNORECASE,
)


def scrubbed(text: str) -> str:
    """`text` without paths of files and addresses of machines: a second line, behind the marks."""
    if "/" in text or "\\" in text:
        text = _FILE.sub("(a file)", _ROOTED.sub(_rooted, text))
    return _HOST.sub("(an address)", text) if "." in text or "://" in text else text


def _rooted(found: re.Match[str]) -> str:
    return f"(a path){'.' * found[0].endswith('.')}"  # the end of a sentence


def places_in(text: str) -> Iterator[tuple[str, str]]:
    """What `scrubbed` would replace: ("paths" or "hosts and URLs", what it is)."""
    if "/" in text or "\\" in text:
        for pattern in (_ROOTED, _FILE):
            yield from (("paths", found[0]) for found in pattern.finditer(text))
    if "." in text:
        yield from (("hosts and URLs", found[0]) for found in _HOST.finditer(text))
