"""The compile stage.

One module through clang with the plugin (or through the fork), into a scratch folder.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from rl4real_data.core.errors import HostError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.module import Language, Module
from rl4real_data.corpus.places import place_words, rename
from rl4real_data.rl4real_fork.formats.flags import fork_flags
from rl4real_data.stages.job import Compilation, ModuleJob
from rl4real_data.toolchain.compiler_server import run_served
from rl4real_data.toolchain.completed import tail_of
from rl4real_data.toolchain.memory_file import MemoryFile
from rl4real_data.toolchain.process import Completed, Limits

if TYPE_CHECKING:
    from rl4real_data.stages.interfaces import Imported

_NO_INTERFACE: Final = "-fmodule-output=/dev/null"
"""Else clang writes the interface of a C++20 module beside the object file. Clang 19 makes the object file of it."""
_RECORDS_NAME: Final = "unit.columns"
_DEPENDENCIES_NAME: Final = "unit.d"

_OUT_OF_MEMORY: Final = re.compile(r"^LLVM ERROR: out of memory$|bad_alloc", re.MULTILINE)
_VERIFY: Final = re.compile(r"^error: mlra: .*: verify: ", re.MULTILINE)

_REJECTED: Final = 1
"""What clang ends with when it does not take its source. It has other exit codes for all that is its own fault."""

_KILLED: Final = (-signal.SIGKILL, 128 + signal.SIGKILL)
_WROTE_TOO_MUCH: Final = (-signal.SIGXFSZ, 128 + signal.SIGXFSZ)
"""How a compiler ends by a signal, or a driver that tells of one."""

_MEMORY_SHARE: Final = 4
"""A compiler that has no more memory has used this part of its limit at least: it asks for twice as much as it has, and
its own code counts, too."""

_MAKE_ESCAPE: Final = re.compile(r"\\([ #])|\$(\$)")
_ADDRESS: Final = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run of the compiler and what it wrote. It writes into memory: what it records does not depend on a disk."""

    done: Completed
    records: MemoryFile
    dependencies: MemoryFile
    needs_records: bool

    @property
    def has_records(self) -> bool:
        return self.records.size > 0 or not self.needs_records


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A module that compiled: its dump, the folder it ran in if it is the fork's, and which headers it read."""

    records: MemoryFile
    folder: Path
    headers: tuple[str, ...]
    seconds: float


def source_command(compilation: Compilation, module: Module) -> tuple[str, ...]:
    """Plain compilation of the module, from its working folder: what a build would run, without an output."""
    return place_words(recorded_command(compilation, module), module.places)


def recorded_command(compilation: Compilation, module: Module) -> tuple[str, ...]:
    """The same with the names of places instead of paths of this machine."""
    return (
        *(str(compilation.clang.path), *compilation.target.clang_flags),
        *("-x", module.language.value, *module.flags),
        f"{compilation.target.cpu_flag}{compilation.recipe.cpu}",
        *(f"-{compilation.recipe.opt_level}", "-w", "-c", module.argument),
        *((_NO_INTERFACE,) if _writes_interface(compilation, module) else ()),
    )


def _writes_interface(compilation: Compilation, module: Module) -> bool:
    return module.language is Language.CXX_MODULE and compilation.clang.major > 19


def dump_flags(
    compilation: Compilation, *, records: str, plugin: str, decisions: Sequence[str] = ()
) -> tuple[str, ...]:
    """What turns a compilation into a recorded one; `decisions` are the plugin's flags for who decides."""
    if compilation.plugin is None:
        return fork_flags(compilation.fork_config, compilation.allocator)
    return (
        f"-fplugin={plugin}",
        *("-mllvm", compilation.allocator.recording_flag, "-mllvm", f"-mlra-dump-columns={records}"),
        *("-mllvm", "-mlra-discard"),  # nobody reads the object file
        *(("-mllvm", "-mlra-dump-mir") if compilation.recipe.mir else ()),
        *(("-mllvm", "-mlra-verify") if compilation.verify else ()),
        *(word for flag in decisions for word in ("-mllvm", flag)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCommand:
    """The compilation of a job's module, and what it imports of others."""

    command: tuple[str, ...]
    imported: Imported | None

    def headers(self, attempt: Attempt, module: Module) -> tuple[str, ...]:
        """The files that the compiler read beside the source."""
        headers = headers_of(attempt.dependencies.path.read_text(errors="surrogateescape"), module)
        return headers if self.imported is None else self.imported.sources(headers)


def module_command(job: ModuleJob) -> ModuleCommand | Failure:
    """Plain compilation of the module, with the interfaces that it imports."""
    compilation, module = job.compilation, job.module
    command = (*source_command(compilation, module), *(place.prefix_map for place in module.places))
    imported = job.interfaces.of(module, compilation) if job.interfaces and module.imports else None
    if isinstance(imported, Failure):
        return imported
    return ModuleCommand(command=command if imported is None else imported.applied_to(command), imported=imported)


def compile_module(job: ModuleJob, scratch: Path) -> Compiled | Failure:
    """Compiles the module; every way in which that can go wrong by the module's fault is a Failure.

    HostError if the compiler was killed, or gave no reason.
    """
    compilation, module = job.compilation, job.module
    asked = module_command(job)
    if isinstance(asked, Failure):
        return asked
    command, folder = list(asked.command), module.working_folder
    if compilation.plugin is None:  # the fork writes its files into the working folder
        folder = scratch
        command[command.index(place_words([module.argument], module.places)[0])] = str(module.source)
        command.append(f"-I{module.working_folder}")
    attempt = _attempt(compilation, tuple(command), folder, scratch, reads_headers=module.language is not Language.IR)
    if not attempt.done.ok:
        return failure_of(attempt, job, scratch)
    return Compiled(
        records=attempt.records,
        folder=scratch,
        headers=asked.headers(attempt, module),
        seconds=attempt.done.seconds,
    )


def attempt_empty_module(compilation: Compilation, scratch: Path) -> Attempt:
    """The recorded compilation of nothing."""
    module = Module(corpus="", root=scratch, path=PurePosixPath(os.devnull), language=Language.C, license="")
    return _attempt(compilation, source_command(compilation, module), scratch, scratch, reads_headers=True)


def _attempt(
    compilation: Compilation, command: tuple[str, ...], folder: Path, scratch: Path, *, reads_headers: bool
) -> Attempt:
    plugin = str(compilation.plugin.path) if compilation.plugin else ""
    decisions = compilation.decider.flags if compilation.decider else ()

    def recording(records: Path) -> tuple[str, ...]:
        return dump_flags(compilation, records=str(records), plugin=plugin, decisions=decisions)

    return attempt_with(
        compilation,
        command,
        recording,
        place=CompilerPlace(folder=folder, scratch=scratch),
        reads_headers=reads_headers,
        needs_records=compilation.plugin is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CompilerPlace:
    """Where a compiler runs, where it may write, and what it makes."""

    folder: Path
    scratch: Path
    output: Path = Path(os.devnull)


def attempt_with(
    compilation: Compilation,
    command: tuple[str, ...],
    recording: Callable[[Path], tuple[str, ...]],
    *,
    place: CompilerPlace,
    reads_headers: bool,
    needs_records: bool,
) -> Attempt:
    """Runs the compiler once; `recording` are the flags by which it writes into a file."""
    records, dependencies = MemoryFile("records"), MemoryFile("dependencies")
    command = (
        *command,
        *recording(records.path),
        *("-o", str(place.output)),
        "-fno-crash-diagnostics",  # else clang preprocesses the source again for a report that nobody reads
        *(("-MD", "-MF", str(dependencies.path)) if reads_headers else ()),
    )
    done = run_served(
        compilation.server,
        command,
        cwd=place.folder,
        limits=compilation.limits,
        scratch=place.scratch,
        passed=(records.descriptor, dependencies.descriptor),
    )
    return Attempt(done=done, records=records, dependencies=dependencies, needs_records=needs_records)


def failure_of(attempt: Attempt, job: ModuleJob, scratch: Path) -> Failure:
    """What the compiler's end says of the module. HostError if it was killed, or gave no reason."""
    done, limits = attempt.done, job.compilation.limits
    said = _without_places(attempt, job, scratch)
    stderr = tail_of(said)
    if not os.access(job.module.source, os.R_OK):
        reason = f"{job.module.stored_path}: the source is gone or cannot be read"
        return Failure(kind=FailureKind.SOURCE, reason=reason, stderr=stderr)
    if done.timed_out:
        return Failure(kind=FailureKind.TIMEOUT, reason=f"not done after {limits.timeout_s:g} s", stderr=stderr)
    refuse_host_fault(done, job.module)
    if _ran_out_of_memory(done, limits):
        limit = f" of {limits.memory_bytes >> 20} MB" if limits.memory_bytes else ""
        return Failure(kind=FailureKind.MEMORY, reason=f"needs more than the memory limit{limit}", stderr=stderr)
    if done.signal_name:
        return Failure(kind=FailureKind.CRASH, reason=f"the compiler died of {done.signal_name}", stderr=stderr)
    reason = first_error(said) or f"exit code {done.returncode}"
    if done.returncode != _REJECTED:
        return Failure(kind=FailureKind.CRASH, reason=reason, stderr=stderr)
    # Who is rejected has no records: they are written after the last line of the source.
    is_verified = job.compilation.verify and attempt.records.size > 0 and _VERIFY.search(done.stderr)
    return Failure(kind=FailureKind.VERIFY if is_verified else FailureKind.REJECTED, reason=reason, stderr=stderr)


def _without_places(attempt: Attempt, job: ModuleJob, scratch: Path) -> str:
    """What the compiler said, the same on every machine."""
    names = {_as_said(place.path): place.name for place in job.module.places if place.name != "."}
    stderr = rename([attempt.done.stderr.replace(str(scratch), "$SCRATCH")], names)[0]
    stderr = stderr.replace(f"{_as_said(job.module.root)}/", "")
    for file, name in ((attempt.records, _RECORDS_NAME), (attempt.dependencies, _DEPENDENCIES_NAME)):
        stderr = re.sub(f"{re.escape(str(file.path))}\\b", f"$SCRATCH/{name}", stderr)
    return _ADDRESS.sub("0x…", stderr)


def _as_said(path: Path) -> str:
    """The path as what a compiler said of it is decoded."""
    return os.fsencode(path).decode(errors="backslashreplace")


def refuse_host_fault(done: Completed, module: Module) -> None:
    """HostError if the compiler was ended by somebody else, or ended without a reason."""
    if done.returncode in _KILLED:
        raise HostError(
            f"the compiler of {module.stored_path} was killed: most likely this machine ran out of memory",
            hint="fewer --jobs or a lower --memory leave it more; the same command resumes",
        )
    if not done.signal_name and not done.stderr.strip():
        raise HostError(
            f"the compiler of {module.stored_path} ended with exit code {done.returncode} and gave no reason",
            hint="the same command resumes; if it stops there again, see what `rl4real-data doctor` says",
        )


def _ran_out_of_memory(done: Completed, limits: Limits) -> bool:
    """The kernel must agree with what the compiler said, which a source may have put into its mouth."""
    if limits.memory_bytes is None or done.returncode == _REJECTED:
        return False
    if done.returncode in _WROTE_TOO_MUCH:
        return True
    is_said = _OUT_OF_MEMORY.search(done.stderr) is not None
    return is_said and done.peak_memory_bytes >= limits.memory_bytes // _MEMORY_SHARE


def first_error(stderr: str) -> str:
    """The first line that says what is wrong, or nothing."""
    for line in stderr.splitlines():
        if "error" in line.lower():
            return line.strip()[:300]
    return ""


def headers_of(rule: str, module: Module) -> tuple[str, ...]:
    """The files of a Make rule but for the source, sorted; relative to the corpus where they lie in it."""
    _, _, files = rule.replace("\\\n", " ").partition(": ")
    names = re.split(r"(?<!\\)\s+", files) if "\\" in files else files.split()
    root, folder = f"{module.root}/", f"{module.working_folder}/"
    if "\\" in files or "$" in files:
        names = [_MAKE_ESCAPE.sub(r"\1\2", name) for name in names]
    headers = {(name if name[0] == "/" else folder + name).removeprefix(root) for name in names if name}
    source = place_words([module.argument], module.places)[0]
    return tuple(sorted(headers - {(source if source[0] == "/" else folder + source).removeprefix(root)}))
