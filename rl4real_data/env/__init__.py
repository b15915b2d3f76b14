"""The colouring environment, known to Gymnasium as `rl4real_data/RegisterAllocation-v0` once this is imported."""

from __future__ import annotations

__all__ = ["ENVIRONMENT_ID", "RegisterAllocationEnv"]

from typing import Final

from rl4real_data.core.extras import required_by

with required_by("RegisterAllocationEnv", extra="env"):
    import gymnasium

from rl4real_data.env.register_allocation import RegisterAllocationEnv

ENVIRONMENT_ID: Final = "rl4real_data/RegisterAllocation-v0"

gymnasium.register(id=ENVIRONMENT_ID, entry_point="rl4real_data.env.register_allocation:RegisterAllocationEnv")
