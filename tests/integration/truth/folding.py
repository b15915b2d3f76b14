"""FOLDABLE against what LLVM's allocators really folded, and did not fold."""

from __future__ import annotations

from rl4real_data.episodes.column_values import ChangeFlag, MoveKind, OperandFlag, UseFlag

from .columns import Episode
from .findings import Findings
from .places import Places


def check_folding(episode: Episode, places: Places, findings: Findings) -> None:
    """Whatever was folded is foldable. What is foldable and was reloaded is counted, by what the reload is for."""
    foldable = {
        (node, number)
        for node, (numbers, flags) in enumerate(zip(episode["use_inst"], episode["use_flags"], strict=True))
        for number, flag in zip(numbers, flags, strict=True)
        if flag & UseFlag.FOLDABLE
    }
    _folded(episode, places, foldable, findings)
    moves = (episode[f"move_{name}"] for name in ("kind", "inst", "node"))
    for kind, number, node in zip(*moves, strict=True):
        if kind == MoveKind.RELOAD and (node, number) in foldable:
            served = _served(episode, places, node, number)
            findings.count(
                f"foldable, but reloaded: {'for several use points' if served > 1 else 'for this use alone'}"
            )


def _folded(episode: Episode, places: Places, foldable: set[tuple[int, int]], findings: Findings) -> None:
    changed = dict(zip(episode["changed_inst"], episode["changed_flags"], strict=True))
    narrowed = _copies_of_two_classes(episode)
    for (number, node), touched in sorted(_touched(episode).items()):
        flags = changed.get(number, 0)
        reads = flags & ChangeFlag.READS_SLOT and touched & OperandFlag.READ and _is_in_slot(places, node, 2 * number)
        writes = flags & ChangeFlag.WRITES_SLOT and touched & OperandFlag.WRITE
        writes = writes and _is_in_slot(places, node, 2 * number + 1)
        if not reads and not writes:
            continue
        if (node, number) not in foldable and number in narrowed:
            findings.count("folded, since splitting had widened the register's class")
        else:
            name = f"{episode.opcodes[number]} of %{episode['node_vreg'][node]}"
            findings.compare("folded and foldable", f"{episode} {name}", (node, number) in foldable, True)


def _touched(episode: Episode) -> dict[tuple[int, int], int]:
    """(instruction, node) -> whether it is read and whether it is written there, as operand flags."""
    columns = (episode[f"operand_{name}"] for name in ("inst", "node", "flags"))
    found: dict[tuple[int, int], int] = {}
    for number, node, flags in zip(*columns, strict=True):
        found[number, node] = found.get((number, node), 0) | flags
    return found


def _copies_of_two_classes(episode: Episode) -> frozenset[int]:
    """Copies from one class to another, or from and to a register that is not in the node's class.

    They fold only where the class of the one in the slot is wider, and contains the register.
    """
    columns = (episode[f"copy_{name}"] for name in ("inst", "to", "from"))
    classes, registers = episode["node_class"], episode.dataset.registers

    def differ(one: int, other: int) -> bool:
        """Two ends; what is below 0 is a node."""
        if max(one, other) >= 0:
            return classes[-1 - min(one, other)] not in registers.classes[max(one, other)]
        return bool(classes[-1 - one] != classes[-1 - other])

    return frozenset(number for number, to, source in zip(*columns, strict=True) if differ(to, source))


def _is_in_slot(places: Places, node: int, position: int) -> bool:
    return any(place < 0 for place in places.at(node, position))


def _served(episode: Episode, places: Places, node: int, number: int) -> int:
    """Use points in the pieces of register that begin in front of the instruction."""
    pieces = [part for part in places.parts.get(node, ()) if part[2] > 0 and part[0] <= 2 * number < part[1]]
    return sum(any(first <= 2 * use < last for first, last, _ in pieces) for use in episode["use_inst"][node])
