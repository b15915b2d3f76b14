"""Rows of the program for what is alive at one time.

No two values are in one register, and what has to be saved is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from rl4real_data.proof.place_groups import PlaceGroup
from rl4real_data.proof.program import Program, Var


def add_shared_places(
    program: Program,
    groups: Sequence[PlaceGroup],
    saved: Mapping[int, Var | None],
    held: Iterable[tuple[int, Var]],
) -> None:
    """`held`: (group, whether a value that is alive there has a member of it). `saved`: group -> how many members are
    saved; None for one that needs no saving.
    """
    of_unit: dict[int, list[Var]] = defaultdict(list)
    of_group: dict[int, list[Var]] = defaultdict(list)
    for place, var in held:
        group = groups[place]
        for unit in group.units:
            of_unit[unit].append(var)
        if not group.units or saved[place] is not None:
            of_group[place].append(var)
    for own in of_unit.values():
        if len(own) > 1:
            program.at_most(own)
    for place, own in of_group.items():
        count, room = saved[place], groups[place].room
        if count is not None:
            program.add([(count, 1.0), *((var, -1.0) for var in own)], low=0.0)
        elif len(own) > room:
            program.at_most(own, room)
