"""The check of modules.parquet and instructions.parquet.

They hold what the rest of the dataset says of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.counted import counted
from rl4real_data.core.failure import FailureKind
from rl4real_data.episodes.file_names import INDEX_NAME, INSTRUCTIONS_NAME, MODULES_NAME
from rl4real_data.episodes.index import DatasetIndex, SplitBooks
from rl4real_data.episodes.instructions import Shape, vector_shape
from rl4real_data.episodes.shards import iterate_batches, open_table
from rl4real_data.validation.finding import Finding

_MODULE_COLUMNS: Final = ("split", "corpus", "module", "status", "kind", "reason", "functions", "episodes")
_STATUSES: Final = ("done", "failed", "filtered")
Counts = Counter[tuple[str, str]]


def check_modules(data_dir: Path, index: DatasetIndex, episodes: Counts) -> list[Finding]:
    """Compares the sums over modules.parquet with the books; adds up `episodes` by split and corpus."""
    findings: list[Finding] = []
    sums: dict[str, Counter[str]] = {split: Counter() for split in index.splits}
    begin = 0
    with open_table(data_dir, index, MODULES_NAME) as file:
        for batch in iterate_batches(file, _MODULE_COLUMNS):
            for row, module in enumerate(batch.to_pylist(), start=begin):
                if module["split"] not in sums:
                    findings.append(Finding(MODULES_NAME, row, f"split {module['split']!r} is not in {INDEX_NAME}"))
                    continue
                wrong = _wrong_module(module)
                if wrong:
                    findings.append(Finding(MODULES_NAME, row, wrong))
                _add_module(sums[module["split"]], module)
                episodes[module["split"], module["corpus"]] += module["episodes"] or 0
            begin += batch.num_rows
    for split, books in index.splits.items():
        findings += _compare_books(split, books, sums[split])
    return findings


def _wrong_module(module: dict[str, object]) -> str:
    if module["status"] not in _STATUSES:
        return f"status {module['status']!r} is none of {', '.join(_STATUSES)}"
    if module["status"] == "failed" and module["kind"] not in tuple(FailureKind):
        return f"a failed module of kind {module['kind']!r}"
    if module["status"] != "done" and not module["reason"]:
        return f"a {module['status']} module without a reason"
    return ""


def _add_module(sums: Counter[str], module: dict[str, object]) -> None:
    sums["modules"] += 1
    sums[f"status {module['status']}"] += 1
    sums[f"corpus {module['corpus']}"] += 1
    for name in ("functions", "episodes"):
        count = module[name]
        sums[name] += count if isinstance(count, int) else 0
    if module["status"] == "failed":
        sums[f"kind {module['kind']}"] += 1


def _compare_books(split: str, books: SplitBooks, sums: Counter[str]) -> Iterator[Finding]:
    expected = {
        "modules": books.modules,
        "functions": books.functions,
        "episodes": books.episodes,
        "status done": books.modules_done,
        "status failed": books.modules_failed,
        "status filtered": sum(books.modules_filtered.values()),
        **{f"corpus {corpus.name}": corpus.modules for corpus in books.corpora},
        **{f"kind {kind}": count for kind, count in books.failures.items()},
    }
    for name in sorted({*expected, *sums}):
        if sums[name] != expected.get(name, 0):
            what = f"{split}: {name} is {sums[name]:,} in {MODULES_NAME}, {expected.get(name, 0):,} in the books"
            yield Finding(INDEX_NAME, None, what)


def compare_counts(expected: Counts, found: Counts) -> Iterator[Finding]:
    """The episodes of each corpus in the shards, against modules.parquet, with whose sums the books agree."""
    for split, corpus in sorted({*expected, *found}, key=str):
        there, listed = found[split, corpus], expected[split, corpus]
        if there != listed:
            what = f"{split}: corpus {corpus} has {counted(there, 'episode')} in the shards, {listed:,} here"
            yield Finding(MODULES_NAME, None, what)


def check_instructions(data_dir: Path, index: DatasetIndex) -> Iterable[Finding]:
    """inst_id is the row number, and every shape is there once."""
    seen: dict[Shape, int] = {}
    findings = []
    row = 0
    with open_table(data_dir, index, INSTRUCTIONS_NAME) as file:
        for batch in iterate_batches(file, ("inst_id", "opcode", "operands", "embedding")):
            for shape in batch.to_pylist():
                if shape["inst_id"] != row:
                    findings.append(
                        Finding(INSTRUCTIONS_NAME, row, f"inst_id is {shape['inst_id']}, not the row number")
                    )
                first = seen.setdefault(_shape_of(shape), row)
                if first != row:
                    findings.append(Finding(INSTRUCTIONS_NAME, row, f"the same shape as row {first}"))
                row += 1
    return findings


def _shape_of(row: Mapping[str, Any]) -> Shape:
    if row["opcode"] is None and row["embedding"] is not None:
        return vector_shape(row["embedding"])
    return row["opcode"] or "", tuple(row["operands"] or ())
