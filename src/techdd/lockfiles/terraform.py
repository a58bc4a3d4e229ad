"""Terraform: providers (.terraform.lock.hcl, required_providers) and modules of registries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from techdd.hcl import Block, blocks
from techdd.lockfiles import (
    CUT,
    ODD,
    Aside,
    Dependency,
    Open,
    Parsed,
    decoded,
    doubt,
    lockfile,
    outside,
)
from techdd.lockfiles._providers import Providers, exact, name_of, provider

_LOCK = ".terraform.lock.hcl"
_REGISTRY = re.compile(r"(?:([\w-]+(?:\.[\w-]+)+(?::\d+)?)/)?([\w-]+/[\w-]+/[\w-]+)$")
_NO_REGISTRY = ("github.com", "bitbucket.org", "gitlab.com")  # hosts that Terraform clones from
_BUILT_IN = "/builtin/"


@lockfile(_LOCK, ecosystem="Terraform", locked=True)
def terraform_lock(data: bytes) -> Parsed:
    """Pinned providers. They run where infrastructure is set up, not in the product."""
    found, whole = blocks(decoded(data).encode())
    if not whole:
        doubt(CUT, "a block or a text is not closed")
    for block in found:
        if block.kind != "provider" or not block.labels:
            continue
        source, version = block.labels[0], _text(block, "version")
        if version:
            wish = _text(block, "constraints")
            yield Dependency(name_of(source), version, wish, block.line, scope="development")
        else:
            doubt(ODD, f"{source} (line {block.line}) without a version")


def _aside(data: bytes) -> Aside:
    required = _required(blocks(decoded(data).encode())[0])
    return Aside(aliases={name: (name_of(source),) for name, source, _, _ in required})


@lockfile(
    *("*.tf", "*.tofu"),
    ecosystem="Terraform",
    locked=False,
    locks=(_LOCK,),
    lockable=False,
    sparse=True,
    aside=_aside,
    explainer=Providers,
)
def terraform(data: bytes) -> Parsed:
    """What a module requires and calls. A module that others use has no lock, as only they can
    have one; versions of modules no lock holds.
    """
    found, whole = blocks(decoded(data).encode())
    if not whole:
        doubt("file read in part", "not all of it is HCL")
    for _, source, version, line in _required(found):
        if _BUILT_IN not in source:
            yield provider(source, version, line)
    for block in found:
        if block.kind == "module" and block.labels:
            yield from _module(block)
        elif block.kind == "provider" and block.labels:
            text = f"{block.labels[0]} {_text(block, 'version')}".strip()
            yield Open(text, block.line, "development")


def _required(found: list[Block]) -> Iterator[tuple[str, str, str, int]]:
    """(local name, source, version range, line): `aws = { ... }` or `aws = "~> 2.0"`."""
    holders = (one for block in found if block.kind == "terraform" for one in block.blocks)
    for holder in holders:
        if holder.kind != "required_providers":
            continue
        for name, line in holder.lines.items():
            told = holder.objects.get(name, {"version": holder.values[name]})
            source, version = told.get("source"), told.get("version")
            source = source if isinstance(source, str) and source else name
            yield name, source, version.strip() if isinstance(version, str) else "", line


def _module(block: Block) -> Parsed:
    """The call of a module."""
    called, source, version = block.labels[0], _text(block, "source"), _text(block, "version")
    if not source:
        yield outside(called, "a computed source")
    elif registry := _REGISTRY.match(source.partition("//")[0]):
        host, name = registry.groups()
        if host in _NO_REGISTRY:
            yield outside(called, source)
        else:
            name = f"{host}/{name}" if host else name
            yield Dependency(name, exact(version), version, block.line, True, "development")
    elif not source.startswith(("./", "../")):
        yield outside(called, source)


def _text(block: Block, key: str) -> str:
    value = block.values.get(key)
    return value if isinstance(value, str) else ""
