"""Tests that mislead, in each language and framework; in doubt a test is not called one."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened, tables_of
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.collectors import test_smells as smells
from techdd.collectors.code import code
from techdd.collectors.test_smells import SmellyTest, SuiteFile, misleading_tests
from techdd.collectors.test_smells.cases import cases
from techdd.collectors.test_smells.styles import STYLES
from techdd.facts import File, Function, frame
from techdd.languages import Unmeasurable, languages
from techdd.model import Issue, Metric, Series

SKIPPED, SILENT, FINE = "skipped", "no assertion", ""


def found(language: str, source: str) -> list[str]:
    """What is conspicuous about each test in `source`, in the order of their lines."""
    tests = cases(languages()[language], STYLES[language], source.encode())
    return [one.smell for one in sorted(tests)]


@pytest.mark.parametrize(
    ("source", "smells"),
    [
        ("def test_a():\n    f()\n", [SILENT]),
        ("def test_a():\n    assert f()\n", [FINE]),
        ("def test_a():\n    # assert f()\n    f()\n", [SILENT]),
        ("def test_a():\n    with pytest.raises(E):\n        f()\n", [FINE]),
        ("class TestA:\n    def test_a(self):\n        self.m.assert_called()\n", [FINE]),
        (
            "@unittest.skip('x')\nclass TestA:\n    def test_a(self):\n        assert f()\n",
            [SKIPPED],
        ),
        ("@pytest.mark.skip\ndef test_a():\n    assert f()\n", [SKIPPED]),
        ("@pytest.mark.skipif(X, reason='')\ndef test_a():\n    assert f()\n", [FINE]),
        ("def test_a():\n    pytest.skip('x')\n    assert f()\n", [SKIPPED]),
        ("def test_a():\n    if x:\n        pytest.skip('x')\n    assert f()\n", [FINE]),
        ("@pytest.fixture\ndef test_app():\n    f()\n", []),
        ("class Plugin:\n    def test_it(self):\n        f()\n", []),
        ("class TestModule:\n    def tests(self):\n        return {}\n", []),
        ("def test_a(:\n    f(\n\ndef test_b():\n    f()\n", [FINE] * 2),
    ],
)
def test_python(source: str, smells: list[str]) -> None:
    assert found("Python", source) == smells


@pytest.mark.parametrize(
    ("language", "source", "smells"),
    [
        ("Java", "class A {\n @Test void a() { f(); }\n @Test void b() { assertThat(f()); }\n"
         " void c() { f(); } }", [SILENT, FINE]),
        ("Java", "@Disabled class A {\n @Test void a() { verify(f); } }", [SKIPPED]),
        ("Java", "@Auto(enabled = false) class A {\n @Test void a() { verify(f); }\n"
         "@Test(enabled = false) void b() { verify(f); } }", [FINE, SKIPPED]),
        ("Java", "class A {\n @Test @DisabledOnOs(W) void a() { verify(f); }\n"
         "@Test(expected = E.class) void b() { f(); }\n @Test void contextLoads() {} }",
         [FINE, FINE, FINE]),
        ("Kotlin", "class A {\n @Test fun `a b`() { f() }\n @Test\n @Ignore\n fun b() = f()\n}",
         [SILENT, SKIPPED]),
        ("C#", "class A {\n [Fact] public void A() { F(); }\n [Fact(Skip = \"x\")] public void B()"
         " { F(); }\n [Test, Ignore(\"x\")] public void C() => Assert.That(F()); }",
         [SILENT, SKIPPED, SKIPPED]),
        ("PHP", "<?php class ATest extends TestCase {\n public function testA() { f(); }\n"
         "/** @test */ public function b() { $this->assertTrue(f()); }\n public function testC() {"
         " $this->markTestSkipped('x'); } }", [SILENT, FINE, SKIPPED]),
        ("PHP", "<?php class Files { public function testPath() { return f(); } }", []),
        ("Go", "package a\nfunc TestA(t *testing.T) { f() }\nfunc TestB(t *testing.T) { g(t, 1) }\n"
         "func TestC(t *testing.T) { t.Skip(\"x\") }\nfunc TestD(t *testing.T) {\n"
         "\tif x { t.Skip() }\n\tt.Error(1)\n}\nfunc TestMain(m *testing.M) { f() }\n",
         [SILENT, FINE, SKIPPED, FINE]),
        ("Rust", "mod m {\n#[test]\nfn a() { f(); }\n#[test]\n#[ignore]\nfn b() { assert!(f()) }"
         "\n#[test]\n#[should_panic]\nfn c() { f(); }\nfn d() { f(); }\n#[tokio::test]\n"
         "async fn e() -> R { f()?; Ok(()) }\n}", [SILENT, SKIPPED, FINE, FINE]),
        ("Swift", "class A: XCTestCase {\n func testA() { f() }\n func testB() { XCTAssert(f()) }\n"
         "func testC() throws { throw XCTSkip(\"x\") }\n @Test(.disabled(\"x\")) func d() { f() }}",
         [SILENT, FINE, SKIPPED, SKIPPED]),
        ("Ruby", "class ATest < T\n def test_a\n  f\n end\n def test_b\n  assert f\n end\n"
         " def test_c\n  skip 'x'\n end\n def test_d\n  skip 'x' if y\n  assert f\n end\nend\n",
         [SILENT, FINE, SKIPPED, FINE]),
        ("Ruby", "describe 'x' do\n it 'a' do\n  f\n end\n it { is_expected.to y }\n it 'b'\n"
         " it 'c', :skip do\n  f\n end\nend\nxdescribe 'y' do\n it('d') { expect(f) }\nend\n",
         [SILENT, FINE, SKIPPED, SKIPPED, SKIPPED]),
        ("JavaScript", "describe('x', () => {\n it('a', () => { f() })\n it('b', t => t.is(1))\n"
         " it('c', function (done) { f(done) })\n it.skip('d', () => { expect(f()) })\n it('e')\n"
         " it.each([1])('f', ({a}) => { expect(a) })\n xit('g', () => {})\n})\n",
         [SILENT, FINE, FINE, SKIPPED, SKIPPED, FINE, SKIPPED]),
        ("TypeScript", "describe.skip('x', () => {\n it('a', async () => { expect(f()) })\n})\n"
         "test.skip(isMac, 'reason')\ntest('b', async ({page}) => { await page.click(1) })\n"
         "it('c', fakeAsync(() => { f() }))\ntest.beforeEach(() => { f() })\n",
         [SKIPPED, FINE, SILENT]),
    ],
)  # fmt: skip
def test_other_languages(language: str, source: str, smells: list[str]) -> None:
    assert found(language, source) == smells


def searched(tmp_path: Path, files: dict[str, Any]) -> list[Any]:
    repo = opened(tmp_path, [A(files)])
    tables = tables_of(code.run(repo), File, Function)
    return list(smells.test_smells.run(repo, tables[File], tables[Function]))


def test_whoever_calls_a_function_of_the_tests_that_may_assert_may_assert(tmp_path: Path) -> None:
    rows = searched(
        tmp_path,
        {
            "app.py": "def run():\n    pass\n",
            "tests/support.py": "def holds(x):\n    outer(x)\n\ndef outer(x):\n    assert x\n\n"
            "def make():\n    return 1\n",
            "tests/test_a.py": "def test_a():\n    holds(1)\n\ndef test_b():\n    make()\n\n"
            "def test_c():\n    run()\n",
        },
    )
    assert [one for one in rows if isinstance(one, SmellyTest)] == [
        SmellyTest("tests/test_a.py", "tests", "Python", 4, SILENT),
        SmellyTest("tests/test_a.py", "tests", "Python", 7, SILENT),
    ]
    assert [one for one in rows if isinstance(one, SuiteFile)] == [
        SuiteFile("tests/test_a.py", "tests", "Python", 3)
    ]


def test_tests_stand_in_source_files_and_never_in_what_no_framework_runs(tmp_path: Path) -> None:
    rows = searched(
        tmp_path,
        {
            "src/lib.rs": "fn f() {}\n#[cfg(test)]\nmod tests {\n#[test]\nfn a() { f(); }\n}\n",
            "tests/tool.py": "def test_it():\n    f()\n",
            "tests/a.scala": "class A { def test() = f() }\n",
        },
    )
    assert [one.path for one in rows if isinstance(one, SmellyTest)] == ["src/lib.rs"]
    assert [one.detail for one in rows if isinstance(one, Issue)] == ["Scala: 1 files"]


@pytest.mark.parametrize("language", STYLES)
def test_deep_and_long_input_is_survived(language: str) -> None:
    for source in (
        "(" * 20_000,
        "f(1, " * 20_000,
        "{" * 20_000,
        "@skip\n" * 20_000,
        "x.y()" * 20_000,
    ):
        found(language, source)


@pytest.mark.parametrize("language", STYLES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_source_raises_but_the_documented_error(language: str, data: st.DataObject) -> None:
    pieces = st.sampled_from(
        ["def test_a", "@Test ", "func TestX(t *testing.T)", "it('a'", "describe", "class A", " {",
         "}", "(", ")", ":", "\n", "    ", "#[test]", "fn a()", "end", " do", "=>", "<?php ", "é"]
    )  # fmt: skip
    source = "".join(data.draw(st.lists(pieces, max_size=30)))
    with suppress(Unmeasurable):
        assert set(found(language, source)) <= {SKIPPED, SILENT, FINE}


def table(fact: Any, rows: list[Any]) -> Any:
    made = frame(fact, rows)
    made.insert(0, "repo", "api")
    return made


def asked(tests: int, rows: list[SmellyTest]) -> list[Any]:
    suite = [SuiteFile("t/test_a.py", "t", "Python", tests)]
    files = [File("t/test_a.py", "b", 9, "Python", "test", 9, 7, 0, "tree-sitter", "t")]
    tables = (table(SuiteFile, suite), table(SmellyTest, rows), table(File, files))
    return list(misleading_tests.run(date(2026, 7, 1), *tables))


def test_shares_are_of_the_tests_that_were_found() -> None:
    rows = [SmellyTest("t/test_a.py", "t", "Python", n, SKIPPED if n < 3 else SILENT)
            for n in (2, 9, 1, 20, 30, 40, 50)]  # fmt: skip
    answers = asked(20, rows)
    assert {one.name: one.value for one in answers if isinstance(one, Metric) and one.repo} == {
        "test_smells.skipped_share": 0.1, "test_smells.silent_share": 0.25,
    }  # fmt: skip
    assert [one.rows for one in answers if isinstance(one, Series)] == [
        (("t", 20, 2, 5, 0.35),),
        (("api", "t/test_a.py", 20, 2, 5, "1, 2, 9, 20, 30 ..."),),
    ]


def test_a_share_of_few_tests_is_none() -> None:
    answers = asked(9, [])
    assert {one.value for one in answers} == {None}
    assert {one.note for one in answers} == {"fewer than 10 tests in a language known here"}
