"""Deployables of containers, clusters, functions and pipelines, file by file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, dirname
from typing import Any

from techdd.collectors.stack.started import Started, text_of
from techdd.dockerfiles import FROM, filled, instructions
from techdd.lockfiles import decoded, table
from techdd.yamls import items, line_of, mappings, yaml_documents

PIPELINE = "pipeline by the clock"  # the kind of work on the code itself, as a rule
_RUNS = re.compile(r"(?i)(?:CMD|ENTRYPOINT)\s+(.+)")
_ARGUMENT = re.compile(r"(?i)ARG\s+(\w{1,100})=(\S+)")
_SERVED = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Pod")
_COMMON = ("src", "docker", "build", "app")  # folders whose name says nothing of the image
_FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")


def dockerfile(path: str, content: bytes) -> Iterator[Started]:
    """The image that is built; it is named after the folder, with what it starts last."""
    said = list(instructions(decoded(content)))
    start = [(line, match[1]) for line, text in said if (match := _RUNS.match(text))]
    line, runs = start[-1] if start else (1, "")
    named = [part for part in dirname(path).split("/") if part and part not in _COMMON]
    name = named[-1] if named else basename(path)
    yield Started("container image", name, line, runs, _base([text for _, text in said]))


def _base(said: list[str]) -> str:
    """The image of others that the last stage is built upon; "" where a variable decides."""
    arguments: dict[str, str] = {}
    stages: dict[str, str] = {}
    base = ""
    for text in said:
        if match := FROM.match(text):
            named = filled(match[1], arguments)
            base = stages.get(named.lower(), named)
            stages[(match[2] or "").lower()] = base
        elif not stages and (match := _ARGUMENT.match(text)):
            arguments[match[1]] = filled(match[2].strip("\"'"), arguments)
    return base if "$" not in base else ""


def compose(_: str, content: bytes) -> Iterator[Started]:
    """The services, each built here or run from the image of others."""
    for document in mappings(yaml_documents(decoded(content))):
        services = table(document.get("services", document if _is_old(document) else {}))
        for name, service in services.items():
            if isinstance(service, dict):
                image = filled(text_of(service.get("image")), {})
                built = bool(service.get("build"))
                detail = "built here" if built else f"image {image}"
                yield Started("service (Compose)", name, line_of(name), detail)


def _is_old(document: dict[str, Any]) -> bool:
    """Before version 2 of the format, services stood at the top."""
    return any(isinstance(one, dict) and ("image" in one or "build" in one)
               for one in document.values())  # fmt: skip


def manifest(_: str, content: bytes) -> Iterator[Started]:
    """The workloads and jobs of a Kubernetes manifest, or the functions of CloudFormation."""
    if b"AWSTemplateFormatVersion" in content or b"AWS::Serverless" in content:
        yield from _cloudformation(content)
    elif b"kind:" in content and b"apiVersion:" in content:
        yield from _objects(yaml_documents(decoded(content)))


def _objects(documents: list[Any]) -> Iterator[Started]:
    for document in mappings(documents):
        kind = text_of(document.get("kind"))
        name = text_of(table(document.get("metadata")).get("name")) or "unnamed"
        spec = table(document.get("spec"))
        line = line_of(document.get("kind", ""))
        if kind == "List":
            yield from _objects(list(items([document.get("items")])))
        elif kind in _SERVED:
            pod = spec if kind == "Pod" else table(table(spec.get("template")).get("spec"))
            yield Started("workload (Kubernetes)", name, line, kind, _images(pod))
        elif kind == "Job":
            pod = table(table(spec.get("template")).get("spec"))
            yield Started("job (Kubernetes)", name, line, kind, _images(pod))
        elif kind == "CronJob":
            job = table(table(spec.get("jobTemplate")).get("spec"))
            pod = table(table(job.get("template")).get("spec"))
            when = text_of(spec.get("schedule"))
            yield Started("scheduled job", name, line, f"CronJob {when}", _images(pod))


def _images(pod: dict[str, Any]) -> str:
    held = items([pod.get("initContainers"), pod.get("containers")])
    return " ".join(sorted({text_of(one.get("image")) for one in mappings(held)} - {""}))


def _cloudformation(content: bytes) -> Iterator[Started]:
    for document in mappings(yaml_documents(decoded(content))):
        for name, resource in table(document.get("Resources")).items():
            kind = text_of(table(resource).get("Type"))
            if kind not in _FUNCTIONS:
                continue
            given = table(table(resource).get("Properties"))
            yield Started("function", name, line_of(name), text_of(given.get("Handler")))
            for event in mappings(table(given.get("Events")).values()):
                if text_of(event.get("Type")) in ("Schedule", "ScheduleV2"):
                    yield Started("scheduled job", name, line_of(name), "schedule of a function")


def serverless(_: str, content: bytes) -> Iterator[Started]:
    """The functions of the Serverless framework, and when they are called."""
    for document in mappings(yaml_documents(decoded(content))):
        for name, function in table(document.get("functions")).items():
            given = table(function)
            yield Started("function", name, line_of(name), text_of(given.get("handler")))
            for event in mappings(items([given.get("events")])):
                if "schedule" in event:
                    yield Started("scheduled job", name, line_of(name), "schedule of a function")


def workflow(path: str, content: bytes) -> Iterator[Started]:
    """A pipeline that the clock starts: mostly checks, at times a job of the product."""
    for document in mappings(yaml_documents(decoded(content))):
        for entry in mappings(items([table(document.get("on")).get("schedule")])):
            when = text_of(entry.get("cron"))
            name = text_of(document.get("name")) or basename(path)
            yield Started(PIPELINE, name, line_of(when), f"by the clock: {when}")


def chart(_: str, content: bytes) -> Iterator[Started]:
    """A Helm chart; what its templates become is not known without filling them in."""
    for document in mappings(yaml_documents(decoded(content))):
        if name := text_of(document.get("name")):
            yield Started("Helm chart", name, line_of(name), text_of(document.get("type")))
