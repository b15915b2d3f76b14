"""The cycles of blocks, as llvm-mca estimates them for a processor.

A block is taken as the body of a loop that does nothing else: what is fast in it is not always fast in the program.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rl4real_data.core.errors import HostError, ToolchainError
from rl4real_data.core.targets import Target, TargetName
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.process import Completed, Limits, run

_INPUT: Final = "blocks.s"
_COMMENT: Final[Mapping[TargetName, str]] = MappingProxyType({TargetName.X86: "#", TargetName.AARCH64: "//"})
_ITERATIONS: Final = 100
_INSTRUCTION: Final = re.compile(r"\t[^.\s]")


def instructions_in(lines: Iterable[str]) -> list[str]:
    """The lines of assembly that hold instructions: no labels, no directives."""
    return [line for line in lines if _INSTRUCTION.match(line)]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockFigures:
    """Of one block. `cycles`: of an iteration, in which instructions wait for each other. `throughput`: the reciprocal
    one, cycles by the resources alone, which llvm-mca calls Block RThroughput.
    """

    cycles: float
    throughput: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineCodeAnalyzer:
    """Clang's own llvm-mca, for one processor."""

    path: Path
    target: Target
    cpu: str
    limits: Limits
    iterations: int = _ITERATIONS
    start: Callable[..., Completed] = run

    @classmethod
    def of(
        cls, clang: Clang, target: Target, cpu: str, limits: Limits, *, start: Callable[..., Completed] = run
    ) -> MachineCodeAnalyzer:
        """ToolchainError if the installation has none."""
        path = clang.bin_dir / "llvm-mca"
        if not os.access(path, os.X_OK):
            raise ToolchainError(f"{path} does not exist", hint=f"apt-get install llvm-{clang.major}")
        return cls(path=path, target=target, cpu=cpu, limits=limits, start=start)

    def cycles(self, blocks: Sequence[Sequence[str]], scratch: Path) -> list[float | None]:
        """Cycles of one iteration of each block; None for one without instructions, or that llvm-mca does not know.

        HostError where llvm-mca says nothing of use, which is no fault of the code.
        """
        return [None if one is None else one.cycles for one in self.figures(blocks, scratch)]

    def figures(self, blocks: Sequence[Sequence[str]], scratch: Path) -> list[BlockFigures | None]:
        """All that `cycles` tells one of, in the same way."""
        regions = [line for number, block in enumerate(blocks) if block for line in self._region(number, block)]
        if not regions:
            return [None] * len(blocks)
        (scratch / _INPUT).write_text("".join(f"{line}\n" for line in regions), "utf-8")
        done = self.start(self._command(), cwd=scratch, limits=self.limits, scratch=scratch)
        if not done.ok:
            said = done.stderr.strip().splitlines()
            raise HostError(f"{self.path} failed: {said[0] if said else f'exit code {done.returncode}'}")
        found = _read(done.stdout)
        return [found.get(str(number)) for number in range(len(blocks))]

    def _region(self, number: int, block: Sequence[str]) -> list[str]:
        mark = _COMMENT[self.target.name]
        return [f"{mark} LLVM-MCA-BEGIN {number}", *block, f"{mark} LLVM-MCA-END {number}"]

    def _command(self) -> tuple[str, ...]:
        words = (f"--mtriple={self.target.triple}", f"--mcpu={self.cpu}", f"--iterations={self.iterations}")
        return (str(self.path), *words, "--json", "--skip-unsupported-instructions=any", _INPUT)


def _read(text: str) -> dict[str, BlockFigures]:
    """Figures by the name of the region."""
    try:
        regions = json.loads(text)["CodeRegions"]
        return {region["Name"]: _figures(region["SummaryView"]) for region in regions if region.get("SummaryView")}
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise HostError(f"llvm-mca says what cannot be read: {error}") from error


def _figures(told: Mapping[str, Any]) -> BlockFigures:
    return BlockFigures(cycles=told["TotalCycles"] / told["Iterations"], throughput=float(told["BlockRThroughput"]))
