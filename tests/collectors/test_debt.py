from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import a_change, a_commit

from techdd.collectors._units import Clone
from techdd.collectors._updates import AdvisoryCoverage, Vulnerability
from techdd.collectors.debt import probe
from techdd.depsdev import PackageFact, PackageLookup
from techdd.documents import load
from techdd.errors import DocumentError
from techdd.facts import Change, Commit, File, Function, Package, frame
from techdd.folders import data
from techdd.model import Metric, Series
from techdd.policy import Engagement, Scoring
from techdd.reading import Tables
from techdd.remediation import Basis, DebtPolicy, Remediation, day_rate
from techdd.workspace import Workspace

AS_OF = date(2025, 12, 31)
END = datetime(2025, 12, 31, 12, tzinfo=UTC)
POLICY = load(data("checklists") / "policy" / "debt.yaml", DebtPolicy)
SCORING = load(data("checklists") / "policy" / "scoring.yaml", Scoring)
FLAT = {one.id: (8.0, 16.0) for one in POLICY.kinds}  # a day to two, of whatever kind


def file(path: str, role: str = "source", measured: str = "tree-sitter", code: int = 1_000) -> File:
    part = path.split("/", maxsplit=1)[0]
    language = "Go" if measured else "Perl"
    return File(path, "b" * 40, 9, language, role, code, code, 0, measured, part)


def function(path: str, lines: int = 5, complexity: int = 1, parameters: int = 0) -> Function:
    part = path.split("/", maxsplit=1)[0]
    return Function(path, part, "source", "Go", "f", 1, lines, lines, parameters, complexity, 0, 0)


def clone(path: str, start: int, lines: int, group: str = "g") -> Clone:
    end = start + lines - 1
    return Clone(group, path, path.split("/", maxsplit=1)[0], start, end, lines, lines * 9)


def flaw(package: str, severity: str, target: str, advisory: str = "CVE-1") -> Vulnerability:
    return Vulnerability(
        "npm", package, "1.2.3", "package-lock.json", 1, "runtime", True, advisory, "", severity,
        None, target, "", "", "osv", "", False, None, target, 0,
    )  # fmt: skip


def asked(
    *rows: Any,
    changed: dict[str, int] | None = None,
    elsewhere: Sequence[Any] = (),
    **keys: Any,
) -> list[Any]:
    """What the probe answers on facts of one repository, whose files were changed so often, and of
    another one.
    """
    changed = changed or {}
    when = END - timedelta(days=1)
    commits = [
        a_commit(f"{n}", authored=when, committed=when)
        for n in range(max(changed.values(), default=0))
    ]
    changes = [a_change(f"{n}", path) for path, times in changed.items() for n in range(times)]
    tables = []
    for fact in (Commit, Change, File, Function, Clone):
        some = {Commit: commits, Change: changes}.get(fact)
        own = [row for row in rows if isinstance(row, fact)] if some is None else some
        tables.append(frame(fact, own))
    engagement = Engagement(client="C", remediation_hours=FLAT, **keys)
    tables.append(frame(Remediation, POLICY.remediations(engagement)))
    tables.append(frame(Basis, [POLICY.basis(day_rate(SCORING, engagement))]))
    told = (Vulnerability, AdvisoryCoverage, Package, PackageFact, PackageLookup)
    tables += [frame(fact, [row for row in rows if isinstance(row, fact)]) for fact in told]
    stated = (5, 6)
    for place, table in enumerate(tables):
        if place not in stated:
            table.insert(0, "repo", "api")
    for fact in {type(one) for one in elsewhere}:
        other = frame(fact, [one for one in elsewhere if isinstance(one, fact)])
        place = probe.needs.index(fact)
        tables[place] = pd.concat([tables[place], other.assign(repo="web")], ignore_index=True)
    return list(probe.run(AS_OF, *tables))


def series(found: list[Any], name: str) -> Series:
    (one,) = (one for one in found if isinstance(one, Series) and one.name == name)
    return one


def metric(found: list[Any], name: str, repo: str = "api") -> Metric:
    (one,) = (
        one for one in found if isinstance(one, Metric) and (one.name, one.repo) == (name, repo)
    )
    return one


def kinds(found: list[Any]) -> dict[str, tuple[int, float, float]]:
    """Kind -> items, days from, days to."""
    return {row[0]: row[1:4] for row in series(found, "debt_kinds").rows}  # type: ignore[misc]


@pytest.mark.parametrize(
    ("one", "kind", "days"),
    [
        (function("src/a.go", complexity=11), "Complex functions", 1),
        (function("src/a.go", complexity=20), "Complex functions", 1),
        (function("src/a.go", complexity=21), "Complex functions", 2),
        (function("src/a.go", lines=61), "Long functions", 1),
        (function("src/a.go", lines=181), "Long functions", 3),
        (function("src/a.go", parameters=5), "Wide interfaces", 1),
        (function("src/a.go", parameters=50), "Wide interfaces", 1),
        (function("src/a.go", lines=500, complexity=11), "Complex functions", 1),
    ],
)
def test_each_step_above_the_bound_takes_its_hours(one: Function, kind: str, days: int) -> None:
    assert kinds(asked(file("src/a.go"), one)) == {kind: (1, days, 2 * days)}


def test_at_the_bounds_there_is_no_debt() -> None:
    found = asked(file("src/a.go"), function("src/a.go", lines=60, complexity=10, parameters=4))
    assert metric(found, "debt.days_high").value == 0
    assert not [one for one in found if isinstance(one, Series)]


def test_of_a_group_of_equal_code_one_place_stays() -> None:
    places = [clone("src/a.go", 1, 10), clone("src/b.go", 1, 10), clone("src/b.go", 50, 10)]
    found = kinds(asked(file("src/a.go"), file("src/b.go"), *places))
    assert found == {"Duplicated code": (2, 2, 4)}


def test_equal_code_within_larger_equal_code_is_not_counted_again() -> None:
    large = [clone("src/a.go", 1, 40, "large"), clone("src/b.go", 1, 40, "large")]
    within = [clone("src/a.go", 5, 10, "small"), clone("src/b.go", 5, 10, "small")]
    further = clone("src/c.go", 7, 10, "small")
    files = [file(f"src/{name}.go") for name in "abc"]
    assert kinds(asked(*files, *large, *within)) == {"Duplicated code": (1, 1, 2)}
    assert kinds(asked(*files, *large, *within, further)) == {"Duplicated code": (2, 2, 4)}


def test_a_file_that_is_changed_often_without_a_test_is_debt() -> None:
    rows = [file("src/billing.go"), function("src/billing.go", complexity=9)]
    often, seldom = {"src/billing.go": 5}, {"src/billing.go": 4}
    assert kinds(asked(*rows, changed=often)) == {"Missing tests": (1, 1, 2)}
    assert metric(asked(*rows, changed=seldom), "debt.days_high").value == 0
    test = file("src/billing_test.go", "test")
    assert metric(asked(*rows, test, changed=often), "debt.days_high").value == 0


def test_updates_are_priced_by_their_jump_and_each_package_once() -> None:
    found = kinds(
        asked(
            flaw("a", "high", "1.2.4"),
            flaw("a", "low", "1.2.4", "CVE-2"),
            flaw("b", "low", "1.3.0"),
            flaw("c", "low", "2.0.0"),
            flaw("d", "low", ""),
            flaw("e", "info", "1.2.4"),
        )
    )
    assert found == {
        "Updates to a patch release": (1, 1, 2),
        "Updates to a minor or dated release": (1, 1, 2),
        "Updates to a major release": (1, 1, 2),
        "Packages without a fixed version": (1, 1, 2),
    }


def package(name: str, direct: bool) -> Package:
    return Package("npm", name, "1.2.3", "", "package.json", 1, True, direct, "runtime", "")


def dated(name: str, latest: datetime) -> PackageFact:
    """The version in use is of 2020, the newest one of `latest`."""
    old = datetime(2020, 1, 1, tzinfo=UTC)
    return PackageFact("npm", name, "1.2.3", old, "3.0.0", latest, latest, False, "")


def test_direct_packages_two_years_behind_count_unless_they_are_vulnerable() -> None:
    old, new = datetime(2020, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC)
    rows: list[Any] = []
    for name, direct, latest in (("a", True, new), ("b", False, new), ("c", True, old)):
        rows += [package(name, direct), dated(name, latest)]
    rows += [package("v", True), dated("v", new)]
    found = asked(*rows, flaw("v", "low", "1.2.4"))
    assert kinds(found) == {
        "Updates to a patch release": (1, 1, 2),
        "Updates to a major release": (1, 1, 2),
    }


def test_what_pays_first_stands_first_and_says_what_it_buys() -> None:
    found = asked(
        file("src/quiet.go"),
        file("src/busy.go"),
        file("src/busy_test.go", "test"),
        function("src/quiet.go", complexity=99),
        function("src/busy.go", complexity=11),
        function("src/busy.go", lines=61),
        flaw("a", "critical", "1.2.4"),
        flaw("b", "low", "1.2.4"),
        changed={"src/busy.go": 7, "src/quiet.go": 1},
    )
    assert series(found, "debt_first").rows == (
        (
            "1 package: patch updates",
            "package-lock.json",
            1,
            2,
            800,
            2_800,
            "closes 1 known vulnerability",
        ),
        (
            "1 complex function, 1 long function",
            "src/busy.go",
            2,
            4,
            1_600,
            5_600,
            "eases work that came 7 times in 12 months",
        ),
    )
    assert metric(found, "debt.first_days_low").value == 3
    assert metric(found, "debt.days_low").value == 9 + 2 + 2
    assert series(found, "debt_by_kind").title == (
        "Mending all that was measured takes 13–26 person-days (EUR 10,000–36,000); "
        "3–6 of them pay first"
    )
    first = series(found, "debt_components").rows[0]
    assert first == ("src", "Complex functions", 2, 10, 20, 8_000, 28_000, "1–2")


def test_money_says_whose_day_rate_it_is() -> None:
    rows = [file("src/a.go"), function("src/a.go", complexity=11)]
    assumed = asked(*rows)
    assert "1–2 person-days (EUR 800–2,800)" in series(assumed, "debt_by_kind").title
    for name in ("debt_by_kind", "debt_assumptions"):
        assert "EUR 800–1,400 (assumed by the policy)" in series(assumed, name).note
    found = asked(*rows, day_rate=(500, 1_000), currency="CHF")
    assert series(found, "debt_by_kind").title == (
        "Mending all that was measured takes 1–2 person-days (CHF 500–2,000); 0 of them pay first"
    )
    assert "CHF 500–1,000 (as the adviser gave it)" in series(found, "debt_by_kind").note
    assert kind_of_many() == (120, 250, 96_000, 350_000)  # 123 to 246 days, rounded outward first
    kind = series(found, "debt_kinds")
    assert kind.columns[4:6] == ("CHF from", "CHF to")
    assert kind.rows[0][4:6] == (500, 2_000)


def kind_of_many() -> tuple[Any, ...]:
    """Days and money of 123 complex functions."""
    many = [function("src/a.go", complexity=11)] * 123
    return tuple(series(asked(file("src/a.go"), *many), "debt_kinds").rows[0][2:6])


def test_the_share_of_building_anew_is_a_range_over_code_alone() -> None:
    found = asked(
        file("src/a.go", code=800), function("src/a.go", complexity=11), flaw("a", "low", "1.2.4")
    )
    low, high = (metric(found, f"debt.rebuild_share_{end}") for end in ("low", "high"))
    assert (low.value, high.value) == (1 * 16 / 800, round(2 * 50 / 800, 2))
    assert "16–50 code lines a day" in low.basis


def test_what_is_not_in_it_stands_beside_it() -> None:
    bare = [file("src/a.go"), function("src/a.go", complexity=11)]
    found = asked(*bare, file("src/b.pl", measured="", code=70))
    note = series(found, "debt_by_kind").note
    assert "70 lines in languages whose functions are not measured" in note
    assert "known vulnerabilities (not checked)" in note
    assert "age of packages (not looked up)" in note
    looked = [AdvisoryCoverage("npm", 3, 3, 0, 9, "2025", "", ""), PackageLookup("deps.dev", 3, 0)]
    note = series(asked(*bare, *looked), "debt_by_kind").note
    assert note.endswith("Not in it: architecture, infrastructure and data.")


def test_each_repository_tells_what_its_own_numbers_do_not_hold() -> None:
    rows = [file("src/a.go"), file("src/b.pl", measured="", code=70)]
    looked = AdvisoryCoverage("npm", 3, 3, 0, 9, "2025", "", "")
    found = asked(*rows, looked, elsewhere=[file("src/c.go"), function("src/c.go", complexity=11)])
    assert "70 lines" in metric(found, "debt.days_low", "api").basis
    assert "vulnerabilities" not in metric(found, "debt.days_low", "api").basis
    other = metric(found, "debt.days_low", "web").basis
    assert "lines in languages" not in other
    assert "known vulnerabilities (not checked)" in other
    whole = metric(found, "debt.days_low", "").basis
    assert "70 lines" in whole
    assert "known vulnerabilities of 1 of 2 repositories (not checked)" in whole


def test_where_nothing_could_be_measured_there_is_no_zero() -> None:
    found = asked(file("README.md", "documentation", ""))
    values = {one.name: one.value for one in found if isinstance(one, Metric)}
    assert len(values) == 6
    assert set(values.values()) == {None}


# --- assumptions ----------------------------------------------------------------------------------


def test_the_policy_prices_every_kind_and_says_why() -> None:
    own = Engagement(client="C", remediation_hours={"duplication": (1, 2)})
    rows = {one.kind: one for one in POLICY.remediations(own)}
    assert len(rows) == 9
    assert (rows["duplication"].low, rows["duplication"].high) == (1, 2)
    assert rows["duplication"].source == "the adviser's own hours"
    for kind in rows.keys() - {"duplication"}:
        assert rows[kind].low < rows[kind].high
        assert rows[kind].source.startswith("techdd synthesis 2026: "), kind


def test_an_engagement_has_its_own_policy_hours_and_rate(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "e", "C", [])
    shipped = Tables(workspace).table(Remediation)
    assert list(shipped["low"]) == [one.hours[0] for one in POLICY.kinds]
    assumed = Tables(workspace).table(Basis).iloc[0]
    assert (assumed["rate_low"], assumed["rate_given"]) == (SCORING.day_rate[0], False)
    text = (data("checklists") / "policy" / "debt.yaml").read_text()
    (workspace.root / "debt.yaml").write_text(text.replace("above: 10\n", "above: 15\n"))
    with workspace.file.open("a") as file:
        file.write("day_rate: [500, 900]\nremediation_hours: {duplication: [7, 9]}\n")
    tables = Tables(Workspace(workspace.root))
    own = tables.table(Remediation).set_index("kind")
    assert own.loc["complex-functions", "above"] == 15
    assert tuple(own.loc["duplication", ["low", "high", "own"]]) == (7, 9, True)
    basis = tables.table(Basis).iloc[0]
    assert (basis["rate_low"], basis["rate_high"], basis["currency"]) == (500, 900, "EUR")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("day_rate: [900, 800]", "engagement.yaml:2:1: day_rate: give the lower end first"),
        ("day_rate: [0, 800]", "day_rate.0: should be greater than 0 (got 0)"),
        ("currency: CHF", "'currency' belongs to a day rate: give 'day_rate' too"),
        ("day_rate: [800]", "day_rate.1: this entry is missing"),
        ("remediation_hours: {duplication: [3, 1]}", "remediation_hours.duplication: give the low"),
        ("remediation_hours: {clones: [1, 3]}", "should be 'complex-functions', 'long-functions'"),
        ("remediation_hours: {duplication: 3}", "remediation_hours.duplication: should be a list"),
    ],
)
def test_a_mistake_in_the_engagement_is_told_in_one_line(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "engagement.yaml"
    path.write_text(f"client: C\n{text}\n")
    with pytest.raises(DocumentError) as caught:
        load(path, Engagement)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
