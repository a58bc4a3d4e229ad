from __future__ import annotations

from typing import Any

import pytest
from delivery_tables import AS_OF, PEOPLE, commits, metrics, note, series, tags

from techdd.collectors.dora_proxy import dora_proxy


@pytest.fixture(autouse=True)
def _small_numbers_will_do(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "few" not in request.node.name:
        monkeypatch.setattr("techdd.counting.FEWEST", 1)


def asked(made: Any, *rows: dict[str, Any]) -> list[Any]:
    return list(dora_proxy.run(AS_OF, made, commits(*rows), PEOPLE))


def test_lead_time_runs_from_the_first_commit_to_the_first_tag_that_holds_it() -> None:
    made = tags(("v1.0", 40, "2"), ("v1.1", 10, "3"), ("v1.2-rc1", 39, "2"))
    branch = {"landed": "2", "ago": 50}
    merge = {"parents": 2, "ago": 45, "subject": "Merge branch 'rates'"}
    found = asked(made, {"ago": 44}, branch, merge, {"ago": 30}, {"ago": 5})
    # 44 - 40 for the first, 50 - 40 for the branch, 30 - 10, and none for the last
    assert metrics(found)["", "lead_time_days"] == 10
    assert metrics(found)["", "deployments_per_month"] == 2 / 12


def test_a_tag_beside_the_main_line_tells_no_lead_time() -> None:
    found = asked(tags(("v1.0", 1, "elsewhere")), {"ago": 30})
    assert metrics(found)["", "lead_time_days"] is None
    assert metrics(found)["", "deployments_per_month"] == 1 / 12


def test_a_release_failed_if_it_was_patched_or_something_in_it_taken_back_within_a_week() -> None:
    made = tags(
        ("v1.0.0", 300, "0"), ("v1.0.1", 296, "1"),  # patched
        ("v1.1.0", 200, "2"),  # reverted four days later
        ("v1.2.0", 100, "4"),
    )  # fmt: skip
    found = asked(
        made, {"ago": 301}, {"ago": 297}, {"ago": 201, "subject": "Add rates"},
        {"ago": 196, "subject": 'Revert "Add rates"'}, {"ago": 101},
    )  # fmt: skip
    assert metrics(found)["", "change_failure_share"] == 2 / 4


def test_what_landed_after_a_release_was_not_in_it() -> None:
    made = tags(("v1.1.0", 200, "0"))
    found = asked(
        made, {"ago": 201}, {"ago": 199, "subject": "Add"}, {"ago": 198, "subject": 'Revert "Add"'}
    )
    assert metrics(found)["", "change_failure_share"] == 0


def test_every_text_says_proxy() -> None:
    found = asked(tags(("v1.0", 40, "0")), {"ago": 44})
    table = series(found, "dora_proxies")
    assert "Proxies" in table.title
    assert "not DORA's measures" in table.note
    assert len(table.rows) == 3


def test_few_or_no_releases_are_not_measured() -> None:
    found = asked(tags(), {"ago": 44})
    assert set(metrics(found).values()) == {None}
    assert note(found, "dora_proxy.deployments_per_month") == (
        "no release was tagged in the last 12 months"
    )
    assert series(found, "dora_proxies").rows == ()
