"""The proof of deletion: what is gone, when, and what no program can promise."""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import TYPE_CHECKING

from techdd.text import clean

if TYPE_CHECKING:
    from techdd.engagements.purging import Purge

_WIDTH = 96
_NOT_PROMISED = (
    "The files were unlinked, not overwritten. On solid state disks, on file systems that copy on "
    "write or keep a journal, and in snapshots and backups, their content may still be there; "
    "whether and how long is for whoever runs these to say. The encryption of the whole disk, and "
    "the destruction of its key, is what protects there.",
    "Not covered is what left the folder before: reports that were written or sent elsewhere, "
    "exports and archives, questionnaires and response sheets, what was printed, and copies that "
    "somebody else made.",
    "On this machine techdd keeps nothing of an engagement outside of its folder but its path in "
    "the list of engagements, which was taken out; copies of source that a run held in memory "
    "(/dev/shm) and left there when it was killed were removed. Logs of bugs (techdd-error-*.log) "
    "lie in the folder of temporary files and are to be looked through there.",
    "Workers of a cluster remove what they have at the end of each run, unless they were told to "
    "keep it (--cluster-keep) or were gone by then: there it lies in TECHDD_WORKER_FOLDER, in the "
    "folder that is called by the number of the engagement.",
)


def text(what: Purge, ended: datetime | None) -> str:
    """The certificate; with `ended` None it says that the deletion was begun only."""
    title = "PROOF OF DELETION" if ended else "DELETION NOT FINISHED: begun, and to be gone on with"
    lines = [
        title,
        "",
        f"Client            {clean(what.client)}",
        f"Engagement        {what.engagement}",
        f"Deleted by        {clean(what.by) or 'not stated'}",
        f"Program           {what.tool}",
        f"Begun             {what.begun:%Y-%m-%d %H:%M:%S} UTC",
        f"Finished          {f'{ended:%Y-%m-%d %H:%M:%S} UTC' if ended else 'not yet'}",
        f"To be kept until  {what.retain_until or 'not stated'}",
        f"Evidence chain    {what.chain or 'none'}  (SHA-256 of its last line)",
        f"Answers           {what.journal or 'none'}  (SHA-256 of the last line)",
        f"Audits kept       {', '.join(what.audits) or 'none'}",
        "",
        "What was deleted" if ended else "What is to be deleted",
        "",
        f"{'part':24}{'files':>9}{'links':>7}{'bytes':>18}",
    ]
    lines += [
        f"{clean(one.name)[:23]:24}{one.files:>9,}{one.links:>7,}{one.bytes:>18,}"
        for one in what.parts
    ]
    lines += [
        f"{'together':24}{sum(one.files for one in what.parts):>9,}"
        f"{sum(one.links for one in what.parts):>7,}{sum(one.bytes for one in what.parts):>18,}",
        "",
        f"Clones of repositories among them: {what.clones}",
        f"Audited folders of the client's elsewhere, which are not touched: {what.elsewhere}",
        "",
        "What this does not say",
        "",
    ]
    for one in _NOT_PROMISED:
        lines += [*textwrap.wrap(one, _WIDTH), ""]
    lines += ["SHA-256 of the files, by part; .cache can be made again and has counts only", ""]
    lines += [f"{digest}  {clean(one.name)}" for one in what.parts for digest in one.digests]
    return "\n".join(lines) + "\n"
