"""The command `rl4real-data flow`.

Corpora become a split of a DATA_DIR.
"""

from __future__ import annotations

import shlex
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rl4real_data.commands.completion import complete_corpora, complete_vocabularies
from rl4real_data.commands.console import fetch_progress, say, shows_bars, write_note, write_result
from rl4real_data.commands.options import DEFAULT_MAX_FAILED, DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_S, Mirror
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.counted import counted, noun
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import LessThanAsked, TooLittleKnown, TooManyFailures, UsageError
from rl4real_data.core.recipe import OptLevel, load_recipe
from rl4real_data.core.shown_text import shown
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.flags.guard import count_names
from rl4real_data.corpus.license import chosen_licenses

if TYPE_CHECKING:
    from rl4real_data.flow.request import Destination, FlowRequest
    from rl4real_data.flow.run import RunReport

DEFAULT_CORPUS: Final = "sample"
_FAILURES_SHOWN: Final = 5
_MISSING_SHOWN: Final = 4
_MODELS: Final = " or ".join(f"{row.name} ({row.llvm_name})" for row in ALLOCATORS.values())


def flow(
    target: Annotated[TargetName, typer.Argument(metavar="TARGET", help=" or ".join(TargetName))],
    mode: Annotated[Split, typer.Argument(metavar="MODE", help="train (filtered) or test (everything)")],
    model: Annotated[AllocatorName, typer.Argument(metavar="MODEL", help=_MODELS)],
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FOLDER|FILE",
            help=f"Corpus, group, folder or file; may repeat. [{DEFAULT_CORPUS}]",
            autocompletion=complete_corpora,
        ),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where the dataset goes. [DATA_DIR, or data/TARGET-MODEL]")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Compilers at once. [all cores]")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Take only the first modules.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be compiled, and why.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds a module may take.")] = DEFAULT_TIMEOUT_S,
    memory: Annotated[
        int, typer.Option(min=512, help="Megabytes of address space a module may take.")
    ] = DEFAULT_MEMORY_MB,
    max_failed: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of failed modules that is no error.")
    ] = DEFAULT_MAX_FAILED,
    mir: Annotated[bool | None, typer.Option("--mir/--no-mir", help="Keep the machine IR text. [recipe]")] = None,
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A recipe of your own. [preprocessing/v0/recipe.toml]")
    ] = None,
    cpu: Annotated[str | None, typer.Option(metavar="NAME", help="Processor, as clang calls it. [recipe]")] = None,
    opt_level: Annotated[OptLevel | None, typer.Option(help="Optimisation level. [recipe]")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Let the plugin check everything that it records.")] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Compile the failed modules again.")] = False,
    allow_build: Annotated[
        bool, typer.Option("--allow-build", help="Trust the corpora: run a folder's build, pass flags that load code.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Let this run drop modules of an earlier one.")] = False,
    license_allow: Annotated[
        str | None,
        typer.Option(metavar="SPDX", help="Leave out modules that none of these covers: 'MIT OR Apache-2.0'."),
    ] = None,
    mirror: Mirror = None,
    build_dir: Annotated[Path | None, typer.Option(help="LLVM installation or build. [BUILD_DIR, or PATH]")] = None,
    config_dir: Annotated[Path | None, typer.Option(help="The RL4ReAl fork's configuration. [CONFIG_DIR]")] = None,
    vocab: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help=f"MIR2Vec vocabulary, or {', '.join(TargetName)}. [the dataset's own, or the shipped one]",
            autocompletion=complete_vocabularies,
        ),
    ] = None,
    embed: Annotated[bool, typer.Option("--embed/--no-embed", help="Compute MIR2Vec vectors.")] = True,
) -> None:
    """Compile corpora and write their register allocation problems as Parquet episodes."""
    from rl4real_data.corpus.sources.source import Supply
    from rl4real_data.flow.preparation import Recording
    from rl4real_data.flow.request import CorpusChoice, Destination, FlowRequest
    from rl4real_data.flow.vocabulary import VocabularyChoice
    from rl4real_data.mir2vec.vocabulary_file import vocabulary_path
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.toolchain.process import Limits

    if vocab is not None and not embed:
        raise UsageError("--vocab: no vectors are computed with --no-embed", hint="leave one of the two out")
    environment = load_environment()
    jobs = jobs or environment.jobs
    data_dir = data_dir or environment.data_dir or Path("data") / f"{target.value}-{model.value}"
    with fetch_progress() as progress:
        request = FlowRequest(
            corpora=CorpusChoice(
                words=tuple(corpus or [DEFAULT_CORPUS]),
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
                allocator=ALLOCATORS[model],
                recipe=load_recipe(target, path=recipe, mir=mir, cpu=cpu, opt_level=opt_level),
                limits=Limits(timeout_s=timeout, memory_bytes=memory << 20),
                verify=verify,
            ),
            installation=Installation.of(environment, build_dir=build_dir, config_dir=config_dir),
            vocabulary=VocabularyChoice(named=vocabulary_path(vocab).absolute() if vocab else None, embed=embed),
            destination=Destination(data_dir=data_dir, split=mode, replace=replace),
            jobs=jobs,
            retry_failed=retry_failed,
        )
        if dry_run:
            write_result(_dry_run(request))
        else:
            _run(request, max_failed=max_failed)


def _run(request: FlowRequest, *, max_failed: float) -> None:
    from rl4real_data.flow.run import Console, run_flow

    begin = time.monotonic()
    report = run_flow(request, Console(say=say, show_bar=shows_bars()))
    write_note(_summary(request.destination, report, seconds=time.monotonic() - begin))
    if shortfall := _shortfall(report, request.destination, max_failed=max_failed):
        raise shortfall


def _dry_run(request: FlowRequest) -> str:
    """What would be compiled, and why."""
    from rl4real_data.flow.run import Console, plan_flow

    plan = plan_flow(request, Console(say=say)).plan
    jobs = plan.to_compile
    lines = [shown(f"compile  {job.module.corpus}/{job.module.name}  ({plan.reasons[job.key]})") for job in jobs]
    lines += [f"leave    {key.removeprefix('left out: ')}  ({reason})" for key, reason in plan.left_out.items()]
    done = len(plan.jobs) - len(jobs) - len(plan.left_out)
    lines.append(
        f"{counted(len(plan.jobs), 'module')}: {len(jobs)} to compile, {done} done before"
        + (f", {len(plan.left_out)} left out" if plan.left_out else "")
    )
    return "\n".join(lines)


def _shortfall(report: RunReport, destination: Destination, *, max_failed: float) -> LessThanAsked | None:
    from rl4real_data.flow.advice import advice_on_failures

    data_dir, split = destination.data_dir, destination.split
    missing = [skipped.corpus for skipped in report.skipped if not skipped.is_declared]
    wanted = len(report.plan.jobs) - len(report.plan.left_out)
    share = len(report.failed) / max(1, wanted)
    if share > max_failed:
        is_all = wanted == len(report.failed)
        rest = ": there is none that compiles" if is_all else "; the dataset holds the rest"
        return TooManyFailures(
            f"{len(report.failed):,} of {counted(wanted, 'module')} failed ({share:.1%}), "
            f"more than {max_failed:.1%}{rest}",
            hint=advice_on_failures(report.failed, data_dir, is_all=is_all),
        )
    if why := _why_no_episode(report, split):
        return LessThanAsked(
            f"{data_dir}: no episode in {split.value}: {why}",
            hint=f"see `rl4real-data stats {data_dir}`; take more with another --corpus, --license-allow or --limit",
        )
    if missing:
        return LessThanAsked(
            f"corpora that could not be had: {', '.join(missing)}; the dataset holds the rest",
            hint="the same command tries them again",
        )
    return _too_little_known(report, destination)


def _too_little_known(report: RunReport, destination: Destination) -> TooLittleKnown | None:
    """What to do about a vocabulary that lacks more than the recipe allows; the dataset holds all the same."""
    from rl4real_data.mir2vec.coverage import Coverage

    index = report.index
    if index is None or index.vocabulary is None:
        return None
    coverage, max_missing = Coverage.from_json(index.vocabulary["coverage"]), float(index.recipe["max_missing"])
    if not coverage.is_short(max_missing):
        return None
    folder, own = shlex.quote(str(destination.data_dir)), f"vocab-{index.target}-own.parquet"
    words = f"--target {index.target} --split {destination.split.value} --output {own}"
    return TooLittleKnown(
        f"{destination.data_dir}: {coverage.explained(max_missing)}\nThe dataset holds everything; these count as zero",
        hint=f"learn them: `rl4real-data vocab train {folder} {words}`, then "
        f"`rl4real-data embed {folder} --vocab {own}`",
    )


def _why_no_episode(report: RunReport, split: Split) -> str:
    """What became of everything, in a few words; nothing if there is an episode."""
    assert report.index is not None
    books = report.index.splits[split.value]
    if books.episodes:
        return ""
    counts = {"done": books.modules_done, "failed": books.modules_failed, **books.modules_filtered}
    total = counted(books.modules, "module")
    if books.functions:
        counts = {**books.filtered, noun(books.duplicates, "duplicate"): books.duplicates}
        total = counted(books.functions, "function")
    return f"of {total} " + ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)


def _summary(destination: Destination, report: RunReport, *, seconds: float) -> str:
    index = report.index
    assert index is not None
    books = index.splits[destination.split.value]
    size = sum(entry.size for entry in index.files.values())
    left_out = len(report.plan.left_out)
    again = len(report.plan.jobs) - report.compiled - left_out
    lines = [
        f"{destination.data_dir}: {counted(books.episodes, 'episode')} in {destination.split.value} "
        f"({size / 1e6:.1f} MB, {seconds:.1f} s)",
        f"  modules    {books.modules:,}: {books.modules_done:,} done, {books.modules_failed:,} failed"
        + (f", {left_out:,} left out" if left_out else "")
        + (f"; {again:,} from an earlier run" if again else ""),
        *(f"             {count:,} {reason}" for reason, count in books.modules_filtered.items()),
        f"  functions  {books.functions:,}: {counted(books.episodes, 'episode')}, "
        f"{sum(books.filtered.values()):,} left out, "
        f"{counted(books.duplicates, 'duplicate')}",
        *(f"             {count:,} {reason}" for reason, count in books.filtered.items()),
        *_vector_lines(report),
    ]
    if report.was_finished:
        lines.append("  nothing to do: the dataset was finished before")
    lines += [f"  skipped    {skipped.reason.splitlines()[0]}" for skipped in report.skipped]
    lines += _flag_lines(report)
    lines += _failure_lines(report)
    lines.append(f"  see it with  rl4real-data stats {destination.data_dir}")
    return "\n".join(lines)


def _flag_lines(report: RunReport) -> list[str]:
    """Which flags of the corpora no compiler was given; what each of them is for was said when the run began."""
    names = Counter(name for job in report.plan.jobs for name in job.module.flags_left_out)
    return [f"  flags      left out: {count_names(names)}"] if names else []


def _vector_lines(report: RunReport) -> list[str]:
    """What the vocabulary lacks, the most frequent first."""
    vocabulary = report.index.vocabulary if report.index else None
    if vocabulary is None or not vocabulary["coverage"]["incomplete"]:
        return []
    coverage = vocabulary["coverage"]
    missing = list(coverage["missing"].items())
    named = ", ".join(f"{entity} ({count:,})" for entity, count in missing[:_MISSING_SHOWN])
    more = f" and {len(missing) - _MISSING_SHOWN:,} more" if len(missing) > _MISSING_SHOWN else ""
    lacking = noun(coverage["incomplete"], "lacks", "lack")
    return [
        f"  vectors    {coverage['incomplete']:,} of {counted(coverage['instructions'], 'instruction')} {lacking} an "
        "entity of the vocabulary:",
        f"             {named}{more}",
    ]


def _failure_lines(report: RunReport) -> list[str]:
    from rl4real_data.stages.pasted_command import command_here

    lines, failed = [], report.failed
    for entry in failed[:_FAILURES_SHOWN]:
        failure = entry.part.failure
        assert failure is not None
        what = f"{entry.module.corpus}/{entry.module.name}: {failure.kind.value}: {failure.reason}"
        lines.append(f"  failed     {shown(what)}")
        lines.append(f"             {command_here(report.plan.jobs[0].compilation, entry.module)}")
    if len(failed) > _FAILURES_SHOWN:
        lines.append(f"  and {len(failed) - _FAILURES_SHOWN} more")
    return lines
