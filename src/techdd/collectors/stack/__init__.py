"""What the system is built of, what of it can be started, and how long that is supported."""

from techdd.collectors.stack.assess import entry_points, technologies
from techdd.collectors.stack.deployables import Deployable, deployables
from techdd.collectors.stack.mentions import Mention, mentions
from techdd.collectors.stack.support import end_of_life
from techdd.collectors.stack.versions import RuntimeVersion, runtimes

__all__ = [
    "Deployable",
    "Mention",
    "RuntimeVersion",
    "deployables",
    "end_of_life",
    "entry_points",
    "mentions",
    "runtimes",
    "technologies",
]
