from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from licence_tables import a_licence, declared, of

from techdd.collectors._own_terms import own_terms
from techdd.collectors.own_licence import own_licence
from techdd.licensing import Declaration, LicenceFile
from techdd.model import Location, Metric, Observation, Series


def asked(
    files: list[tuple[str, LicenceFile]], packages: list[tuple[str, Declaration]]
) -> tuple[list[Observation], dict[tuple[str, str], Any], Series]:
    tables = (of(LicenceFile, files), of(Declaration, packages))
    found = list(own_licence.run(date(2026, 1, 1), *tables))
    (series,) = [one for one in found if isinstance(one, Series)]
    metrics = {(one.name, one.repo): one.value for one in found if isinstance(one, Metric)}
    return [one for one in found if isinstance(one, Observation)], metrics, series


def test_a_repository_without_a_licence_and_one_with() -> None:
    observations, metrics, series = asked(
        [("bare", a_licence("", "")), ("open", a_licence("LICENSE", "MIT"))], []
    )
    assert observations == [Observation("missing-licence", "bare", "licence")]
    assert metrics["own_licence.disagreements", ""] == 0
    assert series.rows == (
        ("bare", "none", "not stated", "no open licence"),
        ("open", "LICENSE", "MIT", "MIT"),
    )


@pytest.mark.parametrize(
    ("declaration", "text", "told"),
    [
        ("ISC", "proprietary", True),  # what `npm init` writes by itself
        ("MIT", "GPL-3.0", True),
        ("UNLICENSED", "MIT", True),
        ("Apache-2.0", "MIT", True),
        ("UNLICENSED", "proprietary", False),
        ("GPL-3.0-or-later", "GPL-3.0", False),
        ("GPL", "GPL-2.0", False),  # no version is named
        ("MIT OR Apache-2.0", "Apache-2.0", False),
        ("BSD", "BSD-3-Clause", False),
        ("Own Terms", "MIT", False),  # not understood
        ("MIT", "unrecognised", False),
        ("", "MIT", False),
    ],
)
def test_metadata_against_the_licence_file(declaration: str, text: str, told: bool) -> None:
    observations, metrics, _ = asked(
        [("web", a_licence("LICENSE", text))],
        [
            ("web", declared("package.json", declaration)),
            ("web", declared("a/package.json", "ISC")),
        ],
    )
    assert metrics["own_licence.disagreements", "web"] == told
    found = [(one.rule, one.key, one.locations) for one in observations]
    place = ("licence-disagreement", "package.json", (Location("package.json"),))
    assert found == ([place] if told else [])


@pytest.mark.parametrize(
    ("files", "packages", "licence", "category"),
    [
        ({"LICENSE": "MIT"}, {}, "MIT", "permissive"),
        ({"LICENSE": "GPL-2.0 AND MIT"}, {}, "GPL-2.0", "strong copyleft"),  # lists others behind
        ({"LICENSE-MIT": "MIT", "LICENSE-APACHE": "Apache-2.0"}, {}, "Apache-2.0 OR MIT",
         "permissive"),
        ({"COPYING": "BSD-3-Clause", "LICENSE.other": "GPL-2.0"}, {}, "BSD-3-Clause", "permissive"),
        ({"COPYING": "GPL-3.0", "COPYING.LESSER": "LGPL-3.0"}, {}, "LGPL-3.0", "weak copyleft"),
        ({"LICENSE": "proprietary"}, {"package.json": "ISC"}, "proprietary", "proprietary"),
        ({}, {"package.json": "AGPL-3.0"}, "AGPL-3.0-only", "network copyleft"),
        ({"LICENSES/GPL-3.0-or-later.txt": "GPL-3.0-or-later", "LICENSES/CC0-1.0.txt": "CC0-1.0"},
         {}, "GPL-3.0-or-later AND CC0-1.0", "strong copyleft"),
        ({}, {"deep/package.json": "MIT"}, "", "proprietary"),
        ({"LICENSE": "unrecognised"}, {}, "", "proprietary"),
    ],
)  # fmt: skip
def test_own_terms(
    files: dict[str, str], packages: dict[str, str], licence: str, category: str
) -> None:
    found = own_terms(
        ["app"],
        of(LicenceFile, [("app", a_licence(*one)) for one in files.items()]),
        of(Declaration, [("app", declared(*one)) for one in packages.items()]),
    )["app"]
    assert (found.licence, found.category) == (licence, category)
