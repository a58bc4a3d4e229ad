"""Runs the page: one server an engagement, on this machine unless told otherwise."""

from __future__ import annotations

import fcntl
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from techdd.errors import TechddError
from techdd.files import lockable, write_atomic
from techdd.interviews.people import FILE, Participants
from techdd.interviews.web import guard
from techdd.interviews.web.access import Access
from techdd.interviews.web.crew import Crew

if TYPE_CHECKING:
    from techdd.interviews.people import Participant
    from techdd.model import Metric
    from techdd.workspace import Workspace

FOLDER = ".web"


@dataclass(frozen=True)
class Place:
    """Where the server listens, and as what people reach it, where that is something else."""

    bind: str = "127.0.0.1"
    port: int = 8765
    url: str = ""

    @property
    def ip(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        """The address to listen on. Raises TechddError where it is none."""
        try:
            return ipaddress.ip_address(self.bind)
        except ValueError:
            raise TechddError(f"--bind {self.bind!r}: an IP address is needed") from None

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.ip.is_loopback

    def door(self, port: int) -> guard.Door:
        """How people reach the server that listens on `port`. Raises TechddError."""
        if self.url:
            return guard.Door(_as_browsers_say(self.url))
        if self.ip.is_unspecified:
            raise TechddError(
                f"--bind {self.bind} listens on every address: say with --url which one people use"
            )
        host = f"[{self.bind}]" if ":" in self.bind else self.bind
        return guard.Door(_as_browsers_say(f"http://{host}:{port}"))


def _as_browsers_say(url: str) -> str:
    """`url` as browsers name it in Host and Origin: small letters, ASCII, no port that goes
    without saying. Raises TechddError where it is more or less than an address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
        host = f"[{ipaddress.ip_address(host).compressed}]" if ":" in host else host
    except ValueError:  # of which a UnicodeError is one
        host = ""
    usual = {"http": 80, "https": 443}
    more = host and (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc)
    if not host or more or parts.scheme not in usual:
        raise TechddError("--url is the address without a path, as https://dd.example.com")
    return f"{parts.scheme}://{host}" + (
        f":{port}" if port not in (None, usual[parts.scheme]) else ""
    )


class Site:
    """An engagement's page with its people; `invite` before `serve`."""

    def __init__(self, workspace: Workspace, place: Place) -> None:
        self.workspace = workspace
        place.door(place.port)  # what is wrong with it is said before anything begins
        self.place = place
        self.socket = _listening(place)
        self.door = place.door(self.socket.getsockname()[1])
        _begin_people(workspace)
        self.crew = Crew(workspace.root, workspace.checklists)
        self.access = Access(workspace.root / FOLDER / "access.json")

    def invite(self, *, anew: bool = False) -> list[tuple[Participant, str]]:
        """Links for those who have none and are not in; `anew` ends all others and makes new ones.

        Raises TechddError where nobody is there who could ask.
        """
        people = self.crew.people
        if not any(one.kind == "interviewer" for one in people):
            raise TechddError("names no interviewer; add one", self.crew.path)
        if anew:
            self.access.shut_out()
        return [
            (one, f"{self.door.address}/join#{self.access.issue(one.person)}")
            for one in people
            if self.access.standing(one.person) == "none"
        ]

    def serve(self, metrics: Mapping[str, Metric], tell: Callable[[str], None]) -> None:
        """Answers requests until it is interrupted."""
        from waitress import create_server

        from techdd.interviews.web.app import create
        from techdd.interviews.web.desk import Desk

        # A page that waited a moment for a free thread is no news for the terminal.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        app = create(Desk(self.workspace, self.crew, self.access, metrics), self.door, tell)
        server = create_server(
            app,
            sockets=[self.socket],
            threads=8,
            ident=None,
            max_request_body_size=2 * guard.MAX_BODY,
            max_request_header_size=16 * 1024,
            connection_limit=200,
            channel_timeout=30,
            **(_BEHIND_PROXY if self.place.url and self.place.is_local else {}),
        )
        server.channel_class = _channel()
        server.run()


# Who comes in by a proxy on this machine is known by their own address, not by the proxy's.
_BEHIND_PROXY: dict[str, Any] = {
    "trusted_proxy": "*", "trusted_proxy_count": 1, "trusted_proxy_headers": {"x-forwarded-for"},
}  # fmt: skip


def _channel() -> type[Any]:
    """Connections on which what waitress itself refuses carries the page's rules, too."""
    from waitress.channel import HTTPChannel
    from waitress.task import ErrorTask

    class Refused(ErrorTask):  # type: ignore[misc]
        def execute(self) -> None:
            self.response_headers.extend(guard.HEADERS.items())
            super().execute()

    class Channel(HTTPChannel):  # type: ignore[misc]
        error_task_class = Refused

    return Channel


@contextmanager
def alone(workspace: Workspace) -> Iterator[None]:
    """One page an engagement. The terminal and imports may write at the same time.

    Raises TechddError where one runs.
    """
    folder = workspace.root / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with lockable(folder / "lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise TechddError(
                "its interview page is being served already", workspace.root
            ) from None
        yield


def _listening(place: Place) -> socket.socket:
    family = socket.AF_INET6 if place.ip.version == 6 else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((place.bind, place.port))
        made.listen(128)  # who comes before the evidence is read waits
    except OSError as error:
        made.close()
        raise TechddError(
            f"{place.bind}:{place.port} cannot be listened on ({error.strerror}); "
            "name another with --port"
        ) from None
    return made


def _begin_people(workspace: Workspace) -> None:
    """Somebody has to come in first: where nobody is named, that is the adviser."""
    path: Path = workspace.root / FILE
    if path.exists():
        return
    from techdd.documents import dump_yaml

    name = workspace.engagement.adviser or "Interviewer"
    people = {"people": [{"name": name, "kind": "interviewer"}]}
    Participants.model_validate(people)
    write_atomic(path, dump_yaml(people).encode())
