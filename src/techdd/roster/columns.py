"""What the columns of HR's files are called, in English and German."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_CALLED = {
    "name": "name fullname displayname employee employeename staffname person mitarbeiter "
    "mitarbeitername mitarbeiterin vollername vollstandigername namevorname nachnamevorname",
    "given": "firstname givenname forename vorname rufname",
    "family": "lastname surname familyname nachname familienname",
    "role": "role title jobtitle position job function rolle funktion stelle "
    "stellenbezeichnung tatigkeit taetigkeit beruf",
    "start": "start startdate from since joined joindate joiningdate hired hiredate dateofhire "
    "entrydate employmentstart contractstart begin beginn von seit eintritt eintrittsdatum "
    "eingestelltam startdatum vertragsbeginn beschaftigtseit",
    "end": "end enddate until to left leavedate leavingdate exitdate terminationdate lastday "
    "lastworkingday employmentend contractend ende enddatum bis austritt austrittsdatum "
    "letzterarbeitstag vertragsende beschaftigtbis",
    "contract": "contract contracttype typeofcontract employmenttype employment type vertrag "
    "vertragsart vertragstyp anstellungsart beschaftigungsart beschaeftigungsart "
    "beschaftigungsverhaltnis",
    "assigned": "ip ipassigned ipassignment ipassignmentsigned ipsigned iprights ipagreement "
    "ipagreementsigned assignmentsigned assignmentofip assignmentofrights inventionassignment "
    "piia ciiaa rechteubertragung iprechteubertragen ipubertragung ipabtretung "
    "rechteabtretung nutzungsrechte nutzungsrechteubertragen urheberrecht "
    "ipvereinbarung ipvereinbarungunterschrieben ipklausel",
}
_FIELD = {word: field for field, words in _CALLED.items() for word in words.split()}
_ASSIGNED = re.compile(r"ip(?:right|assign|ubertrag|abtret|vereinbar|klausel)|rechteubertrag")


def field_of(header: object) -> str:
    """The field that a column is for: name, given, family, emails, role, start, end, contract,
    assigned; "" where its header is not known.
    """
    plain = unicodedata.normalize("NFKD", str(header or "")).encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]", "", plain.lower().replace("ß", "ss"))
    if found := _FIELD.get(word):
        return found
    if "mail" in word:
        return "emails"
    return "assigned" if _ASSIGNED.search(word) else ""


def is_header(cells: Sequence[object]) -> bool:
    """Whether a row names columns by which people can be told apart."""
    fields = {field_of(cell) for cell in cells if isinstance(cell, str)}
    return bool(fields & {"name", "family", "emails"}) and len(fields - {""}) > 1
