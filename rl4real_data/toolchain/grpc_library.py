"""The library that brings gRPC to the plugin, built on first use.

It is one of its own, since it knows nothing of LLVM and needs packages that few want. The plugin looks for it beside
itself.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rl4real_data.core.atomic_files import exclusive, publish
from rl4real_data.core.shipped_files import grpc_source_dir, plugin_source_dir
from rl4real_data.toolchain.kept_files import sha256_if_whole
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.plugin_build import Build, build_library

GRPC_LIBRARY: Final = "libmlrun-grpc.so"
_PACKAGES: Final = "libgrpc++-dev libprotobuf-dev libprotoc-dev"
_SOURCES: Final = frozenset({".cpp", ".h", ".in", ".proto", ".txt"})


def ensure_grpc_library(plugin: Plugin, *, announce: Callable[[str], None]) -> Path:
    """The library beside `plugin`, built now if it is not there. ToolchainError if it does not build."""
    library = build_grpc_library(plugin.path.parents[1], announce=announce)
    return _link(library, plugin.path.with_name(GRPC_LIBRARY))


def build_grpc_library(plugins: Path, *, announce: Callable[[str], None]) -> Path:
    """The library in a folder of its own below `plugins`; all else as `ensure_grpc_library`."""
    sources = grpc_source_dir()
    folder = plugins / f"grpc-{_hash_of(sources)[:16]}"
    library = folder / GRPC_LIBRARY
    if sha256_if_whole(library) is None:
        with exclusive(folder.with_name(f".{folder.name}.lock"), wait=True):
            if sha256_if_whole(library) is None:  # another run may have built it meanwhile
                build = Build(what="gRPC for the plugin", sources=sources, options=(), packages=_PACKAGES)
                build_library(build, library, announce=announce)
    return library


def _hash_of(sources: Path) -> str:
    """Changes with all that the library is made of: its own sources, and the runners that it shares with the plugin."""
    digest = hashlib.sha256()
    for folder in (sources, plugin_source_dir() / "run"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SOURCES and not path.name.startswith("."):
                digest.update(f"{path.relative_to(folder.parent)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _link(library: Path, beside_plugin: Path) -> Path:
    target = os.path.relpath(library, beside_plugin.parent)
    if not beside_plugin.is_symlink() or beside_plugin.readlink() != Path(target):
        with publish(beside_plugin) as draft:
            draft.symlink_to(target)
    return beside_plugin
