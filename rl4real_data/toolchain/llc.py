"""LLVM's static compiler, which takes machine IR."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rl4real_data.core.allocators import Allocator
from rl4real_data.core.errors import ToolchainError
from rl4real_data.toolchain.clang import Clang


def llc_of(clang: Clang) -> Path:
    """The llc of clang's own installation: another release reads another machine IR. ToolchainError if it has none."""
    path = clang.bin_dir / "llc"
    if not path.is_file():
        raise ToolchainError(f"{path} does not exist", hint=f"apt-get install llvm-{clang.major}")
    return path


def llc_level(opt_level: str) -> str:
    """Llc's flag for what clang's optimisation level means to the code generator: `-Os` and `-Oz` are its `-O2`.

    Without one llc takes `-O2`; what lies behind the allocator then merges and duplicates other blocks than at `-O3`.
    """
    return f"-{opt_level}" if opt_level in ("O1", "O3") else "-O2"


def replay_command(
    llc: Path, plugin: Path, allocator: Allocator, text: Path, flags: Sequence[str], *, output: Path
) -> tuple[str, ...]:
    """What gives the machine IR of one episode, the file `text`, to its allocator; `flags` say what is recorded."""
    words = (f"-regalloc={allocator.plugin_name}", f"-start-before={allocator.llvm_pass}")
    return (str(llc), "-load", str(plugin), *words, str(text), "-o", str(output), *flags)
