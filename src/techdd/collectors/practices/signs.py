"""The table of signs: which files, and which lines in them, are evidence of a practice.

Paths are matched in lower case by regular expressions. A sign without `text` is given by the file
alone; with it, by the first line that matches (comment lines do not count).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Pattern

from techdd.collectors.practices.patterns import (
    ALERTS,
    BACKUP,
    CI,
    CI_SYSTEMS,
    COMPOSE,
    DEPLOY,
    DOC,
    DOCKERFILE,
    DUMP,
    FLAGS,
    INFRASTRUCTURE,
    KUBERNETES,
    LINTERS,
    MANIFEST,
    REPLICAS,
    RESTORE,
    SCAN,
    SCRIPT,
    TELEMETRY,
    TESTS,
    TOP,
    YAML,
    ZONES,
)


@dataclass(frozen=True)
class Sign:
    """One piece of evidence. `detail` says what was seen; empty means the words that matched."""

    kind: str
    path: Pattern[str]
    text: Pattern[str] | None = None
    detail: str = ""


# The kinds in the order in which a report lists them, with what a reader calls them.
KINDS: dict[str, str] = {
    "readme": "README",
    "licence_file": "licence file",
    "changelog": "changelog",
    "security_policy": "security policy",
    "codeowners": "code owners",
    "contributing": "contributing guide",
    "onboarding": "onboarding guide",
    "adr": "architecture decisions",
    "diagram": "diagrams as text",
    "api_spec": "API specification",
    "ci": "CI pipeline",
    "ci_tests": "tests in CI",
    "ci_deploy": "release or deployment in CI",
    "ci_scan": "security scans in CI",
    "ci_pinned": "CI actions pinned by hash",
    "update_bot": "dependency update bot",
    "linter": "linter or formatter",
    "type_check": "type checks",
    "container": "containers",
    "container_nonroot": "containers without root",
    "iac": "infrastructure as code",
    "multi_zone": "several zones",
    "replicas": "several replicas",
    "backup": "backups",
    "restore": "restore procedure",
    "env_file": "committed env file",
    "migrations": "versioned migrations",
    "load_test": "load tests",
    "telemetry": "telemetry",
    "alerts": "alerts",
    "slo": "service level objectives",
    "runbook": "runbooks",
    "postmortem": "post-mortems",
    "sbom": "bill of materials",
    "privacy": "privacy documents",
    "retention": "data retention",
    "feature_flags": "feature flags",
}


def _sign(kind: str, path: str, text: str = "", detail: str = "", *, case: bool = False) -> Sign:
    flags = re.ASCII if case else re.ASCII | re.IGNORECASE
    return Sign(kind, re.compile(path), re.compile(text, flags) if text else None, detail)


SIGNS: tuple[Sign, ...] = (
    # documents
    _sign("readme", rf"^readme(?:\.[\w-]+)?{DOC}?$|^readme$"),
    _sign("licence_file", r"^(?:[\w-]+[-_.])?(?:licen[cs]e|copying|unlicense)s?(?:[-_.][\w.-]+)?$"),
    _sign("licence_file", r"^licenses/[^/]+$"),
    _sign("changelog", rf"(?:^|/)(?:changelog|changes|history|news|release[-_]?notes)(?:{DOC})?$"),
    _sign("changelog", r"^\.?(?:changes|changesets?|newsfragments|changelog\.d)/.+"),
    _sign("security_policy", rf"{TOP}security(?:{DOC})?$|(?:^|/)\.well-known/security\.txt$"),
    _sign("codeowners", rf"{TOP}codeowners$"),
    _sign("contributing", rf"{TOP}(?:contributing|hacking)(?:{DOC})?$"),
    _sign("onboarding", rf"(?:^|/)[\w-]*on-?boarding[\w-]*(?:/.+)?{DOC}$"),
    _sign(
        "onboarding",
        rf"(?:^|/)(?:development|developing|developers?[-_]guide|dev[-_]setup|"
        rf"local[-_](?:setup|development)|new[-_](?:joiners?|hires?))(?:{DOC})$",
    ),
    _sign(
        "adr",
        rf"(?:^|/)(?:adrs?|decisions|architecture[-_]decisions?|decision[-_]records?)/"
        rf"(?:[^/]+/)?(?!readme|index|template)[^/]*{DOC}$|(?:^|/)adr[-_]?\d+[\w.-]*{DOC}$",
    ),
    _sign(
        "diagram",
        r"\.(?:drawio|dio|puml|plantuml|pu|mmd|mermaid|d2)$|\.drawio\.(?:svg|png)$"
        r"|(?:^|/)workspace\.dsl$",
    ),
    _sign(
        "diagram",
        r"\.(?:md|mdx|markdown|rst|adoc)$",
        r"^\s*(?:```|:::|\.\. |\[)\s*"
        r"(?:mermaid|plantuml|uml\b|graphviz)|^@startuml",
    ),
    _sign(
        "api_spec",
        r"(?:^|/)(?:[\w-]+[.-])?(?:openapi|swagger|asyncapi)[\w.-]*\.(?:ya?ml|json)$"
        r"|\.(?:proto|graphqls|raml|wsdl|thrift)$|(?:^|/)schema\.(?:graphql|gql)$",
    ),
    _sign("api_spec", YAML, r"^(?:openapi|swagger|asyncapi):\s*[\"']?[23]\."),
    _sign(
        "runbook",
        rf"(?:^|/)(?:run-?books?|play-?books?|on-?call)/.*{DOC}$"
        rf"|(?:^|/)[\w-]*(?:run-?book|play-?book|on-?call|disaster[-_]?recovery)[\w-]*{DOC}$",
    ),
    _sign(
        "postmortem",
        rf"(?:^|/)(?:post-?mortems?|incidents|incident[-_]reports?)/.+{DOC}$"
        rf"|(?:^|/)[\w-]*(?:post-?mortem|incident[-_]report)[\w-]*{DOC}$",
    ),
    _sign(
        "privacy",
        rf"(?:^|/)[\w-]*(?:privacy|gdpr|dpia|data[-_]protection|"
        rf"records?[-_]of[-_]processing|data[-_]processing[-_]agreement)[\w-]*{DOC}$",
    ),
    # pipelines
    *(_sign("ci", pattern, detail=name) for name, pattern in CI_SYSTEMS.items()),
    _sign("ci_tests", CI, TESTS),
    _sign("ci_deploy", CI, DEPLOY),
    _sign("ci_scan", CI, SCAN),
    _sign("ci_scan", r"^\.github/codeql/|^sonar-project\.properties$|^\.snyk$"),
    _sign(
        "update_bot",
        r"^\.github/dependabot\.ya?ml$|^\.dependabot/|(?:^|/)renovate\.json5?$"
        r"|(?:^|/)\.renovaterc(?:\.json5?)?$|^\.pyup\.ya?ml$|^\.scala-steward\.conf$"
        r"|^\.gitlab/renovate\.json5?$",
    ),
    _sign("update_bot", r"(?:^|/)package\.json$", r"^\s*\"renovate\":\s*\{"),
    _sign(
        "linter",
        r"(?:^|/)(?:\.eslintrc(?:\.\w+)?|eslint\.config\.\w+|\.prettierrc(?:\.\w+)?|"
        r"prettier\.config\.\w+|biome\.jsonc?|\.rubocop\.ya?ml|\.standard\.ya?ml|"
        r"\.golangci\.(?:ya?ml|toml|json)|\.flake8|\.?pylintrc|\.?ruff\.toml|\.stylelintrc[\w.]*|"
        r"[\w-]*checkstyle[\w-]*\.xml|\.?phpcs\.xml(?:\.dist)?|\.php[-_]cs(?:-fixer)?(?:\.dist)?"
        r"(?:\.php)?|ecs\.php|\.?clippy\.toml|\.?rustfmt\.toml|\.clang-(?:format|tidy)|"
        r"detekt[\w-]*\.ya?ml|\.scalafmt\.conf|\.swiftlint\.ya?ml|pmd[\w-]*\.xml|"
        r"\.pre-commit-config\.ya?ml|\.credo\.exs|tslint\.json|\.oxlintrc\.json)$",
    ),
    _sign(
        "linter",
        rf"{MANIFEST}|(?:^|/)tox\.ini$",
        rf"^\[(?:tool\.)?(?:ruff|black|flake8|pylint|"
        rf"isort|pycodestyle)\b|^\s*\"(?:lint|format)[\w:]*\":|{LINTERS}",
    ),
    _sign("linter", CI, LINTERS),
    _sign(
        "type_check",
        r"(?:^|/)(?:tsconfig[\w.-]*\.json|\.?mypy\.ini|pyrightconfig\.json|"
        r"phpstan[\w.-]*\.neon(?:\.dist)?|psalm\.xml(?:\.dist)?|\.flowconfig|steepfile|"
        r"sorbet/config)$",
    ),
    _sign(
        "type_check",
        r"(?:^|/)(?:go\.mod|cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|"
        r"[\w.-]+\.(?:cs|fs)proj|build\.sbt|package\.swift)$",
        detail="statically typed language",
    ),
    _sign(
        "type_check",
        r"(?:^|/)(?:pyproject\.toml|setup\.cfg|tox\.ini|package\.json|"
        r"composer\.json)$",
        r"^\[(?:tool\.)?(?:mypy|pyright|basedpyright|pytype|pyre)\b"
        r"|\btsc\b|\bflow-bin\b|\bphpstan\b|\bpsalm\b",
    ),
    _sign(
        "type_check", CI, r"\b(?:mypy|pyright|tsc|phpstan|psalm|sorbet|srb\s+tc|steep\s+check)\b"
    ),
    _sign(
        "sbom",
        r"(?:^|/)(?:[\w-]+[-.])?s?bom[\w.-]*\.(?:json|xml|spdx)$|\.(?:spdx|cdx)"
        r"(?:\.(?:json|xml))?$",
    ),
    _sign("sbom", rf"{CI}|{MANIFEST}", r"\b(?:cyclonedx|syft|sbom)"),
    # running it
    Sign("container", DOCKERFILE, detail="Dockerfile"),
    _sign("container", COMPOSE, detail="Compose"),
    _sign("iac", r"\.(?:tf|tofu)$", detail="Terraform"),
    _sign("iac", r"(?:^|/)pulumi(?:\.[\w-]+)?\.ya?ml$", detail="Pulumi"),
    _sign(
        "iac", r"(?:^|/)(?:cdk\.json|samconfig\.toml|serverless\.ya?ml)$", detail="AWS CDK or SAM"
    ),
    _sign("iac", r"(?:^|/)chart\.ya?ml$", detail="Helm"),
    _sign("iac", r"(?:^|/)kustomization\.ya?ml$", detail="Kustomize"),
    _sign("iac", r"(?:^|/)ansible\.cfg$|(?:^|/)roles/[^/]+/tasks/main\.ya?ml$", detail="Ansible"),
    _sign("iac", r"\.bicep$|(?:^|/)azuredeploy[\w.]*\.json$", detail="Azure templates"),
    _sign(
        "iac",
        r"(?:^|/)(?:fly\.toml|render\.ya?ml|app\.ya?ml|nomad/.+\.hcl)$",
        r"^(?:app|services|runtime|job)\b",
        detail="platform manifest",
    ),
    _sign("iac", r"\.(?:ya?ml|json)$", r"\bAWSTemplateFormatVersion\b", detail="CloudFormation"),
    _sign("iac", YAML, KUBERNETES, detail="Kubernetes", case=True),
    _sign("multi_zone", INFRASTRUCTURE, ZONES),
    _sign("replicas", INFRASTRUCTURE, REPLICAS),
    _sign("backup", rf"{INFRASTRUCTURE}|{SCRIPT}", BACKUP),
    _sign("backup", rf"{INFRASTRUCTURE}|\.(?:sh|bash|ps1|cron)$|backup[^/]*$", DUMP),
    _sign("backup", r"(?:^|/)[\w.-]*backup[\w.-]*\.(?:sh|bash|ps1|service|timer|cron|tf)$"),
    _sign(
        "restore",
        rf"{INFRASTRUCTURE}|{SCRIPT}|(?:runbook|recovery|backup)[\w/-]*{DOC}$",
        RESTORE,
    ),
    _sign(
        "restore",
        r"(?:^|/)(?:db|database|pg|backup|scripts?|[\w.-]*[-_])?/?restore[\w.-]*\."
        rf"(?:sh|bash|ps1|md)$|(?:^|/)[\w-]*disaster[-_]?recovery[\w-]*{DOC}$",
    ),
    _sign(
        "migrations",
        r"(?:^|/)(?:migrations?|migrate|alembic/versions|flyway|liquibase)/"
        r"(?:.+/)?(?!__init__)[\w.-]*\d[\w.-]*(?:/[\w.-]+)?\.(?:py|sql|rb|php|js|ts|go|xml|"
        r"ya?ml|cs|java|exs|kt)$|(?:^|/)v\d[\w.]*__[\w.-]+\.sql$",
    ),
    _sign(
        "load_test",
        r"(?:^|/)(?:k6|load[-_]?test(?:s|ing)?|stress[-_]?tests?|gatling|jmeter|locust|"
        r"artillery)/.+\.\w+$|(?:^|/)locustfile[\w-]*\.py$|\.jmx$|simulation\.(?:scala|java|kt)$"
        r"|(?:^|/)artillery[\w.-]*\.ya?ml$|(?:^|/)[\w-]*k6[\w.-]*\.[jt]s$",
    ),
    _sign("load_test", rf"{MANIFEST}|{CI}", r"\b(?:locust|artillery|k6|gatling|vegeta|wrk2?)\b"),
    _sign("telemetry", MANIFEST, rf"(?:{TELEMETRY})(?!.*// indirect)"),
    _sign(
        "telemetry",
        r"(?:^|/)(?:prometheus|otel[\w-]*|opentelemetry[\w-]*|newrelic|appsignal|"
        r"datadog)\.(?:ya?ml|toml|ini|js)$",
    ),
    _sign(
        "alerts",
        r"(?:^|/)(?:alerts?|alerting|alert[-_]?rules|alertmanager)(?:/.+|[\w.-]*)"
        r"\.(?:ya?ml|json|tf)$",
    ),
    _sign("alerts", INFRASTRUCTURE, ALERTS),
    _sign(
        "slo",
        r"(?:^|/)(?:slos?|sloth|service[-_]level[-_]objectives?)(?:/.+|[-_][\w-]+)?"
        r"\.(?:ya?ml|json|md|tf)$",
    ),
    _sign(
        "slo",
        INFRASTRUCTURE,
        r"service_level_objective|\bkind:\s*(?:SLO|PrometheusServiceLevel)\b",
    ),
    _sign(
        "retention",
        INFRASTRUCTURE,
        r"\blifecycle_(?:rule|configuration)\b|\bretention_in_days\s*="
        r"|\bExpirationInDays\b|\bRetentionInDays\b|\btime_to_live\b|\bdefault_table_expiration_ms\b",
    ),
    _sign(
        "retention",
        r"(?:^|/)[\w.-]*(?:retention|purge[-_](?:old|expired|stale|deleted|users?|accounts?|data|logs?)\w*|data[-_]?deletion|"
        r"delete[-_](?:old|expired|stale)\w*|anonymi[sz]e)[\w.-]*\.(?:py|rb|js|ts|go|java|php|sql|"
        r"kt|cs|sh)$",
    ),
    _sign("feature_flags", MANIFEST, FLAGS),
)
