from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import requests

from techdd.advisories import import_advisories, second_opinion, status
from techdd.collectors import Collector, Probe, vulnerabilities
from techdd.collectors.vulnerabilities import (
    AdvisoryCoverage,
    OnlineLookup,
    Vulnerability,
    assess,
    match,
    plan,
    weighing,
)
from techdd.errors import TechddError
from techdd.facts import Fact, Package, frame
from techdd.model import Issue, Metric, Observation, Series
from techdd.plugins import discover
from techdd.text import PLACE_TOKEN, place_token, without_places
from techdd.vex import Statement

AS_OF = date(2026, 1, 1)
SINCE = place_token(" since 2025-01-01")


def package(name: str, version: str | None, **rest: Any) -> Package:
    values: dict[str, Any] = {
        "ecosystem": "PyPI",
        "name": name,
        "version": version,
        "requirement": "",
        "manifest": "requirements.txt",
        "line": 3,
        "locked": True,
        "direct": None,
        "scope": "runtime",
        "licence": "",
    }
    return Package(**(values | rest))


@pytest.fixture
def advisories(tmp_path: Path) -> str:
    def write(identifier: str, ecosystem: str, name: str, fixed: str, **rest: Any) -> None:
        events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
        block = {
            "package": {"ecosystem": ecosystem, "name": name},
            "ranges": [{"type": "ECOSYSTEM", "events": events}],
        }
        tree = {
            "id": identifier,
            "modified": "2025-12-01T00:00:00Z",
            "published": "2025-11-01T00:00:00Z",
            "affected": [block],
            **rest,
        }
        (tmp_path / "osv").mkdir(exist_ok=True)
        (tmp_path / "osv" / f"{identifier}.json").write_text(json.dumps(tree))

    high = {"database_specific": {"severity": "HIGH"}}
    write("GHSA-1", "PyPI", "flask", "2.0", aliases=["CVE-1"], summary="Session leak", **high)
    write("PYSEC-2", "PyPI", "flask", "2.5", summary="Slow")
    write("GHSA-3", "PyPI", "jinja2", "", database_specific={"severity": "LOW"})
    write("GHSA-4", "Go", "example.org/x", "1.4.0", database_specific={"severity": "CRITICAL"})
    write("GO-5", "Go", "stdlib", "1.21.4")
    import_advisories([tmp_path / "osv"], tmp_path / "db")
    return str(tmp_path / "db")


def collected(packages: Iterable[Package], **options: Any) -> list[Any]:
    table = frame(Package, list(packages))
    return list(vulnerabilities.collector.run(None, table, **options))


def of(kind: type, facts: Iterable[Any]) -> list[Any]:
    return [fact for fact in facts if isinstance(fact, kind)]


def asked(
    facts: Iterable[Any], *more: tuple[str, list[Any]], said: Iterable[Statement] = ()
) -> list[Any]:
    import pandas as pd

    def table(kind: Fact) -> Any:
        parts = [
            frame(kind, of(kind, rows)).assign(repo=repo) for repo, rows in (("app", facts), *more)
        ]
        return pd.concat(parts, ignore_index=True)

    tables = [table(kind) for kind in (Vulnerability, AdvisoryCoverage, OnlineLookup)]
    return list(vulnerabilities.probe.run(AS_OF, *tables, frame(Statement, list(said))))


def values(answers: Iterable[Any], repo: str = "") -> dict[str, float | None]:
    found = {one.name.split(".")[1]: one.value for one in of(Metric, answers) if one.repo == repo}
    return {name: value for name, value in found.items() if name != "exploited"}


def test_collector_and_probe_are_both_found() -> None:
    assert "vulnerabilities" in discover("techdd.collectors", Collector)
    assert "vulnerabilities" in discover("techdd.collectors", Probe)


def test_both_matchers_find_what_is_known(advisories: str) -> None:
    facts = collected([package("Flask", "1.0"), package("click", "8.0")], advisories=advisories)
    found = of(Vulnerability, facts)
    assert [(one.package, one.advisory, one.aliases) for one in found] == [
        ("Flask", "CVE-1", "GHSA-1"),
        ("Flask", "PYSEC-2", ""),
    ]
    assert {one.sources for one in found} == {"osv, pip-audit"}
    assert (found[0].severity, found[0].fixed, found[0].published) == ("high", "2.0", "2025-11-01")
    assert (found[0].manifest, found[0].line) == ("requirements.txt", 3)
    assert of(AdvisoryCoverage, facts) == [
        AdvisoryCoverage("PyPI", 2, 2, 0, 3, "2025-12-01", "", "")
    ]
    assert not of(Issue, facts) and not of(OnlineLookup, facts)


def test_other_ecosystems_are_matched_too(advisories: str) -> None:
    rows = [package("example.org/x", "v1.3.9", ecosystem="Go", manifest="go.mod")]
    (found,) = of(Vulnerability, collected(rows, advisories=advisories))
    assert (found.advisory, found.severity, found.sources) == ("GHSA-4", "critical", "osv")


def test_without_a_database_nothing_is_clean() -> None:
    facts = collected([package("flask", "1.0")])
    (issue,) = of(Issue, facts)
    assert issue.reason == "no advisory database"
    assert "techdd advisories import" in issue.detail
    answers = asked(facts)
    assert set(values(answers).values()) == set(values(answers, "app").values()) == {None}
    assert "1 PyPI package versions not checked: no advisories imported" in {
        one.note for one in of(Metric, answers)
    }


def test_an_ecosystem_without_advisories_is_a_gap(advisories: str) -> None:
    rows = [package("flask", "1.0"), package("left-pad", "1.0.0", ecosystem="npm")]
    facts = collected(rows, advisories=advisories)
    assert of(Issue, facts) == [
        Issue("no advisories for npm", "", "1 package version: left-pad 1.0.0")
    ]
    (total,) = [m for m in of(Metric, asked(facts)) if (m.name, m.repo) == (_TOTAL, "")]
    assert total.value == 1
    assert total.note == "1 npm package versions not checked: no advisories imported"
    assert total.basis == "1 of 2 packages; advisories up to PyPI 2025-12-01"


def test_none_found_among_few_checked_is_not_measured(advisories: str) -> None:
    npm = [package(name, "1.0.0", ecosystem="npm") for name in ("a", "b")]
    few = values(asked(collected([package("click", "8.0"), *npm], advisories=advisories)))
    assert set(few.values()) == {None}
    found = values(asked(collected([package("flask", "1.0"), *npm], advisories=advisories)))
    assert (found["high"], found["total"], found["critical"]) == (1, 1, None)
    most = [package(name, "1.0") for name in ("x", "y", "z")]
    assert set(values(asked(collected([*most, *npm], advisories=advisories))).values()) == {0}


@pytest.mark.parametrize(
    ("dated", "kev", "said"),
    [
        ("2025-01-01", "2025-12-30", "the newest PyPI advisory is 365 days old"),
        ("2025-12-30", "2025-01-02", "the KEV list is 364 days old"),
        ("2025-12-30", "2025-12-30", ""),
        ("2025", "", "the newest PyPI advisory is of 2025, no day given: 1 to 365 days old"),
        ("2024", "", "the newest PyPI advisory is 366 to 731 days old"),
    ],
)
def test_old_advisories_are_said(dated: str, kev: str, said: str) -> None:
    coverage = frame(AdvisoryCoverage, [AdvisoryCoverage("PyPI", 1, 1, 0, 9, dated, kev, "")])
    nothing = [frame(kind, []).assign(repo=[]) for kind in (Vulnerability, OnlineLookup)]
    tables = (nothing[0], coverage.assign(repo="app"), nothing[1])
    notes = {
        one.note
        for one in of(Metric, vulnerabilities.probe.run(AS_OF, *tables, frame(Statement, [])))
        if kev or one.name != "vulnerabilities.exploited"
    }
    assert notes == {said}


@pytest.mark.parametrize(
    ("dated", "value"), [("2024-12-01", None), ("2025-01-01", 0), ("2025", 0), ("", 0)]
)
def test_none_found_by_advisories_of_over_a_year_ago_is_not_measured(
    dated: str, value: int | None
) -> None:
    coverage = frame(AdvisoryCoverage, [AdvisoryCoverage("PyPI", 1, 1, 0, 9, dated, "", "")])
    nothing = [frame(kind, []).assign(repo=[]) for kind in (Vulnerability, OnlineLookup)]
    tables = (nothing[0], coverage.assign(repo="app"), nothing[1])
    assert values(vulnerabilities.probe.run(AS_OF, *tables, frame(Statement, [])))["total"] == value


_TOTAL = "vulnerabilities.total"


def test_a_version_that_is_not_known_is_a_gap_unless_a_lock_file_pins_it(advisories: str) -> None:
    rows = [
        package("flask", None, manifest="api/pyproject.toml", locked=False),
        package("Flask", "3.0", manifest="uv.lock"),
        package("jinja2", None, manifest="api/pyproject.toml", locked=False),
        package("django", None, manifest="pyproject.toml", locked=False),
        package("django", "4.0", manifest="other/uv.lock"),
        package("click", "main", manifest="uv.lock"),
        package("jinja2", "main", manifest="uv.lock"),
    ]
    facts = collected(rows, advisories=advisories)
    assert [(one.reason, one.path, one.detail) for one in of(Issue, facts)] == [
        ("version not known, not checked", "pyproject.toml", "1 package: django"),
        ("version not understood", "uv.lock", "1 package version: jinja2 main"),
    ]
    assert of(AdvisoryCoverage, facts)[0][1:4] == (4, 3, 1)


def test_disagreement_stays_visible(advisories: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        second_opinion, "_is_affected", lambda version, row: row.advisory == "GHSA-1"
    )
    facts = collected([package("flask", "2.2")], advisories=advisories)
    assert [(one.advisory, one.sources) for one in of(Vulnerability, facts)] == [
        ("PYSEC-2", "osv"),
        ("CVE-1", "pip-audit"),
    ]
    assert [(one.reason, one.detail) for one in of(Issue, facts)] == [
        ("pip-audit and the advisory matcher disagree", "flask 2.2: PYSEC-2 only by osv"),
        ("pip-audit and the advisory matcher disagree", "flask 2.2: CVE-1 only by pip-audit"),
    ]


def test_going_online_is_recorded_also_when_it_fails(
    advisories: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(self: object, url: str, **_: object) -> requests.Response:
        sent.append(url)
        raise requests.ConnectionError("cable")

    sent: list[str] = []
    monkeypatch.setattr(requests.Session, "get", cut)
    rows = [package("flask", "1.0"), package("example.org/x", "v1.3.9", ecosystem="Go")]
    facts = collected(rows, advisories=advisories, online=True)
    assert [url.split("/", 3)[3] for url in sent] == ["pypi/flask/1.0/json"]
    assert of(OnlineLookup, facts) == [OnlineLookup("PyPI", 1)]
    (issue,) = of(Issue, facts)
    assert issue == Issue("online look-up failed", detail="PyPI: ConnectionError", transient=True)
    assert len(of(Vulnerability, facts)) == 3
    series = [one for one in of(Series, asked(facts)) if one.name == "coverage"]
    assert series[0].note.endswith("Sent online: 1 package versions to PyPI.")


def test_what_only_pypi_knows_is_added(advisories: str, monkeypatch: pytest.MonkeyPatch) -> None:
    news = {"id": "PYSEC-9", "aliases": ["CVE-9"], "fixed_in": ["3.1"], "summary": "New"}
    known = {"id": "PYSEC-2", "aliases": [], "fixed_in": ["2.5"], "summary": "Slow"}

    def answer(self: object, url: str, **_: object) -> requests.Response:
        response = requests.Response()
        response.status_code = 200
        response._content = json.dumps({"vulnerabilities": [news, known]}).encode()
        return response

    monkeypatch.setattr(requests.Session, "get", answer)
    facts = collected([package("flask", "2.0")], advisories=advisories, online=True)
    assert [(one.advisory, one.fixed, one.sources) for one in of(Vulnerability, facts)] == [
        ("PYSEC-2", "2.5", "osv, pip-audit, PyPI"),
        ("CVE-9", "3.1", "PyPI"),
    ]
    assert not of(Issue, facts)


def test_a_database_that_changed_meanwhile_is_said(advisories: str) -> None:
    facts = collected([package("x", "1")], advisories=advisories, advisories_digest="0" * 64)
    assert [one.reason for one in of(Issue, facts)] == [
        "the advisory database changed during the run"
    ]


def test_no_package_is_nothing_to_check() -> None:
    assert collected([]) == []
    answers = asked([])
    assert set(values(answers).values()) == {None}
    assert {one.note for one in of(Metric, answers)} == {
        "no package found", "no list of exploited vulnerabilities was imported",
    }  # fmt: skip


def test_package_versions_are_counted_once_by_their_worst_advisory(advisories: str) -> None:
    rows = [
        package("flask", "1.0"),
        package("flask", "1.0", manifest="dev.txt", scope="development"),
        package("flask", "2.2", manifest="dev.txt", scope="development"),
        package("jinja2", "3.0"),
        package("example.org/x", "1.0.0", ecosystem="Go", scope="development"),
    ]
    facts = collected(rows, advisories=advisories)
    answers = asked(facts, ("second", facts))
    expected = {"critical": 0, "high": 2, "medium": 0, "low": 2, "unknown": 0, "total": 4}
    assert values(answers, "app") == expected
    assert values(answers) == {name: 2 * number for name, number in expected.items()}
    (exposure,) = [one for one in of(Series, answers) if one.name == "exposure"]
    assert exposure.columns == ("ecosystem", "low", "unknown", "medium", "high", "critical")
    assert exposure.rows == (("Go", 0, 0, 0, 2, 0), ("PyPI", 4, 0, 0, 2, 0))


def test_an_observation_speaks_for_one_package_version(advisories: str) -> None:
    rows = [
        package("flask", "1.0", direct=True),
        package("flask", "1.0", manifest="dev.txt", line=None, scope="development", direct=False),
        package("flask", "2.2", manifest="dev.txt"),
        package("jinja2", "3.0", direct=False),
    ]
    seen = {one.key: one for one in of(Observation, asked(collected(rows, advisories=advisories)))}
    assert list(seen) == ["PyPI:flask:1.0", "PyPI:flask:2.2", "PyPI:jinja2:3.0"]
    flask = seen["PyPI:flask:1.0"]
    assert [str(place) for place in flask.locations] == ["dev.txt", "requirements.txt:3"]
    assert dict(flask.values) == {
        "package": "flask",
        "version": "1.0",
        "ecosystem": "PyPI",
        "advisories": "CVE-1, PYSEC-2",
        "count": 2,
        "severity": "high",
        "rated": "high",
        "exploited": "",
        "fixed": place_token("2.5", "one is published"),
        "summary": "Session leak",
        "scope": "runtime",
        "direct": "direct",
        "stated": "",
    }
    unrated = seen["PyPI:flask:2.2"].values
    assert (unrated["severity"], unrated["rated"], unrated["direct"]) == (
        "medium",
        "unknown",
        "not stated",
    )
    assert seen["PyPI:jinja2:3.0"].values["fixed"] == place_token("none known", "none known")
    assert seen["PyPI:jinja2:3.0"].values["direct"] == "transitive"


def test_everybody_reads_whether_there_is_a_fix_and_the_client_which() -> None:
    one = {"advisory": "A", "target": "2.0.1"}
    half = pd.DataFrame([{**one, "fixed": "2.0.1"}, {**one, "fixed": ""}])
    told = f"Fixed: {assess.fixed_version(half)}"
    assert without_places(told) == "Fixed: one is published, but not against all of them"
    assert PLACE_TOKEN.sub(r"\2", told) == "Fixed: 2.0.1 (no fix known for 1 of 2)"


def test_go_itself_is_at_least_what_go_mod_says(advisories: str) -> None:
    known = [package("stdlib", "1.21.3", ecosystem="Go", manifest="go.mod")]
    (seen,) = of(Observation, asked(collected(known, advisories=advisories)))
    assert (seen.key, seen.values["version"]) == ("Go:stdlib:1.21.3", "at least 1.21.3")
    newer = [package("stdlib", "1.21.4", ecosystem="Go", manifest="go.mod")]
    assert of(Observation, asked(collected(newer, advisories=advisories))) == []
    bound = [package("stdlib", None, ecosystem="Go", manifest="go.mod")]
    told = of(Issue, collected(bound, advisories=advisories))
    assert told == [Issue("version not known, not checked", "go.mod", "1 package: stdlib")]


def test_a_rating_that_counts_lower_is_told_as_published(advisories: str) -> None:
    rows = [package("flask", "1.0", manifest="dev.txt", scope="development")]
    (seen,) = of(Observation, asked(collected(rows, advisories=advisories)))
    assert seen.values["severity"] == "medium"
    assert seen.values["rated"] == "high (counted as medium: development only)"


# --- what is exploited, and what to do ------------------------------------------------------------

KEV = {
    "catalogVersion": "2026.01.02",
    "dateReleased": "2026-01-02T00:00:00Z",
    "vulnerabilities": [
        {"cveID": "CVE-2025-0001", "dateAdded": "2025-12-10", "knownRansomwareCampaignUse": "Known"}
    ],
}
EPSS = "#model_version:v2025.03.14,score_date:2026-01-03T00:00:00+0000\ncve,epss,percentile\n"


@pytest.fixture
def lists(tmp_path: Path) -> str:
    """Advisories, a list of exploited vulnerabilities and scores."""
    (tmp_path / "in").mkdir()
    for number, (name, severity, fixed) in enumerate(
        (("a", "MODERATE", "1.0.1"), ("b", "MODERATE", "2.0.0"), ("c", "HIGH", "1.3.0")), 1
    ):
        events = [{"introduced": "0"}, {"fixed": fixed}]
        tree = {
            "id": f"GHSA-{number}",
            "aliases": [f"CVE-2025-000{number}"],
            "modified": "2025-12-01T00:00:00Z",
            "database_specific": {"severity": severity},
            "affected": [
                {
                    "package": {"ecosystem": "npm", "name": name},
                    "ranges": [{"type": "SEMVER", "events": events}],
                }
            ],
        }
        (tmp_path / "in" / f"{number}.json").write_text(json.dumps(tree))
    (tmp_path / "in" / "kev.json").write_text(json.dumps(KEV))
    scores = f"{EPSS}CVE-2025-0002,0.25,0.97\nCVE-2025-0003,0.001,0.2\n"
    (tmp_path / "in" / "epss_scores-2026-01-03.csv.gz").write_bytes(gzip.compress(scores.encode()))
    import_advisories([tmp_path / "in"], tmp_path / "db")
    return str(tmp_path / "db")


def test_what_is_exploited_counts_as_critical_and_says_why(lists: str) -> None:
    rows = [
        package("a", "1.0.0", ecosystem="npm", direct=True),
        package("b", "1.0.0", ecosystem="npm", direct=False),
        package("c", "1.2.9", ecosystem="npm", direct=False),
    ]
    facts = collected(rows, advisories=lists)
    assert [(one.exploited, one.ransomware, one.epss) for one in of(Vulnerability, facts)] == [
        ("2025-12-10", True, None), ("", False, 0.25), ("", False, 0.001),
    ]  # fmt: skip
    (coverage,) = of(AdvisoryCoverage, facts)
    assert (coverage.kev, coverage.epss) == ("2026-01-02", "2026-01-03")
    answers = asked(facts)
    (exploited,) = [
        one for one in of(Metric, answers)
        if one.name == "vulnerabilities.exploited" and not one.repo
    ]  # fmt: skip
    assert (exploited.value, exploited.basis[-27:]) == (1, "exploited ones up to 2026-01-02"[-27:])
    seen = {one.values["package"]: one.values for one in of(Observation, answers)}
    assert (seen["a"]["severity"], seen["a"]["rated"]) == (
        "critical",
        f"medium (counted as critical: known to be exploited{place_token(' since 2025-12-10')}, "
        "used by ransomware)",
    )
    assert seen["a"]["exploited"] == (
        "Listed by CISA as exploited since 2025-12-10, also by ransomware. "
    )
    assert seen["b"]["exploited"] == "An exploit within 30 days is likely (EPSS 25%). "
    (first,) = [one for one in of(Series, answers) if one.name == "vulnerabilities_first"]
    assert [(row[1], row[3], row[5], row[6], row[7]) for row in first.rows] == [
        ("a", "critical", None, "2025-12-10", "1.0.1"),
        ("c", "high", 0.001, None, "1.3.0"),
        ("b", "medium", 0.25, None, "2.0.0"),
    ]
    (plan,) = [one for one in of(Series, answers) if one.name == "upgrade_plan"]
    assert plan.rows == (
        ("patch release", 1, 1, "a 1.0.0 to 1.0.1"),
        ("minor release", 1, 1, "c 1.2.9 to 1.3.0"),
        ("major release", 1, 1, "b 1.0.0 to 2.0.0"),
    )


@pytest.mark.parametrize(
    ("direct", "how"),
    [
        (True, "where it is asked for: package-lock.json"),
        (False, "lock anew, else update what brings it: npm ls a"),
        (None, "where it is asked for, or what brings it: npm ls a"),
    ],
)
def test_a_step_says_where_the_update_is_written_and_what_is_known_of_the_new_version(
    lists: str, direct: bool | None, how: str
) -> None:
    rows = [
        package("a", "1.0.0", ecosystem="npm", manifest="package-lock.json", direct=direct),
        package("c", "1.2.9", ecosystem="npm", manifest="package-lock.json", direct=True),
        package("b", "1.0.0", ecosystem="npm", manifest="package-lock.json", direct=False),
    ]
    answers = asked(collected(rows, advisories=lists))
    (steps,) = [one for one in of(Series, answers) if one.name == "upgrade_steps"]
    ours, other, last = (row[1:] for row in steps.rows)
    assert ours == ("a 1.0.0 to 1.0.1", "patch release", "critical", 1, 0, how)
    assert other[:2] == ("c 1.2.9 to 1.3.0", "minor release")
    assert last[:2] == ("b 1.0.0 to 2.0.0", "major release")
    assert last[-1] == "update or override what brings it: npm ls b"


@pytest.mark.parametrize(
    ("severity", "scope", "direct", "exploited", "epss", "expected"),
    [
        ("medium", "runtime", False, "", None, ("low", "used by other packages only")),
        ("medium", "runtime", False, "", 0.1, ("medium", "")),
        ("medium", "runtime", None, "", None, ("medium", "")),
        ("high", "runtime", False, "", None, ("high", "")),
        ("low", "runtime", False, "2025-01-01", None,
         ("critical", f"known to be exploited{SINCE}")),
        ("low", "development", True, "2025-01-01", None,
         ("high", f"known to be exploited{SINCE}, development only")),
        ("unknown", "development", True, "", None, ("low", "development only")),
        # As a table has them.
        ("medium", "runtime", np.False_, "", None, ("low", "used by other packages only")),
        ("medium", "runtime", np.True_, "", None, ("medium", "")),
        ("medium", "runtime", pd.NA, "", None, ("medium", "")),
        ("info", "runtime", True, "2025-01-01", None, ("info", "")),
    ],
)  # fmt: skip
def test_a_severity_is_raised_or_lowered_with_its_reason(
    severity: str, scope: str, direct: bool | None, exploited: str, epss: float | None,
    expected: tuple[str, str],
) -> None:  # fmt: skip
    values = {"severity": severity, "scope": scope, "direct": direct, "epss": epss}
    row = SimpleNamespace(**values, exploited=exploited, ransomware=False)
    assert weighing.weigh(row) == expected


@pytest.mark.parametrize(
    ("here", "there", "jump"),
    [
        ("1.2.3", "1.2.9", "patch release"),
        ("1.2.3", "1.10", "minor release"),
        ("2022.12.7", "2023.7.22", "dated release"),
        ("v1", "2.0.0", "major release"),
        ("1.2", "", "no fixed version known"),
        ("main", "1.0", "version scheme not understood"),
    ],
)
def test_how_far_an_update_jumps(here: str, there: str, jump: str) -> None:
    assert plan.effort(here, there) == jump


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("e.csv", b"CVE-2025-1,1\n", "is no list of EPSS scores"),
        ("e.csv", f"{EPSS}CVE-2025-0001,2.0,0.1\n".encode(), "line 3: is no score"),
        ("e.csv", f"{EPSS}CVE-2025-0001,0.2,0.1\nCVE-2025-0002,0.1\n".encode(), "line 4: is no"),
        ("e.csv", f"{EPSS}CVE-2025-0001,0.2,0.1".encode(), "line 3: is cut off"),
        ("e.csv", EPSS.encode(), "holds no score"),
        ("e.csv", f"{EPSS}CVE-2025-0001,nan,0.1\n".encode(), "line 3: is no score"),
        ("e.csv.gz", gzip.compress(EPSS.encode(), mtime=0)[:-9], "is cut off or damaged"),
        ("e.csv.gz", b"not packed", "is cut off or damaged"),
        ("e.csv", b"cve,epss,percentile\nCVE-2025-0001,0.1,0.1\n", "has no score_date"),
    ],
    ids=[
        "no header",
        "above one",
        "two fields",
        "no end",
        "empty",
        "no number",
        "cut off",
        "not packed",
        "no date",
    ],
)
def test_a_list_of_scores_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TechddError, match=message):
        import_advisories([tmp_path / name], tmp_path / "db")


def test_an_older_list_does_not_replace_a_newer_one(lists: str, tmp_path: Path) -> None:
    older = {**KEV, "dateReleased": "2025-01-01T00:00:00Z", "vulnerabilities": []}
    (tmp_path / "older.json").write_text(json.dumps(older))
    import_advisories([tmp_path / "older.json"], Path(lists))
    facts = collected([package("a", "1.0.0", ecosystem="npm")], advisories=lists)
    assert [one.exploited for one in of(Vulnerability, facts)] == ["2025-12-10"]


def test_a_newer_list_of_the_same_day_changes_the_digest(lists: str, tmp_path: Path) -> None:
    def digest() -> str:
        found = status(Path(lists))
        return found.digest if found else ""

    before = digest()
    (tmp_path / "again.json").write_text(json.dumps(KEV))
    import_advisories([tmp_path / "again.json"], Path(lists))
    assert digest() == before
    more = {"cveID": "CVE-2025-0002", "dateAdded": "2026-01-02"}
    entries = [*KEV["vulnerabilities"], more]
    (tmp_path / "more.json").write_text(json.dumps({**KEV, "vulnerabilities": entries}))
    import_advisories([tmp_path / "more.json"], Path(lists))
    assert digest() != before
    facts = collected([package("b", "1.0.0", ecosystem="npm")], advisories=lists)
    assert [one.exploited for one in of(Vulnerability, facts)] == ["2026-01-02"]


_ENTRY = {"cveID": "CVE-2025-0009", "dateAdded": "2026-02-01"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"vulnerabilities": ["x"]}, "entry 1 has no CVE or no date"),
        ({"vulnerabilities": None}, "'vulnerabilities' is not a list"),
        ({"vulnerabilities": []}, "has no date and no entries"),
        ({"vulnerabilities": [{"cveID": "CVE-1", "dateAdded": "today"}]}, "entry 1 has no CVE"),
        ({"vulnerabilities": [_ENTRY], "count": 2}, "has 1 entries of 2"),
        (json.dumps({"catalogVersion": "1", "vulnerabilities": [_ENTRY]}, indent=1)[:-9], "line 6"),
    ],
)
def test_a_list_of_exploited_ones_that_is_cut_or_damaged_is_refused_as_a_whole(
    lists: str, tmp_path: Path, content: dict[str, Any] | str, said: str
) -> None:
    before = status(Path(lists))
    text = content if isinstance(content, str) else json.dumps({"catalogVersion": "1", **content})
    (tmp_path / "kev.json").write_text(text)
    with pytest.raises(TechddError, match=said) as raised:
        import_advisories([tmp_path / "kev.json"], Path(lists))
    assert raised.value.where == str(tmp_path / "kev.json")
    assert status(Path(lists)) == before


def test_names_that_are_withheld_are_not_sent(
    advisories: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(match, "audit_online", lambda pins: (sent.extend(pins), {})[1])
    rows = [package("Acme_secret", "1.0"), package("flask", "1.0"), package("acme.two", "1")]
    facts = collected(rows, advisories=advisories, online=True, withheld=["acme-*"])
    assert sent == [("flask", "1.0")]
    assert of(OnlineLookup, facts) == [OnlineLookup("PyPI", 1)]
    assert [one.reason for one in of(Issue, facts)] == ["names withheld from online look-ups"]
