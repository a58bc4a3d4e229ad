"""What holds after every audit, whatever the repositories: tests for the modules that have an
`audited`.
"""

from __future__ import annotations

import unicodedata

from audited import LIMIT, SECONDS, Audited, rows
from planted import NEIGHBOUR, SECRET
from test_intake import fingerprint


def test_it_ends_within_its_limits_and_without_a_bug(audited: Audited) -> None:
    done = audited.done
    assert "Traceback" not in done.stderr
    assert "this is a bug" not in done.stderr
    assert "internal error" not in done.stderr
    assert not list((audited.home / "out").rglob("logs/*"))
    assert done.seconds < SECONDS
    assert 0 < done.peak < LIMIT


def test_nothing_of_the_client_runs(audited: Audited) -> None:
    home = audited.home
    assert not (home / "CANARY").exists()
    assert not (home / "outside" / "written").exists()
    started = [call for call in audited.done.calls if call.name == "execve" and not call.result]
    assert any(call.path.endswith("/git") for call in started)  # the watch does see programs
    theirs = (f"{home}/clients", f"{home}/outside")
    assert [call for call in started if call.path.startswith(theirs)] == []


def test_nothing_is_written_into_the_clients_folders(audited: Audited) -> None:
    clients = audited.home / "clients"
    after = fingerprint(clients) | fingerprint(audited.home / "outside")
    assert after == audited.before
    assert [call for call in audited.done.below(clients) if call.writes] == []


def test_nothing_beside_the_repositories_is_read(audited: Audited) -> None:
    assert [call for call in audited.done.below(audited.home / "outside") if call.opens] == []
    # Of a work tree, only git's own folder: the rest is read from the objects.
    clients = audited.home / "clients"
    for tree in (path.parent for path in clients.glob("*/.git")):
        opened = {call.path for call in audited.done.below(tree) if call.opens}
        assert f"{tree}/.git/config" in opened  # the watch does see what is read
        assert {path for path in opened if not path.startswith(f"{tree}/.git")} <= {str(tree)}


def test_no_network_is_opened(audited: Audited) -> None:
    sockets = [call for call in audited.done.calls if call.name in ("socket", "socketpair")]
    assert sockets  # the watch does see them: workers are spoken to through some
    assert [call for call in sockets if not call.arguments.startswith("AF_UNIX")] == []
    connected = [call.arguments for call in audited.done.calls if call.name == "connect"]
    assert [one for one in connected if "AF_UNIX" not in one] == []


def test_nothing_of_the_neighbour_and_no_password_is_kept(audited: Audited) -> None:
    kept = [path for part in ("out", "tmp") for path in (audited.home / part).rglob("*")]
    files = [path for path in kept if path.is_file() and not path.is_symlink()]
    assert len(files) > 10
    for path in files:
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content = repr(rows(path)).encode() + content
        assert NEIGHBOUR.encode() not in content, path
        assert SECRET.encode() not in content, path


def acting(text: str) -> set[str]:
    """The characters of `text` that could drive a terminal or turn what is read."""
    return {
        char
        for char in text
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    } - {"\u00ad"}


def test_the_terminal_is_told_nothing_that_acts(audited: Audited) -> None:
    assert acting(audited.done.stderr) == set()
    assert acting(audited.done.stdout) == set()
