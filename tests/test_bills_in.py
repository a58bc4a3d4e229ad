"""Bills of materials of others: what one leaves open is a gap, and one can stand in for code."""

from __future__ import annotations

import gzip
import json
import time
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
from techdd.cli import main
from techdd.errors import TechddError
from techdd.lockfiles import Dependency, Issue, Lockfile
from techdd.model import Status
from techdd.plugins import discover
from techdd.purls import purl, read_purl
from techdd.reading import Tables
from techdd.standin import check_bill, open_bill
from techdd.workspace import Workspace

FORMATS = discover("techdd.lockfiles", Lockfile)
ROOT = {"bom-ref": "root", "type": "application", "name": "shop"}
REAL = Path(__file__).parent / "lockfiles"


def cyclonedx(*components: dict[str, Any], needs: dict[str, list[str]] | None = None,
              root: dict[str, Any] = ROOT, **more: Any) -> dict[str, Any]:  # fmt: skip
    graph = {"root": [one.get("bom-ref", "") for one in components]} if needs is None else needs
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"component": root},
        "components": components,
        "dependencies": [{"ref": ref, "dependsOn": others} for ref, others in graph.items()],
        **more,
    }


def spdx(*packages: dict[str, Any], described: list[str], **more: Any) -> dict[str, Any]:
    return {"spdxVersion": "SPDX-2.3", "packages": packages, "documentDescribes": described, **more}


def rows(document: dict[str, Any] | bytes, form: str = "cyclonedx_json") -> list[Any]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(FORMATS[form].parse(data))


def packages(found: list[Any]) -> list[str]:
    return [f"{one.name}@{one.version}" for one in found if isinstance(one, Dependency)]


def gaps(found: list[Any]) -> list[tuple[str, str]]:
    return [(one.reason, one.detail) for one in found if isinstance(one, Issue)]


def lib(ref: str, **more: Any) -> dict[str, Any]:
    return {"bom-ref": ref, "type": "library", "name": ref, "version": "1.0", **more}


NAMELESS = "component without a package URL"


# --- what cannot be looked up ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("component", "named"),
    [
        (lib("zlib"), "zlib@1.0"),
        (lib("zlib", cpe="cpe:2.3:a:zlib:zlib:1.0"), "zlib@1.0 (cpe:2.3:a:zlib:zlib:1.0)"),
        (lib("a", group="org.acme"), "org.acme/a@1.0"),
        (lib("nginx", type="application", cpe="cpe:2.3:a:f5:nginx:1"),
         "nginx@1.0 (cpe:2.3:a:f5:nginx:1)"),
        (lib("debian", type="operating-system", version="12"), "debian@12"),
        ({"bom-ref": "x", "type": "library"}, "x"),
        ({"type": "library"}, "without a name"),
    ],
)  # fmt: skip
def test_what_the_product_needs_and_nobody_can_look_up_is_named(
    component: dict[str, Any], named: str
) -> None:
    found = rows(cyclonedx(component, lib("b", purl="pkg:npm/b@2.0.0")))
    assert packages(found) == ["b@2.0.0"]
    assert gaps(found) == [(NAMELESS, named)]


@pytest.mark.parametrize("text", ["pkg:npm", "npm/a@1", "pkg:npm/", "x" * 3_000])
def test_a_purl_that_is_none_is_named(text: str) -> None:
    found = rows(cyclonedx(lib("a", purl=text)))
    assert packages(found) == []
    ((reason, detail),) = gaps(found)
    assert reason == f"{NAMELESS} that cannot be read"
    assert detail.startswith("a@1.0") and len(detail) <= 200


@given(st.text(max_size=60) | st.from_regex(r"pkg:(npm|maven|golang)/[ -~]{0,40}", fullmatch=True))
def test_any_text_is_a_purl_or_none(text: str) -> None:
    try:
        named = read_purl(text)
    except ValueError:
        return
    assert named.ecosystem and named.name
    again = purl(named.ecosystem, named.name, named.version)
    assert not again or read_purl(again).ecosystem == named.ecosystem


def test_a_purl_of_a_type_without_advisories_is_a_package() -> None:
    (one,) = rows(cyclonedx(lib("a", purl="pkg:conan/zlib@1.3?user=x")))
    assert (one.ecosystem, one.name, one.version) == ("conan", "zlib", "1.3")


def test_the_product_and_its_own_applications_are_no_packages() -> None:
    web = {"bom-ref": "web", "type": "application", "name": "web"}
    document = cyclonedx(web, lib("a", purl="pkg:npm/a@1"), needs={"root": ["web"], "web": ["a"]})
    (one,) = rows(document)
    assert (one.name, one.direct) == ("a", True)


def test_an_application_that_the_product_does_not_need_is_named() -> None:
    other = {"bom-ref": "db", "type": "application", "name": "db"}
    assert gaps(rows(cyclonedx(other, needs={}))) == [(NAMELESS, "db")]


def test_components_within_components_and_within_the_product_are_read() -> None:
    inner = lib("inner", purl="pkg:npm/inner@1.0.0", components=[lib("innermost")])
    root = ROOT | {"components": [lib("bundled", purl="pkg:npm/bundled@3.0.0"), lib("glue")]}
    found = rows(cyclonedx(lib("outer", purl="pkg:npm/outer@2.0.0", components=[inner]), root=root))
    assert packages(found) == ["bundled@3.0.0", "outer@2.0.0", "inner@1.0.0"]
    assert gaps(found) == [(NAMELESS, "glue@1.0"), (NAMELESS, "innermost@1.0")]


def test_a_modified_copy_is_a_gap() -> None:
    origin = {"ancestors": [{"name": "x", "purl": "pkg:npm/x@1.0.0"}]}
    patched = {"patches": [{"type": "backport"}]}
    found = rows(cyclonedx(lib("a", purl="pkg:npm/a@1", pedigree=origin),
                           lib("b", purl="pkg:npm/b@1", pedigree=patched)))  # fmt: skip
    reason = "modified copy, whose origin was not checked"
    assert gaps(found) == [
        (reason, "a@1.0 pkg:npm/a@1, from pkg:npm/x@1.0.0"),
        (reason, "b@1.0 pkg:npm/b@1, from an unnamed one"),
    ]


@pytest.mark.parametrize(
    ("aggregate", "is_gap"),
    [
        ("complete", False), ("not_specified", False), ("unknown", True), ("incomplete", True),
        ("incomplete_third_party_only", True),
    ],
)  # fmt: skip
def test_what_a_bill_says_of_its_completeness_is_kept(aggregate: str, is_gap: bool) -> None:
    said = [{"aggregate": aggregate, "assemblies": ["root"], "dependencies": ["a"]}]
    found = rows(cyclonedx(lib("a", purl="pkg:npm/a@1"), compositions=said))
    expected = [("bill that does not claim to be complete", f"{aggregate}: root, a")]
    assert gaps(found) == (expected if is_gap else [])


def test_a_reference_that_two_components_have_is_named() -> None:
    found = rows(cyclonedx(lib("a", purl="pkg:npm/a@1"), lib("a", purl="pkg:npm/b@1")))
    assert packages(found) == ["a@1", "b@1"]
    assert gaps(found) == [("reference that several components have", "a")]


def test_a_bill_of_nothing_is_a_gap() -> None:
    assert gaps(rows(cyclonedx())) == [("bill that names no package", "")]
    assert gaps(rows(spdx(described=[]), "spdx_json")) == [("bill that names no package", "")]


def package(ref: str, purl: str = "", **more: Any) -> dict[str, Any]:
    known = [{"referenceType": "purl", "referenceLocator": purl}] if purl else []
    return {"SPDXID": ref, "name": ref.lower(), "externalRefs": known, **more}


def test_what_spdx_describes_is_the_product_only_where_it_is_one_package() -> None:
    a, b, c = package("A", "pkg:npm/a@1"), package("B", "pkg:npm/b@1"), package("C")
    assert packages(rows(spdx(a, b, described=["A"]), "spdx_json")) == ["b@1"]
    found = rows(spdx(a, b, c, described=["A", "B", "C"]), "spdx_json")
    assert packages(found) == ["a@1", "b@1"]
    assert gaps(found) == [(NAMELESS, "c")]
    assert packages(rows(spdx(a, described=["A"]), "spdx_json")) == ["a@1"]
    assert packages(rows(spdx(a, b, described=["A", "a file"]), "spdx_json")) == ["b@1"]


def test_a_nameless_package_that_the_spdx_product_needs_is_named() -> None:
    cpe = {"referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:zlib:zlib:1"}
    relation = {"spdxElementId": "A", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "Z"}
    zlib = package("Z", versionInfo="1.3") | {"externalRefs": [cpe]}
    found = rows(spdx(package("A"), zlib, described=["A"], relationships=[relation]), "spdx_json")
    assert gaps(found) == [(NAMELESS, "z@1.3 (cpe:2.3:a:zlib:zlib:1)")]


# --- SPDX 3 ---------------------------------------------------------------------------------------


def version_3(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": elements}


def element(ref: str, **more: Any) -> dict[str, Any]:
    return {"spdxId": ref, "type": "software_Package", "name": ref, **more}


def relation(one: str, kind: str, *others: str, **more: Any) -> dict[str, Any]:
    plain = {"type": "Relationship", "from": one, "relationshipType": kind, "to": list(others)}
    return {"spdxId": f"{one}-{kind}-{others}", **plain, **more}


def test_version_3_tells_scope_licence_and_what_is_needed_directly() -> None:
    scoped = {"type": "LifecycleScopedRelationship"}
    found = rows(version_3(
        {"spdxId": "doc", "type": "SpdxDocument", "rootElement": ["bom"]},
        {"spdxId": "bom", "type": "software_Sbom", "rootElement": ["app"]},
        element("app"),
        element("a", software_packageUrl="pkg:npm/a@1.0.0"),
        element("b", externalIdentifier=[
            {"externalIdentifierType": "cpe23", "identifier": "cpe:2.3:a:b:b:2"},
            {"externalIdentifierType": "packageUrl", "identifier": "pkg:npm/b@2.0.0"}]),
        relation("app", "dependsOn", "a", scope="runtime", **scoped),
        relation("app", "dependsOn", "b", scope="test", **scoped),
        relation("a", "hasDeclaredLicense", "https://spdx.org/licenses/MIT"),
        relation("a", "hasConcludedLicense", "https://spdx.org/rdf/3.0.1/terms/NoAssertion"),
        relation("b", "hasConcludedLicense", "set"),
        {"spdxId": "set", "type": "expandedlicensing_DisjunctiveLicenseSet",
         "expandedlicensing_member": ["l", "https://spdx.org/licenses/ISC"]},
        {"spdxId": "l", "type": "simplelicensing_LicenseExpression",
         "simplelicensing_licenseExpression": "Apache-2.0"},
    ), "spdx_json")  # fmt: skip
    told = [(one.name, one.scope, one.direct, one.licence) for one in found]
    assert told == [
        ("a", "runtime", True, "MIT"),
        ("b", "development", True, "(Apache-2.0 OR ISC)"),
    ]


def test_version_3_that_is_incomplete_or_goes_round_in_a_circle() -> None:
    found = rows(version_3(
        element("app"), element("a", software_packageUrl="pkg:npm/a@1.0.0"),
        relation("app", "dependsOn", "a", completeness="incomplete"),
        relation("a", "dependsOn", "app"),
        relation("a", "hasConcludedLicense", "set"),
        {"spdxId": "set", "type": "expandedlicensing_ConjunctiveLicenseSet",
         "expandedlicensing_member": ["set", "set"]},
    ), "spdx_json")  # fmt: skip
    assert packages(found) == ["a@1.0.0"]
    assert gaps(found) == [("bill that does not claim to be complete", "incomplete: app"),
                           (NAMELESS, "app")]  # fmt: skip


# --- hostile bills --------------------------------------------------------------------------------

MANY = [lib(f"n{n}", purl=f"pkg:npm/n{n}@1.0.0") for n in range(5_000)]
HOSTILE: dict[str, tuple[str, bytes]] = {
    "circle": ("cyclonedx_json", json.dumps(cyclonedx(
        *MANY, needs={f"n{n}": [f"n{m}" for m in range(n, n + 20)] for n in range(5_000)}
    )).encode()),
    "own circle": ("cyclonedx_json", json.dumps(cyclonedx(
        *({"bom-ref": f"n{n}", "type": "application"} for n in range(5_000)),
        needs={"root": ["n0"], **{f"n{n}": [f"n{(n + 1) % 5_000}", "root"] for n in range(5_000)}},
    )).encode()),
    "millions": ("cyclonedx_json", b'{"bomFormat":"CycloneDX","components":['
                 + b"{}," * 300_000 + b"{}]}"),
    "one reference": ("cyclonedx_json", json.dumps(cyclonedx(*[lib("a")] * 20_000)).encode()),
    "deep": ("cyclonedx_json", b'{"bomFormat":"CycloneDX","components":[' * 3_000),
    "licence sets": ("spdx_json", json.dumps(version_3(
        element("a"), *(relation("a", "hasDeclaredLicense", "s") for _ in range(5_000)),
        {"spdxId": "s", "type": "expandedlicensing_ConjunctiveLicenseSet",
         "expandedlicensing_member": ["s"] * 8},
    )).encode()),
    "entities": ("cyclonedx_xml", b'<!DOCTYPE b [<!ENTITY a "aa">]><bom><components/>&a;</bom>'),
    "deep XML": ("cyclonedx_xml", b"<bom><components>" + b"<component>" * 50_000),
    "no end of lines": ("spdx", b"SPDXVersion: SPDX-2.3\n" + b"PackageName: a\n" * 50_000),
    "open text": ("spdx", b"SPDXVersion: SPDX-2.3\n" + b"<text>" * 200_000),
}  # fmt: skip


@pytest.mark.parametrize(("form", "data"), HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_bill_takes_little_time(form: str, data: bytes) -> None:
    started = time.process_time()
    try:
        rows(data, form)
    except ValueError as error:
        assert str(error)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(json.dumps(cyclonedx()).encode()),
        b"\0" * 100,
        b"",
    ],
    ids=["gzip", "zeros", "empty"],
)
def test_what_is_no_text_is_a_broken_file(tmp_path: Path, data: bytes) -> None:
    build(tmp_path / "a.git", [A({"bom.json": data, "b/bom.xml": data, "x.spdx": data})])
    found = collected(tmp_path / "a.git", tmp_path)
    reasons = [(one.reason, one.path) for one in found]
    paths = ("b/bom.xml", "bom.json", "x.spdx")
    assert reasons == [("cannot be parsed", path) for path in paths]


def collected(source: Path, tmp_path: Path) -> tuple[Issue, ...]:
    """The issues of the dependencies collector on `source`."""
    made = Workspace.create(tmp_path / "e", "Northwind", [str(source)])
    runs = pipeline.collect(made, only=["dependencies"], workers=1, pool=inline)
    (run,) = (run for run in runs if run.collector == "dependencies")
    return run.issues


def test_bytes_that_mark_the_order_and_control_characters(tmp_path: Path) -> None:
    component = lib("a\u202e\x07", purl="pkg:npm/%E2%80%AEa%07@1.0.0")
    document = json.dumps(cyclonedx(component, lib("\x1b[31m")))
    files = {"bom.json": document.encode("utf-8-sig"), "x.cdx.json": document.encode("utf-16")}
    made = Workspace.create(
        tmp_path / "e", "Northwind", [str(build(tmp_path / "a.git", [A(files)]))]
    )
    pipeline.collect(made, only=["dependencies"], workers=1, pool=inline)
    from techdd.facts import Package

    names = list(Tables(made).table(Package)["name"])
    assert len(names) == 2
    (run,) = (run for run in Tables(made).runs() if run.collector == "dependencies")
    told = "".join(names) + "".join(issue.detail for issue in run.issues)
    assert not {"\u202e", "\x07", "\x1b"} & set(told)


KEYS = [
    "components", "bom-ref", "purl", "ref", "dependsOn", "compositions", "pedigree", "ancestors",
    "assemblies", "aggregate", "metadata", "component", "spdxId", "type", "from", "to",
    "relationshipType", "rootElement", "externalIdentifier",
]  # fmt: skip


def _tree(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner)


@given(st.recursive(st.none() | st.text() | st.integers(), _tree))
def test_documents_of_any_shape_are_survived(tree: Any) -> None:
    rows({"bomFormat": "CycloneDX", "components": tree, "metadata": tree, "dependencies": tree,
          "compositions": tree})  # fmt: skip
    graph = {"@context": "https://spdx.org/rdf/3.0.1/x", "@graph": [tree, {"spdxId": "a"}]}
    rows(graph, "spdx_json")


# --- a bill that stands in for a repository -------------------------------------------------------


def audit(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, arguments), "-q", "--jobs", "1"])


STANDINS = {
    "laravel sbom.json": REAL / "cyclonedx_json" / "compositions.cdx",
    "bom.xml": REAL / "cyclonedx_xml" / "compositions.xml",
    "sbom-2.3.json": REAL / "spdx_json" / "basic.spdx",
    "three.jsonld": REAL / "spdx_json" / "appbomination_3.spdx",
    "plain.txt": REAL / "spdx" / "basic.spdx",
}


@pytest.mark.parametrize("name", STANDINS)
def test_a_bill_is_audited_without_any_repository(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(STANDINS[name].read_bytes())
    said = audit(tmp_path / name, "-o", tmp_path / "r.json", "--client", "Acme")
    assert said.exit_code == 0, said.output
    report = json.loads((tmp_path / "r.json").read_text())["report"]
    (chapter,) = (one for one in report["chapters"] if one["domain"] == "dependencies")
    metrics = {one["name"]: one["value"] for one in chapter["metrics"] if not one["repo"]}
    assert metrics["inventory.packages"] >= 2
    assert "an unknown history" in report["summary"][0]
    (scope,) = report["scope"]
    assert (scope["commits"], scope["contributors"]) == (None, None)
    told = {collector: reason for collector, reason, *_ in scope["issues"]}
    assert told["repository"] == "a bill of materials stands in for code and history"
    assert told["secrets"] == told["history"] == "a bill of materials has no code and no history"
    ends = {run["collector"]: run["status"] for run in report["runs"]}
    assert ends["dependencies"] in ("ok", "partial")
    # Without code nobody knows the product's own licence; those of its packages are told.
    assert metrics["licences.unknown_share"] is not None
    assert "tree_licences.foreign_files" not in metrics
    assert ends["secrets"] == "skipped"


def test_a_bill_goes_out_as_it_came_in(tmp_path: Path) -> None:
    """Through an audit of the bill and `techdd sbom`, and once more."""
    source, names = REAL / "cyclonedx_json" / "compositions.cdx", []
    for turn in ("one", "two"):
        made = Workspace.create(tmp_path / turn, "Acme", [str(source)])
        pipeline.collect(made, only=["dependencies"], workers=1, pool=inline)
        source = tmp_path / f"{turn}.cdx.json"
        said = CliRunner().invoke(main, ["sbom", str(made.root), "-o", str(source)])
        assert said.exit_code == 0
        bill = json.loads(source.read_text())
        assert mistakes(bill) == []
        assert bill["compositions"][0]["aggregate"] == "incomplete"
        names.append({one["purl"] for one in bill["components"] if "purl" in one})
    assert names[0] == names[1]
    assert "pkg:maven/ossproject/library@2.0" in names[0]


def test_a_bill_stands_beside_repositories_and_in_an_engagement(tmp_path: Path) -> None:
    bill = tmp_path / "shop.cdx.json"
    bill.write_bytes((REAL / "cyclonedx_json" / "basic.cdx").read_bytes())
    code = build(tmp_path / "web.git", [A({"a.py": "1\n"})])
    made = Workspace.create(tmp_path / "e", "Northwind", [str(bill), str(code)])
    assert made.names == ("shop.cdx.json", "web")
    runs = pipeline.collect(made, only=["dependencies", "snapshot"], workers=1, pool=inline)
    ends = {(run.collector, run.repo): run.status for run in runs}
    assert ends["snapshot", "shop.cdx.json"] is Status.SKIPPED
    assert ends["snapshot", "web"] is Status.OK
    again = pipeline.collect(made, only=["dependencies"], workers=1, pool=inline)
    assert {run.key for run in again if run.collector == "dependencies"} == {
        run.key for run in runs if run.collector == "dependencies"
    }
    bill.write_bytes((REAL / "cyclonedx_json" / "compositions.cdx").read_bytes())
    pipeline.collect(made, only=["dependencies"], workers=1, pool=inline)
    new = made.evidence.run("dependencies", "shop.cdx.json")
    assert new and new.rows["Package"] == 3


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"name": "shop"}', "is a file, and no bill of materials"),
        (b"<bom/>", "is a file, and no bill of materials"),
        (gzip.compress(b'{"bomFormat": "CycloneDX"}'), "is a file, and no bill of materials"),
        (b" " * 20_000_001, "is larger than 20,000,000 bytes"),
        (b'{"bomFormat"' * 200_000, "is a file, and no bill of materials"),
    ],
    ids=["JSON", "XML", "gzip", "large", "endless"],
)
def test_another_file_is_no_bill(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(TechddError, match=why):
        check_bill(tmp_path / "x.json")
    said = audit(tmp_path / "x.json", "-o", tmp_path / "r.json")
    assert why in str(said.exception)
    assert not (tmp_path / "r.engagement").exists()


def test_a_bill_has_no_revisions_and_its_id_follows_its_content(tmp_path: Path) -> None:
    bill = tmp_path / "..evil name\u202e.json"
    bill.write_text(json.dumps(cyclonedx()))
    one = open_bill("a", bill, tmp_path / "one")
    assert [entry.path for entry in one.regular_files()] == ["evil-name-.cdx.json"]
    assert one.head == open_bill("a", bill, tmp_path / "two").head
    bill.write_text(json.dumps(cyclonedx(lib("a"))))
    assert one.head != open_bill("a", bill, tmp_path / "one").head
    made = Workspace.create(tmp_path / "e", "Northwind", [str(bill)])
    (entry,) = made.engagement.repositories
    with pytest.raises(TechddError, match="is a file, which has no revision 'main'"):
        made.open(entry.model_copy(update={"revision": "main"}))
