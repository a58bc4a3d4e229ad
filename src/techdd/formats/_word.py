"""A Word document in the making: headings, captions, tables, pictures, fields in real styles.

Texts are made harmless here; equal calls give equal bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from techdd.formats import _word_styles as styles
from techdd.model import fingerprint
from techdd.office import without_clock
from techdd.text import clean, legible

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Run:
    """A piece of text with a look; `to` names the bookmark that it leads to."""

    text: str
    bold: bool = False
    colour: str = ""  # RRGGBB
    to: str = ""
    italic: bool = False
    code: bool = False


Said = str | Run | Sequence["str | Run"]


class Paper:
    """The document. `colour` and `accent` are "#rrggbb", `page` "a4" or "letter"."""

    def __init__(self, *, colour: str = "", accent: str = "", page: str = "a4") -> None:
        from docx import Document

        self.made: Any = Document()
        self.colour = colour[1:].upper() if _COLOUR.fullmatch(colour) else "0D2438"
        self.accent = accent[1:].upper() if _COLOUR.fullmatch(accent) else "14507F"
        size = styles.LETTER if page == "letter" else styles.A4
        self.width = size[0] - 2 * styles.MARGIN  # mm
        self.marks: dict[str, int] = {}
        self.captions = 0
        styles.dress(self.made, page=size, heading=self.colour, link=self.accent)
        self.ids = {one.name: one.style_id for one in self.made.styles}  # looking them up is slow

    # --- text -------------------------------------------------------------------------------------

    def heading(self, level: int, said: Said, mark: str = "") -> None:
        """A heading of level 1 to 3; those of level 1 begin a page."""
        paragraph = self._paragraph(f"Heading {level}")
        if mark and _name(mark) not in self.marks:
            self.marks[_name(mark)] = number = len(self.marks)
            given = {"w:id": str(number), "w:name": _name(mark)}
            paragraph._p.append(_element("w:bookmarkStart", given))
            self._runs(paragraph, said)
            paragraph._p.append(_element("w:bookmarkEnd", {"w:id": str(number)}))
        else:
            self._runs(paragraph, said)

    def text(self, said: Said, style: str = "Normal", *, with_next: bool = False) -> None:
        """A paragraph; nothing where there is nothing to say."""
        if said:
            paragraph = self._paragraph(style)
            self._runs(paragraph, said)
            if with_next:
                paragraph.paragraph_format.keep_with_next = True

    def bullets(self, lines: Sequence[Said]) -> None:
        """A list of points."""
        for line in lines:
            self.text(line, "List Bullet")

    def contents(self, entries: Sequence[tuple[str, str]]) -> None:
        """The contents as a field; `entries` (text, mark) stand in it until Word renews it."""
        paragraphs = [self._paragraph("toc 1") for _ in entries]
        for begin in _begun(r'TOC \o "1-1" \h \z \u'):
            paragraphs[0]._p.append(begin)
        for paragraph, (text, mark) in zip(paragraphs, entries, strict=True):
            self._runs(paragraph, (Run(text, to=mark), "\t"))
            self._field(paragraph, f"PAGEREF {_name(mark)} \\h", "")
        paragraphs[-1]._p.append(_ended())

    def caption(self, said: str) -> None:
        """A numbered caption, which stays with what follows."""
        self.captions += 1
        paragraph = self._paragraph("Caption")
        self._runs(paragraph, "Exhibit ")
        self._field(paragraph, r"SEQ Exhibit \* ARABIC", str(self.captions))
        self._runs(paragraph, f". {said}")

    def picture(self, image: bytes, alternative: str, *, width: float | None = None) -> None:
        """A picture as wide as the text, or `width` in mm, and what it says in words."""
        paragraph = self.made.add_paragraph()
        shape = paragraph.add_run().add_picture(io.BytesIO(image), _mm(width or self.width))
        shape._inline.docPr.set("descr", clean(alternative))

    def page_break(self) -> None:
        """What follows begins a page."""
        self.made.add_page_break()

    # --- tables -----------------------------------------------------------------------------------

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[Said]],
        widths: Sequence[float],
        *,
        style: str = styles.TABLE,
        right: Sequence[int] = (),
        fill: str = "",
    ) -> None:
        """A table whose head is repeated on each page and whose rows stay whole.

        `widths` are shares of the text's width; columns in `right` hold figures.
        """
        made = self.made.add_table(rows=0, cols=len(widths), style=style)
        made.autofit = False
        look = made._tbl.tblPr.find(_q("w:tblLook"))
        if look is not None:
            look.set(_q("w:firstRow"), "1" if head else "0")
            look.set(_q("w:firstColumn"), "0")
            look.set(_q("w:val"), "0620" if head else "0600")
        unit = self.width / sum(widths)
        for column, width in zip(made._tbl.tblGrid.gridCol_lst, widths, strict=True):
            column.w = _mm(width * unit)
        for at, row in enumerate((head, *rows) if head else rows):
            added = made.add_row()
            properties = added._tr.get_or_add_trPr()
            properties.append(_element("w:cantSplit"))
            if head and not at:
                properties.append(_element("w:tblHeader"))
            cells = zip(added._tr.tc_lst, row, widths, strict=True)
            for number, (cell, said, width) in enumerate(cells):
                cell.width = _mm(width * unit)
                if fill:
                    cell.get_or_add_tcPr().append(_shading(fill))
                self._cell(
                    cell, said, number in right, bool(head) and (not at or style != styles.TABLE)
                )
        self._paragraph(styles.GAP)

    def _cell(self, cell: Any, said: Said, is_right: bool, with_next: bool) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.text.paragraph import Paragraph

        paragraph = Paragraph(cell.p_lst[0], self.made._body)
        paragraph._p.style = self.ids[styles.CELL]
        if is_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if with_next:
            paragraph.paragraph_format.keep_with_next = True
        self._runs(paragraph, said)

    # --- the whole --------------------------------------------------------------------------------

    def running(self, left: Said, right: Said, below: Said) -> None:
        """What stands on each page but the first: two texts above, one below beside its number."""
        section = self.made.sections[0]
        section.different_first_page_header_footer = True
        above, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
        self._runs(above, left)
        self._runs(above, "\t")
        self._runs(above, right)
        self._runs(foot, below)
        self._runs(foot, "\t")
        self._field(foot, "PAGE", "1")
        self._runs(foot, " of ")
        self._field(foot, "NUMPAGES", "1")

    def written(self, *, title: str, author: str, day: str) -> bytes:
        """The document's bytes, dated `day` (ISO)."""
        properties = self.made.core_properties
        properties.title, properties.author = clean(title)[:250], clean(author)[:250]
        properties.last_modified_by = properties.comments = ""
        properties.language, properties.revision = "en-GB", 1
        properties.created = properties.modified = datetime.fromisoformat(day[:10])
        out = io.BytesIO()
        self.made.save(out)
        return without_clock(out.getvalue(), f"{day[:10]}T00:00:00Z")

    # --- pieces -----------------------------------------------------------------------------------

    def _paragraph(self, style: str) -> Paragraph:
        made: Paragraph = self.made.add_paragraph()
        made._p.style = self.ids[style]
        return made

    def _runs(self, paragraph: Paragraph, said: Said) -> None:
        from docx.shared import RGBColor

        for one in (said,) if isinstance(said, str | Run) else said:
            run = one if isinstance(one, Run) else Run(one)
            added = paragraph.add_run(_safe(run.text))
            added.bold, added.italic = run.bold or None, run.italic or None
            if run.code:
                added.font.name = "Consolas"
            if run.colour or run.to:
                added.font.color.rgb = RGBColor.from_string(run.colour or self.accent)
            if run.to:
                link = _element("w:hyperlink", {"w:anchor": _name(run.to), "w:history": "1"})
                added._r.addprevious(link)
                link.append(added._r)

    def _field(self, paragraph: Paragraph, code: str, shown: str) -> None:
        """A field, which shows `shown` until it is brought up to date."""
        for part in _begun(code):
            paragraph._p.append(part)
        self._runs(paragraph, shown)
        paragraph._p.append(_ended())


def _safe(text: str) -> str:
    """`text` on one line without what could do harm; a space at its ends stays."""
    if text == "\t":
        return text
    spaced = _SPACE.sub(" ", text)
    inner = legible(spaced)
    return f"{' ' * spaced.startswith(' ')}{inner}{' ' * (spaced.endswith(' ') and bool(inner))}"


def _name(mark: str) -> str:
    """`mark` as a bookmark may be named: 40 letters, digits and underscores at most."""
    plain = re.sub(r"\W", "_", mark, flags=re.ASCII)
    return f"r_{plain}" if plain == mark and len(mark) < 38 else f"r_{fingerprint(mark)}"


def _mm(width: float) -> Any:
    from docx.shared import Mm

    return Mm(width)


def _q(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(name))


def _element(name: str, given: dict[str, str] | None = None) -> Any:
    from docx.oxml import OxmlElement

    made = OxmlElement(name)
    for key, value in (given or {}).items():
        made.set(_q(key), value)
    return made


def _shading(fill: str) -> Any:
    return _element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": fill})


def _begun(code: str) -> Iterator[Any]:
    """The runs with which a field begins, up to what it shows."""
    for part in (
        _element("w:fldChar", {"w:fldCharType": "begin", "w:dirty": "true"}),
        _element("w:instrText", {"xml:space": "preserve"}),
        _element("w:fldChar", {"w:fldCharType": "separate"}),
    ):
        if part.tag == _q("w:instrText"):
            part.text = f" {code} "
        run = _element("w:r")
        run.append(part)
        yield run


def _ended() -> Any:
    run = _element("w:r")
    run.append(_element("w:fldChar", {"w:fldCharType": "end"}))
    return run
