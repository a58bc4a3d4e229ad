"""How tests look in each language and framework: what is one, what skips it, what it may assert by.

Patterns are searched in the *head* of a function or call (decorators, annotations, attributes and
signature, or what is called) and in its body. Whether a test asserts is decided in its favour: each
word that may be an assertion counts, and so does each call of a function that tests define.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# What an assertion, a matcher, a mock's verification or a wait for something may be called, and
# what ends a test by itself.
ASSERTS = re.compile(
    rb"(?i)assert|expect|should|verif|check|\bmust|must_|fail|raise|\bthrow|panic|error|ensure"
    rb"|match|equal|compar|validat|warns|benchmark|snapshot|golden|approv|diff|until|wait_?for"
    rb"|statuscode|received|refute|flunk|wont_|unwrap|unreachable|XCT|[gf][ei][tn]d?(?:All)?By|\bcy\b"
    rb"|\bpage\b|\brequire\.|(?:do|run|perform|execute)_?test|->(?:see|dontSee)"
)
_NEVER = re.compile(rb"(?!)")
_JVM_SKIPPED = rb"@(?:[\w.]+\.)?(?:Disabled|Ignore)\b|@Test\s*\([^)]*\benabled\s*=\s*false"
_SCRIPT = rb"(?:only|skip|concurrent|sequential|serial|each|failing|fails|todo|fixme|skipIf|runIf)"


@dataclass(frozen=True)
class Style:
    """`functions` and `scopes` are types of nodes: what may be a test, and what holds tests, so
    that what skips it skips them. `before` are those that stand ahead of what they are about,
    `around` those that wrap it. A style of `calls` has tests that are calls with a block.
    """

    functions: tuple[str, ...]
    test: re.Pattern[bytes]
    scopes: tuple[str, ...] = ()
    files: re.Pattern[str] = re.compile("")  # paths of files in which a framework looks for tests
    scope: re.Pattern[bytes] = re.compile(rb"")  # what holds tests looks like
    no_test: re.Pattern[bytes] = _NEVER
    skipped: re.Pattern[bytes] = _NEVER
    leaves: re.Pattern[bytes] = _NEVER  # a statement of the body that ends the test at once
    expects: re.Pattern[bytes] = _NEVER  # in the head: that the test asserts, or says that it won't
    asserts: re.Pattern[bytes] = _NEVER  # in the body, beside ASSERTS
    before: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    calls: bool = False
    call: re.Pattern[bytes] | None = None  # a name that may be called, where that needs no brackets


PYTHON = Style(
    functions=("function_definition",),
    scopes=("class_definition",),
    around=("decorated_definition",),
    files=re.compile(r"(?:^|/)tests?[^/]*\.py$|_tests?\.py$"),
    scope=re.compile(
        rb"\bclass\s+(?:Test\w*|\w*(?:Tests?|TestCase|TestBase|TestMixin))\b"
        rb"|\([^)]*(?:TestCase|Tests?\b|Mixin)"
    ),
    test=re.compile(rb"\bdef\s+test(?:_|[A-Z0-9])\w*\s*\("),
    no_test=re.compile(rb"@(?:[\w.]+\.)?(?:fixture|abstractmethod)\b"),
    skipped=re.compile(rb"@(?:[\w.]+\.)?(?:skip|SKIP)\b"),
    leaves=re.compile(rb"(?:pytest\.)?skip\s*\(|self\.skipTest\(|raise\s+[\w.]*SkipTest\b"),
)
JAVA = Style(
    functions=("method_declaration",),
    scopes=("class_declaration",),
    test=re.compile(rb"@(?:[\w.]+\.)?(?:Test|ParameterizedTest|RepeatedTest|TestTemplate)\b"),
    skipped=re.compile(_JVM_SKIPPED),
    leaves=re.compile(rb"(?:Assumptions\.)?abort\("),
    # By the convention of Spring's generators, that the context starts is what is tested.
    expects=re.compile(rb"\bexpected(?:Exceptions)?\s*=|\bcontextLoads\b"),
)
KOTLIN = Style(
    functions=("function_declaration",),
    scopes=("class_declaration",),
    test=re.compile(rb"@(?:[\w.]+\.)?(?:Test|ParameterizedTest|RepeatedTest|TestTemplate)\b"),
    skipped=re.compile(_JVM_SKIPPED),
    expects=re.compile(rb"\bexpected\s*=|\bcontextLoads\b"),
)
CSHARP = Style(
    functions=("method_declaration",),
    scopes=("class_declaration",),
    test=re.compile(
        rb"[\[,]\s*(?:\w+\.)*(?:Fact|Theory|Test|TestCase|TestCaseSource|TestMethod"
        rb"|DataTestMethod)\s*[\](,]"
    ),
    skipped=re.compile(rb"[\[,]\s*(?:\w+\.)*Ignore\b|\bSkip\s*=\s*(?!null)"),
    leaves=re.compile(rb"Assert\.(?:Ignore|Inconclusive|Skip)\("),
    expects=re.compile(rb"ExpectedException|ExpectedResult"),
)
PHP = Style(
    functions=("method_declaration",),
    scopes=("class_declaration",),
    before=("comment",),
    scope=re.compile(rb"\bclass\s+\w*Test|\bextends\s+[\w\\]*Test"),
    test=re.compile(rb"\bfunction\s+test\w+\s*\(|@test\b|#\[\s*(?:\w+\\)*Test\b"),
    no_test=re.compile(rb"\b(?:private|protected|static)\s+function\b|@dataProvider\s+\w+\s*\Z"),
    leaves=re.compile(rb"(?:\$this->|self::|static::)markTest(?:Skipped|Incomplete)\("),
    expects=re.compile(rb"@expectedException|(?i:doesNotPerformAssertions)|@expectedDeprecation"),
)
GO = Style(
    functions=("function_declaration",),
    test=re.compile(rb"\Afunc\s+Test\w*\s*\(\s*\w+\s+\*testing\.T\b"),
    leaves=re.compile(rb"\w+\.Skip(?:f|Now)?\("),
    asserts=re.compile(rb"[(,]\s*(?:t|tt|tb)\s*[,)]|\bFatal"),  # handed to a helper
)
RUST = Style(
    functions=("function_item",),
    scopes=("mod_item",),
    before=("attribute_item", "line_comment", "block_comment"),
    test=re.compile(rb"#\[\s*(?:\w+::)*(?:test|rstest|test_case)\b"),
    skipped=re.compile(rb"#\[\s*ignore\b"),
    expects=re.compile(rb"should_panic"),
    asserts=re.compile(rb"\?|\bpass\b"),  # an error that leaves a test fails it
)
SWIFT = Style(
    functions=("function_declaration",),
    scopes=("class_declaration",),
    test=re.compile(rb"\bfunc\s+test\w*\s*\(\s*\)|@Test\b"),
    skipped=re.compile(rb"\.disabled\((?!\s*if:)"),
    leaves=re.compile(rb"throw\s+XCTSkip\b"),
    asserts=re.compile(rb"\bwait\(|fulfill"),
)
RUBY = Style(
    functions=("method", "call"),
    scopes=("call", "class"),
    calls=True,
    test=re.compile(
        rb"\Adef\s+test_\w+|\A(?:x?it|x?specify|x?example|x?scenario|test|its)\b(?!\.)"
    ),
    scope=re.compile(
        rb"\A(?:RSpec\.)?x?(?:describe|context|feature|example_group)\b|\Aclass\b[^\n]*(?:Test|Spec)"
    ),
    skipped=re.compile(rb"\A(?:RSpec\.)?x|,\s*(?::skip\b|skip:(?!\s*(?:false|nil)))"),
    leaves=re.compile(rb"skip\b"),
    call=re.compile(rb"[A-Za-z_]\w*[!?]?"),
)
SCRIPT = Style(
    functions=("call_expression",),
    scopes=("call_expression",),
    calls=True,
    test=re.compile(rb"\A(?:x|f)?(?:it|test|specify)(?:\." + _SCRIPT + rb"\b)*\s*(?:\Z|\(|`|<)"),
    scope=re.compile(rb"\A(?:test\.)?(?:x|f)?(?:describe|context|suite)\b"),
    skipped=re.compile(rb"\Ax|\.(?:skip|todo|fixme)\b"),
    leaves=re.compile(rb"(?:return\s+)?(?:this|t|ctx|context|test)\.(?:skip|fixme)\(\s*\)"),
    call=re.compile(rb"[A-Za-z_$][\w$]*"),  # helpers are handed over by their name, too
)

STYLES: dict[str, Style] = {
    "Python": PYTHON, "Java": JAVA, "Kotlin": KOTLIN, "C#": CSHARP, "PHP": PHP, "Go": GO,
    "Rust": RUST, "Swift": SWIFT, "Ruby": RUBY, "JavaScript": SCRIPT, "TypeScript": SCRIPT,
    "TSX": SCRIPT,
}  # fmt: skip
