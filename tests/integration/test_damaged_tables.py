"""Tables that are damaged while their checksums fit: the hundredth part of `make soak`'s."""

from __future__ import annotations

from .damaged_tables_run import sweep


def test_a_hundred_damages_are_errors_of_the_dataset_or_none() -> None:
    assert sweep(0, 100, jobs=1) == []
