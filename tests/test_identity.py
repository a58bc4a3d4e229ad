from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from builders import a_commit

from techdd.facts import Commit, Identity, Person, frame
from techdd.identity import Correction, People, Resolution, by_person, resolve
from techdd.model import fingerprint

START = datetime(2025, 1, 6, tzinfo=UTC)

Spelling = tuple[str, str]


def row(name: str, email: str, day: float = 0, commits: int = 1, *, mapped: Spelling = ("", "")):
    """An identity as the history spells it, or as its mailmap does."""
    when = START + timedelta(days=day)
    shown = mapped if mapped[1] else (name, email)
    return Identity(fingerprint(name, email), *shown, commits, when, when)


def resolved(*rows: Identity, corrections: People | None = None) -> Resolution:
    table = frame(Identity, rows)
    table.insert(0, "repo", "app")
    return resolve(table, corrections)


def people(*rows: Identity, corrections: People | None = None) -> list[Person]:
    return list(resolved(*rows, corrections=corrections).people)


def groups(*rows: Identity, corrections: People | None = None) -> list[set[str]]:
    """Who was joined with whom, as "name <address>", in the order of the first commits."""
    found: dict[str, set[str]] = {}
    spelled = {one.identity: f"{one.name} <{one.email}>" for one in rows}
    for person in people(*rows, corrections=corrections):
        found.setdefault(person.person, set()).add(spelled[person.identity])
    return list(found.values())


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        pytest.param(("Ann Able", "a@x.io"), ("Ann Able", "ann@y.io"), True, id="full name"),
        pytest.param(("Ann Able", "a@x.io"), ("ann", "A@X.io"), True, id="own address"),
        pytest.param(("Alex", "alex@x.io"), ("Alex", "alex@y.io"), False, id="two called Alex"),
        pytest.param(("Ann Able", "a@x.io"), ("Ann Abel", "a@y.io"), False, id="two names"),
        pytest.param(("José García", "a@x.io"), ("Jose Garcia", "j@y.io"), True, id="accents"),
        pytest.param(
            ("Jose\u0301 Garci\u0301a", "a@x.io"), ("José García", "j@y.io"), True, id="combining"
        ),
        pytest.param(("Ann  Able", "a@x.io"), ("ann able", "j@y.io"), True, id="case and space"),
        pytest.param(("Ann O'Neil", "a@x.io"), ("Ann O Neil", "b@y.io"), True, id="apostrophe"),
        pytest.param(("J. Smith", "j@x.io"), ("J. Smith", "j@y.io"), False, id="an initial"),
        pytest.param(("Иван Петров", "i@x.io"), ("Иван Петров", "p@y.io"), True, id="cyrillic"),
        pytest.param(("Иван Петров", "i@x.io"), ("Олег Петров", "p@y.io"), False, id="brothers"),
        pytest.param(
            ("ann", "12+ann@users.noreply.github.com"),
            ("Ann A", "ann@users.noreply.github.com"),
            True,
            id="web editor, one login",
        ),
        pytest.param(
            ("ann", "12+ann@users.noreply.github.com"),
            ("ben", "13+ben@users.noreply.github.com"),
            False,
            id="web editor, two logins",
        ),
        pytest.param(("ann", "noreply@github.com"), ("ben", "noreply@github.com"), False, id="bot"),
        pytest.param(("ann", "root@localhost"), ("ben", "root@localhost"), False, id="root"),
        pytest.param(("ann", "ann@mac.local"), ("ben", "ann@mac.local"), False, id="a laptop"),
        pytest.param(("ann", ""), ("ben", ""), False, id="no address"),
        pytest.param(("", ""), ("", "a@x.io"), False, id="no name"),
    ],
)
def test_when_two_spellings_are_one_person(one: Spelling, other: Spelling, joined: bool) -> None:
    assert len(groups(row(*one), row(*other, day=1))) == (1 if joined else 2)


def test_an_address_shared_by_many_names_joins_nobody() -> None:
    names = ["Ann Able", "Ben Book", "Cleo Cook", "Dan Deed"]
    shared = [row(name, "squash@corp.io", day) for day, name in enumerate(names)]
    assert len(groups(*shared)) == 4
    assert len(groups(*shared[:3])) == 1
    assert groups(*shared, row("Ann Able", "ann@corp.io", 9))[0] == {
        "Ann Able <squash@corp.io>",
        "Ann Able <ann@corp.io>",
    }


def test_spellings_of_one_name_do_not_make_a_shared_address() -> None:
    names = [
        "Pierre Bérubé",
        "Pierre BÃ©rubÃ©",
        "Pierre BÃ?Â©rubÃ?Â©",
        "Pierre B",
        "P. Bérubé",
        "l0g",
    ]
    assert len(groups(*(row(name, "pierre@lgse.com", day) for day, name in enumerate(names)))) == 1


def test_the_mailmap_joins_what_nothing_else_would() -> None:
    target = ("Alex", "alex@localhost")
    assert groups(
        row("al", "al@x.io", mapped=target), row("lex", "lex@y.io", 1, mapped=target)
    ) == [{"Alex <alex@localhost>"}]
    assert len(groups(row("Alex", "alex@localhost"), row("alex", "alex@localhost", 1))) == 2


def test_joins_reach_over_a_third_spelling() -> None:
    assert len(
        groups(
            row("Ann Able", "a@x.io"), row("ann", "ann@y.io", 1), row("Ann Able", "ann@y.io", 2)
        )
    ) == 1  # fmt: skip


def test_one_person_in_two_repositories_counts_from_the_first() -> None:
    late = frame(Identity, [row("Ann Able", "a@x.io", 50), row("Ann Able", "b@x.io", 10)])
    early = frame(Identity, [row("Ann Able", "a@x.io", 0)])
    late.insert(0, "repo", "late")
    early.insert(0, "repo", "early")
    import pandas as pd

    both = [resolve(pd.concat(tables)).people for tables in ([late, early], [early, late])]
    assert both[0] == both[1]
    assert {one.person for one in both[0]} == {
        one.person for one in people(row("Ann Able", "a@x.io", 0))
    }


def test_a_mailmap_of_one_repository_holds_for_the_engagement() -> None:
    import pandas as pd

    plain = frame(Identity, [row("al", "al@home.lan")])
    mapped = frame(Identity, [row("al", "al@home.lan", 1, mapped=("Alex Able", "alex@x.io"))])
    for tables in ([plain, mapped], [mapped, plain]):
        found = resolve(pd.concat([one.assign(repo=str(n)) for n, one in enumerate(tables)])).people
        assert [(one.name, one.email) for one in found] == [("Alex Able", "alex@x.io")]


def test_a_person_keeps_the_id_when_a_new_alias_turns_up() -> None:
    first = people(row("Ann Able", "a@x.io"))[0].person
    later = people(row("Ann Able", "a@x.io"), row("Ann Able", "new@y.io", 90, commits=500))
    assert {one.person for one in later} == {first}
    assert len(first) == 9


def test_a_person_is_shown_by_the_most_used_spelling() -> None:
    found = people(row("aable", "a@x.io", commits=2), row("Ann Able", "a@x.io", 5, commits=9))
    assert [(one.name, one.email) for one in found] == [("Ann Able", "a@x.io")] * 2
    assert people(row("", "a@x.io"))[0].name == "a@x.io"


@pytest.mark.parametrize(
    ("name", "email", "bot"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", True),
        ("renovate", "bot@renovateapp.com", True),
        ("GitHub Actions", "actions@github.com", True),
        ("Travis CI", "builds@travis-ci.org", True),
        ("travis", "build@corp.io", True),
        ("Jenkins", "ci@corp.io", True),
        ("release-bot", "x@corp.io", True),
        ("GitLab CI", "x@corp.io", True),
        ("Travis Oliphant", "travis@x.io", False),
        ("Katherine Jenkins", "kat.jenkins@x.io", False),
        ("Ann Abbott", "ann.abbott@x.io", False),
        ("Bob Talbot", "talbot@x.io", False),
    ],
)
def test_who_is_a_bot(name: str, email: str, bot: bool) -> None:
    assert people(row(name, email))[0].bot is bot


def test_the_adviser_joins_and_names_what_the_rules_did_not() -> None:
    same = People(same=(Correction(emails=("Alex@x.io", "lx@y.io"), name="Alex Able"),))
    found = people(row("Alex", "alex@x.io"), row("lx", "LX@y.io", 1), corrections=same)
    assert len({one.person for one in found}) == 1
    assert [one.name for one in found] == ["Alex Able"] * 2


def test_the_adviser_parts_what_the_rules_joined() -> None:
    apart = People(separate=(Correction(emails=("a@y.io",), reason="namesake"),))
    rows = (row("Ann Able", "a@x.io"), row("Ann Able", "a@y.io", 1))
    assert len(groups(*rows)) == 1
    assert len(groups(*rows, corrections=apart)) == 2


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [row(f"P{n % 7} Family", f"p{n % 5}@x.io", n % 3) for n in range(30)]
    assert people(*rows) == people(*reversed(rows))


def test_no_identities_are_no_people() -> None:
    assert people() == []


def test_commits_find_their_person() -> None:
    one = row("Ann Able", "a@x.io")
    known = frame(Person, people(one))
    commit = a_commit(author=one.identity)
    stranger = commit._replace(author="nobody")
    table = by_person(frame(Commit, [commit, stranger]), known)
    assert table["person"].to_list()[0] == known["person"][0]
    assert table["person"].isna().to_list() == [False, True]
    assert len(by_person(frame(Commit, [commit]), frame(Person, [*people(one)] * 2))) == 1
