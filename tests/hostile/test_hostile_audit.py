"""The whole `audit` on repositories made to harm the auditor, watched by strace.

All cases that do not interfere share a run: one repository a family of threats, in one engagement,
so that each also proves that a bad repository does not cost the others. `README.md` beside this
says which threat is tested where.
"""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import hostile_files
import pytest
from builders import A, build, git
from hostile_history import hostile_history, hostile_tree
from hostile_stores import STORES, TWO, lazy, planted_vectors
from planted import NEIGHBOUR, SECRET
from pypdf import PdfReader
from test_intake import fingerprint, work_tree
from watching import STRACE, Watched, watch

from techdd import parquet

pytestmark = pytest.mark.skipif(not STRACE.exists(), reason="needs strace: apt-get install strace")

LIMIT = 2 << 30  # bytes of one process
SECONDS = 500.0


@dataclass(frozen=True)
class Audited:
    """An engagement after its audit: its folder, the clients' folders as before, what was done."""

    home: Path
    before: dict[str, str]
    done: Watched

    @property
    def report(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.home / "out" / "report.json").read_text())
        return loaded["report"]

    def issues(self, repo: str) -> dict[str, list[tuple[str, str, str]]]:
        """(path, reason, detail) of what each collector could not look at."""
        return {
            run["collector"]: [(one["path"], one["reason"], one["detail"]) for one in run["issues"]]
            for run in self.report["runs"]
            if run["repo"] == repo
        }


def audit(home: Path, *options: str) -> Audited:
    """Audits every repository in `home/clients` at once."""
    clients = home / "clients"
    before = fingerprint(clients) | fingerprint(home / "outside")
    (home / "out").mkdir()
    sources = sorted(clients.iterdir())
    done = watch(home, "audit", *sources, "-o", home / "out" / "report.json", *options)
    return Audited(home, before, done)


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file."""
    found = parquet.connect().sql(f"SELECT * EXCLUDE filename FROM {parquet.files([path])}")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def outside(home: Path) -> tuple[Path, Path]:
    """A folder beside the clients that nothing may be read from, and a script in it that tells
    when it was run.
    """
    folder = home / "outside"
    folder.mkdir()
    build(folder / "store.git", [A({"neighbour.py": f'x = "{NEIGHBOUR}"\n'})])
    for name in ("secret.py", "requirements.txt"):
        (folder / name).write_text(f"{NEIGHBOUR}==1.0\n")
    script = folder / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {home}/CANARY\nexit 1\n")
    script.chmod(0o755)
    return folder, script


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """What stands in files, commits and settings, through every collector and every format."""
    home = tmp_path_factory.mktemp("contents")
    beside, script = outside(home)
    (home / "clients").mkdir()
    files, modes = hostile_files.planted_files(beside)
    build(home / "clients" / "files", [A(files, modes=modes), A({"more.py": "x = 1\n"}, day=1)])
    hostile_history(home / "clients" / "history")
    planted_vectors(home / "clients" / "vectors", script)
    return audit(home, "--audience", "internal", "--names", "--client", "<b>Client</b>",
                 "--format", "html", "--format", "md", "--format", "pdf")  # fmt: skip


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """Traps in how repositories are laid out, with a good one among them."""
    home = tmp_path_factory.mktemp("stores")
    _, script = outside(home)
    (home / "clients").mkdir()
    for name, store in STORES.items():
        store.lay(home / "clients" / name)
    build(home / "clients" / "good", TWO)
    hostile_tree(home / "clients" / "tree")
    lazy(home / "clients" / "lazy", script)
    return audit(home, "--only", "snapshot", "--only", "code", "--only", "history")


@pytest.fixture(params=["contents", "stores"])
def audited(request: pytest.FixtureRequest) -> Audited:
    found: Audited = request.getfixturevalue(request.param)
    return found


# --- what holds for every audit -------------------------------------------------------------------


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
    tree = audited.home / "clients" / "vectors"
    opened = {call.path for call in audited.done.below(tree) if call.opens}
    assert {path for path in opened if not f"{path}/".startswith(f"{tree}/.git/")} <= {str(tree)}


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


def _acting(text: str) -> set[str]:
    """The characters of `text` that could drive a terminal or turn what is read."""
    return {
        char
        for char in text
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    } - {"\u00ad"}


def test_the_terminal_is_told_nothing_that_acts(audited: Audited) -> None:
    assert _acting(audited.done.stderr) == set()
    assert _acting(audited.done.stdout) == set()


# --- the report -----------------------------------------------------------------------------------


class _Page(HTMLParser):
    """The elements of a page, their attributes and where they lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.targets: set[str] = set()
        self.styles: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "src", "xlink:href", "action", "data", "srcset"):
                self.targets.add(value or "")
            if name == "style":
                self.styles.add(value or "")


def test_html_is_free_of_what_was_planted(contents: Audited) -> None:
    text = (contents.home / "out" / "report.html").read_text()
    page = _Page(text)
    assert "hostile-tag" in text  # it is shown
    assert "hostile-tag" not in page.tags
    assert not {"script", "iframe", "object", "embed", "form", "base", "link"} & page.tags
    assert [name for name in page.attributes if name.startswith("on")] == []
    assert [one for one in page.targets if "evil.example" in one] == []
    outward = [one for one in page.targets if not one.startswith("#")]
    assert [one for one in outward if not one.startswith(("https://", "http://", "data:"))] == []
    assert "url(" not in "".join(page.styles)
    assert _acting(text) <= {"\t"}
    assert "{{ 7*7 }}" in text


def test_pdf_is_free_of_what_was_planted(contents: Audited) -> None:
    reader = PdfReader(contents.home / "out" / "report.pdf")
    text = "".join(page.extract_text() for page in reader.pages)
    assert "hostile-tag" in text
    assert _acting(text) == set()
    root = reader.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/JavaScript"} & root.keys()
    names = root.get("/Names", {})
    assert not {"/JavaScript", "/EmbeddedFiles"} & names.keys()
    for page in reader.pages:
        for annotation in page.get("/Annots") or ():
            action = annotation.get_object().get("/A")
            if action is not None:
                uri = str(action.get_object().get("/URI", ""))
                assert action.get_object()["/S"] == "/URI"
                assert uri.startswith(("https://", "http://"))
                assert "evil.example" not in uri


def test_markdown_is_free_of_what_was_planted(contents: Audited) -> None:
    from markdown_it import MarkdownIt

    text = (contents.home / "out" / "report.md").read_text()
    assert "Client" in text
    assert _acting(text) == set()
    tokens = list(_flat(MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)))
    assert [token.content for token in tokens if token.type in ("html_block", "html_inline")] == []
    targets = [str(value) for token in tokens for name, value in token.attrs.items()
               if name in ("href", "src")]  # fmt: skip
    assert [one for one in targets if "evil.example" in one] == []


def _flat(tokens: list[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def test_json_and_evidence_hold_clean_text_only(contents: Audited) -> None:
    text = (contents.home / "out" / "report.json").read_text()
    assert _acting(_unescaped(json.loads(text))) <= {"\n"}
    tables = list((contents.home / "out").rglob("*.parquet"))
    assert len(tables) > 20
    for path in tables:
        assert _acting(_unescaped([list(row.values()) for row in rows(path)])) == set(), path


def _unescaped(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(map(_unescaped, [*value, *value.values()]))
    return " ".join(map(_unescaped, value)) if isinstance(value, list) else str(value)


# --- case by case ---------------------------------------------------------------------------------


def test_hostile_contents_end_in_gaps_and_not_in_failures(contents: Audited) -> None:
    assert contents.done.returncode == 0, contents.done.stderr
    ends = {(run["repo"], run["collector"]): run["status"] for run in contents.report["runs"]}
    lost = {key: end for key, end in ends.items() if end == "failed"}
    assert lost == {}


@pytest.mark.parametrize("name", hostile_files.CASES)
def test_what_a_case_takes_away_is_said(contents: Audited, name: str) -> None:
    issues = contents.issues("files")
    for collector, path, words in hostile_files.CASES[name](contents.home / "outside").gaps:
        said = [
            f"{reason}: {detail}" for where, reason, detail in issues[collector] if where == path
        ]
        assert any(words in one for one in said), (collector, path, said)


def test_suppressions_are_counted_and_not_obeyed(contents: Audited) -> None:
    evidence = contents.home / "out" / "report.engagement" / "evidence"
    weak = rows(evidence / "weaknesses" / "files.parquet")
    assert "tools/eval.py" in {row["path"] for row in weak}
    marks = rows(evidence / "suppressions" / "files.parquet")
    assert {".bandit", ".gitleaksignore", "osv-scanner.toml"} <= {row["path"] for row in marks}


def test_attributes_of_the_client_hide_no_lines(contents: Audited) -> None:
    evidence = contents.home / "out" / "report.engagement" / "evidence"
    files = {row["path"]: row for row in rows(evidence / "files" / "files.parquet")}
    assert (files["py/bom.py"]["role"], files["py/bom.py"]["code"]) == ("source", 2)
    changes = (evidence / "changes").glob("files.parquet/*.parquet")
    counted = {row["path"]: row["added"] for path in changes for row in rows(path)}
    assert counted["py/bom.py"] == 2


@pytest.mark.parametrize("name", STORES)
def test_a_store_is_opened_or_refused_in_words(stores: Audited, name: str) -> None:
    run = next(
        one
        for one in stores.report["runs"]
        if (one["collector"], one["repo"]) == ("repository", name)
    )
    said = " ".join(f"{one['reason']} {one['detail']}" for one in run["issues"])
    assert (run["status"] != "failed", STORES[name].said in said) == (STORES[name].opened, True), (
        said
    )


def test_bad_stores_do_not_cost_the_others(stores: Audited) -> None:
    assert stores.done.returncode == 3
    ends = {(run["repo"], run["collector"]): run["status"] for run in stores.report["runs"]}
    opened = ["good", "tree", "lazy", *(name for name, one in STORES.items() if one.opened)]
    for repo in opened:
        for collector in ("snapshot", "code", "history"):
            assert ends[repo, collector] in ("ok", "partial"), (repo, collector)
    assert ends["good", "history"] == "ok"


def test_entries_that_lead_out_of_a_tree_are_names_and_no_places(stores: Audited) -> None:
    evidence = stores.home / "out" / "report.engagement" / "evidence"
    paths = [row["path"] for row in rows(evidence / "files" / "tree.parquet")]
    assert "../good.py" in paths
    assert ".." in paths
    assert len(next(path for path in paths if path.startswith("deep/")).split("/")) == 1_002
    assert not (stores.home / "out" / "good.py").exists()


@pytest.mark.parametrize(
    ("lay", "said"),
    [
        ("gitfile", "points outside the folder"),
        ("worktree", "is a linked worktree"),
        ("folder", "is a folder inside the repository"),
        ("plain", "is no git repository"),
    ],
)
def test_what_is_another_repository_is_refused_in_one_line(
    tmp_path: Path, lay: str, said: str
) -> None:
    client = work_tree(tmp_path / "client")
    other = work_tree(tmp_path / "other")
    if lay == "gitfile":
        shutil.rmtree(client / ".git")
        (client / ".git").write_text(f"gitdir: {other}/.git\n")
    elif lay == "worktree":
        git(other, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "topic")
        client = tmp_path / "linked"
    elif lay == "folder":
        client = client / "sub"
        client.mkdir()
    else:
        client = tmp_path / "plain"
        client.mkdir()
    before = fingerprint(tmp_path)
    home = tmp_path.with_name(f"{tmp_path.name}-home")
    home.mkdir()
    done = watch(home, "audit", client, "-o", home / "x.json", cwd=home)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert fingerprint(tmp_path) == before
    assert not (home / "x.json").exists()
