"""What the client's .gitattributes call files: read as a statement, told, and not obeyed."""

from techdd.collectors.declared_roles.assess import declared_roles as probe
from techdd.collectors.declared_roles.gather import DeclaredRole
from techdd.collectors.declared_roles.gather import declared_roles as collector

__all__ = ["DeclaredRole", "collector", "probe"]
