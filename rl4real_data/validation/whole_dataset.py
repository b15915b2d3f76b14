"""The validation of a whole DATA_DIR.

It is what its index promises, down to the invariants of every episode.

Checked, in this order: the index can be read and its books balance; every listed file is there with its size,
sha256, rows, columns and schema version, and `data/` holds no other; modules.parquet adds up to the books;
the rows of instructions.parquet and registers.parquet, and the vectors against
the vocabulary; every episode against `rl4real_data.validation.invariants.table`;
episode_id and content_hash occur once, which also keeps train and test apart; the episodes of each corpus
are as many as modules.parquet says; and labels and candidates are of these episodes, with figures that agree.
"""

from __future__ import annotations

__all__ = ["Finding", "validate"]

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rl4real_data.core import interruption
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import DatasetError
from rl4real_data.episodes.file_names import (
    INDEX_NAME,
    INSTRUCTIONS_NAME,
    LABELS_NAME,
    MODULES_NAME,
    REGISTER_MASKS_NAME,
    REGISTERS_NAME,
    TRIALS_NAME,
    VOCABULARY_NAME,
)
from rl4real_data.episodes.index import DatasetIndex, read_index
from rl4real_data.episodes.mask_lookup import MaskFacts, load_masks
from rl4real_data.episodes.register_lookup import RegisterFacts, load_registers
from rl4real_data.episodes.shards import Shard, find_shards, iterate_batches, open_table
from rl4real_data.traces.index import is_trace_dataset
from rl4real_data.validation.episode_batch import Facts
from rl4real_data.validation.files import check_files
from rl4real_data.validation.finding import Finding
from rl4real_data.validation.invariants.table import COLUMNS, find_violations
from rl4real_data.validation.labels import check_labels
from rl4real_data.validation.repeats import Repeats
from rl4real_data.validation.tables import check_instructions, check_modules, compare_counts
from rl4real_data.validation.traces import validate_traces
from rl4real_data.validation.vectors import check_vectors

MAX_FINDINGS_A_KIND: Final = 10
"""A column that went wrong as a whole would otherwise give a finding for each of a million rows."""


def validate(data_dir: Path) -> tuple[Finding, ...]:
    """All that is wrong with the dataset, of episodes or of traces; empty for a sound one. DatasetError without one."""
    if is_trace_dataset(data_dir):
        return validate_traces(data_dir)
    try:
        index = read_index(data_dir)
    except DatasetError as error:
        if not (data_dir / INDEX_NAME).is_file():
            raise
        return (Finding(INDEX_NAME, None, " — ".join(filter(None, (_without_name(error, data_dir), error.hint)))),)
    findings = [
        Finding(INDEX_NAME, None, f"{split}: {imbalance}")
        for split, books in index.splits.items()
        for imbalance in books.imbalances()
    ]
    findings += check_files(data_dir, index)
    check = _Contents(data_dir=data_dir, index=index, damaged={finding.file for finding in findings})
    check.run()
    return (*findings, *check.findings)


def _without_name(error: DatasetError, data_dir: Path) -> str:
    return str(error).removeprefix(f"{data_dir / INDEX_NAME}: ")


def _at_most(limit: int, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first ones, and one that counts the rest."""
    more = 0
    for number, finding in enumerate(findings):
        interruption.check()
        if number < limit:
            yield finding
        else:
            last, more = finding, more + 1
    if more:
        yield Finding(last.file, None, f"{counted(more, 'row')} more: {last.what}")


def _at_most_a_file(findings: Iterable[Finding]) -> Iterator[Finding]:
    for _, some in itertools.groupby(findings, key=lambda finding: finding.file):
        yield from _at_most(MAX_FINDINGS_A_KIND, some)


@dataclass(slots=True, kw_only=True)
class _Contents:
    """The checks that need rows. A file that is not the one that was written has its finding already."""

    data_dir: Path
    index: DatasetIndex
    damaged: set[str]
    findings: list[Finding] = field(default_factory=list)
    registers: RegisterFacts | None = None
    masks: MaskFacts | None = None
    shapes: int | None = None
    episodes: Counter[tuple[str, str]] = field(default_factory=Counter)  # split, corpus

    def run(self) -> None:
        expected: Counter[tuple[str, str]] = Counter()
        self._look_into(MODULES_NAME, lambda: self._note(check_modules(self.data_dir, self.index, expected)))
        self._look_into(REGISTERS_NAME, self._read_registers)
        self._look_into(REGISTER_MASKS_NAME, self._read_masks)
        self._look_into(INSTRUCTIONS_NAME, self._read_shapes)
        if self.damaged & {REGISTERS_NAME, REGISTER_MASKS_NAME, INSTRUCTIONS_NAME}:
            return  # every episode that refers to them would be a finding
        ids, contents = Repeats("episode_id"), Repeats("content_hash")
        shards = find_shards(self.index)
        for shard in shards:
            interruption.check()
            self._look_into(shard.name, lambda shard=shard: self._check_shard(shard, (ids, contents)))  # type: ignore[misc]
        self._note(finding for repeats in (ids, contents) for finding in repeats.findings())
        if not self.damaged & {MODULES_NAME, *(shard.name for shard in shards)}:
            self._note(compare_counts(expected, self.episodes))
        if not self.damaged & {LABELS_NAME, TRIALS_NAME, *(shard.name for shard in shards)}:
            name = LABELS_NAME if LABELS_NAME in self.index.files else TRIALS_NAME
            self._look_into(name, lambda: self._note(_at_most_a_file(check_labels(self.data_dir, self.index))))

    def _note(self, findings: Iterable[Finding]) -> None:
        self.findings += findings

    def _look_into(self, name: str, check: Callable[[], None]) -> None:
        """Runs a check on a listed file; one that cannot be read is a finding and counts as damaged."""
        if name not in self.index.files or name in self.damaged:
            return
        try:
            check()
        except DatasetError as error:
            self.findings.append(Finding(name, None, str(error).removeprefix(f"{name}: ")))
            self.damaged.add(name)

    def _read_registers(self) -> None:
        self.registers = load_registers(self.data_dir, self.index)
        if self.registers is None:
            self._note([Finding(REGISTERS_NAME, None, f"holds no register of target {self.index.target}")])

    def _read_masks(self) -> None:
        if self.registers is not None:
            self.masks = load_masks(self.data_dir, self.index, self.registers.size)

    def _read_shapes(self) -> None:
        self.shapes = self.index.files[INSTRUCTIONS_NAME].rows
        self._note(check_instructions(self.data_dir, self.index))
        if VOCABULARY_NAME not in self.damaged:
            self._note(_at_most(MAX_FINDINGS_A_KIND, check_vectors(self.data_dir, self.index)))

    def _check_shard(self, shard: Shard, repeats: tuple[Repeats, Repeats]) -> None:
        facts = self._facts(shard.split)
        kinds: Counter[str] = Counter()
        begin = 0
        with open_table(self.data_dir, self.index, shard.name) as file:
            for batch in iterate_batches(file, COLUMNS):
                for violation in find_violations(batch, facts):
                    kinds[violation.kind] += 1
                    if kinds[violation.kind] <= MAX_FINDINGS_A_KIND:
                        self._note([Finding(shard.name, begin + violation.row, violation.what)])
                for column in repeats:
                    column.add(shard, begin, batch[column.column])
                self.episodes.update((shard.split, corpus) for corpus in batch["corpus"].to_pylist())
                begin += batch.num_rows
        for kind, count in kinds.items():
            if count > MAX_FINDINGS_A_KIND:
                more = count - MAX_FINDINGS_A_KIND
                self._note([Finding(shard.name, None, f"{counted(more, 'row')} more: {kind}")])

    def _facts(self, split: str) -> Facts:
        filters: Mapping[str, Any] = self.index.recipe.get("filters") or {}
        return Facts(
            split=split,
            registers=self.registers,
            masks=self.masks,
            shapes=self.shapes,
            max_nodes=filters.get("max_nodes"),
            max_uses=filters.get("max_uses"),
        )
