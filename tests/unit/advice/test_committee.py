"""Several networks decide by their mean, and each goes on from a checkpoint of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from advice_examples import make_example

from rl4real_data.advice.committee import train_committee
from rl4real_data.advice.learning import TrainSettings
from rl4real_data.advice.menu import PLANS
from rl4real_data.advice.network import Shape
from rl4real_data.advice.training import predictions_of, train

SHAPE = Shape(plans=len(PLANS), width=16, rounds=1, hidden=16)
SETTINGS = TrainSettings(epochs=2, batch=8, learning_rate=5e-3, seed=4)
EXAMPLES = [make_example(seed) for seed in range(16)]


def test_predictions_are_the_mean_of_those_of_each_seed(tmp_path: Path) -> None:
    committee = train_committee(EXAMPLES, SHAPE, SETTINGS, 2, checkpoint=tmp_path / "c.pt")
    alone = [train(EXAMPLES, SHAPE, replace(SETTINGS, seed=seed)) for seed in (4, 5)]

    both = zip(*(predictions_of(network, EXAMPLES) for network in alone), strict=True)
    for found, (one, other) in zip(predictions_of(committee, EXAMPLES), both, strict=True):
        assert not torch.allclose(one.gain, other.gain)
        torch.testing.assert_close(found.gain, (one.gain + other.gain) / 2)
        torch.testing.assert_close(found.harm, (one.harm + other.harm) / 2)


def test_a_run_that_was_killed_goes_on_in_the_network_that_was_learning(tmp_path: Path) -> None:
    whole = train_committee(EXAMPLES, SHAPE, SETTINGS, 2, checkpoint=tmp_path / "c.pt")
    (tmp_path / "c-of-5.pt").unlink()
    epochs: list[int] = []
    again = train_committee(
        EXAMPLES,
        SHAPE,
        SETTINGS,
        2,
        checkpoint=tmp_path / "c.pt",
        progress=lambda epoch, _epochs, _loss: epochs.append(epoch),
    )

    assert epochs == [1, 2]
    for one, other in zip(whole.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
