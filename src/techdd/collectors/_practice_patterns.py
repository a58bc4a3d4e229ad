"""The regular expressions behind the signs: file names (in lower case) and words of tools.

Each is free of nested repetition, since the files that they are tried on may be hostile.
"""

from __future__ import annotations

import re

# Other people's code and files that only feed tests are no practice of the client's.
FOREIGN = re.compile(
    r"^deps/|(?:^|/)(?:vendors?|vendored|node_modules|bower_components|third[-_]?party|external|"
    r"site-packages|\.?venv|fixtures?|__fixtures__|test[-_]?data|testdata|__snapshots__|"
    r"snapshots|mocks?|__mocks__|generators)/"
)
# Not what runs in production: counted for nothing but load tests and pipelines.
ASIDE = re.compile(
    r"(?:^|/)(?:tests?|specs?|e2e|integration[-_]?tests?|smoke[-_]?tests?|samples?|demos?|fuzz|"
    r"(?:[^/]*[ _-])?examples?|\.(?:devcontainer|codesandbox|gitpod))/"
    r"|(?:^|/)src/(?:test|dockertest|inttest)/"
)

# By their names, they serve those who write the product and not those who use it.
DEVELOPMENT = re.compile(
    r"(?:^|/)(?:local|dev|devel|development|\.devcontainer|develop)/"
    r"|(?:^|[/._-])(?:dev|devel|development|local|debug|override)(?:[._-][\w.-]*)?$"
    r"|(?:^|[/._-])(?:dev|devel|development|local|debug|override)\.(?:dockerfile|ya?ml)$",
    re.I,
)

DOCUMENTS = re.compile(r"(?:^|/)(?:docs?|documentation)/")

DOC = r"\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|org|html|pdf|docx)"
TOP = r"^(?:\.github/|\.gitlab/|docs?/)?"

ARCHITECTURE = (
    rf"(?:^|/)(?:architecture|arc42)(?!\w*[-_]decision)[\w-]*(?:/[\w./-]+)?{DOC}$"
    rf"|(?:^|/)(?:system|technical|software|high[-_]level)[-_](?:design|overview|architecture)"
    rf"[\w-]*{DOC}$|(?:^|/)docs?/(?:[\w-]+/)?design{DOC}$"
)
CI_SYSTEMS: dict[str, str] = {
    "GitHub Actions": r"^\.github/(?:workflows/[^/]+|actions/.+/action|actions/action)\.ya?ml$",
    "GitLab CI": r"(?:^|/)\.gitlab-ci\.ya?ml$|^\.gitlab/ci/.+\.ya?ml$",
    "CircleCI": r"^\.circleci/.+\.ya?ml$",
    "Travis CI": r"^\.travis\.ya?ml$",
    "Azure Pipelines": r"(?:^|/)\.?azure-pipelines?[\w.-]*\.ya?ml$|^\.azure-pipelines/.+\.ya?ml$",
    "Jenkins": r"(?:^|/)jenkinsfile(?:[.-][\w.-]+)?$|\.jenkinsfile$",
    "Bitbucket Pipelines": r"^bitbucket-pipelines\.ya?ml$",
    "Drone": r"^\.drone\.(?:ya?ml|star|jsonnet)$",
    "Woodpecker": r"^\.woodpecker(?:/.+)?\.ya?ml$",
    "Buildkite": r"^\.buildkite/.+\.(?:ya?ml|sh|json)$",
    "AppVeyor": r"^\.?appveyor\.ya?ml$",
    "Forgejo or Gitea Actions": r"^\.(?:forgejo|gitea)/workflows/.+\.ya?ml$",
    "Cirrus CI": r"^\.cirrus\.(?:ya?ml|star)$",
    "Google Cloud Build": r"(?:^|/)cloudbuild[\w.-]*\.(?:ya?ml|json)$",
    "AWS CodeBuild": r"(?:^|/)buildspec[\w.-]*\.ya?ml$",
    "TeamCity": r"^\.teamcity/.+\.(?:kts|xml)$",
    "Semaphore": r"^\.semaphore/.+\.ya?ml$",
    "Tekton": r"^\.tekton/.+\.ya?ml$",
    "Dagger or Earthly": r"(?:^|/)(?:earthfile|dagger\.json)$",
}
CI = "|".join(CI_SYSTEMS.values())
DOCKERFILE = re.compile(
    r"(?:^|/)(?:dockerfile|containerfile)"
    r"(?!\S*\.(?:[cm]?[jt]sx?|py|rb|go|java|kts?|php|rs|[cf]s|exs?|erl|scala|groovy|swift|dart|cljs?|hs"
    r"|elm|ml|cc|cpp|hpp|html?|s?css|md|rst|vim|lua)$)"
    r"(?:[.-][\w.-]+)?$|\.(?:dockerfile|containerfile)$"
)
TERRAFORM = re.compile(r"\.(?:tf|tofu)$")
ENV_FILE = re.compile(
    r"(?:^|/)\.env(?!\S*(?:example|sample|template|dist|test|schema|default|ci\b))(?:\.[\w-]+)*$"
)
COMPOSE = r"(?:^|/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$"
YAML = r"\.ya?ml$"
INFRASTRUCTURE = rf"{YAML}|\.(?:tf|tofu|bicep|hcl)$|(?:^|/)(?:cloudformation|cfn)/.+\.json$"
SCRIPT = (
    r"\.(?:sh|bash|ps1|service|timer|cron)$|(?:^|/)(?:makefile|justfile|rakefile|procfile|"
    r"crontab|taskfile\.ya?ml)$|(?:^|/)(?:scripts?|bin|ops|deploy|infra\w*|tools)/[^/]+\.\w{2,4}$"
)
MANIFEST = (
    r"(?:^|/)(?:package\.json|requirements[\w.-]*\.(?:txt|in)|requirements/.+\.txt|pyproject\.toml|"
    r"pipfile|setup\.(?:py|cfg)|go\.mod|gemfile|[\w.-]+\.gemspec|composer\.json|pom\.xml|"
    r"build\.gradle(?:\.kts)?|[\w.-]+\.versions\.toml|cargo\.toml|[\w.-]+\.csproj|mix\.exs)$"
)

_SCRIPT = r"\.(?:sh|py|ps1|rb|js|bat)"
_RUN = r"(?:run[-_]?)?(?:run|start|all|unit|integration|e2e|backend|frontend|coverage)"
TESTS = (
    r"\b(?:pytest|tox|nox|unittest|rspec|phpunit|pest|vitest|jest|mocha|karma|cypress|playwright|"
    r"ctest|minitest|gotestsum|nextest|kahlan|behat|cucumber|behave|codeception|ava|newman)\b"
    r"|\b(?:npm|yarn|pnpm|bun|deno|lerna|nx|turbo)(?:\s+[\w@:./=-]+){0,4}?\s+(?:run\s+)?test"
    r"|\bnpm\s+(?:t|it|cit)\b|\b(?:go|cargo|dotnet|swift|mix|flutter|dart|zig|sbt|lein|stack|"
    r"cabal|bazel|bazelisk|composer|rails|hatch|pdm|manage\.py|meson|xcodebuild)\b[^#]*?\btest"
    r"|\bmvnw?(?:\s+-\S+)*\s*$"  # without a goal, the default goal of the pom.xml
    r"|\b(?:mvnw?|mvn\.cmd|maven)\b[^#]*?\b(?:test|verify|install|package|deploy)\b"
    r"|\bgradlew?\b[^#]*?\b(?:test|check|build)\b"
    r"|\b(?:rake|make|just|task|ninja|invoke)\b[^#|&;]*?\b(?:test|tests|spec|check|ci)\b"
    r"|\bbundle\s+exec\s+rake\s*$|^\s*(?:-\s*)?(?:run:|script:)?\s*rake\s*$"
    rf"|(?<![\w./-])(?<!\bcd )[\w./-]*/(?:run[-_]?)?tests?(?:{_SCRIPT})?(?=[\s\"']|$)"
    rf"|/(?:{_RUN})[-_]tests?{_SCRIPT}\b|/tests?[-_](?:{_RUN}){_SCRIPT}\b"
    r"|\b(?:vstest|visualstudiotest|nunit|xunit)\b"
)
DEPLOY = (
    r"\b(?:kubectl\s+(?:apply|rollout|set)|helm\s+(?:upgrade|install)|terraform\s+apply|"
    r"tofu\s+apply|pulumi\s+up|(?:serverless|sls|eb|cdk|fly|flyctl|wrangler|firebase)\s+deploy|"
    r"ansible-playbook|gcloud\s+\w+\s+deploy|aws\s+(?:ecs|s3\s+sync|lambda\s+update|deploy|"
    r"cloudformation\s+deploy)|docker\s+(?:buildx\s+build\b.*--push|push)|git\s+push\s+heroku|"
    r"npm\s+publish|pnpm\s+publish|yarn\s+(?:npm\s+)?publish|twine\s+upload|uv\s+publish|"
    r"poetry\s+publish|gem\s+push|cargo\s+publish|dotnet\s+nuget\s+push|goreleaser|"
    r"semantic-release|argocd|cap\s+(?:production|staging)|kamal\s+deploy|vercel|netlify)\b"
    r"|\brake\s+release\b|gh-action-pypi-publish|rubygems/release-gem|deploy-pages|\b(?:publish|deploy)[\w-]*:\s*$"
    r"|\bgradlew?\b.*\bpublish|\bmvnw?\b.*\bdeploy\b|uses:\s*[\w./-]*(?:deploy|publish)[\w./-]*"
    r"|(?:^|[\s/])(?:deploy|release|publish)(?:[-_]\w+)?\.(?:sh|py|rb)\b"
)
SCAN = (
    # Runners ship CodeQL's folder, and jobs that need room delete it.
    r"\b(?:(?<!hostedtoolcache/)codeql|semgrep|snyk|trivy|bandit|pip-audit|gitleaks|trufflehog|sonar\w*|brakeman|gosec|"
    r"govulncheck|osv-scanner|grype|checkov|tfsec|kics|zizmor|anchore|detect-secrets|zap\w*-scan|"
    r"ggshield|kingfisher|bundler-audit|cargo-deny|cargo-audit|owasp|veracode|checkmarx|fortify|"
    r"mend|whitesource|blackduck|scorecard-action|dependency-review-action|dependency-check|"
    r"hadolint|kubesec|terrascan|psalm\s+--taint-analysis)\b"
    r"|\b(?:npm|yarn|pnpm|composer|cargo|bundle|bundler)(?:\s+npm)?\s+audit\b|\bsafety\s+(?:check|scan)"
    r"|security/(?:sast|secret-detection|dependency-scanning|container-scanning|dast)"
)
LINTERS = (
    r"\b(?:eslint|prettier|biome|ruff|flake8|pylint|pycodestyle|black|isort|golangci-lint|gofmt|"
    r"go\s+vet|staticcheck|rubocop|standardrb|clippy|rustfmt|cargo\s+fmt|checkstyle|spotless|"
    r"spotbugs|pmd|ktlint|detekt|phpcs|php-cs-fixer|php_codesniffer|easy-coding-standard|stylelint|"
    r"tslint|scalafmt|swiftlint|shellcheck|pre-commit|clang-format|clang-tidy|dotnet\s+format|"
    r"credo|spring-javaformat|error-?prone)\b|\b(?:run|make|rake)\s+(?:lint|format|fmt)\b"
)
BACKUP = (
    r"\bbackup_retention_period\s*=\s*[1-9v]|\bBackupRetentionPeriod[\"']?:\s*[\"']?[1-9!]"
    r"|\bpoint_in_time_recovery\b|\bPointInTimeRecovery\w*|\bsnapshot_retention_\w+\s*=\s*[1-9]"
    r"|\b(?:pg_basebackup|mariabackup|xtrabackup|restic|borg|borgmatic|borgbackup|velero|wal-g|"
    r"wal-e|pgbackrest|barman|duplicity|litestream)\b"
    r"|\baws_(?:backup_\w+|dlm_lifecycle_policy)|\bAWS::Backup::|\bazurerm_backup_\w+"
    r"|\bgoogle_gke_backup_\w+|\bbackup_(?:configuration|policy|window|schedule)\b"
    r"|^\s*kind:\s*(?:ScheduledBackup|BackupSchedule|CronBackup)\b|\baws\s+s3\s+(?:cp|sync).*backup"
)
# Dumps also serve to move data about; in a program they are no sign of a backup.
DUMP = r"\b(?:pg_dump(?:all)?|mysqldump|mongodump)\b"
RESTORE = (
    r"\b(?:pg_restore|mongorestore|velero\s+restore|restic\s+restore|borg\s+extract|"
    r"wal-g\s+backup-fetch|pgbackrest\b.*\brestore|barman\s+recover|litestream\s+restore)\b"
    r"|\brestore_to_point_in_time\b|\baws_backup_restore_testing\w*|\bsnapshot_identifier\s*="
)
ZONES = (
    r"\bmulti_az(?:_enabled)?\s*=\s*true|\bMultiAZ[\"']?:\s*[\"']?true|\bzone_redundant\w*\s*=\s*true"
    r"|\bavailability_type\s*=\s*\"REGIONAL\"|\b(?:availability_)?zones\s*=\s*\[[^\]]*,"
    r"|\bdata\s+\"aws_availability_zones\"|\btopologySpreadConstraints\b"
    r"|\btopology\.kubernetes\.io/zone\b|\bhigh_availability\s*\{|\bgeo_redundant\w*\s*=\s*true"
)
REPLICAS = (
    r"^\s*(?:replicas|replicaCount|minReplicas):\s*(?:[2-9]|\d\d+)\b|\bHorizontalPodAutoscaler\b"
    r"|\b(?:desired_count|min_size|min_capacity|min_replicas|replica_count|num_cache_clusters|"
    r"node_count)\s*=\s*(?:[2-9]|\d\d+)\b|\breplicate_source_db\b|\bread_replica\w*"
    r"|\bDesiredCount:\s*(?:[2-9]|\d\d+)\b|\bmin_machines_running\s*=\s*(?:[2-9]|\d\d+)"
)
TELEMETRY = (
    r"opentelemetry|sentry|prometheus|prom-client|datadog|dd-?trace|ddtrace|newrelic|new-relic|"
    r"elastic-?apm|honeycomb|bugsnag|rollbar|micrometer|statsd|appsignal|airbrake|skylight|"
    r"scout_apm|jaeger|lightstep|applicationinsights|application-insights|raygun|honeybadger|logfire"
)
ALERTS = (
    r"\bkind:\s*(?:PrometheusRule|AlertmanagerConfig)\b|\baws_cloudwatch_metric_alarm\b"
    r"|\bAWS::CloudWatch::Alarm\b|\bgoogle_monitoring_alert_policy\b|\bdatadog_monitor\b"
    r"|\bazurerm_monitor_\w*alert\w*|\b(?:pagerduty|opsgenie|victorops|betteruptime)\w*"
    r"|\bgrafana_\w*alert\w*|\balertmanager\b|^\s*-\s*alert:\s*\w"
)
FLAGS = (
    r"launchdarkly|unleash|\bflipper\b|flagsmith|growthbook|splitio|split-software|optimizely|"
    r"django-waffle|\bwaffle\b|\bflagd\b|openfeature|open-feature|togglz|\bff4j\b|configcat|"
    r"posthog|statsig|laravel/pennant|featureflags|feature-flags|Microsoft\.FeatureManagement"
)
KUBERNETES = (
    r"^kind:\s*[\"']?(?:Deployment|StatefulSet|DaemonSet|CronJob|Ingress|Service|Kustomization|"
    r"HelmRelease|Application|ConfigMap)\b"
)
