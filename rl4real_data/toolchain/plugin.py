"""The plugin, built on first use.

One build per LLVM version and source hash, in the user's cache folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rl4real_data.core.atomic_files import exclusive
from rl4real_data.core.errors import ToolchainError
from rl4real_data.core.shipped_files import plugin_source_dir
from rl4real_data.core.targets import Target
from rl4real_data.toolchain.clang import PROBE_LIMITS, Clang
from rl4real_data.toolchain.kept_files import checksum_path, keep, keep_checksum, sha256_if_whole
from rl4real_data.toolchain.plugin_build import build_plugin
from rl4real_data.toolchain.process import run

LIBRARY: Final = "libmlra.so"
RECORD_VERSION: Final = 3
"""`RecordVersion` of the plugin's RecordWriter.h: what its records, in text or in columns, hold."""

SAME_RECORDS: Final[Mapping[str, str]] = MappingProxyType({})
"""Sources that write the same as earlier ones, byte for byte, by both hashes: datasets go on under the earlier one, and
are resumed without compiling anything again. Sources that were edited stand here only if every kind of output was
compared, for both targets and releases, with both allocators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A built plugin; `source_hash` identifies it in datasets, the same on every machine.

    It is that of the first sources that wrote the same (`SAME_RECORDS`). `sha256` is the library's own.
    """

    path: Path
    source_hash: str
    sha256: str = ""

    def fingerprint(self) -> str:
        """Changes with the sources, and when the library is replaced by another build of them."""
        return f"{self.source_hash}|{self.sha256}" if self.sha256 else self.source_hash


def source_hash(folder: Path) -> str:
    """Hash of the paths and bytes of a library's sources: the entry on top and what lies directly in a room.

    Nothing else counts: no file of a build within the folder, no text for people, no copy that an editor left behind.
    """
    digest = hashlib.sha256()
    for name in sorted(path.relative_to(folder).as_posix() for path in _sources(folder)):
        content = (folder / name).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def known_hash() -> str:
    """By which datasets know the plugin of this release."""
    digest = source_hash(plugin_source_dir())
    return SAME_RECORDS.get(digest, digest)


def _sources(folder: Path) -> Iterator[Path]:
    own = ("", "onnx", "run")  # a copy in another room is read by nobody
    builds = {folder / room / "CMakeLists.txt" for room in own}
    for path in (*folder.glob("*"), *folder.glob("*/*")):
        is_source = path.suffix in {".c", ".cpp", ".h"} and not path.name.startswith(".")
        if (is_source or path in builds) and path.is_file():
            yield path


def ensure_plugin(clang: Clang, *, cache_dir: Path, announce: Callable[[str], None]) -> Plugin:
    """The plugin for `clang`, built now if it is not in the cache, or not as it was built.

    ToolchainError if it does not build.
    """
    sources = plugin_source_dir()
    digest = source_hash(sources)
    path = cache_dir / "plugins" / f"llvm-{clang.version}-{digest[:16]}" / LIBRARY
    sha256 = sha256_if_whole(path)
    if sha256 is None:
        with exclusive(path.parent.with_name(f".{path.parent.name}.lock"), wait=True):
            sha256 = sha256_if_whole(path) or _adopt(clang, path)  # another run may have built it meanwhile
            if sha256 is None:
                if path.is_file():
                    announce(f"{path} is not what was built: it is built again")
                build_plugin(clang, sources, path, announce=announce)
                sha256 = sha256_if_whole(path)
    if sha256 is None:
        raise ToolchainError(f"{path} changes while it is read", hint="free the cache folder of other programs")
    return Plugin(path=path, source_hash=SAME_RECORDS.get(digest, digest), sha256=sha256)


def _adopt(clang: Clang, path: Path) -> str | None:
    """The hash of a library that an earlier release built, which kept no checksum; None if it does not record."""
    if checksum_path(path).exists() or not path.is_file():
        return None
    content = path.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        if not _record(clang, path, (), folder=Path(folder)).ok:
            return None
    digest = hashlib.sha256(content).hexdigest()
    keep_checksum(path, digest)
    return digest


def register_file(clang: Clang, plugin: Plugin, target: Target, cpu: str) -> dict[str, Any]:
    """What the plugin says of the target's registers; shows at the same time that the plugin loads.

    Kept beside the plugin. ToolchainError if clang does not take the plugin.
    """
    return _target_table(clang, plugin, target, cpu, name="registers")


def opcode_table(clang: Clang, plugin: Plugin, target: Target, cpu: str) -> dict[str, Any]:
    """What the target's tables say of its opcodes, as OpcodeTable.h has it. Kept, and fails, as `register_file`."""
    return _target_table(clang, plugin, target, cpu, name="opcodes")


def _target_table(clang: Clang, plugin: Plugin, target: Target, cpu: str, *, name: str) -> dict[str, Any]:
    """The file that `-mlra-dump-<name>` writes.

    It is kept for these very binaries: where it is, they have been seen to record a function. One that is damaged is
    made again.
    """
    identity = f"{clang.fingerprint()}|{target.clang_flags}|{cpu}|{plugin.sha256}"
    key = hashlib.sha256(identity.encode()).hexdigest()[:16]
    kept = plugin.path.parent / f"{name}-{target.name.value}-{key}.json"
    if sha256_if_whole(kept) is None:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            flags = (*target.clang_flags, f"{target.cpu_flag}{cpu}", "-mllvm", f"-mlra-dump-{name}={name}.json")
            done = _record(clang, plugin.path, flags, folder=folder)
            written = folder / f"{name}.json"
            if not done.ok or not written.is_file():
                raise ToolchainError(
                    f"{clang.path} does not work with the plugin: {done.said}",
                    hint=f"delete {plugin.path.parent} and run again; it rebuilds the plugin",
                )
            with keep(kept) as draft:
                shutil.copyfile(written, draft)
    loaded: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recorded:
    """What became of a tiny function: `said` is the command and what came of it, for whoever must mend it."""

    ok: bool
    said: str


def _record(clang: Clang, library: Path, flags: Sequence[str], *, folder: Path) -> _Recorded:
    """Compiles a function in `folder` as a run would, and looks whether it was recorded."""
    (folder / "probe.c").write_text("void probe(void) {}\n")
    records = folder / "probe.columns"
    command = (
        *(str(clang.path), *flags, "-O3", f"-fplugin={library}", "-mllvm", "-regalloc=mlra"),
        *("-mllvm", f"-mlra-dump-columns={records}", "-c", "probe.c", "-o", "/dev/null"),
    )
    done = run(command, cwd=folder, limits=PROBE_LIMITS, scratch=folder)
    recorded = records.is_file() and b"probe" in records.read_bytes()
    ending = done.stderr if done.stderr.strip() else f"ends with {done.signal_name or done.returncode}"
    said = f"{' '.join(command)}\n{ending if not done.ok else 'the function is not recorded'}"
    return _Recorded(ok=done.ok and recorded, said=said)
