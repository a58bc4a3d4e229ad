"""Results of the client's own scanners: SARIF files that stand in the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from techdd.collectors import Gathered, collector
from techdd.collectors._reports import contents
from techdd.facts import File
from techdd.model import Issue
from techdd.repository import Repository
from techdd.sarif import ImportedResult, left_out, read_sarif
from techdd.sarif.reading import MAX_BYTES, NOT_READ

if TYPE_CHECKING:
    from pandas import DataFrame

_ENDINGS = (".sarif", ".sarif.json")
_LEFT_OUT = ("test", "vendored", "documentation")  # a fixture of somebody's tests is no scan


@collector(makes=(ImportedResult,), needs=(File,), version=4)
def imported_results(repo: Repository, files: DataFrame) -> Gathered:
    """What SARIF files in the tree say, as their tools rate it."""
    named = files["path"].str.lower().str.endswith(_ENDINGS)
    tests = files["path"].str.contains(r"(?:^|/)(?:_?tests?|testdata|fixtures|examples?)/")
    own = files[named & ~tests & ~files["role"].isin(_LEFT_OUT)]
    known = frozenset(files["path"])
    for item in contents(repo, own, MAX_BYTES, NOT_READ):
        if isinstance(item, Issue):
            yield item
            continue
        path, content = item
        found = list(read_sarif(content, path))
        yield from found
        yield from left_out([one for one in found if isinstance(one, ImportedResult)], known)
