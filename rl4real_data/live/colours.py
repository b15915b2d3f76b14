"""The colours of a target's registers, as the dialogue of RL4ReAl's inference counts them."""

from __future__ import annotations

__all__ = ["Colours"]

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from rl4real_data.live.function_graph import FunctionGraph
from rl4real_data.reading.register_table import RegisterTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """`of_class`: a register class's name -> its colours in allocation order. `conflicts`: colour -> the colours of the
    registers that share a unit with its register, itself too. `most`: the largest colour.
    """

    of_class: Mapping[str, tuple[int, ...]]
    conflicts: Mapping[int, frozenset[int]]
    most: int

    @classmethod
    def of(cls, table: RegisterTable) -> Self:
        """Those of a register table."""
        coloured = {int(table.colour[reg_id]): reg_id for reg_id in table.names if table.colour[reg_id]}
        by_unit = table.unit_colours
        return cls(
            of_class={
                table.class_names[class_id]: tuple(found for found in table.colour[order].tolist() if found)
                for class_id, order in table.class_order.items()
            },
            conflicts={
                colour: frozenset(
                    np.concatenate([by_unit[unit] for unit in table.units[reg_id].tolist()] or [np.array([colour])])
                    .astype(int)
                    .tolist()
                )
                for colour, reg_id in coloured.items()
            },
            most=table.colours,
        )

    def allowed(self, graph: FunctionGraph, node: int, given: Mapping[int, int]) -> list[int]:
        """The colours that a node may still have, in allocation order; `given`: those of nodes that are decided."""
        one = graph.nodes[node]
        taken: set[int] = set()
        for other in one.neighbours:
            colour = graph.physical.get(other) or given.get(other)
            if colour:
                taken |= self.conflicts.get(colour, frozenset((colour,)))
        return [colour for colour in self.of_class.get(one.register_class, ()) if colour not in taken]
