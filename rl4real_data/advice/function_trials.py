"""The trials of one function, of each plan of the menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rl4real_data.advice.menu import PLANS
from rl4real_data.core import interruption
from rl4real_data.core.errors import HostError, ToolchainError
from rl4real_data.episodes.label_values import Objective
from rl4real_data.improve.episode_jobs import SearchJob
from rl4real_data.improve.objective import Judge
from rl4real_data.live.trial import CompilerTool, TrialFunction, TrialLimits, trial_of_mir

_LIMITS: Final = TrialLimits(wall_s=600.0)
"""A machine that does other things must not decide which candidates fail: the limit is processor time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionTrials:
    """`greedy` is the final code of greedy alone, `plans` that with each plan of the menu, None where it failed.

    `allowed` tells of each plan whether neither the score with what callee-saved registers cost nor the executed
    instructions rise. `reason`: why nothing was tried.
    """

    episode_id: str
    greedy: float | None = None
    plans: tuple[float | None, ...] = ()
    allowed: tuple[bool, ...] = ()
    reason: str = ""


def trials_of_episode(tool: CompilerTool, job: SearchJob) -> FunctionTrials:
    """Tries the menu. What is this episode's fault is a reason; HostError where the compiler cannot be started."""
    if job.mir is None:
        return FunctionTrials(episode_id=job.episode_id, reason="the episode has no MIR text")
    try:
        with trial_of_mir(tool, job.mir, limits=_LIMITS) as compiler:
            for function in compiler:
                return _try_menu(job, function)
    except ToolchainError as error:
        interruption.check()  # which ends all compilers
        return FunctionTrials(episode_id=job.episode_id, reason=str(error).splitlines()[0])
    except InterruptedError:
        raise
    except OSError as error:
        raise HostError.of(error, doing="trying decisions") from error
    return FunctionTrials(episode_id=job.episode_id, reason="the compiler found no function in the episode's text")


def _try_menu(job: SearchJob, function: TrialFunction) -> FunctionTrials:
    judge = Judge(objective=Objective.FINAL, greedy=function.try_decisions([], until="code"))
    if not judge.greedy_value:
        return FunctionTrials(episode_id=job.episode_id, reason=judge.greedy.reason or "it has no final code")
    tried = []
    for result in function.try_many(PLANS, until="code"):
        interruption.check()
        tried.append(result)
    return FunctionTrials(
        episode_id=job.episode_id,
        greedy=judge.greedy_value,
        plans=tuple(judge.value(result) for result in tried),
        allowed=tuple(judge.allowed(result) is not None for result in tried),
    )
