"""How the code has grown, and what is hard to change in it: the tree of today and of months ago.

Trees are listed and never checked out, and a version of a file is measured once ever. Earlier
months are measured by the same rules as today, so the last point is what the other probes say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd import parquet
from techdd.collectors import Answered, Gathered, collector, probe
from techdd.counting import component_name, of_repository
from techdd.derived import arrays, from_store
from techdd.errors import RepositoryError
from techdd.facts import Commit, File
from techdd.languages import classify
from techdd.measuring import MEASURED_ROLES, Measured, folder, version
from techdd.model import Issue, Metric, Series, Value
from techdd.repository import MISSING, Entry, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

MONTHS = 36
MOST_VERSIONS = 60_000  # of files; where there are more, fewer months are looked at
SPACINGS = (1, 3, 6, 12)  # months between points
MOST_MISSING = 0.01  # of a tree's files; a point that lacks more would understate
FEWEST_LINES = 1_000  # of code; a share of fewer jumps with each function
SHOWN = 12  # components


class TrendPoint(NamedTuple):
    """What one component was at the end of a month; the last month is that of the audited commit.

    Lines are code lines of languages whose functions are measured, tests in other files left out.
    """

    month: str  # "2025-03"
    commit: str
    component: str
    code: int
    tests: int
    complex: int  # code lines in functions with a cyclomatic complexity above 10
    very_complex: int  # above 25
    long: int  # in functions of more than 30 lines
    very_long: int  # of more than 60
    wide: int  # with more than 4 parameters


@collector(makes=(TrendPoint,), needs=(Commit, File), minutes=120)
def trend(
    repo: Repository, commits: DataFrame, _files: DataFrame, *, months: int = MONTHS
) -> Gathered:
    """The sizes of each component at the end of each of the last `months`."""
    points = _points(repo, commits, months)
    trees: dict[str, list[Entry]] = {}
    for commit in dict.fromkeys(points.values()):
        try:
            entries = replace(repo, head=commit).regular_files()
        except RepositoryError as error:
            detail = f"{commit[:10]}: {error.message}"
            yield Issue("an earlier tree cannot be listed", detail=detail, transient=True)
            continue
        trees[commit] = [one for one in entries if _is_code(one.path)]
    points, spacing = _thinned({month: one for month, one in points.items() if one in trees}, trees)
    if spacing > 1:
        detail = f"every {spacing} months: there are more than {MOST_VERSIONS:,} versions of files"
        yield Issue("fewer earlier months were looked at", detail=detail)
    yield from from_store(folder(repo), lambda: list(_sizes(repo, points, trees)))


def _points(repo: Repository, commits: DataFrame, months: int) -> dict[str, str]:
    """Month -> the commit that the main line ended it with, the latest month first."""
    line = commits[commits["mainline"] & commits["committed"].notna()].sort_values("number")
    if line.empty:
        return {}
    head = line.iloc[-1]["committed"]
    found = {f"{head:%Y-%m}": repo.head}
    for back in range(1, months + 1):
        place = head.year * 12 + head.month - 1 - back
        year, month = place // 12, place % 12 + 1
        until = head.replace(year=(place + 1) // 12, month=(place + 1) % 12 + 1, day=1, hour=0,
                             minute=0, second=0, microsecond=0)  # fmt: skip
        before = line[line["committed"] < until]
        if before.empty:
            break
        found[f"{year}-{month:02}"] = str(before.iloc[-1]["sha"])
    return found


def _is_code(path: str) -> bool:
    """Whether the name allows for code: a file without an ending may be a program by its first
    line.
    """
    role = classify(path, b"").role
    return role in MEASURED_ROLES or (role == "data" and "." not in path.rsplit("/", 1)[-1])


def _thinned(
    points: Mapping[str, str], trees: Mapping[str, Sequence[Entry]]
) -> tuple[dict[str, str], int]:
    """(as many of the `points`, evenly spaced and with the latest, as can be measured in good time,
    the months between them).
    """
    months = list(points)
    for spacing in SPACINGS:
        chosen = {month: points[month] for month in months[::spacing]}
        if len({(e.blob, e.path) for c in set(chosen.values()) for e in trees[c]}) <= MOST_VERSIONS:
            return chosen, spacing
    return {month: points[month] for month in months[:1]}, len(months)


def _sizes(
    repo: Repository, points: Mapping[str, str], trees: Mapping[str, list[Entry]]
) -> Iterator[TrendPoint | Issue]:
    measured = Measured(repo)
    whole = {(one.blob, one.path): one for commit in points.values() for one in trees[commit]}
    missing = {one.blob for one in measured.add(list(whole.values())) if one.size < 0}
    store = measured.store
    if not store.parts():
        return
    store.connection.execute(_SIZED.format(
        files=parquet.files(store.files("files")), functions=parquet.files(store.files("functions"))
    ))  # fmt: skip
    by_commit: dict[str, list[Any]] = {}
    for month, commit in points.items():
        lost = sum(one.blob in missing for one in trees[commit])
        if lost > MOST_MISSING * len(trees[commit]):
            detail = f"{month}: {lost:,} of {len(trees[commit]):,} files"
            yield Issue(MISSING, detail=detail, transient=True)
            continue
        if commit not in by_commit:
            rows = [(version(one),) for one in trees[commit]]
            store.connection.register("wanted", arrays(rows, {"version": str}))
            by_commit[commit] = store.connection.sql(_BY_COMPONENT).fetchall()
        for component, *sizes in by_commit[commit]:
            yield TrendPoint(month, commit, component, *sizes)


_SIZED = """
    CREATE OR REPLACE TEMP TABLE sized AS
    SELECT version, component, role,
        greatest(code - coalesce(within, 0), 0) AS code, coalesce(within, 0) AS within,
        coalesce(complex, 0) AS complex, coalesce(very_complex, 0) AS very_complex,
        coalesce(long, 0) AS long, coalesce(very_long, 0) AS very_long, coalesce(wide, 0) AS wide
    FROM {files} LEFT JOIN (
        SELECT version,
            sum(lines) FILTER (role = 'test') AS within,
            sum(lines) FILTER (role = 'source' AND complexity > 10) AS complex,
            sum(lines) FILTER (role = 'source' AND complexity > 25) AS very_complex,
            sum(lines) FILTER (role = 'source' AND lines > 30) AS long,
            sum(lines) FILTER (role = 'source' AND lines > 60) AS very_long,
            sum(lines) FILTER (role = 'source' AND parameters > 4) AS wide
        FROM {functions} GROUP BY version
    ) USING (version)
    WHERE measured <> '' AND role IN ('source', 'test')"""
_BY_COMPONENT = """
    SELECT component,
        coalesce(sum(code) FILTER (role = 'source'), 0)::BIGINT,
        sum(CASE role WHEN 'test' THEN code ELSE 0 END + within)::BIGINT,
        sum(complex)::BIGINT, sum(very_complex)::BIGINT, sum(long)::BIGINT,
        sum(very_long)::BIGINT, sum(wide)::BIGINT
    FROM sized JOIN wanted USING (version) GROUP BY component ORDER BY component"""


@probe(domain="code_health", needs=(TrendPoint, Commit))
def trends(_: date, points: DataFrame, commits: DataFrame) -> Answered:
    """Does what is hard to change grow faster than the code?"""
    whole = _by_month(points)
    whole = whole[whole.index >= _all_known_from(points, commits)]
    for repo in ("", *sorted(points["repo"].unique())):
        part = whole if not repo else _by_month(of_repository(repo, points))
        yield from _metrics(str(repo), part)
    if len(whole) > 1:
        yield from _charts(whole)
        yield _components(points)


def _by_month(points: DataFrame) -> DataFrame:
    """Sums by month over all repositories; one that rests stays as it was."""
    sizes = points.groupby(["repo", "month"])[list(_SIZES)].sum()
    months = sorted(points["month"].unique())
    wide = sizes.unstack("repo").reindex(months).ffill().fillna(0)
    return wide.T.groupby(level=0).sum().T


def _all_known_from(points: DataFrame, commits: DataFrame) -> str:
    """The first month in which no repository lacks a point that was there already: before it a sum
    would grow with each repository whose months begin to be looked at.
    """
    begun = commits.groupby("repo")["committed"].min()
    known = ""
    for repo, own in points.groupby("repo"):
        months = sorted(own["month"].unique())
        step = _number_of(months[1]) - _number_of(months[0]) if len(months) > 1 else 1
        start = begun.get(repo)
        if start is None or _number_of(months[0]) - _number_of(f"{start:%Y-%m}") >= step:
            known = max(known, months[0])
    return known


def _number_of(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:])


_SIZES = ("code", "tests", "complex", "very_complex", "long", "very_long", "wide")


def _metrics(repo: str, months: DataFrame) -> Iterator[Metric]:
    """How the last month differs from that of a year before."""
    now = months.iloc[-1] if len(months) else None
    last = months.index[-1] if len(months) else ""
    year_before = _year_before(last) if last else ""
    then = months.loc[year_before] if year_before in months.index else None
    note = ""
    if now is None or then is None:
        note = "no commit on the main line a year before the last"
    elif min(now["code"], then["code"]) < FEWEST_LINES:
        note = f"fewer than {FEWEST_LINES:,} code lines now or a year before"
    values: dict[str, float | None] = dict.fromkeys(("code", "complex", "long"))
    basis = ""
    if now is not None and then is not None and not note:
        # Of languages whose functions are measured, which need not be those of the product.
        old, new = (f"{one['code']:,.0f}" for one in (then, now))
        basis = f"{old} measured code lines in {year_before}, {new} in {last}"
        values["code"] = float(now["code"] / then["code"] - 1)
        for name, column in (("complex", "complex"), ("long", "very_long")):
            values[name] = 100 * float(now[column] / now["code"] - then[column] / then["code"])
    for name, value in values.items():
        unit = "share" if name == "code" else "percentage points"
        yield Metric(f"trend.{name}_12m", value, unit, repo, basis, note)


def _charts(months: DataFrame) -> Iterator[Series]:
    rows = months.reset_index().itertuples(index=False)
    yield Series(
        "trend_size",
        "Code lines by month, production and tests",
        ("month", "production code", "tests"),
        tuple((str(row.month), int(row.code), int(row.tests)) for row in rows),
        chart="line",
        note="At the end of each month, by the rules of today: without generated, copied and "
        "minified code, and without languages whose functions are not measured. The first month "
        "is one from which all repositories that were there are known.",
    )
    some = months[months["code"] >= FEWEST_LINES].reset_index()
    yield Series(
        "trend_risk",
        "Share of the production code that is hard to change",
        ("month", "share in complex functions (over 10)", "share in long functions (over 60 lines)",
         "share in functions with many parameters (over 4)"),
        tuple(
            (str(row.month), *(round(value / row.code, 4) for value in
             (row.complex, row.very_long, row.wide)))
            for row in some.itertuples(index=False)
        ),
        chart="line",
        note="A line that falls says that the code becomes easier to change, whatever its size.",
    )  # fmt: skip


def _components(points: DataFrame) -> Series:
    """The components that changed most in a year, as far as both ends are known."""
    several = points["repo"].nunique() > 1
    rows: list[tuple[Value, ...]] = []
    for (repo, component), part in points.groupby(["repo", "component"]):
        own = of_repository(repo, points)
        last = own["month"].max()
        ends = {month: part[part["month"] == month] for month in (_year_before(last), last)}
        then, now = (int(one["code"].sum()) for one in ends.values())
        if max(then, now) < FEWEST_LINES or _year_before(last) not in set(own["month"]):
            continue
        shares = [
            round(int(one["complex"].sum()) / int(one["code"].sum()), 4)
            if one["code"].sum()
            else None
            for one in ends.values()
        ]
        rows.append((component_name(component, repo if several else ""), then, now, *shares))
    rows.sort(key=lambda row: (-abs(_number(row[2]) - _number(row[1])), str(row[0])))
    return Series(
        "trend_components",
        "Components that grew or shrank most in twelve months",
        ("component", "code lines a year before", "code lines", "complex share a year before",
         "complex share"),
        tuple(rows[:SHOWN]),
        note="A component without a share was not there, or was called otherwise.",
    )  # fmt: skip


def _year_before(month: str) -> str:
    return f"{int(month[:4]) - 1}{month[4:]}"


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
