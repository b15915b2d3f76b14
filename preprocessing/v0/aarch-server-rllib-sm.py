#!/usr/bin/env python3
"""The RL4ReAl fork's inference server for aarch64, as its README calls it. See server_command.py."""

from server_command import run

run("aarch-server-rllib-sm.py", "aarch64")
