"""Real programs with the best decisions, profile on both sides, counted by callgrind.

    python -m tests.soak.real_programs CORPUS... [--functions N] [--candidates N]

The benchmarks of the corpora's manifests: built once to be profiled with their own work, then with the profile, without
and with the decisions that `improve --corpus --profile` finds in the functions that are executed most. The verifier
looks at what the decisions made. One line a workload, instructions, reads and writes over those without decisions.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rl4real_data.benchmarks.callgrind import Callgrind
from rl4real_data.benchmarks.program import ProgramSources, build_program, sources_of
from rl4real_data.benchmarks.workload_run import WorkloadFolder
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.environment import load_environment
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.manifest_corpus import fetch_source
from rl4real_data.corpus.module import Module
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.flow.preparation import Recording, prepare_compilation
from rl4real_data.improve.corpus_improving import improve_corpora
from rl4real_data.improve.function_search import SearchSettings
from rl4real_data.improve.module_search import ModuleSearch
from rl4real_data.live.build_decisions import decisions_of_call
from rl4real_data.live.trial import CompilerTool
from rl4real_data.stages.compile import first_error, source_command
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Limits, run
from rl4real_data.toolchain.profile import Profile, read_profile

LIMITS = Limits(timeout_s=1800)
TARGET = TARGETS[TargetName.X86]
INSTRUMENTED = "-fprofile-generate"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadRatios:
    """A workload with decisions over the same without: executed instructions, reads, writes."""

    program: str
    workload: str
    instructions: float
    reads: float
    writes: float

    def __str__(self) -> str:
        figures = (self.instructions, self.reads, self.writes)
        return (
            f"| {self.program} | {self.workload} | " + " | ".join(f"{100 * one - 100:+.2f}" for one in figures) + " |"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Builds programs and runs them below `folder`."""

    compilation: Compilation
    callgrind: Callgrind
    folder: Path
    functions: int
    settings: SearchSettings

    def measure(self, sources: ProgramSources) -> Iterator[WorkloadRatios]:
        """All workloads. AssertionError for a program that does not build, or that does something else."""
        profile = self._profile(sources)
        decisions = self.folder / "decisions.ndjson"
        done = improve_corpora(
            sources.modules, self._search(sources, profile), decisions, limit=self.functions, jobs=os.cpu_count() or 1
        )
        assert not done.failures
        print(f"{sources.name}: {done.functions} functions, {done.gain}", flush=True)
        stock = self._build(sources, "stock", lambda _module: (profile.flag,))
        decided = self._decided(sources, profile, decisions)
        for workload in sources.benchmark.workloads:
            place = WorkloadFolder.made(sources, workload, self.folder / f"run-{workload.name}", preparing=stock)
            difference = place.run(decided).difference(place.run(stock))
            assert not difference, f"{sources.name}, {workload.name}: {difference}"
            with_decisions, without = (self.callgrind.count(place, program) for program in (decided, stock))
            yield WorkloadRatios(
                program=sources.name,
                workload=workload.name,
                instructions=with_decisions.instructions / without.instructions,
                reads=with_decisions.reads / without.reads,
                writes=with_decisions.writes / without.writes,
            )

    def _profile(self, sources: ProgramSources) -> Profile:
        program = self._build(sources, "profiled", lambda _module: (INSTRUMENTED,), link=(INSTRUMENTED,))
        raw: list[str] = []
        for workload in sources.benchmark.workloads:
            place = WorkloadFolder.made(sources, workload, self.folder / f"profiled-{workload.name}", preparing=program)
            place.run(program)
            raw += map(str, sorted(place.path.glob("*.profraw")))
        assert raw, "the instrumented program wrote no profile"
        merged = self.folder / "merged.profdata"
        command = (str(self.compilation.clang.bin_dir / "llvm-profdata"), "merge", "-o", str(merged), *raw)
        done = run(command, cwd=self.folder, limits=LIMITS, scratch=self.folder)
        assert done.ok, done.stderr
        return read_profile(merged, self.compilation.clang)

    def _search(self, sources: ProgramSources, profile: Profile) -> ModuleSearch:
        compilation = self.compilation
        assert compilation.plugin is not None
        return ModuleSearch(
            compilation=compilation,
            tool=CompilerTool(clang=compilation.clang, plugin=compilation.plugin),
            settings=self.settings,
            interfaces=Interfaces(sources.modules, self.folder),
            profile=profile,
            take_all=True,
        )

    def _decided(self, sources: ProgramSources, profile: Profile, decisions: Path) -> Path:
        plugin = self.compilation.plugin
        assert plugin is not None

        def flags(module: Module) -> tuple[str, ...]:
            with decisions_of_call(decisions, [module.source]) as own:
                kept = self.folder / f"{len(list(self.folder.glob('*.decided')))}.decided"
                kept.write_bytes(own.read_bytes())
            words = (f"-mlra-decisions={kept}", "-verify-machineinstrs")
            return (f"-fplugin={plugin.path}", profile.flag, *(word for one in words for word in ("-mllvm", one)))

        return self._build(sources, "decided", flags)

    def _build(
        self,
        sources: ProgramSources,
        name: str,
        flags: Callable[[Module], Sequence[str]],
        *,
        link: Sequence[str] = (),
    ) -> Path:
        def compile_source(module: Module, object_file: Path) -> Failure | None:
            command = (*source_command(self.compilation, module), *flags(module), "-o", str(object_file))
            done = run(command, cwd=module.working_folder, limits=LIMITS, scratch=self.folder)
            if done.ok:
                return None
            return Failure(kind=FailureKind.REJECTED, reason=first_error(done.stderr), stderr=done.stderr)

        target = replace(TARGET, clang_flags=(*TARGET.clang_flags, *link))
        program = build_program(sources, compile_source, self.compilation.clang, target, self.folder / name)
        assert isinstance(program, Path), f"{sources.name}, {name}: {program}"
        return program


def measured(corpora: Sequence[str], *, functions: int, candidates: int) -> Iterator[WorkloadRatios]:
    """All workloads of these corpora."""
    environment = load_environment()
    installation, catalog = Installation.of(environment), load_catalog()
    recording = Recording(
        target=TARGET,
        allocator=ALLOCATORS[AllocatorName.MLRA],
        recipe=load_recipe(TargetName.X86),
        limits=LIMITS,
    )
    compilation, _ = prepare_compilation(recording, installation, announce=print)
    for name in corpora:
        manifest = catalog.manifests[name]
        root = fetch_source(manifest, Supply.of(environment).fetch_for(name))
        for benchmark in manifest.benchmarks:
            with tempfile.TemporaryDirectory() as folder:
                builder = Builder(
                    compilation=compilation,
                    callgrind=Callgrind.found(environment.search_path),
                    folder=Path(folder),
                    functions=functions,
                    settings=SearchSettings(candidates=candidates, trials=0),
                )
                yield from builder.measure(sources_of(manifest, benchmark, root, TARGET))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--functions", type=int, default=100)
    parser.add_argument("--candidates", type=int, default=400)
    asked = parser.parse_args()
    for one in measured(asked.corpora, functions=asked.functions, candidates=asked.candidates):
        print(one, flush=True)


if __name__ == "__main__":
    main()
