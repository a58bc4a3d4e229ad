"""Reads the import statements of a source file, line by line.

What an expression computes at run time, and what a framework loads by convention, is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

MOST = 2_000  # statements of one file; a longer list was written by a program


class Statements(NamedTuple):
    """What a file imports, as written, and the package or namespace that it says it is in."""

    imports: Mapping[str, int]  # each name with the line of its first statement
    package: str = ""


_PYTHON = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)"
    r"|import[ \t]+([^\n#;]+))",
    re.MULTILINE,
)
_NAME = re.compile(r"\w[\w.]*|\*")
_SCRIPT = re.compile(r"""\b(?:from|import|require)\s*\(?\s*["']([^"'\n]{1,300})["']""")
_JVM = re.compile(r"^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.`]+(?:\.\*)?)", re.MULTILINE)
_JVM_PACKAGE = re.compile(r"^[ \t]*package[ \t]+([\w.`]+)", re.MULTILINE)
_GO = re.compile(r"""^import\s+(?:[\w.]+\s+)?["`]([^"`\n]+)["`]|^import\s*\(([^)]*)\)""", re.M)
_GO_QUOTED = re.compile(r"""["`]([^"`\n]+)["`]""")
_RUBY = re.compile(r"""^[ \t]*require(_relative)?[ \t(]+["']([^"'\n]{1,300})["']""", re.MULTILINE)
_PHP = re.compile(
    r"""^[ \t]*use[ \t]+(?:function[ \t]+|const[ \t]+)?\\?(\w[\w\\]*)"""
    r"""|\b(?:require|include)(?:_once)?[ \t(]+__DIR__[ \t]*\.[ \t]*["']/?([^"'\n]{1,300})["']""",
    re.MULTILINE,
)
_PHP_NAMESPACE = re.compile(r"^[ \t]*(?:<\?php[ \t]+)?namespace[ \t]+([\w\\]+)", re.MULTILINE)
_CSHARP = re.compile(
    r"^[ \t]*(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?([\w.]+)[ \t]*;", re.MULTILINE
)
_CSHARP_NAMESPACE = re.compile(r"^[ \t]*namespace[ \t]+([\w.]+)", re.MULTILINE)
_INCLUDE = re.compile(r"""^[ \t]*#[ \t]*include[ \t]*"([^"\n]{1,300})\"""", re.MULTILINE)

FAMILY = {
    "Python": "python",
    "JavaScript": "script",
    "TypeScript": "script",
    "TSX": "script",
    "Java": "jvm",
    "Kotlin": "jvm",
    "Go": "go",
    "Ruby": "ruby",
    "PHP": "php",
    "C#": "csharp",
    "C": "include",
    "C++": "include",
}  # languages that import alike, by the name of the language


def statements(family: str, text: str) -> Statements:
    """The import statements of `text`, a file of a language of `family`."""
    found: dict[str, int] = {}
    line, before = 1, 0
    for name, at in _imports(family, text):
        line, before = line + text.count("\n", before, at), at
        found.setdefault(name, line)
        if len(found) == MOST:
            break
    package = {"jvm": _JVM_PACKAGE, "php": _PHP_NAMESPACE, "csharp": _CSHARP_NAMESPACE}.get(family)
    said = package.search(text) if package else None
    return Statements(found, said[1].replace("`", "") if said else "")


def _imports(family: str, text: str) -> Iterator[tuple[str, int]]:
    """The names in order, each with the place in `text` where it stands."""
    if family == "python":
        yield from _python(text)
    elif family == "go":
        for match in _GO.finditer(text):
            if match[1]:
                yield match[1], match.start(1)
            else:
                yield from ((m[1], m.start()) for m in _GO_QUOTED.finditer(text, *match.span(2)))
    elif family == "ruby":
        for match in _RUBY.finditer(text):
            yield f"./{match[2]}" if match[1] else match[2], match.start(2)
    elif family == "php":
        for match in _PHP.finditer(text):
            yield f"./{match[2]}" if match[2] else match[1], match.end()
    elif family == "jvm":
        for match in _JVM.finditer(text):
            yield match[1].replace("`", ""), match.start(1)
    else:
        pattern = {"script": _SCRIPT, "csharp": _CSHARP, "include": _INCLUDE}[family]
        yield from ((match[1], match.start(1)) for match in pattern.finditer(text))


def _python(text: str) -> Iterator[tuple[str, int]]:
    """`from a import b` as "a.b": whether b is a module of a is decided when it is looked up."""
    for match in _PYTHON.finditer(text):
        source, names, modules = match[1] or "", match[2] or "", match[3] or ""
        at = match.end(1) if match[2] else match.start(3)
        for part in modules.split(",") if modules else ():
            if name := _NAME.match(part.strip()):
                yield name[0], at
        for part in re.sub(r"#[^\n]*", "", names).strip("()").split(",") if names else ():
            if name := _NAME.match(part.strip()):
                joined = source if source.endswith(".") or not source else f"{source}."
                yield source if name[0] == "*" else f"{joined}{name[0]}", at
