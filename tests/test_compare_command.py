"""`techdd compare` from words to exit codes, on a small repository that changes between audits."""

from __future__ import annotations

import io
import json
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from builders import A, build
from pypdf import PdfReader
from test_jobs import inline

from techdd import pipeline
from techdd.audits import audit, kept
from techdd.cli import run
from techdd.collectors import Probe
from techdd.plugins import discover
from techdd.reading import Tables
from techdd.workspace import Workspace

FIRST = A(
    {"app.py": "def f():\n    return 1\n", "README.md": "An app.\n", "docs/adr/1.md": "So.\n"}
)
SECOND = A({"SECURITY.md": "Write to us.\n", "docs/adr/1.md": None}, day=30)
COLLECTORS = ["snapshot", "code", "practices"]


def audited(folder: Path, source: Path, day: date, only: list[str] = COLLECTORS) -> Workspace:
    """The engagement in `folder`, measured and reported as of `day`."""
    made = (folder / "engagement.yaml").exists()
    workspace = Workspace(folder) if made else Workspace.create(folder, "Acme", [str(source)])
    pipeline.collect(workspace, only=only, workers=1, pool=inline)
    assert pipeline.keep(workspace, pipeline.assess(workspace, as_of=day))
    return workspace


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the engagement "e", audited before and after its repository changed, and
    "blind", of the same repository, where next to nothing was measured.
    """
    where = tmp_path_factory.mktemp("acme")
    build(where / "app", [FIRST])
    audited(where / "e", where / "app", date(2025, 2, 1))
    build(where / "app", [FIRST, SECOND])
    audited(where / "e", where / "app", date(2025, 4, 1))
    audited(where / "blind", where / "app", date(2025, 4, 1), ["snapshot"])
    return where


class Said(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def techdd(acme: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The console script in this process, in the folder `acme`."""
    monkeypatch.chdir(acme)

    def call(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["techdd", *map(str, arguments)])
        capsys.readouterr()
        code: Any = 0
        try:
            run()
        except SystemExit as end:
            code = end.code
        return Said(code or 0, *capsys.readouterr())

    return call


FIXED = "Somebody who finds a weakness is not told whom to tell"
BROKEN = "Why the system is built as it is lives in people's heads"


def test_the_last_two_audits_of_an_engagement(techdd: Any) -> None:
    said = techdd("compare", "e")
    assert (said.code, said.err) == (0, "")
    head, _, rest = said.out.partition("\nFixed (1)\n")
    assert head.startswith("Acme: 2025-02-01 → 2025-04-01 (investor edition)\n1 of ")
    assert BROKEN in head
    assert FIXED in rest


def test_what_was_not_measured_again_is_never_fixed(techdd: Any, acme: Path) -> None:
    older = kept(acme / "e")[0][0].path
    said = techdd("compare", older, "blind", "--fail-on", "new-critical")
    assert said.code == 0  # nothing of that severity went unseen
    assert said.out.splitlines()[1].startswith("0 of ")
    assert "No longer assessed, or not known to be fixed" in said.out
    assert "Collectors that were not run now, and not in the other audit: code of app" in said.out
    gate = techdd("compare", older, "blind", "--fail-on", "new-low")
    assert (gate.code, "The gate is not decided" in gate.err) == (3, True)


def test_checks_rest_on_collectors_also_by_way_of_others(acme: Path) -> None:
    checks = {one.rule: one for one in audit(acme / "e").load("internal").checks}
    assert "practices" in (checks["no-reporting-channel"].collectors or ())
    behind = Tables(Workspace(acme / "e")).behind(discover("techdd.collectors", Probe)["licences"])
    assert {"dependencies", "package_facts"} <= set(behind)
    assert "secrets" not in behind


def test_a_gate_ends_with_1_where_something_new_is_as_severe(techdd: Any) -> None:
    assert techdd("compare", "e", "--fail-on", "new-low").code == 1
    assert techdd("compare", "e", "--fail-on", "new-critical").code == 0


def test_every_format_tells_the_same(techdd: Any, tmp_path: Path) -> None:
    target = tmp_path / "comparison.json"
    said = techdd("compare", "e", "-o", target, "--format", "md", "--format", "html",
                  "--format", "pdf")  # fmt: skip
    assert said.code == 0, said.err
    assert said.out.splitlines()[-4:] == [
        str(target.with_suffix(f".{one}")) for one in ("json", "md", "html", "pdf")
    ]
    comparison = json.loads(target.read_text())["comparison"]
    fates = {one["fate"] for one in comparison["changes"]}
    assert fates == {"fixed", "new", "stays"}
    pdf = PdfReader(io.BytesIO(target.with_suffix(".pdf").read_bytes()))
    texts = [
        target.with_suffix(".md").read_text(),
        target.with_suffix(".html").read_text(),
        " ".join(page.extract_text() for page in pdf.pages).replace("\n", " "),
    ]
    for text in texts:
        assert FIXED in text
        assert "1 of " in text
    assert 2 <= len(pdf.pages) <= 6


def test_lists_the_audits_and_takes_one_of_a_day(techdd: Any) -> None:
    listed = techdd("compare", "e", "--list").out.splitlines()
    assert [line[:10] for line in listed] == ["2025-02-01", "2025-04-01"]
    assert techdd("compare", "e", "--since", "2025-03-01").code == 0
    none = techdd("compare", "e", "--since", "2024-12-31")
    assert (none.code, "the first is of 2025-02-01" in none.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["e", "e", "e"], "at most two"),
        (["nowhere", "e"], "nowhere: cannot be read"),
        (["app", "e"], "app: holds no engagement.yaml"),
        (["e", "--format", "md"], "--format needs -o"),
        (["e", "-o", "c.docx"], "there are: pdf, html, json, md"),
        (["e", "blind", "--since", "2025-01-01"], "--since goes with one engagement"),
        (["blind"], "has kept one audit only, of 2025-04-01"),
        (["app/HEAD", "e"], "app/HEAD: is damaged or no JSON"),
        (["app/HEAD"], "is one audit; name another"),
    ],
)
def test_mistakes_are_one_line(techdd: Any, arguments: list[str], said: str) -> None:
    done = techdd("compare", *arguments)
    assert done.code == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_report_keeps_its_audit_and_goes_on_where_it_cannot(
    techdd: Any, acme: Path, tmp_path: Path
) -> None:
    shutil.copytree(acme / "e", tmp_path / "e", ignore=shutil.ignore_patterns(".cache"))
    target = tmp_path / "report.md"
    for _ in range(2):
        assert techdd("report", tmp_path / "e", "--as-of", "2025-06-01", "-o", target).code == 0
    assert [one.date for one in kept(tmp_path / "e")[0]][-1] in ("2025-04-01", "2025-06-01")
    shutil.rmtree(tmp_path / "e" / "audits")
    (tmp_path / "e" / "audits").write_text("in the way")
    target.unlink()
    said = techdd("report", tmp_path / "e", "--as-of", "2025-06-01", "-o", target)
    assert (said.code, target.exists()) == (0, True)
    assert "This audit was not kept to be compared later" in said.err


def test_an_engagement_that_moved_on_says_that_its_last_audit_counts(
    techdd: Any, acme: Path, tmp_path: Path
) -> None:
    shutil.copytree(acme / "e", tmp_path / "e", ignore=shutil.ignore_patterns(".cache"))
    (tmp_path / "e" / "triage.yaml").write_text("format_version: 1\ndecisions: {}\n")
    said = techdd("compare", tmp_path / "e")
    assert said.code == 0
    assert "has changed since its last audit" in said.err
