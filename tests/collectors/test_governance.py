from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, build, fast_import, git, opened

from techdd import guard
from techdd.collectors.governance import Governance, _is_owned, _rules, governance, vouching
from techdd.facts import frame
from techdd.intake import open_repository
from techdd.model import Issue, Metric, Series

FILES = {
    "CODEOWNERS": "*.py @acme/core\n/infra/ ops@acme.io\n/infra/free.txt\n!x nobody\n",
    "app.py": "x = 1\n",
    "infra/main.tf": "",
    "infra/free.txt": "",
    "web/package.json": "{}",
    ".github/workflows/ci.yml": "on: push\n",
    ".github/dependabot.yml": "version: 2\nupdates:\n  - package-ecosystem: npm\n"
    "    directory: /web\n  - package-ecosystem: github-actions\n    directory: /\n",
    "SECURITY.md": "Write to security@acme.io, please.\n",
}


def seen(gathered: list[Any]) -> Governance:
    (row,) = (one for one in gathered if isinstance(one, Governance))
    return row


def test_files_tell_owners_updates_and_contact(tmp_path: Path) -> None:
    row = seen(list(governance.run(opened(tmp_path, [A(FILES)]))))
    assert (row.owners_file, row.owner_rules, row.owners, row.owner_mistakes) == (
        "CODEOWNERS", 4, 2, 1,
    )  # fmt: skip
    assert (row.owned, row.files) == (2, 8)
    assert (row.bot, row.ecosystems) == ("dependabot", "github-actions, npm, terraform")
    assert row.uncovered == "terraform"
    assert (row.policy, row.contact) == ("SECURITY.md", True)


def test_signatures_are_seen_in_the_headers(tmp_path: Path) -> None:
    source = build(tmp_path / "signed.git", [A({"a": "1"}), A({"a": "2"}, day=1)])
    raw = git(source, "cat-file", "commit", "main")
    head, _, message = raw.partition("\n\n")
    signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n abc\n -----END SSH SIGNATURE-----"
    (tmp_path / "object").write_text(f"{head}\n{signature}\n\n{message}")
    made = git(source, "hash-object", "-t", "commit", "-w", str(tmp_path / "object")).strip()
    git(source, "update-ref", "refs/heads/main", made)
    tag = f"object {made}\ntype commit\ntag v1\ntagger A <a@x.io> 1736154000 +0000\n\nFirst\n"
    tag += "-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n"
    (tmp_path / "tag").write_text(tag)
    git(source, "update-ref", "refs/tags/v1",
        git(source, "hash-object", "-t", "tag", "-w", str(tmp_path / "tag")).strip())  # fmt: skip
    row = seen(list(governance.run(open_repository("s", source, tmp_path / "overlay" / "s"))))
    assert (row.commits, row.signed, row.tags, row.tags_signed) == (2, 1, 1, 1)
    table = frame(Governance, [row]).assign(repo="s")
    answers = list(vouching.run(date(2025, 6, 1), table))
    metrics = {one.name: one for one in answers if isinstance(one, Metric) and one.repo}
    assert metrics["governance.signed_commits"].value == 0.5
    assert metrics["governance.bot_covers"].value is None
    (shown,) = (one for one in answers if isinstance(one, Series))
    assert shown.rows[0][:4] == ("s", "1 of 2", "0", "1 of 1")


def test_a_message_that_speaks_of_a_signature_is_none(tmp_path: Path) -> None:
    message = "Explain\n\ngpgsig -----BEGIN PGP SIGNATURE-----\n"
    row = seen(list(governance.run(opened(tmp_path, [A({"a": "1"}, message=message)]))))
    assert row.signed == 0


def test_a_configuration_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    files = {".github/dependabot.yml": "updates: [\n", "go.mod": "module x\n"}
    gathered = list(governance.run(opened(tmp_path, [A(files)])))
    assert [one.path for one in gathered if isinstance(one, Issue)] == [".github/dependabot.yml"]
    assert seen(gathered).uncovered == "gomod"


# After the examples in the code host's documentation.
@pytest.mark.parametrize(
    ("pattern", "path", "owned"),
    [
        ("*", "a/b.c", True),
        ("*.js", "web/src/a.js", True),
        ("/build/logs/", "build/logs/a/b.txt", True),
        ("/build/logs/", "x/build/logs/a", False),
        ("docs/*", "docs/a.md", True),
        ("docs/*", "docs/build/a.md", False),
        ("apps/", "x/apps/a.txt", True),
        ("/docs/", "docs/a/b", True),
        ("**/logs", "a/b/logs/x", True),
        ("**/logs", "logs/x", True),
        ("/apps/**/x.go", "apps/a/b/x.go", True),
    ],
)
def test_patterns_of_code_owners(pattern: str, path: str, *, owned: bool) -> None:
    rules, _ = _rules(f"{pattern} @a\n".encode())
    assert _is_owned(path, rules) is owned


def test_an_empty_repository_has_nothing_to_count(tmp_path: Path) -> None:
    source = fast_import(
        tmp_path / "e.git",
        b"commit refs/heads/main\ncommitter A <a@x.io> 1736154000 +0000\ndata 1\nm\n\n",
    )
    row = seen(list(governance.run(open_repository("e", source, tmp_path / "overlay" / "e"))))
    assert (row.commits, row.files, row.bot) == (1, 0, "")


def test_owners_whose_patterns_take_for_ever_are_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "SECONDS", 0.2)
    files = {"CODEOWNERS": f"{'*a' * 24}b @acme/core\n", "a" * 200: ""}
    repository = opened(tmp_path, [A(files)])
    with guard.job(minutes=1):
        found = list(governance.run(repository))
    assert [one.path for one in found if isinstance(one, Issue)] == ["CODEOWNERS"]
    assert (seen(found).owners_file, seen(found).owned) == ("CODEOWNERS", None)
    answers = list(
        vouching.run(date(2025, 6, 1), frame(Governance, [seen(found)]).assign(repo="s"))
    )
    owned = next(one for one in answers if isinstance(one, Metric) and "owned" in one.name)
    assert owned.value is None
    assert "not read" in str(answers[-1])
