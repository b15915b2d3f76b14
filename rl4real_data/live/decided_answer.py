"""The allocation of one episode with decisions in front of greedy, as the compiler records it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.errors import ToolchainError
from rl4real_data.episodes.replayed_columns import ANSWERED
from rl4real_data.labels.decisions import Decisions
from rl4real_data.live.decisions_file import decisions_line
from rl4real_data.live.trial import CompilerTool
from rl4real_data.toolchain.llc import llc_of, replay_command
from rl4real_data.toolchain.plugin import RECORD_VERSION
from rl4real_data.toolchain.process import Completed, Limits, run

_LIMITS: Final = Limits(timeout_s=120.0)
"""The largest function of Lua and zstd takes 0.2 s."""


def decided_answer(tool: CompilerTool, mir: str, function: str, decisions: Decisions) -> Mapping[str, Any]:
    """The columns of the expert's answer as they are then. ToolchainError for a compiler that does not record it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "function.mir").write_text(mir, encoding="utf-8")
        (folder / "decisions.ndjson").write_text(decisions_line(function, decisions), encoding="utf-8")
        done = _run_llc(tool, folder)
        try:
            record = json.loads((folder / "record.ndjson").read_text(encoding="utf-8").splitlines()[0])
            if not done.ok or record["v"] != RECORD_VERSION:
                raise ValueError
            return {column: record[column] for column in ANSWERED}
        except (OSError, ValueError, LookupError, TypeError) as error:
            said = done.stderr.strip().splitlines()
            raise ToolchainError(
                f"{function}: the compiler records no allocation with these decisions" + (f": {said[0]}" * bool(said)),
                hint="`rl4real-data validate DATA_DIR --replay` tells which labels can be carried out",
            ) from error


def _run_llc(tool: CompilerTool, folder: Path) -> Completed:
    flags = (f"-mlra-decisions={folder / 'decisions.ndjson'}", f"-mlra-dump={folder / 'record.ndjson'}")
    command = replay_command(
        llc_of(tool.clang),
        tool.plugin.path,
        ALLOCATORS[AllocatorName.MLRA],
        folder / "function.mir",
        flags,
        output=folder / "function.s",
    )
    return run(command, cwd=folder, limits=_LIMITS, scratch=folder, is_confined=True)
