"""Which identities are machines: update bots, build servers, import tools, AI assistants."""

from __future__ import annotations

import re
from collections.abc import Sequence

from techdd.assistants import is_assistant
from techdd.facts import Identity
from techdd.identity.written import People, names

# Products whose makers and users have people too: only the whole name or mailbox is the machine.
_PRODUCT = (
    r"(?:the |hosted )?(?:allcontributors|all-contributors|circle-?ci|codecov|copybara|greenkeeper"
    r"|mergify|renovate|snyk|weblate)(?:[ _-](?:app|bot|ci|io|merge|preview|robot|service|worker))*"
)
# What nobody is called, and nobody works for.
_MACHINE = (
    r"\[bot\]|\(bot\)|\bdependabot\b|\bgithub[ -]?actions?\b|\b(?:travis|jenkins|gitlab)[ -]?ci\b"
    r"|\bsemantic-release\b|\bimgbot|\btagbot\b|\bpre-commit-ci\b|\bsvn2git\b|\bautoroll(?:er)?\b"
)
_NAME = re.compile(
    rf"{_MACHINE}|^(?:{_PRODUCT}|(?:travis|jenkins)(?: (?:bot|build\w*|server|user))?)$"
    r"|^bot$|^bot[-_]|^\S+[-_]bot(?:$|[-_])",
    re.IGNORECASE,
)
_MAILBOX = re.compile(
    rf"{_MACHINE}|^(?:\d+\+)?(?:{_PRODUCT})$|^(?:\d+\+)?(?:.*[-_])?bot(?:[-_+].*)?$", re.IGNORECASE
)
# Bot, Jenkins and Travis are also names of people: beside them has to stand what machines do.
_SURNAME = re.compile(r"\bbot\b", re.IGNORECASE)
_DUTY = re.compile(
    r"\b(?:auto\w*|build\w*|bump|cd|changelog|ci|cla|commit|crowdin|deploy\w*|docs?|format|github"
    r"|gitlab|i18n|import\w*|integration|l10n|lint|merge|mirror|nightly|publish\w*|release"
    r"|server|service|slack|sync|system|tests?|translations?|updater?|version|web)\b",
    re.IGNORECASE,
)
_KNOWN = frozenset(
    ("action@github.com", "actions@github.com", "bot@renovateapp.com", "builds@travis-ci.org",
     "support@dependabot.com", "support@greenkeeper.io", "hosted@weblate.org",
     "noreply@weblate.org")
)  # fmt: skip


def is_bot(members: Sequence[Identity], people: People) -> bool:
    """Whether the person with these identities is a machine; the adviser's word comes first."""
    if any(names(people.not_bots, row) for row in members):
        return False
    return any(names(people.bots, row) or _is_machine(row.name, row.email) for row in members)


def _is_machine(name: str, email: str) -> bool:
    """By name and mailbox: a domain says for whom somebody works, not what they are."""
    mailbox = email.rpartition("@")[0]
    named = _NAME.search(name) or (_SURNAME.search(name) and _DUTY.search(name))
    served = mailbox.lower() == "jenkins" and (" " not in name.strip() or _DUTY.search(name))
    known = email.lower() in _KNOWN
    return bool(named or served or known or _MAILBOX.search(mailbox)) or is_assistant(name, email)
