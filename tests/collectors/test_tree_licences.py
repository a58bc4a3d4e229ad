from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened, tables_of
from hypothesis import given
from hypothesis import strategies as st
from licence_tables import GPL3, MIT, a_licence, declared, deliveries, of, policy

from techdd.collectors._declared import agree, reader
from techdd.collectors.code import code
from techdd.collectors.tree_licences import licence_statements, tree_licences
from techdd.facts import File, Identity
from techdd.licensing import Declaration, FileNotice, LicenceFile
from techdd.model import Issue, Location, Metric, Observation, Series
from techdd.repository import MAX_SOURCE

METADATA = (
    "package.json", "composer.json", "Cargo.toml", "pyproject.toml", "setup.py", "pom.xml",
    "x.gemspec", "x-1.dist-info/METADATA",
)  # fmt: skip
REUSE = """version = 1

[[annotations]]
path = ["assets/**", "gen/*.py"]
SPDX-License-Identifier = "CC0-1.0"
"""
DEP5 = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: lib/*
Copyright: 2019 Ann
License: LGPL-2.1-or-later
"""


def gathered(tmp_path: Path, files: Mapping[str, str | bytes]) -> list[Any]:
    repo = opened(tmp_path, [A(files)])
    table = tables_of(code.run(repo), File)[File]
    return list(licence_statements.run(repo, table))


def test_licence_files_of_the_tree(tmp_path: Path) -> None:
    rows = gathered(
        tmp_path,
        {
            "LICENSE-MIT.txt": MIT,
            "LICENSES/own.txt": "be kind",
            "licenses.json": "{}",
            "licence_check.py": "pass",
            "lib/x/LICENSE": MIT,
            "tests/data/LICENSE": MIT,  # a sample
            "UNLICENSE": b" " * (MAX_SOURCE + 1),
        },
    )
    assert rows == [
        Issue("licence file cannot be read", "UNLICENSE", "5,000,001 bytes"),
        LicenceFile("LICENSE-MIT.txt", "MIT", "MIT", "Acme"),
        LicenceFile("LICENSES/own.txt", "unrecognised", "unrecognised", ""),
        LicenceFile("lib/x/LICENSE", "MIT", "MIT", "Acme"),
    ]


def test_a_repository_without_a_licence_file(tmp_path: Path) -> None:
    assert gathered(tmp_path, {"main.py": "pass"}) == [LicenceFile("", "", "", "")]


def test_notices_at_the_head_of_files(tmp_path: Path) -> None:
    rows = gathered(
        tmp_path,
        {
            "a.c": f"{GPL3}int a;\n",
            "b.py": "# Copyright 2020 Ann Able\nx = 1  # stackoverflow.com/a/123\n",
            "c.py": "x = 'Copyright Nobody, GPL-3.0'\n",
            "d.py": "x = 1\n" * 2_000 + "# SPDX-License-Identifier: MIT\n",  # far below the head
            "notes.md": "SPDX-License-Identifier: MIT\n",
        },
    )
    assert [one for one in rows if isinstance(one, FileNotice)] == [
        FileNotice("a.c", "source", "GPL-3.0-or-later", "", terms=True, snippets=0),
        FileNotice("b.py", "source", "", "Ann Able", terms=False, snippets=1),
    ]


@pytest.mark.parametrize(
    ("name", "text", "licence"),
    [
        ("REUSE.toml", REUSE, {"gen/a.py": "CC0-1.0", "gen/b.py": "MIT"}),
        (".reuse/dep5", DEP5, {"lib/a.py": "LGPL-2.1-or-later", "gen/b.py": "MIT"}),
    ],
)
def test_annotations_of_reuse(
    tmp_path: Path, name: str, text: str, licence: dict[str, str]
) -> None:
    tagged = "# SPDX-License-Identifier: MIT\nx = 1\n"
    files = {
        name: text,
        "gen/a.py": "x = 2\n",
        "gen/deep/c.py": "x = 4\n",
        "lib/a.py": "x = 3\n",
        "gen/b.py": tagged,
    }
    rows = gathered(tmp_path, files)
    assert {one.path: one.licence for one in rows if isinstance(one, FileNotice)} == licence


def test_annotations_that_are_broken_are_an_issue(tmp_path: Path) -> None:
    rows = gathered(tmp_path, {"REUSE.toml": "[["})
    assert [one.reason for one in rows if isinstance(one, Issue)] == [
        "licence annotations not understood"
    ]


def test_what_packages_declare(tmp_path: Path) -> None:
    rows = gathered(
        tmp_path,
        {
            "package.json": '{"license": "ISC", "author": "Ann Able <a@x.example>"}',
            "vendor/x/composer.json": '{"license": ["MIT", "GPL-3.0"]}',
            "tests/package.json": '{"license": "WTFPL"}',
            "broken/Cargo.toml": "[[",
        },
    )
    assert [one for one in rows if isinstance(one, Declaration)] == [
        Declaration("package.json", "ISC", "Ann Able"),
        Declaration("vendor/x/composer.json", "MIT OR GPL-3.0", ""),
    ]
    (issue,) = [one for one in rows if isinstance(one, Issue)]
    assert (issue.reason, issue.path) == ("package metadata not understood", "broken/Cargo.toml")


@pytest.mark.parametrize(
    ("path", "text", "licence"),
    [
        ("package.json", '{"licenses": [{"type": "MIT"}, {"type": "BSD"}]}', "MIT OR BSD"),
        ("package.json", '{"license": "SEE LICENSE IN x"}', ""),
        ("package.json", '{"license": 7, "author": 8}', ""),
        ("Cargo.toml", '[package]\nlicense = "MIT OR ISC"\nauthors = [7]', "MIT OR ISC"),
        ("pyproject.toml", '[project]\nlicense = {text = "MIT"}', "MIT"),
        ("pyproject.toml", '[tool.poetry]\nlicense = "BSD"', "BSD"),
        ("pyproject.toml",
         '[project]\nclassifiers = ["License :: OSI Approved :: MIT License"]', "MIT License"),
        ("setup.cfg", "[metadata]\nname = x\nlicense = Apache 2.0\n", "Apache 2.0"),
        ("setup.py", 'setup(name="x", license="GPLv3+", url="u")', "GPLv3+"),
        ("setup.py", "setup(license=terms(), name='x')", ""),
        ("setup.py", 'setup(\n    license="GPLv3+",\n)', "GPLv3+"),
        ("x.gemspec", "Gem::Specification\n  s.licenses = ['MIT', \"Ruby\"]", "MIT OR Ruby"),
        ("pom.xml", "<project><licenses><license><name>EPL &amp; co</name></license></licenses>",
         "EPL & co"),
        ("a/x-1.0.dist-info/METADATA", "Name: x\nLicense-Expression: MIT\n\nLicense: no", "MIT"),
    ],
)  # fmt: skip
def test_readers_of_metadata(path: str, text: str, licence: str) -> None:
    read = reader(path)
    assert read
    assert read(text.encode())[0] == licence


@given(st.sampled_from(METADATA), st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_metadata_may_be_anything(path: str, content: bytes) -> None:
    read = reader(path)
    assert read
    try:
        licence, authors = read(content)
    except ValueError:
        return
    assert isinstance(licence + authors, str)


def test_other_files_are_no_metadata() -> None:
    assert [reader(path) for path in ("METADATA", "package-lock.json", "a.toml")] == [None] * 3
    assert agree("GPL", "GPL-3.0") and not agree("GPL-2.0", "GPL-3.0")


def a_file(path: str, role: str = "source", language: str = "Python") -> File:
    return File(path, path, 10, language, role, 3, 3, 0, "", ".")


def said(path: str, licence: str = "", holders: str = "", *, terms: bool = False) -> FileNotice:
    return FileNotice(path, "source", licence, holders, terms or bool(licence), 0)


def asked(
    files: list[File],
    *stated: FileNotice | LicenceFile | Declaration,
    delivery: str = "",
) -> tuple[list[Observation], dict[str, Any], Series]:
    def rows(kind: type) -> list[Any]:
        return [("app", one) for one in stated if isinstance(one, kind)]

    who = Identity("1", "Ann Able", "ann@acme.example", 1, None, None)
    tables = (
        of(File, [("app", one) for one in files]),
        of(FileNotice, rows(FileNotice)),
        of(LicenceFile, rows(LicenceFile)),
        of(Declaration, rows(Declaration)),
        of(Identity, [("app", who)]),
        deliveries({"app": delivery}),
        policy(),
    )
    found = list(tree_licences.run(date(2026, 1, 1), *tables))
    metrics = {one.name: one.value for one in found if isinstance(one, Metric) and one.repo}
    (series,) = [one for one in found if isinstance(one, Series)]
    return [one for one in found if isinstance(one, Observation)], metrics, series


def test_copyleft_code_in_a_closed_product() -> None:
    files = [a_file("src/a.py"), a_file("src/b.py"), a_file("vendor/x/c.py", "vendored"),
             a_file("tests/d.py", "test"), a_file("docs/e.py")]  # fmt: skip
    (found,), metrics, series = asked(
        files,
        said("src/a.py", "GPL-3.0-or-later"),
        said("tests/d.py", "AGPL-3.0-only"),
        said("docs/e.py", "AGPL-3.0-only"),
        a_licence("vendor/x/COPYING", "GPL-3.0-or-later"),
    )
    assert (found.rule, found.values["licence"]) == ("code-under-other-terms", "GPL-3.0-or-later")
    assert found.locations == (Location("src/a.py"), Location("vendor/x/c.py"))
    assert found.values["what"] == "2 source files (1 in folders of copied code)"
    assert (found.values["own"], found.values["severity"]) == ("no open licence", "high")
    assert metrics["tree_licences.copyleft_files"] == metrics["tree_licences.foreign_files"] == 2
    assert series.rows == (
        ("app", "GPL-3.0-or-later", "strong copyleft", 2,
         "review", "forbidden", "forbidden", "src/a.py"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("own", "licence", "rule"),
    [
        ("GPL-3.0", "GPL-3.0-or-later", None),
        ("GPL-3.0", "GPL-1.0-or-later", None),  # no version is named
        ("AGPL-3.0-only", "GPL-3.0-or-later", None),  # section 13 allows it
        ("GPL-2.0-only", "Apache-2.0", "licence-conflict"),
        ("GPL-2.0", "EPL-1.0", "licence-conflict"),
        ("MIT", "GPL-2.0-only", "code-under-other-terms"),
        ("MIT", "AGPL-3.0-only", "code-under-other-terms"),
        ("MIT", "BUSL-1.1", "code-under-other-terms"),
        ("MIT", "MIT OR GPL-2.0-only", None),
        ("MIT", "GPL-3.0-or-later WITH Bison-exception-2.2", None),
        ("MIT", "LGPL-2.1-or-later", None),  # shown, and no finding
        ("BUSL-1.1", "BUSL-1.1", None),
    ],
)
def test_the_repositorys_own_licence_counts(own: str, licence: str, rule: str | None) -> None:
    found, _, _ = asked([a_file("a.py")], a_licence("LICENSE", own), said("a.py", licence))
    assert [one.rule for one in found] == ([rule] if rule else [])


def test_the_delivery_decides_how_grave_it_is() -> None:
    weight = {}
    for delivery in ("saas", "internal"):
        (found,), _, _ = asked([a_file("a.py")], said("a.py", "AGPL-3.0-only"), delivery=delivery)
        weight[delivery] = found.values["severity"]
    assert weight == {"saas": "critical", "internal": "low"}


def test_a_list_of_licences_governs_nothing() -> None:
    texts = [a_licence(f"data/LICENSE-{number}", "GPL-3.0") for number in range(9)]
    shelf = a_licence("pkg/licenses/COPYING", "GPL-3.0")
    found, metrics, _ = asked([a_file("data/a.py"), a_file("pkg/licenses/b.py")], *texts, shelf)
    assert (found, metrics["tree_licences.foreign_files"]) == ([], 0)


def test_what_a_copied_package_declares_holds_for_its_folder() -> None:
    files = [a_file("node_modules/x/a.py", "vendored"), a_file("_vendor/y/b.py", "vendored"),
             a_file("node_modules/x/package.json", "vendored", "JSON"),
             a_file("_vendor/Y-1.dist-info/METADATA", "vendored", "")]  # fmt: skip
    found, metrics, _ = asked(
        files,
        declared("node_modules/x/package.json", "MIT"),
        declared("_vendor/Y-1.dist-info/METADATA", "BSD-3-Clause"),
    )
    assert (found, metrics["tree_licences.foreign_files"]) == ([], 2)


def test_code_of_strangers_without_a_licence() -> None:
    files = [a_file(path) for path in ("a.py", "b.py", "c.py", "d.py", "e.py")]
    copies = [a_file("vendor/x/x.py", "vendored"), a_file("vendor/y/y.py", "vendored"),
              a_file("vendor/lone.py", "vendored")]  # fmt: skip
    (found,), metrics, _ = asked(
        [*files, *copies],
        said("a.py", holders="Some Stranger"),
        said("b.py", holders="Ann B. Able"),  # commits here
        said("c.py", holders="ACME Logistics GmbH"),  # by the domain of a committer's address
        said("d.py", holders="Other Stranger", terms=True),
        said("e.py", holders="Acme Logistics Holding"),  # the client
        said("vendor/y/y.py", "MIT"),
    )
    assert found.rule == "unlicensed-code"
    assert found.locations == (Location("a.py"), Location("vendor/x"))
    assert metrics["tree_licences.unlicensed"] == 2
    # Where the repository is open, a contributor's copyright is no sign of a copy.
    (found,), _, _ = asked(
        [*files, *copies], a_licence("LICENSE", "MIT"), said("a.py", holders="Some Stranger")
    )
    assert found.locations == (Location("vendor/x"), Location("vendor/y"))


def test_nothing_to_read_is_not_clean() -> None:
    _, metrics, _ = asked([a_file("README.md", "documentation", "")])
    assert set(metrics.values()) == {None}
