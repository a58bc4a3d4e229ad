"""Passwords without a form of their own, which only the name before them or the file tells.

The engine looks for values that have a form. This reads files whose purpose is to hold credentials,
in every version, and files of settings, scripts, pipelines and locks in the audited tree; in these
only generated values count. What stands in for a value is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from techdd.collectors.secrets.engine import MOST as CROWD
from techdd.collectors.secrets.engine import Hit
from techdd.collectors.secrets.standins import is_generated, is_reference, is_strong, stands_in
from techdd.collectors.secrets.values import is_example, mark
from techdd.guard import one_file
from techdd.model import Issue
from techdd.repository import Repository

MOST, LARGEST = 20_000, 2_000_000  # file versions that are read, and bytes of one
_TEMPLATE = r"(?!\S*(?:example|sample|template|dist|test|schema|default|[._-]ci\b|tpl|stub))"
# Read in every version. A state file of Terraform may be large and is read in the tree too.
PURPOSE = re.compile(
    rf"(?:^|/){_TEMPLATE}(?:\.env(?:\.[\w-]+)*|[\w.-]+\.env|\.envs/[\w./-]+|\.pgpass|pgpass\.conf"
    r"|[._]netrc|\.htpasswd|\.npmrc|\.pypirc|[\w.-]+\.tfstate(?:\.backup)?|appsettings[\w.-]*\.json|web\.config"
    r"|(?:application|database|datasource|db|jdbc|secrets?|credentials?)[\w.-]*\.properties"
    r"|(?:database|secrets?|credentials?)\.ya?ml|[\w.-]+\.tfvars)$",
    re.I,
)
_BY_ENDING = {
    **dict.fromkeys(("yml", "yaml"), "mapped"),
    **dict.fromkeys(("properties", "ini", "toml", "conf", "cnf"), "set"),
    **dict.fromkeys(("sh", "bash", "zsh", "bashrc", "profile", "dockerfile"), "exported"),
    **dict.fromkeys(("config", "xml"), "json"),
    "json": "object",
    **dict.fromkeys(("tf", "hcl"), "literal"),
}
_PIPELINE = re.compile(
    r"^\.github/workflows/|(?:^|/)(?:\.gitlab-ci|azure-pipelines[\w.-]*|\.drone|bitbucket-pipelines)"
    r"\.ya?ml$|^\.circleci/"
)
_LOCK = re.compile(
    r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|deno\.lock"
    r"|(?:Pipfile|poetry)\.lock)$"
)
_CORE = (
    rb"(?:pass(?:word|wd|phrase)?|pwd|secret(?:[_.-]?(?:key|token)(?:[_.-]?base)?)?|token"
    rb"|(?:api|access|auth|encryption|signing|crypto|cookie|session|jwt|master|private)[_.-]?"
    rb"(?:key|secret)|credentials?)"
)
_NAME = rb"(?:[\w.-]*[_.-]|(?-i:\w*[a-z](?=[A-Z])))?" + _CORE
# Names of what everybody may know, and of what is no credential.
_PUBLIC = re.compile(
    rb"(?i)public|publishable|site_?key|csrf|xsrf|page_?token|next|sync|cursor|continu|cancel"
)
_VALUE = rb"[\"']?([^\s\"',;#]{6,300})"
_ASSIGNED = re.compile(
    rb"(?i)^\s*(?:(?:export|set|local|readonly|ENV|ARG)\s+)?(" + _NAME + rb")\s*=\s*" + _VALUE
)
_MAPPED = re.compile(rb"(?i)^\s*(?:-\s+)?[\"']?(" + _NAME + rb")[\"']?\s*:\s+" + _VALUE)
# In HCL a text in quotes is no reference to something else, and what it says is what is set up.
_TEXT = rb"\s*=\s*\"([^\"\\$%{}\s]{6,300})\""
_LITERAL_PASSWORD = re.compile(rb"(?i)^\s*(\w*pass(?:word|wd|phrase))" + _TEXT)
_LITERAL = re.compile(rb"(?i)^\s*(?!\w*pass(?:word|wd|phrase)\b)(" + _NAME + rb")" + _TEXT)
_NPMRC = re.compile(rb"(?i)^\s*(?://\S*:)?(_(?:auth(?:Token)?|password))\s*=\s*" + _VALUE)
_IN_STATE = re.compile(
    rb"(?i)\"((?:\w*_)?(?:password|passphrase|secret|secret_key|private_key|access_key|auth_token"
    rb"|token|connection_string))\"\s*:\s*\"([^\"\\]{6,300})"
)
_IN_OBJECT = re.compile(rb"(?i)\"([\w.-]{0,60}?" + _CORE + rb")\"\s*:\s*\"([^\"\\\s]{6,300})\"")
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
    "object": re.compile(rb"(?i)pass|pwd|secret|token|key\"|credential"),
    "netrc": re.compile(rb"password"),
}
_ANY = re.compile(rb"[^\s]")
_HASH = re.compile(rb"\$(?:[1256y]|2[aby]|apr1|argon2\w{1,2}|scrypt)\$")  # crypt's own signs
# Values that only the cluster can read, under the names of what they hold.
_SEALED = re.compile(rb"(?m)^kind:\s*SealedSecret")


class _Form(NamedTuple):
    """How credentials stand in a kind of file; `sure` says that nothing else can stand there."""

    rule: str
    pattern: re.Pattern[bytes]
    sure: bool = False
    hashed: bool = False
    generated_only: bool = False  # others there serve tests, or are names
    guessable: bool = False  # what elsewhere stands in for a value is one there


_FORMS: dict[str, tuple[_Form, ...]] = {
    "assigned": (_Form("password-in-settings", _ASSIGNED), _Form("connection-string", _CONNECTION)),
    "json": (_Form("connection-string", _CONNECTION),),
    "object": (
        _Form("password-in-settings", _IN_OBJECT, generated_only=True),
        _Form("connection-string", _CONNECTION),
    ),
    "set": (
        _Form("password-in-settings", _ASSIGNED, generated_only=True),
        _Form("connection-string", _CONNECTION),
    ),
    "literal": (
        _Form("password-in-settings", _LITERAL_PASSWORD, guessable=True),
        _Form("password-in-settings", _LITERAL, generated_only=True),
    ),
    "npmrc": (_Form("password-in-settings", _NPMRC, sure=True),),
    "exported": (_Form("password-in-script", _ASSIGNED, generated_only=True),),
    "held": (_Form("password-in-settings", _MAPPED), _Form("connection-string", _CONNECTION)),
    "mapped": (
        _Form("password-in-settings", _MAPPED, generated_only=True),
        _Form("connection-string", _CONNECTION),
    ),
    "state": (_Form("value-in-terraform-state", _IN_STATE, sure=True),),
    "pgpass": (_Form("postgresql-password-file", _PGPASS, sure=True),),
    "netrc": (_Form("netrc-password", _NETRC, sure=True),),
    "htpasswd": (_Form("password-hash", _HTPASSWD, hashed=True),),
    "pipeline": (_Form("password-in-pipeline", _MAPPED, generated_only=True),),
    "lock": (_Form("address-with-password", _ADDRESS),),
}
KINDS = {
    "password-in-settings": "Password in settings",
    "password-in-script": "Password in a script",
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
            ("npmrc", lambda: name.endswith(".npmrc")),
            ("object", lambda: name.endswith(".json")),
            ("json", lambda: name.endswith(".config")),
            ("held", lambda: name.endswith((".yml", ".yaml"))),
        )
        return next((form for form, is_one in by_name if is_one()), "assigned")
    if _LOCK.search(path):
        return "lock"
    if _PIPELINE.search(path):
        return "pipeline"
    if name.startswith("dockerfile"):
        return "exported"
    return _BY_ENDING.get(name.rpartition(".")[2], "") if "." in name else ""


def in_tree(repo: Repository) -> dict[str, str]:
    """The file versions of the audited tree that are to be read, with a path of each."""
    return {one.blob: one.path for one in repo.regular_files() if _forms(one.path)}


def hits(
    repo: Repository, wanted: Mapping[str, str], key: str
) -> Iterator[tuple[Hit, str] | Issue]:
    """(hit, file version) for each in the wanted file versions (-> path)."""
    sizes = repo.sizes(wanted)
    # Those that are there to hold credentials first: the number is limited.
    order = sorted(wanted, key=lambda blob: (not PURPOSE.search(wanted[blob]), blob))
    read = [blob for blob in order if sizes.get(blob, LARGEST + 1) <= LARGEST]
    if left := len(sizes) - len(read[:MOST]):
        detail = f"{left:,} of {len(wanted):,} file versions, for their size or number"
        yield Issue("settings not searched for passwords without a form", detail=detail)
    for blob, content in repo.blobs(read[:MOST]):
        found: list[Hit] = []
        try:
            with one_file(content or b""):
                found.extend(islice(_in_file(content or b"", wanted[blob], key), CROWD + 1))
        except ValueError as error:
            reason = "settings not searched for passwords without a form"
            yield Issue(reason, wanted[blob], str(error)[:200])
        if len(found) > CROWD:
            said = f"the first {CROWD} of a version are looked at"
            yield Issue("more credential-shaped strings than are read", wanted[blob], said)
        yield from ((hit, blob) for hit in found[:CROWD])


def _in_file(content: bytes, path: str, key: str) -> Iterator[Hit]:
    kind = _forms(path)
    if kind in ("mapped", "held") and _SEALED.search(content):
        return
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
    is_none = is_reference if form.guessable else stands_in
    if not form.hashed and (is_none(value) or is_example(value)):
        return None
    if _PUBLIC.search(named) or value.lower() in named.lower():
        return None
    if form.generated_only and not is_generated(value):
        return None
    sure = (form.sure or is_strong(value)) and not (form.hashed or _HASH.match(value))
    token = f"own:{mark(key, value)}"
    confidence = "medium" if sure else "low"
    return Hit(form.rule, token, "", confidence, path, "", line, found.span(group))
