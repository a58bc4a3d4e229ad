"""Licences that the client's files leave open and the online service names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


def completed(packages: DataFrame, facts: DataFrame) -> DataFrame:
    """`packages` with the licence that the online service names where the files name none."""
    key = ["ecosystem", "name", "version"]
    named = facts[facts["licence"] != ""].drop_duplicates(key)
    said = {tuple(row[:3]): row[3] for row in named[[*key, "licence"]].itertuples(index=False)}
    found = [said.get(tuple(row), "") for row in packages[key].itertuples(index=False)]
    stated = [str(one or "") for one in packages["licence"]]
    return packages.assign(
        licence=[own or other for own, other in zip(stated, found, strict=True)],
        looked_up=[not own and bool(other) for own, other in zip(stated, found, strict=True)],
    )
