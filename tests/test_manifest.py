"""Which files a report rests on, and what their digests tell."""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from builders import A, build
from sample_report import sample_report

from techdd.errors import TechddError
from techdd.manifest import KEY, gather, read, same_place, written
from techdd.model import EvidenceFile
from techdd.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    build(tmp_path / "api", [A({"a.py": "x = 1\n"})])
    return Workspace.create(tmp_path / "acme", "Acme", [str(tmp_path / "api")])


def put(workspace: Workspace, name: str, text: str = "x") -> Path:
    path = workspace.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def named(workspace: Workspace) -> dict[str, str]:
    """The engagement's own files by name, without those that ship."""
    files = gather(workspace)
    return {one.name: one.digest for one in files if not one.name.startswith("techdd/")}


def test_only_files_that_are_read_are_named(workspace: Workspace) -> None:
    for name in (
        "evidence/commits/api.parquet", "evidence/changes/api.parquet/000.parquet",
        "evidence/runs/history.api.json", "answers/journal.jsonl", "people.yaml",
    ):  # fmt: skip
        put(workspace, name)
    expected = {*named(workspace)}
    assert expected == {
        "engagement.yaml", "people.yaml", "answers/journal.jsonl", "evidence/commits/api.parquet",
        "evidence/changes/api.parquet/000.parquet", "evidence/runs/history.api.json",
    }  # fmt: skip
    for name in (
        "draft of the contract with Falcon.docx", "notes.yaml", "fingerprint.key", "out/report.pdf",
        ".web/access.json", "evidence/.put.x/api.parquet", "evidence/commits/gone.parquet",
        "evidence/runs/history.gone.json", "logs/x.log", ".cache/api/x",
    ):  # fmt: skip
        put(workspace, name)
    assert {*named(workspace)} == expected


def test_what_people_name_is_numbered(workspace: Workspace, tmp_path: Path) -> None:
    put(workspace, "vex/db1.acme.internal.json")
    put(workspace, "vex/api.acme.internal.json")
    put(workspace, "checklists/project-falcon.yaml")
    put(workspace, "asked/security.yaml")
    (tmp_path / "scan.sarif").write_text("{}")
    os.mkfifo(tmp_path / "pipe.sarif")  # reading it would never end
    text = workspace.file.read_text()
    workspace.file.write_text(
        text.rstrip() + f"\n    sarif: [{tmp_path}/pipe.sarif, {tmp_path}/scan.sarif, none]\n"
    )
    workspace = Workspace(workspace.root)
    assert {*named(workspace)} == {
        "engagement.yaml", "vex/1", "vex/2", "checklists/1", "asked/1", "sarif/api/1",
    }  # fmt: skip


def test_a_number_is_no_part_of_the_place() -> None:
    assert same_place("sarif/api/12") == "sarif/api"
    assert same_place("evidence/changes/api.parquet/000.parquet").endswith("000.parquet")


def test_digests_of_what_is_confidential_are_keyed(workspace: Workspace) -> None:
    path = put(workspace, "people.yaml", "bots: [release@acme.example]\n")
    digest = named(workspace)["people.yaml"]
    assert sha256(path.read_bytes()).hexdigest() not in digest
    key = bytes.fromhex((workspace.root / KEY).read_text())
    assert digest == f"hmac-sha256:{hmac.new(key, path.read_bytes(), 'sha256').hexdigest()}"
    assert (workspace.root / KEY).stat().st_mode & 0o777 == 0o600
    assert named(workspace)["people.yaml"] == digest  # the key is kept


def test_what_ships_can_be_checked_by_anybody(workspace: Workspace) -> None:
    shipped = {one.name: one.digest for one in gather(workspace)}
    path = Path(__file__).parents[1] / "checklists" / "policy" / "scoring.yaml"
    digest = f"sha256:{sha256(path.read_bytes()).hexdigest()}"
    assert shipped["techdd/checklists/policy/scoring.yaml"] == digest


def test_a_damaged_or_missing_key_is_told(workspace: Workspace) -> None:
    with pytest.raises(TechddError, match="cannot be read: No such file"):
        gather(workspace, again=True)
    assert not (workspace.root / KEY).exists()
    put(workspace, KEY, "not a key")
    with pytest.raises(TechddError, match="is damaged"):
        gather(workspace)


def test_it_reads_back_what_it_wrote() -> None:
    report = replace(
        sample_report(),
        client='Quote " \udce9 \u202e',
        evidence=(EvidenceFile("people.yaml", f"hmac-sha256:{64 * 'a'}"),),
    )
    raw = written(report)
    assert raw == written(report)
    found = read(raw)
    assert found.audience == "investor"
    assert [one.name for one in found.repositories] == [one.name for one in report.scope]
    assert found.findings == tuple(one.id for one in report.findings)
    assert found.evidence[0].name == "people.yaml"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema_version": 2}, "schema_version"),
        ({"manifest": "another"}, "manifest"),
        ({"evidence": [{"name": "x", "digest": "md5:1"}]}, "evidence.0.digest"),
        ({"repositories": [{"name": "x", "commit": "--upload-pack=x"}]}, "repositories.0.commit"),
        ({"client": 7}, "client"),
        ({"client": "x" * 3_000}, "client"),
    ],
)
def test_what_is_not_as_it_should_be_is_told(change: dict[str, object], told: str) -> None:
    content = json.loads(written(sample_report())) | change
    with pytest.raises(ValueError, match=f"^{told}: "):
        read(json.dumps(content).encode())
