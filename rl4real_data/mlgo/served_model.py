"""A policy that is asked in the messages of LLVM's interactive channel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rl4real_data.core.errors import UsageError
from rl4real_data.live.messages import Message
from rl4real_data.mlgo.advice_rules import rule_of
from rl4real_data.mlgo.channel_host import ChannelPolicy
from rl4real_data.mlgo.tensors import header_of
from rl4real_data.traces.features import Task


def message_policy(policy: ChannelPolicy, task: Task) -> Callable[[Message], float | int]:
    """Answers a message. UsageError for one that lacks a feature, and for an answer that must not be sent."""
    header, rule = header_of(task), rule_of(task)
    answer = policy.begin(header)
    rule.begin(header)

    def decide(message: Message) -> float | int:
        told = dict(message)
        try:
            parts = [np.asarray(told[one.name], one.dtype).tobytes() for one in header.layout.tensors]
        except KeyError as error:
            raise UsageError(f"the compiler sends no {error}", hint=f"have it ask about {task}") from error
        observation = b"".join(parts)
        return rule.checked(answer(observation), observation)

    return decide
