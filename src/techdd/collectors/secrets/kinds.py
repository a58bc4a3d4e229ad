"""What a rule is called, and what a place says of what stands there."""

from __future__ import annotations

import re

from techdd.collectors.secrets import plain

_TESTS = frozenset((
    "test", "tests", "testing", "testdata", "unittest", "unittests", "spec", "specs", "fixture",
    "fixtures", "e2e", "mock", "mocks", "example", "examples", "sample", "samples", "doc", "docs",
    "documentation",
))  # fmt: skip
_TEST_KEYS = re.compile(
    r"(?i)(?<![a-z])(?:samples?|examples?|tests?)[-_]?(?:certs?|keys?|data)(?![a-z])"
)
_PERLS_TESTS = re.compile(r"x?t/")  # at the top, by Perl's convention
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d?[a-z]?|[a-z]+")
# What the maker hands out to be published with a client program.
_PUBLIC = re.compile(r"(?:^|/)(?:google-services\.json|GoogleService-Info\.plist)$")
_PUBLIC_RULES = ("posthog-project-api-key",)
_PROVIDER = re.compile(
    r"github-|gitlab-|slack-|aws-access-token|openai-|anthropic-|(?:secrets/)?npm"
)
# In documents, calls and addresses show how, not with what.
_DOCUMENT = re.compile(r"\.(?:md|mdx|rst|adoc|pdf|docx?|odt)$", re.I)
_SHOWN = ("curl-auth-header", "curl-auth-user", "jwt", "generic-credential-uri")
_ACRONYMS = ("aws", "gcp", "api", "jwt", "pat", "ssh", "url", "uri", "id", "sql", "npm", "sts")
_KINDS = {
    **plain.KINDS,
    "secrets/sendgrid": "SendGrid API key",
    "secrets/npmjsaccesstoken": "npm access token",
    "github-pat": "GitHub PAT",
    "gitlab-pat": "GitLab PAT",
    "openai-api-key": "OpenAI API key",
}


def is_shown(rule: str, path: str) -> bool:
    """Whether it stands where values serve to explain."""
    return bool(rule.partition(".")[0] in _SHOWN and _DOCUMENT.search(path))


def is_for_tests(path: str) -> bool:
    """Whether a word of the path says that what is there serves tests or shows how."""
    words = {word.lower() for word in _WORDS.findall(path)}
    return bool(words & _TESTS or _TEST_KEYS.search(path) or _PERLS_TESTS.match(path))


def is_of_provider(rule: str) -> bool:
    """Whether its values begin with a provider's own sign for keys that work, for where the value
    could not be looked at: in an archive, in a document, encoded.
    """
    return bool(_PROVIDER.match(rule))


def is_public(rule: str, path: str) -> bool:
    """Whether its maker hands it out to be published."""
    return rule in _PUBLIC_RULES or bool(_PUBLIC.search(path))


def kind_of(rule: str) -> str:
    """ "aws-access-token" -> "AWS access token"; a variant's number is left out."""
    name = rule.partition(".")[0]
    if name in _KINDS:
        return _KINDS[name]
    words = name.rpartition("/")[2].split("-")
    text = " ".join(word.upper() if word in _ACRONYMS else word for word in words)
    return text[:1].upper() + text[1:]
