"""Nothing of one client can be read in the folder of another, or in what they share."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from builders import A, build
from collectors.test_package_facts import answering, served

from techdd import parquet

WORDS = ("client", "Author", "author", "file", "function", "package", "secret", "answer", "branch")

# Those that keep much of what they read, run tools on copies of it, or ask somebody.
COLLECTORS = ("history", "snapshot", "package_facts", "secrets", "code", "weaknesses", "survival",
              "bug_origins", "change_quality")  # fmt: skip


def canaries(name: str) -> dict[str, str]:
    return {word: f"{word.lower()}of{name}qz" for word in WORDS}


@cache
def told(root: Path) -> str:
    """Every file below `root` with its path, as text: what is compressed is taken out first."""
    found = []
    with parquet.connect() as connection:
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            content = path.read_bytes()
            if path.suffix == ".gz":
                content = gzip.decompress(content)
            elif content[:4] == b"PAR1":
                rows = connection.execute(f"select * from {parquet.files([path])}").fetchall()
                content = repr(rows).encode()
            found.append(f"{path.relative_to(root)} {content.decode('utf-8', 'replace')}")
    return "\n".join(found)


def found(root: Path, words: dict[str, str]) -> set[str]:
    return {word for word, value in words.items() if value in told(root)}


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clients, audited by one user on one machine, with look-ups, interviews and reports."""
    tmp_path = tmp_path_factory.mktemp("apart")
    home, shared = tmp_path / "home", tmp_path / "tmp"
    shared.mkdir()
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "TMPDIR": str(shared),
        "TECHDD_INDEX": str(home / "index.json"),
    }

    def call(*arguments: object, said: str = "") -> None:
        command = [sys.executable, "-c", "from techdd.cli import run; run()"]
        done = subprocess.run(
            [*command, *map(str, arguments)],
            cwd=tmp_path, env=environment, input=said, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 3), done.stderr

    with served(answering({})) as (url, asked):
        for number, name in (("1", "alpha"), ("2", "beta")):
            word = canaries(name)
            lock = {"name": "x", "lockfileVersion": 3, "packages": {
                f"node_modules/{word['package']}": {"version": "1.0.0"}}}  # fmt: skip
            tale = [
                A(
                    {
                        f"{word['file']}.py": f"def {word['function']}():\n    return 1\n",
                        "package-lock.json": json.dumps(lock),
                        "settings.py": f'PASSWORD = "{word["secret"]}Aa1!"\n',
                    },
                    author=f"{word['Author']} Sur <{word['author']}@x.example>",
                )
            ]
            repository = build(tmp_path / f"repo{number}.git", tale, branch=word["branch"])
            folder = tmp_path / f"engagement{number}"
            call("init", folder, "--client", word["client"], repository)
            with (folder / "engagement.yaml").open("a") as file:
                file.write(f"options: {{package_facts: {{online: true, depsdev: '{url}'}}}}\n")
            call("collect", folder, "-q", *(part for one in COLLECTORS for part in ("--only", one)))
            lines = f"3\n1\n\n{word['answer']}\n\n"
            call("interview", folder, "--by", word["client"], "--checklist", "team", said=lines)
            call("report", folder, "--audience", "internal", "-o", folder / "out" / "report.json")
        assert len([path for path in asked if canaries("beta")["package"] in path]) == 1
    return tmp_path


def test_nothing_of_one_client_is_with_another_or_in_between(audited: Path) -> None:
    alpha, beta = canaries("alpha"), canaries("beta")
    one, other = audited / "engagement1", audited / "engagement2"
    # What is looked for is there to be found, where it belongs.
    assert found(one, alpha) == found(other, beta) == set(WORDS) - {"secret"}
    assert found(one, beta) == found(other, alpha) == set()
    for shared in (audited / "home", audited / "tmp"):
        assert found(shared, alpha | {f"{word} 2": value for word, value in beta.items()}) == set()
    for name in ("fingerprint.key", "manifest.key", "engagement.id"):
        assert (one / name).read_bytes() != (other / name).read_bytes()


def test_people_are_numbered_for_each_client_from_the_start(audited: Path) -> None:
    for folder in ("engagement1", "engagement2"):
        kept = json.loads((audited / folder / "pseudonyms.json").read_bytes())
        assert sorted(set(kept["numbers"].values())) == [1]
