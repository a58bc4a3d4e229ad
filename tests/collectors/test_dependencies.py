from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened

from techdd.collectors.dependencies import MAX_SIZE, Manifest, dependencies, inventory, locking
from techdd.facts import Package, frame
from techdd.lockfiles.locking import floats
from techdd.model import Issue, Metric, Observation, Series

TODAY = date(2026, 1, 1)
Tree = Mapping[str, str | bytes]


def gather(tmp_path: Path, tree: Tree) -> tuple[list[Package], list[Manifest], list[Issue]]:
    rows = list(dependencies.run(opened(tmp_path, [A(dict(tree))])))
    packages = [row for row in rows if isinstance(row, Package)]
    manifests = [row for row in rows if isinstance(row, Manifest)]
    return packages, manifests, [row for row in rows if isinstance(row, Issue)]


def npm(**sections: Any) -> str:
    return json.dumps({"name": "app", **sections}, indent=2)


LOCK = "package-lock.json"
PACKAGE_LOCK = json.dumps(
    {
        "lockfileVersion": 3,
        "packages": {
            "": {"dependencies": {"react": "^18"}},
            "node_modules/react": {"version": "18.2.0", "license": "MIT"},
            "node_modules/loose-envify": {"version": "1.4.0", "license": "MIT"},
        },
    },
    indent=2,
)


def test_a_lock_gives_the_version_and_the_manifest_the_wish(tmp_path: Path) -> None:
    packages, manifests, issues = gather(
        tmp_path,
        {"package.json": npm(dependencies={"react": "^18"}), "package-lock.json": PACKAGE_LOCK},
    )
    assert issues == []
    assert packages == [
        Package("npm", "react", "18.2.0", "^18", LOCK, 9, True, True, "runtime", "MIT", False),
        Package("npm", "loose-envify", "1.4.0", "", LOCK, 13, True, False, "runtime", "MIT", False),
    ]
    assert manifests == [
        Manifest(LOCK, "npm", "package_lock", "runtime", 2, False, LOCK),
        Manifest("package.json", "npm", "package_json", "runtime", 1, True, LOCK, 0),
    ]


def test_what_a_stale_lock_lacks_comes_from_the_manifest(tmp_path: Path) -> None:
    packages, _, _ = gather(
        tmp_path,
        {
            "package.json": npm(dependencies={"react": "^18", "new": "^1.0.0"}),
            "package-lock.json": PACKAGE_LOCK,
        },
    )
    assert {(p.name, p.version, p.locked) for p in packages} == {
        ("react", "18.2.0", True),
        ("loose-envify", "1.4.0", True),
        ("new", None, False),
    }


def test_a_broken_lock_is_an_issue_and_the_manifest_still_counts(tmp_path: Path) -> None:
    packages, manifests, issues = gather(
        tmp_path,
        {"package.json": npm(dependencies={"react": "^18"}), "package-lock.json": "{ not json"},
    )
    assert [(issue.reason, issue.path) for issue in issues] == [
        ("cannot be parsed", "package-lock.json")
    ]
    assert [(p.name, p.version, p.locked) for p in packages] == [("react", None, False)]
    assert {m.path: m.lock for m in manifests}["package.json"] == "package-lock.json"


YARN = """# yarn lockfile v1


jest@^29:
  version "29.7.0"
  dependencies:
    chalk "^4"
    shared "^1"

react@^18:
  version "18.2.0"
  dependencies:
    shared "^1"

chalk@^4:
  version "4.1.2"

shared@^1:
  version "1.0.0"

orphan@^1:
  version "1.0.0"
"""


def test_scope_follows_the_graph_where_the_lock_does_not_say(tmp_path: Path) -> None:
    manifest = npm(dependencies={"react": "^18"}, devDependencies={"jest": "^29"})
    packages, _, _ = gather(tmp_path, {"package.json": manifest, "yarn.lock": YARN})
    assert {p.name: (p.scope, p.direct) for p in packages} == {
        "react": ("runtime", True),
        "jest": ("development", True),
        "chalk": ("development", False),
        "shared": ("runtime", False),  # both need it, so it is shipped
        "orphan": ("unknown", False),
    }


def test_a_lock_in_a_folder_above_governs_what_it_mostly_holds(tmp_path: Path) -> None:
    others = ["express", "knex", "react"]  # one of three is in the lock by chance
    _, manifests, _ = gather(
        tmp_path,
        {
            "package.json": npm(workspaces=["packages/*"]),
            "yarn.lock": YARN,
            "packages/ui/package.json": npm(dependencies={"react": "^18", "@app/core": "1.0.0"}),
            "services/other/package.json": npm(dependencies=dict.fromkeys(others, "^4")),
        },
    )
    assert {m.path: (m.lockable, m.lock) for m in manifests} == {
        "package.json": (False, "yarn.lock"),
        "yarn.lock": (False, "yarn.lock"),
        "packages/ui/package.json": (True, "yarn.lock"),
        "services/other/package.json": (True, ""),
    }


@pytest.mark.parametrize(
    ("requirements", "lock"),
    [("flask==3.0.0\nclick==8.1.7\n", "requirements.txt"), ("flask==3.0.0\nclick>=8\n", "")],
)
def test_requirements_lock_only_when_pinned_throughout(
    tmp_path: Path, requirements: str, lock: str
) -> None:
    project = '[project]\nname = "app"\ndependencies = ["flask>=2"]\n'
    packages, manifests, _ = gather(
        tmp_path, {"requirements.txt": requirements, "pyproject.toml": project}
    )
    assert {m.path: m.lock for m in manifests} == {"requirements.txt": lock, "pyproject.toml": lock}
    assert {p.version for p in packages if p.manifest == "requirements.txt"} >= {"3.0.0"}
    assert {p.locked for p in packages if p.manifest == "requirements.txt"} == {bool(lock)}


def test_go_mod_pins_itself(tmp_path: Path) -> None:
    module = "module example.com/app\n\nrequire github.com/gin-gonic/gin v1.9.1\n"
    checksum = "github.com/gin-gonic/gin v1.9.1 h1:abc=\n"
    packages, both, _ = gather(tmp_path, {"go.mod": module, "go.sum": checksum})
    assert [(m.path, m.lock) for m in both] == [("go.mod", "go.mod"), ("go.sum", "go.sum")]
    assert [(p.name, p.version, p.locked, p.direct) for p in packages] == [
        ("github.com/gin-gonic/gin", "v1.9.1", True, True)
    ]


def test_go_without_checksums_is_locked_and_told(tmp_path: Path) -> None:
    module = "module example.com/app\n\nrequire github.com/gin-gonic/gin v1.9.1\n"
    empty = "module example.com/tool\n\ngo 1.21.3\n"
    packages, manifests, _ = gather(tmp_path, {"go.mod": module, "tool/go.mod": empty})
    assert [(m.lockable, m.lock) for m in manifests] == [(True, "go.mod"), (True, "tool/go.mod")]
    tables = (with_repo(type(rows[0]), {"api": rows}) for rows in (packages, manifests))
    told = [one for one in locking.run(TODAY, *tables) if isinstance(one, Observation)]
    assert [(one.rule, one.key) for one in told] == [("no-checksums", "go.mod")]


def test_tests_and_examples_are_developments_and_vendored_copies_nobodys(tmp_path: Path) -> None:
    packages, manifests, issues = gather(
        tmp_path,
        {
            "node_modules/left-pad/package.json": npm(dependencies={"a": "1.0.0"}),
            "vendor/github.com/x/y/go.mod": "module x\n",
            "examples/tutorial/requirements.txt": "flask==3.0.0\n",
            "tests/fixtures/stack.yaml.lock": "packages: []",
            "requirements-dev.txt": "pytest==8.0.0\n",
            "requirements.txt": "flask==3.0.0\n",
        },
    )
    assert issues == []
    assert {m.path: m.scope for m in manifests} == {
        "examples/tutorial/requirements.txt": "development",
        "requirements-dev.txt": "development",
        "requirements.txt": "runtime",
    }
    assert [(p.name, p.scope) for p in packages] == [
        ("flask", "development"),
        ("pytest", "development"),
        ("flask", "runtime"),
    ]


def test_formats_that_are_not_understood_are_said(tmp_path: Path) -> None:
    _, _, issues = gather(
        tmp_path,
        {
            "src/stack.yaml.lock": "packages: []",
            "Podfile.lock": "PODS:\n",
        },
    )
    assert issues == [
        Issue("dependency format not supported", "Podfile.lock", "Swift and Objective-C"),
        Issue("dependency format not supported", "src/stack.yaml.lock", "Haskell"),
    ]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    _, manifests, issues = gather(tmp_path, {"yarn.lock": b"#" * (MAX_SIZE + 1)})
    assert manifests == []
    assert issues == [Issue("dependency file too large", "yarn.lock", "20,000,001 bytes")]


def test_names_are_clean_and_passwords_stay_out(tmp_path: Path) -> None:
    wishes = {"evil\u202egnp\ud800": "^1.0.0", "x": "git+https://u:hunter2@example.com/x.git"}
    packages, _, issues = gather(tmp_path, {"package.json": npm(dependencies=wishes)})
    assert [p.name for p in packages] == ["evil\\u202egnp\\ud800"]
    assert "hunter2" not in str((packages, issues))
    assert [issue.reason for issue in issues] == ["dependency from outside a registry"]


def test_copies_of_one_version_in_a_file_are_one_package(tmp_path: Path) -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "node_modules/a": {"version": "1.0.0", "dev": True},
            "node_modules/b/node_modules/a": {"version": "1.0.0"},
            "node_modules/c/node_modules/a": {"version": "2.0.0", "dev": True},
        },
    }
    packages, _, _ = gather(tmp_path, {"package-lock.json": json.dumps(lock)})
    assert {(p.name, p.version, p.scope) for p in packages} == {
        ("a", "1.0.0", "runtime"),
        ("a", "2.0.0", "development"),
    }


def package(name: str, version: str | None = "1.0.0", **more: Any) -> Package:
    fields: dict[str, Any] = {
        "ecosystem": "npm", "requirement": "", "manifest": "package-lock.json", "line": None,
        "locked": True, "direct": False, "scope": "runtime", "licence": "",
    }  # fmt: skip
    return Package(name=name, version=version, **(fields | more))


def with_repo(fact: Any, rows: Mapping[str, list[Any]]) -> Any:
    table = frame(fact, [row for some in rows.values() for row in some])
    table.insert(0, "repo", [repo for repo, some in rows.items() for _ in some])
    return table


def manifest(path: str, lock: str, **more: Any) -> Manifest:
    fields: dict[str, Any] = {
        "ecosystem": "npm", "format": "package_json", "scope": "runtime", "packages": 1,
        "lockable": True,
    }  # fmt: skip
    return Manifest(path=path, lock=lock, **(fields | more))


def test_inventory_counts_each_version_once() -> None:
    packages = with_repo(
        Package,
        {
            "api": [
                package("a", direct=True),
                package("a", "2.0.0", direct=True),
                package("b", manifest="x/package-lock.json"),
                package("b"),
            ],
            "web": [package("a", direct=None), package("flask", ecosystem="PyPI")],
        },
    )
    manifests = with_repo(
        Manifest, {"api": [manifest("package.json", "")], "web": [manifest("package.json", "")]}
    )
    found = list(inventory.run(TODAY, packages, manifests))
    metrics = {
        (m.name, m.repo): m.value for m in found if isinstance(m, Metric) and "script" not in m.name
    }
    assert metrics == {
        ("inventory.packages", ""): 4,
        ("inventory.direct", ""): 1,
        ("inventory.packages", "api"): 3,
        ("inventory.direct", "api"): 1,
        ("inventory.packages", "web"): 2,
        ("inventory.direct", "web"): 0,
    }
    assert [s.rows for s in found if isinstance(s, Series)] == [(("npm", 3), ("PyPI", 1))]


def test_nothing_read_is_not_zero_packages() -> None:
    none = with_repo(Manifest, {})
    nothing = with_repo(Package, {})
    found = [*inventory.run(TODAY, nothing, none), *locking.run(TODAY, nothing, none)]
    metrics = [metric for metric in found if isinstance(metric, Metric)]
    assert len(metrics) == 7
    assert all(metric.value is None and metric.note for metric in metrics)


def test_locking_counts_shipped_manifests_that_can_be_locked() -> None:
    table = with_repo(
        Manifest,
        {
            "api": [
                manifest("package.json", "package-lock.json"),
                manifest("web/package.json", ""),
                manifest("examples/package.json", "", scope="development"),
                manifest("package-lock.json", "package-lock.json", lockable=False),
            ],
            "java": [manifest("pom.xml", "", lockable=False, ecosystem="Maven")],
        },
    )
    found = list(locking.run(TODAY, with_repo(Package, {}), table))
    about = ("locking.unlocked", "locking.locked_share")
    metrics = {
        (m.name, m.repo): m.value for m in found if isinstance(m, Metric) and m.name in about
    }
    assert metrics == {
        ("locking.unlocked", ""): 1,
        ("locking.locked_share", ""): 0.5,
        ("locking.unlocked", "api"): 1,
        ("locking.locked_share", "api"): 0.5,
        ("locking.unlocked", "java"): None,
        ("locking.locked_share", "java"): None,
    }
    (seen,) = [one for one in found if isinstance(one, Observation)]
    assert (seen.rule, seen.repo, seen.key) == ("unlocked-manifest", "api", "web/package.json")
    assert seen.values == {"manifest": "web/package.json", "ecosystem": "npm"}


CENTRAL = """<Project><ItemGroup>
  <PackageVersion Include="Serilog" Version="4.0.0" />
  <PackageVersion Include="xunit" Version="2.9.2" />
</ItemGroup></Project>"""


def csproj(*names: str) -> str:
    items = "\n".join(f'  <PackageReference Include="{name}" />' for name in names)
    return f"<Project>\n<ItemGroup>\n{items}\n</ItemGroup>\n</Project>"


def test_central_versions_govern_the_projects_below(tmp_path: Path) -> None:
    packages, manifests, issues = gather(
        tmp_path,
        {
            "Directory.Packages.props": CENTRAL,
            "Directory.Build.props": "<Project/>",
            "src/Shop/Shop.csproj": csproj("Serilog"),
            "src/Shop.Tests/Shop.Tests.csproj": csproj("xunit"),
        },
    )
    assert issues == []
    assert [(p.name, p.version, p.direct, p.scope) for p in packages] == [
        ("Serilog", "4.0.0", True, "runtime"),
        ("xunit", "2.9.2", True, "development"),
    ]
    assert [(m.path, m.lockable, m.lock) for m in manifests if m.path.endswith("csproj")] == [
        ("src/Shop.Tests/Shop.Tests.csproj", False, "Directory.Packages.props"),
        ("src/Shop/Shop.csproj", False, "Directory.Packages.props"),
    ]


def test_a_project_is_governed_by_the_lock_beside_it(tmp_path: Path) -> None:
    entry = {"type": "Direct", "requested": "[4.0.0, )", "resolved": "4.0.2"}
    lock = json.dumps({"version": 1, "dependencies": {"net8.0": {"Serilog": entry}}}, indent=2)
    packages, _, _ = gather(
        tmp_path, {"Shop.csproj": csproj("Serilog"), "packages.lock.json": lock}
    )
    assert [(p.version, p.manifest, p.locked, p.scope) for p in packages] == [
        ("4.0.2", "packages.lock.json", True, "runtime")
    ]


def test_what_a_build_file_leaves_open_its_lock_settles(tmp_path: Path) -> None:
    build = "dependencies {\n  implementation 'a:b:1'\n  implementation(libs.c)\n}\n"
    packages, manifests, issues = gather(
        tmp_path,
        {
            "open/build.gradle": build,
            "locked/build.gradle": build,
            "locked/gradle.lockfile": "a:b:1=runtimeClasspath\nc:c:2=runtimeClasspath\nempty=\n",
            "empty/build.gradle": "plugins {}",
        },
    )
    assert [(issue.path, issue.reason) for issue in issues] == [
        ("open/build.gradle", "unresolved version")
    ]
    assert [(p.name, p.manifest, p.direct) for p in packages] == [
        ("a:b", "locked/gradle.lockfile", True),
        ("c:c", "locked/gradle.lockfile", None),
        ("a:b", "open/build.gradle", True),
    ]
    assert {m.path: m.lock for m in manifests} == {
        "locked/build.gradle": "locked/gradle.lockfile",
        "locked/gradle.lockfile": "locked/gradle.lockfile",
        "open/build.gradle": "",
    }


def test_a_bill_of_materials_brings_packages_of_many_ecosystems(tmp_path: Path) -> None:
    names = ["pkg:pypi/six@1.16.0", "pkg:gem/six@1.16.0", "pkg:npm/%40x/y@2.0.0"]
    components = [{"type": "library", "name": "x", "purl": name} for name in names]
    bill = json.dumps({"bomFormat": "CycloneDX", "components": components})
    packages, manifests, issues = gather(tmp_path, {"release-2.cdx.json": bill})
    assert issues == []
    assert {(one.ecosystem, one.name, one.version, one.scope) for one in packages} == {
        ("PyPI", "six", "1.16.0", "runtime"),
        ("RubyGems", "six", "1.16.0", "runtime"),
        ("npm", "@x/y", "2.0.0", "runtime"),
    }
    assert all(one.locked for one in packages)
    assert not any(one.lockable for one in manifests)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("bom.json", '{"bomFormat": "CycloneDX", "components": ' + "[" * 100_000),
        ("bom.json", '["bomFormat"]'),
        ("bom.xml", '<!DOCTYPE b [<!ENTITY a "aa">]><bom><components>&a;</components></bom>'),
        ("app.spdx.json", '{"spdxVersion": 2.3}'),
        ("app.spdx", "no tags here"),
        ("app.spdx", b"\xff\xfe\x00"),
    ],
)
def test_a_hostile_bill_of_materials_is_a_gap(
    tmp_path: Path, path: str, content: str | bytes
) -> None:
    packages, _, issues = gather(tmp_path, {path: content})
    assert packages == []
    assert [(one.path, one.reason) for one in issues] == [(path, "cannot be parsed")]


def test_a_lock_out_of_step_is_told_by_what_it_lacks(tmp_path: Path) -> None:
    wishes = {"react": "^18", "fresh": "^1", "@app/ui": "1.0.0", "fetched": "github:a/b"}
    packages, manifests, _ = gather(
        tmp_path,
        {
            "package.json": npm(
                dependencies=wishes,
                peerDependencies={"host": "*"},
                devDependencies={"tool": "^1"},
            ),
            "package-lock.json": PACKAGE_LOCK,
            "ui/package.json": json.dumps({"name": "@app/ui"}),
            "other/package.json": npm(dependencies={"@app/ui": "1.0.0"}),
            "broken/package.json": npm(dependencies={"a": "^1"}),
            "broken/package-lock.json": "{",
        },
    )
    assert {m.path: (m.lacking, m.examples) for m in manifests if m.lockable} == {
        "package.json": (1, "fresh"),
        "other/package.json": (None, ""),
        "broken/package.json": (None, ""),
    }
    # What the workspace itself provides is no third-party package where a lock says so.
    assert [p.manifest for p in packages if p.name == "@app/ui"] == ["other/package.json"]
    found = list(
        locking.run(TODAY, *(with_repo(type(r[0]), {"web": r}) for r in (packages, manifests)))
    )
    metrics = {m.name: m for m in found if isinstance(m, Metric) and m.repo == "web"}
    assert metrics["locking.out_of_step"].value == 1
    assert metrics["locking.out_of_step"].basis.startswith("1 manifests that could be compared")
    (seen,) = [one for one in found if isinstance(one, Observation) and one.rule == "stale-lock"]
    assert seen.values == {"ecosystem": "npm", "count": 1, "packages": "fresh"}
    assert [str(place) for place in seen.locations] == ["package.json", "package-lock.json"]


@pytest.mark.parametrize(
    ("manifest_", "content", "lock", "pinned"),
    [
        (
            "Cargo.toml",
            '[package]\nname = "own"\n[dependencies]\nserde = "1"\nlib = "1"\nhelper = "1"\n',
            "Cargo.lock",
            'version = 3\n[[package]]\nname = "serde"\nversion = "1.0.0"\nsource = "registry+x"\n',
        ),
        (
            "pyproject.toml",
            '[project]\nname = "own"\ndependencies = ["serde", "Lib", "helper"]\n',
            "uv.lock",
            'version = 1\n[[package]]\nname = "serde"\nversion = "1.0"\n'
            'source = { registry = "https://index.example.org/simple" }\n',
        ),
    ],
)
def test_the_workspaces_own_packages_are_not_missed(
    tmp_path: Path, manifest_: str, content: str, lock: str, pinned: str
) -> None:
    helper = content.replace('"own"', '"helper"')
    _, manifests, _ = gather(
        tmp_path, {manifest_: content, lock: pinned, f"helper/{manifest_}": helper}
    )
    (one,) = [m for m in manifests if m.path == manifest_]
    assert (one.lacking, one.examples) == (1, "lib")


@pytest.mark.parametrize(
    ("ecosystem", "requirement", "floating"),
    [
        ("npm", "*", True),
        ("npm", "latest", True),
        ("npm", "", True),
        ("npm", ">=1.2", True),
        ("npm", ">=1.2 <2", False),
        ("npm", "^1.2", False),
        ("npm", "1.x", False),
        ("PyPI", "", True),
        ("PyPI", ">=1.0", True),
        ("PyPI", "<2,>=1.0", False),
        ("PyPI", "~=1.0", False),
        ("RubyGems", ">= 0", True),
        ("crates.io", "1", False),
        ("crates.io", ">=1", True),
        ("Gradle", "", False),
    ],
)
def test_a_requirement_floats_where_it_has_no_upper_end(
    ecosystem: str, requirement: str, floating: bool
) -> None:
    assert floats(ecosystem, requirement) is floating


def test_floating_requirements_count_where_no_lock_holds_them() -> None:
    packages = with_repo(
        Package,
        {
            "api": [
                package("a", None, manifest="package.json", requirement="*"),
                package("a", None, manifest="web/package.json", requirement="latest"),
                package("b", None, manifest="package.json", requirement="^1"),
                package("c", None, manifest="package.json", scope="development"),
                package("d", None, manifest="locked/package.json", requirement="*"),
                package("e", "1.0.0", manifest="package.json", requirement=""),
            ]
        },
    )
    manifests = with_repo(
        Manifest,
        {
            "api": [
                manifest("package.json", ""),
                manifest("web/package.json", ""),
                manifest("locked/package.json", "locked/package-lock.json"),
            ]
        },
    )
    found = list(locking.run(TODAY, packages, manifests))
    values = [m.value for m in found if isinstance(m, Metric) and m.name == "locking.floating"]
    assert values == [1, 1]


def test_install_scripts_count_where_a_lock_file_says_so() -> None:
    rows = [
        package("a", installs=True),
        package("a", installs=False, manifest="x/package-lock.json"),
        package("b", installs=False),
        package("c"),
    ]
    manifests = with_repo(Manifest, {"web": [manifest("package.json", "package-lock.json")]})

    def asked(rows: list[Package]) -> tuple[float | None, str, str]:
        found = inventory.run(TODAY, with_repo(Package, {"web": rows}), manifests)
        (one,) = [
            m
            for m in found
            if isinstance(m, Metric) and (m.name, m.repo) == ("inventory.install_scripts", "web")
        ]
        return one.value, one.basis, one.note

    for given in (rows, rows[::-1]):
        assert asked(given) == (1, "stated of 2 of 3 packages", "")
    assert asked(rows[3:])[0] is None


CATALOGUE = """[versions]
acme = "1.0"

[libraries]
acme-core = { module = "org.acme:core", version.ref = "acme" }
acme-test_kit = "org.acme:test-kit:2.0"
unused = "org.acme:unused:3.0"
managed = { module = "org.acme:managed" }

[bundles]
acme = ["acme-core", "managed"]

[plugins]
acme = { id = "org.acme", version.ref = "acme" }
own = { id = "own.conventions" }
"""


def test_a_catalogue_explains_the_aliases_of_the_scripts_below_it(tmp_path: Path) -> None:
    script = """plugins {
    alias(libs.plugins.acme)
    alias(libs.plugins.own)
}
dependencies {
    implementation(libs.bundles.acme)
    testImplementation(libs.acme.testKit)
    implementation("org.acme:by-version:${libs.versions.acme.get()}")
}
"""
    packages, manifests, issues = gather(
        tmp_path,
        {
            "gradle/libs.versions.toml": CATALOGUE.replace("test_kit", "testKit"),
            "app/build.gradle.kts": script,
            "tool/build.gradle.kts": "dependencies { testImplementation(libs.acme.core) }",
        },
    )
    assert issues == []
    assert [(p.name, p.version, p.scope, p.manifest, p.line) for p in packages] == [
        ("org.acme:by-version", "1.0", "runtime", "app/build.gradle.kts", 8),
        ("org.acme:core", "1.0", "runtime", "gradle/libs.versions.toml", 5),
        ("org.acme:test-kit", "2.0", "development", "gradle/libs.versions.toml", 6),
        ("org.acme:unused", "3.0", "unknown", "gradle/libs.versions.toml", 7),
        ("org.acme:managed", None, "runtime", "gradle/libs.versions.toml", 8),
        ("org.acme:org.acme.gradle.plugin", "1.0", "development", "gradle/libs.versions.toml", 14),
    ]
    assert all(p.direct for p in packages)
    assert {m.path: m.lock for m in manifests} == {
        "app/build.gradle.kts": "",
        "gradle/libs.versions.toml": "",
        "tool/build.gradle.kts": "",
    }


def test_what_no_file_explains_is_a_gap(tmp_path: Path) -> None:
    aliases = "implementation(libs.nowhere)\n implementation(other.acme.core)\n api(deps.gone)"
    packages, _, issues = gather(
        tmp_path,
        {
            "a/gradle/libs.versions.toml": CATALOGUE,
            "a/build.gradle": f"dependencies {{ {aliases} }}",
            "b/build.gradle": "dependencies {\n api(libs.acme.core)\n api 'o:n:$v' }",
        },
    )
    assert [(one.path, one.detail) for one in issues] == [
        ("a/build.gradle", "2 from another file or a run, such as libs.nowhere"),
        ("b/build.gradle", "2 from another file or a run, such as libs.acme.core"),
    ]
    assert [(p.name, p.version, p.requirement) for p in packages if p.manifest[0] == "b"] == [
        ("o:n", None, "$v")
    ]


def test_variables_of_the_files_above_fill_in_versions(tmp_path: Path) -> None:
    wishes = ("o:p:$inProperties", "o:r:${versions.inRoot}", "o:s:$shared", "o:d:$differs")
    lines = "\n".join(f'  api "{wish}"' for wish in wishes)
    packages, _, issues = gather(
        tmp_path,
        {
            "gradle.properties": "inProperties=1.0\ndiffers = 1\nnear=above",
            "build.gradle": "ext { versions = [inRoot: '2.0']; differs = '2' }",
            "gradle/shared.gradle": "ext.shared = '3.0'\next.fromAbove = 'o:v:4.0'",
            "app/gradle.properties": "near=5.0",
            "app/build.gradle": f"dependencies {{\n{lines}\n  api 'o:n:$near'\n  api fromAbove\n}}",
        },
    )
    assert {p.name: p.version for p in packages} == {
        "o:p": "1.0", "o:r": "2.0", "o:s": "3.0", "o:d": None, "o:n": "5.0", "o:v": "4.0",
    }  # fmt: skip
    assert [(one.path, one.detail) for one in issues] == [
        ("app/build.gradle", "1 from another file or a run, such as o:d:$differs")
    ]


def test_a_lock_beside_a_script_settles_its_aliases(tmp_path: Path) -> None:
    packages, _, issues = gather(
        tmp_path,
        {
            "gradle/libs.versions.toml": CATALOGUE,
            "build.gradle": "dependencies {\n  api(libs.acme.core)\n  api(gone.lib)\n}",
            "gradle.lockfile": "org.acme:core:1.1=runtimeClasspath\nempty=\n",
        },
    )
    assert issues == []
    assert [(p.version, p.direct) for p in packages if p.manifest == "gradle.lockfile"] == [
        ("1.1", True)
    ]


def test_spellings_of_one_name_are_one_package(tmp_path: Path) -> None:
    """NuGet and Swift ignore case, and Swift what a URL may end with."""
    entry = {"type": "Direct", "resolved": "13.0.3"}
    lock = {"version": 1, "dependencies": {"net8.0": {"Newtonsoft.Json": entry}}}
    pin = {
        "state": {"version": "2.65.0"},
        "location": "https://hub.example.org/Apple/swift-nio.git",
    }
    swift = '.package(url: "https://hub.example.org/apple/Swift-NIO", from: "2.0.0")'
    packages, manifests, _ = gather(
        tmp_path,
        {
            "a/a.csproj": csproj("newtonsoft.json"),
            "a/packages.lock.json": json.dumps(lock),
            "b/b.csproj": csproj("NEWTONSOFT.JSON"),
            "ios/Package.swift": swift,
            "ios/Package.resolved": json.dumps({"version": 2, "pins": [pin]}),
        },
    )
    assert {(p.name, p.version, p.direct, p.manifest) for p in packages} == {
        ("Newtonsoft.Json", "13.0.3", True, "a/packages.lock.json"),
        ("Newtonsoft.Json", None, True, "b/b.csproj"),
        ("hub.example.org/Apple/swift-nio", "2.65.0", True, "ios/Package.resolved"),
    }
    assert {m.lock for m in manifests if m.path.endswith((".swift", "a.csproj"))} == {
        "ios/Package.resolved",
        "a/packages.lock.json",
    }


def test_inventory_counts_spellings_of_several_repositories_once() -> None:
    packages = with_repo(
        Package,
        {
            "api": [package("Serilog", ecosystem="NuGet", direct=True)],
            "web": [package("serilog", ecosystem="NuGet", direct=True), package("serilog")],
        },
    )
    manifests = with_repo(Manifest, {"api": [manifest("a.csproj", "")]})
    found = list(inventory.run(TODAY, packages, manifests))
    values = {m.name: m.value for m in found if isinstance(m, Metric) and m.repo == ""}
    assert (values["inventory.packages"], values["inventory.direct"]) == (2, 1)
    assert [s.rows for s in found if isinstance(s, Series)] == [(("NuGet", 1), ("npm", 1))]


def test_folders_of_the_repository_are_its_own(tmp_path: Path) -> None:
    """What lies beside is known by looking, and what is not there is a gap."""
    cargo = """[dependencies]
core = { path = "../core", version = "1" }
gone = { path = "../gone" }
beyond = { path = "../../beyond" }
root = { path = ".." }
"""
    shorthand = npm(dependencies={"x": "app/core"})
    packages, _, issues = gather(
        tmp_path,
        {
            "app/Cargo.toml": cargo,
            "core/src/lib.rs": "",
            "Cargo.toml": "[workspace]",
            "app/core/package.json": npm(),
            "package.json": shorthand,
        },
    )
    assert packages == []
    assert [(one.path, one.detail) for one in issues] == [
        ("app/Cargo.toml", "gone: ../gone"),
        ("app/Cargo.toml", "beyond: ../../beyond"),
        ("package.json", "x: app/core"),
    ]
    assert {type(one) for one in issues} == {Issue}


RESOLVED = json.dumps(
    {
        "version": 2,
        "pins": [{"location": "https://h.example.org/a/b", "state": {"version": "1.0.1"}}],
    }
)
REFERENCE = """{ objects = { A = {
    isa = XCRemoteSwiftPackageReference;
    repositoryURL = "https://h.example.org/a/b.git";
    requirement = { kind = upToNextMajorVersion; minimumVersion = 1.0.0; };
}; }; }"""


@pytest.mark.parametrize("holder", ["App.xcodeproj/project.xcworkspace", "App.xcworkspace"])
def test_xcode_keeps_its_lock_in_a_workspace(tmp_path: Path, holder: str) -> None:
    lock = f"ios/{holder}/xcshareddata/swiftpm/Package.resolved"
    packages, manifests, _ = gather(
        tmp_path,
        {
            "ios/App.xcodeproj/project.pbxproj": REFERENCE,
            "ios/Local/Package.swift": '.package(url: "https://h.example.org/a/b", from: "1.0.0")',
            lock: RESOLVED,
            "other/App.xcodeproj/project.pbxproj": "{ objects = {}; }",
        },
    )
    assert [(p.name, p.version, p.manifest, p.direct) for p in packages] == [
        ("h.example.org/a/b", "1.0.1", lock, True)
    ]
    assert {m.lock for m in manifests} == {lock}


REBAR = '[{<<"a">>,{pkg,<<"a">>,<<"1.0.2">>},0}].'


@pytest.mark.parametrize(
    ("manifest_", "wish", "lock", "pinned"),
    [
        ("paket.dependencies", "nuget serilog", "paket.lock", "NUGET\n    Serilog (4.0.0)\n"),
        (
            "App.csproj",
            csproj("serilog"),
            "obj/project.assets.json",
            '{"targets": {"net8.0": {"Serilog/4.0.0": {"type": "package"}}}}',
        ),
        ("rebar.config", '{deps, [{a, "~>1.0"}]}.', "rebar.lock", REBAR),
    ],
)  # fmt: skip
def test_new_locks_govern_their_manifests(
    tmp_path: Path, manifest_: str, wish: str, lock: str, pinned: str
) -> None:
    packages, manifests, issues = gather(tmp_path, {manifest_: wish, lock: pinned})
    assert issues == []
    ((name, version, direct, scope),) = {(p.name, p.version, p.direct, p.scope) for p in packages}
    assert name in ("Serilog", "a") and version and direct and scope == "runtime"
    assert {m.lock for m in manifests} == {lock}


def pom(name: str, parent: str = "", inner: str = "", version: str = "1.0") -> str:
    group, artifact, of = [*parent.split(":"), "", ""][:3]
    above = f"<parent>{coordinates(f'{group}:{artifact}', of)}</parent>" if parent else ""
    return f"<project>{above}{coordinates(name, version)}{inner}</project>"


def coordinates(name: str, version: str = "", more: str = "") -> str:
    group, artifact = name.split(":")
    stated = f"<version>{version}</version>" if version else ""
    return f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId>{stated}{more}"


def wishes(*these: str) -> str:
    return "".join(f"<dependency>{one}</dependency>" for one in these)


def test_poms_inherit_from_those_of_the_same_repository(tmp_path: Path) -> None:
    managed = wishes(
        coordinates("o:managed", "${managed.version}"),
        coordinates("o:tested", "3.0", "<scope>test</scope>"),
        coordinates("a:bom", "${project.version}", "<type>pom</type><scope>import</scope>"),
        coordinates("o:foreign-bom", "7.0", "<type>pom</type><scope>import</scope>"),
    )
    root = (
        "<properties><managed.version>1</managed.version><p>4.0</p></properties>"
        f"<dependencyManagement><dependencies>{managed}</dependencies></dependencyManagement>"
    )
    bom = (
        "<properties><p>5.0</p></properties><dependencyManagement><dependencies>"
        f"{wishes(coordinates('o:in-bom', '${p}'))}</dependencies></dependencyManagement>"
    )
    asked = wishes(
        coordinates("o:managed"),
        coordinates("o:tested"),
        coordinates("o:in-bom"),
        coordinates("o:by-property", "${p}"),
        coordinates("a:core", "${project.version}"),
        coordinates("o:nowhere"),
    )
    child = (
        "<properties><managed.version>2.0</managed.version></properties>"
        f"<dependencies>{asked}</dependencies>"
    )
    packages, _, issues = gather(
        tmp_path,
        {
            "pom.xml": pom("a:root", "o:company:9", root),
            "bom/pom.xml": pom("a:bom", "", bom),
            "core/pom.xml": pom("a:core", "a:root:1.0"),
            "app/pom.xml": pom("a:app", "a:root:1.0", child),
            "demo/pom.xml": pom(
                "d:demo",
                "a:root:0.9",
                f"<dependencies>{wishes(coordinates('o:managed'))}</dependencies>",
            ),
        },
    )
    found = {(p.manifest.partition("/")[0], p.name): (p.version, p.scope) for p in packages}
    assert found == {
        ("pom.xml", "o:company"): ("9", "runtime"),
        ("pom.xml", "o:foreign-bom"): ("7.0", "runtime"),
        ("app", "o:managed"): ("2.0", "runtime"),
        ("app", "o:tested"): ("3.0", "development"),
        ("app", "o:in-bom"): ("5.0", "runtime"),
        ("app", "o:by-property"): ("4.0", "runtime"),
        ("app", "o:nowhere"): (None, "runtime"),
        ("demo", "o:managed"): (None, "development"),  # of a release, not of what lies here
    }
    assert [(one.path, one.detail) for one in issues] == [
        ("app/pom.xml", "1 from another file or a run, such as o:nowhere"),
        ("demo/pom.xml", "1 from another file or a run, such as o:managed"),
    ]


def test_poms_in_a_circle_end(tmp_path: Path) -> None:
    asked = f"<dependencies>{wishes(coordinates('o:x'))}</dependencies>"
    imports = wishes(coordinates("a:a", "1.0", "<scope>import</scope>"))
    circle = f"<dependencyManagement><dependencies>{imports}</dependencies></dependencyManagement>"
    packages, _, issues = gather(
        tmp_path,
        {
            "a/pom.xml": pom("a:a", "a:b:1.0", asked),
            "b/pom.xml": pom("a:b", "a:a:1.0", circle),
        },
    )
    assert [(p.name, p.version) for p in packages] == [("o:x", None)]
    assert len(issues) == 1


def test_a_lock_of_an_app_beside_counts_where_it_holds_what_is_asked(tmp_path: Path) -> None:
    swift = '.package(url: "https://h.example.org/a/b", from: "1.0.0")'
    lock = "App/App.xcodeproj/project.xcworkspace/xcshareddata/swiftpm/Package.resolved"
    other = '.package(url: "https://h.example.org/x/y", from: "1.0.0")'
    _, manifests, _ = gather(
        tmp_path, {"Package.swift": swift, lock: RESOLVED, "z/Package.swift": other}
    )
    assert {m.path: m.lock for m in manifests if m.path.endswith("swift")} == {
        "Package.swift": lock,
        "z/Package.swift": "",
    }


def test_many_folders_share_what_the_root_says(tmp_path: Path) -> None:
    """A hostile tree: nothing is copied from folder to folder."""
    values = "".join(f"v{n}=1.{n}\n" for n in range(20_000))
    scripts = {f"m{n}/build.gradle": f"dependencies {{ api 'o:m{n}:$v{n}' }}" for n in range(400)}
    begin = time.monotonic()
    packages, _, issues = gather(tmp_path, {"gradle.properties": values, **scripts})
    assert time.monotonic() - begin < 20
    assert issues == []
    assert {p.version for p in packages} == {f"1.{n}" for n in range(400)}


def test_what_a_file_takes_in_is_read_whatever_its_name(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "-r deps/prod.txt\n-r base\n-r gone.txt\n",
        "deps/prod.txt": "jinja2==2.10\n-r ../requirements.txt\n-c more.txt\n",
        "deps/more.txt": "flask==1.0\n",
        "base": "django==3.2\n",
    }
    packages, _, told = gather(tmp_path, files)
    names = {(one.name, one.manifest) for one in packages}
    assert names == {("jinja2", "deps/prod.txt"), ("flask", "deps/more.txt"), ("django", "base")}
    assert told == [Issue("included file is not in the repository", "requirements.txt", "gone.txt")]


def test_a_repeated_key_is_told(tmp_path: Path) -> None:
    lock = '{"default": {"django": {"version": "==3.2"}, "django": {"version": "==4.2.16"}}}'
    _, _, told = gather(tmp_path, {"Pipfile.lock": lock})
    assert Issue("keys are repeated", "Pipfile.lock", "django") in told
