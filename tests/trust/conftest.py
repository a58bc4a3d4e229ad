"""One small report, and the adviser's key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keys
import pytest
from keys import PAGE
from sample_report import sample_report

from techdd.formats.pdf import pdf
from techdd.model import EvidenceFile
from techdd.trust.signing import Sign, signer
from techdd.workspace import Templates

SHIPPED = Path(__file__).parents[2] / "report_templates"


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A report of one page that is not signed."""
    folder = tmp_path_factory.mktemp("templates")
    (folder / "report.html").write_text(PAGE)
    report = replace(sample_report(), evidence=(EvidenceFile("people.yaml", "sha256:" + "0" * 64),))
    return pdf.render(report, Templates((folder, SHIPPED)))


@pytest.fixture(scope="session")
def adviser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with adviser.p12 ("pass word") and its certificate, adviser.pem."""
    folder = tmp_path_factory.mktemp("adviser")
    own = keys.key()
    cert = keys.certificate(own)
    keys.p12(folder / "adviser.p12", own, cert)
    keys.pem(folder / "adviser.pem", cert)
    return folder


@pytest.fixture(scope="session")
def sign(adviser: Path) -> Sign:
    return signer(adviser / "adviser.p12", lambda: "pass word")


@pytest.fixture(scope="session")
def signed(plain: bytes, sign: Sign) -> bytes:
    return sign(plain)
