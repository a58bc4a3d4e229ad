"""A stream sealed with age (age-encryption.org/v1), which other programs open too: `age -d`.

By a password (scrypt), or for the public keys of those who may open it (X25519, SSH). The one door
to pyrage. A password's stream is held in memory as a whole, by keys it is not.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from techdd import files
from techdd.errors import TechddError

MISSING = "to encrypt needs pyrage, which is not installed; pip install 'techdd[handover]'"
MAX_BYTES = 1 << 30  # by a password
SHORTEST = 12  # characters of a password: an archive can be tried at leisure
_MAX_KEYS = 1_000_000  # bytes of a file of keys
_MAGIC = b"age-encryption.org/v1\n"


@dataclass(frozen=True)
class Seal:
    """Who can open it: who knows the `password`, or else who has a key of one of `recipients`."""

    password: str = ""
    recipients: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Key:
    """What opens it: a password, which is asked for when it is needed, or private keys."""

    password: Callable[[], str]
    identities: tuple[Any, ...] = ()


def check_installed() -> None:
    """Raises TechddError where pyrage is missing: no long run ends in that."""
    _pyrage()


def by_password(password: str) -> Seal:
    """Raises TechddError where the password is too short."""
    if len(password) < SHORTEST:
        raise TechddError(f"the password is shorter than {SHORTEST} characters; take a longer one")
    return Seal(password)


def recipients(given: Sequence[str]) -> Seal:
    """Public keys as they are (age1..., ssh-ed25519 ..., ssh-rsa ...), and files of such lines.

    Raises TechddError.
    """
    found: list[Any] = []
    for one in given:
        if one.startswith(("age1", "ssh-")):
            found.append(_recipient(one, "--to"))
        else:
            lines = _keys(Path(one)).decode("utf-8", "replace").splitlines()
            keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
            found += [_recipient(line, one) for line in keys]
            if not keys:
                raise TechddError("holds no public key", one)
    return Seal(recipients=tuple(found))


def identities(files: Sequence[Path]) -> tuple[Any, ...]:
    """Private keys: files as `age-keygen` writes them, and SSH keys without a password of their
    own. Raises TechddError.
    """
    pyrage = _pyrage()
    found: list[Any] = []
    for path in files:
        content = _keys(path)
        try:
            if b"PRIVATE KEY-----" in content:
                found.append(pyrage.ssh.Identity.from_buffer(content))
                continue
            lines = content.decode("utf-8", "replace").splitlines()
            secret = [one.strip() for one in lines if one.startswith("AGE-SECRET-KEY-")]
            found += [pyrage.x25519.Identity.from_str(one) for one in secret]
        except pyrage.IdentityError as error:
            raise TechddError(f"holds no key that can be used: {error}", path) from None
        if not found:
            raise TechddError("holds no private key of age or SSH", path)
    return tuple(found)


def seal(plain: Iterator[bytes], size: int, into: IO[bytes], by: Seal) -> None:
    """Writes `plain`, about `size` bytes, sealed. Raises TechddError, OSError."""
    pyrage = _pyrage()
    if by.recipients:
        source, target = _Source(plain), _Target(into)
        try:
            pyrage.encrypt_io(source, target, list(by.recipients))
        except (pyrage.EncryptError, OSError) as error:
            raise source.failure or target.failure or TechddError(str(error)) from None
        return
    if size > MAX_BYTES:
        raise TechddError(
            f"holds {size:,} bytes, and by a password at most {MAX_BYTES:,} can be sealed; "
            "seal it for keys: --to"
        )
    into.write(pyrage.passphrase.encrypt(b"".join(plain), by.password))


def unseal(path: Path, into: IO[bytes], key: Key) -> None:
    """Writes what is in the sealed file `path`. Raises TechddError, OSError."""
    pyrage = _pyrage()
    try:
        with path.open("rb") as file:
            first = file.read(200)
            if not first.startswith(_MAGIC):
                raise TechddError("is no file that techdd export or age has made", path)
            file.seek(0)
            if b"\n-> scrypt " in first:
                _with_password(file, path, into, key)
                return
            if not key.identities:
                raise TechddError("is sealed for keys; name yours: --identity FILE", path)
            target = _Target(into)
            try:
                pyrage.decrypt_io(file, target, list(key.identities))
            except (pyrage.DecryptError, OSError) as error:
                raise target.failure or _unopened(path, str(error)) from None
    except OSError as error:
        if error.filename == str(path):
            raise TechddError(f"cannot be read: {error.strerror}", path) from None
        raise


def _with_password(file: IO[bytes], path: Path, into: IO[bytes], key: Key) -> None:
    pyrage = _pyrage()
    if path.stat().st_size > MAX_BYTES + (1 << 25):
        raise TechddError(f"is larger than the {MAX_BYTES:,} bytes that a password may seal", path)
    content = file.read()
    try:
        into.write(pyrage.passphrase.decrypt(content, key.password()))
    except pyrage.DecryptError as error:
        raise _unopened(path, str(error)) from None


def _unopened(path: Path, why: str) -> TechddError:
    """In our words: those of the library do not tell a wrong password from a damaged file."""
    if why in ("Decryption failed", "No matching keys found"):
        said = "is not opened by this password or key; it may also be damaged at its beginning"
    elif why.startswith("Excessive work"):
        said = "asks for more computing than any honest file does"
    else:
        said = "is cut or damaged: the key fits, and what follows is not what was sealed"
    return TechddError(f"{said}; nothing was taken from it", path)


def _recipient(line: str, where: str) -> Any:
    pyrage = _pyrage()
    kind = pyrage.x25519 if line.startswith("age1") else pyrage.ssh
    try:
        return kind.Recipient.from_str(line)
    except pyrage.RecipientError as error:
        shown = line if len(line) < 30 else f"{line[:24]}..."
        raise TechddError(f"{shown!r} is no public key of age or SSH ({error})", where) from None


def _keys(path: Path) -> bytes:
    return files.content(path, _MAX_KEYS, piped=True)


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError:
        raise TechddError(MISSING) from None
    return pyrage


class _Source(io.RawIOBase):
    """What pyrage reads from; what went wrong comes out as it was, and not as pyrage words it."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.rest = memoryview(b"")
        self.failure: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, none at the end."""
        try:
            while not self.rest:
                self.rest = memoryview(next(self.chunks, b""))
                if not self.rest:
                    return b""
        except BaseException as error:
            self.failure = error
            raise
        piece, self.rest = self.rest[:size], self.rest[size:]
        return bytes(piece)


class _Target(io.RawIOBase):
    """What pyrage writes to; likewise."""

    def __init__(self, into: IO[bytes]) -> None:
        self.into = into
        self.failure: BaseException | None = None

    def write(self, data: Any) -> int:
        """All of `data`."""
        try:
            return self.into.write(data)
        except BaseException as error:
            self.failure = error
            raise
