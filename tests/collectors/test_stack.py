"""What the system is built of: signs that count, signs that do not, and where each stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from builders import A, opened, tables_of
from hypothesis import given
from hypothesis import strategies as st

from techdd.collectors._imported import ImportedModule, root_of
from techdd.collectors.code import code
from techdd.collectors.coupling import imports
from techdd.collectors.dependencies import dependencies
from techdd.collectors.stack import Deployable, Mention, deployables, mentions, technologies
from techdd.collectors.stack.catalogue import Catalogue, catalogue, recogniser
from techdd.collectors.stack.detecting import Detection, detections
from techdd.collectors.stack.mentions import spoken_of
from techdd.collectors.stack.uses import use_of
from techdd.facts import File, Package
from techdd.model import Metric, Series


def found_in(tmp_path: Path, files: dict[str, str]) -> list[Detection]:
    return detections(recogniser(), *facts_of(tmp_path, files))


def facts_of(tmp_path: Path, files: dict[str, str]) -> list:
    repo = opened(tmp_path, [A(files)])
    tree = tables_of(code.run(repo), File)[File]
    tables = [
        tables_of(dependencies.run(repo), Package)[Package],
        tables_of(imports.run(repo, tree), ImportedModule)[ImportedModule],
        tables_of(mentions.run(repo, tree), Mention)[Mention],
        tables_of(deployables.run(repo), Deployable)[Deployable],
    ]
    return [table.assign(repo="app") for table in tables]


def seen(found: list[Detection], technology: str) -> list[tuple[str, str, str, str, int | None]]:
    return [
        (one.use, one.sign, one.seen, one.path, one.line)
        for one in found
        if one.technology == technology
    ]


def test_packages_count_where_a_manifest_asks_and_not_where_only_others_need_them(
    tmp_path: Path,
) -> None:
    lock = (
        '{"lockfileVersion": 3, "packages": {\n'
        '"": {"dependencies": {"express": "^4"}, "devDependencies": {"electron": "^30"}},\n'
        '"node_modules/express": {"version": "4.19.0", "dependencies": {"redis": "4"}},\n'
        '"node_modules/redis": {"version": "4.0.0"},\n'
        '"node_modules/electron": {"version": "30.0.0", "dev": true}}}\n'
    )
    manifest = '{"dependencies": {"express": "^4"}, "devDependencies": {"electron": "^30"}}'
    found = found_in(tmp_path, {"package.json": manifest, "package-lock.json": lock})
    assert seen(found, "Express") == [
        ("production", "package", "npm express", "package-lock.json", 3)
    ]
    assert [one[0] for one in seen(found, "Electron")] == ["development"]
    assert seen(found, "Redis") == []


def test_imports_images_resources_and_settings_are_signs_with_their_places(tmp_path: Path) -> None:
    found = found_in(tmp_path, {
        "shop/pay.py": "import os\n\nimport django.db\nKEY = os.environ['STRIPE_SECRET_KEY']\n",
        "shop/conf.py": "ENGINE = 'django.db.backends.postgresql'\nB = 'amqps://u:geheim@h/1'\n",
        "shop/web.ts": "fetch('https://api.openai.com/v1')\n// fetch('https://api.mollie.com')\n",
        "infra/main.tf": 'resource "aws_sqs_queue" "q" {}\n',
        "k8s/app.yaml": (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n"
            "    spec:\n      containers:\n      - image: docker.io/bitnami/redis:7.2\n"
        ),
        "compose.yml": "services:\n  db:\n    image: postgres:16\n",
    })  # fmt: skip
    assert seen(found, "Django") == [("production", "import", "django.db", "shop/pay.py", 3)]
    assert seen(found, "Stripe") == [
        ("production", "setting", "STRIPE_SECRET_KEY", "shop/pay.py", 4)
    ]
    assert seen(found, "PostgreSQL") == [
        ("production", "image", "postgres", "compose.yml", 3),
        ("production", "driver", "postgresql", "shop/conf.py", 1),
    ]
    assert seen(found, "RabbitMQ (AMQP)") == [
        ("production", "scheme", "amqps://", "shop/conf.py", 2)
    ]
    assert seen(found, "OpenAI API") == [("production", "host", "api.openai.com", "shop/web.ts", 1)]
    assert seen(found, "Mollie") == [], "a comment is no use"
    assert seen(found, "Amazon SQS") == [
        ("production", "resource", "aws_sqs_queue", "infra/main.tf", 1)
    ]
    assert seen(found, "Redis") == [("production", "image", "bitnami/redis", "k8s/app.yaml", 2)]
    assert "geheim" not in repr(found)


def test_tests_examples_and_pipelines_are_told_apart(tmp_path: Path) -> None:
    found = found_in(tmp_path, {
        "tests/test_a.py": "URL = 'https://api.stripe.com'\n",
        ".github/workflows/ci.yml": "env:\n  MONGO_URI: x\n",
        "app/a.py": "x = 1\n",
    })  # fmt: skip
    assert [one[0] for one in seen(found, "Stripe")] == ["test"]
    assert [one[0] for one in seen(found, "MongoDB")] == ["development"]
    assert use_of("shop/src/main/java/org/samples/App.java") == "production"


def test_lock_files_name_registries_and_no_services(tmp_path: Path) -> None:
    files = {"composer.lock": '{"packages": [{"dist": {"url": "https://api.github.com/x"}}]}'}
    assert seen(found_in(tmp_path, files), "GitHub API") == []


def test_the_probe_counts_production_only_and_names_every_kind(tmp_path: Path) -> None:
    tables = facts_of(tmp_path, {
        "requirements.txt": "django==4.2\npsycopg2==2.9\nstripe==9\nopenai==1.0\n",
        "tests/test_a.py": "URL = 'https://api.mollie.com'\n",
    })  # fmt: skip
    answers = list(technologies.run(date(2026, 1, 1), *tables))
    values = {one.name: one.value for one in answers if isinstance(one, Metric) and not one.repo}
    assert values == {
        "stack.technologies": 4,
        "stack.data_stores": 1,
        "stack.suppliers": 2,
        "stack.ai_services": 1,
    }
    overview = next(one for one in answers if isinstance(one, Series) and one.name == "stack")
    assert overview.rows == (
        ("web framework", "Django", "-"),
        ("data store", "PostgreSQL", "-"),
        ("AI service", "OpenAI API", "-"),
        ("payment", "Stripe", "Mollie"),
    )


def test_nothing_looked_at_is_not_nothing_found(tmp_path: Path) -> None:
    answers = list(technologies.run(date(2026, 1, 1), *facts_of(tmp_path, {"README.md": "# x"})))
    assert {one.value for one in answers if isinstance(one, Metric)} == {None}


def test_the_catalogue_is_broad_and_consistent() -> None:
    known = catalogue()
    ecosystems = {name for one in known.technologies for name in one.packages}
    assert len(known.technologies) >= 150
    assert {"PyPI", "npm", "Maven", "NuGet", "RubyGems", "Packagist", "Go", "crates.io"} <= (
        ecosystems
    )
    for one in known.technologies:
        signs = one.model_dump(exclude={"name", "kind"})
        assert any(signs.values()), one.name


def test_a_technology_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind that is not in"):
        Catalogue.model_validate({"kinds": ["a"], "technologies": [{"name": "X", "kind": "b"}]})
    twice = [{"name": "X", "kind": "a"}, {"name": "X", "kind": "a"}]
    with pytest.raises(ValueError, match="named twice"):
        Catalogue.model_validate({"kinds": ["a"], "technologies": twice})


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (recogniser().package("PyPI", "Django_REST.framework"), []),
        (recogniser().package("PyPI", "Psycopg2_binary"), ["PostgreSQL"]),
        (recogniser().package("npm", "@sentry/node"), ["Sentry"]),
        (recogniser().package("npm", "sentry"), []),
        (recogniser().module("go", "github.com/gin-gonic/gin/binding"), ["Gin"]),
        (recogniser().module("script", "react"), ["React"]),
        (recogniser().module("python", "djangorestframework"), []),
        (recogniser().module("php", "Symfony\\Bundle\\FrameworkBundle"), ["Symfony"]),
        (recogniser().image("quay.io/minio/minio"), ["MinIO"]),
        (recogniser().image("acme/ministry"), []),
        (recogniser().mention("host", "eu.API.openai.com"), ["OpenAI API"]),
        (recogniser().mention("host", "notapi.openai.com.evil.io"), []),
        (recogniser().mention("scheme", "mongodb+srv"), ["MongoDB"]),
        (recogniser().mention("host", "tenant.auth0.com"), ["Auth0"]),
        (recogniser().mention("host", "docs.auth0.com"), []),
        (recogniser().mention("host", "www.gravatar.com"), ["Gravatar"]),
    ],
)
def test_what_a_name_stands_for(asked: list[str], named: list[str]) -> None:
    assert asked == named


@pytest.mark.parametrize(
    ("family", "name", "root"),
    [
        ("python", "google.cloud.storage.client", "google.cloud.storage"),
        ("python", ".near", ""),
        ("script", "@aws-sdk/client-s3/dist", "@aws-sdk/client-s3"),
        ("script", "react/jsx", "react"),
        ("jvm", "java.util.*", "java.util"),
        ("include", "stdio.h", ""),
    ],
)
def test_the_root_of_a_module(family: str, name: str, root: str) -> None:
    assert root_of(family, name) == root


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_read_and_no_value_is_kept(raw: bytes, settings_file: bool) -> None:
    for _, text, line in spoken_of(raw, settings_file=settings_file):
        assert text.isascii()
        assert "@" not in text
        assert 1 <= line <= raw.count(b"\n") + 1


def test_one_line_of_many_addresses_is_read_quickly() -> None:
    raw = b"x" * 500_000 + b" 'https://api.stripe.com/'" * 20_000
    assert [one[1] for one in spoken_of(raw, settings_file=False)] == ["api.stripe.com"]
