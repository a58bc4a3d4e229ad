"""Reports on coverage: real outputs of tools read, hostile ones survived, files told apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techdd import coverage
from techdd.coverage import Coverage, CoverageFormat, CoverageReport, Hit, handed_in, placed
from techdd.model import Issue
from techdd.plugins import discover

FOLDER = Path(__file__).parent / "coverage"
SHOP = ("src/shop/__init__.py", "src/shop/cart.py", "src/shop/pay.py", "tests/test_cart.py")
FORMATS = discover("techdd.coverage", CoverageFormat)


def read(content: bytes, known: Any = SHOP) -> list[Any]:
    return list(coverage.in_repository(content, "x", frozenset(known)))


def lines(found: list[Any]) -> dict[str, tuple[int, int]]:
    return {one.path: (one.covered, one.coverable) for one in found if isinstance(one, Coverage)}


def issues(found: list[Any]) -> dict[str, str]:
    return {one.reason: one.detail for one in found if isinstance(one, Issue)}


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("coverage_py.xml", "Cobertura XML"),
        ("coverage_py.json", "coverage.py JSON"),
        ("coverage_py.info", "LCOV"),
    ],
)
def test_coverage_py_tells_the_same_in_each_of_its_formats(name: str, title: str) -> None:
    found = read((FOLDER / name).read_bytes())
    assert lines(found) == {"src/shop/cart.py": (4, 6), "src/shop/pay.py": (0, 4)}
    (report,) = (one for one in found if isinstance(one, CoverageReport))
    assert (report.format, report.files, report.matched, report.committed) == (title, 2, 2, True)
    day = None if title == "LCOV" else datetime(2026, 11, 26, 17, 4, report.made.second, tzinfo=UTC)
    assert report.made == day
    assert issues(found) == {}


@pytest.mark.parametrize("name", ["istanbul.xml", "istanbul.info"])
def test_istanbul_tells_the_same_in_each_of_its_formats(name: str) -> None:
    found = read((FOLDER / name).read_bytes(), ("t.js", "lib/cart.js"))
    assert lines(found) == {"t.js": (1, 1), "lib/cart.js": (5, 7)}


def test_jacoco_names_files_by_their_package_and_a_doctype_that_nobody_fetches() -> None:
    known = ("core/src/main/java/com/shop/core/Cart.java", "web/src/com/shop/web/Page.kt")
    found = read((FOLDER / "jacoco.xml").read_bytes(), known)
    assert lines(found) == {known[0]: (3, 4), known[1]: (0, 1)}
    (report,) = (one for one in found if isinstance(one, CoverageReport))
    assert report.made == datetime(2026, 1, 1, 10, 0, 12, tzinfo=UTC)


def test_a_line_that_two_classes_of_a_file_tell_is_one_line_which_either_may_cover() -> None:
    found = read((FOLDER / "coverlet.xml").read_bytes(), ("src/Shop.Api/Cart.cs",))
    assert lines(found) == {"src/Shop.Api/Cart.cs": (2, 2)}
    assert next(one.made for one in found if isinstance(one, CoverageReport)).year == 2026


def test_lines_of_methods_count_only_where_the_class_has_none_of_its_own() -> None:
    method = "<methods><method><lines><line number='1' hits='5'/></lines></method></methods>"
    of_class = "<lines><line number='2' hits='0'/></lines>"
    for inside, told in (
        (method + of_class, (0, 1)),
        (of_class + method, (0, 1)),
        (method, (1, 1)),
    ):
        page = f"<coverage line-rate='1'><class filename='app.py'>{inside}</class></coverage>"
        assert lines(read(page.encode(), ("app.py",))) == {"app.py": told}


KNOWN = (
    "app.py", "src/a.py", "lib/src/a.py", "api/x.py", "api/y.py", "api/z.py", "back/end/u.py",
    "back/end/v.py", "back/end/w.py", "one/m/K.java", "two/m/K.java", "src/deep/util.py",
)  # fmt: skip


@pytest.mark.parametrize(
    ("names", "roots", "files", "unclear"),
    [
        (["src/a.py", "app.py"], [], {"src/a.py": "src/a.py", "app.py": "app.py"}, set()),
        (["/ci/x/src/a.py"], [], {"/ci/x/src/a.py": "src/a.py"}, set()),
        (["/ci/x/lib/src/a.py"], [], {"/ci/x/lib/src/a.py": "lib/src/a.py"}, set()),
        (["m/K.java"], [], {}, {"m/K.java"}),
        (["util.py"], [], {}, set()),  # a bare name is found anywhere
        (["util.py"], ["/home/ci/src/deep"], {"util.py": "src/deep/util.py"}, set()),
        (["/usr/lib/python3/site-packages/foo/app.py"], [], {}, set()),
        (["/srv/end/u.py"], [], {}, set()),  # neither path holds the other
        (["/srv/end/u.py", "/srv/end/v.py", "/srv/end/w.py"], [],
         {f"/srv/end/{n}.py": f"back/end/{n}.py" for n in "uvw"}, set()),
        (["C:\\ci\\api\\x.py"], [], {"C:\\ci\\api\\x.py": "api/x.py"}, set()),
        (["/ci/api/x.py", "/ci/api/y.py", "/other/api/x.py"], [],
         {"/ci/api/x.py": "api/x.py", "/ci/api/y.py": "api/y.py"}, {"/other/api/x.py"}),
        (["", "/", "..", "./"], ["", "/"], {}, set()),
    ],
)  # fmt: skip
def test_a_report_is_about_the_file_that_it_names(
    names: list[str], roots: list[str], files: dict[str, str], unclear: set[str]
) -> None:
    found = placed(names, roots, KNOWN)
    assert found.files == files
    assert found.unclear == unclear


def test_what_is_about_other_code_is_told() -> None:
    told = b"".join(b"SF:%s\nDA:1,1\nend_of_record\n" % name for name in
                    (b"src/shop/pay.py", b"/usr/lib/x.py", b"/usr/lib/y.py"))  # fmt: skip
    found = read(told)
    assert lines(found) == {"src/shop/pay.py": (1, 1)}
    assert issues(found) == {
        "coverage of files that are not in the repository": "2 of 3: /usr/lib/x.py, /usr/lib/y.py",
        "most of a coverage report is about other code": "",
    }


def test_files_that_may_be_one_or_another_are_told() -> None:
    found = read(b"SF:m/K.java\nDA:1,1\n", KNOWN)
    assert issues(found)["coverage of files that may be one or another"] == "1: m/K.java"
    assert lines(found) == {}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "of no known format"),
        (b"hello", "of no known format"),
        (b"TN:\nSF:a\n", "tells of no line"),
        (b"SF:a\nDA:x,1\n", "invalid literal"),
        (b"SF:a\nDA:" + b"9" * 5_000 + b",1\n", "a number of"),
        (b'<coverage line-rate="1"><class filename="a"><line number="1" hits="1"/>', "no XML"),
        (b'<!DOCTYPE c [<!ENTITY a "b">]><coverage line-rate="1">&a;</coverage>', "entities"),
        (b'<!DOCTYPE c [<!ENTITY a SYSTEM "/etc/passwd">]><coverage line-rate="1"/>', "entities"),
        (b'{"meta": 1, "files": []}', "no 'files'"),
        (b'{"meta": ' + b"[" * 50_000, "nested too deeply"),
    ],
)
def test_what_is_no_report_is_told_and_not_read(content: bytes, why: str) -> None:
    (issue,) = read(content)
    assert issue.reason == "coverage report not read"
    assert why in issue.detail


def test_lines_that_no_file_has_are_told() -> None:
    found = read(b"SF:src/shop/pay.py\nDA:1,1\nDA:99999999,1\nDA:-1,1\n")
    assert lines(found) == {"src/shop/pay.py": (1, 1)}
    assert issues(found) == {"lines of a coverage report not understood": "2"}


def test_a_report_of_more_lines_than_any_product_is_refused() -> None:
    told = b"".join(b"SF:f%d\nDA:1000000,1\n" % number for number in range(101))
    assert issues(read(told)) == {"coverage report not read": "more than 100,000,000 lines"}


def test_json_is_read_up_to_its_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("techdd.coverage.coverage_json.MAX_BYTES", 100)
    found = read((FOLDER / "coverage_py.json").read_bytes())
    assert issues(found) == {"coverage report not read": "larger than 100 bytes"}


def test_a_file_that_is_too_large_or_not_there_is_told(tmp_path: Path) -> None:
    (missing,) = handed_in(tmp_path / "no.xml", "no.xml", ())
    assert missing == Issue("coverage report not read", "no.xml", "No such file or directory")
    large = tmp_path / "large.info"
    with large.open("wb") as file:
        file.truncate(coverage.MAX_BYTES + 1)
    (told,) = handed_in(large, "large.info", ())
    assert isinstance(told, Issue) and told.detail.startswith("larger than")


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@given(data=st.data())
def test_no_bytes_raise_but_the_documented_error(form: CoverageFormat, data: st.DataObject) -> None:
    seeds = [path.read_bytes() for path in sorted(FOLDER.iterdir())]
    seed = data.draw(st.sampled_from(seeds))
    start, end = data.draw(st.integers(0, len(seed))), data.draw(st.integers(0, len(seed)))
    content = seed[:start] + data.draw(st.binary(max_size=20)) + seed[end:]
    try:
        for one in form.read(BytesIO(content)):
            assert not isinstance(one, Hit) or isinstance(one.line, int)
    except ValueError:
        pass
    for item in read(content, KNOWN):
        assert not isinstance(item, Coverage) or 0 <= item.covered <= item.coverable


names = st.text("ab/\\.", max_size=9)


@given(st.sets(names, max_size=9), st.sets(names, max_size=3), st.sets(names, max_size=9))
def test_no_file_is_meant_by_two_names_and_no_name_is_lost_between(
    told: set[str], roots: set[str], known: set[str]
) -> None:
    found = placed(told, roots, known)
    assert len(set(found.files.values())) == len(found.files)
    assert set(found.files.values()) <= known
    assert not found.files.keys() & found.unclear


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), min_size=1))
def test_every_format_tells_what_was_written(hits: list[tuple[int, bool]]) -> None:
    wanted = {line: any(hit for other, hit in hits if other == line) for line, _ in hits}
    rows = "".join(f'<line number="{line}" hits="{hit:d}"/>' for line, hit in hits)
    marks = "".join(f'<line nr="{line}" ci="{hit:d}"/>' for line, hit in hits)
    written = {
        "cobertura": f'<coverage line-rate="1"><class filename="src/a.py">{rows}</class>'
        "</coverage>",
        "jacoco": f'<report name="a"><package name="src"><sourcefile name="a.py">{marks}'
        "</sourcefile></package></report>",
        "lcov": "SF:src/a.py\n" + "".join(f"DA:{line},{hit:d}\n" for line, hit in hits),
        "coverage_json": json.dumps({"meta": {}, "files": {"src/a.py": {
            "executed_lines": [line for line, hit in hits if hit],
            "missing_lines": [line for line, hit in hits if not hit]}}}),
    }  # fmt: skip
    assert set(written) == set(FORMATS)
    for content in written.values():
        counted = lines(read(content.encode(), ["src/a.py"]))
        assert counted == {"src/a.py": (sum(wanted.values()), len(wanted))}
