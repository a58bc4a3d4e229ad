"""Dockerfiles and Compose files: who runs inside, from which image, and what lies open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techdd.collectors.delivery_chain.checks import Check, is_credential, tag_of, tagged
from techdd.dockerfiles import FROM, filled, instructions
from techdd.yamls import line_of, mappings

_ARG = re.compile(r"(?i)ARG\s+(\w+)=(\S+)\s*$")
_USER = re.compile(r"(?i)USER\s+[\"']?([^\s\"':]+)")
_SET = re.compile(r"""(?i)(?:ENV|ARG)\s+(\w+)[=\s]\s*("[^"]*"|'[^']*'|\S+)""")
_ADD = re.compile(r"(?i)ADD\s.*?https?://")
_PIPED = re.compile(r"(?i)RUN\s.*?\b(?:curl|wget)\b[^|;&]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b")
_NONROOT = re.compile(r"[:-](?:nonroot|rootless|unprivileged)\b")
_DATABASES = re.compile(
    r"(?:^|/)(?:postgres\w*|postgis|mysql|mariadb|mongo\w*|redis|valkey|elasticsearch|opensearch|"
    r"cassandra|couchdb|influxdb|memcached|mssql|server|clickhouse[\w-]*|neo4j|rabbitmq)(?::|@|$)"
)
_LOCAL = re.compile(r"^(?:127\.|\[?::1|localhost)")


def dockerfile(path: str, text: str) -> Iterator[Check]:
    """The checks of one Dockerfile; the user is that of its last stage."""
    found = list(instructions(text))
    name = path.rpartition("/")[2]
    stages: dict[str, str] = {}  # name -> the user it ends with
    arguments: dict[str, str] = {}
    current, user, place = "", "", None
    for line, said in found:
        if match := FROM.match(said):
            base = filled(match[1], arguments)
            user = stages.get(base.lower(), "nonroot" if _NONROOT.search(base) else "")
            place, current = line, (match[2] or "").lower()
            if base.lower() not in stages and base != "scratch":
                version = tag_of(base)
                seen = base[:200]
                yield Check("base_tagged", "Dockerfile", seen, path, line, tagged(base), seen)
                fixed = None if version == "computed" else version == "digest"
                yield Check("base_digest", "Dockerfile", seen, path, line, fixed, version)
        elif match := _ARG.match(said):
            arguments.setdefault(match[1], filled(match[2].strip("\"'"), arguments))
        elif match := _USER.match(said):
            user, place = filled(match[1], arguments), line
        if current:
            stages[current] = user
    if place is None:
        return
    computed = "$" in user
    root = user.lower() in ("", "root", "0")
    seen = (
        "set by a variable"
        if computed
        else "no USER"
        if not user
        else "USER root"
        if root
        else "USER"
    )
    yield Check(
        "image_not_root", "Dockerfile", name, path, place, None if computed else not root, seen
    )
    asked = (
        ("no_remote_add", _ADD.match, "ADD from a URL"),
        ("no_piped_shell", _PIPED.match, "a download is piped into a shell"),
        ("no_secret_in_image", _holds_credential, "a credential in ENV or ARG"),
    )
    for check, bad, seen in asked:
        at = next((line for line, said in found if bad(said)), None)
        told = seen if at else "nothing of the kind"
        yield Check(check, "Dockerfile", name, path, at or place, at is None, told)
    at = next((line for line, said in found if re.match(r"(?i)HEALTHCHECK\s+(?!NONE)", said)), None)
    seen = "HEALTHCHECK" if at else "no HEALTHCHECK"
    yield Check("healthcheck", "Dockerfile", name, path, at or place, at is not None, seen)


def _holds_credential(said: str) -> bool:
    match = _SET.match(said)
    return match is not None and is_credential(match[1], match[2])


def compose(path: str, documents: list[Any]) -> Iterator[Check]:
    """The checks of the services of a Compose file."""
    for document in mappings(documents):
        services = document.get("services")
        for name, service in services.items() if isinstance(services, dict) else ():
            if isinstance(service, dict):
                yield from _service(path, name, service)


def _service(path: str, name: str, service: dict[str, Any]) -> Iterator[Check]:
    def told(check: str, passed: bool | None, seen: str, at: str = name) -> Check:
        return Check(check, "Compose", str(name), path, line_of(at) or line_of(name), passed, seen)

    image = service.get("image")
    if isinstance(image, str) and image and not service.get("build"):
        plain = filled(image, {})
        yield told("service_tagged", tagged(plain), plain[:200], image)
    privileged = service.get("privileged") == "true"
    yield told("service_not_privileged", not privileged, "privileged" if privileged else "no")
    restarts = service.get("restart", "no") not in ("", "no") or bool(service.get("deploy"))
    yield told(
        "service_restarts", restarts, "a restart policy" if restarts else "no restart policy"
    )
    if isinstance(image, str) and _DATABASES.search(filled(image, {})):
        ports = service.get("ports")
        listed = [_published(port) for port in ports] if isinstance(ports, list) else []
        wide = [port for port in listed if port and not _LOCAL.match(port)]
        seen = "a port for everybody" if wide else "no port, or on the machine itself"
        yield told("database_not_published", not wide, seen)
    written = [key for key, value in _environment(service) if is_credential(key, value)]
    seen = f"{written[0][:60]} has a value" if written else "no credential written out"
    yield told("service_without_secret", not written, seen, written[0] if written else name)


def _published(port: Any) -> str:
    """`address:port` of the machine on which a port is published; "" for none."""
    if isinstance(port, dict):
        published = port.get("published") or ""
        return f"{port.get('host_ip') or ''}:{published}" if published else ""
    return port.rpartition(":")[0] if isinstance(port, str) else ""


def _environment(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    given = service.get("environment")
    if isinstance(given, dict):
        yield from ((key, value) for key, value in given.items() if isinstance(value, str))
    for entry in given if isinstance(given, list) else ():
        if isinstance(entry, str) and "=" in entry:
            key, _, value = entry.partition("=")
            yield key, value
