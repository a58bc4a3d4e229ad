"""Takes in what a client hands over: a folder becomes a `Repository`.

git never runs on a client's folder, whose configuration can start programs. It runs on an overlay:
a bare git directory with our configuration, the client's refs (each checked to be an object id) and
a pointer to the client's objects. Nothing is copied, written there or executed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from techdd import sandbox
from techdd.cloning import is_url, refuse_credentials
from techdd.errors import RepositoryError
from techdd.files import write_changed
from techdd.model import Issue
from techdd.refs import OBJECT_ID, is_small_file, read_refs
from techdd.repository import GIT_ENVIRONMENT, Repository, first_line, git_program
from techdd.standin import check_bill, open_bill
from techdd.text import clean

MAX_ENTRIES = 2_000_000  # of the audited tree, folders included; a git bomb has 10^10


def check_source(source: str) -> None:
    """Raises RepositoryError for a path where neither a git repository nor a bill of materials is;
    asks nothing of a URL but that it holds no password.
    """
    if not is_url(source) and Path(source).is_file():
        check_bill(Path(source))
    elif not is_url(source):
        with _laid_out_by_a_client(Path(source)):
            _git_dir(Path(source))
    else:
        refuse_credentials(source)


def open_repository(name: str, source: Path, overlay: Path, revision: str = "") -> Repository:
    """The repository in the folder `source` (work tree or bare), through an overlay in `overlay`.

    `revision` is a branch, a tag or a commit id; empty means what HEAD points to. A file is a bill
    of materials that stands in for one. Raises RepositoryError where there is nothing to audit or
    where the folder reaches outside itself.
    """
    if source.is_file():
        if revision:
            raise RepositoryError(f"is a file, which has no revision {revision!r}", source)
        return open_bill(name, source, overlay)
    with _laid_out_by_a_client(source):
        return _open(name, source, overlay, revision)


@contextmanager
def _laid_out_by_a_client(source: Path) -> Iterator[None]:
    """Links in a circle, a NUL in a path or endless folders end in a RepositoryError too."""
    try:
        yield
    except RecursionError:
        raise RepositoryError("cannot be opened: folders nested too deeply", source) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise RepositoryError(f"cannot be opened: {clean(str(error))}", source) from None


def _open(name: str, source: Path, overlay: Path, revision: str) -> Repository:
    client, overlay = _git_dir(source), overlay.resolve()
    config = _configuration(client)
    if config.get("extensions.refstorage", "files") != "files":
        raise RepositoryError(
            "keeps its refs as reftable; clone it with 'git clone --mirror'", source
        )
    sha256 = config.get("extensions.objectformat") == "sha256"
    objects = _objects(client, source)
    refs, issues = read_refs(client)
    branch, head, head_issues = _resolve(client, refs, revision, source)
    shallow = _object_ids(client / "shallow")
    if shallow:
        head_issues.append(Issue("history is truncated (shallow clone)"))
    if is_small_file(client / "info" / "grafts"):
        head_issues.append(Issue("grafts rewrite the history; they were not applied"))

    known = _write_overlay(overlay, objects, refs, head, shallow, sha256=sha256)
    state = hashlib.sha256(known.encode("utf-8", "surrogateescape")).hexdigest()
    repository = Repository(
        name, overlay, head, branch, state, bool(shallow), (*issues, *head_issues)
    )
    commit = _commit(repository, source)
    write_changed(overlay / "HEAD", f"{commit}\n".encode())
    repository = replace(repository, head=commit)
    _refuse_bomb(repository, source)
    return repository


def _git_dir(source: Path) -> Path:
    """The git directory of `source`, which must lie inside it."""
    try:
        if not source.is_dir():
            what = "is a file" if source.exists() else "no such folder"
            raise RepositoryError(f"{what}; give the folder of a git repository", source)
        dot_git = source / ".git"
        if dot_git.is_file():
            link = dot_git.read_bytes()[:4096].decode("utf-8", "replace")
            target = (source / link.removeprefix("gitdir:").strip()).resolve()
        elif dot_git.is_dir():
            target = dot_git.resolve()
        elif all((source / part).exists() for part in ("HEAD", "objects", "refs")):
            return source.resolve()
        else:
            os.scandir(source).close()  # of what cannot be read nobody can say that
            raise RepositoryError(_no_repository(source), source)
    except PermissionError as error:
        raise RepositoryError(f"cannot be read: {error.strerror}", error.filename) from None
    common = target / "commondir"
    if is_small_file(common):
        store = (target / os.fsdecode(common.read_bytes()[:4096].strip())).resolve()
        main = store.parent if store.name == ".git" else store
        raise RepositoryError(f"is a linked worktree of {clean(str(main))}; audit that one", source)
    if not target.is_relative_to(source.resolve()):
        raise RepositoryError(
            f"its .git points outside the folder, to {clean(str(target))}; audit that one", source
        )
    return target


def _no_repository(source: Path) -> str:
    for parent in source.resolve().parents:
        if (parent / ".git").exists():
            return f"is a folder inside the repository {parent}; give that path"
    return (
        "is no git repository (no .git, not bare); a bill of materials is given as a file, "
        "a folder of repositories with --from"
    )


def _configuration(client: Path) -> dict[str, str]:
    """The client's settings that say how its store is laid out; read as data, never in force."""
    path = client / "config"
    if not is_small_file(path):
        return {}
    command = [git_program(), "config", "--file", str(path), "--no-includes", "--null", "--list"]
    done = sandbox.run(command, env=GIT_ENVIRONMENT, timeout=30)
    if done.returncode:
        raise RepositoryError(f"its git configuration is broken: {first_line(done.stderr)}", path)
    pairs = (item.partition("\n") for item in done.stdout.decode("utf-8", "replace").split("\0"))
    return {key.lower(): value.lower() for key, _, value in pairs}


def _objects(client: Path, source: Path) -> Path:
    """The client's object store, after checking that nothing in it is another's."""
    inside = source.resolve()
    objects = (client / "objects").resolve()
    stores = [objects]
    for store in stores:  # grows while it is walked: what is borrowed from may borrow in turn
        parts = [path for depth in ("*", "*/*", "*/*/*") for path in store.glob(depth)]
        for path in parts:
            if not (path.is_file() or path.is_dir()):
                # From a pipe that nobody writes to git would read for ever.
                raise RepositoryError(f"holds {clean(str(path))}, no file and no folder", source)
        links = [path for path in parts if path.is_symlink()]
        borrowed = _alternates(store)
        for path in (store, *links, *borrowed):
            if not path.resolve().is_relative_to(inside):
                raise RepositoryError(
                    f"borrows objects from {clean(str(path.resolve()))}, outside the folder; "
                    "make a copy with 'git clone --mirror --no-local'",
                    source,
                )
        stores += sorted({path.resolve() for path in borrowed} - set(stores))
    return objects


def _alternates(store: Path) -> list[Path]:
    """The stores that git would look into besides `store`."""
    path = store / "info" / "alternates"
    lines = os.fsdecode(path.read_bytes()).split("\n") if is_small_file(path) else []
    if any(line.startswith('"') for line in lines):
        raise RepositoryError("names a store by a quoted path; write it plainly", path)
    return [store / line for line in lines if line and not line.startswith("#")]


def _resolve(
    client: Path, refs: dict[str, str], revision: str, source: Path
) -> tuple[str, str, list[Issue]]:
    """(branch name, commit id, issues) of what is to be audited."""
    if revision:
        for prefix in ("refs/heads/", "refs/tags/", "refs/remotes/origin/", ""):
            if prefix + revision in refs:
                return clean(revision), refs[prefix + revision], []
        if OBJECT_ID.fullmatch(revision):
            return "", revision, []
        raise RepositoryError(f"has no branch, tag or full commit id {revision!r}", source)
    head = client / "HEAD"
    raw = head.read_bytes()[:4096] if is_small_file(head) else b""
    text = raw.decode("utf-8", "surrogateescape").strip()
    if OBJECT_ID.fullmatch(text):
        return "", text, []
    name = text.removeprefix("ref:").strip()
    if name in refs:
        return clean(name.removeprefix("refs/heads/")), refs[name], []
    branches = [ref for ref in refs if ref.startswith(("refs/heads/", "refs/remotes/origin/"))]
    usual = [
        ref
        for branch in ("main", "master", "trunk", "develop")
        for ref in branches
        if ref.endswith(f"/{branch}")
    ]
    if not branches:
        raise RepositoryError("is empty: it has no commit on any branch, nothing to audit", source)
    chosen = (usual or branches)[0]
    issue = Issue(f"HEAD names no existing branch; {clean(chosen)} was audited instead")
    return clean(chosen.split("/")[-1]), refs[chosen], [issue]


def _object_ids(path: Path) -> tuple[str, ...]:
    if not is_small_file(path):
        return ()
    return tuple(sorted(OBJECT_ID.findall(path.read_bytes().decode("ascii", "replace"))))


def _write_overlay(
    overlay: Path,
    objects: Path,
    refs: dict[str, str],
    head: str,
    shallow: tuple[str, ...],
    *,
    sha256: bool,
) -> str:
    """Writes the overlay; returns all in it that can change what is read."""
    settings = [
        "[core]",
        "bare = true",
        f"repositoryformatversion = {int(sha256)}",
        "commitGraph = false",  # the client's index of its commits could name other parents
        "deltaBaseCacheLimit = 256m",  # what later versions of a file are told against; 96m else
    ]
    settings += ["[extensions]", "objectformat = sha256"] if sha256 else []
    files = {
        "config": "".join(f"{line}\n" for line in settings),
        "HEAD": f"{head}\n",
        "packed-refs": "".join(f"{identifier} {name}\n" for name, identifier in refs.items()),
        "objects/info/alternates": f"{objects}\n",
    }
    (overlay / "refs").mkdir(parents=True, exist_ok=True)
    if shallow:
        files["shallow"] = "".join(f"{identifier}\n" for identifier in shallow)
    else:
        (overlay / "shallow").unlink(missing_ok=True)
    for name, text in files.items():
        write_changed(overlay / name, text.encode("utf-8", "surrogateescape"))
    return "".join(files.get(name, "") for name in ("HEAD", "packed-refs", "shallow"))


def _commit(repository: Repository, source: Path) -> str:
    """The commit that the audited id is or, as a tag, points to."""
    named = repository.head
    form = "--batch-check=%(objecttype) %(objectname)"
    kind = what = commit = ""
    with suppress(RepositoryError):  # it is damaged
        answers = repository.stream("cat-file", form, lines=(named, f"{named}^{{commit}}"))
        (kind, _), (what, commit) = map(str.split, b"".join(answers).decode().splitlines())
    if what == "commit":
        return commit
    if kind in ("blob", "tree"):
        raise RepositoryError(f"{named[:12]} is a {kind}, not a commit", source)
    raise RepositoryError(f"commit {named[:12]} is missing; fetch it or audit another", source)


def _refuse_bomb(repository: Repository, source: Path) -> None:
    """A dozen objects can stand for more files than any program lists to the end."""
    entries = 0
    try:
        for chunk in repository.stream("ls-tree", "-r", "-t", "-z", "--name-only", repository.head):
            entries += chunk.count(b"\0")
            if entries > MAX_ENTRIES:
                break
    except RepositoryError as error:
        raise RepositoryError(
            f"folders of the audited commit are missing or damaged ({error.message}); "
            "make a full copy with 'git clone --mirror'",
            source,
        ) from None
    if entries > MAX_ENTRIES:
        raise RepositoryError(f"has more than {MAX_ENTRIES:,} files in its tree", source)
