from __future__ import annotations

from pathlib import Path

import pytest
from builders import A, opened, tables_of
from hypothesis import given
from hypothesis import strategies as st

from techdd.collectors._imported import ImportedModule
from techdd.collectors.code import code
from techdd.collectors.coupling import ImportEdge, imports
from techdd.collectors.coupling.statements import FAMILY, statements
from techdd.facts import File
from techdd.model import Issue


def edges(tmp_path: Path, files: dict[str, str]) -> dict[tuple[str, str], int]:
    """(component, target) -> statements."""
    repo = opened(tmp_path, [A(files)])
    tree = tables_of(code.run(repo), File)[File]
    found = [one for one in imports.run(repo, tree) if isinstance(one, ImportEdge)]
    return {(one.component, one.target): one.imports for one in found if one.imports}


def test_python(tmp_path: Path) -> None:
    assert edges(tmp_path, {
        "shop/__init__.py": "",
        "shop/cart.py": "import os, bank.core as core\nfrom bank import (\n  core,  # x\n  gone)\n",
        "src/tools/use.py": (
            "    from shop.cart import Cart\nfrom . import near\nfrom .. import far\n"
        ),
        "src/tools/near.py": "import shop\n",
        "bank/__init__.py": "from .core import *\n",
        "bank/core.py": "import requests\n",
        "tests/test_x.py": "import shop\n",
    }) == {
        ("shop", ""): 1, ("shop", "bank"): 2,
        ("src/tools", "shop"): 2, ("src/tools", "src/tools"): 1, ("src/tools", ""): 1,
        ("bank", "bank"): 1, ("bank", ""): 1,
    }  # fmt: skip


def test_javascript_and_typescript(tmp_path: Path) -> None:
    assert edges(tmp_path, {
        "web/src/app.ts": (
            "import React from 'react'\nimport { a } from '../../api'\nexport * from './b'\n"
            "const c = require('@x/kit/deep')\nimport('src/b')\nimport '@/b'\n"
        ),
        "web/src/b.tsx": "export const b = 1\n",
        "api/index.js": "module.exports = 1\n",
        "packages/kit/package.json": '{"name": "@x/kit"}',
        "packages/kit/src/k.js": "const a = 1\n",
        "package.json": '{"name": "react"}',
    }) == {
        ("web", ""): 1, ("web", "api"): 1, ("web", "web"): 3, ("web", "packages/kit"): 1,
    }  # fmt: skip


def test_java_and_kotlin(tmp_path: Path) -> None:
    assert edges(tmp_path, {
        "core/src/main/java/x/core/Money.java": "package x.core;\npublic class Money {}\n",
        "app/src/main/java/x/app/App.java": (
            "package x.app;\nimport java.util.List;\nimport x.core.Money;\n"
            "import static x.core.Money.of;\nimport x.core.*;\n * import x.core.Comment;\n"
        ),
        "app/src/main/kotlin/x/app/K.kt": "package x.app\nimport x.core.Money as M\n",
    }) == {("app", ""): 1, ("app", "core"): 4}  # fmt: skip


def test_go_ruby_php_csharp_and_c(tmp_path: Path) -> None:
    assert edges(tmp_path, {
        "go.mod": "module example.com/m\n\ngo 1.22\n",
        "cmd/run/main.go": 'package main\nimport (\n "fmt"\n s "example.com/m/store"\n)\n',
        "store/s.go": 'package store\nimport "fmt"\n',
        "pay/lib/pay/card.rb": "require 'json'\nrequire_relative '../../util'\n",
        "pay/util.rb": "require 'pay/card'\n",
        "php/a/One.php": "<?php\nnamespace Acme\\A;\nuse Acme\\B\\Two;\nuse Symfony\\X;\n",
        "phpb/Two.php": "<?php\nnamespace Acme\\B;\nrequire_once __DIR__ . '/../php/a/One.php';\n",
        "net/a.cs": "using System;\nusing Acme.Data;\nnamespace Acme.Net { }\n",
        "data/d.cs": "namespace Acme.Data;\nclass D {}\n",
        "csrc/m.c": '#include <stdio.h>\n#include "h.h"\n#include "../lib9/v.h"\n',
        "csrc/h.h": "int x;\n",
        "lib9/v.h": "int y;\n",
    }) == {
        ("cmd/run", ""): 1, ("cmd/run", "store"): 1, ("store", ""): 1,
        ("pay", ""): 1, ("pay", "pay"): 2,
        ("php", "phpb"): 1, ("php", ""): 1, ("phpb", "php"): 1,
        ("net", ""): 1, ("net", "data"): 1,
        ("csrc", "csrc"): 1, ("csrc", "lib9"): 1,
    }  # fmt: skip


def test_a_name_that_two_components_have_is_no_arrow(tmp_path: Path) -> None:
    assert edges(tmp_path, {
        "a/utils.py": "x = 1\n", "b/utils.py": "x = 1\n",
        "a/main.py": "import utils\n", "c/main.py": "import utils\n",
    }) == {("a", "a"): 1, ("c", ""): 1}  # fmt: skip


def test_a_language_that_is_not_read_is_told(tmp_path: Path) -> None:
    repo = opened(tmp_path, [A({"a/x.rs": "use b::c;\n", "a/y.css": "a {}\n"})])
    tree = tables_of(code.run(repo), File)[File]
    assert list(imports.run(repo, tree)) == [
        Issue("import statements not read", detail="Rust: 1 files")
    ]


def test_broken_and_hostile_manifests_are_passed_over(tmp_path: Path) -> None:
    assert edges(tmp_path, {
        "a/package.json": "[" * 100_000, "b/package.json": '{"name": 7}', "c/package.json": "[1]",
        "d/x.js": "import '../../../../etc/passwd'\nimport 'a'\n",
    }) == {("d", ""): 2}  # fmt: skip


@pytest.mark.parametrize("family", sorted(set(FAMILY.values())))
@given(text=st.text(alphabet="import from require use using include \n\"'();.*/{}\\#<>a_0,"))
def test_any_text_is_read(family: str, text: str) -> None:
    for name in statements(family, text).imports:
        assert name
        assert len(name) <= len(text) + 2


def test_each_arrow_has_its_first_statement_and_what_is_outside_is_kept(tmp_path: Path) -> None:
    repo = opened(tmp_path, [A({
        "app/a.py": "import os\n\nfrom core import x\n",
        "app/b.ts": "\nimport s from 'stripe/lib'\n",
        "core/__init__.py": "import google.cloud.storage.blob\n",
    })])  # fmt: skip
    found = list(imports.run(repo, tables_of(code.run(repo), File)[File]))
    arrows = {(one.component, one.target): (one.path, one.line)
              for one in found if isinstance(one, ImportEdge)}  # fmt: skip
    assert arrows["app", "core"] == ("app/a.py", 3)
    assert [one for one in found if isinstance(one, ImportedModule)] == [
        ImportedModule("python", "google.cloud.storage", "core/__init__.py", 1, 1),
        ImportedModule("python", "os", "app/a.py", 1, 1),
        ImportedModule("script", "stripe", "app/b.ts", 2, 1),
    ]


def test_names_of_the_platform_are_no_arrow(tmp_path: Path) -> None:
    assert edges(tmp_path, {
        "bus/b.cs": "namespace Microsoft.Extensions.DependencyInjection;\nclass B {}\n",
        "shop/s.cs": "using Microsoft.Extensions.DependencyInjection;\nnamespace Shop;\n",
        "lib2/json/__init__.py": "",
        "tool/t.py": "import json\n",
    }) == {("shop", ""): 1, ("tool", ""): 1}  # fmt: skip
