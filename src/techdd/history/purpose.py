"""What the first line of a commit message says the change is for: a repair, or taking work back.

Words are a heuristic: they tell what the author wrote, not what the change does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame, Series

REVERT = r"^(?:revert\b|reverts?:|back ?out\b)"
FIX = r"\b(?:fix(?:e[sd])?|bug(?:fix)?|hot-?fix|defect|regression|patch(?:ed)?)\b"

# What is repaired here is no fault of the product.
COSMETIC = (
    r"\b(?:typos?|spelling|grammar|lint\w*|eslint|flake8|pylint|mypy|ruff|style|format(?:ting)?"
    r"|whitespace|indent(?:ation)?|docs?|docstrings?|documentation|readme|changelog|comments?"
    r"|tests?|ci)\b"
)


def is_fix(subjects: Series) -> Series:
    """Whether each subject speaks of a repair."""
    return subjects.str.lower().str.contains(FIX, regex=True)


def is_repair(subjects: Series) -> Series:
    """Whether each subject speaks of a repair of the product: no typo, style, test or document."""
    return is_fix(subjects) & ~subjects.str.lower().str.contains(COSMETIC, regex=True)


def is_revert(commits: DataFrame) -> Series:
    """Whether each commit says that it takes an earlier one back."""
    said = commits["subject"].str.lower().str.contains(REVERT, regex=True)
    return said | (commits["reverts"] != "")
