"""Signs a PDF with a key of the adviser's (PKCS#12), as PAdES: the last thing that is done to it.

The signature is not drawn: a picture of one proves nothing, and the pages stay as they are. It
certifies the document: others may sign it too, and any other change shows. Nothing is asked of the
network unless an authority for time stamps is named.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from techdd.errors import TechddError
from techdd.files import content
from techdd.workspace import now

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

MISSING = "needs pyHanko, which is not installed; pip install 'techdd[sign]'"
UNFIT = "holds a kind of key that cannot sign a PDF; use RSA, EC or Ed25519"
FIELD = "Adviser"
_MAX_BYTES = 1_000_000  # of a key file; they have a few thousand
Sign = Callable[[bytes], bytes]


def signer(path: Path, password: Callable[[], str], stamps: str = "") -> Sign:
    """What signs a PDF with the key in `path`; `password` is called only where the file has one.

    `stamps` is the URL of an authority for time stamps. Raises TechddError where the key cannot be
    used, before anything is signed.
    """
    try:
        from pyhanko.sign.general import SigningError
        from pyhanko.sign.signers import SimpleSigner
        from pyhanko.sign.timestamps import HTTPTimeStamper
    except ImportError:
        raise TechddError(f"to sign {MISSING}", path) from None
    if stamps and not stamps.startswith(("https://", "http://")):
        raise TechddError("is no http or https URL of an authority for time stamps", stamps)
    raw, phrase = _opened(path, password)
    try:
        made = SimpleSigner.load_pkcs12_data(raw, (), phrase)
    except (ValueError, NotImplementedError):
        raise TechddError(UNFIT, path) from None
    stamper = HTTPTimeStamper(stamps, timeout=30) if stamps else None

    def sign(pdf: bytes) -> bytes:
        try:
            return _signed(pdf, made, stamper)
        except SigningError:
            raise TechddError(UNFIT, path) from None

    return sign


def _signed(pdf: bytes, made: Any, stamper: Any) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf
    from pyhanko.sign.timestamps import TimestampRequestError

    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha512",  # what Ed25519 asks for, and all others can do
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    # PDF/A asks for the print flag, PDF/UA for a place off the page.
    place = InvisSigSettings(box_out_of_bounds=True)
    field = SigFieldSpec(FIELD, invis_sig_settings=place)
    out = BytesIO()
    try:
        sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf)),
            meta,
            made,
            timestamper=stamper,
            new_field_spec=field,
            output=out,
        )
    except TimestampRequestError as error:
        why = str(error.__cause__ or error)[:200]
        raise TechddError(f"gave no time stamp: {why}", stamper.url) from None
    return out.getvalue()


def _opened(path: Path, password: Callable[[], str]) -> tuple[bytes, bytes | None]:
    """The content of a key file that may be used now, and the password that opens it."""
    raw = content(path, _MAX_BYTES, advice="; no key file (PKCS#12) is")
    _refuse_others(raw, path)
    for phrase in (None, b"", password):
        word = phrase().encode() if callable(phrase) else phrase
        if held := _held(raw, word):
            _refuse_unusable(held, path)
            return raw, word
    raise TechddError("the password is wrong, or the file is damaged", path)


def _refuse_others(raw: bytes, path: Path) -> None:
    from asn1crypto.pkcs12 import Pfx  # type: ignore[import-untyped]

    try:
        known = Pfx.load(raw, strict=True)["auth_safe"]["content_type"].native == "data"
    except (ValueError, TypeError, KeyError):
        known = False
    if not known:
        raise TechddError(
            "is no PKCS#12 file (.p12, .pfx); make one of a key and its certificate with: "
            "openssl pkcs12 -export -inkey KEY.pem -in CERTIFICATE.pem -out KEY.p12",
            path,
        )


def _held(raw: bytes, phrase: bytes | None) -> PKCS12KeyAndCertificates | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        return pkcs12.load_pkcs12(raw, phrase)
    except (ValueError, UnsupportedAlgorithm):
        return None


def _refuse_unusable(held: PKCS12KeyAndCertificates, path: Path) -> None:
    """Raises TechddError for what nobody would accept a signature of."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import ExtensionNotFound, KeyUsage

    if held.key is None:
        raise TechddError("holds no private key", path)
    if held.cert is None:
        raise TechddError("holds a key without its certificate; export both into it", path)
    certificate = held.cert.certificate
    plain = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    if certificate.public_key().public_bytes(*plain) != held.key.public_key().public_bytes(*plain):
        raise TechddError("its certificate is of another key", path)
    if certificate.not_valid_after_utc < now():
        ended = certificate.not_valid_after_utc
        raise TechddError(f"its certificate expired on {ended:%Y-%m-%d}; renew it", path)
    if certificate.not_valid_before_utc > now():
        begins = certificate.not_valid_before_utc
        raise TechddError(f"its certificate is not valid before {begins:%Y-%m-%d}", path)
    try:
        usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return  # it may be used for anything
    if not (usage.digital_signature or usage.content_commitment):
        raise TechddError("its certificate is not for signatures (by its key usage)", path)
