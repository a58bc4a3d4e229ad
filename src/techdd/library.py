"""The checklists, profiles and frameworks of an engagement, and the wording it was asked with.

A checklist is the engagement's own (`checklists/<id>.yaml`) or one that ships. With its first
answer it is copied to `asked/<id>.yaml`, which is what counts from then on: an answer is held
against the question that was asked, until the engagement is moved to a newer version on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

from techdd import files
from techdd.checklists import Checklist, Framework, Item, Profile
from techdd.documents import Document, load
from techdd.errors import DocumentError


class Change(NamedTuple):
    """One difference between two versions of a checklist; `reworded` asks for another answer."""

    item: str  # "" where it concerns the checklist as a whole
    kind: Literal["added", "removed", "reworded", "changed"]
    what: str  # in words
    before: str = ""
    after: str = ""


class Selection(NamedTuple):
    """What a profile makes of the checklists: which questions it asks, and what weighs more."""

    title: str
    about: str
    asked: int
    of: int
    left_out: tuple[tuple[str, int, int], ...]  # title of a checklist, items left out, all items
    weights: tuple[tuple[str, float], ...]  # title of a checklist, factor
    weighed: int  # questions that weigh more or less than they do without the profile


@dataclass(frozen=True)
class Library:
    """Where an engagement's questions come from. `shipped` is the tool's folder of checklists."""

    root: Path
    shipped: Path
    wanted: tuple[str, ...] = ()  # ids of checklists; empty = all
    profile_id: str | None = None

    @cached_property
    def checklists(self) -> tuple[Checklist, ...]:
        """What is asked, in report order, as the profile weighs it. Raises DocumentError."""
        profile = self.profile
        asked = [profile.of(one) if profile else one for one in self._wanted]
        return tuple(filter(None, asked))

    @property
    def selection(self) -> Selection | None:
        """What the engagement's profile asks and how it weighs, as the report tells it."""
        profile = self.profile
        if profile is None:
            return None
        left_out, weights = [], []
        asked = weighed = 0
        for one in self._wanted:
            chosen = profile.of(one)
            items = {item.id: item for item in chosen.items} if chosen else {}
            asked += len(items)
            weighed += sum(item.id in items and items[item.id] != item for item in one.items)
            if missing := len(one.items) - len(items):
                left_out.append((one.title, missing, len(one.items)))
            if chosen and chosen.weight != one.weight:
                weights.append((one.title, round(chosen.weight / one.weight, 2)))
        return Selection(
            profile.title,
            " ".join(profile.about.split()),
            asked,
            sum(len(one.items) for one in self._wanted),
            tuple(left_out),
            tuple(weights),
            weighed,
        )

    @cached_property
    def _wanted(self) -> tuple[Checklist, ...]:
        """The engagement's checklists with all their items, in report order."""
        files = self._files()
        for missing in (name for name in self.wanted if name not in files):
            raise DocumentError(
                f"no checklist {missing!r}; there are: {', '.join(sorted(files))}",
                self.root / "engagement.yaml",
            )
        wanted = {
            one.id: one
            for one in _loaded((files[name] for name in self.wanted or files), Checklist)
        }
        _refuse_shared_ids(wanted)
        self._as_asked.update((name, files[name].read_bytes()) for name in wanted)
        return tuple(sorted(wanted.values(), key=lambda one: (one.order, one.id)))

    @cached_property
    def profile(self) -> Profile | None:
        """The engagement's profile. Raises DocumentError where there is none of that name."""
        if self.profile_id is None:
            return None
        for one in self.profiles:
            if one.id == self.profile_id:
                return one
        known = ", ".join(one.id for one in self.profiles)
        raise DocumentError(
            f"no profile {self.profile_id!r}; there are: {known}", self.root / "engagement.yaml"
        )

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """All profiles, in their order; the engagement's own in `checklists/profiles/` first."""
        found = {one.id: one for one in _loaded(self._both("profiles"), Profile)}
        return tuple(sorted(found.values(), key=lambda one: (one.order, one.id)))

    @cached_property
    def frameworks(self) -> tuple[Framework, ...]:
        """All frameworks whose controls items may name, by id."""
        found = {one.id: one for one in _loaded(self._both("frameworks"), Framework)}
        return tuple(found[name] for name in sorted(found))

    @cached_property
    def _as_asked(self) -> dict[str, bytes]:
        """Checklist -> its file as it was read, whatever happens to that file meanwhile."""
        return {}

    def pin(self, checklist: str) -> None:
        """Keeps the wording of a checklist, on its first answer. Raises TechddError."""
        kept = self._asked(checklist)
        if kept.exists():
            return
        _ = self._wanted
        files.write(kept, self._as_asked[checklist])

    def newer(self) -> dict[str, tuple[Checklist, Checklist]]:
        """Checklist -> (as it was asked, as it is now), of those that differ."""
        current = {one.id: one for one in _loaded(self._files(asked=False).values(), Checklist)}
        kept = {
            one.id: one for one in _loaded(sorted((self.root / "asked").glob("*.yaml")), Checklist)
        }
        return {
            name: (kept[name], current[name])
            for name in sorted(kept.keys() & current.keys())
            if kept[name] != current[name]
        }

    def move(self, checklist: str) -> None:
        """Takes the newest version of a checklist for this engagement. Answers stay as they are."""
        files.write(self._asked(checklist), self._files(asked=False)[checklist].read_bytes())

    def _asked(self, checklist: str) -> Path:
        return self.root / "asked" / f"{checklist}.yaml"

    def _files(self, *, asked: bool = True) -> dict[str, Path]:
        """Checklist -> the file that counts."""
        folders = [
            self.shipped,
            self.root / "checklists",
            *([self.root / "asked"] if asked else ()),
        ]
        return {path.stem: path for one in folders for path in sorted(one.glob("*.yaml"))}

    def _both(self, folder: str) -> list[Path]:
        """The YAML files of a folder: those that ship, then the engagement's own."""
        folders = (self.shipped / folder, self.root / "checklists" / folder)
        return [path for one in folders for path in sorted(one.glob("*.yaml"))]


def _loaded(paths: Any, kind: type[Document]) -> Iterator[Document]:
    for path in paths:
        document = load(path, kind)
        if (named := getattr(document, "id", path.stem)) != path.stem:
            raise DocumentError(
                f"id: is {named!r}, and the file is called {path.name!r}; make them agree", path
            )
        yield document


def _refuse_shared_ids(checklists: Mapping[str, Checklist]) -> None:
    owner: dict[str, str] = {}
    for name, one in sorted(checklists.items()):
        for item in one.items:
            if owner.setdefault(item.id, name) != name:
                raise DocumentError(
                    f"item {item.id!r} is in the checklist {owner[item.id]!r} too", f"{name}.yaml"
                )


# --- what changed between two versions ------------------------------------------------------------

_PLAIN = ("why", "importance", "weight", "follow_ups", "documents", "controls", "evidence")


def changes(before: Checklist, after: Checklist) -> list[Change]:
    """The differences, those of the whole first, then item by item."""
    found = [
        Change("", "changed", name, str(getattr(before, name)), str(getattr(after, name)))
        for name in ("title", "version", "order", "weight", "about")
        if getattr(before, name) != getattr(after, name)
    ]
    old, new = ({item.id: item for item in one.items} for one in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            found.append(Change(name, "removed", "no longer asked", before=old[name].ask))
        elif name not in old:
            found.append(Change(name, "added", "asked from now on", after=new[name].ask))
        else:
            found += _of_item(old[name], new[name])
    return found


def _of_item(before: Item, after: Item) -> Iterator[Change]:
    if before.ask != after.ask:
        yield Change(before.id, "reworded", "the question", before.ask, after.ask)
    for level, (old, new) in enumerate(zip(before.levels, after.levels, strict=True)):
        if old != new:
            yield Change(before.id, "reworded", f"level {level}", old, new)
    if before.figures != after.figures:
        old_keys, new_keys = (", ".join(f.key for f in one.figures) for one in (before, after))
        yield Change(before.id, "reworded", "the figures", old_keys, new_keys)
    for name in _PLAIN:
        if getattr(before, name) != getattr(after, name):
            yield Change(
                before.id,
                "changed",
                name,
                *map(_shown, (getattr(before, name), getattr(after, name))),
            )


def _shown(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(getattr(one, "metric", None) or str(one) for one in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{key} {', '.join(numbers)}" for key, numbers in sorted(value.items()))
    return str(value)
