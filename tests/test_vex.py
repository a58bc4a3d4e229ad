"""VEX out and in: what is stated stays visible, counts apart, and ends when it was to end."""

from __future__ import annotations

import json
import re
import shutil
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, build
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from schemas import mistakes
from test_jobs import inline

from techdd import pipeline
from techdd.advisories import import_advisories
from techdd.cli import main
from techdd.collectors.vulnerabilities import probe
from techdd.documents import dump_yaml, read_yaml
from techdd.errors import TechddError
from techdd.findings import judge
from techdd.model import Finding
from techdd.reading import Tables, read
from techdd.text import PLACE_TOKEN
from techdd.vex import WRITERS, Products, Statement, Told, stated
from techdd.vex.ranges import concerns
from techdd.vex.statement import STATUSES
from techdd.workspace import Workspace

DAY = date(2026, 1, 1)
CYCLONEDX = "bom-1.6.schema.json"
NOT = {"status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"}


def advisory(identifier: str, name: str, alias: str = "") -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": "9.0.0"}]
    package = {"ecosystem": "npm", "name": name}
    return {
        "id": identifier,
        "aliases": [alias] if alias else [],
        "modified": "2025-12-01T00:00:00Z",
        "published": "2025-11-01T00:00:00Z",
        "summary": "Slow.",
        "database_specific": {"severity": "CRITICAL"},
        "affected": [{"package": package, "ranges": [{"type": "SEMVER", "events": events}]}],
    }


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The engagement of two repositories with @x/a (two advisories) and b (one)."""
    tmp_path = tmp_path_factory.mktemp("vex")
    (tmp_path / "osv").mkdir()
    for one in (advisory("GHSA-1", "@x/a", "CVE-1"), advisory("GHSA-2", "@x/a"),
                advisory("GHSA-3", "b")):  # fmt: skip
        (tmp_path / "osv" / f"{one['id']}.json").write_text(json.dumps(one))
    import_advisories([tmp_path / "osv"], tmp_path / "db")
    packages = {
        "node_modules/@x/a": {"version": "1.0.0"},
        "node_modules/b": {"version": "2.0.0"},
    }
    lock = {"package-lock.json": json.dumps({"lockfileVersion": 3, "packages": packages})}
    sources = [str(build(tmp_path / f"{name}.git", [A(lock)])) for name in ("api", "web")]
    made = Workspace.create(tmp_path / "e", "Northwind", sources, adviser="A. Adviser")
    chosen = ["vulnerabilities", "history", "snapshot"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TECHDD_ADVISORIES", str(tmp_path / "db"))
        pipeline.collect(made, only=chosen, workers=1, pool=inline)
    return made.root


@pytest.fixture
def workspace(collected: Path, tmp_path: Path) -> Workspace:
    """A copy of it, in which something may be stated."""
    return Workspace(Path(shutil.copytree(collected, tmp_path / "e")))


def found(workspace: Workspace, as_of: date = DAY) -> dict[tuple[str, str], Finding]:
    """(repository, package) -> its finding."""
    readings = [read(probe, as_of, Tables(workspace))]
    findings, _ = judge(readings, workspace.rules, workspace.names, workspace.scoring)
    told = [
        replace(one, title=_told(one.title), observation=_told(one.observation))
        for one in findings
        if one.rule == "vulnerable-package"
    ]
    return {(one.repo, one.title.split(" ")[0]): one for one in told}


def _told(text: str) -> str:
    """As those read it who may know which package it is."""
    return PLACE_TOKEN.sub(r"\2", text)


def numbers(workspace: Workspace, as_of: date = DAY) -> dict[str, float | None]:
    metrics = read(probe, as_of, Tables(workspace)).metrics
    wanted = ("critical", "total", "stated")
    named = {one.name.split(".")[1]: one.value for one in metrics if not one.repo}
    return {name: named[name] for name in wanted if name in named}


def triage(workspace: Workspace, **entries: dict[str, Any]) -> None:
    document = {"format_version": 1, "findings": entries}
    (workspace.root / "triage.yaml").write_text(json.dumps(document))


def settled(*advisories: str, **more: Any) -> dict[str, Any]:
    return {**NOT, "advisories": advisories, "reason": "Never called.", "by": "Ann Able", **more}


def openvex(workspace: Workspace, *statements: dict[str, Any], author: str = "Northwind") -> None:
    (workspace.root / "vex").mkdir(exist_ok=True)
    document = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "urn:x",
        "author": author,
        "timestamp": "2025-12-10T00:00:00Z",
        "version": 1,
        "statements": statements,
    }
    name = f"{len(list((workspace.root / 'vex').iterdir()))}.openvex.json"
    (workspace.root / "vex" / name).write_text(json.dumps(document))


def cyclonedx(workspace: Workspace, name: str = "a.cdx.json", **more: Any) -> None:
    """A CycloneDX document with `more` in it; what it affects is given as `affects`."""
    (workspace.root / "vex").mkdir(exist_ok=True)
    affects = more.pop("affects")
    analysis = more.pop("analysis", {"state": "not_affected", "justification": "code_not_present"})
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "vulnerabilities": [{"id": "GHSA-3", "analysis": analysis, "affects": affects}],
        **more,
    }
    (workspace.root / "vex" / name).write_text(json.dumps(document))


def called(workspace: Workspace, repo: str, *products: str) -> Workspace:
    """The engagement with `products` named in the entry of `repo`."""
    tree = read_yaml(workspace.file)
    (entry,) = (one for one in tree["repositories"] if one["name"] == repo)
    entry["products"] = list(products)
    workspace.file.write_text(dump_yaml(tree))
    return Workspace(workspace.root)


def severities(workspace: Workspace) -> tuple[str, str]:
    """Of package b in the repositories api and web."""
    one = found(workspace)
    return str(one["api", "b"].severity), str(one["web", "b"].severity)


def gaps(workspace: Workspace, as_of: date = DAY) -> tuple[str, ...]:
    """What of the documents settles nothing, as the report says it."""
    return read(probe, as_of, Tables(workspace)).reasons


def judged(workspace: Workspace) -> tuple[tuple[str, str], str]:
    """(severities, gaps), of one reading."""
    reading = read(probe, DAY, Tables(workspace))
    state = {
        one.repo: SETTLED if one.values["severity"] == "info" else OPEN
        for one in reading.observations
        if one.values["package"] == "b"
    }
    return (state["api"], state["web"]), "; ".join(reading.reasons)


OPEN, SETTLED = "critical", "info"


def of(purl: str, name: str, **more: Any) -> dict[str, Any]:
    return {"vulnerability": {"name": name}, "products": [{"@id": purl}], **NOT, **more}


def vex(workspace: Workspace, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["findings", "vex", str(workspace.root), *map(str, arguments)])


# --- in -------------------------------------------------------------------------------------------


def test_without_statements_nothing_is_answered_for(workspace: Workspace) -> None:
    assert numbers(workspace) == {"critical": 4, "total": 4}
    assert {one.severity for one in found(workspace).values()} == {"critical"}


def test_a_stated_finding_stays_visible_and_counts_apart(workspace: Workspace) -> None:
    before = numbers(workspace)
    openvex(workspace, of("pkg:npm/b@2.0.0", "GHSA-3"))
    assert numbers(workspace) == {**before, "stated": 2}
    findings = found(workspace)
    assert len(findings) == 4
    assert findings["api", "b"].severity == "info"
    assert (
        "Stated not affected by Northwind, vulnerable code not in execute path: GHSA-3."
        in findings["api", "b"].observation
    )
    assert findings["api", "@x/a"].severity == "critical"


def test_one_of_two_advisories_leaves_the_other(workspace: Workspace) -> None:
    openvex(workspace, of("pkg:npm/%40x/a", "CVE-1"))
    finding = found(workspace)["api", "@x/a"]
    assert finding.severity == "critical"
    assert "CVE-1, GHSA-2" in finding.observation or "GHSA-2, CVE-1" in finding.observation
    assert "execute path: CVE-1." in finding.observation
    assert "stated" not in numbers(workspace)


@pytest.mark.parametrize(
    "statement",
    [
        of("pkg:npm/b@2.0.1", "GHSA-3"),
        of("pkg:pypi/b@2.0.0", "GHSA-3"),
        of("pkg:npm/b@2.0.0", "GHSA-1"),
        of("pkg:npm/b@2.0.0", "GHSA-3", justification=""),
        of("pkg:npm/b@2.0.0", "GHSA-3", status="affected"),
        of("pkg:npm/b@2.0.0", "GHSA-3", status="under_investigation"),
        of("pkg:npm/b@2.0.0", "GHSA-3", status="nonsense"),
        of("pkg:npm/b@2.0.0", "GHSA-3", timestamp="2099-01-01T00:00:00Z"),
        of("the shop", "GHSA-3"),
        {"vulnerability": 1, "products": "x", "status": []},
    ],
)
def test_what_does_not_fit_settles_nothing(workspace: Workspace, statement: dict[str, Any]) -> None:
    openvex(workspace, statement)
    assert numbers(workspace) == {"critical": 4, "total": 4}


def test_a_statement_about_one_repository_leaves_the_other(workspace: Workspace) -> None:
    part = {"@id": "pkg:generic/web@1", "subcomponents": [{"@id": "pkg:npm/b@2.0.0"}]}
    openvex(workspace, of("", "GHSA-3", products=[part]))
    severities = {key: one.severity for key, one in found(workspace).items() if key[1] == "b"}
    assert severities == {("api", "b"): "critical", ("web", "b"): "info"}


def test_the_later_statement_counts(workspace: Workspace) -> None:
    late = {"timestamp": "2025-12-20T00:00:00Z"}
    openvex(workspace, of("pkg:npm/b", "GHSA-3", status="affected", **late))
    openvex(workspace, of("pkg:npm/b", "GHSA-3"))
    assert "stated" not in numbers(workspace)


def test_cyclonedx_states_too(workspace: Workspace) -> None:
    cyclonedx(
        workspace,
        metadata={"supplier": {"name": "Northwind"}},
        affects=[{"ref": "pkg:npm/b@2.0.0"}],
    )
    assert numbers(workspace)["stated"] == 2
    assert "by Northwind, code not present: GHSA-3" in found(workspace)["api", "b"].observation
    assert gaps(workspace) == ()


# --- whose product --------------------------------------------------------------------------------

SERIAL = "3e671687-395b-41f5-a30f-a58921a69b79"
PARTS = [{"@id": "pkg:npm/b@2.0.0"}]


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        ({"@id": "pkg:npm/b@2.0.0"}, (SETTLED, SETTLED)),
        ({"@id": "pkg:oci/other", "subcomponents": PARTS}, (OPEN, OPEN)),
        ({"@id": "pkg:generic/other@1", "subcomponents": PARTS}, (OPEN, OPEN)),
        ({"@id": "https://other.example/shop", "subcomponents": PARTS}, (OPEN, OPEN)),
        ({"identifiers": {"cpe23": "cpe:2.3:a:o:o:1:*"}, "subcomponents": PARTS}, (OPEN, OPEN)),
        ({"@id": "pkg:npm/web@1.0.0", "subcomponents": PARTS}, (OPEN, OPEN)),
        ({"@id": "pkg:generic/web@1", "subcomponents": PARTS}, (OPEN, SETTLED)),
        ({"@id": "Web", "subcomponents": PARTS}, (OPEN, SETTLED)),
        ({"@id": "NORTHWIND", "subcomponents": PARTS}, (SETTLED, SETTLED)),
        ({"@id": "pkg:oci/shop@sha256:00?tag=1", "subcomponents": PARTS}, (OPEN, SETTLED)),
        ({"@id": "https://northwind.example/shop", "subcomponents": PARTS}, (OPEN, SETTLED)),
        ({"@id": "x", "identifiers": {"purl": "pkg:oci/shop"}, "subcomponents": PARTS},
         (OPEN, SETTLED)),
        ({"@id": "pkg:oci/shop"}, (OPEN, SETTLED)),  # without parts: all of the product
        ({"@id": "pkg:oci/shop", "subcomponents": [{"@id": "the parser"}]}, (OPEN, OPEN)),
        ({"@id": "pkg:oci/shop", "subcomponents": [{"@id": "pkg:npm/c"}]}, (OPEN, OPEN)),
        ({"@id": "pkg:npm/platform@2.0.1", "subcomponents": PARTS}, (OPEN, OPEN)),
        ({"@id": "pkg:npm/platform@2.0.0", "subcomponents": PARTS}, (OPEN, SETTLED)),
    ],
)  # fmt: skip
def test_a_statement_counts_where_its_product_is_ours(
    workspace: Workspace, product: dict[str, Any], expected: tuple[str, str]
) -> None:
    ours = called(
        workspace, "web", "pkg:oci/shop", "https://northwind.example/shop",
        "pkg:npm/platform@2.0.0",
    )  # fmt: skip
    openvex(ours, of("", "GHSA-3", products=[product]))
    state, told = judged(ours)
    assert state == expected
    if expected == (OPEN, OPEN) and "pkg:npm/c" not in str(product):
        assert told.startswith("vex/0.openvex.json: statement ")


def test_what_is_said_of_another_product_is_named_in_the_report(workspace: Workspace) -> None:
    other = {"@id": "pkg:oci/other", "subcomponents": PARTS}
    openvex(workspace, of("", "GHSA-3", products=[other]), of("", "CVE-1", products=[other]))
    why = (
        "vex/0.openvex.json: statement about a product that engagement.yaml does not name: "
        "2 in number: pkg:oci/other"
    )
    assert gaps(workspace) == (why,)
    made = pipeline.report(workspace, pipeline.assess(workspace, as_of=DAY), "client")
    assert [one.domain for one in made.chapters if why in one.gaps] == ["dependencies"]


def test_a_product_may_be_what_several_repositories_make(workspace: Workspace) -> None:
    called(workspace, "api", "Shop")
    openvex(called(workspace, "web", "shop"), of("", "GHSA-3", products=[{"@id": "Shop"}]))
    assert severities(workspace) == (SETTLED, SETTLED)


def test_statements_from_before_version_0_2_of_openvex(workspace: Workspace) -> None:
    old = {"vulnerability": "GHSA-3", "products": ["pkg:generic/web"], **NOT}
    openvex(workspace, old | {"subcomponents": ["pkg:npm/b"]})
    assert severities(workspace) == (OPEN, SETTLED)
    openvex(workspace, {"vulnerability": "GHSA-3", "products": ["pkg:npm/b@2.0.0"], **NOT})
    assert severities(workspace) == (SETTLED, SETTLED)


@pytest.mark.parametrize(
    ("document", "ref", "expected"),
    [
        ({}, "pkg:npm/b@2.0.0", (SETTLED, SETTLED)),
        ({"metadata": {"component": {"name": "Other"}}}, "pkg:npm/b@2.0.0", (OPEN, OPEN)),
        ({"metadata": {"component": {"name": "web"}}}, "pkg:npm/b@2.0.0", (OPEN, SETTLED)),
        ({"metadata": {"component": {"name": "X", "purl": "pkg:oci/shop@1"}}}, "pkg:npm/b",
         (OPEN, SETTLED)),
        ({"metadata": {"component": {"name": "Other", "bom-ref": "r"}}}, "r", (OPEN, OPEN)),
        ({"metadata": {"component": {"name": "web", "bom-ref": "r"}}}, "r", (OPEN, SETTLED)),
        ({"metadata": {"component": {"name": "b", "bom-ref": "r", "purl": "pkg:npm/b@2.0.0"}}},
         "r", (SETTLED, SETTLED)),  # its maker speaks of the package itself
        ({}, f"urn:cdx:{SERIAL}/1#pkg:npm/b@2.0.0", (OPEN, SETTLED)),
        ({}, f"urn:cdx:{SERIAL[:-1]}0/1#pkg:npm/b@2.0.0", (OPEN, OPEN)),
        ({}, f"urn:cdx:{SERIAL}/1#12", (OPEN, OPEN)),
        ({"serialNumber": f"urn:uuid:{SERIAL}"}, "pkg:npm/b@2.0.0", (OPEN, SETTLED)),
        ({"components": [{"bom-ref": "7", "name": "b", "purl": "pkg:npm/b@2.0.0"}]}, "7",
         (SETTLED, SETTLED)),
        ({"components": [{"bom-ref": "7", "name": "b"}]}, "7", (OPEN, OPEN)),
        ({"metadata": {"component": {"name": "Other"}},
          "components": [{"bom-ref": "7", "name": "b", "purl": "pkg:npm/b@2.0.0"}]}, "7",
         (OPEN, OPEN)),
    ],
)  # fmt: skip
def test_cyclonedx_says_whose_product_it_is_about(
    workspace: Workspace, document: dict[str, Any], ref: str, expected: tuple[str, str]
) -> None:
    ours = called(workspace, "web", f"urn:uuid:{SERIAL}", "pkg:oci/shop")
    cyclonedx(ours, affects=[{"ref": ref}], **document)
    state, told = judged(ours)
    assert state == expected
    assert bool(told) == (expected == (OPEN, OPEN))


# --- which versions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("versions", "expected", "gap"),
    [
        ([{"version": "2.0.0", "status": "unaffected"}], SETTLED, ""),
        ([{"version": "2.0.1", "status": "unaffected"}], OPEN, ""),
        ([{"range": "vers:npm/>=1.0.0|<2.0.1", "status": "unaffected"}], SETTLED, ""),
        ([{"range": "vers:npm/>=1.0.0|<2.0.0", "status": "unaffected"}], OPEN, ""),
        ([{"range": "vers:semver/>=2.0.0", "status": "unaffected"}], SETTLED, ""),
        ([{"range": "vers:npm/*", "status": "unaffected"}], SETTLED, ""),
        ([{"version": "1.0.0", "status": "unaffected"}, {"version": "2.0.0",
           "status": "unaffected"}], SETTLED, ""),
        ([{"version": "2.0.0"}], OPEN, "says one thing by its analysis"),
        ([{"version": "2.0.0", "status": "affected"}], OPEN, "says one thing by its analysis"),
        ([{"version": "2.0.0", "status": "unknown"}], OPEN, "says one thing by its analysis"),
        ([{"range": "vers:pypi/>=1", "status": "unaffected"}], OPEN, "range that cannot be read"),
        ([{"range": "vers:npm/>=x", "status": "unaffected"}], OPEN, "range that cannot be read"),
        ([{"range": ">=1", "status": "unaffected"}], OPEN, "range that cannot be read"),
        ([{"range": "vers:npm/", "status": "unaffected"}], OPEN, "range that cannot be read"),
    ],
)  # fmt: skip
def test_versions_that_cyclonedx_lists_are_honoured(
    workspace: Workspace, versions: list[dict[str, str]], expected: str, gap: str
) -> None:
    cyclonedx(workspace, affects=[{"ref": "pkg:npm/b@2.0.0", "versions": versions}])
    state, told = judged(workspace)
    assert state == (expected, expected)
    assert bool(told) == bool(gap)
    assert gap in told


def test_versions_of_a_product_are_not_those_of_its_packages(workspace: Workspace) -> None:
    cyclonedx(
        workspace,
        metadata={"component": {"name": "web", "bom-ref": "r"}},
        affects=[{"ref": "r", "versions": [{"version": "2.0.0", "status": "unaffected"}]}],
    )
    assert severities(workspace) == (OPEN, OPEN)
    assert "which of them was audited is not known" in "".join(gaps(workspace))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("vers:npm/1.2.3", "1.2.3", "1.2.4"),
        ("vers:npm/!=1.2.3", "1.2.4", "1.2.3"),
        ("vers:npm/<=1.2.3", "1.2.3 0.1.0", "1.2.4"),
        ("vers:npm/>1.2.3", "1.2.4", "1.2.3 1.2.0"),
        ("vers:npm/>=1.0.0|<2.0.0|>=3.0.0|<4.0.0", "1.5.0 3.0.0", "0.9.0 2.0.0 2.5.0 4.0.0"),
        ("vers:npm/>=3.0.0|<4.0.0|1.0.0|!=3.5.0", "1.0.0 3.1.0", "3.5.0 1.0.1"),
        ("vers:composer/<2.0.0", "2.0.0-beta1", "2.0.0"),
        ("vers:maven/>=1.0|<=2.0", "1.0 2.0", "2.0.1 1.0-SNAPSHOT"),
        ("vers:golang/>=v1.0.0", "v1.0.0 1.2.0", "v0.9.0"),
        ("vers:pypi/>=1.0%2Blocal", "1.0+local", "0.9"),
    ],
)
def test_ranges_contain_what_the_specification_says(text: str, inside: str, outside: str) -> None:
    ecosystem = {"npm": "npm", "composer": "Packagist", "maven": "Maven", "golang": "Go",
                 "pypi": "PyPI"}[text.removeprefix("vers:").partition("/")[0]]  # fmt: skip
    assert all(concerns(text, ecosystem, version) for version in inside.split())
    assert not any(concerns(text, ecosystem, version) for version in outside.split())


# --- words against words --------------------------------------------------------------------------


def test_where_documents_disagree_the_later_counts_and_it_is_shown(workspace: Workspace) -> None:
    openvex(workspace, of("pkg:npm/b", "GHSA-3"), author="Northwind")
    late = {"timestamp": "2025-12-20T00:00:00Z"}
    openvex(workspace, of("pkg:npm/b@2.0.0", "GHSA-3", status="affected", **late), author="Lab")
    assert severities(workspace) == (OPEN, OPEN)
    assert gaps(workspace) == (
        "vex/1.openvex.json: documents disagree: GHSA-3 of b: not affected (0.openvex.json) "
        "against affected (1.openvex.json); 1.openvex.json counts",
    )


def test_who_says_otherwise_is_named_where_a_finding_is_settled(workspace: Workspace) -> None:
    early = {"timestamp": "2025-12-01T00:00:00Z"}
    openvex(workspace, of("pkg:npm/b", "GHSA-3", status="affected", **early), author="Lab")
    openvex(workspace, of("pkg:npm/b", "GHSA-3"), author="Northwind")
    observation = found(workspace)["api", "b"].observation
    assert "by Northwind, vulnerable code not in execute path, although Lab says" in observation
    assert "1.openvex.json counts" in "".join(gaps(workspace))


def test_what_is_dated_after_the_audit_does_not_count_and_is_named(workspace: Workspace) -> None:
    openvex(workspace, of("pkg:npm/b@2.0.0", "GHSA-3", timestamp="2099-01-01T00:00:00Z"))
    assert severities(workspace) == (OPEN, OPEN)
    assert "statement dated after the day of the audit" in "".join(gaps(workspace))
    assert gaps(workspace, date(2100, 1, 1)) == ()


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (of("pkg:npm/b", "GHSA-3", justification=""), "says not affected without a reason"),
        (of("pkg:npm/b", "GHSA-3", status="sound"), "says no status that is known"),
        (of("pkg:npm/b", ""), "names no vulnerability"),
        (of("", "GHSA-3", products=[]), "names no package URL and no product"),
        ({"vulnerability": 1, "products": "x", "status": []}, "names no vulnerability"),
    ],
)
def test_what_says_too_little_is_named(
    workspace: Workspace, statement: dict[str, Any], why: str
) -> None:
    openvex(workspace, statement)
    state, told = judged(workspace)
    assert state == (OPEN, OPEN)
    assert f"vex/0.openvex.json: statement {why}" in told


def test_an_impact_statement_is_a_reason(workspace: Workspace) -> None:
    told = of("pkg:npm/b", "GHSA-3", justification="", impact_statement="Never\u202e called.")
    openvex(workspace, told)
    assert "by Northwind, Never" in found(workspace)["api", "b"].observation
    assert "\u202e" not in found(workspace)["api", "b"].observation


def test_a_client_who_says_that_nothing_matters_is_quoted_and_not_believed(
    workspace: Workspace,
) -> None:
    before = numbers(workspace)
    openvex(workspace, *(of("Northwind", name) for name in ("GHSA-1", "GHSA-2", "GHSA-3")))
    assert numbers(workspace) == {**before, "stated": 4}
    reading = read(probe, DAY, Tables(workspace))
    (table,) = (one for one in reading.series if one.name == "statements")
    assert "Nobody tested whether what is stated is true" in table.note
    (metric,) = (one for one in reading.metrics
                 if one.name == "vulnerabilities.stated" and not one.repo)  # fmt: skip
    assert "somebody states that all that is known does not matter" in metric.note
    for one in found(workspace).values():
        assert "Stated not affected by Northwind" in one.observation


def test_hostile_documents_take_no_time(workspace: Workspace) -> None:
    """As many statements as fit, all about one package, in two documents that disagree."""
    many = [{"vulnerability": {"name": "GHSA-3"}, "products": [{"@id": f"pkg:npm/b@2.0.{n}"}],
             "status": "affected"} for n in range(5_000)]  # fmt: skip
    openvex(workspace, *many)
    openvex(workspace, *(one | NOT for one in many))
    started = time.process_time()
    gaps(workspace)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "content", ["[" * 100_000, "[]", "{}", "\xff", '{"@context": 1}'], ids=lambda text: text[:5]
)
def test_a_document_that_is_no_vex_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "vex").mkdir()
    (tmp_path / "vex" / "x.json").write_text(content, encoding="latin-1")
    with pytest.raises(TechddError) as caught:
        stated(tmp_path, Products())
    assert caught.value.where == str(tmp_path / "vex" / "x.json")
    assert "\n" not in caught.value.message


# --- triage ---------------------------------------------------------------------------------------


def test_triage_settles_one_finding_until_its_day(workspace: Workspace) -> None:
    finding = found(workspace)["api", "b"].id
    triage(workspace, **{finding: settled("GHSA-3", until="2026-01-01")})
    assert numbers(workspace) == {"critical": 3, "total": 3, "stated": 1}
    assert "not affected by Ann Able" in found(workspace)["api", "b"].observation
    assert numbers(workspace, date(2026, 1, 2)) == {"critical": 4, "total": 4}


def test_what_is_published_later_is_not_triaged(workspace: Workspace) -> None:
    finding = found(workspace)["api", "@x/a"].id
    triage(workspace, **{finding: settled("CVE-1")})
    assert found(workspace)["api", "@x/a"].severity == "critical"
    triage(workspace, **{finding: settled("CVE-1", "GHSA-2")})
    assert found(workspace)["api", "@x/a"].severity == "info"


def test_triage_counts_before_a_document(workspace: Workspace) -> None:
    openvex(workspace, of("pkg:npm/b", "GHSA-3"))
    finding = found(workspace)["api", "b"].id
    triage(workspace, **{finding: {"status": "affected", "reason": "Seen.", "by": "Ann"}})
    assert found(workspace)["api", "b"].severity == "critical"
    assert found(workspace)["web", "b"].severity == "info"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({**NOT, "reason": "x", "by": "y"}, "name the 'advisories' that were looked at, or give"),
        (settled("GHSA-3") | {"justification": None}, "'not_affected' needs a 'justification'"),
        (settled("GHSA-3", because="x"), "unknown key 'because'"),
        (settled("GHSA-3") | {"by": ""}, "by: "),
    ],
)
def test_triage_has_to_be_answered_for(
    workspace: Workspace, entry: dict[str, Any], message: str
) -> None:
    triage(workspace, **{"0123456789ab": entry})
    with pytest.raises(TechddError, match=re.escape(message)):
        stated(workspace.root, Products())


# --- out ------------------------------------------------------------------------------------------


@pytest.fixture
def settled_two(workspace: Workspace) -> Workspace:
    findings = found(workspace)
    entries = {
        findings["api", "@x/a"].id: settled("CVE-1", reason="Ask ann@example.com."),
        findings["web", "b"].id: {"status": "affected", "reason": "Update.", "by": "Ann Able"},
        findings["api", "b"].id: settled("GHSA-3", until="2025-12-31"),
        "0123456789ab": settled("GHSA-3"),
    }
    triage(workspace, **entries)
    return workspace


@pytest.fixture
def settled_all(workspace: Workspace) -> Workspace:
    """Every kind of triage there is."""
    findings = found(workspace)
    kinds = {
        ("api", "@x/a"): settled("CVE-1", "GHSA-2", until="2026-12-31"),
        ("web", "@x/a"): settled("GHSA-2", status="fixed", justification=None),
        ("api", "b"): settled(status="affected", justification=None),
        ("web", "b"): settled("GHSA-3", status="under_investigation", justification=None),
    }
    triage(workspace, **{findings[key].id: entry for key, entry in kinds.items()})
    return workspace


FORMATS = [("out.openvex.json", "openvex-0.2.0.schema.json"), ("out.cdx.json", CYCLONEDX)]


@pytest.mark.parametrize(("name", "schema"), FORMATS)
def test_every_kind_of_triage_comes_out_and_in_again(
    settled_all: Workspace, tmp_path: Path, name: str, schema: str
) -> None:
    before = {key: one.severity for key, one in found(settled_all).items()}
    counts = numbers(settled_all)
    assert vex(settled_all, "-o", tmp_path / name, "--as-of", DAY).exit_code == 0
    document = json.loads((tmp_path / name).read_text())
    assert mistakes(document, schema) == []
    assert "Counts until 2026-12-31" in str(document)
    (settled_all.root / "triage.yaml").unlink()
    (settled_all.root / "vex").mkdir()
    shutil.copy(tmp_path / name, settled_all.root / "vex")
    assert {key: one.severity for key, one in found(settled_all).items()} == before
    # Read again it is a document, whose word takes nothing out of what is scored.
    again = numbers(settled_all)
    assert again["stated"] == counts["stated"]
    assert again["total"] == (counts["total"] or 0) + (counts["stated"] or 0)
    assert gaps(settled_all) == ()
    words = {"openvex": ("not_affected", "fixed", "affected", "under_investigation"),
             "cdx": ("not_affected", "resolved", "exploitable", "in_triage")}  # fmt: skip
    assert all(f'"{word}"' in (tmp_path / name).read_text() for word in words[name.split(".")[1]])


@pytest.mark.parametrize(
    ("justification", "theirs"),
    [
        ("component_not_present", "code_not_present"),
        ("vulnerable_code_not_present", "code_not_present"),
        ("vulnerable_code_not_in_execute_path", "code_not_reachable"),
        ("vulnerable_code_cannot_be_controlled_by_adversary", "requires_environment"),
        ("inline_mitigations_already_exist", "protected_by_mitigating_control"),
    ],
)
def test_every_justification_is_written(justification: str, theirs: str) -> None:
    one = A_STATEMENT._replace(justification=justification)
    openvex_, cyclonedx_ = (json.loads(write([one], TOLD)) for _, write in WRITERS.values())
    assert openvex_["statements"][0]["justification"] == justification
    assert cyclonedx_["vulnerabilities"][0]["analysis"]["justification"] == theirs


A_STATEMENT = Statement(
    "0123456789ab", "api", "npm", "b", "1.0", "CVE-1, GHSA-1", "not_affected",
    "component_not_present", "Not there.", "", "", "", "triage.yaml",
)  # fmt: skip
TOLD = Told("A. Adviser", DAY, "techdd 1", {"api": "0" * 40})
ODD = st.text(min_size=1, max_size=30)


@given(
    st.lists(
        st.builds(
            Statement, st.just(""), st.sampled_from(["api", "web"]),
            st.sampled_from(["npm", "Maven", "Docker"]), ODD, ODD, ODD,
            st.sampled_from(STATUSES), st.just("component_not_present"), ODD, ODD,
            st.just(""), st.just(""), st.just(""),
        ),
        min_size=1, max_size=4, unique_by=lambda one: one[:6],
    ),
    ODD,
)  # fmt: skip
def test_hostile_words_leave_a_document_what_its_schema_says(
    statements: list[Statement], author: str
) -> None:
    told = TOLD._replace(author=author)
    for (_, schema), (_, write) in zip(FORMATS, WRITERS.values(), strict=True):
        assert mistakes(json.loads(write(statements, told)), schema) == []


def test_the_schema_of_openvex_is_in_force() -> None:
    document = json.loads(WRITERS["openvex"][1]([A_STATEMENT], TOLD))
    schema = FORMATS[0][1]
    assert mistakes(document, schema) == []
    statement = document["statements"][0]
    for spoil in (
        {"status": "sound"}, {"status": "affected"}, {"surprise": 1}, {"products": [{}]},
        {"products": [{"@id": "no IRI"}]}, {"justification": "luck"},
    ):  # fmt: skip
        assert mistakes(document | {"statements": [statement | spoil]}, schema), spoil
    assert mistakes(document | {"statements": []}, schema)


def test_triage_that_settles_nothing_writes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    triage(workspace, **{"0123456789ab": settled("GHSA-3")})
    said = vex(workspace, "-o", tmp_path / "x.openvex.json")
    assert "settles no known vulnerability that was found" in str(said.exception)
    assert "Left out: 0123456789ab" in said.stderr
    assert not (tmp_path / "x.openvex.json").exists()


def test_openvex_says_what_was_triaged(settled_two: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "out.openvex.json"
    said = vex(settled_two, "-o", path, "--as-of", DAY)
    assert said.exit_code == 0
    assert "2 statements." in said.stderr
    assert "Left out: 0123456789ab: no known vulnerability that it names was found." in said.stderr
    assert "counted until 2025-12-31." in said.stderr
    document = json.loads(path.read_text())
    assert document["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", document["@id"])
    assert (document["author"], document["version"]) == ("A. Adviser", 1)
    assert document["timestamp"] == "2026-01-01T00:00:00Z"
    first, second = document["statements"]
    assert first["vulnerability"] == {"name": "CVE-1", "aliases": ["GHSA-1"]}
    assert first["status"] == "not_affected"
    assert first["justification"] == NOT["justification"]
    assert first["impact_statement"].startswith("Ask Person 1")
    (product,) = first["products"]
    assert re.fullmatch(r"pkg:generic/api@[0-9a-f]{40}", product["@id"])
    assert product["subcomponents"][0]["@id"] == "pkg:npm/%40x/a@1.0.0"
    assert (second["status"], second["action_statement"]) == ("affected", "Update.")
    assert "justification" not in second
    assert not re.search("ann", path.read_text(), re.IGNORECASE)


def test_cyclonedx_vex_is_what_its_schema_says(settled_two: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "out.cdx.json"
    assert vex(settled_two, "-o", path, "--as-of", DAY).exit_code == 0
    document = json.loads(path.read_text())
    assert mistakes(document) == []
    states = {one["id"]: one["analysis"]["state"] for one in document["vulnerabilities"]}
    assert states == {"CVE-1": "not_affected", "GHSA-3": "exploitable"}
    refs = {one["bom-ref"] for one in document["components"]}
    assert {one["ref"] for each in document["vulnerabilities"] for one in each["affects"]} == refs


@pytest.mark.parametrize("name", ["out.openvex.json", "out.cdx.json"])
def test_what_was_written_is_read_again(settled_two: Workspace, tmp_path: Path, name: str) -> None:
    assert vex(settled_two, "-o", tmp_path / name, "--as-of", DAY).exit_code == 0
    content = (tmp_path / name).read_bytes()
    assert vex(settled_two, "-o", tmp_path / name, "--as-of", DAY).exit_code == 0
    assert content == (tmp_path / name).read_bytes()
    (settled_two.root / "triage.yaml").unlink()
    (settled_two.root / "vex").mkdir()
    (settled_two.root / "vex" / name).write_bytes(content)
    findings = found(settled_two)
    assert "Stated not affected by A. Adviser" in findings["api", "@x/a"].observation
    assert "Stated" not in findings["web", "@x/a"].observation


def test_without_triage_nothing_is_written(workspace: Workspace, tmp_path: Path) -> None:
    said = vex(workspace, "-o", tmp_path / "x.openvex.json")
    assert isinstance(said.exception, TechddError)
    assert not (tmp_path / "x.openvex.json").exists()
    assert "ends in no format" in str(vex(workspace, "-o", tmp_path / "x.json").exception)
