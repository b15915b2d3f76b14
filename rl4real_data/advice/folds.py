"""The parts into which examples fall for comparison with code that was not learned from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from rl4real_data.advice.examples import Example
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import DatasetError

FOLDS: Final = 3


def folds_of(examples: Sequence[Example], seed: int) -> list[list[Example]]:
    """Parts of whole corpora, so that no part has code of another one; which ones follows from the seed.

    Of fewer than three corpora, parts of whole modules. The largest come first, each into the part that is smallest
    until then. DatasetError for fewer than three modules.
    """
    groups: dict[tuple[str, ...], list[Example]] = {}
    by_corpus = len({one.corpus for one in examples}) >= FOLDS
    for one in examples:
        groups.setdefault((one.corpus,) if by_corpus else (one.corpus, one.module), []).append(one)
    if len(groups) < FOLDS:
        raise DatasetError(
            f"the trials are of {counted(len(groups), 'module')}: the network learns from some and is compared with "
            f"others, in {FOLDS} parts",
            hint="make a dataset of several corpora, such as `rl4real-data flow x86 train mlra --corpus real`",
        )
    names = sorted(groups)
    random.Random(seed).shuffle(names)
    folds: list[list[Example]] = [[] for _ in range(FOLDS)]
    for name in sorted(names, key=lambda name: -len(groups[name])):
        min(folds, key=len).extend(groups[name])
    return folds
