"""SARIF: real outputs of tools read, hostile ones survived, findings written by the schema."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import a_finding
from hypothesis import given
from hypothesis import strategies as st
from schemas import mistakes

from techdd.model import Issue, Location, Severity
from techdd.sarif import (
    ImportedResult,
    Named,
    Told,
    handed_in,
    left_out,
    placed,
    read_sarif,
    reading,
    write_sarif,
)
from techdd.triage import Decision

FOLDER = Path(__file__).parent / "sarif"
SCHEMA = str(FOLDER / "sarif-schema-2.1.0.json")


def results(name: str) -> list[ImportedResult]:
    found = list(read_sarif((FOLDER / name).read_bytes(), name))
    assert not [one for one in found if isinstance(one, Issue)]
    return [one for one in found if isinstance(one, ImportedResult)]


def test_codeql_names_the_cwe_in_tags_of_its_rules() -> None:
    found = {one.rule: one for one in results("codeql.sarif")}
    sql = found["py/sql-injection"]
    assert (sql.tool, sql.version, sql.cwe, sql.severity, sql.confidence, sql.security) == (
        "CodeQL", "2.5.4", "CWE-89", "high", "high", True,
    )  # fmt: skip
    assert sql.path.endswith(".py") and sql.line > 0
    assert found["py/empty-except"].cwe == "CWE-390"


# As Snyk Code and others write them (a rule cut down): in a list, as one text, as tags.
@pytest.mark.parametrize(
    "properties",
    [
        {"cwe": ["CWE-89"]}, {"cwe": "CWE-89: Improper Neutralization"}, {"cwe": ["CWE-89", 7]},
        {"tags": ["external/cwe/cwe-089"]}, {"tags": ["Security", "CWE-89: SQL Injection"]},
        {"tags": "cwe-89"},
    ],
)  # fmt: skip
def test_the_cwe_is_read_wherever_tools_put_it(properties: dict[str, Any]) -> None:
    rule = {"id": "javascript/Sqli", "properties": properties}
    run = {
        "tool": {"driver": {"name": "SnykCode", "rules": [rule]}},
        "results": [{"ruleId": "javascript/Sqli"}],
    }
    (found,) = read_sarif(json.dumps({"version": "2.1.0", "runs": [run]}).encode(), "x")
    assert isinstance(found, ImportedResult)
    assert (found.cwe, found.security) == ("CWE-89", True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_utf_is_read(encoding: str) -> None:
    content = document(ruleId="ü").decode().encode(encoding)
    (found,) = read_sarif(content, "x")
    assert isinstance(found, ImportedResult)
    assert found.rule == "ü"


def test_a_name_cannot_be_taken_for_several() -> None:
    content = document(ruleId="a, techdd gets").replace(b'"T"', b'"T, bandit"')
    (found,) = read_sarif(content, "x")
    assert isinstance(found, ImportedResult)
    assert (found.tool, found.rule) == ("T bandit", "a techdd gets")


KNOWN = ("app.py", "index.js", "src/db/q.js", "src/a.py", "lib/src/a.py")


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["src/a.py", "node_modules/express/index.js"], {"src/a.py": "src/a.py"}),
        (["node_modules/express/index.js", "other-service/app.py"], {}),
        (["/usr/lib/python3.11/site-packages/django/app.py"], {}),
        (["/ci/x/src/db/q.js", "/ci/x/app.py", "/ci/x/gone.py"],
         {"/ci/x/src/db/q.js": "src/db/q.js", "/ci/x/app.py": "app.py"}),
        (["/ci/x/lib/src/a.py"], {}),  # lib/src/a.py below /ci/x, or src/a.py below /ci/x/lib
        (["/ci/x/lib/src/a.py", "/ci/x/src/db/q.js"],
         {"/ci/x/lib/src/a.py": "lib/src/a.py", "/ci/x/src/db/q.js": "src/db/q.js"}),
        (["mono/src/db/q.js", "mono/app.py"],
         {"mono/src/db/q.js": "src/db/q.js", "mono/app.py": "app.py"}),
        (["mono/src/db/q.js", "other/app.py"], {}),
        ([""], {}),
    ],
)  # fmt: skip
def test_a_result_is_about_the_file_that_it_names(paths: list[str], found: dict[str, str]) -> None:
    names = [Named("x.sarif", "T", path) for path in paths]
    assert {one.path: file for one, file in placed(names, KNOWN).items()} == found


def test_a_folder_that_is_called_the_root_is_the_root() -> None:
    place = {
        "physicalLocation": {"artifactLocation": {"uri": "src/a.py", "uriBaseId": "%SRCROOT%"}}
    }
    content = json.loads(document(locations=[place]))
    content["runs"][0]["originalUriBaseIds"] = {"%SRCROOT%": {"uri": "file:///github/workspace/"}}
    (found,) = read_sarif(json.dumps(content).encode(), "x")
    assert isinstance(found, ImportedResult)
    assert found.path == "src/a.py"


def test_semgrep_says_security_without_a_number() -> None:
    found = results("semgrep.sarif")
    assert {one.cwe for one in found} == {""}
    assert all(one.security for one in found)
    assert {one.severity for one in found} == {"medium"}


def test_flawfinder_relates_its_rules_to_the_taxonomy() -> None:
    assert {one.cwe for one in results("flawfinder.sarif")} == {"CWE-120", "CWE-327"}


def test_njsscan_names_the_cwe_in_properties_of_the_result() -> None:
    assert {one.cwe for one in results("njsscan.sarif")} >= {"CWE-327"}
    assert {one.path for one in results("njsscan.sarif")} == {"/src/index.js"}


def test_what_was_set_aside_is_read_as_such() -> None:
    found = results("suppressed.sarif")
    assert found[0].accepted == "external"
    assert {one.path for one in found} >= {"/C:/code/file1.c", "/C:/code/file5.c"}


def document(**result: Any) -> bytes:
    run = {"tool": {"driver": {"name": "T"}}, "results": [{"message": {"text": "m"}, **result}]}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def one(**result: Any) -> ImportedResult:
    (found,) = read_sarif(document(**result), "x.sarif")
    assert isinstance(found, ImportedResult)
    return found


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        ("9.8", "critical"), ("7.0", "high"), ("4", "medium"), ("0.1", "low"), ("0.0", "info"),
        ("much", "medium"), ("1e999", "critical"), ("nan", "info"),
    ],
)  # fmt: skip
def test_the_score_of_a_rule_counts_before_its_level(score: str, severity: str) -> None:
    assert one(properties={"security-severity": score}, level="warning").severity == severity


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/a%20b.py", "src/a b.py"), ("./src/a.py", "src/a.py"),
        ("file:///home/x/src/a.py", "/home/x/src/a.py"), ("C:\\code\\a.py", "/C:/code/a.py"),
        ("../../etc/passwd", ""), ("a/%2e%2e/b", ""), ("http://[bad", ""), ("", ""),
    ],
)  # fmt: skip
def test_paths_are_brought_into_one_form(uri: str, path: str) -> None:
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}}}
    assert one(locations=[place]).path == path


def test_what_is_no_problem_of_the_code_is_left_out() -> None:
    for aside in ({"kind": "pass"}, {"baselineState": "absent"}):
        assert list(read_sarif(document(**aside), "x.sarif")) == []


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"[]", b'{"runs": 1}', b'{"version": "2.1.0"}', b"[" * 200_000,
        b'{"version": "1.0.0", "runs": []}', b'{"version": "2.1.0", "runs": [' + b"9" * 5_000,
    ],
)  # fmt: skip
def test_what_is_no_sarif_is_a_gap(content: bytes) -> None:
    (issue,) = read_sarif(content, "x.sarif")
    assert isinstance(issue, Issue)
    assert (issue.reason, issue.path) == ("SARIF not read", "x.sarif")


def test_too_many_results_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_RESULTS", 2)
    found = list(read_sarif((FOLDER / "semgrep.sarif").read_bytes(), "x"))
    assert len(found) == 3
    assert isinstance(found[-1], Issue)


KEYS = st.sampled_from(
    ("tool", "driver", "rules", "results", "ruleId", "ruleIndex", "rule", "index", "locations",
     "properties", "tags", "physicalLocation", "artifactLocation", "uri", "region", "startLine",
     "suppressions", "taxa", "toolComponent", "name", "id", "level", "kind", "relationships",
     "target", "extensions", "precision", "originalUriBaseIds")
)  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)


@given(json_values, json_values)
def test_nothing_that_json_can_hold_breaks_the_reader(run: Any, result: Any) -> None:
    runs = [run, {"tool": run, "results": [result]}]
    content = json.dumps({"version": "2.1.0", "runs": runs}).encode()
    for found in read_sarif(content, "x"):
        assert isinstance(found, Issue | ImportedResult)


def test_a_file_that_is_not_there_is_a_gap(tmp_path: Path) -> None:
    (issue,) = handed_in(tmp_path / "none.sarif", "none.sarif")
    assert isinstance(issue, Issue)


# --- out ------------------------------------------------------------------------------------------

DAY = date(2026, 7, 1)
WEAK = a_finding(
    id="0123456789ab", rule="static-weakness", domain="security", severity=Severity.HIGH,
    locations=(Location("src/a b.py", 3), Location("src/a b.py", 9), Location("/etc/x.py", None)),
    references=("CWE-89 SQL Injection", "NIST"), kind="sql-from-strings", title="SQL from strings",
)  # fmt: skip


def told(one: Decision | None = None) -> Told:
    return Told("1.0", DAY, {WEAK.id: one} if one else {}, {"app": "c" * 40})


def decision(**changes: Any) -> Decision:
    given: dict[str, Any] = {
        "decision": "suppress", "reason": "test data", "by": "A", "at": DAY, "until": DAY,
    }  # fmt: skip
    return Decision.model_validate({**given, **changes})


def written(told_: Told) -> dict[str, Any]:
    content = write_sarif([WEAK, a_finding(repo="", locations=())], told_)
    loaded: dict[str, Any] = json.loads(content)
    assert mistakes(loaded, SCHEMA) == []
    return loaded


def test_findings_are_written_by_the_schema_with_ids_that_hold_still() -> None:
    whole, own = written(told())["runs"]
    assert [one["automationDetails"]["id"] for one in (whole, own)] == [
        "techdd/engagement/", "techdd/app/",
    ]  # fmt: skip
    first, second, third = own["results"]
    assert first["ruleId"] == "static-weakness/sql-from-strings"
    assert first["level"] == "error"
    marks = [one["partialFingerprints"]["techddPlace/v1"] for one in own["results"]]
    assert len(set(marks)) == 3
    assert first["partialFingerprints"]["techddFinding/v1"] == WEAK.id
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "src/a%20b.py", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 3}
    assert third["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "etc/x.py"
    assert "suppressions" not in second
    rule = own["tool"]["driver"]["rules"][0]
    assert rule["shortDescription"]["text"] == "SQL from strings"
    properties = rule["properties"]
    assert properties["security-severity"] == "8.0"
    assert "external/cwe/cwe-89" in properties["tags"]


def test_what_was_decided_is_a_suppression_and_ends() -> None:
    (_, own) = written(told(decision()))["runs"]
    assert own["results"][0]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "suppress: test data"}
    ]
    ended = decision(at=date(2026, 1, 1), until=date(2026, 2, 1))
    assert written(told(ended))["runs"][1]["results"][0]["suppressions"][0]["status"] == (
        "rejected"
    )
    lowered = decision(decision="severity", severity="low")
    assert "suppressions" not in written(told(lowered))["runs"][1]["results"][0]


def test_a_rule_is_as_severe_as_the_worst_of_its_results() -> None:
    aside = a_finding(
        **{**WEAK.__dict__, "id": "ba9876543210", "severity": Severity.INFO, "references": ()}
    )
    loaded = json.loads(write_sarif([WEAK, aside], told()))
    assert mistakes(loaded, SCHEMA) == []
    (run,) = loaded["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["properties"]["security-severity"] == "8.0"
    scores = {one["properties"]["security-severity"] for one in run["results"]}
    assert scores == {"8.0", "0.0"}  # what was set aside keeps its own


def test_places_that_were_not_judged_are_not_suppressed() -> None:
    one = a_finding(**{**WEAK.__dict__, "places": "3-12345678"})
    for mark, status in (("3-12345678", "accepted"), ("2-12345678", "rejected"), ("", "rejected")):
        given = Told("1.0", DAY, {WEAK.id: decision(places=mark)}, {})
        (run,) = json.loads(write_sarif([one], given))["runs"]
        assert run["results"][0]["suppressions"][0]["status"] == status


def test_what_is_written_can_be_read() -> None:
    found = list(read_sarif(write_sarif([WEAK], told()), "x.sarif"))
    assert [(one.path, one.line, one.cwe) for one in found if isinstance(one, ImportedResult)] == [
        ("src/a b.py", 3, "CWE-89"), ("src/a b.py", 9, "CWE-89"), ("etc/x.py", 0, "CWE-89"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Brakeman", "gitleaks", "Checkov", "tfsec", "Trivy", "Snyk Code"])
def test_a_scanner_need_not_say_that_its_rules_are_about_security(name: str) -> None:
    result = {"ruleId": "X1", "level": "error", "message": {"text": "m"}}
    run = {"tool": {"driver": {"name": name}}, "results": [result]}
    (found,) = read_sarif(json.dumps({"version": "2.1.0", "runs": [run]}).encode(), "x.sarif")
    assert isinstance(found, ImportedResult)
    assert found.security


def test_what_is_not_about_security_or_names_no_file_is_told() -> None:
    plain = ImportedResult("ESLint", "", "x", "x", "low", "low", "", False, "a.js", 1, "", "s")
    lost = plain._replace(tool="Snyk", security=True, path="")
    told = [(one.reason, one.path, one.detail) for one in left_out([plain, plain, lost], {"a.js"})]
    assert told == [
        ("results about files that are not in the repository", "s", "1 in number"),
        (
            "results not taken for ones about security",
            "s",
            "2 of ESLint: neither it nor their rules say so",
        ),
    ]
