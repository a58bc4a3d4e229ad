"""Code that stands in several places: the facts, how it is found, what we ask of it."""

from techdd.collectors._units import Clone
from techdd.collectors.duplication.assess import duplication as probe
from techdd.collectors.duplication.gather import CloneMark
from techdd.collectors.duplication.gather import duplication as collector

__all__ = ["Clone", "CloneMark", "collector", "probe"]
