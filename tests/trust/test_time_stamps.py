from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import keys
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps import DummyTimeStamper

from techdd.trust.checks import FAILED, OK, verify
from techdd.trust.signing import signer


def a_stamping_certificate(own: rsa.RSAPrivateKey) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(keys.name("Stamps"))
        .issuer_name(keys.name("Stamps"))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - keys.DAY)
        .not_valid_after(now + 30 * keys.DAY)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(own, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """An authority for time stamps on this machine: its URL and its certificate."""
    own = rsa.generate_private_key(65537, 2048)
    cert = a_stamping_certificate(own)
    stamps = DummyTimeStamper(
        asn1_x509.Certificate.load(cert.public_bytes(Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(
            own.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            answer = stamps.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("authority")
    yield f"http://127.0.0.1:{server.server_port}", keys.pem(folder / "stamps.pem", cert)
    server.shutdown()
    server.server_close()


def test_an_authority_vouches_for_the_time(
    authority: tuple[str, Path], adviser: Path, plain: bytes, tmp_path: Path
) -> None:
    url, stamps = authority
    written = tmp_path / "report.pdf"
    written.write_bytes(signer(adviser / "adviser.p12", lambda: "pass word", url)(plain))
    both = tmp_path / "both.pem"
    both.write_bytes((adviser / "adviser.pem").read_bytes() + stamps.read_bytes())
    for trust, said in ((both, "by a trusted time stamp"), (adviser / "adviser.pem", "clock")):
        checks = {one.name: one for one in verify(written, trust=trust)}
        assert checks["signature"].end == OK
        assert said in checks["signature"].words
        assert checks["signer"].end == OK
    assert {one.name: one.end for one in verify(written, trust=stamps)}["signer"] == FAILED
