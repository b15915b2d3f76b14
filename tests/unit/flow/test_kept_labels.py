"""Labels while their dataset is made anew: kept with their episodes, or dropped in words."""

from __future__ import annotations

from pathlib import Path

import label_builder as build
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from world import World, write_three

from rl4real_data.core.split import Split
from rl4real_data.flow.cleaning import clean_workdir
from rl4real_data.flow.embedding import embed_dataset
from rl4real_data.flow.replay_log import forget_log, open_log
from rl4real_data.flow.working_folder import IMPROVE_NAME, open_workdir
from rl4real_data.labels.files import read_labels, read_trials
from rl4real_data.validation.files import check_files


@pytest.fixture
def labelled(world: World) -> World:
    """A dataset of the flow, each of its episodes with a label and a candidate."""
    write_three(world)
    world.run()
    put_labels(world)
    return world


def put_labels(world: World) -> None:
    ids = build.ids_of(world.data_dir)
    assert len(ids) > 2
    origin = build.make_origin(llvm_version=world.index().toolchain["llvm_version"])
    build.put_labels(world.data_dir, map(build.make_label, ids), trials=map(build.make_trial, ids), origin=origin)


def labelled_ids(world: World) -> list[str]:
    return [label.episode_id for label in read_labels(world.data_dir)]


def test_a_run_that_has_nothing_to_do_leaves_them(labelled: World) -> None:
    before = labelled.digests()

    assert labelled.run().was_finished
    assert labelled.digests() == before


def test_another_split_beside_them_leaves_them(labelled: World) -> None:
    before = read_labels(labelled.data_dir), read_trials(labelled.data_dir)
    said: list[str] = []
    labelled.write("held_out/x.c", "// shape MUL", "// function five nodes=7")
    labelled.run(split=Split.TEST, corpora=(str(labelled.folder / "held_out"),), say=said.append)

    assert (read_labels(labelled.data_dir), read_trials(labelled.data_dir)) == before
    assert len(labelled.episodes("test")) == 1
    assert check_files(labelled.data_dir, labelled.index()) == []
    assert [line for line in said if "label" in line] == []


def test_labels_go_with_their_episodes(labelled: World) -> None:
    said: list[str] = []
    labelled.write("a.c", "// function other nodes=9")
    labelled.run(say=said.append)
    ids = build.ids_of(labelled.data_dir)

    assert set(labelled_ids(labelled)) < set(ids)
    assert {trial.episode_id for trial in read_trials(labelled.data_dir)} == set(labelled_ids(labelled))
    assert any("of episodes that are gone, or others now, are dropped" in line for line in said)
    assert check_files(labelled.data_dir, labelled.index()) == []


def test_the_same_dataset_comes_out_whatever_the_order(labelled: World) -> None:
    """Labels, then the other split; or both splits, then labels."""
    labelled.write("held_out/x.c", "// shape MUL", "// function five nodes=7")
    held_out = {"split": Split.TEST, "corpora": (str(labelled.folder / "held_out"),)}
    labelled.run(**held_out)
    first = labelled.digests()
    put_labels(labelled)
    assert labelled.digests() == first

    (labelled.data_dir / "labels.parquet").unlink()
    labelled.run()
    assert "labels.parquet" not in labelled.index().files
    put_labels(labelled)
    assert labelled.digests() == first


def test_a_dataset_without_its_index_gets_them_back(labelled: World) -> None:
    """What the hints of damage ask for: delete the index, and run the flow again."""
    first = labelled.digests()
    (labelled.data_dir / "dataset.json").unlink()
    labelled.run()

    assert labelled.digests() == first


@pytest.mark.parametrize("damage", ["cut", "another", "row", "no origin"])
def test_labels_without_an_index_are_looked_at(labelled: World, damage: str) -> None:
    path = labelled.data_dir / "labels.parquet"
    table = pq.read_table(path)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    elif damage == "another":
        pq.write_table(pq.read_table(labelled.data_dir / "modules.parquet"), path)
    elif damage == "row":
        place = table.schema.get_field_index("value")
        values = pa.array([1.0] * table.num_rows)
        pq.write_table(table.set_column(place, table.schema.field(place), values), path)
    else:
        words = {**table.schema.metadata, b"rl4real_data.labels": b"[]"}
        pq.write_table(table.replace_schema_metadata(words), path)
    (labelled.data_dir / "dataset.json").unlink()
    said: list[str] = []
    labelled.run(say=said.append)

    assert any("all labels are dropped: labels.parquet: " in line for line in said)
    assert not path.exists()


@pytest.mark.parametrize("damage", ["cut", "missing", "another"])
def test_a_damaged_file_of_labels_is_dropped_in_words(labelled: World, damage: str) -> None:
    path = labelled.data_dir / "labels.parquet"
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        other = (labelled.data_dir / "modules.parquet").read_bytes()
        path.write_bytes(content[: len(content) // 2] if damage == "cut" else other)
    said: list[str] = []
    labelled.run(say=said.append)

    assert any("all labels are dropped" in line and "labels.parquet: lost or damaged" in line for line in said)
    assert not path.exists()
    assert not (labelled.data_dir / "trials.parquet").exists()
    assert check_files(labelled.data_dir, labelled.index()) == []


def test_other_vectors_leave_them(labelled: World) -> None:
    before = read_labels(labelled.data_dir), read_trials(labelled.data_dir)
    other = labelled.folder / "other.txt"
    names = ("ADD", "SUB", "MUL", "DIV", "OP", "RARE", "RET", "VIRT_REG_GR32")
    other.write_text("".join(f"{name}:{[1.5] * 100}\n" for name in names))
    embed_dataset(labelled.data_dir, other)

    assert (read_labels(labelled.data_dir), read_trials(labelled.data_dir)) == before
    assert check_files(labelled.data_dir, labelled.index()) == []


def test_cleaning_leaves_them_and_takes_the_log_of_a_search(labelled: World) -> None:
    with open_workdir(labelled.data_dir) as work, open_log(work, IMPROVE_NAME) as log:
        log.add(b"k" * 32, b"what was found so far")
    assert (labelled.data_dir / ".work" / "improve").stat().st_size > 0
    before = labelled.digests()
    clean_workdir(labelled.data_dir)

    assert not (labelled.data_dir / ".work" / "improve").exists()
    assert labelled.digests() == before
    assert labelled_ids(labelled) == build.ids_of(labelled.data_dir)


def test_the_log_of_a_search_is_its_own(labelled: World) -> None:
    with open_workdir(labelled.data_dir) as work:
        with open_log(work, IMPROVE_NAME) as log:
            log.add(b"k" * 32, b"what was found so far")
        with open_log(work) as other:
            assert b"k" * 32 not in other
        with open_log(work, IMPROVE_NAME) as log:
            assert log.record(b"k" * 32).to_pybytes() == b"what was found so far"
        forget_log(work, IMPROVE_NAME)
        assert not (labelled.data_dir / ".work" / "improve").exists()


def test_a_folder_of_somebody_with_that_name_stays(world: World) -> None:
    write_three(world)
    world.run()
    strange: Path = world.data_dir / "labels.parquet" / "part-0"
    strange.parent.mkdir()
    strange.write_text("somebody's")
    world.write("new.c", "// function other nodes=9")
    world.run()

    assert strange.read_text() == "somebody's"
