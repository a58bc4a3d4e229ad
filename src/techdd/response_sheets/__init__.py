"""The management response as a workbook: findings go out to the client and come back answered.

Here is what both ways have in common.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal

from techdd.policy import Written

MARK = "techdd responses"  # how the hidden sheet begins
ID, STATE, POSITION, WORDS, BY, DATE = "Id", "State", "Position", "Your words", "By", "Date"
NAME = "Your name"
NEEDED = (ID, STATE, POSITION, WORDS)
READ = (*NEEDED, BY, DATE)
SHOWN = ("Severity", "Finding", "What we saw", "Where", "Our reply")  # and never read back


class Manifest(Written):
    """What the workbook knows of itself: the findings with their states, and the ids of the
    responses that stood in it when it was made.
    """

    techdd_responses: Literal[1] = 1
    client: str
    findings: Mapping[str, str]
    answered: Mapping[str, str]
    digest: str = ""

    @property
    def own_digest(self) -> str:
        """The digest of all but itself."""
        said = self.model_dump(mode="json", exclude={"digest"})
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
