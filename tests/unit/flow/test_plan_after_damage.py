"""Parts, datasets and sources that are damaged or lost: they are made again, or reported with the way out."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest
from world import PREPARED_MANIFEST, World, parts_of, write_three

from rl4real_data.core.errors import DatasetError, HostError
from rl4real_data.core.split import Split
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.flow import packing
from rl4real_data.flow.packing import pack_dataset
from rl4real_data.flow.run import Console, run_flow


def test_truncated_part_is_made_again(world: World) -> None:
    write_three(world)
    world.run()
    before = world.digests()
    world.fake.forget()
    part = max(parts_of(world, "arrow"), key=lambda path: path.stat().st_size)
    os.truncate(part, part.stat().st_size - 8)
    world.run()

    assert (world.fake.compiled(), world.digests()) == (["a.c"], before)


@pytest.mark.parametrize("suffix", ["arrow", "json"])
def test_missing_file_of_a_part_is_made_again(world: World, suffix: str) -> None:
    world.write("a.c", "// function one")
    world.run()
    before = world.digests()
    world.fake.forget()
    parts_of(world, suffix)[0].unlink()
    world.run()

    assert (world.fake.compiled(), world.digests()) == (["a.c"], before)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"key": 1}', b'{"failure": "x"}'],
)
def test_garbage_for_a_marker_is_made_again(world: World, garbage: bytes) -> None:
    world.write("a.c", "// function one")
    world.run()
    before = world.digests()
    world.fake.forget()
    parts_of(world, "json")[0].write_bytes(garbage)
    world.run()

    assert (world.fake.compiled(), world.digests()) == (["a.c"], before)


@pytest.mark.parametrize("place", [0, 0.5, 0.9])
def test_part_with_one_other_bit_is_made_again(world: World, place: float) -> None:
    write_three(world)
    world.run()
    before = world.digests()
    part = parts_of(world, "arrow")[0]
    content = bytearray(part.read_bytes())
    content[int(place * len(content))] ^= 1
    part.write_bytes(content)
    (world.data_dir / "README.md").unlink()
    world.fake.forget()
    said: list[str] = []
    report = run_flow(world.request(), Console(say=said.append))

    assert (len(world.fake.compiled()), report.compiled, world.digests()) == (1, 1, before)
    assert f"{part}: damaged (it is not what was written)" in said


def test_parts_that_changed_places_are_made_again(world: World) -> None:
    write_three(world)
    world.run()
    before = world.digests()
    for suffix in ("arrow", "json"):
        first, second, _ = parts_of(world, suffix)
        first.rename(first.with_name("third"))
        second.rename(first)
        first.with_name("third").rename(second)
    (world.data_dir / "README.md").unlink()
    world.fake.forget()
    world.run()

    assert (len(world.fake.compiled()), world.digests()) == (2, before)


def test_part_that_is_damaged_while_it_is_packed_is_reported_and_then_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write("a.c", "// function one")
    world.run()
    before = world.digests()
    (world.data_dir / "README.md").unlink()

    def pack_damaged(*words: Any, **named: Any) -> DatasetIndex:
        part = parts_of(world, "arrow")[0]
        part.write_bytes(bytes(part.stat().st_size))
        return pack_dataset(*words, **named)

    with monkeypatch.context() as patch:
        patch.setattr(packing, "pack_dataset", pack_damaged)
        with pytest.raises(DatasetError, match=r"\.arrow: damaged \(it is not what was written\)") as raised:
            world.run()
    assert raised.value.hint == "run the same command again: it compiles that module anew"
    world.run()
    assert world.digests() == before


@pytest.mark.parametrize("name", ["data/train-00000-of-00001.parquet", "instructions.parquet", "README.md"])
def test_lost_file_of_the_dataset_is_packed_again(world: World, name: str) -> None:
    write_three(world)
    world.run()
    before = world.digests()
    world.fake.forget()
    (world.data_dir / name).unlink()
    world.run()

    assert (world.fake.compiled(), world.digests()) == ([], before)


def test_lost_module_table_is_reported_with_the_way_out(world: World) -> None:
    write_three(world)
    world.run()
    before = world.digests()
    world.fake.forget()
    (world.data_dir / "modules.parquet").unlink()

    with pytest.raises(DatasetError, match=r"modules\.parquet: lost or damaged") as raised:
        world.run()
    assert "run the flow of each split again: what this version compiled is kept" in raised.value.hint
    (world.data_dir / "dataset.json").unlink()
    world.run()
    assert (world.fake.compiled(), world.digests()) == ([], before)


@pytest.mark.parametrize("name", ["modules.parquet", "instructions.parquet", "data/test-00000-of-00001.parquet"])
def test_damaged_file_of_the_other_split_is_reported_with_the_way_out(world: World, name: str) -> None:
    write_three(world)
    world.run(split=Split.TEST)
    world.run()
    before = world.digests()
    world.fake.forget()
    (world.data_dir / name).write_bytes(b"PAR1 nothing PAR1")

    with pytest.raises(DatasetError, match=f"{name}: lost or damaged"):
        world.run(replace=True)
    (world.data_dir / "dataset.json").unlink()
    world.run()
    world.run(split=Split.TEST)
    assert (world.fake.compiled(), world.digests()) == ([], before)


def test_damaged_index_is_reported_with_the_way_out(world: World) -> None:
    write_three(world)
    world.run()
    before = world.digests()
    world.fake.forget()
    index = world.data_dir / "dataset.json"
    index.write_bytes(index.read_bytes()[:100])

    with pytest.raises(DatasetError, match=r"dataset\.json: damaged index") as raised:
        world.run()
    assert "delete" in raised.value.hint  # the same command alone would end the same way
    index.unlink()
    world.run()
    assert (world.fake.compiled(), world.digests()) == ([], before)


# Sources in the cache


@pytest.mark.parametrize("name", ["a.c", "h.h", "made.h"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_file_of_the_cache_with_another_bit_is_an_error_that_names_it(world: World, name: str, moment: str) -> None:
    world.write("a.c", '#include "h.h"', '#include "made.h"', "// function one")
    world.write("h.h", "// function inline_one nodes=6")
    manifest = world.write("kept.toml", PREPARED_MANIFEST.format(folder=world.corpus)).rename(
        world.folder / "kept.toml"
    )
    request = {"corpora": (str(manifest),)}
    world.run(**request)
    before = world.digests()
    (tree,) = (world.fake.cache_dir / "corpora").iterdir()
    content = (tree / name).read_text()
    (tree / name).write_text(content.replace("nodes", "Nodes").replace("one", "oNe"))
    if moment == "before":
        shutil.rmtree(world.data_dir)

    with pytest.raises(HostError, match=rf"/{name}: is not what it was when it came into the cache"):
        world.run(**request)
    world.run(**request)
    assert world.digests() == before


def test_failure_of_a_damaged_tree_is_not_written_down(world: World) -> None:
    """A module that does not compile names no header; so the whole tree is looked at."""
    world.write("a.c", '#include "h.h"', "// compiler reject")
    world.write("b.c", "// function one")
    world.write("h.h", "// function inline_one nodes=6")
    manifest = world.write("kept.toml", PREPARED_MANIFEST.format(folder=world.corpus)).rename(
        world.folder / "kept.toml"
    )
    request = {"corpora": (str(manifest),)}
    world.run(data_dir=world.folder / "undisturbed", **request)
    (tree,) = (world.fake.cache_dir / "corpora").iterdir()
    (tree / "h.h").write_text((tree / "h.h").read_text().upper())

    with pytest.raises(HostError, match=r"/h\.h: is not what it was when it came into the cache"):
        world.run(**request)
    world.run(**request)
    assert world.digests() == world.digests(world.folder / "undisturbed")
