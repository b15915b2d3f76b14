"""A policy that answers compilers, made of the word that names it."""

from __future__ import annotations

from typing import assert_never

from rl4real_data.core.errors import UsageError
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import Target
from rl4real_data.episodes.registers import register_table
from rl4real_data.live.answers import LivePolicy
from rl4real_data.live.colours import Colours
from rl4real_data.live.onnx_sessions import open_model
from rl4real_data.live.policies.function import FunctionPolicy, load_function
from rl4real_data.live.policies.greedy import GreedyPolicy
from rl4real_data.live.policies.onnx_agents import OnnxAgentsPolicy, agent_paths
from rl4real_data.live.policies.onnx_model import OnnxModelPolicy
from rl4real_data.live.policies.random_colours import RandomPolicy
from rl4real_data.live.policy_choice import PolicyChoice, PolicyKind
from rl4real_data.reading.register_table import RegisterTable, register_table_of
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin, register_file


def target_registers(clang: Clang, plugin: Plugin, target: Target) -> RegisterTable:
    """The registers of a target as this clang numbers them. ToolchainError if it does not take the plugin."""
    described = register_file(clang, plugin, target, load_recipe(target.name).cpu)
    return register_table_of(register_table(target.name.value, described), target=target.name.value)


def served_policy(choice: PolicyChoice, registers: RegisterTable, *, seed: int = 0) -> LivePolicy:
    """UsageError for a model or a function that cannot be used, MissingExtra without what runs it."""
    kind = choice.kind
    if kind is PolicyKind.GREEDY:
        return GreedyPolicy()
    if kind is PolicyKind.RANDOM:
        return RandomPolicy(Colours.of(registers), seed=seed)
    if kind is PolicyKind.FUNCTION:
        return FunctionPolicy(load_function(choice.word), Colours.of(registers))
    assert choice.path is not None, "models lie in files"
    if kind is PolicyKind.MODEL:
        return OnnxModelPolicy(open_model(choice.path), registers)
    if kind is PolicyKind.ADVICE:
        raise UsageError(
            f"{choice.word}: a model that advises looks at columns of the problem that no dialogue carries",
            hint=f"it decides inside of the compiler: rl4real-data compile --policy {choice.word} -- clang -O3 -c a.c",
        )
    if kind is PolicyKind.AGENTS:
        sessions = {agent: open_model(path) for agent, path in agent_paths(choice.path).items()}
        return OnnxAgentsPolicy(sessions, Colours.of(registers))
    assert_never(kind)
