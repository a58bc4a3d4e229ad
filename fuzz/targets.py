"""What is fuzzed: one function a parser, bytes -> nothing. What leaves one by another door than its
parser documents (ValueError, TechddError, Unmeasurable) is a bug.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path

from techdd.checklists import Checklist, Framework, Profile
from techdd.collectors._declared import reader
from techdd.collectors.coupling.statements import FAMILY, statements
from techdd.collectors.delivery_chain.actions import workflows
from techdd.collectors.delivery_chain.gather import _BY_NAME, _SYSTEMS, _Found, _read
from techdd.collectors.delivery_chain.kubernetes import objects
from techdd.collectors.delivery_chain.terraform import resources
from techdd.collectors.governance import _dependabot, _is_owned, _rules
from techdd.collectors.stack.deployables import _READERS as STARTED
from techdd.collectors.stack.mentions import spoken_of
from techdd.collectors.stack.versions import _READERS as STATED
from techdd.collectors.suppressions import _marks
from techdd.collectors.tree_licences.gather import _dep5_rules, _toml_rules
from techdd.coverage import Coverage, CoverageFormat, in_repository
from techdd.documents import load
from techdd.errors import TechddError
from techdd.history.log import FIELDS, Log
from techdd.history.messages import is_assisted, reverted, trailers
from techdd.history.patches import read_merges, read_patches
from techdd.history.stream import patched
from techdd.identity.employment import Roster
from techdd.identity.written import People
from techdd.languages import HEAD, classify, languages, utf8
from techdd.licensing import comments, notice, recognise
from techdd.lockfiles import Lockfile
from techdd.model import Issue
from techdd.patterns import search, searchable
from techdd.plugins import discover
from techdd.policy import Engagement
from techdd.refs import read_refs
from techdd.roster.reading import understand
from techdd.roster.sheets import read_sheets
from techdd.sarif import read_sarif
from techdd.syntax import Unmeasurable
from techdd.text import clean, decode
from techdd.vex import Products, stated
from techdd.vex.triage import Triage

Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {}
SAMPLES = Path(__file__).parents[1] / "tests"
SEVERITIES = {"critical", "high", "medium", "low", "info"}
WRITTEN = (Checklist, Engagement, Framework, People, Profile, Roster, Triage)


def target(fuzzed: Target) -> Target:
    """Registers a target under its name."""
    TARGETS[fuzzed.__name__] = fuzzed
    return fuzzed


@cache
def seeds(name: str) -> list[bytes]:
    """Sound inputs of a target: what is fuzzed is most often nearly right."""
    known = {
        "lock_files": "lockfiles/*/*",
        "documents": "../checklists/*.yaml",
        "measurements": "languages/*/*.src",
        "words_in_source": "languages/*/*.src",
        "patterns": "patterns/*/*",
        "stack": "lockfiles/*/*",
        "sarif": "sarif/*.sarif",
        "coverage_reports": "coverage/*",
    }
    paths = sorted(SAMPLES.glob(known[name])) if name in known else []
    return [
        *(path.read_bytes()[: 2_000 if name == "documents" else 20_000] for path in paths),
        *_MORE.get(name, ()),
    ]


_MORE: dict[str, tuple[bytes, ...]] = {
    "log_stream": (
        b"Ann\0a@example.com\x001 +0000\0fix\n\nCo-authored-by: B <b@c>\0a.py\0M\x003\x004",
    ),
    "patch_stream": (
        b"diff --git a/a b/a\nindex 1..2\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@ x\n-a\n+b\n",
        b"diff --cc a\n@@@ -1,2 -1,2 +1,3 @@@\n- a\n -b\n++c\n",
    ),
    "refs": (b"# pack-refs with: peeled\n%s refs/heads/main\n^%s\n" % (b"1" * 40, b"2" * 40),),
    "delivery_chain": (
        b"on: push\njobs:\n  a:\n    environment: production\n    steps:\n    - uses: a/b@v1\n",
        b"FROM python:3\nARG A=1\nUSER root\nRUN pip install x && \\\n  true\n",
        b"services:\n  db:\n    image: postgres\n    environment: {PASSWORD: x}\n",
        b"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: 1\n"
        b"  template: {spec: {containers: [{name: a, image: b, securityContext: {}}]}}\n",
        b'resource "aws_db_instance" "a" {\n  multi_az = var.x ? true : false\n'
        b'  tags = { for k, v in {} : k => "${v}" }\n  text = <<-E\n  x\n  E\n}\n',
        b"stages: [test]\ntest:\n  script: [pytest]\n  image: python\n",
    ),
    "code_owners": (
        b"* @a/b\n/docs/**/x?.md a@example.com\n[Section][2]\n!x @y\n",
        b"version: 2\nupdates:\n- package-ecosystem: npm\n  directory: /\n",
    ),
    "licences": (
        b"MIT License\nPermission is hereby granted, free of charge\n",
        b"/* SPDX-License-Identifier: MIT OR (GPL-2.0+ AND X11) */\n# Copyright (c) 2020 Ann\n",
        b'{"name": "a", "license": "MIT", "author": {"name": "Ann"}}',
        b'[package]\nname = "a"\nlicense = "MIT/Apache-2.0"\nauthors = ["Ann <a@example.com>"]\n',
        b'version = 1\n[[annotations]]\npath = ["a/**", "*.x"]\nSPDX-License-Identifier = "MIT"\n',
        b"Files: a/* b\nLicense: GPL-2+\n full text\n",
    ),
    "rosters": (b"Name,E-mail,Start,Contract type\nAnn,ann@example.com,01.02.2024,employee\n",),
    "words_in_source": (
        b"# nosec B1 # noqa: E501 // nolint:gosec /* eslint-disable no-eval */ @SuppressWarnings",
        b"import a.b as c\nfrom .d import (e,\n f)\nconst x = require('./y')\nuse a::{b, c};\n",
        b"MIT License\nPermission is hereby granted, free of charge\n",
    ),
    "vex": (
        b'{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": '
        b'{"name": "CVE-1"}, "products": [{"@id": "pkg:npm/a@1"}], "status": "affected"}]}',
        b'{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-1", "analysis": '
        b'{"state": "exploitable"}, "affects": [{"ref": "a"}]}]}',
    ),
}  # fmt: skip


@target
def lock_files(data: bytes) -> None:
    """All formats of manifests, lock files and bills of materials; the first byte says which."""
    forms = list(discover("techdd.lockfiles", Lockfile).values())
    # Of seeds that are real files, nobody knows the format: each is tried on all.
    for form in forms if data[:1] not in _DIGITS else [forms[data[0] % len(forms)]]:
        with suppress(ValueError):
            list(form.parse(data))
        with suppress(ValueError):
            if form.aside:
                form.aside(data)


_DIGITS = [bytes([number]) for number in range(9)]


@target
def documents(data: bytes) -> None:
    """What people write in YAML: checklists, engagements, people, rosters, triage."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yaml"
        path.write_bytes(data)
        with suppress(TechddError):
            load(path, WRITTEN[len(data) % len(WRITTEN)])


@target
def log_stream(data: bytes) -> None:
    """Commits whose every field is a client's, framed as git frames them."""
    parts = [*data.split(b"\0"), *[b""] * 8]
    name, email, when, body, path, status, added, deleted = parts[:8]
    body = body.replace(b"\0", b"")
    fields = [b"1" * 40, b"", name, email, when, name, email, b"1700000000", body]
    assert len(fields) == len(FIELDS)
    letter = status[:1] if status[:1] in b"AMDT" and status else b"M"
    raw = b":100644 100644 " + b"1" * 40 + b" " + b"2" * 40 + b" " + letter
    path = path or b"a"
    counts = b"%d\t%d\t" % (len(added), len(deleted))
    stream = b"\0".join([b"@" + fields[0], *fields[1:], b"\n" + raw, path, counts + path, b""])
    batches = []
    log = Log(0, batches.append)
    log.read([stream[:7], stream[7:], stream])
    log.flush()
    assert log.shas == ["1" * 40] * 2
    list(trailers(data))
    is_assisted(data)
    reverted(data)


@target
def patch_stream(data: bytes) -> None:
    """A patch whose lines are a client's; git ends it with a line feed."""
    text = data if data.endswith(b"\n") else data + b"\n"
    for read in (read_patches, read_merges):
        # The heads of hunks are git's own: no number in one is too large.
        with suppress(ValueError, IndexError, OverflowError):
            read([text])
    with suppress(TechddError, UnicodeDecodeError, ValueError, IndexError):
        list(patched([b"#" + data[:40], data[40:]]))


@target
def measurements(data: bytes) -> None:
    """The grammars and lizard, which are C and Python of others, and our counting of lines."""
    for name in list(languages()) if len(data) < 300 else [_language(data)]:
        with suppress(Unmeasurable):
            found = languages()[name].measure(utf8(data)[0])
            assert found.lines >= found.code_lines >= 0
            languages()[name].comment_texts(utf8(data)[0])
    classify(decode(data[:100]), data[:HEAD])


def _language(data: bytes, known: Iterable[str] = ()) -> str:
    names = sorted(known) or list(languages())
    return names[sum(data[:64]) % len(names)]


@target
def words_in_source(data: bytes) -> None:
    """What is searched for by regular expressions: imports, marks, licences."""
    text = data.decode("utf-8", "replace")
    for family in sorted(set(FAMILY.values())):
        statements(family, text)
    list(_marks(text))


@target
def stack(data: bytes) -> None:
    """What is spoken of, can be started, and states a version, by every reader."""
    list(spoken_of(data, settings_file=True))
    list(spoken_of(data, settings_file=False))
    for _, started in STARTED:
        with suppress(ValueError):
            list(started("app/package.json", data))
    for _, stated_by in STATED:
        with suppress(ValueError):
            list(stated_by(data))


@target
def patterns(data: bytes) -> None:
    """Rules for weak code in every language that has any; real sources hold what rules ask for."""
    for name in sorted(searchable()) if len(data) < 300 else [_language(data, searchable())]:
        with suppress(Unmeasurable):
            for spot in search(name, utf8(data)[0]).spots:
                assert 1 <= spot.line <= data.count(b"\n") + 1


@target
def delivery_chain(data: bytes) -> None:
    """Pipelines, containers, clusters and infrastructure, whichever reader the file would go to."""
    for system in (*_BY_NAME, *_SYSTEMS):
        found = _Found()
        with suppress(ValueError):
            list(_read("x", system, data, found))
        list(workflows(found.workflows))
        list(objects(found.objects))
        list(resources(found.modules.get("", ())))


@target
def code_owners(data: bytes) -> None:
    """CODEOWNERS and the update bot's configuration."""
    _is_owned("src/a.py", _rules(data)[0])
    with suppress(ValueError):
        list(_dependabot(data))


@target
def sarif(data: bytes) -> None:
    """What any scanner may hand in."""
    for item in read_sarif(data, "x.sarif"):
        assert isinstance(item, Issue) or item.severity in SEVERITIES


@target
def coverage_reports(data: bytes) -> None:
    """What any tool may tell of the tests, in each format whatever the file looks like."""
    for form in discover("techdd.coverage", CoverageFormat).values():
        with suppress(ValueError):
            list(form.read(BytesIO(data)))
    for item in in_repository(data, "x", {"src/a.py", "lib/cart.js"}):
        assert not isinstance(item, Coverage) or 0 <= item.covered <= item.coverable


@target
def licences(data: bytes) -> None:
    """Licences by their wording, and what packages declare."""
    text = data.decode("utf-8", "replace")
    recognise(text)
    notice(comments(text))
    for name in ("package.json", "Cargo.toml", "pyproject.toml", "composer.json", "pom.xml"):
        read = reader(name)
        assert read
        with suppress(ValueError):
            read(data)
    with suppress(ValueError):
        list(_toml_rules(text))
    list(_dep5_rules(text))


@target
def refs(data: bytes) -> None:
    """What a client's git folder names as branches and tags."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "packed-refs").write_bytes(data)
        (place / "refs" / "heads").mkdir(parents=True)
        (place / "refs" / "heads" / "main").write_bytes(data[:199])
        found, _ = read_refs(place)
        for name, identifier in found.items():
            assert "\n" not in name
            assert len(identifier) in (40, 64)


@target
def rosters(data: bytes) -> None:
    """What HR sends: CSV or a workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(data)
        with suppress(TechddError):
            understand(read_sheets(path))


@target
def vex(data: bytes) -> None:
    """Statements about vulnerabilities, OpenVEX or CycloneDX."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "vex"
        place.mkdir()
        (place / "x.json").write_bytes(data)
        with suppress(TechddError):
            stated(Path(folder), Products("a", {"b": ["c"]}))


@target
def texts(data: bytes) -> None:
    """What everything that is printed goes through."""
    for text in (decode(data), clean(data.decode("utf-8", "surrogateescape"))):
        assert text.isprintable() or all(ord(char) >= 0x20 for char in text)
        assert clean(text) == text
        json.dumps(text).encode()
        text.encode()
