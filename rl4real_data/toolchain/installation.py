"""The LLVM installation that a command works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from rl4real_data.core.environment import Environment
from rl4real_data.core.errors import CacheError
from rl4real_data.toolchain.binaries import content_of
from rl4real_data.toolchain.clang import Clang, discover_clang, named_clang
from rl4real_data.toolchain.plugin import Plugin, ensure_plugin


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where clang is looked for, and the cache that the plugins built for it are kept in.

    `config_dir` is the RL4ReAl fork's, for a `build_dir` that is the fork. `shipped`: a plugin that was built elsewhere
    and is taken as it is.
    """

    search_path: str
    cache_dir: Path
    build_dir: Path | None = None
    config_dir: Path | None = None
    shipped: Plugin | None = None

    @classmethod
    def of(cls, environment: Environment, *, build_dir: Path | None = None, config_dir: Path | None = None) -> Self:
        """As the environment says, but for what is named."""
        return cls(
            search_path=environment.search_path,
            cache_dir=environment.cache_dir,
            build_dir=build_dir or environment.build_dir,
            config_dir=config_dir or environment.config_dir,
        )

    def __post_init__(self) -> None:
        """All paths are made absolute: a compiler runs in the folder of its module."""
        for name in ("cache_dir", "build_dir", "config_dir"):
            path = getattr(self, name)
            if path is not None:
                object.__setattr__(self, name, path.absolute())

    def clang(self) -> Clang:
        """ToolchainError if there is none that can be used."""
        clang = discover_clang(build_dir=self.build_dir, search_path=self.search_path)
        return replace(clang, content=content_of(clang.path, self.cache_dir))

    def clang_named(self, word: str) -> Clang:
        """The clang of a user's own command line. ToolchainError if it is none that can be used."""
        clang = named_clang(word, search_path=self.search_path)
        return replace(clang, content=content_of(clang.path, self.cache_dir))

    def plugin(self, clang: Clang, *, announce: Callable[[str], None]) -> Plugin:
        """The plugin for `clang`, built if need be. ToolchainError if it does not build, CacheError without a place."""
        if self.shipped is not None:
            return self.shipped
        try:
            return ensure_plugin(clang, cache_dir=self.cache_dir, announce=announce)
        except InterruptedError:
            raise
        except OSError as error:
            raise CacheError(
                f"the cache {self.cache_dir} cannot be used: {error.strerror or error}",
                hint="free some space or correct its permissions, or set RL4REAL_DATA_CACHE to another folder",
            ) from error
