"""What only shows over the borders of repositories: people, packages, uses, common change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from builders import A, a_commit, opened

from techdd.collectors import Probe
from techdd.collectors._updates import Vulnerability
from techdd.collectors.dependencies import OwnPackage, dependencies, internal_dependencies
from techdd.collectors.package_spread import package_spread, shared_vulnerabilities
from techdd.collectors.people_across import people_across
from techdd.facts import Commit, Fact, Package, Person, frame
from techdd.model import Metric, Observation, Series, person_token
from techdd.portfolio import Membership

AS_OF = date(2026, 1, 1)


def table(fact: Fact, **rows: list[Any]) -> Any:
    """The rows of each repository as one table."""
    made = frame(fact, [row for own in rows.values() for row in own])
    made.insert(0, "repo", [repo for repo, own in rows.items() for _ in own])
    return made


def ask(probe: Probe, *tables: Any) -> tuple[dict[str, Metric], dict[str, Series], list[Any]]:
    found = list(probe.run(AS_OF, *tables))
    return (
        {one.name: one for one in found if isinstance(one, Metric)},
        {one.name: one for one in found if isinstance(one, Series)},
        [one for one in found if isinstance(one, Observation)],
    )


def package(name: str, version: str | None, **rest: Any) -> Package:
    row = Package("npm", name, version, "", "package.json", None, True, True, "runtime", "")
    return row._replace(**rest)


def own(*names: str) -> list[OwnPackage]:
    return [OwnPackage("npm", name, "package.json") for name in names]


def test_who_uses_whose_package_and_who_does_so_in_a_circle() -> None:
    metrics, series, seen = ask(
        internal_dependencies,
        table(OwnPackage, a=own("@x/a"), b=own("@x/b"), c=own("@x/c", "app"), d=own("app")),
        table(
            Package,
            a=[package("@x/b", None), package("lodash", "4.0.0"), package("@x/a", None)],
            b=[package("@x/a", None)],
            d=[package("@x/a", "1.0.0"), package("@x/a", "2.0.0")],
            e=[package("app", None)],  # whose that is nobody can tell
        ),
    )
    assert metrics["internal_dependencies.edges"].value == 3
    assert metrics["internal_dependencies.repositories_in_circles"].value == 2
    assert "1 names that several" in metrics["internal_dependencies.edges"].note
    arrows = {(row[0], row[1], row[-1]) for row in series["internal_dependencies"].rows}
    assert arrows == {("a", "b", "yes"), ("b", "a", "yes"), ("d", "a", "no")}
    assert series["internal_packages"].rows[0] == ("a", 2, "b, d")
    assert seen[0].values["count"] == 2


def test_one_repository_with_a_name_says_nothing_of_uses() -> None:
    metrics, _, seen = ask(
        internal_dependencies, table(OwnPackage, a=own("x")), table(Package, a=[])
    )
    assert metrics["internal_dependencies.edges"].value is None
    assert not seen


def test_manifests_say_what_they_call_their_own(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "@x/web", "dependencies": {"lodash": "^4"}}',
        "core/go.mod": "module example.com/x/core\n\ngo 1.22\n",
        "lib/pyproject.toml": '[project]\nname = "X_Lib"\ndependencies = ["requests"]\n',
        "job/pom.xml": "<project><groupId>com.x</groupId><artifactId>job</artifactId></project>",
        "rust/Cargo.toml": '[package]\nname = "xr"\nversion = "0.1.0"\n',
    }
    found = [one for one in dependencies.run(opened(tmp_path, [A(files)])) if
             isinstance(one, OwnPackage)]  # fmt: skip
    assert {(one.ecosystem, one.name) for one in found} == {
        ("npm", "@x/web"),
        ("Go", "example.com/x/core"),
        ("PyPI", "x-lib"),
        ("Maven", "com.x:job"),
        ("crates.io", "xr"),
    }


def test_one_package_in_many_versions() -> None:
    common = {f"p{n}": "1.0.0" for n in range(9)}
    rows = [package(name, version) for name, version in common.items()]
    metrics, series, _ = ask(
        package_spread,
        table(
            Package,
            a=[*rows, package("lodash", "4.1.0"), package("deep", "1.0.0", direct=False)],
            b=[*rows, package("lodash", "4.2.0"), package("deep", "2.0.0", direct=False)],
            c=[package("lodash", "4.1.0"), package("test", "1.0.0", scope="development")],
            d=[package("lodash", None), package("test", "2.0.0", scope="development")],
        ),
    )
    assert metrics["package_spread.packages"].value == 1
    assert metrics["package_spread.share"].value == 0.1
    assert series["version_spread"].rows == (("npm", "lodash", 3, 2, "4.1.0 (2), 4.2.0 (1)"),)


def test_few_common_packages_give_no_share() -> None:
    metrics, _, _ = ask(
        package_spread, table(Package, a=[package("x", "1")], b=[package("x", "2")])
    )
    assert metrics["package_spread.share"].value is None
    assert metrics["package_spread.packages"].value == 1


def flaw(package_: str, advisory: str, severity: str) -> Vulnerability:
    return Vulnerability(
        "npm", package_, "1.0.0", "package-lock.json", None, "runtime", True, advisory, "",
        severity, None, "", "", "", "osv", "", False, None,
    )  # fmt: skip


def test_vulnerable_packages_that_several_use() -> None:
    metrics, series, _ = ask(
        shared_vulnerabilities,
        table(
            Vulnerability,
            a=[
                flaw("x", "CVE-1", "low"),
                flaw("x", "CVE-2", "critical"),
                flaw("y", "CVE-3", "low"),
            ],
            b=[flaw("x", "CVE-1", "low"), flaw("z", "CVE-4", "high")],
        ),
    )
    assert metrics["shared_vulnerabilities.packages"].value == 1
    assert series["shared_vulnerabilities"].rows == (("npm", "x", 2, 2, "critical", "a, b"),)
    assert shared_vulnerabilities.guarded


def commits(person: str, days: range) -> list[Commit]:
    """A commit a day, so many days before the day of the audit."""
    last = datetime(2026, 1, 1, 12, tzinfo=UTC)
    return [
        a_commit(f"{person}{day}", author=person, authored=last - timedelta(days=day))
        for day in days
    ]


def test_who_alone_tends_several_repositories_and_who_moved() -> None:
    people = frame(
        Person,
        [(name, name, name, f"{name}@x", False, "unknown") for name in ("ann", "ben", "cat")],
    )
    made = table(
        Commit,
        a=commits("ann", range(1, 60, 5)),
        b=[*commits("ann", range(2, 60, 5)), *commits("ben", range(3, 9, 4))],
        c=[*commits("ann", range(4, 60, 5)), *commits("cat", range(300, 360, 5))],
        d=[*commits("ben", range(1, 60, 5)), *commits("cat", range(1, 60, 5))],
    )
    groups = table(
        Membership, a=[Membership("Pay")], b=[Membership("Pay")], c=[Membership("Pay")],
        d=[Membership("Web")],
    )  # fmt: skip
    metrics, series, seen = ask(people_across, made, people, groups)
    assert metrics["people_across.most_of_one"].value == 2  # cat was in c within the year
    assert metrics["people_across.repositories_of_one"].value == 2
    assert series["sole_maintainers"].rows[0][:2] == (person_token("ann"), 2)
    assert not seen
    assert metrics["people_across.moves"].value == 1
    assert series["moves_between_groups"].rows[0][:4] == (
        person_token("cat"), "Pay", "Web", "2025-11-06",
    )  # fmt: skip
    made = made[~((made["repo"] == "c") & (made["author"] == "cat"))]
    metrics, _, (one,) = ask(people_across, made, people, groups)
    assert metrics["people_across.most_of_one"].value == 3
    assert (one.rule, one.values["count"], one.values["of"]) == ("sole-maintainer-of-several", 3, 4)
