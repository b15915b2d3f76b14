"""The program of a benchmark, built from the sources of its corpus.

How one source is compiled is the caller's: with greedy, with a policy, with the decisions of labels.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.core.targets import Target
from rl4real_data.corpus.benchmark import Benchmark
from rl4real_data.corpus.manifest import Manifest
from rl4real_data.corpus.manifest_corpus import corpus_of_manifest
from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Language, Module
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.completed import tail_of
from rl4real_data.toolchain.process import Limits, run

CompileSource = Callable[[Module, Path], Failure | None]
"""Compiles a module into the object file of that name; why not, if it cannot."""

_LINKING: Final = Limits(timeout_s=300)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramSources:
    """What a program is made of: `modules` of the corpus in `root`, and the `own` files of the benchmark's manifest."""

    corpus: str
    benchmark: Benchmark
    root: Path
    modules: tuple[Module, ...]

    @property
    def name(self) -> str:
        return f"{self.corpus}/{self.benchmark.program}"

    def own_modules(self, folder: Path) -> tuple[Module, ...]:
        """The sources among the benchmark's own files, which are written into `folder`; compiled as the others are."""
        made = []
        for name, text in self.benchmark.files.items():
            language = LANGUAGE_OF_SUFFIX.get(PurePosixPath(name).suffix)
            if language is not None and self.modules:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
                made.append(replace(self.modules[0], path=PurePosixPath(path), language=language, imports=()))
        return tuple(made)


def sources_of(manifest: Manifest, benchmark: Benchmark, root: Path, target: Target) -> ProgramSources:
    """What the manifest says of them. SourceError for a glob that matches nothing in `root`."""
    rules = manifest.modules
    flags = (*rules.flags, *benchmark.flags)
    rules = replace(rules, globs=benchmark.sources, excludes=benchmark.excludes, flags=flags)
    corpus = corpus_of_manifest(replace(manifest, modules=rules, licenses=()), root, target.name)
    return ProgramSources(corpus=manifest.name, benchmark=benchmark, root=root, modules=corpus.modules)


def build_program(
    sources: ProgramSources, compile_source: CompileSource, clang: Clang, target: Target, folder: Path
) -> Path | Failure:
    """The program, in `folder`; the failure of the first source that does not compile, or of the linker."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    modules = (*sources.modules, *sources.own_modules(folder / "own"))
    objects = []
    for number, module in enumerate(modules):
        object_file = folder / f"{number}.o"
        failure = compile_source(module, object_file)
        if failure is not None:
            return replace(failure, reason=f"{module.stored_path}: {failure.reason}")
        objects.append(str(object_file))
    program = folder / sources.benchmark.program
    command = _link_command(sources.benchmark, modules, objects, clang, target, program)
    done = run(command, cwd=folder, limits=_LINKING, scratch=folder)
    if done.ok:
        return program
    reason = f"the linker: {done.stderr.strip().splitlines()[0] if done.stderr.strip() else done.returncode}"
    return Failure(kind=FailureKind.REJECTED, reason=reason[:300], stderr=tail_of(done.stderr))


def _link_command(
    benchmark: Benchmark, modules: Sequence[Module], objects: Sequence[str], clang: Clang, target: Target, program: Path
) -> tuple[str, ...]:
    is_cxx = any(module.language is Language.CXX for module in modules)
    return (
        *(str(clang.path), *(("--driver-mode=g++",) if is_cxx else ()), *target.clang_flags),
        *(*objects, "-o", str(program)),
        *(f"-l{library}" for library in benchmark.libraries),
    )
