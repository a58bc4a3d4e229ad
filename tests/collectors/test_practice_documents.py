from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from techdd.collectors.practices import documents
from techdd.collectors.practices.search import SearchScope
from techdd.facts import Artefact, Contribution, File, frame
from techdd.model import Metric, Series


def table(fact: Any, rows: list[Any]) -> Any:
    made = frame(fact, rows)
    made.insert(0, "repo", "api")
    return made


def asked(found: dict[str, str], changed: dict[str, str], sizes: dict[str, int]) -> list[Any]:
    """The probe; `found` is path -> kind, `changed` is path -> day of the last change."""
    parts = [
        Contribution(path, ".", "source" if path.endswith(".py") else "documentation", "ann",
                     True, 1, 1, None, datetime.fromisoformat(day).replace(tzinfo=UTC))
        for path, day in changed.items()
    ]  # fmt: skip
    files = [File(p, "b", n, "", "documentation", 1, 1, 0, "", ".") for p, n in sizes.items()]
    artefacts = [Artefact(kind, path, None, "") for path, kind in found.items()]
    tables = (table(Artefact, artefacts), table(SearchScope, [SearchScope(9, 9)]))
    rest = (table(File, files), table(Contribution, parts))
    return list(documents.run(date(2026, 7, 1), *tables, *rest))


def values(answers: list[Any]) -> dict[str, float | None]:
    return {one.name: one.value for one in answers if isinstance(one, Metric) and one.repo}


def rows(answers: list[Any], name: str) -> list[Any]:
    return [
        row for one in answers if isinstance(one, Series) and one.name == name for row in one.rows
    ]


FOUND = {
    "README.md": "readme",
    "docs/adr/0001-x.md": "adr",
    "api/docs/openapi.yaml": "api_spec",
    "web/onboarding.md": "onboarding",
    "ops/runbook.md": "runbook",
    "Dockerfile": "container",
}
CHANGED = {
    "README.md": "2026-01-01",
    "docs/adr/0001-x.md": "2020-01-01",
    "api/docs/openapi.yaml": "2024-06-01",
    "web/onboarding.md": "2024-06-01",
    "api/a.py": "2026-06-01",
    "web/b.py": "2025-05-31",
}


def test_a_document_is_as_old_as_the_code_beside_it_went_on_without_it() -> None:
    answers = asked(FOUND, CHANGED, {"README.md": 1_000, "api/docs/openapi.yaml": 7})
    assert values(answers) == {"documents.readme_share": 1.0, "documents.stale_share": 1 / 3}
    assert rows(answers, "documents") == [
        ("api", "README", 1, 1_000, "2026-01-01", 5),
        ("api", "onboarding guide", 1, None, "2024-06-01", 12),
        ("api", "architecture decisions", 1, None, "2020-01-01", None),
        ("api", "API specification", 1, 7, "2024-06-01", 24),
        ("api", "runbooks", 1, None, "not known", None),
    ]
    assert rows(answers, "stale_documents") == [
        ("api", "api/docs/openapi.yaml", "API specification", "2024-06-01", 24)
    ]


def test_a_readme_of_a_few_words_is_a_stub() -> None:
    answers = asked({"README.md": "readme"}, {}, {"README.md": 999})
    assert values(answers) == {"documents.readme_share": 0.0, "documents.stale_share": None}
    assert rows(answers, "documents") == [("api", "README, a stub", 1, 999, "not known", None)]


def test_a_readme_whose_content_is_missing_is_no_stub() -> None:
    answers = asked({"README.md": "readme"}, {}, {"README.md": 0})
    assert values(answers)["documents.readme_share"] is None
    assert rows(answers, "documents") == [("api", "README", 1, None, "not known", None)]


def test_a_repository_without_documents_has_no_readme() -> None:
    answers = asked({}, {"a.py": "2026-01-01"}, {})
    assert values(answers) == {"documents.readme_share": 0.0, "documents.stale_share": None}
    assert rows(answers, "documents") == []
