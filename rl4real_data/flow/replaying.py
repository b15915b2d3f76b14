"""The replay of an episode's text for an upgrade.

Its text goes through llc with the plugin, without the source.
"""

from __future__ import annotations

import hashlib
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.allocators import Allocator
from rl4real_data.core.errors import HostError, ToolchainError
from rl4real_data.core.targets import Target
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.llc import replay_command
from rl4real_data.toolchain.memory_file import MemoryFile
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Completed, Limits, run

LIMITS: Final = Limits(timeout_s=120.0, memory_bytes=4 << 30)
"""The largest function of Lua and zstd (530 kB of text) takes 0.2 s."""
_KILLED: Final = (-signal.SIGKILL, 128 + signal.SIGKILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayer:
    """Llc and the plugin of the release that made a dataset, and the allocator that its episodes are of."""

    clang: Clang
    llc: Path
    plugin: Plugin
    target: Target
    allocator: Allocator
    limits: Limits = LIMITS

    def key(self, text: str) -> bytes:
        """Equal for what is replayed to the same."""
        tools = f"{self.clang.fingerprint()}|{self.plugin.fingerprint()}|{self.allocator.name}"
        return hashlib.sha256(f"{tools}\0{text}".encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of one text: the dump of its record, or why there is none."""

    key: bytes
    record: bytes = b""
    reason: str = ""


def replay_text(text: str, replayer: Replayer, scratch: Path) -> Replayed:
    """HostError if llc was killed by somebody else, ToolchainError if it cannot be started."""
    key = replayer.key(text)
    records = MemoryFile("records")
    with tempfile.TemporaryDirectory(prefix="replay-", dir=scratch) as name:
        source = Path(name, "x.mir")
        source.write_text(text, encoding="utf-8")
        flags = ("-filetype=null", f"-mlra-dump-columns={records.path}")
        command = replay_command(
            replayer.llc, replayer.plugin.path, replayer.allocator, source, flags, output=Path("/dev/null")
        )
        try:
            done = run(
                command,
                cwd=source.parent,
                limits=replayer.limits,
                scratch=source.parent,
                passed=(records.descriptor,),
                is_confined=True,
            )
        except InterruptedError:
            raise
        except OSError as error:
            raise ToolchainError(
                f"{replayer.llc}: cannot be started ({error.strerror or error})",
                hint=f"apt-get install llvm-{replayer.clang.major}",
            ) from error
    if reason := _problem(done, replayer.limits):
        return Replayed(key=key, reason=reason)
    return Replayed(key=key, record=records.path.read_bytes())


def _problem(done: Completed, limits: Limits) -> str:
    if done.timed_out:
        return f"llc took more than {limits.timeout_s:g} s"
    if done.returncode in _KILLED:
        raise HostError(
            "llc was killed: most likely this machine ran out of memory",
            hint="fewer --jobs leave it more; the same command resumes",
        )
    if done.signal_name:
        return f"llc died of {done.signal_name}"
    if done.ok:
        return ""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line] or lines
    return f"llc exited with {done.returncode}: {errors[0] if errors else 'it says nothing'}"[:300]
