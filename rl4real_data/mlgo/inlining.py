"""Traces of inlining over LLVM's interactive channel.

The compiler tells LLVM's own decision in a column of its own, but before LLVM 21 it wrote that into the column
`callee_basic_block_count` by mistake. There a module is compiled twice: once for the decisions, once for the features.
"""

from __future__ import annotations

__all__ = ["trace_module"]

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.corpus.elf import ElfError, text_size
from rl4real_data.mlgo.channel_host import ChannelHost, ChannelPolicy
from rl4real_data.mlgo.conversation import Compiler, failure_of, llvm_words
from rl4real_data.mlgo.policies.simple import INLINING_DEFAULT, DefaultPolicy, ReplayPolicy
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.features import ADVICE, Task
from rl4real_data.traces.trajectory import Trajectory

_FIRST_WITH_DEFAULT: Final = 21
"""llvm-project's pull request 141453 gave the column its place."""
_BROKEN_COLUMN: Final = "callee_basic_block_count"
_GROWTH_LIMIT: Final = "-ml-advisor-size-increase-threshold"
_NO_GROWTH_LIMIT: Final = 1000.0
"""Of LLVM's: once a module has grown by this factor (2 by default) nothing is inlined any more, and nobody is told."""
_WITH_DEFAULT: Final = "-inliner-interactive-include-default"
NOTHING_ASKED: Final = "the compiler asked about nothing: it does not inline (-O0), or makes no code of one module"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A module's decisions: `observations` hold the features of `host.header`, without a broken column."""

    host: ChannelHost
    decisions: list[float]
    defaults: list[float]


def trace_module(
    clang: Clang,
    arguments: Sequence[str],
    scratch: Path,
    policy: ChannelPolicy,
    limits: Limits,
    *,
    context: str = "",
    cwd: Path | None = None,
) -> Trajectory | Failure:
    """One module's trajectory; its scores are the bytes of code and constants that `llvm-size` counts.

    `arguments` follow the compiler, a driver's or `-cc1` ones, without `-o`; nothing is written but in `scratch`. For
    the policy `default` the object file is the stock one, or there is a Failure. UsageError for a policy that does not
    fit or answers what may not be sent.
    """
    compiler = Compiler(clang=clang.path, cwd=cwd or Path.cwd(), scratch=scratch, limits=limits)
    stock, traced = scratch / "stock.o", scratch / "traced.o"
    done = compiler.compile((*arguments, "-o", str(stock)))
    if not done.ok:
        return failure_of(done, limits)
    decided = decide_module(compiler, clang.major, (*arguments, "-o", str(traced)), policy)
    if isinstance(decided, Failure):
        return decided
    try:
        score, baseline = (text_size(path.read_bytes()) for path in (traced, stock))
    except (ElfError, FileNotFoundError) as error:
        return Failure(kind=FailureKind.REJECTED, reason=f"no object file comes of these arguments: {error}")
    if isinstance(policy, DefaultPolicy) and traced.read_bytes() != stock.read_bytes():
        return _other_object(score, baseline, arguments)
    return _trajectory(decided, context, score, baseline)


def decide_module(compiler: Compiler, major: int, arguments: Sequence[str], policy: ChannelPolicy) -> Decided | Failure:
    """Compiles a module with `policy`; the last pass is the one whose object file stays. `arguments` name it."""
    if major >= _FIRST_WITH_DEFAULT:
        host = ask_module(compiler, arguments, policy, with_default=True)
        if isinstance(host, Failure):
            return host
        return Decided(host=host, decisions=host.decisions, defaults=_column(host, INLINING_DEFAULT))
    if isinstance(policy, DefaultPolicy):
        first = ask_module(compiler, arguments, DefaultPolicy(_BROKEN_COLUMN), with_default=True)
        second = first if isinstance(first, Failure) else _replay(compiler, arguments, first, with_default=False)
        broken, host = first, second
    else:
        host = ask_module(compiler, arguments, policy, with_default=False)
        broken = host if isinstance(host, Failure) else _replay(compiler, arguments, host, with_default=True)
    if isinstance(host, Failure):
        return host
    if isinstance(broken, Failure):
        return broken
    return Decided(host=host, decisions=host.decisions, defaults=_column(broken, _BROKEN_COLUMN))


def _replay(
    compiler: Compiler, arguments: Sequence[str], first: ChannelHost, *, with_default: bool
) -> ChannelHost | Failure:
    """The same decisions once more, for other columns."""
    second = ask_module(compiler, arguments, ReplayPolicy(first.decisions), with_default=with_default)
    if isinstance(second, ChannelHost) and len(second.decisions) != len(first.decisions):
        said = f"asked {len(first.decisions):,} times, then {len(second.decisions):,} times"
        return Failure(kind=FailureKind.BAD_RECORD, reason=f"the compiler does not repeat itself: it {said}")
    return second


def ask_module(
    compiler: Compiler, arguments: Sequence[str], policy: ChannelPolicy, *, with_default: bool = False
) -> ChannelHost | Failure:
    """Compiles a module once; what was said. `with_default`: LLVM's own decisions, too, which are not all right."""
    flags = [*([_WITH_DEFAULT] if with_default else []), *growth_flags(arguments)]
    spoken = compiler.ask(Task.INLINING, (*arguments, *llvm_words(*flags)), policy)
    if isinstance(spoken, Failure):
        return spoken
    if not spoken.done.ok:
        return failure_of(spoken.done, compiler.limits)
    if spoken.host.header is None:
        return Failure(kind=FailureKind.REJECTED, reason=NOTHING_ASKED)
    return spoken.host


def growth_flags(arguments: Sequence[str]) -> tuple[str, ...]:
    """What puts LLVM's limit of growth out of reach, unless the user has set one."""
    if any(word.lstrip("-").startswith(_GROWTH_LIMIT.lstrip("-")) for word in arguments):
        return ()
    return (f"{_GROWTH_LIMIT}={_NO_GROWTH_LIMIT:g}",)


def _column(host: ChannelHost, name: str) -> list[float]:
    assert host.header is not None, "whoever was asked nothing is a Failure"
    return list(host.header.layout.columns(host.observations)[name].tolist())


def _other_object(score: int, baseline: int, arguments: Sequence[str]) -> Failure:
    """The words why a default trace is none."""
    reason = f"with LLVM's own decisions the object file is another one ({score:,} bytes of text, stock {baseline:,})"
    if any(_GROWTH_LIMIT.lstrip("-") in word for word in arguments):
        reason += f": {_GROWTH_LIMIT} stops inlining once the module has grown by that factor; leave it out"
    return Failure(kind=FailureKind.VERIFY, reason=reason)


def _trajectory(decided: Decided, context: str, score: int, baseline: int) -> Trajectory:
    host = decided.host
    assert host.header is not None, "whoever was asked nothing is a Failure"
    features: dict[str, np.ndarray[Any, Any]] = host.header.layout.columns(host.observations)
    features.pop(INLINING_DEFAULT, None)
    advice = ADVICE[Task.INLINING].numpy_type
    return Trajectory(
        context=context,
        features=features,
        decision=np.array(decided.decisions, advice),
        default_decision=np.array(decided.defaults, advice),
        score=float(score),
        baseline=float(baseline),
    )
