"""The trials of one function, of each plan of the menu, then of decisions on nodes on top of the best setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rl4real_data.advice.menu import PLANS, SETTINGS, node_decisions
from rl4real_data.core import interruption
from rl4real_data.core.errors import HostError, ToolchainError
from rl4real_data.episodes.label_values import Objective
from rl4real_data.improve.candidate_pool import Decision
from rl4real_data.improve.choices import Known, read_choices
from rl4real_data.improve.episode_jobs import SearchJob
from rl4real_data.improve.objective import Judge, is_less
from rl4real_data.labels.decisions import Decisions
from rl4real_data.live.trial import CompilerTool, TrialFunction, TrialLimits, trial_of_mir
from rl4real_data.live.trial_result import TrialResult

_LIMITS: Final = TrialLimits(wall_s=600.0)
"""A machine that does other things must not decide which candidates fail: the limit is processor time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTrials:
    """`greedy` is the final code of greedy alone, `plans` that with each plan of the menu, None where it failed.

    `base` is the setting on top of which the `nodes` were decided on, -1 for none, and `node_values` what they gave.
    `allowed` tells of each plan whether neither the score with what callee-saved registers cost nor the executed
    instructions rise. `reason`: why nothing was tried.
    """

    episode_id: str
    greedy: float | None = None
    plans: tuple[float | None, ...] = ()
    allowed: tuple[bool, ...] = ()
    base: int = -1
    nodes: tuple[Decision, ...] = ()
    node_values: tuple[float | None, ...] = ()
    reason: str = ""

    @property
    def base_value(self) -> float | None:
        """What the decisions on nodes are to be compared with."""
        return self.greedy if self.base < 0 else self.plans[self.base]


def trials_of_episode(tool: CompilerTool, job: SearchJob, *, with_nodes: bool) -> FunctionTrials:
    """Tries the menu. What is this episode's fault is a reason; HostError where the compiler cannot be started."""
    if job.mir is None:
        return FunctionTrials(episode_id=job.episode_id, reason="the episode has no MIR text")
    try:
        with trial_of_mir(tool, job.mir, limits=_LIMITS) as compiler:
            for function in compiler:
                return _try_menu(job, function, with_nodes=with_nodes)
    except ToolchainError as error:
        interruption.check()  # which ends all compilers
        return FunctionTrials(episode_id=job.episode_id, reason=str(error).splitlines()[0])
    except InterruptedError:
        raise
    except OSError as error:
        raise HostError.of(error, doing="trying decisions") from error
    return FunctionTrials(episode_id=job.episode_id, reason="the compiler found no function in the episode's text")


def _try_menu(job: SearchJob, function: TrialFunction, *, with_nodes: bool) -> FunctionTrials:
    judge = Judge(objective=Objective.FINAL, greedy=function.try_decisions([], until="code"))
    if not judge.greedy_value:
        return FunctionTrials(episode_id=job.episode_id, reason=judge.greedy.reason or "it has no final code")
    tried = _try_all(function, PLANS)
    values = tuple(judge.value(result) for result in tried)
    allowed = tuple(judge.allowed(result) is not None for result in tried)
    base = _best(judge.greedy_value, values[: len(SETTINGS)], allowed[: len(SETTINGS)])
    known = Known(callee_saved=job.known.callee_saved, greedy={})  # what the network knows: nothing of the answer
    nodes = node_decisions(read_choices(function.describe(), known)) if with_nodes else ()
    before = [] if base < 0 else [SETTINGS[base]]
    return FunctionTrials(
        episode_id=job.episode_id,
        greedy=judge.greedy_value,
        plans=values,
        allowed=allowed,
        base=base,
        nodes=nodes,
        node_values=tuple(judge.value(result) for result in _try_all(function, [[*before, one] for one in nodes])),
    )


def _try_all(function: TrialFunction, candidates: Sequence[Decisions]) -> list[TrialResult]:
    results = []
    for result in function.try_many(candidates, until="code"):
        interruption.check()
        results.append(result)
    return results


def _best(greedy: float, values: Sequence[float | None], allowed: Sequence[bool]) -> int:
    """The place of the setting with the least code that is allowed; -1 if greedy alone is as good."""
    found = [(value, place) for place, (value, fair) in enumerate(zip(values, allowed, strict=True)) if fair and value]
    value, place = min(found, default=(greedy, -1))
    return place if is_less(value, greedy) else -1
