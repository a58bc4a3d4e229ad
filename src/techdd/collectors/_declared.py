"""Reads which licence, and which authors, a package's own metadata declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from posixpath import basename
from typing import Any

from techdd.licensing import bases, classify
from techdd.lockfiles import json_object, table, toml_table

_LONGEST = 200  # characters of a declaration
_POM = re.compile(r"<licenses>(.*?)</licenses>", re.DOTALL)
_POM_NAME = re.compile(r"<name>\s*(.*?)\s*</name>", re.DOTALL)
_GEM = re.compile(r"\.licen[cs]es?\s*=\s*(?:%w)?[\[({]?\s*([^\n\])}]+)")
_GEM_WORD = re.compile(r"[\w.+-]+")
_SETUP = re.compile(
    r"(?:^|[(,\s])licen[cs]e\s*=\s*(?:[\"']([^\"'\n]*)|([\w .+()/-]+)$)", re.MULTILINE
)
_FIELD = re.compile(r"^(License-Expression|License):[ \t]*(\S[^\n]*)", re.MULTILINE)
_CLASSIFIER = re.compile(r"License :: (?:OSI Approved :: )?(.+)")


def reader(path: str) -> Callable[[bytes], tuple[str, str]] | None:
    """What reads (licence, authors) out of the metadata at `path`; None where it is none.

    A reader raises ValueError for a file that is not what its name says.
    """
    name = basename(path)
    if name == "METADATA" and path.rpartition("/")[0].endswith(".dist-info"):
        return _wheel
    return _gemspec if name.endswith(".gemspec") else _READERS.get(name)


def agree(one: str, other: str) -> bool:
    """Whether two statements can mean the same terms, versions left open counting as the same.

    What is understood of neither says nothing of the other.
    """
    if "unknown" in (classify(one)[1], classify(other)[1]):
        return True
    mine, theirs = bases(classify(one)[0]), bases(classify(other)[0])
    if mine & theirs:
        return True
    families = [{_family(name) for name in names} for names in (mine, theirs)]
    plain = {"BSD", "APACHE", "GPL", "LGPL", "AGPL"}  # no version is named: it may be the same
    named = {name.upper() for name in mine | theirs}
    return bool(families[0] & families[1] and named & plain)


def _family(name: str) -> str:
    return re.split(r"[-\d]", name.upper())[0]


def _package_json(content: bytes) -> tuple[str, str]:
    document = json_object(content)
    stated = document.get("license") or document.get("licenses") or ""
    return _several(stated), _author(document.get("author"))


def _composer(content: bytes) -> tuple[str, str]:
    document = json_object(content)
    authors = document.get("authors")
    names = [_author(one) for one in authors] if isinstance(authors, list) else []
    return _several(document.get("license") or ""), "; ".join(filter(None, names))


def _cargo(content: bytes) -> tuple[str, str]:
    package = table(toml_table(content).get("package"))
    stated = package.get("license")
    authors = package.get("authors")
    names = [_author(one) for one in authors] if isinstance(authors, list) else []
    return (stated if isinstance(stated, str) else ""), "; ".join(filter(None, names))


def _pyproject(content: bytes) -> tuple[str, str]:
    document = toml_table(content)
    project = table(document.get("project"))
    poetry = table(table(document.get("tool")).get("poetry"))
    stated = project.get("license") or poetry.get("license") or ""
    if isinstance(stated, dict):
        stated = stated.get("text") or ""
    classifiers = project.get("classifiers")
    if not stated and isinstance(classifiers, list):
        found = (_CLASSIFIER.search(str(one)) for one in classifiers)
        stated = next((one[1] for one in found if one), "")
    authors = project.get("authors")
    names = [_author(one) for one in authors] if isinstance(authors, list) else []
    return _short(str(stated)), "; ".join(filter(None, names))


def _setup(content: bytes) -> tuple[str, str]:
    found = _SETUP.search(content.decode("utf-8", "replace"))
    return _short(found[1] or found[2] or "") if found else "", ""


def _pom(content: bytes) -> tuple[str, str]:
    found = _POM.search(content.decode("utf-8", "replace"))
    return _several([unescape(one) for one in _POM_NAME.findall(found[1])] if found else ""), ""


def _gemspec(content: bytes) -> tuple[str, str]:
    found = _GEM.search(content.decode("utf-8", "replace"))
    return _several(_GEM_WORD.findall(found[1]) if found else ""), ""


def _wheel(content: bytes) -> tuple[str, str]:
    head = content.decode("utf-8", "replace").partition("\n\n")[0]
    stated = dict(_FIELD.findall(head))
    return _short(stated.get("License-Expression") or stated.get("License", "")), ""


_READERS: dict[str, Callable[[bytes], tuple[str, str]]] = {
    "package.json": _package_json,
    "bower.json": _package_json,
    "composer.json": _composer,
    "Cargo.toml": _cargo,
    "pyproject.toml": _pyproject,
    "setup.cfg": _setup,
    "setup.py": _setup,
    "pom.xml": _pom,
}


def _several(stated: Any) -> str:
    """One licence as text or {type: ...}, or a list of them, which is a choice."""
    return " OR ".join(dict.fromkeys(_stated(stated)))


def _stated(stated: Any) -> Iterator[str]:
    for one in stated if isinstance(stated, list) else [stated]:
        name = one.get("type") or one.get("name") if isinstance(one, dict) else one
        # A reference to a file is no declaration of its own.
        if isinstance(name, str) and name.strip() and not name.upper().startswith("SEE "):
            yield _short(name)


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


def _author(stated: Any) -> str:
    name = stated.get("name") if isinstance(stated, dict) else stated
    return re.split(r"[<(]", name)[0].strip()[:100] if isinstance(name, str) else ""
