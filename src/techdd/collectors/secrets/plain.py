"""Passwords without a form of their own, which only the name before them or the file tells.

The engine looks for values that have a form. This reads files whose purpose is to hold credentials,
in every version, and files of settings, pipelines and locks in the audited tree. Values that stand
in for one, references and plain words are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from techdd.collectors.secrets.engine import Hit
from techdd.collectors.secrets.values import PLACEHOLDER, mark
from techdd.guard import one_file
from techdd.model import Issue
from techdd.repository import Repository

MOST, LARGEST = 20_000, 2_000_000  # file versions that are read, and bytes of one
_TEMPLATE = r"(?!\S*(?:example|sample|template|dist|test|schema|default|[._-]ci\b|tpl|stub))"
# Read in every version. A state file of Terraform may be large and is read in the tree too.
PURPOSE = re.compile(
    rf"(?:^|/){_TEMPLATE}(?:\.env(?:\.[\w-]+)*|[\w.-]+\.env|\.envs/[\w./-]+|\.pgpass|pgpass\.conf"
    r"|[._]netrc|\.htpasswd|[\w.-]+\.tfstate(?:\.backup)?|appsettings[\w.-]*\.json|web\.config"
    r"|(?:application|database|datasource|db|jdbc|secrets?|credentials?)[\w.-]*\.properties)$",
    re.I,
)
_SETTINGS = re.compile(r"\.(?:properties|json|config|xml|ya?ml|ini|toml|conf|cnf)$", re.I)
_PIPELINE = re.compile(
    r"^\.github/workflows/|(?:^|/)(?:\.gitlab-ci|azure-pipelines[\w.-]*|\.drone|bitbucket-pipelines)"
    r"\.ya?ml$|^\.circleci/"
)
_LOCK = re.compile(
    r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|deno\.lock"
    r"|(?:Pipfile|poetry)\.lock)$"
)
_NAME = (
    rb"(?:[\w.-]*[_.-])?(?:pass(?:word|wd|phrase)|pwd|secret(?:[_.-]?key(?:[_.-]?base)?)?"
    rb"|token|(?:api|access|auth|encryption|signing)[_.-]?key|credentials?)"
)
_PUBLIC = re.compile(rb"(?i)public|publishable|site_?key|csrf|sitekey")
_VALUE = rb"[\"']?([^\s\"',;#]{6,300})"
_ASSIGNED = re.compile(rb"(?i)^\s*(?:export\s+|set\s+)?(" + _NAME + rb")\s*=\s*" + _VALUE)
_MAPPED = re.compile(rb"(?i)^\s*-?\s*[\"']?(" + _NAME + rb")[\"']?\s*:\s+" + _VALUE)
_IN_JSON = re.compile(
    rb"(?i)\"((?:\w*_)?(?:password|passphrase|secret|secret_key|private_key|access_key|auth_token"
    rb"|token|connection_string))\"\s*:\s*\"([^\"\\]{6,300})"
)
_CONNECTION = re.compile(
    rb"(?i)(?:jdbc:[a-z0-9:]+[^\s\"'<>]{0,300}?[?;&]|(?:server|data source|host|addr|address)\s*="
    rb"[^\"'<>\n]{1,300}?;\s*)(?:password|pwd)\s*=\s*([^\s;&\"'<>]{4,200})"
)
_ADDRESS = re.compile(rb"://[^\s/:@\"']{0,100}:([^\s/:@\"']{4,200})@[\w.-]+")
_PGPASS = re.compile(rb"^(?!#)(?:[^:\\\n]|\\.)*:[^:]*:[^:]*:[^:]*:(.{4,200}?)\s*$")
_NETRC = re.compile(rb"\bpassword\s+(\S{4,200})")
_HTPASSWD = re.compile(
    rb"^[^:#\s]{1,100}:((?:\$(?:apr1|2[aby]|[156])\$|\{SHA\}|\{SSHA\})\S{10,200})"
)
# What every line with a credential holds, so that the others need not be looked at one by one.
_HINTS = {
    "json": re.compile(rb"[Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]|[Pp][Ww][Dd]"),
    "lock": re.compile(rb"://[^\s/@]{1,300}@"),
    "netrc": re.compile(rb"password"),
}
_ANY = re.compile(rb"[^\s]")
# References, words and what stands for a value.
_NO_VALUE = re.compile(
    rb"(?i)^(?:[$%@&!<{\[(*/.\\-].*|.*(?:\$\{|\$\(|\{\{|\}\}|<%|\$[A-Z_]{3,}).*|(?:null|none|undefined|true"
    rb"|false|yes|no|optional|required|string|str|empty|unset|disabled|secrets?\..*|env\..*|vars?\..*"
    rb"|var\(.*|process\..*|os\..*|vault:.*|secret(?:key|ref)?:.*|arn:.*|file:.*|[a-z]{2,12}://.*|ssm:.*)"
    rb"|.*(?:change|replace|insert|todo|fixme|enter[_-]|put[_-]|your|my[_-]?|some[_-]?|foo|bar|hunter2|xxx|here$"
    rb"|generate|bearer|p[a@]ss[-_@]?w[o0]rd|passwd|passwort|secret|admin|root|test|demo|guest|local|default|dev|user|"
    rb"postgres|mysql|123456|qwerty|letmein|not[_-]?(?:a|so|real|used)).*|[\d.]+|\d+[smhd]?)$"
)
_WORD = re.compile(rb"^(?:[A-Z]?[a-z]+|[A-Z]+)(?:[-_. ]?(?:[A-Z][a-z]{2,}|[a-z]+|[A-Z]+))*$")


class _Form(NamedTuple):
    """How credentials stand in a kind of file; `sure` says that nothing else can stand there."""

    rule: str
    pattern: re.Pattern[bytes]
    sure: bool = False
    hashed: bool = False
    strong_only: bool = False  # weak ones there serve tests


_FORMS: dict[str, tuple[_Form, ...]] = {
    "assigned": (_Form("password-in-settings", _ASSIGNED), _Form("connection-string", _CONNECTION)),
    "json": (_Form("connection-string", _CONNECTION),),
    "state": (_Form("value-in-terraform-state", _IN_JSON, sure=True),),
    "pgpass": (_Form("postgresql-password-file", _PGPASS, sure=True),),
    "netrc": (_Form("netrc-password", _NETRC, sure=True),),
    "htpasswd": (_Form("password-hash", _HTPASSWD, hashed=True),),
    "pipeline": (_Form("password-in-pipeline", _MAPPED, strong_only=True),),
    "lock": (_Form("address-with-password", _ADDRESS),),
}
KINDS = {
    "password-in-settings": "Password in settings",
    "connection-string": "Connection string with a password",
    "value-in-terraform-state": "Value in a Terraform state",
    "postgresql-password-file": "PostgreSQL password file",
    "netrc-password": "Password in .netrc",
    "password-hash": "Password hash in .htpasswd",
    "password-in-pipeline": "Password in a pipeline",
    "address-with-password": "Address with a password in a lock file",
}


def _forms(path: str) -> str:
    """How the file of that name is read; "" for not at all."""
    name = path.rpartition("/")[2].lower()
    if PURPOSE.search(path):
        by_name: tuple[tuple[str, Callable[[], bool]], ...] = (
            ("state", lambda: ".tfstate" in name),
            ("pgpass", lambda: "pgpass" in name),
            ("netrc", lambda: name.endswith("netrc")),
            ("htpasswd", lambda: name.endswith("htpasswd")),
            ("json", lambda: name.endswith((".json", ".config"))),
        )
        return next((form for form, is_one in by_name if is_one()), "assigned")
    if _LOCK.search(path):
        return "lock"
    if _PIPELINE.search(path):
        return "pipeline"
    return "json" if _SETTINGS.search(path) else ""


def in_tree(repo: Repository) -> dict[str, str]:
    """The file versions of the audited tree that are to be read, with a path of each."""
    return {one.blob: one.path for one in repo.regular_files() if _forms(one.path)}


def hits(
    repo: Repository, wanted: Mapping[str, str], key: str
) -> Iterator[tuple[Hit, str] | Issue]:
    """(hit, file version) for each in the wanted file versions (-> path)."""
    sizes = repo.sizes(wanted)
    read = [blob for blob in sorted(wanted) if sizes.get(blob, LARGEST + 1) <= LARGEST]
    if left := len(sizes) - len(read[:MOST]):
        detail = f"{left:,} of {len(wanted):,} file versions, for their size or number"
        yield Issue("settings not searched for passwords without a form", detail=detail)
    for blob, content in repo.blobs(read[:MOST]):
        found: list[Hit] = []
        try:
            with one_file(content or b""):
                found.extend(_in_file(content or b"", wanted[blob], key))
        except ValueError as error:
            reason = "settings not searched for passwords without a form"
            yield Issue(reason, wanted[blob], str(error)[:200])
        yield from ((hit, blob) for hit in found)


def _in_file(content: bytes, path: str, key: str) -> Iterator[Hit]:
    kind = _forms(path)
    for number, line in _lines(content, _HINTS.get(kind, _ANY)):
        for form in _FORMS[kind]:
            for found in form.pattern.finditer(line):
                if hit := _hit(form, found, path, number, key):
                    yield hit


def _lines(content: bytes, hint: re.Pattern[bytes]) -> Iterator[tuple[int, bytes]]:
    """The lines in which the hint stands, with their numbers; most of a large file's are none."""
    number, counted, end = 1, 0, -1
    for found in hint.finditer(content):
        if found.start() < end:
            continue
        start = content.rfind(b"\n", 0, found.start()) + 1
        end = content.find(b"\n", found.start())
        end = len(content) if end < 0 else end
        number += content.count(b"\n", counted, start)
        counted = start
        yield number, content[start:end]


def _hit(form: _Form, found: re.Match[bytes], path: str, line: int, key: str) -> Hit | None:
    group = found.re.groups
    value = found[group]
    named = found[1] if group > 1 else b""
    if not form.hashed and (_NO_VALUE.match(value) or PLACEHOLDER.search(value)):
        return None
    if _PUBLIC.search(named) or value.lower() in named.lower():
        return None
    strong = form.sure or _is_strong(value)
    if form.strong_only and not strong:
        return None
    confidence = "medium" if strong and not form.hashed else "low"
    token = f"own:{mark(key, value)}"
    return Hit(form.rule, token, "", confidence, path, "", line, found.span(group))


def _is_strong(value: bytes) -> bool:
    """Whether it looks made by a machine, and not by somebody who needed a word."""
    kinds = sum(
        bool(re.search(kind, value)) for kind in (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^A-Za-z0-9]")
    )
    return len(value) >= 12 and kinds >= 2 and not _WORD.match(value)
