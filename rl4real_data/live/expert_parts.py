"""The answer of an episode as the plugin carries it out again.

What `-mlra-parts` reads, one line a function: RecordedParts.h of the plugin says what stands in it.
"""

from __future__ import annotations

__all__ = ["parts_line", "write_parts"]

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

from rl4real_data.core.atomic_files import publish
from rl4real_data.reading.episode import Episode

_SLOT: Final = "slot"

Place = str | None


def write_parts(episodes: Iterable[Episode], path: Path) -> int:
    """Writes the answers of a module's episodes as a file for `-mlra-parts`; how many there are.

    DatasetError for an episode of format version 0, which does not tell where a node lies.
    """
    count = 0
    with publish(path) as draft, draft.open("w", encoding="utf-8") as file:
        for episode in episodes:
            file.write(parts_line(episode) + "\n")
            count += 1
    return count


def parts_line(episode: Episode) -> str:
    """One episode's line, without its end. DatasetError as for `write_parts`."""
    place = _place_names(episode)
    line: dict[str, Any] = {
        "function": episode.function,
        "instructions": episode.n_instructions,
        "assigned": _assigned(episode, place),
        "parts": _parts(episode, place),
        "choices": _choices(episode, place),
        "moves": _moves(episode, place),
    }
    return json.dumps(line, ensure_ascii=False)


def _place_names(episode: Episode) -> Callable[[int], Place]:
    """A column's place as the plugin reads it. One slot is as good as another: each node has its own."""
    names = episode.register_table.names

    def name(place: int) -> Place:
        return names[place] if place > 0 else _SLOT if place < 0 else None

    return name


def _assigned(episode: Episode, place: Callable[[int], Place]) -> list[list[int | Place]]:
    fate, assigned = episode.known_together("node_fate", "node_assigned")
    whole = np.flatnonzero((fate == 0) & (assigned != 0))
    return [[int(episode.node_vreg[node]), place(int(assigned[node]))] for node in whole]


def _parts(episode: Episode, place: Callable[[int], Place]) -> list[list[int | Place]]:
    vreg = episode.node_vreg
    columns = episode.known_together("part_node", "part_first", "part_last", "part_place")
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [[int(vreg[node]), first, last, place(where)] for node, first, last, where in rows]


def _choices(episode: Episode, place: Callable[[int], Place]) -> list[list[int | Place]]:
    entries, places = episode.known_together("choice_operand", "choice_place")
    inst, index, node = episode.known_together("operand_inst", "operand_index", "operand_node")
    columns = (inst[entries], index[entries], episode.node_vreg[node[entries]], places)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [[inst, operand, vreg, place(where)] for inst, operand, vreg, where in rows]


def _moves(episode: Episode, place: Callable[[int], Place]) -> list[list[int | Place]]:
    """Those of which it can be told whose value they move."""
    names = ("kind", "inst", "block", "node", "from", "to", "value")
    columns = [column.tolist() for column in episode.known_together(*(f"move_{name}" for name in names))]
    return [
        [kind, inst, block, int(episode.node_vreg[node]), place(source), place(target), value]
        for kind, inst, block, node, source, target, value in zip(*columns, strict=True)
        if node >= 0
    ]
