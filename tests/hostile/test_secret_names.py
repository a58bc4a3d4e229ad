"""Secrets that clients write where names, versions, references and titles belong, not in code."""

from __future__ import annotations

import json
import random
import re
import string
from dataclasses import dataclass
from typing import Any

import pytest
from audited import rows
from builders import A, build
from click.testing import CliRunner
from pypdf import PdfReader

from techdd.cli import main

WORDS = string.ascii_letters + string.digits
ONLY = (
    "dependencies", "delivery_chain", "imported_results", "weaknesses", "patterns", "taint",
    "history", "snapshot", "notice_signs", "licence_statements", "governance", "deployables",
)  # fmt: skip


def some(name: str, number: int) -> str:
    chosen = random.Random(name)
    return "".join(chosen.choice(WORDS) for _ in range(number))


def token(name: str) -> str:
    return "gh" + "p_" + some(name, 36)


def word(name: str) -> str:
    """A random password, by which no service is told."""
    return "hX9" + some(name, 21)


def sarif(title: str, rule: str, tool: str, version: str, uri: str) -> str:
    driver = {
        "name": tool,
        "version": version,
        "rules": [{"id": rule, "shortDescription": {"text": title},
                   "properties": {"security-severity": "9.8"}}],
    }  # fmt: skip
    places = [
        {"physicalLocation": {"artifactLocation": {"uri": one}, "region": {"startLine": 1}}}
        for one in ("a.py", uri)
    ]
    results = [{"ruleId": rule, "level": "error", "locations": [place]} for place in places]
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": driver},
                                                     "results": results}]})  # fmt: skip


FILES = {
    "a.py": "x = 1\n",
    ".github/workflows/ci.yml": f"""on: push
jobs:
  "job_{token("job")}":
    runs-on: x
    container: ci:{word("container")}@ghcr.io/a/b:1
    steps:
      - uses: https://ci:{word("uses-url")}@git.acme.example/x/y@v1
      - uses: https://ci:{word("uses-odd")}@git.acme.example/x
      - uses: acme/x@{token("uses-ref")}
      - uses: acme/z@{word("uses-word")}
      - run: deploy
""",
    ".gitlab-ci.yml": f"image: ci:{word('gitlab')}@ghcr.io/a/c:2\nt:\n  script: [deploy]\n",
    "Dockerfile": f"FROM ci:{word('from')}@ghcr.io/a/d:3\nFROM acme/img:{token('tag')}\n",
    "compose.yaml": f"""services:
  "svc_{token("service")}":
    image: ci:{word("compose")}@ghcr.io/a/e
    privileged: true
  "svc_{word("service-word")}": {{image: x}}
""",
    "k8s.yaml": f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: d-{token("workload")}}}
spec:
  replicas: 1
  template:
    spec: {{containers: [{{name: c-{token("box")}, image: x}}]}}
""",
    "main.tf": f"""resource "aws_db_instance" "db_{token("resource")}" {{
  publicly_accessible = true
}}
module "m" {{ source = "git::https://git.acme.example/{token("module")}/x.git?ref=main" }}
module "n" {{
  source  = "acme/{token("registry")}/aws"
  version = "1.0.0"
}}
""",
    "package.json": json.dumps({
        "name": "a", "license": token("licence"),
        "author": f"x {word('author-word')} {token('author')}",
        "dependencies": {
            "b": f"ci:{word('scp')}@git.acme.example:x/y.git", "c": token("range"),
            "d": f"git+https://git.acme.example/x.git?private_token={word('parameter')}",
        },
    }),
    "requirements.txt": f"foo @ https://x.acme.example/{word('path')}/foo.whl\n"
    f"{token('package')}==1.0\nflask==0.{token('version')}\n",
    "LICENSE": f"MIT License\n\nCopyright (c) 2024 Acme {word('holder')}\n",
    "h.py": f"# Copyright 2024 {word('notice')}\n"
    f"# SPDX-License-Identifier: {token('spdx')}\nx = 1\n",
    "scan.sarif": sarif(
        f"SQL injection in a.py:3 on db1.corp.example, password={word('title')}",
        f"R-{token('rule')}", "Acme at https://ci.corp.example/7 " + token("tool"),
        token("tool-version"), f"b/{token('uri')}.py",
    ),
}  # fmt: skip
SECRETS = sorted({
    found
    for text in FILES.values()
    for found in re.findall(r"gh[p]_[A-Za-z0-9]{36}|hX9[A-Za-z0-9]{21}", text)
} | {word("name"), word("mail")})  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What an audit left: every text by where it stands, and the packages."""

    texts: dict[str, str]
    packages: list[dict[str, Any]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    home = tmp_path_factory.mktemp("names")
    commits = [
        A(dict(FILES)),
        A({"b.py": "y = 1\n"}, day=1, author=f"{word('name')} X <{word('mail')}@a.example>"),
    ]
    source = build(home / "client.git", commits)
    only = [option for name in ONLY for option in ("--only", name)]
    texts = {}
    for audience in ("internal", "investor"):
        first = ["audit", str(source), "--engagement", str(home / "e"), *only]
        done = CliRunner().invoke(
            main,
            [*(first if audience == "internal" else ["report", str(home / "e")]),
             "--audience", audience, "--as-of", "2025-06-01", "-o", str(home / f"{audience}.pdf"),
             "--format", "html", "--format", "json", "--format", "md"],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        texts[f"{audience} terminal"] = done.output
        pages = PdfReader(home / f"{audience}.pdf").pages
        texts[f"{audience} pdf"] = "".join(page.extract_text() for page in pages)
        for form in ("html", "json", "md"):
            texts[f"{audience} {form}"] = (home / f"{audience}.{form}").read_text()
    for form, name in (("cyclonedx", "cdx"), ("spdx", "spdx")):
        path = home / f"o.{name}.json"
        done = CliRunner().invoke(
            main, ["sbom", str(home / "e"), "--format", form, "-o", str(path)]
        )
        texts[name] = done.output + path.read_text()
    texts["people"] = CliRunner().invoke(main, ["people", "list", str(home / "e")]).output
    evidence = home / "e" / "evidence"
    for path in sorted(evidence.rglob("*.json")):
        texts[str(path)] = path.read_text()
    for path in sorted(evidence.rglob("*.parquet")):
        if path.is_file():
            texts[str(path)] = json.dumps(rows(path), default=str)
    return Told(texts, rows(evidence / "packages" / "client.parquet"))


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_in_a_name_leaves_the_audit(told: Told, secret: str) -> None:
    end = secret[4:].lower()  # names of packages and images are put into small letters
    assert not [place for place, text in told.texts.items() if end in text.lower()]


def test_what_holds_the_secret_is_told_without_it(told: Told) -> None:
    assert len(SECRETS) >= 30
    packages = {(one["name"], one["version"]) for one in told.packages}
    assert {("ghcr.io/a/b", "1"), ("ghcr.io/a/c", "2"), ("ghcr.io/a/d", "3")} <= packages
    assert "x/y" in {name for name, _ in packages}
    masked = {name for name, _ in packages if "[masked-" in name}
    assert len(masked) >= 2  # of the package and of the module: two names stay two
    assert "[masked-" in told.texts["people"]
    assert "git.acme.example:x/y.git" in told.texts["internal json"]


def test_titles_and_tools_of_others_name_no_place_to_investors(told: Told) -> None:
    for form in ("html", "json"):
        assert "db1.corp.example" in told.texts[f"internal {form}"]
        assert "ci.corp.example" in told.texts[f"internal {form}"]
        assert "a tool (imported)" in told.texts[f"investor {form}"].lower()
    for form in ("html", "json", "md", "pdf", "terminal"):
        assert "corp.example" not in told.texts[f"investor {form}"]
