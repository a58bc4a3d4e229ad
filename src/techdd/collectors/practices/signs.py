"""The table of signs: which files, and which lines in them, are evidence of a practice.

Paths are matched in lower case by regular expressions. A sign without `text` is given by the file
alone; with it, by the first line that matches (comment lines do not count).
"""

from __future__ import annotations

from techdd.collectors._practice_patterns import (
    ALERTS,
    ARCHITECTURE,
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
from techdd.collectors.practices.duties import DUTIES, DUTY_SIGNS
from techdd.collectors.practices.sign import Sign

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
    "architecture": "architecture documents",
    "diagram": "diagrams as text",
    "api_spec": "API specification",
    "ci": "CI pipeline",
    "ci_tests": "tests in CI",
    "ci_deploy": "release or deployment in CI",
    "ci_scan": "security scans in CI",
    "update_bot": "dependency update bot",
    "linter": "linter or formatter",
    "type_check": "type checks",
    "container": "containers",
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
    **DUTIES,
}


SIGNS: tuple[Sign, ...] = (
    # documents
    Sign("readme", rf"^readme(?:\.[\w-]+)?{DOC}?$|^readme$"),
    Sign("licence_file", r"^(?:[\w-]+[-_.])?(?:licen[cs]e|copying|unlicense)s?(?:[-_.][\w.-]+)?$"),
    Sign("licence_file", r"^licenses/[^/]+$"),
    Sign("changelog", rf"(?:^|/)(?:changelog|changes|history|news|release[-_]?notes)(?:{DOC})?$"),
    Sign("changelog", r"^\.?(?:changes|changesets?|newsfragments|changelog\.d)/.+"),
    Sign("security_policy", rf"{TOP}security(?:{DOC})?$|(?:^|/)\.well-known/security\.txt$"),
    Sign("codeowners", rf"{TOP}codeowners$"),
    Sign("contributing", rf"{TOP}(?:contributing|hacking)(?:{DOC})?$"),
    Sign("onboarding", rf"(?:^|/)[\w-]*on-?boarding[\w-]*(?:/.+)?{DOC}$"),
    Sign(
        "onboarding",
        rf"(?:^|/)(?:development|developing|developers?[-_]guide|dev[-_]setup|"
        rf"local[-_](?:setup|development)|new[-_](?:joiners?|hires?))(?:{DOC})$",
    ),
    Sign(
        "adr",
        rf"(?:^|/)(?:adrs?|decisions|architecture[-_]decisions?|decision[-_]records?)/"
        rf"(?:[^/]+/)?(?!readme|index|template)[^/]*{DOC}$|(?:^|/)adr[-_]?\d+[\w.-]*{DOC}$",
    ),
    Sign("architecture", ARCHITECTURE),
    Sign(
        "diagram",
        r"\.(?:drawio|dio|puml|plantuml|pu|mmd|mermaid|d2)$|\.drawio\.(?:svg|png)$"
        r"|(?:^|/)workspace\.dsl$",
    ),
    Sign(
        "diagram",
        r"\.(?:md|mdx|markdown|rst|adoc)$",
        r"^\s*(?:```|:::|\.\. |\[)\s*"
        r"(?:mermaid|plantuml|uml\b|graphviz)|^@startuml",
    ),
    Sign(
        "api_spec",
        r"(?:^|/)(?:[\w-]+[.-])?(?:openapi|swagger|asyncapi)[\w.-]*\.(?:ya?ml|json)$"
        r"|\.(?:proto|graphqls|raml|wsdl|thrift)$|(?:^|/)schema\.(?:graphql|gql)$",
    ),
    Sign("api_spec", YAML, r"^(?:openapi|swagger|asyncapi):\s*[\"']?[23]\."),
    Sign(
        "runbook",
        rf"(?:^|/)(?:run-?books?|play-?books?|on-?call)/.*{DOC}$"
        rf"|(?:^|/)[\w-]*(?:run-?book|play-?book|on-?call|disaster[-_]?recovery)[\w-]*{DOC}$",
    ),
    Sign(
        "postmortem",
        rf"(?:^|/)(?:post-?mortems?|incidents|incident[-_]reports?)/.+{DOC}$"
        rf"|(?:^|/)[\w-]*(?:post-?mortem|incident[-_]report)[\w-]*{DOC}$",
    ),
    Sign(
        "privacy",
        rf"(?:^|/)[\w-]*(?:privacy|gdpr|dpia|data[-_]protection|sub-?processors?|"
        rf"records?[-_]of[-_]processing|data[-_]processing[-_]agreement)[\w-]*{DOC}$",
    ),
    # pipelines
    *(Sign("ci", pattern, detail=name) for name, pattern in CI_SYSTEMS.items()),
    Sign("ci_tests", CI, TESTS),
    Sign("ci_deploy", CI, DEPLOY),
    Sign("ci_scan", CI, SCAN),
    Sign("ci_scan", r"^\.github/codeql/|^sonar-project\.properties$|^\.snyk$"),
    Sign(
        "update_bot",
        r"^\.github/dependabot\.ya?ml$|^\.dependabot/|(?:^|/)renovate\.json5?$"
        r"|(?:^|/)\.renovaterc(?:\.json5?)?$|^\.pyup\.ya?ml$|^\.scala-steward\.conf$"
        r"|^\.gitlab/renovate\.json5?$",
    ),
    Sign("update_bot", r"(?:^|/)package\.json$", r"^\s*\"renovate\":\s*\{"),
    Sign(
        "linter",
        r"(?:^|/)(?:\.eslintrc(?:\.\w+)?|eslint\.config\.\w+|\.prettierrc(?:\.\w+)?|"
        r"prettier\.config\.\w+|biome\.jsonc?|\.rubocop\.ya?ml|\.standard\.ya?ml|"
        r"\.golangci\.(?:ya?ml|toml|json)|\.flake8|\.?pylintrc|\.?ruff\.toml|\.stylelintrc[\w.]*|"
        r"[\w-]*checkstyle[\w-]*\.xml|\.?phpcs\.xml(?:\.dist)?|\.php[-_]cs(?:-fixer)?(?:\.dist)?"
        r"(?:\.php)?|ecs\.php|\.?clippy\.toml|\.?rustfmt\.toml|\.clang-(?:format|tidy)|"
        r"detekt[\w-]*\.ya?ml|\.scalafmt\.conf|\.swiftlint\.ya?ml|pmd[\w-]*\.xml|"
        r"\.pre-commit-config\.ya?ml|\.credo\.exs|tslint\.json|\.oxlintrc\.json)$",
    ),
    Sign(
        "linter",
        rf"{MANIFEST}|(?:^|/)tox\.ini$",
        rf"^\[(?:tool\.)?(?:ruff|black|flake8|pylint|"
        rf"isort|pycodestyle)\b|^\s*\"(?:lint|format)[\w:]*\":|{LINTERS}",
    ),
    Sign("linter", CI, LINTERS),
    Sign(
        "type_check",
        r"(?:^|/)(?:tsconfig[\w.-]*\.json|\.?mypy\.ini|pyrightconfig\.json|"
        r"phpstan[\w.-]*\.neon(?:\.dist)?|psalm\.xml(?:\.dist)?|\.flowconfig|steepfile|"
        r"sorbet/config)$",
    ),
    Sign(
        "type_check",
        r"(?:^|/)(?:go\.mod|cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|"
        r"[\w.-]+\.(?:cs|fs)proj|build\.sbt|package\.swift)$",
        detail="statically typed language",
    ),
    Sign(
        "type_check",
        r"(?:^|/)(?:pyproject\.toml|setup\.cfg|tox\.ini|package\.json|"
        r"composer\.json)$",
        r"^\[(?:tool\.)?(?:mypy|pyright|basedpyright|pytype|pyre)\b"
        r"|\btsc\b|\bflow-bin\b|\bphpstan\b|\bpsalm\b",
    ),
    Sign("type_check", CI, r"\b(?:mypy|pyright|tsc|phpstan|psalm|sorbet|srb\s+tc|steep\s+check)\b"),
    Sign(
        "sbom",
        r"(?:^|/)(?:[\w-]+[-.])?s?bom[\w.-]*\.(?:json|xml|spdx)$|\.(?:spdx|cdx)"
        r"(?:\.(?:json|xml))?$",
    ),
    Sign("sbom", rf"{CI}|{MANIFEST}", r"\b(?:cyclonedx|syft|sbom)"),
    # running it
    Sign("container", DOCKERFILE.pattern, detail="Dockerfile"),
    Sign("container", COMPOSE, detail="Compose"),
    Sign("iac", r"\.(?:tf|tofu)$", detail="Terraform"),
    Sign("iac", r"(?:^|/)pulumi(?:\.[\w-]+)?\.ya?ml$", detail="Pulumi"),
    Sign(
        "iac", r"(?:^|/)(?:cdk\.json|samconfig\.toml|serverless\.ya?ml)$", detail="AWS CDK or SAM"
    ),
    Sign("iac", r"(?:^|/)chart\.ya?ml$", detail="Helm"),
    Sign("iac", r"(?:^|/)kustomization\.ya?ml$", detail="Kustomize"),
    Sign("iac", r"(?:^|/)ansible\.cfg$|(?:^|/)roles/[^/]+/tasks/main\.ya?ml$", detail="Ansible"),
    Sign("iac", r"\.bicep$|(?:^|/)azuredeploy[\w.]*\.json$", detail="Azure templates"),
    Sign(
        "iac",
        r"(?:^|/)(?:fly\.toml|render\.ya?ml|app\.ya?ml|nomad/.+\.hcl)$",
        r"^(?:app|services|runtime|job)\b",
        detail="platform manifest",
    ),
    Sign("iac", r"\.(?:ya?ml|json)$", r"\bAWSTemplateFormatVersion\b", detail="CloudFormation"),
    Sign("iac", YAML, KUBERNETES, detail="Kubernetes", case=True),
    Sign("multi_zone", INFRASTRUCTURE, ZONES),
    Sign("replicas", INFRASTRUCTURE, REPLICAS),
    Sign("backup", rf"{INFRASTRUCTURE}|{SCRIPT}", BACKUP),
    Sign("backup", rf"{INFRASTRUCTURE}|\.(?:sh|bash|ps1|cron)$|backup[^/]*$", DUMP),
    Sign("backup", r"(?:^|/)[\w.-]*backup[\w.-]*\.(?:sh|bash|ps1|service|timer|cron|tf)$"),
    Sign(
        "restore",
        rf"{INFRASTRUCTURE}|{SCRIPT}|(?:runbook|recovery|backup)[\w/-]*{DOC}$",
        RESTORE,
    ),
    Sign(
        "restore",
        r"(?:^|/)(?:db|database|pg|backup|scripts?|[\w.-]*[-_])?/?restore[\w.-]*\."
        rf"(?:sh|bash|ps1|md)$|(?:^|/)[\w-]*disaster[-_]?recovery[\w-]*{DOC}$",
    ),
    Sign(
        "migrations",
        r"(?:^|/)(?:migrations?|migrate|alembic/versions|flyway|liquibase)/"
        r"(?:.+/)?(?!__init__)[\w.-]*\d[\w.-]*(?:/[\w.-]+)?\.(?:py|sql|rb|php|js|ts|go|xml|"
        r"ya?ml|cs|java|exs|kt)$|(?:^|/)v\d[\w.]*__[\w.-]+\.sql$",
    ),
    Sign(
        "load_test",
        r"(?:^|/)(?:k6|load[-_]?test(?:s|ing)?|stress[-_]?tests?|gatling|jmeter|locust|"
        r"artillery)/.+\.\w+$|(?:^|/)locustfile[\w-]*\.py$|\.jmx$|simulation\.(?:scala|java|kt)$"
        r"|(?:^|/)artillery[\w.-]*\.ya?ml$|(?:^|/)[\w-]*k6[\w.-]*\.[jt]s$",
    ),
    Sign("load_test", rf"{MANIFEST}|{CI}", r"\b(?:locust|artillery|k6|gatling|vegeta|wrk2?)\b"),
    Sign("telemetry", MANIFEST, rf"(?:{TELEMETRY})(?!.*// indirect)"),
    Sign(
        "telemetry",
        r"(?:^|/)(?:prometheus|otel[\w-]*|opentelemetry[\w-]*|newrelic|appsignal|"
        r"datadog)\.(?:ya?ml|toml|ini|js)$",
    ),
    Sign(
        "alerts",
        r"(?:^|/)(?:alerts?|alerting|alert[-_]?rules|alertmanager)(?:/.+|[\w.-]*)"
        r"\.(?:ya?ml|json|tf)$",
    ),
    Sign("alerts", INFRASTRUCTURE, ALERTS),
    Sign(
        "slo",
        r"(?:^|/)(?:slos?|sloth|service[-_]level[-_]objectives?)(?:/.+|[-_][\w-]+)?"
        r"\.(?:ya?ml|json|md|tf)$",
    ),
    Sign(
        "slo",
        INFRASTRUCTURE,
        r"service_level_objective|\bkind:\s*(?:SLO|PrometheusServiceLevel)\b",
    ),
    Sign(
        "retention",
        INFRASTRUCTURE,
        r"\blifecycle_(?:rule|configuration)\b|\bretention_in_days\s*="
        r"|\bExpirationInDays\b|\bRetentionInDays\b|\btime_to_live\b|\bdefault_table_expiration_ms\b",
    ),
    Sign(
        "retention",
        # How many users stay is measured by analytics, and called retention too.
        r"^(?!.*(?:reports?|analytics|cohorts?|charts?|metrics|insights)/)"
        r"(?:.*/)?[\w.-]*(?:retention|purge[-_](?:old|expired|stale|deleted|users?|accounts?|data|logs?)\w*|data[-_]?deletion|"
        r"delete[-_](?:old|expired|stale)\w*|anonymi[sz]e)[\w.-]*\.(?:py|rb|js|ts|go|java|php|sql|"
        r"kt|cs|sh)$",
    ),
    Sign("feature_flags", MANIFEST, FLAGS),
    *DUTY_SIGNS,
)
