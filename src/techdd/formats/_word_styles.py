"""How a Word document looks: its page, and styles that an adviser can change."""

from __future__ import annotations

from typing import Any, NamedTuple

TYPE = "Calibri"
INK, MUTED, RED, LINE, FAINT = "1B2733", "5B6875", "B3261E", "AAB4BE", "F3F6F8"
HEADING, LINK = "heading", "link"  # colours of the house
A4, LETTER = (210.0, 297.0), (215.9, 279.4)  # mm
MARGIN = 22.0  # mm
TABLE, CARD, PANEL = "Report Table", "Report Card", "Report Panel"
NOTE, VOICE, CELL, GAP = "Report Note", "Report Voice", "Report Cell", "Report Gap"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


class _Style(NamedTuple):
    """Sizes and spaces in points; a colour is RRGGBB or one of the house."""

    size: float
    before: float
    after: float
    colour: str = INK
    bold: bool = False
    italic: bool = False
    keep: bool = False  # with what follows


_STYLES = {
    "Normal": _Style(10, 0, 6),
    "Title": _Style(34, 0, 10, HEADING),
    "Subtitle": _Style(13, 0, 36, MUTED),
    "Heading 1": _Style(20, 0, 12, HEADING, keep=True),
    "Heading 2": _Style(13, 16, 5, HEADING, bold=True, keep=True),
    "Heading 3": _Style(11, 12, 3, HEADING, bold=True, keep=True),
    "List Bullet": _Style(10, 0, 3),
    "Caption": _Style(10, 12, 5, HEADING, bold=True, keep=True),
    "Header": _Style(8.5, 0, 0, MUTED),
    "Footer": _Style(8.5, 0, 0, MUTED),
    "toc 1": _Style(10.5, 3, 3),
    "toc 2": _Style(10, 0, 2, MUTED),
    NOTE: _Style(8.5, 0, 5, MUTED),
    CELL: _Style(9, 0, 0),
    GAP: _Style(4, 0, 4),
    VOICE: _Style(10, 0, 4),
}


def dress(made: Any, *, page: tuple[float, float], heading: str, link: str) -> None:
    """Gives a new document its page (mm) and its styles; colours are RRGGBB."""
    from docx.shared import Mm

    section = made.sections[0]
    section.page_width, section.page_height = map(Mm, page)
    section.left_margin = section.right_margin = Mm(MARGIN)
    section.top_margin, section.bottom_margin = Mm(25), Mm(20)
    _plain_type(made)
    for name, style in _STYLES.items():
        colour = {HEADING: heading, LINK: link}.get(style.colour, style.colour)
        _paragraphs(made, name, style._replace(colour=colour))
    made.styles["Heading 1"].paragraph_format.page_break_before = True
    _tabs(made, page[0] - 2 * MARGIN)
    _voice(made, link)
    for xml in (_table(heading), _card(heading), _panel()):
        made.styles.element.append(_parsed(xml))
    # Word would open the library's template in its compatibility mode of 2010.
    for one in made.settings.element.iter(_q("w:compatSetting")):
        if one.get(_q("w:name")) == "compatibilityMode":
            one.set(_q("w:val"), "15")


def _q(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))


def _parsed(xml: str) -> Any:
    from docx.oxml import parse_xml

    return parse_xml(xml)


def _plain_type(made: Any) -> None:
    """One type for all styles: those of the library's theme would win otherwise."""
    root = made.styles.element
    for fonts in root.iter(_q("w:rFonts")):
        fonts.attrib.clear()
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(_q(f"w:{script}"), TYPE)
    for language in root.iter(_q("w:lang")):
        language.set(_q("w:val"), "en-GB")


def _paragraphs(made: Any, name: str, style: _Style) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    if name not in made.styles:
        made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name.startswith("toc"))
    found = made.styles[name]
    for old in ("w:pBdr", "w:contextualSpacing", "w:numPr" if name == "Subtitle" else "w:pBdr"):
        for one in found.element.findall(f".//{_q(old)}"):
            one.getparent().remove(one)
    font, form = found.font, found.paragraph_format
    font.name, font.size = TYPE, Pt(style.size)
    font.bold, font.italic = style.bold, style.italic
    font.color.rgb = RGBColor.from_string(style.colour)
    form.space_before, form.space_after = Pt(style.before), Pt(style.after)
    form.line_spacing = 1.0 if name in (CELL, GAP) else 1.12
    form.keep_with_next = style.keep
    if name.startswith("Report"):
        found.quick_style = True


def _tabs(made: Any, width: float) -> None:
    """Header, footer and contents have one stop: at the right margin."""
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Mm

    for name in ("Header", "Footer", "toc 1", "toc 2"):
        form = made.styles[name].paragraph_format
        form.tab_stops.clear_all()
        leader = WD_TAB_LEADER.DOTS if name.startswith("toc") else WD_TAB_LEADER.SPACES
        form.tab_stops.add_tab_stop(Mm(width), WD_TAB_ALIGNMENT.RIGHT, leader)


def _voice(made: Any, link: str) -> None:
    """What people say of the report stands behind a line, apart from what the tool found."""
    from docx.shared import Mm

    style = made.styles[VOICE]
    style.paragraph_format.left_indent = Mm(4)
    border = (
        f'<w:pBdr {_W}><w:left w:val="single" w:sz="18" w:space="8" w:color="{link}"/></w:pBdr>'
    )
    properties = style.element.get_or_add_pPr()
    properties.insert_element_before(
        _parsed(border), "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def _style(name: str, borders: str, margins: tuple[int, int], head: str = "") -> str:
    over, beside = margins
    return f"""<w:style {_W} w:type="table" w:customStyle="1" w:styleId="{name.replace(" ", "")}">
      <w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
      <w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>
        <w:tblCellMar><w:top w:w="{over}" w:type="dxa"/><w:left w:w="{beside}" w:type="dxa"/>
          <w:bottom w:w="{over}" w:type="dxa"/><w:right w:w="{beside}" w:type="dxa"/></w:tblCellMar>
      </w:tblPr>{head}</w:style>"""


def _line(side: str, size: int, colour: str) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="0" w:color="{colour}"/>'


def _head(heading: str) -> str:
    return (
        '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="' + MUTED + '"/></w:rPr>'
        f"<w:tcPr><w:tcBorders>{_line('bottom', 8, heading)}</w:tcBorders></w:tcPr></w:tblStylePr>"
    )


def _table(heading: str) -> str:
    """Hairlines only."""
    borders = _line("bottom", 4, LINE) + _line("insideH", 4, "D9DFE5")
    return _style(TABLE, borders, (50, 70), _head(heading))


def _card(heading: str) -> str:
    return _style(CARD, _line("top", 8, heading), (40, 70), _head("FFFFFF"))


def _panel() -> str:
    return _style(PANEL, "", (35, 140))
