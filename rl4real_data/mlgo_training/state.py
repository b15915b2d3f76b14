"""The state of a run, which is scale, network, optimiser, and what else an algorithm remembers."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from rl4real_data.core.errors import UsageError
from rl4real_data.core.extras import required_by
from rl4real_data.mlgo_training.feature_rows import Floats
from rl4real_data.mlgo_training.feature_scale import FeatureScale
from rl4real_data.mlgo_training.networks import PolicyNetwork
from rl4real_data.traces.features import FEATURES, Task

with required_by("training a policy of MLGO's tasks", extra="mlgo-training"):
    import torch

POLICY_NAME: Final = "policy.pt"
LEARNER_NAME: Final = "learner.pt"
_SCALE: Final = ("bounds", "counts", "mean", "deviation")
_UNREADABLE: Final = (
    *(OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, EOFError, IndexError),
    pickle.UnpicklingError,
)
"""What torch raises for a file that holds something else."""


@dataclass(slots=True)
class TrainState:
    """`ranks`: of priorities, the quantiles of LLVM's own; else empty. `remembered`: the algorithm's own numbers."""

    task: Task
    scale: FeatureScale
    network: PolicyNetwork
    ranks: Floats
    optimizer: torch.optim.Optimizer
    remembered: dict[str, float] = field(default_factory=dict)

    @classmethod
    def fresh(cls, task: Task, scale: FeatureScale, ranks: Floats, layers: Sequence[int], *, seed: int) -> TrainState:
        torch.manual_seed(seed)
        network = PolicyNetwork(task, scale.width, layers)
        return cls(task, scale, network, ranks, _optimizer(network))

    def write(self, folder: Path) -> None:
        """Both files. OSError if they cannot be written."""
        scale = {name: torch.from_numpy(getattr(self.scale, name)) for name in _SCALE}
        policy = {
            "scale": scale,
            "ranks": torch.from_numpy(self.ranks),
            "sizes": list(self.network.sizes),
            "network": self.network.state_dict(),
        }
        _write(folder / POLICY_NAME, policy)
        _write(folder / LEARNER_NAME, {"optimizer": self.optimizer.state_dict(), "remembered": self.remembered})

    @classmethod
    def read(cls, folder: Path, task: Task, *, with_learner: bool) -> TrainState:
        """UsageError for a checkpoint that is damaged, or of other features."""
        try:
            policy = torch.load(folder / POLICY_NAME, weights_only=True)
            scale = FeatureScale(task, *(policy["scale"][name].numpy() for name in _SCALE))
            sizes = policy["sizes"]
            network = PolicyNetwork(task, sizes[0], sizes[1:-1])
            network.load_state_dict(policy["network"])
            if len(scale.mean) != len(FEATURES[task]) or scale.width != sizes[0]:
                raise ValueError(f"it is of {len(scale.mean)} features, {task} has {len(FEATURES[task])}")
            found = cls(task, scale, network, policy["ranks"].numpy(), _optimizer(network))
            if with_learner:
                found._read_learner(torch.load(folder / LEARNER_NAME, weights_only=True))
        except _UNREADABLE as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise UsageError(f"{folder}: damaged: {said}", hint="take an earlier checkpoint of the run") from error
        return found

    def _read_learner(self, learner: Mapping[str, Any]) -> None:
        self.optimizer.load_state_dict(learner["optimizer"])
        self.remembered = dict(learner["remembered"])

    def set_rate(self, rate: float) -> None:
        """Of the optimiser's next steps."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate


def _optimizer(network: PolicyNetwork) -> torch.optim.Optimizer:
    return torch.optim.Adam(network.parameters())


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """By way of memory: torch's own writer tells of a full disk by no OSError."""
    stream = io.BytesIO()
    torch.save(dict(content), stream)
    path.write_bytes(stream.getvalue())


def ranks_of(task: Task, decided: Sequence[Any] | np.ndarray[Any, Any], quantiles: int) -> Floats:
    """Quantiles of LLVM's priorities; of other tasks nothing."""
    if task is not Task.PRIORITY:
        return np.empty(0, np.float32)
    asked = np.arange(1, quantiles + 1) / (quantiles + 1)
    return np.quantile(np.asarray(decided, np.float64), asked, method="nearest").astype(np.float32)
