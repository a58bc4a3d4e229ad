"""Who vouches for changes: signatures, code owners, the update bot's reach, a contact for reports.

A signature is seen in the object's header and not verified. Protection of branches, required
reviews and who may approve are settings of the code host, which a repository does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.counting import of_repository
from techdd.guard import Unreadable, one_file
from techdd.model import Issue, Metric, Series
from techdd.repository import MAX_SOURCE, Entry, Repository
from techdd.yamls import items, mappings, yaml_documents

if TYPE_CHECKING:
    from pandas import DataFrame

LOOKED_AT = 1_000  # newest commits of the audited branch whose headers are read
_SIGNATURE = re.compile(rb"^gpgsig(?:-sha256)? (-----BEGIN \w+)", re.M)
_TAG_SIGNATURE = re.compile(rb"^(-----BEGIN (?:PGP|SSH|SIGNED)) ?(?:SIGNATURE|MESSAGE)-----", re.M)
_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_OWNER = re.compile(r"@[\w.-]+(?:/[\w.-]+)*|[^\s@]+@[\w.-]+\.\w+")
_POLICY = re.compile(r"^(?:\.github/|docs/)?security(?:\.(?:md|rst|txt|adoc))?$", re.I)
_CONTACT = re.compile(
    rb"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}|security/advisories|[Pp]rivate vulnerability"
    rb"|hackerone\.com|bugcrowd\.com|intigriti\.com|huntr\.(?:dev|com)|^Contact:",
    re.M,
)
_DEPENDABOT = re.compile(r"^\.github/dependabot\.ya?ml$")
_RENOVATE = re.compile(r"(?:^|/)(?:renovate\.json5?|\.renovaterc(?:\.json5?)?)$")
# What dependabot calls an ecosystem, and the files that show that it is there.
_ECOSYSTEMS = {
    "npm": r"package\.json$", "pip": r"(?:requirements[\w.-]*\.txt|pyproject\.toml|pipfile)$",
    "gomod": r"go\.mod$", "bundler": r"gemfile$", "cargo": r"cargo\.toml$",
    "composer": r"composer\.json$", "maven": r"pom\.xml$", "gradle": r"build\.gradle(?:\.kts)?$",
    "nuget": r"[\w.-]+\.(?:cs|fs|vb)proj$", "mix": r"mix\.exs$", "pub": r"pubspec\.yaml$",
    "docker": r"dockerfile(?:[.-][\w.-]+)?$", "terraform": r"[\w.-]+\.tf$",
    "github-actions": r"(?<=\.github/workflows/)[\w.-]+\.ya?ml$",
}  # fmt: skip
_ALIKE = {"uv": "pip", "bun": "npm", "docker-compose": "docker"}
_Rules = list[tuple[re.Pattern[str], list[str]]]
_ASIDE = re.compile(r"(?:^|/)(?:vendor|node_modules|testdata|fixtures?|tests?|examples?)/", re.I)


class Governance(NamedTuple):
    """What one repository shows of who vouches for changes."""

    commits: int  # looked at, the newest
    signed: int
    web_signed: int  # of these, by the committer address that code hosts use
    tags: int  # that are objects of their own
    tags_signed: int
    owners_file: str  # its path; "" = none
    owner_rules: int
    owners: int
    owner_mistakes: int  # lines without a pattern or with what is no owner
    owned: int | None  # files that a rule gives an owner; None = the rules could not be read
    files: int
    bot: str  # "dependabot", "renovate" or ""
    ecosystems: str  # present, in words
    uncovered: str  # of these, what the bot is not told to look after
    policy: str  # the path of the security policy; "" = none
    contact: bool  # it names an address or a form


@collector(makes=(Governance,))
def governance(repo: Repository) -> Gathered:
    """Signatures of the newest commits and of tags, and what files say of owners and updates."""
    entries = [entry for entry in repo.regular_files() if 0 <= entry.size <= MAX_SOURCE]
    paths = {entry.path: entry for entry in entries}
    commits, signed, web = _signed_commits(repo)
    tags, tags_signed = _signed_tags(repo)
    owners_file = next((path for path in _OWNERS if path in paths), "")
    names = [entry.path for entry in repo.regular_files()]
    written = _text(repo, paths.get(owners_file))
    rules, mistakes, owned = _Rules(), 0, None
    try:
        with one_file(written):
            rules, mistakes = _rules(written)
            owned = sum(_is_owned(name, rules) for name in names) if rules else 0
    except Unreadable as error:
        yield Issue("code owners could not be read", owners_file, str(error))
    present = _present(names)
    bot, covered = "", set[str]()
    for path in sorted(paths):
        if _DEPENDABOT.search(path):
            bot = "dependabot"
            try:
                content = _text(repo, paths[path])
                with one_file(content):
                    covered = set(_dependabot(content))
            except ValueError as error:
                yield Issue("update bot's configuration could not be read", path, str(error)[:200])
        elif _RENOVATE.search(path) and not bot:
            bot, covered = "renovate", set(present)  # it looks after whatever it finds
    policy = next((path for path in sorted(paths) if _POLICY.search(path)), "")
    said = _text(repo, paths.get(policy))
    yield Governance(
        commits=commits,
        signed=signed,
        web_signed=web,
        tags=tags,
        tags_signed=tags_signed,
        owners_file=owners_file,
        owner_rules=len(rules),
        owners=len({owner for _, some in rules for owner in some}),
        owner_mistakes=mistakes,
        owned=owned,
        files=len(names),
        bot=bot,
        ecosystems=", ".join(sorted(present)),
        uncovered=", ".join(sorted(present - covered)) if bot else "",
        policy=policy,
        contact=bool(_CONTACT.search(said)),
    )


def _text(repo: Repository, entry: Entry | None) -> bytes:
    if entry is None:
        return b""
    return next(repo.blobs([entry.blob]))[1] or b""


def _signed_commits(repo: Repository) -> tuple[int, int, int]:
    """(looked at, signed, of these by the code host itself); the headers are read, no key is."""
    listed = repo.git("rev-list", f"--max-count={LOOKED_AT}", repo.head).decode().split()
    signed = web = 0
    there = [content for _, kind, content in repo.objects(listed) if kind]
    for content in there:
        header = content.partition(b"\n\n")[0]
        if _SIGNATURE.search(header):
            signed += 1
            web += b"\ncommitter GitHub <noreply@github.com>" in header
    return len(there), signed, web


def _signed_tags(repo: Repository) -> tuple[int, int]:
    form = "--format=%(objecttype) %(objectname)"
    listed = repo.git("for-each-ref", "refs/tags", form).decode().splitlines()
    ids = [line.split(" ")[1] for line in listed if line.startswith("tag ")]
    signed = sum(len(_TAG_SIGNATURE.findall(content)) for _, _, content in repo.objects(ids))
    return len(ids), signed


def _rules(data: bytes) -> tuple[_Rules, int]:
    """The rules of a CODEOWNERS file in order (the last that matches counts), and its mistakes."""
    rules: _Rules = []
    mistakes = 0
    for raw in data.decode("utf-8", "replace").splitlines()[:5_000]:
        line = re.sub(r"(?:^|\s)#.*", "", raw).strip()
        if not line or re.match(r"\^?\[[^\]]*\]", line):  # sections of GitLab
            continue
        pattern, *owners = line.replace("\\ ", "?").split()
        sound = [owner for owner in owners if _OWNER.fullmatch(owner)]
        mistakes += len(sound) < len(owners) or pattern.startswith("!")
        rules.append((_pattern(pattern), sound))
    return rules, mistakes


def _pattern(pattern: str) -> re.Pattern[str]:
    """As in .gitignore: a slash inside ties it to the root, one at the end means a folder."""
    tied = "/" in pattern.rstrip("/")
    words = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.findall(r"\*\*/?|\*|\?|[^*?]+", re.sub(r"\*{3,}", "**", pattern.strip("/")))[:50]
    text = "".join(words.get(part.rstrip("/"), re.escape(part)) for part in parts)
    below = "" if pattern.endswith("/*") else "/.*" if pattern.endswith("/") else "(?:/.*)?"
    return re.compile(f"{'' if tied or pattern == '*' else '(?:.*/)?'}{text}{below}$", re.S)


def _is_owned(path: str, rules: _Rules) -> bool:
    return bool(next((owners for rule, owners in reversed(rules) if rule.match(path)), []))


def _present(names: Sequence[str]) -> set[str]:
    own = [name.lower() for name in names if not _ASIDE.search(name)]
    return {
        ecosystem
        for ecosystem, sign in _ECOSYSTEMS.items()
        if any(map(re.compile(rf"(?:^|/)(?:{sign})").search, own))
    }


def _dependabot(data: bytes) -> Iterator[str]:
    for document in mappings(yaml_documents(data.decode("utf-8", "replace"))):
        for update in mappings(items([document.get("updates")])):
            named = str(update.get("package-ecosystem", ""))
            yield _ALIKE.get(named, named)


@probe(domain="sdlc", needs=(Governance,))
def vouching(_as_of: date, found: DataFrame) -> Answered:
    """Who vouches for changes: are they signed, owned, and kept up to date?"""
    for repo in ["", *sorted(found["repo"])]:
        own = of_repository(repo, found)
        looked, signed = int(own["commits"].sum()), int(own["signed"].sum())
        seen = "seen in the header, not verified"
        yield _share("signed_commits", repo, signed, looked, f"newest commits signed; {seen}")
        tags, tagged = int(own["tags"].sum()), int(own["tags_signed"].sum())
        yield _share("signed_tags", repo, tagged, tags, f"annotated tags signed; {seen}")
        told = own[own["owned"].notna()]
        files, owned = int(told["files"].sum()), int(told["owned"].sum())
        yield _share("owned_files", repo, owned, files, "files have an owner in CODEOWNERS")
        listed = own[own["bot"] != ""]
        present = listed["ecosystems"].str.split(", ").map(_count).sum()
        left = listed["uncovered"].str.split(", ").map(_count).sum()
        text = "ecosystems are looked after by the update bot"
        yield _share("bot_covers", repo, int(present - left), int(present), text)
        contacts = int(own["contact"].astype(bool).sum())
        text = "repositories name a contact for security reports"
        yield _share("security_contact", repo, contacts, len(own), text)
    if len(found):
        yield _table(found)


def _count(names: list[str]) -> int:
    return sum(bool(name) for name in names)


def _share(name: str, repo: str, part: int, whole: int, what: str) -> Metric:
    full = f"governance.{name}"
    if not whole:
        return Metric(full, None, "share", repo, "", f"there was nothing to count ({what})")
    return Metric(full, part / whole, "share", repo, f"{part:,} of {whole:,} {what}")


def _owned(row: Any) -> str:
    import pandas as pd

    if not row.owners_file:
        return "no file"
    return "not read" if pd.isna(row.owned) else f"{row.owned:,} of {row.files:,}"


def _table(found: DataFrame) -> Series:
    rows = tuple(
        (
            str(row.repo),
            f"{row.signed:,} of {row.commits:,}",
            f"{row.web_signed:,}",
            f"{row.tags_signed:,} of {row.tags:,}",
            _owned(row),
            f"{row.owner_mistakes:,}" if row.owners_file else "-",
            (f"{row.bot}; not: {row.uncovered}" if row.uncovered else row.bot) or "none",
            "yes" if row.contact else "no contact" if row.policy else "no policy",
        )
        for row in found.sort_values("repo").itertuples()
    )
    columns = ("repository", "signed commits", "of these by the code host", "signed tags")
    return Series(
        "vouching",
        "Who vouches for changes",
        (*columns, "files with owners", "mistakes there", "update bot", "security contact"),
        rows,
        note=(
            f"The newest {LOOKED_AT:,} commits. Signatures were not verified. Protection of "
            "branches, required reviews and owners who left cannot be seen in a repository."
        ),
    )
