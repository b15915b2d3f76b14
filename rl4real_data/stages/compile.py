"""The compile stage.

One module through clang with the plugin (or through the fork), into a scratch folder.
"""

from __future__ import annotations

import errno
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.module import Language, Module
from rl4real_data.rl4real_fork.formats.flags import fork_flags
from rl4real_data.stages.job import Compilation, ModuleJob
from rl4real_data.toolchain.compiler_server import run_served
from rl4real_data.toolchain.process import Completed

RECORDS_NAME: Final = "unit.columns"
DEPENDENCIES_NAME: Final = "unit.d"

_OUT_OF_MEMORY: Final = re.compile(
    r"^LLVM ERROR: out of memory|bad_alloc|: cannot allocate memory$|failed to map segment",
    re.IGNORECASE | re.MULTILINE,
)
_DISK_FULL: Final = re.compile(r"mlra: cannot write|: No space left on device$", re.MULTILINE)
_MAKE_ESCAPE: Final = re.compile(r"\\([ #])|\$(\$)")
_QUOTED_SOURCE: Final = re.compile(r"^ *\d* *\|.*$", re.MULTILINE)
"""The lines of the source that clang shows below a message: a C program may well say "out of memory"."""
_ADDRESS: Final = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A module that compiled: where its dump lies and which headers it read."""

    records: Path
    headers: tuple[str, ...]
    seconds: float


def source_command(compilation: Compilation, module: Module) -> tuple[str, ...]:
    """Plain compilation of the module, from the corpus's folder: what a build would run, without an output."""
    return (
        *(str(compilation.clang.path), *compilation.target.clang_flags),
        *("-x", module.language.value, *module.flags),
        f"{compilation.target.cpu_flag}{compilation.recipe.cpu}",
        *(f"-{compilation.recipe.opt_level}", "-w", "-c", str(module.path)),
    )


def dump_flags(compilation: Compilation, *, records: str, plugin: str) -> tuple[str, ...]:
    """What turns a compilation into a recorded one."""
    if compilation.plugin is None:
        return fork_flags(compilation.fork_config, compilation.allocator)
    return (
        f"-fplugin={plugin}",
        *("-mllvm", compilation.allocator.recording_flag, "-mllvm", f"-mlra-dump-columns={records}"),
        *("-mllvm", "-mlra-discard"),  # nobody reads the object file
        *(("-mllvm", "-mlra-dump-mir") if compilation.recipe.mir else ()),
        *(("-mllvm", "-mlra-verify") if compilation.verify else ()),
    )


def pasteable_command(compilation: Compilation, module: Module, *, corpus_folder: str | None) -> str:
    """The recorded compilation as a line for a shell, free of paths of this machine.

    `corpus_folder` is the shell's word for the corpus's folder; None leaves the `cd` to the reader.
    """
    plain = source_command(compilation, module)
    plugin = "rl4real-data-plugin"  # stands in while the words are quoted
    words = (
        compilation.clang.path.name,
        *plain[1:],
        *dump_flags(compilation, records="/dev/null", plugin=plugin),
    )
    line = shlex.join((*words, "-o", "/dev/null")).replace(plugin, '"$(rl4real-data path plugin)"')
    return f"cd {corpus_folder} && {line}" if corpus_folder else line


def compile_module(job: ModuleJob, scratch: Path) -> Compiled | Failure:
    """Compiles the module; every way in which that can go wrong is a Failure."""
    compilation, module = job.compilation, job.module
    records = scratch / RECORDS_NAME
    plugin = str(compilation.plugin.path) if compilation.plugin else ""
    command = [
        *source_command(compilation, module),
        *dump_flags(compilation, records=str(records), plugin=plugin),
        *("-o", "/dev/null"),
    ]
    command.append("-fno-crash-diagnostics")  # else clang preprocesses the source again for a report that nobody reads
    if module.language is not Language.IR:
        command += ["-MD", "-MF", str(scratch / DEPENDENCIES_NAME)]
    folder = module.root
    if compilation.plugin is None:  # the fork writes its files into the working folder
        folder = scratch
        command[command.index(str(module.path))] = str(module.source)
        command.append(f"-I{module.root}")
    done = run_served(compilation.server, command, cwd=folder, limits=compilation.limits, scratch=scratch)
    if not done.ok:
        _raise_if_disk_failed(done)
        return _failure(done, job, scratch)
    return Compiled(
        records=records,
        headers=_headers(scratch / DEPENDENCIES_NAME, module),
        seconds=done.seconds,
    )


def _raise_if_disk_failed(done: Completed) -> None:
    """A full disk is no fault of the module: OSError, which ends the run."""
    if _DISK_FULL.search(_QUOTED_SOURCE.sub("", done.stderr)):
        raise OSError(errno.ENOSPC, f"the compiler cannot write its output: {_first_error(done.stderr)}")


def _failure(done: Completed, job: ModuleJob, scratch: Path) -> Failure:
    stderr = done.stderr_tail.replace(str(scratch), "$SCRATCH").replace(f"{job.module.root}/", "")
    stderr = _ADDRESS.sub("0x…", stderr)
    limits = job.compilation.limits
    if not os.access(job.module.source, os.R_OK):
        reason = f"{job.module.path}: the source is gone or cannot be read"
        return Failure(kind=FailureKind.SOURCE, reason=reason, stderr=stderr)
    if done.timed_out:
        return Failure(kind=FailureKind.TIMEOUT, reason=f"not done after {limits.timeout_s:g} s", stderr=stderr)
    if _OUT_OF_MEMORY.search(_QUOTED_SOURCE.sub("", done.stderr)):
        limit = f" of {limits.memory_bytes >> 20} MB" if limits.memory_bytes else ""
        return Failure(kind=FailureKind.MEMORY, reason=f"needs more than the memory limit{limit}", stderr=stderr)
    if done.signal_name:
        return Failure(kind=FailureKind.CRASH, reason=f"the compiler died of {done.signal_name}", stderr=stderr)
    reason = _first_error(done.stderr) or f"exit code {done.returncode}"
    if "mlra: " in done.stderr and ": verify: " in done.stderr:
        return Failure(kind=FailureKind.VERIFY, reason=reason, stderr=stderr)
    # The driver runs the compiler in its own process, catches its signals and exits with 128 + the signal's number.
    kind = FailureKind.CRASH if done.returncode > 128 or "Stack dump:" in done.stderr else FailureKind.REJECTED
    return Failure(kind=kind, reason=reason, stderr=stderr)


def _first_error(stderr: str) -> str:
    for line in stderr.splitlines():
        if "error" in line.lower():
            return line.strip()[:300]
    return ""


def _headers(path: Path, module: Module) -> tuple[str, ...]:
    """The files of a Make rule but for the source, sorted; relative to the corpus where they lie in it."""
    if not path.is_file():
        return ()
    _, _, files = path.read_text(errors="surrogateescape").replace("\\\n", " ").partition(": ")
    names = re.split(r"(?<!\\)\s+", files) if "\\" in files else files.split()
    root = f"{module.root}/"
    if "\\" in files or "$" in files:
        names = [_MAKE_ESCAPE.sub(r"\1\2", name) for name in names]
    headers = {name.removeprefix(root) for name in names if name}
    return tuple(sorted(headers - {str(module.path)}))
