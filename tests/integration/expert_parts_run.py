"""The expert's recorded answers of a dataset, carried out again, and what they then cost."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data import Episode
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.live.expert_parts import write_parts
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.llc import llc_of, replay_command
from rl4real_data.toolchain.plugin import Plugin

NEAR: Final = 0.01
MOST_SECONDS: Final = 600  # for a compiler that hangs; it takes a second at most on an idle machine


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOut:
    """One episode: LLVM's RegAllocScore as recorded, and of its answer carried out; how many decisions that took."""

    function: str
    expert: float
    score: float
    made: int
    illegal: int

    @property
    def is_near(self) -> bool:
        return abs(self.score - self.expert) <= NEAR * self.expert


def carry_out(
    clang: Clang, plugin: Plugin, episodes: Iterable[Episode], folder: Path, *flags: str
) -> Iterator[CarriedOut]:
    """Verified: the machine code by LLVM, what is recorded of it by the plugin."""
    text, parts, records = (folder / name for name in ("function.mir", "parts", "records"))
    for episode in episodes:
        text.write_text(episode.mir, encoding="utf-8")
        write_parts([episode], parts)
        own = (f"-mlra-parts={parts}", f"-mlra-dump={records}", "-mlra-verify", "-verify-machineinstrs")
        allocator = ALLOCATORS[AllocatorName.MLRA]
        output = folder / "out.s"
        command = replay_command(llc_of(clang), plugin.path, allocator, text, (*own, *flags), output=output)
        done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS)
        assert done.returncode == 0, f"{episode!r}: {done.stderr}"
        record = json.loads(records.read_text().splitlines()[0])
        assert record["decider"] == "parts"
        yield CarriedOut(
            function=episode.function,
            expert=episode.score,
            score=record["score"],
            made=record["decisions_made"],
            illegal=record["decisions_illegal"],
        )
