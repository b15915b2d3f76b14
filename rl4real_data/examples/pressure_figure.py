"""Register pressure against spills, as a figure.

    python -m rl4real_data.examples.pressure_figure DATA_DIR pressure.svg        (extra `examples`)

One dot is one register bank (classes that share registers) in one function. Its pressure is the largest number of
virtual registers of the bank that are live at once, as a share of the registers that they may have. To the right of 1
not all of them fit, and something has to be spilled, split or rematerialized; to the left it is what must not have all
of them, such as what is live across a call.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rl4real_data import Episode, EpisodeDataset, Outcome
from rl4real_data.core.errors import DatasetError
from rl4real_data.examples import plain_errors
from rl4real_data.reading.register_table import RegisterTable

with plain_errors(extra="examples"):
    import matplotlib

    matplotlib.use("agg")  # into a file, without a screen
    from matplotlib import pyplot
    from matplotlib.ticker import LogLocator, NullLocator

COLUMNS: Final = ("node_vreg", "node_class", "node_live", "node_forbidden", "node_outcome", "reserved")
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # Okabe and Ito: told apart by everybody


class Dot(NamedTuple):
    """One bank in one function."""

    bank: int
    pressure: float
    spilled: float
    nodes: int


def banks_of(registers: RegisterTable) -> dict[int, int]:
    """class_id -> bank: classes whose registers share a unit, with others in between or not, are one bank."""
    units = {
        class_id: {unit for register in order.tolist() for unit in registers.units[register].tolist()}
        for class_id, order in registers.class_order.items()
    }
    banks: list[tuple[set[int], set[int]]] = []
    for class_id, own in units.items():
        joined = [bank for bank in banks if bank[1] & own]
        banks = [bank for bank in banks if not bank[1] & own]
        banks.append(({class_id}.union(*(ids for ids, _ in joined)), own.union(*(have for _, have in joined))))
    return {class_id: min(ids) for ids, _ in banks for class_id in ids}


def names_of(banks: dict[int, int], dataset: EpisodeDataset) -> dict[int, str]:
    """bank -> the class that most of its virtual registers have."""
    counts = Counter(class_id for episode in dataset for class_id in episode.node_class.tolist())
    commonest = {banks[class_id]: class_id for class_id, _ in reversed(counts.most_common())}
    return {bank: dataset.registers.class_names[class_id] for bank, class_id in commonest.items()}


def peak(live: list[npt.NDArray[np.int32]]) -> int:
    """The largest number of these live ranges, each [first, last, first, last, …), that hold at one instruction."""
    edges = np.concatenate(live)
    change = np.zeros(int(edges.max(initial=0)) + 1, np.int64)
    np.add.at(change, edges[0::2], 1)
    np.add.at(change, edges[1::2], -1)
    return int(change.cumsum().max())


def dots_of(episode: Episode, banks: dict[int, int]) -> Iterator[Dot]:
    if episode.node_outcome is None:
        raise DatasetError("the dataset does not tell what the allocator did", hint="use one made by `flow`")
    of_node = np.array([banks[class_id] for class_id in episode.node_class.tolist()])
    for bank in np.unique(of_node).tolist():
        nodes = np.flatnonzero(of_node == bank).tolist()
        registers = max(len(episode.allowed_registers(node)) for node in nodes)
        if registers == 0:
            continue  # such as x87's stack, which another pass hands out
        outcome = episode.node_outcome[nodes]
        left_out = np.isin(outcome, (Outcome.SPILLED, Outcome.SPLIT, Outcome.REMATERIALIZED))
        yield Dot(bank, peak([episode.node_live[node] for node in nodes]) / registers, left_out.mean(), len(nodes))


def draw(dots: list[Dot], names: dict[int, str], title: str, output: Path) -> None:
    """The figure, in the format that the name of `output` asks for, with the banks of most functions."""
    figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
    for (bank, _), colour in zip(Counter(dot.bank for dot in dots).most_common(), COLOURS, strict=False):
        own = [dot for dot in dots if dot.bank == bank]
        axes.scatter(
            [dot.pressure for dot in own],
            [100 * dot.spilled for dot in own],
            s=[4 + dot.nodes / 2 for dot in own],
            c=colour,
            alpha=0.5,
            linewidths=0,
            label=f"{names[bank]} ({len(own)} functions)",
        )
    axes.axvline(1, color="0.6", linewidth=0.8, linestyle="--")
    axes.set(xscale="log", title=title, ylim=(-3, 103))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("peak register pressure (live at once / registers of the bank)")
    axes.set_ylabel("spilled, split or rematerialized, %")
    axes.legend(frameon=False, loc="upper left")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(output, dpi=150)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR", help="folder of a dataset")
    parser.add_argument("output", type=Path, metavar="FILE", help="figure to write: .svg, .png or .pdf")
    parser.add_argument("--split", default="train", help="split to draw [train]")
    options = parser.parse_args()
    dataset = EpisodeDataset(options.data_dir, options.split)
    banks = banks_of(dataset.registers)
    dots = [dot for episode in dataset.select(COLUMNS) for dot in dots_of(episode, banks)]
    names = names_of(banks, dataset.select(["node_class"]))
    draw(dots, names, f"{len(dataset):,} functions for {dataset.index.target}, {dataset.index.model}", options.output)
    full = sum(dot.pressure > 1 for dot in dots)
    print(f"{options.output}: {len(dots):,} dots, {full:,} of them with more live registers than there are")


if __name__ == "__main__":
    with plain_errors():
        main()
