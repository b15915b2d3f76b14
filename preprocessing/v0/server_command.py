"""The command lines of the RL4ReAl fork's inference servers.

What `x86-server-rllib-sm.py` and `aarch-server-rllib-sm.py` share: their options, as words of `rl4real-data serve`, or
of `export` for `--dump_onnx_model`. A thin wrapper beside `flow.sh`: everything is done by the program, which reads
`.env` itself. Needs nothing but Python itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from program_call import become


def is_true(word: str) -> bool:
    """As the fork's option: any word but an empty one; and, since nobody means it otherwise, neither 0 nor false."""
    return word.lower() not in ("", "0", "false", "no")


def parser(script: str) -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog=script, description=f"{script}: the model's side of -mlra-inference.")
    options.add_argument("--server_port", default="50051", help="port of the gRPC server")
    options.add_argument("--use_pipe", type=is_true, default=False, help="pipes in place of gRPC")
    options.add_argument("--pipe_name", default="default_pipe", help="the pipes are /tmp/NAME.in and /tmp/NAME.out")
    options.add_argument("--data_format", default="protobuf", choices=("json", "bytes", "protobuf"))
    options.add_argument(
        "--dump_onnx_model",
        type=is_true,
        default=False,
        help="write the checkpoint of MODEL_PATH as ONNX models into MODEL_DIR, and serve nothing",
    )
    options.add_argument("--policy", help="what decides; MODEL_PATH without it")
    return options


def program_words(script: str, target: str, arguments: Sequence[str]) -> list[str]:
    """The words behind `rl4real-data` that do what the fork's script does with `arguments`."""
    options = parser(script)
    asked = options.parse_args(arguments)
    policy = [asked.policy] if asked.policy else []
    if asked.dump_onnx_model:
        return ["export", *policy, "--to", "onnx"]
    words = ["serve", *policy, "--target", target]
    if asked.use_pipe:
        if asked.data_format == "protobuf":
            options.error("--use_pipe needs --data_format=json or bytes: protobuf is the form of gRPC")
        return [*words, "--pipe", asked.pipe_name, "--format", asked.data_format]
    return [*words, "--port", asked.server_port]


def run(script: str, target: str) -> NoReturn:
    """Becomes the program."""
    words = program_words(script, target, sys.argv[1:])
    become(script, words, extra="rllib" if words[0] == "export" else "live")
