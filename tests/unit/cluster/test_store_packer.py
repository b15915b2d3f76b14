"""Packing out of core beside packing in memory: the same bytes, whatever the parts are."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cluster_world import run_on_cluster, this_host
from world import World

from rl4real_data.cluster.packing import choosing, made_shards
from rl4real_data.cluster.packing.packing_record import PackingRecord
from rl4real_data.core.errors import HostError, StoreError
from rl4real_data.core.recipe import Recipe, load_recipe
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TargetName

pytestmark = pytest.mark.large
__all__ = ["this_host"]


def recipe_of(**changes: Any) -> Recipe:
    recipe = load_recipe(TargetName.X86)
    return replace(recipe, **{"per_shard": 5, "per_row_group": 2, **changes})


def write_at_random(world: World, chance: random.Random, folder: str) -> Path:
    """Modules with functions of which some are equal, some are too large for train, and some have no register."""
    world.write(f"{folder}/shared.h", "// function in_a_header nodes=6")
    for number in range(chance.randint(3, 6)):
        lines = [f"// shape {chance.choice(['SUB32rr', 'MUL32rr', 'DIV32r'])}"] if chance.random() < 0.5 else []
        for _ in range(chance.randint(0, 5)):
            lines.append(f"// function f{chance.randint(0, 12)} nodes={chance.choice([0, 3, 4, 4, 90])}")
        if chance.random() < 0.4:
            lines.insert(0, '#include "shared.h"')
        world.write(f"{folder}/m{number}.c", *lines, "// a comment")
    if chance.random() < 0.6:
        world.write(f"{folder}/broken.c", "// compiler reject")
    shutil.copyfile(world.folder / folder / "m0.c", world.folder / folder / "twin.c")
    return world.folder / folder


@pytest.mark.parametrize("seed", range(4))
def test_both_splits_are_the_same(world: World, seed: int) -> None:
    chance = random.Random(seed)
    train, test = (write_at_random(world, chance, folder) for folder in ("one", "two"))
    recipe = recipe_of()
    recipe = replace(recipe, filters=replace(recipe.filters, max_nodes=chance.choice([5, 50, 500])))
    orders = [(Split.TRAIN, train), (Split.TEST, test)]
    if chance.random() < 0.5:
        orders.reverse()
    for split, corpus in orders:
        words: dict[str, Any] = {"corpora": (str(corpus),), "split": split, "recipe": recipe}
        words["limit"] = chance.choice([None, 3])
        world.run(data_dir=world.folder / "in memory", **words)
        run_on_cluster(world, **words)

        assert world.digests() == world.digests(world.folder / "in memory")


def test_split_without_an_episode(world: World) -> None:
    world.write("a.c", "// function none nodes=0")
    world.run(data_dir=world.folder / "in memory")
    run_on_cluster(world)

    assert world.index().splits["train"].episodes == 0
    assert world.digests() == world.digests(world.folder / "in memory")


def write_nine(world: World) -> None:
    for number in range(9):
        world.write(f"m{number}.c", f"// function f{number} nodes={number + 3}")


def count_calls(monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> list[Any]:
    calls: list[Any] = []
    original: Callable[..., Any] = getattr(place, name)

    def counted(*words: Any, **options: Any) -> Any:
        calls.append(words)
        return original(*words, **options)

    monkeypatch.setattr(place, name, counted)
    return calls


def test_shards_that_were_made_are_not_made_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_nine(world)
    run_on_cluster(world, recipe=recipe_of())
    before = world.digests()
    shutil.rmtree(world.data_dir)
    opened = count_calls(monkeypatch, made_shards, "open_engine")
    run_on_cluster(world, recipe=recipe_of())

    assert opened == []
    assert world.digests() == before


def test_shard_in_the_store_that_is_another_one(world: World) -> None:
    write_nine(world)
    run_on_cluster(world, recipe=recipe_of())
    before = world.digests()
    shutil.rmtree(world.data_dir)
    for path in (world.folder / "run" / "shards").glob("*.parquet"):
        path.write_bytes(b"PAR1")
    for _ in range(2):  # there are two shards
        with pytest.raises(StoreError, match=r"shards/.*\.parquet: is not what was written"):
            run_on_cluster(world, recipe=recipe_of())
        assert not (world.data_dir / "dataset.json").exists()
    run_on_cluster(world, recipe=recipe_of())

    assert world.digests() == before


def test_choice_works_within_its_memory(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_nine(world)
    world.run(data_dir=world.folder / "in memory")
    monkeypatch.setattr(choosing, "MEMORY", "16MB")
    run_on_cluster(world)

    assert world.digests() == world.digests(world.folder / "in memory")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"arrow": "1.0"}, "pyarrow .* is installed, not 1.0"), ({"program": "0.1"}, "not the run's 0.1"), ({}, "^$")],
)
def test_host_that_would_write_other_bytes(change: dict[str, str], words: str) -> None:
    record = replace(PackingRecord.of(load_recipe(TargetName.X86), {}, {}, ""), **change)

    assert re.search(words, record.differences())


def test_host_that_would_write_other_bytes_makes_no_shard(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_nine(world)
    with monkeypatch.context() as patch:
        patch.setattr(PackingRecord, "differences", lambda _: "another pyarrow")
        with pytest.raises(HostError, match=r"no worker is left that is fit; .*another pyarrow"):
            run_on_cluster(world)
    assert not (world.data_dir / "dataset.json").exists()
    run_on_cluster(world)
    assert world.index().splits["train"].episodes == 9
