from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened, tables_of
from hypothesis import given
from hypothesis import strategies as st

from techdd.collectors import Collector, Probe
from techdd.collectors.code import code
from techdd.collectors.personal_data import FieldSearch, PersonalField, collector, probe
from techdd.collectors.personal_data.gather import _logged, _stored
from techdd.collectors.personal_data.names import ERASURE, EXPORT, SPECIAL, kind_of, snake
from techdd.facts import Artefact, File, Function, frame
from techdd.model import Issue, Metric, Series
from techdd.plugins import discover

AS_OF = date(2026, 1, 1)


def names(path: str, text: str) -> set[str]:
    return {one.name for one in _stored(path, text)}


def test_collector_and_probe_are_both_found() -> None:
    assert "personal_data" in discover("techdd.collectors", Collector)
    assert "personal_data" in discover("techdd.collectors", Probe)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("email", "contact"),
        ("userEmail", "contact"),
        ("billing_postcode", "contact"),
        ("PhoneNumber", "contact"),
        ("FirstName", "identity"),
        ("date_of_birth", "identity"),
        ("encrypted_ssn", "official number"),
        ("cardNum", "payment"),
        ("last_sign_in_ip", "location or device"),
        ("patient_diagnosis", SPECIAL),
        ("bloodType", SPECIAL),
        # words that mean other things too, and what is only about a field
        ("name", ""),
        ("address", ""),
        ("race", ""),
        ("fingerprint", ""),
        ("is_email_confirmed", ""),
        ("email_sent_at", ""),
        ("save_billing_address", ""),
        ("default_from_email", ""),
        ("x" * 61 + "_email", ""),
    ],
)
def test_names_of_personal_data(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("db/V1__users.sql", "CREATE TABLE u (\n  email VARCHAR(255),\n  note text\n);", {"email"}),
        ("db/schema.rb", '    t.string "first_name", null: false\n', {"first_name"}),
        ("db/migrate/1_add.rb", "    add_column :users, :phone, :string\n", {"phone"}),
        (
            "a/models.py",
            "from django.db import models\n    email = models.EmailField()\n",
            {"email"},
        ),
        ("a/0001.py", 'import models.\n  ("iban", models.CharField(max_length=34)),\n', {"iban"}),
        ("a/orm.py", "    ssn: Mapped[str] = mapped_column()\n", {"ssn"}),
        ("a/tables.py", "    last_name = db.Column(db.String)\n", {"last_name"}),
        ("m/1.php", "Schema::create('u');\n$table->string('email');\n", {"email"}),
        ("src/User.java", "@Entity\n    private String surname;\n", {"surname"}),
        ("M/1.cs", "MigrationBuilder m\n  ZipCode = table.Column<string>(", {"ZipCode"}),
        ("schema.prisma", "  email String? @unique\n", {"email"}),
        ("u.entity.ts", "@Entity()\n  phoneNumber!: string;\n", {"phoneNumber"}),
        ("models/user.ts", "    email: {\n      type: DataTypes.STRING,\n", {"email"}),
        ("models/user.js", "new Schema({\n  email: String,\n", {"email"}),
        ("lib/user.ex", "use Ecto.Schema\n    field :date_of_birth, :date\n", {"date_of_birth"}),
        ("user.go", 'type U struct {\n\tEmail string `gorm:"size:9"`\n', {"Email"}),
        ("User.swift", '@Field(key: "email") var email: String\n', {"email"}),
        ("db.xml", '<changeSet id="1"><column type="text" name="MAIL_ADDRESS"/>', {"MAIL_ADDRESS"}),
        # not a store: a form, a request, a local variable
        ("a/forms.py", "    email = forms.EmailField()\n", set()),
        ("api.ts", "interface Login { email: string; }\n", set()),
        ("a/views.py", "    email = request.POST['email']\n", set()),
    ],
)
def test_stored_fields_are_found_where_they_are_declared(
    path: str, text: str, found: set[str]
) -> None:
    assert names(path, text) == found


@pytest.mark.parametrize(
    ("line", "passed"),
    [
        ("logger.info('signed in: %s', user.email)", ["email"]),
        ('log.warning(f"no mail for {user.email!r}")', ["email"]),
        ("  this.logger.error(`failed for ${recipient.email}`, error)", ["email"]),
        ('Rails.logger.info "x"; logger.info("card #{card_number}")', ["card_number"]),
        ('_logger.LogInformation("User {Email}", user.Email);', ["Email"]),
        ("Log::info('sent', [$user->phone_number]);", ["phone_number"]),
        ("logger.info('email sent')", []),
        ("logger.info('sent by email to %s', user.id)", []),
        ("logger.error('bad', email.send())", []),
        ("logger.info(email.subject)", []),
        ("send(user.email)", []),
        ("catalog.info(user.email)", []),
    ],
)
def test_log_statements_that_pass_personal_data(line: str, passed: list[str]) -> None:
    assert list(_logged(line)) == passed


@given(st.text(max_size=300))
def test_any_line_is_survived(line: str) -> None:
    list(_logged(f"logger.info({line}"))
    for ending in ("sql", "py", "ts", "xml", "prisma"):
        list(_stored(f"a.{ending}", f"Schema( DataTypes models. <changeSet {line}"))


@pytest.mark.parametrize(
    ("name", "erases", "exports"),
    [
        ("deleteUser", True, False),
        ("anonymize_customer_data", True, False),
        ("UserDestroyer", True, False),
        ("account_delete", True, False),
        ("exportPersonalData", False, True),
        ("download_my_account_data", False, True),
        ("delete_user_token", False, False),
        ("remove_user_from_group", False, False),
        ("export_users_csv", False, False),
        ("deleted_users_count", False, False),
    ],
)
def test_names_of_code_that_looks_after_people(name: str, erases: bool, exports: bool) -> None:
    assert bool(ERASURE.fullmatch(snake(name))) is erases
    assert bool(EXPORT.fullmatch(snake(name))) is exports


def gathered(tmp_path: Path, files: dict[str, Any]) -> list[Any]:
    repo = opened(tmp_path, [A(files)])
    return list(collector.run(repo, tables_of(code.run(repo), File)[File]))


def test_what_is_found_in_a_tree(tmp_path: Path) -> None:
    sentry = "import sentry_sdk\nsentry_sdk.init(before_send=scrub)\n"
    found = gathered(
        tmp_path,
        {
            "app/models.py": "from django.db import models\nclass U:\n    email = models.F\n"
            "    dob = models.DateField()\n",
            "app/login.py": "def f(u):\n    # logger.info(u.email)\n    logger.info(u.email)\n",
            "app/client.py": "def f(c):\n    c.send(before_send=1)\n",
            "app/settings.py": sentry,
            "tests/test_models.py": "import models.\n    email = models.EmailField()\n",
            "vendor/lib/schema.sql": "create table t (\n email text);\n",
            "big.sql": "-- " + "x" * 1_000_001,
        },
    )
    assert [one for one in found if isinstance(one, Issue)] == [
        Issue("file too large to be searched", "big.sql")
    ]
    assert [one for one in found if isinstance(one, PersonalField)] == [
        PersonalField("logged", "contact", "email", "app/login.py", 3),
        PersonalField("stored", "identity", "dob", "app/models.py", 4),
        PersonalField("filter", "", "before_send", "app/settings.py", 2),
    ]
    assert found[-1] == FieldSearch(4)


def field(use: str, name: str, path: str = "a.py", line: int = 1) -> PersonalField:
    return PersonalField(use, kind_of(name), name, path, line)


def tables(**of_repo: tuple[list[Any], list[Any], list[Any]]) -> Iterator[Any]:
    """(fields, functions, artefacts) of each repository, as the probe takes them."""
    import pandas as pd

    for fact, place in ((PersonalField, 0), (FieldSearch, -1), (File, -2), (Function, 1),
                        (Artefact, 2)):  # fmt: skip
        parts = []
        for repo, lists in of_repo.items():
            source = File("a.py", "b", 9, "Python", "source", 9, 9, 0, "tree-sitter", ".")
            rows = {-1: [FieldSearch(1)], -2: [source]}.get(place) or lists[place]
            parts.append(frame(fact, rows).assign(repo=repo))
        yield pd.concat(parts)


def test_what_the_names_mean() -> None:
    erase = Function("a.py", ".", "source", "Python", "User.delete_account", 1, 2, 2, 0, 1, 0, 0)
    found = list(
        probe.run(
            AS_OF,
            *tables(
                api=(
                    [
                        field("stored", "email"),
                        field("stored", "Email", "b.sql", 3),
                        field("stored", "diagnosis"),
                        field("logged", "email", line=4),
                        field("logged", "phone", line=4),
                        field("filter", "redact:"),
                    ],
                    [erase],
                    [],
                ),
                crm=([field("stored", "dob")], [], [Artefact("privacy", "PRIVACY.md", None, "")]),
                web=([], [], []),
            ),
        )
    )
    values = {(one.repo, one.name.split(".")[1]): one.value for one in found
              if isinstance(one, Metric)}  # fmt: skip
    assert values["", "fields"] == 3
    assert values["", "special_fields"] == 1
    assert values["", "logged"] == 1, "a statement counts once"
    shares = ("documented_share", "erasure_share", "export_share", "scrubbing_share")
    assert [values["", name] for name in shares] == [1 / 2, 1 / 2, 0, 1 / 2]
    assert [values["web", name] for name in shares] == [None] * 4
    (first, second) = [one for one in found if isinstance(one, Series)]
    assert first.rows[0] == ("contact", "api", 2, "email", "a.py:1")
    assert first.rows[-1] == (SPECIAL, "api", 1, "diagnosis", "a.py:1")
    assert second.rows == (("contact", "api", 2, "email, phone", "a.py:4"),)


def test_without_personal_data_nothing_is_said_of_its_care() -> None:
    found = list(probe.run(AS_OF, *tables(web=([], [], []))))
    (share,) = [one for one in found if one.name == "personal_data.erasure_share" and not one.repo]
    assert (share.value, share.note[:18]) == (None, "no schema or model")
    assert [one for one in found if isinstance(one, Series)] == []
