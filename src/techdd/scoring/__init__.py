"""From answers and evidence to scores and a verdict: arithmetic without input or output.

The rules are those of `checklists/policy/scoring.yaml`; the report prints them.

- An item's level is 0-4. An answer's level is capped by how well it is evidenced. A metric that
  *measures* the item answers it where nobody was asked, and corrects an answer that it contradicts
  unless the adviser says that the answer overrules it. A metric that *indicates* supports or
  contradicts an answer and never sets a level.
- A domain's score is a weighted power mean of its items' levels with an exponent below one, so that
  one weak item is not hidden by strong ones; weak critical items cap it.
- Unanswered items lower coverage and confidence, never the score; the score is printed with the
  range it would have if all of them were at 0 or at 4, and those that people differ on or are
  unsure of at their lowest or highest.
- Beside it stands the score by the answers alone, without any measurement.
"""

from techdd.scoring.domains import score_domain
from techdd.scoring.items import describe_evidence, read_evidence, score_item
from techdd.scoring.moves import most_moving
from techdd.scoring.verdicts import overall, overall_told, verdict

__all__ = [
    "describe_evidence",
    "most_moving",
    "overall",
    "overall_told",
    "read_evidence",
    "score_domain",
    "score_item",
    "verdict",
]
