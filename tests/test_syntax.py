"""The engine behind the grammars: runs of operators, limits, and trees of any shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from techdd import syntax
from techdd.languages import languages
from techdd.syntax import Function, Unmeasurable, trees

FOLDER = Path(__file__).parent / "languages"


def measured(language: str, source: str) -> tuple[Function, ...]:
    grammar = languages()[language].grammar
    assert grammar
    return syntax.measure(grammar, source.encode()).functions


@pytest.mark.parametrize(
    ("condition", "complexity", "cognitive"),
    [
        ("a", 2, 1),
        ("a && b && c", 4, 2),
        ("a && b || c", 4, 3),
        ("a || b && c || d", 5, 4),
        ("a && (b && c)", 4, 2),
        ("(a && b) && c", 4, 2),
        ("a && !(b && c)", 4, 3),
        ("a && f(b && c)", 4, 3),
        ("a && (b || c) && d", 5, 4),
        ("a && b && c || d || e && f", 7, 4),
    ],
)
def test_runs_of_logical_operators(condition: str, complexity: int, cognitive: int) -> None:
    (one,) = measured("Java", f"class A {{ void f() {{ if ({condition}) {{}} }} }}")
    assert (one.complexity, one.cognitive) == (complexity, cognitive)


@pytest.mark.parametrize(
    ("body", "nesting", "cognitive"),
    [
        ("if (a) { if (b) { if (c) {} } }", 3, 6),
        ("if (a) {} else if (b) {} else if (c) {} else {}", 1, 4),
        ("if (a) {} else { if (b) {} }", 2, 4),  # a nested if, not an else-if
        ("if (a) {} if (b) {}", 1, 2),
        ("for (;;) { switch (a) { case 1: if (b) {} } }", 3, 6),
        ("x = () => 1; x = a ? b ? 1 : 2 : 3;", 0, 3),
        ("out: while (a) { while (b) { break out; } }", 2, 4),
        ("while (a) { break; }", 1, 1),
    ],
)
def test_nesting_and_cognitive_complexity(body: str, nesting: int, cognitive: int) -> None:
    one = measured("JavaScript", f"function f() {{ {body} }}")[0]
    assert (one.nesting, one.cognitive) == (nesting, cognitive)


def test_the_example_of_the_white_paper() -> None:
    # Campbell 2018, "sumOfPrimes": cognitive complexity 7.
    source = """class A { int sumOfPrimes(int max) {
      int total = 0;
      OUT: for (int i = 1; i <= max; ++i) {
        for (int j = 2; j < i; ++j) {
          if (i % j == 0) { continue OUT; }
        }
        total += i;
      }
      return total; } }"""
    (one,) = measured("Java", source)
    assert (one.complexity, one.cognitive) == (4, 7)


def test_a_nested_function_counts_as_one_line_around_it() -> None:
    outer, inner = measured(
        "Python", "def a():\n    def b():\n        x = 1\n        y = 2\n    b()\n"
    )
    assert (outer.name, outer.lines, inner.name, inner.lines) == ("a", 3, "a.b", 3)


def test_names_do_not_grow_with_depth() -> None:
    source = (
        "".join(f"{' ' * depth}def f{depth}():\n" for depth in range(300)) + " " * 300 + "pass\n"
    )
    found = measured("Python", source)
    assert len(found) == 300
    assert found[-1].name == "f296.f297.f298.f299"


@pytest.mark.parametrize("case", sorted(FOLDER.glob("*/*.src")), ids=lambda case: case.parent.name)
def test_large_trees_are_read_in_parts_with_the_same_result(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language in languages().values():
        if not language.grammar:
            continue
        monkeypatch.setattr(trees, "SUBTREE", 4_000)
        whole = _without_queries(language.measure(case.read_bytes()))
        monkeypatch.setattr(trees, "SUBTREE", 12)
        assert _without_queries(language.measure(case.read_bytes())) == whole


def _without_queries(found: syntax.Measurement) -> object:
    """What does not hang on patterns of two nodes, which a part of a tree may cut."""
    return found.lines, [(one.name, one.start, one.end, one.nesting) for one in found.functions]


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "a + " * 70_000 + "a",  # a tree deeper than 65,535
        "{" * 60_000,
        "[" + "," * 60_000 + "]",
        "function f() {" * 3_000,
        "if (a) {} else " * 3_000,
    ],
    ids=["deep", "open", "wide", "functions", "else-if"],
)
def test_hostile_trees_end_without_recursion(source: str) -> None:
    grammar = languages()["JavaScript"].grammar
    assert grammar
    assert syntax.measure(grammar, source.encode()).lines == 1


def test_a_long_chain_of_else_if_is_flat() -> None:
    chain = "if (a) {} " + "else if (a) {} " * 2_000
    (one,) = measured("JavaScript", f"function f() {{ {chain} }}")
    assert (one.complexity, one.nesting, one.cognitive) == (2_002, 1, 2_001)


def test_limits_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MAX_NODES", 10)
    with pytest.raises(Unmeasurable, match="nodes of syntax"):
        measured("Python", "x = 1\n" * 100)
    monkeypatch.undo()
    monkeypatch.setattr(trees, "SECONDS", 0)
    with pytest.raises(Unmeasurable, match="seconds"):
        measured("Python", "x = 1\n" * 10_000)
    with pytest.raises(Unmeasurable, match="parsing took more"):
        measured("Python", "x = 1\n" * 100_000)
    monkeypatch.undo()
    assert measured("Python", "def f(): pass\n")[0].name == "f"


def test_broken_code_is_counted_as_broken() -> None:
    grammar = languages()["Go"].grammar
    assert grammar
    found = syntax.measure(grammar, b"package a\nfunc f() { if }\nfunc g() {}\n")
    assert found.errors > 0
    assert "g" in [one.name for one in found.functions]


def test_comments_with_their_lines() -> None:
    grammar = languages()["Python"].grammar
    assert grammar
    assert list(syntax.comments(grammar, b'"""One."""\nx = "# no"  # two\n')) == [
        (1, '"""One."""'),
        (2, "# two"),
    ]
