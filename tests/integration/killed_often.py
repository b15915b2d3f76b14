"""A command that is killed again and again, and then left alone: the same bytes as if nobody had disturbed it."""

from __future__ import annotations

import random
import shutil
import signal
from pathlib import Path

from .dataset_bytes import dataset_bytes
from .warm_program import WarmProgram

_IN_A_ROW = 5
_MOST_LATE = 3
"""Runs that were over before their moment came; a resumed one has less to do than the first."""


def check_kills(
    program: WarmProgram, folder: Path, *words: str, kills: int, seed: int, start: Path | None = None
) -> None:
    """`words` write a dataset to `d`, which is a copy of `start` at first, or not there.

    Killed before random changes of names, and every second time at a random moment. After five kills in a row, each of
    a run that resumes the one before, it runs to its end.
    """
    chance = random.Random(seed)
    undisturbed = folder / "undisturbed"
    _prepare(undisturbed, start)
    whole = program.run(undisturbed, *words)
    assert whole.code == 0, whole.stderr
    expected = dataset_bytes(undisturbed / "d")
    killed = 0
    while killed < kills:
        place = folder / f"killed-{killed}"
        _prepare(place, start)
        in_a_row = late = 0
        while in_a_row < min(_IN_A_ROW, kills - killed) and late < _MOST_LATE:
            is_timed = in_a_row % 2 == 1
            ended = program.run(
                place,
                *words,
                kill_at=0 if is_timed else chance.randint(1, whole.changes),
                kill_after_s=chance.uniform(0, whole.seconds) if is_timed else None,
            )
            assert ended.code in (0, -signal.SIGKILL), ended.stderr
            in_a_row += ended.code != 0
            late += ended.code == 0
        killed += in_a_row
        ended = program.run(place, *words)
        assert ended.code == 0, ended.stderr
        assert dataset_bytes(place / "d") == expected
        shutil.rmtree(place)


def _prepare(place: Path, start: Path | None) -> None:
    place.mkdir()
    if start is not None:
        shutil.copytree(start, place / "d")
