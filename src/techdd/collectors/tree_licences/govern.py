"""Which licence holds for a file: its own notice, else what its folder says, else nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors.tree_licences.gather import ASIDE
from techdd.languages import languages
from techdd.licensing import UNKNOWN, classify

if TYPE_CHECKING:
    from pandas import DataFrame

_ROLES = ("source", "vendored", "minified")  # what may be part of what is delivered
_LIST = 8  # licence files in one folder: it lists licences, and is under none of them


class Governed(NamedTuple):
    """One source file and what holds for it."""

    path: str
    role: str
    code: int
    licence: str  # "" = names none
    terms: bool  # it or its folder speaks of a licence in some way
    holders: str


def governed(
    files: DataFrame, notices: DataFrame, licences: DataFrame, declarations: DataFrame
) -> list[Governed]:
    """The source files of one repository that may be delivered, by path.

    A licence file below the top holds for its folder and all below; so does what a copied package
    declares. A folder that holds many licence files is a list of licences.
    """
    said = {row.path: row for row in notices.itertuples()}
    folders = folder_terms(files, licences, declarations)
    code = {name for name, one in languages().items() if one.kind == "source" and one.programming}
    wanted = files[files["role"].isin(_ROLES) & files["language"].isin(code) & (files["code"] > 0)]
    wanted = wanted.sort_values("path")
    found = []
    for file in wanted.itertuples():
        if ASIDE.search(file.path):
            continue
        own = said.get(file.path)
        licence = str(own.licence) if own is not None else ""
        terms = bool(own is not None and own.terms)
        above = _nearest(str(file.path), folders)
        if not licence and above is not None:
            licence, terms = above, True
        holders = str(own.holders) if own is not None else ""
        found.append(
            Governed(str(file.path), str(file.role), int(file.code), licence, terms, holders)
        )
    return found


def folder_terms(files: DataFrame, licences: DataFrame, declarations: DataFrame) -> dict[str, str]:
    """Folder below the top -> what is said to hold there; "" where that is not understood."""
    stated: dict[str, list[str]] = defaultdict(list)
    for path, licence in zip(licences["path"], licences["licence"], strict=True):
        stated[str(path).rpartition("/")[0]].append(str(licence))
    lists = {
        folder for folder, count in Counter(map(_folder, licences["path"])).items() if count > _LIST
    }
    copied = set(files[files["role"] == "vendored"]["path"])
    found: dict[str, str] = {}
    for path, licence in zip(declarations["path"], declarations["licence"], strict=True):
        if path in copied and licence and _folder(path):
            found[_package(_folder(path))] = _understood(str(licence))
    for folder, several in stated.items():
        if folder and folder not in lists and not folder.upper().endswith("LICENSES"):
            known = [one for one in map(_understood, several) if one]
            found[folder] = " OR ".join(
                f"({one})" if " " in one else one for one in dict.fromkeys(known)
            )
    return found


def _folder(path: str) -> str:
    return str(path).rpartition("/")[0]


def _package(folder: str) -> str:
    """The folder that a wheel's metadata is about lies beside it."""
    name = folder.rpartition("/")[2]
    if not name.endswith(".dist-info"):
        return folder
    parent = folder.rpartition("/")[0]
    return f"{parent}/{name.split('-')[0].lower()}".lstrip("/")


def _understood(licence: str) -> str:
    spdx, category = classify(licence)
    return "" if category == UNKNOWN else spdx


def _nearest(path: str, folders: dict[str, str]) -> str | None:
    folder = _folder(path)
    while folder:
        if folder in folders:
            return folders[folder]
        folder = _folder(folder)
    return None
