"""Each format says how much an edition withholds, in kinds and counts."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from sample_report import sample_report

from techdd.formats import Format
from techdd.plugins import discover
from techdd.workspace import Templates

FORMATS = discover("techdd.formats", Format)


@pytest.mark.parametrize("name", ["html", "docx", "xlsx"])
def test_what_is_withheld_is_counted(name: str, templates: Templates) -> None:
    whole = sample_report()
    for withheld, there in (((), False), ((("zz paths", 1_412), ("zz names", 3)), True)):
        data = FORMATS[name].render(replace(whole, withheld=withheld), templates)
        text = data.decode() if name == "html" else _parts(data)
        assert ("zz paths" in text and "zz names" in text) is there


def _parts(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return "".join(parts.read(one).decode(errors="replace") for one in parts.namelist())
