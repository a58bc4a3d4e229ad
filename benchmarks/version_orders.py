"""Compares the version orders with published tables of comparisons.

    python benchmarks/version_orders.py FOLDER

FOLDER holds files such as `maven-versions.txt` with lines such as `1.0-alpha-1 < 1.0`, as in
`semantic/testdata` of github.com/google/osv-scalibr, most of which were made by the ecosystem's
own tool. What is refused as no version is counted apart: it would be a recorded gap, not a wrong
answer.
"""

from __future__ import annotations

import operator
import re
import sys
from collections import Counter
from pathlib import Path

from techdd.advisories.versions import VersionError, parse

ECOSYSTEMS = {
    "maven": "Maven",
    "nuget": "NuGet",
    "packagist": "Packagist",
    "pub": "Pub",
    "pypi": "PyPI",
    "rubygems": "RubyGems",
    "semver": "npm",
}
SAID = {"<": operator.lt, ">": operator.gt, "=": operator.eq}


def main() -> None:
    """Prints how many lines of each file hold, and those that do not."""
    for path in sorted(Path(sys.argv[1]).glob("*-versions*.txt")):
        ecosystem = ECOSYSTEMS.get(path.name.partition("-")[0])
        if ecosystem is None:
            continue
        ends: Counter[str] = Counter()
        for line in path.read_text().splitlines():
            if not (stated := re.fullmatch(r"\s*(\S+)\s+([<>=])\s+(\S+)\s*", line)):
                continue
            one, sign, other = stated.groups()
            try:
                holds = SAID[sign](parse(ecosystem, one), parse(ecosystem, other))
            except VersionError:
                ends["refused"] += 1
                continue
            ends["right" if holds else "wrong"] += 1
            if not holds:
                print(f"  {ecosystem}: not {line.strip()}")
        print(f"{path.name}: {dict(ends)}")


if __name__ == "__main__":
    main()
