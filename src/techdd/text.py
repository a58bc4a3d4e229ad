"""Makes text that came from a client safe to store, print and render."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

MAX_LENGTH = 2_000  # characters of one value; longer ones are cut with an ellipsis

# The user and password of an address, and of what has no "://": git's short form and images
# ("user:word@host/path"). Schemes that stand before a package's version are no users.
_USER = re.compile(
    r"(?<=://)[^/\s]+@"
    r"|(?<![\w.:/@+-])(?!(?i:npm|scm|patch|workspace|virtual|portal|link|file|jsr|git|git(?:hub|lab)|docker"
    r"|mailto|sha\d+|md5):)[\w.+-]{1,100}:[^/@\s\\\"'`]{1,400}@(?![a-z0-9]+:[0-9a-f]{32})(?=[\w-]+(?:\.[\w-]+)*[:/][^\s:])"
)
# Parameters of an address, by their names.
_PARAMETER = re.compile(
    r"(?i)([?&;](?:[\w.-]*(?:token|passw(?:or)?d|secret|signature)|(?:[\w.-]*[_-])?(?:key|auth|pwd|sig)"
    r"|apikey)=)[^&;#\s\"'`<>]+"
)
# What opens an access token of a well-known service, and what must follow: names of files and
# packages begin so as well ("hf_tokenizer_utils.py", "pypi-attestations-models").
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{14,}|github_pat_[A-Za-z0-9_]{14,}"
    # as names of Python packages are spelt: in small letters, with "-"
    r"|gh[pousr]-[A-Za-z0-9]{36}(?![A-Za-z0-9])|github-pat-[A-Za-z0-9]{22}-[A-Za-z0-9]{40,}"
    r"|(?:npm-[a-z0-9]{36}|hf-[a-z0-9]{34}|[srp]k-(?:live|test)-[a-z0-9]{24,})(?![A-Za-z0-9])"
    r"|gl(?:pat|dt|rt|oas|cbt)-[A-Za-z0-9_.-]{14,}|xox[abeoprs]-[A-Za-z0-9-]{14,}"
    r"|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{14,}|whsec_[A-Za-z0-9+/=]{14,}"
    r"|sk-(?:proj|ant)-[A-Za-z0-9_-]{14,}|sk-or-v1-[0-9a-f]{30,}"
    r"|sk-[A-Za-z0-9_-]{14,100}T3BlbkFJ[A-Za-z0-9_-]{8,}|AGE-SECRET-KEY-1[A-Z0-9]{14,}"
    r"|A(?:KIA|SIA(?=[A-Z]*[0-9]))[A-Z0-9]{16}"
    r"|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{50,}|dop_v1_[0-9a-f]{14,}"
    r"|sq[aup]_[0-9a-f]{30,}|shp(?:at|ss|ca|pa)_[0-9a-fA-F]{14,}|hf_[A-Za-z0-9]{24,}"
    r"|dckr_pat_[A-Za-z0-9_-]{14,}|SG\.[A-Za-z0-9_-]{14,}\.[A-Za-z0-9_-]{14,}"
    r"|ya29\.[A-Za-z0-9_-]{14,}|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_.-]{14,})"
)
_SHORTEST_TOKEN = 18
_MASK = "[masked]"


def clean(text: str) -> str:
    """`text` on one line, with control, bidirectional, zero-width and lone surrogate characters
    written as escapes, so that it can neither drive a terminal nor break an encoder, and without
    access tokens, each of which leaves its own mark: two names stay two. Idempotent.
    """
    shown = _harmless(text[: MAX_LENGTH + 1])
    return shown if len(shown) <= MAX_LENGTH else shown[: MAX_LENGTH - 1] + "…"


def legible(text: str) -> str:
    """`text` as `clean` shows it, but of any length and with its lines. Idempotent."""
    return "\n".join(map(_harmless, normal(text).replace("\t", " ").split("\n"))).strip()


def _harmless(text: str) -> str:
    if len(text) >= _SHORTEST_TOKEN and _may_hold_token(text):
        text = _TOKEN.sub(_marked, text)
    return text if text.isprintable() else "".join(map(_shown, text))


def _may_hold_token(text: str) -> bool:
    """Whether it has a sign that stands in each token: most paths have none, and cost less so."""
    return (
        "_" in text
        or "-" in text
        or "AKIA" in text
        or "ASIA" in text
        or "AIza" in text
        or "SG." in text
        or "ya29." in text
        or "eyJ" in text
    )


def disguised(name: str) -> str:
    """`name`, a version or a reference without users and passwords, and without tokens and random
    words, each of which leaves its own mark: two names stay two. Idempotent.
    """
    shown = clean(without_credentials(name))
    if len(shown) < _SHORTEST:
        return shown
    return _ATOM.sub(lambda atom: _marked(atom) if _is_random(atom[0]) else atom[0], shown)


def _marked(token: re.Match[str]) -> str:
    return f"[masked-{hashlib.sha256(token[0].encode(errors='replace')).hexdigest()[:6]}]"


def _shown(char: str) -> str:
    if char.isprintable() or unicodedata.category(char) == "Zs":
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def normal(text: str) -> str:
    """Text as every format can hold it: lines end in one way and without spaces, and control
    characters are visible.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(
        (line if line.isprintable() else "".join(map(_visible, line))).rstrip() for line in lines
    ).strip()


def _visible(char: str) -> str:
    if char == "\t" or (
        unicodedata.category(char) not in ("Cc", "Cs") and char not in "\ufffe\uffff"
    ):
        return char
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}"


def decode(raw: bytes) -> str:
    """Bytes from git (a path, a name) as clean text; what is not UTF-8 stays visible as escapes.

    What is too long ends with a digest of the whole: two paths stay two.
    """
    shown = clean(raw.decode("utf-8", "backslashreplace"))
    if len(shown) < MAX_LENGTH:
        return shown
    digest = hashlib.sha256(raw).hexdigest()[:16]
    return f"{shown[: MAX_LENGTH - 20]}…{digest}"


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"; longer lists are cut."""
    shown = list(words[:5])
    if len(words) > 5:
        shown[4] = f"{len(words) - 4:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def some_of(names: Sequence[str], most: int) -> str:
    """The first `most` of `names`, and how many there are beyond."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


# What follows such a word, as its value.
_NAMED = re.compile(
    r"(?i)((?<![a-z])(?:pass(?:wor[dt]|wd|phrase|(?=\s*[=:]))|"
    r"kennwort|pwd?|p/w|secret|token|credentials?|"
    r"(?:api|access|private|secret|license)?[-_ ]?key)s?[\"'`]?)"
    r"(\s*[=:]+>?\s*|\s+(?:(?:is|was|to|as|with|value|from)\s+)?)([\"'`]?)([^\s\"'`,;)<>\]]{4,})"
)
# Options of programs and headers whose value is a credential, whatever it looks like.
_OPTION = re.compile(
    r"(?i)(\b(?:mysql|mariadb)\w{0,10}\s(?:[^\n]{0,200}?\s)?-p[\"']?"
    r"|\bcurl\s(?:[^\n]{0,200}?\s)?(?:-u|--user)[ =]?[\"']?[^\s:\"'$]{1,100}:"
    r"|\bauthorization[\"']?\s*[=:]\s*[\"']?(?:basic|bearer)\s+)(?![${<\[])([^\s\"'`]{4,})"
)
_WORD = re.compile(r"[^\s\"'`()<>]*[A-Za-z0-9]{16}[^\s\"'`()<>]*|[A-Za-z0-9+/_=-]{24,}")
_ATOM = re.compile(r"[A-Za-z0-9]{16,}")
_IDENTIFIER = re.compile(r"[0-9a-f]{4,23}|[0-9a-f]{40}")  # of a commit, maybe abbreviated
_NO_SECRET = re.compile(r"[0-9a-f]+|\d{8}T\d{4,9}Z?")  # an id, a time
_HEX = re.compile(r"(?<![A-Za-z0-9])(?:[0-9a-f]{24,}|[0-9A-F]{24,})(?![A-Za-z0-9])")
_CHANGES = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Z])(?=[0-9a-z])|(?<=[a-z])(?=[0-9A-Z])")
_SIGNS = re.compile(r"[^A-Za-z0-9]")
_MIXED = re.compile(r"(?<!\S)(?=\S*[A-Z])(?=\S*[a-z])\S*[!#$%^&*?~+=|]\S*")
_REFERENCES = ("[masked", "#", "(", "$", "{", "/", ".")
# Words, versions and names of variables, which also follow such a word.
_PLAIN = re.compile(
    r"[A-Za-z]+(?:[-_./:][A-Za-z]+)*[:.!?]?|v?[\d.]+|[A-Za-z]+(?:_[A-Za-z]+)*_v?\d+"
    r"|[a-z]+(?:_[a-z]+)+\d?|\d?[A-Z][a-z]+|[^A-Za-z]+"
)
_LONG_WORD = 20  # letters: no plain word is that long
# Without any of these nothing above goes beyond a word, and none has less than so many characters.
_HINTS = (
    "://", "pass", "pw", "p/w", "kennwort", "secret", "token", "credential", "key", "mysql",
    "mariadb", "curl", "authorization",
)  # fmt: skip
_SHORTEST = 16


def masked(text: str) -> str:
    """`text` with words that look like credentials left out, for what people write freely.

    These are tokens of well-known services, users and passwords of addresses and of programs, what
    follows a word such as "password" and is no plain word, long hexadecimal numbers, and runs of 16
    letters and digits (or 20 with signs) that change their kind all the time. A commit's id stays.
    """
    folded = text.casefold()
    if any(hint in folded for hint in _HINTS):
        return _masked(text)
    plain = all(_is_plain(word) for word in text.split() if len(word) >= _SHORTEST)
    return text if plain else _masked(text)


def _masked(text: str) -> str:
    text = _USER.sub(f"{_MASK}@", without_tokens(text))
    text = _OPTION.sub(rf"\1{_MASK}", _PARAMETER.sub(rf"\1{_MASK}", text))
    text = _NAMED.sub(_without_value, text)
    text = _HEX.sub(lambda word: word[0] if _IDENTIFIER.fullmatch(word[0]) else _MASK, text)
    text = _MIXED.sub(_without_mixed, text)
    return _WORD.sub(lambda word: _MASK if _is_random(word[0]) else word[0], text)


@lru_cache(1 << 14)  # a history uses the same words again and again
def _is_plain(word: str) -> bool:
    return _masked(word) == word


def without_tokens(text: str) -> str:
    """`text` without words that are access tokens by their beginning, for names that are shown."""
    return _TOKEN.sub(_MASK, text)


def _without_value(found: re.Match[str]) -> str:
    name, between, quote, value = found.groups()
    assigned = "=" in between and ">" not in between
    told = value.startswith(_REFERENCES) or not (assigned or len(value) >= _LONG_WORD)
    if told and (value.startswith(_REFERENCES) or _PLAIN.fullmatch(value)):
        return found[0]
    return f"{name}{between}{quote}{_MASK}"


def _is_random(word: str) -> bool:
    for atom in [*_ATOM.findall(word), *_joined(word)]:
        if atom.isalpha() or atom.isdigit() or _NO_SECRET.fullmatch(atom):
            continue
        changes = len(_CHANGES.findall(atom)) / len(atom)
        if changes > (0.15 if atom.isupper() else 0.45):
            return True
    return False


def _without_mixed(found: re.Match[str]) -> str:
    """A word without sense: letters of both sizes, digits and signs in no order."""
    word = found[0]
    plain = _SIGNS.sub("", word)
    if len(word) < _LONG_WORD or len(plain) < 12 or len(re.findall("[0-9]+", word)) < 2:
        return word
    return _MASK if len(_CHANGES.findall(plain)) > 0.45 * len(plain) else word


def _joined(word: str) -> list[str]:
    """A word of base64 as one run: "+" and "/" part it as they part no path."""
    plain = re.sub(r"[+/=_-]", "", word)
    return [plain] if "+" in word and len(plain) >= 24 and plain.isalnum() else []


def without_credentials(url: str) -> str:
    """`url` without a user or password, in whichever place, fit to be printed."""
    if "@" in url:
        url = _USER.sub("", url)
    return _PARAMETER.sub(rf"\1{_MASK}", url) if "=" in url else url


def without_folders(message: str) -> str:
    """`message` without the paths of this machine, fit for a report."""
    return _FOLDER.sub("(a folder)", message)


_FOLDER = re.compile(r"""(?<![^\s'"(])/[^\s'"]+""")

PLACE_MARK = "\N{MATHEMATICAL LEFT DOUBLE ANGLE BRACKET}"
_PLACE_END = "\N{MATHEMATICAL RIGHT DOUBLE ANGLE BRACKET}"
_INSTEAD = "\N{BROKEN BAR}"
PLACE_TOKEN = re.compile(f"{PLACE_MARK}([^{_INSTEAD}]*){_INSTEAD}(.*?){_PLACE_END}")
_PLACE_MARKS = re.compile(f"[{PLACE_MARK}{_INSTEAD}{_PLACE_END}]")


def place_token(place: str, instead: str = "") -> str:
    """The stand-in for what names a place (a path, a resource, a branch, a commit) in evidence that
    would show an attacker the way; `report.py` resolves it, for investors to `instead`.
    """
    shown, other = (_PLACE_MARKS.sub("?", text) for text in (place, instead))
    return f"{PLACE_MARK}{other}{_INSTEAD}{shown}{_PLACE_END}"


def without_places(text: str) -> str:
    """`text` with what stands for its places: as a sentence's first word with a capital, and
    without the space before where nothing does.
    """
    return _PLACE.sub(_instead, text)


_PLACE = re.compile(f" ?{PLACE_TOKEN.pattern}")


def _instead(found: re.Match[str]) -> str:
    instead = found[1]
    if not instead:
        return ""
    if not found.start():
        return instead[0].upper() + instead[1:]
    return (" " if found[0][0] == " " else "") + instead
