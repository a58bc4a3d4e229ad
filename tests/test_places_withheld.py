"""What an investor's copy may not tell: where the weak places are, in any format."""

from __future__ import annotations

import random
import re
import string

import pytest
from builders import A, build, git, with_checksum
from click.testing import CliRunner
from pypdf import PdfReader

from techdd.cli import main


def token(seed: int) -> str:
    some = random.Random(seed)
    body = "".join(some.choice(string.ascii_letters) for _ in range(30))
    return "gh" + "p_" + with_checksum(body)


FILES = {
    "billing/vault.py": f'k = "{token(1)}"\n',
    ".env": "DB_PASSWORD=kTq82LmXz91Wvb47Rs\n",
    "legacy/Dockerfile": "FROM registry.northwind.example/base\nENV API_TOKEN=Zq81kLmXz9\n",
    "legacy/compose.yaml": "services:\n  ledgerdb:\n    image: registry.northwind.example/pg\n"
    "    privileged: true\n    environment:\n      POSTGRES_PASSWORD: Zq81kLmXz9\n",
    "ground/main.tf": 'resource "aws_security_group" "webnode" {\n  ingress {\n    from_port = 22\n'
    '    to_port = 22\n    cidr_blocks = ["0.0.0.0/0"]\n  }\n}\n'
    'resource "aws_db_instance" "ledgerstore" {\n  publicly_accessible = true\n}\n'
    'resource "aws_s3_bucket" "openpail" {\n  acl = "public-read"\n}\n'
    'terraform {\n  backend "s3" {\n    bucket = "statepail"\n  }\n}\n',
    "ground/terraform.tfstate": "{}\n",
    ".github/workflows/shipit.yml": "on: [push, pull_request_target]\njobs:\n  shipjob:\n"
    "    runs-on: ubuntu-latest\n    steps:\n    - uses: northwind/ownaction@main\n"
    "    - run: kubectl apply -f x ${{ github.event.pull_request.title }}\n",
    "ground/pods.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: paypod}\n"
    "spec:\n  replicas: 1\n  template:\n    spec:\n      containers:\n"
    "      - {name: paybox, image: registry.northwind.example/pay}\n",
}
NAMES = (
    "vault.py", ".env:", "legacy/", "ledgerdb", "registry.northwind", "webnode",
    "main.tf", "ledgerstore", "openpail", "tfstate", "shipit", "shipjob", "ownaction",
    "paypod", "pods.yaml", "hiddenbranch", "gone.py",
)  # fmt: skip


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The text of each format for each of two audiences, and the ids of commits that matter."""
    home = tmp_path_factory.mktemp("withheld")
    commits = [
        A({"README.md": "# x\n"}),
        A({"old/gone.py": f'k = "{token(2)}"\n'}, day=1),
        A({"old/gone.py": None}, day=2),
        A({"wip.py": f'k = "{token(3)}"\n'}, day=3),
        A({**FILES}, day=4, parent=2),
    ]
    source = build(home / "client.git", commits)
    ids = git(source, "rev-list", "main").split()
    hidden = [
        line.split()[0]
        for line in git(source, "cat-file", "--batch-all-objects", "--batch-check").splitlines()
        if " commit " in line and line.split()[0] not in ids
    ]
    git(source, "update-ref", "refs/heads/hiddenbranch", hidden[0])
    texts: dict[str, dict[str, str]] = {"ids": {one: one for one in (*hidden, ids[1], ids[2])}}
    for audience in ("investor", "client"):
        done = CliRunner().invoke(
            main,
            ["audit", str(source), "--engagement", str(home / "e"), "--audience", audience,
             "--as-of", "2025-06-01", "-o", str(home / f"{audience}.pdf"), "--format", "html",
             "--format", "json", "--format", "md", "--only", "secrets", "--only", "delivery_chain",
             "--only", "practices", "--only", "snapshot"],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        pages = PdfReader(home / f"{audience}.pdf").pages
        texts[audience] = {"pdf": "".join(page.extract_text() for page in pages)}
        for form in ("html", "json", "md"):
            texts[audience][form] = (home / f"{audience}.{form}").read_text()
    return texts


def plain(text: str) -> str:
    """Without fonts and pictures that are written out, in which any letters may stand."""
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)


@pytest.mark.parametrize("form", ["pdf", "html", "json", "md"])
def test_an_investor_reads_of_kinds_and_counts_and_of_no_place(
    copies: dict[str, dict[str, str]], form: str
) -> None:
    text = plain(copies["investor"][form])
    assert not [name for name in NAMES if name in text]
    assert not [one for one in copies["ids"] if one[:10] in text]
    assert "GitHub PAT" in text
    assert form == "md" or "aws_security_group" in text
    assert "\N{MATHEMATICAL LEFT DOUBLE ANGLE BRACKET}" not in text


def test_the_client_reads_the_places(copies: dict[str, dict[str, str]]) -> None:
    text = plain(copies["client"]["json"])
    assert [name for name in NAMES if name not in text] == []
    assert "\N{MATHEMATICAL LEFT DOUBLE ANGLE BRACKET}" not in text
