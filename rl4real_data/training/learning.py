"""One phase of a training run, in which players collect games and RLlib's learners update the modules."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from pathlib import Path
from typing import Any, Final

from rl4real_data.core.extras import required_by
from rl4real_data.training.agents import AgentName
from rl4real_data.training.choices import Algorithm
from rl4real_data.training.cloning import CloningLearner
from rl4real_data.training.modules import modules_of
from rl4real_data.training.player import ExpertPlayer, Played, Player
from rl4real_data.training.players import players_of
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.weights import Weights
from rl4real_data.training.worker_task import WorkerTask

with required_by("training", extra="rllib"):
    from ray.rllib.algorithms.ppo.ppo import PPOConfig
    from ray.rllib.utils.metrics import NUM_ENV_STEPS_SAMPLED_LIFETIME
    from ray.rllib.utils.metrics.metrics_logger import MetricsLogger

_LEARNERS: Final = "learners"


class Learning:
    """`bc`: players play as the expert, learners clone it; `ppo`: RLlib's PPO on the players' own games."""

    def __init__(self, phase: Algorithm, settings: TrainSettings, task: WorkerTask) -> None:
        is_cloning = phase is Algorithm.BC
        self._config = _common(_cloning(settings) if is_cloning else _ppo(settings), settings)
        self._learners = self._config.build_learner_group(rl_module_spec=modules_of(task.sizes))
        self._players = players_of(ExpertPlayer if is_cloning else Player, task, settings.num_env_runners)
        self._metrics = MetricsLogger(root=True)
        self._steps = 0
        self._players.take(self.weights())

    def iterate(self) -> tuple[Played, dict[str, float]]:
        """One iteration: what was played, and what the learners told of each agent, by `AGENT/NAME`."""
        config = self._config
        played = self._players.play(config.total_train_batch_size)
        self._steps += played.steps
        results = self._learners.update(
            episodes=played.episodes(),
            timesteps={NUM_ENV_STEPS_SAMPLED_LIFETIME: self._steps},
            num_epochs=config.num_epochs,
            minibatch_size=config.minibatch_size,
            shuffle_batch_per_epoch=config.shuffle_batch_per_epoch,
        )
        self._metrics.aggregate(results, key=_LEARNERS)
        self._players.take(self.weights())
        return played, _numbers(self._metrics.compile()[_LEARNERS])

    def weights(self) -> Weights:
        """Of all agents, as they are now."""
        found: Weights = self._learners.get_weights()
        return found

    def set_weights(self, weights: Weights) -> None:
        """Learners and players go on with these."""
        self._learners.set_weights(weights)
        self._players.take(weights)

    def save(self, folder: Path) -> None:
        """RLlib's own checkpoint of the learners, with the state of their optimizers."""
        self._learners.save_to_path(str(folder.absolute()))

    def restore(self, folder: Path) -> None:
        """What `save` wrote."""
        self._learners.restore_from_path(str(folder.absolute()))
        self._players.take(self.weights())

    def stop(self) -> None:
        """Ends all processes."""
        self._players.stop()
        self._learners.shutdown()


def _numbers(told: Mapping[str, Any]) -> dict[str, float]:
    return {
        f"{agent}/{name}": float(value)
        for agent in AgentName
        for name, value in told.get(agent.value, {}).items()
        if isinstance(value, Real)
    }


def _ppo(settings: TrainSettings) -> Any:
    return PPOConfig().training(
        lr=settings.lr,
        train_batch_size_per_learner=settings.train_batch_size,
        minibatch_size=settings.minibatch_size,
        num_epochs=settings.num_epochs,
        lambda_=settings.gae_lambda,
        kl_coeff=settings.kl_coeff,
        kl_target=settings.kl_target,
        entropy_coeff=settings.entropy_coeff,
        clip_param=settings.clip_param,
        vf_clip_param=settings.vf_clip_param,
        vf_loss_coeff=settings.vf_loss_coeff,
    )


def _cloning(settings: TrainSettings) -> Any:
    size = settings.bc_train_batch_size
    config = PPOConfig().learners(learner_class=CloningLearner)
    return config.training(lr=settings.bc_lr, train_batch_size_per_learner=size, minibatch_size=size, num_epochs=1)


def _common(config: Any, settings: TrainSettings) -> Any:
    return (
        config.learners(num_learners=0, num_gpus_per_learner=settings.num_gpus)
        .multi_agent(
            policies={agent.value for agent in AgentName}, policy_mapping_fn=lambda agent, *_args, **_more: agent
        )
        .training(gamma=settings.gamma, grad_clip=settings.grad_clip)
        .debugging(seed=settings.seed, log_level="ERROR")
    )
