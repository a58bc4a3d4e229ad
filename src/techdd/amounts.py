"""How amounts, ranges of them and days are written: no more exact than they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from math import ceil, floor, log10


def number(value: float, digits: int = 1) -> str:
    """1234.5 as "1,234.5"; whole numbers without a fraction."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.{digits}f}"


_UNITS = {"MiB": 1 << 20, "GiB": 1 << 30}


def volume(size: int) -> str:
    """Bytes as people write them: "4 GiB", "1.5 GiB", "512 MiB"."""
    unit = "GiB" if size >= _UNITS["GiB"] else "MiB"
    return f"{size / _UNITS[unit]:.4g} {unit}"


def volume_of(written: str) -> int:
    """Bytes of what `volume` writes. Raises ValueError."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?(MiB|GiB)", written.strip())
    if not found:
        raise ValueError("write it as in: 512 MiB, 6 GiB")
    return int(float(found[1]) * _UNITS[found[2]])


def counted(amount: int, one: str, many: str = "") -> str:
    """ "1 finding", "34 findings"; `many` is the plural where it takes more than an s."""
    return f"{amount:,} {one if amount == 1 else many or f'{one}s'}"


def span(low: float, high: float, unit: str = "") -> str:
    """A range such as "3–8 days"; one number where both ends agree."""
    numbers = number(low) if low == high else f"{number(low)}–{number(high)}"
    return f"{numbers} {unit}".rstrip()


def money(low: float, high: float, currency: str) -> str:
    """A range of cost rounded to two figures: an estimate must not look more exact than it is."""
    ends = [f"{two_figures(value):,.0f}" for value in (low, high)]
    return f"{currency} {'–'.join(dict.fromkeys(ends))}"


def two_figures(value: float) -> float:
    """`value` to two figures; nothing below 0."""
    if value <= 0:
        return 0.0
    return round(value, 1 - floor(log10(value)))


def estimate(low: float, high: float) -> tuple[float, float]:
    """A range rounded outward, so that it claims no more than it knows: to two figures from ten, to
    halves from one, below to tenths; what is something never becomes nothing.
    """
    return max(_to_step(low, floor), 0.1 if low > 0 else 0.0), _to_step(high, ceil)


def _to_step(value: float, whole: Callable[[float], int]) -> float:
    if value <= 0:
        return 0.0
    per_one = 10 if value < 1 else 2 if value < 10 else 10 ** -(floor(log10(value)) - 1)
    return round(whole(round(value * per_one, 6)) / per_one, 1)


def day(iso: str) -> str:
    """2026-11-23 as "23 November 2026"; anything that is no ISO date as it stands."""
    try:
        parsed = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{parsed.day} {_MONTHS[parsed.month - 1]} {parsed.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
