"""Signs of what is owed for data, cost, users and models, beside the craft of engineering."""

from __future__ import annotations

from techdd.collectors._practice_patterns import CI, INFRASTRUCTURE, MANIFEST
from techdd.collectors.practices.sign import Sign

# In the order in which a report lists them, after the practices of engineering.
DUTIES: dict[str, str] = {
    "autoscaling": "scaling by load",
    "cost_control": "budgets and cost tags",
    "single_sign_on": "single sign-on",
    "audit_trail": "audit trail of the product",
    "consent": "consent of visitors",
    "made_up_data": "made-up test data",
    "data_tests": "tests of data",
    "product_analytics": "product analytics",
    "translations": "translations",
    "accessibility": "accessibility checks",
    "assistant_rules": "rules for AI assistants",
    "model_evaluation": "evaluation of models",
}

_SCALING = (
    r"\bHorizontalPodAutoscaler\b|^\s*kind:\s*ScaledObject\b|\bmaxReplicas:|\bmax_replicas\s*="
    r"|\b(?:aws_appautoscaling_\w+|aws_autoscaling_(?:group|policy)|google_compute_(?:region_)?"
    r"autoscaler|azurerm_monitor_autoscale_setting)\b|\bAWS::(?:ApplicationAutoScaling|"
    r"AutoScaling)::"
)
_COST = (
    r"\b(?:aws_budgets_budget\w*|aws_ce_anomaly_\w+|google_billing_budget|"
    r"azurerm_consumption_budget_\w+)\b|\bAWS::(?:Budgets|CE)::|\bcost[-_ ]?(?:cent(?:er|re)|"
    r"allocation)\b|\binfracost\b"
)
_SIGN_ON = (
    r"\b(?:[\w@./-]*saml[\w-]*|[\w@./-]*openid[\w-]*|[\w-]*oidc[\w-]*|omniauth[\w-]*|"
    r"[\w@./-]*keycloak[\w-]*|[\w@./-]*auth0[-/][\w-]+|[\w@./-]*okta[\w-]*|[\w@./-]*workos[\w-]*|"
    r"[\w@./-]*scim[\w-]*|django-allauth|social-auth[\w-]*|next-auth|auth/core|arctic|"
    r"laravel/socialite|authlib|\w*Duende\w*|IdentityServer4?|supertokens[\w-]*)(?![\w-])"
)
_AUDITED = (
    r"\b(?:django-auditlog|django-simple-history|django-easy-audit|django-reversion|paper_trail|"
    r"audited|[\w-]*envers|laravel-activitylog|laravel-auditing|Audit\.(?:NET|EntityFramework)"
    r"[\w.]*|javers[\w-]*|logidze|ex_audit)\b"
)
_CONSENT = (
    r"\b[\w@./-]*(?:cookie-?consent|onetrust|cookiebot|klaro|usercentrics|iubenda|didomi|"
    r"tarteaucitron|cookie-control|cookies_eu|cookie-banner)[\w-]*"
)
_MADE_UP = (
    r"\b(?:[\w@./-]*faker(?:[-.]\w+)?|factory[-_](?:boy|bot)\w*|bogus|mimesis|datafaker|gofakeit|"
    r"fishery|autofixture\w*|model[-_]bakery)\b"
)
_DATA_TESTS = (
    r"\b(?:great[-_]expectations|soda-core[\w-]*|pandera|pydeequ|deequ|elementary-data|"
    r"dbt[-_]expectations)\b"
)
_ANALYTICS = (
    r"\b(?:[\w@./-]*mixpanel[\w-]*|[\w@./-]*amplitude[\w-]*|[\w@./-]*posthog[\w-]*|"
    r"[\w@/-]*segment[-/]analytics[\w-]*|analytics-(?:node|ruby|python)|"
    r"[\w@./-]*rudder-?stack[\w-]*|rudder-sdk[\w-]*|[\w@./-]*matomo[\w-]*|"
    r"[\w@./-]*snowplow[\w-]*|ahoy_matey|[\w-]*plausible[\w-]*)(?![\w-])"
)
_ACCESSIBLE = (
    r"\b(?:[\w@./-]*axe-(?:core|playwright|cli|rspec|webdriverjs)[\w-]*|(?:jest|cypress|vitest)-axe|"
    r"pa11y[\w-]*|eslint-plugin-(?:jsx|vuejs)[-_](?:a11y|accessibility)|"
    r"lhci/\w+|lighthouse-ci|axe_?matchers|storybook/addon-a11y)\b"
)
_EVALUATIONS = (
    r"\b(?:promptfoo|deepeval|ragas|braintrust|autoevals|trulens[\w-]*|inspect[-_]ai|"
    r"lm[-_]eval|giskard)\b"
)

DUTY_SIGNS: tuple[Sign, ...] = (
    Sign("autoscaling", INFRASTRUCTURE, _SCALING),
    Sign("cost_control", rf"{INFRASTRUCTURE}|{CI}", _COST),
    Sign("single_sign_on", MANIFEST, rf"{_SIGN_ON}(?!.*// indirect)"),
    Sign("audit_trail", MANIFEST, _AUDITED),
    Sign(
        "audit_trail",
        r"(?:^|/)(?!test)[\w-]*audit[-_]?(?:log|trail|entry|entries|event|record)s?"
        r"(?:[-_.]?(?:service|model|entity|repository))?\.(?:py|rb|php|java|kt|cs|go|[jt]sx?|ex|rs)$",
    ),
    Sign("consent", MANIFEST, _CONSENT),
    Sign("made_up_data", MANIFEST, _MADE_UP),
    Sign("data_tests", MANIFEST, _DATA_TESTS),
    Sign("data_tests", r"(?:^|/)great_expectations/.+\.(?:ya?ml|json)$"),
    Sign(
        "data_tests",
        r"(?:^|/)models/.*\.ya?ml$",
        r"^\s*-\s*(?:not_null|unique|relationships|accepted_values)\b",
    ),
    Sign("product_analytics", MANIFEST, _ANALYTICS),
    # The one file in English that frameworks begin with is no translation.
    Sign(
        "translations",
        r"^(?!.*(?:^|[/._])en(?:[-_](?:us|gb))?[/.])(?:.*/)?(?:(?:locales?|i18n|langs?|translations)"
        r"/(?:.+/)?[\w.@-]+\.(?:json|ya?ml|po|php|properties|xlf|xliff|arb|ftl)"
        r"|[\w.@-]+\.(?:po|xlf|xliff|arb|ftl)|[\w.-]+\.[a-z]{2}(?:-[a-z]{2})?\.resx"
        r"|[\w.-]+_[a-z]{2}(?:_[a-z]{2})?\.properties|[\w-]+\.lproj/[\w.-]+\.(?:strings|stringsdict))$",
    ),
    Sign("accessibility", rf"{MANIFEST}|{CI}", _ACCESSIBLE),
    Sign(
        "assistant_rules",
        r"(?:^|/)(?:claude|agents|gemini)\.md$|(?:^|/)\.(?:cursorrules|windsurfrules|clinerules|"
        r"goosehints)$|(?:^|/)\.(?:cursor|windsurf|clinerules)/(?:rules/)?[^/]+\.mdc?$"
        r"|^\.github/(?:copilot-instructions\.md|instructions/.+\.md)$|^\.aider\.conf\.ya?ml$"
        r"|^\.claude/.+\.(?:md|json)$|^\.junie/guidelines\.md$",
    ),
    Sign(
        "model_evaluation",
        r"(?:^|/)promptfooconfig[\w.-]*\.(?:ya?ml|json|js)$"
        r"|(?:^|/)evals/(?:.+/)?[\w.-]+\.(?:py|[jt]s|ya?ml|jsonl?|csv)$",
    ),
    Sign("model_evaluation", MANIFEST, _EVALUATIONS),
)
