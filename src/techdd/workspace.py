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
engagement.id     what tells it from all other engagements    (the tool keeps it)
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

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from techdd import files
from techdd.answers import Answer, Entry, Standing, placed, standings
from techdd.checklists import Checklist, Item
from techdd.cloning import is_url
from techdd.documents import load
from techdd.enrolment import begin, enrol, refuse_all, refuse_inside
from techdd.errors import DocumentError, TechddError
from techdd.evidence import Evidence
from techdd.folders import data
from techdd.journal import Journal
from techdd.library import Library
from techdd.locking import no_writer, one_writer
from techdd.opening import Opener, open_entry
from techdd.policy import Engagement, FindingRule, FindingRules, RepositoryEntry, Scoring
from techdd.repository import Repository
from techdd.sources import NOTHING, Taken

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
        if not files.is_there(self.file):
            raise TechddError(
                f"holds no engagement.yaml; begin with: techdd init {root} --client NAME", root
            )
        self.evidence = Evidence(root / "evidence")

    @classmethod
    def create(
        cls, root: Path, client: str, sources: Sequence[str],
        adviser: str = "", profile: str | None = None, taken: Taken = NOTHING,
    ) -> Workspace:  # fmt: skip
        """A new engagement in `root`, with what was taken from lists and exports behind `sources`.

        Raises TechddError where one is there already.
        """
        begin(root, client, sources, adviser, profile, taken)
        return cls(root)

    @cached_property
    def engagement(self) -> Engagement:
        """What engagement.yaml says."""
        return load(self.file, Engagement)

    def add(self, sources: Sequence[str], taken: Taken = NOTHING, group: str = "") -> None:
        """Adds repositories that the engagement does not have yet, `sources` to `group`; comments
        in the file stay. What is audited now is left out no more. Raises TechddError where
        another run is at work.
        """
        had = self.engagement
        refuse_all(self.root, sources, taken)  # before a lock is left in a client's folder
        with self.locked():
            if load(self.file, Engagement) != had:
                raise TechddError("was changed meanwhile; run the same command again", self.file)
            if enrol(self.root, had, sources, taken, group):
                del self.engagement

    @property
    def names(self) -> tuple[str, ...]:
        """The repositories of the engagement, as they are called in the report."""
        return tuple(entry.name for entry in self.engagement.repositories)

    def open(self, entry: RepositoryEntry, by: Opener = open_entry) -> Repository:
        """The repository of `entry`, opened `by` what is called as `open_entry` is.

        Raises RepositoryError, also where the engagement lies inside it.
        """
        if not is_url(entry.source):
            source = str(self.root / entry.source)
            refuse_inside(self.root, [source])
            entry = entry.model_copy(update={"source": source})
        return by(entry, self.root / ".cache" / entry.name)

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
        return own if files.is_there(own) else data("checklists") / "policy" / name

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
        files.write(self.root / "logs" / f"{name}.log", text.encode())

    def locked(self) -> AbstractContextManager[None]:
        """One writer at a time. Raises TechddError where another run is at work."""
        return one_writer(self.root)

    def unchanging(self) -> AbstractContextManager[None]:
        """While nobody writes evidence. Raises TechddError where a run is at work."""
        return no_writer(self.root)


def now() -> datetime:
    """The present, to the second; the one place where the tool reads the clock."""
    return datetime.now(UTC).replace(microsecond=0)
