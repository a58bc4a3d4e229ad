"""Version orders against the edge cases that each ecosystem itself publishes.

The larger published tables are compared by `benchmarks/version_orders.py`.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.advisories import allows
from techdd.advisories.versions import VersionError, normalised, parse

# Each line rises; "=" joins what is equal. The sources are the documents and tests of the tools.
RISING = {
    # PEP 440, "Summary of permitted suffixes and relative ordering", and packaging's own test.
    "PyPI": """
        1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2
        1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1=1.0c1=1.0-RC.1
        1.0=1=v1.0.0 1.0+abc.5 1.0+abc.7 1.0+5 1.0.post456.dev34 1.0.post456=1.0-456
        1.0.15 1.1.dev1 2012.4 1!0.1 1!1.0
        """,
    # semver.org 11 and node-semver's test/fixtures/comparisons.js.
    "npm": """
        1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11
        1.0.0-rc.1 1.0.0=v1.0.0=1.0.0+build.1=1.0.0+20130313144700 1.2.3-4 1.2.3-5
        1.2.3-5-Foo 1.2.3-5-foo 1.2.3-R2 1.2.3-a 1.2.3-a.5 1.2.3-a.10 1.2.3-a.b 1.2.3-r100
        1.2.3-r2 1.2.3 2.7.2 3.0.0 3.10.0
        """,
    # golang.org/x/mod: semver and module/pseudo; a pseudo-version lies before the tag it leads to.
    "Go": """
        v0.0.0-20060101000000-000000000000 v0.0.0-20191109021931-daa7c04131f5 v0.0.1
        v1.0.0-alpha v1.0.0 v1.2.3-pre v1.2.3-pre.0.20191109021931-daa7c04131f5
        v1.2.3=v1.2.3+meta=1.2.3 v1.2.4-0.20191109021931-daa7c04131f5 v1.2.4
        v2.0.0=v2.0.0+incompatible v2.0.1-0.20191109021931-daa7c04131f5+incompatible
        v2.0.1
        """,
    # The semver crate; "0.0.0-0" is what RustSec calls the very first.
    "crates.io": "0.0.0-0 0.0.0 0.1.0-alpha.1 0.1.0 0.2.0 0.10.0 1.0.0-rc.1 1.0.0=1.0.0+b1 1.0.1",
    # Gem::Version: what has a letter is a pre-release, segment by segment; test_gem_version.rb.
    "RubyGems": """
        1.a 1.0.0.alpha 1.0.0.alpha.1 1.0.0.beta.2 1.0.0.beta.11
        1.0.0-beta.2=1.0.0.pre.beta.2
        1.0.0-1-2 1.0.0-1=1.0.0.pre.1 1.0.0.rc.1
        1.0.0=1=1.0=1.0.0-x86_64-linux 1.0.0.1.pre 1.0.0.1 1.8.2.a
        1.8.2.a9 1.8.2.a10 1.8.2.b 1.8.2 5.a 5.0.0.rc2 5.x 5.0.0.1
        """,
    # Composer's VersionParser and PHP's version_compare; four numbers, else a date.
    "Packagist": """
        0.9999 1.0-dev 1.0.0-alpha=1.0.0-a 1.0.0-alpha2.1=1.0.0-alpha2.1+foo
        1.0.0-alpha3.1 1.0.0-beta=1.0.0-b 1.0.0-beta5 1.0.0-rC15-dev=1.0.0.RC.15-dev
        1.0.0-RC15 1.0.0=v1.0=1.0.0.0=1.0.0-stable=1.0.0+foo
        1.0.0-patch3-dev=1.0.0.pl3-dev 1.0.0-p3 1.0.0.1 1.2.3.4 2010.1.555 99999 201903.0
        201903.0-p2 20100102 20100102.0.3 20100102-203040 20100102-203040-p1 20230131.0.0
        """,
    # ComparableVersionTest of Apache Maven.
    "Maven": """
        v1.0 1-alpha2snapshot 1-alpha2=1a2 1-alpha-123 1-beta-2=1b2 1-beta123
        1-m2=1-milestone-2 1-m11 1-rc=1-cr 1-cr2 1-rc123 1-SNAPSHOT
        1=1.0=1-ga=1.0.Final=1.0.0.RELEASE=1release=01 1-sp 1-sp2 1-sp123 1-abc 1-def
        1-pom-1 1-1-snapshot 1-1=1-ga-1 1-2 1-123 1.0.1 2-1 2.0.1 31.0-jre 31.1-android
        31.1-jre 20190126.230843 1234567890.12345 12345678901234567890.1
        """,
    # NuGet's VersionComparer: four numbers, labels as in semver 2 without case, metadata ignored.
    "NuGet": """
        1.0.0-alpha=1.0.0-ALPHA 1.0.0-alpha.1 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc
        1.0.0=1=1.0=1.0.0.0=1.0.0+githash=01.0 1.0.0.1-beta 1.0.0.1 1.0.1 1.0.10 2.1
        """,
    # Elixir's Version.
    "Hex": "1.0.0-alpha 1.0.0-alpha.1 1.0.0-dev 1.0.0-rc.1 1.0.0=1.0.0+b 1.0.1-pre 1.0.1 1.10.0",
    # pub_semver's version_test.dart: a build comes after the same version without one.
    "Pub": """
        1.0.0-alpha 1.0.0-alpha.1 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0-rc.1+build.1
        1.0.0 1.0.0+0.3.7 1.3.7+build 1.3.7+build.2.b8f12d7 1.3.7+build.11.e0f985a 2.0.0
        2.1.0 2.2.0 2.11.0
        """,
    "SwiftURL": "1.0.0-beta.1 1.0.0=1.0=v1.0.0 1.0.1 1.19.2",
    "GitHub Actions": "1=1.0.0 v1.0.1 41 41.0.1 v45.0.7 46.0.1",
}


@pytest.mark.parametrize("ecosystem", RISING)
def test_versions_rise_as_their_ecosystem_has_it(ecosystem: str) -> None:
    steps = [step.split("=") for step in RISING[ecosystem].split()]
    parsed = [[parse(ecosystem, version) for version in step] for step in steps]
    wrong = [
        (steps[at], steps[at + 1])
        for at, (some, others) in enumerate(pairwise(parsed))
        if not all(one < other and not other < one for one in some for other in others)
    ]
    assert not wrong
    assert [step for step, same in zip(steps, parsed, strict=True) if same[1:] != same[:-1]] == []
    assert parsed[0][0] < parsed[-1][0]  # far apart as well as side by side


REFUSED = {
    "PyPI": "2004d 1.0-foo 1..0 latest",
    "npm": "1.2.3.4 latest ^1.2.0 1.x git+ssh://host/x#v1 file:../x workspace:* hello",
    "Go": "master latest v1.2.x (devel)",
    "crates.io": "1.2.3.4 *",
    "RubyGems": "1.0_beta junk >=1 1..2",
    "Packagist": "dev-master master 1.x-dev 1.0.x-dev 1.0.0-meh 1.0.0.0.0 1.0.1-SNAPSHOT ~1 ^1 1.* "
    "20100102.0.3.4 2023013.0.0 feature-foo",
    "Maven": "${revision} [1,2) latest",
    "NuGet": "[1.0,2.0) $(Version) 1.*",
    "Hex": "1.0 v1.0.0 1 ~>1.0",
    "Pub": "1.0 1.0.0+ any ^1.0.0 v1.0.0",
    "SwiftURL": "main",
    "GitHub Actions": "v4 v4.1 main 11bd71901bbe5b1630ceea73d27597364c9af683",
    "Docker": "1.0.0",
}


@pytest.mark.parametrize(
    ("ecosystem", "version"),
    [(name, one) for name, all_ in REFUSED.items() for one in ["", *all_.split()]],
)
def test_what_is_no_version_is_refused_rather_than_placed(ecosystem: str, version: str) -> None:
    with pytest.raises(VersionError):
        parse(ecosystem, version)


@given(
    st.sampled_from(sorted(RISING)),
    st.text() | st.from_regex(r"v?[0-9]+(\.[0-9]+){0,3}(-[a-z.0-9]+)?(\+[a-z.0-9-]+)?"),
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_version_or_a_version_error(ecosystem: str, text: str) -> None:
    try:
        version = parse(ecosystem, text)
    except VersionError:
        return
    assert version == parse(ecosystem, text) and not version < parse(ecosystem, text)


def test_names_are_filed_as_osv_does() -> None:
    assert normalised("PyPI", "Zope.Interface__x") == "zope-interface-x"
    assert normalised("Packagist", "Monolog/Monolog") == "monolog/monolog"
    for place in (
        "github.com/vapor/vapor",
        "https://github.com/Vapor/Vapor.git",
        "ssh://git@github.com/vapor/vapor/",
    ):
        assert normalised("SwiftURL", place) == "github.com/vapor/vapor"
    assert normalised("GitHub Actions", "Azure/setup-kubectl") == "azure/setup-kubectl"
    assert normalised("Go", "github.com/Azure/x") == "github.com/Azure/x"


@pytest.mark.parametrize(
    ("ecosystem", "wish", "inside", "outside"),
    [
        ("npm", "^1.2.3", "1.9.0", "2.0.0"),
        ("npm", ">= 1.0.0 < 2 || 3.x", "3.4.5", "2.5.0"),
        ("npm", "1.2.3 - 2.0.0", "2.0.0", "2.0.1"),
        ("npm", "^0.2.3", "0.2.9", "0.3.0"),
        ("crates.io", "0.3", "0.3.7", "0.4.0"),
        ("crates.io", ">=1.2, <1.5", "1.4.9", "1.5.0"),
        ("crates.io", "=1.2.3", "1.2.3", "1.2.4"),
        ("Packagist", "~1.2", "v1.9.0", "2.0.0"),
        ("Packagist", "~1.2.3", "1.2.9", "1.3.0"),
        ("Packagist", "^6.0|^7.0@beta", "7.1.0", "8.0.0"),
        ("PyPI", ">=2,<3", "2.31.0", "3.0"),
        ("PyPI", "^1.2", "1.9", "2.0"),
        ("PyPI", "~1.2.3", "1.2.9", "1.3"),
        ("PyPI", "^0.0.3", "0.0.3.1", "0.0.4"),
        ("PyPI", "2.*", "2.5", "3.0"),
        ("RubyGems", "~> 1.2, >= 1.2.3", "1.9", "1.2.2"),
    ],
)
def test_ranges_let_in_what_their_ecosystem_lets_in(
    ecosystem: str, wish: str, inside: str, outside: str
) -> None:
    assert allows(ecosystem, wish, inside) is True
    assert allows(ecosystem, wish, outside) is False


@pytest.mark.parametrize(
    ("ecosystem", "wish", "version"),
    [
        ("npm", "next", "1.0.0"),
        ("npm", "^1.0.0", "2.0.0-rc.1"),
        ("npm", "^1.0.0", "not a version"),
        ("npm", "^1" * 500, "1.0.0"),
        ("Packagist", "dev-main", "1.0.0"),
        ("Packagist", "^1.0", "dev-main"),
        ("PyPI", "surely not", "1.0"),
        ("RubyGems", "~> x", "1.0"),
        ("Maven", "[1,2)", "3"),
    ],
)
def test_what_cannot_be_told_of_a_range_is_not_told(
    ecosystem: str, wish: str, version: str
) -> None:
    assert allows(ecosystem, wish, version) is None


@given(st.sampled_from(["npm", "crates.io", "Packagist", "PyPI", "RubyGems"]), st.text(), st.text())
def test_any_text_is_a_range_or_none(ecosystem: str, wish: str, version: str) -> None:
    assert allows(ecosystem, wish, version) in (True, False, None)
