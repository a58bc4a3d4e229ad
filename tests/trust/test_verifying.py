from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keys
import pikepdf
import pytest
from builders import A, build
from keys import PAGE
from pikepdf import Array, Dictionary, Name, Stream, String
from pyhanko.pdf_utils.generic import StreamObject as PdfStream
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import copy_into_new_writer
from test_jobs import inline

from techdd import pipeline
from techdd.cli import run
from techdd.errors import TechddError
from techdd.manifest import FILE, KEY
from techdd.trust import reading
from techdd.trust.checks import FAILED, NOT_CHECKED, OK, Check, verify
from techdd.trust.reading import seen
from techdd.trust.signing import Sign, signer
from techdd.workspace import Workspace

PDF = Callable[[bytes], Path]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def pdf(tmp_path: Path) -> PDF:
    def write(content: bytes) -> Path:
        (tmp_path / "report.pdf").write_bytes(content)
        return tmp_path / "report.pdf"

    return write


def ends(checks: Iterator[Check]) -> dict[str, str]:
    return {one.name: one.end for one in checks}


def words(checks: Iterator[Check], name: str) -> str:
    return " | ".join(one.words for one in checks if one.name == name)


# --- signatures -----------------------------------------------------------------------------------


def test_a_signed_report_says_by_whom_and_that_trust_is_open(pdf: PDF, signed: bytes) -> None:
    checks = list(verify(pdf(signed)))
    assert ends(iter(checks)) == {
        "signature": OK, "signer": NOT_CHECKED, "unchanged": OK, "manifest": OK,
        "evidence": NOT_CHECKED, "commits": NOT_CHECKED,
    }  # fmt: skip
    assert "intact, of A. Adviser, 20" in words(iter(checks), "signature")
    assert "self-signed" in words(iter(checks), "signer")
    assert "schema 1, techdd 0.1.0, investor edition of 2026-11-23" in (
        words(iter(checks), "manifest")
    )


def test_a_certificate_that_is_given_is_trusted(pdf: PDF, signed: bytes, adviser: Path) -> None:
    assert ends(verify(pdf(signed), trust=adviser / "adviser.pem"))["signer"] == OK


def test_another_key_of_the_same_name_is_not(pdf: PDF, signed: bytes, tmp_path: Path) -> None:
    stranger = keys.pem(tmp_path / "other.pem", keys.certificate(keys.key()))
    checks = list(verify(pdf(signed), trust=stranger))
    assert ends(iter(checks))["signer"] == FAILED
    assert ends(iter(checks))["signature"] == OK


def test_a_certificate_of_an_authority(pdf: PDF, plain: bytes, tmp_path: Path) -> None:
    root, own = keys.key(), keys.key()
    authority = keys.certificate(root, "Authority", authority=True)
    leaf = keys.certificate(own, issuer=("Authority", root))
    path = keys.p12(tmp_path / "key.p12", own, leaf)
    written = pdf(signer(path, lambda: "pass word")(plain))
    checks = list(verify(written, trust=keys.pem(tmp_path / "ca.pem", authority)))
    assert ends(iter(checks))["signer"] == OK
    assert "issued by Authority" in words(iter(checks), "signer")


def test_what_is_not_signed_is_not_ok(pdf: PDF, plain: bytes, adviser: Path) -> None:
    assert ends(verify(pdf(plain)))["signature"] == NOT_CHECKED
    assert ends(verify(pdf(plain), trust=adviser / "adviser.pem"))["signature"] == FAILED


def test_one_changed_byte_shows(pdf: PDF, plain: bytes, signed: bytes) -> None:
    changed = bytearray(signed)
    place = signed.index(b"stream") + 20
    assert place < len(plain)
    changed[place] ^= 1
    try:
        assert ends(verify(pdf(bytes(changed))))["signature"] == FAILED
    except TechddError as error:  # what was changed may be what makes it a PDF
        assert "cannot be read" in error.message


def test_what_is_added_after_the_signature_shows(pdf: PDF, signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    files = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    files[1]["/Desc"] = files[1]["/UF"]
    writer.mark_update(files.raw_get(1))
    out = BytesIO()
    writer.write(out)
    checks = ends(verify(pdf(out.getvalue())))
    assert checks["signature"] == OK
    assert checks["unchanged"] == FAILED


def test_another_signature_is_allowed(pdf: PDF, signed: bytes, tmp_path: Path) -> None:
    from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

    own = keys.key()
    path = keys.p12(tmp_path / "client.p12", own, keys.certificate(own, "The Client"))
    client = SimpleSigner.load_pkcs12(str(path), passphrase=b"pass word")
    out = BytesIO()
    meta = PdfSignatureMetadata(field_name="Client")
    sign_pdf(IncrementalPdfFileWriter(BytesIO(signed)), meta, client, output=out)
    checks = list(verify(pdf(out.getvalue())))
    assert {one.end for one in checks if one.name in ("signature", "unchanged")} == {OK}
    assert "of The Client" in words(iter(checks), "signature")
    assert "only what the signature allows was added" in words(iter(checks), "unchanged")


def test_a_signature_that_is_drawn_over_a_page_is_not_allowed(
    pdf: PDF, signed: bytes, tmp_path: Path
) -> None:
    from pyhanko.sign.fields import SigFieldSpec
    from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

    own = keys.key()
    path = keys.p12(tmp_path / "client.p12", own, keys.certificate(own, "The Client"))
    client = SimpleSigner.load_pkcs12(str(path), passphrase=b"pass word")
    over = SigFieldSpec("Client", on_page=0, box=(0, 0, 600, 800))
    out = BytesIO()
    sign_pdf(
        IncrementalPdfFileWriter(BytesIO(signed)),
        PdfSignatureMetadata(field_name="Client"), client, new_field_spec=over, output=out,
    )  # fmt: skip
    checks = list(verify(pdf(out.getvalue())))
    assert "was changed after A. Adviser signed it" in words(iter(checks), "unchanged")


def test_pages_that_are_put_in_place_of_signed_ones_show(pdf: PDF, signed: bytes) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(PdfStream(stream_data=b"0 0 9 9 re f"))
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    out = BytesIO()
    writer.write(out)
    assert ends(verify(pdf(out.getvalue())))["unchanged"] == FAILED


def test_a_range_of_bytes_that_leaves_something_out_is_no_ok(pdf: PDF, signed: bytes) -> None:
    found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", signed)
    assert found
    first, length, second, rest = (int(one) for one in found.groups())
    more = b"\n%" + b"A" * 100
    ranges = f"/ByteRange [{first} {length} {second + len(more)} {rest}]".encode()
    shifted = signed.replace(found[0], ranges.ljust(len(found[0])), 1)
    content = shifted[:second] + more + shifted[second:]
    try:
        checks = ends(verify(pdf(content)))
    except TechddError as error:
        assert "cannot be read" in error.message
    else:
        assert FAILED in (checks["signature"], checks.get("unchanged"))


def test_a_copy_without_the_signature_is_not_signed(pdf: PDF, signed: bytes) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    writer = copy_into_new_writer(PdfFileReader(BytesIO(signed)))
    del writer.root["/AcroForm"]
    out = BytesIO()
    writer.write(out)
    assert ends(verify(pdf(out.getvalue())))["signature"] == NOT_CHECKED


def test_signatures_that_nobody_would_look_at_are_refused() -> None:
    made = SimpleNamespace(embedded_regular_signatures=[None] * 21)
    with pytest.raises(TechddError, match="more than 20 signatures"):
        list(reading._signatures(made, []))


# --- hostile files --------------------------------------------------------------------------------


def a_pdf(names: Callable[[pikepdf.Pdf], Any]) -> bytes:
    """A PDF of one page, whose tree of attachments `names` makes."""
    made = pikepdf.new()
    made.add_blank_page()
    made.Root.Names = Dictionary(EmbeddedFiles=names(made))
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def attached(made: pikepdf.Pdf, content: bytes, **how: Any) -> Any:
    stream = Stream(made, b"")
    stream.write(content, **how)
    return made.make_indirect(
        Dictionary(Type=Name.Filespec, UF=String(FILE), EF=Dictionary(F=stream))
    )


def bomb(made: pikepdf.Pdf) -> Any:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(600)) + packer.flush()
    return Dictionary(Names=Array([String("a"), attached(made, packed, filter=Name.FlateDecode)]))


def circle(made: pikepdf.Pdf) -> Any:
    node = made.make_indirect(Dictionary())
    node.Kids = Array([node, node])
    return node


def many(made: pikepdf.Pdf) -> Any:
    one = attached(made, b"{}")
    return Dictionary(Names=Array([part for n in range(30_000) for part in (String(str(n)), one)]))


def several(made: pikepdf.Pdf) -> Any:
    two = [attached(made, b"{}"), attached(made, b"{}")]
    return Dictionary(Names=Array([String("a"), two[0], String("b"), two[1]]))


@pytest.mark.parametrize(
    ("hostile", "told"),
    [
        (a_pdf(bomb), "exceeds the limit"),
        (a_pdf(circle), "more than 10,000 attachments"),
        (a_pdf(many), "more than 10,000 attachments"),
        (a_pdf(several), "several evidence manifests"),
        (b"", "cannot be read as a PDF"),
        (b"%PDF-1.7\n" + b"[" * 100_000, "cannot be read as a PDF"),
        (b"%PDF-1.7\n%%EOF\nstartxref\n9\n%%EOF", "cannot be read as a PDF"),
    ],
    ids=["bomb", "circle", "many", "several", "empty", "deep", "no table"],
)
def test_a_hostile_pdf_is_one_line(pdf: PDF, hostile: bytes, told: str) -> None:
    with pytest.raises(TechddError) as raised:
        list(verify(pdf(hostile)))
    assert told in raised.value.message
    assert "\n" not in str(raised.value)


def test_cut_and_encrypted_reports_are_one_line(pdf: PDF, signed: bytes) -> None:
    with pytest.raises(TechddError, match="cannot be read as a PDF"):
        list(verify(pdf(signed[: len(signed) // 2])))
    out = BytesIO()
    with pikepdf.open(BytesIO(signed)) as made:
        made.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(TechddError, match="is encrypted"):
        list(verify(pdf(out.getvalue())))


def test_reading_ends_where_it_takes_too_long(
    monkeypatch: pytest.MonkeyPatch, pdf: PDF, signed: bytes
) -> None:
    monkeypatch.setattr(reading, "SECONDS", 0.01)
    with pytest.raises(TechddError, match="within the time limit"):
        seen(pdf(signed), None)


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    with pytest.raises(TechddError, match="is no file"):
        list(verify(tmp_path / "pipe.pdf"))


EMPTY = {
    "manifest": "techdd-evidence-manifest", "schema_version": 1, "title": "", "client": "",
    "adviser": "", "date": "", "audience": "owner", "tool": "", "versions": {}, "repositories": [],
    "findings": [], "evidence": [],
}  # fmt: skip
API = {"name": "api", "commit": ""}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b" ", "Invalid JSON"),
        (b"[" * 100_000, "Invalid JSON"),
        (json.dumps(EMPTY).encode()[:-1] + b', "tool": "other"}', "has a key twice"),
        (json.dumps(EMPTY | {"repositories": [API] * 5_001}).encode(), "at most 5000 items"),
        (b'{"manifest": "another"}', "manifest"),
        (b'{"manifest": "techdd-evidence-manifest", "schema_version": 2}', "schema_version"),
    ],
)
def test_a_manifest_that_is_none_fails(pdf: PDF, content: bytes, told: str) -> None:
    written = a_pdf(lambda made: Dictionary(Names=Array([String("a"), attached(made, content)])))
    checks = list(verify(pdf(written)))
    assert ends(iter(checks))["manifest"] == FAILED
    assert told in words(iter(checks), "manifest")


def test_what_it_says_cannot_drive_a_terminal(pdf: PDF, plain: bytes, tmp_path: Path) -> None:
    own = keys.key()
    path = keys.p12(tmp_path / "k.p12", own, keys.certificate(own, "\x1b[2J\u202eevil\nok  all"))
    checks = list(verify(pdf(signer(path, lambda: "pass word")(plain))))
    assert all(one.words.isprintable() for one in checks)


# --- with the engagement and the repositories -----------------------------------------------------


VEX = {
    "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://acme.example/vex/1",
    "author": "Acme", "timestamp": "2026-11-01T00:00:00Z", "version": 1, "statements": [],
}  # fmt: skip


class Engagement:
    """A small one, measured, with a template of one page, and its signed report."""

    def __init__(self, root: Path, call: Call) -> None:
        self.root, self.call = root / "engagement", call
        self.report, self.repository = root / "report.pdf", root / "api"
        self.other = root / "other"

    def verify(self, *arguments: object) -> tuple[int, str, str]:
        return self.call("verify", self.report, *arguments)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, sign: Sign) -> Path:
    folder = tmp_path_factory.mktemp("prepared")
    build(folder / "api", [A({"a.py": "x = 1\n"}), A({"b.py": "y = 2\n"})])
    build(folder / "other", [A({"z.py": "z = 1\n"})])
    workspace = Workspace.create(folder / "engagement", "Client", [str(folder / "api")])
    for name, text in (
        ("templates/report.html", PAGE), ("vex/of-host.acme.internal.json", json.dumps(VEX))
    ):  # fmt: skip
        (workspace.root / name).parent.mkdir()
        (workspace.root / name).write_text(text)
    pipeline.collect(workspace, only=["history", "snapshot"], pool=inline)
    made = pipeline.report(workspace, pipeline.assess(workspace), "investor")
    pipeline.publish(made, workspace, folder / "report.pdf", sign=sign)
    return folder


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Call:
    monkeypatch.setenv("TECHDD_ADVISORIES", str(tmp_path / "advisories"))
    monkeypatch.setenv("TECHDD_SIGN_PASSWORD", "pass word")

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["techdd", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        capsys.readouterr()
        code: Any = 0
        try:
            run()
        except SystemExit as end:
            code = end.code
        return code or 0, *capsys.readouterr()

    return call


@pytest.fixture
def engagement(tmp_path: Path, call: Call, prepared: Path) -> Engagement:
    shutil.copytree(prepared, tmp_path / "copy", symlinks=True)
    return Engagement(tmp_path / "copy", call)


def test_all_is_ok_where_nothing_changed(engagement: Engagement, adviser: Path) -> None:
    code, out, err = engagement.verify(
        "--engagement", engagement.root, "--trust", adviser / "adviser.pem"
    )
    assert code == 0, out + err
    assert {line[:13].strip() for line in out.splitlines()} == {"ok"}
    assert out.count("commits: ") == 1


def test_each_change_is_a_line_and_ends_with_1(engagement: Engagement) -> None:
    root = engagement.root
    (measured,) = (root / "evidence" / "snapshots").iterdir()
    measured.write_bytes(measured.read_bytes() + b" ")
    (root / "evidence" / "runs" / "history.api.json").unlink()
    (root / "vex" / "of-host.acme.internal.json").write_text(json.dumps(VEX, indent=1))
    code, out, _ = engagement.verify("--engagement", root)
    assert code == 1
    failed = [line for line in out.splitlines() if line.startswith("failed")]
    assert [line[13:] for line in failed] == [
        "evidence: evidence/runs/history.api.json is not there any more",
        f"evidence: evidence/snapshots/{measured.name} has changed",
        "evidence: vex has changed",
    ]


def test_what_came_in_since_is_told_and_fails_nothing(engagement: Engagement) -> None:
    further = engagement.root / "vex" / "a-further-one.json"
    further.write_text(json.dumps(VEX | {"@id": "2"}))
    code, out, _ = engagement.verify("--engagement", engagement.root)
    assert code == 0
    assert "as they were; 1 came in since" in out


def test_the_manifest_names_no_place_that_the_report_does_not(engagement: Engagement) -> None:
    with pikepdf.open(engagement.report) as made:
        raw = made.attachments[FILE].get_file().read_bytes()
    assert b"acme.internal" not in raw
    assert str(engagement.root).encode() not in raw
    told = json.loads(raw)
    named = {one["name"]: one["digest"] for one in told["evidence"]}
    assert named["vex/1"].startswith("hmac-sha256:")
    assert named["engagement.yaml"].startswith("hmac-sha256:")
    assert named["techdd/checklists/security.yaml"].startswith("sha256:")
    assert not {one for one in named if one.endswith(".key") or one.startswith((".", "logs"))}
    assert told["repositories"][0]["name"] == "api"


def test_confidential_words_are_in_no_name_and_all_is_found(
    engagement: Engagement, sign: Sign
) -> None:
    file = engagement.root / "engagement.yaml"
    words = "confidential: [{term: api, as: Product One, audiences: [investor, client]}]\n"
    file.write_text(file.read_text() + words)
    workspace = Workspace(engagement.root)
    made = pipeline.report(workspace, pipeline.assess(workspace), "investor")
    assert not [one.name for one in made.evidence if "api" in one.name.split(".")]
    pipeline.publish(made, workspace, engagement.report, sign=sign)
    code, out, _ = engagement.verify("--engagement", engagement.root)
    assert code == 0, out
    assert "of Product One is there" in out
    assert "files of the engagement are as they were" in out
    (engagement.root / "evidence" / "runs" / "history.api.json").unlink()
    code, out, _ = engagement.verify("--engagement", engagement.root)
    assert code == 1
    assert "evidence/runs/history.Product One.json is not there any more" in out


def test_of_files_that_are_alike_each_counts(engagement: Engagement) -> None:
    files = [engagement.root / "vex" / name for name in ("a.json", "b.json")]
    for one in files:
        one.write_text(json.dumps(VEX | {"@id": "2"}))
    workspace = Workspace(engagement.root)
    made = pipeline.report(workspace, pipeline.assess(workspace), "investor")
    pipeline.publish(made, workspace, engagement.report)
    assert engagement.verify("--engagement", engagement.root)[0] == 0
    files[0].write_text(json.dumps(VEX | {"@id": "3"}))
    code, out, _ = engagement.verify("--engagement", engagement.root)
    assert code == 1
    assert "evidence: vex has changed" in out


def test_a_manifest_that_names_nothing_is_not_ok(engagement: Engagement) -> None:
    content = json.dumps(EMPTY).encode()
    engagement.report.write_bytes(
        a_pdf(lambda made: Dictionary(Names=Array([String(FILE), attached(made, content)])))
    )
    code, out, _ = engagement.verify("--engagement", engagement.root)
    assert code == 1
    assert "the manifest names no file of an engagement" in out
    assert "the manifest names no repository" in out


def test_without_its_key_digests_cannot_be_compared(engagement: Engagement) -> None:
    (engagement.root / KEY).unlink()
    code, _, err = engagement.verify("--engagement", engagement.root)
    assert code == 2
    assert KEY in err
    assert not (engagement.root / KEY).exists()


def test_commits_are_looked_for_where_one_says(engagement: Engagement) -> None:
    assert engagement.verify("--repo", engagement.repository)[0] == 0
    assert engagement.verify("--repo", engagement.other, "--repo", engagement.repository)[0] == 0
    code, out, _ = engagement.verify("--repo", engagement.other)
    assert code == 1
    assert "of api: " in out and "is missing" in out
    code, _, err = engagement.verify("--repo", engagement.root)
    assert code == 2
    assert "no git repository" in err


def test_options_that_cannot_be_met_are_told_before_any_work(
    call: Call, engagement: Engagement, adviser: Path
) -> None:
    key = adviser / "adviser.p12"
    code, _, err = call("report", engagement.root, "-o", "r.html", "--sign", key)
    assert code == 2 and "signs PDF only" in err
    code, _, err = call("report", engagement.root, "--timestamp", "https://tsa.example")
    assert code == 2 and "go with --sign" in err
    code, _, err = call("report", engagement.root, "--sign", engagement.root / "none.p12")
    assert code == 2 and "No such file" in err


def test_a_password_comes_from_a_file_or_is_missed(
    monkeypatch: pytest.MonkeyPatch,
    call: Call,
    engagement: Engagement,
    adviser: Path,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("TECHDD_SIGN_PASSWORD")
    command = (
        "report",
        engagement.root,
        "-o",
        tmp_path / "r.pdf",
        "--sign",
        adviser / "adviser.p12",
    )
    code, _, err = call(*command)
    assert code == 2 and "has a password" in err
    (tmp_path / "word").write_text("pass word\n")
    assert call(*command, "--sign-password-file", tmp_path / "word")[0] == 0
    (tmp_path / "word").write_text("another\n")
    code, _, err = call(*command, "--sign-password-file", tmp_path / "word")
    assert code == 2 and "password is wrong" in err


def test_both_kinds_of_pdf_are_made_and_signed(
    call: Call, engagement: Engagement, adviser: Path, tmp_path: Path
) -> None:
    target = tmp_path / "two.ua.pdf"
    key = adviser / "adviser.p12"
    code, out, err = call(
        "report",
        engagement.root,
        "-o",
        target,
        "--format",
        "pdf",
        "--format",
        "json",
        "--sign",
        key,
    )
    assert code == 0, err
    assert out.split() == [str(target), str(tmp_path / "two.pdf"), str(tmp_path / "two.json")]
    with pikepdf.open(target) as made:
        assert b"pdfuaid" in made.Root.Metadata.read_bytes()
    for path in (target, tmp_path / "two.pdf"):
        assert ends(verify(path))["signature"] == OK


def test_an_unsigned_report_is_the_same_to_the_byte(
    call: Call, engagement: Engagement, tmp_path: Path
) -> None:
    command = ("report", engagement.root, "--as-of", "2026-11-23", "-o")
    for name in ("one.pdf", "two.pdf"):
        assert call(*command, tmp_path / name)[0] == 0
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_help_says_how(call: Call) -> None:
    assert "--trust CA.pem" in call("verify", "--help")[1]
    assert "--sign KEY.p12" in call("report", "--help")[1]
