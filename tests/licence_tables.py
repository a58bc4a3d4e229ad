"""Licence texts, and the tables that every probe of licences asks beside its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from techdd.documents import load
from techdd.facts import frame
from techdd.folders import data
from techdd.licensing import Declaration, Delivery, LicenceFile, LicencePolicy, Term

MIT = """MIT License

Copyright (c) 2025 Acme

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""
ISC = """Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY
AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
PERFORMANCE OF THIS SOFTWARE.
"""
GPL3 = """\
// This program is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
"""


def of(fact: Any, rows: Iterable[tuple[str, Any]]) -> Any:
    """A table of (repository, fact)."""
    listed = list(rows)
    table = frame(fact, [row for _, row in listed])
    table.insert(0, "repo", [repo for repo, _ in listed])
    return table


def policy() -> Any:
    shipped = load(data("checklists") / "policy" / "licences.yaml", LicencePolicy)
    return frame(Term, shipped.rows())


def deliveries(given: Mapping[str, str]) -> Any:
    return of(Delivery, [(repo, Delivery(how, "Acme Logistics")) for repo, how in given.items()])


def a_licence(path: str, licence: str, holders: str = "") -> LicenceFile:
    return LicenceFile(path, licence, licence.split(" AND ", maxsplit=1)[0], holders)


def declared(path: str, licence: str) -> Declaration:
    return Declaration(path, licence, "")
