"""Builds the sample client "Northwind Parcel": three git repositories from text recipes.

    python sample_repos/build.py out/samples

A recipe is a folder with `history.txt` (who committed what when) and woven files. A woven file
holds all versions of one file at once: a marker line `%% SLUG`, `%% until SLUG` or
`%% SLUG until SLUG` says from which commit to which the lines below it stand in the file. What a
commit contains follows from the commits it descends from, so a branch, a merge or a revert needs
nothing of its own. Same recipe, same commit ids, on every machine.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote_to_bytes

HERE = Path(__file__).resolve().parent
MARKER = "%%"
SIGN = "northwind-parcel-sample"  # lies in the git directories that this script may replace
REPOSITORIES = {"parcel-api": False, "parcel-web": False, "legacy-billing": True}  # name: bare?


class RecipeError(Exception):
    """A recipe contradicts itself; the message says where."""


def invented(seed: str, length: int, alphabet: str) -> str:
    """A made-up value that looks random and is the same every time."""
    stream = b"".join(hashlib.sha256(f"{seed}/{n}".encode()).digest() for n in range(length))
    return "".join(alphabet[byte % len(alphabet)] for byte in stream[:length])


def invented_key() -> str:
    """A PEM block of the right form around bytes that are no key."""
    body = b"\x30\x82\x04\xa4\x02\x01\x00\x02\x82\x01\x01\x00"
    body += b"".join(hashlib.sha256(bytes([n])).digest() for n in range(37))[:1180]
    text = base64.b64encode(body).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    kind = "RSA PRIVATE " + "KEY"
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"])


@cache
def planted() -> dict[str, str]:
    """The leaked values by placeholder. Put together here, so that no file of ours holds one."""
    mixed = string.ascii_letters + string.digits
    upper = string.ascii_uppercase + string.digits
    webhook = (invented("t", 10, upper), invented("b", 10, upper), invented("h", 24, mixed))
    return {
        "aws_key_id": "AK" + "IA" + invented("id", 16, string.ascii_uppercase + "234567"),
        "aws_secret": invented("secret", 40, mixed + "+/"),
        "private_key": invented_key(),
        "payment_token": "sk_" + "live_" + invented("pay", 24, mixed),
        "chat_webhook": "https://hooks.slack" + ".com/services/T{}/B{}/{}".format(*webhook),
        "database_url": "postgresql://parcel:" + "parcel" + "@db/parcel",
        "aws_example_id": "AK" + "IAIOSFODNN7" + "EXAMPLE",
        "aws_example_secret": "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCY" + "EXAMPLEKEY",
    }


@dataclass
class Commit:
    """One line of a history and the indented lines that follow it."""

    slug: str
    author: str
    date: str
    subject: str
    body: list[str] = field(default_factory=list)
    branch: str = "main"
    merges: str = ""
    reverts: str = ""
    committer: str = ""
    tag: str = ""


@dataclass
class History:
    """Who took part (key -> name, e-mail, time zone) and what they committed, oldest first."""

    people: dict[str, tuple[str, str, str]]
    commits: list[Commit]


def read_history(path: Path) -> History:
    """Reads `history.txt`: people, a line `---`, then commits."""
    people: dict[str, tuple[str, str, str]] = {}
    commits: list[Commit] = []
    head, _, tail = path.read_text(encoding="utf-8").partition("\n---\n")
    for line in head.splitlines():
        if line and not line.startswith("#"):
            key, zone, name = line.split(maxsplit=2)
            person, _, email = name.rpartition(" ")
            people[key] = (person, email, zone)
    for line in tail.splitlines():
        if not line or line.startswith("#"):
            continue
        if not line.startswith(" "):
            day, time, author, slug, subject = line.split(maxsplit=4)
            commits.append(Commit(slug, author, f"{day} {time}", subject))
            continue
        key, _, value = line.strip().partition(" ")
        names = {"@on": "branch", "@merge": "merges", "@revert": "reverts"}
        names |= {"@committer": "committer", "@tag": "tag"}
        if key in names:
            setattr(commits[-1], names[key], value)
        else:
            commits[-1].body.append(line.strip())
    return History(people, commits)


@dataclass
class Woven:
    """All versions of one file: lines with the commits between which they stand in it."""

    path: str
    lines: list[tuple[str, str, str]]  # since, until, text
    moves: list[tuple[str, str]]  # earlier path, the commit that ended it
    encoding: str = "utf-8"
    render: str = ""

    def at(self, applied: frozenset[str]) -> tuple[str, bytes] | None:
        """Path and content where the commits `applied` are in force; None = no such file yet."""
        text = [
            line
            for since, until, line in self.lines
            if (not since or since in applied) and until not in applied
        ]
        if not text:
            return None
        content = "".join(f"{line}\n" for line in text)
        if self.render:
            content = RENDERERS[self.render](content)
        for placeholder, value in planted().items():
            content = content.replace(f"«{placeholder}»", value)
        path = next((old for old, end in self.moves if end not in applied), self.path)
        return path, content.encode(self.encoding)


def read_woven(path: Path, name: str) -> Woven:
    """Reads one woven file; `name` is its path in the client's repository."""
    woven = Woven(name, [], [])
    since = until = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith(MARKER):
            woven.lines.append((since, until, line))
            continue
        match line.split()[1:]:
            case ["path", new]:
                woven.path = new
            case ["was", old, "until", slug]:
                woven.moves.append((old, slug))
            case ["encoding", encoding]:
                woven.encoding = encoding
            case ["render", render]:
                woven.render = render
            case ["until", slug]:
                since, until = "", slug
            case [slug, "until", end]:
                since, until = slug, end
            case [slug]:
                since, until = slug, ""
            case _:
                raise RecipeError(f"{path}:{number}: no such marker: {line}")
    return woven


def npm_lock(table: str) -> str:
    """A package-lock.json (version 3) from lines "name version licence [dev]"."""
    first, *rest = table.splitlines()
    name, version, licence = first.split()
    root: dict[str, object] = {"name": name, "version": version, "license": licence}
    packages: dict[str, dict[str, object]] = {"": root}
    for line in rest:
        package, release, terms, *kind = line.split()
        digest = hashlib.sha512(f"{package}@{release}".encode()).digest()
        base = package.rpartition("/")[2]
        entry: dict[str, object] = {
            "version": release,
            "resolved": f"https://registry.example.org/{package}/-/{base}-{release}.tgz",
            "integrity": f"sha512-{base64.b64encode(digest).decode()}",
        }
        if "dev" in kind:
            entry["dev"] = True
        if terms != "-":
            entry["license"] = terms
        if "direct" in kind:
            group = "devDependencies" if "dev" in kind else "dependencies"
            wanted = root.setdefault(group, {})
            assert isinstance(wanted, dict)
            wanted[package] = f"^{release}"
        packages[f"node_modules/{package}"] = entry
    lock = {
        "name": name,
        "version": version,
        "lockfileVersion": 3,
        "requires": True,
        "packages": packages,
    }
    return json.dumps(lock, indent=2) + "\n"


def minified(source: str) -> str:
    """`source` as one long line, as a bundler would leave it."""
    return "".join(line.strip() for line in source.splitlines()) + "\n"


RENDERERS = {"npm-lock": npm_lock, "minified": minified}


def read_files(recipe: Path) -> list[Woven]:
    """The woven files of a recipe, in order of path."""
    folder = recipe / "files"
    paths = sorted(path for path in folder.rglob("*.woven") if path.is_file())
    return [read_woven(p, p.relative_to(folder).as_posix().removesuffix(".woven")) for p in paths]


def stream(history: History, files: list[Woven]) -> Iterator[bytes]:
    """The `git fast-import` stream of a repository."""
    known = {commit.slug for commit in history.commits}
    for file in files:
        named = {s for since, until, _ in file.lines for s in (since, until)}
        for slug in sorted(named | {end for _, end in file.moves}):
            if slug and slug not in known:
                raise RecipeError(f"{file.path}: no commit is called {slug}")

    tips: dict[str, int] = {}
    state: dict[int, frozenset[str]] = {0: frozenset()}
    trees: dict[int, dict[str, bytes]] = {0: {}}
    blobs: dict[bytes, int] = {}
    mark = 0
    for commit in history.commits:
        parent = tips.get(commit.branch, tips.get("main", 0))
        applied = state[parent] | {commit.slug}
        if commit.merges:
            applied |= state[tips[commit.merges]]
        applied -= {commit.reverts}
        tree = dict(found for file in files if (found := file.at(applied)))
        if tree == trees[parent]:
            raise RecipeError(f"commit {commit.slug} changes nothing")
        for content in tree.values():
            if content not in blobs:
                mark += 1
                blobs[content] = mark
                yield b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(content), content)
        mark += 1
        message = "\n".join([commit.subject, *([""] if commit.body else []), *commit.body]) + "\n"
        yield f"commit refs/heads/main\nmark :{mark}\n".encode()  # branches leave no ref behind
        yield _signature("author", history.people[commit.author], commit.date)
        committer = history.people[commit.committer or commit.author]
        yield _signature("committer", committer, commit.date)
        yield b"data %d\n%s" % (len(message.encode()), message.encode())
        if parent:
            yield b"from :%d\n" % parent
        if commit.merges:
            yield b"merge :%d\n" % tips.pop(commit.merges)
        yield b"deleteall\n"
        for path, content in sorted(tree.items()):
            yield b"M 100644 :%d %s\n" % (blobs[content], _quoted(path))
        yield b"\n"
        if commit.tag:
            yield f"tag {commit.tag}\nfrom :{mark}\n".encode()
            yield _signature("tagger", committer, commit.date)
            yield b"data %d\n%s\n" % (len(commit.tag.encode()), commit.tag.encode())
        tips[commit.branch] = mark
        state[mark], trees[mark] = applied, tree
    yield b"done\n"


def _signature(role: str, person: tuple[str, str, str], date: str) -> bytes:
    name, email, zone = person
    seconds = int(datetime.strptime(f"{date} {zone}", "%Y-%m-%d %H:%M %z").timestamp())
    return f"{role} {name} {email} {seconds} {zone}\n".encode()


def _quoted(path: str) -> bytes:
    """The path as fast-import wants it; a byte written %XX stays a byte that is no UTF-8."""
    raw = unquote_to_bytes(path)
    if raw.isascii() and raw.isalnum():
        return raw
    escaped = (f"\\{b:03o}" if b < 32 or b > 126 or b in b'"\\' else chr(b) for b in raw)
    return b'"' + "".join(escaped).encode() + b'"'


def environment(home: Path) -> dict[str, str]:
    """Nothing of the user's: no configuration, attributes, hooks, templates, time zone."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "TZ": "UTC",
        "LC_ALL": "C",
    }


def build_one(name: str, dest: Path, *, bare: bool) -> Path:
    """Builds one repository as `dest/name`, replacing an earlier build of it."""
    target = dest / name
    git_dir = target if bare else target / ".git"
    if target.exists():
        if not (git_dir / SIGN).exists():
            raise RecipeError(f"{target} is there already and was not built by this script")
        shutil.rmtree(target)
    target.mkdir(parents=True)

    def git(*args: str, stdin: bytes | None = None) -> None:
        argv = ["git", f"--git-dir={git_dir}", *([] if bare else [f"--work-tree={target}"]), *args]
        subprocess.run(argv, input=stdin, check=True, env=environment(dest), cwd=target)

    recipe = HERE / name
    layout = ["--bare"] if bare else []
    new = ["git", "init", "-q", *layout, "--template=", "--object-format=sha1"]
    subprocess.run(
        [*new, "--initial-branch=main", str(target)], check=True, env=environment(dest), cwd=target
    )
    (git_dir / SIGN).write_text("Built by sample_repos/build.py; may be replaced.\n")
    data = b"".join(stream(read_history(recipe / "history.txt"), read_files(recipe)))
    git("fast-import", "--quiet", "--done", stdin=data)
    if not bare:
        git("checkout", "-q", "--force", "main")
    return target


def build(dest: Path) -> list[Path]:
    """Builds all sample repositories under `dest` and returns their paths."""
    dest = Path(dest).resolve()
    dest.mkdir(parents=True, exist_ok=True)
    return [build_one(name, dest, bare=bare) for name, bare in REPOSITORIES.items()]


def main() -> int:
    """Builds into the folder named on the command line and prints the paths."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("dest", type=Path, help="the folder to build into")
    try:
        paths = build(words.parse_args().dest)
    except (RecipeError, OSError, subprocess.CalledProcessError) as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 1
    for path in paths:
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
