"""Policies of MLGO's three tasks, learned in PyTorch.

Behaviour cloning of recorded decisions, evolution strategies and PPO with a stock clang in the loop, checkpoints, and
their ONNX files.
"""
