from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from licence_tables import GPL3, ISC, MIT

from techdd.licensing import comments, holders, notice, recognise


@pytest.mark.parametrize(
    ("text", "licence", "main"),
    [
        (MIT, "MIT", "MIT"),
        (f"{MIT}\n\nThe tables come from elsewhere:\n\n{ISC}", "MIT AND ISC", "MIT"),
        (f"Dual licensed, at your option:\n{MIT}\n{ISC}", "MIT OR ISC", "MIT OR ISC"),
        ("SPDX-License-Identifier: GPL-2.0-or-later\nSee COPYING.", "GPL-2.0-or-later", None),
        ("This software is licensed under the Elastic License 2.0.", "Elastic-2.0", None),
        ("Redis Source Available License 2.0 (RSALv2)", "LicenseRef-scancode-rsalv2", None),
        ("Copyright 2025 Acme GmbH. All rights reserved.", "proprietary", None),
        ("Do what you like, but be kind.", "unrecognised", None),
        ("", "unrecognised", None),
    ],
)
def test_recognise(text: str, licence: str, main: str | None) -> None:
    assert recognise(text) == (licence, main or licence)


def _commented(text: str) -> str:
    return "".join(f"// {line}\n" for line in text.splitlines())


# Heads of real files: ansible, dokuwiki, jQuery 1.7, Eclipse, FFmpeg, moodle, Mozilla, FreeRTOS.
@pytest.mark.parametrize(
    ("head", "licence", "who"),
    [
        ("# SPDX-License-Identifier: MIT OR Apache-2.0\nimport os", "MIT OR Apache-2.0", ""),
        ("/* SPDX-License-Identifier: GPL-2.0-only */", "GPL-2.0-only", ""),
        (GPL3, "GPL-3.0-or-later", ""),
        (
            "# Copyright: (c) 2021, Matt Martz <matt@sivel.net>\n"
            "# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/)",
            "GPL-3.0-or-later",
            "Matt Martz",
        ),
        (
            "<?php\n/**\n * @license    GPL 2 (http://www.gnu.org/licenses/gpl.html)\n */",
            "GPL-2.0-only",
            "",
        ),
        (
            "/*!\n * Copyright 2011, John Resig\n * Dual licensed under the MIT or GPL Version 2"
            " licenses.\n * http://jquery.org/license\n */",
            "MIT OR GPL-2.0-only",
            "John Resig",
        ),
        (
            "/* All rights reserved. This program and the accompanying materials\n * are made"
            " available under the terms of the Eclipse Public License v1.0\n * which accompanies"
            " this distribution */",
            "EPL-1.0",
            "",
        ),
        ("/*! minimap v1 | (c) The Minimap Authors | MIT License */", "MIT", "The Minimap Authors"),
        (
            "// As a special exception, if you include this in the output of the Bison parser\n"
            f"// skeleton, you may use it under other terms.\n{GPL3}",
            "GPL-3.0-or-later WITH Bison-exception-2.2",
            "",
        ),
        ("// Use of this source is governed by a BSD-style license", "BSD-style license", ""),
        (f"{GPL3}//\n// Parts:\n{_commented(ISC)}", "GPL-3.0-or-later AND ISC", ""),
        (f"// You may choose one of:\n{GPL3}//\n{_commented(ISC)}", "GPL-3.0-or-later OR ISC", ""),
        ("/* under the terms of version 3 of the GNU General Public License as */", "GPL-3.0-only",
         ""),
        ("/* This file is licensed under the Timescale License. */", "Timescale License", ""),
        ("LICENCES = 'GNU General Public License v3.0'  # a list\n", "", ""),
        ("# ServerBag: PHP_AUTH under Apache / FPM; copyright\n", "", ""),
        ("# Copyright (c) 2014 Some Stranger. All rights reserved.\n", "", "Some Stranger"),
    ],
)  # fmt: skip
def test_notice(head: str, licence: str, who: str) -> None:
    found = notice(comments(head))
    assert (found.licence, found.holders) == (licence, who)


@pytest.mark.parametrize(
    ("text", "terms"),
    [("(c) 2014 Ann. All rights reserved.", False), ("(c) Ann. Free to use.", True)],
)
def test_whether_a_head_speaks_of_terms(text: str, terms: bool) -> None:
    assert notice(text).terms is terms


def test_comments_of_several_languages_that_speak_of_rights() -> None:
    head = """#!/bin/sh
# (c) Ann
code = "# (c) Nobody"
/* nothing */ -- (c) not at the start of a line
-- licensed somehow
"""
    assert comments(head) == "#!/bin/sh\n# (c) Ann\n\n-- licensed somehow"
    assert comments('"""Free.\n\nCopyright Ann\n"""\nx = 1') == '"""Free.\n\nCopyright Ann\n"""'


def test_holders() -> None:
    text = "Copyright (C) 2001-2009, Ann Able <a@x.example>\n(c) 2010 by Acme, Inc. and others"
    assert holders(text) == "Ann Able; Acme, Inc"
    assert holders("(C) Andrzej K. Haczewski, 2005\n(c) 2009 Eric") == "Andrzej K. Haczewski; Eric"
    assert holders("append(c), plus (c) assign the variable, copyright notice") == ""


@settings(deadline=None)  # the first call loads the patterns
@given(st.text(max_size=300))
def test_whatever_stands_in_a_file_is_read(text: str) -> None:
    found = notice(comments(text))
    assert isinstance(found.licence, str)
    assert all(recognise(text))
