"""Labels and candidates in a dataset: written, read again, kept apart by source."""

from __future__ import annotations

import contextlib
import hashlib
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import label_builder as build
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from changed_index import change_index, relist

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.open_folder import OpenFolder
from rl4real_data.episodes.comparison import differences
from rl4real_data.episodes.index import read_index
from rl4real_data.episodes.label_values import LabelSource, LabelStatus, Objective
from rl4real_data.flow.working_folder import open_workdir
from rl4real_data.labels.files import read_labels, read_origins, read_trials
from rl4real_data.labels.origin import require_same_recipe


@pytest.fixture
def ids(tmp_path: Path) -> list[str]:
    """The episodes of a dataset in `tmp_path`: four of train, one of test."""
    build.write_labellable(tmp_path)
    return [*build.ids_of(tmp_path), *build.ids_of(tmp_path, "test")]


def digests(data_dir: Path) -> dict[str, str]:
    files = [path for path in data_dir.rglob("*") if path.is_file() and ".work" not in path.parts]
    return {str(path.relative_to(data_dir)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_what_is_written_is_read_again(tmp_path: Path, ids: list[str]) -> None:
    labels = (build.make_label(ids[0]), build.make_equal(ids[1]), build.make_failed(ids[2]))
    trials = (build.make_trial(ids[0], 3), build.make_failed_trial(ids[0], 5))

    index = build.put_labels(tmp_path, labels, trials=trials)

    assert read_labels(tmp_path) == labels
    assert read_trials(tmp_path) == trials
    assert read_origins(tmp_path) == (build.make_origin(),)
    assert {name: index.files[name].rows for name in ("labels.parquet", "trials.parquet")} == {
        "labels.parquet": 3,
        "trials.parquet": 2,
    }
    assert differences(tmp_path, index) == {}


@pytest.mark.usefixtures("ids")
def test_a_dataset_without_labels_has_none(tmp_path: Path) -> None:
    assert (read_labels(tmp_path), read_trials(tmp_path), read_origins(tmp_path)) == ((), (), ())


def test_rows_lie_in_the_order_of_sources_and_shards(tmp_path: Path, ids: list[str]) -> None:
    shuffled = random.Random(1).sample(ids, len(ids))
    build.put_labels(tmp_path, map(build.make_proof, shuffled), origin=build.of_proofs())
    build.put_labels(
        tmp_path,
        map(build.make_label, shuffled),
        trials=[build.make_trial(one, number) for number in (4, 1) for one in shuffled],
    )

    assert [(label.source, label.episode_id) for label in read_labels(tmp_path)] == [
        *((LabelSource.IMPROVE, one) for one in ids),
        *((LabelSource.STATIC, one) for one in ids),
    ]
    assert [(trial.episode_id, trial.number) for trial in read_trials(tmp_path)] == [
        (one, number) for one in ids for number in (1, 4)
    ]


def test_same_rows_are_same_bytes_whatever_came_before(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for folder, order in zip(folders, (1, -1), strict=True):
        build.write_labellable(folder)
        ids = build.ids_of(folder)[::order]
        steps = [
            lambda folder=folder, ids=ids: build.put_labels(  # type: ignore[misc]
                folder, map(build.make_label, ids), trials=map(build.make_trial, ids)
            ),
            lambda folder=folder, ids=ids: build.put_labels(  # type: ignore[misc]
                folder, map(build.make_proof, ids), origin=build.of_proofs()
            ),
        ]
        for step in steps[::order]:
            step()

    assert digests(folders[0]) == digests(folders[1])


def test_one_source_is_replaced_and_the_others_stay(tmp_path: Path, ids: list[str]) -> None:
    score = replace(
        build.make_label(ids[0], objective=Objective.SCORE, value=11.0, greedy_value=14.5),
        final=None,
        greedy_final=None,
    )
    build.put_labels(tmp_path, [build.make_proof(ids[1])], origin=build.of_proofs())
    build.put_labels(tmp_path, [score], origin=build.make_origin(objective=Objective.SCORE))
    build.put_labels(tmp_path, [build.make_label(ids[0])], trials=[build.make_trial(ids[0])])
    build.put_labels(tmp_path, [build.make_equal(ids[3])], origin=build.make_origin(recipe={"candidates": 2}))

    assert read_labels(tmp_path) == (build.make_equal(ids[3]), score, build.make_proof(ids[1]))
    assert read_trials(tmp_path) == ()
    assert not (tmp_path / "trials.parquet").exists()
    assert [origin.recipe for origin in read_origins(tmp_path)] == [
        {"candidates": 2},
        {"candidates": 40, "seed": 1},
        {},
    ]


def test_a_row_that_breaks_a_rule_is_refused(tmp_path: Path, ids: list[str]) -> None:
    before = digests(tmp_path)

    with pytest.raises(ValueError, match=f"{ids[0]}: its status is optimal"):
        build.put_labels(tmp_path, [build.make_label(ids[0], status=LabelStatus.OPTIMAL)])
    assert digests(tmp_path) == before


@pytest.mark.usefixtures("ids")
def test_a_label_of_no_episode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"^labels\.parquet: no episode of the dataset is called elsewhere") as error:
        build.put_labels(tmp_path, [build.make_label("elsewhere")])
    assert "seek them there" in error.value.hint


def test_labels_of_another_llvm_are_refused(tmp_path: Path, ids: list[str]) -> None:
    with pytest.raises(
        DatasetError, match=r"its labels of improve are of LLVM 19\.1\.7, the episodes of LLVM 22\.1\.8"
    ):
        build.put_labels(tmp_path, [build.make_label(ids[0])], origin=build.make_origin(llvm_version="19.1.7"))

    build.put_labels(tmp_path, [build.make_label(ids[0])])
    change_index(tmp_path, lambda raw: raw["toolchain"].update(llvm_version="23.1.0"))
    with pytest.raises(DatasetError, match=r"labels\.parquet: its labels of improve are of LLVM 22\.1\.8, .* 23\.1\.0"):
        read_labels(tmp_path)


def test_labels_for_an_older_format_are_refused(tmp_path: Path) -> None:
    build.write_labellable(tmp_path, version=0)

    with pytest.raises(DatasetError, match="is of version 0 of the dataset format") as error:
        build.put_labels(tmp_path, [])
    assert "rl4real-data upgrade" in error.value.hint


def with_footer(data_dir: Path, name: str, **words: str) -> None:
    """Writes the file again, with other words in its footer, and lists it as it is then."""
    table = pq.read_table(data_dir / name)
    metadata = {
        **table.schema.metadata,
        **{f"rl4real_data.{key}".encode(): text.encode() for key, text in words.items()},
    }
    pq.write_table(table.replace_schema_metadata(metadata), data_dir / name)
    relist(data_dir, name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"labels_version": "3"}, "its labels are of version 3, this program reads version 2"),
        ({"labels_version": "x"}, "its labels are of version x, this program reads version 2"),
        ({"schema_version": "2"}, "written in schema version 2, this program reads up to 1"),
        ({"dataset": "0" * 64}, "it belongs to another dataset, or to another version of this one"),
        ({"labels": "[{}]"}, "its footer does not say what the labels were sought with"),
        ({"labels": "["}, "cannot be read"),
        ({"labels": "7"}, "cannot be read"),
    ],
)
def test_a_footer_of_something_else_is_refused(
    tmp_path: Path, ids: list[str], words: dict[str, str], said: str
) -> None:
    build.put_labels(tmp_path, [build.make_label(ids[0])], trials=[build.make_trial(ids[0])])
    for name in ("labels.parquet", "trials.parquet"):
        with_footer(tmp_path, name, **words)

    with pytest.raises(DatasetError, match=rf"^labels\.parquet: .*{said}"):
        read_labels(tmp_path)
    with pytest.raises(DatasetError, match=rf"^trials\.parquet: .*{said}"):
        read_trials(tmp_path)


@pytest.mark.parametrize("name", ["labels.parquet", "trials.parquet"])
def test_a_file_that_was_cut_off_is_named(tmp_path: Path, ids: list[str], name: str) -> None:
    build.put_labels(tmp_path, [build.make_label(ids[0])], trials=[build.make_trial(ids[0])])
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 2])

    with pytest.raises(DatasetError, match=rf"^{name}: cannot be read") as raised:
        (read_labels if name == "labels.parquet" else read_trials)(tmp_path)
    assert "again, then `improve` or `label`" in raised.value.hint
    with pytest.raises(DatasetError, match=rf"{name}: lost or damaged"):
        build.put_labels(tmp_path, [build.make_label(ids[0])])


@pytest.mark.parametrize("moves", range(7))
def test_a_broken_off_publication_is_carried_through(
    tmp_path: Path, ids: list[str], monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """Killed behind any of its moves: what is read next is all old or all new, and the next run makes it new."""
    build.put_labels(tmp_path, [build.make_label(ids[0])], trials=[build.make_trial(ids[0])])
    left = iter([True] * moves)
    move = OpenFolder.move

    def killed(*words: Any, **named: Any) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        move(*words, **named)

    new = [build.make_equal(ids[0]), build.make_label(ids[1])]
    with monkeypatch.context() as patch, contextlib.suppress(KeyboardInterrupt):
        patch.setattr(OpenFolder, "move", killed)
        build.put_labels(tmp_path, new, trials=[build.make_trial(ids[1])])
    with open_workdir(tmp_path):
        pass  # what every command that writes begins with

    assert read_labels(tmp_path) == tuple(new)
    assert [trial.episode_id for trial in read_trials(tmp_path)] == [ids[1]]
    assert differences(tmp_path, read_index(tmp_path)) == {}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recipe": {"candidates": 400, "seed": 1}}, "its labels of improve were sought with candidates 40, not 400"),
        ({"recipe": {"seed": 1}}, "its labels of improve were sought with candidates 40, not None"),
        ({"llvm_version": "19.1.7"}, r"its labels of improve were sought with llvm_version 22\.1\.8, not 19\.1\.7"),
        ({"plugin": "q"}, "its labels of improve were sought with plugin p+, not q"),
    ],
)
def test_labels_of_another_recipe_are_told_apart(changes: dict[str, Any], said: str) -> None:
    require_same_recipe(build.make_origin(), build.make_origin(generator="a newer one"), name="d")

    with pytest.raises(DatasetError, match=f"^d: {said}") as error:
        require_same_recipe(build.make_origin(), build.make_origin(**changes), name="d")
    assert "which replaces them" in error.value.hint


@pytest.mark.parametrize(
    ("name", "column", "value", "said"),
    [
        ("labels.parquet", "source", None, "its source is null"),
        ("labels.parquet", "source", "oracle", "'oracle' is not a valid LabelSource"),
        ("labels.parquet", "objective", "speed", "'speed' is not a valid Objective"),
        ("labels.parquet", "episode_id", None, "its episode_id is null"),
        ("labels.parquet", "episode_id", "elsewhere", "no episode of the dataset is called elsewhere"),
        ("trials.parquet", "objective", None, "its objective is null"),
        ("trials.parquet", "number", None, "its number is null"),
        ("trials.parquet", "episode_id", "elsewhere", "no episode of the dataset is called elsewhere"),
    ],
)
def test_rows_that_are_none_are_not_written_again(
    tmp_path: Path, ids: list[str], name: str, column: str, value: str | None, said: str
) -> None:
    """Beside new ones: what came from elsewhere is not copied with a new checksum."""
    build.put_labels(tmp_path, [build.make_label(ids[0])], trials=[build.make_trial(ids[0])])
    table = pq.read_table(tmp_path / name)
    place = table.schema.get_field_index(column)
    values = pa.array([value], table.schema.field(place).type)
    pq.write_table(table.set_column(place, table.schema.field(place), values), tmp_path / name)
    relist(tmp_path, name)

    with pytest.raises(DatasetError, match=f"{name}: .*{said}"):
        build.put_labels(tmp_path, [build.make_proof(ids[1])], origin=build.of_proofs())
