"""Terraform's providers: .terraform.lock.hcl and required_providers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from techdd.lockfiles import Dependency, Parsed, decoded, lockfile, without_comments

_LOCK = ".terraform.lock.hcl"
_PROVIDER = re.compile(r'provider "([^"\n]{1,500})" \{$')
_VALUE = re.compile(r'(version|constraints)\s{0,99}=\s{0,99}"([^"\n]*)"$')
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|[{}\[\]()=\n]|[A-Za-z_][\w-]*+')


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


@lockfile("*.tf", ecosystem="Terraform", locked=False, locks=(_LOCK,), lockable=False, sparse=True)
def terraform(data: bytes) -> Parsed:
    """What a module requires. A module that others use has no lock, as only they can have one."""
    tokens = _tokens(decoded(data))
    for token, _ in tokens:
        if token == "required_providers" and next(tokens, ("", 0))[0] == "{":
            yield from _required(tokens)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in _TOKEN.finditer(without_comments(text, hashes=True)):
        if match[0] == "\n":
            line += 1
        else:
            yield match[0], line


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
    exact = re.match(r"=?\s{0,9}(\d+\.\d+\.\d+[\w.+-]*)$", requirement, re.ASCII)
    version = exact[1] if exact else None
    yield Dependency(_name(source), version, requirement, line, True, "development")
