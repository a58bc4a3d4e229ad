"""Terraform: providers (.terraform.lock.hcl, required_providers) and modules of registries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from techdd.lockfiles import Dependency, Parsed, decoded, lockfile, outside

_LOCK = ".terraform.lock.hcl"
_PROVIDER = re.compile(r'provider "([^"\n]{1,500})" \{$')
_VALUE = re.compile(r'(version|constraints)\s{0,99}=\s{0,99}"([^"\n]*)"$')
# Comments and heredocs are taken whole and say nothing; what has no end goes to the end.
_TOKEN = re.compile(
    r"#[^\n]*|//[^\n]*|/\*.*?(?:\*/|\Z)"
    r"|<<-?(?P<end>\w{1,99})[^\n]*\n.*?(?:^[ \t]*+(?P=end)[ \t\r]*$|\Z)"
    r'|(?P<said>"(?:[^"\\\n$]|\\.|\$\{(?:[^{}"\n]|"[^"\n]*")*+\}|\$)*+"?|[{}\[\]()=]|[A-Za-z_][\w-]*+)',
    re.DOTALL | re.MULTILINE,
)
_REGISTRY = re.compile(r"(?:([\w-]+(?:\.[\w-]+)+(?::\d+)?)/)?([\w-]+/[\w-]+/[\w-]+)$")
_NO_REGISTRY = ("github.com", "bitbucket.org", "gitlab.com")  # hosts that Terraform clones from
_EXACT = re.compile(r"=?\s{0,9}(\d+\.\d+\.\d+[\w.+-]*)$", re.ASCII)


def _name(source: str) -> str:
    """`host/hashicorp/aws` and `hashicorp/aws` are one; a bare `aws` is HashiCorp's."""
    parts = source.split("/")[-2:]
    return "/".join(parts if len(parts) > 1 else ["hashicorp", *parts])


@lockfile(_LOCK, ecosystem="Terraform", locked=True)
def terraform_lock(data: bytes) -> Parsed:
    """Pinned providers. They run where infrastructure is set up, not in the product."""
    name, line, values = "", 0, dict[str, str]()
    for number, raw in enumerate(decoded(data).splitlines(), start=1):
        text = raw.strip()
        if match := _PROVIDER.match(text):
            name, line, values = _name(match[1]), number, {}
        elif match := _VALUE.match(text):
            values[match[1]] = match[2]
        elif text == "}" and name:
            if values.get("version"):
                wish = values.get("constraints", "")
                yield Dependency(name, values["version"], wish, line, scope="development")
            name = ""


@lockfile(
    *("*.tf", "*.tofu"),
    ecosystem="Terraform",
    locked=False,
    locks=(_LOCK,),
    lockable=False,
    sparse=True,
)
def terraform(data: bytes) -> Parsed:
    """What a module requires and calls. A module that others use has no lock, as only they can
    have one; versions of modules no lock holds.
    """
    tokens = _tokens(decoded(data))
    depth, before = 0, ""
    for token, line in tokens:
        if token == "required_providers" and next(tokens, ("", 0))[0] == "{":
            yield from _required(tokens)
        elif token[0] == '"' and before == "module" and not depth:
            if next(tokens, ("", 0))[0] == "{":
                yield from _module(token.strip('"'), line, tokens)
        else:
            depth += (token in "{[(") - (token in "}])")
        before = token


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line, last = 1, 0
    for match in _TOKEN.finditer(text):
        if match["said"]:
            line += text.count("\n", last, match.start())
            last = match.start()
            yield match["said"], line


def _module(called: str, line: int, tokens: Iterator[tuple[str, int]]) -> Parsed:
    """The call of a module, up to the brace that closes its block."""
    said: dict[str, str] = {}
    depth, key, before = 1, "", ""
    for token, _ in tokens:
        depth += (token in "{[(") - (token in "}])")
        if not depth:
            break
        if depth == 1 and token == "=":
            key = before
        elif depth == 1 and before == "=":
            said[key] = token
        before = token
    source, version = said.get("source", ""), said.get("version", '""').strip('"')
    plain = source.strip('"')
    if not plain or source[0] != '"' or "${" in plain:
        yield outside(called, "a computed source")
    elif registry := _REGISTRY.match(plain.partition("//")[0]):
        host, name = registry.groups()
        if host in _NO_REGISTRY:
            yield outside(called, plain)
        else:
            exact = _EXACT.match(version)
            name = f"{host}/{name}" if host else name
            yield Dependency(name, exact[1] if exact else None, version, line, True, "development")
    elif not plain.startswith(("./", "../")):
        yield outside(called, plain)


def _required(tokens: Iterator[tuple[str, int]]) -> Parsed:
    """The entries up to the brace that closes the block: `aws = { ... }` or `aws = "~> 2.0"`."""
    depth, entry, key, line = 1, "", "", 0
    values: dict[str, str] = {}
    before = ""
    for token, number in tokens:
        if token in "{[(":
            depth += 1
        elif token in "}])":
            depth -= 1
            if depth == 1 and token == "}" and entry:
                yield from _wish(entry, values, line)
                entry, values = "", {}
            if depth == 0:
                return
        elif token == "=":
            if depth == 1:
                entry, line = before.strip('"'), number
            key = before
        elif before == "=" and token[0] == '"':
            if depth == 1:
                yield from _wish(entry, {"version": token.strip('"')}, line)
                entry = ""
            elif depth == 2:
                values[key] = token.strip('"')
        before = token


def _wish(entry: str, values: dict[str, str], line: int) -> Parsed:
    source, requirement = values.get("source") or entry, values.get("version", "").strip()
    if "/builtin/" in source or not source:
        return
    exact = _EXACT.match(requirement)
    version = exact[1] if exact else None
    yield Dependency(_name(source), version, requirement, line, True, "development")
