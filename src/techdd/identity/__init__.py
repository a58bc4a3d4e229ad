"""Who is who: the persons behind the spellings in the history, and to whom they belong."""

from techdd.identity.affiliation import FREE_MAIL, Domain, domain_of, is_private
from techdd.identity.employment import Employment, Roster, RosterEntry
from techdd.identity.merging import Merge, by_person, of_people
from techdd.identity.resolution import Resolution, resolve
from techdd.identity.written import Correction, People

__all__ = [
    "FREE_MAIL",
    "Correction",
    "Domain",
    "Employment",
    "Merge",
    "People",
    "Resolution",
    "Roster",
    "RosterEntry",
    "by_person",
    "domain_of",
    "is_private",
    "of_people",
    "resolve",
]
