"""The container file, the example for Kubernetes and the page that describes them say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from techdd import __version__

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/scale-out.md").read_text()
IMAGE = (ROOT / "docs/deploy/Containerfile").read_text()
OBJECTS = [
    one for one in yaml.safe_load_all((ROOT / "docs/deploy/kubernetes.yaml").read_text()) if one
]


def pods() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for one in OBJECTS:
        spec = one.get("spec", {})
        spec = spec.get("template", {}).get("spec", spec)
        if "containers" in spec:
            found.append((one["metadata"]["name"], spec))
    return found


PODS = dict(pods())


def flags(text: str) -> set[str]:
    return set(re.findall(r"--[a-z-]+", text))


def test_there_are_the_pods_that_the_page_tells_of() -> None:
    assert set(PODS) == {"techdd-scheduler", "techdd-worker", "techdd-desk", "techdd-collect"}


def test_the_image_has_the_extras_that_the_project_has() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    said = re.search(r"'techdd\[([\w,]+)\]'", IMAGE)
    assert said
    assert said[1].split(",") == sorted(project["optional-dependencies"])


def test_the_image_is_called_by_its_version() -> None:
    assert f"-t techdd:{__version__} " in IMAGE
    assert {pod["containers"][0]["image"] for pod in PODS.values()} == {f"techdd:{__version__}"}


@pytest.mark.parametrize(
    "name", re.findall(r"^\s+((?:TECHDD|DASK_DISTRIBUTED)_\w+)=", IMAGE, re.MULTILINE)
)
def test_the_page_names_what_the_image_sets(name: str) -> None:
    assert name in PAGE


def test_the_page_names_what_the_client_is_told() -> None:
    names = [one["name"] for one in PODS["techdd-collect"]["containers"][0]["env"]]
    assert names
    assert [name for name in names if name not in PAGE] == []


@pytest.mark.parametrize("role", ["scheduler", "worker"])
def test_both_start_dask_with_the_same_options(role: str) -> None:
    command = re.search(rf"^.*dask {role} (?:.*\\\n)*.*$", PAGE, re.MULTILINE)
    assert command
    args = " ".join(PODS[f"techdd-{role}"]["containers"][0]["args"])
    assert flags(args) == flags(command[0]) - {"--nworkers"}  # a pod is one


@pytest.mark.parametrize("name", PODS)
def test_no_pod_may_do_more_than_it_must(name: str) -> None:
    pod = PODS[name]
    (one,) = pod["containers"]
    user = re.search(r"useradd --uid (\d+)", IMAGE)
    assert user
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == int(user[1])
    assert one["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    paths = {mount["name"]: mount["mountPath"] for mount in one["volumeMounts"]}
    assert set(paths) == {volume["name"] for volume in pod["volumes"]}
    assert {"/scratch", "/tmp"} <= set(paths.values())


def test_client_and_workers_have_the_room_in_memory_that_is_compared() -> None:
    for name in ("techdd-worker", "techdd-collect"):
        (shm,) = (one["emptyDir"] for one in PODS[name]["volumes"] if one["name"] == "shm")
        assert shm == {"medium": "Memory", "sizeLimit": "2Gi"}
        mounts = PODS[name]["containers"][0]["volumeMounts"]
        assert {"name": "shm", "mountPath": "/dev/shm"} in mounts
