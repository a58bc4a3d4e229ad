"""Where an engagement's questions come from, and how it moves to newer ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from techdd.checklists import Checklist
from techdd.errors import DocumentError
from techdd.library import Change, Library, Selection, changes

CHECKLIST = """\
id: {id}
title: Title
version: "{version}"
order: 1
about: About.
items:
  - id: {prefix}-01
    ask: {ask}
    why: Because.
    levels: [none, ad hoc, repeatable, defined, measured]
  - id: {prefix}-02
    ask: Second?
    why: Because.
    importance: minor
    levels: [none, ad hoc, repeatable, defined, measured]
"""
PROFILE = """\
id: seed
title: Seed
about: For a seed round.
order: 1
domains: {beta: 0}
items: {AA-01: 0.5, AA-02: 0}
importance: {AA-01: critical}
"""


def write(folder: Path, name: str, **changes: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    fields = {"version": "1", "ask": "First?", "prefix": "AA", **changes}
    (folder / f"{name}.yaml").write_text(CHECKLIST.format(id=name, **fields))


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    write(tmp_path / "shipped", "alpha")
    write(tmp_path / "shipped", "beta", prefix="BB")
    (tmp_path / "shipped" / "profiles").mkdir()
    (tmp_path / "shipped" / "profiles" / "seed.yaml").write_text(PROFILE)
    return tmp_path / "shipped"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "engagement"


def asked(library: Library) -> dict[str, str]:
    return {one.id: one.items[0].ask for one in library.checklists}


def test_the_engagements_own_checklist_replaces_and_adds(root: Path, shipped: Path) -> None:
    write(root / "checklists", "alpha", ask="Mine?")
    write(root / "checklists", "gamma", prefix="CC", ask="New?")
    library = Library(root, shipped)
    assert asked(library) == {"alpha": "Mine?", "beta": "First?", "gamma": "New?"}
    assert asked(Library(root, shipped, ("beta",))) == {"beta": "First?"}
    with pytest.raises(DocumentError, match="no checklist 'delta'; there are: alpha, beta, gamma"):
        asked(Library(root, shipped, ("delta",)))


def test_a_profile_chooses_and_weighs(root: Path, shipped: Path) -> None:
    (alpha,) = Library(root, shipped, profile_id="seed").checklists
    (item,) = alpha.items
    assert (alpha.id, item.id, item.weight, item.importance) == ("alpha", "AA-01", 0.5, "critical")
    with pytest.raises(DocumentError, match="no profile 'seeds'; there are: seed"):
        asked(Library(root, shipped, profile_id="seeds"))


def test_an_item_belongs_to_one_checklist(root: Path, shipped: Path) -> None:
    write(root / "checklists", "gamma")
    with pytest.raises(DocumentError, match="item 'AA-01' is in the checklist 'alpha' too"):
        asked(Library(root, shipped))


def test_a_file_is_called_as_its_checklist(root: Path, shipped: Path) -> None:
    write(root / "checklists", "gamma", prefix="CC")
    (root / "checklists" / "gamma.yaml").rename(root / "checklists" / "delta.yaml")
    with pytest.raises(DocumentError, match=r"is 'gamma', and the file is called 'delta\.yaml'"):
        asked(Library(root, shipped))


@pytest.mark.parametrize("now", ["reworded", "broken", "gone"])
def test_what_was_asked_is_kept_whatever_happened_to_its_file_since(
    root: Path, shipped: Path, now: str
) -> None:
    write(root / "checklists", "gamma", prefix="CC")
    library = Library(root, shipped)
    assert "gamma" in asked(library)
    file = root / "checklists" / "gamma.yaml"
    match now:
        case "reworded":
            write(file.parent, "gamma", prefix="CC", ask="Reworded?")
        case "broken":
            file.write_text("id: [")
        case _:
            file.unlink()
    library.pin("gamma")
    assert (root / "asked" / "gamma.yaml").read_text().count("First?") == 1


def test_the_wording_that_was_asked_stays_until_it_is_moved(root: Path, shipped: Path) -> None:
    Library(root, shipped).pin("alpha")
    write(shipped, "alpha", version="2", ask="Reworded?")
    write(shipped, "beta", version="2", ask="Reworded?", prefix="BB")
    Library(root, shipped).pin("alpha")  # only the first time
    library = Library(root, shipped)
    assert asked(library) == {"alpha": "First?", "beta": "Reworded?"}
    old, new = library.newer()["alpha"]
    assert changes(old, new) == [
        Change("", "changed", "version", "1", "2"),
        Change("AA-01", "reworded", "the question", "First?", "Reworded?"),
    ]
    library.move("alpha")
    moved = Library(root, shipped)
    assert asked(moved)["alpha"] == "Reworded?"
    assert moved.newer() == {}


def test_changes_name_items_that_came_and_went() -> None:
    def made(text: str) -> Checklist:
        return Checklist.model_validate(
            {
                "id": "a", "title": "T", "version": "1", "order": 1, "about": "A.",
                "items": [
                    {"id": one, "ask": "Q?", "why": "W.", "levels": ["0", "1", "2", "3", "4"]}
                    for one in text.split()
                ],
            }
        )  # fmt: skip

    found = changes(made("AA-01 AA-02"), made("AA-02 AA-03"))
    assert [(one.item, one.kind) for one in found] == [("AA-01", "removed"), ("AA-03", "added")]


def test_only_another_wording_changes_the_mark_of_a_question() -> None:
    def item(**changes: object) -> str:
        fields = {"id": "AA-01", "ask": "Q?", "why": "W.", "levels": ["0", "1", "2", "3", "4"]}
        whole = {"id": "a", "title": "T", "version": "1", "order": 1, "about": "A."}
        return Checklist.model_validate(whole | {"items": [fields | changes]}).items[0].wording

    assert item() == item(why="Other.", weight=2, ask=" Q? ")
    assert item() != item(ask="P?")
    assert item() != item(levels=["0", "1", "2", "3", "five"])
    assert item() != item(figures=[{"key": "rto", "ask": "RTO?", "unit": "hours"}])


def test_what_a_profile_makes_of_the_checklists_is_told(root: Path, shipped: Path) -> None:
    write(shipped, "gamma", prefix="CC")
    folder = shipped / "profiles"
    (folder / "seed.yaml").write_text(PROFILE.replace("{beta: 0}", "{beta: 0, gamma: 2}"))
    told = Library(root, shipped, profile_id="seed").selection
    assert told == Selection(
        "Seed", "For a seed round.", 3, 6, (("Title", 1, 2), ("Title", 2, 2)), (("Title", 2.0),), 1
    )
    assert Library(root, shipped).selection is None


def test_only_the_wanted_checklists_are_read(root: Path, shipped: Path) -> None:
    (shipped / "beta.yaml").write_text("id: beta\n")
    assert asked(Library(root, shipped, ("alpha",))) == {"alpha": "First?"}
    with pytest.raises(DocumentError, match="this key is missing"):
        asked(Library(root, shipped))
