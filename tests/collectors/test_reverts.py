from __future__ import annotations

from typing import Any

import pytest
from delivery_tables import AS_OF, PEOPLE, commits, metrics, note

from techdd.collectors.reverts import reverts


@pytest.fixture(autouse=True)
def _small_numbers_will_do(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "few" not in request.node.name:
        monkeypatch.setattr("techdd.counting.FEWEST", 1)


def asked(*rows: dict[str, Any]) -> list[Any]:
    return list(reverts.run(AS_OF, commits(*rows), PEOPLE))


def test_the_share_of_what_was_taken_back_and_how_soon() -> None:
    title = {"subject": "Add rates", "ago": 30}
    back = {"subject": 'Revert "Add rates"', "ago": 20}
    found = asked(title, {"ago": 25}, {"ago": 24}, back)
    assert metrics(found) == {
        ("", "reverted_share"): 1 / 4, ("api", "reverted_share"): 1 / 4,
        ("", "median_days"): 10, ("api", "median_days"): 10,
    }  # fmt: skip


def test_what_is_older_or_by_bots_is_left_out() -> None:
    old = {"subject": "Add rates", "ago": 400}
    bot = {"subject": "Bump rates", "ago": 9, "author": "bot"}
    found = asked(old, bot, {"subject": 'Revert "Add rates"'}, {"subject": 'Revert "Bump rates"'})
    assert metrics(found)["", "reverted_share"] == 0
    assert metrics(found)["", "median_days"] == pytest.approx((399 + 8) / 2)


def test_few_reverts_have_no_middle() -> None:
    found = asked({"subject": "Add"}, {"subject": 'Revert "Add"'})
    assert set(metrics(found).values()) == {None}
    assert note(found, "reverts.median_days").startswith("fewer than 10 changes taken back")
