"""Small literal tables of a history, shared by the tests of the delivery signals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from builders import a_commit

from techdd.facts import Commit, Person, Tag, frame
from techdd.model import Metric, Series

AS_OF = date(2025, 12, 31)
END = datetime(2025, 12, 31, 12, tzinfo=UTC)
PEOPLE = frame(
    Person, [Person(n, n, n, f"{n}@x.io", n == "bot") for n in ("ann", "bob", "cid", "bot")]
)


def ago(days: float) -> datetime:
    """Noon of the last day, so many days before."""
    return END - timedelta(days=days)


def table(fact: Any, rows: Iterable[Any], repos: Iterable[str] | str = "api") -> Any:
    """The facts `rows` with the column `repo`."""
    made = frame(fact, list(rows))
    made.insert(0, "repo", repos if isinstance(repos, str) else list(repos))
    return made


def commits(*rows: dict[str, Any]) -> Any:
    """Commits of ann yesterday on the mainline of `api`, but for what is said; ids 0, 1, ..."""
    made = []
    for number, row in enumerate(rows):
        when = ago(row.get("ago", 1))
        one = a_commit(f"{number}", authored=when, committed=when, number=number)
        changes = {k: v for k, v in row.items() if k not in ("ago", "repo")}
        if "landed" in changes:
            changes.setdefault("mainline", False)
        made.append(one._replace(**changes))
    return table(Commit, made, [row.get("repo", "api") for row in rows])


def tags(*rows: tuple[str, float | None, str], repo: str = "api") -> Any:
    """Tags of (name, days before the end, commit)."""
    made = [Tag(name, sha, None if days is None else ago(days)) for name, days, sha in rows]
    return table(Tag, made, repo)


def metrics(found: Any) -> dict[tuple[str, str], float | None]:
    """(repository, metric without its probe) -> value."""
    return {(m.repo, m.name.partition(".")[2]): m.value for m in found if isinstance(m, Metric)}


def note(found: Any, name: str, repo: str = "") -> str:
    """The note of one metric."""
    (one,) = [m for m in found if isinstance(m, Metric) and (m.name, m.repo) == (name, repo)]
    return one.note


def basis(found: Any, name: str, repo: str = "") -> str:
    """The basis of one metric."""
    (one,) = [m for m in found if isinstance(m, Metric) and (m.name, m.repo) == (name, repo)]
    return one.basis


def series(found: Any, name: str) -> Series:
    """One series by name."""
    (one,) = [s for s in found if isinstance(s, Series) and s.name == name]
    return one
