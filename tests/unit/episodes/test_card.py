"""The dataset card and the index: what a reader and Hugging Face see."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.card import dataset_card
from rl4real_data.episodes.croissant import croissant
from rl4real_data.episodes.index import (
    CorpusEntry,
    DatasetIndex,
    FileEntry,
    SplitBooks,
    file_entry,
    parse_index,
    read_index,
)
from rl4real_data.episodes.schema import EPISODES, LABELS, SCHEMA_VERSION, TRIALS

BOOKS = SplitBooks(
    corpora=(CorpusEntry(name="lua", license="MIT", modules=2), CorpusEntry(name="zlib", license="Zlib", modules=1)),
    modules=3,
    modules_done=2,
    modules_failed=1,
    failures={"crash": 1},
    functions=1500,
    episodes=1200,
    filtered={"more than 1000 nodes": 290},
    duplicates=10,
)


def make_index(**splits: SplitBooks) -> DatasetIndex:
    return DatasetIndex(
        target="x86",
        model="mlra",
        recipe={"opt_level": "O3", "cpu": "core2"},
        toolchain={"clang": "Debian clang version 22.1.8"},
        splits=splits,
        files={"README.md": FileEntry(rows=0, size=3, sha256="a" * 64)},
        generator="rl4real-data 0.1.0",
    )


def header_of(card: str) -> Any:
    """What Hugging Face reads: between the first two lines of three dashes."""
    return yaml.safe_load(card.split("\n---\n")[0].removeprefix("---\n"))


def test_header_is_what_hugging_face_reads() -> None:
    card = dataset_card(make_index(train=BOOKS, test=replace(BOOKS, episodes=0)))

    assert header_of(card) == {
        "license": "other",
        "license_name": "MIT AND Zlib",
        "tags": ["compilers", "register-allocation", "reinforcement-learning", "llvm"],
        "size_categories": ["1K<n<10K"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": "test", "path": "data/test-*.parquet"},
                    {"split": "train", "path": "data/train-*.parquet"},
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    "license_name",
    [
        'Don\'t ask: "MIT"',
        "it's 'quoted'",
        "a: b",
        "- item",
        "*alias",
        "two\nlines\n---\nevil: 1",
        "\x1b[31m",
        "é\u2028",
    ],
)
def test_whatever_a_licence_is_called_the_header_says_it(license_name: str) -> None:
    corpus = CorpusEntry(name="c | <b>\n# title", license=license_name, modules=3)
    card = dataset_card(make_index(train=replace(BOOKS, corpora=(corpus,))))

    assert header_of(card)["license_name"] == license_name
    assert "\x1b" not in card
    assert "\n# title" not in card
    assert "<b>" not in card


@pytest.mark.parametrize(
    ("episodes", "category"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (99_999, "10K<n<100K"),
        (100_000, "100K<n<1M"),
        (10**6, "1M<n<10M"),
    ],
)
def test_size_category(episodes: int, category: str) -> None:
    card = dataset_card(make_index(train=replace(BOOKS, episodes=episodes)))

    assert header_of(card)["size_categories"] == [category]


def test_body_accounts_for_everything() -> None:
    card = dataset_card(make_index(train=BOOKS))

    assert "| train | 3 | 1,500 | 1,200 | 290 | 10 |\n" in card
    assert "| lua | MIT | 2 |\n| zlib | Zlib | 1 |\n" in card
    assert "## Functions left out of `train`\n\n- 290: more than 1000 nodes\n" in card
    assert "## Modules of `train` that failed\n\n- 1: crash\n" in card
    assert "Debian clang version 22.1.8, -O3, cpu core2" in card


def test_who_answered_is_named() -> None:
    index = make_index(train=BOOKS)
    decided = replace(index, toolchain={**index.toolchain, "expert": "scores.onnx"})

    assert "and what LLVM's own allocator did." in dataset_card(index)
    assert "and what LLVM's own allocator did." in croissant(index)["description"]
    assert "and what scores.onnx and LLVM's allocator did." in dataset_card(decided)
    assert "and what scores.onnx and LLVM's allocator did." in croissant(decided)["description"]


def test_nothing_left_out_has_no_section() -> None:
    card = dataset_card(make_index(train=replace(BOOKS, filtered={}, failures={})))

    assert "left out of" not in card
    assert "that failed" not in card


def test_every_column_is_explained() -> None:
    card = dataset_card(make_index(train=BOOKS))

    assert [name for name in EPISODES.names if f"| `{name}` | " not in card] == []


def test_empty_dataset_has_a_card() -> None:
    assert header_of(dataset_card(make_index()))["license_name"] == "none"


# The index


def test_index_comes_back_as_written() -> None:
    index = make_index(train=BOOKS)

    assert parse_index(index.to_json(), path=Path("dataset.json")) == index


def test_equal_indices_are_equal_bytes() -> None:
    one = make_index(train=BOOKS, test=BOOKS)
    other = make_index(test=BOOKS, train=BOOKS)

    assert one.to_json() == other.to_json()
    assert one.to_json().endswith("}\n")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"modules_done": 1}, "3 modules are not the sum of done, failed and filtered"),
        ({"modules_done": 1, "modules_filtered": {"no": 1}}, None),
        ({"duplicates": 11}, "1500 functions are not the sum of episodes, filtered and duplicates"),
        ({"failures": {}}, "1 failed modules are not the sum of the failures by kind"),
        ({"corpora": ()}, "3 modules are not the sum of the modules of the corpora"),
    ],
)
def test_imbalance_is_told(changes: dict[str, Any], problem: str | None) -> None:
    assert replace(BOOKS, **changes).imbalances() == (() if problem is None else (problem,))


def test_missing_index_tells_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"(?m)holds no finished dataset \(dataset\.json is missing\)$"):
        read_index(tmp_path)
    with pytest.raises(DatasetError, match=r"absent: does not exist"):
        read_index(tmp_path / "absent")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"format": "rl4real-data"}', '{"format": "rl4real-data", "schema_version": "x"}'],
)
def test_damaged_index_is_refused(text: str) -> None:
    with pytest.raises(DatasetError, match=r"^dataset\.json: damaged index"):
        parse_index(text, path=Path("dataset.json"))


def test_index_of_something_else_is_refused() -> None:
    with pytest.raises(DatasetError, match="not a dataset of rl4real-data"):
        parse_index('{"format": "other"}', path=Path("dataset.json"))


def test_newer_schema_is_refused() -> None:
    raw = {
        **json.loads(make_index().to_json()),
        "schema_version": SCHEMA_VERSION + 1,
    }  # before its checksum is looked at

    with pytest.raises(DatasetError, match=r"(?m)written in schema version 2, this program reads up to 1$"):
        parse_index(json.dumps(raw), path=Path("dataset.json"))


def test_index_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset.json").write_bytes(b"\xff")

    with pytest.raises(DatasetError, match="cannot be read"):
        read_index(tmp_path)


def test_entry_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"abc")

    assert file_entry(tmp_path / "f", rows=7) == FileEntry(
        # sha256("abc"), from FIPS 180-2
        rows=7,
        size=3,
        sha256="ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    )


def test_labels_are_configurations_of_their_own_with_their_columns() -> None:
    index = make_index(train=BOOKS)
    rows = {"labels.parquet": 40, "trials.parquet": 1200}
    files = {name: FileEntry(rows=count, size=count, sha256="b" * 64) for name, count in rows.items()}
    card = dataset_card(replace(index, files={**index.files, **files}))

    assert header_of(card)["configs"][1:] == [
        {"config_name": "labels", "data_files": "labels.parquet"},
        {"config_name": "trials", "data_files": "trials.parquet"},
    ]
    assert "- `labels.parquet`: 40 answers beside that of LLVM's allocator" in card
    assert "- `trials.parquet`: 1,200 candidates that were tried" in card
    for schema in (LABELS, TRIALS):
        assert [name for name in schema.names if f"\n| `{name}` | " not in card] == []
    assert "## Labels" not in dataset_card(index)
