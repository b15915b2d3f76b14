"""Which episode a word on the command line means."""

from __future__ import annotations

from pathlib import Path

import episode_builder as build
import pytest

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.show.find import LISTED, find_episode
from rl4real_data.show.load import load_view

ADD_ID = "add0" + 28 * "1"
PUSH_ID = "beef" + 28 * "2"
TWIN_A, TWIN_B = "c0de" + 28 * "3", "c0de" + 28 * "4"
COLON_ID = "d1ce" + 28 * "5"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Three shards of train, one of test; two functions `twin` in two modules."""
    train = [
        [
            build.make_episode(1, episode_id=ADD_ID, function="first"),
            build.make_episode(2, episode_id=PUSH_ID, function="_Z4pushRSt6vectorIiE"),
        ],
        [
            build.make_episode(3, episode_id=TWIN_A, function="twin", module="a.c"),
        ],
        [build.make_episode(4, episode_id=COLON_ID, function="-[List add:]", module="d:list.m")],
    ]
    test = [[build.make_episode(5, episode_id=TWIN_B, function="twin", module="b.c", spills=77)]]
    build.write_dataset(tmp_path, {"train": train, "test": test})
    return tmp_path


@pytest.mark.parametrize(
    ("word", "episode_id", "split", "row"),
    [
        (PUSH_ID, PUSH_ID, "train", 1),
        (PUSH_ID.upper(), PUSH_ID, "train", 1),
        ("bee", PUSH_ID, "train", 1),
        ("first", ADD_ID, "train", 0),
        ("a.c:twin", TWIN_A, "train", 2),
        ("b.c:twin", TWIN_B, "test", 0),
        ("c0de4", TWIN_B, "test", 0),
        ("-[List add:]", COLON_ID, "train", 3),
        ("d:list.m:-[List add:]", COLON_ID, "train", 3),
    ],
)
def test_an_episode_is_found(data_dir: Path, word: str, episode_id: str, split: str, row: int) -> None:
    match = find_episode(data_dir, word)

    assert (match.episode_id, match.split, match.row) == (episode_id, split, row)


def test_the_episode_that_was_found_is_the_one_that_is_read(data_dir: Path) -> None:
    view = load_view(data_dir, "b.c:twin")

    assert (view.split, view.facts["episode_id"], view.facts["module"], view.costs["spills"]) == (
        "test",
        TWIN_B,
        "b.c",
        77,
    )


def test_a_name_goes_before_the_beginning_of_an_identity(tmp_path: Path) -> None:
    episodes = [build.make_episode(1, episode_id=ADD_ID), build.make_episode(2, episode_id=PUSH_ID, function="add")]
    build.write_dataset(tmp_path, {"train": [episodes]})

    assert find_episode(tmp_path, "add").episode_id == PUSH_ID


@pytest.mark.parametrize("word", ["twin", "c0de"])
def test_several_are_listed(data_dir: Path, word: str) -> None:
    with pytest.raises(UsageError, match="2 episodes are meant") as caught:
        find_episode(data_dir, word)

    assert f"{TWIN_A}  tiny/a.c:twin" in str(caught.value)
    assert f"{TWIN_B}  tiny/b.c:twin" in str(caught.value)
    assert "module:function" in caught.value.hint


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    count = LISTED + 7
    episodes = [build.make_episode(i, function="same", module=f"m{i}.c") for i in range(count)]
    build.write_dataset(tmp_path, {"train": [episodes]})

    with pytest.raises(UsageError, match="and 7 more") as caught:
        find_episode(tmp_path, "same")
    assert str(caught.value).count("tiny/m") == LISTED


@pytest.mark.parametrize(
    ("word", "near"), [("fisrt", "first"), ("push", "_Z4pushRSt6vectorIiE"), ("a.c:twim", "twin"), ("FIRST", "first")]
)
def test_near_names_are_given(data_dir: Path, word: str, near: str) -> None:
    with pytest.raises(UsageError, match="no episode is called") as caught:
        find_episode(data_dir, word)

    assert near in str(caught.value)


@pytest.mark.parametrize("word", ["", "zzzzzz", ":", "x:"])
def test_nothing_near_is_said_plainly(data_dir: Path, word: str) -> None:
    with pytest.raises(UsageError, match="no episode is called") as caught:
        find_episode(data_dir, word)

    assert "near are" not in str(caught.value)


def test_a_folder_without_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds no finished dataset"):
        find_episode(tmp_path, "first")
