"""GitHub Actions: what workflows and actions use. How firmly it is pinned, practices judge."""

from __future__ import annotations

import re

from techdd.lockfiles import Dependency, Parsed, decoded, lockfile, outside

_USES = re.compile(r"""^\s{0,200}(?:-\s{1,20})?["']?uses["']?:\s{1,20}["']?([^\s"'#]+)["']?(.*)""")
_IMAGE = re.compile(r"""^\s{1,200}image:\s{1,20}["']?(docker://[^\s"'#]+)""")
_ACTION = re.compile(r"([\w.-]+/[\w.-]+)(?:/[\w./ -]*)?@(\S+)$")
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?$")
_WHOLE = re.compile(r"v?\d+\.\d+\.\d+[\w.+-]*$", re.ASCII)
_COMMENT = re.compile(r"#.*?(?<![\w.])(v?\d+\.\d+\.\d+[\w.+-]*)", re.ASCII)
_LONGEST = 1_000  # characters of a line


@lockfile(
    *(".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", "action.yaml"),
    ecosystem="GitHub Actions",
    locked=False,
    sparse=True,
)
def github_actions(data: bytes) -> Parsed:
    """Actions and workflows of other repositories, under the name of the repository.

    A tag can be moved: `v4` is no version. `v4.1.2` is taken for one, and so is the comment behind
    a commit that says which version it is.
    """
    for number, line in enumerate(decoded(data).splitlines(), start=1):
        if "image:" in line and (image := _IMAGE.match(line[:_LONGEST])):
            yield outside("image", image[1])
        if "uses" not in line or not (match := _USES.match(line[:_LONGEST])):
            continue
        used, rest = match.groups()
        if used.startswith("docker://"):
            yield outside("image", used)
        elif action := _ACTION.match(used):
            name, ref = action.groups()
            said = _COMMENT.match(rest.strip()) if _HASH.match(ref) else _WHOLE.match(ref)
            version = None if not said else said[1] if said.re is _COMMENT else ref
            yield Dependency(name, version, ref, number, True, "development")
