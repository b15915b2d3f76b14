"""A folder held open: what is reached from it, and what is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rl4real_data.core.open_folder import NotFollowed, OpenFolder

SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder with a file that nobody may reach."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("secret")
    return tmp_path / "outside"


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    (tmp_path / "inside" / "data").mkdir(parents=True)
    (tmp_path / "inside" / "data" / "x").write_text("x")
    return tmp_path / "inside"


def test_plain_files_and_folders(inside: Path) -> None:
    with OpenFolder(inside) as folder:
        assert folder.read("data/x", at_most=9) == b"x"
        assert folder.names() == [("data", False)]
        assert [(name, state.st_size) for name, state in folder.walk()] == [("data/x", 1)]
        with pytest.raises(FileNotFoundError, match="absent"):
            folder.open_file("data/absent")
        with pytest.raises(FileNotFoundError, match="absent"):
            folder.open_file("absent/x")


def test_folder_itself_may_be_a_link(inside: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(inside)
    with OpenFolder(tmp_path / "link") as folder:
        assert folder.read("data/x", at_most=9) == b"x"


def test_link_to_a_file_is_not_followed(inside: Path, outside: Path) -> None:
    (inside / "data" / "link").symlink_to(outside / "file")
    with OpenFolder(inside) as folder, pytest.raises(NotFollowed, match="it is a link, or no plain file"):
        folder.open_file("data/link")


def test_link_to_a_folder_is_not_followed(inside: Path, outside: Path) -> None:
    (inside / "vocab").symlink_to(outside, target_is_directory=True)
    with OpenFolder(inside) as folder:
        with pytest.raises(NotFollowed, match="it is a link, or no plain folder"):
            folder.open_file("vocab/file")
        with pytest.raises(NotFollowed, match="it is a link, or no plain folder"):
            folder.folder("vocab", make=True)
        assert [name for name, _ in folder.walk()] == ["data/x", "vocab"]


@pytest.mark.parametrize("make", [lambda path: os.mkfifo(path), lambda path: path.mkdir()])
def test_what_is_no_file_is_none(inside: Path, make: object) -> None:
    make(inside / "data" / "odd")  # type: ignore[operator]
    with OpenFolder(inside) as folder, pytest.raises(NotFollowed, match="no plain file"):
        folder.open_file("data/odd")


@pytest.mark.parametrize("name", [SHA256, "a" * 40, f"SHA256E-s123--{SHA256}.parquet"])
def test_link_into_a_content_addressed_cache_is_read(inside: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("of the cache")
    (inside / "data" / "link").symlink_to(f"../../{name}")
    with OpenFolder(inside) as folder:
        assert folder.read("data/link", at_most=99) == b"of the cache"


@pytest.mark.parametrize("target", ["../outside/file", f"../outside/{SHA256}"])
def test_link_that_only_looks_so_is_not_read(inside: Path, outside: Path, target: str) -> None:
    (inside / SHA256).symlink_to(target)  # over it to a file without such a name, or to one that is none
    os.mkfifo(outside / SHA256)
    (inside / "link").symlink_to(SHA256)
    with OpenFolder(inside) as folder, pytest.raises(NotFollowed, match="no plain file"):
        folder.open_file("link")


def test_removing_a_link_leaves_what_it_leads_to(inside: Path, outside: Path) -> None:
    (inside / "link").symlink_to(outside, target_is_directory=True)
    (inside / "data" / "link").symlink_to(outside, target_is_directory=True)
    with OpenFolder(inside) as folder:
        for name in ("link", "data", "absent"):
            folder.remove(name)

    assert list(inside.iterdir()) == []
    assert (outside / "file").read_text() == "secret"


def test_folder_that_somebody_writes_into_is_out_of_the_way(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its content cannot be deleted, its name is free all the same."""
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)
    with OpenFolder(inside) as folder:
        folder.remove("data")
        with folder.folder("data", make=True) as data:
            assert data.names() == []


def test_writing_replaces_a_link_and_not_its_target(inside: Path, outside: Path) -> None:
    (inside / "state").symlink_to(outside / "file")
    with OpenFolder(inside) as folder:
        folder.write("state", b"mine")

    assert (inside / "state").read_text() == "mine"
    assert (outside / "file").read_text() == "secret"
    assert sorted(path.name for path in inside.iterdir()) == ["data", "state"]


def test_moving_replaces_a_link_and_not_its_target(inside: Path, outside: Path) -> None:
    (inside / "card").symlink_to(outside / "file")
    with OpenFolder(inside) as folder:
        folder.move("data/x", folder, to="card")
        folder.write("y", b"y")
        folder.move("y", folder, to="new/y")
        (inside / "away").symlink_to(outside, target_is_directory=True)
        folder.write("z", b"z")
        with pytest.raises(NotFollowed, match="no plain folder"):
            folder.move("z", folder, to="away/z")

    assert ((inside / "card").read_text(), (inside / "new" / "y").read_text()) == ("x", "y")
    assert [path.name for path in outside.iterdir()] == ["file"]


def test_lock_is_held_once_and_is_no_link(inside: Path, outside: Path) -> None:
    with OpenFolder(inside) as folder:
        with folder.locked("lock") as first, folder.locked("lock") as second:
            assert (first, second) == (True, False)
        with folder.locked("lock") as again:
            assert again
        (inside / "other").symlink_to(outside / "made-by-the-lock")
        with pytest.raises(NotFollowed, match="no plain file"), folder.locked("other"):
            pass
    assert [path.name for path in outside.iterdir()] == ["file"]
