# ruff: noqa: F811 - a fixture is used by its name
"""`techdd people` on a real history: list, join, separate, roster; and that no name leaks."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from builders import A, build
from test_cli import Techdd, techdd  # noqa: F401 - a fixture
from test_jobs import inline

from techdd import pipeline
from techdd.collectors import Answered, Probe
from techdd.collectors.secrets import Secret
from techdd.facts import Commit
from techdd.model import Metric, Status
from techdd.reading import Tables, read
from techdd.workspace import Workspace

if TYPE_CHECKING:
    from pandas import DataFrame

LEA, LEA_AT_HOME = "Lea Langenscheidt <lea@quixotic.example>", "lealang <lea@zuhause.example>"
TALE = [
    A({"a.py": "x = 1\n"}, author=LEA, day=10),
    A({"a.py": "x = 2\n"}, author=LEA_AT_HOME, day=20),
    A({"Lea Langenscheidt.md": "mine\n"}, author=LEA, day=30),
    A({"b.py": "y = 1\n"}, "Add b\n\nCo-authored-by: Uwe Ungenannt <uwe@quixotic.example>",
      author="Otto Obermayer <otto@agentur.example>", day=40),
]  # fmt: skip
PRIVATE = (
    "Lea", "Langenscheidt", "lealang", "Otto", "Obermayer", "Uwe", "Ungenannt", "quixotic.example",
    "zuhause.example", "agentur.example",
)  # fmt: skip
STAFF = """\
Name;E-Mail;Eintritt;Austritt;Vertragsart;IP-Übertragung
Lea Langenscheidt;lea@quixotic.example;01.01.2024;;Festanstellung;ja
Otto Obermayer;otto@agentur.example;01/02/2024;;Agentur;nein
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = build(tmp_path / "api.git", TALE)
    workspace = Workspace.create(tmp_path / "e", "Northwind", [str(source)])
    only = ["history", "snapshot", "code"]
    pipeline.collect(workspace, only=only, workers=1, pool=inline)
    return workspace.root


def test_people_are_listed_with_the_reason_of_each_join(techdd: Techdd, folder: Path) -> None:
    said = techdd("people", "list", folder, "--format", "json")
    listed = json.loads(said.out)
    assert (said.code, said.err) == (0, "")
    assert [(one["name"], one["commits"], one["pseudonym"]) for one in listed] == [
        ("Lea Langenscheidt", 2, "Person 1"),
        ("lealang", 1, "Person 2"),
        ("Otto Obermayer", 1, "Person 3"),
        ("Uwe Ungenannt", 0, "Person 4"),
    ]
    text = techdd("people", "list", folder).out
    assert "Person 1  Lea Langenscheidt  2 commits  2025-01-16 to 2025-02-05  unknown\n" in text


def test_a_join_can_be_made_and_undone_with_comments_kept(techdd: Techdd, folder: Path) -> None:
    file = folder / "people.yaml"
    file.write_text("# asked on Monday\n")
    arguments = ("lea@quixotic.example", "LEA@zuhause.example", "--reason", "she said so")
    assert techdd("people", "join", folder, *arguments).code == 0
    (lea, *_) = json.loads(techdd("people", "list", folder, "--format", "json").out)
    assert lea["commits"] == 3
    assert lea["aliases"][1]["reason"] == "correction by the adviser: she said so"
    assert "; correction by the adviser: she said so as Lea" in techdd("people", "list", folder).out
    assert techdd("people", "separate", folder, "lea@zuhause.example").code == 0
    assert len(json.loads(techdd("people", "list", folder, "--format", "json").out)) == 4
    text = file.read_text()
    assert text.startswith("# asked on Monday\n")
    assert "same" not in text


def test_a_name_stays_with_a_join_of_two_and_its_end_is_told(techdd: Techdd, folder: Path) -> None:
    lea, home, uwe = "lea@quixotic.example", "lea@zuhause.example", "uwe@quixotic.example"
    assert techdd("people", "join", folder, lea, home, uwe, "--name", "Lea Lang").code == 0
    said = techdd("people", "separate", folder, uwe)
    assert (said.code, "Lea Lang" in said.err) == (0, False)
    (shown, *_) = json.loads(techdd("people", "list", folder, "--format", "json").out)
    assert (shown["name"], shown["commits"]) == ("Lea Lang", 3)
    said = techdd("people", "separate", folder, home)
    keep = f"techdd people join {folder} {lea} --name 'Lea Lang'"
    assert said.err.splitlines()[1] == (
        f"The name 'Lea Lang' went with the join; {lea} keeps it by: {keep}"
    )
    assert "Lea Lang" not in (folder / "people.yaml").read_text()
    assert techdd("people", "join", folder, lea, "--name", "Lea Lang").code == 0
    names = {
        one["name"] for one in json.loads(techdd("people", "list", folder, "--format", "json").out)
    }
    assert names == {"Lea Lang", "lealang", "Otto Obermayer", "Uwe Ungenannt"}
    said = techdd("people", "separate", folder, lea)
    assert said.err.splitlines()[1] == "The name 'Lea Lang' went with the join"


def test_whoever_is_separated_leaves_every_join_however_it_names_them(
    techdd: Techdd, folder: Path
) -> None:
    lea, home, whole = "lea@quixotic.example", "lea@zuhause.example", LEA_AT_HOME
    persons = json.loads(techdd("people", "list", folder, "--format", "json").out)
    number = persons[1]["aliases"][0]["id"]
    for joined, parted in ((home, whole), (home, number), (whole, home), (number, home)):
        assert techdd("people", "join", folder, lea, joined).code == 0
        assert techdd("people", "separate", folder, parted).code == 0
        assert len(json.loads(techdd("people", "list", folder, "--format", "json").out)) == 4


def test_who_would_stay_joined_by_a_shared_address_is_refused(
    techdd: Techdd, folder: Path, tmp_path: Path
) -> None:
    tale = [A({"c.py": "x\n"}, author="Bo <lea@zuhause.example>")]
    workspace = Workspace(folder)
    workspace.add([str(build(tmp_path / "web.git", tale))])
    pipeline.collect(workspace, only=["history", "snapshot"], workers=1, pool=inline)
    home = "lea@zuhause.example"
    assert techdd("people", "join", folder, "lea@quixotic.example", home).code == 0
    text = (folder / "people.yaml").read_text()
    said = techdd("people", "separate", folder, LEA_AT_HOME)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"techdd: people.yaml joins all of {home}: separate {home!r}, or write in its place "
        f"there: 'Bo <{home}>'\n"
    )
    assert (folder / "people.yaml").read_text() == text


def test_separating_leaves_other_corrections_alone(techdd: Techdd, folder: Path) -> None:
    file = folder / "people.yaml"
    file.write_text(
        "same:\n"
        "  # the agency's lead\n"
        "  - emails: [otto@agentur.example]\n"
        "    name: Otto O.\n"
        "  - emails: [lea@quixotic.example, lea@zuhause.example, otto@agentur.example]\n"
    )
    assert techdd("people", "separate", folder, "lea@zuhause.example").code == 0
    text = file.read_text()
    assert "# the agency's lead" in text
    assert "[lea@quixotic.example, otto@agentur.example]" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["join", "lea@quixotic.example", "lea@zuhaus.example"], "did you mean lea@zuhause.exam"),
        (["join", "lea@quixotic.example"], "name at least two addresses"),
        (["separate", "zzz"], "nobody in the history is 'zzz'"),
        (["roster", "none.csv"], "is no file"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(
    techdd: Techdd,
    folder: Path,
    arguments: list[str],
    message: str,
) -> None:
    verb, *rest = arguments
    said = techdd("people", verb, folder, *rest)
    assert said.code == 2
    assert message in said.err
    assert not (folder / "people.yaml").exists()
    assert not (folder / "roster.yaml").exists()


def test_a_roster_is_imported_shown_and_read(techdd: Techdd, folder: Path, tmp_path: Path) -> None:
    staff = tmp_path / "staff.csv"
    staff.write_text(STAFF, encoding="latin-1")
    said = techdd("people", "roster", folder, staff)
    assert said.code == 3
    assert "1 people understood" in said.out
    assert "row 3 refused: column 'Eintritt': '01/02/2024' can be read in two ways" in said.out
    again = techdd("people", "roster", folder, staff, "--date-format", "DD/MM/YYYY")
    assert (again.code, "--replace replaces it" in again.err) == (2, True)
    assert (
        techdd("people", "roster", folder, staff, "--replace", "--date-format", "DD/MM/YYYY").code
        == 0
    )
    assert "start: 2024-02-01" in (folder / "roster.yaml").read_text()
    made = pipeline.assess(Workspace(folder))
    values = {one.name: one.value for r in made.readings for one in r.metrics if not one.repo}
    assert values["roster.unsigned_contributors"] == 1
    assert [one.rule for one in made.findings if one.rule == "unsigned-assignment"]
    kinds = {one.name: one.affiliation for one in made.who.people}
    assert (kinds["Lea Langenscheidt"], kinds["Otto Obermayer"]) == ("employee", "outsourcing")


def test_a_mistake_in_the_roster_is_told_with_its_line(techdd: Techdd, folder: Path) -> None:
    (folder / "roster.yaml").write_text("people:\n  - name: Ann\n    contract: slave\n")
    said = techdd("people", "list", folder)
    assert said.code == 2
    assert "roster.yaml:3:5: people.0.contract" in said.err


@pytest.mark.parametrize("audience", ["investor", "client"])
def test_no_name_or_address_reaches_a_report_for_others(
    techdd: Techdd,
    folder: Path,
    tmp_path: Path,
    audience: str,
) -> None:
    (folder / "roster.yaml").write_text(
        "people:\n  - {name: Lea Langenscheidt, emails: [lea@quixotic.example], end: 2025-01-20}\n"
    )
    out = tmp_path / "r.json"
    said = techdd("report", folder, "-o", out, "--audience", audience,
                  "--format", "html", "--format", "md", "--as-of", "2025-03-01")  # fmt: skip
    assert said.code == 0
    text = "".join(out.with_suffix(f".{one}").read_text() for one in ("json", "html", "md"))
    assert "Person 1" in text
    assert [one for one in PRIVATE if re.search(rf"\b{re.escape(one)}\b", text)] == []
    named = techdd("report", folder, "-o", out, "--audience", audience, "--names")
    assert named.code == 0
    assert "Lea Langenscheidt" in out.read_text()


def test_a_repository_with_older_history_renumbers_nobody(folder: Path, tmp_path: Path) -> None:
    def numbers() -> dict[str, str]:
        from techdd import register

        return {one["name"]: one["pseudonym"] for one in register.persons(Workspace(folder))}

    before = numbers()
    older = build(
        tmp_path / "old.git",
        [
            A({"o.c": "x\n"}, author="Erika Erste <erika@x.example>", day=-900),
            A({"o.c": "y\n"}, author="Otto Obermayer <otto@alt.example>", day=-800),
        ],
    )
    workspace = Workspace(folder)
    workspace.add([str(older)])
    pipeline.collect(workspace, only=["history", "snapshot"], workers=1, pool=inline)
    assert numbers() == {**before, "Erika Erste": "Person 5"}


def test_a_fact_that_only_helps_blinds_no_probe(folder: Path) -> None:
    def run(_: date, commits: DataFrame, found: DataFrame) -> Answered:
        yield Metric("p.commits", len(commits), "commits", "", f"{len(found)} secrets")

    tables = Tables(Workspace(folder))  # where nobody looked for secrets
    helped = read(Probe("p", "Is it?", "team", run, (Commit,), (Secret,)), date(2025, 3, 1), tables)
    (metric,) = helped.metrics
    assert helped.status is Status.PARTIAL and metric.value and metric.basis == "0 secrets"
    assert helped.reasons == tuple(
        f"{repo}: was not run" for repo in sorted(tables.workspace.names)
    )
    needed = read(Probe("p", "Is it?", "team", run, (Commit, Secret)), date(2025, 3, 1), tables)
    assert (needed.status, needed.metrics) == (Status.FAILED, ())


def test_a_fact_that_nobody_collects_is_told(folder: Path) -> None:
    class Unmade(NamedTuple):
        path: str

    probe = Probe("p", "Is it?", "team", lambda *_: iter(()), (Unmade,))
    reading = read(probe, date(2025, 3, 1), Tables(Workspace(folder)))
    assert (reading.status, reading.reasons) == (Status.FAILED, ("nothing collects unmades",))
