from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from builders import a_commit

from techdd.facts import Commit, Identity, Person, frame
from techdd.identity import (
    Correction,
    Merge,
    People,
    Resolution,
    Roster,
    RosterEntry,
    by_person,
    resolve,
)
from techdd.model import fingerprint

START = datetime(2025, 1, 6, tzinfo=UTC)

Spelling = tuple[str, str]
# 235 people without a word in common.
CROWD = [(f"F{chr(97 + n // 26)}{chr(97 + n % 26)}", f"L{chr(97 + n // 26)}{chr(97 + n % 26)}")
         for n in range(235)]  # fmt: skip


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
        *(
            pytest.param((name, "i@x.io"), (name, "j@y.io"), False, id=name)
            for name in (
                "Your Name",
                "Unknown User",
                "root",
                "Administrator",
                "EC2 User",
                "Firstname Lastname",
                "John Doe",
                "Test User",
                "Not Committed Yet",
            )
        ),
        pytest.param(
            ("ann", "Administrator@x.io"), ("ben", "administrator@x.io"), False, id="shared"
        ),
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
        pytest.param(("ann", "squash@x.io"), ("ben", "squash@x.io"), False, id="squash"),
        pytest.param(("ann", ""), ("ben", ""), False, id="no address"),
        pytest.param(("", ""), ("", "a@x.io"), False, id="no name"),
    ],
)
def test_when_two_spellings_are_one_person(one: Spelling, other: Spelling, joined: bool) -> None:
    assert len(groups(row(*one), row(*other, day=1))) == (1 if joined else 2)


def test_an_address_shared_by_many_names_joins_nobody() -> None:
    names = ["Ann Able", "Ben Book", "Cleo Cook", "Dan Deed"]
    shared = [row(name, "core@corp.io", day) for day, name in enumerate(names)]
    assert len(groups(*shared)) == 4
    assert len(groups(*shared[:3])) == 3
    assert len(groups(*shared[:2])) == 1  # a pen name or a name by marriage
    assert groups(*shared, row("Ann Able", "ann@corp.io", 9))[0] == {
        "Ann Able <core@corp.io>",
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
        ("Ann Able", "ann@weblate.org", False),
        ("Cecil Cole", "cecil@circleci.com", False),
        ("Bob Talbot", "talbot@codecov.io", False),
        ("Mike", "mike@renovatehomes.com", False),
        ("Anna Bot", "anna.bot@x.io", False),
        ("Anna Smit-Bot", "anna@x.io", False),
        ("Katherine Jenkins", "jenkins@x.io", False),
        ("Release Bot", "release@x.io", True),
        ("jenkins", "jenkins@x.io", True),
        ("Build server", "jenkins@x.io", True),
        ("Hosted Weblate", "hosted@weblate.org", True),
        ("renovate", "renovate@x.io", True),
        ("chromium-autoroll", "chromium-autoroll@x.gserviceaccount.com", True),
        ("Facebook GitHub Bot", "facebook-github-bot@users.noreply.github.com", True),
        ("Claude", "noreply@anthropic.com", True),
        ("Claude Opus 4.5", "x@x.io", True),
        ("Copilot", "198982749+Copilot@users.noreply.github.com", True),
        ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com", True),
        ("Cursor Agent", "cursoragent@cursor.com", True),
        ("Devin AI", "158243242+devin-ai-integration[bot]@users.noreply.github.com", True),
        (
            "google-labs-jules[bot]",
            "161369871+google-labs-jules[bot]@users.noreply.github.com",
            True,
        ),
        ("aider (gpt-4o)", "noreply@aider.chat", True),
        ("Claude", "claude@x.io", False),
        ("Claude Dupont", "claude.dupont@anthropic.com", False),
        ("Jules Verne", "jules@x.io", False),
        ("Ann Able (aider)", "ann@x.io", False),
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


def test_a_squash_address_of_235_people_joins_nobody() -> None:
    rows = [row(f"{first} {last}", "landing@corp.io", n) for n, (first, last) in enumerate(CROWD)]
    assert len(rows) == 235
    assert len(groups(*rows)) == 235
    assert len(groups(*rows, row(" ".join(CROWD[7]), "own@corp.io", 300))) == 235


def test_a_lead_who_changed_the_address_is_one_person() -> None:
    old, new = row("Lea Lang", "lea@old.io", commits=900), row("Lea Lang", "lea@new.io", 400)
    assert groups(old, new) == [{"Lea Lang <lea@old.io>", "Lea Lang <lea@new.io>"}]
    login = row("lealang", "lea@private.io", 500)
    assert len(groups(old, new, login)) == 2  # a login proves nothing; the adviser may
    said = People(same=(Correction(emails=("lea@old.io", "lea@private.io")),))
    assert len(groups(old, new, login, corrections=said)) == 1


def test_logins_of_two_code_hosts_are_not_one_login() -> None:
    hub, lab = "7+ann@users.noreply.github.com", "7-ann@users.noreply.gitlab.com"
    assert len(groups(row("ann", hub), row("ann", lab, 1))) == 2
    assert len(groups(row("ann", lab), row("a", "ann@users.noreply.gitlab.com", 1))) == 1


# --- merges, and undoing them ---------------------------------------------------------------------

MAPPED = ("Ann Able", "ann@x.io")


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        pytest.param(
            row("al", "al@y.io", mapped=MAPPED), row("an", "an@z.io", 1, mapped=MAPPED),
            "same mailmap entry", id="mailmap",
        ),
        pytest.param(row("ann", "a@x.io"), row("Ann", "a@x.io", 1), "same address", id="address"),
        pytest.param(
            row("Ann Able", "a@x.io"), row("Ann Able", "b@x.io", 1), "same full name", id="name"
        ),
        pytest.param(
            row("ann", "1+ann@users.noreply.github.com"),
            row("Ann", "ann@users.noreply.github.com", 1),
            "same hosted login", id="login",
        ),
    ],
)  # fmt: skip
def test_every_join_has_its_reason_and_can_be_undone(
    one: Identity, other: Identity, reason: str
) -> None:
    assert resolved(one, other).merges == (Merge(other.identity, one.identity, reason),)
    apart = People(separate=(Correction(emails=(other.identity,)),))
    parted = resolved(one, other, corrections=apart)
    assert parted.merges == ()
    assert len({person.person for person in parted.people}) == 2


def test_the_advisers_reason_is_the_reason() -> None:
    said = People(same=(Correction(emails=("a@x.io", "b@y.io"), reason="seen in Slack"),))
    found = resolved(row("a", "a@x.io"), row("b", "b@y.io", 1), corrections=said)
    assert [one.reason for one in found.merges] == ["correction by the adviser: seen in Slack"]


def test_a_person_of_n_spellings_has_n_minus_one_merges() -> None:
    rows = [row(f"P{n % 7} Family", f"p{n % 5}@x.io", n) for n in range(30)]
    found = resolved(*rows)
    assert len(found.merges) == 30 - len({one.person for one in found.people})


def test_a_separated_address_keeps_its_own_spellings_together() -> None:
    rows = (row("Ann Able", "a@x.io"), row("Ann Able", "n@y.io", 1), row("ann", "n@y.io", 2))
    apart = People(separate=(Correction(emails=("N@y.io",)),))
    assert groups(*rows, corrections=apart) == [
        {"Ann Able <a@x.io>"},
        {"Ann Able <n@y.io>", "ann <n@y.io>"},
    ]


def test_one_spelling_of_a_shared_address_can_be_parted() -> None:
    rows = (row("Ann Able", "dev@x.io"), row("Ben Book", "dev@x.io", 1))
    shared = tuple(one._replace(email="pair@x.io") for one in rows)
    assert len(groups(*shared)) == 1
    apart = People(separate=(Correction(emails=("Ben Book <pair@x.io>",)),))
    assert len(groups(*shared, corrections=apart)) == 2


def test_the_advisers_join_reaches_what_was_separated() -> None:
    rows = (row("Ann Able", "a@x.io"), row("Ann Able", "b@x.io", 1), row("ab", "c@x.io", 2))
    said = People(
        separate=(Correction(emails=("b@x.io",)),),
        same=(Correction(emails=("b@x.io", "c@x.io")),),
    )
    assert groups(*rows, corrections=said) == [
        {"Ann Able <a@x.io>"},
        {"Ann Able <b@x.io>", "ab <c@x.io>"},
    ]


def test_the_adviser_says_who_is_a_bot() -> None:
    rows = (row("shipit", "ship@x.io"), row("Release Bot", "abbot@x.io", 1))
    assert [one.bot for one in people(*rows)] == [False, True]
    said = People(bots=("ship@x.io",), not_bots=("abbot@x.io",))
    assert [one.bot for one in people(*rows, corrections=said)] == [True, False]


def test_people_whose_ids_begin_alike_stay_apart() -> None:
    rows = [Identity(f"0123abcd{n:04}", f"P{n}", f"p{n}@x.io", 1, START, START) for n in range(2)]
    assert [one.person for one in people(*rows)] == ["p0123abcd", "p0123abcd0001"]


# --- affiliation ----------------------------------------------------------------------------------

DOMAINS = People(
    affiliations={
        "employee": ("acme.example",),
        "outsourcing": ("codehouse.example",),
        "private": ("apache.example",),
    }
)


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("a@ACME.example", "employee"),
        ("a@mail.acme.example", "employee"),
        ("a@notacme.example", "unknown"),
        ("a@codehouse.example", "outsourcing"),
        ("a@apache.example", "private"),
        ("a@gmail.com", "private"),
        ("1+a@users.noreply.github.com", "private"),
        ("a@laptop.local", "private"),
        ("a", "private"),
        ("", "private"),
    ],
)
def test_whose_an_address_is(email: str, kind: str) -> None:
    assert people(row("a", email), corrections=DOMAINS)[0].affiliation == kind


def test_a_private_address_is_of_the_persons_only_organisation() -> None:
    company, home = row("Ann Able", "a@acme.example"), row("Ann Able", "a@gmail.com", 1)
    agency = row("Ann Able", "a@codehouse.example", 2)
    found = people(company, home, corrections=DOMAINS)
    assert [one.affiliation for one in found] == ["employee", "employee"]
    found = people(company, home, agency, corrections=DOMAINS)
    assert [one.affiliation for one in found] == ["employee", "private", "outsourcing"]


def test_a_domain_has_one_meaning() -> None:
    with pytest.raises(ValueError, match="domain named twice"):
        People(affiliations={"employee": ("x.io",), "contractor": ("X.io",)})


# --- the roster -----------------------------------------------------------------------------------


def employed(*entries: RosterEntry, rows: tuple[Identity, ...]) -> Resolution:
    table = frame(Identity, rows)
    table.insert(0, "repo", "app")
    return resolve(table, None, Roster(people=entries))


def test_the_roster_finds_people_by_address_else_by_a_name_only_one_has() -> None:
    rows = (row("Ann Able", "a@x.io"), row("Ben Book", "b@x.io", 1), row("Cy Cook", "c@x.io", 2))
    found = employed(
        RosterEntry(name="A. Able", emails=("A@x.io",), contract="contractor", ip_assigned=False),
        RosterEntry(name="Book, Ben", end=date(2025, 5, 31)),
        RosterEntry(name="Cy Cook"),
        RosterEntry(name="cy cook"),
        RosterEntry(name="Nobody Known", emails=("n@x.io",)),
        rows=rows,
    )
    person = {one.identity: one.person for one in found.people}
    assert [(one.entry, one.person) for one in found.employments] == [
        (1, person[rows[0].identity]),
        (2, person[rows[1].identity]),
        (3, ""),
        (4, ""),
        (5, ""),
    ]
    assert (found.employments[0].contract, found.employments[0].assigned) == ("contractor", False)
    assert found.employments[1].end == datetime(2025, 5, 31, tzinfo=UTC)
    assert (found.employments[1].contract, found.employments[1].assigned) == ("", None)
    assert [one.affiliation for one in found.people] == ["contractor", "unknown", "unknown"]


def test_two_addresses_of_one_entry_are_one_person() -> None:
    rows = (row("ann", "a@x.io"), row("aable", "a@y.io", 1))
    found = employed(RosterEntry(name="Ann Able", emails=("a@x.io", "a@y.io")), rows=rows)
    assert [one.reason for one in found.merges] == ["same person on the roster"]
    assert len(found.employments) == 1


def test_an_address_that_two_people_on_the_roster_share_joins_nobody() -> None:
    rows = (row("ann", "a@x.io"), row("ben", "b@x.io", 1), row("t", "team@x.io", 2))
    found = employed(
        RosterEntry(name="Ann Able", emails=("a@x.io", "team@x.io")),
        RosterEntry(name="Ben Book", emails=("b@x.io", "team@x.io")),
        rows=rows,
    )
    assert found.merges == ()


def test_two_stints_of_one_person_are_two_entries() -> None:
    stint = RosterEntry(name="Ann Able", emails=("a@x.io", "a@y.io"), contract="contractor")
    later = stint.model_copy(update={"start": date(2025, 1, 1), "contract": "employee"})
    rows = (row("ann", "a@x.io"), row("aable", "a@y.io", 1))
    found = employed(stint, later, rows=rows)
    assert len({one.person for one in found.people}) == 1
    assert [one.contract for one in found.employments] == ["contractor", "employee"]
    assert {one.affiliation for one in found.people} == {"employee"}


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
