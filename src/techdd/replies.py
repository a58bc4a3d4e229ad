"""What people write as an answer, as values: levels, figures, grades, documents.

Whatever can only mean one thing is understood, however it is written; everything else is a
ValueError that says what is wanted.
"""

from __future__ import annotations

import math
import re
from datetime import date
from hashlib import file_digest
from pathlib import Path
from typing import Literal, NamedTuple

from techdd.answers import LONGEST, Answer, Document
from techdd.checklists import Figure
from techdd.errors import TechddError
from techdd.files import opened
from techdd.model import Grade
from techdd.text import clean

Confidence = Literal["low", "medium", "high"]
NOT_APPLICABLE, UNKNOWN = "not applicable", "don't know"
GRADES = {"stated": Grade.STATED, "shown": Grade.SHOWN, "sampled": Grade.SAMPLED}
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")

_LEVEL = re.compile(r"(?:level\s*)?([0-4])(?:[.,]0+)?(?:\s*[-–—:=.)(]+\s*[^\W\d].*|\s*/\s*4)?")
_NOT_APPLICABLE = {"not applicable", "n/a", "na", "n.a", "n. a", "n"}
_UNKNOWN = {"don't know", "dont know", "do not know", "unknown", "not known", "no idea", "u"}
_GRADES = GRADES | {
    "said": Grade.STATED, "told": Grade.STATED, "1": Grade.STATED,
    "document": Grade.SHOWN, "2": Grade.SHOWN,
    "sample": Grade.SAMPLED, "sample inspected": Grade.SAMPLED, "inspected": Grade.SAMPLED,
    "3": Grade.SAMPLED,
}  # fmt: skip
_SHOWN = 60  # characters of what was not understood


class Standpoint(NamedTuple):
    """Where an answer stands: at a level, not applicable, or not known."""

    level: int | None = None
    applicable: bool = True


def standpoint(text: str) -> Standpoint:
    """`3`, `3.0`, `level 3`, `3 - written down`, `n/a`, `don't know`."""
    word = _plain(text)
    if found := _LEVEL.fullmatch(word):
        return Standpoint(int(found[1]))
    if word in _NOT_APPLICABLE:
        return Standpoint(applicable=False)
    if word in _UNKNOWN:
        return Standpoint()
    raise ValueError(f"{_cut(text)} is no level: 0 to 4, '{NOT_APPLICABLE}' or \"{UNKNOWN}\"")


def grade(text: str) -> Grade:
    """How well an answer is evidenced: `stated`, `shown` or `sampled`, or its number."""
    word = _plain(text).removesuffix(".0")
    if word in _GRADES:
        return _GRADES[word]
    raise ValueError(f"{_cut(text)} is none of: {', '.join(GRADES)}")


def confidence(text: str) -> Confidence:
    """`low`, `medium` or `high`, or its first letter."""
    word = _plain(text)
    for known in CONFIDENCES:
        if word in (known, known[0]):
            return known
    raise ValueError(f"{_cut(text)} is none of: {', '.join(CONFIDENCES)}")


def figure(asked: Figure, text: str) -> float | str:
    """The value of a figure by its kind: a number (its unit may stand behind it), an ISO date, one
    of the choices, or text.
    """
    word = " ".join(text.split())
    if asked.kind == "number":
        return _number(asked, word)
    if asked.kind == "date":
        return _day(word)
    if asked.kind == "choice":
        for choice in asked.choices:
            if choice.casefold() == word.casefold():
                return choice
        raise ValueError(f"{_cut(text)} is none of: {', '.join(asked.choices)}")
    if len(word) > LONGEST:
        raise ValueError(f"{_cut(text)} is longer than {LONGEST} characters; write it as a note")
    return word


def expects(asked: Figure) -> str:
    """What a figure takes, in words."""
    if asked.kind == "choice":
        return " / ".join(asked.choices)
    if asked.kind == "date":
        return "YYYY-MM-DD"
    return asked.unit or ("a number" if asked.kind == "number" else "")


def written(value: float | str) -> str:
    """A figure's value as one would write it."""
    return f"{value:.15g}" if isinstance(value, float | int) else value


def document(path: Path) -> Document:
    """The document in the file `path`, by its name and the digest of its content; it is not kept.

    Raises TechddError where it cannot be read.
    """
    try:
        with opened(path) as file:
            return Document(name=path.name[:200], sha256=file_digest(file, "sha256").hexdigest())
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or "no such file"
        raise TechddError(f"cannot be read: {reason}", path) from None


def told(answer: Answer) -> str:
    """An answer on one line, safe to print."""
    if answer.withdrawn:
        return "taken back"
    parts = []
    if answer.level is not None:
        parts.append(f"{answer.level} ({answer.grade.name.lower()})")
    elif answer.unknown:
        parts.append(UNKNOWN)
    else:
        parts.append(f"{NOT_APPLICABLE}: {_line(answer.reason)}")
    if answer.confidence:
        parts.append(f"confidence {answer.confidence}")
    parts += [f"{key} {clean(written(value))}" for key, value in sorted(answer.figures.items())]
    if answer.documents:
        parts.append(f"documents {', '.join(clean(one.name) for one in answer.documents)}")
    if answer.note:
        parts.append(f"note: {_line(answer.note)}")
    return "; ".join(parts)


def _line(text: str) -> str:
    return " / ".join(clean(line) for line in text.split("\n") if line.strip())


def _number(asked: Figure, word: str) -> float:
    bare = word.casefold()
    unit = " ".join(asked.unit.split()).casefold()
    for ending in filter(None, {unit, unit.removesuffix("s")}):
        bare = bare.removesuffix(ending).strip()
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", bare):
        if bare.count(",") == 1 and "." not in bare:
            raise ValueError(f"{_cut(word)} can be read in two ways; write it without a comma")
        bare = bare.replace(",", "")
    try:
        value = float(bare.replace(",", ".") if bare.count(",") == 1 and "." not in bare else bare)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in bare:
        kind = f"number of {asked.unit}" if asked.unit else "number"
        raise ValueError(f"{_cut(word)} is no {kind}")
    return value + 0.0  # -0 is 0


def _day(word: str) -> str:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}( 00:00:00)?", word):
        try:
            return date.fromisoformat(word[:10]).isoformat()
        except ValueError:
            raise ValueError(f"there is no day {word!r}") from None
    raise ValueError(f"{_cut(word)} is no date such as 2026-03-31")


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).casefold().strip(".;,*_` ")


def _cut(text: str) -> str:
    word = " ".join(text.split())
    return repr(word if len(word) <= _SHOWN else word[: _SHOWN - 1] + "…")
