"""What bandit's tests look for, in words that a reader of the report knows; nothing of the code."""

from __future__ import annotations

_TITLES = {
    "B101": "Assertions, which an optimised run leaves out",
    "B102": "Running code from strings (exec)",
    "B103": "Files that anybody may change",
    "B104": "Listening on all network interfaces",
    "B105": "Password in the code",
    "B106": "Password in the code, as an argument",
    "B107": "Password in the code, as a default",
    "B108": "Fixed names in the temporary folder",
    "B110": "Errors passed over in silence",
    "B112": "Errors passed over in silence, in a loop",
    "B113": "Web requests without a time limit",
    "B201": "Flask's debugger switched on",
    "B202": "Archives unpacked without looking at their paths",
    "B301": "Deserialising with pickle",
    "B302": "Deserialising with marshal",
    "B303": "Weak hash function",
    "B304": "Weak cipher",
    "B305": "Weak cipher mode",
    "B306": "Temporary files that can be guessed (mktemp)",
    "B307": "Running code from strings (eval)",
    "B308": "Text marked as safe HTML",
    "B310": "Opening URLs of any scheme",
    "B311": "Random numbers that can be guessed",
    "B312": "Telnet, which encrypts nothing",
    "B321": "FTP, which encrypts nothing",
    "B323": "TLS certificates not checked",
    "B324": "Weak hash function (MD5 or SHA-1)",
    "B401": "Import of telnetlib, which encrypts nothing",
    "B402": "Import of ftplib, which encrypts nothing",
    "B403": "Import of pickle, which can run code",
    "B404": "Import of subprocess, which starts programs",
    "B411": "Import of xmlrpc, open to XML attacks",
    "B412": "CGI handlers open to httpoxy",
    "B413": "Import of pycrypto, no longer maintained",
    "B415": "Import of pyghmi, whose protocol is not secure",
    "B501": "TLS certificates not checked, in web requests",
    "B502": "Broken version of TLS",
    "B503": "Broken version of TLS, as a default",
    "B504": "Version of TLS not set",
    "B505": "Cryptographic key too short",
    "B506": "Deserialising YAML without restriction",
    "B507": "SSH host keys not checked",
    "B508": "Version of SNMP without security",
    "B509": "SNMP without encryption",
    "B601": "Shell commands through SSH",
    "B602": "Program started through a shell",
    "B603": "Program started with arguments that may come from outside",
    "B604": "Call through a shell",
    "B605": "Command started through a shell",
    "B606": "Program started without a shell",
    "B607": "Program started by its bare name",
    "B608": "SQL put together from strings",
    "B609": "Wildcards in shell commands",
    "B610": "SQL put together from strings (Django's extra)",
    "B611": "SQL put together from strings (Django's RawSQL)",
    "B612": "Logging configuration taken from the network",
    "B613": "Invisible characters that reorder the code",
    "B614": "Deserialising models with PyTorch",
    "B615": "Models downloaded without a fixed version",
    "B701": "HTML templates without escaping (Jinja)",
    "B702": "HTML templates without escaping (Mako)",
    "B703": "Text marked as safe HTML (Django)",
    "B704": "Text marked as safe HTML (MarkupSafe)",
}
_TITLES |= dict.fromkeys((f"B{n}" for n in range(313, 321)), "Parsing XML open to attacks")
_TITLES |= dict.fromkeys(
    (f"B{n}" for n in range(405, 411)), "Import of an XML parser open to attacks"
)


def title(test: str, name: str) -> str:
    """Of the test with the id `test`; of one not known here, bandit's own name for it."""
    return _TITLES.get(test) or f"{name[:1].upper()}{name[1:]}".replace("_", " ")
