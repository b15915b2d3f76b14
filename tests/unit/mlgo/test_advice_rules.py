"""Which answers are sent to a compiler."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.mlgo.advice_rules import rule_of
from rl4real_data.mlgo.tensors import Header, Layout, Tensor
from rl4real_data.traces.features import Task

EVICTION = Header(
    layout=Layout((Tensor("other", "float", (1, 33)), Tensor("mask", "int64_t", (1, 33)))),
    advice=Tensor("index_to_evict", "int64_t"),
)
PRIORITY = Header(layout=Layout((Tensor("li_size", "int64_t"),)), advice=Tensor("priority", "float"))


def observation(*legal: int) -> bytes:
    mask = np.zeros(33, np.int64)
    mask[list(legal)] = 1
    return np.ones(33, np.float32).tobytes() + mask.tobytes()


def test_eviction_takes_what_the_mask_allows() -> None:
    rule = rule_of(Task.EVICTION)
    rule.begin(EVICTION)

    assert rule.legal(observation(0, 5, 32)) == [0, 5, 32]
    assert rule.packed(rule.checked(5, observation(5))) == struct.pack("=q", 5)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (33, "0 to 32"),
        (-1, "0 to 32"),
        (1.5, "0 to 32"),
        (float("nan"), "0 to 32"),
        (float("inf"), "0 to 32"),
        (6, "column 6, which the mask forbids"),
    ],
)
def test_eviction_refuses_the_rest(wrong: float, words: str) -> None:
    rule = rule_of(Task.EVICTION)
    rule.begin(EVICTION)

    with pytest.raises(UsageError, match=words):
        rule.checked(wrong, observation(5))


def test_a_priority_is_a_finite_float() -> None:
    rule = rule_of(Task.PRIORITY)
    rule.begin(PRIORITY)

    assert rule.packed(rule.checked(2.5, b"")) == struct.pack("=f", 2.5)
    for wrong in (float("inf"), float("nan"), 1e39):
        with pytest.raises(UsageError, match="finite"):
            rule.checked(wrong, b"")
