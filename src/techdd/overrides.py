"""An engagement's own templates: whole files in place of the shipped ones, or blocks of them.

`{% extends "shipped/report.html" %}` names a shipped template whatever stands in its place. What is
wrong with an override is told with its file and line, and ends nothing but the report.
"""

from __future__ import annotations

import difflib
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, GeneratorType
from typing import TYPE_CHECKING, Any

from techdd import guard
from techdd.errors import TechddError
from techdd.workspace import Templates

if TYPE_CHECKING:
    from jinja2 import BaseLoader, Environment

SHIPPED = "shipped"
MAX_CHARACTERS = 100_000_000  # of a page
MINUTES = 1.0  # of computing that ends the process; `guard` stops sooner
_SUFFIXES = (".html", ".css")


class _TooMuch(Exception):
    """The page grows beyond all measure; `frames` are those that were making it."""

    def __init__(self, frames: list[tuple[FrameType, int]]) -> None:
        super().__init__(f"the page has more than {MAX_CHARACTERS:,} characters")
        self.frames = frames


def loader(templates: Templates) -> BaseLoader:
    """Finds the engagement's own templates first, and shipped ones by their prefix too."""
    from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader

    *own, shipped = (str(folder) for folder in templates.folders)
    return ChoiceLoader(
        [PrefixLoader({SHIPPED: FileSystemLoader(shipped)}), FileSystemLoader([*own, shipped])]
    )


def rendered(environment: Environment, templates: Templates, name: str, /, **values: Any) -> str:
    """The page `name`. Raises TechddError at the place of an override that is at fault."""
    own = list(_own(templates))
    if not own:
        return environment.get_template(name).render(values)
    with _watched(own):
        chapters = values["report"].chapters if "report" in values else ()
        _refuse_idle(
            environment, templates, own, {f"chapters/{one.domain}.html" for one in chapters}
        )
        return _within_limits(environment, name, values)


def said(environment: Environment, templates: Templates, name: str) -> Any:
    """What the template `name` sets, as attributes; raises as `rendered` does."""
    with _watched(list(_own(templates))):
        return environment.get_template(name).module


def naming(templates: Templates, words: str) -> str:
    """The place of the first override that holds `words`, as "file:line"; "" if none does."""
    for path in _own(templates):
        head, found, _ = _text(path).partition(words)
        if found:
            return f"{path}:{head.count(chr(10)) + 1}"
    return ""


@contextmanager
def _watched(own: list[Path]) -> Iterator[None]:
    """Ends what takes too long, and tells whose fault it was."""
    try:
        with guard.job(MINUTES), guard.one_file(b""):
            yield
    except Exception as error:
        raise _told(error, own) or error from None


def _own(templates: Templates) -> Iterator[Path]:
    for folder in templates.folders[:-1]:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix in _SUFFIXES and path.is_file():
                yield path


def _within_limits(environment: Environment, name: str, values: Mapping[str, Any]) -> str:
    parts, total = [], 0
    page: Any = environment.get_template(name).generate(values)
    for part in page:
        total += len(part)
        if total > MAX_CHARACTERS:
            raise _TooMuch(list(_making(page)))
        parts.append(part)
    return "".join(parts)


# --- what would have no effect --------------------------------------------------------------------


def _refuse_idle(
    environment: Environment, templates: Templates, own: list[Path], chapters: set[str]
) -> None:
    """Raises TechddError for a file, or a block of one, that nothing would ever look at."""
    from jinja2 import nodes

    shipped = templates.folders[-1]
    known = {path.relative_to(shipped).as_posix() for path in shipped.rglob("*.*")}
    trees = {path: environment.parse(_text(path), filename=str(path)) for path in own}
    texts = {
        one.value for tree in trees.values() for one in tree.find_all(nodes.Const)
        if isinstance(one.value, str)
    }  # fmt: skip
    for path, tree in trees.items():
        name = _name(path, templates)
        if name not in known | texts | chapters:
            near = sorted(one for one in known if one.endswith(f"/{path.name}"))
            near = near or difflib.get_close_matches(name, known, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise TechddError(f"is no template of the report, and none includes it{hint}", path)
        for extended in tree.find_all(nodes.Extends):
            if isinstance(extended.template, nodes.Const):
                _refuse_strange_blocks(environment, path, tree, str(extended.template.value))


def _refuse_strange_blocks(environment: Environment, path: Path, tree: Any, base: str) -> None:
    from jinja2 import TemplateNotFound, nodes

    try:
        blocks = environment.get_template(base).blocks
    except TemplateNotFound:
        return  # told where it is used
    for block in tree.body:
        if isinstance(block, nodes.Block) and block.name not in blocks:
            there = ", ".join(blocks) or "none"
            raise TechddError(
                f"{base} has no block {block.name!r}; there are: {there}", f"{path}:{block.lineno}"
            )


def _name(path: Path, templates: Templates) -> str:
    folder = next(one for one in templates.folders if path.is_relative_to(one))
    return path.relative_to(folder).as_posix()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TechddError(f"not UTF-8 (byte {error.start}); save it as UTF-8", path) from None


# --- whose fault it is ----------------------------------------------------------------------------


def _told(error: Exception, own: list[Path]) -> TechddError | None:
    """`error` as a mistake at its place in one of the `own` templates; None where it is in none."""
    from jinja2 import TemplateNotFound, TemplateSyntaxError

    if isinstance(error, TechddError):
        return error
    files = {str(path) for path in own}
    if isinstance(error, TemplateSyntaxError) and error.filename in files:
        return TechddError(
            _line(error.message or "not understood"), f"{error.filename}:{error.lineno}"
        )
    cause = error.__context__ if isinstance(error, guard.Unreadable) else error
    frames = error.frames if isinstance(error, _TooMuch) else _raising(cause)
    places = [place for frame, line in frames if (place := _place(frame, line, files))]
    if not places:
        return None
    endless = "; is there a loop without an end?"
    if isinstance(error, TemplateNotFound):
        why = f"there is no template {error.name!r}"
    elif isinstance(error, guard.Unreadable):
        why = f"making the page {error}{endless}"
    elif isinstance(error, _TooMuch):
        why = f"{error}{endless}"
    else:
        why = _line(f"{type(error).__name__}: {error}")
    return TechddError(why, places[-1])


def _raising(error: BaseException | None) -> Iterator[tuple[FrameType, int]]:
    trace = error.__traceback__ if error else None
    while trace:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _making(page: object) -> Iterator[tuple[FrameType, int]]:
    """The frames of the generators that wait for each other, the outermost first: a template that
    is included is asked by the one around it, and stands in no traceback of that.
    """
    while isinstance(page, GeneratorType) and page.gi_frame:
        yield page.gi_frame, page.gi_frame.f_lineno
        inner = (one for one in gc.get_referents(page) if isinstance(one, GeneratorType))
        page = next((one for one in inner if one.gi_frame), None)  # one that ended waits for none


def _place(frame: FrameType, line: int, files: set[str]) -> str:
    """The file:line of one of `files` that a frame is at; "" for others."""
    name = frame.f_code.co_filename
    if name not in files:
        return ""
    # Jinja has put the line of the template into the tracebacks that it has seen, and no others.
    template = frame.f_globals.get("__jinja_template__")
    return f"{name}:{template.get_corresponding_lineno(line) if template else line}"


def _line(message: str) -> str:
    return " ".join(message.split())[:300]
