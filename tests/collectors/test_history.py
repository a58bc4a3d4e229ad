from __future__ import annotations

import subprocess
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import (
    ENVIRONMENT,
    START,
    A,
    build,
    fast_import,
    git,
    opened,
    quoted,
    rows_of,
    tables_of,
)

from techdd.collectors.history import history
from techdd.errors import RepositoryError
from techdd.facts import Change, Commit, Identity, Tag, Trailer
from techdd.intake import open_repository
from techdd.model import Issue, fingerprint
from techdd.repository import Repository

SUB = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
MANY = "".join(f"line {n}\n" for n in range(30))
TALE = [
    A({"a.py": MANY, "bin": b"\x00\x01", "s": SUB}, "Root", modes={"s": "160000"}),
    A({"a.py": None, "lib/b.py": MANY + "more\n"}, "Rename", "Ben <ben@x.io>", day=1),
    A({}, "Empty", day=2),
    A({"side.txt": "one\ntwo\n"}, "Side", "Cy <cy@x.io>", day=3, parent=1),
    A({"oct.txt": "x"}, "Third", "Dan <dan@x.io>", day=4, parent=1),
    A({}, "Octopus", day=5, parent=2, merges=[3, 4]),
    A(
        {"new\nline\ttab": "1\n", 'q"uote\\': "2\n", "Zoë": "3\n", "s": SUB[::-1]},
        "Odd",
        day=6,
        modes={"s": "160000"},
    ),
    A({"bin": b"\x00\x02\x03", "side.txt": "one\n", "gone": None}, "Ends", day=7),
]


class Told:
    """What the collector said of a repository, by kind."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        items = list(history.run(repository))
        facts = (Commit, Change, Identity, Tag, Trailer)
        tables = tables_of(items, *facts)
        self.rows: dict[type, list[Any]] = {fact: rows_of(tables[fact], fact) for fact in facts}
        self.rows[Change].sort(key=lambda one: (one.sha, one.place))
        self.rows[Issue] = [item for item in items if isinstance(item, Issue)]

    def __getattr__(self, name: str) -> list[Any]:
        kinds = {"commits": Commit, "changes": Change, "identities": Identity, "tags": Tag}
        return self.rows[{**kinds, "issues": Issue}[name]]

    def by_subject(self) -> dict[str, Any]:
        return {one.subject: one for one in self.commits}


def told(tmp_path: Path, *commits: A) -> Told:
    return Told(opened(tmp_path, commits))


def imported(tmp_path: Path, stream: bytes) -> Told:
    source = fast_import(tmp_path / "raw.git", stream)
    return Told(open_repository("raw", source, tmp_path / "overlay"))


def numstat(source: Path) -> Counter[tuple[str, str, str]]:
    """(commit, path, lines) as `git log --numstat` has them, one commit at a time."""
    found: Counter[tuple[str, str, str]] = Counter()
    for sha in git(source, "rev-list", "--no-merges", "main").split():
        tokens = iter(git(source, "show", "-z", "--numstat", "-M", "--format=", sha).split("\0"))
        for token in tokens:
            if token:
                added, deleted, path = token.lstrip("\n").split("\t", 2)
                if not path:
                    next(tokens)
                    path = next(tokens)
                found[sha, path, f"{added} {deleted}"] += 1
    return found


def test_changes_are_what_git_counts(tmp_path: Path) -> None:
    found = told(tmp_path, *TALE)
    shown = {"new\\x0aline\\x09tab": "new\nline\ttab"}
    ours = Counter(
        (
            one.sha,
            shown.get(one.path, one.path),
            "- -" if one.added is None else f"{one.added} {one.deleted}",
        )
        for one in found.changes
    )
    theirs = numstat(tmp_path / "app.git")
    assert ours == theirs
    assert len(found.changes) == 12
    assert found.issues == []


def test_commits_are_counted_with_merges_and_empty_ones(tmp_path: Path) -> None:
    found = told(tmp_path, *TALE).by_subject()
    facts = {
        subject: (one.parents, one.mainline, one.files, one.added, one.deleted)
        for subject, one in found.items()
    }
    assert facts == {
        "Root": (0, True, 3, 31, 0),
        "Rename": (1, True, 1, 1, 0),
        "Empty": (1, True, 0, 0, 0),
        "Side": (1, False, 1, 2, 0),
        "Third": (1, False, 1, 1, 0),
        "Octopus": (3, True, 0, 0, 0),
        "Odd": (1, True, 4, 4, 1),
        "Ends": (1, True, 2, 1, 0),
    }


def test_a_rename_knows_where_it_came_from(tmp_path: Path) -> None:
    found = told(tmp_path, *TALE)
    blobs = {one.path: (one.before, one.after) for one in found.changes if one.status in "AR"}
    sha = found.by_subject()["Rename"].sha
    assert [one for one in found.changes if one.sha == sha] == [
        Change(sha, 0, "lib/b.py", "a.py", "R", 1, 0, blobs["a.py"][1], blobs["lib/b.py"][1])
    ]
    sha = found.by_subject()["Root"].sha
    assert [one for one in found.changes if one.sha == sha] == [
        Change(sha, 0, "a.py", None, "A", 30, 0, 0, blobs["a.py"][1]),
        Change(sha, 1, "bin", None, "A", None, None, 0, blobs["bin"][1]),
        Change(sha, 2, "s", None, "A", 1, 0, 0, 0),
    ]
    last = git(tmp_path / "app.git", "rev-parse", "main:lib/b.py")
    assert blobs["lib/b.py"][1] == int(last[:15], 16)


def test_identities_have_their_days_and_numbers(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        A({"a": "1"}, author="Ann <a@x.io>", committer="Web <noreply@github.com>"),
        A({"a": "2"}, author="Ann <a@x.io>", day=4),
    )
    ann, web = fingerprint("Ann", "a@x.io"), fingerprint("Web", "noreply@github.com")
    assert sorted(found.identities) == sorted(
        [
            Identity(ann, "Ann", "a@x.io", 2, START, START + timedelta(days=4)),
            Identity(web, "Web", "noreply@github.com", 0, None, None),
        ]
    )
    assert [(one.author, one.committer) for one in found.commits] == [(ann, ann), (ann, web)]


def test_the_mailmap_of_the_tree_is_what_an_identity_stands_for(tmp_path: Path) -> None:
    mailmap = "Ann Able <ann@x.io> <old@y.io>\n"
    found = told(tmp_path, A({"a": "1"}, author="aa <old@y.io>"), A({".mailmap": mailmap}, day=1))
    aa = fingerprint("aa", "old@y.io")
    assert [(o.name, o.email) for o in found.identities if o.identity == aa] == [
        ("Ann Able", "ann@x.io")
    ]


def test_the_mailmap_is_applied_to_those_who_are_only_named(tmp_path: Path) -> None:
    mailmap = "Co Able <co@x.io> <-old@y.io>\nCy <cy@x.io> C <c@y.io>\n"
    body = 'One\n\nCo-authored-by: --co "x" <-OLD@y.io>\nCo-authored-by: <c@y.io>\n'
    found = told(tmp_path, A({".mailmap": mailmap}, body))
    assert {(one.name, one.email) for one in found.identities} >= {
        ("Co Able", "co@x.io"), ("", "c@y.io"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("message", "mark", "assisted"),
    [
        ("Fix", "", False),
        ("Fix (#12)", "pull request", False),
        ("Fix #12", "", False),
        ("Merge pull request #7 from x/y", "pull request", False),
        ("Merge branch 'x' into 'main'\n\nSee merge request a/b!3", "pull request", False),
        ("Merged PR 12: Fix", "pull request", False),
        ("Fix\n\nReviewed-by: Ben <b@x.io>", "trailer", False),
        ("Fix\n\nreviewed-BY: Ben", "trailer", False),
        ("Fix\n\nSigned-off-by: Ben <b@x.io>", "trailer", False),
        ("Fix\n\nSigned-off-by: Ann Able <ann@example.com>", "", False),
        ("Fix\n\nSigned-off-by: Ann <ann@example.com>", "", False),
        ("Fix\n\nNot reviewed-by: Ben", "", False),
        ("Fix\n\nDifferential Revision: D12", "pull request", False),
        ("Fix\n\nCo-authored-by: Claude <noreply@anthropic.com>", "", True),
        ("Fix\n\nCo-authored-by: Claudia <c@x.io>", "", False),
        ("Fix\n\nCo-authored-by: Claude Opus 4.5 <x@x.io>", "", True),
        ("Fix\n\nCo-authored-by: Cursor <cursoragent@cursor.com>", "", True),
        ("Fix\n\nCo-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>", "", True),
        ("Fix\n\nCo-authored-by: Cop <copilot-swe-agent[bot]@users.noreply.github.com>", "", True),
        ("Fix\n\nCo-authored-by: aider (gpt-4o) <noreply@aider.chat>", "", True),
        ("Fix\n\nAssisted-by: Claude:claude-opus-4 coccinelle", "", True),
        ("Fix\n\nGenerated with [Claude Code](https://claude.com/claude-code)", "", True),
        ("Fix\n\nCo-authored-by: Claude Dupont <claude.dupont@x.io>", "", False),
        ("Fix\n\nCo-authored-by: Claude <claude@x.io>", "", False),
        ("Fix\n\nCo-authored-by: Jules Verne <jules@x.io>", "", False),
        ("Fix\n\nCo-authored-by: Ann Able <ann@cursor.com>", "", False),
        ("Fix\n\nAssisted-by: Devin Booker", "", False),
        ("Generated with Claude Dupont's script", "", False),
        ("Talk about copilot", "", False),
    ],
)
def test_marks_of_review_and_of_assistants(
    tmp_path: Path, message: str, mark: str, assisted: bool
) -> None:
    (one,) = told(tmp_path, A({"a": "1"}, message)).commits
    assert (one.review, one.assisted) == (mark, assisted)


def test_only_what_the_audited_commit_reaches_is_read(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", [A({"a": "1"}, "One"), A({"a": "2"}, "Two", day=1)])
    repository = open_repository(
        "a", source, tmp_path / "o", git(source, "rev-parse", "main~1").strip()
    )
    assert [one.subject for one in Told(repository).commits] == ["One"]


# --- odd histories --------------------------------------------------------------------------------


def commit(
    when: bytes, message: bytes = b"m", author: bytes = b"Ann <a@x.io>", extra: bytes = b""
) -> bytes:
    return (
        b"commit refs/heads/main\nauthor %s %s\ncommitter %s %s\n%sdata %d\n%s\n"
        % (author, when, author, when, extra, len(message), message)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (b"1736154000 +0000", datetime(2025, 1, 6, 9, tzinfo=UTC)),
        (b"1736154000 +9999", datetime(2025, 1, 6, 9, tzinfo=UTC)),
        (b"0 +0000", None),
        (b"631151999 +0000", None),
        (b"631152000 +0000", datetime(1990, 1, 1, tzinfo=UTC)),
        (b"4102444800 +0000", None),
        (b"999999999999999 +0000", None),
        (b"18446744073709551615 +0000", None),
    ],
)
def test_a_date_that_no_commit_can_honestly_have_is_unknown(
    tmp_path: Path, when: bytes, expected: datetime | None
) -> None:
    found = imported(tmp_path, commit(when))
    assert [(one.authored, one.committed) for one in found.commits] == [(expected, expected)]
    assert found.issues == (
        [] if expected else [Issue("commits with an implausible date", detail="1")]
    )


def test_a_message_may_hold_anything(tmp_path: Path) -> None:
    odd = b"caf\xe9 \x1b[31m\n\n@0000\n:100644 100644 a b M\x00after the end\n1\t2\tx"
    found = imported(tmp_path, commit(b"1736154000 +0000", odd) + commit(b"1736154001 +0000"))
    assert [one.subject for one in found.commits] == ["m", "caf\\xe9 \\x1b[31m"]
    assert found.changes == []


def test_messages_in_another_encoding_are_read(tmp_path: Path) -> None:
    found = imported(
        tmp_path,
        commit(b"1736154000 +0000", b"caf\xe9", b"Jos\xe9 <j@x.io>", b"encoding ISO-8859-1\n"),
    )
    assert [one.subject for one in found.commits] == ["café"]
    assert [one.name for one in found.identities] == ["José"]


def test_an_author_without_name_or_address_is_kept(tmp_path: Path) -> None:
    signed = b"m\n\nSigned-off-by: Ben <b@x.io>"
    found = imported(tmp_path, commit(b"1736154000 +0000", signed, b"<>"))
    known = sorted((one.name, one.email, one.commits) for one in found.identities)
    assert known == [("", "", 1), ("Ben", "b@x.io", 0)]
    assert [one.review for one in found.commits] == ["trailer"]


def test_paths_that_are_not_utf_8_are_shown(tmp_path: Path) -> None:
    stream = commit(b"1736154000 +0000") + b"M 100644 inline %s\ndata 2\nx\n\n" % quoted(b"\xff.py")
    found = imported(tmp_path, stream)
    assert [(one.path, one.added) for one in found.changes] == [("\\xff.py", 1)]


def lose(source: Path, what: str, trouble: str) -> None:
    """Takes the object `what` away, or damages it."""
    name = git(source, "rev-parse", what).strip()
    path = source / "objects" / name[:2] / name[2:]
    if trouble == "missing":
        path.unlink()
    else:
        path.chmod(0o644)
        path.write_bytes(b"\x00 no zlib at all")


@pytest.mark.parametrize("trouble", ["missing", "damaged"])
def test_a_lost_blob_costs_the_lines_and_nothing_else(tmp_path: Path, trouble: str) -> None:
    source = build(tmp_path / "a.git", TALE)
    lose(source, "main:lib/b.py", trouble)
    found = Told(open_repository("a", source, tmp_path / "overlay"))
    assert len(found.commits) == 8
    assert {(one.path, one.status) for one in found.changes} >= {
        ("lib/b.py", "A"),
        ("a.py", "D"),
    }
    rename = found.by_subject()["Rename"].sha
    assert {one.added for one in found.changes if one.sha == rename} == {None}
    assert {one.added for one in found.changes if one.sha != rename} == {None, 1, 2, 30}
    assert [(issue.reason, issue.detail) for issue in found.issues] == [
        (
            "lines changed and renames are not known",
            f"1 commits whose file contents are missing or damaged, such as {rename[:10]}",
        )
    ]


@pytest.mark.parametrize("trouble", ["missing", "damaged"])
def test_a_lost_tree_costs_its_commits_the_changes(tmp_path: Path, trouble: str) -> None:
    source = build(tmp_path / "a.git", [*TALE, A({"lib/z.py": "1\n"}, "Last", day=9)])
    assert git(source, "rev-parse", "main~1:lib") != git(source, "rev-parse", "main:lib")
    lose(source, "main~1:lib", trouble)
    found = Told(open_repository("a", source, tmp_path / "overlay"))
    ((reason, detail),) = [(issue.reason, issue.detail) for issue in found.issues]
    assert reason == "changes are not known"
    assert (detail or "").startswith("2 commits whose trees are missing or damaged, such as ")
    assert len(found.commits) == 9
    assert [one.path for one in found.changes if one.path.startswith("side")] != []


def test_a_missing_commit_is_an_error(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TALE)
    lost = git(source, "rev-parse", "main~3").strip()
    (source / "objects" / lost[:2] / lost[2:]).unlink()
    repository = open_repository("a", source, tmp_path / "overlay")
    with pytest.raises(RepositoryError, match=r"^a: git rev-list: "):
        Told(repository)


def test_what_the_door_reported_is_passed_on(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TALE)
    (source / "HEAD").write_text("ref: refs/heads/gone\n")
    found = Told(open_repository("a", source, tmp_path / "overlay"))
    assert [one.reason for one in found.issues] == [
        "HEAD names no existing branch; refs/heads/main was audited instead"
    ]


# --- tags -----------------------------------------------------------------------------------------


def test_tags_point_to_commits(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", [A({"a": "1"}), A({"a": "2"}, day=10)])
    head, first = git(source, "rev-parse", "main", "main~1").split()
    git(source, "tag", "light", "main~1")
    stream = b"tag v1\nfrom %s\ntagger Ann <a@x.io> 1736700000 +0000\ndata 1\nx\n" % head.encode()
    stream += (
        b"tag far\nfrom %s\ntagger Ann <a@x.io> 99999999999999 +0000\ndata 1\nx\n" % head.encode()
    )
    stream += b"tag bare\nfrom %s\ndata 1\nx\n" % head.encode()
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force", "--date-format=raw-permissive"],
        cwd=source, input=stream, check=True, env=ENVIRONMENT,
    )  # fmt: skip
    git(source, "tag", "blob", "main:a")
    found = Told(open_repository("a", source, tmp_path / "overlay"))
    assert found.tags == [
        Tag("bare", head, None),
        Tag("far", head, None),
        Tag("light", first, START),
        Tag("v1", head, datetime.fromtimestamp(1736700000, UTC)),
    ]


def test_a_tag_of_a_missing_commit_is_an_issue(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", [A({"a": "1"})])
    git(source, "tag", "good")
    (source / "refs" / "tags" / "broken").write_text(f"{'1' * 40}\n")
    found = Told(open_repository("a", source, tmp_path / "overlay"))
    assert [one.name for one in found.tags] == ["good"]
    assert [(one.reason, one.path) for one in found.issues] == [
        ("tags whose object is missing", "broken")
    ]
