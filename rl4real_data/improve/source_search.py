"""The search inside a user's own clang call, whose best decisions the same compiler then carries out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rl4real_data.core.errors import HostError, ToolchainError, UsageError
from rl4real_data.improve.choices import guessed
from rl4real_data.improve.function_search import Found, SearchSettings, search_function
from rl4real_data.live.clang_call import ClangCall
from rl4real_data.live.trial import CompilerTool, trial_of_source
from rl4real_data.toolchain.process import run_attached


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedFunction:
    """A function of the call, by its name in the object file."""

    name: str
    n_nodes: int
    found: Found

    def line(self) -> str:
        """JSON of what was found; a file of such lines is one of decisions."""
        found = self.found
        figures = {"value": found.value, "greedy_value": found.greedy_value, "candidates": found.candidates}
        told = {"function": self.name, "decisions": found.best, **figures, "reason": found.reason or None}
        return json.dumps(told, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedCompile:
    """`returncode` is clang's, `said` what it said on standard error. `problem`: why the search ended early.

    Then the call was run again as it is, by itself, and said it there.
    """

    returncode: int
    functions: tuple[SearchedFunction, ...] = ()
    said: bytes = b""
    problem: str = ""


def compile_searched(
    call: ClangCall,
    tool: CompilerTool,
    settings: SearchSettings,
    *,
    cwd: Path,
    progress: Callable[[str], object] = lambda _name: None,
    start: Callable[..., int] = run_attached,
) -> SearchedCompile:
    """Runs the call, and searches each function on the way. UsageError for one that reads or writes the terminal."""
    if "-" in call.words:
        raise UsageError(
            "--search: the source, or what is made of it, goes through this terminal: `-`",
            hint="name files: the compiler talks to the search",
        )
    if not call.compiles:
        return SearchedCompile(returncode=_plain(call, start))
    functions: list[SearchedFunction] = []
    with tempfile.TemporaryFile() as errors:
        try:
            with trial_of_source(tool, call.words, cwd=cwd, limits=settings.limits, errors=errors) as compiler:
                for function in compiler:
                    progress(function.name)
                    known = guessed(function.describe())
                    found = search_function(function, settings, known, identity=function.name)
                    function.choose(found.best)
                    functions.append(SearchedFunction(name=function.name, n_nodes=function.n_nodes, found=found))
        except ToolchainError as error:
            return SearchedCompile(returncode=_plain(call, start), problem=str(error).splitlines()[0])
        except InterruptedError:
            raise
        except OSError as error:
            raise HostError.of(error, doing=f"starting {call.clang.path}") from error
        errors.seek(0)
        return SearchedCompile(returncode=0, functions=tuple(functions), said=errors.read())


def report_of(done: SearchedCompile) -> Iterator[str]:
    """One line a function."""
    return (function.line() for function in done.functions)


def _plain(call: ClangCall, start: Callable[..., int]) -> int:
    try:
        return start((str(call.clang.path), *call.words), passed=(), more={})
    except OSError as error:
        raise HostError.of(error, doing=f"starting {call.clang.path}") from error
