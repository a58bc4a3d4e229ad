"""The whole history in one streamed pass: commits, changes, identities and tags; and activity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.errors import RepositoryError
from techdd.facts import Change, Columns, Commit, Identity, Person, Tag
from techdd.identity import FREE_MAIL, by_person
from techdd.model import Issue, Metric, Observation, Series, fingerprint
from techdd.repository import Repository, records
from techdd.text import decode

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp

_FIELDS = ("@%H", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%aN", "%aE", "%B")
_LOG = ("log", "-z", "--date-order", "--encoding=UTF-8", f"--format={'%x00'.join(_FIELDS)}")
_DIFF = ("--raw", "--numstat", "-M", "--no-abbrev")
_DIFF_WITHOUT_CONTENT = ("--raw", "--no-renames", "--no-abbrev")
_SUBMODULE = b"160000"

_TRAILER = re.compile(
    rb"^(reviewed-by|approved-by|acked-by|signed-off-by):[ \t]*(.*?)[ \t]*$", re.I | re.M
)
_PULL_REQUEST = re.compile(
    rb"\(#\d+\)\s*$|^Merge pull request #\d+|^Merged? (?:PR|in|pull request) |^See merge request |"
    rb"^Pull Request #\d+|^Merge branch '.+' into |^Differential Revision:|^Reviewed-on:|^PR-URL:|"
    rb"^Closes? (?:PR )?#\d+ from ",
    re.M,
)
_ASSISTANT = re.compile(
    rb"^(?:co-authored-by|assisted-by|generated-by):.*\b(?:claude|copilot|cursor|aider|codex|devin|gemini"
    rb"|chatgpt|gpt-\d|windsurf|cody|amazon q|jules|openhands|sweep)\b|generated with \[?claude",
    re.I | re.M,
)


@collector(makes=(Commit, Change, Identity, Tag), version=1, minutes=120)
def history(repo: Repository) -> Gathered:
    """Every commit reachable from the audited one, read once from `git log`.

    Merges count as commits and carry no changes of their own. Where a blob is missing, git cannot
    count lines or find renames: the paths stand and the counts are unknown.
    """
    yield from repo.issues
    log = _Log(repo.head)
    try:
        log.read(repo.stream(*_LOG, *_DIFF, repo.head))
    except RepositoryError as error:
        log = _Log(repo.head)
        log.read(repo.stream(*_LOG, *_DIFF_WITHOUT_CONTENT, repo.head))
        yield Issue("lines changed and renames are not known", detail=error.message)
    expected = int(repo.git("rev-list", "--count", repo.head))
    if len(log.commits["sha"]) != expected:
        raise RepositoryError(f"read {len(log.commits['sha'])} of {expected} commits", repo.name)
    if log.implausible:
        yield Issue("commits with an implausible date", detail=f"{log.implausible:,}")
    yield Columns(Commit, log.finished_commits())
    yield Columns(Change, log.changes)
    yield from log.identities()
    yield from _tags(repo)


class _Log:
    """Parses the stream of `git log` into columns.

    At the start of a token the stream holds a commit ("@"), a raw change (":") or line counts (a
    digit or "-"); paths come only where one of these says so, so no path can pass for another.
    """

    def __init__(self, head: str) -> None:
        self.head = head
        self.commits: dict[str, list[Any]] = {name: [] for name in Commit._fields}
        self.changes: dict[str, list[Any]] = {name: [] for name in Change._fields}
        self.implausible = 0
        self._parents: dict[str, list[str]] = {}
        self._people: dict[str, list[Any]] = {}
        self._paths: dict[bytes, str] = {}

    def read(self, chunks: Iterator[bytes]) -> None:
        tokens = records(chunks)
        place: dict[bytes, int] = {}  # path -> row of the present commit's change
        for raw in tokens:
            token = raw[1:] if raw[:1] == b"\n" else raw
            first = token[:1]
            if first == b"@":
                place = {}
                self._commit([token[1:], *(next(tokens) for _ in _FIELDS[1:])])
            elif first == b":":
                self._change(token, tokens, place)
            elif token:
                self._count(token, tokens, place)

    def _commit(self, fields: list[bytes]) -> None:
        (
            raw_sha,
            parents,
            name,
            email,
            at,
            c_name,
            c_email,
            c_at,
            mapped_name,
            mapped_email,
            body,
        ) = fields
        sha = raw_sha.decode()
        self._parents[sha] = parents.decode().split()
        authored, committed = self._date(at), self._date(c_at)
        author = self._identity(name, email, mapped_name, mapped_email, authored, counts=True)
        row = self.commits
        row["sha"].append(sha)
        row["author"].append(author)
        row["committer"].append(
            self._identity(c_name, c_email, c_name, c_email, None, counts=False)
        )
        row["authored"].append(authored)
        row["committed"].append(committed)
        row["parents"].append(len(self._parents[sha]))
        row["subject"].append(decode(body.split(b"\n", 1)[0][:500]))
        row["review"].append(_review_mark(body, name, email))
        row["assisted"].append(bool(_ASSISTANT.search(body)))
        for column in ("files", "added", "deleted"):
            row[column].append(0)

    def _change(self, token: bytes, tokens: Iterator[bytes], place: dict[bytes, int]) -> None:
        old_mode, new_mode, _, _, status = token[1:].split(b" ")
        path = next(tokens)
        old = None
        if status[:1] in b"RC":
            old, path = path, next(tokens)
        if _SUBMODULE in (old_mode, new_mode):
            return
        row = self.changes
        place[path] = len(row["sha"])
        row["sha"].append(self.commits["sha"][-1])
        row["path"].append(self._path(path))
        row["old_path"].append(self._path(old) if old is not None else None)
        row["status"].append(status[:1].decode())
        row["added"].append(None)
        row["deleted"].append(None)
        self.commits["files"][-1] += 1

    def _count(self, token: bytes, tokens: Iterator[bytes], place: dict[bytes, int]) -> None:
        added, deleted, path = token.split(b"\t", 2)
        if not path:
            next(tokens)
            path = next(tokens)
        if path in place and added != b"-":
            number = place[path]
            self.changes["added"][number] = int(added)
            self.changes["deleted"][number] = int(deleted)
            self.commits["added"][-1] += int(added)
            self.commits["deleted"][-1] += int(deleted)

    def _path(self, raw: bytes) -> str:
        """Decoded once: a history names the same paths again and again."""
        path = self._paths.get(raw)
        if path is None:
            path = self._paths[raw] = decode(raw)
        return path

    def _date(self, raw: bytes) -> datetime | None:
        """None for what no commit can honestly say: before 1990, after 2100 or no number."""
        seconds = int(raw) if raw.isdigit() and len(raw) < 12 else 0
        if not 631_152_000 <= seconds < 4_102_444_800:
            self.implausible += 1
            return None
        return datetime.fromtimestamp(seconds, UTC)

    def _identity(
        self, name: bytes, email: bytes, mapped_name: bytes, mapped_email: bytes,
        when: datetime | None, *, counts: bool,
    ) -> str:  # fmt: skip
        """The id of a (name, address) pair; the mailmap's spelling is what it stands for."""
        key = fingerprint(decode(name), decode(email))
        known = self._people.get(key)
        if known is None:
            known = self._people[key] = [decode(mapped_name), decode(mapped_email), 0, None, None]
        if counts:
            known[2] += 1
            if when is not None:
                known[3] = min(known[3] or when, when)
                known[4] = max(known[4] or when, when)
        return key

    def identities(self) -> Iterator[Identity]:
        """Everybody who wrote or committed, by id."""
        for key, values in sorted(self._people.items()):
            yield Identity(key, *values)

    def finished_commits(self) -> dict[str, list[Any]]:
        """The columns of Commit; which commits are on the mainline is known only at the end."""
        mainline = set()
        sha: str | None = self.head
        while sha and sha not in mainline:
            mainline.add(sha)
            parents = self._parents.get(sha)
            sha = parents[0] if parents else None
        self.commits["mainline"] = [one in mainline for one in self.commits["sha"]]
        return self.commits


def _review_mark(body: bytes, name: bytes, email: bytes) -> str:
    """How the message shows that somebody else looked at the change; "" where it does not.

    Squash and rebase can hide a review, so the absence of a mark is no proof of absence.
    """
    for kind, who in _TRAILER.findall(body):
        if kind.lower() != b"signed-off-by" or not (name in who or email in who):
            return "trailer"
    return "pull request" if _PULL_REQUEST.search(body) else ""


def _tags(repo: Repository) -> Iterator[Tag]:
    form = "%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(creatordate:unix)"
    for line in repo.git("for-each-ref", "refs/tags", f"--format={form}").splitlines():
        name, sha, peeled, seconds = line.split(b"\0")
        created = datetime.fromtimestamp(int(seconds), UTC) if seconds.isdigit() else None
        yield Tag(decode(name), (peeled or sha).decode(), created)


@probe(domain="team", needs=(Commit, Person))
def activity(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """Is the code alive, and is delivery speeding up or slowing down?"""
    import pandas as pd

    end = pd.Timestamp(as_of, tz="UTC") + pd.Timedelta(days=1)
    human = by_person(commits, people).query("bot == False")
    human = human[human["authored"].notna() & (human["authored"] < end)]
    for repo, rows in [("", human), *((str(name), rows) for name, rows in human.groupby("repo"))]:
        yield from _activity_metrics(repo, rows, end)
        yield from _silences(repo, rows, end)
    months = human["authored"].dt.strftime("%Y-%m")
    last = [(end - pd.DateOffset(months=back)).strftime("%Y-%m") for back in range(35, -1, -1)]
    by_month = human.groupby(months).agg(commits=("sha", "size"), people=("person", "nunique"))
    by_month = by_month.reindex(last, fill_value=0)
    yield Series(
        "activity",
        "Commits and active people by month, last three years",
        ("month", "commits", "people"),
        tuple((str(m), int(c), int(p)) for m, c, p in by_month.itertuples()),
        chart="line",
        note="Author dates of all commits by people (bots left out), all repositories together.",
    )
    yield Metric(
        "affiliation.free_mail_share",
        _free_mail_share(human, people, end),
        "share",
        basis="commits in the last 12 months",
    )


def _activity_metrics(repo: str, rows: DataFrame, end: Timestamp) -> Iterator[Metric]:
    import pandas as pd

    def since(days: int) -> DataFrame:
        return rows[rows["authored"] >= end - pd.Timedelta(days=days)]

    recent, earlier = len(since(182)), len(since(364)) - len(since(182))
    yield Metric(
        "activity.active_people", since(90)["person"].nunique(), "people", repo, "last 90 days"
    )
    yield Metric("activity.commits_90d", len(since(90)), "commits", repo, "last 90 days")
    yield Metric("activity.commits_12m", len(since(365)), "commits", repo, "last 12 months")
    if len(rows):
        days = (end - rows["authored"].max()).days
        yield Metric(
            "activity.days_since_last", days, "days", repo, "since the last commit by a person"
        )
    note = "" if earlier else "no commit in the six months before"
    yield Metric(
        "activity.trend",
        recent / earlier if earlier else None,
        "ratio",
        repo,
        f"{recent:,} commits in the last 6 months, {earlier:,} in the 6 before",
        note,
    )


def _silences(repo: str, rows: DataFrame, end: Timestamp) -> Iterator[Observation]:
    """A year or more without a commit: at the end, or with work taken up again after it."""
    import pandas as pd

    if not repo or not len(rows):
        return
    dates = rows["authored"].sort_values()
    last = dates.iloc[-1]
    months = (end - last).days / 30.44
    if months >= 12:
        values = {"last": f"{last:%Y-%m-%d}", "months": round(months), "commits": len(rows)}
        yield Observation("abandoned-repository", repo, "", values=values)
    gaps = dates.reset_index(drop=True).diff()
    longest = gaps.max()
    if pd.notna(longest) and longest.days >= 270 and months < 12:
        resumed = dates.iloc[int(gaps.argmax())]
        values = {"gap_months": round(longest.days / 30.44), "resumed": f"{resumed:%Y-%m-%d}"}
        yield Observation("resumed-repository", repo, "", values=values)


def _free_mail_share(human: DataFrame, people: DataFrame, end: Timestamp) -> float | None:
    import pandas as pd

    recent = human[human["authored"] >= end - pd.Timedelta(days=365)]
    if not len(recent):
        return None
    domains = people.drop_duplicates("identity").set_index("identity")["email"].str.lower()
    used = recent["author"].map(domains).str.rpartition("@")[2]
    return float(used.isin(FREE_MAIL).mean())
