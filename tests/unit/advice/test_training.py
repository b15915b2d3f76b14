"""The network learns, the same from the same seed, and goes on from a checkpoint as if nothing had been."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from advice_examples import make_example

from rl4real_data.advice.learning import TrainSettings
from rl4real_data.advice.menu import PLANS
from rl4real_data.advice.network import AdviceNetwork, Shape
from rl4real_data.advice.training import predictions_of, train
from rl4real_data.core.errors import UsageError

SHAPE = Shape(plans=len(PLANS), width=16, rounds=1, hidden=16)
SETTINGS = TrainSettings(epochs=4, batch=8, learning_rate=5e-3)
EXAMPLES = [make_example(seed) for seed in range(32)]


def weights_of(network: AdviceNetwork) -> torch.Tensor:
    return torch.cat([values.flatten() for values in network.state_dict().values()])


def test_same_seed_gives_the_same_network() -> None:
    one, other = (train(EXAMPLES, SHAPE, SETTINGS) for _ in range(2))
    another = train(EXAMPLES, SHAPE, TrainSettings(epochs=4, batch=8, learning_rate=5e-3, seed=1))

    assert torch.equal(weights_of(one), weights_of(other))
    assert not torch.equal(weights_of(one), weights_of(another))


def test_what_gains_is_told_from_what_harms() -> None:
    losses: list[float] = []
    settings = TrainSettings(epochs=60, batch=8, learning_rate=5e-3)
    network = train(EXAMPLES, SHAPE, settings, progress=lambda _epoch, _epochs, loss: losses.append(loss))
    gains = [one.gain[0] for one in predictions_of(network, EXAMPLES)]

    assert losses[-1] < losses[0] / 2
    right = sum(bool(gain > 0) is bool(one.gain[0] > 0) for gain, one in zip(gains, EXAMPLES, strict=True))
    assert right >= 29


def test_killed_training_goes_on_to_the_same_network(tmp_path: Path) -> None:
    def killed(epoch: int, _epochs: int, _loss: float) -> None:
        if epoch in (1, 3):
            raise KeyboardInterrupt

    whole = train(EXAMPLES, SHAPE, SETTINGS)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train(EXAMPLES, SHAPE, SETTINGS, checkpoint=tmp_path / "c.pt", progress=killed)
    epochs: list[int] = []
    again = train(
        EXAMPLES,
        SHAPE,
        SETTINGS,
        checkpoint=tmp_path / "c.pt",
        progress=lambda epoch, _epochs, _loss: epochs.append(epoch),
    )

    assert epochs == [4]
    assert torch.equal(weights_of(again), weights_of(whole))
    assert [path.name for path in tmp_path.iterdir()] == ["c.pt"], "no draft is left"


def test_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    train(EXAMPLES, SHAPE, SETTINGS, checkpoint=tmp_path / "c.pt")

    with pytest.raises(UsageError, match=r"c\.pt: it is a checkpoint of other settings"):
        train(EXAMPLES[:-1], SHAPE, SETTINGS, checkpoint=tmp_path / "c.pt")


def test_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.pt").write_bytes(b"nothing of the kind")

    with pytest.raises(UsageError, match=r"c\.pt: it is no checkpoint"):
        train(EXAMPLES, SHAPE, SETTINGS, checkpoint=tmp_path / "c.pt")
