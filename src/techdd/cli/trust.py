"""The commands and options of trust: a report is signed, and checked by whoever receives it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from techdd.cli.passwords import password
from techdd.cli.shared import GATE
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.formats import Format
    from techdd.trust.signing import Sign

PASSWORD = "TECHDD_SIGN_PASSWORD"
_F = TypeVar("_F", bound=Callable[..., Any])


def sign_options(command: _F) -> _F:
    """The options of commands that write reports."""
    for option in (
        click.option(
            "--timestamp", metavar="URL",
            help="With --sign: have this authority vouch for the time (RFC 3161; a digest of the "
            "signature is sent there).",
        ),
        click.option(
            "--sign-password-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
            help=f"With --sign: the file whose first line is the password (else {PASSWORD}, else "
            "it is asked for).",
        ),
        click.option(
            "--sign", type=click.Path(path_type=Path, dir_okay=False), metavar="KEY.p12",
            help="Sign each PDF with this key and certificate (PKCS#12); needs 'techdd[sign]'.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def signing(options: dict[str, Any], formats: Sequence[Format]) -> Sign | None:
    """What signs, as the options say; None where nothing is to be signed. Raises TechddError."""
    key, file, stamps = (options[n] for n in ("sign", "sign_password_file", "timestamp"))
    if key is None:
        if file or stamps:
            raise TechddError("--sign-password-file and --timestamp go with --sign KEY.p12")
        return None
    if not any(one.signable for one in formats):
        names = ", ".join(one.name for one in formats)
        raise TechddError(f"signs PDF only, and this writes {names}", "--sign")
    from techdd.trust.signing import signer

    return signer(key, lambda: password(key, file, PASSWORD, "--sign-password-file"), stamps or "")


@click.command()
@click.argument("target", metavar="REPORT.pdf|DIR", type=click.Path(path_type=Path))
@click.option(
    "--trust", type=click.Path(path_type=Path, dir_okay=False), metavar="CA.pem",
    help="Certificates that you trust; a self-signed one of the adviser's will do.",
)  # fmt: skip
@click.option(
    "--engagement", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="The engagement that the report was made from: is its evidence still the same?",
)  # fmt: skip
@click.option(
    "--repo", "repositories", multiple=True, type=click.Path(path_type=Path), metavar="PATH",
    help="A repository that should hold an audited commit; repeatable.",
)  # fmt: skip
def verify(target: Path, **options: Any) -> None:
    """Check a report: signature, evidence manifest, commits.

    Of an engagement's folder: is the evidence as its runs left it, are all answers there? Each
    check is a line: ok, failed or not checked, and why. Nothing is asked of the network. Exit code
    1 where one failed.
    """
    from techdd.trust import checks, integrity

    if target.is_dir():
        if any(options.values()):
            raise TechddError("is a folder; --trust, --engagement and --repo go with a PDF", target)
        found = integrity.verify_engagement(target)
    else:
        found = checks.verify(target, **options)
    failed = False
    for one in found:
        click.echo(f"{one.end:13}{one.name}: {one.words}")
        failed = failed or one.end == checks.FAILED
    if failed:
        sys.exit(GATE)
