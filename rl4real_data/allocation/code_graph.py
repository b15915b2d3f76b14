"""The blocks of a function as a graph, with their places and their dominators."""

from __future__ import annotations

from dataclasses import dataclass

from rl4real_data.allocation.places import ROOM, border_before
from rl4real_data.reading.episode import Episode


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeGraph:
    """Blocks in layout order, the entry first. `start`, `end`: the borders in front of each, and behind it.

    `exit`: the place in front of which code at its end belongs: its first terminator, or its end. `enter`, `leave`:
    each block's times in a walk over the dominator tree; -1 for a block that nothing reaches.
    """

    start: tuple[int, ...]
    end: tuple[int, ...]
    exit: tuple[int, ...]
    frequency: tuple[float, ...]
    successors: tuple[tuple[int, ...], ...]
    predecessors: tuple[tuple[int, ...], ...]
    enter: tuple[int, ...]
    leave: tuple[int, ...]

    def strictly_dominates(self, one: int, other: int) -> bool:
        """Whether every way to block `other` goes through block `one`, another one; true for what nothing reaches."""
        if one == other or self.enter[other] < 0:
            return one != other
        return 0 <= self.enter[one] < self.enter[other] and self.leave[other] < self.leave[one]

    def dominated_by(self, block: int) -> list[int]:
        """The blocks that `block` dominates strictly, in layout order."""
        return [other for other in range(len(self.start)) if self.strictly_dominates(block, other)]


def code_graph_of(episode: Episode) -> CodeGraph:
    """The blocks of an episode. DatasetError if its source does not tell (version 0)."""
    start, exits = (column.tolist() for column in episode.known_together("block_start", "block_last_split"))
    ends = [*start[1:], episode.n_instructions]
    successors = tuple(tuple(after.tolist()) for after in episode.lists("block_succ"))
    before: list[list[int]] = [[] for _ in successors]
    for block, after in enumerate(successors):
        for one in after:
            before[one].append(block)
    predecessors = tuple(map(tuple, before))
    enter, leave = _walk(_dominators(successors, predecessors))
    return CodeGraph(
        start=tuple(map(border_before, start)),
        end=tuple(map(border_before, ends)),
        exit=tuple(one << ROOM if one < end else border_before(end) for one, end in zip(exits, ends, strict=True)),
        frequency=tuple(episode.block_freq.tolist()),
        successors=successors,
        predecessors=predecessors,
        enter=enter,
        leave=leave,
    )


def _dominators(successors: tuple[tuple[int, ...], ...], predecessors: tuple[tuple[int, ...], ...]) -> list[int]:
    """Each block's immediate dominator, the entry's is the entry; -1 for a block that nothing reaches.

    Cooper, Harvey and Kennedy: "A Simple, Fast Dominance Algorithm".
    """
    order = _reverse_postorder(successors)
    rank = {block: place for place, block in enumerate(order)}
    found = [-1] * len(successors)
    if not order:
        return found
    found[0] = 0
    is_changed = True
    while is_changed:
        is_changed = False
        for block in order[1:]:
            known = [one for one in predecessors[block] if found[one] >= 0]
            new = known[0]
            for other in known[1:]:
                new = _meet(new, other, found, rank)
            if new != found[block]:
                found[block], is_changed = new, True
    return found


def _meet(one: int, other: int, dominators: list[int], rank: dict[int, int]) -> int:
    while one != other:
        if rank[one] > rank[other]:
            one = dominators[one]
        else:
            other = dominators[other]
    return one


def _reverse_postorder(successors: tuple[tuple[int, ...], ...]) -> list[int]:
    if not successors:
        return []
    done: list[int] = []
    seen = {0}
    stack = [(0, iter(successors[0]))]
    while stack:
        block, rest = stack[-1]
        following = next((one for one in rest if one not in seen), None)
        if following is None:
            done.append(block)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(successors[following])))
    return done[::-1]


def _walk(dominators: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """When a walk over the tree enters and leaves each block."""
    children: dict[int, list[int]] = {}
    for block, above in enumerate(dominators):
        if above >= 0 and block:
            children.setdefault(above, []).append(block)
    enter, leave = [-1] * len(dominators), [-1] * len(dominators)
    stack = [(0, False)] if dominators else []
    for time in range(2 * len(dominators)):
        if not stack:
            break
        block, is_done = stack.pop()
        if is_done:
            leave[block] = time
        else:
            enter[block] = time
            stack += [(block, True), *((one, False) for one in children.get(block, ()))]
    return tuple(enter), tuple(leave)
