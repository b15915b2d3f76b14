"""The DATA_DIR: interruption, full disks, locks, and the folders and datasets that are refused."""

from __future__ import annotations

import errno
import os
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from changed_index import change_index
from older_format import copy_as_version_0
from world import World, write_three

from rl4real_data.core.allocators import AllocatorName
from rl4real_data.core.errors import DatasetError, HostError
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TargetName
from rl4real_data.corpus.module import Split
from rl4real_data.episodes.schema_version import SCHEMA_VERSION
from rl4real_data.episodes.writer import ShardWriter
from rl4real_data.flow import runner
from rl4real_data.flow.working_folder import open_workdir
from rl4real_data.stages import module as module_stage
from rl4real_data.stages import part, record

# Interruption


def run_until(world: World, monkeypatch: pytest.MonkeyPatch, stop_at: int) -> bool:
    """Runs with an os.replace that fails from its `stop_at`-th call on; whether the run got through."""
    calls = 0
    replace_file = os.replace

    def failing(source: str, target: str, **folders: int) -> None:
        nonlocal calls
        calls += 1
        if calls > stop_at:
            raise OSError(errno.EIO, "pulled the plug")
        replace_file(source, target, **folders)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", failing)
        try:
            world.run(jobs=1)
        except (OSError, HostError) as error:
            cause = error.__cause__ or error  # of the former, in a stage of a module
            assert isinstance(cause, OSError)
            assert cause.errno == errno.EIO
            return False
    return True


def test_publication_interrupted_at_every_move_is_carried_through(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write("a.c", "// function one nodes=3")
    world.run(data_dir=world.folder / "undisturbed")
    expected = world.digests(world.folder / "undisturbed")

    stops = 0
    while not run_until(world, monkeypatch, stops):
        world.run()
        assert world.digests() == expected, f"stopped after {stops} moves"
        stops += 1
        for path in sorted(world.data_dir.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()

    # a part of 2 files, the journal, 8 files of the dataset, the state
    assert stops == 2 + 1 + 8 + 1


def test_interrupted_publication_over_an_older_dataset(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_three(world)
    world.run()
    world.write("b.c", "// function other nodes=9")
    world.run(data_dir=world.folder / "undisturbed")
    world.run()
    expected = world.digests(world.folder / "undisturbed")

    assert world.digests() == expected
    world.write("b.c", "// shape SUB32rr", "// function three nodes=3")
    assert not run_until(world, monkeypatch, 3)  # the part is there, one file is moved
    assert world.digests() != expected
    world.write("b.c", "// function other nodes=9")
    world.run()
    assert world.digests() == expected


def test_index_is_moved_last(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: list[str] = []
    replace_file = os.replace

    def noted(source: Path, target: Path, **folders: int) -> None:
        moved.append(Path(target).name)
        replace_file(source, target, **folders)

    world.write("a.c", "// function one")
    monkeypatch.setattr(os, "replace", noted)
    world.run()

    assert moved[-10:] == [
        *("publish.json", "README.md", "croissant.json", "train-00000-of-00001.parquet"),
        "instructions.parquet",
        *("modules.parquet", "registers.parquet", "vocabulary.parquet", "dataset.json", "train.state"),
    ]


def wait_for_workers(world: World) -> None:
    """Waits until the threads of an interrupted run have cleaned up behind themselves."""
    deadline = time.monotonic() + 2
    while any((world.data_dir / ".work" / "scratch").iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)


def test_interrupted_run_marks_no_module_as_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The compilers that are under way are killed; that is no fault of their modules."""
    world.write("a.c", "// function one", " " * 500)  # the largest comes first
    world.write("slow.c", "// compiler sleep", "// function two nodes=4")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(runner.Progress, "add", interrupt)
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            world.run(jobs=2)
    wait_for_workers(world)
    world.run()

    assert {name: row["status"] for name, row in world.modules().items()} == {"a.c": "done", "slow.c": "done"}
    assert world.functions() == ["one", "two"]


def test_leftovers_of_a_killed_run_disappear(world: World) -> None:
    write_three(world)
    work = world.data_dir / ".work"
    for name in ("scratch/tmpx/unit.ndjson", "next/data/train-00007-of-00009.parquet", "parts/.x.arrow.0"):
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text("half a file")
    world.run()

    left = {str(path.relative_to(work)) for path in work.rglob("*") if path.is_file() and path.parent.name != "parts"}
    assert left == {"lock", "train.state"}
    assert len(list((work / "parts").iterdir())) == 6


# A full disk


def test_full_disk_while_a_part_is_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_three(world)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(record, "write_functions", full)
        with pytest.raises(HostError, match="No space left on device"):
            world.run()
    assert not (world.data_dir / "dataset.json").exists()
    world.run()

    assert world.functions() == ["one", "two", "three", "four"]


def test_full_disk_while_a_marker_is_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_three(world)
    calls: list[object] = []

    def full_at_second(*args: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        part.write_marker(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(module_stage, "write_marker", full_at_second)
        with pytest.raises(HostError, match="No space left on device"):
            world.run(jobs=1)
    world.fake.forget()
    world.run()

    assert len(world.fake.compiled()) == 2  # the first part is there
    assert world.functions() == ["one", "two", "three", "four"]


def test_full_disk_while_a_shard_is_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    write_three(world)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(ShardWriter, "write", full)
        with pytest.raises(OSError, match="No space left on device"):
            world.run()
    world.fake.forget()
    world.run()

    assert world.fake.compiled() == []
    assert world.functions() == ["one", "two", "three", "four"]


# Which folders and which datasets are taken


def test_folder_that_cannot_be_written_is_an_error_of_the_folder(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("a.c", "// function one")
    world.data_dir.mkdir()
    make_folder = os.mkdir

    def read_only(path: str, *rest: int, **options: int) -> None:
        if path == ".work":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        make_folder(path, *rest, **options)

    monkeypatch.setattr(os, "mkdir", read_only)
    with pytest.raises(DatasetError, match=r"(?m)/data: cannot be written \(Permission denied\)$") as raised:
        world.run()
    assert raised.value.hint == "choose another --data-dir"


def test_file_in_the_place_of_the_folder_is_refused(world: World) -> None:
    world.write("a.c", "// function one")
    world.data_dir.touch()

    with pytest.raises(DatasetError, match=r"(?m)/data: is a file$"):
        world.run()
    with pytest.raises(DatasetError, match=r"(?m)/data/deeper: cannot be written \(Not a directory\)$"):
        world.run(data_dir=world.data_dir / "deeper")


def test_empty_folder_is_taken(world: World) -> None:
    world.write("a.c", "// function one")
    world.data_dir.mkdir()
    world.run()

    assert world.functions() == ["one"]


def test_folder_in_use_is_refused_and_left_alone(world: World) -> None:
    world.write("a.c", "// function one")
    world.run()
    before = world.digests()
    with open_workdir(world.data_dir) as work:
        (work.scratch / "theirs").touch()
        with pytest.raises(DatasetError, match=r"(?m)/data: another run is writing to it$") as raised:
            world.run()
        assert (work.scratch / "theirs").exists()

    assert raised.value.hint == "wait for it, or choose another --data-dir"
    assert world.digests() == before
    world.run()


def test_foreign_folder_is_refused(world: World) -> None:
    world.write("a.c", "// function one")
    (world.data_dir / "letters").mkdir(parents=True)
    (world.data_dir / "notes.txt").touch()

    with pytest.raises(DatasetError, match=r"holds files that are no dataset \(letters, notes\.txt\)"):
        world.run()
    assert sorted(path.name for path in world.data_dir.iterdir()) == ["letters", "notes.txt"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": TargetName.AARCH64}, r"(?m)cpu is 'core2', not 'cortex-a72'; target is 'x86', not 'aarch64'$"),
        ({"model": AllocatorName.MLBASICRA}, r"(?m)another recipe: model is 'mlra', not 'mlbasicra'$"),
        ({"mir": False}, r"(?m)another recipe: mir is True, not False$"),
    ],
)
def test_other_dataset_is_refused_with_the_differing_keys(
    world: World, change: dict[str, object], message: str
) -> None:
    world.write("a.c", "// function one")
    world.run()
    before = world.digests()
    world.fake.forget()

    with pytest.raises(DatasetError, match=message):
        world.run(**change)
    assert (world.fake.compiled(), world.digests()) == ([], before)


def test_other_filter_is_refused_with_its_key(world: World) -> None:
    world.write("a.c", "// function one")
    world.run()
    recipe = load_recipe(TargetName.X86)
    other = replace(recipe, filters=replace(recipe.filters, max_nodes=7))

    with pytest.raises(DatasetError, match=r"(?m)another recipe: filters\.max_nodes is 1000, not 7$"):
        world.run(recipe=other)


def test_other_llvm_release_beside_the_first_is_refused(world: World) -> None:
    """Register numbers and opcodes are those of one release: registers.parquet can only hold one."""
    world.write("a.c", "// function one")
    world.run(split=Split.TEST)
    world.fake.path.with_name("banner").write_text("Debian clang version 19.1.7 (1~deb12u1)")
    plugins = world.fake.cache_dir / "plugins"
    (old,) = plugins.glob("llvm-22.1.8-*")
    old.rename(plugins / old.name.replace("22.1.8", "19.1.7"))

    with pytest.raises(
        DatasetError, match=r"its test split was made with another compiler or plugin: .*'22\.1\.8', not '19\.1\.7'"
    ) as raised:
        world.run(split=Split.TRAIN)
    assert "rl4real-data " in raised.value.hint


def test_split_of_an_older_format_beside_the_first_is_upgraded_first(world: World) -> None:
    world.write("a.c", "// function one")
    world.run(split=Split.TEST)
    change_index(world.data_dir, lambda index: index.update(schema_version=0))

    with pytest.raises(DatasetError, match="its test split is of version 0 of the dataset format") as raised:
        world.run(split=Split.TRAIN)
    assert f"`rl4real-data upgrade {world.data_dir}`" in raised.value.hint


def test_split_of_an_older_format_is_compiled_again(world: World) -> None:
    world.write("a.c", "// function one")
    world.run()
    before = world.digests()
    copy_as_version_0(world.data_dir, world.folder / "old")
    shutil.rmtree(world.data_dir)
    (world.folder / "old").rename(world.data_dir)

    assert world.run().index.schema_version == SCHEMA_VERSION  # type: ignore[union-attr]
    assert world.digests() == before


def test_newer_schema_is_refused(world: World) -> None:
    world.write("a.c", "// function one")
    world.run()
    change_index(world.data_dir, lambda index: index.update(schema_version=5))

    with pytest.raises(DatasetError, match="schema version 5") as raised:
        world.run()
    assert raised.value.hint == "install a newer rl4real-data"


def test_shrinking_is_refused_unless_told(world: World) -> None:
    write_three(world)
    world.run()
    before = world.digests()

    with pytest.raises(DatasetError, match=r"holds 2 modules that this run leaves out \(the first: src/b\.c\)"):
        world.run(limit=1)
    assert world.digests() == before
    world.run(limit=1, replace=True)
    assert world.functions() == ["one", "two"]


def test_shards_of_a_larger_dataset_disappear(world: World) -> None:
    recipe = replace(load_recipe(TargetName.X86), per_shard=2)
    write_three(world)
    world.run(recipe=recipe)
    shards = sorted(path.name for path in (world.data_dir / "data").iterdir())
    assert shards == ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]
    world.run(limit=1, replace=True, recipe=recipe)

    assert [path.name for path in (world.data_dir / "data").iterdir()] == ["train-00000-of-00001.parquet"]
    assert world.functions() == ["one", "two"]


def test_growing_is_allowed(world: World) -> None:
    write_three(world)
    world.run(limit=1)
    world.fake.forget()
    world.run()

    assert world.fake.compiled() == ["b.c", "c.cpp"]
    assert world.functions() == ["one", "two", "three", "four"]
