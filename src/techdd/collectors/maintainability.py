"""The maintainability index of Python files, by radon."""

from __future__ import annotations

import ast
import warnings
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.counting import of_repository
from techdd.facts import File
from techdd.guard import Unreadable, one_file
from techdd.languages import utf8
from techdd.model import Issue, Metric, Series
from techdd.repository import MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_BYTES = 1_000_000
MAX_STATEMENT = 2_000  # lines; radon is quadratic in the lines of one statement
SHOWN = 10


class Maintainability(NamedTuple):
    """radon's maintainability index of one Python file of production code."""

    path: str
    mi: float  # 0-100, the higher the better
    rank: str  # A above 19, B above 9, else C
    code: int  # code lines, as in `File`


@collector(makes=(Maintainability,), needs=(File,))
def maintainability_index(repo: Repository, files: DataFrame) -> Gathered:
    """The index of each Python file of production code that radon can parse."""
    wanted = files[(files["role"] == "source") & (files["language"] == "Python")]
    wanted = wanted[wanted["code"] > 0].sort_values("path")
    for path in wanted.loc[wanted["size"] > MAX_BYTES, "path"]:
        yield Issue("too large for radon", str(path), f"more than {MAX_BYTES:,} bytes")
    small = wanted[wanted["size"] <= MAX_BYTES]
    copies = dict(iter(small.groupby("blob", sort=False)))
    for blob, content in repo.blobs(map(str, copies)):
        found = _index(content) if content is not None else MISSING
        for path, code in copies[blob][["path", "code"]].itertuples(index=False):
            if isinstance(found, str):
                lost = found == MISSING
                yield Issue("maintainability index not computed", str(path), found, transient=lost)
            else:
                yield Maintainability(str(path), found, _rank(found), int(code))


def _index(content: bytes) -> float | str:
    """radon's index (comments and docstrings counted), or why there is none."""
    from radon.metrics import mi_visit

    text = utf8(content)[0].decode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the client's code, such as invalid escapes
        try:
            with one_file(content):
                if _longest_statement(text) > MAX_STATEMENT:
                    return f"a statement of more than {MAX_STATEMENT:,} lines"
                return round(float(mi_visit(text, multi=True)), 2)
        except SyntaxError as error:
            return f"not Python of this interpreter's version (line {error.lineno})"
        except (Unreadable, ValueError) as error:
            return f"radon failed: {error if isinstance(error, Unreadable) else 'ValueError'}"


def _longest_statement(text: str) -> int:
    return max(
        (
            (node.end_lineno or node.lineno) - node.lineno
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.stmt) and not hasattr(node, "body")
        ),
        default=0,
    )


def _rank(index: float) -> str:
    from radon.metrics import mi_rank

    return str(mi_rank(index))


@probe(domain="code_health", needs=(File, Maintainability))
def maintainability(_: date, files: DataFrame, ranked: DataFrame) -> Answered:
    """How much of the Python code is hard to maintain by radon's index?"""
    for repo in ("", *sorted(files["repo"].unique())):
        part = of_repository(repo, ranked)
        total = int(part["code"].sum())
        low = int(part.loc[part["rank"] == "C", "code"].sum())
        yield Metric(
            "maintainability.low_share",
            low / total if total else None,
            "share",
            str(repo),
            f"{total:,} code lines of Python in {len(part):,} files",
            "" if total else "no Python file of production code could be ranked",
        )
    worst = ranked[ranked["rank"] != "A"].sort_values(["mi", "repo", "path"]).head(SHOWN)
    if len(worst):
        yield Series(
            "low_maintainability",
            "Python files with the lowest maintainability index",
            ("repository", "file", "index", "rank", "code lines"),
            tuple(
                (str(repo), str(path), float(index), str(rank), int(code))
                for repo, path, index, rank, code in worst[
                    ["repo", "path", "mi", "rank", "code"]
                ].itertuples(index=False)
            ),
            note="radon: A above 19, B above 9, else C.",
        )
