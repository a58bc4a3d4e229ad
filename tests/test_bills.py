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
from hypothesis import given
from hypothesis import strategies as st
from schemas import mistakes
from test_jobs import inline

from techdd import pipeline
from techdd.advisories import import_advisories
from techdd.bills import Bill, Component, Weakness, Writer, drawn_up
from techdd.cli import main
from techdd.depsdev import PackageFact
from techdd.errors import TechddError
from techdd.facts import frame
from techdd.lockfiles import Dependency, Issue, Lockfile
from techdd.model import Location
from techdd.plugins import discover
from techdd.reading import Tables
from techdd.workspace import Workspace

DAY = date(2026, 1, 1)
CYCLONEDX, SPDX = "bom-1.6.schema.json", "spdx-2.3.schema.json"
LOCK = {
    "lockfileVersion": 3,
    "packages": {
        "": {"dependencies": {"@scope/lib": "^1"}, "devDependencies": {"lint": "^2"}},
        "node_modules/@scope/lib": {"version": "1.0.1", "license": "Apache 2.0"},
        "node_modules/deep": {"version": "3.0.0", "license": "BSD"},
        "node_modules/bare": {"version": "1.0.0"},
        "node_modules/odd": {"version": "1.0.0"},
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


def looked_up(workspace: Workspace, *facts: tuple[str, str, str]) -> None:
    """What a service said: (name, version, licence) of packages of npm."""
    found = [PackageFact("npm", name, version, None, "", None, None, None, licence)
             for name, version, licence in facts]  # fmt: skip
    workspace.evidence.put(PackageFact, "api", frame(PackageFact, found))


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
    unread = components["repository:api"]["properties"]
    assert [one["name"] for one in unread] == ["techdd:not-read"]
    assert unread[0]["value"].startswith("go.mod: cannot be parsed: ")
    assert "properties" not in components["repository:web"]
    (told,) = bill["metadata"]["properties"]
    assert told["name"] == "techdd:compared-with-advisories"
    checked, _, used = told["value"].removesuffix(" packages").partition(" of ")
    assert 0 < int(checked) < int(used)  # Maven's have no advisories here
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


def test_spdx_is_what_its_schema_says(workspace: Workspace) -> None:
    bill = json.loads(written(workspace, "spdx"))
    assert mistakes(bill, SPDX) == []
    for spoil in (
        {"packages": [{"name": "x"}]},
        {"surprise": 1},
        {"relationships": [{"spdxElementId": "a", "relationshipType": "EATS",
                            "relatedSpdxElement": "b"}]},
        {"creationInfo": {}},
        {"dataLicense": None},
    ):  # fmt: skip
        assert mistakes(copy.deepcopy(bill) | spoil, SPDX), spoil


ODD = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("/@:%?#&=+ \t\n\x00\u202e"),
    min_size=1, max_size=30,
)  # fmt: skip
COMPONENTS = st.builds(
    Component,
    st.sampled_from(["api", "web"]), st.sampled_from(["npm", "Maven", "Docker", "deb", "Go"]), ODD,
    ODD | st.just(""), ODD | st.just(""), st.sampled_from(["runtime", "development", "unknown"]),
    st.none() | st.booleans(), st.sampled_from(["", "MIT", "MIT OR Apache-2.0"]),
    ODD | st.just(""), st.sampled_from(["", "deps.dev"]),
    st.just((Location("a\u202eb", 1), Location("c", None))),
)  # fmt: skip


@given(st.lists(COMPONENTS, max_size=4, unique_by=lambda one: one.ref), ODD, ODD)
def test_hostile_names_leave_a_bill_what_its_schema_says(
    components: list[Component], name: str, text: str
) -> None:
    keys = tuple((one.repo, one.ecosystem, one.name, one.version) for one in components)
    flaws = (Weakness("CVE-1", (name,), "high", 9.8, text, "2025-01-01", keys),) if keys else ()
    repositories = (("api", "0" * 40), ("web", ""))
    gaps = (("api", (Issue("cannot be parsed", text, name),)), ("web", ()))
    bill = Bill(name, DAY, "techdd 1", repositories, tuple(components), flaws, gaps)
    for form, schema in (("cyclonedx", CYCLONEDX), ("spdx", SPDX)):
        content = discover("techdd.bills", Writer)[form].write(bill)
        assert mistakes(json.loads(content), schema) == []


def test_licences_that_were_looked_up_are_in_the_bill_with_their_source(
    workspace: Workspace,
) -> None:
    looked_up(workspace, ("lint", "2.0.0", "GPL-3.0-only"), ("bare", "1.0.0", "ISC"),
              ("odd", "1.0.0", "ISC; non-standard"), ("bare", "9", "MIT"))  # fmt: skip
    bill = json.loads(written(workspace, "cyclonedx"))
    assert mistakes(bill) == []
    found = {one["bom-ref"]: one for one in bill["components"]}
    source = {"name": "techdd:licence-source", "value": "deps.dev"}
    bare, odd = found["api:pkg:npm/bare@1.0.0"], found["web:pkg:npm/odd@1.0.0"]
    assert bare["licenses"] == [{"expression": "ISC"}]
    assert odd["licenses"] == [{"license": {"name": "ISC; non-standard"}}]
    assert source in bare["properties"] and source in odd["properties"]
    lint = found["api:pkg:npm/lint@2.0.0"]  # of which the lock file says it
    assert lint["licenses"] == [{"expression": "MIT"}]
    assert source not in lint["properties"]
    packages = {one["name"]: one for one in json.loads(written(workspace, "spdx"))["packages"]}
    assert packages["bare"]["licenseDeclared"] == "ISC"
    assert packages["bare"]["licenseComments"] == "as deps.dev names it"
    assert (
        packages["odd"]["licenseComments"] == "stated as: ISC; non-standard; as deps.dev names it"
    )
    assert "licenseComments" not in packages["lint"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("GPL", {"license": {"name": "GPL"}}),
        ("LGPL", {"license": {"name": "LGPL"}}),
        ("LicenseRef-own", {"license": {"name": "LicenseRef-own"}}),
        ("GPL-2.0", {"expression": "GPL-2.0-only"}),
        ("(MIT OR Apache-2.0) AND ISC", {"expression": "(MIT OR Apache-2.0) AND ISC"}),
    ],
)
def test_what_is_no_spdx_id_goes_out_as_a_name(
    workspace: Workspace, words: str, expected: dict[str, Any]
) -> None:
    looked_up(workspace, ("bare", "1.0.0", words))
    bill = json.loads(written(workspace, "cyclonedx"))
    assert mistakes(bill) == []
    found = {one["bom-ref"]: one for one in bill["components"]}
    assert found["api:pkg:npm/bare@1.0.0"]["licenses"] == [expected]


def test_spdx_has_every_field_that_the_specification_asks_for(workspace: Workspace) -> None:
    bill = json.loads(written(workspace, "spdx"))
    assert (bill["spdxVersion"], bill["dataLicense"]) == ("SPDX-2.3", "CC0-1.0")
    assert bill["SPDXID"] == "SPDXRef-DOCUMENT"
    assert bill["name"] == "Northwind"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["documentNamespace"])
    assert bill["creationInfo"]["created"] == "2026-01-01T00:00:00Z"
    assert re.fullmatch(r"Tool: \S+-\S+", bill["creationInfo"]["creators"][0])
    assert bill["comment"].startswith(
        "Not complete. In api these could not be read: go.mod: cannot be parsed: "
    )
    ids = [one["SPDXID"] for one in bill["packages"]]
    assert len(set(ids)) == len(ids) == 13
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
    assert sum(isinstance(one, Dependency) for one in rows) == 11
    gaps = {one.reason for one in rows if isinstance(one, Issue)}
    assert gaps == ({"bill that does not claim to be complete"} if name == "cyclonedx" else set())
    assert read == {
        ("npm", "@scope/lib", "1.0.1"),
        ("npm", "bare", "1.0.0"),
        ("npm", "deep", "3.0.0"),
        ("npm", "odd", "1.0.0"),
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
