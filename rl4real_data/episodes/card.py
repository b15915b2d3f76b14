"""The dataset card.

`README.md` of a DATA_DIR, with the YAML header that Hugging Face reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import yaml

from rl4real_data.core.shown_text import shown
from rl4real_data.episodes.file_names import CARD_NAME, LABELS_NAME, TRIALS_NAME, shards_glob
from rl4real_data.episodes.index import DatasetIndex, SplitBooks, file_entry
from rl4real_data.episodes.later_columns import in_version
from rl4real_data.episodes.schema import EPISODES, LABELS, TRIALS, descriptions

_NO_BREAKS: Final = 1 << 20
"""Columns of a line, for PyYAML: a licence stays on one."""
_SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def with_card(index: DatasetIndex, folder: Path) -> DatasetIndex:
    """Writes the card into `folder`; the index, with the card among its files."""
    path = folder / CARD_NAME
    path.write_text(dataset_card(index), encoding="utf-8")
    return replace(index, files={**index.files, CARD_NAME: file_entry(path, rows=0)})


def dataset_card(index: DatasetIndex) -> str:
    """The card of the dataset that `index` describes."""
    return "\n".join((*_header(index), *_body(index))) + "\n"


def _header(index: DatasetIndex) -> list[str]:
    """What Hugging Face reads; a library writes it, since licences and names hold what they like."""
    licenses = sorted({corpus.license for books in index.splits.values() for corpus in books.corpora})
    episodes = sum(books.episodes for books in index.splits.values())
    size = next((name for limit, name in _SIZES if episodes < limit), "1M<n<10M")
    files = [{"split": split, "path": shards_glob(index.files, split)} for split in sorted(index.splits)]
    tables = [{"config_name": name.removesuffix(".parquet"), "data_files": name} for name in _labels(index)]
    header = {
        "license": "other",
        "license_name": " AND ".join(licenses) or "none",
        "tags": ["compilers", "register-allocation", "reinforcement-learning", "llvm"],
        "size_categories": [size],
        "configs": [{"config_name": "default", "data_files": files}, *tables],
    }
    text = yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=_NO_BREAKS)
    return ["---", *text.rstrip("\n").split("\n"), "---", ""]


def _body(index: DatasetIndex) -> list[str]:
    toolchain = index.toolchain
    lines = [
        f"# Register allocation episodes for {_cell(index.target)} ({_cell(index.model)})",
        "",
        f"Made by {_cell(index.generator)} with {_cell(toolchain.get('clang', 'clang'))}, "
        f"-{_cell(index.recipe.get('opt_level'))}, cpu {_cell(index.recipe.get('cpu'))}. One row of `data/*.parquet` "
        "is one function at the moment its registers are allocated: machine IR, interference graph, live ranges, spill "
        f"weights, and what {_cell(index.answered_by)} did.",
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
    lines += _vectors(index) + _label_section(index)
    lines += ["", "## Columns", "", "| column | meaning |", "|---|---|"]
    columns = descriptions(in_version(EPISODES, index.schema_version))
    lines += [f"| `{name}` | {text} |" for name, text in columns.items()]
    return lines


def _labels(index: DatasetIndex) -> tuple[str, ...]:
    return tuple(name for name in (LABELS_NAME, TRIALS_NAME) if name in index.files)


def _label_section(index: DatasetIndex) -> list[str]:
    names = _labels(index)
    if not names:
        return []
    what = {
        LABELS_NAME: "answers beside that of LLVM's allocator, found by search in the compiler or by a solver, keyed "
        "by `episode_id`, with the figures of both in the same measure",
        TRIALS_NAME: "candidates that were tried, and their effect",
    }
    lines = ["", "## Labels", "", *(f"- `{name}`: {index.files[name].rows:,} {what[name]}." for name in names)]
    lines += ["", "What they were sought with stands in the footers of these files."]
    for name in names:
        columns = descriptions(LABELS if name == LABELS_NAME else TRIALS)
        lines += ["", f"| column of `{name}` | meaning |", "|---|---|"]
        lines += [f"| `{column}` | {text} |" for column, text in columns.items()]
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
        f"{_cell(index.recipe.get('opcode_weight'))} times the opcode's vector and "
        f"{_cell(index.recipe.get('operand_weight'))} times the sum "
        f"of the operands'. {share:.2%} of the instructions have all their entities.",
    ]


def _split_sections(split: str, books: SplitBooks) -> list[str]:
    lines = ["", f"## Corpora of `{split}`", "", "| corpus | licence | modules |", "|---|---|---:|"]
    lines += [f"| {_cell(corpus.name)} | {_cell(corpus.license)} | {corpus.modules:,} |" for corpus in books.corpora]
    lines += _reasons(f"Functions left out of `{split}`", books.filtered)
    return lines + _reasons(f"Modules of `{split}` that failed", books.failures)


def _reasons(title: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    return ["", f"## {title}", "", *(f"- {count:,}: {_cell(reason)}" for reason, count in counts.items())]


def _cell(value: object) -> str:
    """A word of the index inside of Markdown: on one line, in one cell, no markup."""
    return shown(str(value)).replace("|", "\\|").replace("<", "&lt;")
