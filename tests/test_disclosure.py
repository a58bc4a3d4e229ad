"""What the preview tells of a report: everything that is printed, what deserves a look first."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from builders import A, a_finding, an_item, build
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sample_report import hostile_report, sample_report

from techdd.audiences import AUDIENCES
from techdd.cli import main
from techdd.confidential import Terms
from techdd.disclosure import KINDS, Disclosed, disclosed, named, withheld
from techdd.model import Comment, EvidenceFile, Location, Report, Response, Series

PEOPLE = named([("Quorvanta Blimshire", "qblim@zorptech.example"), ("Li Wu", "lw@x.io")])
EMPTY = replace(
    sample_report(), chapters=(), findings=(), checks=(), scope=(), runs=(), summary=(),
    strengths=(), limits=(), differences=(), moves=(), methodology={},
)  # fmt: skip


def told(report: Report, terms: Terms | None = None) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in disclosed(report, PEOPLE, terms):
        found.setdefault(one.kind, set()).add(one.what)
    return found


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ("ask ann@nw.io for it", "e-mail addresses", "ann@nw.io"),
        ("runs on db7.corp.internal:5432", "hosts and URLs", "db7.corp.internal:5432"),
        ("see https://wiki.nw.example/x", "hosts and URLs", "https://wiki.nw.example/x"),
        ("the host shop.northwind.com fell", "hosts and URLs", "shop.northwind.com"),
        ("at 10.1.2.3:80 it", "hosts and URLs", "10.1.2.3:80"),
        ("in src/billing/vault.py:7", "paths", "src/billing/vault.py:7"),
        ("see /srv/app/x.py.", "paths", "/srv/app/x.py."),
        ("it is (/etc/passwd)", "paths", "/etc/passwd"),
        ("POST /api/v1/users too", "paths", "/api/v1/users"),
        ("keys in ~/.ssh", "paths", "~/.ssh"),
        (r"on C:\dev\key.pem", "paths", r"C:\dev\key.pem"),
        (r"on \\nas7\backup", "paths", r"\\nas7\backup"),
        ("worst: CVE-2021-44228.", "advisories", "CVE-2021-44228"),
        ("GHSA-jfh8-c2jp-5v3q too", "advisories", "GHSA-jfh8-c2jp-5v3q"),
        ("since c0ffee1234 it", "commits", "c0ffee1234"),
        ("Person 12 left", "pseudonyms", "Person 12"),
        ("it takes EUR 1,200–20,000", "money", "EUR 1,200–20,000"),
        ("said quorvanta blimshire", "names of people", "Quorvanta Blimshire"),
        ("said Li Wu", "names of people", "Li Wu"),
    ],
)
def test_what_is_found_by_its_form(text: str, kind: str, what: str) -> None:
    assert told(replace(EMPTY, limits=(text,))).get(kind) == {what}


@pytest.mark.parametrize(
    "text",
    ["Every change is tested; see ISO/IEC 27001:2022 and CI/CD.", "60 % of 2.5 days, 2026-01-02",
     "and/or; n/a; TCP/IP; 1,204 of 2,000", "org.apache.logging.log4j:log4j-core", "lodash/fp",
     "1/2/3 of </div></p>", r"a\u200bb and \d+"],
)  # fmt: skip
def test_plain_prose_tells_nothing(text: str) -> None:
    assert told(replace(EMPTY, limits=(text,))) == {}


def test_fields_and_columns_say_what_they_hold() -> None:
    finding = a_finding(locations=(Location("a/b.py", 3, "c0ffee1234"),))
    scope = replace(sample_report().scope[0], name="api", branch="acme-special", issues=())
    exhibit = Series("licences_for_counsel", "Licences", ("licence", "such as", "component"),
                     (("MIT", "axios 1.0.0, lodash and 4 more", "api: src/qblim"),))  # fmt: skip
    chapter = replace(sample_report().chapters[0], items=(), findings=(finding,), metrics=(),
                      series=(exhibit,), strengths=(), gaps=())  # fmt: skip
    report = replace(
        EMPTY, findings=(finding,), scope=(scope,), chapters=(chapter,),
        comments=(Comment("summary", "We are **impressed**"),),
        responses=(Response("f1", "disputed", "We rotated it", "", "2026-01-01", "Seen"),),
    )  # fmt: skip
    found = told(report)
    assert found["paths"] == {"a/b.py"}
    assert found["branches"] == {"acme-special"}
    assert found["repositories"] == {"api"}
    assert found["packages"] == {"axios 1.0.0", "lodash"}
    assert found["components"] == {"src/qblim"}
    assert found["logins and surnames"] == {"qblim"}
    assert found["words of the client"] == {"We rotated it"}
    assert found["words of the adviser"] == {"We are **impressed**", "Seen"}
    (path,) = [one for one in disclosed(report, PEOPLE) if one.kind == "paths"]
    assert (path.times, path.where, path.look) == (1, ("finding f1",), True)
    usual = replace(report, scope=(replace(scope, branch="main"),))
    assert "branches" not in told(usual)


def test_what_deserves_a_look_comes_first_and_depends_on_the_reader() -> None:
    report = replace(EMPTY, limits=("Person 3 wrote to a@b.io about src/x.py", "a@b.io"))
    by_reader = {
        audience: disclosed(replace(report, audience=audience), PEOPLE) for audience in AUDIENCES
    }
    assert [(one.kind, one.look, one.times) for one in by_reader["investor"]] == [
        ("e-mail addresses", True, 2), ("paths", True, 1), ("pseudonyms", False, 1),
    ]  # fmt: skip
    assert [one.kind for one in by_reader["client"] if one.look] == ["e-mail addresses"]
    assert not [one for one in by_reader["internal"] if one.look]


def test_interviews_are_told_where_an_edition_holds_them() -> None:
    chapter = replace(sample_report().chapters[0], items=(an_item(note="Ann is tired", by="Cleo"),))
    report = replace(EMPTY, chapters=(chapter,), audience="client")
    assert told(report)["words of interviews"] == {"Ann is tired", "Cleo"}


def test_words_within_sentences_of_the_tool_are_told() -> None:
    item = an_item(basis="Not applicable: Ann does it by hand", applicable=False)
    said = "3 files. The risk was accepted by B. Buyer on 2026-01-02 until 2026-07-01: it is old."
    finding = a_finding(observation=said)
    chapter = replace(sample_report().chapters[0], items=(item,), findings=(finding,))
    found = told(replace(EMPTY, findings=(finding,), chapters=(chapter,)))
    assert found["words of interviews"] == {"Not applicable: Ann does it by hand"}
    (words,) = found["words of the adviser"]
    assert words.startswith("The risk was accepted by B. Buyer") and words.endswith("it is old.")


def test_the_client_s_hiring_plan_is_told_as_its_words() -> None:
    row = ("Lead", "First 100 days. Planned: Head of Globex, 2026-Q4", "x", "", "EUR 1", "planned")
    columns = ("role", "when", "why", "without", "cost a year", "plan")
    exhibit = Series("hiring_plan", "Roles", columns, (row, ("Tester", "First 30 days", *row[2:])))
    chapter = replace(sample_report().chapters[0], items=(), findings=(), series=(exhibit,))
    found = told(replace(EMPTY, chapters=(chapter,)))
    assert found["words of the client"] == {"Head of Globex, 2026-Q4"}


def test_files_of_the_engagement_are_told_and_ask_for_no_second_look() -> None:
    file = EvidenceFile("evidence/commits/api.parquet", "sha256:1")
    (one,) = disclosed(replace(EMPTY, evidence=(file,)), PEOPLE)
    assert (one.kind, one.what, one.look) == ("files of the engagement", file.name, False)


def test_the_ledger_counts_what_one_edition_does_not_tell() -> None:
    one, two = (Disclosed("paths", name, 1, (), False) for name in ("a.py", "b.py"))
    name = Disclosed("names of people", "x y", 1, (), False)
    assert withheld([one, two, name], [one]) == {"names of people": 1, "paths": 1}
    assert withheld([one], [one]) == {}


def test_a_confidential_word_inside_a_longer_one_is_told() -> None:
    report = replace(EMPTY, limits=("the globexclient and placement",))
    assert told(report, Terms([("Globex", "x")]))["confidential words"] == {"globex"}


@pytest.mark.parametrize("make", [sample_report, hostile_report])
def test_any_report_can_be_told(make: object) -> None:
    found = disclosed(make(), PEOPLE)  # type: ignore[operator]
    assert {one.kind for one in found} <= set(KINDS)
    assert all("\n" not in one.what and "\x1b" not in one.what for one in found)


# --- confidential words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Project Falcon begins", "[withheld] begins"),
        ("services/project-falcon/api", "services/[withheld]/api"),
        ("PROJECT_FALCON_URL", "[withheld]_URL"),
        ("ProjectFalconClient", "[withheld]Client"),
        ("projectfalcon", "[withheld]"),
        ("myProjectFalcon", "my[withheld]"),
        ("projectfalconry", "projectfalconry"),
        ("a project of Falcon", "a project of Falcon"),
        ("acme and Acme GmbH", "X and X GmbH"),
        ("placement, pacmen, ACMECorp", "placement, pacmen, XCorp"),
        ("v1-acme2", "v1-X2"),
    ],
)
def test_where_a_term_stands(text: str, read: str) -> None:
    assert Terms([("acme", "X"), ("Project Falcon", "[withheld]")]).hidden(text) == read


def test_one_inside_a_longer_word_does_not_hide_the_next() -> None:
    assert Terms([("ab ab", "X")]).hidden("xab ab ab") == "xab X"


def test_an_accent_may_be_a_sign_of_its_own() -> None:
    for term in ("M\u00fcller", "Mu\u0308ller"):
        said = Terms([(term, "X")]).hidden("m\u00fcller-api, mu\u0308ller-api, muller")
        assert said == "X-api, X-api, muller"


def test_the_longer_term_comes_first() -> None:
    assert Terms([("acme", "A"), ("Acme Labs", "B")]).hidden("acme-labs, acme") == "B, A"


@given(
    st.text(max_size=40),
    st.text("abcXYZ019 -_.+*()[", min_size=3, max_size=8).filter(
        lambda one: any(map(str.isalnum, one))
    ),
)
def test_a_term_is_found_whatever_stands_around_it(around: str, term: str) -> None:
    assert "#withheld#" in Terms([(term, "#withheld#")]).hidden(f"{around} {term} {around}")


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engagement(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("disclose")
    commits = [A({f"src/globexclient/f{n}.py": "x = 1\n"}, author="Ann Able <annable@corp.example>",
                 day=n) for n in range(3)]  # fmt: skip
    source = build(home / "client.git", commits)
    folder = home / "e"
    audited = CliRunner().invoke(
        main,
        ["audit", str(source), "--engagement", str(folder), "--as-of", "2025-06-01", "-q",
         "-o", str(home / "r.md"), "--only", "snapshot", "--only", "history", "--only", "code"],
    )  # fmt: skip
    assert audited.exit_code == 0, audited.output
    file = folder / "engagement.yaml"
    file.write_text(f"{file.read_text()}confidential: [Globex]\nas_of: 2025-06-01\n")
    return folder


def run(engagement: Path, *more: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["disclose", str(engagement), *more])
    assert done.exit_code == code, done.output
    return done.stdout


def test_the_preview_is_of_the_edition_that_is_printed(engagement: Path) -> None:
    investor = run(engagement)
    assert investor.startswith("The investor edition on client, as of 2025-06-01, tells:")
    assert "names of people" in investor.partition("Withheld, against the internal edition")[2]
    for private in ("Ann Able", "annable@", "f1.py"):
        assert private not in investor
    own = json.loads(run(engagement, "--audience", "internal", "--format", "json"))
    assert own["withheld"] == {}
    assert own["audience"] == "internal"


def test_the_gate_ends_with_1_where_something_deserves_a_look(engagement: Path) -> None:
    named = run(engagement, "--names", "--gate", code=1)
    assert "Deserves a second look" in named
    assert "Ann Able" in named


def test_a_table_opens_in_a_spreadsheet_without_being_evaluated(engagement: Path) -> None:
    rows = list(csv.reader(run(engagement, "--format", "csv", "--names").splitlines()))
    assert rows[0] == ["second look", "kind", "what", "times", "where"]
    assert rows[1][:3] == ["yes", "names of people", "Ann Able"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_mistakes_in_confidential_words_are_told_with_their_line(engagement: Path) -> None:
    file = engagement / "engagement.yaml"
    good = file.read_text()
    for wrong, why in (("[ab]", "at least 3 characters"), ("[{term: Globex, to: x}]", "'to'")):
        file.write_text(good.replace("[Globex]", wrong))
        done = CliRunner().invoke(main, ["disclose", str(engagement)])
        assert isinstance(done.exception, Exception)
        assert why in str(done.exception)
    file.write_text(good)


def test_no_name_drives_the_terminal(engagement: Path, tmp_path: Path) -> None:
    shutil.copytree(engagement, tmp_path / "e", symlinks=True)
    file = tmp_path / "e" / "engagement.yaml"
    file.write_text(file.read_text().replace("client: client", 'client: "A\\u202eB\\tC"'))
    said = run(tmp_path / "e")
    assert "edition on A\\u202eB" in said
    assert all(line.isprintable() for line in said.splitlines())
