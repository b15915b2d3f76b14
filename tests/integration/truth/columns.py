"""The columns of a dataset by name, as rows: nothing but what the Parquet files say."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq


@dataclass(frozen=True)
class Registers:
    """The target's register file; names as machine IR has them, in small letters."""

    name: Mapping[int, str]
    units: Mapping[int, frozenset[int]]
    subregister: Mapping[tuple[int, int], int]
    index_name: Mapping[int, str]
    classes: Mapping[int, frozenset[int]]

    @property
    def allocatable(self) -> frozenset[int]:
        return frozenset(register for register, classes in self.classes.items() if classes)

    @cached_property
    def number(self) -> Mapping[str, int]:
        return {name: register for register, name in self.name.items()}

    def wholes_of(self, part: int, index: int) -> set[int]:
        """Registers, tuples too, of which this one is the part of that sub-register index."""
        return {whole for (whole, of), register in self.subregister.items() if of == index and register == part}

    def part_of(self, register: int, index: int) -> str:
        """Name of what an operand with this sub-register index is in `register`; no name if it has none such."""
        return self.name.get(self.subregister.get((register, index), -1) if index else register, "")


@dataclass(frozen=True)
class Dataset:
    """All of a DATA_DIR that the checks ask for."""

    folder: Path

    @cached_property
    def registers(self) -> Registers:
        rows = pq.read_table(self.folder / "registers.parquet").to_pylist()
        subregisters = [(row["reg_id"], sub) for row in rows for sub in row["subregs"]]
        return Registers(
            name={row["reg_id"]: row["name"].lower() for row in rows},
            units={row["reg_id"]: frozenset(row["units"]) for row in rows},
            subregister={(register, sub["index"]): sub["reg_id"] for register, sub in subregisters},
            index_name={sub["index"]: sub["name"] for _, sub in subregisters} | {0: ""},
            classes={row["reg_id"]: frozenset(held["class_id"] for held in row["classes"]) for row in rows},
        )

    @cached_property
    def opcodes(self) -> Sequence[str]:
        return list(pq.read_table(self.folder / "instructions.parquet", columns=["opcode"])["opcode"].to_pylist())

    @cached_property
    def masks(self) -> Mapping[int, str]:
        rows = pq.read_table(self.folder / "register_masks.parquet", columns=["mask_id", "name"]).to_pylist()
        return {row["mask_id"]: row["name"] for row in rows}

    @cached_property
    def preserved(self) -> Mapping[str, list[int]]:
        """Registers that survive a mask, by the mask's name as machine IR has it."""
        rows = pq.read_table(self.folder / "register_masks.parquet").to_pylist()
        return {row["name"].lower(): row["preserved"] for row in rows}

    @cached_property
    def commands(self) -> Mapping[tuple[str, str], str]:
        """Of each (corpus, module) that was compiled."""
        rows = pq.read_table(self.folder / "modules.parquet").to_pylist()
        return {(row["corpus"], row["module"]): row["command"] for row in rows if row["status"] == "done"}

    def by_module(self) -> Iterator[tuple[tuple[str, str], list[Episode]]]:
        """Episodes, a module at a time, without their MIR text."""
        names = [name for name in pq.read_schema(next(self._shards())).names if name not in ("mir", "use_distance")]
        found: dict[tuple[str, str], list[Episode]] = {}
        for shard in self._shards():
            for batch in pq.ParquetFile(shard).iter_batches(batch_size=256, columns=names):
                for row in batch.to_pylist():
                    found.setdefault((row["corpus"], row["module"]), []).append(Episode(row, self))
        yield from sorted(found.items())

    def _shards(self) -> Iterator[Path]:
        yield from sorted((self.folder / "data").glob("*.parquet"))


@dataclass(frozen=True)
class Episode:
    """One row, and what is asked of it again and again."""

    row: Mapping[str, Any]
    dataset: Dataset

    def __getitem__(self, column: str) -> Any:
        return self.row[column]

    def __str__(self) -> str:
        return f"{self['corpus']} {self['module']} {self['function']}"

    @cached_property
    def opcodes(self) -> list[str]:
        return [self.dataset.opcodes[shape] for shape in self["inst"]]

    @cached_property
    def block_ends(self) -> list[int]:
        return [*self["block_start"][1:], len(self["inst"])]

    def block_of(self, instruction: int) -> int:
        return bisect.bisect_right(self["block_start"], instruction) - 1

    @cached_property
    def node_of(self) -> Mapping[int, int]:
        """Node of each virtual register."""
        return {register: node for node, register in enumerate(self["node_vreg"])}

    @cached_property
    def operand_rows(self) -> Mapping[tuple[int, int], int]:
        """(instruction, place among its operands) -> entry of the operand_ columns."""
        pairs = zip(self["operand_inst"], self["operand_index"], strict=True)
        return {pair: entry for entry, pair in enumerate(pairs)}
