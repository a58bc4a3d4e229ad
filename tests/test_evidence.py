from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from techdd import parquet
from techdd.errors import EvidenceError
from techdd.evidence import Evidence
from techdd.facts import Snapshot, frame
from techdd.model import Issue, Run, Status


class Sample(NamedTuple):
    """One value of every kind that a fact may hold."""

    text: str
    count: int
    share: float
    flag: bool
    when: datetime
    text_or: str | None
    count_or: int | None
    share_or: float | None
    flag_or: bool | None
    when_or: datetime | None


WHEN = datetime(2025, 3, 4, 5, 6, 7, 891_011, UTC)
FULL = Sample("Zoë 李 'q' \\x1b", 1 << 60, 0.1, True, WHEN, "", -1, 1e300, False, WHEN)
BARE = Sample("", 0, 0.0, False, datetime(1990, 1, 1, tzinfo=UTC), None, None, None, None, None)
RUN = Run("history", "app", Status.PARTIAL, "k1", {"Commit": 2}, (Issue("odd", "a.py", "why"),))


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(tmp_path / "it's [one]* evidence?")


@pytest.mark.parametrize("rows", [[], [FULL], [BARE], [FULL, BARE, FULL]], ids=len)
def test_facts_come_back_as_they_were_put(evidence: Evidence, rows: list[Sample]) -> None:
    table = frame(Sample, rows)
    evidence.put(Sample, "app", table)
    back = evidence.table(Sample, ["app"])
    assert list(back["repo"]) == ["app"] * len(rows)
    back = back.drop(columns="repo")
    assert list(back.dtypes.astype(str)) == list(table.dtypes.astype(str))
    assert back.equals(table)


def test_tables_hold_the_repositories_asked_for_and_no_others(evidence: Evidence) -> None:
    for repo, count in (("b", 1), ("a", 2), ("gone", 3)):
        evidence.put(Sample, repo, frame(Sample, [FULL] * count))
    evidence.put(Sample, "empty", frame(Sample, []))
    back = evidence.table(Sample, ["b", "never", "empty", "a"])
    assert list(back["repo"]) == ["b", "a", "a"]
    assert [str(kind) for kind in back.dtypes[1:4]] == ["object", "int64", "float64"]


def test_what_was_never_collected_is_an_empty_table_with_types(evidence: Evidence) -> None:
    back = evidence.table(Sample, ["app"])
    assert (len(back), list(back.columns)) == (0, ["repo", *Sample._fields])
    assert str(back["when_or"].dtype) == "datetime64[us, UTC]"


def test_putting_replaces_and_leaves_nothing_else(evidence: Evidence) -> None:
    evidence.put(Sample, "app", frame(Sample, [FULL, FULL]))
    evidence.put(Sample, "app", frame(Sample, [BARE]))
    assert len(evidence.table(Sample, ["app"])) == 1
    assert [path.name for path in (evidence.root / "samples").iterdir()] == ["app.parquet"]


def test_dropping_removes_and_may_be_repeated(evidence: Evidence) -> None:
    evidence.put(Sample, "app", frame(Sample, [FULL]))
    evidence.drop(Sample, "app")
    evidence.drop(Sample, "app")
    assert len(evidence.table(Sample, ["app"])) == 0


def test_the_same_facts_are_the_same_bytes(evidence: Evidence) -> None:
    for repo in ("a", "b"):
        evidence.put(Sample, repo, frame(Sample, [FULL, BARE] * 500))
        evidence.record(Run("history", repo, Status.OK, "k", {"Sample": 1000}))
    folder = evidence.root / "samples"
    assert (folder / "a.parquet").read_bytes() == (folder / "b.parquet").read_bytes()
    runs = [(evidence.root / "runs" / f"history.{r}.json").read_text() for r in ("a", "b")]
    assert runs[0] == runs[1].replace('"b"', '"a"')


@pytest.mark.parametrize("content", [b"", b"PAR1 no parquet", b"\x00" * 1000])
def test_a_damaged_table_is_named(evidence: Evidence, content: bytes) -> None:
    evidence.put(Sample, "app", frame(Sample, [FULL]))
    path = evidence.root / "samples" / "app.parquet"
    path.write_bytes(content)
    with pytest.raises(EvidenceError) as caught:
        evidence.table(Sample, ["app"])
    assert str(caught.value).startswith(f"{path}: is damaged (")
    assert str(caught.value).endswith("); delete it and collect again")
    assert "\n" not in str(caught.value)


def test_a_table_of_another_shape_is_named(evidence: Evidence) -> None:
    class Other(NamedTuple):
        text: str

    evidence.put(Other, "app", frame(Other, [Other("x")]))
    (evidence.root / "others").rename(evidence.root / "samples")
    with pytest.raises(EvidenceError, match=r"app\.parquet: has no column 'count': another"):
        evidence.table(Sample, ["app"])


def test_of_several_tables_the_damaged_one_is_named(evidence: Evidence) -> None:
    for repo in ("a", "b", "c"):
        evidence.put(Sample, repo, frame(Sample, [FULL]))
    (evidence.root / "samples" / "b.parquet").write_bytes(b"damaged beyond repair")
    with pytest.raises(EvidenceError, match=r"/samples/b\.parquet: is damaged"):
        evidence.table(Sample, ["a", "b", "c"])


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    evidence = Evidence(tmp_path / "file")
    with pytest.raises(EvidenceError, match=r"app\.parquet: cannot be written: Not a directory$"):
        evidence.put(Sample, "app", frame(Sample, [FULL]))
    with pytest.raises(EvidenceError, match=r"app\.json: cannot be written: "):
        evidence.record(RUN)


def test_a_full_disk_is_named_and_the_old_facts_stand(evidence: Evidence) -> None:
    """The limit on file sizes stands in for a disk without space."""
    evidence.put(Sample, "app", frame(Sample, [FULL]))
    program = f"""
import resource, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from test_evidence import FULL, Evidence, EvidenceError, Sample, frame
table = frame(Sample, [FULL._replace(count=n) for n in range(100_000)])
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    Evidence(Path({str(evidence.root)!r})).put(Sample, "app", table)
except EvidenceError as error:
    print(error)
"""
    said = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert said.startswith(f"{evidence.root}/samples/app.parquet: cannot be written: ")
    assert len(evidence.table(Sample, ["app"])) == 1
    assert [path.name for path in (evidence.root / "samples").iterdir()] == ["app.parquet"]


def test_a_run_comes_back_as_it_was_recorded(evidence: Evidence) -> None:
    assert evidence.run("history", "app") is None
    evidence.record(RUN)
    assert evidence.run("history", "app") == RUN


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"collector": 1}', "\xff"])
def test_a_broken_record_counts_as_never_run(evidence: Evidence, text: str) -> None:
    evidence.record(RUN)
    (evidence.root / "runs" / "history.app.json").write_bytes(text.encode("latin-1"))
    assert evidence.run("history", "app") is None


def test_a_record_of_an_unknown_status_counts_as_never_run(evidence: Evidence) -> None:
    evidence.record(RUN)
    path = evidence.root / "runs" / "history.app.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "status": "fine"}))
    assert evidence.run("history", "app") is None


@pytest.mark.parametrize(
    ("status", "key", "facts", "fresh"),
    [
        (Status.OK, "k1", True, True),
        (Status.PARTIAL, "k1", True, True),
        (Status.FAILED, "k1", True, False),
        (Status.SKIPPED, "k1", True, False),
        (Status.OK, "k2", True, False),
        (Status.OK, "k1", False, False),
    ],
)
def test_what_is_fresh(
    evidence: Evidence, status: Status, key: str, facts: bool, fresh: bool
) -> None:
    run = Run("history", "app", status, "k1")
    evidence.record(run)
    if facts:
        evidence.put(Sample, "app", frame(Sample, []))
    assert evidence.fresh("history", "app", key, (Sample,)) == (run if fresh else None)


def test_a_full_disk_is_told_in_the_systems_words() -> None:
    said = (
        'IO Error: Async write failed for range [offset=27, size=492490]: {"exception_type":"IO",'
        '"exception_message":"Could not write file \\"/e/x.parquet\\": No space left on device",'
        '"errno":"28"}'
    )
    assert parquet._reason(Exception(said)) == "No space left on device"
    assert (
        parquet._reason(Exception("IO Error: something else\nmore")) == "IO Error: something else"
    )


def test_a_column_of_another_type_is_one_line(tmp_path: Path) -> None:
    store = Evidence(tmp_path)
    path = tmp_path / "snapshots" / "app.parquet"
    path.parent.mkdir()
    columns = "'x' commit, 'main' branch, 'no time' committed, 'maybe' shallow"
    parquet.write(parquet.connect(), f"SELECT {columns}", path)
    with pytest.raises(EvidenceError, match="has a column of another type"):
        store.table(Snapshot, ["app"])
