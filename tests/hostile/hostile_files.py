"""Files that harm their reader, one function a case, all committed to one repository.

A case says where its files stand and which gaps (collector, path, words) the report must name;
what is no gap must have been read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from planted import ALL, ESCAPES, FORMULA, LINK, SECRET, TAG, TEMPLATE


@dataclass(frozen=True)
class Case:
    """Files of one threat and what is to be said of them."""

    files: Mapping[str, str | bytes]
    gaps: tuple[tuple[str, str, str], ...] = ()
    modes: Mapping[str, str] = field(default_factory=dict)


CASES: dict[str, Callable[[Path], Case]] = {}


def case(build: Callable[[Path], Case]) -> Callable[[Path], Case]:
    """Registers a case; it is called with the folder that the repository must not reach."""
    CASES[build.__name__] = build
    return build


# --- ways out of the repository -------------------------------------------------------------------


@case
def links_that_lead_out(outside: Path) -> Case:
    files = {
        "links/requirements.txt": str(outside / "requirements.txt"),
        "links/secret.py": str(outside / "secret.py"),
        "links/LICENSE": "../../../outside/secret.py",
        "LICENSE.txt": str(outside / "secret.py"),
        ".mailmap": str(outside / "secret.py"),
        ".git-blame-ignore-revs": str(outside / "secret.py"),
        "links/loop": "loop",
        "links/device.py": "/dev/zero",
    }
    gaps = tuple(("code", path, "symbolic link") for path in files)
    return Case(files, gaps, dict.fromkeys(files, "120000"))


@case
def a_submodule_that_runs_a_command(_: Path) -> Case:
    path = "sub"
    files = {path: "1" * 40, ".gitmodules": f'[submodule "{path}"]\n\tpath = {path}\n'
             "\turl = ext::sh -c touch% CANARY\n\tupdate = !touch CANARY\n"}  # fmt: skip
    return Case(files, (("snapshot", path, "submodule"),), {path: "160000"})


@case
def settings_of_tools(outside: Path) -> Case:
    written = outside / "written"
    return Case(
        {
            ".bandit": "[bandit]\nskips: B101,B102,B307,B602\nexclude: /\n",
            "radon.cfg": f"[radon]\noutput_file = {written}\nexclude = *\n",
            "setup.cfg": f"[radon]\noutput_file = {written}\n[metadata]\nlicense = 100%\n"
            "license = twice\n",
            ".gitleaksignore": "*\n",
            "osv-scanner.toml": "[[PackageOverrides]]\nignore = true\n",
            "kingfisher.yaml": "ignore: ['*']\n",
            ".gitattributes": "*.py binary -diff linguist-generated\n* filter=evil diff=evil\n",
            "tools/eval.py": "# nosec\neval(input())  # nosec\n# GENERATED CODE\n",
            "setup.py": f"open({str(written)!r}, 'w').write('ran')\n",
            "conftest.py": f"open({str(written)!r}, 'w').write('ran')\n",
            "sitecustomize.py": f"open({str(written)!r}, 'w').write('ran')\n",
        }
    )


@case
def requirements_that_lead_out(outside: Path) -> Case:
    text = f"./evil\n-r {outside}/requirements.txt\n-c ../../../outside/requirements.txt\n"
    text += f"--index-url {LINK}\nevil @ git+{LINK}\n-e {outside}\nflask==3.0.0\n"
    return Case({"lead/requirements.txt": text, "lead/evil/setup.py": "import os\n"})


@case
def entities(outside: Path) -> Case:
    doctype = f'<!DOCTYPE p [<!ENTITY x SYSTEM "file://{outside}/secret.py">]>'
    lol = "".join(
        f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9)
    )  # fmt: skip
    bomb = f'<!DOCTYPE p [<!ENTITY l0 "lol">{lol}]>'
    pom = "<project><dependencies><dependency><groupId>{}</groupId><artifactId>a</artifactId>"
    pom += "<version>1</version></dependency></dependencies></project>"
    return Case(
        {
            "xml/out/pom.xml": doctype + pom.format("&x;"),
            "xml/bomb/pom.xml": bomb + pom.format("&l9;"),
            "xml/deep/pom.xml": "<a>" * 100_000 + "</a>" * 100_000,
            "xml/bom.xml": doctype + '<bom xmlns="http://cyclonedx.org/schema/bom/1.6">&x;</bom>',
            "xml/packages.config": bomb + "<packages>&l9;</packages>",
            "xml/App.csproj": doctype + "<Project>&x;</Project>",
        },
        tuple(
            ("dependencies", path, "cannot be parsed")
            for path in ("xml/out/pom.xml", "xml/bomb/pom.xml", "xml/deep/pom.xml", "xml/bom.xml",
                         "xml/packages.config", "xml/App.csproj")
        ),
    )  # fmt: skip


# --- bombs ----------------------------------------------------------------------------------------


@case
def yaml_bombs(_: Path) -> Case:
    laughs = "a0: &a0 [lol]\n"
    laughs += "".join(f"a{n + 1}: &a{n + 1} [{f'*a{n}, ' * 9}*a{n}]\n" for n in range(9))
    merges = "m0: &m0 {k: v}\n"
    merges += "".join(
        f"m{n + 1}: &m{n + 1}\n  <<: [{f'*m{n}, ' * 9}*m{n}]\n  k{n}: v\n" for n in range(12)
    )
    deep = "a: " + "[" * 100_000
    return Case(
        {
            ".github/workflows/laughs.yml": f"{laughs}jobs: *a9\n",
            ".github/workflows/merges.yml": f"{merges}jobs: *m12\n",
            ".github/workflows/deep.yml": deep,
            "docker-compose.yml": f"{laughs}services: *a9\n",
            # Where a reader expects a text.
            "yaml/deployment.yaml": f"{laughs}apiVersion: v1\nkind: Deployment\n"
            "metadata: {name: *a9}\nspec: {template: {spec: {containers: [{image: *a9}]}}}\n",
            "yaml/scaler.yaml": f"{laughs}apiVersion: v1\nkind: HorizontalPodAutoscaler\n"
            "spec: {scaleTargetRef: {name: *a9}}\n",
            "yaml/compose.yaml": f"{laughs}services: {{a: {{image: *a9, command: *a9}}}}\n",
            "yaml/pnpm-lock.yaml": f"lockfileVersion: '9.0'\n{laughs}packages: *a9\n",
            "yaml/pubspec.lock": f"packages: {{a: {deep}",
        },
        (
            ("dependencies", ".github/workflows/deep.yml", "cannot be parsed"),
            ("dependencies", "yaml/pubspec.lock", "cannot be parsed"),
        ),
    )


@case
def nested_without_end(_: Path) -> Case:
    deep = "[" * 200_000
    files = {
        "deep/package-lock.json": '{"packages": ' + deep,
        "deep/Pipfile.lock": deep,
        "deep/composer.lock": '{"packages": ' + '{"a":' * 100_000,
        "deep/pyproject.toml": "a = " + "[" * 50_000,
        "deep/poetry.lock": "a = " + "{a=" * 50_000,
        "deep/Cargo.lock": "a" + ".a" * 100_000 + " = 1\n",
    }
    gaps = tuple(("dependencies", path, "cannot be parsed") for path in files)
    return Case(files, gaps)


@case
def numbers_without_end(_: Path) -> Case:
    digits = "9" * 5_000
    files = {
        "numbers/package-lock.json": f'{{"lockfileVersion": {digits}, "packages": {{}}}}',
        "numbers/poetry.lock": f"a = {digits}\n",
    }
    gaps = tuple(("dependencies", path, "cannot be parsed") for path in files)
    return Case({**files, "numbers/n.py": f"x = {digits}\n"}, gaps)


@case
def a_line_without_end(_: Path) -> Case:
    """What regular expressions take their time for, in every file that one is used on."""
    line = b'"\\' * 20_000
    return Case(
        {
            "line/a.sql": b'\\"' * 20_000,
            "line/a.css": line,
            "line/a.js": b"x=" + b"aA0/" * 200_000,
            "line/a.py": b"x = '" + b"\\'" * 200_000,
            "line/a.tf": b'resource "a" "' + b"${" * 100_000,
            "line/Dockerfile": b"FROM " + b"a:" * 100_000 + b"\nRUN " + b"$(" * 100_000,
            "line/build.gradle": b"implementation(" + b"'" * 200_001 + b"((" * 100_000,
            "line/requirements.txt": b"a" * 100_000 + b"[" * 100_000 + b";" * 100_000,
            "line/go.mod": b"require (" + b" " * 200_000 + b"x" * 200_000,
            "line/yarn.lock": b'"' + b"a@," * 100_000 + b":\n" + b"  " * 100_000,
            "line/Gemfile.lock": b"GEM\n  specs:\n" + b"    a (" * 100_000,
        }
    )


# --- source that breaks its analysers -------------------------------------------------------------


@case
def python_that_breaks_its_readers(_: Path) -> Case:
    return Case(
        {
            "py/sum.py": "x = " + " + ".join("a" * 2_000) + "\n",
            "py/unary.py": "x = " + "-" * 100_000 + "1\n",
            "py/paren.py": "x = " + "(" * 100_000 + ")" * 100_000 + "\n",
            "py/lambda.py": "x = " + "lambda: " * 5_000 + "1\n",
            "py/elif.py": "if a: pass\n" + "elif a: pass\n" * 5_000,
            "py/backslash.py": "x = 1 \\\n" * 20_000,
            "py/unterminated.py": 'x = """' + "line\n" * 100_000,
            "py/nested.py": "".join(f"{' ' * n}def f{n}():\n" for n in range(300))
            + " " * 300
            + "1",
            "py/nul.py": b"x = 1\0\ny = 2\n",
            "py/bom.py": b"\xef\xbb\xbfdef f():\n    return 1\n",
            "py/latin.py": b"# -*- coding: latin-1 -*-\n# caf\xe9\ndef f():\n    return 1\n",
            "py/two.py": "print 'x'\n",
            "py/tab.py": "if x:\n\ty\n        z\n",
        },
        (
            ("code", "py/latin.py", "not UTF-8"),
            ("maintainability_index", "py/sum.py", "not computed"),
            ("maintainability_index", "py/unary.py", "not computed"),
            ("maintainability_index", "py/two.py", "not computed"),
            ("weaknesses", "py/two.py", "bandit could not read"),
        ),
    )


@case
def other_languages_that_break_their_readers(_: Path) -> Case:
    deep = "function f() { if (a) { " * 2_000
    return Case(
        {
            "js/deep.js": deep,
            "js/parens.ts": "x = " + "(" * 50_000,
            "js/template.js": "`${" * 20_000,
            "go/deep.go": "package a\n" + "func f() { if a { " * 2_000,
            "rb/deep.rb": "def f\n if a\n" * 2_000,
            "rb/heredoc.rb": "".join(f"<<A{n} + " for n in range(3_000)),
            "lua/deep.lua": "function f() if a then " * 2_000,
            "lua/generated.lua": "-- GENERATED CODE\n-- lizard forgives\nfunction f() end\n",
            "c/macro.c": "#define A " + "(" * 50_000 + "\n" + "{" * 50_000,
            "cpp/templates.cpp": "A<" * 20_000,
            "php/quotes.php": "<?php " + "<<<A\n" * 5_000,
            "book.ipynb": json.dumps({"cells": [[]] * 10_000}),
            "lfs.py": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        },
        (("code", "lfs.py", "Git LFS"), ("code", "lua/deep.lua", "functions not measured")),
    )


# --- text that wants to act -----------------------------------------------------------------------


@case
def names_that_act(_: Path) -> Case:
    names = [
        f"{FORMULA}!A1.py", f"{TAG.replace('/', '')}.py", f"{TEMPLATE}.py", f"{ESCAPES}.py",
        "--output=PWNED.py", "-rf.py", "new\nline.py", "tab\t.py", 'quote".py', "back\\slash.py",
        "A.py", "a.py", "CON.py", "long" * 50 + ".py", "x" * 250 + ".py", "[x](y).py", "a|b.py",
    ]  # fmt: skip
    # Each different: a copy would be no second file to those that read a blob once.
    return Case({f"names/{name}": f"def f{n}():\n    eval(x)\n" for n, name in enumerate(names)})


@case
def words_that_act(_: Path) -> Case:
    """In everything that a collector copies from a file: names, versions, licences, markers."""
    package = {"": {"name": ALL}, f"node_modules/{ALL}": {"version": ALL, "license": ALL}}
    lock = {"name": ALL, "lockfileVersion": 3, "packages": package}
    return Case(
        {
            "words/package-lock.json": json.dumps(lock),
            "words/requirements.txt": f"{FORMULA}==1\n{TAG}==1\nflask=={ESCAPES}1\n",
            "words/Dockerfile": f"FROM {TAG}:{FORMULA}\nUSER {ALL}\n".encode(),
            "words/main.tf": f'resource "aws_db_instance" "{TAG}" {{\n}}\n',
            "words/code.js": f"// TODO {ALL}\nfunction {FORMULA}{TAG}() {{}}\nimport '{ALL}'\n",
            "words/code.py": f'"""{ALL}"""\nassert True, "{FORMULA}"  # noqa: {TAG}\n',
            "LICENSE": f"{ALL} all rights reserved\n",
            ".github/CODEOWNERS": f"* @{TAG}\n{ALL}\n",
            ".github/workflows/act.yml": f"jobs:\n  a:\n    steps:\n    - uses: {TAG}/a@{ALL!r}\n",
        }
    )


@case
def a_password(_: Path) -> Case:
    return Case(
        {
            "secret/settings.py": f'password = "{SECRET}"\nAPI_KEY = "{SECRET}"\n'
            f'DB = "postgres://admin:{SECRET}@db.example/x"\n',
            "secret/requirements.txt": f"--index-url https://u:{SECRET}@pk.example/simple\n"
            f"acme @ git+https://u:{SECRET}@git.example/acme@1.0\n",
            "secret/.env": f"PASSWORD={SECRET}\n",
        }
    )


def planted_files(outside: Path) -> tuple[dict[str, str | bytes], dict[str, str]]:
    """All files of all cases, and the modes of those that are no plain files."""
    files: dict[str, str | bytes] = {}
    modes: dict[str, str] = {}
    for build in CASES.values():
        one = build(outside)
        assert files.keys().isdisjoint(one.files)
        files |= one.files
        modes |= one.modes
    return files, modes
