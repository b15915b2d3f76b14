"""The compiler of the release that made a dataset, for the answers to its episodes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.flow.upgrade_tools import find_tools
from rl4real_data.proof.carrying_out import AnswerCompiler
from rl4real_data.toolchain.installation import Installation


def find_compiler(
    data_dir: Path, index: DatasetIndex, installation: Installation, *, announce: Callable[[str], None]
) -> AnswerCompiler:
    """ToolchainError for an LLVM of another version than the dataset's, or one without llc."""
    tools = find_tools(data_dir, index, installation, announce=announce).replayer
    return AnswerCompiler(
        clang=tools.clang,
        llc=tools.llc,
        plugin=tools.plugin,
        allocator=tools.allocator,
        opt_level=str(index.recipe["opt_level"]),
    )
