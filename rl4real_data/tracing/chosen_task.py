"""The task and the policy that the words of a command line name."""

from __future__ import annotations

from rl4real_data.traces.features import Task
from rl4real_data.tracing.inlining_task import inlining_task
from rl4real_data.tracing.policies import TracePolicy, trace_policy
from rl4real_data.tracing.tasks import AllocationTask, TraceTask


def chosen_task(task: Task, policy: str, *, seed: int) -> tuple[TraceTask, TracePolicy]:
    """UsageError for a policy that is none, or does not fit."""
    if task is Task.INLINING:
        return inlining_task(policy, seed=seed)
    decides = trace_policy(policy, task, seed=seed)
    return AllocationTask(task=task, policy=decides), decides
