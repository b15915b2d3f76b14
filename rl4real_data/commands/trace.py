"""The command `rl4real-data trace`.

Decisions of LLVM's advisors, or of a policy in their place, become a dataset of trajectories.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rl4real_data.commands import flow_options as options
from rl4real_data.commands.console import fetch_progress, say, shows_bars, write_note
from rl4real_data.commands.options import DEFAULT_MAX_FAILED, DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_S, Mirror
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import LessThanAsked, TooManyFailures
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.shown_text import shown
from rl4real_data.core.targets import TARGETS
from rl4real_data.corpus.license import chosen_licenses
from rl4real_data.traces.task_name import Task

if TYPE_CHECKING:
    from rl4real_data.tracing.run import TraceReport, TraceRequest

_FAILURES_SHOWN = 5


def trace(
    task: Annotated[Task, typer.Argument(metavar="TASK", help=" or ".join(Task))],
    target: options.Target,
    corpus: options.Corpora = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the traces go. [DATA_DIR, or data/TARGET-TASK]")] = None,
    policy: Annotated[
        str,
        typer.Option(
            metavar="POLICY", help="Who decides: default, random, replay:DATA_DIR, an ONNX file, or module:function."
        ),
    ] = "default",
    seed: Annotated[int, typer.Option(min=0, help="Of the policy random.")] = 0,
    jobs: options.Compilers = None,
    limit: options.Limit = None,
    timeout: options.Timeout = DEFAULT_TIMEOUT_S,
    memory: options.Memory = DEFAULT_MEMORY_MB,
    max_failed: options.MaxFailed = DEFAULT_MAX_FAILED,
    recipe: options.Recipe = None,
    cpu: options.Processor = None,
    opt_level: options.Level = None,
    verify: options.Verify = False,
    retry_failed: options.RetryFailed = False,
    allow_build: options.AllowBuild = False,
    replace: options.Replace = False,
    license_allow: options.Licenses = None,
    mirror: Mirror = None,
    build_dir: options.BuildDir = None,
) -> None:
    """Record what LLVM's advisors for inlining and register allocation decide, as MLGO's training reads it."""
    from rl4real_data.corpus.sources.source import Supply
    from rl4real_data.flow.preparation import Recording
    from rl4real_data.flow.request import CorpusChoice
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.toolchain.process import Limits
    from rl4real_data.tracing.chosen_task import chosen_task
    from rl4real_data.tracing.run import TraceRequest

    environment = load_environment()
    jobs = jobs or environment.jobs
    data_dir = data_dir or environment.data_dir or Path("data") / f"{target.value}-{task.value}"
    tracer, decides = chosen_task(task, policy, seed=seed)
    with fetch_progress() as progress, closing(decides):
        request = TraceRequest(
            tracer=tracer,
            policy=decides,
            corpora=CorpusChoice(
                words=tuple(corpus or [options.DEFAULT_CORPUS]),
                limit=limit,
                licenses=chosen_licenses(license_allow) if license_allow is not None else None,
            ),
            supply=Supply.of(
                environment,
                mirror=mirror or environment.mirror,
                jobs=jobs,
                allow_build=allow_build,
                progress=progress,
                say=say,
            ),
            recording=Recording(
                target=TARGETS[target],
                allocator=ALLOCATORS[AllocatorName.MLRA],
                recipe=load_recipe(target, path=recipe, cpu=cpu, opt_level=opt_level),
                limits=Limits(timeout_s=timeout, memory_bytes=memory << 20),
                verify=verify,
            ),
            installation=Installation.of(environment, build_dir=build_dir),
            data_dir=data_dir,
            jobs=jobs,
            retry_failed=retry_failed,
            replace=replace,
        )
        _run(request, max_failed=max_failed)


def _run(request: TraceRequest, *, max_failed: float) -> None:
    from rl4real_data.flow.run import Console
    from rl4real_data.tracing.run import run_trace

    begin = time.monotonic()
    report = run_trace(request, Console(say=say, show_bar=shows_bars()))
    write_note(_summary(request.data_dir, report, seconds=time.monotonic() - begin))
    if shortfall := _shortfall(request.data_dir, report, max_failed=max_failed):
        raise shortfall


def _summary(data_dir: Path, report: TraceReport, *, seconds: float) -> str:
    books = report.index.books
    left_out = sum(books.modules_filtered.values())
    lines = [
        f"{data_dir}: {counted(books.episodes, 'trajectory', 'trajectories')} of {report.index.task}, decided by "
        f"{report.index.policy} ({seconds:.1f} s)",
        f"  modules    {books.modules:,}: {books.modules_done:,} done, {books.modules_failed:,} failed"
        + (f", {left_out:,} left out" if left_out else ""),
        f"  functions  {books.functions:,}",
        *(f"             {count:,} {shown(reason)}" for reason, count in books.filtered.items()),
    ]
    for entry in report.failed[:_FAILURES_SHOWN]:
        failure = entry.part.failure
        assert failure is not None, "only what failed is there"
        what = f"{entry.module.corpus}/{entry.module.name}: {failure.kind.value}: {failure.reason}"
        lines.append(f"  failed     {shown(what)}")
    if len(report.failed) > _FAILURES_SHOWN:
        lines.append(f"  and {len(report.failed) - _FAILURES_SHOWN} more")
    lines += [f"  skipped    {shown(skipped.reason.splitlines()[0])}" for skipped in report.skipped]
    return "\n".join([*lines, f"  see it with  rl4real-data stats {data_dir}"])


def _shortfall(data_dir: Path, report: TraceReport, *, max_failed: float) -> LessThanAsked | None:
    missing = [skipped.corpus for skipped in report.skipped if not skipped.is_declared]
    wanted = len(report.plan.jobs) - len(report.plan.left_out)
    share = len(report.failed) / max(1, wanted)
    if share > max_failed:
        return TooManyFailures(
            f"{len(report.failed):,} of {counted(wanted, 'module')} failed ({share:.1%}), more than {max_failed:.1%}; "
            "the dataset holds the rest",
            hint=f"see `rl4real-data stats {data_dir}`; allow more with --max-failed, try again with --retry-failed",
        )
    if not report.index.books.episodes:
        return LessThanAsked(
            f"{data_dir}: no trajectory: of {counted(report.index.books.functions, 'function')} none had a decision",
            hint="take more with another --corpus or --limit, or another optimisation level",
        )
    if missing:
        return LessThanAsked(
            f"corpora that could not be had: {', '.join(missing)}; the dataset holds the rest",
            hint="the same command tries them again",
        )
    return None
