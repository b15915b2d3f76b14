"""Where values lie, by loop depth, as a figure.

    python -m rl4real_data.examples.parts_figure DATA_DIR parts.svg        (extra `examples`)

A part of a live range is in a register, in a spill slot, or nowhere, where LLVM computes the value anew. For each loop
depth the bar says how the time that live ranges take there (positions, times how often their block runs) is shared out
among the three, and the line how many copies, stores, loads and rematerialisations run there an entry.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from rl4real_data import Episode, EpisodeDataset
from rl4real_data.core.errors import DatasetError
from rl4real_data.examples import plain_errors

with plain_errors(extra="examples"):
    import matplotlib

    matplotlib.use("agg")  # into a file, without a screen
    from matplotlib import pyplot

PLACES: Final = ("register", "spill slot", "computed anew")
COLOURS: Final = ("#0072b2", "#d55e00", "#cccccc")  # Okabe and Ito: told apart by everybody
Floats = npt.NDArray[np.float64]


def time_by_depth(episode: Episode) -> tuple[Floats, Floats]:
    """(depths, 3): time in each of `PLACES` at each loop depth; (depths,): executions of inserted instructions."""
    parts = episode.parts()
    depth = episode.block_loop_depth
    place = np.where(parts.place > 0, 0, np.where(parts.place < 0, 1, 2))
    # the running sum of frequencies at one depth says what a part takes there: two positions an instruction
    often = np.repeat(episode.instruction_frequencies().astype(np.float64), 2)
    depth_of = np.repeat(depth[episode.instruction_blocks()], 2)
    time = np.zeros((int(depth.max(initial=0)) + 1, len(PLACES)))
    for level in range(len(time)):
        until = np.concatenate(([0.0], np.cumsum(np.where(depth_of == level, often, 0.0))))
        time[level] = np.bincount(place, until[parts.last] - until[parts.first], minlength=len(PLACES))
    moves = np.bincount(depth[episode.move_block], episode.move_frequencies(), minlength=len(time))
    return time, moves.astype(np.float64)


def totals(dataset: EpisodeDataset) -> tuple[Floats, Floats]:
    """The sums over a dataset. DatasetError if it holds no episode."""
    time, moves = Counter[tuple[int, int]](), Counter[int]()
    for episode in dataset:
        own_time, own_moves = time_by_depth(episode)
        time.update({spot: value for spot, value in np.ndenumerate(own_time)})
        moves.update(dict(enumerate(own_moves.tolist())))
    if not moves:
        raise DatasetError(f"{dataset!r} holds no episode", hint="take another split")
    depths = range(max(moves) + 1)
    table = np.array([[time[depth, place] for place in range(len(PLACES))] for depth in depths])
    return table, np.array([moves[depth] for depth in depths])


def draw(time: Floats, moves: Floats, title: str, output: Path) -> None:
    """The figure, in the format that the name of `output` asks for."""
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    shares = 100 * time / np.maximum(time.sum(axis=1, keepdims=True), 1e-300)
    depths, bottom = np.arange(len(time)), np.zeros(len(time))
    for place, colour, share in zip(PLACES, COLOURS, shares.T, strict=True):
        axes.bar(depths, share, 0.7, bottom, color=colour, label=place)
        bottom = bottom + share
    axes.set(title=title, xlabel="loop depth", ylabel="time of live ranges, %", xticks=depths)
    axes.legend(frameon=False, loc="lower left")
    beside = axes.twinx()
    beside.plot(depths, moves, color="black", marker="o")
    beside.set(ylabel="inserted instructions that run an entry", ylim=(0, None))
    figure.savefig(output, dpi=150)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR", help="folder of a dataset")
    parser.add_argument("output", type=Path, metavar="FILE", help="figure to write: .svg, .png or .pdf")
    parser.add_argument("--split", default="train", help="split to draw [train]")
    options = parser.parse_args()
    dataset = EpisodeDataset(options.data_dir, options.split)
    time, moves = totals(dataset)
    draw(time, moves, f"{len(dataset):,} functions for {dataset.index.target}, {dataset.index.model}", options.output)
    for place, share in zip(PLACES, time.sum(axis=0) / max(time.sum(), 1e-300), strict=True):
        print(f"{place:<14} {share:6.1%} of the time")


if __name__ == "__main__":
    with plain_errors():
        main()
