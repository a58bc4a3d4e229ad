"""The command that serves the interviews' local web page."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from techdd.cli.shared import engagement_folder, open_engagement, talk
from techdd.errors import TechddError


@click.command("serve")
@engagement_folder
@click.option("--port", type=click.IntRange(0, 65_535), default=8765, show_default=True,
              help="Where to listen; 0 takes any that is free.")  # fmt: skip
@click.option("--bind", metavar="IP", default="127.0.0.1", show_default=True,
              help="The address to listen on; any other than this machine's own opens the page "
                   "to the network, unencrypted.")  # fmt: skip
@click.option("--url", metavar="URL", default="",
              help="As people reach it through a reverse proxy, such as "
                   "https://dd.example.com.")  # fmt: skip
@click.option("--new-links", is_flag=True,
              help="End all links and sessions, and print a new link for everybody.")  # fmt: skip
def serve(folder: Path, port: int, bind: str, url: str, new_links: bool) -> None:
    """Hold interviews in the browser, several people at once.

    Prints a link for each person of interviews.yaml who is not in yet; a link works once. Every
    answer is saved at once: stop the server at any time (Ctrl-C), and go on by running it again.
    """
    if not (find_spec("flask") and find_spec("waitress")):
        raise TechddError("the page needs two more packages; install them: pip install techdd[web]")
    from techdd.interviews.web.server import Place, Site, alone
    from techdd.reading import engagement_metrics

    workspace = open_engagement(folder)
    place = Place(bind, port, url)
    with alone(workspace):
        site = Site(workspace, place)
        if not place.is_local:
            talk(
                f"WARNING: {site.door.address} is open to the network"
                + ("." if site.door.is_encrypted else ", and what is answered travels unencrypted.")
                + " Put a reverse proxy with TLS before it (docs/interviews.md)."
            )
        links = site.invite(anew=new_links)
        for person, link in links:
            click.echo(f"{person.name} ({person.kind})  {link}")
        if not links:
            talk("Everybody has a link or is in already; --new-links makes new ones.")
        talk("Reading the evidence ...")
        metrics = engagement_metrics(workspace)
        talk(f"Serving {site.door.address}; Ctrl-C ends it.")
        site.serve(metrics, talk)
    talk(f"Stopped. All answers are in {workspace.journal.path}.")
