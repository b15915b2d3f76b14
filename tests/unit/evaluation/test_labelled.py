"""The labels of a dataset as an allocator of an evaluation."""

from __future__ import annotations

from pathlib import Path

import pytest
from label_builder import ids_of, make_equal, make_label, put_labels, write_labellable

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.targets import TargetName
from rl4real_data.evaluation.labelled import labelled
from rl4real_data.reading.dataset import EpisodeDataset


def test_decisions_by_module_and_function_with_the_hash_of_the_problem(tmp_path: Path) -> None:
    write_labellable(tmp_path)
    first, second, *_ = ids_of(tmp_path)
    put_labels(tmp_path, [make_label(first), make_equal(second)])
    found = labelled(tmp_path, TargetName.X86)

    episode = next(each for each in EpisodeDataset(tmp_path, "train") if each.episode_id == first)
    ((key, functions),) = found.chosen.items()
    ((function, chosen),) = functions.items()
    assert (found.name, found.needs_plugin) == ("labels", True)
    assert (*key, function) == (episode.corpus, episode.module, episode.function)
    assert chosen.content_hash == episode.content_hash
    assert [tuple(one) for one in chosen.decisions] == [tuple(one) for one in make_label(first).decisions or ()]


def test_a_dataset_without_labels(tmp_path: Path) -> None:
    write_labellable(tmp_path)

    with pytest.raises(DatasetError, match="no labels with decisions") as raised:
        labelled(tmp_path, TargetName.X86)
    assert "rl4real-data improve" in raised.value.hint


def test_a_dataset_of_another_target(tmp_path: Path) -> None:
    write_labellable(tmp_path)

    with pytest.raises(DatasetError, match="a dataset for x86, and the code is to be compared for aarch64"):
        labelled(tmp_path, TargetName.AARCH64)
