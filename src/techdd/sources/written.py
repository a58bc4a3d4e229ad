"""A list of repositories: a path or clone URL a line, # begins a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from techdd.cloning import is_url
from techdd.sources import Handed, Named, many, namespace, place


@many
def written(handed: Handed) -> Iterable[Named] | None:
    """Every line names one; of a URL the owner or namespace is its group."""
    if handed.path.is_dir() or handed.text.lstrip()[:1] in ("[", "{", "<"):
        return None
    return _lines(handed)


def _lines(handed: Handed) -> Iterator[Named]:
    for number, line in enumerate(handed.text.splitlines(), 1):
        source = re.sub(r"(^|\s)#.*", "", line).strip()
        if source:
            where = f"{handed.path}:{number}"
            group = namespace(source) if is_url(source) else ""
            yield Named(place(source, handed.path, where), group=group, where=where)
