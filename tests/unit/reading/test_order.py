"""Which episodes an EpisodeDataset gives out, and in which order: nothing twice, nothing lost, nothing forgotten."""

from __future__ import annotations

import itertools
import pickle
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_dataset import write_episodes

from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.reading.epoch_order import Plan, Segment

SIZES = (7, 1, 9)
ALL = list(range(1, 18))
SPILLED = [5, 10, 15]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dataset")
    write_episodes(folder, SIZES)
    return folder


@pytest.fixture
def dataset(data_dir: Path) -> EpisodeDataset:
    return EpisodeDataset(data_dir)


def numbers(dataset: EpisodeDataset) -> list[int]:
    return [episode.function_id for episode in dataset]


def test_length_index_and_iteration_agree(dataset: EpisodeDataset) -> None:
    assert len(dataset) == 17
    assert numbers(dataset) == ALL
    assert [dataset[i].function_id for i in range(17)] == ALL
    assert [dataset[-1].function_id, dataset[-17].function_id] == [17, 1]
    for outside in (17, -18):
        with pytest.raises(IndexError, match="of 17"):
            dataset[outside]


def test_opening_and_length_touch_no_shard(tmp_path: Path) -> None:
    write_episodes(tmp_path, SIZES)
    for shard in (tmp_path / "data").iterdir():
        shard.unlink()

    assert len(EpisodeDataset(tmp_path)) == 17


def test_an_index_opens_the_shard_that_holds_it_alone(tmp_path: Path) -> None:
    write_episodes(tmp_path, SIZES)
    for shard in sorted((tmp_path / "data").iterdir())[:2]:
        shard.unlink()

    assert EpisodeDataset(tmp_path)[8].function_id == 9


def test_shuffling_permutes_and_depends_on_the_seed_alone(dataset: EpisodeDataset) -> None:
    first = numbers(dataset.shuffle(1))

    assert sorted(first) == ALL
    assert first != ALL
    assert numbers(dataset.shuffle(1)) == first
    assert numbers(dataset.shuffle(2)) != first
    assert [dataset.shuffle(1)[i].function_id for i in range(17)] == first


def test_shuffling_mixes_row_groups(dataset: EpisodeDataset) -> None:
    """With all row groups mixed, neighbours come from different ones; with one, each stays together."""
    together = numbers(dataset.shuffle(3, row_groups=1))
    groups = [{1, 2, 3}, {4, 5, 6}, {7}, {8}, {9, 10, 11}, {12, 13, 14}, {15, 16, 17}]
    order = [next(i for i, group in enumerate(groups) if number in group) for number in together]
    changes = sum(a != b for a, b in itertools.pairwise(order))

    assert changes == len(groups) - 1
    assert list(dict.fromkeys(order)) != sorted(set(order))  # the row groups themselves are permuted
    mixed = numbers(dataset.shuffle(3, row_groups=7))
    order = [next(i for i, group in enumerate(groups) if number in group) for number in mixed]
    assert sum(a != b for a, b in itertools.pairwise(order)) > len(groups) - 1


@pytest.mark.parametrize("world_size", [1, 2, 3, 5, 17, 20])
def test_shares_are_disjoint_complete_and_even(dataset: EpisodeDataset, world_size: int) -> None:
    for whole in (dataset, dataset.shuffle(4)):
        shares = [numbers(whole.shard(rank, world_size)) for rank in range(world_size)]

        assert sorted(number for share in shares for number in share) == ALL
        assert max(map(len, shares)) - min(map(len, shares)) <= 1
        assert [len(whole.shard(rank, world_size)) for rank in range(world_size)] == [len(share) for share in shares]


def test_shares_of_shares_and_shuffled_shares(dataset: EpisodeDataset) -> None:
    """A rank's workers share its part; a seed of its own never makes a rank take another one's episodes."""
    shares = [numbers(dataset.shuffle(1).shard(r, 2).shard(w, 2)) for r in range(2) for w in range(2)]
    assert sorted(number for share in shares for number in share) == ALL
    shares = [numbers(dataset.shard(rank, 3).shuffle(rank)) for rank in range(3)]
    assert sorted(number for share in shares for number in share) == ALL


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 20), min_size=1, max_size=5),
    per_group=st.integers(1, 7),
    seed=st.integers(0, 2**63),
    mixed=st.integers(1, 5),
    world_size=st.integers(1, 6),
)
def test_every_plan_covers_every_row_once(
    sizes: list[int], per_group: int, seed: int, mixed: int, world_size: int
) -> None:
    import numpy as np

    def starts(shard: int) -> np.ndarray:  # type: ignore[type-arg]
        return np.array([*range(0, sizes[shard], per_group), sizes[shard]])

    plan = Plan(tuple(Segment(i, 0, size) for i, size in enumerate(sizes) if size)).shuffled(seed, mixed, starts)
    found = []
    for rank in range(world_size):
        part = plan.part(rank, world_size)
        for block in range(part.blocks):
            shards, rows = part.rows_of(block)
            found += list(zip(shards.tolist(), rows.tolist(), strict=True))

    assert sorted(found) == [(shard, row) for shard, size in enumerate(sizes) for row in range(size)]


def test_filter(dataset: EpisodeDataset) -> None:
    spilled = dataset.filter(pc.field("spills") > 0)

    assert numbers(spilled) == SPILLED
    assert len(spilled) == 3
    assert [spilled[i].function_id for i in range(3)] == SPILLED
    assert sorted(numbers(spilled.shuffle(2))) == SPILLED
    assert numbers(spilled.filter(pc.field("function_id") > 5)) == [10, 15]
    assert numbers(dataset.filter(pc.list_value_length(pc.field("node_vreg")) > 3)) == []
    assert numbers(dataset.filter(pc.field("spills") < 0).shuffle(1)) == []


def test_a_filter_reads_no_row_group_that_cannot_hold_what_it_asks_for(tmp_path: Path) -> None:
    """The numbers of the second row group, 4 to 6, cannot be read; the footer says that 1 to 3 are not among them."""
    write_episodes(tmp_path, (6,))
    (shard,) = (tmp_path / "data").iterdir()
    with pq.ParquetFile(shard) as file:
        group = file.metadata.row_group(1)
        columns = {group.column(i).path_in_schema: group.column(i) for i in range(group.num_columns)}
    damaged = bytearray(shard.read_bytes())
    begin = columns["function_id"].dictionary_page_offset or columns["function_id"].data_page_offset
    damaged[begin : begin + 8] = b"\xff" * 8
    shard.write_bytes(damaged)
    dataset = EpisodeDataset(tmp_path, verify=False)

    assert len(dataset.filter(pc.field("function_id") <= 3)) == 3
    with pytest.raises(DatasetError, match=shard.name):
        len(dataset.filter(pc.field("function_id") <= 4))


def test_a_filter_on_a_column_that_is_not_selected(dataset: EpisodeDataset) -> None:
    assert numbers(dataset.select(["function_id"]).filter(pc.field("spills") > 0)) == SPILLED


def test_filters_that_cannot_be_used(dataset: EpisodeDataset) -> None:
    with pytest.raises(UsageError, match=r"FieldRef\.Name\(colour\)"):
        dataset.filter(pc.field("colour") > 0)
    with pytest.raises(UsageError, match="gives int32"):
        dataset.filter(pc.field("spills"))
    with pytest.raises(UsageError, match="not function"):
        dataset.filter(lambda episode: episode.spills > 0)


def test_a_filter_travels_to_another_process(dataset: EpisodeDataset) -> None:
    assert numbers(pickle.loads(pickle.dumps(dataset.filter(pc.field("spills") > 0)))) == SPILLED


def test_select(dataset: EpisodeDataset) -> None:
    episode = dataset.select(["edge_u", "function_id"])[2]

    assert (episode.edge_u.tolist(), episode.function_id) == ([0, 0], 3)
    with pytest.raises(DatasetError, match="'mir' was not selected"):
        episode.mir  # noqa: B018
    with pytest.raises(UsageError, match="no column 'colour'"):
        dataset.select(["colour"])


@pytest.mark.parametrize("stop", range(18))
def test_a_position_in_mid_epoch_is_restored(data_dir: Path, stop: int) -> None:
    def build() -> EpisodeDataset:
        return EpisodeDataset(data_dir).filter(pc.field("function_id") != 4).shuffle(5).shard(0, 1)

    whole, first = numbers(build()), build()
    iterator = iter(first)
    taken = [next(iterator).function_id for _ in range(min(stop, 16))]
    state = first.state_dict()
    second = build()
    second.load_state_dict(state)

    assert taken + numbers(second) == whole
    assert numbers(second) == whole  # the next epoch starts at the start


def test_a_position_travels_with_a_pickled_dataset(dataset: EpisodeDataset) -> None:
    iterator = iter(dataset)
    for _ in range(8):
        next(iterator)

    assert numbers(pickle.loads(pickle.dumps(dataset))) == ALL[8:]


def test_a_position_is_asked_of_what_is_iterated(dataset: EpisodeDataset) -> None:
    view = dataset.shuffle(1)
    iterator = iter(view)
    for _ in range(5):
        next(iterator)

    assert view.state_dict() == iterator.state_dict()
    for wrong in (dataset, dataset.shuffle(1), view.select(["mir"]), view.reopened()):
        with pytest.raises(UsageError, match="has no position: nobody has iterated over it") as caught:
            wrong.state_dict()
        assert "`view.state_dict()`" in (caught.value.hint or "")


def test_each_iteration_tells_its_own_position(dataset: EpisodeDataset) -> None:
    first, second = iter(dataset), iter(dataset)
    next(first), next(second), next(second)
    states = first.state_dict(), second.state_dict()

    rests = []
    for state in states:
        dataset.load_state_dict(state)
        rests.append(numbers(dataset))
    assert rests == [ALL[1:], ALL[2:]]


def test_a_loaded_position_can_be_saved_again(dataset: EpisodeDataset) -> None:
    iterator = iter(dataset)
    next(iterator)
    dataset.load_state_dict(state := dataset.state_dict())

    assert dataset.state_dict() == state
    assert pickle.loads(pickle.dumps(dataset)).state_dict() == state


def test_the_end_of_a_pass_is_the_start_of_the_next(dataset: EpisodeDataset) -> None:
    numbers(dataset)
    dataset.load_state_dict(dataset.state_dict())

    assert numbers(dataset) == ALL


def test_a_position_of_another_order_is_refused(dataset: EpisodeDataset) -> None:
    shuffled = dataset.shuffle(1)
    iter(shuffled)
    state = shuffled.state_dict()

    for other in (dataset, dataset.shuffle(2), dataset.shuffle(1).filter(pc.field("spills") > 0)):
        with pytest.raises(DatasetError, match="saved position belongs to another"):
            other.load_state_dict(state)
    dataset.shuffle(1).select(["mir"]).load_state_dict(state)


def test_words_that_cannot_be_used(dataset: EpisodeDataset, data_dir: Path) -> None:
    with pytest.raises(UsageError, match="rank 2"):
        dataset.shard(2, 2)
    with pytest.raises(UsageError, match="seed"):
        dataset.shuffle(-1)
    with pytest.raises(UsageError, match="no split 'test'"):
        EpisodeDataset(data_dir, split="test")
    with pytest.raises(DatasetError, match="does not exist"):
        EpisodeDataset(data_dir / "nowhere")
    with pytest.raises(DatasetError, match="holds no finished dataset"):
        EpisodeDataset(data_dir / "data")


@pytest.mark.parametrize(
    "part", [slice(0, 3), slice(None), slice(-4, None), slice(9, 2, -3), slice(5, 5), slice(90, 99)]
)
def test_a_slice_is_a_list_in_the_order_of_iteration(dataset: EpisodeDataset, part: slice) -> None:
    for view in (dataset, dataset.shuffle(3), dataset.filter(pc.field("function_id") != 4).shard(0, 2)):
        assert [episode.function_id for episode in view[part]] == numbers(view)[part]


def test_a_dataset_says_what_it_is(tmp_path: Path) -> None:
    write_episodes(tmp_path / "d", [1])
    whole = EpisodeDataset(tmp_path / "d")
    for shard in (tmp_path / "d/data").iterdir():
        shard.unlink()  # nothing is read for it
    view = whole.shuffle(1).shard(rank=0, world_size=4).filter(pc.field("spills") > 0).select(["mir"])

    assert repr(whole) == f"<EpisodeDataset('{tmp_path}/d', 'train') with 1 episode>"
    assert repr(view) == (
        f"<EpisodeDataset('{tmp_path}/d', 'train') with 1 episode, of which "
        ".shuffle(1).shard(0, 4).filter((spills > 0)).select(['mir'])>"
    )
