"""Each parser against files in the form of the real tools, and against nonsense.

A case is tests/lockfiles/<parser>/<case>.<ext> beside <case>.json, what must come out of it: a new
parser needs no line of Python here.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from techdd.doubts import heard
from techdd.lockfiles import Dependency, Lockfile, Open, block_yaml, scope_of, stays_below
from techdd.lockfiles.unsupported import unsupported
from techdd.plugins import discover

FORMATS = discover("techdd.lockfiles", Lockfile)
FOLDER = Path(__file__).parent / "lockfiles"
CASES = sorted(path for path in FOLDER.glob("*/*") if path.suffix != ".json")


def outcome(form: Lockfile, data: bytes) -> dict[str, Any]:
    """What a parser makes of a file, without the fields that have their default value."""
    with heard() as doubts:
        found = rows_of(form, data)
    if doubts:
        found["doubts"] = {reason: list(things) for reason, things in doubts.items()}
    return found


def rows_of(form: Lockfile, data: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {"dependencies": [], "issues": []}
    try:
        for row in form.parse(data):
            if isinstance(row, Dependency):
                fields = row._asdict()
                plain = Dependency("", None)._asdict()
                shown = {k: v for k, v in fields.items() if v != plain[k] or k == "version"}
                found["dependencies"].append(json.loads(json.dumps(shown)))
            elif isinstance(row, Open):
                found.setdefault("open", []).append(list(row))
            else:
                found["issues"].append([row.reason, row.path, row.detail])
    except ValueError as error:
        found["error"] = str(error)
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_case(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text())
    assert outcome(FORMATS[path.parent.name], path.read_bytes()) == expected


def test_every_format_has_a_case() -> None:
    assert {path.parent.name for path in CASES} == set(FORMATS)


def test_no_password_comes_out() -> None:
    for path in CASES:
        assert "hunter2" not in str(outcome(FORMATS[path.parent.name], path.read_bytes()))
        assert "s3cret" not in str(outcome(FORMATS[path.parent.name], path.read_bytes()))


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nonsense_raises_nothing_but_value_error(form: Lockfile, data: st.DataObject) -> None:
    """Noise, and real files with a piece cut out, doubled or overwritten."""
    seeds = [path.read_bytes() for path in CASES if path.parent.name == form.name]
    original = data.draw(st.sampled_from(seeds))
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 200)))
    filling = data.draw(
        st.sampled_from([b"", b'"', b"{", b"[", b"\n", b": ", b"null", b"[1]"])
        | st.just(original[start:end] * 2)
        | st.binary(max_size=20)
    )
    outcome(form, original[:start] + filling + original[end:])


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
@settings(max_examples=15, deadline=None)
@given(noise=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_noise_raises_nothing_but_value_error(form: Lockfile, noise: bytes) -> None:
    outcome(form, noise)


SHAPES: list[Any] = [
    None,
    1,
    "x",
    [],
    {},
    [None],
    {"a": None},
    {"a": {"b": 1}},
    [[1]],
    [{"name": 1}],
]


@pytest.mark.parametrize("form", ["package_json", "package_lock", "composer_json", "composer_lock",
                                  "pipfile_lock", "bun_lock", "packages_lock", "cyclonedx_json",
                                  "spdx_json", "project_assets"])  # fmt: skip
def test_values_of_the_wrong_shape_are_survived(form: str) -> None:
    """Every value of every case replaced by every shape."""
    for path in (FOLDER / form).glob("*"):
        if path.suffix == ".json" or form == "bun_lock":
            continue
        tree = json.loads(path.read_text())
        for parent, key in _places(tree):
            original = parent[key]
            for shape in SHAPES:
                parent[key] = shape
                outcome(FORMATS[form], json.dumps(tree).encode())
            parent[key] = original


def _places(tree: Any) -> list[tuple[Any, Any]]:
    places: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        for key in keys:
            places.append((node, key))
            if isinstance(node[key], dict | list):
                waiting.append(node[key])
    return places


MERGED = b"a: &a\n" + b"".join(b"  k%d: 1\n" % n for n in range(1_000))
MERGED += b"services:\n" + b"".join(b"  s%d: {<<: *a}\n" % n for n in range(1_000))


@pytest.mark.parametrize(
    ("form", "bomb"),
    [
        ("package_lock", b"[" * 200_000),
        ("package_lock", b'{"dependencies":' * 50_000 + b"{}" + b"}" * 50_000),
        ("package_lock", b'{"lockfileVersion": ' + b"9" * 5_000 + b"}"),
        ("poetry_lock", b"a = " + b"[" * 100_000),
        ("uv_lock", b"a = " + b"{a=" * 50_000),
        ("yarn_lock", b"__metadata:\n" + b"\n".join(b" " * n + b"a:" for n in range(1_000))),
        ("pnpm_lock", b"a: &a [x]\nb: *a\n"),
        ("pom", b'<!DOCTYPE project SYSTEM "file:///etc/passwd"><project/>'),
        ("msbuild", b'<!DOCTYPE Project SYSTEM "file:///etc/passwd"><Project/>'),
        ("packages_lock", b"[" * 200_000),
        ("package_resolved", b"[" * 200_000),
        ("pubspec_lock", b"packages: &a [x]\nb: *a\n"),
        ("cyclonedx_json", b'{"bomFormat":"CycloneDX","components":' + b"[" * 100_000),
        ("cyclonedx_xml", b'<!DOCTYPE b [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><bom>&b;</bom>'),
        ("cyclonedx_xml", b'<!DOCTYPE bom SYSTEM "file:///etc/passwd"><bom/>'),
        ("setup_py", b"setup(" * 50_000),
        ("setup_py", b"x = " + b"-" * 200_000 + b"1"),
        ("setup_py", b"setup(install_requires=['a'])\0"),
        ("rebar_config", b"[" * 100_000),
        ("gradle_build", b"{" * 100_000),
        ("compose", b"a: &a [*a]"),
        ("compose", b"a: &b 1\n--- \nb: *b"),
        ("compose", b"a: " + b"[" * 100 + b"]" * 100),
        ("compose", b"? [a]\n: b"),
        ("compose", MERGED),
        ("github_actions", b"jobs: " + b"{a: " * 100_000),
        ("github_actions", b"jobs: \x00"),
        ("bun_lock", b"/*" * 500_000),
        ("bun_lock", b'"\\"' * 300_000),
    ],
)
def test_bombs_are_refused_soon(form: str, bomb: bytes) -> None:
    assert "error" in outcome(FORMATS[form], bomb)


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_time_grows_with_size_and_no_faster(form: Lockfile) -> None:
    """Long runs of what patterns repeat; a pattern that tries them all twice would take minutes."""
    runs = (b" ", b"\n", b"\t\n", b'"', b"(", b"- ", b"a", b"a ", b"group ", b"${a}", b"via ")
    begin = time.monotonic()
    for path in (FOLDER / form.name).glob("*"):
        if path.suffix != ".json":
            for run in runs:
                outcome(form, path.read_bytes() + run * (100_000 // len(run)))
    assert time.monotonic() - begin < 30


def test_deep_markup_is_survived() -> None:
    found = outcome(
        FORMATS["pom"], b"<project>" + b"<a>" * 50_000 + b"</a>" * 50_000 + b"</project>"
    )
    assert found == {"dependencies": [], "issues": []}


def test_deep_bills_of_materials_are_read_to_the_ground() -> None:
    deep = 3_000
    library = b"<component><purl>pkg:npm/a@1</purl><components>"
    end = b"</components></component>"
    bill = b"<bom><components>" + library * deep + end * deep + b"</components></bom>"
    found = outcome(FORMATS["cyclonedx_xml"], bill)
    assert (len(found["dependencies"]), found["issues"]) == (deep, [])


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("sbom/app.cdx.json", ["cyclonedx_json"]),
        ("bom.json", ["cyclonedx_json"]),
        ("bom.xml", ["cyclonedx_xml"]),
        ("app.spdx.json", ["spdx_json"]),
        ("app.spdx", ["spdx"]),
        ("requirements.txt", ["requirements"]),
        ("a/requirements-dev.txt", ["requirements"]),
        ("a/requirements/prod.txt", ["requirements"]),
        ("a/dev-requirements.in", ["requirements"]),
        ("docs/notes.txt", []),
        ("npm-shrinkwrap.json", ["package_lock"]),
        ("a/package.json", ["package_json"]),
        ("tsconfig.json", []),
        ("pylock.dev.toml", ["pylock"]),
        ("gradle/libs.versions.toml", ["version_catalogue"]),
        ("shop.gemspec", ["gemspec"]),
        ("Gemfile", ["gemfile"]),
        ("Gemfile.lock", ["gemfile_lock"]),
        ("src/Shop/Shop.csproj", ["msbuild"]),
        ("Directory.Packages.props", ["central_versions"]),
        ("src/packages.lock.json", ["packages_lock"]),
        (
            "App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved",
            ["package_resolved"],
        ),
        (".github/workflows/ci.yml", ["github_actions"]),
        ("workflows/ci.yml", []),
        (".github/actions/own/action.yml", ["github_actions"]),
        ("docker/Dockerfile.dev", ["dockerfile"]),
        ("docker-compose.prod.yml", ["compose"]),
        ("docker-compose/values.yml", []),
        ("e2e/kafka-compose.yaml", ["compose"]),
        ("infra/.terraform.lock.hcl", ["terraform_lock"]),
        ("app/build.gradle.kts", ["gradle_build"]),
        ("settings.gradle", ["gradle_build"]),
        ("ci/build.gitlab-ci.yml", ["gitlab_ci"]),
        (".config/dotnet-tools.json", ["dotnet_tools"]),
        ("src/obj/project.assets.json", ["project_assets"]),
        ("App.xcodeproj/project.pbxproj", ["xcode_project"]),
        ("paket.lock", ["paket_lock"]),
        ("apps/x/rebar.config", ["rebar_config"]),
        ("gradle.properties", ["gradle_properties"]),
    ],
)
def test_formats_know_their_files(path: str, names: list[str]) -> None:
    assert [form.name for form in FORMATS.values() if form.matches(path)] == names


def test_no_file_is_both_read_and_unsupported() -> None:
    for form in FORMATS.values():
        for pattern in form.patterns:
            assert not unsupported(pattern.rpartition("/")[2])


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("main.tf.json", "Terraform in JSON, Terragrunt"),
        ("stack.yaml.lock", "Haskell"),
        ("cabal.project.freeze", "Haskell"),
        ("dub.selections.json", "Crystal, D, Nim and Zig"),
        ("MODULE.bazel.lock", "Nix and Bazel"),
        ("flake.lock", "Nix and Bazel"),
        ("Berksfile.lock", "Ansible and Chef"),
        ("spack.lock", "C and C++"),
        ("conan.lock", "C and C++"),
        ("vcpkg.json", "C and C++"),
        ("shop.opam.locked", "Elm, OCaml and Lua"),
        ("luarocks.lock", "Elm, OCaml and Lua"),
        ("Manifest.toml", "R and Julia"),
        ("renv.lock", "R and Julia"),
        ("main.c", ""),
    ],
)
def test_unsupported_files_are_named(name: str, whose: str) -> None:
    assert unsupported(name) == whose


def test_groups_tell_what_packages_are_for() -> None:
    groups = ["dev", "Test", "lint-and-docs", "tests_extra", "production", "latest", "device", "s3"]
    assert [scope_of(group) for group in groups] == ["development"] * 4 + ["runtime"] * 4


def test_only_folders_below_are_the_projects_own() -> None:
    own = [".", "./libs/a", "libs/a", "file:./a"]
    others = ["../a", "/opt/a", "~/a", "https://x/a", "./a-1.0.whl", "file:a.tgz"]
    assert [stays_below(path) for path in own + others] == [True] * 4 + [False] * 6


def test_yaml_comments_behind_values_are_dropped() -> None:
    text = 'a: ^1.0 # why\nb: # none\n  c: \'x # y\' # z\nd: http://x/#y\ne: "\\" # q"\nf: "x # y\n'
    assert block_yaml(text) == {
        "a": "^1.0", "b": {"c": "x # y"}, "d": "http://x/#y", "e": '" # q', "f": '"x # y',
    }  # fmt: skip


def test_aliases_are_shared_and_not_copied() -> None:
    """A billion laughs, and a list of steps that ten thousand jobs share."""
    layers = b"".join(
        b"l%d: &l%d [%s]\n" % (n + 1, n + 1, b", ".join([b"*l%d" % n] * 9)) for n in range(30)
    )
    laughs = b"l0: &l0 [x]\n" + layers + b"services: {a: {image: *l30}, b: {image: b:1}}"
    (row,) = outcome(FORMATS["compose"], laughs)["dependencies"]
    assert (row["name"], row["version"]) == ("b", "1")
    steps = b"x: &s\n" + b"- uses: a/b@v1.0.0\n" * 5_000
    jobs = b"jobs:\n" + b"".join(b"  j%d: {steps: *s}\n" % n for n in range(10_000))
    services = b"x: &s [" + b"a:1, " * 5_000 + b"]\n"
    holders = b"".join(b"j%d: {services: *s}\n" % n for n in range(10_000))
    begin = time.monotonic()
    assert len(outcome(FORMATS["github_actions"], steps + jobs)["dependencies"]) == 5_000
    assert len(outcome(FORMATS["gitlab_ci"], services + holders)["dependencies"]) == 5_000
    assert time.monotonic() - begin < 20


def test_yaml_keeps_text_as_it_stands() -> None:
    text = "a:\n  version: 1.10\n  no: no\n  'it''s': \"x\\\"y\"\nlist:\n  - one\n  - 'two'\n"
    assert block_yaml(text) == {
        "a": {"version": "1.10", "no": "no", "it's": 'x"y'},
        "list": ["one", "two"],
    }


@pytest.mark.parametrize(
    ("use", "scope"),
    [
        ("latestReleaseRuntimeClasspath", "runtime"),
        ("contestRuntimeClasspath", "runtime"),
        ("testRuntimeClasspath", "development"),
        ("debugAndroidTestCompileClasspath", "development"),
        ("integrationTestRuntimeClasspath", "development"),
        ("jacocoAgent", "development"),
    ],
)
def test_a_configuration_is_a_test_where_a_word_of_its_name_says_so(use: str, scope: str) -> None:
    (row,) = FORMATS["gradle_lockfile"].parse(f"o:l:1={use}\n".encode())
    assert isinstance(row, Dependency) and row.scope == scope


@pytest.mark.parametrize("run", ['bash -c "read x <<<foo"', "echo $((1<<shift))", "cat <<END"])
def test_what_only_looks_like_a_heredoc_hides_no_stage(run: str) -> None:
    text = f"FROM golang:1.15 AS b\nRUN {run}\nFROM node:10\nCOPY --from=b /a /b\n"
    rows = list(FORMATS["dockerfile"].parse(text.encode()))
    assert [row.name for row in rows if isinstance(row, Dependency)] == ["golang", "node"]
