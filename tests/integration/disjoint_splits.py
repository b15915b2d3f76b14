"""Train and test in one DATA_DIR, made in both orders: no function in both, and the same bytes."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from .conftest import Run
from .dataset_bytes import dataset_bytes


def check_disjoint_splits(rl4real: Run, folder: Path, *, train: tuple[str, ...], test: tuple[str, ...]) -> None:
    """`train` and `test` are the words that choose the modules of each; those of test contain those of train."""
    orders = {"train-first": ("train", "test"), "test-first": ("test", "train")}
    words = {"train": train, "test": test}
    for name, modes in orders.items():
        for mode in modes:
            rl4real("flow", "x86", mode, "mlra", "--data-dir", name, *words[mode])
        rl4real("validate", name)
    hashes = {
        mode: set(pq.read_table(next((folder / "train-first/data").glob(f"{mode}-*")))["content_hash"].to_pylist())
        for mode in ("train", "test")
    }
    assert hashes["train"]
    assert hashes["test"]
    assert not hashes["train"] & hashes["test"]
    assert dataset_bytes(folder / "train-first") == dataset_bytes(folder / "test-first")
