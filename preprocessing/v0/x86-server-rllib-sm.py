#!/usr/bin/env python3
"""The RL4ReAl fork's inference server for x86, as its README calls it. See server_command.py."""

from server_command import run

run("x86-server-rllib-sm.py", "x86")
