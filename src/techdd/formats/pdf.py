"""Writes the report as a tagged PDF: equal reports give equal bytes, nothing is fetched.

It is built to PDF/A-3a, which archives and data rooms keep, and as `pdf-ua` to PDF/UA-1, for those
who use a screen reader: WeasyPrint makes one or the other. Both carry the evidence manifest.
"""

from __future__ import annotations

import gc
import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from techdd import manifest
from techdd.errors import TechddError
from techdd.formats import format
from techdd.formats._tags import mend, titled
from techdd.model import Report
from techdd.overrides import naming
from techdd.pages import compose
from techdd.workspace import Templates

if TYPE_CHECKING:
    from types import ModuleType

SCHEME = "techdd:"
ARCHIVED = "pdf/a-3a"
FONTS = """
@font-face { font-family: Inter; src: url(techdd:upright); font-style: normal }
@font-face { font-family: Inter; src: url(techdd:italic); font-style: italic }
"""


@format(".pdf", signable=True)
def pdf(report: Report, templates: Templates) -> bytes:
    """The report as PDF/A-3a: tagged, bookmarked, its type embedded.

    Raises TechddError where Pango is missing or the page asked for anything outside itself; what
    WeasyPrint could not set as designed becomes a Python warning.
    """
    return _of(report, templates, ARCHIVED)


@format(".ua.pdf", name="pdf-ua", signable=True)
def pdf_ua(report: Report, templates: Templates) -> bytes:
    """The same pages as PDF/UA-1; raises and warns as `pdf` does."""
    return _of(report, templates, "pdf/ua-1")


def _of(report: Report, templates: Templates, variant: str) -> bytes:
    _weasyprint()  # says what is missing before anything is made with it
    page = compose(report, templates, FONTS)
    return printed(page, report.date, variant, [_manifest(report)], templates)


def printed(
    page: str,
    day: str,
    variant: str = ARCHIVED,
    attachments: Sequence[object] = (),
    templates: Templates | None = None,
) -> bytes:
    """A page that was composed with FONTS, of `templates`, dated `day`; raises and warns as `pdf`
    does.
    """
    weasyprint = _weasyprint()
    refused: list[str] = []
    html = weasyprint.HTML(
        string=titled(page),
        base_url=SCHEME,
        url_fetcher=_only_our_type(refused),
    )
    with (
        _complaints() as complaints,
        _environment(_moment(day)),
        _uncollected(),
        warnings.catch_warnings(),
    ):
        # WeasyPrint leaves its own colour profile open; that is no concern of the report.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            written: bytes = html.write_pdf(
                finisher=mend, pdf_variant=variant, attachments=attachments
            )
        except weasyprint.urls.URLFetchingError:
            if not refused:  # most of what is refused is left out, some ends the rendering
                raise
    if refused:
        asked = sorted(set(refused))
        where = naming(templates, asked[0].removeprefix(SCHEME)) if templates else ""
        hint = "; a picture has to stand in it as data:, or be the logo of engagement.yaml"
        raise TechddError(f"the page asked for {', '.join(asked)}{hint}", where or "PDF")
    for complaint in _told_once(complaints):
        warnings.warn(f"PDF: {complaint}", stacklevel=4)
    return written


def _manifest(report: Report) -> Any:
    """The evidence manifest as an attachment, dated with the report instead of the clock."""
    from weasyprint import Attachment

    day = _moment_of(report.date)
    return Attachment(
        file_obj=BytesIO(manifest.written(report)),
        name=manifest.FILE,
        description="What this report rests on, for machines: check it with techdd verify",
        created=day,
        modified=day,
        relationship="Data",
    )


def _told_once(complaints: list[str]) -> list[str]:
    """The complaints, with the one about each missing character made into one about all of them."""
    missing = {one for one in complaints if one.startswith(".notdef glyph")}
    others = [one for one in complaints if one not in missing]
    if missing:
        others.append(
            f"{len(missing)} characters are printed as boxes: no font on this machine "
            "has them; for Chinese, Japanese and Korean install fonts-noto-cjk"
        )
    return others


def _weasyprint() -> ModuleType:
    # Python looks for Pango with ldconfig, gcc and ld: those of the machine, never of the folder
    # that techdd happens to be started in.
    absolute = {name: _absolute(os.environ.get(name, "")) for name in ("PATH", "LD_LIBRARY_PATH")}
    try:
        with _environment(absolute):
            import weasyprint
    except OSError as error:
        raise TechddError(
            "the PDF needs the Pango libraries, which this machine lacks; on Debian and Ubuntu: "
            "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 "
            "(the HTML report, --format html, can be made without them)",
            "PDF",
        ) from error
    module: ModuleType = weasyprint
    return module


def _only_our_type(refused: list[str]) -> Any:
    """A fetcher that serves the report's own fonts and `data:`, and records all else as refused."""
    import fontpkg_inter
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    folder = Path(fontpkg_inter.ROOT) / "files"
    files = {
        "techdd:upright": folder / "Inter[opsz,wght].ttf",
        "techdd:italic": folder / "Inter-Italic[opsz,wght].ttf",
    }

    class Locked(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no type information
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url in files:
                return URLFetcherResponse(url, files[url].read_bytes())
            if not url.startswith("data:"):
                refused.append(url)
                raise ValueError(f"refused: {url}")
            return super().fetch(url, headers)

    return Locked(allowed_protocols={"data"}, allow_redirects=False)


def _absolute(folders: str) -> str:
    """A search path without what depends on the working folder."""
    return os.pathsep.join(one for one in folders.split(os.pathsep) if Path(one).is_absolute())


def _moment_of(iso: str) -> datetime:
    return datetime.fromisoformat(iso).replace(tzinfo=UTC)


def _moment(iso: str) -> dict[str, str]:
    """Has fontTools date the embedded fonts with the report instead of the clock."""
    return {"SOURCE_DATE_EPOCH": str(int(_moment_of(iso).timestamp()))}


@contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    """With `changes`, of which empty ones are left out, and as before afterwards."""
    before = {name: os.environ.pop(name, "") for name in changes}
    os.environ.update({name: value for name, value in changes.items() if value})
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value:
                os.environ[name] = value


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looks for circles of objects, which take a sixth of the time and free next to nothing
    while pages are laid out.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """Collects what WeasyPrint logs at warning and above; it is silent by default."""
    complaints: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    handler = Collect(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield complaints
    finally:
        logger.removeHandler(handler)
