"""Train and test in one DATA_DIR: no function is in both, and the order of the two runs changes no byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import World

from rl4real_data.core.split import Split
from rl4real_data.episodes.index import DatasetIndex, FileEntry, SplitBooks
from rl4real_data.flow.run import RunReport
from rl4real_data.flow.splits import other_of, shards_of


def write_both(world: World) -> None:
    """Train: five functions, one of them twice, one too large. Test: four of its own, and what train has as well.

    The content hash is that of the line without the name: `shared_*` are one function, so are `twin_*` and `far_*`.
    """
    world.write(
        "train/a.c", "// function own_train nodes=3", "// function shared_1 nodes=4", "// function shared_2 nodes=4"
    )
    world.write("train/b.c", "// function huge nodes=1001", "// shape MUL", "// function far_1 nodes=6")
    world.write(
        "test/c.c", "// function own_test nodes=5", "// function shared_3 nodes=4", "// function twin_1 nodes=7"
    )
    world.write(
        "test/d.c", "// function shared_4 nodes=4", "// function twin_2 nodes=7", "// function huge_too nodes=1001"
    )
    world.write("test/e.c", "// shape MUL", "// function far_2 nodes=6", "// shape DIV", "// function last nodes=2")
    world.write("test/x.c", "// compiler reject")


def make(world: World, split: Split, data_dir: Path | None = None) -> RunReport:
    corpora = (str(world.folder / split.value),)
    return world.run(split=split, corpora=corpora, data_dir=data_dir or world.data_dir)


def books_of(world: World, split: str) -> SplitBooks:
    return world.index().splits[split]


def test_functions_of_train_are_not_in_test(world: World) -> None:
    write_both(world)
    make(world, Split.TRAIN)
    make(world, Split.TEST)

    assert world.functions("train") == ["own_train", "shared_1", "far_1"]
    assert world.functions("test") == ["own_test", "twin_1", "huge_too", "last"]
    hashes = [{row["content_hash"] for row in world.episodes(split)} for split in ("train", "test")]
    assert hashes[0] & hashes[1] == set()


def test_functions_that_come_into_train_leave_test(world: World) -> None:
    write_both(world)
    make(world, Split.TEST)
    assert world.functions("test") == ["own_test", "shared_3", "twin_1", "huge_too", "far_2", "last"]
    make(world, Split.TRAIN)

    assert world.functions("test") == ["own_test", "twin_1", "huge_too", "last"]


@pytest.mark.parametrize("first", list(Split))
def test_books_say_where_every_function_went(world: World, first: Split) -> None:
    write_both(world)
    make(world, first)
    make(world, other_of(first))

    train, test = books_of(world, "train"), books_of(world, "test")
    assert (train.imbalances(), test.imbalances()) == ((), ())
    assert (train.functions, train.episodes, train.duplicates) == (5, 3, 1)
    assert dict(train.filtered) == {"more than 1000 nodes": 1}
    # test: own_test, twin_1, huge_too, last stay; shared_3 and far_2 are in train; shared_4 and twin_2 come twice
    assert (test.functions, test.episodes, test.duplicates) == (8, 4, 2)
    assert dict(test.filtered) == {"in the train split": 2}
    assert (test.modules, test.modules_done, test.modules_failed, dict(test.failures)) == (4, 3, 1, {"rejected": 1})


@pytest.mark.parametrize("first", list(Split))
def test_module_table_counts_what_is_left(world: World, first: Split) -> None:
    write_both(world)
    make(world, first)
    make(world, other_of(first))

    assert {name: (row["split"], row["functions"], row["episodes"]) for name, row in world.modules().items()} == {
        "a.c": ("train", 3, 2),
        "b.c": ("train", 2, 1),
        "c.c": ("test", 3, 2),
        "d.c": ("test", 3, 1),
        "e.c": ("test", 2, 1),
        "x.c": ("test", 0, 0),
    }


def test_both_orders_give_the_same_bytes(world: World) -> None:
    write_both(world)
    for name, order in (("forth", (Split.TRAIN, Split.TEST)), ("back", (Split.TEST, Split.TRAIN))):
        for split in order:
            make(world, split, world.folder / name)

    forth, back = world.digests(world.folder / "forth"), world.digests(world.folder / "back")
    assert len(forth) == 9
    assert forth == back


def test_third_and_fourth_run_change_nothing(world: World) -> None:
    write_both(world)
    make(world, Split.TEST)
    make(world, Split.TRAIN)
    before = world.digests()
    world.fake.forget()

    assert make(world, Split.TRAIN).was_finished
    make(world, Split.TEST)
    assert make(world, Split.TEST).was_finished
    assert (world.digests(), world.fake.compiled()) == (before, [])


def test_function_that_leaves_train_comes_back_to_test(world: World) -> None:
    write_both(world)
    make(world, Split.TRAIN)
    make(world, Split.TEST)
    world.write("train/b.c", "// function other nodes=8")
    make(world, Split.TRAIN)
    make(world, Split.TEST)

    assert world.functions("train") == ["own_train", "shared_1", "other"]
    assert world.functions("test") == ["own_test", "twin_1", "huge_too", "far_2", "last"]


def test_instruction_table_serves_both_splits(world: World) -> None:
    write_both(world)
    make(world, Split.TEST)
    make(world, Split.TRAIN)

    # ADD32rr 0, DIV 1, MUL 2, RET 3
    assert [row["inst"] for row in world.episodes("train")] == [[0, 0, 3], [0, 0, 3], [2, 2, 3]]
    assert [row["inst"] for row in world.episodes("test")] == [[0, 0, 3], [0, 0, 3], [0, 0, 3], [1, 1, 3]]


def test_instruction_that_only_a_dropped_function_uses_disappears(world: World) -> None:
    world.write("train/a.c", "// function kept nodes=3", "// shape RARE", "// function huge nodes=1001")
    make(world, Split.TRAIN)

    assert [row["inst"] for row in world.episodes("train")] == [[0, 0, 1]]
    import pyarrow.parquet as pq

    assert pq.read_table(world.data_dir / "instructions.parquet")["opcode"].to_pylist() == ["ADD32rr", "RET"]


def test_split_that_gives_up_everything_keeps_an_empty_shard(world: World) -> None:
    world.write("train/a.c", "// function one nodes=3")
    world.write("test/b.c", "// function two nodes=3")
    make(world, Split.TEST)
    make(world, Split.TRAIN)

    assert (world.functions("train"), world.functions("test")) == (["one"], [])
    assert world.index().files["data/test-00000-of-00001.parquet"].rows == 0


def test_train_filters_and_test_keeps_all(world: World) -> None:
    lines = (
        "// function huge nodes=1001",
        "// function limit nodes=1000 uses=1",
        "// function long nodes=2 uses=201",
        "// function two_hundred nodes=2 uses=200",
        "// function empty nodes=0",
        "// function pads nodes=2 uses=3 eh",
    )
    world.write("train/a.c", *lines)
    world.write("test/a.c", *lines)
    make(world, Split.TRAIN)
    assert world.functions("train") == ["limit", "two_hundred"]
    assert dict(books_of(world, "train").filtered) == {
        "exception-handling pads": 1,
        "more than 1000 nodes": 1,
        "more than 200 use points in one register": 1,
        "no virtual register": 1,
    }
    make(world, Split.TEST)

    assert world.functions("test") == ["huge", "long", "empty", "pads"]
    assert dict(books_of(world, "test").filtered) == {"in the train split": 2}


def test_first_of_equal_functions_stays(world: World) -> None:
    world.write("train/b.c", "// function late nodes=3")
    world.write("train/a.c", "// function early nodes=3", "// function again nodes=3")
    make(world, Split.TRAIN)

    assert world.functions() == ["early"]
    assert books_of(world, "train").duplicates == 2


def test_shards_are_found_by_split_in_order() -> None:
    entry = FileEntry(rows=0, size=0, sha256="")
    names = (
        "data/train-00001-of-00002.parquet",
        "README.md",
        "data/train-00000-of-00002.parquet",
        "data/test-00000-of-00001.parquet",
    )
    index = DatasetIndex(
        target="x86",
        model="mlra",
        recipe={},
        toolchain={},
        splits={},
        files=dict.fromkeys(names, entry),
        generator="test",
    )

    assert shards_of(index, Split.TRAIN) == (names[2], names[0])
    assert shards_of(index, Split.TEST) == (names[3],)
