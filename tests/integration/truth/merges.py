"""Blocks at whose start values meet: where two definitions reach, by the iterated dominance frontier.

The textbook's way to place phis, as Cytron et al. have it, with liveness; the plugin starts from LLVM's value numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def merging_blocks(
    successors: Sequence[Sequence[int]],
    defining: Mapping[int, Iterable[int]],
    live_in: Sequence[frozenset[int]],
) -> dict[int, list[int]]:
    """Of each node the blocks, ascending; `defining` are the blocks that write it, `live_in` what lives at a start."""
    frontier = _frontiers(successors)
    found: dict[int, list[int]] = {}
    for node, blocks in defining.items():
        due, reached = list(blocks), set[int]()
        while due:
            for block in frontier.get(due.pop(), ()):
                if block not in reached:
                    reached.add(block)
                    due.append(block)
        found[node] = sorted(block for block in reached if node in live_in[block])
    return found


def _frontiers(successors: Sequence[Sequence[int]]) -> dict[int, set[int]]:
    """The dominance frontier of each block that is reached from the first one."""
    order = _reverse_postorder(successors)
    predecessors: dict[int, list[int]] = {block: [] for block in order}
    for block in order:
        for successor in successors[block]:
            predecessors[successor].append(block)
    above = _immediate_dominators(order, predecessors)
    found: dict[int, set[int]] = {}
    for block in order:
        for predecessor in predecessors[block]:
            runner = predecessor
            while runner != above[block]:
                found.setdefault(runner, set()).add(block)
                runner = above[runner]
    return found


def _reverse_postorder(successors: Sequence[Sequence[int]]) -> list[int]:
    seen, order, stack = {0}, [], [(0, iter(successors[0]))]
    while stack:
        following = next((successor for successor in stack[-1][1] if successor not in seen), None)
        if following is None:
            order.append(stack.pop()[0])
        else:
            seen.add(following)
            stack.append((following, iter(successors[following])))
    return order[::-1]


def _immediate_dominators(order: Sequence[int], predecessors: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Cooper, Harvey and Kennedy; above the first block is -1, where a loop may begin, too."""
    place = {block: number for number, block in enumerate(order)} | {-1: -1}
    above = {order[0]: -1}
    changed = True
    while changed:
        changed = False
        for block in order[1:]:
            known = [predecessor for predecessor in predecessors[block] if predecessor in above]
            nearest = known[0]
            for other in known[1:]:
                while nearest != other:
                    if place[nearest] > place[other]:
                        nearest = above[nearest]
                    else:
                        other = above[other]
            changed |= above.get(block) != nearest
            above[block] = nearest
    return above
