"""Python's manifests: pyproject.toml (PEP 621, PEP 735, Poetry), setup.cfg and setup.py."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from configparser import Error as ConfigError
from configparser import RawConfigParser
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from techdd.lockfiles import (
    Aside,
    Dependency,
    Issue,
    Lines,
    Parsed,
    decoded,
    lockfile,
    outside,
    pep508,
    scope_of,
    stays_below,
    strings,
    table,
    tables,
    toml_table,
)

_LOCKS = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "pylock.*.toml",
    "Pipfile.lock",
    "requirements*.txt",
    "requirements/*.txt",
)
_COMPUTED = "dependencies computed by a program"


def _aside(data: bytes) -> Aside:
    document = toml_table(data)
    poetry = table(table(document.get("tool")).get("poetry"))
    name = table(document.get("project")).get("name", poetry.get("name"))
    return Aside(canonicalize_name(name) if isinstance(name, str) else "")


@lockfile("pyproject.toml", ecosystem="PyPI", locked=False, locks=_LOCKS, aside=_aside)
def pyproject(data: bytes) -> Parsed:
    """What a project asks for: its dependencies, extras and groups, not its build requirements."""
    document = toml_table(data)
    lines = Lines(decoded(data), r"""["']([^"'\n]*)["']|^([\w.-]+)[ \t]*=""")
    project, tool = table(document.get("project")), table(document.get("tool"))
    if "dependencies" in strings(project.get("dynamic")):
        yield Issue(_COMPUTED, detail="project.dynamic names dependencies")
    for scope, wish in _wishes(document, project, tool):
        yield _wish(wish, lines.of(wish, ""), scope)
    poetry = table(tool.get("poetry"))
    for scope, section in _poetry_sections(poetry):
        for name, wish in section.items():
            if name != "python":
                line = lines.of("", name)
                yield from _poetry(name, wish, line, scope)


def _wishes(
    document: dict[str, Any], project: dict[str, Any], tool: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    for wish in strings(project.get("dependencies")):
        yield "runtime", wish
    for extra, wishes in table(project.get("optional-dependencies")).items():
        for wish in strings(wishes):
            yield scope_of(extra), wish
    for wishes in table(document.get("dependency-groups")).values():
        for wish in strings(wishes):
            yield "development", wish
    for wish in strings(table(tool.get("uv")).get("dev-dependencies")):
        yield "development", wish
    for wishes in table(table(tool.get("pdm")).get("dev-dependencies")).values():
        for wish in strings(wishes):
            yield "development", wish


def _wish(wish: str, line: int | None, scope: str) -> Dependency | Issue:
    try:
        name, version, requirement, url = pep508(wish)
    except ValueError as error:
        return Issue("requirement not understood", detail=f"line {line}: {error}")
    if url:
        return outside(name, url)
    return Dependency(name, version, requirement, line, True, scope)


def _poetry_sections(poetry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "runtime", table(poetry.get("dependencies"))
    yield "development", table(poetry.get("dev-dependencies"))
    for group, content in table(poetry.get("group")).items():
        yield scope_of(group), table(table(content).get("dependencies"))


def _poetry(name: str, wish: Any, line: int | None, scope: str) -> Parsed:
    """Poetry's own language of versions (`^1.2`); an exact version stands alone or after `==`."""
    for choice in tables(wish) or [wish]:
        entry = table(choice)
        source = entry.get("git") or entry.get("url") or entry.get("path") or entry.get("file")
        if source:
            if not stays_below(str(source)):
                yield outside(name, str(source))
            continue
        asked = str(entry.get("version", "")) if entry else str(choice)
        exact = asked.removeprefix("==").strip()
        version = exact if exact[:1].isdigit() and _is_version(exact) else None
        package, *_ = pep508(name)
        yield Dependency(package, version, "" if asked == "*" else asked, line, True, scope)


def _is_version(text: str) -> bool:
    try:
        SpecifierSet(f"==={text}")
    except ValueError:
        return False
    return not set(text) & set("*,<>|~^ ")


@lockfile("setup.cfg", ecosystem="PyPI", locked=False, locks=_LOCKS)
def setup_cfg(data: bytes) -> Parsed:
    """What setuptools' declarative file asks for."""
    parser = RawConfigParser(strict=False)
    text = decoded(data)
    try:
        parser.read_string(text)
    except ConfigError as error:
        raise ValueError(str(error).splitlines()[0]) from None
    lines = Lines(text, r"^[ \t]*(?:[\w-]+[ \t]*=[ \t]*)?([A-Za-z][^\n]*)$")
    sections = [("options", "install_requires"), ("options", "tests_require")]
    if parser.has_section("options.extras_require"):
        extras = parser.options("options.extras_require")
        sections += [("options.extras_require", extra) for extra in extras]
    for section, option in sections:
        listed = parser.get(section, option, fallback="")
        scope = "runtime" if option == "install_requires" else scope_of(option)
        for wish in filter(
            None, (part.strip() for part in listed.replace(";\n", "\n").split("\n"))
        ):
            if wish.startswith(("file:", "attr:")):
                yield Issue(_COMPUTED, detail=f"{option} = {wish}")
            elif not wish.startswith("#"):
                yield _wish(wish, lines.of(wish), scope)


@lockfile("setup.py", ecosystem="PyPI", locked=False, locks=_LOCKS)
def setup_py(data: bytes) -> Parsed:
    """The literal lists that a setup.py hands to setup(); it is read, never run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a client's bad escapes are not ours to print
            tree = ast.parse(data)
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError("no Python that this version can read") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) == "setup":
            for keyword in node.keywords:
                yield from _keyword(keyword)


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _keyword(keyword: ast.keyword) -> Parsed:
    if keyword.arg in ("install_requires", "tests_require"):
        scope = "runtime" if keyword.arg == "install_requires" else "development"
        yield from _literals(keyword.value, scope)
    elif keyword.arg == "extras_require" and isinstance(keyword.value, ast.Dict):
        for extra, wishes in zip(keyword.value.keys, keyword.value.values, strict=True):
            name = extra.value if isinstance(extra, ast.Constant) else ""
            yield from _literals(wishes, scope_of(str(name)))
    elif keyword.arg in ("extras_require", None):
        yield Issue(_COMPUTED, detail=f"line {keyword.value.lineno}")


def _literals(value: ast.expr, scope: str) -> Parsed:
    if not isinstance(value, ast.List | ast.Tuple):
        yield Issue(_COMPUTED, detail=f"line {value.lineno}")
        return
    for item in value.elts:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            yield _wish(item.value, item.lineno, scope)
        else:
            yield Issue(_COMPUTED, detail=f"line {item.lineno}")
