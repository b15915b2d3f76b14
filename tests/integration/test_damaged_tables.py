"""Tables that are damaged while their checksums fit: a few of `make soak`'s ten thousand."""

from __future__ import annotations

from .damaged_tables_run import sweep


def test_a_damage_is_an_error_of_the_dataset_or_none() -> None:
    assert sweep(0, 25, jobs=1) == []
