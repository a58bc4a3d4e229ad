"""Under which licences the code in the repositories stands, file by file, and what that binds."""

from techdd.collectors.tree_licences.assess import tree_licences
from techdd.collectors.tree_licences.gather import licence_statements

__all__ = ["licence_statements", "tree_licences"]
