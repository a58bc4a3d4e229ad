from __future__ import annotations

from delivery_tables import AS_OF, PEOPLE, basis, commits, metrics, series

from techdd.collectors.review import review


def test_changes_without_a_mark_of_review() -> None:
    table = commits(
        {"review": "pull request"}, {"review": "trailer"}, {}, {"parents": 2},
        {"mainline": False}, {"author": "bot"}, {"ago": 366}, {"repo": "web"},
    )  # fmt: skip
    found = list(review.run(AS_OF, table, PEOPLE))
    assert {
        key: value for key, value in metrics(found).items() if key[1] == "unreviewed_share"
    } == {
        ("", "unreviewed_share"): 2 / 5,
        ("api", "unreviewed_share"): 1 / 4,
        ("web", "unreviewed_share"): 1,
    }
    marks = series(found, "review_marks")
    assert marks.rows == (("merge", 1), ("no mark", 2), ("pull request", 1), ("trailer", 1))
    assert "not proof" in marks.note


def test_merges_of_a_line_say_nothing_and_a_pull_is_no_review() -> None:
    two = {"parents": 2}
    table = commits(
        {}, two | {"subject": "Merge branch 'topic'"},
        two | {"subject": "Merge branch '3.0.x' into main", "review": "pull request"},
        two | {"subject": "Merge branch 'main' of github.com:corp/app"},
        two | {"subject": "Merge remote-tracking branch 'origin/master'"},
        two | {"subject": "Merge branch 'topic' of https://host/ann/app"},
        two | {"subject": "Merge remote-tracking branch 'ann/topic'"},
        two | {"subject": "Merge tag 'net-6.1' of git://host/net"},
    )  # fmt: skip
    found = list(review.run(AS_OF, table, PEOPLE))
    assert metrics(found)["", "unreviewed_share"] == 3 / 5
    assert basis(found, "review.unreviewed_share") == (
        "5 first-parent changes in the last 12 months (merges of a line left out: 3)"
    )
    assert series(found, "review_marks").rows == (("merge", 2), ("no mark", 3))


def test_no_recent_change_is_not_measured() -> None:
    (metric, *_) = review.run(AS_OF, commits({"ago": 400}), PEOPLE)
    assert (metric.value, metric.note) == (None, "no change in the last 12 months")


def test_changes_that_name_an_assistant_are_counted_apart() -> None:
    helped = {"assisted": True}
    table = commits(
        *([helped] * 8),
        helped | {"review": "trailer"},
        {},
        # brought in by a merge: the commit beside the main line is the one that names it
        {"sha": "merge", "parents": 2},
        helped | {"mainline": False, "landed": "merge"},
    )
    found = list(review.run(AS_OF, table, PEOPLE))
    assert metrics(found)["", "assisted_unreviewed_share"] == 8 / 10
    few = list(review.run(AS_OF, commits(helped), PEOPLE))
    assert metrics(few)["", "assisted_unreviewed_share"] is None
