"""JaCoCo's XML (`report.xml`, `jacocoTestReport.xml`)."""

from __future__ import annotations

from typing import BinaryIO

from techdd.coverage import Hit, Made, Told, chunks, coverage_format, moment, number
from techdd.xmls import xml_steps


@coverage_format("JaCoCo XML", opening=rb"JACOCO//DTD Report|<report\s+name\s*=")
def jacoco(stream: BinaryIO) -> Told:
    """Files are named by their package; which module they are of is not told for sure."""
    package = path = ""
    for step in xml_steps(chunks(stream)):
        if step.tag == "sourcefile":
            name = step.attributes.get("name", "") if step.opens else ""
            path = f"{package}/{name}".lstrip("/") if name else ""
        elif not step.opens:
            continue
        elif step.tag == "sessioninfo":
            yield Made(moment(step.attributes.get("dump", "")))
        elif step.tag == "package":
            package = step.attributes.get("name", "")
        elif step.tag == "line" and path:
            instructions = number(step.attributes.get("ci", ""))
            yield Hit(path, number(step.attributes.get("nr", "")), instructions > 0)
