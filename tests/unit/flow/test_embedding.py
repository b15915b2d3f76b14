"""Vectors in a dataset: from `flow`, from `embed`, and never half."""

from __future__ import annotations

import json
from pathlib import Path

import episode_builder as build
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from changed_index import change_index, relist
from world import World, write_three

from rl4real_data.core.errors import DatasetError, VocabularyError
from rl4real_data.core.split import Split
from rl4real_data.flow.embedding import embed_dataset
from rl4real_data.statistics.collection import collect_stats
from rl4real_data.statistics.text import render_text
from rl4real_data.validation.whole_dataset import validate

DIMENSION = 100


def write_vocabulary(world: World, name: str = "other.txt", **values: float) -> Path:
    """The fork's form: each entity has one value in all dimensions."""
    path = world.folder / name
    path.write_text("".join(f"{entity}:{[value] * DIMENSION}\n" for entity, value in values.items()))
    return path


def vectors(data_dir: Path) -> dict[str, list[float] | None]:
    """By opcode."""
    rows = pq.read_table(data_dir / "instructions.parquet").to_pylist()
    return {row["opcode"]: row["embedding"] for row in rows}


def findings(world: World) -> list[str]:
    """What `validate` says of all but the episodes, which the fake compiler makes up."""
    return [str(finding) for finding in validate(world.data_dir) if not finding.file.startswith("data/")]


def test_flow_computes_the_vectors(world: World) -> None:
    write_three(world)
    world.run(vocab=write_vocabulary(world, ADD=1, SUB=2, RET=3, VIRT_REG_GR32=10))

    found = vectors(world.data_dir)
    # opcode + 0.2 · (two operands of class GR32)
    assert found["ADD32rr"] == pytest.approx([1 + 0.2 * 20] * DIMENSION)
    assert found["SUB32rr"] == pytest.approx([2 + 0.2 * 20] * DIMENSION)
    assert found["RET"] == [3.0] * DIMENSION
    assert findings(world) == []


def test_without_vectors(world: World) -> None:
    write_three(world)
    world.run(embed=False)

    assert set(vectors(world.data_dir).values()) == {None}
    assert not (world.data_dir / "vocab").exists()
    assert world.index().vocabulary is None
    assert findings(world) == []


def test_vectors_come_and_go_with_the_flag(world: World) -> None:
    write_three(world)
    world.run()
    with_vectors = world.digests()
    world.run(embed=False)

    assert not list((world.data_dir / "vocab").iterdir())
    world.run()
    assert world.digests() == with_vectors


def test_the_vectors_of_both_splits_stay_right(world: World) -> None:
    write_three(world)
    world.write("held_out/x.c", "// shape MUL", "// function five nodes=7")
    world.run()
    world.run(split=Split.TEST, corpora=(str(world.folder / "held_out"),))

    assert set(vectors(world.data_dir)) == {"ADD32rr", "SUB32rr", "RET", "MUL"}
    coverage = (world.index().vocabulary or {})["coverage"]
    rows = [*world.episodes("train"), *world.episodes("test")]
    assert coverage["instructions"] == sum(len(row["inst"]) for row in rows)
    assert findings(world) == []


def test_what_a_vocabulary_lacks_costs_no_dataset(world: World) -> None:
    write_three(world)
    index = world.run(vocab=write_vocabulary(world, ADD=1, VIRT_REG_GR32=10)).index

    assert index is not None
    assert index.vocabulary is not None
    coverage = index.vocabulary["coverage"]
    assert coverage["missing"]["RET"] > 0.01 * coverage["instructions"]
    assert index.splits["train"].episodes == 4


def test_a_vocabulary_that_lacks_less_is_taken_and_one_that_lacks_more_is_not(world: World) -> None:
    write_three(world)
    world.run(vocab=write_vocabulary(world, VIRT_REG_GR32=10))
    poor = world.digests()
    done = embed_dataset(world.data_dir, write_vocabulary(world, ADD=1, VIRT_REG_GR32=10))
    better = world.digests()

    assert done.coverage.is_short(done.max_missing)
    assert better != poor
    with pytest.raises(VocabularyError, match="The vocabulary that the dataset has knows more"):
        embed_dataset(world.data_dir, write_vocabulary(world, VIRT_REG_GR32=10))
    assert world.digests() == better


def test_a_bad_vocabulary_ends_the_run_before_anything_is_compiled(world: World) -> None:
    write_three(world)
    with pytest.raises(VocabularyError, match="cannot be read"):
        world.run(vocab=world.folder / "no-such-file")
    assert not list((world.data_dir / ".work" / "parts").iterdir())


def test_embed_is_as_flow_with_that_vocabulary(world: World) -> None:
    write_three(world)
    other = write_vocabulary(world, ADD=-1, SUB=0.25, RET=7, VIRT_REG_GR32=-2)
    world.run()
    embed_dataset(world.data_dir, other)
    world.run(vocab=other, data_dir=world.folder / "again")

    assert world.digests() == world.digests(world.folder / "again")


def test_a_later_run_keeps_the_vocabulary_of_the_dataset(world: World) -> None:
    write_three(world)
    world.run()
    embed_dataset(world.data_dir, write_vocabulary(world, ADD=-1, SUB=0.25, RET=7, VIRT_REG_GR32=-2))
    embedded = world.digests()
    report = world.run(vocab=None)

    assert report.compiled == 0
    assert world.digests() == embedded


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"ADD": 1.0, "SUB": 2.0, "RET": float("nan"), "VIRT_REG_GR32": 1.0}, "not finite"),
        ({"ADD": 1.0, "VIRT_REG_GR32": 1.0}, "lacks"),
    ],
)
def test_a_vocabulary_that_is_no_good_leaves_the_dataset_untouched(
    world: World, values: dict[str, float], reason: str
) -> None:
    write_three(world)
    world.run()
    before = world.digests()
    with pytest.raises(VocabularyError, match=reason):
        embed_dataset(world.data_dir, write_vocabulary(world, **values))

    assert world.digests() == before


def test_another_dimension_is_refused(world: World) -> None:
    write_three(world)
    world.run()
    path = world.folder / "narrow.txt"
    path.write_text("ADD:[1, 2, 3]\n")
    with pytest.raises(VocabularyError, match="3 dimensions, the recipe says 100"):
        embed_dataset(world.data_dir, path)


def test_dataset_of_vectors_alone_keeps_them(tmp_path: Path) -> None:
    shapes = build.make_vector_instructions([1.0, 0.0, 0.5])
    recipe = {**build.RECIPE, "opcode_weight": 1.0, "operand_weight": 1.0, "max_missing": 0.5, "compression_level": 1}
    build.write_dataset(
        tmp_path, {"train": [[build.make_fork_episode(node_inst=[[0], [0], [0]])]]}, instructions=shapes, recipe=recipe
    )
    path = tmp_path / "v.txt"
    path.write_text("ADD:[1, 2, 3]\n")

    with pytest.raises(DatasetError, match="has no opcodes to embed"):
        embed_dataset(tmp_path, path)
    assert validate(tmp_path) == ()


def test_no_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        embed_dataset(tmp_path / "none", tmp_path / "v.txt")
    assert not (tmp_path / "none").exists()


def test_stats_show_what_is_missing(world: World) -> None:
    # 2 of 400 instructions and more: below the threshold of the recipe
    world.write("a.c", *(f"// function f{number} nodes={number + 2}" for number in range(100)))
    world.write("z.c", "// shape RARE", "// function rare nodes=120")
    world.run(vocab=write_vocabulary(world, ADD=1, RET=3, VIRT_REG_GR32=10))

    coverage = (collect_stats(world.data_dir).vocabulary or {})["coverage"]
    instructions = sum(len(row["inst"]) for row in world.episodes())
    lost = sum(row["inst"].count(rare_id(world)) for row in world.episodes())
    assert (coverage["instructions"], coverage["incomplete"]) == (instructions, lost)
    assert lost > 0
    assert coverage["missing"] == {"RARE": lost}
    assert "RARE is missing" in render_text(collect_stats(world.data_dir))


def rare_id(world: World) -> int:
    rows = pq.read_table(world.data_dir / "instructions.parquet").to_pylist()
    return next(int(row["inst_id"]) for row in rows if row["opcode"] == "RARE")


def test_validate_finds_a_wrong_vector(world: World) -> None:
    write_three(world)
    world.run()
    path = world.data_dir / "instructions.parquet"
    table = pq.read_table(path)
    column = table["embedding"].combine_chunks()
    values = np.asarray(column.flatten()).reshape(len(column), -1).copy()
    values[1, 42] += 0.5
    place = table.schema.get_field_index("embedding")
    wrong = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), DIMENSION)
    pq.write_table(table.set_column(place, table.schema.field(place), wrong), path)
    relist(world.data_dir, "instructions.parquet")

    assert findings(world) == ["instructions.parquet, row 1: its vector is not that of the vocabulary"]


def test_validate_finds_another_vocabulary(world: World) -> None:
    write_three(world)
    world.run()
    change_index(world.data_dir, lambda index: index["vocabulary"].update(sha256="0" * 64))

    assert findings(world) == [
        "instructions.parquet: cannot be read (it belongs to another dataset, or to another version of this one)"
    ]
    change_index(world.data_dir, lambda index: index.update(fingerprint=None))
    assert findings(world) == ["vocab/vocabulary.parquet: is not the vocabulary that dataset.json names"]


def test_what_programs_and_persons_read_of_it_agrees(world: World) -> None:
    """croissant.json has the checksums of the index, and the card the coverage, whoever wrote them last."""
    write_three(world)
    world.run()
    embed_dataset(world.data_dir, write_vocabulary(world, ADD=-1, SUB=0.25, RET=7, VIRT_REG_GR32=-2))

    index = world.index()
    described = json.loads((world.data_dir / "croissant.json").read_text())["distribution"]
    digests = {one["name"]: one["sha256"] for one in described if one["@type"] == "cr:FileObject"}
    assert digests == {name: entry.sha256 for name, entry in index.files.items() if name != "croissant.json"}
    assert index.vocabulary is not None
    assert f"({index.vocabulary['entities']:,} entities)" in (world.data_dir / "README.md").read_text()
