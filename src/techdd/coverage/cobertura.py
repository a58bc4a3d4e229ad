"""Cobertura's XML, which coverage.py, coverlet, istanbul, gcovr, PHPUnit and others write too."""

from __future__ import annotations

from typing import BinaryIO

from techdd.coverage import Hit, Made, Root, Told, chunks, coverage_format, moment, number
from techdd.xmls import xml_steps


@coverage_format("Cobertura XML", opening=rb"<coverage\b[^>]*\bline-rate\s*=")
def cobertura(stream: BinaryIO) -> Told:
    """Lines stand in classes, and again in their methods; a file may hold several classes."""
    path = ""
    for step in xml_steps(chunks(stream)):
        if step.tag == "source" and not step.opens:
            yield Root(step.text)
        elif not step.opens:
            continue
        elif step.tag == "coverage":
            yield Made(moment(step.attributes.get("timestamp", "")))
        elif step.tag == "class":
            path = step.attributes.get("filename", "")
        elif step.tag == "line" and path:
            hits = number(step.attributes.get("hits", ""))
            yield Hit(path, number(step.attributes.get("number", "")), hits > 0)
