"""The history of one made-up repository as `git fast-import` reads it, and what is true of it."""

from __future__ import annotations

import string
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from build import invented
from world_code import FULL, HOUSE, SYNTAXES, Source, file_name
from world_packages import manifests, patched, published
from world_people import BOT, Person

COMPONENTS = ("core", "store", "pricing", "routing", "intake", "jobs", "notices")
SECRET_FILE = "deploy/settings.yaml"
# Shares of the commits.
BUMPS, MERGES, CHANGES, SECOND_CHANGES, TESTS, FIXES, NUMBERED = (
    0.03,
    0.1,
    0.6,
    0.15,
    0.3,
    0.25,
    0.4,
)
IMPORTS, SECOND_LANGUAGE = 0.5, 0.15  # shares of the new files
# When in the history something is planted, as a share of it.
SHARED_AT, SECRET_IN, CYCLE_AT, SECRET_OUT = 0.2, 0.3, 0.5, 0.6
Changes = dict[str, str | None]  # path -> content, None where it is deleted
Touched = dict[int, Source]  # files that a commit changes
Planting = Callable[[Changes, Touched], str]
CI = """\
name: ci
on: [push]
jobs:
  check:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: ./scripts/test
"""


@dataclass
class Plan:
    """What one repository is to be."""

    name: str
    team: str
    language: str
    second: str  # language of some of its files; "" = none
    commits: int
    lines: int
    begun: datetime
    ended: datetime
    packages: dict[str, str]
    owner: Person | None = None  # who writes all of it
    secret: str = ""  # what the leaked values are made of
    cycle: bool = False
    shared: tuple[str, str, str] | None = None  # seed and language of a file, the other repository
    broken: bool = False
    depends_on: list[dict[str, str]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Share:
    """What one author did here."""

    commits: int = 0
    first: str = ""
    last: str = ""


class Story:
    """Tells the commits of a plan one after the other."""

    def __init__(self, plan: Plan, everybody: Sequence[Person], random: Random) -> None:
        self.plan, self.random = plan, random
        self.stays = [
            (person, stay)
            for person in everybody
            for stay in person.stays
            if stay.team == plan.team
        ]
        random.shuffle(self.stays)
        number = min(len(COMPONENTS), 2 + plan.lines // 4_000)
        self.components = random.sample(COMPONENTS, number)
        self.packages = dict(plan.packages)
        self.sources: list[Source] = []
        self.tests: dict[int, Source] = {}  # by the index of what they test
        self.open: Source | None = None  # the file that grows
        self.lines = 0
        self.files: dict[str, int] = {}  # path -> lines, as of now
        self.shares: dict[str, Share] = defaultdict(Share)
        self.faults = list(plan.faults)
        self.merges = self.mark = 0
        planted: list[tuple[float, Planting, bool]] = [
            (SHARED_AT, self._share, bool(plan.shared)),
            (SECRET_IN, self._leak, bool(plan.secret)),
            (CYCLE_AT, self._tie, plan.cycle),
            (SECRET_OUT, self._hide, bool(plan.secret)),
        ]
        self.due = [(share, plant) for share, plant, wanted in planted if wanted]
        self.tags: list[str] = []

    def stream(self) -> Iterator[bytes]:
        """The whole history for `git fast-import --done`."""
        plan, random = self.plan, self.random
        times = _times(random, plan.begun, plan.ended, plan.commits)
        tip = 0  # of the main line
        aside: dict[str, int] = {}  # path -> blob of what stands on a branch only
        branch = left = 0  # its tip, and how many of its commits are still to come
        for number, at in enumerate(times):
            author = self._author(at)
            if branch and not left:
                self.merges += 1
                subject = f"Merge pull request #{number} from {HOUSE}/topic-{number}"
                yield from self._commit(author, at, subject, aside, (tip, branch))
                tip, branch, aside = self.mark, 0, {}
                continue
            if not branch and 0 < number < plan.commits - 4 and random.random() < MERGES:
                left = random.randint(1, 3)
            bump = number and not left and not branch and not plan.owner and random.random() < BUMPS
            changed, subject = self._bump() if bump else self._work(number)
            blobs: dict[str, int] = {}
            for path, text in changed.items():
                self._note(path, text)
                if text is None:
                    blobs[path] = 0
                    continue
                content = text.encode()
                self.mark += 1
                blobs[path] = self.mark
                yield b"blob\nmark :%d\ndata %d\n%s\n" % (self.mark, len(content), content)
            yield from self._commit(None if bump else author, at, subject, blobs, (branch or tip,))
            if left:
                left -= 1
                branch = self.mark
                aside |= blobs
            else:
                tip = self.mark
            if not branch and number and number % max(plan.commits // 10, 10) == 0:
                self.tags.append(f"v1.{len(self.tags)}.0")
                yield f"reset refs/tags/{self.tags[-1]}\nfrom :{tip}\n\n".encode()
        yield b"done\n"

    def told(self) -> dict[str, Any]:
        """What is true of the repository after its last commit."""
        plan, total = self.plan, self.plan.commits
        languages: dict[str, dict[str, int]] = {}
        written = {one.suffix: one.name for one in SYNTAXES.values()}
        for path, lines in sorted(self.files.items()):
            if language := written.get(Path(path).suffix):
                counted = languages.setdefault(language, {"files": 0, "lines": 0})
                counted["files"] += 1
                counted["lines"] += lines
        shares = sorted(self.shares.items(), key=lambda one: (-one[1].commits, one[0]))
        last = max(share.last for share in self.shares.values())
        return {
            "group": plan.team,
            "team": plan.team,
            "package": published(plan.language, plan.name),
            "depends_on": plan.depends_on,
            "packages": self.packages,
            "commits": total,
            "merges": self.merges,
            "tags": len(self.tags),
            "first_commit": min(share.first for share in self.shares.values()),
            "last_commit": last,
            "authors": [
                {"name": name, "commits": one.commits, "share": round(one.commits / total, 6),
                 "first": one.first, "last": one.last, "bot": name == BOT[0]}
                for name, one in shares
            ],
            "files": len(self.files),
            "languages": languages,
            "components": self.components,
            "faults": self.faults,
            "broken": plan.broken,
        }  # fmt: skip

    def _commit(
        self, author: Person | None, at: datetime, subject: str, blobs: dict[str, int],
        parents: tuple[int, ...],
    ) -> Iterator[bytes]:  # fmt: skip
        name, address = (author.name, author.address(at)) if author else BOT
        share, day = self.shares[name], at.date().isoformat()
        share.commits += 1
        share.first, share.last = share.first or day, day
        who = f"{name} <{address}> {int(at.timestamp())} {author.zone if author else '+0000'}"
        self.mark += 1
        message = subject.encode()
        lines = [
            "commit refs/heads/main", f"mark :{self.mark}", f"author {who}", f"committer {who}",
            f"data {len(message)}", subject,
        ]  # fmt: skip
        words = ("from", "merge")
        lines += [
            f"{word} :{parent}" for word, parent in zip(words, parents, strict=False) if parent
        ]
        lines += [
            f"M 100644 :{blob} {path}" if blob else f"D {path}" for path, blob in blobs.items()
        ]
        yield ("\n".join(lines) + "\n\n").encode()

    def _author(self, at: datetime) -> Person:
        """Somebody who is in the team at that time, the first of `stays` most of all."""
        if self.plan.owner:
            return self.plan.owner
        there = [person for person, stay in self.stays if stay.since <= at < stay.until]
        weights = [1 / (1 + rank) for rank in range(len(there))]
        return self.random.choices(there, weights)[0]

    def _note(self, path: str, text: str | None) -> None:
        self.lines -= self.files.pop(path, 0)
        if text is not None:
            self.files[path] = text.count("\n")
            self.lines += self.files[path]

    def _bump(self) -> tuple[Changes, str]:
        """A bot raises the version of a package, none of those that a fault is about."""
        vulnerable = {one.get("package") for one in self.faults}
        own = {one["package"] for one in self.plan.depends_on}
        package = self.random.choice(sorted(self.packages.keys() - vulnerable - own))
        before = self.packages[package]
        self.packages[package] = patched(before)
        subject = f"Bump {package} from {before} to {self.packages[package]}"
        return dict(manifests(self.plan.language, self.plan.name, self.packages)), subject

    def _work(self, number: int) -> tuple[Changes, str]:
        """What a person changes: path -> content, None where it is deleted; and the subject."""
        random, plan = self.random, self.plan
        changed: Changes = {}
        touched: Touched = {}
        subject = ""
        if number == 0:
            changed |= {"README.md": f"# {plan.name}\n\nPart of {plan.team}.\n"}
            changed |= {".github/workflows/ci.yml": CI}
            changed |= manifests(plan.language, plan.name, self.packages)
        planted = self._plant(number, changed, touched)
        wanted = plan.lines * (number + 1) // plan.commits - self.lines
        while wanted > 0:
            source = self._growing()
            before = source.lines
            source.grow(random)
            touched[id(source)] = source
            wanted -= source.lines - before
            subject = f"Add {source.names[-1]}"
        for share in (CHANGES, SECOND_CHANGES):
            if self.sources and random.random() < share:
                source = random.choice(self.sources)
                source.change(random)
                touched[id(source)] = source
        if self.sources and random.random() < TESTS:
            at = random.randrange(len(self.sources))
            tested = self.sources[at]
            if at not in self.tests:
                self.tests[at] = Source(
                    tested.syntax, plan.name, tested.component, tested.file, tested=tested
                )
            self.tests[at].grow(random)
            touched[id(self.tests[at])] = self.tests[at]
        if not touched and not changed:
            source = self._growing()
            source.grow(random)
            touched[id(source)] = source
        changed |= {source.path: source.text() for source in touched.values()}
        if not subject or random.random() < FIXES:
            subject = f"Fix {next(iter(touched.values())).names[-1]}" if touched else "Fix settings"
        if random.random() < NUMBERED:
            subject += f" (#{number + 1})"
        return changed, planted or subject

    def _growing(self) -> Source:
        """The file that functions are added to; a new one where it is full."""
        if self.open is None or self.open.lines > FULL:
            random, plan = self.random, self.plan
            other = plan.second and random.random() < SECOND_LANGUAGE
            layer = random.randrange(len(self.components))
            self.open = self._new(layer, plan.second if other else plan.language)
            below = [
                one
                for one in self.sources[:-1]
                if one.syntax is self.open.syntax and one.component in self.components[:layer]
            ]
            if below and random.random() < IMPORTS:
                self.open.uses.append(random.choice(below))
        return self.open

    def _new(self, layer: int, language: str) -> Source:
        component, name = self.components[layer], file_name(self.random, len(self.sources))
        source = Source(SYNTAXES[language], self.plan.name, component, name)
        self.sources.append(source)
        return source

    def _plant(self, number: int, changed: Changes, touched: Touched) -> str:
        """Plants what is due; returns the subject of the commit, "" where nothing is."""
        if not self.due or number < self.due[0][0] * self.plan.commits:
            return ""
        _, plant = self.due.pop(0)
        return plant(changed, touched)

    def _leak(self, changed: Changes, _touched: Touched) -> str:
        changed[SECRET_FILE] = _leaked(self.plan.secret)
        self.faults.append({"kind": "secret-in-history", "path": SECRET_FILE})
        return "Settings of the deployment"

    def _hide(self, changed: Changes, _touched: Touched) -> str:
        changed[SECRET_FILE] = None
        return "Settings come from the environment"

    def _share(self, changed: Changes, _touched: Touched) -> str:
        assert self.plan.shared
        seed, language, twin = self.plan.shared
        same = Random(seed)  # in both repositories
        source = Source(SYNTAXES[language], "shared", "shared", "codec")
        while source.lines < FULL:
            source.grow(same)
        path = f"shared/codec{source.syntax.suffix}"
        changed[path] = source.text()
        self.faults.append({"kind": "duplicated-file", "path": path, "repository": twin})
        return "Take over the codec"

    def _tie(self, _changed: Changes, touched: Touched) -> str:
        low, high = (self._new(layer, self.plan.language) for layer in (0, 1))
        for source in (low, high):
            source.grow(self.random)
            touched[id(source)] = source
        low.uses.append(high)
        high.uses.append(low)
        self.faults.append(
            {"kind": "import-cycle", "components": [low.component, high.component],
             "paths": [low.path, high.path]}
        )  # fmt: skip
        return "Both sides of the ledger know each other"


def _leaked(seed: str) -> str:
    """A file with a pair of keys of the right form that open nothing."""
    upper, mixed = string.ascii_uppercase + "234567", string.ascii_letters + string.digits + "+/"
    return (
        f"region: eu-central-1\naws_access_key_id: AK{'IA'}{invented(f'{seed}/id', 16, upper)}\n"
        f"aws_secret_access_key: {invented(f'{seed}/secret', 40, mixed)}\n"
    )


def _times(random: Random, begun: datetime, ended: datetime, number: int) -> list[datetime]:
    """So many different times in working hours, ascending; the last one on the last day or so."""
    days = (ended - begun).days
    offsets = [0, days, *(random.randint(0, days) for _ in range(number - 2))]
    found = []
    for offset in sorted(offsets):
        day = begun.replace(hour=8, minute=0, second=0) + timedelta(days=offset)
        day -= timedelta(days=max(day.weekday() - 4, 0))  # what falls on a weekend is Friday's
        found.append(day + timedelta(seconds=random.randint(0, 9 * 3600)))
    found.sort()
    for before in range(number - 1):
        found[before + 1] = max(found[before + 1], found[before] + timedelta(seconds=1))
    return found
