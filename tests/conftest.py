"""Makes the builders importable from every test, whichever folder it stands in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

os.environ["TECHDD_INDEX"] = "off"  # the list of engagements of whoever runs the tests is theirs
