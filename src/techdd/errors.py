"""What a user can put right: one line that says what, where and how to go on."""

from __future__ import annotations


class TechddError(Exception):
    """A mistake or a limit that the user can act on; printed as one line, exit code 2.

    `where` is a file, a `file:line:column`, a repository or a URL; it leads the printed line.
    """

    def __init__(self, message: str, where: object = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = str(where)

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def __reduce__(self) -> tuple[type[TechddError], tuple[str, str]]:
        # Exceptions cross process borders by pickle, which knows nothing of `where` by itself.
        return type(self), (self.message, self.where)


class DocumentError(TechddError):
    """Something that a person wrote (YAML) cannot be read as what it should be."""


class EvidenceError(TechddError):
    """The evidence store cannot be read or written."""


class RepositoryError(TechddError):
    """A path or URL is no repository that can be audited."""
