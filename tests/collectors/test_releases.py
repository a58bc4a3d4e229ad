from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from delivery_tables import AS_OF, PEOPLE, ago, commits, metrics, note, series, table, tags

from techdd.collectors.releases import hotfixes, releases
from techdd.facts import Tag


@pytest.fixture(autouse=True)
def _small_numbers_will_do(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "few" not in request.node.name:
        monkeypatch.setattr("techdd.counting.FEWEST", 1)


def tagged(*rows: tuple[str, int | None], active: str = "api") -> list[Any]:
    """Releases of (repository, days before the audit) tags."""
    made = [
        Tag(f"v{n}", f"{n}", None if days is None else ago(days))
        for n, (_, days) in enumerate(rows)
    ]
    known = table(Tag, made, [repo for repo, _ in rows])
    return list(releases.run(AS_OF, known, commits(*({"repo": repo} for repo in active.split()))))


def versions(*rows: tuple[str, float]) -> list[Any]:
    """Releases of (tag, days before the audit)."""
    made = tags(*((name, days, f"{n}") for n, (name, days) in enumerate(rows)))
    return list(releases.run(AS_OF, made, commits({})))


def test_releases_are_days_with_a_tag() -> None:
    found = tagged(("api", 0), ("api", 0), ("api", 10), ("api", 40), ("api", 400), ("api", None))
    assert metrics(found)["", "per_quarter"] == metrics(found)["api", "per_quarter"] == 3 / 4
    assert metrics(found)["", "median_gap_days"] == metrics(found)["api", "median_gap_days"] == 20


def test_one_release_has_no_gap() -> None:
    found = tagged(("api", 10))
    assert metrics(found)["api", "median_gap_days"] is None
    assert note(found, "releases.median_gap_days") == "fewer than two tags in the last 12 months"


def test_days_are_counted_once_for_the_whole_and_in_each_repository() -> None:
    found = metrics(tagged(("api", 10), ("web", 10), active="api web"))
    assert found["", "per_quarter"] == 1 / 4
    assert found["api", "per_quarter"] == found["web", "per_quarter"] == 1 / 4


def test_an_active_repository_without_a_tag_releases_nothing() -> None:
    found = metrics(tagged(("api", 10), active="api web"))
    assert found["web", "per_quarter"] == 0
    assert ("old", "per_quarter") not in metrics(tagged(("old", 10), active="api"))


def test_pre_releases_are_no_releases() -> None:
    found = versions(("v2.0.0-rc.1", 50), ("nightly", 30), ("v1.0.0", 20), ("release-7", 10))
    assert metrics(found)["", "per_quarter"] == 2 / 4


def test_kinds_of_release_by_quarter() -> None:
    found = versions(
        ("v2.0.0", 5), ("v1.9.0", 6), ("v1.8.3", 7), ("2025-12-01", 30), ("v2.1.0-beta", 4),
        ("v1.7.0", 100),
    )  # fmt: skip
    rows = series(found, "releases").rows
    assert len(rows) == 8
    assert rows[-2:] == (("2025 Q3", 0, 1, 0, 0), ("2025 Q4", 1, 1, 1, 1))
    assert series(found, "releases").columns == ("quarter", "patch", "minor", "major", "other")
    plain = series(versions(("v1.0.0", 5)), "releases")
    assert plain.columns == ("quarter", "patch", "minor", "major")


def test_a_release_with_a_patch_of_its_line_within_a_week_was_corrected() -> None:
    found = versions(
        ("v1.0.0", 300), ("v1.0.1", 294),  # six days later
        ("v1.1.0", 200), ("v1.1.1", 192),  # eight days later
        ("v0.9.5", 299),  # of another line
        ("v1.2.0", 3),  # too young to be judged
    )  # fmt: skip
    assert metrics(found)["", "hotfixed_share"] == 1 / 5


def test_where_releases_are_weekly_a_quick_patch_is_no_correction() -> None:
    found = versions(*((f"v1.0.{n}", 100 - 5 * n) for n in range(15)))
    assert metrics(found)["", "hotfixed_share"] is None
    assert "no sign of a correction" in note(found, "releases.hotfixed_share")


# --- hotfixes -------------------------------------------------------------------------------------


def repaired(*days: float, gap: int = 60, **how: Any) -> list[Any]:
    """Six releases, every `gap` days from the 350th day before the end on, and fixes on `days`."""
    made = tags(*((f"v1.{n}.0", 350 - gap * n, f"t{n}") for n in range(6)))
    history = commits(*({"subject": "Fix it", "ago": day, **how} for day in days))
    return list(hotfixes.run(AS_OF, made, history, PEOPLE))


def test_repairs_that_gather_behind_releases() -> None:
    behind, other = [350 - 60 * n - 1 for n in range(6)] * 20, [20 + n for n in range(120)]
    found = repaired(*behind, *other)
    # 120 fixes or more in 18 days against the rest in 347
    inside = 120 + sum(any(0 <= 350 - 60 * n - day <= 3 for n in range(6)) for day in other)
    expected = (inside / 18) / ((240 - inside) / 347)
    assert metrics(found)["", "rate_72h"] == pytest.approx(expected, rel=0.05)
    assert metrics(found)["", "rate_7d"] < metrics(found)["", "rate_72h"]


def test_each_repository_is_compared_with_itself() -> None:
    """A busy repository with many releases beside a quiet one is no sign of repairs after them."""
    busy = tags(*((f"v1.{n}.0", 350 - 30 * n, f"t{n}") for n in range(12)), repo="busy")
    quiet = tags(("v1.0.0", 200, "t"), repo="quiet")
    rows = [{"subject": "Fix it", "ago": day + 0.5, "repo": "busy"} for day in range(360)] * 3
    rows += [{"subject": "Fix it", "ago": 5 * day + 0.5, "repo": "quiet"} for day in range(72)]
    rows += [{"subject": "Fix it", "ago": day + 0.5, "repo": "untagged"} for day in range(20)]
    found = list(hotfixes.run(AS_OF, pd.concat([busy, quiet]), commits(*rows), PEOPLE))
    assert metrics(found)["", "rate_72h"] == pytest.approx(1, rel=0.1)


def test_days_before_the_first_commit_are_no_days_without_repairs() -> None:
    made = tags(*((f"v1.{n}.0", 55 - 9 * n, f"t{n}") for n in range(6)))
    history = commits(*({"subject": "Fix it", "ago": day + 0.5} for day in range(60)))
    found = list(hotfixes.run(AS_OF, made, history, PEOPLE))
    assert metrics(found)["", "rate_72h"] == pytest.approx(1, rel=0.15)


def test_steady_repairs_have_nothing_to_do_with_releases() -> None:
    found = repaired(*(day + 0.5 for day in range(360)))
    assert metrics(found)["", "rate_72h"] == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize(
    ("days", "how", "why"),
    [
        ((10.0, 20.0), {}, "too few fixes"),
        (tuple(range(200)), {"subject": "Fix typo in docs"}, "too few fixes"),
        (tuple(range(200)), {"author": "bot"}, "too few fixes"),
        (tuple(range(200)), {"parents": 2}, "too few fixes"),
    ],
)
def test_little_says_nothing(days: tuple[float, ...], how: dict[str, Any], why: str) -> None:
    found = repaired(*days, **how)
    for name in ("rate_72h", "rate_7d"):
        assert metrics(found).get(("", name)) is None
        assert why in note(found, f"hotfixes.{name}")


def test_without_releases_or_with_one_a_day_there_is_nothing_to_compare() -> None:
    history = commits(*({"subject": "Fix it", "ago": day} for day in range(200)))
    none = list(hotfixes.run(AS_OF, tags(), history, PEOPLE))
    assert "fewer than 5 tagged releases" in note(none, "hotfixes.rate_72h")
    daily = tags(*((f"v1.0.{n}", n, f"t{n}") for n in range(300)))
    found = list(hotfixes.run(AS_OF, daily, history, PEOPLE))
    assert note(found, "hotfixes.rate_72h") == "most days follow a release"


def test_a_fix_that_a_release_line_brings_along_was_made_before_its_release() -> None:
    """Release lines are merged after their release: their fixes did not come after it."""
    made = tags(*((f"v1.{n}.0", 350 - 60 * n, f"t{n}") for n in range(6)))
    rows: list[dict[str, Any]] = []
    for n in range(6):
        merge = {"subject": "Merge branch '1.x'", "parents": 2, "ago": 350 - 60 * n - 1}
        rows.append(merge)
        fix = {"subject": "Fix it", "ago": 350 - 60 * n + 5, "landed": f"{len(rows) - 1}"}
        rows += [fix] * 20
    found = list(hotfixes.run(AS_OF, made, commits(*rows), PEOPLE))
    assert metrics(found)["", "rate_72h"] == 0
