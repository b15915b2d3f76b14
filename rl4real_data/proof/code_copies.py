"""The copies of a function's code, and in which registers their ends are one."""

from __future__ import annotations

from dataclasses import dataclass

from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_table import RegisterTable


@dataclass(frozen=True, slots=True)
class CodeCopy:
    """A copy of the problem's code. An end is `-1 - node` or a register's reg_id, with an index of a sub-register."""

    inst: int
    target: int
    source: int
    target_part: int
    source_part: int

    def other_end(self, is_target: bool) -> int:
        return self.source if is_target else self.target


def code_copies(episode: Episode) -> tuple[CodeCopy, ...]:
    """Those from or to a node, in the order of the code. DatasetError if the source does not tell."""
    names = ("copy_inst", "copy_to", "copy_from", "copy_to_subreg", "copy_from_subreg")
    columns = (column.tolist() for column in episode.known_together(*names))
    return tuple(CodeCopy(*row) for row in zip(*columns, strict=True) if min(row[1:3]) < 0)


def part_of(table: RegisterTable, register: int, part: int) -> int | None:
    """The sub-register with that index, the register itself for 0, None where it has none."""
    return table.subregisters[register].get(part) if part else register
