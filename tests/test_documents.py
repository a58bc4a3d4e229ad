"""What people write: every mistake is one line with file, line, column and a way to go on."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from techdd import documents, policy
from techdd.checklists import Checklist, Profile
from techdd.documents import load, parse_yaml, read_yaml
from techdd.engagements.contents import is_half_written
from techdd.errors import DocumentError
from techdd.files import write_atomic

GOOD = """\
id: product
title: Product
version: "1"
order: 9
about: Whether people want it.
items:
  - id: PRD-01
    ask: Does it exist?
    why: Decks run ahead.
    levels: [none, some, more, most, all]
    evidence:
      - metric: size.code_lines
        bands: [1, 2, 3, 4]
        says: "{value} lines"
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "c.yaml"


def mistake(path: Path, text: str, kind: type = Checklist) -> DocumentError:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        load(path, kind)
    return caught.value


def test_a_good_document_becomes_plain_frozen_values(written: Path) -> None:
    written.write_text(GOOD, encoding="utf-8")
    checklist = load(written, Checklist)
    assert checklist.items[0].levels == ("none", "some", "more", "most", "all")
    assert checklist.items[0].evidence[0].level(2.5) == 2


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("    levels:", "    wieght: 2\n    levels:", "10:5", "'wieght' (did you mean 'weight'?)"),
        ("metric:", "metrics:", "12:9", "unknown key 'metrics' (did you mean 'metric'?)"),
        ("order: 9\n", "order: 9\ncolour: red\n", "5:1", "unknown key 'colour'"),
        ("about: Whether people want it.\n", "", "1:1", "about: this key is missing"),
        ("    ask: Does it exist?\n", "", "7:5", "items.0.ask: this key is missing"),
        ("most, all]", "most]", "10:5", "items.0.levels.4: this entry is missing"),
        ("order: 9", "order: nine", "4:1", "order: should be a valid integer"),
        ("title: Product", "title: 7", "2:1", "title: should be text; put it in quotes"),
        ("items:", "items: 3\nx:", "6:1", "items: should be a list (got 3)"),
        ("id: PRD-01", "id: prd1", "7:5", "items.0.id: String should match pattern"),
        ("[1, 2, 3, 4]", "[1, 3, 2, 4]", "12:9", "bands must rise (more is better) or fall"),
        ("[1, 2, 3, 4]", "[2, 2, 2, 2]", "12:9", "bands must rise (more is better) or fall"),
        ("[1, 2, 3, 4]", "[1, 2, 3, .nan]", "13:26", "bands.3: should be a finite number"),
        ("title: Product", "title: Product\ntitle: Again", "3:1", 'duplicate key "title"'),
        ("title: Product", "title: &t Product", "2:8", "anchors and aliases"),
        ("title: Product", "title: *t", "2:8", "anchors and aliases"),
        ("title: Product", "title: !!python/name:os.system x", "2:8", "tags (!name)"),
        ("title: Product", "title: !!str Product", "2:8", "tags (!name)"),
        ("title: Product", "title: 2026-13-45", "2:8", "not a value: month must be in 1..12"),
        ("title: Product", "title: 0x_", "2:8", "invalid YAML: not a value"),
        ("title: Product", "title: a\x07b", "2:9", "special characters are not allowed"),
        ("title: Product", "title: [Product", "3:8", "invalid YAML"),
        ("title: Product", "title:\n\tx: 1", "3:1", "cannot start any token"),
        ("  - id: PRD-01", "  - id: [[[", "9:8", "invalid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    written: Path, old: str, new: str, place: str, message: str
) -> None:
    assert old in GOOD
    error = mistake(written, GOOD.replace(old, new))
    assert error.where == f"{written}:{place}"
    assert message in error.message


def test_the_first_mistake_leads_and_the_others_follow_with_their_places(written: Path) -> None:
    text = GOOD.replace("    why:", "    wyh:").replace("order: 9", "order: nine")
    first, *others = str(mistake(written, text)).splitlines()
    assert first.startswith(f"{written}:4:1: order:")
    assert f"{written}:9:5: unknown key 'wyh' (did you mean 'why'?)" in others


def test_a_list_is_not_called_too_short_because_an_entry_is_wrong(written: Path) -> None:
    error = mistake(written, GOOD.replace("    why:", "    wyh:"))
    assert "at least 1 item" not in str(error)
    assert "at least 1 item" in str(mistake(written, GOOD[: GOOD.index("items:")] + "items: []\n"))


def test_item_ids_must_be_unique(written: Path) -> None:
    item = GOOD[GOOD.index("  - id:") :]
    assert "item id used twice: PRD-01" in mistake(written, GOOD + item).message


def test_keys_with_brackets_or_type_names_are_found_in_the_file(written: Path) -> None:
    assert mistake(written, GOOD + "a[0]: 1\n").where == f"{written}:15:1"
    assert "unknown key 'str'" in mistake(written, GOOD + "str: 1\n").message


def test_keys_that_are_no_text_are_mistakes(written: Path) -> None:
    for key in ("1: x", "? [a]\n: x", "? {a: 1}\n: x", "2026-01-01: x", "null: x"):
        assert mistake(written, GOOD + key + "\n")


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment\n", "- a\n- b\n", "word\n", "---\n"]
)
def test_a_file_without_keys_is_a_mistake(written: Path, text: str) -> None:
    error = mistake(written, text)
    assert error.where == f"{written}:1:1"
    assert error.message == "expected a mapping of keys at the top"


def test_a_second_document_in_the_file_is_a_mistake(written: Path) -> None:
    assert "another document" in mistake(written, GOOD + "---\n" + GOOD).message


def test_a_file_that_is_not_utf8(written: Path) -> None:
    written.write_bytes(GOOD.replace("Product", "Produit").encode() + b"# \xe9\n")
    with pytest.raises(DocumentError, match=r"not UTF-8 \(byte \d+\); save it as UTF-8"):
        read_yaml(written)


def test_a_file_that_is_too_large(written: Path) -> None:
    written.write_text("# " + "x" * documents.MAX_BYTES, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"larger than 1,000,000 bytes; split it"):
        read_yaml(written)


@pytest.mark.parametrize("text", ["[" * 5000, "- " * 5000, "{a: " * 5000, "? " * 5000])
def test_a_file_that_is_nested_too_deeply(text: str) -> None:
    with pytest.raises(DocumentError, match="nested deeper than 50 levels"):
        parse_yaml(text, "c.yaml")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read: No such file or directory"):
        read_yaml(tmp_path / "missing.yaml")
    with pytest.raises(DocumentError, match="cannot be read: Is a directory"):
        read_yaml(tmp_path)


def test_a_number_beyond_pythons_limit_is_a_mistake() -> None:
    with pytest.raises(DocumentError, match="not a value"):
        parse_yaml("a: " + "9" * 5000, "c.yaml")


SYNTAX = st.text(
    alphabet=" \n\t:-?[]{},'\"&*!#|>%@`<~=.+_0x1eaé\r\x07\x85\u2028\ufeff\ud800", max_size=24
)
DAMAGED = st.builds(
    lambda at, damage: GOOD[:at] + damage + GOOD[at:], st.integers(0, len(GOOD)), SYNTAX
)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.one_of(st.text(max_size=40), SYNTAX, DAMAGED))
@example("a: !!bool x")
@example("0x_")
@example("? levels: [a,b]")
@example("evidence:!!str 0o9+`[a: [1]#1_0id: xnull\n")
@example("a[b]: 1")
@example("&a x: 1\n&a y: 2")
def test_any_text_is_a_document_or_a_document_error(written: Path, text: str) -> None:
    written.write_bytes(text.encode("utf-8", "surrogatepass"))
    for kind in (Checklist, policy.FindingRules, Profile):
        try:
            load(written, kind)
        except DocumentError as error:
            assert error.where.startswith(str(written))


@given(data=st.binary(max_size=60))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_a_document_or_a_document_error(written: Path, data: bytes) -> None:
    written.write_bytes(data)
    try:
        load(written, policy.Engagement)
    except DocumentError as error:
        assert str(error)


def test_writing_replaces_the_file_and_leaves_nothing_else(written: Path) -> None:
    write_atomic(written, b"one")
    write_atomic(written, b"two")
    assert written.read_bytes() == b"two"
    assert [path.name for path in written.parent.iterdir()] == [written.name]


_WRITER = """
import os, signal, sys
from pathlib import Path
from techdd.files import replacing
with replacing(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print(file.name, flush=True)
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.stdin.read()
"""


def writer(path: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, path, how],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_the_next_writer_removes_what_one_that_was_killed_left(tmp_path: Path) -> None:
    with writer(tmp_path / "acme.age", "killed") as killed:
        left = Path(killed.communicate()[0].strip())
    theirs = tmp_path / ".acme.age.download"
    theirs.touch()
    assert left.read_bytes() == b"half" and is_half_written(left.name)
    write_atomic(tmp_path / "other.age", b"whole")
    assert {one.name for one in tmp_path.iterdir()} == {"other.age", theirs.name}


def test_what_is_being_written_is_left_to_its_writer(tmp_path: Path) -> None:
    with writer(tmp_path / "acme.age", "slowly") as slow:
        assert slow.stdout
        half = Path(slow.stdout.readline().strip())
        write_atomic(tmp_path / "other.age", b"whole")
        assert half.exists()
        slow.communicate()
    assert (tmp_path / "acme.age").read_bytes() == b"half"


def test_what_is_no_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """As /dev/null and /dev/stdout, which a privileged user could otherwise lose."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDWR)
    write_atomic(pipe, b"one")
    assert os.read(reader, 10) == b"one"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_failed_write_leaves_the_old_file(written: Path) -> None:
    write_atomic(written, b"old")
    with pytest.raises(TypeError):
        write_atomic(written, "no bytes")  # type: ignore[arg-type]
    assert written.read_bytes() == b"old"
    assert [path.name for path in written.parent.iterdir()] == [written.name]


def test_what_is_dumped_reads_back() -> None:
    value = {"client": "Æ: # x", "repositories": [{"name": "api", "source": "/tmp/a b"}]}
    assert parse_yaml(documents.dump_yaml(value), "c.yaml") == value


def test_what_ships_is_read_as_yaml_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "checklists"
    shipped.mkdir()
    (shipped / "a.yaml").write_text("client: Acme\nas_of: 2026-01-31\n")
    (shipped / "b.yaml").write_text("client: Acme\n")
    monkeypatch.setattr(documents, "data", lambda _: shipped)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = [load(shipped / name, policy.Engagement) for name in ("a.yaml", "b.yaml")]
    kept = list((tmp_path / "cache" / "techdd" / "documents").iterdir())
    assert len(kept) == 1  # JSON has no days: what it cannot hold is read anew each time
    monkeypatch.setattr(documents, "parse_yaml", None)
    assert load(shipped / "b.yaml", policy.Engagement) == first[1]
    monkeypatch.undo()
    monkeypatch.setattr(documents, "data", lambda _: shipped)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kept[0].write_text('{"client": ')  # cut
    assert load(shipped / "b.yaml", policy.Engagement) == first[1]
    (shipped / "b.yaml").write_text("client: Acme\nclients: 2\n")
    for _ in range(2):  # kept or not, a mistake has its place
        with pytest.raises(DocumentError) as told:
            load(shipped / "b.yaml", policy.Engagement)
        assert str(told.value.where).endswith("b.yaml:2:1")


def test_no_file_is_more_open_than_the_user_has_files(tmp_path: Path) -> None:
    code = (
        "import os, sys; os.umask(0o077); from pathlib import Path;"
        "from techdd.files import write_atomic; write_atomic(Path(sys.argv[1]), b'x');"
        "assert os.umask(0) == 0o077"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "report.pdf")], check=True)
    assert stat.S_IMODE((tmp_path / "report.pdf").stat().st_mode) == 0o600
