from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.collectors import Collector, Probe, practices
from techdd.collectors.practices import SearchScope
from techdd.collectors.practices.search import _by_lines, _has_reader, _read, _signs
from techdd.collectors.practices.signs import KINDS, SIGNS
from techdd.facts import Artefact, Fact, frame
from techdd.model import Issue, Metric, Observation, Series
from techdd.plugins import discover

HASH = "0123456789abcdef0123456789abcdef01234567"


def seen(path: str, text: str = "") -> set[str]:
    """The kinds that a file of this name and text is evidence of."""
    lines = text.splitlines()
    found = [*_by_lines(path, lines, _signs(path)), *_read(path, lines)]
    return {sign.kind for sign in _signs(path) if not sign.text} | {one.kind for one in found}


def test_collector_and_probe_are_both_found() -> None:
    assert "practices" in discover("techdd.collectors", Collector)
    assert "practices" in discover("techdd.collectors", Probe)


def test_every_kind_has_a_sign() -> None:
    by_reader = {"env_file"}
    assert {sign.kind for sign in SIGNS} | by_reader == set(KINDS)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("README.md", "readme"),
        ("LICENSE", "licence_file"),
        ("MIT-LICENSE", "licence_file"),
        ("packages/a/CHANGELOG.md", "changelog"),
        (".github/SECURITY.md", "security_policy"),
        ("CODEOWNERS", "codeowners"),
        ("docs/contributing.rst", "contributing"),
        ("docs/onboarding/first-week.md", "onboarding"),
        ("docs/adr/0007-use-postgres.md", "adr"),
        ("ARCHITECTURE.md", "architecture"),
        ("docs/architecture/overview.adoc", "architecture"),
        ("docs/system-design.md", "architecture"),
        ("docs/design.md", "architecture"),
        ("docs/system.puml", "diagram"),
        ("api/openapi.yaml", "api_spec"),
        ("proto/orders.proto", "api_spec"),
        ("docs/runbooks/database.md", "runbook"),
        ("postmortems/2025-01-outage.md", "postmortem"),
        ("docs/privacy-policy.md", "privacy"),
        ("legal/subprocessors.md", "privacy"),
        ("config/locales/de.yml", "translations"),
        ("src/messages_fr.properties", "translations"),
        ("App/de.lproj/Main.strings", "translations"),
        ("Texts.fr.resx", "translations"),
        ("CLAUDE.md", "assistant_rules"),
        ("packages/a/AGENTS.md", "assistant_rules"),
        (".github/copilot-instructions.md", "assistant_rules"),
        (".cursor/rules/style.mdc", "assistant_rules"),
        ("evals/refunds.jsonl", "model_evaluation"),
        ("promptfooconfig.yaml", "model_evaluation"),
        ("app/models/audit_log.rb", "audit_trail"),
        ("src/AuditEventService.java", "audit_trail"),
        (".gitlab-ci.yml", "ci"),
        (".circleci/config.yml", "ci"),
        (".travis.yml", "ci"),
        ("azure-pipelines.yml", "ci"),
        ("Jenkinsfile", "ci"),
        ("bitbucket-pipelines.yml", "ci"),
        (".drone.yml", "ci"),
        (".woodpecker/test.yml", "ci"),
        (".buildkite/pipeline.yml", "ci"),
        ("appveyor.yml", "ci"),
        (".forgejo/workflows/ci.yml", "ci"),
        (".github/dependabot.yml", "update_bot"),
        ("renovate.json", "update_bot"),
        (".rubocop.yml", "linter"),
        ("eslint.config.mjs", "linter"),
        ("mypy.ini", "type_check"),
        ("go.mod", "type_check"),
        ("sbom.cdx.json", "sbom"),
        ("docker/web.Dockerfile", "container"),
        ("docker-compose.prod.yml", "container"),
        ("infra/main.tf", "iac"),
        ("charts/app/Chart.yaml", "iac"),
        ("ops/backup-db.sh", "backup"),
        ("ops/restore-db.sh", "restore"),
        ("db/migrate/20240101000000_create_users.rb", "migrations"),
        ("app/migrations/0001_initial.py", "migrations"),
        ("src/main/resources/db/V1_2__add_users.sql", "migrations"),
        ("prisma/migrations/20240101_init/migration.sql", "migrations"),
        ("load-tests/checkout.js", "load_test"),
        ("tests/load/locustfile.py", "load_test"),
        ("monitoring/alerts/api.yml", "alerts"),
        ("ops/slo/api.yaml", "slo"),
        ("jobs/purge_old_users.py", "retention"),
    ],
)
def test_a_file_name_is_evidence(path: str, kind: str) -> None:
    assert kind in seen(path)


@pytest.mark.parametrize(
    ("path", "line", "kind"),
    [
        (".github/workflows/a.yml", "      - run: pytest -q", "ci_tests"),
        (".github/workflows/a.yml", "        run: npm run test:unit", "ci_tests"),
        (".github/workflows/a.yml", "      - run: npm ci && npm test", "ci_tests"),
        (".github/workflows/a.yml", "      - run: go test ./...", "ci_tests"),
        (".gitlab-ci.yml", "    - ./mvnw -B verify", "ci_tests"),
        (".gitlab-ci.yml", "    - ./gradlew --no-daemon check", "ci_tests"),
        (".gitlab-ci.yml", "    - bundle exec rake", "ci_tests"),
        (".circleci/config.yml", "      - run: make check", "ci_tests"),
        ("Jenkinsfile", "    sh './scripts/test'", "ci_tests"),
        (".github/workflows/a.yml", "  run: uv run bash scripts/tests-start.sh", "ci_tests"),
        (".github/workflows/a.yml", "      - run: ./ci/run-unit-tests.sh --fast", "ci_tests"),
        ("azure-pipelines.yml", "- script: dotnet test", "ci_tests"),
        (".travis.yml", "language: ruby", "ci_tests"),
        (".github/workflows/a.yml", "      - run: kubectl apply -f k8s", "ci_deploy"),
        (".github/workflows/a.yml", "    - uses: pypa/gh-action-pypi-publish@v1", "ci_deploy"),
        (".github/workflows/a.yml", "      - uses: github/codeql-action/init@v3", "ci_scan"),
        (".gitlab-ci.yml", "  - template: Security/SAST.gitlab-ci.yml", "ci_scan"),
        (".gitlab-ci.yml", "    - npm audit --omit=dev", "ci_scan"),
        ("pyproject.toml", "[tool.ruff]", "linter"),
        ("pyproject.toml", "[tool.mypy]", "type_check"),
        ("docs/design.md", "```mermaid", "diagram"),
        ("spec/api.yaml".replace("spec", "contracts"), 'openapi: "3.1.0"', "api_spec"),
        ("deploy/app.yaml", "kind: Deployment", "iac"),
        ("stack.yml", 'AWSTemplateFormatVersion: "2010-09-09"', "iac"),
        ("infra/db.tf", "  multi_az = true", "multi_zone"),
        ("deploy/app.yaml", "  replicas: 3", "replicas"),
        ("infra/db.tf", "  backup_retention_period = 7", "backup"),
        ("cron/nightly.sh", 'pg_dump "$DB" > out.sql', "backup"),
        ("cron/check.sh", "pg_restore --clean latest.dump", "restore"),
        ("package.json", '    "@sentry/node": "^7.0.0",', "telemetry"),
        ("go.mod", "\tgo.opentelemetry.io/otel v1.2.0", "telemetry"),
        ("infra/alarms.tf", 'resource "aws_cloudwatch_metric_alarm" "cpu" {', "alerts"),
        ("infra/s3.tf", "  retention_in_days = 30", "retention"),
        ("Gemfile", "gem 'flipper'", "feature_flags"),
        (".github/workflows/a.yml", "      - uses: anchore/sbom-action@v0", "sbom"),
        ("deploy/hpa.yaml", "kind: HorizontalPodAutoscaler", "autoscaling"),
        ("infra/scale.tf", 'resource "aws_appautoscaling_policy" "cpu" {', "autoscaling"),
        ("infra/cost.tf", 'resource "google_billing_budget" "all" {', "cost_control"),
        ("infra/main.tf", '    cost-center = "platform"', "cost_control"),
        ("Gemfile", "gem 'omniauth-saml'", "single_sign_on"),
        ("package.json", '    "@auth0/nextjs-auth0": "^3.0.0",', "single_sign_on"),
        ("Gemfile", "gem 'paper_trail'", "audit_trail"),
        ("package.json", '    "vanilla-cookieconsent": "^3.0.0",', "consent"),
        ("pyproject.toml", '    "factory-boy>=3",', "made_up_data"),
        ("composer.json", '        "fakerphp/faker": "^1.21",', "made_up_data"),
        ("requirements.txt", "great_expectations==0.18", "data_tests"),
        ("dbt/models/schema.yml", "          - not_null", "data_tests"),
        ("package.json", '    "posthog-js": "1.0.0",', "product_analytics"),
        ("package.json", '    "@axe-core/playwright": "4.8.0",', "accessibility"),
        ("package.json", '    "@lhci/cli": "0.13.0",', "accessibility"),
        ("package.json", '    "@segment/analytics-next": "1.0.0",', "product_analytics"),
        ("package.json", '    "next-auth": "4.24.0",', "single_sign_on"),
        ("requirements.txt", "deepeval==1.0", "model_evaluation"),
    ],
)
def test_a_line_is_evidence(path: str, line: str, kind: str) -> None:
    assert kind in seen(path, line)
    assert kind not in seen(path, f"# {line}")


@pytest.mark.parametrize(
    ("path", "line", "kind"),
    [
        (".github/workflows/a.yml", "  - name: run pytest some day", "ci_tests"),
        (".github/workflows/a.yml", "      - run: pip install .", "ci_tests"),
        (".github/workflows/latest.yml", "    runs-on: ubuntu-latest", "ci_tests"),
        (".travis.yml", "language: ruby\nscript: ./lint", "ci_tests"),
        ("go.mod", "\tgo.opentelemetry.io/otel v1.2.0 // indirect", "telemetry"),
        ("infra/db.tf", "  backup_retention_period = 0", "backup"),
        (".github/workflows/a.yml", "          cd kustomize/tests", "ci_tests"),
        (".github/workflows/a.yml", "      - run: ./scripts/setup-tests.sh", "ci_tests"),
        (".github/workflows/a.yml", "  workflow_run: # zizmor: ignore[triggers]", "ci_scan"),
        (".github/workflows/a.yml", "  - run: rm -rf /opt/hostedtoolcache/CodeQL", "ci_scan"),
        ("src/queries/reports/getRetention.ts", "", "retention"),
        ("lib/hubs/dockerfile.ex", "", "container"),
        ("vendor/lib/README.md", "", "readme"),
        ("tests/fixtures/main.tf", "", "iac"),
        ("examples/Dockerfile", "", "container"),
        ("assets/ace/snippets/dockerfile.js", "", "container"),
        ("docs/snippets/dockerfile", "FROM x", "container_root"),
        ("app/migrations/__init__.py", "", "migrations"),
        ("docs/adr/README.md", "", "adr"),
        ("config/locales/en.yml", "", "translations"),
        ("App/Base.lproj/Main.storyboard", "", "translations"),
        ("src/Properties/Resources.resx", "", "translations"),
        ("pom.xml", "    <groupId>com.auth0</groupId>", "single_sign_on"),
        ("go.mod", "\tgithub.com/coreos/go-oidc v2.0.0 // indirect", "single_sign_on"),
        ("requirements.txt", "langsmith==0.1", "model_evaluation"),
        ("src/retrieval/model.py", "", "model_evaluation"),
    ],
)
def test_what_only_looks_like_it_is_no_evidence(path: str, line: str, kind: str) -> None:
    searched = not path.startswith(("vendor/", "tests/fixtures/"))
    assert not searched or kind not in seen(path, line)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (".env", "DB_PASSWORD=hunter2\n", True),
        ("api/.env.production", "export TOKEN='abc'\n", True),
        (".env", "# nothing\nDB_PASSWORD=\nURL=${URL}\n", False),
        ("web/.env", "API=http://localhost:8000\nMAIL='localhost'\n", False),
        ("web/.env", "API=https://localhost.northwind.io\n", True),
        (".env.example", "DB_PASSWORD=hunter2\n", False),
        (".env.sample", "A=1\n", False),
        (".env.test", "A=1\n", False),
        ("config/.environment", "A=1\n", False),
    ],
)
def test_env_files_count_when_they_hold_values(name: str, text: str, found: bool) -> None:
    assert ("env_file" in seen(name, text)) == found


# --- a repository ---------------------------------------------------------------------------------


def collected(tmp_path: Path, files: Mapping[str, str | bytes], name: str = "app") -> list[Any]:
    return list(practices.collector.run(opened(tmp_path, [A(files)], name)))


def test_a_repository_is_searched(tmp_path: Path) -> None:
    files = {
        "README.md": "# App\n",
        ".github/workflows/ci.yml": f"jobs:\n  - uses: a/b@{HASH}\n  - run: pytest TOKEN=s3cr3t\n",
        ".github/workflows/cd.yml": "jobs:\n  - uses: a/b@v1\n",
        "Dockerfile": "FROM x\n",
        "vendor/x/.env": "A=1\n",
        "bad.yml": b"\xff\xfe\x00kind: Deployment\n",
        "big.tf": "#" * 1_000_001,
    }
    facts = collected(tmp_path, files)
    assert [one for one in facts if isinstance(one, Issue)] == [
        Issue("file too large to be searched", "big.tf")
    ]
    assert sorted({(one.kind, one.path) for one in facts if isinstance(one, Artefact)}) == [
        ("ci", ".github/workflows/cd.yml"),
        ("ci", ".github/workflows/ci.yml"),
        ("ci_tests", ".github/workflows/ci.yml"),
        ("container", "Dockerfile"),
        ("iac", "big.tf"),
        ("readme", "README.md"),
    ]
    (tests,) = [one for one in facts if isinstance(one, Artefact) and one.kind == "ci_tests"]
    assert (tests.line, tests.detail) == (3, "pytest")
    assert facts[-1] == SearchScope(6, 4)
    assert facts == collected(tmp_path, files, "again")


def test_what_matched_is_quoted_and_never_the_line(tmp_path: Path) -> None:
    facts = collected(tmp_path, {".env": "KEY=s3cr3t\n", "x.sh": "pg_dump postgres://u:s3cr3t@h\n"})
    assert "s3cr3t" not in repr(facts)


LINES = st.text(alphabet=st.sampled_from(list("go test{}\n\"'=:-/@ #$mvnreplicas1")), max_size=300)


def test_what_copied_code_holds_is_no_practice_of_the_client(tmp_path: Path) -> None:
    files = {"deps/jemalloc/.clang-format": "x\n", "web/vendors/Dockerfile": "FROM x\n"}
    found = list(practices.collector.run(opened(tmp_path, [A(files)])))
    assert not [one for one in found if isinstance(one, Artefact)]


NAMES = ["Dockerfile", "a.tf", ".env", "k.yml", ".github/workflows/a.yml", "Jenkinsfile"]


@given(st.sampled_from(NAMES), LINES)
@settings(max_examples=100, deadline=None)
def test_any_text_is_searched_without_failing(path: str, text: str) -> None:
    assert _has_reader(path) or _signs(path)
    assert all(isinstance(kind, str) for kind in seen(path, text))


# --- the probe ------------------------------------------------------------------------------------


def asked(**repos: Iterable[Artefact]) -> list[Any]:
    import pandas as pd

    def table(kind: Fact, rows: Mapping[str, Iterable[Any]]) -> Any:
        parts = [frame(kind, list(some)).assign(repo=repo) for repo, some in rows.items()]
        return pd.concat(parts, ignore_index=True) if parts else frame(kind, []).assign(repo=[])

    scopes = {repo: [SearchScope(1, 1)] for repo in repos}
    tables = table(Artefact, repos), table(SearchScope, scopes)
    return list(practices.probe.run(date(2026, 1, 1), *tables))


def artefact(kind: str, path: str = "x", line: int | None = None, detail: str = "") -> Artefact:
    return Artefact(kind, path, line, detail)


def test_shares_of_repositories() -> None:
    answers = asked(api=[artefact("readme"), artefact("ci")], web=[artefact("readme", "y")], old=[])
    values = {(one.name, one.repo): one.value for one in answers if isinstance(one, Metric)}
    assert len(values) == len(KINDS) * 4
    assert values["practices.readme", ""] == pytest.approx(2 / 3)
    assert values["practices.ci", ""] == pytest.approx(1 / 3)
    assert (values["practices.ci", "api"], values["practices.ci", "old"]) == (1.0, 0.0)
    (matrix,) = [one for one in answers if isinstance(one, Series)]
    assert matrix.columns == ("practice", "api", "old", "web")
    assert matrix.rows[0] == ("README", "found", "not found", "found")


def test_a_practice_is_only_missed_where_it_could_be() -> None:
    values = {
        (one.name.removeprefix("practices."), one.repo): (one.value, one.note)
        for one in asked(api=[], infra=[artefact("iac")], web=[])
        if isinstance(one, Metric)
    }
    assert values["backup", ""] == (0.0, "")
    assert values["backup", "api"] == (None, "no infrastructure code was found")
    assert values["ci_tests", ""] == (0.0, "")


def test_nothing_searched_is_not_measured() -> None:
    answers = asked()
    assert {(one.value, one.note) for one in answers if isinstance(one, Metric)} == {
        (None, "no repository was searched")
    }
    assert not [one for one in answers if isinstance(one, Observation)]


def test_many_repositories_are_counted() -> None:
    answers = asked(**{f"r{number}": [artefact("readme")] for number in range(9)})
    (matrix,) = [one for one in answers if isinstance(one, Series)]
    assert matrix.rows[0] == ("README", 9, 9)


def observed(**repos: Iterable[Artefact]) -> dict[tuple[str, str], Observation]:
    return {(o.rule, o.repo): o for o in asked(**repos) if isinstance(o, Observation)}


def test_what_is_conspicuous_is_observed() -> None:
    found = observed(
        app=[
            artefact("ci", "ci.yml"),
            artefact("env_file", "b/.env"),
            artefact("env_file", ".env"),
            artefact("iac", "main.tf"),
        ]
    )
    assert {rule: dict(one.values) for (rule, _), one in found.items()} == {
        "ci-without-tests": {"count": 1},
        "committed-env-file": {"count": 2, "paths": ".env, b/.env"},
        "no-backup-evidence": {"count": 1},
    }
    places = found["committed-env-file", "app"].locations
    assert [str(place) for place in places] == [".env", "b/.env"]


def test_what_is_in_order_is_not_observed() -> None:
    good = [artefact("ci"), artefact("ci_tests"), artefact("container")]
    assert not observed(app=[*good, artefact("iac")], infra=[artefact("backup")])
