"""The job of the module stages.

One module and everything that decides what comes out of it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rl4real_data.core.allocators import Allocator
from rl4real_data.core.recipe import Recipe
from rl4real_data.core.targets import Target
from rl4real_data.corpus.module import Module
from rl4real_data.stages.part import FileHashes
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.compiler_server import ServerFiles
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Limits

if TYPE_CHECKING:
    from rl4real_data.stages.interfaces import Interfaces
    from rl4real_data.stages.part_functions import Shapes
    from rl4real_data.stages.shape_uses import ShapeUses

FileState = tuple[int, int, int, int]
"""Which file it is, and since when as it is."""


def state_of(path: Path) -> FileState | None:
    """None for a file that is not there."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """What decides in front of the allocator. `flags`: the plugin's; `shown`: the same without paths of this machine.

    `name` is for people; `sha256`, of all that decides, makes the dataset another one.
    """

    name: str
    sha256: str
    flags: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation:
    """What all modules of a run have in common. `plugin` is None for the fork, which has the flags built in.

    `server` starts the same compiler faster where there is one, and decides nothing.
    """

    clang: Clang
    plugin: Plugin | None
    server: ServerFiles | None = None
    target: Target
    allocator: Allocator
    recipe: Recipe
    limits: Limits
    verify: bool = False
    decider: Decider | None = None
    fork_config: Path | None = None
    class_ids: tuple[tuple[str, int], ...] = ()  # for the fork, whose files name classes only
    class_orders: tuple[tuple[str, tuple[int, ...]], ...] = ()
    tools: tuple[tuple[Path, FileState | None], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Takes down which files the compiler and the plugin are now, before anything is compiled."""
        paths = (self.clang.path, *((self.plugin.path,) if self.plugin else ()))
        object.__setattr__(self, "tools", tuple((path, state_of(path)) for path in paths))

    @property
    def toolchain(self) -> dict[str, str]:
        """What `dataset.json` says of the compiler and the plugin."""
        return {
            **({"llvm_version": self.clang.version} if self.clang.version else {}),
            "clang": self.clang.banner,
            "plugin": self.plugin.source_hash if self.plugin else "none: the compiler has the flags itself",
            **self.expert,
        }

    @property
    def expert(self) -> dict[str, str]:
        """Who decides beside the allocator, and the hash of that; nothing if nobody does."""
        decider = self.decider
        return {} if decider is None else {"expert": decider.name, "expert_sha256": decider.sha256}

    def fingerprint(self, stages: tuple[tuple[str, int], ...]) -> str:
        """Hash of all that decides a part's bytes besides the module itself; `stages`: names and versions."""
        plugin = self.plugin.fingerprint() if self.plugin else "fork"
        return self._fingerprint(stages, self.clang.fingerprint(), plugin)

    def earlier_fingerprint(self, stages: tuple[tuple[str, int], ...]) -> str:
        """What releases before 0.2.0 would have made of the same compiler and plugin."""
        plugin = self.plugin.source_hash if self.plugin else "fork"
        return self._fingerprint(stages, self.clang.earlier_fingerprint(), plugin)

    def _fingerprint(self, stages: tuple[tuple[str, int], ...], clang: str, plugin: str) -> str:
        settings = (
            stages,
            clang,
            plugin,
            self.target.clang_flags,
            self.target.cpu_flag + self.recipe.cpu,
            self.recipe.opt_level,
            self.recipe.mir,
            self.allocator.name,
            self.verify,
            str(self.fork_config or ""),
            *((self.decider.name, self.decider.sha256) if self.decider else ()),
        )
        return hashlib.sha256(json.dumps(settings).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleJob:
    """One module to compile; `key` names its part, `parts` and `scratch` are folders of the dataset.

    `hashes` are those of the run: its modules read the same headers. A header that changes while the run lasts is
    recorded as it was, so that the next run compiles the modules that may have read it either way.

    `interfaces` are the C++20 modules that the run's modules may import. `shapes` are, by key, those of parts that were
    just written, for whoever takes them: nobody reads a part for them.
    """

    module: Module
    key: str
    source_sha256: str
    compilation: Compilation
    parts: Path
    scratch: Path
    hashes: FileHashes = field(default_factory=FileHashes, compare=False, repr=False)
    shapes: dict[str, tuple[Shapes, ShapeUses]] = field(default_factory=dict, compare=False, repr=False)
    interfaces: Interfaces | None = field(default=None, compare=False, repr=False)


def part_key(module: Module, *, source_sha256: str, fingerprint: str) -> str:
    """Name of the module's part: equal for equal source, flags and toolchain. Headers are checked beside it."""
    identity = [module.corpus, str(module.path), module.language, module.flags, source_sha256, fingerprint]
    if module.folder.parts or module.places:  # where the same words mean other files
        places = [f"{place.name}={place.path}" for place in module.places if place.name != "."]
        identity += [str(module.folder), *places]
    identity += [each.identity for each in module.imports]
    if module.refusal:
        identity.append(module.refusal)  # a module that is compiled may have the same flags
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]
