"""What is asked of pipelines, containers and infrastructure: the questions, and a row's shape."""

from __future__ import annotations

import re
from typing import NamedTuple

from techdd.dockerfiles import without_user
from techdd.hcl import Block
from techdd.text import disguised


class Check(NamedTuple):
    """One question asked of one thing in one file; `passed` None = it is set by a variable.

    `seen` names settings and never quotes values that could be secret.
    """

    check: str  # a name of CHECKS
    kind: str  # of the thing, such as "aws_db_instance" or "GitHub Actions"
    thing: str
    path: str
    line: int | None
    passed: bool | None
    seen: str
    number: float | None = None  # where the setting is one, such as days of retention


class Asked(NamedTuple):
    """A question: what it is asked of, in the plural, and what a good answer is."""

    family: str
    things: str
    good: str


CHECKS: dict[str, Asked] = {
    "tests_run": Asked("pipeline", "pipelines", "tests run"),
    "tested_before_deploy": Asked("pipeline", "deploying jobs", "tests run before"),
    "deploy_gated": Asked("pipeline", "deploying jobs", "an environment or approval stands before"),
    "action_pinned": Asked("pipeline", "uses of others' steps", "pinned by commit"),
    "token_limited": Asked("pipeline", "workflows", "rights of the token are limited"),
    "no_untrusted_checkout": Asked(
        "pipeline", "workflows that strangers start with secrets", "their code is not fetched"
    ),
    "no_script_injection": Asked(
        "pipeline", "workflows with scripts", "no stranger's text in them"
    ),
    "no_self_hosted_for_pulls": Asked(
        "pipeline", "workflows for pull requests", "run on the host's machines"
    ),
    "secrets_not_inherited": Asked(
        "pipeline", "calls of others' workflows", "secrets are not handed over whole"
    ),
    "image_not_root": Asked("container", "images built here", "an unprivileged user is set"),
    "base_tagged": Asked("container", "base images", "a fixed tag or digest"),
    "base_digest": Asked("container", "base images", "a digest"),
    "no_remote_add": Asked("container", "images built here", "nothing added from a URL"),
    "no_secret_in_image": Asked("container", "images built here", "no credential in ENV or ARG"),
    "no_piped_shell": Asked("container", "images built here", "no download runs unread"),
    "healthcheck": Asked("container", "images built here", "a health check"),
    "service_tagged": Asked("compose", "services", "a fixed tag or digest"),
    "service_not_privileged": Asked("compose", "services", "not privileged"),
    "database_not_published": Asked("compose", "databases", "not published beyond the machine"),
    "service_restarts": Asked("compose", "services", "restarted after a failure"),
    "service_without_secret": Asked("compose", "services", "no credential written out"),
    "several_replicas": Asked("kubernetes", "workloads", "several replicas or scaled"),
    "limits_set": Asked("kubernetes", "containers", "a memory limit"),
    "probes_set": Asked("kubernetes", "containers", "a readiness or liveness probe"),
    "pod_not_privileged": Asked("kubernetes", "workloads", "neither privileged nor on the host"),
    "pod_not_root": Asked("kubernetes", "workloads", "told not to run as root"),
    "pod_image_tagged": Asked("kubernetes", "containers", "a fixed tag or digest"),
    "secret_not_in_clear": Asked("kubernetes", "Secret objects", "without values"),
    "rights_limited": Asked(
        "kubernetes", "roles and bindings to cluster-admin", "not the rights to everything"
    ),
    "balancer_limited": Asked("kubernetes", "load balancers", "limited to address ranges"),
    "disruption_budget": Asked("kubernetes", "scaled workloads", "a disruption budget"),
    "bucket_private": Asked("terraform", "buckets", "not public"),
    "bucket_versioned": Asked("terraform", "buckets", "versioned"),
    "store_backed_up": Asked("terraform", "databases", "backups kept"),
    "store_encrypted": Asked("terraform", "data stores", "encrypted"),
    "store_multi_zone": Asked("terraform", "databases", "in several zones"),
    "store_protected": Asked("terraform", "databases", "protected from deletion"),
    "store_not_public": Asked("terraform", "databases", "not reachable from everywhere"),
    "ingress_limited": Asked("terraform", "rules for incoming traffic", "not open to everybody"),
    "state_not_committed": Asked("terraform", "state files", "kept out of the repository"),
    "state_locked": Asked("terraform", "remote states", "locked"),
    "provider_limited": Asked("terraform", "providers", "versions limited"),
}
assert all(re.fullmatch(r"[a-z_]+", name) for name in CHECKS)

_CREDENTIAL = re.compile(
    r"(?i)(?:^|_)(?:password|passwd|secret|secret_?key|api_?key|access_?key|auth_?token|token|"
    r"private_?key|credentials?)(?:_|$)"
)
_NOT_ONE = re.compile(r"(?i)(?:file|path|name|url|host|length|ttl|expir\w*|policy|type|user|id)$")
_STAND_IN = re.compile(
    r"(?i)^(?:|[\"']?\$.*|.*\$\{.*|.*\{\{.*|<.*>|x+|\*+|true|false|yes|no|none|null|\d{1,3}|/.*|"
    r".*(?:change[-_]?me|example|placeholder|dummy|your[-_]|todo|sample|secret[-_]?here).*)$"
)


def is_credential(name: str, value: str) -> bool:
    """Whether a setting of that name holds a value of its own, and not a reference or stand-in."""
    named = bool(_CREDENTIAL.search(name)) and not _NOT_ONE.search(name)
    return named and not _STAND_IN.match(value.strip("\"'"))


def of_block(
    path: str, block: Block, check: str, passed: bool | None, seen: str, line: int = 0
) -> Check:
    """The answer of a block of Terraform, on its first line or the one given."""
    kind = block.labels[0] if block.labels else block.kind
    return Check(check, kind, ".".join(block.labels), path, line or block.line, passed, seen)


def shown(check: Check) -> Check:
    """`check` without the users, passwords and tokens that addresses and names may hold."""
    return check._replace(thing=_plain(check.thing), seen=_plain(check.seen))


def _plain(text: str) -> str:
    return disguised(without_user(text))


def tag_of(image: str) -> str:
    """What an image's name says of its version: "digest", "tag", "latest" or "computed"."""
    if "@sha256:" in image:
        return "digest"
    if any(mark in image for mark in ("$", "{{", "%", "<")):
        return "computed"
    _, colon, tag = image.rpartition(":")
    return "tag" if colon and "/" not in tag and tag != "latest" else "latest"


def tagged(image: str) -> bool | None:
    """Whether a version is stated; None where a variable states it."""
    said = tag_of(image)
    return None if said == "computed" else said != "latest"
