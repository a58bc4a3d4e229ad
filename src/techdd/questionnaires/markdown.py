"""Questionnaires as Markdown: to be filled in with any editor, and read with some tolerance.

A question is a heading that begins with its id; what is asked stands in quotations (`>`), what is
answered behind labels. A value goes on until the next label or heading.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from techdd import files, replies
from techdd.checklists import Figure, Item
from techdd.errors import TechddError
from techdd.questionnaires import (
    FIELDS,
    Filled,
    Format,
    Questionnaire,
    Refusal,
    Returned,
    Value,
    field_of,
    manifest_of,
    once,
)
from techdd.text import normal

MAX_BYTES = 5_000_000
_MANIFEST = re.compile(r"<!--\s*techdd, leave this as it is:\n(.*?)\n\s*-->", re.DOTALL)
# Editors escape a hyphen, or make it a dash.
_HEADING = re.compile(r"#{1,6}[ \t]+[*_`\[]*([A-Za-z]{2,4})\\?[-\u2010-\u2014](\d{2})\b")
_LABEL = re.compile(
    r"(?:[-*+][ \t]+)?"
    r"(?:(?P<mark>\*\*|__|\*|_)(?P<marked>[^:*]{1,60}?)(?::(?P=mark)|(?P=mark)[ \t]*:)"
    r"|(?P<bare>[^\s:*>#][^:*>#]{0,60}):)(?P<value>.*)"
)
_FIGURE = re.compile(r"figure\s+`?([a-z][a-z0-9_]*)`?", re.IGNORECASE)
_ABOUT = """\
Write your answers behind the labels of each question; leave empty what you cannot answer. Lines
that begin with `>` are the question and are not read. A text may go on over several lines.
"""


def _write(asked: Questionnaire) -> bytes:
    return "\n".join(_lines(asked)).encode()


def _lines(asked: Questionnaire) -> Iterator[str]:
    yield f"# Questionnaire: technical due diligence of {normal(asked.client)}\n"
    yield _ABOUT
    yield from (f"- {label}: {about}" for label, about in FIELDS.values())
    yield f"\nName: {normal(asked.respondent)}"
    yield f"Role: {normal(asked.role)}"
    for checklist in asked.checklists:
        yield f"\n## {checklist.title}"
        for item in checklist.items:
            yield from _question(asked, item)
    # A comment ends with the first "--".
    said = json.dumps(json.loads(asked.manifest), indent=0).replace("--", "-\\u002d")
    yield f"\n<!-- techdd, leave this as it is:\n{said}\n-->\n"


def _question(asked: Questionnaire, item: Item) -> Iterator[str]:
    yield f"\n### {item.id} {' '.join(item.ask.split())}\n"
    yield from (f"> {level}: {' '.join(text.split())}  " for level, text in enumerate(item.levels))
    if item.documents:
        yield ">"
        yield f"> Worth handing over: {'; '.join(item.documents)}"
    for figure in item.figures:
        yield f">\n> Figure {figure.key}: {_asked(figure)}"
    yield ""
    yield _field("Level", asked.text(item, "level"))
    for figure in item.figures:
        value = asked.figure(item, figure.key)
        yield _field(f"Figure {figure.key}", "" if value is None else replies.written(value))
    for key, (label, _) in FIELDS.items():
        if key != "level":
            yield _field(label, asked.text(item, key))


def _asked(figure: Figure) -> str:
    expects = replies.expects(figure)
    return f"{' '.join(figure.ask.split())}{f' ({expects})' if expects else ''}"


def _field(label: str, text: str) -> str:
    """Further lines are indented, so that nothing in them is taken for a label or a heading."""
    return f"{label}: {normal(text)}".replace("\n", "\n  ").rstrip()


# --- back in --------------------------------------------------------------------------------------


def _read(path: Path) -> Returned:
    """Raises TechddError where it is no questionnaire."""
    text = _text(path)
    found = _MANIFEST.search(text)
    if not found:
        raise TechddError("is no questionnaire of techdd: its last comment is not there", path)
    manifest = manifest_of(found[1], path)
    # Lines keep their numbers.
    body = text[: found.start()] + "\n" * found[0].count("\n") + text[found.end() :]
    reader = _Reader()
    for number, line in enumerate(body.split("\n"), 1):
        reader.take(number, line)
    rows, refused = once(reader.rows())
    if not rows and not refused and not reader.refused:
        raise TechddError("holds no question: their headings begin with '### ' and the id", path)
    doubled = {one.item for one in reader.refused}
    return Returned(
        manifest,
        tuple(row for row in rows if row.item not in doubled),
        reader.head("name"),
        reader.head("role"),
        (*refused, *reader.refused),
        tuple(reader.notices),
    )


def _text(path: Path) -> str:
    raw = files.content(path, MAX_BYTES)
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise TechddError("is no text in UTF-8; save it as UTF-8", path) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Reader:
    """Takes the lines one by one; a part is a question, or what stands before the first one."""

    def __init__(self) -> None:
        self.notices: list[str] = []
        self.refused: list[Refusal] = []
        self.parts: list[tuple[str, int, dict[str, tuple[int, list[str]]]]] = [("", 1, {})]
        self.value: list[str] | None = None  # the lines of the value that is being read

    def take(self, number: int, line: str) -> None:
        """One line with its number."""
        item, _, labels = self.parts[-1]
        if found := _HEADING.match(line):
            self.parts.append((f"{found[1].upper()}-{found[2]}", number, {}))
            self.value = None
        elif line.startswith("## "):
            self.parts.append(("", number, {}))
            self.value = None
        elif label := _label(line, in_item=bool(item)):
            key, text = label
            if key in labels:
                why = f"its label {key!r} is there a second time"
                self.refused.append(Refusal(item, f"line {number}", why))
            self.value = [text]
            labels[key] = (number, self.value)
        elif not item and len(self.parts) > 1 and (lost := _label(line, in_item=True)) and lost[1]:
            why = "stands behind no question; its heading begins with '### ' and the id"
            self.refused.append(Refusal("", f"line {number}", why))
        elif self.value is not None and not line.startswith(">"):
            self.value.append(line.removeprefix("  "))
        elif item and line.strip("> \t") and (labels or not line.startswith(">")):
            why = "begins with '>' as questions do" if labels else "stands behind no label"
            self.notices.append(f"line {number}: {why} and is left out")

    def head(self, label: str) -> str:
        """What stands behind a label before the first question, on one line."""
        return " ".join(" ".join(self.parts[0][2].get(label, (0, [""]))[1][:1]).split())

    def rows(self) -> Iterator[Filled]:
        """The questions, those without any value too."""
        for item, number, labels in self.parts:
            if not item:
                continue
            values = {
                key: Value(text, f"line {line}")
                for key, (line, lines) in labels.items()
                if (text := normal("\n".join(lines)))
            }
            figures = {
                key.removeprefix("figure "): value
                for key, value in values.items()
                if key.startswith("figure ")
            }
            fields = {key: value for key, value in values.items() if key in FIELDS}
            yield Filled(item, f"line {number}", fields, figures)


def _label(line: str, *, in_item: bool) -> tuple[str, str] | None:
    """(key, value) where a line begins with a label that is known there."""
    found = _LABEL.fullmatch(line)
    if not found:
        return None
    label = (found["marked"] or found["bare"]).strip()
    value = found["value"].strip()
    if not in_item:
        key = label.casefold()
        return (key, value) if key in ("name", "role") else None
    if figure := _FIGURE.fullmatch(label):
        return f"figure {figure[1].lower()}", value
    key = field_of(label)
    return (key, value) if key else None


markdown = Format("markdown", (".md", ".markdown"), _read, _write)
