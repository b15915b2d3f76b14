"""The dialogue of RL4ReAl's inference with policies of ours, message by message, in the forms of all wires."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rl4real_data.live.answers import Answer, LivePolicy, Split
from rl4real_data.live.colours import Colours
from rl4real_data.live.dialogue import Dialogues
from rl4real_data.live.function_graph import FunctionGraph
from rl4real_data.live.policies.function import FunctionPolicy
from rl4real_data.live.policies.greedy import GreedyPolicy
from rl4real_data.live.policies.random_colours import RandomPolicy

COLOURS = Colours(
    of_class={"GR32": (1, 2), "GR64": (3,)},
    conflicts={1: frozenset({1, 3}), 2: frozenset({2}), 3: frozenset({1, 3})},
    most=3,
)
"""Colour 3 is a register of which 1 is a part."""


def node(number: int, **changes: Any) -> list[tuple[str, Any]]:
    fields = {
        "regID": number,
        "cls": "GR32",
        "color": 0,
        "positionalSpillWeights": [1.0, 2.0],
        "spillWeight": 0.5,
        "interferences": [],
        "splitSlots": [0],
        "useDistances": [0, 8],
        "vectors": [0.5] * 100 + [1.5] * 100,
    }
    return list({**fields, **changes}.items())


PHYSICAL = node(1, cls="Phy", color=2, interferences=[11], splitSlots=[], useDistances=[], vectors=[])
NODES = [PHYSICAL, node(10, interferences=[11]), node(11, spillWeight=-1.0, cls="GR64")]
"""11 cannot be spilled and interferes with 10; register 1, of colour 2, with 11."""
END = [("result", 1), ("new", 1)]


def json_form(nodes: list[list[tuple[str, Any]]]) -> list[tuple[str, Any]]:
    return [(f"{name}_{fields[0][1]}", value) for fields in nodes for name, value in fields] + END


def bytes_form(nodes: list[list[tuple[str, Any]]]) -> list[tuple[str, Any]]:
    """Raw bytes do not tell a number from a list of one."""
    flat = [pair for fields in nodes for pair in fields] + END
    return [(name, [value] if isinstance(value, int | float) else value) for name, value in flat]


def protobuf_form(nodes: list[list[tuple[str, Any]]]) -> list[tuple[str, Any]]:
    def rows(fields: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        return [(name, [value[:100], value[100:]] if name == "vectors" and value else value) for name, value in fields]

    return [("regProf", rows(fields)) for fields in nodes] + [("funcName", "work"), *END]


@pytest.mark.parametrize("form", [json_form, bytes_form, protobuf_form])
def test_a_function_is_the_same_over_all_wires(form: Callable[..., list[tuple[str, Any]]]) -> None:
    graph = FunctionGraph()
    assert graph.take(form(NODES))

    assert (sorted(graph.nodes), graph.physical) == ([10, 11], {1: 2})
    assert graph.nodes[10].neighbours == {11}
    assert graph.nodes[11].neighbours == {10, 1}
    assert math.isinf(graph.nodes[11].spill_weight)
    assert graph.nodes[10].use_distances.tolist() == [0, 8]
    assert graph.nodes[10].split_slots == (0,)
    assert graph.nodes[10].vectors.shape == (2, 100)
    assert graph.nodes[10].vectors.mean(axis=0).tolist() == [1.0] * 100
    assert graph.nodes[10].register_class == "GR32"


def test_a_split_brings_new_nodes_and_keeps_the_colours_of_registers() -> None:
    graph = FunctionGraph()
    graph.take(json_form(NODES))
    fresh = [node(11, interferences=[1]), node(12), node(13)]
    behind = [(f"{name}_{one[0][1]}", value) for one in fresh for name, value in one]

    assert not graph.take([*behind, ("result", 1), ("new", 0)])
    assert (sorted(graph.nodes), graph.splits, graph.physical) == ([11, 12, 13], 1, {1: 2})
    assert not graph.take([("result", 0), ("new", 0)])
    assert (sorted(graph.nodes), graph.splits, graph.is_refused) == ([11, 12, 13], 1, True)
    assert graph.take(json_form(NODES[:2]))
    assert (graph.splits, graph.is_refused) == (0, False)


def test_colours_that_a_node_may_have() -> None:
    graph = FunctionGraph()
    graph.take(json_form(NODES))

    assert COLOURS.allowed(graph, 10, {}) == [1, 2]
    assert COLOURS.allowed(graph, 10, {11: 3}) == [2]
    assert COLOURS.allowed(graph, 11, {10: 1}) == []
    assert COLOURS.allowed(graph, 11, {10: 2}) == [3]


class Scripted:
    """Gives one answer after the other, and raises what is an exception."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    def answer(self, graph: FunctionGraph) -> Answer:
        del graph
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]


def asked(policy: LivePolicy, *messages: list[tuple[str, Any]]) -> tuple[list[list[int]], list[str], Dialogues]:
    said: list[str] = []
    dialogues = Dialogues(policy, say=said.append)
    answer = dialogues.for_peer("one")
    return [answer(message) for message in messages], said, dialogues


def test_answers_are_rl4real_s_numbers() -> None:
    policy = Scripted(Split(10, 0), {10: 1, 11: 0}, None)
    numbers, said, dialogues = asked(policy, json_form(NODES), [("result", 0), ("new", 0)], json_form(NODES))

    assert numbers == [[0, 10, 0], [1, 10, 1, 11, 0], [-1]]
    assert (said, dialogues.functions) == ([], 2)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (ZeroDivisionError("by zero"), "the policy failed: ZeroDivisionError: by zero"),
        ({99: 1}, "the policy failed: ValueError: it coloured node 99, which the function does not have"),
        (7, "the policy failed: TypeError"),
    ],
)
def test_a_policy_that_fails_leaves_the_function_to_greedy(answer: Any, why: str) -> None:
    numbers, said, _ = asked(Scripted(answer, answer), json_form(NODES), json_form(NODES))

    assert numbers == [[-1], [-1]]
    assert len(said) == 1
    assert why in said[0]


@pytest.mark.parametrize(
    "message", [[], [("spillWeight_3", 1.0)], [("regID", 3), ("result", 1), ("new", 1)], [("nonsense", 1)]]
)
def test_a_message_that_is_none_is_answered_too(message: list[tuple[str, Any]]) -> None:
    policy = Scripted({}, {})
    numbers, said, _ = asked(policy, message)

    assert numbers == [[-1]] or not said
    assert numbers in ([[-1]], [[1]])


def test_splits_in_vain_come_to_an_end() -> None:
    refusals = [[("result", 0), ("new", 0)]] * 101
    numbers, said, _ = asked(Scripted(*[Split(10, 0)] * 200), json_form(NODES), *refusals)

    assert numbers[-1] == [-1]
    assert "100 splits one behind the other were refused" in said[0]


def test_two_compilers_have_two_dialogues() -> None:
    dialogues = Dialogues(Scripted({10: 1}, {20: 1}, {10: 2}), say=lambda _: None)
    one, other = dialogues.for_peer("one"), dialogues.for_peer("other")

    assert one(json_form([node(10)])) == [1, 10, 1]
    assert other(json_form([node(20)])) == [1, 20, 1]
    assert one([("result", 0), ("new", 0)]) == [1, 10, 2]


def test_greedy_decides_nothing() -> None:
    assert asked(GreedyPolicy(), json_form(NODES))[0] == [[-1]]


def test_random_is_legal_and_the_same_for_a_seed() -> None:
    def numbers(seed: int) -> list[list[int]]:
        policy = RandomPolicy(COLOURS, seed=seed, split=0.3)
        return asked(policy, *[json_form(NODES)] * 30)[0]

    assert numbers(1) == numbers(1) != numbers(2)
    for answer in numbers(1):
        if answer[0] == 1:
            given = dict(zip(answer[1::2], answer[2::2], strict=True))
            assert given[10] in (0, 1, 2)
            assert given[11] in (0, 3)
            assert given != {10: 1, 11: 3}
        else:
            assert answer in ([0, 10, 0], [0, 11, 0])
    assert {answer[0] for answer in numbers(1)} == {0, 1}


def test_a_function_of_one_s_own_gets_graph_and_colours() -> None:
    def decide(graph: FunctionGraph, colours: Colours) -> dict[int, int]:
        return {one: colours.allowed(graph, one, {})[0] for one in graph.nodes}

    assert asked(FunctionPolicy(decide, COLOURS), json_form(NODES))[0] == [[1, 10, 1, 11, 3]]


def test_vectors_of_a_node_without_instructions_have_a_width() -> None:
    graph = FunctionGraph()
    graph.take(json_form([node(10, vectors=[])]))

    assert graph.nodes[10].vectors.shape == (0, 100)
    assert graph.nodes[10].vectors.dtype == np.float32
