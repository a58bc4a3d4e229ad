"""Serves the small engagement in `argv[1]` on port `argv[2]`; prints what the command would."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # Python may have been told to be safe without it

from small_engagement import METRICS, opened

from techdd.interviews.web.server import Place, Site, alone

if __name__ == "__main__":
    workspace = opened(Path(sys.argv[1]), sys.argv[3])
    with alone(workspace):
        site = Site(workspace, Place(port=int(sys.argv[2])))
        for person, link in site.invite():
            print(f"{person.person}\t{link}", flush=True)
        print("ready", flush=True)
        site.serve(METRICS, lambda _: None)
