"""The code that one allocator makes of one module."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.elf import ElfError, code_size
from rl4real_data.corpus.module import Module
from rl4real_data.evaluation.contender import Contender
from rl4real_data.evaluation.final_file import FinalFileError, FunctionCode, read_final_file
from rl4real_data.evaluation.hot_blocks import hot_blocks
from rl4real_data.stages.compile import first_error, refuse_host_fault, source_command
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.block_cycles import MachineCodeAnalyzer
from rl4real_data.toolchain.completed import tail_of
from rl4real_data.toolchain.process import Completed, run

_OBJECT: Final = "unit.o"
_FINAL: Final = "unit.final"
_ASSEMBLY: Final = "unit.s"
_DECISIONS: Final = "unit.decisions"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCode:
    """What came of a module. `text_bytes`: of its executed sections.

    `processor_s`: what the compilation took that nobody observed, in which greedy is a clang without the plugin; None
    where nobody asked.
    """

    functions: tuple[FunctionCode, ...]
    text_bytes: int
    processor_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCompiler:
    """How modules are compiled. `is_timed`: each once more, as its user would; with an `analyzer` once more for its
    assembly, of which that one looks at the hottest blocks.
    """

    compilation: Compilation
    interfaces: Interfaces
    is_timed: bool = True
    analyzer: MachineCodeAnalyzer | None = None

    def compile(
        self, module: Module, contender: Contender, scratch: Path, *, greedy: ModuleCode | None = None
    ) -> ModuleCode | Failure:
        """HostError for what is no fault of the module.

        `greedy`: what greedy made of it, whose problems tell for which functions a choice was made.
        """
        if module.refusal:
            return Failure(kind=FailureKind.REJECTED, reason=module.refusal)
        decisions = _write_decisions(module, contender, greedy, scratch)
        command = self._command(module, (*contender.flags, *decisions), scratch)
        if isinstance(command, Failure):
            return command
        observed = self._run((*command, *_hidden(f"-mlra-final={scratch / _FINAL}")), module, contender, scratch)
        if not observed.ok:
            return _failure(observed, module, self.compilation.limits.timeout_s)
        try:
            functions = read_final_file((scratch / _FINAL).read_text("utf-8"))
            size = code_size((scratch / _OBJECT).read_bytes())
        except (FinalFileError, ElfError, FileNotFoundError) as error:
            return Failure(kind=FailureKind.BAD_RECORD, reason=str(error))
        if self.analyzer is not None:
            functions = self._analyzed(self.analyzer, functions, command, module, contender, scratch)
        seconds = self._time(command, module, contender, scratch) if self.is_timed else None
        return ModuleCode(functions=functions, text_bytes=size, processor_s=seconds)

    def _command(self, module: Module, flags: Sequence[str], scratch: Path) -> tuple[str, ...] | Failure:
        compilation = self.compilation
        command = (*source_command(compilation, module), *(place.prefix_map for place in module.places))
        if module.imports:
            imported = self.interfaces.of(module, compilation)
            if isinstance(imported, Failure):
                return imported
            command = imported.applied_to(command)
        assert compilation.plugin is not None, "an evaluation has a stock clang"
        return (
            *command,
            *("-o", str(scratch / _OBJECT), "-fno-crash-diagnostics"),
            *(f"-fplugin={compilation.plugin.path}", *_hidden(*flags)),
        )

    def _analyzed(
        self,
        analyzer: MachineCodeAnalyzer,
        functions: tuple[FunctionCode, ...],
        command: Sequence[str],
        module: Module,
        contender: Contender,
        scratch: Path,
    ) -> tuple[FunctionCode, ...]:
        """The functions with cycles; without, where the assembly is not to be had."""
        words = ["-S" if word == "-c" else word for word in command]
        words[words.index(str(scratch / _OBJECT))] = str(scratch / _ASSEMBLY)
        done = self._run((*words, "-g0"), module, contender, scratch)
        try:
            text = (scratch / _ASSEMBLY).read_text("utf-8", "surrogateescape") if done.ok else ""
            blocks = hot_blocks(text, functions)
        except (FileNotFoundError, ValueError):
            return functions
        cycles = analyzer.cycles(blocks, scratch)
        return tuple(replace(one, hot_cycles=own) for one, own in zip(functions, cycles, strict=True))

    def _time(self, command: Sequence[str], module: Module, contender: Contender, scratch: Path) -> float | None:
        """Processor time as of the user's own command."""
        if not contender.needs_plugin:
            command = [word for word in command if not word.startswith("-fplugin=")]
        done = self._run(command, module, contender, scratch)
        return done.processor_s if done.ok else None

    def _run(self, command: Sequence[str], module: Module, contender: Contender, scratch: Path) -> Completed:
        return run(
            command,
            cwd=module.working_folder,
            limits=self.compilation.limits,
            scratch=scratch,
            environment=contender.environment,
        )


def _write_decisions(module: Module, contender: Contender, greedy: ModuleCode | None, scratch: Path) -> tuple[str, ...]:
    """The flag for a file with the choices for functions of the module, where there are any."""
    chosen = contender.chosen.get((module.corpus, module.name), {})
    problems = {} if greedy is None else {one.function: one.content_hash for one in greedy.functions}
    lines = [
        json.dumps({"function": function, "decisions": [list(one) for one in choice.decisions]})
        for function, choice in chosen.items()
        if problems.get(function) == choice.content_hash
    ]
    if not lines:
        return ()
    path = scratch / _DECISIONS
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return (f"-mlra-decisions={path}",)


def _hidden(*flags: str) -> tuple[str, ...]:
    """What clang hands on to LLVM."""
    return tuple(word for flag in flags for word in ("-mllvm", flag))


def _failure(done: Completed, module: Module, timeout_s: float) -> Failure:
    said = tail_of(done.stderr)
    if done.timed_out:
        return Failure(kind=FailureKind.TIMEOUT, reason=f"not done after {timeout_s:g} s", stderr=said)
    refuse_host_fault(done, module)
    if done.signal_name:
        return Failure(kind=FailureKind.CRASH, reason=f"the compiler died of {done.signal_name}", stderr=said)
    reason = first_error(done.stderr) or f"exit code {done.returncode}"
    return Failure(kind=FailureKind.REJECTED, reason=reason, stderr=said)
