"""Builds a made-up portfolio of any size, and says what is true of it.

    python sample_repos/world.py out/world --repositories 300 --commits 1000 --lines 20000

writes bare repositories to `out/world/repositories` and the answers to `out/world/world.json`: who
wrote how much of what, who moved, who left, which faults were planted where. The same wishes give
the same commit ids on every machine. Python's standard library and git only; your git configuration
has no say.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from build import environment
from world_code import SYNTAXES
from world_packages import PACKAGES, VULNERABLE, published
from world_people import BEGIN, END, MOST, Person, people, teams
from world_story import Plan, Story

FORMAT = 1
_KINDS = (
    "gateway", "engine", "console", "sync", "archive", "planner", "portal", "worker", "adapter",
    "catalogue",
)  # fmt: skip


class WorldError(Exception):
    """The wishes contradict each other, or the folder is another's."""


@dataclass(frozen=True)
class Wishes:
    """How large a portfolio is to be; commits and lines are those of each repository."""

    repositories: int = 12
    commits: int = 200
    lines: int = 3_000
    languages: tuple[str, ...] = ("python", "typescript", "go", "java")
    people: int = 16
    teams: int = 4
    seed: int = 7

    def check(self) -> None:
        """Raises WorldError for what cannot be built."""
        if strange := sorted(set(self.languages) - SYNTAXES.keys()):
            known = ", ".join(SYNTAXES)
            raise WorldError(f"no language {strange[0]!r}; there are: {known}")
        if not 1 <= self.teams <= self.people <= MOST:
            raise WorldError(f"give 1 to {MOST} people, and no more teams than people")
        if self.repositories < 1 or self.commits < 20 or self.lines < self.commits:
            raise WorldError("give a repository or more, 20 commits or more, and a line a commit")


def plans(wishes: Wishes, everybody: Sequence[Person]) -> list[Plan]:
    """What each repository is to be; which fault stands where follows from its number alone."""
    areas = teams(wishes.teams)
    made: list[Plan] = []
    for at in range(wishes.repositories):
        random = Random(f"{wishes.seed}/plan/{at}")
        team = areas[at % wishes.teams]
        language = wishes.languages[(at + at // wishes.teams) % len(wishes.languages)]
        second = wishes.languages[(at + 1) % len(wishes.languages)] if at % 3 == 0 else ""
        begun = BEGIN + timedelta(days=random.randint(3, 200))
        ended = END - timedelta(days=random.randint(1, 20))
        plan = Plan(
            f"{team}-{_KINDS[at // wishes.teams % len(_KINDS)]}-{at:03}", team, language,
            "" if second == language else second, wishes.commits, wishes.lines, begun, ended,
            dict(PACKAGES[language][1]),
        )  # fmt: skip
        _plant(plan, at, made, everybody[at % wishes.teams], wishes)
        made.append(plan)
    return made


def _plant(plan: Plan, at: int, earlier: Sequence[Plan], lead: Person, wishes: Wishes) -> None:
    ecosystem = PACKAGES[plan.language][0]
    if at % 5 == 1:
        plan.secret = f"{wishes.seed}/{plan.name}"
    capable = sum(PACKAGES[one.language][0] in VULNERABLE for one in earlier)
    if ecosystem in VULNERABLE and capable % 4 == 0:
        package, version, advisory = VULNERABLE[ecosystem]
        plan.packages[package] = version
        plan.faults.append(
            {"kind": "vulnerable-dependency", "package": package, "version": version,
             "ecosystem": ecosystem, "advisory": advisory}
        )  # fmt: skip
    plan.cycle = at % 6 == 2
    if at % 7 == 3:
        other = earlier[-1]
        for one, twin in ((plan, other), (other, plan)):
            one.shared = (f"{wishes.seed}/shared/{at}", other.language, twin.name)
    if at % 8 == 5:
        plan.owner = lead
        plan.faults.append({"kind": "single-owner", "person": lead.name})
    if at % 9 == 4:
        plan.ended = BEGIN + (END - BEGIN) * 0.4
        plan.faults.append({"kind": "abandoned-repository"})
    if at % 100 == 7:
        plan.broken = True
        plan.faults.append({"kind": "broken-repository"})
    kin = [one for one in earlier if one.language == plan.language and not one.broken]
    if at % 3 == 2 and kin:
        package = published(plan.language, kin[-1].name)
        plan.packages[package] = "1.0.0"
        plan.depends_on.append({"repository": kin[-1].name, "package": package})


def build(dest: Path, wishes: Wishes, *, workers: int = 0) -> dict[str, Any]:
    """Builds the portfolio in the folder `dest`, in place of an earlier one, and returns what
    `world.json` says. Raises WorldError.
    """
    wishes.check()
    dest = Path(dest).resolve()
    told = dest / "world.json"
    if dest.exists() and any(dest.iterdir()) and not told.exists():
        raise WorldError(f"{dest} is there already and was not built by this script")
    folder = dest / "repositories"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    told.write_text("{}\n")  # the sign that the folder is ours, should we not come to an end
    everybody = people(wishes.people, teams(wishes.teams), Random(f"{wishes.seed}/people"))
    wanted = plans(wishes, everybody)
    work = partial(build_one, folder=folder, everybody=everybody, seed=wishes.seed)
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        repositories = list(pool.map(work, wanted))
    world = {
        "format": FORMAT,
        "wishes": asdict(wishes),
        "as_of": END.date().isoformat(),
        "groups": [
            {
                "name": team,
                "team": team,
                "repositories": [one["name"] for one in repositories if one["group"] == team],
            }
            for team in teams(wishes.teams)
        ],
        "people": [_person(one, repositories) for one in everybody],
        "moves": [
            {"person": one.name, "from": before.team, "to": after.team,
             "on": after.since.date().isoformat()}
            for one in everybody
            for before, after in zip(one.stays, one.stays[1:], strict=False)
        ],
        "repositories": repositories,
    }  # fmt: skip
    told.write_text(json.dumps(world, indent=1) + "\n")
    return world


def _person(person: Person, repositories: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What is true of one person over all repositories that can be read."""
    written = [
        author
        for one in repositories
        for author in one["authors"]
        if author["name"] == person.name and not one["broken"]
    ]
    return {
        "name": person.name,
        "addresses": list(person.addresses),
        "stays": [
            {"team": one.team, "since": one.since.date().isoformat(),
             "until": one.until.date().isoformat()}
            for one in person.stays
        ],
        "left": person.left,
        "commits": sum(one["commits"] for one in written),
        "first": min((one["first"] for one in written), default=None),
        "last": max((one["last"] for one in written), default=None),
    }  # fmt: skip


def build_one(plan: Plan, folder: Path, everybody: Sequence[Person], seed: int) -> dict[str, Any]:
    """Builds one repository in `folder` and returns what is true of it."""
    target = folder / f"{plan.name}.git"
    settings = environment(folder)
    new = ["git", "init", "-q", "--bare", "--template=", "--object-format=sha1"]
    subprocess.run(
        [*new, "--initial-branch=main", str(target)], check=True, env=settings, cwd=folder
    )
    story = Story(plan, everybody, Random(f"{seed}/story/{plan.name}"))
    command = ["git", f"--git-dir={target}", "-c", "core.compression=1", "fast-import", "--quiet"]
    with subprocess.Popen(
        [*command, "--done", "--depth=0"], stdin=subprocess.PIPE, env=settings, cwd=folder
    ) as importing:
        assert importing.stdin
        for piece in story.stream():
            importing.stdin.write(piece)
    if importing.returncode:
        raise subprocess.CalledProcessError(importing.returncode, command)
    head = subprocess.run(
        ["git", f"--git-dir={target}", "rev-parse", "refs/heads/main"],
        check=True, env=settings, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip
    if plan.broken:
        for lost in (target / "objects").iterdir():
            shutil.rmtree(lost)
    return {"name": plan.name, "path": str(target), "head": head, **story.told()}


def main() -> int:
    """Builds what the command line asks for and says where."""
    words = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual = Wishes()
    words.add_argument("dest", type=Path, metavar="DIR")
    for name in ("repositories", "commits", "lines", "people", "teams", "seed"):
        words.add_argument(f"--{name}", type=int, default=getattr(usual, name), metavar="N")
    words.add_argument("--languages", default=",".join(usual.languages), metavar="A,B")
    given = vars(words.parse_args())
    dest, languages = given.pop("dest"), given.pop("languages")
    try:
        wishes = Wishes(languages=tuple(languages.split(",")), **given)
        world = build(dest, wishes)
    except (WorldError, OSError, subprocess.CalledProcessError) as error:
        print(f"world.py: {error}", file=sys.stderr)
        return 2 if isinstance(error, WorldError) else 1
    planted = Counter(f["kind"] for one in world["repositories"] for f in one["faults"])
    print(f"{dest / 'world.json'}: {wishes.repositories} repositories")
    for kind, number in sorted(planted.items()):
        print(f"  {number:>4} {kind}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
