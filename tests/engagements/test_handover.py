"""An engagement goes out sealed and comes back whole; what was manipulated does not come in."""

# ruff: noqa: F401, F811 - fixtures of another file

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
from builders import A, build, git
from test_cli import Techdd, api, engagement, techdd

from techdd.answers import Answer
from techdd.engagements.handing import send
from techdd.engagements.packing import package
from techdd.engagements.sealing import Seal
from techdd.errors import TechddError
from techdd.workspace import Workspace

PASSWORD = "correct horse battery"
NOBODY_KNOWS = "SECRET-OF-THE-CLIENT"


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHDD_EXPORT_PASSWORD", PASSWORD)


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in (".lock", "lock")
    }


MINE = pyrage.x25519.Identity.generate()  # opens at once: a password is slow on purpose
FOR_ME = str(MINE.to_public())


@pytest.fixture
def key(tmp_path: Path) -> tuple[str, Path]:
    """The option by which `techdd import` opens what was sealed for MINE."""
    (tmp_path / "mine.key").write_text(f"# created: today\n{MINE}\n")
    return ("--identity", tmp_path / "mine.key")


# --- out and in -----------------------------------------------------------------------------------


def test_all_of_it_comes_back_but_what_is_of_this_machine(
    engagement: Path, techdd: Techdd, tmp_path: Path
) -> None:
    (engagement / ".web").mkdir()
    (engagement / ".web" / "access.json").write_text("who may come in")
    (engagement / "logs").mkdir()
    (engagement / "logs" / "a.log").write_text("traceback")
    (engagement / "fingerprint.key").write_text("f" * 64)
    (engagement / "fingerprint.key").chmod(0o600)
    (engagement / "commentary").mkdir()
    (engagement / "commentary" / "summary.md").write_text("Ärger im Betrieb")
    deep = engagement / "vex" / ("long-" * 30) / ("longer-" * 20)
    deep.mkdir(parents=True)
    (deep / "a.json").write_text("{}")
    (engagement / "out").symlink_to("/etc")
    build(engagement / "theirs.git", [A({"a.py": NOBODY_KNOWS})])
    Workspace(engagement).journal.append(Answer(item="BCD-01", level=3, by="Lea Lang"))

    said = techdd("export", "e", "-o", "e.age")
    assert (said.code, said.out) == (0, "e.age\n")
    assert "Left out: out (a link, which could lead anywhere)" in said.err
    assert "Left out: theirs.git (a git repository of its own)" in said.err
    assert (tmp_path / "e.age").stat().st_mode & 0o777 == 0o600
    assert techdd("import", "e.age", "-o", "copy").code == 0

    gone = (".cache/", ".web/", "logs/", "theirs.git/")
    expected = {name: one for name, one in tree(engagement).items() if not name.startswith(gone)}
    assert tree(tmp_path / "copy") == expected
    assert (
        len(expected) > 10 and "vex/" + "long-" * 30 + "/" + "longer-" * 20 + "/a.json" in expected
    )
    assert (tmp_path / "copy" / "fingerprint.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    checks = techdd("verify", "copy")
    assert checks.code == 0 and "failed" not in checks.out
    assert not list(tmp_path.glob(".techdd-arriving-*"))


def test_the_same_engagement_gives_the_same_stream_and_nothing_in_clear(
    engagement: Path, tmp_path: Path
) -> None:
    workspace = Workspace(engagement)
    first, second = (b"".join(package(workspace).stream()) for _ in range(2))
    assert first == second and b"Northwind" in first
    send(workspace, tmp_path / "e.age", Seal(PASSWORD))
    assert b"Northwind" not in (tmp_path / "e.age").read_bytes()


def test_other_programs_open_it_too(engagement: Path, tmp_path: Path) -> None:
    """It is age around a tar: nothing of ours is needed to read it."""
    send(Workspace(engagement), tmp_path / "e.age", Seal(PASSWORD))
    plain = pyrage.passphrase.decrypt((tmp_path / "e.age").read_bytes(), PASSWORD)
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-x", "-C", tmp_path / "out"], input=plain, check=True)
    contents = json.loads((tmp_path / "out" / "techdd-export.json").read_bytes())
    for one in contents["files"]:
        content = (tmp_path / "out" / one["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == one["sha256"]


@pytest.mark.parametrize("kind", ["age", "ssh"])
def test_it_is_sealed_for_the_keys_of_those_who_may_open_it(
    engagement: Path, techdd: Techdd, tmp_path: Path, kind: str
) -> None:
    for name in ("mine", "other"):
        if kind == "ssh":
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
            subprocess.run(command, check=True)
        else:
            made = pyrage.x25519.Identity.generate()
            (tmp_path / name).write_text(f"# created: today\n{made}\n")
            (tmp_path / f"{name}.pub").write_text(f"# mine\n{made.to_public()}\n")
    assert techdd("export", "e", "-o", "e.age", "--to", "mine.pub").code == 0
    refused = techdd("import", "e.age", "-o", "copy", "--identity", "other")
    assert refused.code == 2 and "is not opened by this password or key" in refused.err
    assert "--identity FILE" in techdd("import", "e.age", "-o", "copy").err
    assert (
        techdd("import", "e.age", "-o", "copy", "--identity", "other", "--identity", "mine").code
        == 0
    )
    assert tree(tmp_path / "copy")["engagement.yaml"] == tree(engagement)["engagement.yaml"]


def test_clones_travel_only_as_it_is_asked_and_without_what_could_start_a_program(
    engagement: Path, techdd: Techdd, tmp_path: Path, api: Path, key: tuple[str, Path]
) -> None:
    mirror = engagement / ".cache" / "api" / "mirror.git"
    git(tmp_path, "clone", "-q", "--mirror", str(api), str(mirror))
    (mirror / "hooks").mkdir(exist_ok=True)
    (mirror / "hooks" / "post-checkout").write_text("#!/bin/sh\n")
    assert techdd("archive", "e", "-o", "without.age", "--to", FOR_ME).code == 0
    assert techdd("archive", "e", "-o", "with.age", "--clones", "--to", FOR_ME).code == 0
    assert techdd("import", "without.age", *key).code == 0
    assert techdd("import", "with.age", *key).code == 0
    assert not (tmp_path / "without" / ".cache").exists()
    kept = tmp_path / "with" / ".cache" / "api" / "mirror.git"
    assert {path.name for path in kept.iterdir()} <= {"HEAD", "packed-refs", "objects", "refs"}
    head = git(tmp_path, "--git-dir", str(mirror), "rev-parse", "main")
    (kept / "refs").mkdir(exist_ok=True)
    assert git(tmp_path, "--git-dir", str(kept), "rev-parse", "main") == head


def test_files_that_grow_meanwhile_go_as_they_were_and_others_end_it(engagement: Path) -> None:
    workspace = Workspace(engagement)
    workspace.journal.append(Answer(item="BCD-01", level=3, by="Lea Lang"))
    before = package(workspace)
    expected = b"".join(before.stream())
    workspace.journal.append(Answer(item="BCD-02", level=1, by="Lea Lang"))
    assert b"".join(before.stream()) == expected
    file = engagement / "engagement.yaml"
    file.write_text(file.read_text().replace("Northwind", "Southwind"))
    with pytest.raises(TechddError, match="was changed meanwhile"):
        b"".join(before.stream())


def test_what_only_this_machine_has_is_said(
    engagement: Path, techdd: Techdd, api: Path, key: tuple[str, Path]
) -> None:
    file = engagement / "engagement.yaml"
    file.write_text(file.read_text().replace(str(api), "/home/lea/acme/api") + "online: true\n")
    techdd("export", "e", "-o", "e.age", "--to", FOR_ME)
    said = techdd("import", "e.age", "-o", "copy", *key)
    assert "Not here: the repository api, in /home/lea/acme/api on the other machine." in said.err
    assert "It allows look-ups over the network (online: true in copy/engagement.yaml)" in said.err


# --- mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-o", "there.age"], "there.age: is there already; name another file"),
        (["-o", "e/e.age"], "e/e.age: lies in the engagement itself"),
        (["-o", "e.age", "--to", "age1nonsense"], "'age1nonsense' is no public key of age or SSH"),
        (["-o", "e.age", "--to", "nowhere.pub"], "nowhere.pub: cannot be read: No such file"),
        (["-o", "e.age", "--to", "there.age", "--password-file", "f"], "exclude each other"),
        (["-o", "e.age", "--password-file", "short"], "shorter than 12 characters"),
        (
            ["-o", "/proc/nowhere/e.age", "--to", "there.age"],
            "/proc/nowhere/e.age: cannot be written: ",
        ),
    ],
)
def test_mistakes_of_an_export_are_told_in_one_line(
    engagement: Path, techdd: Techdd, tmp_path: Path, arguments: list[str], expected: str
) -> None:
    (tmp_path / "there.age").write_text(FOR_ME)
    (tmp_path / "short").write_text("secret\n")
    said = techdd("export", "e", *arguments)
    assert said.code == 2 and expected in said.err and said.err.count("\n") == 1
    assert (tmp_path / "there.age").read_text() == FOR_ME
    assert not list(engagement.glob("*.age"))


def test_without_the_library_it_is_said_before_anything_is_done(
    engagement: Path, techdd: Techdd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyrage", None)
    (tmp_path / "e.age").write_bytes(b"age-encryption.org/v1\n")
    for arguments in (("export", "e", "-o", "f.age"), ("import", "e.age")):
        said = techdd(*arguments)
        assert said.code == 2 and "pip install 'techdd[handover]'" in said.err


def test_nothing_comes_into_a_folder_that_holds_something_else(
    engagement: Path, techdd: Techdd, tmp_path: Path, key: tuple[str, Path]
) -> None:
    techdd("export", "e", "-o", "e.age", "--to", FOR_ME)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    said = techdd("import", "e.age", "-o", "full", *key)
    assert said.code == 2 and "full: is not empty, and no engagement" in said.err
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]
    (tmp_path / "full" / "mine.txt").unlink()
    assert techdd("import", "e.age", "-o", "full", *key).code == 0


def test_a_wrong_password_and_a_cut_or_damaged_file_leave_nothing(
    engagement: Path,
    techdd: Techdd,
    tmp_path: Path,
    key: tuple[str, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    techdd("export", "e", "-o", "e.age")
    monkeypatch.setenv("TECHDD_EXPORT_PASSWORD", "another password")
    said = techdd("import", "e.age", "-o", "copy")
    assert said.code == 2 and "is not opened by this password or key" in said.err
    techdd("export", "e", "-o", "f.age", "--to", FOR_ME)
    content = (tmp_path / "f.age").read_bytes()
    flipped = content[:-3] + bytes([content[-3] ^ 1]) + content[-2:]
    for damaged in (content[:-1], content[:-1000], content[:300], content[:100], b"", flipped,
                    b"age?", content + b"x"):  # fmt: skip
        (tmp_path / "damaged.age").write_bytes(damaged)
        said = techdd("import", "damaged.age", "-o", "copy", *key)
        assert said.code == 2 and said.err.startswith("techdd: damaged.age: is "), damaged[:20]
        assert said.err.count("\n") == 1
    assert not (tmp_path / "copy").exists() and not list(tmp_path.glob(".techdd-arriving-*"))


def test_a_disk_without_room_leaves_nothing(
    engagement: Path, tmp_path: Path, key: tuple[str, Path]
) -> None:
    """The largest file that a process may write is what a full disk is for it."""

    def call(*arguments: str, room: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from techdd.cli import run; run()", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        )  # fmt: skip

    made = call("export", "e", "-o", "e.age", "--to", FOR_ME, room=4_000)
    assert made.returncode == 2 and "e.age: cannot be written: File too large" in made.stderr
    assert not list(tmp_path.glob("*e.age*"))
    assert call("export", "e", "-o", "e.age", "--to", FOR_ME, room=1 << 30).returncode == 0
    taken = call("import", "e.age", "-o", "copy", *map(str, key), room=4_000)
    assert taken.returncode == 2 and "cannot be written: File too large" in taken.stderr
    assert not (tmp_path / "copy").exists() and not list(tmp_path.glob(".techdd-arriving-*"))


def test_two_runs_on_one_engagement(engagement: Path, techdd: Techdd, tmp_path: Path) -> None:
    with Workspace(engagement).locked():
        said = techdd("export", "e", "-o", "e.age")
    assert said.code == 2 and "another techdd is working on this engagement" in said.err
    assert not (tmp_path / "e.age").exists()


def test_what_a_killed_import_left_is_removed_and_what_one_at_work_has_is_not(
    engagement: Path, techdd: Techdd, tmp_path: Path, key: tuple[str, Path]
) -> None:
    techdd("export", "e", "-o", "e.age", "--to", FOR_ME)
    dead, alive = (tmp_path / f".techdd-arriving-{name}" for name in ("dead", "alive"))
    for one in (dead, alive):
        one.mkdir()
        (one / "plain.tar").write_text(NOBODY_KNOWS)
    lock = os.open(alive, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert techdd("import", "e.age", "-o", "copy", *key).code == 0
    os.close(lock)
    assert not dead.exists() and (alive / "plain.tar").exists()


# --- what somebody manipulated --------------------------------------------------------------------


def told(*files: tuple[str, bytes], **more: Any) -> bytes:
    listed = [
        {"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in files
    ]
    return json.dumps(
        {"format": 1, "tool": "techdd", "engagement": "a" * 32, "client": "Acme",
         "files": listed, "left_out": {}, **more}
    ).encode()  # fmt: skip


def tar(*entries: tuple[str, bytes] | tarfile.TarInfo, form: int = tarfile.GNU_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as file:
        for one in entries:
            if isinstance(one, tarfile.TarInfo):
                file.addfile(one)
            else:
                entry = tarfile.TarInfo(one[0])
                entry.size = len(one[1])
                file.addfile(entry, io.BytesIO(one[1]))
    return out.getvalue()


def strange(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


YAML = ("engagement.yaml", b"format_version: 1\nclient: Acme\n")
ID = ("engagement.id", b"a" * 32 + b"\n")
FIRST = "techdd-export.json"


def whole(*files: tuple[str, bytes], **more: Any) -> bytes:
    return tar((FIRST, told(*files, **more)), *files)


def manipulated() -> Iterator[tuple[str, bytes, str]]:
    for path in ("../evil", "/tmp/evil", "a/../../evil", "evidence//x", "./x", "C:/x", "a\\..\\x"):
        yield path, whole(YAML, ID, (path, b"x")), "holds a path that leads elsewhere"
    for path in (".web/access.json", ".lock", ".git/config", ".cache/api/overlay.git/config",
                 ".cache/api/mirror.git/config", ".cache/api/mirror.git/hooks/x", ".purge.json",
                 ".cache/api/mirror.git/objects/info/alternates", "logs/x"):  # fmt: skip
        yield path, whole(YAML, ID, (path, b"x")), "holds what no engagement hands over"
    yield "deep", whole(YAML, ("a/" * 40 + "x", b"x")), "too long or too deep"
    yield "escape", whole(YAML, ("a\x1b[2J", b"x")), "a name that is no plain text"
    yield "twice", whole(YAML, ID, ID), "holds two of the name engagement.id"
    yield "in a file", whole(YAML, ID, ("engagement.id/x", b"")), "holds two of the name"
    first = (FIRST, told(YAML, ID, ("vex/a", b"")))
    for name, kind in (("link", tarfile.SYMTYPE), ("hard link", tarfile.LNKTYPE),
                       ("pipe", tarfile.FIFOTYPE), ("device", tarfile.CHRTYPE),
                       ("folder", tarfile.DIRTYPE)):  # fmt: skip
        link = strange("vex/a", kind, "/etc/passwd")
        yield name, tar(first, YAML, ID, link), "holds what is no plain file"
    yield "pax", tar((FIRST, told(YAML)), ("ä" * 90, b""), form=tarfile.PAX_FORMAT), "no plain file"
    yield "more", tar((FIRST, told(YAML)), YAML, ID), "holds more than it says"
    yield "less", tar((FIRST, told(YAML, ID)), YAML)[:-10_240], "ends before it should"
    yield "others", tar((FIRST, told(YAML, ID)), ID, YAML), "holds engagement.id in place of"
    changed = (YAML[0], YAML[1].replace(b"Acme", b"Bcme"))
    yield "changed", tar((FIRST, told(YAML, ID)), changed, ID), "is not as it was packed"
    yield "format", whole(YAML, ID, format=2), "was written by a newer techdd (format 2"
    yield "key", whole(YAML, ID, more=1), "does not say what it holds (more:"
    yield "no first", tar(YAML, ID), "was not made by techdd"
    yield "no tar", b"x" * 5_000, "is no tar"
    yield "nothing", b"", "ends before it should"
    yield "no JSON", tar((FIRST, b"{")), "does not say what it holds"
    yield "no engagement", whole(ID), "holds no sound engagement"
    yield "another id", whole(YAML, (ID[0], b"b" * 32)), "what the engagement in it does not say"
    yield "another client", whole(YAML, ID, client="Other"), "what the engagement in it does not"
    huge = json.loads(told(YAML, ID))
    huge["files"][0]["size"] = 10**15
    yield "bomb", tar((FIRST, json.dumps(huge).encode())), "1,000,000,000,000,"


CASES = list(manipulated())


@pytest.mark.parametrize(("content", "why"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_somebody_manipulated_does_not_come_in(
    techdd: Techdd, tmp_path: Path, key: tuple[str, Path], content: bytes, why: str
) -> None:
    (tmp_path / "bad.age").write_bytes(pyrage.encrypt(content, [MINE.to_public()]))
    before = sorted(tmp_path.rglob("*"))
    said = techdd("import", "bad.age", "-o", "copy", *key)
    assert said.code == 2 and why in said.err and "\x1b" not in said.err
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/tmp/evil").exists()


def test_a_sound_one_of_the_same_making_comes_in(
    techdd: Techdd, tmp_path: Path, key: tuple[str, Path]
) -> None:
    """Else the cases above could be refused for another reason."""
    content = whole(YAML, ID, ("vex/a", b"x"))
    (tmp_path / "good.age").write_bytes(pyrage.encrypt(content, [MINE.to_public()]))
    assert techdd("import", "good.age", *key).code == 0
    assert sorted(tree(tmp_path / "good")) == ["engagement.id", "engagement.yaml", "vex/a"]
