"""A stage of the flow.

A name, a version and a function; the flows are tuples of them (`rl4real_data.flow.pipeline`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rl4real_data.core.failure import Failure
from rl4real_data.stages.job import ModuleJob

if TYPE_CHECKING:
    from rl4real_data.stages.draft import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleStage:
    """Runs once a module, in a worker: takes what the stage before returned (the first one, the scratch folder)."""

    name: str
    version: int  # raise it when the stage writes other bytes for the same input
    run: Callable[[ModuleJob, Any], Any | Failure]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetStage:
    """Runs once a dataset, over all parts: returns the draft with what it added."""

    name: str
    version: int  # raise it when the stage writes other bytes for the same input
    run: Callable[[Draft], Draft]
