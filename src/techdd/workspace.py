"""An engagement on disk, and the data that ships with the tool.

engagement.yaml   one client, its repositories and options        (people write it)
people.yaml       merges of identities, bots, affiliations        (people write it, optional)
roster.yaml       the client's people, imported from HR's list    (people correct it, optional)
licences.yaml     a licence policy of one's own                   (people write it, optional)
debt.yaml         what mending debt takes, in their own hours     (people write it, optional)
roles.yaml        roles of a hiring plan of one's own             (people write it, optional)
hiring.yaml       the client's hiring plan                        (people write it, optional)
statements.yaml   what may be said outside of contradictions      (people approve it, optional)
triage.yaml       what was decided about findings                 (people write it, optional)
vex/              what the client states of vulnerabilities       (OpenVEX, CycloneDX, optional)
pseudonyms.json   numbers under which people appear               (the tool keeps them)
manifest.key      of the digests that reports carry               (the tool keeps it)
audits/           what each audit came to, to be compared         (the tool keeps them)
answers/          the journal of interview answers                (the tool writes it)
interviews.yaml   who takes part in the interviews                (people write it, optional)
asked/            checklists as they were when first answered     (the tool keeps them)
checklists/       checklists and profiles of one's own            (optional)
commentary/       the adviser's words in the report               (people write it, optional)
responses.jsonl   what the client says of findings, and replies   (the tool writes it)
templates/        overrides of report templates                   (optional)
evidence/         facts as Parquet, runs as JSON                  (the tool measures it)
.web/             who may come in to the interview page           (the tool keeps it)
logs/, .cache/    tracebacks of bugs; overlays of repositories and clones
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from techdd.answers import Answer, Entry, Standing, placed, standings
from techdd.checklists import Checklist, Item
from techdd.cloning import clone, is_url
from techdd.documents import dump_yaml, load, read_yaml
from techdd.errors import DocumentError, RepositoryError, TechddError
from techdd.evidence import Evidence
from techdd.files import write_atomic
from techdd.folders import data
from techdd.intake import open_repository
from techdd.journal import Journal
from techdd.library import Library
from techdd.policy import Engagement, FindingRule, FindingRules, RepositoryEntry, Scoring
from techdd.repository import Repository
from techdd.sources import entries

if TYPE_CHECKING:
    from techdd.licensing import Delivery, LicencePolicy

OPENING = "repository"  # under this name it is recorded whether a repository could be opened


@dataclass(frozen=True)
class Templates:
    """Where report templates are looked up: the engagement's overrides first."""

    folders: tuple[Path, ...]


class Workspace:
    """One engagement's folder. Raises TechddError where `root` holds no engagement."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / "engagement.yaml"
        if not self.file.is_file():
            raise TechddError(
                f"holds no engagement.yaml; begin with: techdd init {root} --client NAME", root
            )
        self.evidence = Evidence(root / "evidence")

    @classmethod
    def create(
        cls, root: Path, client: str, sources: Sequence[str],
        adviser: str = "", profile: str | None = None,
    ) -> Workspace:  # fmt: skip
        """A new engagement in `root`. Raises TechddError where one is there already."""
        _refuse_inside(root, sources)
        if (root / "engagement.yaml").exists():
            raise TechddError("is an engagement already; add to its engagement.yaml", root)
        if profile:
            _ = Library(
                root, data("checklists"), profile_id=profile
            ).profile  # raises for a stranger
        document: dict[str, object] = {"format_version": 1, "client": client}
        document |= {"adviser": adviser} if adviser else {}
        document |= {"profile": profile} if profile else {}
        document["repositories"] = [
            {"name": entry.name, "source": entry.source} for entry in entries(sources)
        ]
        _private(root)
        _write(root / "engagement.yaml", _HEADER + dump_yaml(document))
        return cls(root)

    @cached_property
    def engagement(self) -> Engagement:
        """What engagement.yaml says."""
        return load(self.file, Engagement)

    def add(self, sources: Sequence[str]) -> None:
        """Adds repositories that the engagement does not have yet; comments in the file stay."""
        _refuse_inside(self.root, sources)
        if new := entries(sources, self.engagement.repositories):
            document = read_yaml(self.file)
            listed = document.setdefault("repositories", [])
            listed.extend({"name": entry.name, "source": entry.source} for entry in new)
            _write(self.file, dump_yaml(document))
            del self.engagement

    @property
    def names(self) -> tuple[str, ...]:
        """The repositories of the engagement, as they are called in the report."""
        return tuple(entry.name for entry in self.engagement.repositories)

    def open(self, entry: RepositoryEntry, *, fetch: bool = True) -> Repository:
        """The repository of `entry`, mirrored first where it is a URL. Raises RepositoryError."""
        cache = self.root / ".cache" / entry.name
        source = Path(entry.source)
        if is_url(entry.source):
            source = cache / "mirror.git"
            if fetch:
                clone(entry.source, source)
        elif not source.is_absolute():
            source = self.root / source
        _refuse_inside(self.root, [str(source)])
        return open_repository(entry.name, source, cache / "overlay.git", entry.revision)

    @cached_property
    def library(self) -> Library:
        """Where the questions come from."""
        engagement = self.engagement
        return Library(self.root, data("checklists"), engagement.checklists, engagement.profile)

    @cached_property
    def checklists(self) -> tuple[Checklist, ...]:
        """What is asked, in report order, as the engagement's profile weighs it."""
        return self.library.checklists

    def checklist(self, name: str) -> Checklist:
        """One checklist by its id. Raises TechddError that lists those there are."""
        for one in self.checklists:
            if one.id == name:
                return one
        known = ", ".join(one.id for one in self.checklists)
        raise TechddError(f"no checklist {name!r} in this engagement; there are: {known}")

    @cached_property
    def rules(self) -> tuple[FindingRule, ...]:
        """All finding rules, sorted by id; two of one id are a mistake."""
        found: dict[str, FindingRule] = {}
        for path in sorted((data("checklists") / "policy" / "findings").glob("*.yaml")):
            for rule in load(path, FindingRules).rules:
                if rule.id in found:
                    raise DocumentError(f"finding rule {rule.id!r} is there twice", path)
                found[rule.id] = rule
        return tuple(rule for _, rule in sorted(found.items()))

    @cached_property
    def scoring(self) -> Scoring:
        """The scoring policy; the engagement may have its own in scoring.yaml."""
        return load(self.policy("scoring.yaml"), Scoring)

    @cached_property
    def licence_policy(self) -> LicencePolicy:
        """What licences mean by delivery; the engagement may have its own in licences.yaml."""
        from techdd.licensing import LicencePolicy  # not before: to collect needs none of it

        return load(self.policy("licences.yaml"), LicencePolicy)

    def policy(self, name: str) -> Path:
        """A policy file of the engagement's own, else the one that ships."""
        own = self.root / name
        return own if own.is_file() else data("checklists") / "policy" / name

    @property
    def deliveries(self) -> dict[str, Delivery]:
        """How the product of each repository reaches its users, as far as it is said."""
        from techdd.licensing import Delivery

        whole = self.engagement.delivery
        return {
            entry.name: Delivery(entry.delivery or whole or "", self.engagement.client)
            for entry in self.engagement.repositories
        }

    @property
    def templates(self) -> Templates:
        """Template folders, the engagement's own overrides first."""
        return Templates((self.root / "templates", data("report_templates")))

    @cached_property
    def journal(self) -> Journal:
        """All answers."""
        return Journal(self.root / "answers" / "journal.jsonl")

    def standings(self) -> dict[str, Standing]:
        """Item -> what was said to it, over all people and rounds."""
        return standings(self.journal.read())

    def untaken_answers(self) -> list[str]:
        """Files of answers that are not in the journal, such as those of earlier versions."""
        found = sorted((self.root / "answers").glob("*.yaml"))
        return [f"{path.name} (take it in with: techdd interview import)" for path in found]

    def record(
        self, checklist: Checklist, item: Item, answer: Answer, *, seen: str | None = None
    ) -> Entry:
        """Adds one answer with the question's version and the time; `seen` as in `Journal.append`.

        Nothing that was said before is lost. Raises TechddError, of which Conflict is one.
        """
        fresh = answer.model_copy(update={"version": "", "wording": "", "at": None})
        return self.record_all([(checklist, item, fresh, seen)])[0]

    def record_all(self, said: Iterable[tuple[Checklist, Item, Answer, str | None]]) -> list[Entry]:
        """As `record`, all or none. What an answer says of its version, wording and time stays: it
        was asked on paper, maybe in an earlier wording.
        """
        if not self.file.is_file():  # else a second engagement would begin where it was
            raise TechddError("is not there any more; put it back", self.file)
        at, stamped = now(), []
        for checklist, item, answer, seen in said:
            self.library.pin(checklist.id)
            stamped.append((placed(answer, checklist, item, self.engagement.round, at), seen))
        return self.journal.extend(stamped)

    def log(self, name: str, text: str) -> None:
        """Keeps the traceback of a bug for the maintainers."""
        _write(self.root / "logs" / f"{name}.log", text)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time. Raises TechddError where another run is at work."""
        with (self.root / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise TechddError(
                    "another techdd is working on this engagement; wait for it or stop it",
                    self.root,
                ) from None
            yield


_HEADER = """\
# The engagement: one client and the repositories that are audited.
# Comments stay when techdd adds to this file. See docs/engagement.md for every key.
"""


def _refuse_inside(root: Path, sources: Iterable[str]) -> None:
    """In a client's folder nothing is written, and what lies there is the client's: answers, rules,
    templates. Raises RepositoryError.
    """
    for source in sources:
        if not is_url(source) and root.resolve().is_relative_to(Path(source).resolve()):
            where = "let -o or --engagement name a place outside"
            raise RepositoryError(f"lies inside the repository {source}; {where}", root)


def now() -> datetime:
    """The present, to the second; the one place where the tool reads the clock."""
    return datetime.now(UTC).replace(microsecond=0)


def _private(root: Path) -> None:
    """Makes the folder for its user alone: it will hold names, addresses and what people said."""
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        root.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise TechddError(f"cannot be written: {error.strerror}", root) from None


def _write(path: Path, text: str) -> None:
    try:
        write_atomic(path, text.encode())
    except OSError as error:
        raise TechddError(f"cannot be written: {error.strerror}", path) from None
