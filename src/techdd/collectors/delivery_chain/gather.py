"""Finds the files of pipelines, containers and infrastructure, and has each read by its reader."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from posixpath import dirname
from typing import Any, NamedTuple

from techdd import hcl
from techdd.collectors import Gathered, collector
from techdd.collectors._practice_patterns import (
    ASIDE,
    CI_SYSTEMS,
    COMPOSE,
    DOCKERFILE,
    DOCUMENTS,
    FOREIGN,
    TERRAFORM,
)
from techdd.collectors.delivery_chain import (
    actions,
    images,
    kubernetes,
    other_pipelines,
    terraform,
)
from techdd.collectors.delivery_chain.checks import Check, shown
from techdd.guard import one_file
from techdd.model import Issue
from techdd.repository import MISSING, Entry, Repository
from techdd.yamls import mappings, yaml_documents

MAX_FILE = 1_000_000  # bytes
_SYSTEMS = {name: re.compile(pattern) for name, pattern in CI_SYSTEMS.items()}
_GITHUB = ("GitHub Actions", "Forgejo or Gitea Actions")
_CLOUDFORMATION = re.compile(r"(?m)^\s*[\"']?AWSTemplateFormatVersion\b")
_MANIFEST = re.compile(r"(?m)^kind:")


class ChainFile(NamedTuple):
    """One file of the delivery chain; `judged` is false for what was seen and not judged."""

    path: str
    system: str
    judged: bool


@collector(makes=(Check, ChainFile), version=6)
def delivery_chain(repo: Repository) -> Gathered:
    """What pipelines, containers and infrastructure say of themselves, one question a thing.

    Other people's code, examples and documents do not count.
    """
    for item in _gathered(repo):
        yield shown(item) if isinstance(item, Check) else item


def _gathered(repo: Repository) -> Gathered:
    wanted: list[tuple[Entry, str]] = []
    entries = repo.regular_files()
    charts = {dirname(one.path) for one in entries if one.path.lower().endswith("chart.yaml")}
    for entry in entries:
        system = _system(entry.path.lower())
        if system == "Helm templates" and not _is_below(charts, entry.path):
            system = "YAML"
        if system == _STATE_FILE:
            seen = "a state file holds every value in clear"
            name = entry.path.rpartition("/")[2]
            yield Check("state_not_committed", system, name, entry.path, None, False, seen)
        elif system == "YAML" and "lock" in entry.path.rpartition("/")[2]:
            continue
        elif system and entry.size > MAX_FILE:
            yield Issue("file too large to be judged", entry.path)
        elif system:
            wanted.append((entry, system))
    found = _Found()
    blobs = repo.blobs(entry.blob for entry, _ in wanted)
    for (entry, system), (_, content) in zip(wanted, blobs, strict=True):
        if content is None:
            yield Issue(MISSING, entry.path, transient=True)
            continue
        rows: list[Any] = []
        try:
            with one_file(content):
                rows.extend(_read(entry.path, system, content, found))
        except ValueError as error:
            yield Issue("file could not be judged", entry.path, str(error)[:200])
            yield ChainFile(entry.path, system, judged=False)
        yield from rows
    yield from actions.workflows(found.workflows)
    yield from kubernetes.objects(found.objects)
    for files in found.modules.values():
        yield from terraform.resources(files)


class _Found:
    """What can only be judged together: workflows, objects of a cluster, Terraform's modules."""

    def __init__(self) -> None:
        self.workflows: dict[str, dict[str, Any]] = {}
        self.objects: list[kubernetes.Manifest] = []
        self.modules: dict[str, list[tuple[str, list[hcl.Block]]]] = defaultdict(list)


_STATE_FILE = "Terraform state"
_BY_NAME: dict[str, re.Pattern[str]] = {
    _STATE_FILE: re.compile(r"\.tfstate(?:\.backup)?$"),
    "AWS CDK": re.compile(r"(?:^|/)cdk\.json$"),
    "Pulumi": re.compile(r"(?:^|/)pulumi\.ya?ml$"),
    "Bicep": re.compile(r"\.bicep$"),
    "Terragrunt": re.compile(r"(?:^|/)(?:terragrunt|root)\.hcl$"),
    "Helm templates": re.compile(r"(?:^|/)templates/.+\.(?:ya?ml|tpl)$"),  # YAML once filled in
    "Helm values": re.compile(r"(?:^|/)values[\w.-]*\.ya?ml$"),
    "Dockerfile": DOCKERFILE,
    "Compose": re.compile(COMPOSE),
    "Terraform": TERRAFORM,
    "YAML": re.compile(r"\.ya?ml$"),
}


def _system(lower: str) -> str:
    """Which reader a file is for; "" for none."""
    if FOREIGN.search(lower):
        return ""
    pipeline = next((name for name, sign in _SYSTEMS.items() if sign.search(lower)), "")
    if pipeline or ASIDE.search(lower) or DOCUMENTS.search(lower):
        return pipeline
    return next((name for name, sign in _BY_NAME.items() if sign.search(lower)), "")


def _is_below(charts: set[str], path: str) -> bool:
    """Whether the templates belong to a chart, and not to something else of that name."""
    return re.sub(r"/?\btemplates/.*", "", path) in charts


def _read(path: str, system: str, content: bytes, found: _Found) -> Gathered:
    if system == "Terraform":
        blocks, whole = hcl.blocks(content)
        found.modules[dirname(path)].append((path, blocks))
        if not whole:
            yield Issue("file read in part", path, "not all of it is HCL")
        if clouds := terraform.unasked(blocks):
            yield Issue("resources of a cloud that no check knows", path, ", ".join(clouds))
        yield ChainFile(path, system, judged=True)
        return
    text = content.decode("utf-8", "replace")
    if system == "YAML":
        system = "CloudFormation" if _CLOUDFORMATION.search(text) else ""
        if not system and _MANIFEST.search(text) and "apiVersion" in text:
            objects = list(kubernetes.manifests(path, yaml_documents(text)))
            found.objects += objects
            system = "Kubernetes" if objects else ""
        if system:
            yield ChainFile(path, system, judged=system == "Kubernetes")
        return
    if system in _GITHUB:
        for document in mappings(yaml_documents(text)):
            found.workflows[path] = document
    yield from _judged(path, system, text)
    yield ChainFile(path, system, judged=system in _READ)


_READ = (*_GITHUB, *other_pipelines.GATES, "Jenkins", "Dockerfile", "Compose", "Helm values")


def _judged(path: str, system: str, text: str) -> Iterator[Check]:
    if system in other_pipelines.GATES:
        yield from other_pipelines.pipeline(system, path, yaml_documents(text))
    elif system == "Jenkins":
        yield from other_pipelines.jenkinsfile(path, text)
    elif system == "Dockerfile":
        yield from images.dockerfile(path, text)
    elif system == "Helm values":
        yield from kubernetes.values(path, yaml_documents(text))
    elif system == "Compose":
        yield from images.compose(path, yaml_documents(text))
