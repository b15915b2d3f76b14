"""The import of a folder of the fork's graphs.

They become a split of a DATA_DIR, packed as a run's parts are.

A module is what one FileName names, a function what one graph holds. A file that is no graph is a failed module of
its own, so that the books account for every file.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import joblib
from joblib.externals.loky import get_reusable_executor

from rl4real_data.core import interruption
from rl4real_data.core.absent_pandas import do_without_pandas
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Corpus
from rl4real_data.episodes.index import DatasetIndex
from rl4real_data.flow.packing import pack_dataset
from rl4real_data.flow.packing_order import PackingOrder
from rl4real_data.flow.pipeline import FLOW, Flow
from rl4real_data.flow.working_folder import WorkDir, open_workdir, refuse_foreign
from rl4real_data.rl4real_fork.formats.config import read_colours, read_fork_config
from rl4real_data.rl4real_fork.formats.folder import GraphFile, find_graph_files
from rl4real_data.rl4real_fork.graph_modules import ForkRegisters, Origin, group_by_module, read_module
from rl4real_data.stages.job import Compilation
from rl4real_data.stages.selection import Entry
from rl4real_data.stages.shape_numbers import ShapeNumbers
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.process import Limits

_FLOW: Final = Flow(modules=(), dataset=FLOW.dataset)
_BANNER: Final = "the RL4ReAl fork (imported graphs)"
Progress = Callable[[int, int], object]
"""Called with (files done, files in total)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkImport:
    """What is imported; `config_dir` holds the fork's register files, which belong to the graphs.

    `llvm_version` is that of the compiler that wrote the graphs, whose register numbers are its own; None: unknown.
    """

    folder: Path
    data_dir: Path
    config_dir: Path
    target: TargetName
    split: Split
    model: AllocatorName
    origin: Origin
    llvm_version: str | None = None
    jobs: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did; `failed` are the files that are no graphs."""

    index: DatasetIndex
    files: int
    failed: tuple[Entry, ...]


def import_fork(request: ForkImport, *, progress: Progress = lambda _done, _total: None) -> ImportReport:
    """Makes the split from all graphs below the folder.

    UsageError for a CONFIG_DIR that cannot be used; DatasetError for a folder without graphs, graphs of several
    targets, or a DATA_DIR that holds the split, or a dataset made another way.
    """
    refuse_foreign(request.data_dir)
    fork_name = TARGETS[request.target].fork_name
    registers = ForkRegisters(
        register_file=read_fork_config(request.config_dir, fork_name),
        colours=read_colours(request.config_dir, fork_name),
    )
    files = find_graph_files(request.folder)
    if not files:
        raise DatasetError(f"{request.folder}: holds no graph", hint="name a folder with .dot or .json files below it")
    with open_workdir(request.data_dir) as work:
        compilation = _compilation(request)
        _refuse_other_dataset(work, request, compilation)
        entries, count = _read_all(request, files, registers, work, progress)
        order = PackingOrder(
            split=request.split,
            compilation=compilation,
            registers=_with_all_registers(registers.register_file, count),
            corpora=(_corpus(request, entries),),
            entries=entries,
            vocabulary=None,
            shapes=ShapeNumbers(),
        )
        index = pack_dataset(work, order, _FLOW)
    return ImportReport(index=index, files=len(files), failed=tuple(entry for entry in entries if entry.part.failure))


def _compilation(request: ForkImport) -> Compilation:
    """How the graphs were made, as far as is known: the recipe has the fork's own flags and filters."""
    target = TARGETS[request.target]
    return Compilation(
        clang=Clang(path=Path("clang"), version=request.llvm_version or "", banner=_BANNER, is_fork=True),
        plugin=None,
        target=target,
        allocator=ALLOCATORS[request.model],
        recipe=load_recipe(request.target, mir=False),
        limits=Limits(timeout_s=1),  # nothing is run
    )


def _refuse_other_dataset(work: WorkDir, request: ForkImport, compilation: Compilation) -> None:
    index = work.index()
    if index is None:
        return
    if request.split.value in index.splits:
        raise DatasetError(f"{request.data_dir}: has a split {request.split.value}", hint="choose another DATA_DIR")
    wanted = (request.target.value, request.model.value, compilation.toolchain, compilation.recipe.as_dict())
    if (index.target, index.model, dict(index.toolchain), dict(index.recipe)) != wanted:
        raise DatasetError(f"{request.data_dir}: holds a dataset made another way", hint="choose another DATA_DIR")


def _read_all(
    request: ForkImport, files: Sequence[GraphFile], registers: ForkRegisters, work: WorkDir, progress: Progress
) -> tuple[tuple[Entry, ...], int]:
    """Every module with its part, then every file that is no graph; and the target's number of registers."""
    jobs = group_by_module(files)
    modules: list[Entry] = []
    broken: list[Entry] = []
    counts: Counter[int] = Counter()
    done = 0
    with _processes(request.jobs) as parallel:
        read = joblib.delayed(_read_in_worker if request.jobs > 1 else read_module)
        results = parallel(read(job, request.origin, registers, work.parts) for job in jobs)
        for job, found in zip(jobs, results, strict=True):
            interruption.check()
            modules += [found.entry] if found.entry else []
            broken += found.broken
            counts += found.registers
            done += len(job.paths)
            progress(done, len(files))
    if len(counts) > 1:
        what = ", ".join(f"{count} of {size} registers" for size, count in sorted(counts.items()))
        raise DatasetError(f"{request.folder}: graphs of several targets ({what})", hint="import one after the other")
    return (*modules, *broken), max(counts, default=0)


def _read_in_worker(*words: Any) -> Any:
    """`read_module` in a process that `_processes` started and ends: it needs no pandas, either."""
    do_without_pandas()
    return read_module(*words)


@contextlib.contextmanager
def _processes(jobs: int) -> Iterator[joblib.Parallel]:
    """Reading is Python's own work, which threads would not share.

    joblib keeps the processes for another call, and ends them in an exit handler, which the command line does not wait
    for: here they end with the work. After an error joblib has ended them itself.
    """
    yield joblib.Parallel(n_jobs=jobs, return_as="generator", batch_size=1)
    if jobs > 1:
        get_reusable_executor(reuse=True).terminate(kill_workers=True)


def _with_all_registers(register_file: Mapping[str, Any], count: int) -> Mapping[str, Any]:
    """CONFIG_DIR may leave out registers that nobody may have; virtual registers are numbered behind all of them."""
    known = {row["reg_id"] for row in register_file["registers"]}
    first_unit = 1 + max((unit for row in register_file["registers"] for unit in row["units"]), default=-1)
    missing = [number for number in range(1, count) if number not in known]
    more = [
        {"reg_id": number, "name": f"register {number}", "units": [first_unit + place], "aliases": []}
        for place, number in enumerate(missing)
    ]
    rows = sorted([*register_file["registers"], *more], key=lambda row: row["reg_id"])
    return {**register_file, "registers": rows}


def _corpus(request: ForkImport, entries: Sequence[Entry]) -> Corpus:
    origin = request.origin
    return Corpus(
        name=origin.corpus,
        license=origin.license,
        root=request.folder,
        split=request.split,
        modules=tuple(entry.module for entry in entries),
    )
