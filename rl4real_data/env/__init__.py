"""The environments of register allocation.

Gymnasium knows them once this is imported: `rl4real_data/RegisterAllocation-v0`, which colours, and
`rl4real_data/RegisterAllocation-v1`, which splits live ranges, too.
"""

from __future__ import annotations

__all__ = ["ENVIRONMENT_ID", "SPLIT_ENVIRONMENT_ID", "RegisterAllocationEnv", "SplitRegisterAllocationEnv"]

from typing import Final

from rl4real_data.core.extras import required_by

with required_by("RegisterAllocationEnv", extra="env"):
    import gymnasium

from rl4real_data.env.register_allocation import RegisterAllocationEnv
from rl4real_data.env.split_register_allocation import SplitRegisterAllocationEnv

ENVIRONMENT_ID: Final = "rl4real_data/RegisterAllocation-v0"
SPLIT_ENVIRONMENT_ID: Final = "rl4real_data/RegisterAllocation-v1"

gymnasium.register(id=ENVIRONMENT_ID, entry_point="rl4real_data.env.register_allocation:RegisterAllocationEnv")
gymnasium.register(
    id=SPLIT_ENVIRONMENT_ID,
    entry_point="rl4real_data.env.split_register_allocation:SplitRegisterAllocationEnv",
)
