"""Secrets in a real history, put together at run time so that no file of ours holds one."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import shutil
import string
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import START, A, build, fast_import, git, opened, quoted, with_checksum

from techdd import sandbox, scratch
from techdd.collectors.secrets import Secret, SecretScan, archives, collector, engine, plain, probe
from techdd.collectors.secrets.values import _is_invented, is_example
from techdd.facts import frame
from techdd.intake import open_repository
from techdd.model import Issue, Metric, Observation, Series
from techdd.repository import Repository

LETTERS = string.ascii_letters + string.digits


def made(prefix: str, *lengths: int, of: str = LETTERS, seed: int = 1) -> str:
    some = random.Random(seed)
    return prefix + "-".join("".join(some.choice(of) for _ in range(n)) for n in lengths)


def slack(seed: int) -> str:
    digits = made("xo" + "xb-", 12, 12, of=string.digits, seed=seed)
    return f"{digits}-{made('', 24, seed=seed)}"


KEPT, GONE, TESTED, LOOSE, MARKED = (slack(seed) for seed in range(5))
STRIPE = made("sk_" + "live_", 24)
AWS_ID = made("AK" + "IA", 16, of=string.ascii_uppercase + "234567")
AWS_KEY = made("", 40, seed=9)
VALUES = (KEPT, GONE, TESTED, LOOSE, MARKED, STRIPE, AWS_ID, AWS_KEY)
JWT_IO = ".".join(
    (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ",
        "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    )
)
EXAMPLE = 'aws_access_key_id = "AKIAIOSFODNN7' + 'EXAMPLE"\n'
EXAMPLE += 'aws_secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY' + 'EXAMPLEKEY"\n'

COMMITS = (
    A({"app.py": f'token = "{GONE}"\n', "old/name.py": f'\n\nkey = "{KEPT}"\n'}),
    A({"lost.py": f'token = "{LOOSE}"\n'}, day=1),  # on no branch: the next goes on from the first
    A({"app.py": f'import os\n\ntoken = "{GONE}"\n'}, day=2, parent=0),
    A(
        {
            "app.py": "import os\n",
            "old/name.py": None,
            "new/name.py": f'key = "{KEPT}"\n',
            "tests/test_app.py": f'token = "{TESTED}"\n',
            "README.md": f"Try it with {JWT_IO}\n{EXAMPLE}",
        },
        day=3,
    ),
    A({"pay.js": f'const k = "{STRIPE}" // kingfisher:ignore\n'}, day=4),
    A({"bot.py": f'token = "{MARKED}"  # gitleaks:allow nosec\n'}, day=5),
    A({"aws.cfg": f'aws_access_key_id="{AWS_ID}"\naws_secret_access_key="{AWS_KEY}"\n'}, day=6),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All overlays side by side, so that kingfisher compiles its rules once."""
    return tmp_path_factory.mktemp("secrets")


@pytest.fixture(scope="module")
def repo(folder: Path) -> Repository:
    return opened(folder, COMMITS)


@pytest.fixture(scope="module")
def printed() -> list[bytes]:
    return []


@pytest.fixture(scope="module")
def gathered(repo: Repository, printed: list[bytes]) -> list[Any]:
    def listening(*args: Any, **options: Any) -> sandbox.Completed:
        done = run(*args, **options)
        printed.extend([done.stdout, done.stderr, repr(args).encode()])
        if report := options.get("output"):
            printed.append(report.read())
            report.seek(0)
        return done

    run, sandbox.run = sandbox.run, listening
    try:
        return list(collector.run(repo, key="engagement"))
    finally:
        sandbox.run = run


def secrets(gathered: list[Any]) -> dict[str, Secret]:
    return {one.path: one for one in gathered if isinstance(one, Secret)}


def answers(gathered: list[Any]) -> Iterator[Metric | Observation | Series]:
    tables = []
    for fact in (Secret, SecretScan):
        table = frame(fact, [one for one in gathered if isinstance(one, fact)])
        tables.append(table.assign(repo="app"))
    yield from probe.run(date(2025, 6, 1), *tables)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def commit(repo: Repository, number: int) -> str:
    lines = repo.git("log", "--format=%H %ct", repo.head).decode().split("\n")
    dated = dict(reversed(line.split()) for line in lines if line)
    return dated[str(int(day(number).timestamp()))]


def test_a_deleted_secret_is_traced(gathered: list[Any], repo: Repository) -> None:
    gone = secrets(gathered)["app.py"]
    assert (gone.rule, gone.kind, gone.line) == ("slack-bot-token", "Slack bot token", 1)
    assert (gone.commit, gone.added) == (commit(repo, 0), day(0))
    assert (gone.in_head, gone.removed, gone.removed_commit) == (False, day(3), commit(repo, 3))


def test_a_secret_that_moved_is_one_secret_still_there(gathered: list[Any]) -> None:
    was, now = secrets(gathered)["old/name.py"], secrets(gathered)["new/name.py"]
    assert was.fingerprint == now.fingerprint
    assert (was.in_head, was.removed) == (False, day(3))
    assert (now.in_head, now.line, now.removed, now.removed_commit) == (True, 1, None, "")


def test_marks_of_the_client_do_not_silence(gathered: list[Any]) -> None:
    assert secrets(gathered)["pay.js"].in_head
    assert secrets(gathered)["bot.py"].in_head


def test_an_object_that_no_branch_reaches(gathered: list[Any]) -> None:
    loose = secrets(gathered)["lost.py"]
    assert (len(loose.commit), loose.in_head, loose.added) == (40, False, None)


def test_an_object_that_belongs_to_no_commit(folder: Path) -> None:
    source = build(folder / "dangling.git", [A({"a.py": "x = 1\n"})])
    (folder / "loose.py").write_text(f'token = "{LOOSE}"\n')
    git(source, "hash-object", "-w", str(folder / "loose.py"))
    repository = open_repository("dangling", source, folder / "overlay" / "dangling")
    loose, scan = collector.run(repository)
    blob = git(source, "hash-object", str(folder / "loose.py")).strip()
    assert (loose.path, loose.commit) == ("(object in no commit)", blob)
    assert (loose.in_head, scan.complete) == (False, True)
    (observed,) = (one for one in answers([loose, scan]) if isinstance(one, Observation))
    assert [str(one) for one in observed.locations] == [f"(object in no commit):1 @ {blob[:10]}"]
    assert observed.values["added"] == ""  # nothing says since when
    assert blob[:10] in str(observed.values["removed"])


def test_messages_are_searched_too(folder: Path) -> None:
    source = build(
        folder / "said.git",
        [
            A({"a.py": "x = 1\n"}, message=f"Begin\n\nThe old token was {KEPT}, now gone."),
            A({"a.py": f'token = "{KEPT}"\n'}, day=1),
            A({"a.py": "x = 2\n"}, message=f"Use\n{slack(31)}", day=2),
        ],
    )
    git(source, "-c", "user.name=A", "-c", "user.email=a@x.io", "tag", "-a", "v1", "main",
        "-m", f"First\n\nkey: {slack(32)}")  # fmt: skip
    gathered = list(collector.run(open_repository("said", source, folder / "overlay" / "said")))
    assert not [one for one in gathered if isinstance(one, Issue)]
    rows = [one for one in gathered if isinstance(one, Secret)]
    heads = git(source, "log", "--format=%H", "--reverse", "main").split()
    tag = git(source, "rev-parse", "v1").strip()
    assert [(one.path, one.line, one.commit, one.branches, one.tags) for one in rows] == [
        ("(commit message)", 2, heads[2], 1, 1),
        ("(commit message)", 3, heads[0], 1, 1),
        ("(tag message)", 3, tag, 0, 1),
        ("a.py", 1, heads[1], 1, 1),
    ]
    in_file = next(one for one in rows if one.path == "a.py")
    same = [one for one in rows if one.fingerprint == in_file.fingerprint]
    assert [one.path for one in same] == ["(commit message)", "a.py"]  # one secret, two places
    metrics = {(one.name, one.repo): one for one in answers(gathered) if isinstance(one, Metric)}
    assert metrics["secrets.in_history", "app"].value == 3
    never = [one for one in answers(gathered) if isinstance(one, Observation)]
    said = " It stands in a message, which no later commit takes back."
    assert said in {one.values.get("removed") for one in never}


def test_who_can_still_read_it_is_told_by_refs(folder: Path) -> None:
    source = build(
        folder / "refs.git",
        [
            A({"a.py": "x = 1\n"}),
            A({"a.py": f'token = "{KEPT}"\n'}, day=1),
            A({"a.py": "x = 2\n"}, day=2),
        ],
    )
    git(source, "branch", "before", "main~2")
    git(source, "branch", "old", "main~1")
    git(source, "tag", "v0", "main~2")
    git(source, "tag", "v1", "main~1")
    git(source, "update-ref", "refs/pull/7/head", "main~1")
    gathered = list(collector.run(open_repository("refs", source, folder / "overlay" / "refs")))
    (one,) = (one for one in gathered if isinstance(one, Secret))
    assert (one.branches, one.tags, one.proposals, one.other_refs) == (2, 1, 1, 0)
    assert one.tip == "refs/heads/old"
    (observed,) = (one for one in answers(gathered) if isinstance(one, Observation))
    assert observed.values["readers"] == "2 branches, 1 tag and 1 proposal"


def test_what_the_engine_leaves_out_by_name_is_a_gap(folder: Path) -> None:
    left_out = ("yarn.lock", "logo.svg", "node_modules/x/index.js", "style.css", "web/go.sum")
    commits = [A({name: f'token = "{slack(40 + n)}"\n' for n, name in enumerate(left_out)})]
    commits.append(A({"Gemfile.lock": f'token = "{slack(50)}"\n'}, day=1))
    *found, scan = collector.run(opened(folder, commits, "leftout"))
    issue, secret = found
    assert secret.path == "Gemfile.lock"
    assert issue.reason == "file versions that the engine leaves out"
    assert issue.detail.startswith("5 of 6: ")
    assert scan.left_out == 5
    metrics = [one for one in answers([secret, scan]) if isinstance(one, Metric)]
    assert "5 more that the engine leaves out" in metrics[0].basis


def test_without_memory_messages_are_not_written_to_a_disk(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "MEMORY", Path("/nowhere"))
    issue, *_ = collector.run(repo, in_memory=False)
    assert issue.reason == "messages not scanned for secrets"
    assert not issue.transient  # it is measured anew where there is memory, by the option
    issue, *_ = collector.run(repo, in_memory=True)  # there is, but it is full
    assert issue.transient


def test_names_that_git_cannot_be_asked_for(folder: Path) -> None:
    names = [b"caf\xe9.py", b"new\nline.py", b"a!b.py", b"-x:y.py"]
    stream = b"commit refs/heads/main\ncommitter A <a@x.io> 1736154000 +0000\ndata 1\nm\n"
    for number, name in enumerate(names):
        content = f"token = '{slack(20 + number)}'\n".encode()
        stream += b"M 100644 inline %s\ndata %d\n%s\n" % (quoted(name), len(content), content)
    source = fast_import(folder / "odd.git", stream + b"\n")
    gathered = list(collector.run(open_repository("odd", source, folder / "overlay" / "odd")))
    assert not [one for one in gathered if isinstance(one, Issue)]
    assert {path: one.in_head for path, one in secrets(gathered).items()} == {
        "-x:y.py": True, "a!b.py": True, "caf\\xe9.py": True, "new\\x0aline.py": True,
    }  # fmt: skip


def test_a_secret_inside_an_archive(folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("inner/x.py"), f'token = "{KEPT}"\n')
    commits = [A({"lib.zip": packed.getvalue()})]
    found, _ = collector.run(opened(folder, commits, "archive"))
    assert (found.path, found.in_head, found.looks_like_test) == ("lib.zip", True, False)


def test_examples_and_tests_are_told_apart(gathered: list[Any]) -> None:
    found = secrets(gathered)
    assert found["README.md"].looks_like_test  # the value: jwt.io's token, AWS's documentation key
    assert found["README.md"].rule == "jwt"
    counted = {path for path, one in found.items() if not one.looks_like_test}
    assert found["tests/test_app.py"].among_tests
    assert counted == {
        "tests/test_app.py",  # a provider's live key is none of a test by its folder alone
        "lost.py",
        "app.py",
        "aws.cfg",
        "bot.py",
        "new/name.py",
        "old/name.py",
        "pay.js",
    }


def test_what_is_no_secret_for_strangers_does_not_lead(folder: Path) -> None:
    word = made("", 14, seed=60)
    commits = [
        A(
            {
                "b.py": f'url = "postgres://app:{word[::-1]}@db:5432/app"\n',
                "c.py": f'url = "postgres://app:{word.swapcase()}@db.northwind.io:5432/app"\n',
                "app/google-services.json": f'"key": "{made("AI" + "za", 35, seed=61)}"\n',
                "samplecerts/x.py": f'token = "{slack(62)}"\n',
            }
        )
    ]
    found = secrets(list(collector.run(opened(folder, commits, "weak"))))
    assert {path: (one.confidence, one.looks_like_test) for path, one in found.items()} == {
        "b.py": ("low", False),
        "c.py": ("medium", False),
        "app/google-services.json": ("low", False),
        "samplecerts/x.py": ("high", False),
    }


def test_metrics_count_secrets_not_places(gathered: list[Any]) -> None:
    metrics = {(one.name, one.repo): one for one in answers(gathered) if isinstance(one, Metric)}
    assert (
        metrics["secrets.in_tree", "app"].value == 5
    )  # KEPT, TESTED, STRIPE, MARKED, the AWS pair
    assert metrics["secrets.in_history", "app"].value == 2  # GONE, LOOSE
    assert metrics["secrets.in_tree", ""].value == 5
    assert "1 test or example values left out" in metrics["secrets.in_tree", ""].basis


def test_observations_name_the_place_and_the_time(gathered: list[Any], repo: Repository) -> None:
    observed = [one for one in answers(gathered) if isinstance(one, Observation)]
    (gone,) = [one for one in observed if one.locations and one.locations[0].path == "app.py"]
    assert gone.rule == "secret-in-history"
    gone_from = secrets(gathered)["app.py"]
    assert gone.key == gone_from.fingerprint
    assert gone.values == {
        "kind": "Slack bot token", "count": 1, "added": ", first added 2025-01-06",
        "removed": " It was last removed on 2025-01-09.", "readers": "1 branch", "aside": "",
        "severity": "high",
    }  # fmt: skip
    (kept,) = [one for one in observed if one.key == secrets(gathered)["old/name.py"].fingerprint]
    assert kept.rule == "secret-in-tree"
    assert [place.path for place in kept.locations] == ["new/name.py"]
    assert kept.values["severity"] == "critical"
    (tested,) = [one for one in observed if one.locations[0].path == "tests/test_app.py"]
    assert tested.values["severity"] == "high"
    assert "among tests" in str(tested.values["aside"])
    assert len(observed) == 7


def test_no_value_is_printed_or_kept(gathered: list[Any], printed: list[bytes]) -> None:
    everything = [repr(one) for one in (*gathered, *answers(gathered))]
    everything += [output.decode("utf-8", "replace") for output in printed]
    assert len(printed) > 2
    for value in (*VALUES, JWT_IO.rpartition(".")[2]):
        assert not [text for text in everything if value in text or value[5:] in text]


def test_fingerprints_are_keyed_and_repeatable(repo: Repository, gathered: list[Any]) -> None:
    again = list(collector.run(repo, key="engagement"))
    assert again == gathered
    other = secrets(list(collector.run(repo, key="another")))
    assert not {one.fingerprint for one in other.values()} & {
        one.fingerprint for one in secrets(gathered).values()
    }


def test_a_clean_repository_is_zero(folder: Path) -> None:
    clean = list(collector.run(opened(folder, [A({"a.py": "x = 1\n"})], "clean")))
    assert not [one for one in clean if not isinstance(one, SecretScan)]
    assert {one.value for one in answers(clean) if isinstance(one, Metric)} == {0}


def test_a_missing_file_version_is_a_gap(folder: Path) -> None:
    commits = [A({"a.py": "x = 1\n"}), A({"a.py": "x = 2\n"}, day=1)]
    source = build(folder / "partial.git", commits)
    blob = git(source, "rev-parse", "main~1:a.py").strip()
    (source / "objects" / blob[:2] / blob[2:]).unlink()
    repository = open_repository("partial", source, folder / "overlay" / "partial")
    *issues, scan = collector.run(repository)
    assert [(one.reason, one.detail) for one in issues] == [
        ("file versions not scanned for secrets", "1 of 2 are missing from the repository")
    ]
    assert scan.missing == 1
    metrics = [one for one in answers([scan]) if isinstance(one, Metric)]
    assert {(one.value, one.note) for one in metrics} == {
        (None, "1 file versions missing; not assessed is not clean")
    }


def test_a_history_that_breaks_off_is_no_clean_one(folder: Path) -> None:
    commits = [A({"a.py": "x = 1\n"}), A({"a.py": "x = 2\n"}, day=1)]
    source = build(folder / "treeless.git", commits)
    tree = git(source, "rev-parse", "main~1^{tree}").strip()
    (source / "objects" / tree[:2] / tree[2:]).unlink()
    repository = open_repository("treeless", source, folder / "overlay" / "treeless")
    *issues, scan = collector.run(repository)
    assert "history was not read to its end" in {one.reason for one in issues}
    assert {one.value for one in answers([scan]) if isinstance(one, Metric)} == {None}


def test_a_truncated_history_is_a_gap(folder: Path, repo: Repository) -> None:
    issues = [one for one in collector.run(replace(repo, shallow=True)) if isinstance(one, Issue)]
    assert "truncated" in issues[0].reason


@pytest.mark.parametrize("trouble", ["missing", "slow", "failing"])
def test_a_scan_that_did_not_run_is_no_clean_one(
    trouble: str, repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = 60.0
    if trouble == "missing":
        monkeypatch.setitem(sys.modules, "kingfisher", None)
    elif trouble == "slow":
        seconds = 0.01
    else:
        monkeypatch.setattr(engine, "_program", lambda: shutil.which("false"))
    gathered = list(collector.run(repo, seconds=seconds))
    issue, scan = gathered
    assert issue.reason == "secret scan did not run"
    assert issue.detail
    assert str(repo.git_dir) not in issue.detail
    assert not scan.complete
    metrics = [one for one in answers(gathered) if isinstance(one, Metric)]
    assert {one.value for one in metrics} == {None}
    assert all("not assessed" in one.note for one in metrics)


def test_what_an_incomplete_scan_found_stands() -> None:
    found = Secret(
        "jwt", "JWT", "a.py", 1, "c", "f", True, False, False, "", "high", None, "", None, "",
        1, 0, 0, 0,
    )  # fmt: skip
    scan = SecretScan("kingfisher", False, 10, 0)
    metrics = {one.name: one for one in answers([found, scan]) if isinstance(one, Metric)}
    assert metrics["secrets.in_tree"].value == 1
    assert metrics["secrets.in_tree"].note == "secret scan incomplete; a lower bound"
    assert metrics["secrets.in_history"].value is None


def test_a_report_that_is_not_redacted_is_refused() -> None:
    finding = {"rule": {"name": "jwt"}, "finding": {"snippet": "clear", "path": "a"}}
    with pytest.raises(engine.ScanFailed) as refusal:
        engine._read([json.dumps(finding).encode()], "")
    assert "clear" not in str(refusal.value)


def test_one_file_with_a_crowd_of_tokens_costs_that_file(folder: Path) -> None:
    tokens = [f"gh{'p_'}{n:05}{'Qm2Zp9Lk4Rt8Wv1Ys6Bc3Df5Gh7Jk0Nx'}"[:40] for n in range(450)]
    crowd = "".join(f"t{n} = '{token}'\n" for n, token in enumerate(tokens))
    own = f"t = 'gh{'p_'}{'x7Qm2Zp9Lk4Rt8Wv1Ys6Bc3Df5Gh7Jk0Nxyz'}'\n"
    source = build(folder / "crowd.git", [A({"crowd.txt": crowd, "prod.sh": own}, "Add")])
    gathered = scanned(folder, source, "crowd")
    paths = [row.path for row in rows(gathered)]
    assert paths == ["crowd.txt"] * engine.MOST + ["prod.sh"]
    issues = [one for one in gathered if isinstance(one, Issue)]
    (told,) = [one for one in issues if one.path == "crowd.txt"]
    assert told.detail == f"the first {engine.MOST} of a version are looked at, 250 are not"
    counted = {one.locations[0].path: one.values["count"] for one in observed(gathered)}
    assert counted == {"crowd.txt": engine.MOST, "prod.sh": 1}


def test_an_archive_that_the_engine_does_not_unpack_is_told(folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(".env", f"TOKEN={slack(77)}\n")
        with archive.open("zeros", "w", force_zip64=True) as zeros:
            for _ in range(257):
                zeros.write(bytes(1 << 20))
    author = "A <a@example.com>"
    stream = b"commit refs/heads/main\ncommitter %s 1700000000 +0000\ndata 1\nx\n" % author.encode()
    content = packed.getvalue()
    stream += b"M 100644 inline a.zip\ndata %d\n%s\n" % (len(content), content)
    gathered = scanned(folder, fast_import(folder / "padded.git", stream), "padded")
    (told,) = [one for one in gathered if isinstance(one, Issue) and one.path == "a.zip"]
    assert told.detail == "it holds more than 256 MB, which the engine does not unpack"
    (scan,) = [one for one in gathered if isinstance(one, SecretScan)]
    assert not scan.complete


@pytest.mark.parametrize("packed", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_what_archives_hold_is_counted_to_a_limit(
    packed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "UNPACKED", 3 << 20)
    assert archives._unpacked(packed(bytes(2 << 20))) == 2 << 20
    assert archives._unpacked(packed(bytes(9 << 20))) > 3 << 20
    assert archives._unpacked(packed(bytes(9 << 20))[:20]) <= 20  # cut off


def test_dates_that_no_commit_can_have(folder: Path) -> None:
    from techdd.collectors.secrets.trace import date_of

    assert date_of(b"1736154000") == datetime(2025, 1, 6, 9, tzinfo=UTC)
    assert date_of(b"99999999999999") is None
    assert date_of(b"-1") is None


# --- one value is one secret ----------------------------------------------------------------------


def scanned(folder: Path, source: Path, name: str) -> list[Any]:
    return list(collector.run(open_repository(name, source, folder / "overlay" / name), key="k"))


def rows(gathered: list[Any]) -> list[Secret]:
    return [one for one in gathered if isinstance(one, Secret)]


def observed(gathered: list[Any]) -> list[Observation]:
    return [one for one in answers(gathered) if isinstance(one, Observation)]


def test_a_decision_holds_when_lines_change_their_order(folder: Path) -> None:
    one, two = (f'token = "{slack(seed)}"\n' for seed in (70, 71))
    before = [A({"a.py": one + two})]
    swapped = [*before, A({"a.py": two + one}, day=1)]
    alone = [*before, A({"a.py": two}, day=1)]
    keys = {}
    for name, commits in (("swap0", before), ("swap1", swapped), ("swap2", alone)):
        found = scanned(folder, build(folder / f"{name}.git", commits), name)
        keys[name] = {one.line: one.fingerprint for one in rows(found) if one.in_head}
    assert keys["swap1"] == {1: keys["swap0"][2], 2: keys["swap0"][1]}
    assert keys["swap2"] == {1: keys["swap0"][2]}


def test_one_value_that_two_rules_know_is_one_secret(folder: Path) -> None:
    coded = base64.b64encode(made("gh" + "p_", 36, seed=72).encode()).decode()
    text = "kind: Secret\napiVersion: v1\nmetadata: {name: s}\ndata:\n  token: " + coded + "\n"
    gathered = scanned(folder, build(folder / "k8s.git", [A({"s.yaml": text})]), "k8s")
    (one,) = observed(gathered)
    assert (one.values["kind"], one.values["count"]) == ("GitHub PAT", 1)


# --- refs -----------------------------------------------------------------------------------------


def test_what_stands_at_the_tip_of_another_ref_was_not_removed(folder: Path) -> None:
    commits = [A({"a.py": "x = 1\n"})]
    texts = {n: f'token = "{slack(80 + n)}"\n' for n in range(4)}
    commits += [A({f"b{n}.py": text}, parent=0, day=n + 1) for n, text in texts.items()]
    commits.append(A({"a.py": "x = 2\n"}, parent=0, day=9))
    source = build(folder / "tips.git", commits)
    shas = git(source, "rev-list", "--all", "--topo-order", "main").split()
    assert len(shas) == 2  # the others are on no branch yet
    objects = git(source, "cat-file", "--batch-all-objects", "--batch-check").splitlines()
    by_day = {
        git(source, "log", "-1", "--format=%ct", line.split()[0]).strip(): line.split()[0]
        for line in objects
        if " commit " in line
    }
    refs = ("refs/heads/release", "refs/stash", "refs/pull/7/head", "refs/tags/v1")
    for number, ref in enumerate(refs):
        git(source, "update-ref", ref, by_day[str(int(day(number + 1).timestamp()))])
    gathered = scanned(folder, source, "tips")
    found = {one.path: one for one in rows(gathered)}
    assert {path: one.tip for path, one in found.items()} == {
        "b0.py": "refs/heads/release", "b1.py": "refs/stash", "b2.py": "refs/pull/7/head",
        "b3.py": "",
    }  # fmt: skip
    judged = {one.locations[0].path: one for one in observed(gathered)}
    branch, stash, proposal, tag = (judged[f"b{n}.py"] for n in range(4))
    assert (branch.rule, branch.values["severity"]) == ("secret-in-ref", "critical")
    assert "another branch (release)" in str(branch.values["where"])
    assert (stash.rule, stash.values["where"]) == ("secret-in-ref", "The stash")
    assert (proposal.rule, proposal.values["severity"]) == ("secret-in-history", "medium")
    assert "strangers" in str(proposal.values["aside"])
    assert proposal.values["removed"] == " It stands at the tip of a proposal."
    assert (tag.rule, tag.values["severity"]) == ("secret-in-history", "high")
    assert not [one for one in judged.values() if "NaT" in repr(one) or "unknown" in repr(one)]


def test_names_of_refs_and_notes_are_told_as_such_and_our_own_files_are_none(folder: Path) -> None:
    source = build(folder / "names.git", [A({"a.py": "x = 1\n"})])
    head = git(source, "rev-parse", "main").strip()
    git(source, "branch", f"x/{made('gh' + 'p_', 36, seed=90)}")
    git(source, "tag", made("gh" + "p_", 36, seed=91))
    git(source, "-c", "user.name=A", "-c", "user.email=a@x.io", "notes", "add", "-m",
        f"see {made('gh' + 'p_', 36, seed=92)}", "main")  # fmt: skip
    gathered = scanned(folder, source, "names")
    told = {one.path: one for one in rows(gathered)}
    assert set(told) == {"(name of a branch)", "(name of a tag)", "(note)"}
    branch, tag = told["(name of a branch)"], told["(name of a tag)"]
    assert (branch.commit, branch.branches, branch.tags) == (head, 1, 0)
    assert (tag.commit, tag.branches, tag.tags) == (head, 0, 1)
    words = {one.values["where"] for one in observed(gathered)}
    assert "A note on a commit" in words


# --- values that say something of themselves ------------------------------------------------------


def test_an_expired_token_and_live_keys_in_tests_weigh_less(folder: Path) -> None:
    def claims(end: int) -> str:
        parts = ({"alg": "HS256", "typ": "JWT"}, {"iss": "northwind", "uid": end, "exp": end})
        coded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
        return ".".join([*(one.rstrip("=") for one in coded), made("", 43, seed=end % 97)])

    files = {
        "ended.py": f't = "{claims(1_700_000_000)}"\n',
        "lasting.py": f't = "{claims(1_900_000_000)}"\n',
        "UnitTests/pay.py": f'k = "{made("sk_" + "live_", 24, seed=95)}"\n',
    }
    for end, path in enumerate(("Tests/a.py", "contest/a.py", "latest/a.py"), 1_900_000_001):
        files[path] = f't = "{claims(end)}"\n'
    gathered = scanned(folder, build(folder / "weigh.git", [A(files)]), "weigh")
    found = {one.path: one for one in rows(gathered)}
    assert found["ended.py"].expired == "2023-11-14"
    assert found["lasting.py"].expired == ""
    assert found["Tests/a.py"].looks_like_test
    assert not found["contest/a.py"].looks_like_test
    assert not found["latest/a.py"].looks_like_test
    judged = {one.locations[0].path: one.values for one in observed(gathered)}
    assert judged["ended.py"]["severity"] == "medium"
    assert "ended on 2023-11-14" in str(judged["ended.py"]["aside"])
    assert judged["lasting.py"]["severity"] == "critical"
    assert judged["UnitTests/pay.py"]["severity"] == "high"


def test_passwords_without_a_form_are_found_where_they_belong(folder: Path) -> None:
    word = [made("", 16, seed=100 + n) for n in range(12)]
    files = {
        ".env": f"DB_PASSWORD={word[0]}\nSECRET_KEY=changeme\nAPI_TOKEN=${{TOKEN}}\nPORT=5432\n"
        "MAIL_PASSWORD=null\nAPP_KEY_FILE=/run/secrets/key\nSMTP_PASSWORD=<your password>\n",
        "app.properties": f"url=jdbc:postgresql://db.northwind.io/a?user=a&password={word[1]}\n",
        "appsettings.json": '{"a": "Server=db.northwind.io;Database=a;User Id=sa;Password='
        f'{word[2]};"}}\n',
        ".pgpass": f"# host\ndb.northwind.io:5432:app:app:{word[3]}\n",
        ".netrc": f"machine api.northwind.io login bot password {word[4]}\n",
        ".htpasswd": f"admin:$apr1${word[5][:8]}${word[6]}\n",
        ".github/workflows/ci.yml": "on: push\nenv:\n  PASSWORD: "
        f"{word[7]}\n  POSTGRES_PASSWORD: postgres\n  TOKEN: ${{{{ secrets.TOKEN }}}}\n",
        "terraform.tfstate": json.dumps({"attributes": {"password": word[8], "name": word[9]}}),
        "package-lock.json": f'{{"resolved": "https://u:{word[10]}@npm.northwind.io/p.tgz"}}\n',
        ".env.example": f"DB_PASSWORD={word[11]}\n",
    }
    commits = [A(files), A({".env": None}, day=3)]
    gathered = scanned(folder, build(folder / "plain.git", commits), "plain")
    found = {one.path: one for one in rows(gathered)}
    assert set(found) == set(files) - {".env.example"}
    assert len(rows(gathered)) == len(found)  # one each: stand-ins and references are left out
    assert found[".htpasswd"].confidence == "low"
    assert (found[".env"].in_head, found[".env"].removed) == (False, day(3))
    assert not [one for one in word if one in repr(gathered) + repr(observed(gathered))]


def test_generated_values_in_settings_and_scripts_are_found(folder: Path) -> None:
    word = [made("", 16, seed=200 + n) for n in range(12)]
    files = {
        "config/application.yml": f"spring:\n  datasource:\n    password: {word[0]}\n",
        "values.yaml": f"auth:\n  - adminPassword: '{word[1]}'\n  password: my-app-secret-v2\n",
        "config/default.json": json.dumps({"jwtSecret": word[2], "token": "app-token-2"}),
        "prod.tfvars": f'db_password = "{word[3]}"\n',
        "deploy.sh": f"export DB_PASSWORD={word[4]}\nexport TOKEN=$(cat /run/token)\n",
        "Dockerfile": f"FROM a\nENV DB_PASSWORD={word[5]}\nARG TOKEN=$OTHER_TOKEN_2\n",
        "app.toml": f'secret_key = "{word[6]}"\npublic_token = "{word[7]}"\n',
        "play.yml": f"- mysql_password: {word[8]}\n  vault_password: !vault |\n"
        "  old_password: *anchor\n  env_password: '%env(DB_PASSWORD_2)%'\n",
        "sealed.yaml": f"kind: SealedSecret\nspec:\n  password: {word[9]}\n",
        "users.yml": f"password: $6${word[10]}${word[11]}\n",
    }
    gathered = scanned(folder, build(folder / "settings.git", [A(files)]), "settings")
    found = {one.path: one for one in rows(gathered)}
    assert set(found) == set(files) - {"sealed.yaml"}
    assert len(rows(gathered)) == len(found)
    assert found["users.yml"].confidence == "low"  # a hash
    assert found["values.yaml"].line == 2


@pytest.mark.parametrize(
    ("path", "line", "confidence"),
    [
        ("main.tf", 'administrator_login_password = "AdminPassword123!"', "medium"),
        ("main.tf", '  password = "Aa12345678"', "low"),
        ("main.tf", 'secret_key = "Xk29fGqLm77zPqq"', "medium"),
        ("main.tf", 'secret = "my-app-secret"', ""),
        ("main.tf", "password = var.password", ""),
        ("main.tf", 'password = "${var.password}"', ""),
        ("main.tf", 'password = random_password.db.result', ""),
        ("main.tf", 'password = "changeme"', ""),
        ("main.tf", 'manage_master_user_password = "true"', ""),
        (".npmrc", "//npm.acme.io/:_authToken=0d6b1c2f-77aa", "medium"),
        (".npmrc", "_password=Xk29fGqLm77z", "medium"),
        (".npmrc", "//npm.acme.io/:_authToken=${NPM_TOKEN}", ""),
        ("web/.npmrc", "always-auth=true", ""),
        (".pypirc", "password = Xk29fGqLm77z", "medium"),
    ],
)  # fmt: skip
def test_what_is_written_out_for_terraform_and_registries_counts(
    path: str, line: str, confidence: str
) -> None:
    found = list(plain._in_file(f"# a\n{line}\n".encode(), path, "key"))
    told = [(hit.line, hit.confidence) for hit in found]
    assert told == ([(2, confidence)] if confidence else [])


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        ("devXk29fGqLm77zPqq", True),
        ("adminXk29!fGqLm77", True),
        ("$2y$Xk29fGqLm77zP", True),
        ("%Xk29fGqLm77zP", True),
        ("admin-password-for-dev-2", False),
        ("my_secret_password1", False),
        ("$DB_PASSWORD_2", False),
        ("${DB_PASSWORD:-Xk29fGqLm77zP}", False),
        ("%DB_PASSWORD_2%", False),
        ("changeme", False),
        ("ab" * 100 + "1" * 3 + "c2d3", True),  # and it is told without delay
    ],
)
def test_words_in_a_generated_value_are_chance(value: str, counts: bool) -> None:
    found = list(plain._in_file(f"DB_PASSWORD={value}\n".encode(), ".env", "key"))
    assert bool(found) == counts


def test_the_password_alone_says_whether_an_address_is_an_example(folder: Path) -> None:
    word = made("", 14, seed=230)
    live = [
        f"mongodb+srv://svc:{word}@dummy-cluster.northwind.io/a",
        f"postgres://svc:{word}b@db.northwind.io/sample_app",
    ]
    none = [
        f"postgres://svc:{word}c@localhost/app",
        f"postgres://svc:{word}d@db.example.com/app",
        "postgres://svc:password@db.northwind.io/app",
        "postgres://svc:<your-own>@db.northwind.io/app",
    ]
    assert not any(is_example(one.encode()) for one in live)
    assert all(is_example(one.encode()) for one in none)
    files = {".env": f"A={live[0]}\n"}
    gathered = scanned(folder, build(folder / "address.git", [A(files)]), "address")
    assert [one.looks_like_test for one in rows(gathered)] == [False]


def test_where_only_the_password_was_seen_its_address_is_read(folder: Path) -> None:
    word = made("", 14, seed=231)
    files = {
        "own.env": f"A=mysql://svc:{word}@127.0.0.1/app\n",
        "default.yml": '- "--broker_api=http://guest:guest@queue:15672/api//"\n',
        "neighbour.yml": "A: postgresql://till:till@db:5432/till\n",
        "both.yml": "A: postgresql://shop:shop@db:5432/shop\n",
        "abroad.yml": "A: postgresql://shop:shop@db.northwind.io:5432/shop\n",
        "two.env": f"A=mysql://a:b@localhost/x B=mysql://svc:{word}b@db.northwind.io/app\n",
    }
    gathered = scanned(folder, build(folder / "around.git", [A(files)]), "around")
    assert {one.path for one in rows(gathered) if not one.looks_like_test} == {
        "abroad.yml",
        "both.yml",  # the same password as that of a database in the world
        "two.env",
    }


def test_names_of_a_program_and_links_of_a_manual_are_no_secrets(folder: Path) -> None:
    word = made("", 14, seed=234)
    files = {
        "clk.c": 'GATE(CLK_APOLLO3_CSSYS, "aclk_atb_apollo3_cssys",\n',
        "key.c": f'apollo_key = "{made("", 22, seed=235)}"\n',
        "manual.pdf": f"%PDF-1.4\n<</S/URI/URI(ftp://aa:{word}@192.168.0.5:32001/)>>\n",
    }
    gathered = scanned(folder, build(folder / "program.git", [A(files)]), "program")
    found = {one.path: one.looks_like_test for one in rows(gathered)}
    assert found == {"clk.c": True, "key.c": False, "manual.pdf": True}


def test_a_coded_stand_in_is_no_secret(folder: Path) -> None:
    def manifest(value: str) -> str:
        coded = base64.b64encode(value.encode()).decode()
        return f"apiVersion: v1\nkind: Secret\ntype: Opaque\ndata:\n  passphrase: {coded}\n"

    files = {"word.yaml": manifest("password"), "made.yaml": manifest(made("", 20, seed=236))}
    gathered = scanned(folder, build(folder / "coded.git", [A(files)]), "coded")
    found = {one.path: one.looks_like_test for one in rows(gathered)}
    assert found == {"word.yaml": True, "made.yaml": False}


def test_keys_among_perls_tests_are_test_keys(folder: Path) -> None:
    def key(seed: int) -> str:
        lines = "\n".join(made("", 64, seed=seed + n) for n in range(12))
        return (
            "-----BEGIN RSA PRIVATE " + f"KEY-----\n{lines}\n-----END RSA PRIVATE " + "KEY-----\n"
        )

    files = {"t/server_key.pem": key(232), "lib/t/server_key.pem": key(250)}
    gathered = scanned(folder, build(folder / "perl.git", [A(files)]), "perl")
    found = {one.path: one.looks_like_test for one in rows(gathered)}
    assert found == {"t/server_key.pem": True, "lib/t/server_key.pem": False}


def test_what_only_the_object_store_holds_weighs_less(gathered: list[Any]) -> None:
    observed = [one for one in answers(gathered) if isinstance(one, Observation)]
    (loose,) = [one for one in observed if one.locations[0].path == "lost.py"]
    assert loose.values["severity"] == "medium"
    assert "No ref leads to it" in str(loose.values["aside"])


def checked(prefix: str, seed: int) -> str:
    return f"{prefix}_{with_checksum(made('', 30, seed=seed))}"


def test_keys_that_no_provider_made_are_no_live_ones(folder: Path) -> None:
    # An expired token that its owner published to show the form.
    assert not _is_invented(b"ghp" + b"_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")
    token = checked("gh" + "p", 240)
    files = {
        "good.py": f't = "{token}"\n',
        "bad.py": f't = "{token[:-1]}{"a" if token[-1] != "a" else "b"}"\n',
        "tests/short.py": 'k = "sk_' + 'live_abcdef183456"\n',
    }
    gathered = scanned(folder, build(folder / "invented.git", [A(files)]), "invented")
    found = {one.path: one for one in rows(gathered)}
    assert found["good.py"].confidence != "low"
    for path in set(found) - {"good.py"}:
        assert (found[path].confidence, found[path].among_tests) == ("low", False), path
    assert "bad.py" in found


def test_a_providers_key_in_a_document_is_no_test_for_its_name(folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", f"<a>{checked('gh' + 'p', 241)}</a>")
    files = {"doc.docx": packed.getvalue(), "sample.zip": packed.getvalue()}
    gathered = scanned(folder, build(folder / "document.git", [A(files)]), "document")
    assert rows(gathered)
    assert not any(one.looks_like_test for one in rows(gathered))


def test_a_crowd_of_passwords_in_settings_is_cut_and_told(folder: Path) -> None:
    lines = (f"- token: {made('', 16, seed=300 + n)}\n" for n in range(2 * engine.MOST))
    gathered = scanned(folder, build(folder / "many.git", [A({"a.yml": "".join(lines)})]), "many")
    told = [one for one in gathered if isinstance(one, Issue)]
    assert ("more credential-shaped strings than are read", "a.yml") in {
        (one.reason, one.path) for one in told
    }
    assert 0 < len(rows(gathered)) <= engine.MOST
