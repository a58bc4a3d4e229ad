"""Which values are none: references, words, and what stands in for a value until there is one."""

from __future__ import annotations

import re

# What is read elsewhere, and what no password starts or ends with.
_REFERENCE = re.compile(
    rb"(?i)[<{\[(/.\\`-].*|\$[a-z_{(].*|%env\(.*|%[{(].*|%[\w.-]+%|@[a-z]+[/(].*|@[\w.-]+@|@@.*"
    rb"|![a-z:/.!]+|[*&][a-z_-]*|\w+\(.*|ENC\[.*"
    rb"|.*(?:\$\{|\$\(|\{\{|\}\}|<%|(?-i:\$[A-Z_]{3,})).*"
    rb"|(?:secrets?|env|vars?|process|os)\..*|(?:vault|arn|file|ssm):.*|secret(?:key|ref)?:.*"
    rb"|[a-z]{2,12}://.*|.*\.(?:pem|key|json|crt|cer|p12|jks|txt|ya?ml|env)"
)
_WORD = re.compile(
    rb"(?i)null|none|undefined|true|false|yes|no|optional|required|string|str|empty|unset|disabled"
    rb"|[\d.]+|\d+[smhd]?"
)
# A guessable value that holds one of these is a stand-in, or the default of a machine for tests.
_SAID = re.compile(
    rb"(?i)change|replace|insert|todo|fixme|enter[_-]|put[_-]|your|my[_-]?|some[_-]?|foo|bar"
    rb"|hunter2|xxx|here$|generate|bearer|p[a@]ss[-_@]?w[o0]rd|passwd|passwort|secret|admin|root"
    rb"|test|demo|guest|local|default|dev|user|postgres|mysql|123456|qwerty|letmein"
    rb"|not[_-]?(?:a|so|real|used)"
)
_LETTERS = re.compile(rb"[A-Za-z]+(?:[-_. ][A-Za-z]+)*")
_RUNS = re.compile(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_DIGITS = re.compile(rb"\d+")
_LEAST = 12  # characters of a value that no person needs to remember


def is_reference(value: bytes) -> bool:
    """Whether it stands elsewhere, or is a word of the language."""
    return bool(_REFERENCE.fullmatch(value) or _WORD.fullmatch(value))


def stands_in(value: bytes) -> bool:
    """Whether it is no value: what a generator made is one, whatever words it holds by chance."""
    if is_reference(value):
        return True
    return bool(_SAID.search(value)) and not is_generated(value)


def is_strong(value: bytes) -> bool:
    """Whether it looks made by a machine, and not by somebody who needed a word."""
    kinds = sum(
        bool(re.search(kind, value)) for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^A-Za-z0-9]")
    )
    phrase = _LETTERS.fullmatch(value) and _is_phrase(value)
    return len(value) >= _LEAST and kinds >= 2 and not phrase


def is_generated(value: bytes) -> bool:
    """Whether it is strong, and neither a name nor a phrase with numbers ("app-token-v2")."""
    return is_strong(value) and not _is_phrase(value)


def _is_phrase(value: bytes) -> bool:
    """Whether it changes between words and numbers as seldom as names do."""
    return all(
        len(piece) <= 4
        or (len(_DIGITS.findall(piece)) < 3 and 3 * len(_RUNS.findall(piece)) <= len(piece))
        for piece in re.split(rb"[^A-Za-z0-9]+", value)
    )
