from __future__ import annotations

from pathlib import Path

import pytest
from licence_tables import deliveries, policy

from techdd.documents import load
from techdd.errors import DocumentError
from techdd.folders import data
from techdd.licensing import (
    CATEGORIES,
    DELIVERIES,
    NONCOMMERCIAL,
    NONE,
    NOTICES,
    LicencePolicy,
    Terms,
)
from techdd.workspace import Workspace

SHIPPED = data("checklists") / "policy" / "licences.yaml"


def test_what_is_allowed_weighs_nothing_and_what_is_forbidden_something() -> None:
    shipped = load(SHIPPED, LicencePolicy)
    for row in shipped.rows():
        assert (row.verdict == "allowed") <= (row.severity == "info"), row
        assert row.verdict != "forbidden" or row.severity in ("medium", "high", "critical"), row
        assert row.reason.endswith("."), row


def test_what_binds_more_is_judged_no_more_mildly() -> None:
    order = ("info", "low", "medium", "high", "critical")
    weight = {(row.subject, row.delivery): order.index(row.severity) for row in
              load(SHIPPED, LicencePolicy).rows()}  # fmt: skip
    assert set(CATEGORIES) < {subject for subject, _ in weight}
    for delivery in ("saas", "distributed", "embedded", "internal", "unknown"):
        climb = [weight[f"{kind} copyleft", delivery] for kind in ("weak", "strong", "network")]
        assert climb == sorted(climb), delivery


def test_what_permits_no_commercial_use_is_forbidden_however_it_is_delivered() -> None:
    rows = [row for row in load(SHIPPED, LicencePolicy).rows() if row.subject == NONCOMMERCIAL]
    assert {row.delivery for row in rows} == {*DELIVERIES, "unknown"}
    assert {row.verdict for row in rows} == {"forbidden"}
    assert all("no commercial use" in row.reason for row in rows)


def test_an_unknown_delivery_takes_the_gravest_and_says_what_would_change() -> None:
    terms = Terms(policy(), deliveries({"app": "", "box": "embedded"}))
    judged = terms.judge("strong copyleft", "app")
    assert (judged.verdict, judged.severity) == ("forbidden", "high")
    assert judged.told == (
        "How the product is delivered was not stated. By the policy it would be: as a service: "
        "review (Use over a network does not trigger the GPL; code that is sent to browsers, apps "
        "or customers' servers is distributed, and does); delivered to customers: forbidden "
        "(Whoever receives a copy may ask for the source of the whole combined work under the same "
        "licence); in a device: forbidden; inside the company: allowed (A copy that stays inside "
        "the company is not distributed, and owes nobody the source)."
    )
    assert terms.judge(NOTICES, "app").severity == "info"  # the subject has a cell of its own
    assert terms.judge(NONE, "box").told.startswith("The product is delivered in a device: Without")
    assert terms.delivery("stranger") == "unknown"


def engagement(folder: Path, extra: str = "") -> Workspace:
    (folder / "engagement.yaml").write_text(
        "format_version: 1\nclient: Acme\n"
        f"{extra}repositories:\n  - {{name: app, source: /a}}\n"
        "  - {name: box, source: /b, delivery: embedded}\n"
    )
    return Workspace(folder)


def test_an_engagement_says_how_products_are_delivered(tmp_path: Path) -> None:
    found = engagement(tmp_path, "delivery: saas\n").deliveries
    assert {name: one.delivery for name, one in found.items()} == {
        "app": "saas", "box": "embedded",
    }  # fmt: skip
    assert engagement(tmp_path).deliveries["app"].delivery == ""
    with pytest.raises(DocumentError, match=r"delivery"):
        _ = engagement(tmp_path, "delivery: by post\n").deliveries


def test_an_engagement_may_hold_a_policy_of_its_own(tmp_path: Path) -> None:
    own = SHIPPED.read_text().replace("verdict: forbidden", "verdict: review")
    (tmp_path / "licences.yaml").write_text(own)
    rows = engagement(tmp_path).licence_policy.rows()
    assert {row.verdict for row in rows} == {"allowed", "review"}
    (tmp_path / "licences.yaml").write_text(own.replace("  conflict:\n", "  quarrel:\n"))
    with pytest.raises(DocumentError, match=r"missing or too many: conflict, quarrel"):
        _ = engagement(tmp_path).licence_policy
