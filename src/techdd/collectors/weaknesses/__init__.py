"""Weaknesses that static analysis sees in the code: the facts, how they are found, what we ask."""

# Collector and probe are named alike, as everywhere; discovery goes by their kind and own name.
from techdd.collectors.weaknesses.assess import weaknesses as probe
from techdd.collectors.weaknesses.imported import imported_results
from techdd.collectors.weaknesses.scan import Weakness, WeaknessScan
from techdd.collectors.weaknesses.scan import weaknesses as collector
from techdd.collectors.weaknesses.search import PatternPlace, PatternScan, patterns
from techdd.collectors.weaknesses.taint import TaintResult, TaintScan, taint

__all__ = [
    "PatternPlace",
    "PatternScan",
    "TaintResult",
    "TaintScan",
    "Weakness",
    "WeaknessScan",
    "collector",
    "imported_results",
    "patterns",
    "probe",
    "taint",
]
