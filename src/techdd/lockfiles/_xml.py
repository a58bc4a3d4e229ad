"""XML of a hostile author -> a tree whose elements know their line; ValueError or nothing."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser


class _Placing(TreeBuilder):
    """Builds elements without namespace and with the line where they start as an attribute."""

    expat: Any

    def start(self, tag: Any, attrs: Any) -> Element:
        line = {"line": str(self.expat.CurrentLineNumber)}
        return super().start(tag.rpartition("}")[2], {**attrs, **line})


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


def line_at(element: Element) -> int:
    """The line on which `element` starts."""
    return int(element.attrib["line"])
