"""For whom the authors work: the company, contractors, outsourcing companies, nobody known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, probe
from techdd.collectors._people import commits_by_people, lines_by_people
from techdd.counting import FEWEST
from techdd.facts import Commit, Person, Survivor
from techdd.identity import FREE_MAIL, Domain, domain_of, is_private
from techdd.model import Metric, Series

if TYPE_CHECKING:
    from pandas import DataFrame
    from pandas import Series as Column

KINDS = ("employee", "contractor", "outsourcing", "private", "unknown")
OUTSIDE = ("contractor", "outsourcing")
HALF = 0.5  # of the commits: CHAOSS, Elephant Factor
NOT_SAID = (
    "neither people.yaml nor a roster says which addresses are a contractor's or an "
    "outsourcing company's"
)


class _Company(NamedTuple):
    """Which domain is taken for the company's where nobody said it; "" = none."""

    domain: str
    note: str


@probe(domain="team", needs=(Commit, Person, Domain))
def affiliation(as_of: date, commits: DataFrame, people: DataFrame, domains: DataFrame) -> Answered:
    """For whom do the people work who make the changes of today?"""
    human = commits_by_people(as_of, commits, people)
    company = _company(human, people)
    recent = _with_kinds(human[human["recent"]].drop(columns="identity"), people, company)
    yield _free_mail(recent)
    basis = f"{len(recent):,} commits in the last 12 months"
    yield from _shares("affiliation", recent.assign(lines=1), people, domains, company, basis)
    yield _elephant_factor(recent, basis)
    yield _by_kind(
        "affiliation",
        "Commits of the last 12 months by whom their authors work for",
        "commits",
        recent.assign(lines=1),
        company,
    )


@probe(domain="team", needs=(Survivor, Commit, Person, Domain))
def code_origin(
    as_of: date, survivors: DataFrame, commits: DataFrame, people: DataFrame, domains: DataFrame
) -> Answered:
    """For whom did the people work who wrote the code that stands today?"""
    company = _company(commits_by_people(as_of, commits, people), people)
    lines = _assumed(lines_by_people(survivors, people), company)
    basis = f"{int(lines['lines'].sum()):,} surviving lines of source files"
    yield from _shares("code_origin", lines, people, domains, company, basis)
    yield _by_kind(
        "code_origin",
        "Surviving lines of source files by whom their authors work for",
        "surviving lines",
        lines,
        company,
    )


def _company(human: DataFrame, people: DataFrame) -> _Company:
    """The domain of the most commits of the last year, where nobody said which is the company's.

    A domain of one person may be that person's own, and a few commits show nothing.
    """
    if (people["affiliation"] == "employee").any():
        return _Company("", "")
    recent = _with_kinds(human[human["recent"]].drop(columns="identity"), people, _Company("", ""))
    unknown = recent[recent["affiliation"] == "unknown"]
    by_domain = unknown.groupby("domain").agg(commits=("sha", "size"), people=("person", "nunique"))
    # More than half of the commits that name an organisation, or it may be any contributor's.
    likely = by_domain[
        (by_domain["people"] > 1)
        & (by_domain["commits"] >= FEWEST)
        & (by_domain["commits"] > HALF * (recent["affiliation"] != "private").sum())
    ]
    if not len(likely):
        return _Company("", "nobody said which domain is the company's")
    domain, number = str(likely.index[0]), int(likely["commits"].iloc[0])
    return _Company(
        domain,
        f"assumed: {domain} is the company's, as the domain of the most commits in the last 12 "
        f"months ({number:,} of {len(recent):,}) that is no free mail service's",
    )


def _with_kinds(commits: DataFrame, people: DataFrame, company: _Company) -> DataFrame:
    known = people.drop_duplicates("identity")[["identity", "email", "affiliation"]]
    return _assumed(commits.merge(known, left_on="author", right_on="identity"), company)


def _assumed(rows: DataFrame, company: _Company) -> DataFrame:
    """`rows` with the column `domain`, and the company's where it had to be assumed."""
    domain = _folded(rows["email"].map(domain_of))
    of_company = (domain == company.domain) & (rows["affiliation"] == "unknown")
    return rows.assign(domain=domain, affiliation=rows["affiliation"].mask(of_company, "employee"))


def _folded(domains: Column[str]) -> Column[str]:
    """Each domain as the widest one above it that is there too: mail.acme.io as acme.io."""
    there = set(domains)

    def widest(domain: str) -> str:
        labels = domain.split(".")
        above = (".".join(labels[start:]) for start in range(len(labels) - 2, -1, -1))
        return next((one for one in above if one in there), domain)

    return domains.map({domain: widest(domain) for domain in there})


def _free_mail(recent: DataFrame) -> Metric:
    domains = recent["email"].map(domain_of)
    return Metric(
        "affiliation.free_mail_share",
        float(domains.isin(FREE_MAIL).mean()) if len(recent) else None,
        "share",
        basis=f"{len(recent):,} commits in the last 12 months",
        note="" if len(recent) else "no commit in the last 12 months",
    )


def _shares(
    name: str,
    rows: DataFrame,
    people: DataFrame,
    domains: DataFrame,
    company: _Company,
    basis: str,
) -> Iterator[Metric]:
    """Shares of `lines`: the company's, outsiders', and of authors nobody can place."""
    total = int(rows["lines"].sum())
    few = "" if total >= FEWEST else f"only {total}" if total else "nothing to count"
    part = rows.groupby("affiliation")["lines"].sum()

    def share(kinds: tuple[str, ...], missing: str) -> tuple[float | None, str]:
        if few or missing:
            return None, few or missing
        return float(sum(part.get(kind, 0) for kind in kinds) / total), ""

    placed = bool((people["affiliation"] == "employee").any() or company.domain)
    value, note = share(("employee",), "" if placed else company.note)
    yield Metric(f"{name}.company_share", value, "share", "", basis, note or company.note)
    said = {*people["affiliation"], *domains["affiliation"]}
    value, note = share(OUTSIDE, "" if said & set(OUTSIDE) else NOT_SAID)
    yield Metric(f"{name}.outside_share", value, "share", "", basis, note)
    value, note = share(("private", "unknown"), "")
    yield Metric(f"{name}.unplaced_share", value, "share", "", basis, note or company.note)


def _elephant_factor(recent: DataFrame, basis: str) -> Metric:
    """The smallest number of organisations that make half of the commits.

    CHAOSS, Elephant Factor. The company is one organisation, every other domain is one, and a
    contractor with a private address is one alone; other private addresses belong to none.
    """
    placed = recent[recent["affiliation"] != "private"]
    value, note = None, ""
    if len(recent) < FEWEST:
        note = f"only {len(recent)} commits"
    elif len(placed) < HALF * len(recent):
        note = (
            f"{len(recent) - len(placed):,} of the commits are from addresses that name no "
            "organisation"
        )
    else:
        own_account = placed["domain"].map(is_private)
        organisation = placed["domain"].mask(own_account, placed["person"])
        organisation = organisation.mask(placed["affiliation"] == "employee", "the company")
        covered = organisation.value_counts().cumsum()
        value = int((covered < HALF * len(placed)).sum()) + 1
        basis = f"{len(placed):,} of {basis} are from addresses of organisations"
    return Metric("affiliation.elephant_factor", value, "organisations", "", basis, note)


def _by_kind(name: str, title: str, what: str, rows: DataFrame, company: _Company) -> Series:
    total = int(rows["lines"].sum())
    table = rows.groupby("affiliation").agg(people=("person", "nunique"), lines=("lines", "sum"))
    note = (
        "By e-mail domain and roster; private: free mail and anonymous addresses of code hosts, "
        "also used by open-source authors; unknown: a domain that nobody has placed."
    )
    return Series(
        name,
        title,
        ("affiliation", "people", what, f"share of {what}"),
        tuple(
            (kind, int(table["people"][kind]), int(table["lines"][kind]),
             float(table["lines"][kind] / total))
            for kind in KINDS
            if kind in table.index and total
        ),
        note=" ".join(part for part in (note, company.note and f"{company.note}.") if part),
    )  # fmt: skip
