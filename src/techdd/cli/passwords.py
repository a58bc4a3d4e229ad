"""Where passwords come from: never from an argument, which the shell's history would keep."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from techdd.errors import TechddError


def password(of: Path, file: Path | None, variable: str, option: str, *, new: bool = False) -> str:
    """The password of the file `of`: the first line of `file`, else what the environment's
    `variable` says, else it is asked for, a `new` one twice. Raises TechddError.
    """
    if file:
        try:
            return (file.read_text().splitlines() or [""])[0]
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "is no text"
            raise TechddError(f"cannot be read: {why}", file) from None
    if variable in os.environ:
        return os.environ[variable]
    if not sys.stdin.isatty():
        needs = "needs" if new else "has"
        raise TechddError(f"{needs} a password; set {variable}, or give {option}", of)
    word: str = click.prompt(
        f"Password of {of}", hide_input=True, err=True, default="", show_default=False,
        confirmation_prompt=new,
    )  # fmt: skip
    return word
