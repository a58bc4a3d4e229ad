"""What a CWE is called and where the OWASP Top 10 has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from techdd.documents import load
from techdd.folders import data
from techdd.policy import Written


class Class(Written):
    """One CWE; `owasp` is its place in the lists of 2021 and 2025."""

    name: str
    owasp: tuple[str, str] = ("", "")


class Classes(Written):
    """checklists/policy/cwe.yaml."""

    classes: Mapping[str, Class]
    owasp_2021: Mapping[str, str]
    owasp_2025: Mapping[str, str]


@cache
def _classes() -> Classes:
    return load(data("checklists") / "policy" / "cwe.yaml", Classes)


def references(cwe: str) -> tuple[str, ...]:
    """`CWE-89` -> its name, and its places in the OWASP Top 10; of a stranger the bare number."""
    return tuple(_references(cwe)) if cwe else ()


def _references(cwe: str) -> Iterator[str]:
    known = _classes()
    found = known.classes.get(cwe)
    yield f"{cwe} {found.name}" if found else cwe
    for year, place, names in zip(
        (2021, 2025),
        found.owasp if found else (),
        (known.owasp_2021, known.owasp_2025),
        strict=False,
    ):
        if place:
            yield f"OWASP Top 10:{year} {place} {names[place]}"
