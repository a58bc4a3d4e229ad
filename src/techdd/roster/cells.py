"""Single values of a roster: dates, yes or no, kinds of contract, addresses, in two languages.

What is not understood is unknown, never "no"; a date that can be read in two ways is a ValueError.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Literal

from techdd.text import clean

DateOrder = Literal["DD/MM/YYYY", "MM/DD/YYYY"]
FIRST, LAST = 1950, 2100  # years that can be somebody's first or last day
_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?)?"
)
_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})")
_OPEN = frozenset(
    ["", "-", "--", "–", "—", "n/a", "na", "none", "null", "open", "present", "current", "today",
     "ongoing", "unlimited", "active", "heute", "laufend", "offen", "unbefristet", "aktiv"]
)  # fmt: skip
_YES = frozenset(
    ["yes", "y", "true", "1", "x", "ja", "j", "wahr", "signed", "done", "✓", "✔", "☑",
     "unterschrieben", "unterzeichnet", "vorhanden"]
)  # fmt: skip
_NO = frozenset(
    ["no", "n", "false", "0", "nein", "falsch", "not signed", "unsigned", "missing", "fehlt", "✗",
     "nicht unterschrieben", "nicht unterzeichnet", "nicht vorhanden"]
)  # fmt: skip
# The narrowest first: "external agency" is an agency, "freelance employee" is no employee.
_CONTRACTS = (
    ("outsourcing", "outsourc|agency|agentur|dienstleister|vendor|supplier|zeitarbeit|leiharbeit"
     "|uberlassung|body.?lease|nearshor|offshor|lieferant"),
    ("contractor", "contractor|freelanc|freiberuf|freie[rs]? mitarbeit|selb.?standig|self.?employed"
     "|consultant|berater|b2b|1099|extern|werkvertrag|dienstvertrag|honorar"),
    ("employee", r"employ|permanent|full.?time|part.?time|fixed.?term|temporary|\binterns?\b"
     "|internship|trainee|apprentice|student|founder|director|w-?2|angestell|anstellung|befristet"
     "|vollzeit|teilzeit|praktik|azubi|auszubild|grunder|geschaftsfuhr"),
)  # fmt: skip


def text_of(value: object) -> str:
    """A cell as clean text on one line; a whole number without its ".0"."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(" ".join(str(value).split()))


def date_of(
    value: object, order: DateOrder | None = None, epoch: datetime | None = None
) -> date | None:
    """A day; None where the cell is empty or says that the end is open.

    Understood: Excel's dates, 2024-03-04, 4.3.2024, and 25/12/2024. 03/04/2024 needs `order`.
    Raises ValueError that says what is wrong.
    """
    if isinstance(value, date):
        return _plausible(value.date() if isinstance(value, datetime) else value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(float(value), epoch)
    text = text_of(value)
    return None if text.casefold() in _OPEN else _from_text(text, order)


def _from_text(text: str, order: DateOrder | None) -> date | None:
    if found := _ISO.fullmatch(text):
        return _day(found[1], found[3], found[4], text)
    if found := _GERMAN.fullmatch(text):
        return _day(found[3], found[2], found[1], text)
    if found := _SLASHED.fullmatch(text):
        return _slashed(int(found[1]), int(found[3]), found[4], order, text)
    raise ValueError(f"{text[:40]!r} is no date such as 2024-03-31 or 31.03.2024")


def _slashed(first: int, second: int, year: str, order: DateOrder | None, text: str) -> date | None:
    day_first = order == "DD/MM/YYYY" or (order is None and first > 12)
    month_first = order == "MM/DD/YYYY" or (order is None and (second > 12 or first == second))
    if not day_first and not month_first:
        raise ValueError(
            f"{text!r} can be read in two ways; say which with --date-format "
            "DD/MM/YYYY or MM/DD/YYYY"
        )
    day, month = (first, second) if day_first else (second, first)
    return _day(year, month, day, text)


def _day(year: object, month: object, day: object, text: str) -> date | None:
    try:
        found = date(int(str(year)), int(str(month)), int(str(day)))
    except ValueError:
        raise ValueError(f"there is no day {text!r}") from None
    return _plausible(found)


def _from_number(number: float, epoch: datetime | None) -> date | None:
    if epoch is None or not 0 < number < 80_000:
        raise ValueError(f"{number:g} is no date")
    return _plausible((epoch + timedelta(days=int(number))).date())


def _plausible(day: date) -> date | None:
    """`day`; None for the end of time, by which payroll systems say "open"."""
    if day.year == 9999:
        return None
    if not FIRST <= day.year <= LAST:
        raise ValueError(f"the year {day.year} is implausible")
    return day


def yes_or_no(value: object) -> bool | None:
    """Yes, no, or None for unknown; a date stands for the day of signing."""
    if isinstance(value, bool):
        return value
    if isinstance(value, date):
        return True
    word = text_of(value).casefold().rstrip(".!")
    if word in _YES:
        return True
    if word in _NO:
        return False
    return True if _GERMAN.fullmatch(word) or _ISO.fullmatch(word) else None


def contract_of(value: object) -> Literal["employee", "contractor", "outsourcing"] | None:
    """The kind of contract; None where it is not understood."""
    plain = unicodedata.normalize("NFKD", text_of(value)).encode("ascii", "ignore").decode().lower()
    for kind, words in _CONTRACTS:
        if re.search(words, plain):
            return kind  # type: ignore[return-value]
    return None


def emails_of(value: object) -> tuple[str, ...]:
    """The addresses in a cell, parted by commas, semicolons or spaces, each once."""
    found = re.findall(r"[^\s<>;,|\"'()\[\]]+@[^\s<>;,|\"'()\[\]@]+", text_of(value))
    plain = (one.lower().removeprefix("mailto:").strip(".:") for one in found)
    return tuple(dict.fromkeys(one for one in plain if re.fullmatch(r"[^@\s]+@[^@\s]+", one)))
