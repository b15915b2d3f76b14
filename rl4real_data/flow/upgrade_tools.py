"""The tools of an upgrade.

Clang, llc and the plugin of the LLVM release that made the dataset.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.errors import DatasetError, ToolchainError
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.flow.replaying import Replayer
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.llc import llc_of
from rl4real_data.toolchain.plugin import register_file


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeTools:
    """What replays the episodes, and what the plugin says of the target's registers."""

    replayer: Replayer
    registers: Mapping[str, Any]


def find_tools(
    data_dir: Path, index: DatasetIndex, installation: Installation, *, announce: Callable[[str], None]
) -> UpgradeTools:
    """ToolchainError for an LLVM of another version than the dataset's, or one without llc."""
    if index.model not in list(AllocatorName) or index.target not in list(TargetName):
        raise DatasetError(f"{data_dir}: its target {index.target!r} or allocator {index.model!r} is unknown")
    wanted = index.toolchain.get("llvm_version", "")
    try:
        clang = _with_clang_of(installation, wanted).clang()
    except ToolchainError as error:
        raise ToolchainError(
            f"{data_dir} was made with LLVM {wanted}, which is not there: {error}".splitlines()[0],
            hint=_how_to_install(wanted),
        ) from error
    if clang.version != wanted or clang.is_fork:
        raise ToolchainError(
            f"{data_dir} was made with LLVM {wanted or 'of a release that it does not name'}, {clang.path} is "
            f"{clang.version}",
            hint=_how_to_install(wanted),
        )
    plugin = installation.plugin(clang, announce=announce)
    target = TARGETS[TargetName(index.target)]
    replayer = Replayer(
        clang=clang,
        llc=llc_of(clang),
        plugin=plugin,
        target=target,
        allocator=ALLOCATORS[AllocatorName(index.model)],
    )
    return UpgradeTools(
        replayer=replayer, registers=register_file(clang, plugin, target, str(index.recipe.get("cpu", "")))
    )


def _with_clang_of(installation: Installation, version: str) -> Installation:
    """The same, but for a clang of that major version if the search path has one and nobody names another."""
    found = shutil.which(f"clang-{version.split('.')[0]}", path=installation.search_path)
    if installation.build_dir is not None or found is None:
        return installation
    return replace(installation, build_dir=Path(found).resolve().parents[1])


def _how_to_install(version: str) -> str:
    major = version.split(".")[0]
    if major not in map(str, SUPPORTED_MAJORS):
        return f"the plugin is built for LLVM {' and '.join(map(str, SUPPORTED_MAJORS))}: make the dataset anew"
    return (
        f"apt-get install clang-{major} llvm-{major} llvm-{major}-dev; if that is not {version}, set BUILD_DIR to an "
        "installation that is"
    )
