"""Bills of materials: against the official schema, told again the same, and no people in them."""

from __future__ import annotations

import copy
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, build
from click.testing import CliRunner
from schemas import mistakes
from test_jobs import inline

from techdd import pipeline
from techdd.advisories import import_advisories
from techdd.bills import Writer, drawn_up
from techdd.cli import main
from techdd.errors import TechddError
from techdd.lockfiles import Dependency, Issue, Lockfile
from techdd.plugins import discover
from techdd.reading import Tables
from techdd.workspace import Workspace

DAY = date(2026, 1, 1)
LOCK = {
    "lockfileVersion": 3,
    "packages": {
        "": {"dependencies": {"@scope/lib": "^1"}, "devDependencies": {"lint": "^2"}},
        "node_modules/@scope/lib": {"version": "1.0.1", "license": "Apache 2.0"},
        "node_modules/deep": {"version": "3.0.0", "license": "BSD"},
        "node_modules/lint": {"version": "2.0.0", "dev": True, "license": "MIT"},
    },
}
POM = """<project><dependencies><dependency><groupId>org.example</groupId>
<artifactId>core</artifactId><version>5.0.1.RELEASE</version></dependency></dependencies></project>
"""
ADVISORY = {
    "id": "GHSA-1",
    "aliases": ["CVE-2025-1"],
    "modified": "2025-12-01T00:00:00Z",
    "published": "2025-11-01T00:00:00Z",
    "summary": "Slow",
    "database_specific": {"severity": "HIGH"},
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "@scope/lib"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.1.0"}]}],
        }
    ],
}


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Two repositories, one with a manifest below a folder that is named like a person."""
    monkeypatch.setenv("TECHDD_ADVISORIES", str(tmp_path / "db"))
    (tmp_path / "osv.json").write_text(json.dumps(ADVISORY))
    import_advisories([tmp_path / "osv.json"], tmp_path / "db")
    lock = {"package-lock.json": json.dumps(LOCK, indent=1)}
    api = build(
        tmp_path / "api.git",
        [A({**lock, "go.mod": "nonsense", "ann.able@example.com/pom.xml": POM})],
    )
    web = build(tmp_path / "web.git", [A(lock)])
    made = Workspace.create(tmp_path / "e", "Northwind", [str(api), str(web)])
    chosen = ["vulnerabilities", "history", "snapshot"]
    pipeline.collect(made, only=chosen, workers=1, pool=inline)
    return made


def written(workspace: Workspace, name: str) -> bytes:
    return discover("techdd.bills", Writer)[name].write(drawn_up(Tables(workspace), DAY))


def test_cyclonedx_is_what_its_schema_says(workspace: Workspace) -> None:
    bill = json.loads(written(workspace, "cyclonedx"))
    assert mistakes(bill) == []
    for spoil in (
        {"specVersion": 1},
        {"serialNumber": "1"},
        {"surprise": 1},
        {"components": [{"name": "x"}]},
        {"components": [{"type": "libary", "name": "x"}]},
        {"components": bill["components"][:1] * 2},
        {"vulnerabilities": [{"ratings": [{"severity": "worst"}]}]},
    ):
        assert mistakes(copy.deepcopy(bill) | spoil), spoil


def test_cyclonedx_names_what_a_repository_needs_and_what_is_known_of_it(
    workspace: Workspace,
) -> None:
    bill = json.loads(written(workspace, "cyclonedx"))
    components = {one["bom-ref"]: one for one in bill["components"]}
    lib = components["api:pkg:npm/%40scope/lib@1.0.1"]
    assert (lib["scope"], lib["licenses"]) == ("required", [{"expression": "Apache-2.0"}])
    assert {"name": "techdd:manifest", "value": "package-lock.json:12"} in lib["properties"]
    assert components["web:pkg:npm/lint@2.0.0"]["scope"] == "excluded"
    assert components["web:pkg:npm/deep@3.0.0"]["licenses"] == [{"license": {"name": "BSD"}}]
    assert "api:pkg:maven/org.example/core@5.0.1.RELEASE" in components
    incomplete = {"aggregate": "incomplete", "assemblies": ["repository:api"]}
    assert bill["compositions"] == [incomplete]
    (flaw,) = bill["vulnerabilities"]
    assert (flaw["id"], flaw["ratings"]) == ("CVE-2025-1", [{"severity": "high"}])
    assert [one["ref"] for one in flaw["affects"]] == [
        "api:pkg:npm/%40scope/lib@1.0.1",
        "web:pkg:npm/%40scope/lib@1.0.1",
    ]
    needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert needs["client"] == ["repository:api", "repository:web"]
    assert "web:pkg:npm/deep@3.0.0" not in needs["repository:web"]
    assert {ref for refs in needs.values() for ref in refs} <= components.keys()


def test_spdx_has_every_field_that_the_specification_asks_for(workspace: Workspace) -> None:
    bill = json.loads(written(workspace, "spdx"))
    assert (bill["spdxVersion"], bill["dataLicense"]) == ("SPDX-2.3", "CC0-1.0")
    assert bill["SPDXID"] == "SPDXRef-DOCUMENT"
    assert bill["name"] == "Northwind"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["documentNamespace"])
    assert bill["creationInfo"]["created"] == "2026-01-01T00:00:00Z"
    assert re.fullmatch(r"Tool: \S+-\S+", bill["creationInfo"]["creators"][0])
    assert bill["comment"] == "not complete for api"
    ids = [one["SPDXID"] for one in bill["packages"]]
    assert len(set(ids)) == len(ids) == 9
    for one in bill["packages"]:
        assert re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", one["SPDXID"])
        assert one["name"] and one["downloadLocation"] == "NOASSERTION"
        assert one["filesAnalyzed"] is False
    for one in bill["relationships"]:
        assert {one["spdxElementId"], one["relatedSpdxElement"]} <= {*ids, "SPDXRef-DOCUMENT"}
    licences = {one["name"]: one.get("licenseDeclared") for one in bill["packages"]}
    assert (licences["@scope/lib"], licences["deep"]) == ("Apache-2.0", "NOASSERTION")
    described = [one for one in bill["relationships"] if one["relationshipType"] == "DESCRIBES"]
    assert len(described) == 2


@pytest.mark.parametrize("name", ["cyclonedx", "spdx"])
def test_a_bill_is_the_same_each_time_and_names_nobody(workspace: Workspace, name: str) -> None:
    bill = written(workspace, name)
    assert bill == written(workspace, name)
    assert not re.search(rb"ann\W?able|@example\.com", bill, re.IGNORECASE)


@pytest.mark.parametrize("name", ["cyclonedx", "spdx"])
def test_what_was_written_is_read_again(workspace: Workspace, name: str) -> None:
    rows = list(
        discover("techdd.lockfiles", Lockfile)[f"{name}_json"].parse(written(workspace, name))
    )
    read = {(one.ecosystem, one.name, one.version) for one in rows if isinstance(one, Dependency)}
    assert sum(isinstance(one, Dependency) for one in rows) == 7
    gaps = {one.reason for one in rows if isinstance(one, Issue)}
    assert gaps == ({"bill that does not claim to be complete"} if name == "cyclonedx" else set())
    assert read == {
        ("npm", "@scope/lib", "1.0.1"),
        ("npm", "deep", "3.0.0"),
        ("npm", "lint", "2.0.0"),
        ("Maven", "org.example:core", "5.0.1.RELEASE"),
    }


def test_nothing_collected_is_no_empty_bill(tmp_path: Path) -> None:
    api = build(tmp_path / "api.git", [A({"a.py": "1\n"})])
    made = Workspace.create(tmp_path / "e", "Northwind", [str(api)])
    with pytest.raises(TechddError, match="no packages have been collected; first: techdd collect"):
        drawn_up(Tables(made), DAY)


def test_the_ending_says_the_format(workspace: Workspace, tmp_path: Path) -> None:
    def sbom(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["sbom", str(workspace.root), *arguments])

    for name, key in (("x.cdx.json", "bomFormat"), ("x.spdx.json", "spdxVersion")):
        assert sbom("-o", str(tmp_path / name)).exit_code == 0
        assert key in json.loads((tmp_path / name).read_text())
    assert sbom("-o", str(tmp_path / "x.json"), "--format", "spdx").exit_code == 0
    failed = sbom("-o", str(tmp_path / "y.json"))
    assert isinstance(failed.exception, TechddError)
    assert failed.exception.message == (
        "ends in no format; name it .cdx.json or .spdx.json, or give --format"
    )
