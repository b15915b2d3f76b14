"""The true costs of an allocation, which a compiler carries out.

The episode's machine IR goes to llc with the plugin and the decisions; LLVM's greedy allocator finishes.
"""

from __future__ import annotations

__all__ = ["CompilerBackend"]

import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

from rl4real_data.allocation.answer_backend import AnswerCosts
from rl4real_data.allocation.split_allocation import SplitAllocation
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.live.decisions_file import decisions_line
from rl4real_data.live.report import FunctionReport, read_report
from rl4real_data.reading.episode import Episode
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.llc import llc_level, llc_of, replay_command
from rl4real_data.toolchain.process import Completed, Limits, run

_LIMITS: Final = Limits(timeout_s=120.0)
_NAME: Final = re.compile(r"^name:\s+(.+?)\s*$", re.MULTILINE)
_NO_TEXT: Final = "the episode has no machine IR text, which the compiler would need"


class CompilerBackend:
    """Tells the costs by kind as the plugin counts them; in the info `score`, LLVM's RegAllocScore, and `report`.

    `backend = CompilerBackend.find()` takes the clang that `rl4real-data` finds; one llc runs for each answer.
    """

    columns: Final = ("mir", "function")
    """What it reads of an episode beside what the environment does."""

    def __init__(
        self, llc: Path, plugin: Path, *, limits: Limits = _LIMITS, start: Callable[..., Completed] = run
    ) -> None:
        self._llc, self._plugin, self._limits, self._start = llc, plugin, limits, start

    @classmethod
    def find(
        cls,
        *,
        announce: Callable[[str], None] = lambda _text: None,
        limits: Limits = _LIMITS,
        start: Callable[..., Completed] = run,
    ) -> Self:
        """With the clang of BUILD_DIR or PATH, its llc and the plugin, which is built if need be. ToolchainError."""
        installation = Installation.of(load_environment())
        clang = installation.clang()
        llc = llc_of(clang)
        return cls(llc, installation.plugin(clang, announce=announce).path, limits=limits, start=start)

    def costs_of(self, episode: Episode, allocation: SplitAllocation) -> AnswerCosts:
        """The costs of the whole answer. DatasetError without MIR text, ToolchainError if llc fails."""
        decisions = allocation.decisions(episode.register_table.names)
        report = self.carry_out(episode, decisions)
        info: dict[str, Any] = {"score": report.score, "report": report}
        return AnswerCosts(costs=report.costs, info=info)

    def carry_out(self, episode: Episode, decisions: list[Any]) -> FunctionReport:
        """What became of these decisions on the episode's function."""
        return self._compile(episode, decisions, "-mlra-discard")[0]

    def code_of(self, episode: Episode, decisions: list[Any], *, opt_level: str) -> tuple[FunctionReport, str]:
        """The same, and the assembly as clang finishes it at a level such as O3."""
        return self._compile(episode, decisions, llc_level(opt_level))

    def _compile(self, episode: Episode, decisions: list[Any], flag: str) -> tuple[FunctionReport, str]:
        if episode.mir is None:
            raise DatasetError(f"{episode.function}: {_NO_TEXT}", hint="make the dataset without --no-mir")
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "episode.mir").write_text(episode.mir, encoding="utf-8")
            (folder / "decisions").write_text(decisions_line(name_in_mir(episode.mir), decisions), encoding="utf-8")
            command = replay_command(
                self._llc,
                self._plugin,
                ALLOCATORS[AllocatorName.MLRA],
                folder / "episode.mir",
                ("-mlra-decisions=decisions", "-mlra-report=report", "-mlra-report-before=false", flag),
                output=folder / "code.s",
            )
            done = self._start(command, cwd=folder, limits=self._limits, scratch=folder)
            if not done.ok:
                raise ToolchainError(f"{episode.function}: {' '.join(command)}\n{self._ending(done)}")
            (found,) = read_report((folder / "report").read_bytes()).functions
            return found, (folder / "code.s").read_text("utf-8", "surrogateescape")

    def _ending(self, done: Completed) -> str:
        if done.timed_out:
            return f"no answer within {self._limits.timeout_s:g} s"
        return done.stderr_tail.strip() or f"ends with {done.signal_name or done.returncode}"


def name_in_mir(mir: str) -> str:
    """The function's symbol in MIR text, which is YAML."""
    found = _NAME.search(mir)
    if not found:
        raise DatasetError("the machine IR text names no function", hint="`rl4real-data validate` looks for damage")
    word = found[1]
    if word.startswith("'"):
        return word[1:-1].replace("''", "'")
    return str(json.loads(word)) if word.startswith('"') else word
