"""AI assistants as git shows them: by their own address, or by a name that no person bears."""

from __future__ import annotations

import re

# One word, which people too bear as a first name, a surname or a nick.
_WORDS = frozenset(
    ("aider", "claude", "cody", "codex", "copilot", "cursor", "devin", "gemini", "jules", "sweep",
     "windsurf")
)  # fmt: skip
_GIVEN = frozenset(("claude", "cody", "devin", "jules"))  # first names in the first place
_UNMISTAKABLE = re.compile(
    r"claude(?:[ -](?:code|opus|sonnet|haiku|v?\d[\d.-]*|\([^)]*\)))+"
    r"|github copilot(?:[ -].*)?|copilot[ -](?:swe[ -])?(?:agent|autofix|chat|cli|coding agent)"
    r"|cursor[ -](?:agent|ai|bot)|aider \([^)]*\)|(?:openai )?codex (?:cli|agent)|openai codex"
    r"|chatgpt(?:[ -].*)?|gpt-\d[\w.-]*|devin[ -]ai(?:[ -]integration)?|gemini (?:cli|code assist)"
    r"|gemini[ -]code[ -]assist|gemini[ -]v?\d[\w. -]*|google[ -]labs[ -]jules"
    r"|amazon q(?: developer)?|open ?hands|sweep ai"
)
_ADDRESS = re.compile(
    r"(?:no-?reply|claude|claude-code)@anthropic\.com|(?:cursor)?agent@cursor\.com|copilot@github\.com"
    r"|(?:no-?reply|aider)@aider\.chat|(?:no-?reply|codex|chatgpt)@openai\.com"
    r"|openhands@all-hands\.dev|[\w.+-]+@(?:devin|cognition)\.ai|gemini-cli@google\.com"
    r"|(?:[^@]*[^a-z@])?copilot(?:[^a-z@][^@]*)?@users\.noreply\.github\.com"
    r"|(?:\d+\+)?(?:claude|cursoragent|devin-ai-integration|google-labs-jules|openhands-agent)"
    r"(?:\[bot\])?@users\.noreply\.github\.com"
)
_ANONYMOUS = re.compile(r"|no-?reply@.*|[^@]*@(?:[^@]*\.)?noreply\..*")


def is_assistant(name: str, email: str) -> bool:
    """Whether an author is an assistant for sure: "Claude" alone may be a person."""
    return bool(
        _ADDRESS.fullmatch(email.strip().lower()) or _UNMISTAKABLE.fullmatch(name.strip().lower())
    )


def credits_assistant(name: str, email: str) -> bool:
    """The same of who is thanked for help: there, the name of a product alone means the product,
    unless it is a first name beside somebody's own address.
    """
    word = name.strip().lower()
    alone = word in _WORDS
    own = word in _GIVEN and not _ANONYMOUS.fullmatch(email.strip().lower())
    return is_assistant(name, email) or (alone and not own)
