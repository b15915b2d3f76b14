"""The flags of the RL4ReAl fork."""

from __future__ import annotations

from pathlib import Path

from rl4real_data.core.allocators import Allocator


def fork_flags(config_dir: Path | None, allocator: Allocator) -> tuple[str, ...]:
    """clang's flags for the fork with `allocator` as the expert; DOT files go to clang's working folder.

    `config_dir` holds the fork's three kinds of JSON; make it absolute if clang runs in another folder.
    """
    flags = [f"-regalloc={allocator.llvm_name}", "-mlra-dump-ig-dot"]
    if config_dir is not None:
        flags.append(f"-ml-config-path={config_dir}")
    return tuple(word for flag in flags for word in ("-mllvm", flag))
