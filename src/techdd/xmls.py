"""XML of a hostile author, as a tree that knows its lines or in steps; ValueError or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

_TEXT = 10_000  # characters of one element's text that are kept


class Step(NamedTuple):
    """Where an element opens, with its attributes, or closes, with the text that stood in it."""

    opens: bool
    tag: str
    attributes: Mapping[str, str]
    text: str


class _Placing(TreeBuilder):
    """Builds elements without namespace and with the line where they start as an attribute."""

    expat: Any

    def start(self, tag: Any, attrs: Any) -> Element:
        line = {"line": str(self.expat.CurrentLineNumber)}
        return super().start(tag.rpartition("}")[2], {**attrs, **line})


class _Stepping:
    """Holds the steps of what was fed since they were last taken, and no tree."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._text = ""

    def start(self, tag: str, attrs: Mapping[str, str]) -> None:
        self._text = ""
        self.steps.append(Step(True, tag.rpartition("}")[2], attrs, ""))

    def data(self, text: str) -> None:
        if len(self._text) < _TEXT:
            self._text += text

    def end(self, tag: str) -> None:
        self.steps.append(Step(False, tag.rpartition("}")[2], {}, self._text[:_TEXT].strip()))
        self._text = ""

    def close(self) -> None:
        """Nothing is built."""


def xml_root(data: bytes) -> Element:
    """The root element of the document in `data`; a DOCTYPE and entities are refused."""
    builder = _Placing()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.expat = parser.parser
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise ValueError("a DOCTYPE or entities, which are refused") from None
    except (ParseError, LookupError) as error:
        raise ValueError(f"no XML: {error}") from None
    return root


def xml_steps(chunks: Iterable[bytes]) -> Iterator[Step]:
    """The steps of a document that is too large for a tree. A DOCTYPE may name a DTD, which nobody
    fetches; entities are refused.
    """
    target = _Stepping()
    parser = DefusedXMLParser(target=target, forbid_dtd=False)
    try:
        for chunk in chunks:
            parser.feed(chunk)
            yield from target.steps
            target.steps.clear()
        parser.close()
    except DefusedXmlException:
        raise ValueError("entities, which are refused") from None
    except (ParseError, LookupError) as error:
        raise ValueError(f"no XML: {error}") from None
    yield from target.steps


def line_at(element: Element) -> int:
    """The line on which `element` starts."""
    return int(element.attrib["line"])
