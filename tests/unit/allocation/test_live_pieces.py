"""Live ranges of one register and their pieces, against the live ranges of all nodes at once."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rl4real_data.allocation.code_graph import CodeGraph
from rl4real_data.allocation.live_pieces import Piece, Use, live_pieces
from rl4real_data.allocation.places import ROOM, CodePlaces
from rl4real_data.allocation.splitting import Split, SplitRule, is_live_at
from rl4real_data.episodes.column_values import OperandFlag
from rl4real_data.episodes.live_positions import NodeCode, live_positions


def graph_of(sizes: Sequence[int], successors: Sequence[Sequence[int]]) -> CodeGraph:
    """Blocks of so many instructions, the last of each its terminator; dominance by removing each block in turn."""
    start = [sum(sizes[:block]) for block in range(len(sizes))]
    before: list[list[int]] = [[] for _ in sizes]
    for block, after in enumerate(successors):
        for one in after:
            before[one].append(block)
    tree = _TreeByHand(successors)
    return CodeGraph(
        start=tuple(one << ROOM for one in start),
        end=tuple((one + size) << ROOM for one, size in zip(start, sizes, strict=True)),
        exit=tuple((one + size - 1) << ROOM for one, size in zip(start, sizes, strict=True)),
        frequency=(1.0,) * len(sizes),
        successors=tuple(map(tuple, successors)),
        predecessors=tuple(map(tuple, before)),
        enter=tuple(tree.enter),
        leave=tuple(tree.leave),
    )


class _TreeByHand:
    """Entering and leaving times of the dominator tree, from dominance as reachability without a block."""

    def __init__(self, successors: Sequence[Sequence[int]]) -> None:
        self._successors = successors
        everything = range(len(successors))
        reached = self._reached(None)
        self._above = {
            block: {one for one in everything if one != block and block not in self._reached(one)}
            for block in everything
            if block in reached
        }
        self.enter, self.leave = [-1] * len(successors), [-1] * len(successors)
        self._time = 0
        self._visit(0)

    def _reached(self, without: int | None) -> set[int]:
        seen: set[int] = set()
        stack = [0]
        while stack:
            block = stack.pop()
            if block not in seen and block != without:
                seen.add(block)
                stack += self._successors[block]
        return seen

    def _visit(self, block: int) -> None:
        self.enter[block] = self._tick()
        for child, above in self._above.items():
            if above == self._above[block] | {block}:
                self._visit(child)
        self.leave[block] = self._tick()

    def _tick(self) -> int:
        self._time += 1
        return self._time


def use(inst: int, block: int, what: str, flags: int = 0) -> Use:
    """`r` reads, `w` writes, `rw` both, `e` writes early."""
    return Use(inst << ROOM, block, "r" in what, "w" in what or "e" in what, "e" in what, flags)


def ranges(piece: Piece) -> list[list[tuple[int, int]]]:
    """Instruction and offset of each border."""
    return [[divmod(border, 1 << ROOM) for border in row] for row in piece.ranges.tolist()]


def test_values_that_nothing_connects_are_pieces() -> None:
    graph = graph_of([8], [[]])
    found = live_pieces([use(0, 0, "w"), use(1, 0, "rw"), use(3, 0, "r"), use(4, 0, "e"), use(6, 0, "r")], graph)

    assert [ranges(piece) for piece in found] == [[[(0, 1), (3, 1)]], [[(4, 0), (6, 1)]]]
    assert [[one.place >> ROOM for one in piece.uses] for piece in found] == [[0, 1, 3], [4, 6]]


def test_what_is_written_in_vain_and_what_is_only_read_as_undef() -> None:
    graph = graph_of([4], [[]])
    written = live_pieces([use(1, 0, "w")], graph)
    unread = live_pieces([use(1, 0, "")], graph)

    assert ranges(written[0]) == [[(1, 1), (1, 2)]]
    assert (len(unread), len(unread[0].uses), unread[0].ranges.shape) == (1, 1, (0, 2))


def test_values_meet_where_blocks_do() -> None:
    graph = graph_of([2, 2, 2, 2], [[1, 2], [3], [3], []])
    found = live_pieces([use(2, 1, "w"), use(4, 2, "w"), use(6, 3, "r")], graph)

    assert [ranges(piece) for piece in found] == [[[(2, 1), (4, 0)], [(4, 1), (6, 1)]]]


def random_graph(chance: random.Random) -> CodeGraph:
    sizes = [chance.randint(2, 4) for _ in range(chance.randint(1, 6))]
    successors = [sorted(chance.sample(range(len(sizes)), chance.randint(0, min(2, len(sizes))))) for _ in sizes]
    for block in range(len(sizes) - 1):
        successors[block] = sorted({*successors[block], block + 1})  # everything is reached
    return graph_of(sizes, successors)


def random_uses(chance: random.Random, graph: CodeGraph) -> list[Use]:
    found = []
    for block, (start, end) in enumerate(zip(graph.start, graph.end, strict=True)):
        for inst in range(start >> ROOM, (end >> ROOM) - 1):
            if chance.random() < 0.5:
                found.append(use(inst, block, chance.choice(["r", "r", "w", "rw"])))
    return found


def plain_places(positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Of positions in a graph whose borders lie at the first instructions of its blocks."""
    return (positions // 2 << ROOM) + positions % 2


def expected_ranges(sides: Sequence[Sequence[Use]], graph: CodeGraph) -> list[list[list[int]]]:
    """What `live_positions` computes of registers with these uses, their instructions counted anew."""
    places = sorted({one << ROOM for one in range(graph.end[-1] >> ROOM)} | {one.place for own in sides for one in own})
    index = {place: inst for inst, place in enumerate(places)}
    operands = sorted((index[one.place], side, one) for side, own in enumerate(sides) for one in own)
    flags = [OperandFlag.READ * one.needs | OperandFlag.WRITE * one.gives for _, _, one in operands]
    starts = np.array([index[start] for start in graph.start])
    values, offsets = live_positions(
        NodeCode(
            n_nodes=len(sides),
            n_instructions=len(places),
            block_start=starts,
            successors=graph.successors,
            operand_inst=np.array([inst for inst, _, _ in operands]),
            operand_node=np.array([side for _, side, _ in operands]),
            operand_flags=np.array(flags),
        )
    )
    position = values[1::2].astype(np.int64)
    block_ends = np.append(starts[1:], len(places))
    is_vain = (position % 2 == 0) & ~np.isin(position // 2, block_ends)
    firsts = plain_places(values[0::2].astype(np.int64))
    lasts = np.where(is_vain, (position // 2 - 1 << ROOM) + 2, plain_places(position))
    back = np.array([*places, graph.end[-1]])

    def place_of(border: int) -> int:
        inst, offset = divmod(border, 1 << ROOM)
        return int(back[inst]) + offset

    pairs = [[place_of(one), place_of(two)] for one, two in zip(firsts.tolist(), lasts.tolist(), strict=True)]
    return [pairs[first // 2 : last // 2] for first, last in itertools.pairwise(offsets.tolist())]


def joined(pieces: Sequence[Piece]) -> list[list[int]]:
    found: list[list[int]] = []
    for first, last in sorted(row for piece in pieces for row in piece.ranges.tolist()):
        if found and first <= found[-1][1]:
            found[-1][1] = max(last, found[-1][1])
        else:
            found.append([first, last])
    return found


def test_live_ranges_are_those_of_all_nodes_at_once() -> None:
    chance = random.Random(3)
    for _ in range(300):
        graph = random_graph(chance)
        uses = random_uses(chance, graph)
        if uses:
            assert joined(live_pieces(uses, graph)) == expected_ranges([uses], graph)[0]


def test_a_split_leaves_the_code_s_values_where_they_were() -> None:
    """At every use the piece that has it is live where the whole was; so is one at each border of blocks."""
    chance = random.Random(5)
    splits = 0
    for _ in range(400):
        graph = random_graph(chance)
        rule = SplitRule(graph=graph, pads=frozenset())
        for whole in live_pieces(random_uses(chance, graph), graph):
            for point in np.flatnonzero(rule.allowed_points(whole)).tolist():
                made = rule.split(whole, point, CodePlaces(()))
                splits += 1
                assert len(made.pieces) <= rule.most_pieces(whole, point)
                check_split(whole, made, graph)
    assert splits > 200


def check_split(whole: Piece, made: Split, graph: CodeGraph) -> None:
    held = {one.place: index for index, piece in enumerate(made.pieces) for one in piece.uses}
    assert {one.place for one in whole.uses} <= set(held)
    for one in whole.uses:
        piece = made.pieces[held[one.place]]
        for place in (one.place, one.place + 1):
            if one.needs or one.gives:
                assert is_live_at(piece.ranges, place) == is_live_at(whole.ranges, place)
    out = {copy.block: copy.place for copy in made.copies[1:]}
    every = sorted((*row, index) for index, piece in enumerate(made.pieces) for row in piece.ranges.tolist())
    for one, two in itertools.pairwise(every):  # both go on from a copy back to the end of its block, and nowhere else
        both = min(one[1], two[1])
        assert one[1] <= two[0] or any(place < two[0] and both <= graph.end[block] for block, place in out.items())
    # whatever the whole held at the borders of blocks, exactly one piece holds
    for block in range(len(graph.start)):
        place = graph.start[block]
        assert is_live_at(whole.ranges, place) == any(is_live_at(piece.ranges, place) for piece in made.pieces)
