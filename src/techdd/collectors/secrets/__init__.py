"""Credentials in the files and the history: the facts, how they are found, what we ask of them."""

# Collector and probe are named alike, as everywhere; discovery goes by their kind and own name.
from techdd.collectors.secrets.assess import secrets as probe
from techdd.collectors.secrets.scan import Secret, SecretScan
from techdd.collectors.secrets.scan import secrets as collector

__all__ = ["Secret", "SecretScan", "collector", "probe"]
