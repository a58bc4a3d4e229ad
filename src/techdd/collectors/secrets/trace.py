"""Follows file versions with a secret through the history: what brought them, what took them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from techdd.collectors.secrets import archives
from techdd.collectors.secrets.engine import Hit
from techdd.collectors.secrets.plain import PURPOSE
from techdd.errors import RepositoryError
from techdd.history.log import UNDATED, seconds
from techdd.model import Issue
from techdd.repository import Repository, records
from techdd.text import clean, decode

_LOOSE_OBJECT = re.compile(r"/objects/([0-9a-f]{2})/([0-9a-f]{38}|[0-9a-f]{62})$")
_OBJECT_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# Combined diffs (-c) show a merge that holds what none of its parents does. One ref to an object
# that is not there must not cost the others: --ignore-missing is for what comes after it.
_LOG = (
    "log", "--ignore-missing", "--all", "--topo-order", "--raw", "-c", "--no-renames",
    "--no-abbrev", "-z", "--format=@%H %ct %P",
)  # fmt: skip
_SUBMODULE = b"160000"
# What kingfisher reads and then leaves out by its name, whatever it holds (tried with 2.14, one
# file a name; no option changes it).
_LEFT_OUT = re.compile(
    r"(?i:\.(?:bmp|gif|jpe?g|png|svg|tiff?|css|eot|[ot]tf|woff2?)$)|(?:^|/)go\.(?:mod|sum|work(?:\.sum)?)$"
    r"|(?:^|/)(?:deno\.lock|npm-shrinkwrap\.json|package-lock\.json|pnpm-lock\.yaml|yarn\.lock"
    r"|(?:Pipfile|poetry)\.lock|gradle\.lockfile|gradlew(?:\.bat)?|mvnw(?:\.cmd)?|javascript\.json"
    r"|MavenWrapperDownloader\.java|vendor/modules\.txt)$|verification-metadata\.xml|\.gem$"
    r"|Database\.refactorlog|gitleaks\.toml|(?:^|/)(?:node_modules|bower_components)/"
    r"|(?:^|/)vendor/(?:github\.com|golang\.org/x|google\.golang\.org|gopkg\.in|istio\.io|k8s\.io"
    r"|sigs\.k8s\.io|bundle|ruby)/"
    r"|(?:^|/)(?:angular|bootstrap|jquery(?:-?ui)?|plotly|swagger-?ui)[\w.-]*\.js(?:\.map)?$"
    r"|(?i:(?:^|/)(?:v?env|virtualenv)/lib(?:64)?/|(?:^|/)[\w.]+-[\d.]+\.dist-info/)"
    r"|(?:^|/)(?:lib(?:64)?/python[23](?:\.\d{1,2})+|python/[23](?:\.\d{1,2})+/lib(?:64)?)/",
    re.ASCII,
)
_LARGEST = 256 << 20  # bytes of a file that kingfisher reads
_TREES = 100  # that are listed whole to find files with odd names


class _Named(NamedTuple):
    """What the name of a file says of it."""

    path: str
    read: bool  # the engine reads files of that name
    held: bool  # they are there to hold credentials
    packed: bool  # they are archives


def _called(raw: bytes) -> _Named:
    path = decode(raw)
    return _Named(
        path,
        not _LEFT_OUT.search(path),
        bool(PURPOSE.search(path)),
        bool(archives.NAMED.search(path)),
    )


class Step(NamedTuple):
    """One commit that brought or took a file version at one path."""

    path: str
    old: frozenset[str]  # the version in each parent
    new: str
    commit: str
    when: datetime | None  # of the commit; None where it is implausible


class History:
    """Every file version that a commit of any branch brings, and the steps of the wanted ones
    afterwards: read in one pass while the engine searches, which says only at its end what is
    wanted.
    """

    def __init__(self, repo: Repository) -> None:
        self.commits: list[tuple[bytes, list[bytes]]] = []  # with their parents, which come later
        self.versions: dict[bytes, bool] = {}  # each that a commit names: under a name that is read
        self.purpose: dict[str, str] = {}  # those under names that hold credentials
        self.archives: dict[str, str] = {}  # those under the name of an archive
        self.issues: list[Issue] = []
        self.whole = True
        self._named: dict[bytes, _Named] = {}
        self._dates: list[bytes] = []  # of the commits
        # (versions before, version, path, place of the commit), newest first
        self._changes: list[tuple[list[bytes], bytes, _Named, int]] = []
        try:
            self._read(records(repo.stream(*_LOG, repo.head)))
        except RepositoryError as error:
            self.whole = False
            self.issues.append(Issue("history was not read to its end", detail=error.message))
        self.missing, large = _unread(repo, self.versions)
        known = f"of {len(self.versions):,}"
        if self.missing:
            detail = f"{self.missing:,} {known} are missing from the repository"
            self.issues.append(Issue("file versions not scanned for secrets", detail=detail))
        self.left_out = large + sum(not read for read in self.versions.values())
        if self.left_out:
            detail = (
                f"{self.left_out:,} {known}: by name (lock files, images, fonts, style sheets, "
            )
            detail += "installed packages and the like) or size"
            self.issues.append(Issue("file versions that the engine leaves out", detail=detail))

    def steps(self, wanted: Collection[str], paths: Collection[str]) -> list[Step]:
        """The steps of the wanted file versions, and of all in `paths` or under names that hold
        credentials, newest first.
        """
        blobs, followed = {blob.encode() for blob in wanted}, frozenset(paths)
        steps = []
        for old, new, named, place in self._changes:
            if named.held or new in blobs or named.path in followed or not blobs.isdisjoint(old):
                before = frozenset(blob.decode() for blob in old)
                commit, when = self.commits[place][0].decode(), date_of(self._dates[place])
                steps.append(Step(named.path, before, new.decode(), commit, when))
        return steps

    def _read(self, tokens: Iterator[bytes]) -> None:
        for raw in tokens:
            token = raw.lstrip(b"\n")
            if token.startswith(b"@"):
                sha, stamp, *parents = token[1:].rstrip(b" ").split(b" ")
                self.commits.append((sha, parents))
                self._dates.append(stamp)
            elif token.startswith(b":"):
                path = next(tokens)
                named = self._named.get(path) or self._named.setdefault(path, _called(path))
                sides = token.count(b":") + 1  # the parents and the result
                fields = token.lstrip(b":").split(b" ")
                *old, new = fields[sides : 2 * sides]
                self._changes.append((old, new, named, len(self.commits) - 1))
                if fields[sides - 1] != _SUBMODULE and new.strip(b"0"):
                    self.versions[new] = named.read or self.versions.get(new, False)
                    if named.held:
                        self.purpose.setdefault(new.decode(), named.path)
                    if named.packed:
                        self.archives.setdefault(new.decode(), named.path)


def in_names(
    repo: Repository, hits: Collection[Hit]
) -> tuple[dict[Hit, tuple[str, str]], set[Hit]]:
    """The hits in the names of refs, with (object, name of the ref), and those in other files of
    the overlay, which are techdd's own and none of the client's.
    """
    own = f"{repo.git_dir}/"
    ours = [hit for hit in hits if not hit.commit and hit.path.startswith(own)]
    ours = [hit for hit in ours if not _LOOSE_OBJECT.search(hit.path)]
    lines = (repo.git_dir / "packed-refs").read_text("utf-8", "replace").split("\n") if ours else []
    named = {
        hit: (lines[hit.line - 1].partition(" ")[0], clean(lines[hit.line - 1].partition(" ")[2]))
        for hit in ours
        if hit.path == f"{own}packed-refs" and hit.line <= len(lines)
    }
    return named, set(ours) - named.keys()


def blobs_of(repo: Repository, hits: Collection[Hit]) -> dict[Hit, str]:
    """The file version of each hit, as far as git knows its name."""
    blobs: dict[Hit, str] = {}
    names: dict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        loose = _LOOSE_OBJECT.search(hit.path)
        if not hit.commit:
            blobs |= {hit: "".join(loose.groups())} if loose else {}
        elif "\n" not in hit.path:
            names[f"{hit.commit}:{hit.path}"].append(hit)
            if "!" in hit.path:  # of an archive, unless "!" is part of the file's own name
                names[f"{hit.commit}:{hit.path.partition('!')[0]}"].append(hit)
    answers = b"".join(repo.stream("cat-file", "--batch-check=%(objectname)", lines=names))
    for named, answer in zip(names.values(), answers.splitlines(), strict=True):
        if _OBJECT_ID.fullmatch(answer):
            for hit in named:
                blobs.setdefault(hit, answer.decode())
    return _oddly_named(repo, [hit for hit in hits if hit.commit and hit not in blobs]) | blobs


def _oddly_named(repo: Repository, hits: Iterable[Hit]) -> dict[Hit, str]:
    """The same where git cannot be asked by name: kingfisher tells it with U+FFFD, or it breaks
    the line.
    """
    there: dict[str, dict[str, list[Hit]]] = defaultdict(lambda: defaultdict(list))
    for hit in hits:
        there[hit.commit][hit.path].append(hit)
    blobs: dict[Hit, str] = {}
    for commit, paths in sorted(there.items())[:_TREES]:
        for record in records(repo.stream("ls-tree", "-r", "-z", "--full-tree", commit)):
            head, path = record.split(b"\t", 1)
            for hit in paths.get(path.decode("utf-8", "replace"), ()):
                blobs[hit] = head.split(b" ")[2].decode()
    return blobs


def _unread(repo: Repository, versions: Collection[bytes]) -> tuple[int, int]:
    """How many of the objects are not in the store, as in a partial clone; how many too large."""
    sizes = repo.sizes(version.decode() for version in sorted(versions))
    return len(versions) - len(sizes), sum(size > _LARGEST for size in sizes.values())


def date_of(raw: bytes) -> datetime | None:
    """A date of git; None for what no commit can honestly say."""
    when = seconds(raw)
    return None if when == UNDATED else datetime.fromtimestamp(when, UTC)
