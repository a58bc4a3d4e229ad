from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from techdd.errors import TechddError
from techdd.facts import Person
from techdd.naming import Voice, kept_numbers, numbered, pseudonyms


def people(*groups: str) -> list[Person]:
    """A person for each word, whose letters are the identities."""
    return [
        Person(letter, f"p{group}", group, f"{letter}@x.io", False)
        for group in groups
        for letter in group
    ]


def labels(groups: Iterable[str], known: dict[str, int] | None = None) -> dict[str, str]:
    listed = people(*groups)
    return {
        person[1:]: label
        for person, label in pseudonyms(listed, numbered(listed, known or {})).items()
    }


def test_the_first_numbers_follow_the_first_commits() -> None:
    assert labels(["ab", "c", "d"]) == {"ab": "Person 1", "c": "Person 2", "d": "Person 3"}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(["z", "ab", "c"], {"z": 3, "ab": 1, "c": 2}, id="older history came in"),
        pytest.param(["zab", "c"], {"zab": 1, "c": 2}, id="an older alias of one"),
        pytest.param(["c"], {"c": 2}, id="a repository was taken out"),
        pytest.param(["c", "x"], {"c": 2, "x": 3}, id="a number is not given twice"),
        pytest.param(["abc"], {"abc": 1}, id="joined"),
        pytest.param(["a", "b", "c"], {"a": 1, "b": 3, "c": 2}, id="parted"),
        pytest.param(["bc", "a"], {"bc": 1, "a": 3}, id="an alias went to another"),
    ],
)
def test_a_number_once_given_is_kept(now: list[str], expected: dict[str, int]) -> None:
    known = numbered(people("ab", "c"), {})
    assert labels(now, known) == {one: f"Person {number}" for one, number in expected.items()}


def test_parting_what_was_joined_gives_the_old_numbers_back() -> None:
    first = numbered(people("a", "b"), {})
    joined = numbered(people("ab"), first)
    assert numbered(people("a", "b"), joined) == first


def test_no_two_people_share_a_number() -> None:
    known = numbered(people("abc", "de", "f"), {})
    for groups in (["ad", "be", "cf"], ["fedcba"], ["a", "b", "c", "d", "e", "f"], ["xad", "f"]):
        listed = people(*groups)
        given = pseudonyms(listed, numbered(listed, known))
        assert len(set(given.values())) == len(given) == len(groups)


def test_numbers_are_kept_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pseudonyms.json"
    assert kept_numbers(path, people("a", "b")) == {"a": 1, "b": 2}
    before = path.read_bytes()
    assert kept_numbers(path, people("b", "a")) == {"a": 1, "b": 2}
    assert path.read_bytes() == before
    assert kept_numbers(path, people("z", "b")) == {"a": 1, "b": 2, "z": 3}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"numbers": {"a": "1"}}', '{"numbers": [1]}'])
def test_a_damaged_file_is_told_and_not_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "pseudonyms.json"
    path.write_text(text)
    with pytest.raises(TechddError, match="is damaged"):
        kept_numbers(path, people("a"))
    assert path.read_text() == text


def test_people_beside_the_history_have_no_names_where_people_go_by_pseudonyms() -> None:
    ann = Person("a", "pa", "Ann Able", "ann@x.io", False)
    others = ("Ines Okafor", "Ann Able", "Bo")
    voice = Voice([ann], [], {"a": 1}, named=False, others=others)
    assert (
        voice.said("ines okafor asked Ann Able; Bo agreed")
        == "(a person) asked Person 1; Bo agreed"
    )
    assert voice.called("Ines Okafor") == ""
    assert voice.called("Ann Able") == "Person 1"
    told = Voice([ann], [], {"a": 1}, named=True, others=others)
    assert told.said("Ines Okafor") == told.called("Ines Okafor") == "Ines Okafor"
