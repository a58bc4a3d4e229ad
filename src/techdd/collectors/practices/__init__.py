"""Evidence of engineering practices in the files themselves: the signs, the search, what we ask."""

# Collector and probe are named alike, as everywhere; discovery goes by their kind and own name.
from techdd.collectors.practices.assess import practices as probe
from techdd.collectors.practices.documents import documents
from techdd.collectors.practices.search import SearchScope
from techdd.collectors.practices.search import practices as collector

__all__ = ["SearchScope", "collector", "documents", "probe"]
