"""Everything nameable in a hostile client is a canary; no copy holds one that it must not hold."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from textwrap import indent

import pytest
from builders import START, A, build, git, with_checksum
from pypdf import PdfReader

from techdd import pipeline
from techdd.answers import Answer, placed
from techdd.audiences import AUDIENCES, COLUMNS, LABELS, PLAIN
from techdd.collecting import collect
from techdd.documents import dump_yaml
from techdd.formats import Format
from techdd.plugins import discover
from techdd.responses import Said, ledger
from techdd.workspace import Workspace

FORMATS = discover("techdd.formats", Format)
SECRET = "gh" + "p_" + with_checksum("Wm4kT9xQ2vRb7LzC1nYp5sHd8fGj3K")

# What nobody but the adviser reads.
PEOPLE = {
    "author": "Quorvanta Blimshire",
    "authors address": "qblim@zorptech.example",
    "committer": "Threxil Vandoomer",
    "committers address": "vandoomer@zorptech.example",
    "co-author": "Pyxelda Grumbold",
    "co-authors address": "grumbold@elsewhere.example",
    "owner of code": "owner-wexlip@zorptech.example",
    "on the roster": "Frobwyn Quillhart",
    "who was asked": "Snazzel Thimbleby",
    "who responds": "Mirquaz Oddington",
}
# What the client reads of itself, and no investor.
PLACES = {
    "file": "vexbrand",
    "deep folder": "snorfolk",
    "function": "kwibbleFunction",
    "class": "DrangelClass",
    "branch": "glimmerbranch",
    "tag": "plonktag",
    "message": "fizzlemessage",
    "host": "db7.krellnet.internal",
    "address": "10.77.13.211",
    "url": "registry.mooglehost.example",
    "image": "yarblimage",
    "service": "wubservice",
    "resource": "zindleresource",
    "private package": "@zorptech/splundge",
    "vulnerable package": "lodash 4.17.15",
    "script": "grelpscript",
    "variable": "TWIGGLE_SETTING",
    "job": "quonkjob",
    "field": "passport_skrep",
    "copied code": "flurbvendor",
    "path of a machine": "/srv/wurblestore/keys",
}
# What no copy holds: no probe tells of it.
NOWHERE = {
    "message", "host", "address", "variable", "field", "tag", "owner of code",
    "committers address", "co-authors address",
}  # fmt: skip
MESSY = "    if a:\n" + "".join(f"        if b == {n}:\n            a += {n}\n" for n in range(60))
METHODS = "".join(f"    def method{n}(self, a, b):\n{indent(MESSY, '    ')}" for n in range(2))
FILES: dict[str, str | bytes | None] = {
    "core/snorfolk/vexbrand.py": f"# HACK: later\nclass DrangelClass:\n{METHODS}\n\n"
    f"def kwibbleFunction(a, b, c, d, e, f):\n{MESSY}    return eval(a)\n",
    "core/snorfolk/test_vexbrand.py": "def test_vexbrand():\n    pass\n",
    "core/snorfolk/vexbrand_copy.py": "class Other:\n    pass\n\n\n"
    f"def kwibbleFunction(a, b, c, d, e, f):\n{MESSY}    return eval(a)\n",
    "core/models.py": "class Customer(Model):\n    "
    "email = CharField()\n    passport_skrep = CharField()\n",
    "core/settings.py": f'TOKEN = "{SECRET}"\nHOST = "db7.krellnet.internal"\n'
    'URL = "https://registry.mooglehost.example/x"\nIP = "10.77.13.211"\n',
    "deploy/Dockerfile": "FROM registry.mooglehost.example/yarblimage\nENV TWIGGLE_SETTING=1\n"
    "RUN curl http://10.77.13.211/grelpscript.sh | sh\nCMD app\n",
    "deploy/compose.yaml": "services:\n  wubservice:\n    image: yarblimage\n"
    "    privileged: true\n    environment:\n      DB: postgres://db7.krellnet.internal/x\n",
    "deploy/main.tf": 'resource "aws_s3_bucket" "zindleresource" {\n  acl = "public-read"\n}\n',
    "deploy/zindleresource.tfstate": "{}\n",
    ".github/workflows/quonkjob.yml": "on: push\njobs:\n  quonkjob:\n    runs-on: ubuntu-latest\n"
    "    steps:\n    - uses: zorptech/grelpscript@glimmerbranch\n    - run: ./deploy.sh\n",
    ".github/CODEOWNERS": "* owner-wexlip@zorptech.example @zorptech/nobody\n",
    "package.json": '{"name": "@zorptech/app", "dependencies": {"@zorptech/splundge": "^1.0.0",'
    ' "lodash": "4.17.15"}}\n',
    "package-lock.json": '{"name": "@zorptech/app", "lockfileVersion": 2, "packages": {"":'
    ' {"dependencies": {"@zorptech/splundge": "^1.0.0", "lodash": "4.17.15"}},'
    ' "node_modules/@zorptech/splundge": {"version": "1.2.3", "resolved":'
    ' "https://registry.mooglehost.example/splundge-1.2.3.tgz"},'
    ' "node_modules/lodash": {"version": "4.17.15", "license": "MIT"}}}\n',
    "vendor/flurbvendor/flurbvendor.py": "# Copyright Quorvanta Blimshire\nx = 1\n",
    "core/snorfolk/broken_vexbrand.py": "def (:\n",
    "requirements.txt": b"\xff\xfe\x00broken",
    "poetry.lock": "not = [toml\n",
    "LICENSE": "Copyright 2020 Quorvanta Blimshire. All rights reserved.\n",
}
AUTHOR, COMMITTER, OTHER = (
    f"{PEOPLE[one]} <{PEOPLE[f'{one}s address']}>" for one in ("author", "committer", "co-author")
)


def commits() -> list[A]:
    more = [
        A(
            {"core/snorfolk/vexbrand.py": f"{FILES['core/snorfolk/vexbrand.py']}# {n}\n"},
            message=f"fizzlemessage: fix {n} for db7.krellnet.internal\n\n"
            f"Co-authored-by: {OTHER}\n",
            author=COMMITTER if n % 3 == 0 else AUTHOR if n % 2 else AUTHOR.replace("qb", "b"),
            committer=COMMITTER,
            day=100 + 5 * n,
        )
        for n in range(30)
    ]
    return [A(FILES, "fizzlemessage: begin", AUTHOR, 0), *more]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = tmp_path_factory.mktemp("canaries")
    source = build(home / "client.git", commits())
    git(source, "branch", "glimmerbranch", "main~3")
    git(source, "-c", "user.name=Threxil Vandoomer", "-c", "user.email=vandoomer@zorptech.example",
        "tag", "-a", "plonktag-1.0.0", "main~5", "-m", "fizzlemessage")  # fmt: skip
    git(source, "symbolic-ref", "HEAD", "refs/heads/glimmerbranch")
    made = Workspace.create(home / "e", "Zorp", [str(source)])
    text = made.file.read_text().replace("name: client", "name: app")
    made.file.write_text(text + dump_yaml({"as_of": "2025-07-01"}).replace("'", ""))
    made = Workspace(home / "e")
    collect(made, workers=1)
    people_speak(made)
    return made


def texts(data: bytes) -> Iterator[str]:
    """All that a file says: as it is, what is packed in it, and of a PDF its words and labels."""
    yield re.sub(r"base64,[A-Za-z0-9+/=]+", "", data.decode(errors="replace"))
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            for name in parts.namelist():
                yield name
                yield parts.read(name).decode(errors="replace")
    if data.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(data))
        yield "".join(page.extract_text() for page in reader.pages).replace("\n", "")
        yield str(reader.metadata)
        for name, contents in reader.attachments.items():
            yield name
            for one in contents:
                yield from texts(one)
        for found in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.S):
            try:
                yield zlib.decompressobj().decompress(found[1]).decode(errors="replace")
            except zlib.error:
                continue


def people_speak(made: Workspace) -> None:
    """Somebody on the roster only, who was asked and responds, and names a machine's path."""
    (made.root / "roster.yaml").write_text(f"people:\n  - name: {PEOPLE['on the roster']}\n")
    checklist = made.checklists[0]
    words = f"{PEOPLE['who was asked']} keeps it in {PLACES['path of a machine']}"
    given = Answer(item=checklist.items[0].id, reason=words, by=PEOPLE["who was asked"])
    made.journal.append(placed(given, checklist, checklist.items[0], "", START))
    for found in pipeline.assess(made).findings[:3]:
        words = f"Ask {PEOPLE['on the roster']} or {PEOPLE['who responds']}: {words}"
        said = Said(finding=found.id, position="disputed", words=words, by=PEOPLE["who responds"])
        ledger(made.root).add([said], lambda _: None)


@pytest.fixture(scope="module")
def copies(workspace: Workspace) -> dict[tuple[str, str], str]:
    """What each format tells each audience."""
    assessment = pipeline.assess(workspace)
    found = {}
    for audience in AUDIENCES:
        report = pipeline.report(workspace, assessment, audience)
        for name, form in FORMATS.items():
            if audience == "internal" and name != "json":
                continue
            data = form.render(report, workspace.templates)
            found[audience, name] = "\n".join(texts(data)).replace("\N{SOFT HYPHEN}", "")
    return found


def held(text: str, canaries: dict[str, str]) -> dict[str, str]:
    folded = text.casefold()
    return {
        what: folded[max(0, at - 150) : at + 100]
        for what, canary in canaries.items()
        if (at := folded.find(canary.casefold())) >= 0
    }


@pytest.mark.parametrize("form", FORMATS)
def test_an_investor_reads_no_canary(copies: dict[tuple[str, str], str], form: str) -> None:
    assert held(copies["investor", form], PEOPLE | PLACES | {"secret": SECRET}) == {}


@pytest.mark.parametrize("form", FORMATS)
def test_a_client_reads_of_places_and_of_no_person(
    copies: dict[tuple[str, str], str], form: str
) -> None:
    assert held(copies["client", form], PEOPLE | {"secret": SECRET}) == {}


def test_the_canaries_were_found_and_are_in_the_adviser_s_copy(
    copies: dict[tuple[str, str], str],
) -> None:
    everything = PEOPLE | PLACES
    text = copies["internal", "json"]
    assert SECRET not in text
    assert everything.keys() - held(text, everything).keys() == NOWHERE
    client = held(copies["client", "json"], PLACES)
    assert PLACES.keys() - client.keys() == NOWHERE - PEOPLE.keys()


def test_every_column_with_text_is_classified(workspace: Workspace) -> None:
    report = pipeline.report(workspace, pipeline.assess(workspace), "internal")
    unknown = {
        (series.name, column)
        for chapter in report.chapters
        for series in chapter.series
        for n, column in enumerate(series.columns)
        if any(isinstance(row[n], str) and row[n] not in PLAIN for row in series.rows)
        and not {column, f"{series.name}.{column}"} & (COLUMNS.keys() | LABELS.keys())
    }
    assert unknown == set()
