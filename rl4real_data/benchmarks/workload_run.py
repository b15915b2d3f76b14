"""One run of a benchmark's program, in a folder of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rl4real_data.benchmarks.program import ProgramSources
from rl4real_data.core.errors import SourceError
from rl4real_data.corpus.benchmark import Invoked, Workload
from rl4real_data.toolchain.process import Completed, Limits, run

RUNNING: Final = Limits(timeout_s=600)
"""A run takes seconds, under callgrind a minute."""
_STDOUT: Final = ".stdout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run ended: `ending` in words, `output_sha256` of all that it wrote and is compared."""

    ending: str
    output_sha256: str
    processor_s: float

    def difference(self, other: Ran) -> str:
        """Why the two are not the same; empty if they are."""
        if self.ending != other.ending:
            return f"it {self.ending}; with greedy it {other.ending}"
        return "" if self.output_sha256 == other.output_sha256 else "another output than with greedy"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadFolder:
    """The folder in which a workload runs. The program is `./NAME` there, whoever compiled it."""

    path: Path
    workload: Workload

    @classmethod
    def made(cls, sources: ProgramSources, workload: Workload, path: Path, *, preparing: Path) -> WorkloadFolder:
        """With the input in it; what has to be made is made by the program `preparing`. SourceError where it is not."""
        path.mkdir(parents=True)
        for glob in workload.inputs:
            found = [file for file in sorted(sources.root.glob(glob)) if file.is_file()]
            if not found:
                raise SourceError(
                    f"benchmark {sources.name}: the input {glob} matches no file in {sources.root}",
                    hint="the manifest does not fit its source; correct `inputs`",
                )
            for file in found:
                shutil.copyfile(file, path / file.name)
        for name, text in sources.benchmark.files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text, "utf-8")
        folder = cls(path=path, workload=workload)
        if workload.prepare is not None:
            done = folder._start(preparing, workload.prepare, ())
            if not done.ok:
                raise SourceError(
                    f"benchmark {sources.name}: what prepares {workload.name} {_ending(done)}: {done.stderr[-300:]}",
                    hint="correct `prepare` in the manifest",
                )
        return folder

    def run(self, program: Path, prefix: Sequence[str] = ()) -> Ran:
        """Runs the program, behind the words of `prefix`. Where the kernel can, it writes into this folder alone."""
        done = self._start(program, self.workload.call, prefix)
        digest = hashlib.sha256()
        for name in (self.workload.call.stdout or _STDOUT, *self.workload.outputs):
            file = self.path / name
            content = file.read_bytes() if file.is_file() else b""
            digest.update(f"{name}\0{file.is_file()}\0{len(content)}\0".encode() + content)
            file.unlink(missing_ok=True)
        return Ran(ending=_ending(done), output_sha256=digest.hexdigest(), processor_s=done.processor_s)

    def _start(self, program: Path, call: Invoked, prefix: Sequence[str]) -> Completed:
        here = self.path / program.name
        here.unlink(missing_ok=True)
        here.hardlink_to(program)  # a copy that is just written may be busy: another thread's child may hold it open
        command = (*prefix, f"./{program.name}", *call.arguments)
        with (
            (self.path / call.stdin if call.stdin else Path(os.devnull)).open("rb") as stdin,
            (self.path / (call.stdout or _STDOUT)).open("wb") as stdout,
        ):
            return run(
                command,
                cwd=self.path,
                limits=RUNNING,
                scratch=self.path,
                is_confined=True,
                stdin=stdin.fileno(),
                stdout=stdout.fileno(),
            )


def _ending(done: Completed) -> str:
    if done.timed_out:
        return f"did not end within {RUNNING.timeout_s:g} s"
    return f"died of {done.signal_name}" if done.signal_name else f"ended with {done.returncode}"
