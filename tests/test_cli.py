"""Words in, one line and a documented exit code out, whatever goes wrong."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from builders import A, build, git, install_toys
from test_jobs import inline
from test_sandbox import ended

from techdd import pipeline
from techdd.answers import Answer
from techdd.cli import main, run
from techdd.collectors import Probe
from techdd.plugins import discover
from techdd.workspace import Workspace, now

ROOT = Path(__file__).parents[1]


class Said(NamedTuple):
    code: int
    out: str
    err: str


Techdd = Callable[..., Said]


@pytest.fixture
def techdd(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Techdd:
    """The console script in this process: arguments and standard input to exit code and output."""
    monkeypatch.setenv("TECHDD_ADVISORIES", str(tmp_path / "advisories"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object, said: str = "") -> Said:
        monkeypatch.setattr(sys, "argv", ["techdd", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(said))
        capsys.readouterr()
        code: Any = 0
        try:
            run()
        except SystemExit as end:
            code = end.code
        return Said(code or 0, *capsys.readouterr())

    return call


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


ALL = [(), *commands(main)]


@pytest.fixture
def api(tmp_path: Path) -> Path:
    tale = [
        A({"a.py": "def f():\n    return 1\n"}),
        A({"a.py": "def f():\n    return 2\n"}, "Fix f", day=300),
    ]
    return build(tmp_path / "api.git", tale)


@pytest.fixture
def engagement(api: Path, tmp_path: Path) -> Path:
    """An engagement whose history was collected."""
    workspace = Workspace.create(tmp_path / "e", "Northwind", [str(api)])
    pipeline.collect(workspace, only=["history", "snapshot"], workers=1, pool=inline)
    return workspace.root


# --- help -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_help(techdd: Techdd, path: tuple[str, ...]) -> None:
    said = techdd(*path, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: {' '.join(('techdd', *path))} ")
    command: Any = main
    for name in path:
        command = command.commands[name]
    assert command.help
    assert all(one.help for one in command.params if isinstance(one, click.Option))


def test_the_version_is_that_of_the_package(techdd: Techdd) -> None:
    from techdd import __version__

    assert techdd("--version") == Said(0, f"techdd, version {__version__}\n", "")


# --- what the user can put right ------------------------------------------------------------------


def broken(folder: Path, text: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "engagement.yaml").write_text(text)
    return str(folder)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["audit", "nowhere"], "nowhere: no such folder; give the folder of a git repository"),
        (["audit", "plain"], "plain: is no git repository (no .git, not bare)"),
        (["audit", "empty.git"], "empty.git: is empty: it has no commit on any branch"),
        (["audit", "api.git", "--only", "histroy"], "no collector 'histroy'; there are: "),
        (["audit", "api.git", "-o", "x.odt"], "x.odt: no report format 'odt'; there are: "),
        (["audit", "api.git", "-o", "x"], "x: no report format ''; there are: "),
        (["audit", "api.git", "-o", "x.json", "--format", "odt"], "no report format 'odt'"),
        (["audit", "api.git", "--engagement", "e", "--client", "Other"],
         "e: is the engagement of 'Northwind'; give another --engagement"),
        (["audit", "https://ann:pa55@host/x"], "https://host/x: a URL must not hold a user,"),
        (["collect", "plain"], "plain: holds no engagement.yaml; begin with: techdd init plain"),
        (["collect", "option"], "option/engagement.yaml: collector 'history' has no option 'dept'"),
        (["status", "typo"], "typo/engagement.yaml:2:1: unknown key 'repositorys' (did you mean"),
        (["status", "yaml"], "yaml/engagement.yaml:3:1: invalid YAML: "),
        (["collect", "bare"], "bare/engagement.yaml: names no repositories; add some"),
        (["init", "e", "--client", "X"], "e: is an engagement already; add to its engagement.yaml"),
        (["report", "e", "-o", "/proc/no/r.json"], "/proc/no/r.json: cannot be written: "),
        (["report", "e", "-o", "api.git/HEAD/r.json"], "api.git/HEAD/r.json: cannot be written: "),
        (["interview", "e", "--checklist", "tem"], "no checklist 'tem' in this engagement; there"),
        (["advisories", "status"], "there is no advisory database; see: techdd advisories import"),
        (["advisories", "import", "nowhere"], "nowhere"),
        (["advisories", "import", "cut.csv"], "cut.csv: line 3: is cut off"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_exit_code_2(
    techdd: Techdd, engagement: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "plain").mkdir()
    git(tmp_path, "init", "-q", "--bare", "empty.git")
    broken(tmp_path / "typo", "client: X\nrepositorys: []\n")
    broken(tmp_path / "yaml", "client: X\nadviser: [\n")
    broken(tmp_path / "bare", "client: X\n")
    scores = "#score_date:2026-01-03\ncve,epss,percentile\nCVE-2025-0001,0.1,0.1"
    (tmp_path / "cut.csv").write_text(scores)
    sources = f"repositories:\n  - {{name: api, source: {tmp_path}/api.git}}\n"
    broken(tmp_path / "option", f"client: X\n{sources}options:\n  history: {{dept: 3}}\n")
    said = techdd(*arguments)
    assert said.code == 2
    assert said.out == ""
    *progress, mistake = said.err.splitlines()
    assert all(one.startswith("[1/1] ") for one in progress), said.err
    assert mistake.startswith("techdd: ")
    assert message in mistake
    assert "Traceback" not in said.err
    assert "pa55" not in said.err + "".join(
        path.read_text(errors="replace") for path in tmp_path.rglob("*.yaml")
    )


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["audit"], ["audit", "x", "--fail-on", "dire"], ["collect", "--jobs", "0"],
     ["score", "--as-of", "soon"], ["report", "--audience", "press"]],
)  # fmt: skip
def test_words_that_mean_nothing_are_exit_code_2(techdd: Techdd, arguments: list[str]) -> None:
    said = techdd(*arguments)
    assert (said.code, said.out) == (2, "")
    assert "Error: " in said.err
    assert "Traceback" not in said.err


def test_a_bug_in_one_question_costs_that_answer_only(
    techdd: Techdd, engagement: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object) -> None:
        raise ZeroDivisionError

    probes = discover("techdd.collectors", Probe)
    broken = probes | {"activity": replace(probes["activity"], run=bug)}
    found = lambda group, kind: broken if kind is Probe else discover(group, kind)  # noqa: E731
    monkeypatch.setattr(pipeline, "discover", found)
    said = techdd("report", engagement, "-o", "r.json")
    assert said.code == 4
    assert "Traceback" not in said.err
    assert "this is a bug of techdd, details in logs/probe-activity.log" in said.err
    assert "ZeroDivisionError" in (engagement / "logs" / "probe-activity.log").read_text()
    told = Path("r.json").read_text()
    assert "this is a bug of techdd" in told
    assert '"review.unreviewed_share"' in told  # of another question


def test_a_bug_is_one_line_exit_code_4_and_a_log(
    techdd: Techdd, engagement: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: object, **__: object) -> None:
        warnings.simplefilter("always")  # as for a user; the tests make each an error
        warnings.warn("PDF: one\nthing", stacklevel=1)
        raise ZeroDivisionError("oh \x1b[2J\ndear")

    monkeypatch.setattr(pipeline, "assess", bug)
    said = techdd("score", engagement)
    assert said.code == 4
    note, line = said.err.strip().splitlines()
    assert note == "Note: PDF: one thing"
    assert line.startswith(
        r"techdd: this is a bug: ZeroDivisionError: oh \x1b[2J\x0adear (details: /"
    )
    log = Path(line.rpartition("details: ")[2].rstrip(")"))
    assert "Traceback" in log.read_text()
    log.unlink()


# --- what works -----------------------------------------------------------------------------------


def test_init_then_status_says_what_comes_next(techdd: Techdd, api: Path) -> None:
    said = techdd("init", "new", "api.git", "--client", "Northwind")
    assert said == Said(
        0, "", "Engagement for Northwind in new: 1 repository.\nNext: techdd collect new\n"
    )
    status = techdd("status", "new")
    assert status.code == 0
    assert status.out.startswith("Northwind: 1 repository\n  api ")
    assert status.err == "Next: techdd collect new\n"


def test_score_prints_every_domain_and_the_verdict(techdd: Techdd, engagement: Path) -> None:
    said = techdd("score", "e", "--as-of", "2025-12-31")
    assert said.code == 0
    lines, number = said.out.splitlines(), len(Workspace(engagement).checklists)
    assert lines[number].startswith("All domains, by weight ")
    assert all(" capped by critical item " in line for line in lines[number + 1 :])
    head, verdict, then = said.err.splitlines()
    assert head.split() == ["score", "range", "answers", "light"]
    assert verdict.endswith(" assessed).")
    assert then == "Next: techdd report e"


def test_what_would_move_the_result_is_said_in_words(techdd: Techdd, engagement: Path) -> None:
    said = techdd("score", "e", "--as-of", "2025-12-31", "--what-if")
    told = said.out.partition("What would move the result most")[2].splitlines()[1:]
    assert 1 <= len([line for line in told if line[:1].isalpha()]) <= 5
    assert any(line.startswith("  Now at level ") for line in told)


def test_words_on_a_contradiction_count_until_the_answer_changes(
    techdd: Techdd, engagement: Path
) -> None:
    workspace = Workspace(engagement)
    sdlc = workspace.checklist("sdlc")
    (question,) = [item for item in sdlc.items if item.id == "SDL-01"]
    workspace.record(sdlc, question, Answer(item="SDL-01", level=4, by="Lea", note="All do."))
    when = ("--as-of", "2025-12-31")
    listed = techdd("contradictions", "list", "e", *when)
    assert "SDL-01  Is every change" in listed.out
    assert "told   Level 4. All do." in listed.out
    assert "1 without approved words" in listed.err

    approve = ("contradictions", "approve", "e", "SDL-01", "--words", "It rests on one.", *when)
    assert techdd(*approve, "--by", "A. Adviser").code == 0
    (engagement / "statements.yaml").write_text(
        "# ours\n" + (engagement / "statements.yaml").read_text()
    )
    assert techdd(*approve, "--by", " ").code == 2
    again = techdd(*approve, "--by", "B. Adviser")
    assert again.code == 0
    assert "told   Level 4. All do." in again.out  # what is approved is shown, as it is now
    assert "SDL-01: this replaces what A. Adviser approved on " in again.err
    assert (engagement / "statements.yaml").read_text().startswith("# ours\n")
    assert "words  It rests on one." in techdd("contradictions", "list", "e", *when).out

    workspace.record(sdlc, question, Answer(item="SDL-01", level=3, by="Lea"))
    listed = techdd("contradictions", "list", "e", *when)
    assert "words  (none approved)" in listed.out
    assert "SDL-01: the approved words no longer count" in listed.err


def test_only_what_contradicts_can_be_approved(techdd: Techdd, engagement: Path) -> None:
    said = techdd("contradictions", "approve", "e", "TEA-99", "--words", "x", "--by", "y")
    assert said.code == 2
    assert "no contradiction 'TEA-99' in this engagement; there are: none" in said.err
    (engagement / "statements.yaml").write_text("statements: {TEA-01: {word: x}}")
    said = techdd("contradictions", "list", "e")
    assert said.code == 2
    assert "statements.yaml:1:" in said.err


def test_findings_and_the_gate(techdd: Techdd, engagement: Path) -> None:
    listed = techdd("findings", "list", "e", "--as-of", "2030-01-01")
    assert listed.code == 0
    assert any(" api " in line for line in listed.out.splitlines())
    severities = [line.split()[1] for line in listed.out.splitlines()]
    order = ["critical", "high", "medium", "low", "info"]
    assert severities == sorted(severities, key=order.index)
    assert techdd("findings", "list", "e", "--as-of", "2030-01-01", "--fail-on", "low").code == 1
    worse = [one for one in order[: order.index(severities[0])] if one != "info"]
    for severity in worse:
        assert techdd("score", "e", "--as-of", "2030-01-01", "--fail-on", severity).code == 0


def test_a_report_in_two_formats(techdd: Techdd, engagement: Path) -> None:
    said = techdd("report", "e", "-o", "r.json", "--format", "html", "--as-of", "2025-12-31")
    assert said.code == 0, said.err
    assert said.out == "r.json\nr.html\n"
    text = Path("r.json").read_text()
    assert json.loads(text)
    assert "Ann Able" not in text + Path("r.html").read_text()
    again = techdd("report", "e", "-o", "s.json", "--as-of", "2025-12-31")
    assert again.code == 0
    assert Path("s.json").read_bytes() == Path("r.json").read_bytes()


def test_an_option_may_be_a_variable_of_its_name(
    techdd: Techdd, engagement: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TECHDD_REPORT_FORMAT", "html json")
    said = techdd("report", engagement, "-o", "out/acme.html")
    assert said.out.split() == ["out/acme.html", "out/acme.html", "out/acme.json"]
    monkeypatch.setenv("TECHDD_INTERVIEW_CHECKLIST", "nosuch")
    assert techdd("interview", engagement).code == 2


def test_what_was_never_measured_is_said(techdd: Techdd, api: Path) -> None:
    techdd("init", "new", "--client", "Acme", api)
    for verb in (["score", "new"], ["report", "new", "-o", "new.json"]):
        assert "first: techdd collect new" in techdd(*verb).err


def test_a_repository_that_cannot_be_opened_any_more_is_not_reported_by_its_past(
    techdd: Techdd, engagement: Path, tmp_path: Path
) -> None:
    other = build(tmp_path / "other.git", [A({"b.py": "x = 1\n"})])
    techdd("audit", other, "--engagement", engagement, "-o", "o.json", "--only", "snapshot", "-q")
    file = engagement / "engagement.yaml"
    file.write_text(file.read_text().replace("api.git\n", "api.git\n    revision: gone\n"))
    assert techdd("collect", engagement, "--only", "snapshot", "-q").code == 3
    techdd("report", engagement, "-o", "after.json")
    scope = json.loads((tmp_path / "after.json").read_text())["report"]["scope"]
    assert [(one["name"], one["commit"] != "") for one in scope] == [
        ("api", False),
        ("other", True),
    ]
    assert scope[0]["commits"] is None


def test_two_clients_never_share_the_folder_beside_the_report(
    techdd: Techdd, api: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.engagement").mkdir()
    techdd("init", "a.engagement", "--client", "Acme", api)
    other = build(tmp_path / "other", [A({"b.py": "x = 1\n"})])
    said = techdd("audit", other, "-o", "a.json", "--only", "snapshot", "-q")
    assert said.code == 2
    assert "is of other repositories" in said.err
    assert "other" not in (tmp_path / "a.engagement" / "engagement.yaml").read_text()


def test_an_interview_through_a_pipe_goes_on_where_it_stopped(
    techdd: Techdd, engagement: Path
) -> None:
    lines = "3\n2\n\n\nseen\nq\n"
    first = techdd("interview", "e", "--checklist", "team", "--by", "Ann", said=lines)
    assert first.code == 0
    assert "1 answer(s) saved in e/answers." in first.err
    second = techdd("interview", "e", "--checklist", "team", said="x\nn\nno office\n\n1\n")
    assert "'x' is none of: " in second.out
    assert "2 answer(s) saved" in second.err  # the input ended after a level, which is an answer
    said = [entry.answer for entry in Workspace(engagement).journal.read()]
    assert [(one.item, one.level, one.by, one.note) for one in said] == [
        ("TEA-01", 3, "Ann", "seen"), ("TEA-02", None, "", ""), ("TEA-03", 1, "", ""),
    ]  # fmt: skip


def test_a_collector_that_failed_is_exit_code_3_and_named(
    techdd: Techdd, engagement: Path, tmp_path: Path
) -> None:
    from techdd.model import Issue, Run, Status

    evidence = Workspace(engagement).evidence
    evidence.record(Run("code", "api", Status.FAILED, "k", {}, (Issue("time limit"),)))
    said = techdd("report", "e", "-o", "r.json")
    assert said.code == 3
    assert said.err == "Not measured, and said so in the report: code of api: time limit\n"
    assert "time limit" in Path("r.json").read_text()


# --- nobody reads on ------------------------------------------------------------------------------


def unread(*arguments: object, stream: str = "stdout", **environment: str) -> tuple[int, str]:
    """The exit code where nobody reads `stream`, and what the other one says."""
    read, write = os.pipe()
    os.close(read)
    program = "from techdd.cli import run; run()"
    streams: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: write}
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment}, text=True,
        check=False, timeout=60, **streams,
    )  # fmt: skip
    os.close(write)
    return done.returncode, done.stderr if stream == "stdout" else done.stdout


@pytest.mark.parametrize("environment", [{}, {"PYTHONUNBUFFERED": "1"}, {"LC_ALL": "C"}])
def test_a_reader_that_has_seen_enough_is_no_failure(
    engagement: Path, environment: dict[str, str]
) -> None:
    assert unread("people", "list", engagement, **environment) == (0, "")
    assert unread("--help", **environment) == (0, "")


@pytest.mark.parametrize(("severity", "code"), [("low", 1), ("critical", 0)])
def test_a_gate_is_told_the_same_where_nobody_reads_on(
    engagement: Path, severity: str, code: int
) -> None:
    assert unread("findings", "list", engagement, "--fail-on", severity) == (code, "")


def test_a_mistake_has_its_exit_code_though_nobody_reads_the_message(engagement: Path) -> None:
    assert unread("status", engagement.parent, stream="stderr") == (2, "")


# --- interrupted ----------------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path, api: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """techdd in a process group of its own, with the toy collectors installed."""
    installed = install_toys(tmp_path / "site")
    note = tmp_path / "note"
    Workspace.create(tmp_path / "e", "N", [str(api)])
    with (tmp_path / "e" / "engagement.yaml").open("a") as file:
        file.write(f"options:\n  waits: {{note: {note}}}\n")
    path = os.pathsep.join([str(installed), str(ROOT / "src")])
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        program = "from techdd.cli import run; run()"
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, text=True,
            start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def worker(note: Path) -> int:
    """The process id that the waiting collector has written down."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if note.exists() and (text := note.read_text()).endswith("\n"):
            note.unlink()
            return int(text)
        time.sleep(0.05)
    raise AssertionError("the collector did not start")


def test_an_interrupted_run_leaves_no_worker_and_is_gone_on_with(
    outside: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    def ctrl_c(pid: int) -> None:
        os.killpg(pid, signal.SIGINT)  # as the terminal does

    def stop_a_container(pid: int) -> None:
        os.kill(pid, signal.SIGTERM)

    for interrupt in (ctrl_c, stop_a_container):
        process = outside("collect", "e", "--only", "waits", "--jobs", "1", "--quiet")
        pid = worker(tmp_path / "note")
        interrupt(process.pid)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 130
        assert said.strip() == "techdd: interrupted; run the same command again to go on"
        assert ended(pid)

    process = outside("collect", "e", "--only", "waits", "--jobs", "1", "--quiet")
    pid = worker(tmp_path / "note")
    process.kill()
    process.communicate()
    assert ended(pid)

    process = outside("collect", "e", "--only", "pebbles", "--jobs", "1")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "[1/1] api: 1 ok\n" in said


def test_the_state_of_the_advisories_is_told_with_dates_ages_and_marks(
    techdd: Techdd, tmp_path: Path
) -> None:
    def note(name: str, ecosystem: str, modified: str) -> None:
        block = {"package": {"ecosystem": ecosystem, "name": "x"}, "versions": ["1.0.0"]}
        tree = {"id": name, "modified": modified, "affected": [block]}
        (tmp_path / f"{name}.json").write_text(json.dumps(tree))

    note("A-1", "PyPI", "2026-03-01T00:00:00Z")
    note("GO-2026-1", "Go", "0001-01-01T00:00:00Z")
    note("B-1", "npm", "")
    scores = "#score_date:2026-01-03\ncve,epss,percentile\nCVE-2025-0001,0.1,0.1\n"
    (tmp_path / "epss.csv").write_text(scores)
    names = ("A-1.json", "GO-2026-1.json", "B-1.json", "epss.csv")
    assert techdd("advisories", "import", *names).code == 0
    said = techdd("advisories", "status", "--as-of", "2026-03-31")
    assert "more than 60 days on 2026-03-31" in said.err
    today = now().date().isoformat()
    assert [" ".join(line.split()) for line in said.out.splitlines()] == [
        f"Go 1 advisories of 2026 imported {today} 0 to 89 days old MAY BE OLD",
        f"PyPI 1 advisories of 2026-03-01 imported {today} 30 days old",
        f"npm 1 advisories of no date imported {today} of unknown age MAY BE OLD",
        f"EPSS 1 CVEs of 2026-01-03 imported {today} 87 days old OLD",
        "KEV not imported",
    ]


def test_records_that_were_left_out_are_named_and_end_with_exit_code_3(
    techdd: Techdd, tmp_path: Path
) -> None:
    (tmp_path / "cut.json").write_text('{"id": "A-1", "affected": [')
    said = techdd("advisories", "import", "cut.json")
    assert said.code == 3
    assert "cut.json: Expecting value: line 1" in said.err
    assert "1 record(s) could not be read" in techdd("advisories", "status").err
