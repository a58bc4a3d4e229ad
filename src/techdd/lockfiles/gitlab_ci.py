"""GitLab CI: the images in which jobs run, and configuration from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from techdd.dockerfiles import filled
from techdd.lockfiles import Parsed, decoded, line_of, lockfile, outside, table
from techdd.lockfiles._images import image
from techdd.yamls import items, mappings, yaml_documents

_NO_JOBS = ("variables", "workflow", "cache", "include", "spec")
_ELSEWHERE = ("project", "remote", "component")


@lockfile(*(".gitlab-ci.yml", "*.gitlab-ci.yml"), ecosystem="Docker", locked=False, sparse=True)
def gitlab_ci(data: bytes) -> Parsed:
    """Images of jobs and of the services beside them; they run beside the product."""
    for document in mappings(yaml_documents(decoded(data))):
        values = {
            name: one.get("value", "") if isinstance(one, dict) else one
            for name, one in table(document.get("variables")).items()
        }
        values = {name: one for name, one in values.items() if isinstance(one, str)}
        jobs = (one for name, one in document.items() if name not in _NO_JOBS)
        holders = list(mappings([document, *jobs]))
        beside = items(holder.get("services") for holder in holders)
        for one in (*(holder.get("image") for holder in holders), *beside):
            named = one.get("name") if isinstance(one, dict) else one
            if isinstance(named, str) and named:
                yield image(filled(named, values), line_of(named), "development")
        for place in _included(document.get("include")):
            yield outside("include", place)


def _included(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        places = [one] if isinstance(one, str) and "://" in one else []
        places += [table(one)[key] for key in _ELSEWHERE if key in table(one)]
        yield from (place for place in places if isinstance(place, str))
