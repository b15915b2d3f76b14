"""Hugging Face `datasets` and `mlcroissant` read a DATA_DIR as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import label_builder as build
import mlcroissant
import pytest
import yaml
from reading_dataset import write_episodes

from rl4real_data import EpisodeDataset
from rl4real_data.episodes.card import with_card
from rl4real_data.episodes.croissant import croissant_text, with_croissant
from rl4real_data.episodes.schema import EPISODES, LABELS, TRIALS

pytestmark = [  # of rdflib and of mlcroissant, which call what is deprecated
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning"),
]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "dataset"
    with_croissant(with_card(write_episodes(folder, [2, 3]), folder), folder)
    return folder


@pytest.mark.parametrize("streaming", [False, True])
def test_load_dataset(data_dir: Path, tmp_path: Path, streaming: bool) -> None:
    import datasets

    found = datasets.load_dataset(str(data_dir), split="train", streaming=streaming, cache_dir=str(tmp_path / "cache"))
    rows = list(found)

    assert found.column_names == EPISODES.names
    assert [row["function_id"] for row in rows] == [1, 2, 3, 4, 5]
    for row, episode in zip(rows, EpisodeDataset(data_dir), strict=True):
        for name in ("function", "mir", "spill_cost"):
            assert row[name] == getattr(episode, name)
        assert row["edge_v"] == [1, 2]
        assert row["node_live"] == [[0, 4], [1, 3], [3, 5]]
        assert row["node_spill_weight"] == [0.25, 0.5, float("inf")]


def test_croissant_is_valid_and_reads_the_episodes(data_dir: Path) -> None:
    found = mlcroissant.Dataset(data_dir / "croissant.json")  # raises on an error
    records = list(found.records("train"))

    assert not found.metadata.ctx.issues.errors
    # nothing in a dataset depends on the time
    assert [warning.split('"')[1] for warning in found.metadata.ctx.issues.warnings] == [
        "https://schema.org/datePublished"
    ]
    assert [record["train/function_id"] for record in records] == [1, 2, 3, 4, 5]
    assert records[4]["train/function"] == b"f5"
    assert records[0]["train/node_live"] == [[0, 4], [1, 3], [3, 5]]
    opcodes = [record["instructions/opcode"] for record in found.records("instructions")]
    assert opcodes == [b"MOV", b"ADD", b"JCC", b"RET"]
    assert [record["registers/name"] for record in found.records("registers")][-1] == b"r1r2"
    assert len(list(found.records("modules"))) == 1


def test_croissant_describes_every_column_and_file(data_dir: Path) -> None:
    text = json.loads((data_dir / "croissant.json").read_text())
    sets = {found["@id"]: {field["name"] for field in found["field"]} for found in text["recordSet"]}
    files = {found["@id"] for found in text["distribution"] if found["@type"] == "cr:FileObject"}

    assert sets["train"] == set(EPISODES.names)
    assert files == {str(path.relative_to(data_dir)) for path in data_dir.rglob("*") if path.is_file()} - {
        "croissant.json",
        "dataset.json",
    }


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    folder = tmp_path / "labelled"
    build.write_labellable(folder)
    ids = build.ids_of(folder)
    build.put_labels(folder, map(build.make_label, ids), trials=map(build.make_trial, ids[:2]))
    return folder


def test_load_labels(labelled: Path, tmp_path: Path) -> None:
    import datasets

    def load(name: str) -> list[dict[str, Any]]:
        return list(datasets.load_dataset(str(labelled), name, split="train", cache_dir=str(tmp_path / "cache")))

    assert [row["episode_id"] for row in load("labels")] == build.ids_of(labelled)
    assert [row["final"]["loads"] for row in load("trials")] == [30.0, 30.0]
    assert len(load("default")) == 4


def test_croissant_describes_labels(labelled: Path) -> None:
    found = mlcroissant.Dataset(labelled / "croissant.json")
    sets = {one.id: {field.name for field in one.fields} for one in found.metadata.record_sets}

    assert not found.metadata.ctx.issues.errors
    assert set(LABELS.names) - sets["labels"] == {"parts", "costs", "greedy_costs", "final", "greedy_final"}
    assert set(TRIALS.names) - sets["trials"] == {"costs", "final"}
    assert [record["trials/number"] for record in found.records("trials")] == [0, 0]


def test_croissant_says_whom_to_cite(data_dir: Path) -> None:
    """The same as CITATION.cff, in BibTeX."""
    text = json.loads((data_dir / "croissant.json").read_text())
    citation = yaml.safe_load((Path(__file__).parents[3] / "CITATION.cff").read_text(encoding="utf-8"))
    (paper,) = citation["references"]
    authors = " and ".join(f"{author['family-names']}, {author['given-names']}" for author in paper["authors"])

    assert (data_dir / text["url"]).is_file()
    assert [text["creator"]["name"]] == [author["name"] for author in citation["authors"]]
    assert text["version"] == "1.0.0"
    for words in (paper["title"], authors, paper["collection-title"], str(paper["year"]), paper["doi"]):
        assert f"{{{words}}}" in text["citeAs"]
    assert f"pages = {{{paper['start']}--{paper['end']}}}" in text["citeAs"]
    assert f"note = {{{EpisodeDataset(data_dir).index.generator}}}" in text["citeAs"]


def test_croissant_notices_a_damaged_file(data_dir: Path) -> None:
    path = data_dir / "instructions.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    with pytest.raises(mlcroissant.GenerationError) as found:
        list(mlcroissant.Dataset(data_dir / "croissant.json").records("instructions"))
    assert re.search("(?i)hash|sha256|checksum", str(found.value.__cause__))


def test_equal_indices_give_equal_bytes(data_dir: Path) -> None:
    index = EpisodeDataset(data_dir).index

    assert croissant_text(index) == croissant_text(index)
    assert (data_dir / "croissant.json").read_text().endswith("}\n")
