"""The plugin's flags for a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from rl4real_data.core.errors import UsageError
from rl4real_data.live.onnx_runtime import onnx_runtime_for
from rl4real_data.live.policies.onnx_agents import agent_paths
from rl4real_data.live.policy_choice import PolicyChoice, PolicyKind

LIBRARY_VARIABLE = "MLRUN_ONNXRUNTIME"


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFlags:
    """`flags`: of the plugin, without what clang wants before each. `environment`: what the compiler needs."""

    flags: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def for_clang(self, plugin: Path, *more: str, is_quiet: bool = False) -> tuple[str, ...]:
        """The words for clang's driver. Each goes to the compiler proper alone: with -save-temps the driver would hand
        what stands behind a plain -mllvm to the assembler, too. What a decision costs is no error of the user's code.
        """
        hidden = (word for flag in (*self.flags, *more) for word in ("-Xclang", "-mllvm", "-Xclang", flag))
        return (f"-fplugin={plugin}", *hidden, "-Wno-backend-plugin" if is_quiet else "-Wno-error=backend-plugin")


def flags_of(
    policy: PolicyChoice,
    *,
    vocabulary: Path | None,
    pipe: str = "",
    seed: int | None = None,
    tries: int | None = None,
) -> PluginFlags:
    """The flags with which the plugin decides as the policy does. `pipe`: where a function of the user's is served.
    `tries`: how many proposals of a model that advises are tried.

    MissingExtra for a model that the plugin does not run alone, where onnxruntime is not installed.
    """
    words = () if vocabulary is None else (f"-mlra-vocabulary={vocabulary}",)
    kind = policy.kind
    if kind is PolicyKind.GREEDY:
        return PluginFlags()
    if kind is PolicyKind.RANDOM:
        seeds = () if seed is None else (f"-mlra-random-seed={seed}",)
        return PluginFlags(flags=("-mlra-random", *seeds))
    if kind is PolicyKind.FUNCTION:
        served = ("-mlra-inference", "-mlra-use-pipe", f"-mlra-pipe-name={pipe}", "-mlra-data-format=json")
        return PluginFlags(flags=(*served, *words))
    found = onnx_runtime_for(models_of(policy))
    library = {} if found is None else {LIBRARY_VARIABLE: str(found)}
    if kind is PolicyKind.MODEL:
        return PluginFlags(flags=(f"-mlra-policy={policy.path}", *words), environment=library)
    if kind is PolicyKind.ADVICE:
        tried = () if tries is None else (f"-mlra-tries={tries}",)
        return PluginFlags(flags=(f"-mlra-policy={policy.path}", *tried, *words), environment=library)
    if kind is PolicyKind.AGENTS:
        agents = ("-mlra-inference", "-rl-inference-engine", f"-ml-config-path={policy.path}")
        return PluginFlags(flags=(*agents, *words), environment=library)
    assert_never(kind)


def models_of(policy: PolicyChoice) -> list[Path]:
    """The files that the plugin opens for a policy."""
    if policy.path is None:
        return []
    return list(agent_paths(policy.path).values()) if policy.kind is PolicyKind.AGENTS else [policy.path]


def flags_of_file(path: Path) -> PluginFlags:
    """The flags that carry out a file of decisions. UsageError for a pipe, which only one can read."""
    if path.is_fifo():
        raise UsageError(
            f"{path}: a pipe, which each compiler would read anew",
            hint="write the decisions into a file, and name that",
        )
    return PluginFlags(flags=(f"-mlra-decisions={path.absolute()}",))
