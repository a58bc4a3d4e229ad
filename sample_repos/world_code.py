"""What the source files of a made-up portfolio look like.

The code says nothing, but has what is measured: functions from straight to tangled, comments,
tests, imports between components, packages with versions. Everything follows from a `Random`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

HOUSE = "larkspur"  # under which the portfolio's own packages are published
FULL = 160  # lines from which a file grows no more
TANGLED = 0.02  # share of the functions that have very many branches
LOOPS, ALTERNATIVES = 0.3, 0.25  # shares of the branches

_VERBS = (
    "price", "route", "load", "merge", "split", "check", "trim", "match", "rank", "store", "fetch",
    "close", "open", "audit", "book", "plan", "sort", "weigh", "track", "bill",
)  # fmt: skip
_NOUNS = (
    "parcel", "invoice", "depot", "driver", "pallet", "tariff", "claim", "refund", "window", "zone",
    "ledger", "label", "crate", "voucher", "contract", "lane", "stop", "shift", "meter", "batch",
)  # fmt: skip
_SUMS = (
    "total + base * {n}", "(total + {n}) % {m}", "total * {n} - base", "base - total + {n}",
    "total + {m} - {n}", "(base + {n}) * {m}", "total - base % {m}",
)  # fmt: skip
_TESTS = (
    "total > {n}", "base < {m}", "total % {n} == 1", "base + {n} > total", "total < base - {m}",
)  # fmt: skip


@dataclass(frozen=True)
class Syntax:
    """How a language is written; `{…}` are filled in, a line that ends a block is `close`."""

    name: str  # as the tool calls it
    suffix: str
    comment: str
    function: str
    let: str
    assign: str
    when: str
    otherwise: str
    each: str
    back: str
    close: str
    test: str  # a whole test, of several lines
    style: str = "snake"  # of names: snake, camel or pascal
    head: str = ""  # of a file
    tail: str = ""
    use: str = ""  # an import of another file of the repository
    source: str = "src/{component}/{file}{suffix}"
    testing: str = "tests/{component}/test_{file}{suffix}"
    in_class: bool = False


def _braces(name: str, suffix: str, function: str, let: str, **more: str | bool) -> Syntax:
    """A language of the C family."""
    given: dict[str, str | bool] = {
        "comment": "// ", "assign": "{v} = {e};", "when": "if ({c}) {{", "otherwise": "}} else {{",
        "each": "for (const item of items) {{", "back": "return {e};", "close": "}}",
        "style": "camel", **more,
    }  # fmt: skip
    return Syntax(name, suffix, function=function, let=let, **given)  # type: ignore[arg-type]


_JEST = 'test("{name} {n}", () => {{\n  expect({name}([1, 2, {n}], {m})).toBeLessThan({n}00);\n}});'
_SCRIPT = {
    "use": 'import {{ {function} }} from "../{component}/{file}";',
    "test": _JEST,
    "testing": "src/{component}/{file}.test{suffix}",
}
_CLASS = {"in_class": True, "tail": "}\n", "style": "camel"}

SYNTAXES = {
    one.name.replace("#", "sharp").lower(): one
    for one in (
        Syntax(
            "Python", ".py", "# ", "def {name}(items: list[int], base: int) -> int:", "{v} = {e}",
            "{v} = {e}", "if {c}:", "else:", "for item in items:", "return {e}", "",
            "def test_{name}_{n}() -> None:\n    assert {name}([1, 2, {n}], {m}) < {n}00",
            head='"""What concerns the {file}."""\n\n',
            use="from {component}.{file} import {function}",
        ),
        _braces(
            "TypeScript", ".ts", "export function {name}(items: number[], base: number): number {{",
            "let {v} = {e};", **_SCRIPT,
        ),
        _braces(
            "JavaScript", ".js", "export function {name}(items, base) {{", "let {v} = {e};",
            **_SCRIPT,
        ),
        _braces(
            "Go", ".go", "func {name}(items []int, base int) int {{", "{v} := {e}",
            assign="{v} = {e}", when="if {c} {{", each="for _, item := range items {{",
            back="return {e}", style="pascal", head="package {component}\n\n",
            use='import "example.org/{house}/{repository}/{component}"',
            test="func Test{name}{n}(t *testing.T) {{\n\tif {name}([]int{{1, {n}}}, {m}) > {n}00 {{"
            '\n\t\tt.Error("too much")\n\t}}\n}}',
            source="{component}/{file}{suffix}", testing="{component}/{file}_test{suffix}",
        ),
        _braces(
            "Java", ".java", "public static int {name}(int[] items, int base) {{", "int {v} = {e};",
            each="for (int item : items) {{",
            head="package com.example.{house}.{component};\n\n{uses}"
            "public final class {class}{kind} {{\n\n",
            use="import com.example.{house}.{component}.{class};",
            test="@Test\nvoid {name}{n}() {{\n"
            "    assertTrue({name}(new int[] {{1, {n}}}, {m}) < 900);\n}}",
            source="{component}/src/main/java/com/example/{house}/{component}/{class}{suffix}",
            testing="{component}/src/test/java/com/example/{house}/{component}/{class}Test{suffix}",
            **_CLASS,
        ),
        _braces(
            "C#", ".cs", "public static int {name}(int[] items, int base) {{", "int {v} = {e};",
            each="foreach (int item in items) {{",
            head="{uses}namespace Larkspur.{component};\n\n"
            "public static class {class}{kind} {{\n\n",
            use="using Larkspur.{component};",
            test="[Fact]\npublic void {name}{n}() {{\n"
            "    Assert.True({name}(new[] {{1, {n}}}, {m}) < 900);\n}}",
            source="src/{component}/{class}{suffix}",
            testing="tests/{component}/{class}Test{suffix}",
            **{**_CLASS, "style": "pascal"},
        ),
        Syntax(
            "Ruby", ".rb", "# ", "def {name}(items, base)", "{v} = {e}", "{v} = {e}", "if {c}",
            "else", "items.each do |item|", "return {e}", "end",
            'it "{name} {n}" do\n  expect({name}([1, {n}], {m})).to be < {n}00\nend',
            use='require_relative "../{component}/{file}"',
            source="lib/{component}/{file}{suffix}", testing="spec/{component}/{file}_spec{suffix}",
        ),
        _braces(
            "Rust", ".rs", "pub fn {name}(items: &[i64], base: i64) -> i64 {{",
            "let mut {v} = {e};", when="if {c} {{", each="for item in items {{", style="snake",
            use="use crate::{component}::{file}::{function};",
            test="#[test]\nfn test_{name}_{n}() {{\n"
            "    assert!({name}(&[1, {n}], {m}) < {n}00);\n}}",
            testing="tests/{component}_{file}{suffix}",
        ),
        _braces(
            "Kotlin", ".kt", "fun {name}(items: List<Int>, base: Int): Int {{", "var {v} = {e}",
            assign="{v} = {e}", each="for (item in items) {{", back="return {e}",
            head="package com.example.{house}.{component}\n\n",
            use="import com.example.{house}.{component}.{function}",
            test="@Test\nfun {name}{n}() {{\n    assertTrue({name}(listOf(1, {n}), {m}) < 900)\n}}",
            source="{component}/src/main/kotlin/{component}/{class}{suffix}",
            testing="{component}/src/test/kotlin/{component}/{class}Test{suffix}",
        ),
    )
}  # fmt: skip


@dataclass
class Source:
    """One file of source, or of tests for `tested`, as it stands now."""

    syntax: Syntax
    repository: str
    component: str
    file: str  # its name, without folder and ending
    tested: Source | None = None
    uses: list[Source] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    functions: list[list[str]] = field(default_factory=list)  # lines of each
    lines: int = 0  # about, until `text` has counted them

    @property
    def path(self) -> str:
        """Where it lies in its repository."""
        form = self.syntax.testing if self.tested else self.syntax.source
        return form.format(suffix=self.syntax.suffix, **self._said())

    def text(self) -> str:
        """The whole file."""
        said = self._said()
        uses = [
            self.syntax.use.format(function=other.names[0], **other._said())
            for other in ([self.tested] if self.tested else self.uses)
        ]
        block = "".join(f"{line}\n" for line in dict.fromkeys(uses))
        block += "\n" if block else ""
        head = self.syntax.head.format(uses=block, **said)
        if "{uses}" not in self.syntax.head:
            head += block
        body = "\n\n".join("\n".join(lines) for lines in self.functions)
        whole = f"{head}{body}\n{self.syntax.tail}"
        self.lines = whole.count("\n")
        return whole

    def grow(self, random: Random) -> None:
        """Adds a function, or a test of one."""
        if self.tested:
            name = random.choice(self.tested.names)
            numbers = {"n": random.randint(2, 99), "m": random.randint(2, 99)}
            lines = self.syntax.test.format(name=name, **numbers).split("\n")
        else:
            name = self._name(random, len(self.functions))
            lines = _function(self.syntax, name, random)
        self.names.append(name)
        indent = "    " if self.syntax.in_class else ""
        self.functions.append([f"{indent}{line}" for line in lines])
        self.lines += len(lines) + 1

    def change(self, random: Random) -> None:
        """Changes a line of a function or, now and then, gives one another branch."""
        lines = random.choice(self.functions)
        numbered = [at for at, line in enumerate(lines) if "total =" in line]
        if not numbered:
            self.grow(random)
            return
        at = random.choice(numbered)
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        if at and random.random() < 0.3:
            branch = [
                self.syntax.when.format(c=_fill(random, _TESTS)),
                f"    {_sum(self.syntax, random)}",
            ]
            branch += [self.syntax.close.format()] if self.syntax.close else []
            lines[at + 1 : at + 1] = [f"{indent}{line}" for line in branch]
        elif lines[at] == indent + self.syntax.let.format(v="total", e="base"):
            lines.insert(at + 1, f"{indent}{_sum(self.syntax, random)}")
        else:
            lines[at] = f"{indent}{_sum(self.syntax, random)}"

    def _said(self) -> dict[str, str]:
        pascal = "".join(part.capitalize() for part in self.file.split("_"))
        return {
            "component": self.component, "file": self.file, "class": pascal, "house": HOUSE,
            "repository": self.repository, "kind": "Test" if self.tested else "",
        }  # fmt: skip

    def _name(self, random: Random, number: int) -> str:
        parts = [random.choice(_VERBS), random.choice(_NOUNS), str(number + 1)]
        if self.syntax.style == "snake":
            return "_".join(parts)
        name = "".join(part.capitalize() for part in parts)
        return name if self.syntax.style == "pascal" else name[0].lower() + name[1:]


def file_name(random: Random, number: int) -> str:
    """What the file with this number in its repository is called."""
    return f"{random.choice(_NOUNS)}_{random.choice(_NOUNS)}_{number}"


def _fill(random: Random, forms: tuple[str, ...]) -> str:
    return random.choice(forms).format(n=random.randint(2, 40), m=random.randint(41, 99))


def _sum(syntax: Syntax, random: Random) -> str:
    return syntax.assign.format(v="total", e=_fill(random, _SUMS))


def _function(syntax: Syntax, name: str, random: Random) -> list[str]:
    branches = 24 if random.random() < TANGLED else random.choice((0, 1, 1, 2, 2, 3, 4, 6))
    lines = [
        f"{syntax.comment}{name}: {_fill(random, _TESTS)}, as agreed.",
        syntax.function.format(name=name),
    ]
    lines.append("    " + syntax.let.format(v="total", e="base"))
    lines += [f"    {line}" for line in _block(syntax, random, branches)]
    lines.append("    " + syntax.back.format(e="total"))
    return [*lines, syntax.close.format()] if syntax.close else lines


def _block(syntax: Syntax, random: Random, branches: int) -> list[str]:
    """Statements with so many branches and loops among them, some inside others."""
    lines = [_sum(syntax, random)]
    while branches > 0:
        inner = random.randint(0, min(branches - 1, 2))
        branches -= 1 + inner
        body = [f"    {line}" for line in _block(syntax, random, inner)]
        if random.random() < LOOPS:
            lines += [
                syntax.each.format(),
                "    " + syntax.assign.format(v="total", e="total + item"),
            ]
            lines += body
        else:
            lines += [syntax.when.format(c=_fill(random, _TESTS)), *body]
            if random.random() < ALTERNATIVES:
                lines += [syntax.otherwise.format(), f"    {_sum(syntax, random)}"]
        lines += [syntax.close.format()] if syntax.close else []
        lines.append(_sum(syntax, random))
    return lines
