"""The training of the network on examples, from a seed, with a checkpoint behind each epoch.

The order of the examples follows from the seed and the number of the epoch, so that a run that was killed goes on from
its checkpoint as if nothing had been.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rl4real_data.advice.examples import Example
from rl4real_data.advice.graph import Graph, joined
from rl4real_data.advice.learning import TrainSettings
from rl4real_data.advice.losses import loss_of
from rl4real_data.advice.network import AdviceNetwork, Predictions, Shape
from rl4real_data.core import interruption
from rl4real_data.core.atomic_files import publish
from rl4real_data.core.errors import UsageError
from rl4real_data.core.extras import required_by

with required_by("the preset advice", extra="advice"):
    import torch
    from torch import Tensor

Progress = Callable[[int, int, float], object]

_FORMAT: Final = "rl4real-data advice 2"


def train(
    examples: Sequence[Example],
    shape: Shape,
    settings: TrainSettings,
    *,
    checkpoint: Path | None = None,
    progress: Progress = lambda _epoch, _epochs, _loss: None,
) -> AdviceNetwork:
    """A network that has learned from the examples; it goes on from the checkpoint if that is there.

    UsageError for a checkpoint of other settings.
    """
    torch.set_num_threads(1)  # the batches are small, and on a busy machine threads wait for each other
    torch.manual_seed(settings.seed)
    network = AdviceNetwork(shape)
    steps = settings.epochs * -(-len(examples) // settings.batch)
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, total_steps=steps)
    parts = {"network": network, "optimizer": optimizer, "schedule": schedule}
    told = {"format": _FORMAT, "settings": asdict(settings), "shape": asdict(shape), "examples": len(examples)}
    begin = _load(checkpoint, parts, told) if checkpoint else 0
    for epoch in range(begin, settings.epochs):
        total = 0.0
        for batch in _shuffled(examples, settings, epoch):
            interruption.check()
            total += _step(network, optimizer, batch) * len(batch)
            schedule.step()
        if checkpoint:
            _save(checkpoint, parts, told, epoch + 1)
        progress(epoch + 1, settings.epochs, total / len(examples))
    return network.eval()


def predictions_of(
    network: Callable[[Graph], Predictions], examples: Sequence[Example], *, batch: int = 64
) -> Iterator[Predictions]:
    """Of each example, in their order."""
    for start in range(0, len(examples), batch):
        own = examples[start : start + batch]
        with torch.no_grad():  # never across a yield: who breaks off, or asks for two at a time, would be left with it
            found = network(joined([one.graph for one in own]))
        for gain, harm in zip(found.gain, found.harm, strict=True):
            yield Predictions(gain, harm)


def _shuffled(examples: Sequence[Example], settings: TrainSettings, epoch: int) -> Iterator[list[Example]]:
    order = list(range(len(examples)))
    random.Random(f"{settings.seed} {epoch}").shuffle(order)
    for start in range(0, len(order), settings.batch):
        yield [examples[place] for place in order[start : start + settings.batch]]


def _step(network: AdviceNetwork, optimizer: torch.optim.Optimizer, batch: Sequence[Example]) -> float:
    optimizer.zero_grad()
    found = network(joined([one.graph for one in batch]))
    loss: Tensor = loss_of(found, torch.stack([one.gain for one in batch]))
    loss.backward()  # type: ignore[no-untyped-call]  # torch's own
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _save(path: Path, parts: dict[str, Any], told: dict[str, Any], epoch: int) -> None:
    state = {name: part.state_dict() for name, part in parts.items()}
    with publish(path) as draft:
        torch.save({**told, "epoch": epoch, **state}, draft)


def _load(path: Path, parts: dict[str, Any], told: dict[str, Any]) -> int:
    """The epoch to go on with."""
    if not path.exists():
        return 0
    try:
        found = torch.load(path, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise UsageError(f"{path}: it is no checkpoint", hint="name another folder with --out, or delete it") from error
    if any(found.get(name) != value for name, value in told.items()):
        raise UsageError(
            f"{path}: it is a checkpoint of other settings or examples",
            hint="name another folder with --out, or delete it",
        )
    for name, part in parts.items():
        part.load_state_dict(found[name])
    return int(found["epoch"])
