"""techdd checklist: what is asked, whether it is sound, and how an engagement moves to it."""

# ruff: noqa: F401, F811 - techdd is a fixture
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import schemas
from builders import A, build
from ruamel.yaml import YAML
from test_cli import Techdd, techdd
from test_jobs import inline

from techdd import linting, pipeline, policy
from techdd.answers import Answer
from techdd.checklists import Checklist
from techdd.cli.checklists import DOCUMENTS
from techdd.collectors import Probe
from techdd.documents import load
from techdd.folders import data
from techdd.plugins import discover
from techdd.workspace import Workspace

SHIPPED = Path(__file__).parents[1] / "checklists"
OWN = """\
id: own
title: Own
version: "1"
order: 20
about: About.
items:
  - id: OWN-01
    ask: Who is asked?
    why: Because.
    levels:
      - Nobody is.
      - Somebody is.
      - Most are.
      - All are.
      - All are, and it is measured.
    follow_ups: [Since when?]
    figures:
      - {key: hours, ask: How many hours?, unit: hours}
    evidence:
      - metric: truck_factor.people
        bands: [1, 2, 3, 4]
        says: "Truck factor: {value} ({basis})."
        ask: "Why only {value}?"
"""
PROFILE = """\
id: mine
title: Mine
about: For us.
order: 9
domains: {own: 2, security: 0}
items: {TEA-01: 2}
importance: {OWN-01: critical}
"""
FRAMEWORK = """\
id: house
title: House rules
edition: "1"
about: Ours.
source: Ours.
controls:
  - {number: H1, title: Ask.}
  - {number: H2, title: Listen.}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    api = build(tmp_path / "api.git", [A({"a.py": "a = 1\n"})])
    root = Workspace.create(tmp_path / "e", "Northwind", [str(api)]).root
    with (root / "engagement.yaml").open("a") as file:
        file.write("checklists: [own, security, team]\n")
    write(root, "own", OWN)
    return root


def write(root: Path, name: str, text: str) -> Path:
    path = root / "checklists" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def answer(root: Path, item_id: str, by: str, level: int = 3) -> None:
    workspace = Workspace(root)
    for one in workspace.checklists:
        for item in one.items:
            if item.id == item_id:
                workspace.record(one, item, Answer(item=item_id, level=level, by=by))


# --- list and show --------------------------------------------------------------------------------


def test_what_ships_is_listed_with_its_versions(techdd: Techdd) -> None:
    said = techdd("checklist", "list")
    assert said.code == 0
    shipped = [load(path, Checklist) for path in SHIPPED.glob("*.yaml")]
    assert len(said.out.splitlines()) == len(shipped)
    for one in shipped:
        (line,) = [line for line in said.out.splitlines() if line.startswith(f"{one.id} ")]
        assert f" {one.version} " in line
        assert f" {len(one.items)} questions," in line
        assert line.endswith(one.title)


def test_a_list_of_an_engagement_shows_its_profile_and_what_is_answered(
    techdd: Techdd,
    root: Path,
) -> None:
    write(root, "profiles/mine", PROFILE)
    with (root / "engagement.yaml").open("a") as file:
        file.write("profile: mine\n")
    answer(root, "OWN-01", "Lea Lang")
    said = techdd("checklist", "list", root)
    lines = {line.split()[0]: line for line in said.out.splitlines()}
    assert "security" not in lines
    assert "1 questions, 1 critical  100% answered  Own" in lines["own"]
    assert "  0% answered  " in lines["team"]
    assert "Profile Mine: " in said.err
    assert "For us." in said.err


def test_a_profile_can_be_looked_at_without_an_engagement(
    techdd: Techdd,
    root: Path,
) -> None:
    assert techdd("checklist", "list", "--profile", "sed").code == 2
    assert "no profile 'sed'" in techdd("checklist", "list", "--profile", "sed").err
    assert "without DIR" in techdd("checklist", "list", root, "--profile", "seed").err


def test_a_question_is_shown_with_its_levels(techdd: Techdd, root: Path) -> None:
    said = techdd("checklist", "show", "OWN-01", root)
    assert said.code == 0
    for part in (
        "OWN-01 Who is asked?", "Why: Because.", "0 Nobody is.", "4 All are, and it is",
        "Ask on: Since when?", "Figure hours (hours): How many hours?", "truck_factor.people",
    ):  # fmt: skip
        assert part in said.out
    whole = techdd("checklist", "show", "security").out
    assert whole.startswith("Security (security, version ")
    assert "SEC-18" in whole
    (root / "engagement.yaml").write_text(
        (root / "engagement.yaml").read_text() + "profile: seed\n"
    )
    left_out = techdd("checklist", "show", "TEA-04", root)
    assert left_out.code == 2
    assert "TEA-04 is left out in this engagement" in left_out.err
    wrong = techdd("checklist", "show", "SEC-99")
    assert wrong.code == 2
    assert "no checklist or item 'SEC-99' is asked; checklists are: architecture" in wrong.err


# --- lint -----------------------------------------------------------------------------------------


def test_what_ships_has_no_mistakes() -> None:
    found = linting.lint(linting.files([SHIPPED]))
    assert [str(one) for one in found if one.grave] == []


def test_the_metrics_of_probes_that_findings_name_are_known_to_the_lint() -> None:
    metrics, silent = linting.known_metrics()
    probes = discover("techdd.collectors", Probe).keys() - silent
    used = {
        rule.metric
        for path in (SHIPPED / "policy" / "findings").glob("*.yaml")
        for rule in load(path, policy.FindingRules).rules
        if rule.metric.partition(".")[0] in probes and rule.scope == "engagement"
    }
    assert len(used) > 5
    assert used <= metrics
    assert len(metrics) > 200


@pytest.mark.parametrize(
    ("before", "after", "place", "message"),
    [
        ("id: own\n", "id: team\n", "1:1", "id: is 'team', and the file is called 'own.yaml'"),
        ("OWN-01", "TEA-01", "7:5", "item 'TEA-01' is in the checklist 'team' too"),
        ("All are.", "somebody  is.", "14:9", "level 3 reads as level 1 does"),
        ("Most are.", "most are", "13:9", "warning: OWN-01: 'most are' is no whole sentence"),
        ("Since when?", "Tell.", "16:18", "warning: OWN-01: 'Tell.' is no question"),
        (
            "truck_factor.people", "truck_factor.peple", "20:9",
            "no installed probe answers with 'truck_factor.peple' (did you mean 'truck_factor.peop",
        ),
        ("{value} (", "{valu} (", "22:9", "says: {valu} is not known; there are {value} and"),
        ("{value} (", "{value (", "22:9", "says: cannot be filled in: "),
        ("{value} (", "{value:d} (", "22:9", "says: cannot be filled in: "),
        ("only {value}", "only {value.real}", "23:9", "ask: {value.real} is not known"),
        ("    follow_ups", "    controls: {house: [H3]}\n    follow_ups", "16:16",
         "house has no control 'H3'"),
        ("    follow_ups", "    controls: {hose: [H1]}\n    follow_ups", "16:16",
         "no framework 'hose' (did you mean 'house'?)"),
        ("    why: Because.\n", "", "7:5", "items.0.why: this key is missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(
    techdd: Techdd,
    root: Path,
    before: str,
    after: str,
    place: str,
    message: str,
) -> None:
    write(root, "frameworks/house", FRAMEWORK)
    path = root / "checklists" / "own.yaml"
    assert techdd("checklist", "lint", path).out == ""
    assert before in OWN
    write(root, "own", OWN.replace(before, after, 1))
    said = techdd("checklist", "lint", path)
    (line,) = said.out.splitlines()
    assert line.startswith(f"{path}:{place}: {message}") or (
        line.startswith(f"{path}:{place}: ") and message in line
    )
    assert said.code == (0 if "warning" in line else 1)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("TEA-01", "TEA-99", "no checklist asks 'TEA-99' (did you mean 'TEA-"),
        ("own: 2", "owm: 2", "warning: no checklist 'owm' (did you mean 'own'?)"),
        ("own: 2", "own: 0", "warning: OWN-01 is not asked: own is left out as a whole"),
        ("TEA-01: 2", "OWN-01: 0", "warning: OWN-01 is left out under 'items'"),
        ("order: 9", "ordr: 9", "unknown key 'ordr' (did you mean 'order'?)"),
    ],
)
def test_profiles_are_linted_by_their_folder(
    techdd: Techdd,
    root: Path,
    before: str,
    after: str,
    message: str,
) -> None:
    path = write(root, "profiles/mine", PROFILE)
    assert techdd("checklist", "lint", root).out == ""
    write(root, "profiles/mine", PROFILE.replace(before, after))
    alone, whole = techdd("checklist", "lint", path), techdd("checklist", "lint", root)
    assert message in alone.out
    assert alone.code == whole.code == (0 if "warning" in message else 1)
    assert message in whole.out


def test_a_profile_that_leaves_nothing_to_ask_is_a_mistake(root: Path) -> None:
    every = ", ".join(f"{path.stem}: 0" for path in SHIPPED.glob("*.yaml")) + ", own: 0"
    path = write(
        root, "profiles/none", f"id: none\ntitle: N\nabout: N.\norder: 1\ndomains: {{{every}}}\n"
    )
    assert [one.what for one in linting.lint([path])] == ["nothing is left to ask"]


def test_a_framework_names_a_control_once(root: Path) -> None:
    path = write(root, "frameworks/house", FRAMEWORK.replace("H2", "H1"))
    assert [(one.where, one.what) for one in linting.lint([path])] == [
        (f"{path}:{line}:6", "control 'H1' is there 2 times") for line in (7, 8)
    ]


def test_two_files_with_one_item_both_name_the_other(root: Path) -> None:
    paths = [write(root, name, OWN.replace("id: own", f"id: {name}")) for name in ("own", "two")]
    assert [one.what for one in linting.lint(paths)] == [
        "item 'OWN-01' is in the checklist 'two' too; renumber it",
        "item 'OWN-01' is in the checklist 'own' too; renumber it",
    ]


def test_what_holds_no_checklist_is_said(techdd: Techdd, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = techdd("checklist", "lint", "empty")
    assert (said.code, said.err) == (2, "techdd: empty: holds no checklist (*.yaml)\n")
    bare = Workspace.create(tmp_path / "bare", "Northwind", []).root
    said = techdd("checklist", "lint", bare)
    assert (said.code, said.err) == (0, "It has none of its own.\n")
    missing = techdd("checklist", "lint", "none.yaml")
    assert missing.code == 1
    assert missing.out.startswith("none.yaml: cannot be read: ")


# --- schema ---------------------------------------------------------------------------------------


@pytest.fixture
def schema(techdd: Techdd, tmp_path: Path) -> Callable[[str], str]:
    def save(kind: str) -> str:
        said = techdd("checklist", "schema", "--kind", kind)
        assert said.code == 0
        path = tmp_path / f"{kind}.schema.json"
        path.write_text(said.out)
        return str(path)

    return save


@pytest.mark.parametrize("kind", [one for one in DOCUMENTS if one != "report"])  # by hand
def test_a_schema_is_complete_and_closed(schema: Callable[[str], str], kind: str) -> None:
    found = json.loads(Path(schema(kind)).read_text())
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["type"] == "object"
    for one in (found, *found.get("$defs", {}).values()):
        if one.get("type") == "object":
            assert one["additionalProperties"] is False, one.get("title")


def tree(path: Path) -> object:
    return YAML(typ="safe", pure=True).load(path.read_text())


def test_the_schemas_take_what_ships_and_refuse_what_the_tool_refuses(
    schema: Callable[[str], str],
) -> None:
    checklist, profile = schema("checklist"), schema("profile")
    for path in SHIPPED.glob("*.yaml"):
        assert schemas.mistakes(tree(path), checklist) == []
    for path in (SHIPPED / "profiles").glob("*.yaml"):
        assert schemas.mistakes(tree(path), profile) == []
    assert schemas.mistakes(tree(SHIPPED / "policy" / "scoring.yaml"), schema("scoring")) == []
    for before, after in (
        ("levels:", "lvls:"), ("OWN-01", "own1"), ("unit: hours", "kind: colour"),
        ("[1, 2, 3, 4]", "[1, 2, 3]"), ("order: 20", "order: last"),
    ):  # fmt: skip
        wrong = YAML(typ="safe", pure=True).load(OWN.replace(before, after))
        assert schemas.mistakes(wrong, checklist), after


# --- diff and update ------------------------------------------------------------------------------


@pytest.fixture
def moved(root: Path) -> Path:
    """An engagement in which own was answered, and then changed."""
    answer(root, "OWN-01", "Lea Lang")
    answer(root, "OWN-01", "Ben Book", 2)
    new = OWN.replace('version: "1"', 'version: "2"').replace("Who is asked?", "Who is heard?")
    new += OWN[OWN.index("  - id: OWN-01") :].replace("OWN-01", "OWN-02")
    for before, after in (
        ("bands: [1, 2, 3, 4]", "bands: [1, 2, 3, 5]"), ("order: 20", "order: 21"),
        ("    why: Because.", "    why: Because.\n    weight: 2"),
    ):  # fmt: skip
        new = new.replace(before, after, 1)
    write(root, "own", new)
    return root


def test_what_a_move_would_change_is_said_in_words(techdd: Techdd, moved: Path) -> None:
    said = techdd("checklist", "diff", moved)
    assert said.code == 0
    assert said.out.splitlines() == [
        "own: version 1 -> 2",
        "    as a whole: order 20 -> 21",
        "  ~ OWN-01 the question",
        "           was: Who is asked?",
        "           is: Who is heard?",
        "    OWN-01: weight 1.0 -> 2.0, evidence",
        "    ask again: answered by Ben Book, Lea Lang",
        "  + OWN-02 asked from now on: Who is asked?",
    ]
    assert Workspace(moved).checklist("own").version == "1"
    wrong = techdd("checklist", "diff", moved, "onw")
    assert wrong.code == 2
    assert "no checklist 'onw' in this engagement; there are: own, security, team" in wrong.err


def test_a_move_says_who_should_be_asked_again(techdd: Techdd, moved: Path) -> None:
    tried = techdd("checklist", "update", moved, "--dry-run")
    assert tried.err == "Nothing was changed (--dry-run).\n"
    assert Workspace(moved).checklist("own").version == "1"
    said = techdd("checklist", "update", moved, "own")
    assert said.code == 0
    assert said.out == tried.out
    assert said.out.splitlines() == [
        "own: version 1 -> 2",
        "  ask again: OWN-01, answered by Ben Book, Lea Lang",
    ]
    workspace = Workspace(moved)
    assert workspace.checklist("own").version == "2"
    assert workspace.standings()["OWN-01"].counts.level == 2
    answer(moved, "OWN-01", "Ben Book")
    again = techdd("checklist", "update", moved)
    assert again.out == "  ask again: OWN-01, answered by Lea Lang\n"
    assert again.err == "What is asked is the newest version.\n"


def test_a_change_that_rewords_nothing_asks_nobody_again(techdd: Techdd, root: Path) -> None:
    answer(root, "OWN-01", "Lea Lang")
    write(root, "own", OWN.replace("why: Because.", "why: It matters."))
    assert techdd("checklist", "update", root).out == ("own: version 1 -> 1\n")
    assert techdd("checklist", "diff", root).out == ""


# --- profiles of an engagement --------------------------------------------------------------------


def test_an_engagement_begins_with_a_profile(
    techdd: Techdd,
    tmp_path: Path,
) -> None:
    profile = sorted((data("checklists") / "profiles").glob("*.yaml"))[0].stem
    assert techdd("init", "e", "--client", "N", "--profile", profile).code == 0
    assert Workspace(tmp_path / "e").engagement.profile == profile
    wrong = techdd("init", "f", "--client", "N", "--profile", "nosuch")
    assert wrong.code == 2
    assert "no profile 'nosuch'; there are: " in wrong.err
    assert not (tmp_path / "f").exists()


def test_an_audit_does_not_change_the_profile_of_an_engagement(
    techdd: Techdd,
    root: Path,
    tmp_path: Path,
) -> None:
    said = techdd("audit", tmp_path / "api.git", "--engagement", root, "--profile", "seed")
    assert said.code == 2
    assert "engagement.yaml: is asked otherwise; write there: profile: seed" in said.err


def test_the_report_says_what_the_profile_left_out(
    techdd: Techdd, root: Path, tmp_path: Path
) -> None:
    write(root, "profiles/mine", PROFILE)
    with (root / "engagement.yaml").open("a") as file:
        file.write("profile: mine\n")
    pipeline.collect(Workspace(root), only=["history", "snapshot"], workers=1, pool=inline)
    out = tmp_path / "r.json"
    assert techdd("report", root, "-o", out, "--format", "html").code == 0
    report = json.loads(out.read_text())["report"]
    told = report["methodology"]["profile"]
    security = len(load(SHIPPED / "security.yaml", Checklist).items)
    team = len(load(SHIPPED / "team.yaml", Checklist).items)
    assert (told["title"], told["about"]) == ("Mine", "For us.")
    assert (told["asked"], told["of"]) == (team + 1, team + 1 + security)
    assert told["left_out"] == [["Security", security, security]]
    assert told["weights"] == [["Own", 2.0]]
    assert told["weighed"] == 2  # TEA-01 by its weight, OWN-01 by its importance
    assert f"'Mine' leaves out {security} of {told['of']} questions" in " ".join(report["limits"])
    page = " ".join(out.with_suffix(".html").read_text().split())
    assert "What was asked: profile Mine" in page
    assert f"Security {security} of {security}. What is left out was not assessed." in page
    assert "Chapters that weigh otherwise: Own by 2" in page
