"""The adviser's Markdown as HTML that can do no harm, and as plain text.

Paragraphs, emphasis, lists, quotations, code and links to the web; headings become bold lines, so
that the report keeps its own outline, and images the words that stand for them. HTML and entities
stay the text that they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from techdd.text import clean, normal

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markupsafe import Markup

_RULES = (
    "backticks", "blockquote", "emphasis", "escape", "heading", "hr", "image", "lheading", "link",
    "list", "newline", "balance_pairs", "fragments_join",
)  # fmt: skip
_INDENT = "  "


def prose(text: str) -> Markup:
    """`text`, which is Markdown, as HTML."""
    from markupsafe import Markup

    return Markup(_parser().render(_harmless(text)))


def plain(text: str) -> str:
    """`text`, which is Markdown, without its marks: a line a paragraph or point of a list."""
    return "\n".join(_lines(parsed(text)))


def parsed(text: str) -> list[Token]:
    """`text`, which is Markdown, as tokens of markdown-it, for formats that are no HTML."""
    return _parser().parse(_harmless(text))


def web(reference: str) -> bool:
    """Whether a reference may become a link: only http and https, with a host."""
    try:
        parts = urlsplit(reference)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _harmless(text: str) -> str:
    """As `clean`, line by line and however long a line is."""
    lines = normal(text).split("\n")
    return "\n".join(" ".join(map(clean, line.expandtabs(4).split(" "))) for line in lines)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from markupsafe import escape

    parser = MarkdownIt("zero", {"html": False}).enable(_RULES)
    setattr(parser, "validateLink", web)  # noqa: B010  # the way that its documentation shows
    parser.add_render_rule("heading_open", lambda *_: "<p><strong>")
    parser.add_render_rule("heading_close", lambda *_: "</strong></p>\n")
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("image", lambda _, tokens, at, *__: str(escape(tokens[at].content)))
    return parser


def _link(renderer: Any, tokens: list[Token], at: int, options: Any, _: Any) -> str:
    tokens[at].attrs = {"class": "link", "href": str(tokens[at].attrs["href"])}  # no title
    return str(renderer.renderToken(tokens, at, options, {}))


def _lines(tokens: list[Token]) -> Iterator[str]:
    """Each block on a line of its own; links tell where they lead."""
    depth, mark, numbers = 0, "", list[int]()
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
            numbers.append(int(token.attrs.get("start", 1)) if token.type[0] == "o" else -1)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
            numbers.pop()
        elif token.type == "list_item_open":
            mark = "- " if numbers[-1] < 0 else f"{numbers[-1]}. "
            numbers[-1] += numbers[-1] >= 0
        elif token.type == "inline":
            said = " ".join(_inline(token.children or []).split())
            yield _INDENT * max(depth - 1, 0) + mark + said
            mark = ""


def _inline(tokens: list[Token]) -> str:
    parts, target = [], ""
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrs["href"])
        elif token.type == "link_close":
            parts.append(f" ({target})")
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        else:
            parts.append(token.content)
    return "".join(parts)
