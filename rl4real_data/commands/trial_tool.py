"""The compiler that tries candidates on a dataset's episodes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rl4real_data.commands.console import say
from rl4real_data.core.environment import load_environment

if TYPE_CHECKING:
    from rl4real_data.episodes.index import DatasetIndex
    from rl4real_data.live.trial import CompilerTool


def find_trial_tool(data_dir: Path, index: DatasetIndex) -> CompilerTool:
    """Clang of the release that made the dataset, with the plugin, at the dataset's level of optimisation."""
    from rl4real_data.flow.upgrade_tools import find_tools
    from rl4real_data.live.trial import CompilerTool
    from rl4real_data.toolchain.installation import Installation

    replayer = find_tools(data_dir, index, Installation.of(load_environment()), announce=say).replayer
    return CompilerTool(clang=replayer.clang, plugin=replayer.plugin, opt_level=str(index.recipe["opt_level"]))
