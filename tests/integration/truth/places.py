"""Where the parts of an episode say that a node lies at a position."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from .columns import Episode

NOWHERE = 0


class Places:
    """Look-ups in the part_ and choice_ columns; a place is a reg_id, -1 - s for slot s, or 0 for nowhere."""

    def __init__(self, episode: Episode) -> None:
        self.episode = episode
        self.choice = dict(zip(episode["choice_operand"], episode["choice_place"], strict=True))

    @cached_property
    def parts(self) -> dict[int, list[tuple[int, int, int]]]:
        """(first, last, place) of each node that has rows."""
        columns = (self.episode[f"part_{name}"] for name in ("node", "first", "last", "place"))
        found: dict[int, list[tuple[int, int, int]]] = {}
        for node, first, last, place in zip(*columns, strict=True):
            found.setdefault(node, []).append((first, last, place))
        return found

    def at(self, node: int, position: int) -> set[int]:
        if not self.episode["node_fate"][node]:
            return {self.episode["node_assigned"][node]}
        return set(self._covering(node, position))

    def _covering(self, node: int, position: int) -> Iterator[int]:
        for first, last, place in self.parts.get(node, ()):
            if first <= position < last:
                yield place

    def of_operand(self, entry: int, node: int, position: int) -> set[int]:
        """The one place that the operand names, if the columns are right and it names one."""
        found = self.at(node, position)
        return {self.choice[entry]} if entry in self.choice and self.choice[entry] in found else found
