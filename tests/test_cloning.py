from __future__ import annotations

from pathlib import Path

import pytest
from builders import A, build, git

from techdd.cloning import clone, is_url
from techdd.errors import RepositoryError
from techdd.intake import check_source, open_repository
from techdd.repository import Repository

TWO = [A({"app.py": "a = 1\n"}), A({"app.py": "a = 2\n"}, "Second", day=1)]


def open_(source: Path) -> Repository:
    return open_repository("app", source, source.parent / "overlay")


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("https://host/x.git", True),
        ("ssh://git@host/x.git", True),
        ("git@host:org/x.git", True),
        ("file:///srv/x.git", True),
        ("./x.git", False),
        ("/srv/a:b", False),
        ("ext::sh -c x", False),
        ("--upload-pack=x", False),
    ],
)
def test_what_is_a_url(source: str, url: bool) -> None:
    assert is_url(source) is url


def test_a_url_is_mirrored_and_brought_up_to_date(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    mirror = tmp_path / "cache" / "mirror.git"
    clone(f"file://{source}", mirror)
    first = open_(mirror)
    assert first.head == git(source, "rev-parse", "main").strip()
    git(source, "update-ref", "refs/heads/main", "main~1")
    clone(f"file://{source}", mirror)
    assert open_(mirror).head == git(source, "rev-parse", "main").strip() != first.head


def test_a_url_with_a_password_is_refused_and_not_printed(tmp_path: Path) -> None:
    url = "https://ann:s3cr@t@host.invalid/x.git"
    with pytest.raises(RepositoryError) as caught:
        clone(url, tmp_path / "m")
    with pytest.raises(RepositoryError, match="must not hold a user, password or token"):
        check_source(url)
    assert str(caught.value) == (
        "https://host.invalid/x.git: a URL must not hold a user, password or token; "
        "use git's credential helper"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://h.invalid/x.git?private_token=hunter2",
        "ftp://svc:hunter2@h.invalid/x.git",
        "svc:hunter2@h.invalid:x.git",
        "ssh://svc:hunter2@h.invalid/x",
        "ssh://git@h.invalid/x?token=hunter2",
    ],
)
def test_no_way_to_write_a_password_is_printed(url: str) -> None:
    assert is_url(url)
    with pytest.raises(RepositoryError, match="must not hold") as caught:
        check_source(url)
    assert "hunter2" not in str(caught.value)


def test_a_url_that_leads_nowhere_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError) as caught:
        clone(f"file://{tmp_path}/none.git", tmp_path / "cache" / "m")
    text = str(caught.value)
    assert text.startswith(f"file://{tmp_path}/none.git: cannot be cloned: fatal: ")
    assert "\n" not in text
    assert not (tmp_path / "cache" / "m").exists()
