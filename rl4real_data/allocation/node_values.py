"""The values of nodes, and which of them reaches a place.

A value has one definition, an instruction or the start of a block where values of its predecessors merge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Final, NamedTuple

from rl4real_data.allocation.code_graph import CodeGraph
from rl4real_data.allocation.places import ROOM
from rl4real_data.episodes.column_values import OperandFlag
from rl4real_data.reading.episode import Episode


class Value(NamedTuple):
    """`place`: of the instruction that defines it, or of the border of its block. `flags`: those of `ValueFlag`.

    `reads`: the nodes that its instruction reads.
    """

    place: int
    block: int
    flags: int
    reads: tuple[int, ...]


class NodeValues:
    """Of all nodes of one function. `in_vain`: nodes and places of writes that nobody reads."""

    def __init__(self, graph: CodeGraph, values: Sequence[Sequence[Value]], in_vain: Set[tuple[int, int]]) -> None:
        self.in_vain: Final = in_vain
        self._graph = graph
        self._merges = [{own.block: own for own in of if own.place == graph.start[own.block]} for of in values]
        self._written: list[dict[int, list[Value]]] = []
        for of, merges in zip(values, self._merges, strict=True):
            by_block: dict[int, list[Value]] = {}
            for own in sorted(set(of) - set(merges.values())):
                by_block.setdefault(own.block, []).append(own)
            self._written.append(by_block)

    def written_at(self, node: int, place: int, block: int) -> Value | None:
        """The value that an instruction of the code gives the node; None if it is another place."""
        return next((own for own in self._written[node].get(block, ()) if own.place == place), None)

    def before(self, node: int, place: int, block: int) -> Value | None:
        """The value that a read at the place finds; None where the node has none."""
        written = [own for own in self._written[node].get(block, ()) if own.place < place]
        return written[-1] if written else self._at_start(node, block)

    def merged_into(self, node: int, value: Value) -> Iterator[Value]:
        """The values that meet in a merge; none for any other value."""
        if self._merges[node].get(value.block) is value:
            for before in self._graph.predecessors[value.block]:
                found = self._at_end(node, before)
                if found is not None:
                    yield found

    def _at_start(self, node: int, block: int) -> Value | None:
        """Without a merge all ways lead to one value."""
        seen = {block}
        stack = [block]
        while stack:
            at = stack.pop()
            if at in self._merges[node]:
                return self._merges[node][at]
            for before in self._graph.predecessors[at]:
                if before in self._written[node]:
                    return self._written[node][before][-1]
                if before not in seen:
                    seen.add(before)
                    stack.append(before)
        return None

    def _at_end(self, node: int, block: int) -> Value | None:
        written = self._written[node].get(block)
        return written[-1] if written else self._at_start(node, block)


def node_values_of(episode: Episode, graph: CodeGraph, block_of: Sequence[int]) -> NodeValues:
    """The values of an episode's nodes; `block_of`: the block of each instruction."""
    columns = episode.known_together("operand_node", "operand_inst", "operand_flags")
    reads: dict[int, list[int]] = {}
    in_vain: set[tuple[int, int]] = set()
    in_use: set[tuple[int, int]] = set()
    for node, inst, flags in zip(*(column.tolist() for column in columns), strict=True):
        if flags & OperandFlag.READ and not flags & OperandFlag.UNDEF:
            reads.setdefault(inst, []).append(node)
        if flags & OperandFlag.WRITE:
            (in_vain if flags & OperandFlag.DEAD else in_use).add((node, inst << ROOM))

    def value(defined: int, flags: int) -> Value:
        if defined < 0:
            return Value(graph.start[-1 - defined], -1 - defined, flags, ())
        return Value(defined << ROOM, block_of[defined], flags, tuple(reads.get(defined, ())))

    own = zip(episode.lists("value_def"), episode.lists("value_flags"), strict=True)
    values = [[value(*one) for one in zip(d.tolist(), f.tolist(), strict=True)] for d, f in own]
    return NodeValues(graph, values, in_vain - in_use)
