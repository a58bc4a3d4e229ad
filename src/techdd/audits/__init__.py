"""The audits of an engagement: what each came to is kept small, to be compared and drawn later."""

from __future__ import annotations

from techdd.audits.keeping import FOLDER, Kept, check, in_short, is_behind, keep, kept, latest
from techdd.audits.opening import Audit, audit, two
from techdd.audits.trends import trends

__all__ = [
    "FOLDER", "Audit", "Kept", "audit", "check", "in_short", "is_behind", "keep", "kept", "latest",
    "trends", "two",
]  # fmt: skip
