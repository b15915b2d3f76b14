"""RLlib's algorithms for the settings of a run."""

from __future__ import annotations

from typing import Any

from rl4real_data.core.extras import required_by
from rl4real_data.training.agents import AgentName
from rl4real_data.training.allocation_env import MultiAgentAllocationEnv
from rl4real_data.training.choices import Algorithm
from rl4real_data.training.cloning import CloningConfig
from rl4real_data.training.function_runner import FunctionRunner
from rl4real_data.training.modules import modules_of
from rl4real_data.training.settings import TrainSettings
from rl4real_data.training.worker_task import WorkerTask

with required_by("training", extra="rllib"):
    from ray.rllib.algorithms.ppo.ppo import PPOConfig


def build(phase: Algorithm, settings: TrainSettings, task: WorkerTask) -> Any:
    """The algorithm of a phase, `bc` or `ppo`, with fresh weights."""
    config = _common(_cloning(settings) if phase is Algorithm.BC else _ppo(settings), settings, task)
    return config.build_algo()


def _ppo(settings: TrainSettings) -> Any:
    return (
        PPOConfig()
        .env_runners(env_runner_cls=FunctionRunner)
        .training(
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
    )


def _cloning(settings: TrainSettings) -> Any:
    size = settings.bc_train_batch_size
    return CloningConfig().training(
        lr=settings.bc_lr, train_batch_size_per_learner=size, minibatch_size=size, num_epochs=1
    )


def _common(config: Any, settings: TrainSettings, task: WorkerTask) -> Any:
    return (
        config.environment(MultiAgentAllocationEnv, env_config={"task": task}, disable_env_checking=True)
        .env_runners(
            num_env_runners=settings.num_env_runners,
            batch_mode="complete_episodes",
        )
        .fault_tolerance(restart_failed_env_runners=True)
        .learners(num_learners=0, num_gpus_per_learner=settings.num_gpus)
        .multi_agent(
            policies={agent.value for agent in AgentName}, policy_mapping_fn=lambda agent, *_args, **_more: agent
        )
        .rl_module(rl_module_spec=modules_of(task.sizes))
        .training(gamma=settings.gamma, grad_clip=settings.grad_clip)
        .debugging(seed=settings.seed, log_level="ERROR")
        .reporting(
            min_time_s_per_iteration=0, min_sample_timesteps_per_iteration=0, min_train_timesteps_per_iteration=0
        )
    )
