"""The command `rl4real-data compile`.

A user's own clang command, with a policy that decides on register allocation.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rl4real_data.commands.completion import complete_vocabularies
from rl4real_data.commands.console import say, say_nothing, write_note
from rl4real_data.commands.task_model import compile_by_task
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError
from rl4real_data.core.targets import TargetName

if TYPE_CHECKING:
    from rl4real_data.live.clang_call import ClangCall
    from rl4real_data.live.decided_compile import DecidedCompile
    from rl4real_data.live.policy_choice import PolicyChoice
    from rl4real_data.live.policy_flags import PluginFlags
    from rl4real_data.toolchain.installation import Installation
    from rl4real_data.toolchain.plugin import Plugin


def compile_command(
    command: Annotated[
        list[str] | None, typer.Argument(metavar="-- CLANG WORDS...", help="The compiler and its words.")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            metavar="POLICY",
            help="advice: the shipped model; ONNX file, folder of RL4ReAl's four models, greedy, random, or "
            "module:function. [MODEL_PATH, or advice]",
        ),
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Carry out the decisions of this file; see docs/decisions.md.")
    ] = None,
    tries: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Of a model that advises: try so many proposals, keep the best. [1]"),
    ] = None,
    search: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Try so many sets of decisions a function, carry out the best."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what became of them, one JSON object a function.")
    ] = None,
    dump: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Record problem and answer of each function as JSON.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell it function by function.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but what clang itself says: for the CC of a build.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="Of the policy random, or of the search. [that of -mlra-random; 0]")
    ] = None,
    vocab: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="MIR2Vec vocabulary of the vectors that a model is given. [the target's shipped one]",
            autocompletion=complete_vocabularies,
        ),
    ] = None,
) -> None:
    """Run a clang command line of your own with a policy in the place of LLVM's decisions."""
    from rl4real_data.live.clang_call import read_call
    from rl4real_data.live.decided_compile import compile_decided, compile_plainly
    from rl4real_data.live.policy_choice import SHIPPED
    from rl4real_data.mlgo.model_tasks import task_of_model
    from rl4real_data.toolchain.installation import Installation

    if quiet and verbose:
        raise UsageError("--quiet and --verbose: one of them", hint="leave one out")
    if search is not None:
        from rl4real_data.commands.compile_search import Told, compile_by_search

        _check_place("--report", report)
        others = {
            "--policy": policy, "--decisions": decisions, "--tries": tries, "--dump": dump, "--vocab": vocab
        }  # fmt: skip
        told = Told(report=report, verbose=verbose, quiet=quiet)
        sys.exit(compile_by_search(command or [], search, seed=seed, told=told, others=others))
    environment = load_environment()
    if decisions is not None and policy is not None:
        raise UsageError("--policy and --decisions: one of them decides", hint="leave one out")
    word = None if decisions is not None else policy or str(environment.model_path or SHIPPED)
    if word is not None and (task := task_of_model(word)) is not None:
        others = {"--tries": tries, "--report": report, "--dump": dump, "--seed": seed, "--vocab": vocab}
        sys.exit(compile_by_task(command or [], word, task, others=others, quiet=quiet))
    for option, path in (("--report", report), ("--dump", dump)):
        _check_place(option, path)
    choice = _choose(word, tries=tries)
    installation = Installation.of(environment)
    call = read_call(command or [], installation)
    if call.compiles:
        choice = choice or _choose_shipped(word, call)
        plugin = installation.plugin(call.clang, announce=say_nothing if quiet else say)
        is_compared = verbose or report is not None  # which takes greedy's time once more
        with _flags(choice, decisions, call, plugin, installation, seed=seed, vocab=vocab, tries=tries) as flags:
            done = compile_decided(call, plugin, flags, dump=dump, before=is_compared, is_quiet=quiet)
    else:
        done = compile_plainly(call)
    if not quiet:
        _tell(call, done, verbose=verbose)
    if done.report is not None and report is not None:
        report.write_bytes(done.report_text)
    sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


def _tell(call: ClangCall, done: DecidedCompile, *, verbose: bool) -> None:
    """What became of the decisions, or why there are none. A call that fails has clang's words."""
    from rl4real_data.live.report_text import report_text

    if done.report is not None:
        write_note(
            "\n".join(f"rl4real-data: {line}" for line in report_text(done.report, verbose=verbose).splitlines())
        )
    elif call.undecided and not done.returncode:
        say(f"nothing is decided here: {call.undecided}")


def _choose(word: str | None, *, tries: int | None) -> PolicyChoice | None:
    """What is known before the command line is read: None for a file of decisions, and for the shipped model."""
    from rl4real_data.live.policy_choice import SHIPPED, choose_policy

    choice = None if word in (None, SHIPPED) else choose_policy(word)
    if tries is not None and word != SHIPPED:
        _check_tries(choice)
    return choice


def _choose_shipped(word: str | None, call: ClangCall) -> PolicyChoice | None:
    """The model for what the call compiles; None for a file of decisions. UsageError where there is none."""
    from rl4real_data.live.policy_choice import choose_policy, require_release

    if word is None:
        return None
    if call.target is None:
        raise UsageError(
            f"{word}: the model that comes with the package is for {' and '.join(TargetName)}, and this is neither",
            hint="name a policy of your own with --policy",
        )
    choice = choose_policy(word, target=call.target.name)
    require_release(choice, call.clang.major)
    return choice


def _check_tries(choice: PolicyChoice | None) -> None:
    """UsageError where nobody proposes what could be tried. `choice`: None for a file of decisions."""
    from rl4real_data.live.policy_choice import PolicyKind

    if choice is None or choice.kind is not PolicyKind.ADVICE:
        said = "a file of decisions" if choice is None else choice.word
        raise UsageError(
            f"--tries: {said}, which proposes nothing",
            hint="leave it out, or name a model whose metadata mlra.kind is advice; see docs/live.md",
        )


def _check_place(option: str, path: Path | None) -> None:
    """Before clang runs, whose work would be for nothing. UsageError where no file can be written."""
    if path is None:
        return
    if path.is_dir():
        raise UsageError(f"{option}: {path}: a folder", hint=f"name a file: {path / 'unit.ndjson'}")
    if not path.parent.is_dir():
        raise UsageError(f"{option}: {path.parent}: no such folder", hint=f"mkdir -p {path.parent}")


@contextmanager
def _flags(
    choice: PolicyChoice | None,
    decisions: Path | None,
    call: ClangCall,
    plugin: Plugin,
    installation: Installation,
    *,
    seed: int | None,
    vocab: str | None,
    tries: int | None,
) -> Iterator[PluginFlags]:
    """The plugin's flags; a function of the user's is served meanwhile."""
    from rl4real_data.live.build_decisions import decisions_of_call
    from rl4real_data.live.decided_compile import served
    from rl4real_data.live.dialogue import Dialogues
    from rl4real_data.live.policy_choice import PolicyKind
    from rl4real_data.live.policy_flags import flags_of, flags_of_file
    from rl4real_data.live.served_policy import served_policy, target_registers

    if choice is None:
        assert decisions is not None, "one of both decides"
        flags_of_file(decisions)
        # It reads them, too: the plugin warns of a bad line and goes on; a person wants to know first.
        with decisions_of_call(decisions, call.sources) as own:
            yield flags_of_file(own)
        return
    vocabulary = _vocabulary(choice, call, installation, vocab)
    if choice.kind is not PolicyKind.FUNCTION or call.target is None:
        yield flags_of(choice, vocabulary=vocabulary, seed=seed, tries=tries)
        return
    policy = served_policy(choice, target_registers(call.clang, plugin, call.target))
    dialogues = Dialogues(policy, say=say)
    with served(dialogues.for_peer("")) as pipe:
        yield flags_of(choice, vocabulary=vocabulary, pipe=pipe, tries=tries)


def _vocabulary(choice: PolicyChoice, call: ClangCall, installation: Installation, vocab: str | None) -> Path | None:
    """Where the plugin finds the vectors of instructions; None for a policy that is given none."""
    from rl4real_data.live.kept_vocabulary import kept_vocabulary
    from rl4real_data.live.policy_choice import PolicyKind
    from rl4real_data.mir2vec.vocabulary_file import shipped_vocabulary, vocabulary_path

    if choice.kind in (PolicyKind.GREEDY, PolicyKind.RANDOM):
        return None
    if vocab is not None:
        return kept_vocabulary(vocabulary_path(vocab), installation.cache_dir)
    if call.target is None:
        return None
    return kept_vocabulary(shipped_vocabulary(call.target.name), installation.cache_dir)
