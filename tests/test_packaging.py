"""What ships: the wheel holds the checklists and templates, and the README is true."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from techdd.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@pytest.mark.parametrize("folder", ["checklists", "report_templates"])
def test_wheel_holds_every_data_file(wheel: list[str], folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert files
    shipped = {f"techdd/_data/{path.relative_to(ROOT).as_posix()}" for path in files}
    assert shipped <= set(wheel)


def test_wheel_holds_the_interview_page(wheel: list[str]) -> None:
    folder = Path("techdd/interviews/web/static")
    files = [path for path in (ROOT / "src" / folder).iterdir() if path.is_file()]
    assert {".html", ".css", ".js", ".svg"} == {path.suffix for path in files}
    assert {f"{folder.as_posix()}/{path.name}" for path in files} <= set(wheel)


def test_wheel_holds_no_tests_or_samples(wheel: list[str]) -> None:
    assert not [name for name in wheel if name.startswith(("tests/", "sample_repos/"))]


def test_readme_shows_the_help_as_it_is() -> None:
    shown = re.search(r"<!-- help -->\n```\n(.*?)\n```\n<!-- /help -->", README, re.DOTALL)
    assert shown
    printed = CliRunner().invoke(main, ["--help"], prog_name="techdd", terminal_width=80).output
    assert shown[1].strip() == printed.strip()


def test_readme_names_every_command() -> None:
    assert [name for name in main.commands if f"techdd {name}" not in README] == []


def test_readme_pictures_are_there() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert [path for path in pictures if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("path", re.findall(r"\]\(((?!http)[^)#]+)\)", README))
def test_readme_links_lead_somewhere(path: str) -> None:
    assert (ROOT / path).exists()
