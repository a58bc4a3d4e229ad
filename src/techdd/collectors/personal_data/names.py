"""What the name of a field or of a function says about people.

Names are compared by their words, in snake case, so that `userEmail`, `user_email` and `UserEmail`
are one. A word that means other things as well ("address", "name", "race") is none of ours.
"""

from __future__ import annotations

import re
from functools import lru_cache

SPECIAL = "special category"
KINDS: dict[str, str] = {
    "contact": (
        r"e_?mail(?:_?address)?|mail_?address|phone(?:_?(?:number|no))?|(?:mobile|cell)_?(?:phone|number|no)"
        r"(?:_number)?|telephone(?:_?number)?|street(?:_?(?:address|name))?(?:_?[12])?"
        r"|post(?:al)?_?code|zip_?code|home_address|(?:billing|shipping|postal|mailing)_address"
    ),
    "identity": (
        r"first_?name|last_?name|full_?name|middle_?name|given_?names?|family_?name|surname"
        r"|maiden_name|date_?of_?birth|birth_?(?:date|day)|dob|place_of_birth|gender"
    ),
    "official number": (
        r"ssn|social_?security(?:_?(?:number|no))?|national_?(?:id|insurance)(?:_?(?:number|no))?"
        r"|passport(?:_?(?:number|no|id))?|tax_?(?:payer_)?(?:id|number)(?:_number)?"
        r"|driv(?:er|ers|ing)_?licen[cs]e(?:_?(?:number|no))?"
    ),
    "payment": (
        r"iban|(?:credit_?)?card_?num(?:ber)?|cc_?num(?:ber)?|credit_card|cvv2?|(?:bank_)?account_?(?:iban)"
        r"|bank_account(?:_?(?:number|no))?|sort_code"
    ),
    "location or device": (
        r"ip_?addr(?:ess)?|(?:current|last)_(?:sign|log)_?in_ip|sign_up_ip|remote_ip"
    ),
    SPECIAL: (
        r"religion|religious_\w+|ethnicity|ethnic_\w+|sexual_orientation|political_\w+"
        r"|trade_union(?:_\w+)?|biometric\w*|face_(?:embedding|template|encoding)|genetic_\w+"
        r"|medical_\w+|diagnos[ie]s|blood_(?:type|group|pressure)|allerg(?:y|ies)|medications?"
        r"|disabilit(?:y|ies)|health_(?:condition|status|record|data|insurance|issue)s?"
        r"|pregnan(?:t|cy)|parental_consent|guardian_(?:name|email|phone|consent)"
    ),
}
_WHOLE = {kind: re.compile(rf"(?:[a-z0-9]+_){{0,3}}(?:{names})") for kind, names in KINDS.items()}
# A flag, a time or a template about a field is not the field.
_ABOUT = re.compile(
    r"^(?:is|has|can|show|hide|send|sent|use|allow|enable|require|confirm|verify|notify|no|num|max"
    r"|min|save|draft_save|default|from|reply|smtp|mailer|bounce|invalid|unconfirmed|type|template)_|^(?:mail|smtp)$"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_PERSON = r"(?:users?|accounts?|customers?|members?|persons?|people|patients?|profiles?)"
_TAIL = (
    r"(?:_(?:data|account|info|information|records?|content|completely|permanently|by_id|async|job"
    r"|worker|task|service|command|handler|use_case|mutation|action|controller|request))*"
)
_ERASE = r"(?:delete|erase|anonymi[sz]e|pseudonymi[sz]e|purge|forget|destroy|wipe|scrub|obfuscate)"
ERASURE = re.compile(
    rf"(?:\w+_)?{_ERASE}_(?:my_|own_|all_|the_|old_|inactive_|spam_)?(?:{_PERSON}|pii|personal_data)"
    rf"{_TAIL}"
    rf"|(?:\w+_)?{_PERSON}_(?:data_)?(?:delete|deletion|deleter|destroyer|eraser?|erasure|purger?"
    rf"|anonymi[sz](?:e|er|ation)|removal){_TAIL}"
    rf"|(?:\w+_)?(?:gdpr|dsar)_(?:delete|erase|erasure|remove)\w*|right_to_be_forgotten\w*"
)
EXPORT = re.compile(
    rf"(?:\w+_)?(?:export|download|archive|takeout)_(?:my_|own_|all_)?(?:personal|{_PERSON}|account)"
    rf"_(?:data|info|information|archive){_TAIL}"
    rf"|(?:\w+_)?(?:personal|{_PERSON})_data_(?:export\w*|archive\w*|download\w*){_TAIL}"
    rf"|(?:\w+_)?(?:gdpr|dsar)_export\w*|(?:\w+_)?data_portability\w*|subject_access_\w+"
)


@lru_cache(maxsize=65_536)
def snake(name: str) -> str:
    """`name` in snake case."""
    return _CAMEL.sub("_", name).replace("-", "_").replace("__", "_").strip("_").lower()


def kind_of(name: str) -> str:
    """The kind of personal data that a field of that name holds; "" = none that the name tells."""
    plain = snake(name)
    if len(plain) > 60 or _ABOUT.search(plain):
        return ""
    return next((kind for kind, whole in _WHOLE.items() if whole.fullmatch(plain)), "")
