"""The dataset card.

`README.md` of a DATA_DIR, with the YAML header that Hugging Face reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from rl4real_data.episodes.index import DatasetIndex, SplitBooks, file_entry
from rl4real_data.episodes.schema import EPISODES, descriptions

CARD_NAME: Final = "README.md"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def with_card(index: DatasetIndex, folder: Path) -> DatasetIndex:
    """Writes the card into `folder`; the index, with the card among its files."""
    path = folder / CARD_NAME
    path.write_text(dataset_card(index), encoding="utf-8")
    return replace(index, files={**index.files, CARD_NAME: file_entry(path, rows=0)})


def dataset_card(index: DatasetIndex) -> str:
    """The card of the dataset that `index` describes."""
    return "\n".join((*_header(index), *_body(index))) + "\n"


def _header(index: DatasetIndex) -> list[str]:
    licenses = sorted({corpus.license for books in index.splits.values() for corpus in books.corpora})
    episodes = sum(books.episodes for books in index.splits.values())
    size = next((name for limit, name in _SIZES if episodes < limit), "1M<n<10M")
    lines = ["---", "license: other", f"license_name: {' AND '.join(licenses) or 'none'!r}".replace('"', "'")]
    lines += [
        "tags: [compilers, register-allocation, reinforcement-learning, llvm]",
        f"size_categories: [{size}]",
    ]
    lines += ["configs:", "  - config_name: default", "    data_files:"]
    for split in sorted(index.splits):
        lines += [f"      - split: {split}", f"        path: data/{split}-*.parquet"]
    return [*lines, "---", ""]


def _body(index: DatasetIndex) -> list[str]:
    toolchain = index.toolchain
    lines = [
        f"# Register allocation episodes for {index.target} ({index.model})",
        "",
        f"Made by {index.generator} with {toolchain.get('clang', 'clang')}, -{index.recipe['opt_level']}, "
        f"cpu {index.recipe['cpu']}. One row of `data/*.parquet` is one function at the moment its registers are "
        "allocated: machine IR, interference graph, live ranges, spill weights, and what LLVM's own allocator did.",
        "",
        "| split | modules | functions | episodes | left out | duplicates |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for split, books in sorted(index.splits.items()):
        left_out = sum(books.filtered.values())
        lines.append(
            f"| {split} | {books.modules:,} | {books.functions:,} | {books.episodes:,} | {left_out:,} "
            f"| {books.duplicates:,} |"
        )
    for split, books in sorted(index.splits.items()):
        lines += _split_sections(split, books)
    lines += _vectors(index)
    lines += ["", "## Columns", "", "| column | meaning |", "|---|---|"]
    lines += [f"| `{name}` | {text} |" for name, text in descriptions(EPISODES).items()]
    return lines


def _vectors(index: DatasetIndex) -> list[str]:
    found = index.vocabulary
    if found is None:
        return []
    coverage = found["coverage"]
    known = coverage["instructions"] - coverage["incomplete"]
    share = known / coverage["instructions"] if coverage["instructions"] else 1.0
    return [
        "",
        "## Vectors",
        "",
        f"MIR2Vec, {found['dimension']} dimensions, from the vocabulary in `vocab/` ({found['entities']:,} entities): "
        f"{index.recipe['opcode_weight']} times the opcode's vector and {index.recipe['operand_weight']} times the sum "
        f"of the operands'. {share:.2%} of the instructions have all their entities.",
    ]


def _split_sections(split: str, books: SplitBooks) -> list[str]:
    lines = ["", f"## Corpora of `{split}`", "", "| corpus | licence | modules |", "|---|---|---:|"]
    lines += [f"| {corpus.name} | {corpus.license} | {corpus.modules:,} |" for corpus in books.corpora]
    lines += _reasons(f"Functions left out of `{split}`", books.filtered)
    return lines + _reasons(f"Modules of `{split}` that failed", books.failures)


def _reasons(title: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    return ["", f"## {title}", "", *(f"- {count:,}: {reason}" for reason, count in counts.items())]
