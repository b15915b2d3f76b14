"""The plugin, built on first use.

One build per LLVM version and source hash, in the user's cache folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rl4real_data.core.atomic_files import exclusive, publish
from rl4real_data.core.errors import ToolchainError
from rl4real_data.core.shipped_files import plugin_source_dir
from rl4real_data.core.targets import Target
from rl4real_data.toolchain.clang import PROBE_LIMITS, Clang
from rl4real_data.toolchain.process import Limits, run

LIBRARY: Final = "libmlra.so"
RECORD_VERSION: Final = 2
"""`RecordVersion` of the plugin's RecordWriter.h: what its records, in text or in columns, hold."""

SAME_RECORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "8ff3c9348857567a34c498fb16c5764bde484a3e8c508fb5cc762c4d1abd17d3": (  # moved into rooms for 0.2.0
            "a1fb6e63e04bc9edc69f3032b51ebcba0a180658c080c42ffead17573caa86fd"  # 0.1.0
        ),
    }
)
"""Sources that write the same as earlier ones, byte for byte, by both hashes: datasets go on under the earlier one, and
are resumed without compiling anything again. Measured for the sample on both targets and releases, with both allocators
and every kind of output: 7,864 files. An edit of the plugin has another hash, and stands here only if it was measured
again."""

BUILD_LIMITS: Final = Limits(timeout_s=900)  # 25 s on two cores; one slow core under load takes minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A built plugin; `source_hash` identifies it in datasets, the same on every machine.

    It is that of the first sources that wrote the same (`SAME_RECORDS`).
    """

    path: Path
    source_hash: str


def source_hash(folder: Path) -> str:
    """Hash of the paths and bytes of a library's sources: the entry on top and what lies directly in a room.

    Nothing else counts: no file of a build within the folder, no text for people, no copy that an editor left behind.
    """
    digest = hashlib.sha256()
    for name in sorted(path.relative_to(folder).as_posix() for path in _sources(folder)):
        content = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in (*folder.glob("*"), *folder.glob("*/*")):
        is_source = path.suffix in {".c", ".cpp", ".h"} and not path.name.startswith(".")
        if (is_source or path == folder / "CMakeLists.txt") and path.is_file():
            yield path


def ensure_plugin(clang: Clang, *, cache_dir: Path, announce: Callable[[str], None]) -> Plugin:
    """The plugin for `clang`, built now if it is not in the cache. ToolchainError if it does not build."""
    sources = plugin_source_dir()
    digest = source_hash(sources)
    folder = cache_dir / "plugins" / f"llvm-{clang.version}-{digest[:16]}"
    plugin = Plugin(path=folder / LIBRARY, source_hash=SAME_RECORDS.get(digest, digest))
    if plugin.path.is_file():
        return plugin
    with exclusive(cache_dir / "plugins" / f".{folder.name}.lock", wait=True):
        if not plugin.path.is_file():  # another run may have built it while this one waited
            announce(f"building the plugin for LLVM {clang.version} (once, about half a minute)")
            _build(clang, sources, plugin.path)
    return plugin


def _build(clang: Clang, sources: Path, library: Path) -> None:
    llvm_config = clang.bin_dir / "llvm-config"
    if not llvm_config.is_file():
        raise ToolchainError(
            f"{llvm_config} does not exist: the headers of LLVM {clang.major} are missing",
            hint=f"apt-get install llvm-{clang.major}-dev",
        )
    cmake = shutil.which("cmake")
    if cmake is None or not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        raise ToolchainError(
            "building the plugin needs CMake and a C++ compiler", hint="apt-get install cmake g++ make"
        )
    library.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        build = Path(folder)
        configure = (cmake, "-S", str(sources), "-B", str(build), f"-DMLRA_LLVM_CONFIG={llvm_config}")
        compile_ = (cmake, "--build", str(build), "--parallel", str(os.cpu_count() or 1))
        for command in (configure, compile_):
            done = run(command, cwd=build, limits=BUILD_LIMITS, scratch=build)
            if not done.ok:
                raise ToolchainError(
                    f"the plugin does not build for LLVM {clang.version}: {' '.join(command)}\n"
                    f"{done.stderr_tail or done.stdout[-4000:]}",
                    hint=f"apt-get install llvm-{clang.major}-dev cmake g++ make, then run the command again",
                )
        with publish(library) as draft:
            shutil.copyfile(build / LIBRARY, draft)


def register_file(clang: Clang, plugin: Plugin, target: Target, cpu: str) -> dict[str, Any]:
    """What the plugin says of the target's registers; shows at the same time that the plugin loads.

    Kept beside the plugin. ToolchainError if clang does not take the plugin.
    """
    return _target_table(clang, plugin, target, cpu, name="registers")


def opcode_table(clang: Clang, plugin: Plugin, target: Target, cpu: str) -> dict[str, Any]:
    """What the target's tables say of its opcodes, as OpcodeTable.h has it. Kept, and fails, as `register_file`."""
    return _target_table(clang, plugin, target, cpu, name="opcodes")


def _target_table(clang: Clang, plugin: Plugin, target: Target, cpu: str, *, name: str) -> dict[str, Any]:
    """The file that `-mlra-dump-<name>` writes."""
    key = hashlib.sha256(f"{clang.fingerprint()}|{target.clang_flags}|{cpu}".encode()).hexdigest()[:16]
    kept = plugin.path.parent / f"{name}-{target.name.value}-{key}.json"
    if not kept.is_file():
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "probe.c").write_text("void probe(void) {}\n")
            command = (
                *(str(clang.path), *target.clang_flags, f"{target.cpu_flag}{cpu}", "-O3", f"-fplugin={plugin.path}"),
                *("-mllvm", "-regalloc=mlra", "-mllvm", f"-mlra-dump-{name}={name}.json"),
                *("-c", "probe.c", "-o", "/dev/null"),
            )
            done = run(command, cwd=folder, limits=PROBE_LIMITS, scratch=folder)
            written = folder / f"{name}.json"
            if not done.ok or not written.is_file():
                raise ToolchainError(
                    f"{clang.path} does not work with the plugin: {' '.join(command)}\n{done.stderr}",
                    hint=f"delete {plugin.path.parent} and run again; it rebuilds the plugin",
                )
            with publish(kept) as draft:
                shutil.copyfile(written, draft)
    loaded: dict[str, Any] = json.loads(kept.read_text())
    return loaded
