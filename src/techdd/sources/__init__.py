"""What an adviser names, one by one or many at a time, as repositories of an engagement.

One module a format of what names many: a function under `@many`, which yields `Named` or returns
None where the file is none of its own. Nothing is cloned and the network is not asked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from techdd import files
from techdd.cloning import is_url
from techdd.errors import RepositoryError, TechddError
from techdd.intake import check_source
from techdd.plugins import discover
from techdd.policy import LeftOut, RepositoryEntry
from techdd.text import clean, without_credentials

MOST = 5_000  # repositories of one engagement
MAX_BYTES = 64_000_000  # of a file that names them; a host tells some 6,000 bytes of each
LONGEST_LINE = 2_000  # characters of a path or URL
LONGEST = 80  # characters of a name and of a group
SKIPPED = ("forks", "archived")  # what can be left out, as options call it


@dataclass(frozen=True)
class Named:
    """One repository as a list or an export names it; "" where it does not say.

    `fork` and `archived` are None where it does not tell. `where` is its place in the file.
    """

    source: str
    name: str = ""
    group: str = ""
    revision: str = ""
    fork: bool | None = None
    archived: bool | None = None
    where: str = ""


class Handed(NamedTuple):
    """A file or folder that names many; `text` is "" for a folder, `ssh` asks for such addresses
    where there are two.
    """

    path: Path
    text: str
    ssh: bool


@dataclass(frozen=True)
class Many:
    """A format of what names many repositories; `read` gives None for what is none."""

    name: str
    read: Callable[[Handed], Iterable[Named] | None]


@dataclass(frozen=True)
class Taken:
    """What was taken over, what was left out and why, and what is to be told."""

    entries: tuple[RepositoryEntry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    known: int = 0  # that the engagement has already
    doubts: tuple[str, ...] = ()


NOTHING = Taken()


def many(read: Callable[[Handed], Iterable[Named] | None]) -> Many:
    """Makes a Many of a function, named as the function is."""
    return Many(read.__name__, read)


def entries(sources: Iterable[str], known: Iterable[RepositoryEntry] = ()) -> list[RepositoryEntry]:
    """Repository entries of those paths and URLs that are not `known`, each once and with a short
    unique name.

    Raises RepositoryError for a path where no git repository is.
    """
    named = []
    for source in sources:
        place = source if is_url(source) else str(Path(source).resolve())
        check_source(place)
        named.append(Named(place))
    return _entries(named, known)


def taken(
    paths: Sequence[Path],
    known: Sequence[RepositoryEntry] = (),
    *,
    skip: Sequence[str] = (),
    ssh: bool = False,
    group: str = "",
) -> Taken:
    """The repositories that the files and folders in `paths` name and that are not `known`.

    `skip` leaves out "forks" or "archived" ones; `ssh` prefers such addresses; `group` is that of
    all of them. What cannot be opened is taken over all the same, so that the report says so.
    Raises TechddError for a file that names nothing, or too much.
    """
    named: list[Named] = []
    for path in dict.fromkeys(paths):
        named += _named(path, ssh=ssh)
    kept, left = [], []
    for one in named:
        why = _reason(one, skip)
        if why:
            left.append(LeftOut(source=without_credentials(one.source), why=why))
        else:
            kept.append(one)
    found = _entries(kept, known, group)
    if len(found) > MOST:
        raise TechddError(f"name {len(found):,} repositories; {MOST:,} are one engagement's most")
    had = {_place(one.source) for one in known}
    again = len({_place(one.source) for one in kept} & had)
    return Taken(tuple(found), tuple(dict.fromkeys(left)), again, tuple(_doubts(found)))


def _named(path: Path, *, ssh: bool) -> list[Named]:
    handed = Handed(path, "" if path.is_dir() else _text(path), ssh)
    # In the order of their names: `written`, which takes any text, comes last.
    for form in discover("techdd.sources", Many).values():
        found = form.read(handed)
        if found is not None:
            named = list(found)
            if not named:
                raise TechddError("names no repository", path)
            return named
    raise TechddError(
        "is no list, table, export or folder of repositories that is known; a list has a path or "
        "clone URL a line, docs/portfolio.md tells the others", path,
    )  # fmt: skip


def _text(path: Path) -> str:
    try:
        text = files.content(path, MAX_BYTES, piped=True).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TechddError("is not written in UTF-8", path) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _reason(one: Named, skip: Sequence[str]) -> str:
    """Why `one` is left out; "" where it is not. Raises TechddError where it does not tell."""
    for option, said, why in (("forks", one.fork, "fork"), ("archived", one.archived, "archived")):
        if option in skip and said is None:
            raise TechddError(
                f"does not tell which repositories are {option}; leave out --skip {option}, or "
                "hand in an export, or a CSV table, that tells",
                one.where,
            )
        if option in skip and said:
            return why
    if is_url(one.source):
        try:
            check_source(one.source)
        except RepositoryError:
            return "its address holds a password"
    return ""


def _doubts(found: Iterable[RepositoryEntry]) -> Iterator[str]:
    """What of the paths holds no repository now; the audit says the same of them."""
    for one in found:
        try:
            check_source(one.source)
        except RepositoryError as error:
            yield str(error)


def _entries(
    named: Sequence[Named], known: Iterable[RepositoryEntry], group: str = ""
) -> list[RepositoryEntry]:
    """Those that are not `known`, each once.

    Of several with one name each is called by its group too, whatever their order; then by number.
    """
    known = list(known)
    seen = {_place(entry.source) for entry in known}
    # Names become file names, and some file systems do not tell cases apart.
    names = {entry.name.casefold() for entry in known}
    fresh = []
    for one in named:
        if _place(one.source) not in seen:
            seen.add(_place(one.source))
            fresh.append(one)
    wanted = [_short_name(one.name or one.source) for one in fresh]
    often = Counter(name.casefold() for name in wanted)
    found = []
    for one, short in zip(fresh, wanted, strict=True):
        own = clean(one.group)[:LONGEST]
        clash = often[short.casefold()] > 1 or short.casefold() in names
        base = _short_name(f"{own.rsplit('/', 1)[-1]}-{short}") if own and clash else short
        name, number = base, 2
        while name.casefold() in names:
            name, number = f"{base[: LONGEST - 6]}-{number}", number + 1
        names.add(name.casefold())
        found.append(
            RepositoryEntry(
                name=name, source=one.source, revision=one.revision, group=group or own
            )
        )  # fmt: skip
    return found


def _short_name(source: str) -> str:
    parts = [part for part in re.split(r"[/:\\]", without_credentials(source)) if part]
    meaningful = [part for part in parts if part not in (".git", "repo", "repo.git")]
    name = (meaningful or ["repository"])[-1].removesuffix(".git")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:LONGEST] or "repository"


def _place(source: str) -> str:
    """What is the same for all addresses of one repository."""
    if not is_url(source):
        return source
    bare = re.sub(r"^[A-Za-z][\w+.-]*://", "", source).rpartition("@")[2].replace(":", "/", 1)
    host, _, path = bare.rstrip("/").removesuffix(".git").partition("/")
    return f"{host.casefold()}/{path}"


def namespace(url: str) -> str:
    """The folders before the name in a clone URL: "acme/payments" of https://host/acme/payments/x;
    "" where there are none.
    """
    place = re.sub(r"^[A-Za-z][\w+.-]*://[^/]*|^[^/:]*:", "", without_credentials(url))
    return "/".join(part for part in place.split("/") if part).rpartition("/")[0]


def place(source: str, file: Path, where: str) -> str:
    """`source` as it stands in `file`; a relative path counts from the folder of the file.

    Raises TechddError for what can be neither a path nor a URL.
    """
    if len(source) > LONGEST_LINE or not source.isprintable():
        raise TechddError("is neither a path nor a clone URL", where)
    return source if is_url(source) else str((file.parent / Path(source).expanduser()).resolve())
