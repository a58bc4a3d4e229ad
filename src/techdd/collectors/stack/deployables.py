"""What can be started or shipped: images, services, workloads, jobs, programs, apps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from posixpath import basename, dirname
from typing import NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors._practice_patterns import COMPOSE, DOCKERFILE, DOCUMENTS, FOREIGN
from techdd.collectors.stack import containers, programs
from techdd.collectors.stack.started import Started
from techdd.collectors.stack.uses import use_of
from techdd.guard import one_file
from techdd.model import Issue
from techdd.repository import MISSING, Entry, Repository
from techdd.text import disguised, masked, without_credentials

MAX_FILE = 1_000_000  # bytes
_LONGEST = 120  # characters of a name or a detail


class Deployable(NamedTuple):
    """One thing that a file of the repository lets be started or shipped."""

    kind: str  # such as "container image", "service", "scheduled job", "command"
    name: str
    path: str
    line: int | None
    detail: str  # how it is started, or what says so
    images: str  # of others that it runs or is built upon, with a space between
    use: str  # one of uses.USES


IMAGE = "container image"  # the kind of what a Dockerfile builds


Reader = Callable[[str, bytes], Iterator[Started]]

# The first pattern that fits a path in lower case decides.
_READERS: tuple[tuple[re.Pattern[str], Reader], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (DOCKERFILE.pattern, containers.dockerfile),
        (COMPOSE, containers.compose),
        (r"^\.(?:github|forgejo|gitea)/workflows/[^/]+\.ya?ml$", containers.workflow),
        (r"(?:^|/)serverless\.ya?ml$", containers.serverless),
        (r"(?:^|/)chart\.ya?ml$", containers.chart),
        (r"(?:^|/)procfile$", programs.procfile),
        (r"(?:^|/)(?:crontab|cron\.d/[^/]+|[\w.-]+\.cron)$", programs.crontab),
        (r"(?:^|/)package\.json$", programs.package_json),
        (r"(?:^|/)pyproject\.toml$", programs.pyproject),
        (r"(?:^|/)setup\.(?:cfg|py)$", programs.setuptools),
        (r"(?:^|/)(?:manage|wsgi|asgi)\.py$", programs.python_web),
        (r"(?:^|/)cargo\.toml$", programs.cargo),
        (r"(?:^|/)src/main\.rs$", programs.rust_main),
        (r"\.go$", programs.go_main),
        (r"\.(?:java|kt|groovy)$", programs.spring_main),
        (r"(?:^|/)pom\.xml$", programs.maven),
        (r"(?:^|/)build\.gradle(?:\.kts)?$", programs.gradle),
        (r"\.(?:cs|fs|vb)proj$", programs.dotnet),
        (r"(?:^|/)composer\.json$", programs.composer),
        (r"(?:^|/)(?:artisan|config\.ru|public/index\.php)$", programs.by_name),
        (r"(?:^|/)(?:app\.ya?ml|fly\.toml|render\.ya?ml|vercel\.json|netlify\.toml)$",
         programs.platform),
        (r"(?:^|/)androidmanifest\.xml$", programs.android),
        (r"\.xcodeproj/project\.pbxproj$", programs.xcode),
        (r"\.ya?ml$", containers.manifest),
    )
)  # fmt: skip

# Readers of files of which few let anything be started.
_ANY = (containers.manifest, programs.go_main, programs.spring_main)


@collector(makes=(Deployable,), version=2)
def deployables(repo: Repository) -> Gathered:
    """Every entry point and deployable that a file names; other people's code does not count."""
    entries = [
        one
        for one in repo.regular_files()
        if not FOREIGN.search(one.path.lower()) and not DOCUMENTS.search(one.path.lower())
    ]
    charts = {dirname(one.path) for one in entries if basename(one.path).lower() == "chart.yaml"}
    wanted: list[tuple[Entry, Reader]] = []
    unfilled: Counter[str] = Counter()
    for entry in entries:
        reader = _reader(entry.path)
        if reader is None:
            continue
        if chart := _chart_of(entry.path, charts):
            unfilled[chart] += 1
            continue
        if 0 <= entry.size <= MAX_FILE:
            wanted.append((entry, reader))
        elif reader not in _ANY:
            yield Issue("file too large to be searched for deployables", entry.path)
    for chart, count in sorted(unfilled.items()):
        yield Issue("Helm templates are not filled in", chart, f"{count:,} files")
    contents = repo.blobs(entry.blob for entry, _ in wanted)
    for (entry, reader), (_, content) in zip(wanted, contents, strict=True):
        if content is None:
            yield Issue(MISSING, entry.path, transient=True)
            continue
        rows: list[Started] = []
        try:
            with one_file(content):
                rows.extend(reader(entry.path, content))
        except ValueError as error:
            yield Issue("file could not be searched for deployables", entry.path, str(error)[:200])
        # What a pipeline does by the clock may be a job of the product, and is told.
        use = "production" if reader is containers.workflow else use_of(entry.path)
        for kind, name, line, detail, images in rows:
            named = disguised(name)[:_LONGEST]
            # Masked before it is cut: of half a token nobody could tell that it is one.
            told = masked(detail)[:_LONGEST]
            held = masked(without_credentials(images))
            yield Deployable(kind, named, entry.path, line, told, held, use)


def _reader(path: str) -> Reader | None:
    lower = path.lower()
    return next((reader for pattern, reader in _READERS if pattern.search(lower)), None)


def _chart_of(path: str, charts: set[str]) -> str:
    """The folder of the chart of which a file is a template: YAML only once Helm has filled it in;
    "" for none.
    """
    folder, mark, _ = path.partition("/templates/")
    return folder if mark and folder in charts else ""
