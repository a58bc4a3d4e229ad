from __future__ import annotations

import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import keys
import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519

from techdd.errors import TechddError
from techdd.manifest import FILE, read
from techdd.trust.signing import Sign, signer


def fails(path: Path, password: str = "pass word") -> str:
    with pytest.raises(TechddError) as raised:
        signer(path, lambda: password)
    assert raised.value.where == str(path)
    return raised.value.message


def test_the_pages_and_the_manifest_stay_what_they_were(plain: bytes, signed: bytes) -> None:
    assert signed.startswith(plain)  # what was signed follows
    with pikepdf.open(BytesIO(plain)) as before, pikepdf.open(BytesIO(signed)) as after:
        assert len(after.pages) == len(before.pages)
        assert after.attachments[FILE].get_file().read_bytes() == (
            before.attachments[FILE].get_file().read_bytes()
        )
        assert "/Contents" not in after.pages[0].Annots[0]  # nothing is drawn
        (field,) = after.Root.AcroForm.Fields
        assert field.V.SubFilter == "/ETSI.CAdES.detached"
        assert field.V.Reference[0].TransformMethod == "/DocMDP"
        assert int(field.F) & 4  # printed, as PDF/A asks; PDF/UA asks for a place off the page
        assert max(map(float, field.Rect)) < 0
        metadata = after.Root.Metadata.read_bytes()
    assert b'pdfaid:part="3"' in metadata and b'pdfaid:conformance="A"' in metadata


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler is not installed")
def test_another_program_finds_it_valid(signed: bytes, tmp_path: Path) -> None:
    (tmp_path / "signed.pdf").write_bytes(signed)
    said = subprocess.run(
        ["pdfsig", tmp_path / "signed.pdf"], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "A. Adviser" in said


def test_a_key_without_a_password_asks_for_none(tmp_path: Path, plain: bytes) -> None:
    own = keys.key()
    path = keys.p12(tmp_path / "open.p12", own, keys.certificate(own), password="")

    def never() -> str:
        raise AssertionError("asked")

    assert signer(path, never)(plain).startswith(plain)


def test_a_wrong_password_is_told(adviser: Path) -> None:
    assert "password is wrong" in fails(adviser / "adviser.p12", "pass-word")


def test_what_is_no_key_file_is_told(tmp_path: Path, adviser: Path) -> None:
    assert "No such file" in fails(tmp_path / "none.p12")
    assert "openssl pkcs12 -export" in fails(adviser / "adviser.pem")
    (tmp_path / "cut.p12").write_bytes((adviser / "adviser.p12").read_bytes()[:-100])
    assert "no PKCS#12" in fails(tmp_path / "cut.p12")
    (tmp_path / "empty.p12").touch()
    assert "no PKCS#12" in fails(tmp_path / "empty.p12")
    with (tmp_path / "large.p12").open("wb") as file:
        file.truncate(2_000_000)
    assert "larger than" in fails(tmp_path / "large.p12")
    assert "directory" in fails(tmp_path)


def test_what_nobody_would_accept_is_refused(tmp_path: Path) -> None:
    own, path = keys.key(), tmp_path / "key.p12"
    keys.p12(path, own, keys.certificate(own, begins=-9, ends=-2))
    assert "expired on" in fails(path)
    keys.p12(path, own, keys.certificate(own, begins=2))
    assert "not valid before" in fails(path)
    keys.p12(path, own, keys.certificate(own, signs=False))
    assert "not for signatures" in fails(path)
    keys.p12(path, own, None)
    assert "without its certificate" in fails(path)
    keys.p12(path, None, keys.certificate(own))
    assert "no private key" in fails(path)


def test_other_kinds_of_keys_sign_too(tmp_path: Path, plain: bytes) -> None:
    own = keys.key()
    path = tmp_path / "key.p12"
    edwards = ed25519.Ed25519PrivateKey.generate()
    cert = keys.certificate(edwards, issuer=("An authority", own))
    keys.p12(path, edwards, cert)
    assert signer(path, lambda: "pass word")(plain).startswith(plain)
    shaken = ed448.Ed448PrivateKey.generate()
    keys.p12(path, shaken, keys.certificate(shaken, issuer=("An authority", own)))
    with pytest.raises(TechddError, match="use RSA, EC or Ed25519"):
        signer(path, lambda: "pass word")(plain)


def test_an_authority_that_does_not_answer_is_told(adviser: Path, plain: bytes) -> None:
    key = adviser / "adviser.p12"
    with pytest.raises(TechddError, match="gave no time stamp") as raised:
        signer(key, lambda: "pass word", "http://127.0.0.1:9/tsa")(plain)
    assert raised.value.where == "http://127.0.0.1:9/tsa"
    with pytest.raises(TechddError, match="no http or https URL"):
        signer(key, lambda: "pass word", "file:///etc/passwd")


def test_without_pyhanko_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, adviser: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko.sign.signers", None)
    assert "pip install 'techdd[sign]'" in fails(adviser / "adviser.p12")


def test_signing_twice_differs_by_the_signature_only(plain: bytes, sign: Sign) -> None:
    first, second = sign(plain), sign(plain)
    assert first != second  # its time and its random part
    with pikepdf.open(BytesIO(first)) as one, pikepdf.open(BytesIO(second)) as other:
        contents = [read(each.attachments[FILE].get_file().read_bytes()) for each in (one, other)]
    assert contents[0] == contents[1]
