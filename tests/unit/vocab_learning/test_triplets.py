"""Triplets of a knowledge graph, counted over tiny datasets by hand, and OpenKE's files of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import episode_builder as build
import pytest

from rl4real_data.core.errors import DatasetError
from rl4real_data.vocab_learning.learned import read_triplets
from rl4real_data.vocab_learning.openke import write_openke
from rl4real_data.vocab_learning.triplets import CountedShapes, Triplets, count_shapes, make_triplets

Shapes = Sequence[tuple[str, Sequence[str]]]
Named = Mapping[tuple[str, str, str], int]

SHAPES: Shapes = [
    ("ADD32rr", ["VirtReg_gr", "", "VirtReg_gr", "Immediate"]),  # an empty operand in the middle
    ("ADD64rr", ["PhyReg_gr"]),
    ("JMP_1", ["MBB"]),
    ("RET", []),
]


def write(
    data_dir: Path, train: Sequence[Sequence[int]], *, test: Sequence[Sequence[int]] = (), shapes: Shapes = SHAPES
) -> Path:
    """A dataset with a function for each list of shapes."""
    instructions = [
        {"inst_id": i, "opcode": opcode, "operands": list(operands), "embedding": None}
        for i, (opcode, operands) in enumerate(shapes)
    ]
    splits: dict[str, Sequence[Sequence[dict[str, Any]]]] = {}
    for first, (split, functions) in enumerate((("train", train), ("test", test))):
        if functions:
            splits[split] = [[build.make_episode(100 * first + i, inst=inst) for i, inst in enumerate(functions)]]
    build.write_dataset(data_dir, splits, instructions=instructions)
    return data_dir


def count(data_dir: Path) -> CountedShapes:
    return count_shapes(data_dir, watch=lambda *_: None)


def triplets_of(*data_dirs: Path) -> Triplets:
    return make_triplets([count(data_dir) for data_dir in data_dirs])


def named(triplets: Triplets) -> Named:
    """Counts by names."""
    entities, relations = triplets.entities, triplets.relations
    rows = zip(triplets.rows.tolist(), triplets.counts.tolist(), strict=True)
    return {(entities[head].name, relations[name], entities[tail].name): count for (head, name, tail), count in rows}


def occurrences(triplets: Triplets) -> Mapping[str, int]:
    pairs = zip(triplets.entities, triplets.occurrences.tolist(), strict=True)
    return {entity.name: count for entity, count in pairs}


def test_the_function_of_the_builder(tmp_path: Path) -> None:
    """MOV ADD ADD JCC | MOV RET: five pairs, the fourth of which goes from one block to the next."""
    build.write_dataset(tmp_path, {"train": [[build.make_episode()]]})

    triplets = triplets_of(tmp_path)

    assert named(triplets) == {
        ("MOV", "Next", "ADD"): 1,
        ("ADD", "Next", "ADD"): 1,
        ("ADD", "Next", "JCC"): 1,
        ("JCC", "Next", "MOV"): 1,
        ("MOV", "Next", "RET"): 1,
        ("MOV", "Arg0", "VirtReg_gr"): 2,
        ("ADD", "Arg0", "VirtReg_gr"): 2,
        ("ADD", "Arg1", "VirtReg_gr"): 2,
        ("JCC", "Arg0", "Imm"): 1,
    }
    assert occurrences(triplets) == {"ADD": 2, "JCC": 1, "MOV": 2, "RET": 1, "Imm": 1, "VirtReg_gr": 6}
    assert triplets.functions == 1


def test_operands_keep_their_places_and_empty_ones_give_nothing(tmp_path: Path) -> None:
    triplets = triplets_of(write(tmp_path, [[0]]))

    assert named(triplets) == {
        ("ADD", "Arg0", "VirtReg_gr"): 1,
        ("ADD", "Arg2", "VirtReg_gr"): 1,
        ("ADD", "Arg3", "Immediate"): 1,
    }
    assert triplets.relations == ("Next", "Arg0", "Arg1", "Arg2", "Arg3")
    assert occurrences(triplets) == {"ADD": 1, "Immediate": 1, "VirtReg_gr": 2}


def test_nothing_follows_across_functions(tmp_path: Path) -> None:
    functions = [[3, 2], [], [1], [], [], [2, 1, 2], []]  # functions without instructions between the others

    triplets = triplets_of(write(tmp_path, functions))

    assert {key: count for key, count in named(triplets).items() if key[1] == "Next"} == {
        ("RET", "Next", "JMP"): 1,
        ("JMP", "Next", "ADD"): 1,
        ("ADD", "Next", "JMP"): 1,
    }
    assert triplets.functions == 7


def test_nothing_follows_across_shards_and_batches(tmp_path: Path) -> None:
    shards = [[build.make_episode(i, inst=[3]) for i in range(first, first + 600)] for first in (0, 600)]
    build.write_dataset(tmp_path, {"train": shards})
    watched: list[int] = []

    counted = count_shapes(tmp_path, watch=watched.append)

    assert counted.following == {}
    assert counted.occurrences.tolist() == [0, 0, 0, 1200]
    assert counted.functions == sum(watched) == 1200
    assert len(watched) == 4  # two batches of at most 512 in each shard


def test_shapes_of_one_base_opcode_add_up(tmp_path: Path) -> None:
    triplets = triplets_of(write(tmp_path, [[0, 1], [1, 1, 0]]))

    assert named(triplets) == {
        ("ADD", "Next", "ADD"): 3,
        ("ADD", "Arg0", "VirtReg_gr"): 2,
        ("ADD", "Arg0", "PhyReg_gr"): 3,
        ("ADD", "Arg2", "VirtReg_gr"): 2,
        ("ADD", "Arg3", "Immediate"): 2,
    }


def test_the_test_split_is_not_read(tmp_path: Path) -> None:
    triplets = triplets_of(write(tmp_path, [[3]], test=[[0, 1, 2], [2, 2]]))

    assert occurrences(triplets) == {"RET": 1}
    assert triplets.functions == 1
    assert named(triplets) == {}
    assert triplets.rows.shape == (0, 3)
    assert triplets.relations == ("Next",)


def test_the_test_split_alone(tmp_path: Path) -> None:
    data_dir = write(tmp_path, [[3]], test=[[1, 2], [2]])

    triplets, _ = read_triplets([data_dir], "x86", "test", watch=lambda *_: None)

    assert occurrences(triplets) == {"ADD": 1, "JMP": 2, "MBB": 2, "PhyReg_gr": 1}
    assert triplets.functions == 2
    with pytest.raises(DatasetError, match=rf"{tmp_path.name}: has no test split"):
        read_triplets([write(tmp_path, [[3]])], "x86", "test", watch=lambda *_: None)


def test_two_datasets_add_up(tmp_path: Path) -> None:
    first = write(tmp_path / "first", [[1, 2, 3], [2, 3]])
    other: Shapes = [("RET", []), ("JMP_4", ["MBB"]), ("NOOP", [])]  # the same names under other numbers
    second = write(tmp_path / "second", [[1, 0], [2]], shapes=other)

    triplets = triplets_of(first, second)

    assert named(triplets) == {
        ("ADD", "Next", "JMP"): 1,
        ("JMP", "Next", "RET"): 3,
        ("ADD", "Arg0", "PhyReg_gr"): 1,
        ("JMP", "Arg0", "MBB"): 3,
    }
    assert occurrences(triplets) == {"ADD": 1, "JMP": 3, "NOOP": 1, "RET": 3, "MBB": 3, "PhyReg_gr": 1}
    assert triplets.functions == 4
    assert named(triplets_of(second, first)) == named(triplets)
    assert triplets_of(second, first).rows.tolist() == triplets.rows.tolist()


def test_order_and_numbers(tmp_path: Path) -> None:
    triplets = triplets_of(write(tmp_path, [[0, 1, 2, 3]]))

    assert [(entity.section.value, entity.name) for entity in triplets.entities] == [
        ("Opcodes", "ADD"),
        ("Opcodes", "JMP"),
        ("Opcodes", "RET"),
        ("CommonOperands", "Immediate"),
        ("CommonOperands", "MBB"),
        ("PhysicalRegisters", "PhyReg_gr"),
        ("VirtualRegisters", "VirtReg_gr"),
    ]
    assert triplets.rows.tolist() == [
        [0, 0, 0],  # ADD Next ADD
        [0, 0, 1],  # ADD Next JMP
        [0, 1, 5],  # ADD Arg0 PhyReg_gr
        [0, 1, 6],  # ADD Arg0 VirtReg_gr
        [0, 3, 6],  # ADD Arg2 VirtReg_gr
        [0, 4, 3],  # ADD Arg3 Immediate
        [1, 0, 2],  # JMP Next RET
        [1, 1, 4],  # JMP Arg0 MBB
    ]
    assert triplets.counts.tolist() == [1] * 8
    assert triplets.occurrences.tolist() == [2, 1, 1, 1, 1, 1, 2]


def test_dataset_without_a_train_split(tmp_path: Path) -> None:
    write(tmp_path, [], test=[[0, 1]])

    with pytest.raises(DatasetError, match=rf"{tmp_path.name}: has no train split to learn from"):
        count(tmp_path)


def test_dataset_of_vectors_alone(tmp_path: Path) -> None:
    shapes = build.make_vector_instructions([1.0, 0.0, 0.0])
    build.write_dataset(
        tmp_path, {"train": [[build.make_fork_episode(node_inst=[[0], [0], [0]])]]}, instructions=shapes
    )

    with pytest.raises(DatasetError, match=rf"{tmp_path.name}: has no opcodes \(the fork's graphs have none\)"):
        count(tmp_path)


@pytest.mark.parametrize("train", [[], [[]], [[], []]], ids=["no function", "an empty one", "two empty ones"])
def test_train_split_without_an_instruction(tmp_path: Path, train: Sequence[Sequence[int]]) -> None:
    """The table of instructions is not empty: the test split has some."""
    episodes = [build.make_episode(i, inst=inst) for i, inst in enumerate(train)]
    build.write_dataset(tmp_path, {"train": [episodes], "test": [[build.make_episode(100)]]})

    with pytest.raises(DatasetError, match=rf"{tmp_path.name}: has no instructions in its train split to learn from"):
        count(tmp_path)


def test_no_dataset_at_all(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=tmp_path.name):
        count(tmp_path / "none")


def test_dataset_of_another_target(tmp_path: Path) -> None:
    x86 = write(tmp_path / "x86", [[0]])
    build.write_dataset(tmp_path / "arm", {"train": [[build.make_episode()]]}, target="aarch64")

    assert read_triplets([x86], "x86", "train", watch=lambda *_: None)[0].functions == 1
    with pytest.raises(DatasetError, match="arm: a dataset for aarch64, not for x86"):
        read_triplets([x86, tmp_path / "arm"], "x86", "train", watch=lambda *_: None)


def test_files_of_openke_byte_by_byte(tmp_path: Path) -> None:
    triplets = triplets_of(write(tmp_path / "data", [[1, 1, 2, 3], [1, 1]]))

    write_openke(tmp_path / "new" / "openke", triplets)

    files = {path.name: path.read_bytes() for path in (tmp_path / "new" / "openke").iterdir()}
    assert files == {
        "entity2id.txt": b"5\nADD\t0\nJMP\t1\nRET\t2\nMBB\t3\nPhyReg_gr\t4\n",
        "relation2id.txt": b"2\nNext\t0\nArg0\t1\n",
        # head, tail, relation; each once, though ADD is behind ADD twice
        "train2id.txt": b"5\n0\t0\t0\n0\t1\t0\n0\t4\t1\n1\t2\t0\n1\t3\t1\n",
    }


def test_files_of_openke_are_written_anew(tmp_path: Path) -> None:
    write_openke(tmp_path / "openke", triplets_of(write(tmp_path / "long", [[0, 1, 2, 3]])))
    write_openke(tmp_path / "openke", triplets_of(write(tmp_path / "short", [[3]])))

    assert (tmp_path / "openke" / "entity2id.txt").read_bytes() == b"1\nRET\t0\n"
    assert (tmp_path / "openke" / "relation2id.txt").read_bytes() == b"1\nNext\t0\n"
    assert (tmp_path / "openke" / "train2id.txt").read_bytes() == b"0\n"
