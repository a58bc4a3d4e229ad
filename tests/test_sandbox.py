from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from techdd import sandbox

PYTHON = sys.executable


def alive(pid: int) -> bool:
    """Whether the process still runs; one that waits to be reaped does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def ended(pid: int) -> bool:
    deadline = time.monotonic() + 30
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def test_a_program_ends_with_code_and_both_outputs() -> None:
    done = sandbox.run(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout=10)
    assert done == sandbox.Completed(3, b"out\n", b"err\n")


def test_arguments_reach_the_program_as_they_are() -> None:
    odd = ["a b", "$HOME", "`id`", "'; echo x", '"', "-n", "*", "\n"]
    done = sandbox.run([PYTHON, "-c", "import sys; print(sys.argv[1:])", *odd], timeout=10)
    assert done.stdout.decode() == f"{odd}\n"


def test_nothing_of_the_environment_reaches_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "geheim")
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    done = sandbox.run(["env"], timeout=10, env={"EXTRA": "1"})
    names = {line.split("=")[0] for line in done.stdout.decode().splitlines()}
    assert names <= {"PATH", "HOME", "LC_ALL", "TZ", "EXTRA", "PWD", "_", "SHLVL", "OLDPWD"}
    assert b"HOME=/nonexistent\n" in done.stdout


def test_the_working_folder_is_the_root_unless_asked(tmp_path: Path) -> None:
    assert sandbox.run(["pwd"], timeout=10).stdout == b"/\n"
    assert sandbox.run(["pwd"], timeout=10, cwd=tmp_path).stdout.decode() == f"{tmp_path}\n"


def test_standard_input_is_empty_unless_given(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"said")
    assert sandbox.run(["cat"], timeout=10).stdout == b""
    with (tmp_path / "in").open("rb") as file:
        assert sandbox.run(["cat"], timeout=10, stdin=file).stdout == b"said"


def test_the_time_limit_ends_the_program_and_its_children(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    started = time.monotonic()
    with pytest.raises(sandbox.LimitExceeded, match=r"^time limit of 2 s$"):
        sandbox.run(["sh", "-c", f"sleep 60 & echo $! > {note}; wait"], timeout=2)
    assert time.monotonic() - started < 30
    assert ended(int(note.read_text()))


def test_children_left_behind_are_ended_too(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    sandbox.run(["sh", "-c", f"sleep 60 & echo $! > {note}"], timeout=10)
    assert ended(int(note.read_text()))


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(["head", "-c", "100000", "/dev/zero"], id="killed by the signal"),
        pytest.param(
            [PYTHON, "-c", "print('x' * 100000)"], id="ignores the signal, as Python does"
        ),
    ],
)
def test_the_output_limit_is_no_ordinary_end(program: list[str]) -> None:
    with pytest.raises(sandbox.LimitExceeded, match=r"^output limit of 10,000 bytes$"):
        sandbox.run(program, timeout=10, max_output=10_000)


def test_output_within_the_limit_is_whole() -> None:
    done = sandbox.run(["head", "-c", "10000", "/dev/zero"], timeout=10, max_output=10_000)
    assert (done.returncode, len(done.stdout)) == (0, 10_000)


def test_the_memory_limit_reaches_the_program() -> None:
    greedy = [PYTHON, "-c", "x = bytearray(1 << 30)"]
    assert sandbox.run(greedy, timeout=10).returncode == 0
    limited = sandbox.run(greedy, timeout=10, memory=400 << 20)
    assert limited.returncode == 1
    assert limited.stderr.rstrip().endswith(b"MemoryError")


def test_a_program_that_is_not_there_is_said() -> None:
    done = sandbox.run(["/no/such/program"], timeout=10)
    assert done.returncode == 127
    assert b"not found" in done.stderr


def test_a_pipe_is_read_as_it_comes_and_ends_with_the_block() -> None:
    with sandbox.pipe(["sh", "-c", "echo first; exec sleep 60"]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"first\n"
        assert alive(process.pid)
    assert ended(process.pid)
