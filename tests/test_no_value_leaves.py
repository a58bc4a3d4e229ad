"""Ten kinds of credentials are planted; not one value reaches a disk, a log, a report or `ps`."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import string
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import A, build, git

WORDS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + "234567"


def some(number: int, of: str = WORDS, seed: int = 7) -> str:
    chosen = random.Random(seed)
    return "".join(chosen.choice(of) for _ in range(number))


def private_key() -> str:
    body = "\n".join(some(64, WORDS + "+/", seed) for seed in range(60, 72))
    label = "RSA PRIVATE" + " KEY"
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def token_of_claims() -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"iss": "northwind", "uid": 88213, "exp": 1893456000})
    coded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    return ".".join([*(one.rstrip("=") for one in coded), some(43, WORDS + "_-", 8)])


# Put together here, so that no file of ours holds one.
SLACK = (
    f"{'xo' + 'xb'}-{some(12, string.digits, 1)}-{some(12, string.digits, 2)}-{some(24, seed=3)}"
)
VALUES = {
    "slack": SLACK,
    "stripe": "sk_" + "live_" + some(24, seed=11),
    "github": "gh" + "p_" + some(36, seed=12),
    "aws-id": "AK" + "IA" + some(16, UPPER, 13),
    "aws-secret": some(40, seed=14),
    "gitlab": "gl" + "pat-" + some(20, seed=15),
    "sendgrid": "S" + "G." + some(22, seed=16) + "." + some(43, seed=17),
    "npm": "np" + "m_" + some(36, seed=18),
    "google": "AI" + "za" + some(35, seed=19),
    "jwt": token_of_claims(),
    "key": private_key(),
}
PARTS = {
    name: (value.splitlines()[3] if name == "key" else value) for name, value in VALUES.items()
}
COMMITS = (
    A({
        "app/config.py": "".join(
            f'{name.replace("-", "_")}_token = "{value}"\n'
            for name, value in VALUES.items()
            if name not in ("key", "aws-id", "aws-secret")
        ),
        "deploy/id_rsa": VALUES["key"],
        "aws.cfg": f'aws_access_key_id="{VALUES["aws-id"]}"\n'
        f'aws_secret_access_key="{VALUES["aws-secret"]}"\n',
        ".env": f"SLACK_TOKEN={SLACK}\n",
        "Dockerfile": f"FROM python:3.12\nENV STRIPE_KEY={VALUES['stripe']}\nCMD app\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env:\n"
        f"      TOKEN: {VALUES['github']}\n    steps:\n      - run: pytest\n",
        "main.tf": 'resource "aws_db_instance" "db" {\n  engine = "postgres"\n'
        f'  password = "{VALUES["aws-secret"]}"\n}}\n',
        "deploy/k8s.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n"
        f"  token: {VALUES['github']}\n",
        "compose.yaml": "services:\n  db:\n    image: postgres:16\n    environment:\n"
        f"      POSTGRES_PASSWORD: {VALUES['aws-secret']}\n",
    }),
    A({"app/config.py": "import os\n"}, message=f"Take out {VALUES['gitlab']}", day=1),
)  # fmt: skip


class Watch(threading.Thread):
    """Reads the arguments and the environment of every process while the audit runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.seen: set[bytes] = set()

    def run(self) -> None:
        own = str(os.getpid())
        while not self.over.is_set():
            for process in Path("/proc").iterdir():
                if not process.name.isdigit() or process.name == own:
                    continue
                for name in ("cmdline", "environ"):
                    try:
                        self.seen.add((process / name).read_bytes())
                    except OSError:
                        continue
            time.sleep(0.1)


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, and what is deflated in PDFs and behind it (base64 of attachments too)."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            yield str(path), data
            for match in re.finditer(rb"stream\r?\n(.*?)endstream", data, re.S):
                try:
                    yield f"{path} (stream)", zlib.decompressobj().decompress(match[1])
                except zlib.error:
                    continue


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_no_value_leaves_the_memory(tmp_path: Path) -> None:
    source = build(tmp_path / "client.git", COMMITS)
    git(source, "-c", "user.name=A", "-c", "user.email=a@x.io", "tag", "-a", "v1", "main",
        "-m", f"First, with {VALUES['npm']}")  # fmt: skip
    temporary, home = tmp_path / "tmp", tmp_path / "home"
    temporary.mkdir()
    home.mkdir()
    work = tmp_path / "work"
    watch = Watch()
    watch.start()
    done = subprocess.run(
        [
            sys.executable, "-c", "from techdd.cli import run; run()", "audit", str(source),
            "--engagement", str(work / "engagement"), "--audience", "internal", "--as-of",
            "2025-06-01", "-o", str(work / "report.pdf"), "--format", "html", "--format", "json",
            "--format", "md",
        ],
        env={**os.environ, "TMPDIR": str(temporary), "HOME": str(home)},
        capture_output=True,
        check=False,
    )  # fmt: skip
    watch.over.set()
    watch.join()
    assert done.returncode == 0, done.stderr.decode()
    kinds = {
        row[1] for row in rows_of(json.loads((work / "report.json").read_text()), "secret_places")
    }
    assert len(kinds) >= 10, kinds  # they were found, all the same
    searched = [*contents(work), *contents(temporary), *contents(home)]
    searched += [("stdout", done.stdout), ("stderr", done.stderr)]
    searched += [("process list", one) for one in watch.seen]
    assert len(searched) > 100
    for name, value in PARTS.items():
        for form in (value.encode(), base64.b64encode(value.encode())):
            assert not [place for place, data in searched if form in data], name


def rows_of(document: dict[str, object], name: str) -> list[list[str]]:
    """The rows of a series anywhere in the report."""
    found: list[list[str]] = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("name") == name and "rows" in node:
                found.extend(node["rows"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)
    return found
