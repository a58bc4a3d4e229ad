"""Where one copy of others' code lies, told by the names of folders."""

from __future__ import annotations

import re

# The folder that holds copies, and below it the name of one: of three parts where the first is a
# host (Go), of two behind a scope (npm), else of one.
_COPY = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|jspm_packages|vendors?|vendored|_?vendor"
    r"|third[_-]?party|3rd[_-]?party|externals?|extern|deps)/"
    r"(?:[\w-]+(?:\.[\w-]+)+/[^/]+/[^/]+(?=/)|@[^/]+/[^/]+|[^/]+)",
    re.IGNORECASE,
)


def place_of(path: str) -> str:
    """The folder of one copy, or the file where it lies alone."""
    found = _COPY.search(path)
    return path[: found.end()] if found else path
