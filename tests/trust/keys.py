"""Keys and certificates for tests, made anew, and a template of one page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey
DAY = timedelta(days=1)
PAGE = """<!doctype html><html lang="en"><head><title>{{ report.title }}</title>
<style>{{ fonts }} * { font-family: Inter }</style></head><body><h1>Report</h1></body></html>"""


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    key: Key,
    subject: str = "A. Adviser",
    *,
    issuer: tuple[str, Key] | None = None,
    begins: float = -1,
    ends: float = 30,
    signs: bool = True,
    authority: bool = False,
) -> x509.Certificate:
    """A certificate of `key`, self-signed unless `issuer` is given; times in days from now."""
    by, own = issuer or (subject, key)
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        signs, False, False, False, not signs, authority, authority, False, False
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins * DAY)
        .not_valid_after(now + ends * DAY)
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .sign(own, hashes.SHA256())
    )


def key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


def p12(
    path: Path,
    private: Key | ed25519.Ed25519PrivateKey | None,
    cert: x509.Certificate | None,
    password: str = "pass word",
    others: tuple[x509.Certificate, ...] = (),
) -> Path:
    lock: KeySerializationEncryption = (
        BestAvailableEncryption(password.encode()) if password else NoEncryption()
    )
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"techdd", private, cert, others or None, lock)
    )
    return path


def pem(path: Path, cert: x509.Certificate) -> Path:
    path.write_bytes(cert.public_bytes(Encoding.PEM))
    return path
