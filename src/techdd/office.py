"""What XLSX and DOCX have in common: a zip file of parts, written without a clock."""

from __future__ import annotations

import io
import re
import zipfile

_FIRST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can name
EPOCH = "1980-01-01T00:00:00Z"


def without_clock(raw: bytes, moment: str = EPOCH) -> bytes:
    """The same parts without the time at which they were written; the file's properties say
    `moment`.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as parts, zipfile.ZipFile(out, "w") as kept:
        for one in parts.infolist():
            content = parts.read(one)
            if one.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", moment.encode(), content)
            written = zipfile.ZipInfo(one.filename, _FIRST)
            written.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(written, content)
    return out.getvalue()
