"""The compiler of a run, ready to record.

Clang, plugin, register file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rl4real_data.core.allocators import Allocator
from rl4real_data.core.errors import ToolchainError
from rl4real_data.core.recipe import Recipe
from rl4real_data.core.targets import Target
from rl4real_data.episodes.registers import class_ids, class_orders
from rl4real_data.rl4real_fork.formats.config import read_fork_config
from rl4real_data.stages.job import Compilation, Decider
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.plugin import Plugin, register_file
from rl4real_data.toolchain.process import Limits
from rl4real_data.toolchain.processors import refuse_unknown_processor
from rl4real_data.toolchain.server_library import ensure_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """How modules are recorded: for which target, by which recipe, who is the expert, within which limits.

    `verify` lets the plugin check all that it records. `decider`: who decides in front of the allocator.
    """

    target: Target
    allocator: Allocator
    recipe: Recipe
    limits: Limits
    verify: bool = False
    decider: Decider | None = None


def prepare_compilation(
    recording: Recording, installation: Installation, *, announce: Callable[[str], None]
) -> tuple[Compilation, Mapping[str, Any]]:
    """The compilation of a run and the target's register file (as `-mlra-dump-registers` writes it).

    ToolchainError, before any work, if something is missing.
    """
    clang = installation.clang()
    if clang.is_fork and recording.decider:
        raise ToolchainError(
            f"{clang.path} is the RL4ReAl fork, which does not record what becomes of decisions",
            hint="leave --policy and --decisions out, or use a stock clang",
        )
    plugin: Plugin | None = None
    if clang.is_fork:
        registers = _fork_registers(clang, installation, recording.target)
    else:
        plugin = installation.plugin(clang, announce=announce)
        registers = _registers(clang, plugin, recording)
    compilation = Compilation(
        clang=clang,
        plugin=plugin,
        server=ensure_server(clang, plugin) if plugin else None,
        target=recording.target,
        allocator=recording.allocator,
        recipe=recording.recipe,
        limits=recording.limits,
        verify=recording.verify,
        decider=recording.decider,
        fork_config=installation.config_dir if clang.is_fork else None,
        class_ids=class_ids(registers) if clang.is_fork else (),
        class_orders=class_orders(registers) if clang.is_fork else (),
    )
    return compilation, registers


def _registers(clang: Clang, plugin: Plugin, recording: Recording) -> Mapping[str, Any]:
    try:
        return register_file(clang, plugin, recording.target, recording.recipe.cpu)
    except ToolchainError:
        refuse_unknown_processor(clang, recording.target, recording.recipe.cpu)
        raise


def _fork_registers(clang: Clang, installation: Installation, target: Target) -> Mapping[str, Any]:
    if installation.config_dir is None:
        raise ToolchainError(
            f"{clang.path} is the RL4ReAl fork: it needs its configuration",
            hint="set CONFIG_DIR (or --config-dir) to the folder with regalloc/ and RegColorMap_*.json",
        )
    return read_fork_config(installation.config_dir, target.fork_name)
