"""What people write of a licence, as an SPDX expression and by what it asks for."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

PERMISSIVE, WEAK, STRONG, NETWORK = (
    "permissive",
    "weak copyleft",
    "strong copyleft",
    "network copyleft",
)
SOURCE_AVAILABLE, PROPRIETARY, UNKNOWN = "source-available", "proprietary", "unknown"
RESTRICTED_USE, NONCOMMERCIAL = "restricted use", "noncommercial"
# What binds a product that is sold more comes later.
CATEGORIES = (
    *(PERMISSIVE, WEAK, RESTRICTED_USE, UNKNOWN, PROPRIETARY),
    *(SOURCE_AVAILABLE, STRONG, NETWORK, NONCOMMERCIAL),
)
BINDING = (STRONG, NETWORK)  # the product as a whole may have to come under the same terms

# ScanCode's categories, as the licence index of license-expression has them.
_SCANCODE = {
    "Permissive": PERMISSIVE,
    "Public Domain": PERMISSIVE,
    "CLA": PERMISSIVE,
    "Patent License": PERMISSIVE,
    "Copyleft Limited": WEAK,
    "Copyleft": STRONG,
    "Proprietary Free": PROPRIETARY,
    "Commercial": PROPRIETARY,
    "Free Restricted": RESTRICTED_USE,
    "Source-available": SOURCE_AVAILABLE,
}
# Terms that reach use over a network: AGPL section 13, OSL 5 (in each version), CPAL 15, RPL 6.4,
# CAL 4, EUPL 1; Parity asks for the source of whatever is built, delivered or not.
_NETWORK = re.compile(r"^(?:AGPL|OSL|NPOSL|CPAL|RPL|CAL|EUPL|Parity)-")
# No use in a business: CC's NC, PolyForm Noncommercial and Strict, Prosperity, NCGL.
_NONCOMMERCIAL = re.compile(
    r"(?:^|-)(?:nc|non-?commercial|prosperity|polyform-strict|ncgl)(?:-|$)", re.IGNORECASE
)
# Open but for some field of use ("for Good, not Evil"), or for changes.
_RESTRICTED_USE = re.compile(r"^(?:JSON$|CC-BY-ND-)")
# Whoever offers it as a service, or competes with its makers, needs another licence.
_SOURCE_AVAILABLE = re.compile(
    r"^(?:SSPL|BUSL|Elastic|FSL|PolyForm|(?:LicenseRef-)?(?:RSAL|Commons-Clause))(?:-|$)"
)
# Where ScanCode's category is another: CeCILL's FAQ likens CeCILL to the GPL and CeCILL-C to the
# LGPL; by section 4.5b of the ODbL, works that are produced from a database are free.
_OTHERWISE = {
    "CECILL-C": WEAK,
    "ODbL-1.0": WEAK,
    **dict.fromkeys(("CECILL-1.0", "CECILL-1.1", "CECILL-2.0", "CECILL-2.1"), STRONG),
}

_L = r"( (software |public )?licen[cs]es?)?"
_V = r",?[ -]?(v\.? ?|version )?"


def _gnu(short: str, words: str, version: str, spdx: str) -> dict[str, str]:
    """The two spellings of one version of a GNU licence: that version only, or later ones too."""
    number = re.escape(version.removesuffix(".0")) + (r"(\.0)?" if version.endswith(".0") else "")
    said = rf"(the )?(gnu )?({short}|{words}( \({short}\))?){_L}"
    name = rf"({said}{_V}{number}|version {number} of {said})"
    later = r"( ?\+|,?( or)?( \(at your option\))?( any)? (later|newer)( version)?)"
    return {f"{spdx}-only": rf"{name}( only)?{_L}", f"{spdx}-or-later": rf"{name}{later}"}


# Spellings that are no SPDX identifiers, as package managers and people write them.
_ALIASES = {
    "Apache-2.0": rf"(the )?(apache|asl)( software)?( licen[cs]e)?{_V}2(\.0)?( licen[cs]e)?",
    "MIT": rf"(the )?(mit([ /]x11)?|expat|x11)([ -]style)?{_L}( \(mit\))?",
    "BSD-3-Clause": rf"(the )?((new|modified|revised)[ -]bsd|bsd[ -]3(-clause)?|3-clause bsd){_L}",
    "BSD-2-Clause": rf"(the )?((simplified|free)[ -]?bsd|bsd[ -]2(-clause)?|2-clause bsd){_L}",
    "ISC": r"(the )?isc licen[cs]e",
    "Zlib": r"(the )?zlib(/libpng)? licen[cs]e",
    "BSL-1.0": rf"(the )?boost software licen[cs]e{_V}1(\.0)?",
    "MPL-1.1": rf"(the )?(mpl|mozilla public licen[cs]e){_V}1\.1",
    "MPL-2.0": rf"(the )?(mpl|mozilla public licen[cs]e){_V}2(\.0)?",
    "EPL-1.0": rf"(the )?(epl|eclipse public licen[cs]e)( -)?{_V}1(\.0)?",
    "EPL-2.0": rf"(the )?(epl|eclipse public licen[cs]e)( -)?{_V}2(\.0)?",
    "CDDL-1.0": rf"(the )?(cddl|common development and distribution licen[cs]e)({_V}1\.0)?",
    "BUSL-1.1": r"(the )?business source licen[cs]e( 1\.1)?",
    "Elastic-2.0": rf"(the )?elastic licen[cs]e{_V}2(\.0)?",
    "SSPL-1.0": rf"(the )?server side public licen[cs]e{_V}(1(\.0)?)?",
    **_gnu("gpl", "general public", "2.0", "GPL-2.0"),
    **_gnu("gpl", "general public", "3.0", "GPL-3.0"),
    **_gnu("lgpl", "(lesser|library) general public", "2.1", "LGPL-2.1"),
    **_gnu("lgpl", "(lesser|library) general public", "3.0", "LGPL-3.0"),
    **_gnu("agpl", "affero general public", "3.0", "AGPL-3.0"),
    "PSF-2.0": r"psf|(the )?python software foundation( licen[cs]e)?",
    "Unlicense": r"(the )?unlicense",
}
# Families named without a version: the category is known where the licence is not.
_FAMILIES = {
    PERMISSIVE: r"(the )?bsd([ -](like|style))?( licen[cs]e)?|apache( licen[cs]e)?|public domain",
    WEAK: rf"(the )?((gnu )?lgpl|gnu (lesser|library) general public|mpl|epl|cddl){_L}",
    STRONG: rf"(the )?((gnu )?gpl|gnu general public){_L}",
    NETWORK: rf"(the )?((gnu )?agpl|gnu affero general public|affero gpl){_L}",
    SOURCE_AVAILABLE: r"(the )?commons[ -]clause",
    NONCOMMERCIAL: r"((the )?(cc|creative commons)[ -])?(by|attribution)[ -](nc|non-?commercial)"
    rf"([ -](sa|share-?alike|nd|no-?deriv\w{{0,6}}|v?\d[\d.]*|international|unported)){{0,5}}{_L}"
    rf"|(the )?polyform[ -](noncommercial|strict){_L}([ -]v?\d[\d.]*)?"
    r"|(free )?(for )?(non-?commercial|academic|personal)( use)? only|non-?commercial( use)?"
    r"|free for (non-?commercial|academic|personal) use|(the )?prosperity public licen[cs]e.{0,9}",
    PROPRIETARY: r"unlicensed|proprietary|commercial|closed",
}
_SPELLINGS = [
    *((re.compile(pattern, re.IGNORECASE), spdx, "") for spdx, pattern in _ALIASES.items()),
    *((re.compile(pattern, re.IGNORECASE), "", kind) for kind, pattern in _FAMILIES.items()),
]
_COMMONS_CLAUSE = re.compile(
    r"(.+?)(?:,| \+| with)(?: the)? commons[ -]clause\b.*", re.IGNORECASE
)  # what it is added to
# Where a GNU licence is named without a version, any may be chosen (GPL-2.0, section 9).
_ANY_VERSION = {STRONG: "GPL-1.0-or-later", WEAK: "LGPL-2.0-or-later", NETWORK: "AGPL-3.0-or-later"}
_JOINT = re.compile(r"\s*(?:,|/|\bor\b|\band\b|\band/or\b)(?:\s*(?:or|and)\b)?\s+", re.IGNORECASE)
_EVERYDAY = ("apache", "commercial", "closed", "proprietary", "epl", "mpl")  # words of other trades
_LONGEST = 500  # characters of an expression


@cache
def classify(stated: str) -> tuple[str, str]:
    """(SPDX expression, category) of a licence as a package states it.

    Of a choice (OR) the branch that binds least counts, of a sum (AND) the one that binds most. A
    GPL with an exception that permits linking is no strong copyleft; an exception that nobody knows
    may as well restrict. Several licences of which
    nobody says how they relate ("; ") have a category only where it is the same for each. What is
    not understood keeps its wording and is "unknown", never clean.
    """
    if "; " in stated:
        several = {classify(one)[1] for one in stated.split("; ")}
        return stated, several.pop() if len(several) == 1 else UNKNOWN
    plain = " ".join(stated[:_LONGEST].strip().strip("()").split())
    if clause := _COMMONS_CLAUSE.fullmatch(plain):
        return plain, max(classify(clause[1])[1], SOURCE_AVAILABLE, key=CATEGORIES.index)
    for pattern, spdx, category in _SPELLINGS:
        if pattern.fullmatch(plain):
            return _parsed(spdx) if spdx else (plain, category)
    return _parsed(stated.strip())


def mentioned(text: str) -> str:
    """The licences that `text` begins with in people's words, joined by OR; "" where it does not.

    "MIT or GPL Version 2 licenses" is a choice, and so is "MIT and GPL": nobody can owe both.
    """
    found: list[str] = []
    while text and len(found) < 4:
        hits = [(hit, spdx, kind) for one, spdx, kind in _SPELLINGS if (hit := one.match(text))]
        if not hits:
            break
        hit, spdx, kind = max(hits, key=lambda each: each[0].end())
        end = hit.end()
        if text[end : end + 1].isalnum() or hit[0].lower() in _EVERYDAY:
            break
        gnu = re.search(r"gnu|gpl", hit[0], re.IGNORECASE)
        found.append(spdx or (_ANY_VERSION[kind] if gnu else hit[0].removeprefix("the ")))
        joint = _JOINT.match(text, end)
        text = text[joint.end() :] if joint else ""
    return " OR ".join(dict.fromkeys(found))


def bases(expression: str) -> frozenset[str]:
    """The licences in an SPDX expression without "-only", "-or-later", "+" and exceptions."""
    names = re.sub(r"\bWITH\s+\S+", "", expression).replace("(", " ").replace(")", " ").split()
    plain = (re.sub(r"(-only|-or-later|\+)$", "", name) for name in names)
    return frozenset(name for name in plain if name not in ("AND", "OR"))


def _parsed(stated: str) -> tuple[str, str]:
    from license_expression import get_spdx_licensing

    text = stated if "://" in stated else stated.replace("/", " OR ")
    if not stated or len(stated) > _LONGEST:
        return stated, UNKNOWN
    try:
        expression = get_spdx_licensing().parse(text)
        return str(expression.render()), _category(expression)
    except Exception:  # the library raises exceptions that cannot even be printed
        return stated, UNKNOWN


def _category(expression: Any) -> str:
    from license_expression import AND, OR, LicenseWithExceptionSymbol

    if isinstance(expression, LicenseWithExceptionSymbol):
        category = _category_of(expression.license_symbol.key)
        exception = _category_of(expression.exception_symbol.key)
        if exception in (UNKNOWN, SOURCE_AVAILABLE):  # the Commons Clause is written so
            return max(category, exception, key=CATEGORIES.index)
        return WEAK if category == STRONG and exception in (WEAK, PERMISSIVE) else category
    if not isinstance(expression, AND | OR):
        return _category_of(expression.key)
    found = sorted((_category(part) for part in expression.args), key=CATEGORIES.index)
    if isinstance(expression, AND):
        return found[-1]
    return next((category for category in found if category != UNKNOWN), UNKNOWN)


def _category_of(key: str) -> str:
    if _NONCOMMERCIAL.search(key):
        return NONCOMMERCIAL
    if _RESTRICTED_USE.match(key):
        return RESTRICTED_USE
    if _NETWORK.match(key):
        return NETWORK
    if _SOURCE_AVAILABLE.match(key):
        return SOURCE_AVAILABLE
    if key == "proprietary":
        return PROPRIETARY
    return _OTHERWISE.get(key) or _SCANCODE.get(_index().get(key, ""), UNKNOWN)


@cache
def _index() -> dict[str, str]:
    from license_expression import get_license_index

    index: dict[str, str] = {}
    for entry in get_license_index():
        for key in (entry.get("spdx_license_key"), *entry.get("other_spdx_license_keys", ())):
            if key:
                index.setdefault(key, entry["category"])
    return index
