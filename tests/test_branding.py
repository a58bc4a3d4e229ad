"""A logo is what its content says and does no harm; colours that nobody could read are told."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from techdd.branding import MAX_BYTES, brand, contrast, logo
from techdd.documents import load
from techdd.errors import DocumentError, TechddError
from techdd.policy import Engagement, House

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
LINKED = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:i="http://inkscape.example" i:export-filename="/home/ann/logo.png"><i:view onload="x"/>'
    "<title>by me</title><desc>by me</desc><metadata>by me</metadata>"
    '<defs><style>.a{{fill:url("#g")}}</style>'
    '<linearGradient id="g" x1="3"><stop offset="0"/></linearGradient>'
    '<linearGradient id="h" x2="4" xlink:href="#g"/></defs>'
    '<path class="a" d="M0 0h9v9z" style="stroke: url( #h )" data-name="logo@2x"/></svg>'
)


def bitmap(kind: str, size: tuple[int, int] = (30, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (10, 40, 90)).save(out, kind)
    return out.getvalue()


def decoded(uri: str) -> bytes:
    return base64.b64decode(uri.partition(",")[2])


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_bitmap_is_known_by_its_content_and_kept_as_it_is(kind: str, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_bytes(bitmap(kind))
    made = logo(tmp_path, "logo.svg")
    assert made.startswith(f"data:image/{kind};base64,")
    assert decoded(made) == bitmap(kind)


def test_an_svg_keeps_its_shapes_and_loses_what_else_is_in_it(tmp_path: Path) -> None:
    head = '<?xml version="1.0"?><?xml-stylesheet href="http://x.example/a.css"?><!-- by me -->'
    (tmp_path / "a.svg").write_text(head + LINKED.format())
    kept = decoded(logo(tmp_path, "a.svg")).decode()
    assert 'class="a"' in kept and "logo@2x" in kept
    # What a gradient takes from another is its own: no reference is left.
    assert "href" not in kept
    assert '<linearGradient id="h" x2="4" x1="3"><stop offset="0" /></linearGradient>' in kept
    assert not any(word in kept for word in ("x.example", "by me", "onload", "inkscape", "ann"))
    assert kept.startswith("<svg ")


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<script>alert(1)</script>", "holds <script>"),
        ('<path onclick="x"/>', "holds 'onclick' in <path>"),
        ('<image href="file:///etc/passwd"/>', "holds <image>"),
        ("<foreignObject/>", "holds <foreignObject>"),
        ('<use href="#a"/>', "holds <use>"),
        ("<text>Lighthouse</text>", "holds <text>"),
        ('<linearGradient href="data:image/png;base64,AAAA"/>', "holds 'href'"),
        ('<path style="fill:url(http://x.example/a)"/>', "holds 'style' in <path>"),
        ("<style>@import 'http://x.example'</style>", "refers elsewhere"),
        ("<style>a{fill:u\\72l(//x.example)}</style>", "refers elsewhere"),
        ('<animate attributeName="href"/>', "holds <animate>"),
        ("<g>" * 4_000 + "</g>" * 4_000, "nests them too deeply"),
        ("<g/>" * 6_000, "too many elements"),
    ],
)
def test_an_svg_that_could_do_harm_is_refused(inside: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text(SVG.format(inside))
    with pytest.raises(TechddError, match=f"{why}.*as PNG"):
        logo(tmp_path, "a.svg")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html/>", "is no PNG, JPEG or SVG"),
        (b"GIF89a", "is no PNG, JPEG or SVG"),
        (b"", "is no PNG, JPEG or SVG"),
        (b"\x89PNG\r\n\x1a\ncut", "is a broken image"),
        (bitmap("png")[:-30], "is a broken image"),
        (bitmap("png", (6_000, 3_000)), "more than 16,000,000 pixels"),
        (b"\x89PNG" + b"x" * MAX_BYTES, "is larger than 1,000,000 bytes"),
        (
            b'<!DOCTYPE svg [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
            + SVG.format("<title>&b;</title>").encode(),
            "declares XML entities",
        ),
    ],
)
def test_what_is_no_picture_is_one_line_with_its_file(
    content: bytes, why: str, tmp_path: Path
) -> None:
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(TechddError, match=why) as told:
        logo(tmp_path, "logo.png")
    assert told.value.where == str(tmp_path / "logo.png")
    assert "\n" not in str(told.value)


def test_a_logo_is_a_file_of_the_engagement(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out.png").write_bytes(bitmap("png"))
    (tmp_path / "in" / "link.png").symlink_to(tmp_path / "out.png")
    for name in ("../out.png", "link.png", "/etc/passwd"):
        with pytest.raises(TechddError, match="lies outside the engagement"):
            logo(tmp_path / "in", name)
    with pytest.raises(TechddError, match="is no file"):
        logo(tmp_path, "in")


def test_without_its_logo_the_house_still_has_its_colours(tmp_path: Path) -> None:
    made, doubts = brand(House(logo="gone.png", colour="#14507f", line="HRB 1"), "letter", tmp_path)
    assert (made.logo, made.colour, made.line, made.page) == ("", "#14507f", "HRB 1", "letter")
    assert doubts == [f"the report has no logo: {tmp_path / 'gone.png'}: is not there"]


def test_a_colour_that_cannot_be_read_is_told_and_used(tmp_path: Path) -> None:
    made, doubts = brand(House(colour="#F0C000", accent="#767676"), "a4", tmp_path)
    assert made.colour == "#F0C000"
    assert len(doubts) == 1 and "brand.colour #F0C000 is too light" in doubts[0]
    assert "contrast 1.7, at least 4.5" in doubts[0]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff") == 1
    assert contrast("#000000") == 21
    assert round(contrast("#767676"), 2) == 4.54  # the lightest grey that passes


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("brand: {colour: red}", "brand.colour: write the colour as #rrggbb"),
        ('brand: {colour: "#12345"}', "write the colour as #rrggbb"),
        ("brand: {color: '#123456'}", "unknown key 'color' .did you mean 'colour'"),
        ("page: a5", "page: "),
    ],
)
def test_mistakes_of_the_brand_have_their_line(written: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(f"client: N\n{written}\n")
    with pytest.raises(DocumentError, match=why) as told:
        load(path, Engagement)
    assert told.value.where.startswith(f"{path}:2:")
