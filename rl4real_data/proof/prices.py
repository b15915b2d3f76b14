"""The prices of moves and callee-saved registers in the models.

The weights of LLVM's RegAllocScore, and expected executions relative to the entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from rl4real_data.allocation.answer_costs import COST_WEIGHTS
from rl4real_data.episodes.column_values import BlockFlag
from rl4real_data.reading.episode import Episode
from rl4real_data.reading.register_table import RegisterTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """`callee_saved`: of saving and restoring one register that the code does not write anyway; `saved`: these.

    `constant`: of those that it writes whatever is decided.
    """

    callee_saved: float
    saved: Mapping[int, int]
    constant: float = 0.0
    copy: float = COST_WEIGHTS["copies"]
    reload: float = COST_WEIGHTS["reloads"]
    store: float = COST_WEIGHTS["spills"]

    @classmethod
    def of(cls, episode: Episode) -> Self:
        """Those of an episode. DatasetError if its source does not tell."""
        flags, frequency = episode.known_together("block_flags", "block_freq")
        returning = float(frequency[(flags & BlockFlag.RETURN) != 0].sum())
        saved = episode.known_together("callee_saved")[0].tolist()
        written = written_entries(episode)
        each = COST_WEIGHTS["callee_saved"] * (1.0 + returning)
        return cls(
            callee_saved=each,
            constant=each * len(written),
            saved={entry: register for entry, register in enumerate(saved) if entry not in written},
        )

    @staticmethod
    def remat(is_cheap: bool) -> float:
        return COST_WEIGHTS["cheap_remats" if is_cheap else "dear_remats"]

    def saved_entries(self, table: RegisterTable) -> dict[int, list[int]]:
        """Register -> entries of `saved` that it makes the function save."""
        found: dict[int, list[int]] = {}
        for entry, register in self.saved.items():
            for alias in {register, *table.aliases[register].tolist()}:
                found.setdefault(alias, []).append(entry)
        return found


def written_entries(episode: Episode) -> frozenset[int]:
    """Entries of `callee_saved` of which an instruction of the problem writes a unit, whatever is decided."""
    units, saved = (column.tolist() for column in episode.known_together("fixed_unit", "callee_saved"))
    written = {
        unit for unit, ranges in zip(units, episode.lists("fixed_live"), strict=True) if (ranges[0::2] % 2 == 1).any()
    }
    table = episode.register_table.units
    return frozenset(entry for entry, register in enumerate(saved) if written & set(table[register].tolist()))
