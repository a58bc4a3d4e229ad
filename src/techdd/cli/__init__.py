"""The command line: words in, one verb, words out. Data goes to stdout, talk to stderr.

Exit codes: 0 done; 1 a gate such as --fail-on was not met; 2 the user's input; 3 done, but
something asked for could not be made; 4 a bug, with a log; 130 interrupted.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd import __version__
from techdd.cli import (
    bills,
    checklists,
    compare,
    engagement,
    handover,
    interview,
    keeping,
    people,
    registers,
    responses,
    scores,
    sources,
    trust,
)
from techdd.cli import disclose as disclosing
from techdd.cli import simulate as simulation
from techdd.cli.shared import BUG, INTERRUPTED, USAGE, talk
from techdd.errors import TechddError
from techdd.text import clean

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _InOrder(click.Group):
    """Lists commands in the order of an engagement, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "TECHDD"},
    epilog="Exit codes: 0 done, 1 gate not met, 2 wrong input, 3 incomplete, 4 a bug.",
)
@click.version_option(__version__, prog_name="techdd")
def main() -> None:
    """Technical due diligence from git repositories and interviews.

    `techdd audit REPO...` does everything in one go. For a real engagement go step by step: init,
    collect, interview, score, report; `status` says where you are.
    """


for command in (
    engagement.audit,
    engagement.init,
    sources.add,
    engagement.collect,
    interview.interview,
    scores.score,
    scores.contradictions,
    disclosing.disclose,
    engagement.report,
    trust.verify,
    compare.compare,
    engagement.status,
    people.people,
    simulation.simulate,
    registers.findings,
    responses.responses,
    bills.sbom,
    keeping.list_,
    handover.export,
    handover.import_,
    handover.archive,
    keeping.purge,
    registers.advisories,
    checklists.checklist,
    registers.doctor,
):
    main.add_command(command)


def run() -> None:
    """The console script: every way to fail ends in one line and a documented exit code."""
    gc.set_threshold(100_000, 50, 50)  # libraries are many objects and few circles to look for
    _outlive_readers()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us so waits for it
    warnings.showwarning = _noted
    try:
        main(prog_name="techdd", standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except TechddError as error:
        talk(f"techdd: {error}")
        sys.exit(USAGE)
    except (KeyboardInterrupt, click.Abort):
        talk("techdd: interrupted; run the same command again to go on")
        sys.exit(INTERRUPTED)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        talk(f"techdd: {place}{error.strerror or error}")
        sys.exit(USAGE)
    except Exception as error:
        log = _write_log()
        talk(f"techdd: this is a bug: {type(error).__name__}: {clean(str(error))} (details: {log})")
        sys.exit(BUG)


def _noted(message: Warning | str, *_: object, **__: object) -> None:
    """A warning as a line for the user, without the place of techdd's that it came from."""
    talk(f"Note: {clean(' '.join(str(message).split()))}")


class _Unread(io.FileIO):
    """A stream whose reader may go away: what nobody wants to read is dropped."""

    def write(self, data: ReadableBuffer, /) -> int:
        """How many bytes were written, or dropped."""
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def _outlive_readers() -> None:
    """Lets every command end as it would have where its reader has seen enough (`| head -1`).

    Ending there and then could tell a gate as met before it was looked at.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        try:
            raw = _Unread(stream.fileno(), "w", closefd=False)
        except (AttributeError, OSError):  # it is closed, or an object in memory
            continue
        new = io.TextIOWrapper(
            io.BufferedWriter(raw), stream.encoding, stream.errors, line_buffering=True
        )
        setattr(sys, name, new)


def _write_log() -> Path:
    import platform
    import tempfile

    handle, name = tempfile.mkstemp(prefix="techdd-error-", suffix=".log")
    os.close(handle)
    log = Path(name)
    log.write_text(
        f"techdd {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
        f"{traceback.format_exc()}"
    )
    return log
