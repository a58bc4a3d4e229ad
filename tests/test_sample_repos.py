"""The sample client: the same every time, with its faults in and its own source clean."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from techdd.cli import main
from techdd.interviews.returned import preview
from techdd.questionnaires import format_of
from techdd.workspace import Workspace

SAMPLES = Path(__file__).resolve().parent.parent / "sample_repos"
EXPECTED: dict[str, Any] = YAML(typ="safe").load(SAMPLES / "expected.yaml")["repositories"]
NAMES = list(EXPECTED)


def _recipe() -> Any:
    spec = importlib.util.spec_from_file_location("sample_build", SAMPLES / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


RECIPE = _recipe()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.name: path for path in RECIPE.build(tmp_path_factory.mktemp("samples"))}


def git(repository: Path, *args: str) -> str:
    argv = ["git", "-C", str(repository), "-c", "core.quotePath=true", *args]
    return subprocess.run(argv, check=True, capture_output=True).stdout.decode("utf-8", "replace")


def identities(repository: Path, form: str) -> set[str]:
    return set(git(repository, "log", f"--format={form}").splitlines())


def history_with(repository: Path, text: str) -> list[str]:
    """Commits that added or removed `text`."""
    return git(repository, "log", "--format=%H", "-S", text).split()


def tree_with(repository: Path, text: str) -> str:
    """Files of HEAD that hold `text`."""
    argv = ["git", "-C", str(repository), "grep", "-lF", "-e", text, "HEAD"]
    return subprocess.run(argv, check=False, capture_output=True).stdout.decode()


@pytest.mark.parametrize("name", NAMES)
def test_commit_id_is_the_expected_one(samples: dict[str, Path], name: str) -> None:
    assert git(samples[name], "rev-parse", "HEAD").strip() == EXPECTED[name]["head"]


def test_second_build_ignores_the_user_and_replaces_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text(
        "[user]\n\tname = Somebody\n\temail = s@else.example\n[core]\n\tautocrlf = true\n"
        "[init]\n\tdefaultBranch = trunk\n[commit]\n\tgpgSign = true\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2001-01-01T00:00:00Z")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    RECIPE.build(tmp_path / "out")
    paths = RECIPE.build(tmp_path / "out")
    monkeypatch.delenv("GIT_DIR")
    heads = {path.name: git(path, "rev-parse", "main").strip() for path in paths}
    assert heads == {name: EXPECTED[name]["head"] for name in NAMES}


def test_a_folder_of_somebody_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "parcel-api").mkdir()
    keep = tmp_path / "parcel-api" / "mine.txt"
    keep.write_text("mine")
    with pytest.raises(RECIPE.RecipeError, match="not built by this script"):
        RECIPE.build(tmp_path)
    assert keep.read_text() == "mine"


@pytest.mark.parametrize("name", NAMES)
def test_history_has_the_expected_numbers(samples: dict[str, Path], name: str) -> None:
    repository, expected = samples[name], EXPECTED[name]
    assert int(git(repository, "rev-list", "--count", "HEAD")) == expected["commits"]
    mainline = git(repository, "rev-list", "--count", "--first-parent", "HEAD")
    assert int(mainline) == expected["mainline_commits"]
    assert len(identities(repository, "%an <%ae>")) == expected["raw_identities"]
    assert len(identities(repository, "%aN <%aE>")) == expected["identities"]
    assert len(identities(repository, "%aN")) == expected["contributors"] + expected["bots"]
    assert len(git(repository, "tag").split()) == expected["tags"]
    days = sorted(git(repository, "log", "--format=%as").split())
    assert days[0] == str(expected["first_commit"])
    assert days[-1] == str(expected["last_commit"])
    merges = int(git(repository, "rev-list", "--count", "--merges", "HEAD"))
    assert merges == expected.get("merges", 0)
    subjects = git(repository, "log", "--format=%s").splitlines()
    if "pull_request_marks" in expected:
        marked = [subject for subject in subjects if re.search(r"\(#\d+\)$", subject)]
        assert len(marked) == expected["pull_request_marks"]
        reverts = [subject for subject in subjects if subject.startswith("Revert ")]
        assert len(reverts) == expected["reverts"]


@pytest.mark.parametrize("name", NAMES)
def test_tree_has_the_expected_files(samples: dict[str, Path], name: str) -> None:
    paths = git(samples[name], "ls-tree", "-r", "--name-only", "HEAD").splitlines()
    suffixes = Counter(PurePosixPath(path.strip('"')).suffix for path in paths)
    expected = EXPECTED[name]["files_by_suffix"]
    assert {suffix: suffixes[suffix] for suffix in expected} == expected
    for entry in EXPECTED[name]["must_find"]:
        if entry["rule"] != "secret-in-history" and "path" in entry:
            assert entry["path"] in paths


@pytest.mark.parametrize("name", NAMES)
def test_objects_are_sound_and_the_branch_is_the_only_one(
    samples: dict[str, Path], name: str
) -> None:
    git(samples[name], "fsck", "--strict")
    assert git(samples[name], "for-each-ref", "--format=%(refname)", "refs/heads").split() == [
        "refs/heads/main"
    ]


def test_leaks_are_in_the_history_and_gone_from_the_tree(samples: dict[str, Path]) -> None:
    repository, values = samples["parcel-api"], RECIPE.planted()
    for leak in ("aws_key_id", "aws_secret", "payment_token"):
        assert len(history_with(repository, values[leak])) == 2, leak  # one adds, one removes
        assert tree_with(repository, values[leak]) == ""
    second_line = values["private_key"].splitlines()[1]
    assert len(history_with(repository, second_line)) == 2
    assert tree_with(repository, second_line) == ""


def test_webhook_and_documentation_key_are_in_the_tree(samples: dict[str, Path]) -> None:
    repository, values = samples["parcel-api"], RECIPE.planted()
    assert tree_with(repository, values["chat_webhook"]).strip() == "HEAD:.env"
    assert tree_with(repository, values["aws_example_id"]).strip() == "HEAD:tests/test_labels.py"


def test_latin_1_name_and_content(samples: dict[str, Path]) -> None:
    argv = ["git", "-C", str(samples["legacy-billing"])]
    listed = subprocess.run([*argv, "ls-tree", "-rz", "HEAD"], check=True, capture_output=True)
    assert b"src/main/resources/Geb\xfchrenordnung.txt\0" in listed.stdout
    readme = subprocess.run([*argv, "show", "HEAD:LIESMICH.txt"], check=True, capture_output=True)
    assert "für".encode("latin-1") in readme.stdout


def test_every_advisory_of_the_expectations_is_in_the_set() -> None:
    records = [json.loads(path.read_text()) for path in (SAMPLES / "advisories").rglob("*.json")]
    known = {alias for record in records for alias in record["aliases"]}
    named = {
        entry["advisory"]
        for expected in EXPECTED.values()
        for entry in (*expected["must_find"], *expected["must_not_find"])
        if "advisory" in entry
    }
    assert named <= known
    assert [record["id"] for record in records if "withdrawn" in record] == ["PYSEC-2023-73"]
    for path in (SAMPLES / "advisories").rglob("*.json"):
        record = json.loads(path.read_text())
        assert record["id"] == path.stem
        assert path.parent.name in {part["package"]["ecosystem"] for part in record["affected"]}


def test_every_expected_rule_exists() -> None:
    rules = SAMPLES.parent / "checklists" / "policy" / "findings"
    known = set(re.findall(r"(?m)^ +- id: (\S+)", "".join(p.read_text() for p in rules.iterdir())))
    kinds = ("must_find", "must_not_find", "out_of_reach")
    wanted = {
        entry["rule"] for e in EXPECTED.values() for kind in kinds for entry in e.get(kind, ())
    }
    assert wanted <= known


def test_own_source_holds_no_planted_value() -> None:
    values = [line for value in RECIPE.planted().values() for line in value.splitlines()]
    for path in SAMPLES.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert not [value for value in values if value in text], path


def test_answers_import_into_a_fresh_engagement_without_a_remark(
    samples: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "engagement"
    called = ["init", str(folder), "--client", "Northwind Parcel", "--profile", "series-a"]
    run = CliRunner()
    assert run.invoke(main, [*called, *map(str, samples.values())]).exit_code == 0
    for path in (SAMPLES / "engagement").iterdir():
        shutil.copy(path, folder)
    people = YAML(typ="safe").load(folder / "interviews.yaml")["people"]
    asked = {one["name"]: one["role"] for one in people if one.get("kind") != "interviewer"}
    for name, role in asked.items():
        path = SAMPLES / "answers" / f"{name.replace(' ', '-').lower()}.md"
        returned = format_of(path).read(path)
        assert (returned.name, returned.role) == (name, role)
        found = preview(Workspace(folder), returned, path.parent, {"by": name, "role": role})
        assert not found.refused and not found.notices
        assert found.changes and not [one for one in found.changes if one.reworded]
        done = run.invoke(main, ["interview", "import", str(folder), str(path), "--apply"])
        assert done.exit_code == 0, done.output


def test_every_document_was_handed_over_with_an_answer() -> None:
    answers = SAMPLES / "answers"
    named = {
        line.removeprefix("Documents:").strip()
        for path in answers.glob("*.md")
        for line in path.read_text().splitlines()
        if line.startswith("Documents: ")
    }
    assert named == {path.name for path in answers.iterdir() if path.suffix != ".md"}


def kingfisher(target: Path) -> list[dict[str, Any]]:
    scanner = shutil.which("kingfisher", path=str(Path(sys.executable).parent))
    assert scanner, "kingfisher-bin is a dependency of this project"
    options = ["--no-validate", "--no-update-check", "--no-ignore", "--redact", "--format", "json"]
    argv = [scanner, "scan", str(target), "--git-history", "full", *options]
    done = subprocess.run(argv, check=False, capture_output=True, timeout=120)
    assert done.returncode in (0, 200), done.stderr
    found, _ = json.JSONDecoder().raw_decode(done.stdout.decode().lstrip() or '{"findings": []}')
    return list(found["findings"])


def test_scanner_finds_the_leaks_and_not_the_documentation_key(samples: dict[str, Path]) -> None:
    paths = Counter(row["finding"]["path"] for row in kingfisher(samples["parcel-api"] / ".git"))
    assert paths["parcel/settings.py"] == 2
    assert paths["deploy/id_deploy"] == 1
    assert paths[".env"] >= 1
    assert not [path for path in paths if path.startswith("tests/")]


def test_scanner_finds_nothing_in_the_recipes(tmp_path: Path) -> None:
    copy = shutil.copytree(SAMPLES, tmp_path / "recipes")
    assert kingfisher(copy) == []


def test_a_mistake_in_a_recipe_says_where(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    woven = tmp_path / "files" / "a.txt.woven"
    woven.write_text("%% start\nhello\n%% one two three four\n")
    with pytest.raises(RECIPE.RecipeError, match=r"a\.txt\.woven:3: no such marker"):
        RECIPE.read_files(tmp_path)
    woven.write_text("%% strat\nhello\n")
    history = tmp_path / "history.txt"
    history.write_text("a +0100 A <a@b.example>\n---\n2024-01-01 10:00 a start Start\n")
    with pytest.raises(RECIPE.RecipeError, match=r"a\.txt: no commit is called strat"):
        list(RECIPE.stream(RECIPE.read_history(history), RECIPE.read_files(tmp_path)))


def test_expected_metrics_and_findings_use_the_shared_words() -> None:
    shapes = {"rule", "path", "package", "person", "component", "severity", "advisory", "test"}
    for expected in EXPECTED.values():
        assert expected["must_find"] and expected["must_not_find"]
        for kind in ("must_find", "must_not_find", "out_of_reach"):
            for entry in expected.get(kind, ()):
                assert set(entry) <= shapes | {"secrets", "exact"}, entry
        assert all(re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", name) for name in expected["metrics"])
