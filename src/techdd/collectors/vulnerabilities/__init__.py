"""Known vulnerabilities of the packages in use: the facts, how they are matched, what we ask."""

# Collector and probe are named alike, as everywhere; discovery goes by their kind and own name.
from techdd.collectors._updates import AdvisoryCoverage, Vulnerability
from techdd.collectors.vulnerabilities.assess import vulnerabilities as probe
from techdd.collectors.vulnerabilities.match import OnlineLookup
from techdd.collectors.vulnerabilities.match import vulnerabilities as collector

__all__ = ["AdvisoryCoverage", "OnlineLookup", "Vulnerability", "collector", "probe"]
