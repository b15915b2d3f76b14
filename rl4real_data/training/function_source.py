"""The functions of a DATA_DIR that one worker plays, in an order that belongs to a seed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from rl4real_data.allocation.problem import COLUMNS
from rl4real_data.allocation.register_file import register_file_of
from rl4real_data.core.errors import DatasetError
from rl4real_data.reading.dataset import EpisodeDataset
from rl4real_data.reading.expert_outcome import ExpertOutcome
from rl4real_data.training.expert_play import EXPERT_COLUMNS
from rl4real_data.training.function_facts import FACT_COLUMNS, ColourTable, FunctionFacts, colour_table_of, facts_of
from rl4real_data.training.function_game import FunctionGame
from rl4real_data.training.sizes import AgentSizes

KEPT_FUNCTIONS: Final = 256
"""So many are kept ready; one of 100 nodes takes half a megabyte."""
_READ_TOGETHER: Final = 64
"""Neighbours in the dataset, which lie in the same row groups."""


class FunctionSource:
    """Endless games. `numbers`: the episodes of the dataset to be played; each pass has another order.

    In each, runs of 64 neighbours are permuted, and the functions of four at a time: all that is kept ready.

    Functions for which the agents have no room, or of which there is nothing to decide, are passed over.
    """

    def __init__(
        self,
        dataset: EpisodeDataset,
        numbers: Sequence[int],
        sizes: AgentSizes,
        *,
        seed: int,
        columns: Sequence[str] = (),
        repeat: int = 1,
    ) -> None:
        self.colours: Final[ColourTable] = colour_table_of(register_file_of(dataset.registers), dataset.registers)
        wanted = (*COLUMNS, *ExpertOutcome.__slots__, *FACT_COLUMNS, *EXPERT_COLUMNS, *columns)
        self._dataset = dataset.select(tuple(dict.fromkeys(wanted)))
        self._numbers, self._sizes, self._repeat = list(numbers), sizes, repeat
        self._rng = np.random.default_rng(seed)
        self._kept: OrderedDict[int, FunctionFacts | None] = OrderedDict()
        self._order = self._endless()

    def next(self) -> tuple[int, FunctionGame]:
        """The number of the episode and its game. DatasetError if no function fits."""
        number = next(self._order)
        facts = self._facts(number)
        assert facts is not None, "only those that fit are in the order"
        return number, FunctionGame(facts, self.colours, self._sizes)

    def _endless(self) -> Iterator[int]:
        while True:
            is_any = False
            for window in self._windows():
                fitting = [number for number in window if self._facts(number) is not None]
                is_any |= bool(fitting)
                for number in self._rng.permutation(np.array(fitting, np.int64)).tolist():
                    yield from (number for _ in range(self._repeat))
            if not is_any:
                raise DatasetError(
                    f"none of {len(self._numbers)} functions can be played by RL4ReAl's agents",
                    hint=f"they have room for {self._sizes.nodes} nodes, physical ones included",
                )

    def _windows(self) -> Iterator[list[int]]:
        """The numbers of as many functions as are kept, in an order in which neighbours are read together."""
        runs = [self._numbers[at : at + _READ_TOGETHER] for at in range(0, len(self._numbers), _READ_TOGETHER)]
        order = self._rng.permutation(len(runs)).tolist()
        together = KEPT_FUNCTIONS // _READ_TOGETHER
        for at in range(0, len(order), together):
            yield [number for run in order[at : at + together] for number in runs[run]]

    def _facts(self, number: int) -> FunctionFacts | None:
        """None for a function that does not fit."""
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        found = self._read(number)
        self._kept[number] = found
        if len(self._kept) > KEPT_FUNCTIONS:
            self._kept.popitem(last=False)
        return found

    def _read(self, number: int) -> FunctionFacts | None:
        episode = self._dataset[number]
        if not 0 < episode.n_nodes <= self._sizes.nodes or episode.node_outcome is None:
            return None
        facts = facts_of(self._dataset, episode, self.colours)
        view = FunctionGame(facts, self.colours, self._sizes).view
        return facts if view.has_room and not view.is_over else None


def numbers_of_worker(total: int, *, worker: int, workers: int, current_batch: int | None) -> range:
    """The episodes of worker 1, 2, … of `workers`: every so-manieth one, or with `current_batch` so many in a row.

    `worker` 0 is the only one. DatasetError for a worker for which there are none.
    """
    index = max(worker - 1, 0)
    if current_batch is not None:
        found = range(index * current_batch, min((index + 1) * current_batch, total))
    else:
        found = range(index, total, max(workers, 1))
    if not found:
        raise DatasetError(
            f"{total} functions are too few for {max(workers, 1)} workers",
            hint="ask for fewer workers, or a smaller batch",
        )
    return found
