"""Under which licence the code itself stands, by the wording of the files at its top."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.model import Issue, Observation, Series
from techdd.repository import MAX_SOURCE, Repository

if TYPE_CHECKING:
    from pandas import DataFrame


class LicenceFile(NamedTuple):
    """A licence file at the top of a repository; without a path where there is none.

    `licence` is an SPDX expression, "proprietary" or "unrecognised".
    """

    path: str
    licence: str


_FILE = re.compile(
    r"(LICENSES/[^/]+"
    r"|((mit|bsd|apache|gpl)-)?(un)?(licen[sc]es?|copying|copyright)([-_.][\w.-]*)?)$",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"\.(py|[jt]sx?|go|rb|java|php|json|ya?ml|toml|sh|[ch]|rs|cs|kt|swift|png|svg)$"
)

_HEAD = 400  # characters in which the title of a licence stands
_GRANT = "permission is hereby granted free of charge to any person obtaining a copy"
_BSD = "redistribution and use in source and binary forms with or without modification"
_ISC = "permission to use copy modify and or distribute this software for any purpose with or"
# Words that a licence has ("^": as its title) and has not ("!"), lower-case, without punctuation.
_WORDING = {
    "AGPL-3.0": ("^gnu affero general public license version 3",),
    "LGPL-3.0": ("^gnu lesser general public license version 3",),
    "LGPL-2.1": ("^gnu lesser general public license version 2.1",),
    "LGPL-2.0": ("^gnu library general public license version 2",),
    "GPL-3.0": ("^gnu general public license version 3",),
    "GPL-2.0": ("^gnu general public license version 2",),
    "Apache-2.0": ("apache license version 2.0",),
    "MPL-2.0": ("^mozilla public license version 2.0",),
    "EPL-2.0": ("^eclipse public license v 2.0",),
    "EUPL-1.2": ("^european union public licence v. 1.2",),
    "BUSL-1.1": ("business source license 1.1",),
    "SSPL-1.0": ("^server side public license",),
    "Elastic-2.0": ("^elastic license 2.0",),
    "BSL-1.0": ("boost software license version 1.0",),
    "CC0-1.0": ("cc0 1.0 universal",),
    "Unlicense": ("free and unencumbered software released into the public domain",),
    "MIT": (_GRANT, "the above copyright notice and this permission notice"),
    "MIT-0": (_GRANT, "!the above copyright notice and this permission notice"),
    "BSD-4-Clause": (_BSD, "all advertising materials"),
    "BSD-3-Clause": (_BSD, "neither the name", "!all advertising materials"),
    "BSD-2-Clause": (_BSD, "!neither the name", "!all advertising materials"),
    "ISC": (f"{_ISC} without fee is hereby granted provided",),
    "0BSD": (f"{_ISC} without fee is hereby granted.",),
    "Zlib": ("altered source versions must be plainly marked",),
}
_RESERVED = ("all rights reserved", "proprietary", "confidential")


def recognise(text: str) -> str:
    """The licences whose wording stands in `text`, joined by AND; "proprietary" or "unrecognised".

    The text of a GPL does not say whether later versions are allowed: "GPL-3.0" leaves it open.
    """
    words = " ".join(re.sub(r"[^a-z0-9. ]+", " ", text.lower()).split())
    found = [spdx for spdx, wording in _WORDING.items() if all(_has(words, one) for one in wording)]
    if found:
        return " AND ".join(found)
    return "proprietary" if any(word in words for word in _RESERVED) else "unrecognised"


def _has(words: str, wording: str) -> bool:
    if wording.startswith("!"):
        return wording[1:] not in words
    return wording[1:] in words[:_HEAD] if wording.startswith("^") else wording in words


@collector(makes=(LicenceFile,))
def licence_files(repo: Repository) -> Gathered:
    """The licence files at the top of the tree and what they say."""
    entries = [
        entry
        for entry in repo.regular_files()
        if _FILE.match(entry.path) and not _PROGRAM.search(entry.path.lower())
    ]
    readable = [entry for entry in entries if 0 <= entry.size <= MAX_SOURCE]
    for entry in entries:
        if entry not in readable:
            yield Issue("licence file cannot be read", entry.path, f"{entry.size:,} bytes")
    contents = repo.blobs(entry.blob for entry in readable)
    for entry, (_, content) in zip(readable, contents, strict=True):
        if content is None:
            yield Issue("content is missing or damaged", entry.path, transient=True)
        else:
            yield LicenceFile(entry.path, recognise(content.decode("utf-8", "replace")))
    if not entries:
        yield LicenceFile("", "")


@probe(domain="compliance", needs=(LicenceFile,))
def own_licence(_as_of: date, files: DataFrame) -> Answered:
    """Under which terms does the code itself stand?"""
    rows = files.sort_values(["repo", "path"])
    for repo in rows[rows["path"] == ""]["repo"]:
        yield Observation("missing-licence", str(repo), "licence")
    yield Series(
        "own_licences",
        "Licence files of the repositories",
        ("repository", "file", "licence"),
        tuple(
            (str(row.repo), str(row.path) or "none", str(row.licence) or "not stated")
            for row in rows.itertuples()
        ),
        note="Recognised by its wording; anything else is for counsel to read.",
    )
