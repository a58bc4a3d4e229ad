"""SARIF 2.1.0, the exchange format of static analysis: read from any tool, and written."""

from techdd.sarif.placing import Named, left_out, placed
from techdd.sarif.reading import HandedIn, ImportedResult, handed_in, read_sarif
from techdd.sarif.writing import Told, write_sarif

__all__ = [
    "HandedIn",
    "ImportedResult",
    "Named",
    "Told",
    "handed_in",
    "left_out",
    "placed",
    "read_sarif",
    "write_sarif",
]
