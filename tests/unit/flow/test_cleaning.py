"""What `clean` removes of a DATA_DIR, what that costs, and when it keeps its hands off."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_line import CommandLine
from world import World, parts_of, write_three

from rl4real_data.core.errors import DatasetError
from rl4real_data.flow.cleaning import clean_workdir
from rl4real_data.flow.working_folder import open_workdir


def sizes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_dataset_stays_and_a_later_flow_compiles_again(world: World) -> None:
    write_three(world)
    world.run()
    before, size = world.digests(), sizes(world.data_dir / ".work")
    world.fake.forget()

    cleaned = clean_workdir(world.data_dir)

    assert (cleaned.modules, cleaned.size_bytes) == (3, size - sizes(world.data_dir / ".work"))
    assert cleaned.size_bytes > size * 0.9
    assert parts_of(world, "*") == []
    assert world.digests() == before
    report = world.run()
    assert (report.compiled, report.was_finished, len(world.fake.compiled())) == (3, True, 3)
    assert world.digests() == before


def test_what_a_killed_run_left_goes_too(world: World) -> None:
    write_three(world)
    world.run()
    for name in ("next/data/half.parquet", "scratch/x/unit.o", ".gone-1/a", "parts/.draft"):
        path = world.data_dir / ".work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(5000))

    assert clean_workdir(world.data_dir).size_bytes > 20_000
    assert sizes(world.data_dir / ".work") < 100


def test_a_dry_run_touches_nothing(world: World) -> None:
    write_three(world)
    world.run()
    (world.data_dir / ".work/next/half").write_bytes(bytes(5000))
    before = sorted(world.data_dir.rglob("*"))

    planned = clean_workdir(world.data_dir, dry_run=True)

    assert sorted(world.data_dir.rglob("*")) == before
    assert planned == clean_workdir(world.data_dir)


def test_nothing_is_removed_while_a_run_holds_the_folder(world: World) -> None:
    write_three(world)
    world.run()
    before = parts_of(world, "*")
    with open_workdir(world.data_dir), pytest.raises(DatasetError, match="another run is writing to it"):
        clean_workdir(world.data_dir)

    assert parts_of(world, "*") == before


@pytest.mark.parametrize("name", [".work", ".work/parts"])
@pytest.mark.parametrize("dry_run", [True, False])
def test_no_link_is_followed(world: World, name: str, dry_run: bool) -> None:
    write_three(world)
    world.run()
    elsewhere = world.folder / "elsewhere"
    (elsewhere / "parts").mkdir(parents=True)
    (elsewhere / "parts/mine.json").write_text("mine")
    place = world.data_dir / name
    shutil.rmtree(place)
    place.symlink_to(elsewhere / "parts" if name.endswith("parts") else elsewhere)

    with pytest.raises(DatasetError, match="it is a link"):
        clean_workdir(world.data_dir, dry_run=dry_run)
    assert (elsewhere / "parts/mine.json").read_text() == "mine"


def test_a_link_among_the_parts_goes_and_its_target_stays(world: World) -> None:
    write_three(world)
    world.run()
    (world.folder / "mine").mkdir()
    (world.folder / "mine/a.json").write_text("mine")
    (world.data_dir / ".work/parts/folder").symlink_to(world.folder / "mine")
    (world.data_dir / ".work/parts/file.json").symlink_to(world.folder / "mine/a.json")

    clean_workdir(world.data_dir)

    assert parts_of(world, "*") == []
    assert (world.folder / "mine/a.json").read_text() == "mine"


def test_folders_that_hold_no_dataset_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.png").write_bytes(b"a")
    (tmp_path / "other/.work/parts").mkdir(parents=True)
    (tmp_path / "other/.work/parts/a.json").write_text("another program's")
    before = sorted(tmp_path.rglob("*"))
    for name in ("photos", "nowhere", "other"):
        with pytest.raises(DatasetError):
            clean_workdir(tmp_path / name)

    assert sorted(tmp_path.rglob("*")) == before


def test_a_run_that_was_killed_before_its_dataset_was_there(world: World) -> None:
    write_three(world)
    world.run()
    for path in world.data_dir.iterdir():
        if path.name != ".work":
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    assert clean_workdir(world.data_dir).modules == 3
    assert world.run().compiled == 3


def test_words_of_the_command(call: CommandLine, world: World) -> None:
    write_three(world)
    world.run()
    assert "`flow` compiles them again" in call("clean", "data", "--dry-run").out
    told = call("clean", "data")

    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("data/.work: ")
    assert " MB removed: what 3 modules compiled to\n" in told.out
    assert call("clean", "data").out == "data/.work: nothing to remove\n"
    shutil.rmtree(world.data_dir / ".work")
    assert call("clean", "data").out == "data/.work: nothing to remove\n"
    assert not (world.data_dir / ".work").exists()
