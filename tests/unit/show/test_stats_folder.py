"""A folder of pages: what it holds, how the pages are linked, and what it never replaces."""

from __future__ import annotations

import re
from pathlib import Path

import episode_builder as build
import pytest
from html_page import NASTY, assert_self_contained

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.show import stats_folder
from rl4real_data.show.stats_folder import is_folder_name, write_stats_folder
from rl4real_data.statistics.collection import collect_stats


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    build.write_dataset(
        folder, {"train": [[build.make_episode(1)], [build.make_spilled_episode(2)]], "test": [[build.make_episode(3)]]}
    )
    return folder


def write(data_dir: Path, folder: Path) -> int:
    return write_stats_folder(data_dir, collect_stats(data_dir), folder)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_largest_functions_link_to_their_pages_and_back(data_dir: Path, tmp_path: Path) -> None:
    assert write(data_dir, tmp_path / "pages") == 3

    found = files(tmp_path / "pages")
    names = [f"functions/{number:032x}.html" for number in (1, 2, 3)]
    index = assert_self_contained(found["index.html"].decode())
    assert sorted(found) == [*names, "index.html"]
    assert sorted(value or "" for name, value in index.attributes if name == "href") == names
    for name, function in zip(names, ("f1", "f2", "f3"), strict=True):
        page = assert_self_contained(found[name].decode())
        assert function in page.words
        assert ("href", "../index.html") in page.attributes


def test_who_watches_is_told_how_many_are_done(data_dir: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_stats_folder(
        data_dir, collect_stats(data_dir), tmp_path / "pages", watch=lambda done, total: told.append((done, total))
    )

    assert told == [(0, 3), (1, 3), (2, 3)]


def test_the_same_dataset_gives_the_same_bytes(data_dir: Path, tmp_path: Path) -> None:
    write(data_dir, tmp_path / "one")
    write(data_dir, tmp_path / "two")

    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_pages_of_an_earlier_call_are_replaced(data_dir: Path, tmp_path: Path) -> None:
    """Those of functions that are no more among the largest go with them."""
    folder = tmp_path / "pages"
    (folder / "functions").mkdir(parents=True)
    stale = folder / "functions" / f"{9:032x}.html"
    for path in (stale, folder / "index.html"):
        path.write_text("old")
    write(data_dir, folder)

    assert not stale.exists()
    assert (folder / "index.html").read_text() != "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "pages"]


@pytest.mark.parametrize("name", ["notes.txt", "functions/notes.html", "functions"])
def test_a_folder_with_anything_else_is_left_alone(name: str, data_dir: Path, tmp_path: Path) -> None:
    own = tmp_path / "pages" / name
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    with pytest.raises(UsageError, match="holds other files"):
        write(data_dir, tmp_path / "pages")

    assert files(tmp_path / "pages") == {name: b"mine"}


def test_a_dataset_is_never_taken_for_a_folder_of_pages(data_dir: Path) -> None:
    before = files(data_dir)
    with pytest.raises(UsageError, match="holds other files"):
        write(data_dir, data_dir)

    assert files(data_dir) == before


def test_a_link_that_is_named_is_followed_and_one_inside_is_not(data_dir: Path, tmp_path: Path) -> None:
    named, inside = tmp_path / "named", tmp_path / "inside"
    for folder in (named, inside, tmp_path / "pages"):
        folder.mkdir()
    (tmp_path / "link").symlink_to(named)
    (tmp_path / "pages" / "functions").symlink_to(inside)
    write(data_dir, tmp_path / "link")
    with pytest.raises(UsageError, match="holds other files"):
        write(data_dir, tmp_path / "pages")

    assert (tmp_path / "link").is_symlink()
    assert "index.html" in files(named)
    assert files(inside) == {}


@pytest.mark.parametrize("episode_id", ["../../../evil", "a/b", NASTY, ""])
def test_what_an_episode_calls_itself_is_no_path(episode_id: str, tmp_path: Path) -> None:
    episode = build.make_episode(1, episode_id=episode_id, function=NASTY)
    build.write_dataset(tmp_path / "data", {"train": [[episode]]})
    write(tmp_path / "data", tmp_path / "pages")

    names = list(files(tmp_path / "pages"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "pages"]
    assert re.fullmatch(r"functions/[0-9a-f]{32}\.html", names[0])
    assert names[1:] == ["index.html"]
    index = assert_self_contained((tmp_path / "pages" / "index.html").read_text())
    assert NASTY.replace("\x01", "\u2401") in index.words


def test_nothing_is_left_of_a_folder_that_could_not_be_made(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> str:
        raise ValueError("no page")

    stats = collect_stats(data_dir)
    monkeypatch.setattr(stats_folder, "render_episode_page", fail)
    with pytest.raises(DatasetError, match="no page"):
        write_stats_folder(data_dir, stats, tmp_path / "pages")

    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_place_that_cannot_be_written(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be written"):
        write(data_dir, tmp_path / "file" / "pages")
    with pytest.raises(UsageError, match="is no folder"):
        write(data_dir, tmp_path / "file")


def test_what_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("x")
    (tmp_path / "dots.html").mkdir()
    folders = {
        name: is_folder_name(tmp_path / name) for name in ("new", "a.html", "a.HTM", "page", "dots.html", "v1.2")
    }

    assert folders == {"new": True, "a.html": False, "a.HTM": False, "page": False, "dots.html": True, "v1.2": True}
    assert not is_folder_name(Path("/dev/stdout"))
