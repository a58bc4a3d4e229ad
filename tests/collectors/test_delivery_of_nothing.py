"""Every probe of the delivery signals on tables without a row, and on one commit without a date."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_tables import AS_OF, PEOPLE, commits, table

from techdd.collectors import Probe
from techdd.collectors.branches import branches
from techdd.collectors.bug_origins import bug_introduction
from techdd.collectors.delivery import change_size, delivery
from techdd.collectors.dora_proxy import dora_proxy
from techdd.collectors.releases import hotfixes, releases
from techdd.collectors.reverts import reverts
from techdd.collectors.review import review
from techdd.collectors.throughput import throughput
from techdd.collectors.work_patterns import work_patterns
from techdd.facts import Commit, Person
from techdd.model import Metric

PROBES = (
    branches, bug_introduction, change_size, delivery, dora_proxy, hotfixes, releases, reverts,
    review, throughput, work_patterns,
)  # fmt: skip
ZERO_IS_TRUE = {"releases.per_quarter"}  # no tag is no release


def answers(probe: Probe, history: Any) -> list[Any]:
    known = {Commit: history, Person: PEOPLE}
    return list(probe.run(AS_OF, *(known.get(fact, table(fact, [])) for fact in probe.needs)))


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
@pytest.mark.parametrize(
    "rows", [(), ({"authored": None, "committed": None, "offset": None},)], ids=["none", "undated"]
)
def test_nothing_to_look_at_is_told(probe: Probe, rows: tuple[dict[str, Any], ...]) -> None:
    history = commits(*rows) if rows else table(Commit, [])
    for one in answers(probe, history):
        if isinstance(one, Metric):
            if one.name not in ZERO_IS_TRUE:
                assert one.value is None, one.name
                assert one.note, one.name
        else:
            assert one.rows == () or {row[1] for row in one.rows} == {0}, one.name
