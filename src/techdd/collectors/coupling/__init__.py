"""How parts hang together: what is changed together, what imports what, over all repositories."""

# Discovery looks at this door only; the tables are named here for their readers.
from techdd.collectors.coupling.across import cross_repository_coupling
from techdd.collectors.coupling.cochange import coupling
from techdd.collectors.coupling.graph import component_graph
from techdd.collectors.coupling.imports import imports
from techdd.collectors.coupling.structure import change_coupling
from techdd.collectors.coupling.tables import ChangeSpread, ComponentCoupling, Coupling, ImportEdge

__all__ = [
    "ChangeSpread",
    "ComponentCoupling",
    "Coupling",
    "ImportEdge",
    "change_coupling",
    "component_graph",
    "coupling",
    "cross_repository_coupling",
    "imports",
]
