"""Terraform: what is public, what is kept, what survives a zone; defaults are those of the clouds.

A setting that a variable decides is neither good nor bad here. Where a setting is left out, the
provider's default counts, as its documentation states it (November 2026).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from techdd.collectors.delivery_chain import networks
from techdd.collectors.delivery_chain.checks import Check, of_block
from techdd.hcl import COMPUTED, Block, listed

_BUCKETS = ("aws_s3_bucket", "google_storage_bucket", "azurerm_storage_account")
_BUCKET = re.compile(rf"\b((?:{'|'.join(_BUCKETS)})\.[\w-]+)\.")
_PUBLIC_ACLS = ("public-read", "public-read-write", "website")
_EVERYBODY = ("allUsers", "allAuthenticatedUsers")


@dataclass(frozen=True)
class Setting:
    """Where a resource says something: "a.b" is `b` in the block `a`.

    `good` are the values that pass ("*" = whatever is there, "+" = a number above 0, "++" = above
    1), `default` what counts where it is left out.
    """

    check: str
    at: str
    good: tuple[Any, ...] = (True,)
    default: bool = False


_AWS_CLUSTER = (
    Setting("store_backed_up", "backup_retention_period", ("+",), default=True),
    Setting("store_encrypted", "storage_encrypted"),
    Setting("store_protected", "deletion_protection"),
)
SETTINGS: dict[str, tuple[Setting, ...]] = {
    "aws_db_instance": (
        Setting("store_backed_up", "backup_retention_period", ("+",)),
        Setting("store_encrypted", "storage_encrypted"),
        Setting("store_multi_zone", "multi_az"),
        Setting("store_protected", "deletion_protection"),
        Setting("store_not_public", "publicly_accessible", (False,), default=True),
    ),
    "aws_rds_cluster": _AWS_CLUSTER,
    "aws_docdb_cluster": _AWS_CLUSTER,
    "aws_neptune_cluster": _AWS_CLUSTER,
    "aws_dynamodb_table": (Setting("store_backed_up", "point_in_time_recovery.enabled"),),
    "aws_elasticache_replication_group": (
        Setting("store_encrypted", "at_rest_encryption_enabled"),
        Setting("store_multi_zone", "automatic_failover_enabled"),
    ),
    "aws_redshift_cluster": (
        Setting("store_encrypted", "encrypted", default=True),
        Setting("store_not_public", "publicly_accessible", (False,)),
    ),
    "aws_ecs_service": (Setting("several_replicas", "desired_count", ("++",)),),
    "aws_ebs_volume": (Setting("store_encrypted", "encrypted"),),
    "aws_efs_file_system": (Setting("store_encrypted", "encrypted"),),
    "google_sql_database_instance": (
        Setting("store_backed_up", "settings.backup_configuration.enabled"),
        Setting("store_multi_zone", "settings.availability_type", ("REGIONAL",)),
        Setting("store_protected", "deletion_protection", default=True),
    ),
    "azurerm_postgresql_flexible_server": (
        Setting("store_backed_up", "backup_retention_days", ("+",), default=True),
        Setting("store_multi_zone", "high_availability.mode", ("*",)),
        Setting("store_not_public", "public_network_access_enabled", (False,)),
    ),
    "azurerm_mysql_flexible_server": (
        Setting("store_backed_up", "backup_retention_days", ("+",), default=True),
        Setting("store_multi_zone", "high_availability.mode", ("*",)),
    ),
    "azurerm_mssql_server": (
        Setting("store_not_public", "public_network_access_enabled", (False,)),
    ),
    "google_storage_bucket": (Setting("bucket_versioned", "versioning.enabled"),),
    "azurerm_storage_account": (
        Setting("bucket_private", "allow_nested_items_to_be_public", (False,)),
        Setting("bucket_versioned", "blob_properties.versioning_enabled"),
    ),
}  # fmt: skip
# Clouds of whose resources nothing is asked: what stands there is not assessed.
_UNASKED = frozenset(
    ("alicloud", "civo", "digitalocean", "exoscale", "hcloud", "huaweicloud", "ibm", "linode",
     "oci", "openstack", "ovh", "scaleway", "tencentcloud", "upcloud", "vsphere", "vultr", "yandex")
)  # fmt: skip
_LOCKED = ("gcs", "azurerm", "remote", "pg", "consul", "kubernetes", "oss", "cos")


def resources(files: Sequence[tuple[str, Sequence[Block]]]) -> Iterator[Check]:
    """The checks of the files of one folder, which are one module."""
    around = _by_bucket(block for _, blocks in files for block in blocks)
    for path, blocks in files:
        yield from _of_file(path, blocks, around)


def _by_bucket(blocks: Iterable[Block]) -> dict[str, list[Block]]:
    """The resources that name a bucket, by what they name ("aws_s3_bucket.logs")."""
    named: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.kind == "resource" and len(block.labels) == 2:
            for bucket in set(_BUCKET.findall(block.names.get("bucket", ""))):
                named[bucket].append(block)
    return named


def _of_file(
    path: str, blocks: Sequence[Block], around: Mapping[str, list[Block]]
) -> Iterator[Check]:
    for block in blocks:
        if block.kind == "resource" and len(block.labels) == 2:
            for setting in SETTINGS.get(block.labels[0], ()):
                if not _is_copy(block):
                    yield _asked(path, block, setting)
            if block.labels[0] in _BUCKETS:
                yield from _bucket(path, block, around)
            yield from networks.admitted(path, block)
        elif block.kind == "terraform":
            yield from _project(path, block)


def unasked(blocks: Sequence[Block]) -> list[str]:
    """The clouds of resources that no check is there for."""
    kinds = {one.labels[0] for one in blocks if one.kind == "resource" and one.labels}
    return sorted({kind.partition("_")[0] for kind in kinds} & _UNASKED)


def _is_copy(block: Block) -> bool:
    """A replica takes its backups and its zones from what it copies."""
    return "replicate_source_db" in block.values or "master_instance_name" in block.values


def _asked(path: str, block: Block, setting: Setting) -> Check:
    *outer, name = setting.at.split(".")
    holders = [block]
    for kind in outer:
        holders = [inner for holder in holders for inner in holder.inner(kind)]
    for holder in holders:
        if name in holder.values:
            value = holder.values[name]
            passed = None if value is COMPUTED else _is_good(value, setting.good)
            said = "as it should be" if passed else "not as it should be"
            said = "set by a variable" if passed is None else said
            told = of_block(
                path, block, setting.check, passed, f"{setting.at}: {said}", holder.lines[name]
            )
            is_number = isinstance(value, str) and re.fullmatch(r"\d{1,6}", value)
            return told._replace(number=float(value) if is_number else None)
    seen = f"{setting.at} is left out"
    return of_block(path, block, setting.check, setting.default, seen)


def _is_good(value: Any, good: tuple[Any, ...]) -> bool:
    if good == ("*",):
        return True
    if good in (("+",), ("++",)):
        return isinstance(value, str) and value.isdigit() and int(value) >= len(good[0])
    return value in good or str(value).lower() in {str(one).lower() for one in good}


def _bucket(path: str, block: Block, around: Mapping[str, list[Block]]) -> Iterator[Check]:
    """Whether a bucket is public or versioned, which other resources of the folder may say."""
    kind = block.labels[0]
    mine = around.get(".".join(block.labels), [])
    if kind == "aws_s3_bucket":
        acls = [one.values.get("acl") for one in (block, *mine)]
        public = [acl for acl in acls if acl in _PUBLIC_ACLS]
        closed = any(one.labels[0] == "aws_s3_bucket_public_access_block" for one in mine)
        open_ = bool(public) and not closed
        seen = (
            f"acl {public[0]}" if public else "a public access block" if closed else "no public acl"
        )
        yield of_block(path, block, "bucket_private", not open_, seen, block.lines.get("acl", 0))
        versions = [
            inner.values.get(key)
            for one in (block, *mine)
            for inner in (*one.inner("versioning"), *one.inner("versioning_configuration"))
            for key in ("enabled", "status")
            if key in inner.values
        ]
        on = any(value is True or value == "Enabled" for value in versions)
        passed = True if on else None if COMPUTED in versions else False
        seen = "versioning" if on else "set by a variable" if passed is None else "no versioning"
        yield of_block(path, block, "bucket_versioned", passed, seen)
    elif kind == "google_storage_bucket":
        members = [listed(one.values.get("member")) + listed(one.values.get("members"))
                   + listed(one.values.get("entity")) for one in mine]  # fmt: skip
        public = [member for some in members for member in some if member in _EVERYBODY]
        seen = f"granted to {public[0]}" if public else "granted to nobody unknown"
        yield of_block(path, block, "bucket_private", not public, seen)


def _project(path: str, block: Block) -> Iterator[Check]:
    for backend in block.inner("backend"):
        kind = backend.labels[0] if backend.labels else ""
        named = Block("backend", (kind,), backend.line)
        if kind == "s3":
            locked = (
                "dynamodb_table" in backend.values or backend.values.get("use_lockfile") is True
            )
            seen = "a lock" if locked else "neither dynamodb_table nor use_lockfile"
            yield of_block(path, named, "state_locked", locked, seen)
        elif kind in _LOCKED:
            yield of_block(path, named, "state_locked", True, "locked by the service itself")
    for required in block.inner("required_providers"):
        for name, written in required.names.items():
            limited = bool(re.search(r"\bversion\b", written)) or written.startswith('"')
            seen = "a version" if limited else "no version"
            line = required.lines[name]
            yield Check("provider_limited", "provider", name, path, line, limited, seen)
