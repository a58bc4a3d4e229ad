"""The adviser's house in the report: a logo that can do no harm, and colours that can be read.

What cannot be shown is left out and told; a report never waits for its looks.
"""

from __future__ import annotations

import base64
import io
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from techdd import files
from techdd.errors import TechddError
from techdd.model import Brand
from techdd.policy import House

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_BYTES = 1_000_000  # of a logo
MAX_PIXELS = 16_000_000
MAX_ELEMENTS, MAX_DEPTH = 5_000, 30  # of an SVG
CONTRAST = 4.5  # to white, of text: WCAG 2.2, success criterion 1.4.3
_SVG = "http://www.w3.org/2000/svg"
_ELEMENTS = frozenset(
    (
        "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs",
        "linearGradient", "radialGradient", "stop", "clipPath", "style",
    )
)  # fmt: skip
# What says who drew it, where and with what.
_NOTES = frozenset((f"{{{_SVG}}}title", f"{{{_SVG}}}desc", f"{{{_SVG}}}metadata"))
_LINK = "{http://www.w3.org/1999/xlink}href"
_ELSEWHERE = re.compile(
    r"url\((?!\s*[\"']?\s*#)|@(?:import|font|namespace|charset)|expression\(|script:|\\",
    re.IGNORECASE,
)
_INSTEAD = "save it as plain SVG, texts as paths, or as PNG"


def brand(house: House, page: str, root: Path) -> tuple[Brand, list[str]]:
    """How the house of engagement.yaml shows, and what of it cannot be shown or read well."""
    doubts: list[str] = []
    picture = ""
    if house.logo:
        try:
            picture = logo(root, house.logo)
        except TechddError as error:
            doubts.append(f"the report has no logo: {error}")
    doubts += _pale((("colour", house.colour), ("accent", house.accent)))
    return Brand(picture, house.colour, house.accent, house.line, page), doubts


def logo(root: Path, name: str) -> str:
    """The image `name` of the engagement in `root` as a data URI. Raises TechddError."""
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise TechddError("lies outside the engagement; copy it into it", path)
    if not path.is_file():
        raise TechddError("is no file" if path.exists() else "is not there", path)
    content = files.content(path, MAX_BYTES)
    if content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        kind = _bitmap(content, path)
    else:
        kind, content = "svg+xml", _vectors(content, path)
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _bitmap(content: bytes, path: Path) -> str:
    """Whether a PNG or a JPEG; read as a whole, so that the report does not stumble over it."""
    from PIL import Image, ImageFile

    lenient = ImageFile.LOAD_TRUNCATED_IMAGES  # WeasyPrint switches it on for the whole process
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise TechddError(f"has more than {MAX_PIXELS:,} pixels", path)
                image.load()
                return str(image.format).lower()
    except TechddError:
        raise
    except Exception as error:  # the library lets out whatever a broken file makes it stumble on
        raise TechddError(f"is a broken image ({type(error).__name__})", path) from None
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _vectors(content: bytes, path: Path) -> bytes:
    """An SVG of plain shapes; nothing in it runs, and nothing refers to what lies outside it."""
    from xml.etree.ElementTree import ParseError, tostring

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        tree = fromstring(content)
    except DefusedXmlException:
        raise TechddError(f"declares XML entities; {_INSTEAD}", path) from None
    except (ParseError, ValueError, RecursionError, LookupError):
        raise TechddError("is no PNG, JPEG or SVG", path) from None
    if tree.tag != f"{{{_SVG}}}svg":
        raise TechddError("is no PNG, JPEG or SVG", path)
    waiting, number = [(tree, 1)], 0
    while waiting:
        element, depth = waiting.pop()
        number += 1
        if number > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise TechddError(f"has too many elements, or nests them too deeply; {_INSTEAD}", path)
        for child in list(element):
            if str(child.tag).startswith(f"{{{_SVG}}}") and child.tag not in _NOTES:
                waiting.append((child, depth + 1))
            else:
                element.remove(child)  # notes of the program that drew it
        if why := _made_plain(element):
            raise TechddError(f"{why}; {_INSTEAD}", path)
    _unlink(tree)
    tree.set("xmlns", _SVG)
    return bytes(tostring(tree, encoding="utf-8"))  # without comments and instructions


def _made_plain(element: Element) -> str:
    """Takes an element's namespaces away, or says why it does not belong into a picture."""
    name = element.tag = element.tag.rpartition("}")[2]
    if name not in _ELEMENTS:
        return f"holds <{name[:40]}>"
    if name == "style" and (_ELSEWHERE.search(element.text or "") or len(element)):
        return "holds a style sheet that refers elsewhere"
    attributes = {
        key.rpartition("}")[2]: value
        for key, value in element.attrib.items()
        if "}" not in key or key == _LINK
    }
    for key, value in attributes.items():
        inside = key == "href" and value.startswith("#")
        outside = key.lower() in ("href", "src", "base") or _ELSEWHERE.search(value)
        if key.lower().startswith("on") or (outside and not inside):
            return f"holds {key[:40]!r} in <{name}>"
    element.attrib.clear()
    element.attrib.update(attributes)
    return ""


def _unlink(tree: Element) -> None:
    """Gives gradients what they take from others: WeasyPrint follows such links only once a file,
    and a logo is drawn on every page.
    """
    named = {element.get("id"): element for element in tree.iter()}
    for element in tree.iter():
        for _ in range(MAX_DEPTH):
            base = named.get(element.attrib.pop("href", "")[1:])
            if base is None:
                break
            element.attrib.update(base.attrib | element.attrib)
            if not len(element):
                element.extend(list(base))


def _pale(colours: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, colour in colours:
        if colour and (reached := contrast(colour)) < CONTRAST:
            yield (
                f"engagement.yaml: brand.{name} {colour} is too light to be read on white "
                f"(contrast {reached:.1f}, at least {CONTRAST} is needed)"
            )


def contrast(colour: str) -> float:
    """The contrast of "#rrggbb" to white, 1 to 21, by WCAG's relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
