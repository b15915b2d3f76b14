"""The splits of a dataset."""

from __future__ import annotations

from enum import StrEnum


class Split(StrEnum):
    """The part of a dataset that a corpus is meant for."""

    TRAIN = "train"
    TEST = "test"
