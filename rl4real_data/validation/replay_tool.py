"""The tool that replays a dataset.

Llc of the LLVM release that made it, with the plugin.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.episodes.index import read_index
from rl4real_data.live.trial import CompilerTool
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.llc import llc_of
from rl4real_data.validation.replay import ReplayTool


def find_replay_tool(data_dir: Path, installation: Installation, *, announce: Callable[[str], None]) -> ReplayTool:
    """ToolchainError for an LLVM of another version than the dataset's, or one without llc."""
    tool = find_label_tool(data_dir, installation, announce=announce)
    model = read_index(data_dir).model
    return ReplayTool(llc=llc_of(tool.clang), plugin=tool.plugin.path, allocator=ALLOCATORS[AllocatorName(model)])


def find_label_tool(data_dir: Path, installation: Installation, *, announce: Callable[[str], None]) -> CompilerTool:
    """What carries labels out again. Errors as `find_replay_tool`."""
    index = read_index(data_dir)
    clang = installation.clang()
    wanted = index.toolchain.get("llvm_version", "of a release that it does not name")
    if index.model not in list(AllocatorName):
        raise DatasetError(f"{data_dir}: its allocator {index.model!r} is none that this program knows")
    if clang.version != wanted:
        raise ToolchainError(
            f"{data_dir} was made with LLVM {wanted}, {clang.path} is {clang.version}",
            hint=f"set BUILD_DIR to an installation of LLVM {wanted}",
        )
    llc_of(clang)
    plugin = installation.plugin(clang, announce=announce)
    return CompilerTool(clang=clang, plugin=plugin, opt_level=str(index.recipe["opt_level"]))
