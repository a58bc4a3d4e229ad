"""Commits that lie, break their reader or want to act, in one repository; one function a case."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from builders import ENVIRONMENT, A, build, git
from planted import ALL, ESCAPES, FORMULA, TAG

PERSON = b"Ann <ann@example.com>"
CASES: dict[str, Callable[[bytes, bytes], list[bytes]]] = {}


def case(write: Callable[[bytes, bytes], list[bytes]]) -> Callable[[bytes, bytes], list[bytes]]:
    """Registers a case: (tree, parent) -> headers and messages of raw commits, one on another."""
    CASES[write.__name__] = write
    return write


def _commit(author: bytes, message: bytes = b"m\n", *more: bytes, committer: bytes = b"") -> bytes:
    lines = [b"author " + author, b"committer " + (committer or author), *more]
    return b"\n".join(lines) + b"\n\n" + message


@case
def dates_out_of_all_reason(_tree: bytes, _parent: bytes) -> list[bytes]:
    stamps = (b"999999999999 +0000", b"99999999999999999999 +0000", b"-5 +0000", b"1 +9999",
              b"1700000000 garbage", b"garbage", b"", b"1700000000 +9999999999")  # fmt: skip
    return [_commit(PERSON + b" " + stamp) for stamp in stamps]


@case
def people_who_are_none(_tree: bytes, _parent: bytes) -> list[bytes]:
    when = b" 1700000000 +0000"
    return [
        b"committer " + PERSON + when + b"\n\nno author\n",
        _commit(b"<>" + when),
        _commit(b"no address" + when),
        _commit(b"a <b <c> d> e" + when),
        _commit(b"caf\xe9 <caf\xe9@example.com>" + when),
        _commit(b"x" * 100_000 + b" <long@example.com>" + when),
        _commit(ALL.encode().replace(b"<", b"").replace(b">", b"") + b" <act@example.com>" + when),
        _commit(b"Act <" + ESCAPES.encode() + FORMULA.encode() + b"@evil.example>" + when),
    ]


@case
def messages_that_act(_tree: bytes, _parent: bytes) -> list[bytes]:
    author = PERSON + b" 1700000000 +0000"
    return [
        _commit(author, f"{ALL}\n\nCo-authored-by: {TAG} <{FORMULA}@evil.example>\n".encode()),
        _commit(author, b"before\0after\n"),
        _commit(author, b"\xff\xfe not UTF-8\n", b"encoding UTF-16"),
        _commit(author, b"m" * 1_000_000),
        _commit(author, b"\n" * 10_000 + b"late"),
        _commit(author, b"This reverts commit " + b"0" * 40 + b".\n"),
        _commit(author, b"fix " + b"#1 " * 50_000),
        _commit(author, b"a: b\n" * 20_000),
        _commit(author, b"m\n", b"encoding \x1b[31m", b"unknown header", b"gpgsig x\n y"),
    ]


def hostile_history(path: Path) -> Path:
    """A bare repository of ordinary commits with those of all cases on top, an octopus merge,
    replace refs, grafts, odd branches and tags, and a mailmap that joins everybody.
    """
    people = "Ann Able <ann@example.com>"
    build(path, [
        A({"a.py": "x = 1\n", ".mailmap": f"One <one@example.com> {people}\n{ALL}\n" + "<" * 999}),
        A({"a.py": "x = 2\n", "b.py": "y = 1\n"}, "Second", author="Bea <bea@example.com>", day=1),
        A({"c.py": "z = 1\n"}, "Side", parent=0, day=2),
        A({"d.py": "z = 1\n"}, "Other side", parent=0, day=2),
        A({}, "Octopus", parent=1, merges=(2, 3), day=3),
        A({"a.py": None, "moved.py": "x = 2\n"}, "Move", day=4),
    ])  # fmt: skip
    tree = git(path, "rev-parse", "main^{tree}").strip().encode()
    head = git(path, "rev-parse", "main").strip()
    first = git(path, "rev-list", "--max-parents=0", "main").strip()
    for write in CASES.values():
        for rest in write(tree, head.encode()):
            head = _written(path, b"tree %s\nparent %s\n%s" % (tree, head.encode(), rest))
    refs = {
        "refs/heads/main": head,
        "refs/heads/--output=PWNED": first,
        f"refs/heads/{FORMULA}": first,
        f"refs/heads/{TAG.replace(' ', '')}": first,
        "refs/heads/\u202eevil": first,
        "refs/tags/-v1": first,
        f"refs/replace/{head}": first,
    }
    packed = "".join(f"{value} {name}\n" for name, value in sorted(refs.items()))
    (path / "refs" / "heads" / "main").unlink(missing_ok=True)
    (path / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{packed}")
    (path / "info").mkdir(exist_ok=True)
    (path / "info" / "grafts").write_text(f"{head}\n")
    return path


def _written(path: Path, raw: bytes, kind: str = "commit") -> str:
    done = subprocess.run(
        ["git", "hash-object", "-t", kind, "-w", "--stdin", "--literally"],
        cwd=path, env=ENVIRONMENT, input=raw, check=True, capture_output=True,
    )  # fmt: skip
    return done.stdout.decode().strip()


def hostile_tree(path: Path) -> Path:
    """A repository whose audited tree has entries that no checkout would take."""
    build(path, [A({"good.py": "def f():\n    return 1\n"})])
    blob = bytes.fromhex(git(path, "rev-parse", "main:good.py").strip())
    inner = bytes.fromhex(git(path, "rev-parse", "main^{tree}").strip())

    def entry(mode: bytes, name: bytes, what: bytes = blob) -> bytes:
        return mode + b" " + name + b"\0" + what

    names = (b"..", b".", b".git", b"a/../../b.py", b"/etc/passwd", b"dup.py", b"dup.py",
             b"\xff.py", b"requirements.txt")  # fmt: skip
    deep = inner
    for _ in range(1_000):
        deep = bytes.fromhex(_written(path, entry(b"40000", b"d", deep), "tree"))
    raw = b"".join(entry(b"100644", name) for name in names)
    raw += entry(b"40000", b"..", inner) + entry(b"40000", b"deep", deep)
    raw += entry(b"100600", b"mode.py") + entry(b"100644", b"good.py")
    tree = _written(path, raw, "tree")
    stamp = PERSON + b" 1700000000 +0000"
    commit = _commit(stamp)
    git(path, "update-ref", "refs/heads/main",
        _written(path, b"tree %s\n%s" % (tree.encode(), commit)))  # fmt: skip
    return path
