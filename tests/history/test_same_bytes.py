"""A history is stored as the same bytes, however many gits had read it."""

from __future__ import annotations

from pathlib import Path

from builders import A, build

from techdd.facts import Parts
from techdd.files import digest
from techdd.history.reader import SHARES
from techdd.history.tables import history_facts
from techdd.intake import open_repository


def test_the_number_of_readers_makes_no_difference(tmp_path: Path) -> None:
    commits = [A({f"f{n % 7}": f"{n}\n"}) for n in range(3 * SHARES[0])]
    build(tmp_path / "a.git", commits)
    stored = []
    for cores in (1, 2, 3):
        repository = open_repository("a", tmp_path / "a.git", tmp_path / f"{cores}" / "overlay.git")
        parts = [one for one in history_facts(repository, cores) if isinstance(one, Parts)]
        stored.append([[digest(path) for path in one.paths] for one in parts])
    assert len(stored[0]) > 3
    assert stored[0] == stored[1] == stored[2]
