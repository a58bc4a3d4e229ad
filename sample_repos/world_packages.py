"""What the repositories of a made-up portfolio are built with: manifests and lock files."""

from __future__ import annotations

import json

from build import npm_lock
from world_code import HOUSE

# What a repository in a language uses: its ecosystem, packages and their first versions.
PACKAGES: dict[str, tuple[str, dict[str, str]]] = {
    "python": ("PyPI", {"attrs": "23.2.0", "click": "8.1.3", "idna": "3.7.0", "packaging": "24.0"}),
    "typescript": ("npm", {"express": "4.19.2", "zod": "3.23.4", "date-fns": "3.6.0"}),
    "javascript": ("npm", {"express": "4.19.2", "luxon": "3.4.3", "uuid": "9.0.1"}),
    "go": ("Go", {"github.com/google/uuid": "1.6.0", "github.com/spf13/cobra": "1.8.0"}),
    "java": ("Maven", {"com.google.guava:guava": "33.1.0", "org.slf4j:slf4j-api": "2.0.12"}),
    "csharp": ("NuGet", {"Newtonsoft.Json": "13.0.3", "Serilog": "3.1.1"}),
    "ruby": ("RubyGems", {"rack": "3.0.10", "sinatra": "4.0.0"}),
    "rust": ("crates.io", {"serde": "1.0.200", "anyhow": "1.0.82"}),
    "kotlin": ("Maven", {"com.google.guava:guava": "33.1.0", "org.slf4j:slf4j-api": "2.0.12"}),
}
# Ecosystem -> package, version, what sample_repos/advisories calls the flaw.
VULNERABLE = {
    "PyPI": ("requests", "2.28.1", "CVE-2023-32681"),
    "npm": ("lodash", "4.17.20", "CVE-2021-23337"),
    "Maven": ("commons-collections:commons-collections", "3.2.1", "CVE-2015-6420"),
}
Rows = list[tuple[str, str]]  # package, version


def published(language: str, repository: str) -> str:
    """The name under which a repository's own package is published."""
    forms = {
        "npm": f"@{HOUSE}/{repository}",
        "Go": f"example.org/{HOUSE}/{repository}",
        "Maven": f"com.example.{HOUSE}:{repository}",
    }
    return forms.get(PACKAGES[language][0], f"{HOUSE}-{repository}")


def manifests(language: str, repository: str, packages: dict[str, str]) -> dict[str, str]:
    """Path -> content of what a package manager reads, all versions pinned."""
    return _WRITERS[PACKAGES[language][0]](
        published(language, repository), sorted(packages.items())
    )


def patched(version: str) -> str:
    """The next patch release."""
    head, _, last = version.rpartition(".")
    return f"{head}.{int(last) + 1}"


def _python(own: str, rows: Rows) -> dict[str, str]:
    pins = "".join(f"{name}=={version}\n" for name, version in rows)
    project = f'[project]\nname = "{own}"\nversion = "1.0.0"\n'
    return {"pyproject.toml": project, "requirements.txt": pins}


def _npm(own: str, rows: Rows) -> dict[str, str]:
    asked = {name: f"^{version}" for name, version in rows}
    package = {"name": own, "version": "1.0.0", "license": "MIT", "dependencies": asked}
    table = [f"{name} {version} MIT direct" for name, version in rows]
    return {
        "package.json": json.dumps(package, indent=2) + "\n",
        "package-lock.json": npm_lock("\n".join([f"{own} 1.0.0 MIT", *table])),
    }


def _go(own: str, rows: Rows) -> dict[str, str]:
    needed = "".join(f"\t{name} v{version}\n" for name, version in rows)
    return {"go.mod": f"module {own}\n\ngo 1.22\n\nrequire (\n{needed})\n"}


def _maven(own: str, rows: Rows) -> dict[str, str]:
    form = "<groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>"
    blocks = "".join(
        f"    <dependency>{form.format(*name.split(':'), version)}</dependency>\n"
        for name, version in rows
    )
    head = f"  <modelVersion>4.0.0</modelVersion>\n  {form.format(*own.split(':'), '1.0.0')}\n"
    inner = f"{head}  <dependencies>\n{blocks}  </dependencies>\n"
    return {"pom.xml": f"<project>\n{inner}</project>\n"}


def _nuget(own: str, rows: Rows) -> dict[str, str]:
    items = "".join(
        f'    <PackageReference Include="{name}" Version="{version}" />\n' for name, version in rows
    )
    inner = f"  <PropertyGroup>\n    <PackageId>{own}</PackageId>\n  </PropertyGroup>\n"
    inner += f"  <ItemGroup>\n{items}  </ItemGroup>\n"
    return {f"{own}.csproj": f'<Project Sdk="Microsoft.NET.Sdk">\n{inner}</Project>\n'}


def _gems(own: str, rows: Rows) -> dict[str, str]:
    specs = "".join(f"    {name} ({version})\n" for name, version in rows)
    asked = "".join(f"  {name}\n" for name, _ in rows)
    lock = f"GEM\n  remote: https://rubygems.org/\n  specs:\n{specs}"
    lock += f"\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n{asked}"
    gemfile = "".join(f'gem "{name}"\n' for name, _ in rows)
    described = f'Gem::Specification.new do |spec|\n  spec.name = "{own}"\nend\n'
    return {
        "Gemfile": f'source "https://rubygems.org"\n{gemfile}',
        "Gemfile.lock": lock,
        f"{own}.gemspec": described,
    }


def _cargo(own: str, rows: Rows) -> dict[str, str]:
    wanted = "".join(f'{name} = "{version}"\n' for name, version in rows)
    head = f'[package]\nname = "{own}"\nversion = "1.0.0"\nedition = "2021"\n'
    locked = "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\n'
        for name, version in [*rows, (own, "1.0.0")]
    )
    return {
        "Cargo.toml": f"{head}\n[dependencies]\n{wanted}",
        "Cargo.lock": f"version = 3\n{locked}",
    }


_WRITERS = {
    "PyPI": _python, "npm": _npm, "Go": _go, "Maven": _maven, "NuGet": _nuget, "RubyGems": _gems,
    "crates.io": _cargo,
}  # fmt: skip
