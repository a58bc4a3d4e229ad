"""HR's list of people, CSV or XLSX, becomes roster.yaml; nothing in it is run or evaluated."""

from techdd.roster.reading import Understood, understand
from techdd.roster.sheets import read_sheets

__all__ = ["Understood", "read_sheets", "understand"]
