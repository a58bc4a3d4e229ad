"""Pipelines, containers and infrastructure: one question a thing, and what the answers mean."""

from techdd.collectors.delivery_chain.assess import containers, infrastructure, pipelines
from techdd.collectors.delivery_chain.checks import Check
from techdd.collectors.delivery_chain.gather import ChainFile, delivery_chain

__all__ = ["ChainFile", "Check", "containers", "delivery_chain", "infrastructure", "pipelines"]
