"""Whether a script or stylesheet of a web page is a copy of somebody's library.

Told by a version in its path, or by how libraries begin: a banner with the version of the product
and a free licence. A licence alone says nothing, for a client's own code may be free.
"""

from __future__ import annotations

import re

_BANNER = 1_500  # bytes in which a banner says it all
_WEB = re.compile(r"\.(?:[cm]?js|css|s[ac]ss|less)$", re.IGNORECASE)
_VERSIONED = re.compile(
    r"(?:^|/)[a-z][\w.]*(?:-[a-z]\w*)*[-.@]v?\d+\.\d+\.\d+(?:[.-]\w+)*(?:/|\.[cm]?js$|\.css$)",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    rb"""\A(?:\xef\xbb\xbf)?\s*(?:;|["']use\ strict["'];?|@charset\ [^;]+;|\s)*
    (/\*.*?(?:\*/|\Z)|(?://[^\n]*\n\s*)+)""",
    re.VERBOSE | re.DOTALL,
)
# "Apache License, Version 2.0" is no version of the product.
_LICENCE_VERSION = re.compile(
    rb"(?:apache|[al]?gpl|gnu|mpl|mozilla|eclipse|bsd|cc|licen[sc]e)[\s,-]*"
    rb"(?:(?:general|public|licen[sc]e)[\s,-]*)*(?:v(?:ersion)?[\s.]*)?\d(?:\.\d+)*",
    re.IGNORECASE,
)
_VERSION = re.compile(rb"\bv?\d+\.\d+(?:\.\d+)*\b", re.IGNORECASE)
_FREE = re.compile(
    rb"\b(?:MIT|BSD|ISC|Apache|[AL]?GPL\w*|MPL|public domain)\b"
    rb"|(?:@preserve|/\*!)[\s\S]*?https?://|(?:@preserve|/\*!)[\s\S]*?\(c\)"
)
_PLUGIN = re.compile(r"(?:^|/)(?:jquery|bootstrap)[.-][\w.-]+\.(?:js|css)$", re.IGNORECASE)
_OF_PLUGINS = re.compile(rb"\b(?:MIT|BSD)\b")
_MAKERS = re.compile(
    rb"Ajax\.org B\.V\.|(?:jQuery|OpenJS|JS|Dojo) Foundation|Twitter, Inc|The Bootstrap Authors"
    rb"|SpryMedia|DataTables downloader builder|Imperavi LLC|CKSource"
)
_UNBUILT = re.compile(rb"@VERSION|\{\{|<%")  # the library itself: its version comes with the build


def is_copied(path: str, head: bytes) -> bool:
    """Whether the file at `path` that begins with `head` is a copied library of the web."""
    if not _WEB.search(path):
        return False
    if _VERSIONED.search(path):
        return True
    found = _COMMENT.match(head[:_BANNER])
    banner = found[1] if found else b""
    if _UNBUILT.search(banner):
        return False
    if _MAKERS.search(banner) or (_PLUGIN.search(path) and _OF_PLUGINS.search(banner)):
        return True
    versions = _LICENCE_VERSION.sub(b"", banner)
    return bool(_FREE.search(banner) and _VERSION.search(versions))
