"""The fault that all modules of a run have in common.

One module may be to blame for what became of it, and two may share a mistake. If three or more all end in the same way,
the cause lies outside of them: the compiler, the plugin, a flag, a limit, a folder that is gone. Then nothing is
published, and what the run has written down of these modules is forgotten, so that the same command tries them again.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import HostError
from rl4real_data.core.failure import Failure
from rl4real_data.corpus.module import Module
from rl4real_data.flow.advice import is_of_flags
from rl4real_data.flow.working_folder import WorkDir
from rl4real_data.stages.compile import source_command
from rl4real_data.stages.job import Compilation
from rl4real_data.stages.part import marker_path
from rl4real_data.stages.selection import Entry
from rl4real_data.toolchain.process import run

_ENOUGH: Final = 3
"""Modules with different sources. Two in a folder of one's own that do not compile are just that."""

_MOST_PROBED: Final = 3
_PLACE: Final = re.compile(r"^\S+:\d+:\d+: ")
_DEFINITION: Final = re.compile(r"^define (?!available_externally )", re.MULTILINE)


def refuse_common_fault(work: WorkDir, compilation: Compilation, entries: Iterable[Entry]) -> None:
    """HostError if every module failed for one reason, or the plugin recorded nothing of modules with functions."""
    compiled = [entry for entry in entries if entry.left_out is None]
    failures = [entry.part.failure for entry in compiled]
    reasons = {_reason(entry.module, failure) for entry, failure in zip(compiled, failures, strict=True) if failure}
    sources = {entry.part.source_sha256 for entry in compiled}
    is_common = all(failures) and len(reasons) == 1 and len(sources) >= _ENOUGH
    if is_common and not all(map(is_of_flags, compiled)):
        _forget(work, compiled)
        raise HostError(
            f"nothing is published: all {len(compiled):,} modules fail for one reason: {reasons.pop()}",
            hint="the cause lies outside of them: `rl4real-data doctor` examines the compiler and the plugin; mend it, "
            "then run the same command again",
        )
    done = [entry for entry in compiled if entry.part.failure is None]
    if done and compilation.plugin is not None and not any(entry.part.function_count for entry in done):
        _refuse_silence(work, compilation, done)


def _reason(module: Module, failure: Failure) -> str:
    """The reason without what is the module's own: its path, and a place in it."""
    text = _PLACE.sub("", failure.reason).removeprefix(f"{module.stored_path}: ")
    return f"{failure.kind.value}: {text}"


def _refuse_silence(work: WorkDir, compilation: Compilation, done: Sequence[Entry]) -> None:
    """HostError if LLVM finds functions where the plugin found none in the whole run."""
    largest = sorted(done, key=lambda entry: (-_size(entry.module.source), entry.module.name))[:_MOST_PROBED]
    for entry in largest:
        if _has_functions(entry.module, compilation, work.scratch):
            _forget(work, done)
            name = f"{entry.module.corpus}/{entry.module.name}"
            raise HostError(
                f"nothing is published: the plugin recorded no function of {name}, which has some, nor of any other",
                hint="`rl4real-data doctor` examines the plugin; delete the folder `plugins` of the cache to build it "
                "anew, then run the same command again",
            )


def _has_functions(module: Module, compilation: Compilation, scratch: Path) -> bool:
    """Whether the module's code for LLVM, compiled without the plugin, defines any."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        text = Path(folder, "unit.ll")
        command = (*source_command(compilation, module), "-S", "-emit-llvm", "-o", str(text))
        run(command, cwd=module.working_folder, limits=compilation.limits, scratch=Path(folder))
        try:
            return _DEFINITION.search(text.read_text(encoding="utf-8", errors="replace")) is not None
        except OSError:
            return False


def _forget(work: WorkDir, entries: Iterable[Entry]) -> None:
    for entry in entries:
        marker_path(work.parts, entry.part.key).unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
