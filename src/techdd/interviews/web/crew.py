"""The people of interviews.yaml while the page runs: read again when it changes, and added to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from techdd.checklists import Checklist
from techdd.documents import dump_yaml, read_yaml
from techdd.errors import TechddError
from techdd.files import write_atomic
from techdd.interviews.people import FILE, Participant, Participants, participants

_GONE = (0, 0, 0)


class Crew:
    """Who takes part. Somebody may edit the file meanwhile: while it holds a mistake or is
    gone, the people who were read last stay, and `mistake` says what is wrong.

    Raises TechddError where the file cannot be read to begin with.
    """

    def __init__(self, root: Path, checklists: Sequence[Checklist]) -> None:
        self.path = root / FILE
        self.mistake = ""
        self._checklists = checklists
        self._lock = Lock()
        self._stamp = self._look()
        self._people = participants(root, checklists)

    @property
    def people(self) -> tuple[Participant, ...]:
        """Everybody, as the file says it now."""
        with self._lock:
            return self._read()

    def find(self, person: str | None) -> Participant | None:
        """Somebody by the name as it is compared."""
        return next((one for one in self.people if one.person == person), None)

    def put(self, changed: Participant, *, new: bool) -> None:
        """Adds somebody, or changes role, kind and scope; comments in the file stay.

        Raises TechddError where the name is taken or unknown, and where nobody could ask any more.
        """
        with self._lock:
            people = self._read()
            if self.mistake:
                raise TechddError(f"first mend {self.mistake}")
            places = [at for at, one in enumerate(people) if one.person == changed.person]
            if new == bool(places):
                raise TechddError("this name is taken" if new else "nobody of this name is there")
            after = [one for one in people if one.person != changed.person] + [changed]
            if not any(one.kind == "interviewer" for one in after):
                raise TechddError("the last interviewer has to stay one")
            tree = read_yaml(self.path)
            listed = tree.setdefault("people", [])
            if new:
                listed.append(_written(changed))
            else:
                entry = listed[places[0]]
                for key in ("role", "kind", "asked"):
                    entry.pop(key, None)
                entry.update({k: v for k, v in _written(changed).items() if k != "name"})
            Participants.model_validate(tree)
            write_atomic(self.path, dump_yaml(tree).encode())
            self._read()

    def _read(self) -> tuple[Participant, ...]:
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                if stamp == _GONE:
                    raise TechddError("is not there any more; put it back")
                self._people = participants(self.path.parent, self._checklists)
                self.mistake = ""
            except TechddError as error:
                self.mistake = f"{self.path.name}: {error.message.splitlines()[0]}"
        return self._people

    def _look(self) -> tuple[int, int, int]:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return _GONE
        return (found.st_ino, found.st_mtime_ns, found.st_size)


def _written(one: Participant) -> dict[str, object]:
    whole = one.model_dump(mode="json", exclude_defaults=True)
    return {key: whole[key] for key in ("name", "role", "kind", "asked") if key in whole}
