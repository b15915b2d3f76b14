"""The search of `rl4real-data compile --search`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rl4real_data.commands.console import say, say_nothing, write_note
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError

if TYPE_CHECKING:
    from rl4real_data.improve.source_search import SearchedCompile, SearchedFunction

_NAME: Final = "rl4real-data: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of the search, and where."""

    report: Path | None
    verbose: bool
    quiet: bool


def compile_by_search(
    command: list[str], candidates: int, *, seed: int | None, told: Told, others: Mapping[str, object]
) -> int:
    """Runs clang with the best decisions that so many candidates a function find. Clang's exit code.

    UsageError for another option that would decide.
    """
    from rl4real_data.improve.function_search import SearchSettings
    from rl4real_data.improve.source_search import compile_searched, report_of
    from rl4real_data.live.clang_call import read_call
    from rl4real_data.live.decided_compile import compile_plainly
    from rl4real_data.live.trial import CompilerTool
    from rl4real_data.toolchain.installation import Installation

    for option, value in others.items():
        if value is not None:
            raise UsageError(f"--search and {option}: one of them decides", hint="leave one out")
    installation = Installation.of(load_environment())
    call = read_call(command, installation)
    if not call.compiles:
        returncode = compile_plainly(call).returncode
        if call.undecided and not (returncode or told.quiet):
            say(f"nothing is decided here: {call.undecided}")
        return returncode
    announce = say_nothing if told.quiet else say
    tool = CompilerTool(clang=call.clang, plugin=installation.plugin(call.clang, announce=announce))
    settings = SearchSettings(candidates=candidates, seed=seed or 0, trials=0)
    done = compile_searched(call, tool, settings, cwd=Path.cwd())
    if done.said:
        write_note(done.said.decode(errors="replace").rstrip("\n"))
    if done.problem and not (done.returncode or told.quiet):  # else clang has said why
        say(f"not searched, compiled as it is: {done.problem}")
    elif done.functions and not told.quiet:
        write_note(_text(done, verbose=told.verbose))
    if told.report is not None:
        told.report.write_text("".join(report_of(done)), encoding="utf-8")
    return done.returncode


def _text(done: SearchedCompile, *, verbose: bool) -> str:
    from rl4real_data.improve.gain import Gain

    gain = Gain()
    for function in done.functions:
        gain.count(function.found.value, function.found.greedy_value, function.found.best)
    lines = [f"{_NAME}{counted(len(done.functions), 'function')}: {gain}"]
    if verbose:
        lines += [_NAME + _line(function) for function in done.functions]
    return "\n".join(lines)


def _line(function: SearchedFunction) -> str:
    found = function.found
    if found.value is None or found.greedy_value is None:
        return f"{function.name}: {found.reason}"
    return (
        f"{function.name}: {found.value:.6g}, greedy {found.greedy_value:.6g}, {counted(len(found.best), 'decision')}"
    )
