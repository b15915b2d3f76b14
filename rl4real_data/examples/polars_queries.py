"""A DATA_DIR as lazy data frames.

    python -m rl4real_data.examples.polars_queries DATA_DIR        (extra `examples`)

`scan_parquet` reads nothing yet; `collect` reads the columns and row groups that the question needs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from rl4real_data import EpisodeDataset, Outcome
from rl4real_data.examples import plain_errors

with plain_errors(extra="examples"):
    import polars as pl


def outcomes(episodes: pl.LazyFrame) -> pl.LazyFrame:
    """How many virtual registers met which end."""
    names = {outcome.value: outcome.name.lower() for outcome in Outcome}
    return (
        episodes.select(outcome=pl.col("node_outcome").explode())
        .drop_nulls()
        .group_by("outcome")
        .agg(nodes=pl.len())
        .with_columns(
            pl.col("outcome").cast(pl.Int64).replace_strict(names, return_dtype=pl.String),
            percent=(100 * pl.col("nodes") / pl.col("nodes").sum()).round(1),
        )
        .sort("nodes", descending=True)
    )


def spilling_functions(episodes: pl.LazyFrame) -> pl.LazyFrame:
    """The functions whose spills cost most: the filter reaches Parquet, which skips row groups without spills."""
    return (
        episodes.filter(pl.col("spills") > 0)
        .select("function", "module", nodes=pl.col("node_vreg").list.len(), spills="spills", spill_cost="spill_cost")
        .sort("spill_cost", descending=True)
        .head(5)
    )


def density(episodes: pl.LazyFrame) -> pl.LazyFrame:
    """Share of all pairs of nodes that interfere, by size of the function."""
    nodes = pl.col("node_vreg").list.len().cast(pl.Int64)
    return (
        episodes.select(nodes=nodes, edges=pl.col("edge_u").list.len(), spills="spills")
        .filter(pl.col("nodes") > 1)
        .with_columns(digits=pl.col("nodes").log10().floor().cast(pl.Int64))
        .group_by("digits")
        .agg(
            nodes=pl.format("{} to {}", pl.col("nodes").min(), pl.col("nodes").max()),
            functions=pl.len(),
            density=(pl.col("edges") / (pl.col("nodes") * (pl.col("nodes") - 1) / 2)).mean().round(2),
            spills=pl.col("spills").mean().round(2),
        )
        .sort("digits")
        .drop("digits")
    )


QUESTIONS: Final[Mapping[str, Callable[[pl.LazyFrame], pl.LazyFrame]]] = {
    "what LLVM did with the virtual registers": outcomes,
    "the functions whose spills cost most": spilling_functions,
    "how dense interference graphs are": density,
}


def scan(data_dir: Path, split: str) -> pl.LazyFrame:
    """The episodes of a split, not read yet. Opening the dataset says what is wrong with it."""
    EpisodeDataset(data_dir, split)
    return pl.scan_parquet(data_dir / "data" / f"{split}-*.parquet")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR", help="folder of a dataset")
    parser.add_argument("--split", default="train", help="split to ask [train]")
    options = parser.parse_args()
    episodes = scan(options.data_dir, options.split)
    for question, answer in QUESTIONS.items():
        print(f"{question}:")
        print(answer(episodes).collect())


if __name__ == "__main__":
    with plain_errors():
        main()
