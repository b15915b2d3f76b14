"""The modules of a trace, to be compiled again with other decisions.

Which they are, and what LLVM's own decisions were worth in each, stands in the trace; where they lie the corpora tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import DatasetError, ToolchainError, UsageError
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.catalog import load_catalog
from rl4real_data.corpus.module import Module, modules_of
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.flow.accepted_corpora import accepted_corpora
from rl4real_data.flow.preparation import Recording, prepare_compilation
from rl4real_data.stages.compile import source_command
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.index import TraceIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveModule:
    """A module's clang arguments without `-o`. `baselines`: scores of LLVM's decisions, by context."""

    name: str
    arguments: tuple[str, ...]
    cwd: Path
    baselines: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """The compiler in the loop, and what it compiles."""

    clang: Clang
    plugin: Path
    modules: tuple[LiveModule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRequest:
    """`corpora`: words for those of the trace; without any, the names that the trace has for them."""

    corpora: Sequence[str]
    supply: Supply
    installation: Installation
    limits: Limits
    jobs: int = 1


def open_loop(dataset: TraceDataset, request: LoopRequest, *, say: Callable[[str], None]) -> Loop:
    """ToolchainError without a compiler or with another one than traced, DatasetError if no module is found again."""
    compilation = _compilation(dataset.index, request, say)
    assert compilation.plugin is not None, "the fork is refused"
    found = accepted_corpora(
        _words(dataset.index, request.corpora),
        request.supply,
        catalog=load_catalog(),
        clang=compilation.clang,
        target=compilation.target,
        jobs=request.jobs,
        say=say,
    )
    baselines = _baselines(dataset)
    named = {(module.corpus, module.name): module for module in modules_of(found.corpora)}
    here = {key: named[key] for key in baselines if key in named and not named[key].imports}
    if len(here) < len(baselines):
        say(f"{counted(len(baselines) - len(here), 'module')} of the trace cannot be compiled again, and are left out")
    if not here:
        raise DatasetError("no module of the trace is among the corpora", hint="name what was traced with --corpus")
    modules = tuple(_live(compilation, module, baselines[key]) for key, module in here.items())
    return Loop(clang=compilation.clang, plugin=compilation.plugin.path, modules=modules)


def _compilation(index: TraceIndex, request: LoopRequest, say: Callable[[str], None]) -> Compilation:
    target = TARGETS[TargetName(index.target)]
    recipe = replace(load_recipe(target.name), cpu=index.recipe["cpu"], opt_level=index.recipe["opt_level"])
    recording = Recording(target=target, allocator=ALLOCATORS[AllocatorName.MLRA], recipe=recipe, limits=request.limits)
    compilation, _ = prepare_compilation(recording, request.installation, announce=say)
    clang = compilation.clang
    if compilation.plugin is None:
        raise ToolchainError(
            f"{clang.path} is the RL4ReAl fork, whose advisors cannot be asked",
            hint="set BUILD_DIR to a stock LLVM 22 or 19",
        )
    traced = index.toolchain.get("llvm_version", "")
    if traced != clang.version:
        raise ToolchainError(
            f"the trace was made with LLVM {traced}, {clang.path} is {clang.version}: its baselines are not this one's",
            hint="set BUILD_DIR to that release, or trace anew",
        )
    return compilation


def _words(index: TraceIndex, given: Sequence[str]) -> Sequence[str]:
    if given:
        return given
    names = [corpus.name for corpus in index.books.corpora]
    known = set(load_catalog().names)
    if foreign := [name for name in names if name not in known]:
        raise UsageError(
            f"{', '.join(foreign)}: traced from a folder or file that the trace does not name",
            hint="name it as `trace` was given it: --corpus FOLDER",
        )
    return names


def _baselines(dataset: TraceDataset) -> dict[tuple[str, str], dict[str, float]]:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in dataset.table("corpus", "module", "context", "steps", "baseline").to_pylist():
        if row["steps"]:
            found.setdefault((row["corpus"], row["module"]), {})[row["context"]] = row["baseline"]
    return found


def _live(compilation: Compilation, module: Module, baselines: Mapping[str, float]) -> LiveModule:
    command = (*source_command(compilation, module), *(place.prefix_map for place in module.places))
    return LiveModule(
        name=f"{module.corpus}/{module.name}",
        arguments=command[1:],
        cwd=module.working_folder,
        baselines=baselines,
    )
