"""The stored history of a repository as facts, written straight to Parquet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from techdd import parquet
from techdd.derived import Store, arrays, from_store
from techdd.facts import Change, Commit, Identity, Parts, Tag, Trailer
from techdd.history.log import NO_OFFSET, NOTHING, PATHS, UNDATED, seconds
from techdd.history.reader import History, folder, read
from techdd.model import Issue
from techdd.repository import Repository
from techdd.text import decode


def history_facts(repository: Repository, cores: int) -> Iterator[Parts | Issue]:
    """The facts `Commit`, `Change`, `Trailer`, `Identity` and `Tag`, and what limits them."""
    yield from from_store(folder(repository), lambda: list(_facts(repository, cores)))


def _facts(repository: Repository, cores: int) -> Iterator[Parts | Issue]:
    with ThreadPoolExecutor(2) as aside:
        tagged = aside.submit(lambda: list(_tags(repository)))
        mapped = aside.submit(_mailmap_addresses, repository)
        found = read(repository, cores)
    store = found.store
    yield from _issues(store)
    commits = _commits(found)
    yield commits
    for fact, table in ((Change, "changes"), (Trailer, "trailers")):
        paths = store.files(table)
        yield Parts(fact, tuple(paths), store.count(paths))
    yield _identities(repository, store, mapped.result())
    tags: list[tuple[str, str, int]] = []
    for one in tagged.result():
        if isinstance(one, Issue):
            yield one
        else:
            tags.append(one)
    rows = arrays(tags, {"name": str, "sha": str, "created": int})
    select = (
        f"SELECT CAST(name AS VARCHAR) AS name, CAST(sha AS VARCHAR) AS sha, {_time('created')}"
    )
    yield store.facts(Tag, f"{select} FROM rows", {"rows": rows})
    store.finish(repository.head, commits.paths)


def _commits(found: History) -> Parts:
    """The commits, with a file more for those that are new."""
    store, paths = found.store, list(found.placed)
    if len(found.places["sha"]) or not paths:
        select = f"""
            SELECT sha, number, author, committer, {_time("authored")}, {_time("committed")},
                NULLIF("offset", {NO_OFFSET}) AS "offset",
                CASE parents WHEN '' THEN CAST(0 AS BIGINT)
                    ELSE length(parents) - length(replace(parents, ' ', '')) + 1 END AS parents,
                landed = sha AS mainline, landed, subject, review, assisted, reverts,
                files, added, deleted
            FROM places JOIN {parquet.files(store.files("commits"))} USING (sha)
            ORDER BY number DESC"""
        paths.append(store.root / f"Commit.{len(paths)}.parquet")
        store.write(select, paths[-1], {"places": found.places})
    return Parts(Commit, tuple(paths), store.count(paths))


def _time(column: str) -> str:
    return f"CASE {column} WHEN {UNDATED} THEN NULL ELSE to_timestamp({column}) END AS {column}"


def _identities(repository: Repository, store: Store, known: Collection[str]) -> Parts:
    """Everybody who wrote, committed or was named, by id, as the mailmap, which has the addresses
    `known`, spells them.
    """
    commits = parquet.files(store.files("commits"))
    trailers = parquet.files(store.files("trailers"))
    seen = f"""
        SELECT author AS identity, min(sha) AS sha FROM {commits} GROUP BY author
        UNION ALL SELECT committer, min(sha) FROM {commits} GROUP BY committer
        UNION ALL SELECT DISTINCT identity, '' FROM {trailers}"""
    people = parquet.files(store.files("people"))
    found = store.connection.sql(
        f"SELECT DISTINCT identity, name, email, sha FROM {people} JOIN ({seen}) USING (identity)"
    ).fetchall()
    written = {identity: (name, email) for identity, name, email, _ in found}
    named = {sha for *_, email, sha in found if sha and email.lower() in known}
    mapped = _mailmap(repository, named) if named else {}
    only_named = {written[one[0]] for one in found} - mapped.keys()
    mapped |= _mapped_contacts(repository, (one for one in only_named if one[1].lower() in known))
    rows = [(identity, *mapped.get(pair, pair)) for identity, pair in sorted(written.items())]
    spelled = arrays(rows, {"identity": str, "name": str, "email": str})
    when = f"NULLIF(authored, {UNDATED})"
    select = f"""
        SELECT identity, name, email, coalesce(commits, 0) AS commits,
            to_timestamp(first) AS first, to_timestamp(last) AS last
        FROM spelled LEFT JOIN (
            SELECT author, count(*) AS commits, min({when}) AS first, max({when}) AS last
            FROM {commits} GROUP BY author
        ) ON identity = author ORDER BY identity"""
    return store.facts(Identity, select, {"spelled": spelled})


def _mailmap_addresses(repository: Repository) -> set[str]:
    """The addresses, in lower case, that the mailmap of the audited tree names."""
    ((_, text),) = repository.blobs([f"{repository.head}:.mailmap"])
    return {decode(one).lower() for one in re.findall(rb"<([^<>\n]*)>", text or b"")}


def _mailmap(repository: Repository, shas: Iterable[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """(name, address) as written -> as the mailmap of the audited tree has it, of all who occur in
    the commits `shas`.
    """
    form = "--format=%an%x00%ae%x00%aN%x00%aE%x00%cn%x00%ce%x00%cN%x00%cE"
    command = ("log", "--no-walk=unsorted", "--stdin", "-z", "--encoding=UTF-8", "--no-patch", form)
    out = b"".join(repository.stream(*command, lines=sorted(shas)))
    values = [decode(value) for value in out.split(b"\0")[:-1]]
    return {
        (values[at], values[at + 1]): (values[at + 2], values[at + 3])
        for at in range(0, len(values), 4)
    }


def _mapped_contacts(
    repository: Repository, contacts: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """The same for (name, address) pairs that occur in no commit's head, only in trailers."""
    asked = sorted(one for one in contacts if not re.search(r"[<>\n]", "".join(one)))
    mapped = {}
    for start in range(0, len(asked), 500):
        some = asked[start : start + 500]
        texts = (f"{name} <{email}>".strip() for name, email in some)
        said = repository.git("check-mailmap", "--", *texts).splitlines()
        for one, line in zip(some, said, strict=True):
            name, _, email = decode(line).removesuffix(">").rpartition("<")
            mapped[one] = (name.strip(), email)
    return mapped


def _tags(repo: Repository) -> Iterator[tuple[str, str, int] | Issue]:
    """(name, commit, seconds) of every tag of a commit; a missing object is found first, for git
    stops at it.
    """
    listed = repo.git("for-each-ref", "refs/tags", "--format=%(objectname) %(refname:strip=2)")
    tags = [line.split(b" ", 1) for line in listed.splitlines()]
    peeled = repo.stream(
        "cat-file",
        "--batch-check=%(objectname) %(objecttype)",
        lines=(f"{identifier.decode()}^{{}}" for identifier, _ in tags),
    )
    commits: dict[bytes, str] = {}
    lost: list[bytes] = []
    for (_, name), answer in zip(tags, b"".join(peeled).splitlines(), strict=True):
        if answer.endswith(b" commit"):
            commits[name] = answer.split()[0].decode()
        elif answer.endswith(b" missing"):
            lost.append(name)
    yield from (Issue("tags whose object is missing", decode(name)) for name in lost)
    names = [f"refs/tags/{name.decode()}" for name in commits] if lost else ["refs/tags"]
    for start in range(0, len(names), 1_000):
        form = "--format=%(refname:strip=2)%00%(creatordate:unix)"
        for line in repo.git("for-each-ref", form, *names[start : start + 1_000]).splitlines():
            name, created = line.split(b"\0")
            if name in commits:
                yield decode(name), commits[name], seconds(created)


def _issues(store: Store) -> Iterator[Issue]:
    conditions = (
        f"authored = {UNDATED} OR committed = {UNDATED}", f"depth = {PATHS}", f"depth = {NOTHING}"
    )  # fmt: skip
    told = (f"count(*) FILTER ({one}), min(sha) FILTER ({one})" for one in conditions)
    select = f"SELECT {', '.join(told)} FROM {parquet.files(store.files('commits'))}"
    ((undated, _, by_path, one_by_path, bare, one_bare),) = store.connection.sql(select).fetchall()
    if undated:
        yield Issue("commits with an implausible date", detail=f"{undated:,}")
    if by_path:
        lost = "commits whose file contents are missing or damaged, such as"
        detail = f"{by_path:,} {lost} {one_by_path[:10]}"
        yield Issue("lines changed and renames are not known", detail=detail, transient=True)
    if bare:
        detail = f"{bare:,} commits whose trees are missing or damaged, such as {one_bare[:10]}"
        yield Issue("changes are not known", detail=detail, transient=True)
