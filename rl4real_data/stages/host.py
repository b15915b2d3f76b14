"""The fitness of this machine for the compilation of modules, asked whenever a module fails.

A failure is written down for good, so it must be the module's own. What a compiler says proves nothing, since a source
can make it say anything. An empty module that fails at the same moment proves something, and so does the kernel.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from rl4real_data.core.errors import HostError
from rl4real_data.stages.compile import Attempt, attempt_empty_module
from rl4real_data.stages.job import Compilation, ModuleJob, state_of

_ROOM_BYTES: Final = 1 << 20
"""Less than that is no room to work in."""


def refuse_other_tools(compilation: Compilation) -> None:
    """HostError if compiler or plugin are not those that the run began with: nothing would tell their parts apart."""
    for path, state in compilation.tools:
        now = state_of(path)
        if now != state:
            raise HostError(
                f"{path}: {'is gone' if now is None else 'is another file'} since the run began",
                hint="run the same command again: it resumes, and compiles with what is there then",
            )


def refuse_unfit_host(job: ModuleJob, scratch: Path) -> None:
    """HostError if this machine would fail any module now."""
    refuse_other_tools(job.compilation)
    if not job.module.root.is_dir():
        raise HostError(f"{job.module.root}: the folder of the corpus is gone")
    _refuse_full_disk(scratch)
    problem = _problem(attempt_empty_module(job.compilation, scratch))
    if problem:
        raise HostError(
            f"{job.compilation.clang.path}: fails an empty module, too: {problem}",
            hint="`rl4real-data doctor` says what is wrong; mend that, then run the same command again: it resumes",
        )


def _refuse_full_disk(scratch: Path) -> None:
    place = scratch / "room"
    try:
        scratch.mkdir(parents=True, exist_ok=True)  # a compiler may have deleted it
        place.write_bytes(bytes(_ROOM_BYTES))
        place.unlink()
    except OSError as error:
        raise HostError.of(error, doing="the scratch folder cannot be written") from error


def _problem(control: Attempt) -> str:
    done = control.done
    if done.ok:
        return "" if control.has_records else "the plugin records nothing"
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    ended = "it hangs" if done.timed_out else done.signal_name or f"exit code {done.returncode}"
    return f"{ended} ({lines[0][:300]})" if lines else ended
