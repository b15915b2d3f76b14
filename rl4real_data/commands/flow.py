"""The command `rl4real-data flow`.

Corpora become a split of a DATA_DIR.
"""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rl4real_data.commands import flow_options as options
from rl4real_data.commands.console import fetch_progress, say, shows_bars, write_note, write_result
from rl4real_data.commands.data_dir import opened, url_of
from rl4real_data.commands.flow_summary import summary
from rl4real_data.commands.options import DEFAULT_MAX_FAILED, DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_S, Mirror
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.counted import counted, noun
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import LessThanAsked, TooLittleKnown, TooManyFailures, UsageError
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.shown_text import shown
from rl4real_data.core.targets import TARGETS
from rl4real_data.corpus.license import chosen_licenses
from rl4real_data.engines.engines import EngineName

if TYPE_CHECKING:
    from rl4real_data.cluster.driver import ClusterChoice
    from rl4real_data.core.environment import Environment
    from rl4real_data.core.split import Split
    from rl4real_data.core.targets import TargetName
    from rl4real_data.flow.request import Destination, FlowRequest
    from rl4real_data.flow.run import RunReport
    from rl4real_data.stages.job import Decider


def flow(
    target: options.Target,
    mode: options.Mode,
    model: options.Model,
    corpus: options.Corpora = None,
    data_dir: options.Destination = None,
    jobs: options.Compilers = None,
    limit: options.Limit = None,
    dry_run: options.DryRun = False,
    timeout: options.Timeout = DEFAULT_TIMEOUT_S,
    memory: options.Memory = DEFAULT_MEMORY_MB,
    max_failed: options.MaxFailed = DEFAULT_MAX_FAILED,
    mir: options.Mir = None,
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
    config_dir: options.ConfigDir = None,
    vocab: options.Vocab = None,
    embed: options.Embed = True,
    policy: options.Policy = None,
    decisions: options.Decisions = None,
    engine: options.Engine = EngineName.LOCAL,
    address: options.Address = None,
    run: options.Run = None,
) -> None:
    """Compile corpora and write their register allocation problems as Parquet episodes."""
    from rl4real_data.corpus.sources.source import Supply
    from rl4real_data.flow.preparation import Recording
    from rl4real_data.flow.request import CorpusChoice, Destination, FlowRequest
    from rl4real_data.flow.vocabulary import VocabularyChoice
    from rl4real_data.mir2vec.vocabulary_file import vocabulary_path
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.toolchain.process import Limits

    if policy is not None and decisions is not None:
        raise UsageError("--policy and --decisions: one of them decides", hint="leave one of the two out")
    if vocab is not None and not embed:
        raise UsageError("--vocab: no vectors are computed with --no-embed", hint="leave one of the two out")
    if run is None and (engine is not EngineName.LOCAL or address is not None):
        raise UsageError(f"--engine {engine}: its hosts share nothing yet", hint="add --run s3://…, or a shared folder")
    if run is not None and (policy is not None or decisions is not None):
        raise UsageError("--run: hosts are not given a policy or decisions", hint="leave one of the two out")
    environment = load_environment()
    jobs = jobs or environment.jobs
    data_dir = data_dir or environment.data_dir or Path("data") / f"{target.value}-{model.value}"
    mirror = mirror or environment.mirror
    choice = _cluster_choice(run, engine, address, mirror=mirror, data_dir=data_dir, is_new=retry_failed)
    # The hosts of a run write its shards to where the dataset lies: nobody needs the old ones here.
    without = mode.value if run is not None else None
    opening = opened(data_dir, is_written=not dry_run, may_be_new=True, without=without)
    with fetch_progress() as progress, opening as data_dir:
        request = FlowRequest(
            corpora=CorpusChoice(
                words=tuple(corpus or [options.DEFAULT_CORPUS]),
                limit=limit,
                licenses=chosen_licenses(license_allow) if license_allow is not None else None,
            ),
            supply=Supply.of(
                environment,
                mirror=mirror,
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
                decider=_decider(policy, decisions, target, model, environment),
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
            _run(request, choice, max_failed=max_failed)


def _cluster_choice(
    run: str | None, engine: EngineName, address: str | None, *, mirror: str | None, data_dir: Path, is_new: bool
) -> ClusterChoice | None:
    """None for a run on this machine."""
    if run is None:
        return None
    from rl4real_data.cluster.driver import ClusterChoice

    destination = url_of(data_dir) or ""
    return ClusterChoice(run=run, engine=engine, address=address, mirror=mirror, destination=destination, is_new=is_new)


def _decider(
    policy: str | None, decisions: Path | None, target: TargetName, model: AllocatorName, environment: Environment
) -> Decider | None:
    """Who decides in front of the allocator; nobody if no word says so."""
    if policy is None and decisions is None:
        return None
    if not ALLOCATORS[model].is_default:
        raise UsageError(
            f"{model}: decisions are carried out in front of LLVM's default allocator alone",
            hint=f"flow {target} MODE {AllocatorName.MLRA}, or leave --policy and --decisions out",
        )
    from rl4real_data.flow.deciding import decider_of_file, decider_of_policy

    if decisions is not None:
        return decider_of_file(decisions.absolute())
    assert policy is not None, "one of both is given"
    return decider_of_policy(policy, target=target, cache_dir=environment.cache_dir)


def _run(request: FlowRequest, choice: ClusterChoice | None = None, *, max_failed: float) -> None:
    from rl4real_data.flow.run import Console, run_flow

    begin = time.monotonic()
    console = Console(say=say, show_bar=shows_bars())
    if choice is None:
        report = run_flow(request, console)
    else:
        from rl4real_data.cluster.cluster_flow import run_flow_on_cluster

        report = run_flow_on_cluster(choice, request, console)
    write_note(summary(request.destination, report, seconds=time.monotonic() - begin))
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
