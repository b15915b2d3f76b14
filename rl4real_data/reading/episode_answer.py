"""The expert's answer to one episode.

The place of each node at every position, and what each operand names.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from rl4real_data.episodes.column_values import OperandFlag
from rl4real_data.reading.episode_columns import NEW_COLUMNS, Float32, Int32
from rl4real_data.reading.episode_problem import EpisodeProblem
from rl4real_data.reading.expert_outcome import ExpertOutcome
from rl4real_data.reading.parts import Parts, sorted_parts

_OUTCOME: Final = tuple(ExpertOutcome.__slots__)


class EpisodeAnswer(EpisodeProblem):
    """What can be computed from the answer's columns."""

    __slots__ = ()

    @property
    def outcome(self) -> ExpertOutcome:
        """What LLVM's allocator did, the expert of imitation learning."""
        names = (name for name in _OUTCOME if name not in NEW_COLUMNS or self._group.holds(name))
        return ExpertOutcome(**{name: getattr(self, name) for name in names})

    def parts(self) -> Parts:
        """Where each node lies at every position of its life, for all nodes.

        The episode holds the parts of nodes that were split, spilled or rematerialised; of every other one each live
        range is a part in `node_assigned`. DatasetError if the source does not tell.
        """
        edited = self.edited_parts()
        values, offsets = self.live_positions()
        with self._group.blame():
            owner = np.repeat(np.arange(self.n_nodes, dtype=np.int32), np.diff(offsets) // 2)
            whole = self._known("node_fate")[owner] == 0
            owner = owner[whole]
            return sorted_parts(
                np.concatenate((edited.node, owner)),
                np.concatenate((edited.first, values[0::2][whole])),
                np.concatenate((edited.last, values[1::2][whole])),
                np.concatenate((edited.place, self._known("node_assigned")[owner])),
                n_nodes=self.n_nodes,
            )

    def edited_parts(self) -> Parts:
        """The parts that the episode holds: those of the nodes whose `node_fate` is not 0."""
        columns = [self._known(name) for name in ("part_node", "part_first", "part_last", "part_place")]
        with self._group.blame():
            return sorted_parts(*columns, n_nodes=self.n_nodes)

    def operand_registers(self) -> Int32:
        """(operands,) int32: the place that the answer gives each entry of `operand_inst`.

        A register's reg_id, or -1 - s where spill slot s took the operand's place. 0 where the answer names none: a
        read whose value does not matter, or an instruction that is gone. A register is that of the whole node: an
        operand with a sub-register index names that part of it (`subregisters` of the register table).
        """
        node, inst, flags = (self._known(name) for name in ("operand_node", "operand_inst", "operand_flags"))
        fate, assigned = self._known("node_fate"), self._known("node_assigned")
        parts = self.edited_parts()
        with self._group.blame():
            found = assigned[node].astype(np.int32)
            edited = np.flatnonzero(fate[node])
            is_write = (flags[edited] & OperandFlag.WRITE) != 0
            found[edited] = parts.places_at(node[edited], 2 * inst[edited] + is_write)
            found[self._known("choice_operand")] = self._known("choice_place")
            return found

    def move_frequencies(self) -> Float32:
        """(moves,) float32: expected executions of each inserted instruction in `move_inst`, relative to the entry."""
        return self._known("block_freq")[self._known("move_block")]
