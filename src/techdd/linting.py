"""Mistakes in checklists, profiles and frameworks that their schema alone cannot see."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from techdd.checklists import Checklist, EvidenceRule, Framework, Item, Profile
from techdd.collectors import Probe
from techdd.documents import did_you_mean, load, position, read_yaml, validated
from techdd.errors import DocumentError, TechddError
from techdd.facts import Fact, frame
from techdd.folders import data
from techdd.model import Metric
from techdd.plugins import discover
from techdd.policy import Engagement
from techdd.remediation import Basis, DebtPolicy, Rate, Remediation

# By folder; every other holds checklists.
KINDS: dict[str, type[Profile] | type[Framework]] = {"profiles": Profile, "frameworks": Framework}


class Mistake(NamedTuple):
    """Something to put right; one that is not `grave` is a matter of style or of taste."""

    where: str  # file:line:column
    what: str
    grave: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {'' if self.grave else 'warning: '}{self.what}"


class _File(NamedTuple):
    path: Path
    tree: Any  # as it was read, with the places of its keys
    document: Checklist | Profile | Framework


class _Told(NamedTuple):
    """A mistake at a place within a document."""

    at: tuple[str | int, ...]
    what: str
    grave: bool = True


def files(paths: Iterable[Path]) -> list[Path]:
    """The files of `paths`; of a folder its checklists, profiles and frameworks, of an engagement
    those of its own, if there are any. Raises TechddError where another path holds none.
    """
    found: dict[Path, None] = {}
    for path in paths:
        is_engagement = (path / "engagement.yaml").is_file()
        folder = path / "checklists" if is_engagement else path
        inside = _of_folder(folder) if path.is_dir() else [path]
        if not inside and not is_engagement:
            raise TechddError("holds no checklist (*.yaml)", folder)
        found.update(dict.fromkeys(inside))
    return list(found)


def _of_folder(folder: Path) -> list[Path]:
    return [path for one in ("", *KINDS) for path in sorted((folder / one).glob("*.yaml"))]


def lint(paths: Sequence[Path]) -> list[Mistake]:
    """All mistakes in `paths`, held against what ships and what lies beside them."""
    mistakes, read = [], []
    for path in paths:
        try:
            tree = read_yaml(path)
            read.append(_File(path, tree, validated(tree, path, _kind(path))))
        except DocumentError as error:
            mistakes.append(Mistake(error.where, error.message))
    known = _known(read)
    for one in read:
        for told in _of(one, known):
            line, column = position(one.tree, told.at)
            mistakes.append(Mistake(f"{one.path}:{line}:{column}", told.what, told.grave))
    return mistakes


def _kind(path: Path) -> type[Checklist] | type[Profile] | type[Framework]:
    return KINDS.get(path.resolve().parent.name, Checklist)


# --- what documents may refer to ------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    checklists: dict[str, Checklist]
    owners: dict[str, list[str]]  # item -> checklists that have it
    controls: dict[str, list[str]]  # framework -> numbers


def _known(read: Sequence[_File]) -> _Known:
    """What ships, then what lies beside the files that were read, then these themselves."""
    documents: dict[tuple[type, str], Checklist | Profile | Framework] = {}
    beside = {_base(one.path): None for one in read}
    for path in (path for folder in (data("checklists"), *beside) for path in _of_folder(folder)):
        with suppress(DocumentError):  # a neighbour is not what was asked about
            documents[_kind(path), path.stem] = _loaded(path, path.stat().st_mtime_ns)
    documents |= {(type(one.document), one.path.stem): one.document for one in read}
    checklists = {name: one for (_, name), one in documents.items() if isinstance(one, Checklist)}
    owners = defaultdict(list)
    for name, checklist in checklists.items():
        for item in checklist.items:
            owners[item.id].append(name)
    controls = {
        one.id: [control.number for control in one.controls]
        for one in documents.values()
        if isinstance(one, Framework)
    }
    return _Known(checklists, owners, controls)


@cache
def _loaded(path: Path, _changed: int) -> Checklist | Profile | Framework:
    return load(path, _kind(path))


def _base(path: Path) -> Path:
    parent = path.resolve().parent
    return parent.parent if parent.name in KINDS else parent


@cache
def known_metrics() -> tuple[frozenset[str], frozenset[str]]:
    """(metrics that the installed probes answer with, probes of which it cannot be told).

    Every probe is asked about an engagement without any facts, in which it names what it misses.
    """
    found, silent = set(), set()
    for name, probe in discover("techdd.collectors", Probe).items():
        tables = [_table(fact) for fact in (*probe.needs, *probe.helps)]
        try:
            answers = list(probe.run(date(2026, 1, 1), *tables))
        except Exception:  # a plug-in that needs facts in order to answer
            silent.add(name)
        else:
            found |= {one.name for one in answers if isinstance(one, Metric)}
    return frozenset(found), frozenset(silent)


def _table(fact: Fact) -> Any:
    if fact in (Remediation, Basis):
        debt = load(data("checklists") / "policy" / "debt.yaml", DebtPolicy)
        nobody = Engagement(client="none")
        rows: Any = (
            debt.remediations(nobody)
            if fact is Remediation
            else [debt.basis(Rate(0, 0, "", given=False))]
        )
        return frame(fact, rows)
    return frame(fact, []).assign(repo="")


# --- what is wrong --------------------------------------------------------------------------------


def _of(one: _File, known: _Known) -> Iterator[_Told]:
    document = one.document
    if document.id != one.path.stem:
        yield _Told(
            ("id",),
            f"id: is {document.id!r}, and the file is called {one.path.name!r}; make them agree",
        )
    if isinstance(document, Checklist):
        for number, item in enumerate(document.items):
            for told in _of_item(item, one.path.stem, known):
                yield told._replace(at=("items", number, *told.at))
    elif isinstance(document, Profile):
        yield from _of_profile(document, known)
    else:
        yield from _of_framework(document)


def _of_item(item: Item, checklist: str, known: _Known) -> Iterator[_Told]:
    for other in (name for name in known.owners[item.id] if name != checklist):
        yield _Told(("id",), f"item {item.id!r} is in the checklist {other!r} too; renumber it")
    told: dict[str, int] = {}
    for level, text in enumerate(item.levels):
        words = " ".join(text.split()).casefold()
        if words in told:
            yield _Told(
                ("levels", level), f"{item.id}: level {level} reads as level {told[words]} does"
            )
        told.setdefault(words, level)
    for name, texts in (("levels", item.levels), ("follow_ups", item.follow_ups)):
        for number, text in enumerate(texts):
            if what := _unlike(text, "?" if name == "follow_ups" else ".?!\"'"):
                yield _Told((name, number), f"{item.id}: {what}", grave=False)
    for number, rule in enumerate(item.evidence):
        for found in _of_rule(rule):
            yield found._replace(
                at=("evidence", number, *found.at), what=f"{item.id}: {found.what}"
            )
    for name, numbers in item.controls.items():
        yield from _of_controls(item.id, name, numbers, known)


def _unlike(text: str, ends: str) -> str:
    """What keeps `text` from being a sentence that ends in one of `ends`."""
    shown = text if len(text) <= 40 else f"{text[:37]}..."
    if not text.strip():
        return "an empty text"
    if text.strip()[-1] not in ends:
        kind = "question (it should end with '?')" if ends == "?" else "whole sentence"
        return f"{shown!r} is no {kind}"
    return ""


def _of_rule(rule: EvidenceRule) -> Iterator[_Told]:
    metrics, silent = known_metrics()
    if rule.metric not in metrics and rule.metric.partition(".")[0] not in silent:
        hint = did_you_mean(rule.metric, sorted(metrics))
        yield _Told(("metric",), f"no installed probe answers with {rule.metric!r}{hint}")


def _of_controls(
    item: str, framework: str, numbers: Sequence[str], known: _Known
) -> Iterator[_Told]:
    at = ("controls", framework)
    if framework not in known.controls:
        hint = did_you_mean(framework, sorted(known.controls))
        yield _Told(at, f"{item}: no framework {framework!r}{hint}")
        return
    there = known.controls[framework]
    for number in numbers:
        if number not in there:
            hint = did_you_mean(number, there)
            yield _Told(at, f"{item}: {framework} has no control {number!r}{hint}")


def _of_profile(profile: Profile, known: _Known) -> Iterator[_Told]:
    for name in profile.domains:
        if name not in known.checklists:
            what = f"no checklist {name!r}{did_you_mean(name, sorted(known.checklists))}"
            yield _Told(("domains", name), what, grave=False)
    for key in ("items", "importance"):
        for item in getattr(profile, key):
            owners = known.owners.get(item)
            if not owners:
                hint = did_you_mean(item, sorted(known.owners))
                yield _Told((key, item), f"no checklist asks {item!r}{hint}")
            elif not profile.domains.get(owners[0], 1):
                what = f"{item} is not asked: {owners[0]} is left out as a whole"
                yield _Told((key, item), what, grave=False)
            elif key == "importance" and not profile.items.get(item, 1):
                yield _Told((key, item), f"{item} is left out under 'items'", grave=False)
    if known.checklists and not any(map(profile.of, known.checklists.values())):
        yield _Told(("domains",), "nothing is left to ask")


def _of_framework(framework: Framework) -> Iterator[_Told]:
    counts = Counter(one.number for one in framework.controls)
    for number, control in enumerate(framework.controls):
        if counts[control.number] > 1:
            what = f"control {control.number!r} is there {counts[control.number]} times"
            yield _Told(("controls", number, "number"), what)
