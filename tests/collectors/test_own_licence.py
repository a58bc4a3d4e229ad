from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders import A, opened

from techdd.collectors.own_licence import LicenceFile, licence_files, own_licence, recognise
from techdd.facts import frame
from techdd.model import Issue, Observation, Series
from techdd.repository import MAX_SOURCE

MIT = """MIT License

Copyright (c) 2025 Acme

Permission is hereby granted, free of charge, to any person obtaining a copy of this software ...

The above copyright notice and this permission notice shall be included in all copies ...
"""
BSD = """Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met: ...
"""


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        (MIT, "MIT"),
        (BSD, "BSD-2-Clause"),
        (BSD + "3. Neither the name of the copyright holder nor ...", "BSD-3-Clause"),
        (BSD + "3. All advertising materials ... 4. Neither the name", "BSD-4-Clause"),
        ("Apache License\n   Version 2.0, January 2004", "Apache-2.0"),
        ("GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991", "GPL-2.0"),
        (
            "GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007 " + "words " * 200
            + "13. Use with the GNU Affero General Public License. ... version 3 of the GNU Affero",
            "GPL-3.0",
        ),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\n   Version 3, 19 November 2007", "AGPL-3.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\nVersion 2.1, February 1999", "LGPL-2.1"),
        ("Mozilla Public License Version 2.0\n====", "MPL-2.0"),
        ("Dual licence.\n" + MIT + BSD, "MIT AND BSD-2-Clause"),
        ("Copyright 2025 Acme GmbH. All rights reserved.", "proprietary"),
        ("Do what you like, but be kind.", "unrecognised"),
        ("", "unrecognised"),
    ],
)  # fmt: skip
def test_recognise(text: str, licence: str) -> None:
    assert recognise(text) == licence


def test_licence_files_at_the_top(tmp_path: Path) -> None:
    repo = opened(
        tmp_path,
        [
            A(
                {
                    "LICENSE-MIT.txt": MIT,
                    "COPYING.LESSER": "GNU LESSER GENERAL PUBLIC LICENSE Version 3, 29 June 2007",
                    "LICENSES/own.txt": "be kind",
                    "licenses.json": "{}",
                    "licence_check.py": "pass",
                    "vendor/x/LICENSE": MIT,
                    "UNLICENSE": b" " * (MAX_SOURCE + 1),
                }
            )
        ],
    )
    assert list(licence_files.run(repo)) == [
        Issue("licence file cannot be read", "UNLICENSE", "5,000,001 bytes"),
        LicenceFile("COPYING.LESSER", "LGPL-3.0"),
        LicenceFile("LICENSE-MIT.txt", "MIT"),
        LicenceFile("LICENSES/own.txt", "unrecognised"),
    ]


def test_a_repository_without_a_licence(tmp_path: Path) -> None:
    rows = list(licence_files.run(opened(tmp_path, [A({"main.py": "pass"})])))
    assert rows == [LicenceFile("", "")]
    table = frame(LicenceFile, [*rows, LicenceFile("LICENSE", "MIT")])
    table.insert(0, "repo", ["bare", "open"])
    found = list(own_licence.run(date(2026, 1, 1), table))
    assert found[0] == Observation("missing-licence", "bare", "licence")
    assert isinstance(found[1], Series)
    assert found[1].rows == (("bare", "none", "not stated"), ("open", "LICENSE", "MIT"))
