"""What people claim, held against the evidence and against each other."""

from techdd.model import Outcome

# The repositories speak to the claim, for it or against it.
TESTED = frozenset((Outcome.SUPPORTED, Outcome.PARTLY, Outcome.CONTRADICTED))
