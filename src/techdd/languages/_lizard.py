"""Measures languages without a grammar through lizard, on guard against what trips it.

A client's text can make lizard skip functions ("lizard forgives") or whole files ("GENERATED
CODE"), recurse until it fails, and count negative lines; none of it may steer a measurement.
"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stderr
from functools import cache
from typing import Any

from techdd.languages._lines import Marks, count
from techdd.syntax import NAME_LENGTH, Function, Measurement, Unmeasurable

MAX_BYTES = 1_000_000  # lizard needs about a minute for 5 MB
_DIRECTIVES = re.compile(r"(lizard)(?=[ \t]*forgive)|(GENERATED)(?=[ \t]*CODE)", re.IGNORECASE)


def measure(extension: str, marks: Marks, source: bytes) -> Measurement:
    """Functions by lizard, lines by our own count.

    Raises Unmeasurable where the file is too large or lizard fails on it.
    """
    if len(source) > MAX_BYTES:
        raise Unmeasurable(f"more than {MAX_BYTES:,} bytes, the limit of lizard")
    text = _DIRECTIVES.sub(lambda found: "x" * len(found[0]), source.decode("utf-8", "replace"))
    said = io.StringIO()
    try:
        with redirect_stderr(said):  # a file that it gives up it tells of there, and nowhere else
            found = _analyzer().analyze_source_code(f"x{extension}", text).function_list
    except Exception as error:
        raise Unmeasurable(f"lizard failed: {type(error).__name__}") from None
    if said.getvalue():
        raise Unmeasurable("lizard failed: RecursionError")
    lines = count(marks, source)
    return lines._replace(functions=tuple(_function(one) for one in found))


def _function(one: Any) -> Function:
    height = max(one.end_line - one.start_line + 1, 1)
    return Function(
        name=str(one.name)[:NAME_LENGTH],
        start=one.start_line,
        end=max(one.end_line, one.start_line),
        lines=min(max(one.nloc, 1), height),
        parameters=one.parameter_count,
        complexity=max(one.cyclomatic_complexity, 1),
        nesting=max(one.max_nesting_depth, 0),
        cognitive=max(one.cognitive_complexity, 0),
    )


@cache
def _analyzer() -> Any:
    import lizard

    return lizard.FileAnalyzer(lizard.get_extensions(["nd", "cognitive"]))
