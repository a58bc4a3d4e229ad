"""Hostile names and contents through git itself, and through made-up streams of the log."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from builders import A, fast_import, opened, quoted, tables_of
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.collectors.history import history
from techdd.derived import Tables
from techdd.facts import Change, Commit
from techdd.history.log import FIELDS, LINES, TABLES, Log
from techdd.intake import open_repository
from techdd.text import decode

# Bytes that mean something in the stream of `git log -z`, and some that mean nothing.
BYTES = st.lists(st.sampled_from(list(b"\t\n @:-019ARa.\x1b\"'\\\xff\xe9")), max_size=12).map(bytes)
PARTS = st.lists(st.sampled_from(list(b'\t\n @:-019ARa\x1b"\\\xff')), min_size=1, max_size=6)
PATHS = PARTS.map(bytes).filter(lambda part: b".git" not in part.lower())
NAMES = st.lists(st.sampled_from(list(b'\t @:-01Aa.\x1b"\xff')), max_size=8).map(bytes)
CONTENTS = st.sampled_from([b"", b"a\n", b"a\nb\n", b"\x00\x01", b"no newline", b"c\n" * 40])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.dictionaries(PATHS, CONTENTS, max_size=4), BYTES, NAMES), max_size=4))
def test_git_and_the_parser_agree_on_hostile_histories(
    tale: list[tuple[dict[bytes, bytes], bytes, bytes]],
) -> None:
    tale = [({b"first": b"x\n"}, b"start", b"Ann"), *tale]
    stream = b""
    for number, (files, message, name) in enumerate(tale):
        stream += b"commit refs/heads/main\n"
        stream += b"author %s <%s@x> %d +0000\n" % (name, b"a", 1_700_000_000 + number)
        stream += b"committer C <c@x> %d +0000\n" % (1_700_000_000 + number)
        stream += b"data %d\n%s\ndeleteall\n" % (len(message), message)
        for path, content in files.items():
            stream += b"M 100644 inline %s\ndata %d\n%s\n" % (quoted(path), len(content), content)
    with tempfile.TemporaryDirectory() as folder:
        source = fast_import(Path(folder) / "a.git", stream)
        repository = open_repository("a", source, Path(folder) / "overlay")
        rows = tables_of(history.run(repository), Commit, Change)
        files = [entry.path for entry in repository.entries()]

    commits = {name: rows[Commit][name].to_list() for name in ("sha", "subject", "files")}
    changes = rows[Change].sort_values(["sha", "place"])
    assert commits["subject"] == [decode(message.split(b"\n")[0]) for _, message, _ in tale[::-1]]
    alive: set[str] = set()
    order = list(
        zip(changes["sha"], changes["status"], changes["path"], changes["old_path"], strict=True)
    )
    for sha in commits["sha"][::-1]:
        for _, status, path, old in (change for change in order if change[0] == sha):
            if status in "DR":
                alive.discard(old if status == "R" else path)
        for _, status, path, _ in (change for change in order if change[0] == sha):
            if status != "D":
                alive.add(path)
    assert sorted(alive) == sorted(files)
    expected = [sum(changes["sha"] == sha) for sha in commits["sha"]]
    assert commits["files"] == expected


# --- streams that no git has written --------------------------------------------------------------

TOKENS = st.lists(st.sampled_from(list(b"\t\n @:-019ARMCa./\x1b\xff")), max_size=20).map(bytes)
STATUSES = st.sampled_from(["A", "M", "D", "T", "R100", "C075"])


def commit_tokens(number: int, body: bytes, name: bytes) -> list[bytes]:
    sha = f"{number:040x}".encode()
    fields = [
        sha,
        b"",
        name,
        b"a@x",
        b"1700000000 +0000",
        b"C",
        b"c@x",
        b"1700000000",
        body,
    ]
    assert len(fields) == len(FIELDS)
    return [b"@" + fields[0], *fields[1:]]


@st.composite
def streams(draw: st.DrawFn) -> tuple[bytes, list[tuple[bytes, list[tuple[str, bytes, bytes]]]]]:
    """A stream in git's grammar and what it says: (body, [(status, path, old path)])."""
    tokens: list[bytes] = []
    said = []
    for number in range(draw(st.integers(0, 4))):
        body = draw(TOKENS)
        tokens += commit_tokens(number, body, draw(TOKENS.filter(lambda one: b"\n" not in one)))
        changes = []
        counts: list[bytes] = []
        for path in draw(st.lists(TOKENS.filter(bool), unique=True, max_size=4)):
            status, old = draw(STATUSES), draw(TOKENS.filter(bool))
            tokens.append(f":100644 100644 {'1' * 40} {'2' * 40} {status}".encode())
            moved = status[0] in "RC"
            tokens += [old, path] if moved else [path]
            counts += [b"3\t1\t", old, path] if moved else [b"3\t1\t" + path]
            changes.append((status[0], path, old if moved else b""))
        tokens += counts
        if changes:
            first = len(tokens) - len(counts) - sum(2 + (s in "RC") for s, _, _ in changes)
            tokens[first] = b"\n" + tokens[first]
        said.append((body, changes))
    return b"".join(token + b"\0" for token in tokens), said


def joined(parts: list[Tables], table: str) -> dict[str, list[Any]]:
    return {name: [one for part in parts for one in part[table][name]] for name in TABLES[table]}


def cut(stream: bytes, size: int) -> Iterator[bytes]:
    return (stream[at : at + size] for at in range(0, len(stream), size))


@settings(max_examples=100, deadline=None)
@given(streams(), st.integers(1, 64))
def test_no_path_or_message_can_pass_for_another_record(
    made: tuple[bytes, list[tuple[bytes, list[tuple[str, bytes, bytes]]]]], size: int
) -> None:
    stream, said = made
    kept: list[Tables] = []
    log = Log(LINES, kept.append)
    log.read(cut(stream, size))
    log.flush()
    commits, changes = (joined(kept, table) for table in ("commits", "changes"))
    assert [decode(body.split(b"\n")[0][:500]) for body, _ in said] == list(commits["subject"])
    assert [len(changes) for _, changes in said] == list(commits["files"])
    assert [3 * len(changes) for _, changes in said] == list(commits["added"])
    flat = [one for _, changes in said for one in changes]
    assert list(changes["path"]) == [decode(path) for _, path, _ in flat]
    assert list(changes["old_path"]) == [decode(old) if old else None for _, _, old in flat]
    assert list(changes["status"]) == [status for status, _, _ in flat]
    assert list(changes["added"]) == [3] * len(flat)
    assert list(changes["place"]) == [at for _, own in said for at in range(len(own))]
    assert set(changes["sha"]) <= set(commits["sha"])


def test_a_stream_that_breaks_off_keeps_the_commits_that_were_whole() -> None:
    whole = b"".join(token + b"\0" for token in commit_tokens(1, b"body", b"Ann"))
    kept: list[Tables] = []
    log = Log(LINES, kept.append)
    log.read(cut(whole + b"@half", 7))
    assert log.shas == [f"{1:040x}"]
    log.drop_last()
    log.flush()
    assert (log.shas, kept) == ([], [])


def test_what_looks_like_a_credential_is_not_kept(tmp_path: Path) -> None:
    word, token = "hunter" + "7Zq", "gh" + "p_" + "x7Qm2Zp9Lk4Rt8Wv1Ys6"
    message = (
        f"set password to {word}, see https://u:{word}@x.example.com\n\n"
        f"Signed-off-by: https://u:{word}@x.example.com\nReviewed-by: {token} <a@b.io>\n"
    )
    commits = [A({"a.py": "x = 1\n"}, message=message, author=f"Bot {token} <bot@x.io>")]
    kept = list(history.run(opened(tmp_path, commits)))
    assert kept
    stored = [path.read_bytes() for path in tmp_path.rglob("*.parquet")]
    assert stored
    for value in (word, token):
        assert not [data for data in stored if value.encode() in data]
