"""Cobertura's XML, which coverage.py, coverlet, istanbul, gcovr, PHPUnit and others write too."""

from __future__ import annotations

from typing import BinaryIO

from techdd.coverage import Hit, Made, Root, Told, chunks, coverage_format, moment, number
from techdd.xmls import xml_steps


@coverage_format("Cobertura XML", opening=rb"<coverage\b[^>]*\bline-rate\s*=")
def cobertura(stream: BinaryIO) -> Told:
    """A file may hold several classes. Lines of methods stand again among those of their class,
    save in reports without the latter; what else a method names is no line of code of its own
    (istanbul: where a function is declared).
    """
    path = ""
    of_methods: list[Hit] | None = None  # as long as the class has none of its own
    within = False
    for step in xml_steps(chunks(stream)):
        if step.tag == "source" and not step.opens:
            yield Root(step.text)
        elif step.tag == "coverage" and step.opens:
            yield Made(moment(step.attributes.get("timestamp", "")))
        elif step.tag == "methods":
            within = step.opens
        elif step.tag == "class" and step.opens:
            path, of_methods = step.attributes.get("filename", ""), []
        elif step.tag == "class":
            yield from of_methods or ()
            path = ""
        elif step.tag == "line" and step.opens and path:
            hits = number(step.attributes.get("hits", ""))
            hit = Hit(path, number(step.attributes.get("number", "")), hits > 0)
            if not within:
                of_methods = None
                yield hit
            elif of_methods is not None:
                of_methods.append(hit)
