"""The rules that ship: each finds what its files say, in every language, and nothing else.

`tests/patterns/<rule>/<language>.<ending>`: the line below one with "finds below" is a place.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from techdd.languages import languages
from techdd.patterns import digest, patterns, references, search, searchable
from techdd.syntax import search as queries

FOLDER = Path(__file__).parent / "patterns"
MARK = "finds below"
CASES = [(rule.id, language) for rule in patterns().values() for language, _ in rule.among()]


def case(rule: str, language: str) -> Path:
    name = language.lower().replace("++", "pp").replace("#", "sharp").replace(" ", "_")
    return FOLDER / rule / f"{name}{languages()[language].extensions[0]}"


@pytest.mark.parametrize(("rule", "language"), sorted(set(CASES)))
def test_a_rule_finds_what_is_marked_and_nothing_else(rule: str, language: str) -> None:
    text = case(rule, language).read_text()
    lines = text.splitlines()
    marked = {number + 2 for number, line in enumerate(lines) if MARK in line}
    named = re.search(r"path: (\S+)", text)
    path = named[1] if named else case(rule, language).name
    found = {
        spot.line
        for spot in search(language, text.encode()).spots
        if rule in (spot.rule, patterns()[spot.rule].narrows) and re.search(spot.paths, path)
    }
    assert marked, "no line is marked"
    assert found == marked, [lines[line - 1] for line in sorted(found ^ marked)]


def test_no_case_without_a_rule() -> None:
    assert {path for path in FOLDER.rglob("*") if path.is_file()} == {case(*one) for one in CASES}


def test_every_query_is_one_of_its_grammar() -> None:
    for rule in patterns().values():
        for language, where in rule.among():
            for query in filter(None, (where.query, where.unless)):
                grammar = languages()[language].grammar
                assert grammar, (rule.id, language)
                queries.check(grammar, query)


def test_every_rule_says_why_and_when_it_is_done() -> None:
    for rule in patterns().values():
        assert rule.why.endswith("."), rule.id
        assert "Done when" in rule.remedy, rule.id
        assert rule.remedy.endswith("."), rule.id
        assert not rule.title.endswith("."), rule.id


def test_a_rule_narrows_one_that_is_there_and_counts_alone() -> None:
    assert {rule.narrows for rule in patterns().values()} - {""} <= patterns().keys()
    by_value = b"db.execute(f\"SELECT * FROM users WHERE name = '{name}'\")\n"
    assert [spot.rule for spot in search("Python", by_value).spots] == ["sql-values-from-strings"]


def test_every_rule_has_references() -> None:
    for rule in patterns().values():
        assert " " in references(rule.cwes[0])[0], rule.cwes[0]
    assert references("CWE-89") == (
        "CWE-89 SQL Injection",
        "OWASP Top 10:2021 A03 Injection",
        "OWASP Top 10:2025 A05 Injection",
    )
    assert references("CWE-99999") == ("CWE-99999",)
    assert references("") == ()


def test_the_digest_holds_still() -> None:
    assert digest() == digest()
    assert len(digest()) == 16


def test_the_languages_that_matter_have_rules() -> None:
    assert {
        "Python", "JavaScript", "TypeScript", "TSX", "Java", "Kotlin", "Go", "C#", "Ruby", "PHP",
        "Rust", "C", "C++", "Swift", "Scala",
    } <= searchable()  # fmt: skip


def test_a_handler_counts_only_beside_one_with_a_check() -> None:
    alone = b'@app.get("/invoices")\ndef invoices(): pass\n'
    assert search("Python", alone).spots == []


def test_what_stands_in_a_large_file_is_found() -> None:
    lines = ["x = [\n", *("    1,\n" for _ in range(20_000)), "]\n", "eval(x)\n"]
    (spot,) = search("Python", "".join(lines).encode()).spots
    assert (spot.rule, spot.line) == ("code-from-strings", 20_003)


def test_depth_does_not_break_the_search() -> None:
    deep = b"(" * 100_000 + b"eval(x)" + b")" * 100_000
    search("JavaScript", deep)


def test_of_more_places_than_anybody_wrote_the_first_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "MOST_SPOTS", 10)
    monkeypatch.setattr(queries, "SUBTREE", 20)
    found = search("Python", b"eval(x)\n" * 20)
    assert [spot.line for spot in found.spots] == list(range(1, 11))
    assert found.left == "no more than the first 10 places to look at"
    assert search("Python", b"eval(x)\n" * 10).left == ""


def test_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "SECONDS", -1.0)
    assert search("Python", b"eval(x)\n").left.startswith("searching took")


def test_the_line_told_is_that_of_the_call() -> None:
    chained = b"User\n  .active\n  .where(\"name = '#{name}'\")\n"
    assert [spot.line for spot in search("Ruby", chained).spots] == [3]


def test_long_lines_are_not_tried() -> None:
    assert search("Vue", b'<p v-html="x">' + b" " * 3_000).spots == []
