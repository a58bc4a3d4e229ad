"""Files that are cut, torn, odd or contradict each other: what is lost is a gap, in true words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened
from test_dependencies import gather, npm

from techdd.collectors.dependencies import dependencies
from techdd.collectors.dependencies.reading import said_by
from techdd.doubts import doubt, heard
from techdd.lockfiles import Dependency, Lockfile, Parsed
from techdd.model import Issue
from techdd.plugins import discover

FORMATS = discover("techdd.lockfiles", Lockfile)
CUT = "file is cut short"
ODD = "entries not understood"
UNANSWERED = "packages that a lock file needs and does not list"


def told(form: str, content: str | bytes) -> dict[str, str]:
    """Reason -> detail of the gaps of one file."""
    data = content.encode() if isinstance(content, str) else content
    return {issue.reason: issue.detail for issue in said_by(FORMATS[form], data).issues}


def names(form: str, content: str | bytes) -> list[str]:
    data = content.encode() if isinstance(content, str) else content
    return [f"{row.name}@{row.version}" for row in said_by(FORMATS[form], data).rows]


def place(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


# --- merge conflicts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "before", "ours", "theirs", "after"),
    [
        ("requirements", "", "django==3.2", "django==4.2", ""),
        ("go_mod", "module x\nrequire (", "a.org/b v1.0.0", "a.org/b v1.2.0", ")"),
        ("gemfile_lock", "GEM\n  specs:", "    rack (1.0)", "    rack (2.0)", "\nDEPENDENCIES\n"),
        ("yarn_lock", "# yarn lockfile v1", 'a@^1:\n  version "1.0"', 'a@^1:\n  version "1.1"', ""),
        ("pom", "<project>", "<name>a</name>", "<name>b</name>", "</project>"),
    ],
)
def test_a_conflict_is_told_and_both_sides_are_read(
    form: str, before: str, ours: str, theirs: str, after: str
) -> None:
    text = "\n".join([before, "<<<<<<< HEAD", ours, "=======", theirs, ">>>>>>> topic", after, ""])
    line = text.split("<<<")[0].count("\n") + 1
    assert told(form, text) == {"holds an unresolved merge conflict": f"line {line}"}
    assert len(names(form, text)) == (0 if form == "pom" else 2)
    assert "<<<" not in str(names(form, text))


def test_what_looks_like_half_a_conflict_is_none() -> None:
    text = "# <<<<<<< HEAD\n# =======\n# >>>>>>> x\nflask==1.0\n"
    assert told("requirements", text) == {}
    assert told("requirements", "flask==1.0\n# ok\n") == {}


# --- files that are not whole ---------------------------------------------------------------------

CARGO = '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry"\ndependencies = ["b"]\n'
PNPM = (
    "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n"
    "      a:\n        version: 1.0.0\n"
)
PUB = 'packages:\n  a:\n    source: hosted\n    version: "1.0.0"\n'


@pytest.mark.parametrize(
    ("form", "content", "gap"),
    [
        (
            "go_mod",
            "module x\nrequire (\n\ta.org/b v1.0.0\n",
            {CUT: "the block `require (` is not closed"},
        ),
        ("gemfile_lock", "GEM\n  specs:\n    a (1.0)\n", {CUT: "no section DEPENDENCIES"}),
        (
            "gemfile_lock",
            "GEM\n  specs:\n    a (1.0)\n      b\n\nDEPENDENCIES\n  c\n",
            {UNANSWERED: "b, c"},
        ),
        ("pubspec_lock", PUB, {CUT: "no section sdks"}),
        ("pubspec_lock", PUB[:-2], {CUT: "the value of version is not closed, no section sdks"}),
        (
            "pubspec_lock",
            PUB.replace('"1.0.0"', "") + 'sdks:\n  dart: "3"\n',
            {ODD: "a (line 2) without a version"},
        ),
        ("pnpm_lock", PNPM, {UNANSWERED: "a 1.0.0"}),
        (
            "pnpm_lock",
            PNPM + "packages:\n  a@1.0.0:\n    resolution: {integrity: sha512-",
            {CUT: "the value of resolution is not closed"},
        ),
        (
            "pnpm_lock",
            PNPM + "packages:\n  a@1.0.0: {}\nsnapshots:\n  a@1.0.0: {}\n  b@2.0.0: {}\n",
            {UNANSWERED: "b 2.0.0"},
        ),
        (
            "terraform_lock",
            'provider "r/a/b" {\n  version = "1.0.0"\n}\nprovider "r/a/c" {\n  vers',
            {CUT: "a block or a text is not closed"},
        ),
        (
            "terraform",
            'module "a" {\n  source = "./x"\n',
            {"file read in part": "not all of it is HCL"},
        ),
        (
            "yarn_lock",
            '# yarn lockfile v1\n\na@^1:\n  version "1.0.0"\n  dependencies:\n    b "^2"\n',
            {UNANSWERED: "b"},
        ),
        ("yarn_lock", "# yarn lockfile v1\n\na@^1:\n  vers", {ODD: "a (line 3) without a version"}),
        (
            "yarn_lock",
            '__metadata:\n  version: 8\n\n"a@npm:^1":\n  version: 1.0.0\n',
            {ODD: "a@npm:^1 (line 4) without a resolution"},
        ),
        (
            "mix_lock",
            '%{\n  "a": {:hex, :a, "1.0.0", "x", [:mix], [], "hexpm"},\n  "b": {:hex, :b',
            {CUT: "the map %{...} is not closed", ODD: "b (line 3)"},
        ),
        (
            "rebar_lock",
            '[{<<"a">>,{pkg,<<"a">>,<<"1.0.0">>},0},',
            {CUT: "the last term has no full stop"},
        ),
        ("gradle_lockfile", "a:b:1=runtimeClasspath\n", {CUT: "no line empty="}),
        ("cargo_lock", f"version = 3\n{CARGO}", {UNANSWERED: "b"}),
        (
            "poetry_lock",
            '[[package]]\nname = "a"\nversion = "1"\n[package.dependencies]\nb = "*"\n',
            {CUT: "no table metadata", UNANSWERED: "b"},
        ),
        (
            "uv_lock",
            'version = 1\n[[package]]\nname = "a"\nversion = "1"\n'
            'source = { registry = "x" }\ndependencies = [{ name = "b" }]\n',
            {UNANSWERED: "b"},
        ),
    ],
)
def test_what_is_not_whole_is_told(form: str, content: str, gap: dict[str, str]) -> None:
    assert told(form, content) == gap


WHOLE = [
    (
        "gemfile_lock",
        "GEM\n  specs:\n    a (1.0)\n      bundler\n\nDEPENDENCIES\n  a\n  tzinfo-data\n",
    ),
    ("pubspec_lock", PUB + 'sdks:\n  dart: ">=3.0.0"\n'),
    ("pnpm_lock", PNPM + "packages:\n  a@1.0.0: {}\n"),
    ("cargo_lock", f'{CARGO}\n[[package]]\nname = "b"\nversion = "2.0.0"\n'),
    # Poetry leaves out what only other platforms or versions of Python need.
    (
        "poetry_lock",
        '[[package]]\nname = "a"\nversion = "1"\n[package.dependencies]\n'
        'b = {version = "*", markers = "x"}\n[metadata]\nlock-version = "2.0"\n',
    ),
    ("go_mod", "module x\n\nrequire a.org/b v1.0.0\n"),
]


@pytest.mark.parametrize(("form", "content"), WHOLE, ids=[form for form, _ in WHOLE])
def test_where_nothing_shows_it_nothing_is_told(form: str, content: str) -> None:
    assert told(form, content) == {}


# --- keys, versions of formats, odd entries -------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "content", "keys"),
    [
        (
            "pnpm_lock",
            "lockfileVersion: '9.0'\npackages:\n  a@1.0.0: {}\n  a@1.0.0: {}\n",
            "a@1.0.0 (line 4)",
        ),
        ("pubspec", "name: a\nname: b\n", "name (line 2)"),
        ("github_actions", "jobs:\n  a:\n    runs-on: x\n  a:\n    runs-on: y\n", "a (line 4)"),
        ("compose", "services:\n  a:\n    image: b:1\n    image: b:2\n", "image (line 4)"),
        ("package_json", '{"dependencies": {"a": "1.0.0", "a": "2.0.0"}}', "a"),
    ],
)
def test_repeated_keys_are_told(form: str, content: str, keys: str) -> None:
    assert told(form, content) == {"keys are repeated": keys}


@pytest.mark.parametrize(
    ("form", "content", "detail"),
    [
        (
            "package_lock",
            '{"lockfileVersion": 4, "packages": {"node_modules/a": {"version": "1.0.0"}}}',
            "version 4, read as 3",
        ),
        (
            "pnpm_lock",
            "lockfileVersion: '10.0'\npackages:\n  a@1.0.0: {}\n",
            "version 10.0, read as 9",
        ),
        (
            "poetry_lock",
            '[[package]]\nname = "a"\nversion = "1.0.0"\n[metadata]\nlock-version = "3.0"\n',
            "version 3.0, read as 2",
        ),
        (
            "cargo_lock",
            'version = 5\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "r"\n',
            "version 5, read as 4",
        ),
        (
            "uv_lock",
            'version = 2\n[[package]]\nname = "a"\nversion = "1.0.0"\n'
            'source = { registry = "x" }\n',
            "version 2, read as 1",
        ),
        (
            "bun_lock",
            '{"lockfileVersion": 7, "packages": {"a": ["a@1.0.0", "", {}]}}',
            "version 7, read as 1",
        ),
        (
            "pylock",
            'lock-version = "2.0"\n[[packages]]\nname = "a"\nversion = "1.0.0"\n',
            "version 2.0, read as 1",
        ),
        (
            "yarn_lock",
            '__metadata:\n  version: 99\n\n"a@npm:^1":\n  resolution: "a@npm:1.0.0"\n',
            "version 99, read as 9",
        ),
    ],
)
def test_formats_of_the_future_are_told_and_read(form: str, content: str, detail: str) -> None:
    assert told(form, content) == {"lock format version is not known": detail}
    assert names(form, content) == ["a@1.0.0"]


@pytest.mark.parametrize(
    ("form", "content", "detail"),
    [
        (
            "composer_lock",
            '{"packages": [null, {"name": "a/b"}, {"name": "a/c", "version": "1"}]}',
            "1 of packages that are no tables, entry 1 of packages without a name or a version",
        ),
        (
            "cargo_lock",
            '[[package]]\nname = 3\nversion = "1"\n',
            "entry 1 without a name or a version",
        ),
        ("bun_lock", '{"packages": {"a": {}, "b": [], "c": ["c@1.0.0"]}}', "a, b"),
        ("gemfile_lock", "GEM\n  specs:\n    a\n    b (1.0)\n\nDEPENDENCIES\n  b\n", "line 3"),
        (
            "package_lock",
            '{"packages": {"node_modules/a": {}, "node_modules/b": {"version": "1.0.0"}}}',
            "node_modules/a without a version",
        ),
    ],
)
def test_what_is_left_out_is_one_gap(form: str, content: str, detail: str) -> None:
    assert told(form, content) == {ODD: detail}


def test_many_of_a_kind_are_one_gap_with_examples() -> None:
    packages = {f"node_modules/p{n}": {} for n in range(1_000)}
    detail = told("package_lock", json.dumps({"packages": packages}))[ODD]
    assert detail.startswith("node_modules/p0 without a version, ")
    assert detail.endswith(" and 995 more")


def test_outside_nobody_hears_doubts() -> None:
    doubt("a", "b")
    with heard() as found:
        pass
    assert found == {}


# --- texts ----------------------------------------------------------------------------------------


def test_a_byte_of_another_encoding_costs_nothing_but_the_name_it_is_in() -> None:
    assert names("requirements", b"# caf\xe9\ndjango==3.2\n") == ["django@3.2"]
    assert told("requirements", b"# caf\xe9\ndjango==3.2\n") == {}
    hit = b"caf\xe9==1.0\ndjango==3.2\n"
    assert names("requirements", hit) == ["django@3.2"]
    assert set(told("requirements", hit)) == {"requirement not understood"}
    lock = b'{"packages": {"node_modules/caf\xe9": {"version": "1.0.0"}}}'
    assert set(told("package_lock", lock)) == {"names in an unknown encoding, read as Latin-1"}
    assert told("package_lock", lock.decode("latin-1").encode()) == {}
    assert "no text" in told("gemfile", b"\x00\x01\xff" * 9)["cannot be parsed"]


def test_names_that_lead_out_of_a_folder_and_texts_that_are_too_long() -> None:
    tree = {
        "node_modules/../../etc/passwd": {"version": "1"},
        "node_modules/a": {"version": "1." * 999},
    }
    lock = json.dumps({"packages": tree})
    assert [name[:9] for name in names("package_lock", lock)] == ["a@1.1.1.1"]
    assert told("package_lock", lock) == {
        "package whose name is none": "../../etc/passwd",
        "version of more than 1,024 characters, cut": "a",
    }


@pytest.mark.parametrize(
    "error",
    [
        AttributeError("'NoneType' object has no x"),
        TypeError("x()"),
        KeyError("x"),
        IndexError("list index"),
    ],
)
def test_a_parser_that_stumbles_says_so_in_words_of_the_format(error: Exception) -> None:
    def parse(_data: bytes) -> Parsed:
        yield Dependency("a", "1")
        raise error

    said = said_by(Lockfile("some", "npm", ("x",), True, parse), b"")
    assert [row.name for row in said.rows] == ["a"]
    words = "some: an entry that is not of the shape of the format"
    assert said.issues == (Issue("cannot be parsed", detail=words),)


@pytest.mark.parametrize(
    ("form", "content", "words"),
    [
        ("package_lock", '{"a": "', "line 1: no JSON: unterminated string, where the file ends"),
        ("package_lock", '{\n"a": x}', "line 2: no JSON: expecting value"),
        ("package_lock", '{"a": ' + "9" * 5_000 + "}", "no JSON: a number that is too long"),
        ("cargo_lock", "[[package]]\nname = x", "line 2: no TOML: invalid value"),
        ("cargo_lock", 'a = "', "no TOML: unterminated string, where the file ends"),
    ],
)
def test_what_cannot_be_parsed_says_where_and_why(form: str, content: str, words: str) -> None:
    assert told(form, content) == {"cannot be parsed": f"{form}: {words}"}


# --- contradictions -------------------------------------------------------------------------------


def test_a_lock_of_other_versions_than_its_manifest_allows_is_out_of_step(tmp_path: Path) -> None:
    tree = {"node_modules/a": {"version": "4.17.1"}, "node_modules/b": {"version": "1.5.0"}}
    lock = json.dumps({"lockfileVersion": 3, "packages": {"": {}, **tree}})
    asked = {"a": "^5.0.0", "b": "^1.2"}
    files = {"package.json": npm(dependencies=asked), "package-lock.json": lock}
    _, manifests, issues = gather(place(tmp_path, "a"), files)
    assert issues == []
    stated = {m.path: (m.lacking, m.examples) for m in manifests}
    assert stated["package.json"] == (1, "a ^5.0.0 (locked: 4.17.1)")
    for more in ({"overrides": {"a": "4.17.1"}}, {"resolutions": {"**/a": "4"}}):
        files["package.json"] = npm(dependencies=asked, **more)
        _, manifests, _ = gather(place(tmp_path, next(iter(more))), files)
        assert {m.lacking for m in manifests if m.path == "package.json"} == {0}


def test_the_wishes_of_a_workspace_are_compared_by_name_alone(tmp_path: Path) -> None:
    """What overrides them may stand where the lock is."""
    lock = json.dumps({"packages": {"": {}, "node_modules/a": {"version": "4.17.1"}}})
    part = npm(dependencies={"a": "^5.0.0"})
    _, manifests, _ = gather(tmp_path, {"part/package.json": part, "package-lock.json": lock})
    assert {m.lacking for m in manifests if m.path == "part/package.json"} == {0}


def test_the_halves_of_a_lock_of_npm_agree_or_it_is_told() -> None:
    def lock(old: str) -> str:
        new = {"node_modules/a": {"version": "4.17.21"}}
        old_half = {"a": {"version": old}, "b": {"version": "git+https://x.example.org/b"}}
        return json.dumps({"lockfileVersion": 2, "packages": new, "dependencies": old_half})

    assert told("package_lock", lock("4.17.21")) == {}
    expected = {"versions that contradict each other": "a 4.17.21 and 4.17.1"}
    assert told("package_lock", lock("4.17.1")) == expected


def bill(**component: Any) -> str:
    parts = [{"type": "library", "name": "a", **component}]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": parts})


@pytest.mark.parametrize(
    ("version", "purl", "differs"),
    [
        ("1.0.0", "pkg:npm/a@1.0.0", False),
        ("1.0.0", "pkg:npm/a@2.0.0", True),
        ("1.2.3", "pkg:golang/a.org/b@v1.2.3", False),
        ("1.0", "pkg:pypi/a@1.0.0", False),
        ("1:2.0-1", "pkg:deb/debian/a@2.0-1?epoch=1", False),
        ("", "pkg:npm/a@2.0.0", False),
    ],
)
def test_a_bill_that_contradicts_its_package_urls_is_told(
    version: str, purl: str, differs: bool
) -> None:
    found = told("cyclonedx_json", bill(version=version, purl=purl))
    assert ("versions that contradict each other" in found) is differs


def test_containers_of_a_bill_are_images() -> None:
    digest = "0123456789abcdef" * 4
    for component, expected in (
        ({"name": "redis", "version": "7.2"}, "redis@7.2"),
        ({"name": "hub.example.org/a/b:1.0", "version": digest}, "hub.example.org/a/b@1.0"),
        ({"name": "redis", "version": f"sha256:{digest}"}, f"redis@sha256:{digest}"),
        ({"name": "redis", "purl": "pkg:oci/redis@7.2"}, "redis@7.2"),
    ):
        text = bill(type="container", **component)
        assert names("cyclonedx_json", text) == [expected]
        assert told("cyclonedx_json", text) == {}
    (row,) = said_by(FORMATS["cyclonedx_json"], bill(type="container").encode()).rows
    assert (row.ecosystem, row.version) == ("Docker", None)


# --- Go, Terraform, Python ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "version", "wish"),
    [
        ("go 1.21", None, ">=1.21"),
        ("go 1.21.0", "1.21.0", ">=1.21.0"),
        ("go 1.21\ntoolchain go1.21.3", "1.21.3", ">=1.21.3"),
        ("go 1.22.1\ntoolchain go1.23.4", "1.23.4", ">=1.23.4"),
        ("go 1.22.1\ntoolchain default", "1.22.1", ">=1.22.1"),
        ("go 1.23rc1", "1.23.0-rc.1", ">=1.23rc1"),
    ],
)
def test_go_itself_is_a_package_of_at_least_a_version(
    lines: str, version: str | None, wish: str
) -> None:
    (row,) = said_by(FORMATS["go_mod"], f"module x\n\n{lines}\n".encode()).rows
    assert (row.name, row.version, row.requirement) == ("stdlib", version, wish)


def test_a_provider_that_is_configured_and_not_required_is_named(tmp_path: Path) -> None:
    files = {
        "a/main.tf": 'provider "aws" {\n  version = "~> 2.0"\n}\nprovider "datadog" {}\n',
        "a/versions.tf": "terraform {\n  required_providers {\n    datadog = {\n"
        '      source = "DataDog/datadog"\n    }\n  }\n}\n',
        "b/main.tf": 'provider "datadog" {}\n',
    }
    packages, manifests, issues = gather(tmp_path, files)
    assert issues == []
    assert [(p.manifest, p.name, p.version, p.requirement) for p in packages] == [
        ("a/main.tf", "hashicorp/aws", None, "~> 2.0"),
        ("a/versions.tf", "DataDog/datadog", None, ""),
        ("b/main.tf", "hashicorp/datadog", None, ""),
    ]
    assert {m.path for m in manifests} == set(files)


OLD = "#\n# This file is autogenerated by pip-compile\n#    pip-compile base.in\n#\n"


def test_old_compiled_files_do_not_say_who_asked(tmp_path: Path) -> None:
    compiled = f"{OLD}django==3.2\nsqlparse==0.4.2  # via django\n"
    alone, _, _ = gather(place(tmp_path, "a"), {"requirements.txt": compiled})
    assert {p.name: p.direct for p in alone} == {"django": None, "sqlparse": False}
    silent = f"{OLD}django==3.2\nsqlparse==0.4.2\n"
    for text in (compiled, silent):
        files = {"requirements.txt": text, "requirements.in": "django\n"}
        beside, _, _ = gather(place(tmp_path, str(len(text))), files)
        assert {p.name: p.direct for p in beside} == {"django": True, "sqlparse": False}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([f"pkg/{n}.go" for n in range(10)], "10 files of Go, no manifest of Go"),
        ([f"pkg/{n}.go" for n in range(9)], ""),
        ([*(f"pkg/{n}.go" for n in range(10)), "go.mod"], ""),
        ([*(f"pkg/{n}.go" for n in range(10)), "Gopkg.lock"], ""),  # a gap of its own
        (
            [*(f"pkg/{n}.go" for n in range(10)), "package.json"],
            "10 files of Go, no manifest of Go",
        ),
        ([f"vendor/{n}.go" for n in range(10)], ""),
        ([f"tests/{n}.py" for n in range(10)], ""),
        ([*(f"src/{n}.c" for n in range(11)), *(f"tools/{n}.py" for n in range(10))], ""),
    ],
)
def test_code_whose_packages_no_file_lists_is_a_gap(
    tmp_path: Path, files: list[str], told: str
) -> None:
    repo = opened(tmp_path, [A(dict.fromkeys(files, "{}"))])
    issues = [one for one in dependencies.run(repo) if isinstance(one, Issue)]
    reason = "no list of the packages that the code uses"
    assert [one.detail for one in issues if one.reason == reason] == ([told] if told else [])
