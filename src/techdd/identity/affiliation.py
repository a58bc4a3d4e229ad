"""To whom an address belongs: the company, a contractor, an outsourcing company, nobody known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from techdd.identity.written import People

FREE_MAIL = frozenset(
    """
    163.com 126.com aol.com fastmail.com free.fr gmail.com gmx.com gmx.de gmx.net googlemail.com
    hotmail.com icloud.com libero.it live.com mac.com mail.com mail.ru me.com msn.com naver.com
    orange.fr outlook.com pm.me proton.me protonmail.com qq.com t-online.de wanadoo.fr web.de
    yahoo.co.uk yahoo.com yandex.com yandex.ru ymail.com zoho.com
    """.split()  # noqa: SIM905 - a list of forty strings reads worse
)
# Anonymous addresses of code hosts, and machines' own names: no organisation speaks through them.
_NO_ORGANISATION = re.compile(
    r"(?:^|\.)noreply\.|^(?:localhost|none|example\.(?:com|org|net))$|^[^.]*$"
    r"|\.(?:local|localdomain|lan|internal|invalid)$"
)
ORGANISED = ("employee", "contractor", "outsourcing")


class Domain(NamedTuple):
    """Whose the addresses of one domain are, by the adviser's word."""

    name: str
    affiliation: str


def domain_of(email: str) -> str:
    """The part behind the last @, in lower case."""
    return email.rpartition("@")[2].strip().lower()


def is_private(domain: str) -> bool:
    """Whether an address at `domain` tells nothing about an employer."""
    return domain in FREE_MAIL or bool(_NO_ORGANISATION.search(domain))


def said_domains(people: People) -> dict[str, str]:
    """Domain -> affiliation, as the adviser said it."""
    return {
        domain.lower(): str(kind)
        for kind, domains in people.affiliations.items()
        for domain in domains
    }


def affiliation_of(email: str, said: Mapping[str, str]) -> str:
    """employee, contractor, outsourcing or private; "unknown" where nobody said whose it is.

    What is said of a domain holds for those below it: mail.acme.example is acme.example's.
    """
    domain = domain_of(email)
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        if found := said.get(".".join(labels[start:])):
            return found
    return "private" if is_private(domain) else "unknown"


def settled(own: Mapping[str, str], contract: str) -> dict[str, str]:
    """The affiliation of each of one person's identities.

    The roster's contract counts for all of them. Else a private address is taken for the person's
    only organisation, if others of the person's addresses name one.
    """
    if contract:
        return dict.fromkeys(own, contract)
    kinds = {kind for kind in own.values() if kind in ORGANISED}
    only = kinds.pop() if len(kinds) == 1 else ""
    return {one: only if only and kind == "private" else kind for one, kind in own.items()}
