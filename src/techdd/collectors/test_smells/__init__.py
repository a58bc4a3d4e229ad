"""Tests that say less than their being there: how they look, the search, what we ask."""

from techdd.collectors.test_smells.assess import misleading_tests
from techdd.collectors.test_smells.search import SmellyTest, SuiteFile, test_smells

__all__ = ["SmellyTest", "SuiteFile", "misleading_tests", "test_smells"]
