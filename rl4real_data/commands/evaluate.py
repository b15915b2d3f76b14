"""The command `rl4real-data evaluate`.

The code of held-out corpora with a policy, beside that of LLVM's own allocators.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rl4real_data.commands import flow_options
from rl4real_data.commands.completion import complete_corpora
from rl4real_data.commands.console import fetch_progress, say, work_progress, write_result
from rl4real_data.commands.options import DEFAULT_MEMORY_MB, DEFAULT_TIMEOUT_S, Jobs, Mirror
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import LessThanAsked, ValidationFailed
from rl4real_data.core.recipe import OptLevel, load_recipe
from rl4real_data.core.targets import TARGETS, TargetName

if TYPE_CHECKING:
    from rl4real_data.evaluation.evaluation import Evaluation

DEFAULT_CORPUS: Final = "eval"
_WRONG: Final = (
    "the policy made wrong code, which no decision should: please report it, with the policy and `compile --report`"
)


def evaluate(
    policy: Annotated[
        str,
        typer.Argument(
            metavar="POLICY",
            help="advice: the shipped model; ONNX file, folder of RL4ReAl's four models, random, module:function, or "
            "greedy: LLVM's own alone.",
        ),
    ],
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FOLDER|FILE",
            help=f"Corpus, group, folder or file; may repeat. [{DEFAULT_CORPUS}]",
            autocompletion=complete_corpora,
        ),
    ] = None,
    target: Annotated[TargetName, typer.Option(metavar="TARGET", help=" or ".join(TargetName))] = TargetName.X86,
    limit: flow_options.Limit = None,
    tries: Annotated[
        int, typer.Option(min=1, metavar="N", help="Let the compiler take the best of so many proposals a function.")
    ] = 1,
    labels: Annotated[
        Path | None,
        typer.Option(metavar="DATA_DIR", help="A row for the labels of this dataset: what can be had."),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="OPTION=VALUE", help="A row for greedy with an option of LLVM's; may repeat."),
    ] = None,
    others: Annotated[
        bool, typer.Option("--others/--no-others", help="Rows for LLVM's basic and PBQP allocators, which take long.")
    ] = True,
    times: Annotated[
        bool, typer.Option("--times/--no-times", help="Compile once more, for the processor time of a compilation.")
    ] = True,
    mca: Annotated[
        bool, typer.Option("--mca", help="Compile once more, for llvm-mca's cycles of each function's hottest block.")
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures as JSON.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with distributions.")
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="Build and run the benchmarks of the corpora, too; needs valgrind.")
    ] = False,
    pairs: Annotated[
        int, typer.Option(min=0, metavar="N", help="With --run, time each program in N pairs with greedy's.")
    ] = 0,
    timeout: flow_options.Timeout = DEFAULT_TIMEOUT_S,
    jobs: Jobs = None,
    cpu: flow_options.Processor = None,
    opt_level: Annotated[OptLevel | None, typer.Option(help="Optimisation level. [recipe]")] = None,
    mirror: Mirror = None,
    build_dir: flow_options.BuildDir = None,
) -> None:
    """Compare the code that a policy makes of held-out corpora with that of LLVM's own allocators."""
    from rl4real_data.corpus.sources.source import Supply
    from rl4real_data.evaluation.evaluation import Evaluation, Request
    from rl4real_data.evaluation.standings_text import render_standings
    from rl4real_data.evaluation.workloads_text import render_workloads, wrong_results
    from rl4real_data.flow.preparation import Recording
    from rl4real_data.flow.request import CorpusChoice
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.toolchain.process import Limits

    environment = load_environment()
    jobs = jobs or environment.jobs
    with fetch_progress() as fetching:
        request = Request(
            policy=policy,
            tries=tries,
            labels=labels,
            settings=tuple(setting or ()),
            has_others=others,
            corpora=CorpusChoice(words=tuple(corpus or [DEFAULT_CORPUS]), limit=limit),
            supply=Supply.of(
                environment,
                mirror=mirror or environment.mirror,
                jobs=jobs,
                allow_build=False,
                progress=fetching,
                say=say,
            ),
            recording=Recording(
                target=TARGETS[target],
                allocator=ALLOCATORS[AllocatorName.MLRA],
                recipe=load_recipe(target, path=None, mir=None, cpu=cpu, opt_level=opt_level),
                limits=Limits(timeout_s=timeout, memory_bytes=DEFAULT_MEMORY_MB << 20),
            ),
            installation=Installation.of(environment, build_dir=build_dir),
            jobs=jobs,
            is_timed=times,
            asks_analyzer=mca,
            runs_programs=run,
            pairs=pairs,
        )
        found = Evaluation.of(request, say=say, watch=lambda thing: work_progress("evaluating", thing))
    write_result(render_standings(found.standings, title=found.title))
    if run:
        write_result(render_workloads(found.workloads))
    _write_files(found, json_file, html)
    if wrong := wrong_results(found.workloads):
        raise ValidationFailed("\n".join(wrong), hint=_WRONG)
    if shortfall := _shortfall(found):
        raise shortfall


def _write_files(found: Evaluation, json_file: Path | None, html: Path | None) -> None:
    from rl4real_data.show.write import write_text

    if json_file is not None:
        write_text(json_file, found.to_json())
        say(f"wrote {json_file}")
    if html is not None:
        from rl4real_data.evaluation.page import render_evaluation_page

        write_text(html, render_evaluation_page(found))
        say(f"wrote {html}")


def _shortfall(found: Evaluation) -> LessThanAsked | None:
    """A module that did not compile is no reason to fail; nothing to compare is."""
    empty = [one.name for one in found.standings if not one.all.functions]
    if empty or not found.modules:
        return LessThanAsked(
            f"{', '.join(empty) or 'the corpora'}: nothing to compare in {counted(found.modules, 'module')}",
            hint="what was left out, and why, stands above",
        )
    return None
