"""The training of a vocabulary.

TransE (Bordes et al., NIPS 2013) over the triplets, with PyTorch Geometric's implementation.

Needs the extra `vocab`; torch is imported here and nowhere else. One thread and one seeded generator: the same
triplets, settings and seed give the same vectors. After every few epochs a checkpoint is written, from which the same
call goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from rl4real_data.core import interruption
from rl4real_data.core.atomic_files import publish
from rl4real_data.core.extras import required_by
from rl4real_data.mir2vec.vocabulary import Vectors
from rl4real_data.vocab_learning.triplets import Ids, Triplets

_EPOCHS_A_CHECKPOINT: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSettings:
    """What decides the vectors, besides the triplets. `margin` and `norm` are those of TransE's loss.

    The learning rate falls in a straight line to nothing over the epochs, so that the last batches decide no more than
    the others.
    """

    dimension: int
    epochs: int
    seed: int
    learning_rate: float = 0.02
    batch_size: int = 2048
    margin: float = 1.0
    norm: float = 2.0


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Entities that have vectors: `rows` (kept,) of the triplets' entities, `vectors` (kept, dimension) float32."""

    rows: Ids
    vectors: Vectors


@dataclass(frozen=True, kw_only=True)
class Trained:
    """`vectors` (entities, dimension) float32, each of length 1; `losses` the mean loss of each epoch."""

    vectors: Vectors
    losses: tuple[float, ...]


def train(
    triplets: Triplets,
    settings: TrainingSettings,
    *,
    kept: Kept | None = None,
    checkpoint: Path,
    watch: Callable[[int, float], object],
) -> Trained:
    """`watch(epochs done, loss)` is called after each epoch. ToolchainError if the extra is not installed.

    Vectors that are `kept` stay as they are, and the others are learned beside them.
    """
    trainer = _Trainer(triplets, settings, kept)
    identity = _identity(triplets, settings, kept)
    losses = trainer.resume(checkpoint, identity)
    for epoch in range(len(losses), settings.epochs):
        interruption.check()
        losses.append(trainer.run_epoch(epoch))
        watch(epoch + 1, losses[-1])
        if (epoch + 1) % _EPOCHS_A_CHECKPOINT == 0:
            trainer.save(checkpoint, identity, losses)
    return Trained(vectors=trainer.vectors(), losses=tuple(losses))


class _Trainer:
    """The model, its optimiser and its generator."""

    def __init__(self, triplets: Triplets, settings: TrainingSettings, kept: Kept | None = None) -> None:
        self._torch, transe = _import_libraries()
        self._torch.set_num_threads(1)  # the batches are small, and the order of additions stays the same
        self._torch.manual_seed(settings.seed)
        self._settings = settings
        self._rows = self._torch.from_numpy(np.ascontiguousarray(triplets.rows))
        self._model: Any = transe(
            num_nodes=len(triplets.entities),
            num_relations=len(triplets.relations),
            hidden_channels=settings.dimension,
            margin=settings.margin,
            p_norm=settings.norm,
        )
        self._kept = kept
        if kept is not None:
            self._keep(kept)
        self._optimizer = self._torch.optim.Adam(self._model.parameters(), lr=settings.learning_rate)

    def _keep(self, kept: Kept) -> None:
        """No gradient reaches them."""
        weight, rows = self._model.node_emb.weight, self._torch.from_numpy(kept.rows)
        is_free = self._torch.ones(len(weight), 1)
        is_free[rows] = 0
        weight.register_hook(lambda gradient: gradient * is_free)
        with self._torch.no_grad():
            weight[rows] = self._torch.from_numpy(kept.vectors)

    def run_epoch(self, epoch: int) -> float:
        """Every triplet once, in a new order, against one with its head or tail replaced. Returns the mean loss."""
        total, size = 0.0, self._settings.batch_size
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.learning_rate * (1 - epoch / self._settings.epochs)
        order = self._torch.randperm(len(self._rows))
        for first in range(0, len(order), size):
            interruption.check()
            head, relation, tail = self._rows[order[first : first + size]].unbind(dim=1)
            self._optimizer.zero_grad()
            loss = self._model.loss(head, relation, tail)
            loss.backward()
            self._optimizer.step()
            total += float(loss.detach()) * len(head)
        return total / len(self._rows)

    def vectors(self) -> Vectors:
        """As the model compares them: normalised. Those that are kept to the last bit."""
        weights = self._model.node_emb.weight.detach()
        unit: Vectors = self._torch.nn.functional.normalize(weights, p=2.0, dim=-1).numpy().astype(np.float32)
        if self._kept is not None:
            unit[self._kept.rows] = self._kept.vectors
        return unit

    def save(self, path: Path, identity: str, losses: list[float]) -> None:
        state = {
            "identity": identity,
            "losses": losses,
            "model": self._model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "generator": self._torch.get_rng_state(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        with publish(path) as draft:
            self._torch.save(state, draft)

    def resume(self, path: Path, identity: str) -> list[float]:
        """The losses so far; a checkpoint of other triplets or settings counts as none."""
        if not path.is_file():
            return []
        state = self._torch.load(path, weights_only=True)
        if state["identity"] != identity:
            return []
        self._model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._torch.set_rng_state(state["generator"])
        return list(state["losses"])


def _identity(triplets: Triplets, settings: TrainingSettings, kept: Kept | None) -> str:
    names = [(entity.section.value, entity.name) for entity in triplets.entities]
    digest = hashlib.sha256(json.dumps([asdict(settings), names], sort_keys=True).encode())
    digest.update(np.ascontiguousarray(triplets.rows, "<i8").tobytes())
    if kept is not None:
        digest.update(np.ascontiguousarray(kept.rows, "<i8").tobytes())
        digest.update(np.ascontiguousarray(kept.vectors, "<f4").tobytes())
    return digest.hexdigest()


def _import_libraries() -> tuple[Any, Any]:
    with required_by("training a vocabulary", extra="vocab"):
        import torch
        from torch_geometric.nn import TransE
    return torch, TransE
