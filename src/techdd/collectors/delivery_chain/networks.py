"""Who may connect, as Terraform says it: rules for incoming traffic, and databases' own lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techdd.collectors.delivery_chain.checks import Check, of_block
from techdd.hcl import COMPUTED, Block, listed

_ANYWHERE = ("0.0.0.0/0", "::/0")
_ANYBODY = ("*", "Internet", "Any", *_ANYWHERE)  # as Azure says it too
_WEB = ("80", "443")
_FIREWALL = re.compile(r"azurerm_(?:\w*sql|mariadb)\w*_firewall_rule")


def admitted(path: str, block: Block) -> Iterator[Check]:
    """Whom one resource lets in."""
    yield from _ingress(path, block)
    if block.labels[0] == "google_sql_database_instance":
        yield _cloud_sql(path, block)
    elif _FIREWALL.fullmatch(block.labels[0]):
        ends = [block.values.get(f"{end}_ip_address") for end in ("start", "end")]
        yield _database(path, block, ends == ["0.0.0.0", "255.255.255.255"], COMPUTED in ends)


def _ingress(path: str, block: Block) -> Iterator[Check]:
    kind = block.labels[0]
    rules: list[tuple[Block, tuple[str, ...], str, str]] = []
    if kind == "aws_security_group":
        rules = [(one, ("cidr_blocks", "ipv6_cidr_blocks"), "from_port", "to_port")
                 for one in block.inner("ingress")]  # fmt: skip
    elif kind == "aws_security_group_rule" and block.values.get("type") == "ingress":
        rules = [(block, ("cidr_blocks", "ipv6_cidr_blocks"), "from_port", "to_port")]
    elif kind == "aws_vpc_security_group_ingress_rule":
        rules = [(block, ("cidr_ipv4", "cidr_ipv6"), "from_port", "to_port")]
    elif kind == "google_compute_firewall" and block.inner("allow"):
        inbound = block.values.get("direction", "INGRESS") == "INGRESS"
        rules = [(block, ("source_ranges",), "", "")] if inbound else []
    for rule, sources, low, high in rules:
        named = [one for source in sources for one in listed(rule.values.get(source))]
        ports = _ports(block) if not low else [rule.values.get(low), rule.values.get(high)]
        yield from _incoming(path, block, rule, named, ports)
    inside = block.inner("security_rule") if kind == "azurerm_network_security_group" else []
    for one in [block] if kind == "azurerm_network_security_rule" else inside:
        yield from _azure_ingress(path, one, block)


def _incoming(
    path: str, block: Block, rule: Block, named: list[Any], ports: list[Any]
) -> Iterator[Check]:
    """Whether one rule admits every address to more than a website."""
    wide = any(one in _ANYBODY for one in named)
    web = bool(ports) and all(port in _WEB for port in ports)
    unknown = not wide and (COMPUTED in named)
    if unknown or named != [None] * len(named):
        passed = None if unknown or (wide and COMPUTED in ports) else not wide or web
        where = "web ports" if web else "ports other than 80 and 443"
        seen = "limited" if not unknown else "set by a variable"
        seen = f"every address, {where}" if wide else seen
        yield of_block(path, block, "ingress_limited", passed, seen, rule.line)


def _azure_ingress(path: str, rule: Block, named: Block) -> Iterator[Check]:
    """One rule of a network security group, inside of the group or on its own."""
    if rule.values.get("direction") != "Inbound" or rule.values.get("access") != "Allow":
        return
    sources, ports = (
        [one for key in (f"{what}", f"{what}{more}") for one in listed(rule.values.get(key))]
        for what, more in (("source_address_prefix", "es"), ("destination_port_range", "s"))
    )
    yield from _incoming(path, named, rule, sources, [one for one in ports if one is not None])


def _cloud_sql(path: str, block: Block) -> Check:
    """Without a list of networks nobody gets in but through the proxy."""
    networks = [
        one
        for settings in block.inner("settings")
        for addresses in settings.inner("ip_configuration")
        for one in addresses.inner("authorized_networks")
    ]
    wide = [one.lines["value"] for one in networks if one.values.get("value") in _ANYWHERE]
    computed = any(one.values.get("value") is COMPUTED for one in networks)
    return _database(path, block, bool(wide), computed, *wide[:1])


def _database(path: str, block: Block, wide: bool, computed: bool, line: int = 0) -> Check:
    passed = False if wide else None if computed else True
    seen = "admits every address" if wide else "set by a variable" if computed else "limited"
    return of_block(path, block, "store_not_public", passed, seen, line)


def _ports(firewall: Block) -> list[Any]:
    return [port for rule in firewall.inner("allow") for port in listed(rule.values.get("ports"))]
