"""A run that was recorded, and the same command after power cuts in the midst of it."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from .dataset_bytes import dataset_bytes
from .power_cut import Event, PowerCut, build_recorder, chosen_cuts, read_tree, record, write_tree
from .warm_program import WarmProgram

MODULE = ("-m", "rl4real_data")
_GROWING = ("flow", "x86", "train", "mlra", "--data-dir", "d", "--limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRun:
    """`words`, run in a folder that held `before`, did `events` and left `after`, with the dataset `expected`."""

    words: tuple[str, ...]
    before: dict[str, bytes | None]
    events: list[Event]
    after: dict[str, bytes | None]
    expected: dict[str, str]

    def check_cuts(self, program: WarmProgram, folder: Path, *, count: int, seed: int) -> None:
        """That the words, after each of `count` power cuts, end well and leave the same dataset."""
        chance = random.Random(seed)
        cut = PowerCut(self.before, self.events)
        for number, (moment, fate) in enumerate(chosen_cuts(self.events, count, chance)):
            place = folder / str(number)
            write_tree(place, cut.state(moment, fate, chance))
            ended = program.run(place, *self.words)
            assert ended.code == 0, (moment, fate, ended.stderr)
            assert dataset_bytes(place / "d") == self.expected, (moment, fate)
            shutil.rmtree(place)


def record_growing_run(folder: Path) -> RecordedRun:
    """Three modules over a dataset of one."""
    place = folder / "place"
    place.mkdir()
    record(place, build_recorder(folder), *MODULE, *_GROWING, "1")
    return record_run(folder, (*_GROWING, "3"))


def record_run(folder: Path, words: tuple[str, ...], **environment: str) -> RecordedRun:
    """Records the words in `folder`/place, and whatever lies there already."""
    place = folder / "place"
    before = read_tree(place)
    events = record(place, build_recorder(folder), *MODULE, *words, **environment)
    return RecordedRun(
        words=words, before=before, events=events, after=read_tree(place), expected=dataset_bytes(place / "d")
    )
