"""From settings to a compiler that is ready to record: clang, plugin, register file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rl4real_data.compat.fork_config import read_fork_config
from rl4real_data.episodes.registers import class_ids, class_orders
from rl4real_data.errors import ToolchainError
from rl4real_data.models import MODELS
from rl4real_data.recipe import Recipe
from rl4real_data.settings import RunSettings
from rl4real_data.stages.job import Compilation
from rl4real_data.targets import TARGETS
from rl4real_data.toolchain.clang import Clang, discover_clang
from rl4real_data.toolchain.plugin import Plugin, ensure_plugin, register_file
from rl4real_data.toolchain.process import Limits
from rl4real_data.toolchain.server_library import ensure_server


def prepare_compilation(
    settings: RunSettings, recipe: Recipe, *, announce: Callable[[str], None]
) -> tuple[Compilation, Mapping[str, Any]]:
    """The compilation of a run and the target's register file (as `-mlra-dump-registers` writes it).

    ToolchainError, before any work, if something is missing.
    """
    target = TARGETS[settings.target]
    clang = discover_clang(build_dir=settings.build_dir, search_path=settings.search_path)
    plugin: Plugin | None = None
    if clang.is_fork:
        registers = _fork_registers(clang, settings)
    else:
        plugin = ensure_plugin(clang, cache_dir=settings.cache_dir, announce=announce)
        registers = register_file(clang, plugin, target, recipe.cpu)
    compilation = Compilation(
        clang=clang,
        plugin=plugin,
        server=ensure_server(clang, plugin) if plugin else None,
        target=target,
        model=MODELS[settings.model],
        recipe=recipe,
        limits=Limits(timeout_s=settings.timeout_s, memory_bytes=settings.memory_mb << 20),
        verify=settings.verify,
        fork_config=settings.config_dir if clang.is_fork else None,
        class_ids=class_ids(registers) if clang.is_fork else (),
        class_orders=class_orders(registers) if clang.is_fork else (),
    )
    return compilation, registers


def _fork_registers(clang: Clang, settings: RunSettings) -> Mapping[str, Any]:
    if settings.config_dir is None:
        raise ToolchainError(
            f"{clang.path} is the RL4ReAl fork: it needs its configuration",
            hint="set CONFIG_DIR (or --config-dir) to the folder with regalloc/ and RegColorMap_*.json",
        )
    return read_fork_config(settings.config_dir, TARGETS[settings.target].fork_name)
