from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.licensing import CATEGORIES, bases, classify, conflicts
from techdd.licensing.expressions import mentioned


@pytest.mark.parametrize(
    ("stated", "spdx", "category"),
    [
        ("MIT", "MIT", "permissive"),
        ("The MIT License", "MIT", "permissive"),
        ("Apache 2", "Apache-2.0", "permissive"),
        ("Apache License, Version 2.0", "Apache-2.0", "permissive"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0", "permissive"),
        ("BSD", "BSD", "permissive"),
        ("CC0-1.0", "CC0-1.0", "permissive"),
        ("MPL-2.0", "MPL-2.0", "weak copyleft"),
        ("LGPLv3+", "LGPL-3.0-or-later", "weak copyleft"),
        ("GPL-3.0", "GPL-3.0-only", "strong copyleft"),
        ("GPLv2+", "GPL-2.0-or-later", "strong copyleft"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", None, "weak copyleft"),
        ("GPL-2.0-with-classpath-exception", None, "weak copyleft"),
        ("GPL-2.0-only WITH Made-up-exception", None, "strong copyleft"),
        ("AGPL-3.0", "AGPL-3.0-only", "network copyleft"),
        ("SSPL-1.0", "SSPL-1.0", "source-available"),
        ("OSL-3.0", "OSL-3.0", "network copyleft"),
        ("BUSL-1.1", "BUSL-1.1", "source-available"),
        ("CC-BY-NC-4.0", "CC-BY-NC-4.0", "noncommercial"),
        ("CC-BY-NC-SA-3.0-DE", None, "noncommercial"),
        ("CC-BY-NC", "CC-BY-NC", "noncommercial"),
        ("CC BY-NC-SA 4.0", None, "noncommercial"),
        ("Creative Commons Attribution-NonCommercial 4.0 International", None, "noncommercial"),
        ("PolyForm-Noncommercial-1.0.0", None, "noncommercial"),
        ("LicenseRef-scancode-polyform-noncommercial-1.0.0", None, "noncommercial"),
        ("PolyForm Noncommercial License 1.0.0", None, "noncommercial"),
        ("LicenseRef-scancode-polyform-strict-1.0.0", None, "noncommercial"),
        ("LicenseRef-scancode-prosperity-3.0", None, "noncommercial"),
        ("Free for non-commercial use", None, "noncommercial"),
        ("CC-BY-NC-4.0 OR MIT", None, "permissive"),
        ("MIT AND CC-BY-NC-4.0", None, "noncommercial"),
        ("AFL-3.0", "AFL-3.0", "permissive"),  # "academic" in name only
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0", "weak copyleft"),
        ("CC-BY-ND-4.0", "CC-BY-ND-4.0", "restricted use"),
        ("JSON", "JSON", "restricted use"),
        ("Hippocratic-2.1", "Hippocratic-2.1", "restricted use"),
        ("OFL-1.1", "OFL-1.1", "weak copyleft"),
        ("WTFPL", "WTFPL", "permissive"),
        ("Unlicense", "Unlicense", "permissive"),
        ("MIT WITH Commons-Clause", None, "source-available"),
        ("MIT AND Commons-Clause", None, "source-available"),
        ("Apache License 2.0 with Commons Clause", None, "source-available"),
        ("AGPL-3.0 with the Commons Clause 1.0", None, "network copyleft"),
        ("(MIT WITH Commons-Clause) OR GPL-3.0-only", None, "source-available"),
        ("MIT WITH Made-up-exception", None, "unknown"),
        ("OSL-1.0", "OSL-1.0", "network copyleft"),
        ("EUPL-1.2", "EUPL-1.2", "network copyleft"),
        ("Parity-7.0.0", "Parity-7.0.0", "network copyleft"),
        ("CECILL-2.1", "CECILL-2.1", "strong copyleft"),
        ("CECILL-C", "CECILL-C", "weak copyleft"),
        ("ODbL-1.0", "ODbL-1.0", "weak copyleft"),
        ("EPL-2.0", "EPL-2.0", "weak copyleft"),
        ("UNLICENSED", "UNLICENSED", "proprietary"),
        ("(MIT OR GPL-3.0)", "MIT OR GPL-3.0-only", "permissive"),
        ("MIT AND GPL-3.0-only", "MIT AND GPL-3.0-only", "strong copyleft"),
        ("MIT AND (LGPL-2.1-only OR GPL-2.0-only)", None, "weak copyleft"),
        ("MIT AND Own-Terms", None, "unknown"),
        ("GPL-2.0-only AND Own-Terms", None, "strong copyleft"),
        ("GPL-2.0-only OR Own-Terms", None, "strong copyleft"),
        ("", "", "unknown"),
        ("SEE LICENSE IN LICENSE.txt", "SEE LICENSE IN LICENSE.txt", "unknown"),
        ("https://example.com/licence", "https://example.com/licence", "unknown"),
        ("MIT OR " * 100, None, "unknown"),
        ("BSD-3-Clause; MIT", "BSD-3-Clause; MIT", "permissive"),
        ("AGPL-3.0; MIT", "AGPL-3.0; MIT", "unknown"),
        ("((((", "((((", "unknown"),
        ("GNU General Public License v2.0 or later", "GPL-2.0-or-later", "strong copyleft"),
        ("GNU Lesser General Public License, version 3", "LGPL-3.0-only", "weak copyleft"),
        ("Eclipse Public License - v 1.0", "EPL-1.0", "weak copyleft"),
        ("Elastic License 2.0", "Elastic-2.0", "source-available"),
        ("Business Source License 1.1", "BUSL-1.1", "source-available"),
    ],
)
def test_classify(stated: str, spdx: str | None, category: str) -> None:
    name, found = classify(stated)
    assert found == category
    assert spdx is None or name == spdx


WORDS = st.lists(st.sampled_from(["MIT", "GPL-2.0", "Own", "AND", "OR", "WITH", "(", ")", "/"]))


@settings(deadline=None)  # the first call loads an index
@given(st.text(max_size=80) | WORDS.map(" ".join))
def test_whatever_is_stated_has_a_category(stated: str) -> None:
    assert classify(stated)[1] in CATEGORIES


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("MIT or GPL Version 2 licenses.", "MIT OR GPL-2.0-only"),
        ("MIT and GPL licenses", "MIT OR GPL-1.0-or-later"),
        ("the GNU Lesser General Public License, see", "LGPL-2.0-or-later"),
        ("GNU General Public License v3.0+ (see COPYING", "GPL-3.0-or-later"),
        ("Apache License 2.0, or the BSD License", "Apache-2.0 OR BSD License"),
        ("Apache / FPM", ""),
        ("mitigation", ""),
        ("", ""),
    ],
)
def test_what_a_text_begins_with(text: str, licence: str) -> None:
    assert mentioned(text) == licence


def test_bases() -> None:
    assert bases("(GPL-2.0-or-later WITH Bison-exception-2.2 AND MIT) OR LGPL-2.1+") == {
        "GPL-2.0", "MIT", "LGPL-2.1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("outbound", "inbound", "clash"),
    [
        ("GPL-2.0-only", "Apache-2.0", True),
        ("GPL-2.0-or-later", "Apache-2.0", False),  # together under version 3
        ("GPL-3.0-only", "Apache-2.0", False),
        ("GPL-2.0-only", "CDDL-1.0", True),
        ("GPL-3.0-or-later", "EPL-1.0", True),
        ("GPL-2.0", "GPL-2.0-only", False),
        ("GPL-2.0-only", "GPL-3.0-or-later", True),
        ("GPL-3.0-only", "GPL-2.0-only", True),
        ("GPL-2.0-only", "MIT OR Apache-2.0", False),
        ("GPL-2.0-only", "MIT AND Apache-2.0", True),
        ("GPL-2.0-only OR MIT", "Apache-2.0", False),  # the product may be had under MIT
        ("MIT", "GPL-3.0-only", False),  # no copyleft of its own that could forbid it
        ("GPL-3.0-only", "Python-2.0", False),
        ("GPL-3.0-only", "Own-Terms", False),
    ],
)
def test_conflicts(outbound: str, inbound: str, clash: bool) -> None:
    assert conflicts(outbound, inbound) is clash
