#!/usr/bin/env python3
"""The RL4ReAl fork's training, as its README calls it. See train_command.py."""

from train_command import run

run("experiment_ppo.py")
