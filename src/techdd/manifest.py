"""The evidence manifest: what a report rests on, file by file, for machines to check.

Files of the engagement hold names, addresses and what people said. A plain digest would let a
reader of the report try guesses on them, so theirs is keyed (HMAC-SHA-256) with `manifest.key` of
the engagement; what ships with the tool is public and has a plain one. Names are those of the
layout of an engagement: files that people name as they like are numbered.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from techdd import files
from techdd.errors import TechddError
from techdd.folders import data
from techdd.model import EvidenceFile, Report
from techdd.text import clean

if TYPE_CHECKING:
    from techdd.workspace import Workspace

FILE = "evidence-manifest.json"  # what it is called within a report
KEY = "manifest.key"
SCHEMA = "techdd-evidence-manifest"
SCHEMA_VERSION = 1
SHIPPED = "techdd/"
MAX_REPOSITORIES = 5_000  # each of which is opened to look for its commit
_LAYOUT = (
    "engagement.yaml",
    "people.yaml",
    "roster.yaml",
    "licences.yaml",
    "debt.yaml",
    "roles.yaml",
    "hiring.yaml",
    "scoring.yaml",
    "statements.yaml",
    "triage.yaml",
    "pseudonyms.json",
    "responses.jsonl",
    "answers/journal.jsonl",
)
_NAMED_BY_PEOPLE = (
    ("asked", "asked/*.yaml"),
    ("checklists", "checklists/**/*.yaml"),
    ("commentary", "commentary/**/*.md"),
    ("templates", "templates/**/*.*"),
    ("vex", "vex/[!.]*"),
)
_NUMBER = re.compile(r"/\d+$")


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


_Text = Annotated[str, Field(max_length=2_000)]


class Repository(_Read):
    """One repository and its audited commit; "" where it could not be opened."""

    name: _Text
    commit: Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})?$")]


class Entry(_Read):
    """One file and its digest."""

    name: _Text
    digest: Annotated[str, Field(pattern=r"^(hmac-)?sha256:[0-9a-f]{64}$")]


class Manifest(_Read):
    """A manifest as it was read from a report."""

    manifest: Literal["techdd-evidence-manifest"]
    schema_version: Literal[1]
    title: _Text
    client: _Text
    adviser: _Text
    date: _Text
    audience: _Text
    tool: _Text
    versions: dict[_Text, _Text]
    repositories: Annotated[tuple[Repository, ...], Field(max_length=MAX_REPOSITORIES)]
    findings: tuple[_Text, ...]
    evidence: tuple[Entry, ...]


# --- written --------------------------------------------------------------------------------------


def written(report: Report) -> bytes:
    """The manifest of `report` as JSON, keys sorted: equal reports give equal bytes."""
    content = {
        "manifest": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "title": clean(report.title),
        "client": clean(report.client),
        "adviser": clean(report.adviser),
        "date": report.date,
        "audience": report.audience,
        "tool": report.tool,
        "versions": {clean(name): clean(version) for name, version in report.versions},
        "repositories": [{"name": clean(one.name), "commit": one.commit} for one in report.scope],
        "findings": [one.id for one in report.findings],
        "evidence": [{"name": one.name, "digest": one.digest} for one in report.evidence],
    }
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode()


def gather(workspace: Workspace, *, again: bool = False) -> tuple[EvidenceFile, ...]:
    """Every file that an assessment of the engagement reads, sorted by name.

    `again`, to compare with an earlier report, asks for the key of then. Raises TechddError where a
    file cannot be read, or the key is not there or cannot be kept.
    """
    key = _key(workspace.root, again=again)
    files = [
        *((name, f"hmac-sha256:{_digest(path, key)}") for name, path in _own(workspace)),
        *((name, f"sha256:{_digest(path)}") for name, path in _shipped()),
    ]
    return tuple(EvidenceFile(name, digest) for name, digest in sorted(files))


def same_place(name: str) -> str:
    """What the names of files have in common that are told apart by a number only, which another
    file beside them would change; else the name itself.
    """
    return _NUMBER.sub("", name)


def _own(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """(name in the manifest, path) of the engagement's own files."""
    root, entries = workspace.root, workspace.engagement.repositories
    for name in _LAYOUT:
        yield from ((name, path) for path in _files([root / name]))
    for path in workspace.evidence.files(workspace.names):
        yield path.relative_to(root).as_posix(), path
    for kind, pattern in _NAMED_BY_PEOPLE:
        yield from _numbered(kind, sorted(root.glob(pattern)))
    for entry in entries:
        yield from _numbered(f"sarif/{entry.name}", (root / one for one in entry.sarif))
        yield from _numbered(f"coverage/{entry.name}", (root / one for one in entry.coverage))


def _numbered(kind: str, paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    return ((f"{kind}/{number}", path) for number, path in enumerate(_files(paths), 1))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Those that are files: a pipe that somebody named as a report would be waited for for ever."""
    return (path for path in paths if path.is_file())


def _shipped() -> Iterator[tuple[str, Path]]:
    folder = data("checklists")
    for path in folder.rglob("*.yaml"):
        yield f"{SHIPPED}checklists/{path.relative_to(folder).as_posix()}", path


def _digest(path: Path, key: bytes = b"") -> str:
    made = partial(hmac.new, key, digestmod="sha256") if key else hashlib.sha256
    try:
        with files.opened(path) as file:
            return hashlib.file_digest(file, made).hexdigest()
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror}", path) from None


def _key(root: Path, *, again: bool) -> bytes:
    """The key of the engagement's digests, made where there is none yet."""
    path = root / KEY
    try:
        if not (again or path.exists()):
            files.write_atomic(path, f"{secrets.token_hex(32)}\n".encode(), mode=0o600)
        key = bytes.fromhex(files.read(path).decode().strip())
    except OSError as error:
        what = "read" if again else "kept"
        raise TechddError(f"cannot be {what}: {error.strerror}", path) from None
    except ValueError:
        key = b""
    if len(key) < 32:
        raise TechddError("is damaged: digests cannot be made like those of earlier reports", path)
    return key


# --- read -----------------------------------------------------------------------------------------


def read(raw: bytes) -> Manifest:
    """The manifest in `raw`. Raises ValueError, whose text says what is wrong with it."""
    try:
        found = Manifest.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "document"
        raise ValueError(f"{place}: {first['msg']}") from None
    json.loads(raw, object_pairs_hook=_refuse_twice)
    return found


def _refuse_twice(pairs: list[tuple[str, object]]) -> None:
    """What is there twice is read in one way by some programs and in another by others."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError("has a key twice")
