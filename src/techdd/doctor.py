"""Checks what the tool needs on this machine, with the command that mends what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from techdd import advisories
from techdd.errors import TechddError
from techdd.repository import git_version

PANGO = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


@dataclass(frozen=True)
class Check:
    """One thing that is needed; `detail` is its version, or how to get it."""

    name: str
    fine: bool
    detail: str


def examine() -> list[Check]:
    """All checks, in the order in which a run needs them."""
    checks: dict[str, Callable[[], str]] = {
        "git": git_version,
        "PDF (Pango)": _pango,
        "fonts (Inter)": _fonts,
        "secret scanner": _kingfisher,
        "advisories": _advisories,
        "cluster (Dask)": _dask,
    }
    return [_check(name, look) for name, look in checks.items()]


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except TechddError as error:
        return Check(name, False, error.message)


def _pango() -> str:
    try:
        import weasyprint
    except OSError:
        raise TechddError(f"install Pango; on Debian: apt-get install {PANGO}") from None
    return f"WeasyPrint {weasyprint.__version__}"


def _fonts() -> str:
    from importlib.metadata import version

    return version("fontpkg-inter")


def _kingfisher() -> str:
    from importlib.metadata import version

    return f"kingfisher {version('kingfisher-bin')}"


def _advisories() -> str:
    status = advisories.status(advisories.default_folder())
    if status is None:
        raise TechddError(
            "none; vulnerabilities stay not assessed: techdd advisories update PyPI npm"
        )
    dated = ", ".join(f"{name} of {day or 'no date'}" for name, day in status.dates.items())
    return f"{sum(status.counts.values()):,} records: {dated}"


def _dask() -> str:
    """Nothing is missing without it as long as nobody gives --cluster."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"distributed {version('distributed')}"
    except PackageNotFoundError:
        return "none; only --cluster needs it: pip install 'techdd[scale]'"
