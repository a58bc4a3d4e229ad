"""Which components import which, read from the import statements of production code."""

from __future__ import annotations

import json
import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from techdd.collectors import Gathered, collector
from techdd.collectors._imported import ImportedModule, root_of
from techdd.collectors.coupling.places import Places
from techdd.collectors.coupling.statements import FAMILY, Statements, statements
from techdd.collectors.coupling.tables import ImportEdge
from techdd.facts import File
from techdd.guard import Unreadable, one_file
from techdd.languages import languages, utf8
from techdd.model import Issue
from techdd.repository import MAX_SOURCE, MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

IMPORTABLE = ("source", "generated", "test")  # roles; what is vendored is somebody else's
_MODULE = re.compile(r"^module[ \t]+(\S+)", re.MULTILINE)
MAX_MANIFEST = 1_000_000  # bytes
MOST_MODULES = 20_000  # of others, by name


@collector(makes=(ImportEdge, ImportedModule), needs=(File,), version=2)
def imports(repo: Repository, files: DataFrame) -> Gathered:
    """Counts the statements by the importing component and the one that they mean, and those that
    mean nothing in the repository by the module that they name.
    """
    code = files[files["role"].isin(IMPORTABLE) & (files["measured"] != "")]
    component = dict(zip(code["path"], code["component"], strict=True))
    source = files[(files["role"] == "source") & (files["size"] <= MAX_SOURCE)].sort_values("path")
    readable = source[source["language"].isin(FAMILY)]
    places = Places(component, *_manifests(repo, files))
    read: list[tuple[str, str, Statements]] = []
    copies = dict(iter(readable.groupby("blob", sort=False)))
    for blob, content in repo.blobs(map(str, copies)):
        if content is None:
            for path in copies[blob]["path"]:
                yield Issue(MISSING, str(path), transient=True)
            continue
        text = utf8(content)[0].decode("utf-8", "replace")
        for path, language in copies[blob][["path", "language"]].itertuples(index=False):
            if path in component:
                try:
                    with one_file(content):
                        found = statements(FAMILY[language], text)
                except Unreadable as error:
                    yield Issue("import statements not read", str(path), str(error))
                    continue
                places.declare(path, FAMILY[language], found)
                read.append((path, FAMILY[language], found))
    yield from _counted(read, component, places)
    yield from _not_read(source)


def _counted(
    read: list[tuple[str, str, Statements]], component: Mapping[str, str], places: Places
) -> Iterator[ImportEdge | ImportedModule | Issue]:
    edges: Counter[tuple[str, str]] = Counter()
    sample: dict[tuple[str, str], tuple[str, int]] = {}
    outside: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for path, family, found in sorted(read):
        edges[component[path], ""] += 0  # it was read, even where it imports nothing
        for name, line in found.imports.items():
            edge = component[path], places.target(path, family, name)
            edges[edge] += 1
            sample.setdefault(edge, (path, line))
            if not edge[1] and (root := root_of(family, name)):
                outside.setdefault((family, root), []).append((path, line))
    for edge, count in sorted(edges.items()):
        yield ImportEdge(*edge, count, *sample.get(edge, ("", None)))
    for (family, root), found_at in sorted(outside.items())[:MOST_MODULES]:
        paths = {path for path, _ in found_at}
        yield ImportedModule(family, root, *found_at[0], len(paths))
    if len(outside) > MOST_MODULES:
        detail = f"the first {MOST_MODULES:,} of {len(outside):,} by name"
        yield Issue("not all imported modules are kept", detail=detail)


def _not_read(source: DataFrame) -> Iterator[Issue]:
    """The programming languages whose imports are not known here."""
    other = source[~source["language"].isin(FAMILY) & (source["language"] != "")]
    for language, count in sorted(Counter(other["language"]).items()):
        known = languages().get(language)
        if known and known.programming:
            yield Issue("import statements not read", detail=f"{language}: {count:,} files")


def _manifests(repo: Repository, files: DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    """The folders of Go modules and of JavaScript packages by the names that they give themselves.

    A package at the top of the repository is the repository: its name says nothing.
    """
    go: dict[str, str] = {}
    packages: dict[str, str] = {}
    small = files[(files["size"] <= MAX_MANIFEST) & (files["role"] != "vendored")]
    wanted = small[small["path"].str.contains(r"(?:^|/)(?:go\.mod|package\.json)$")]
    copies = dict(iter(wanted.sort_values("path").groupby("blob", sort=False)))
    for blob, content in repo.blobs(map(str, copies)):
        text = utf8(content or b"")[0].decode("utf-8", "replace")
        for path in copies[blob]["path"]:
            folder = posixpath.dirname(path)
            if path.endswith("go.mod"):
                if module := _MODULE.search(text):
                    go.setdefault(module[1].strip('"'), folder)
            elif folder and (name := _package_name(text)):
                packages.setdefault(name, folder)
    return go, packages


def _package_name(text: str) -> str:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    name = said.get("name") if isinstance(said, dict) else None
    return name if isinstance(name, str) else ""
