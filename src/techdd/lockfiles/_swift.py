"""How Swift's packages are called: by the place of their repository."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"[a-z+]{1,9}://|(?:[\w.-]{1,100}@)(?=[^/]{1,200}:)", re.IGNORECASE)
_FOLDER = "xcshareddata/swiftpm/Package.resolved"
# Beside the manifest, or in the folder of an app that is built from it.
IN_XCODE = tuple(
    f"{place}{holder}/{_FOLDER}"
    for place in ("", "*/")
    for holder in ("*.xcworkspace", "*.xcodeproj/project.xcworkspace")
)


def name_of(url: str) -> str:
    """`https://host/owner/repo.git` and `git@host:owner/repo.git` -> `host/owner/repo`."""
    scheme = _SCHEME.match(url)
    if scheme is None:
        return url
    place = url[scheme.end() :]
    host, separator, path = place.partition("/" if "://" in scheme[0] else ":")
    host = host.rpartition("@")[2]
    return f"{host}/{path}".rstrip("/").removesuffix(".git") if separator else host
