"""Technical debt in days and money: what there is to mend, what it takes, what it buys."""

from techdd.collectors.debt.assess import debt as probe

__all__ = ["probe"]
