"""The command `rl4real-data serve`.

A policy answers compilers that ask, one after the other.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rl4real_data.commands.checkpoint_policy import exported
from rl4real_data.commands.console import say, write_ready
from rl4real_data.commands.task_model import serve_task
from rl4real_data.core import interruption
from rl4real_data.core.counted import counted
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError
from rl4real_data.core.targets import TARGETS, TargetName

if TYPE_CHECKING:
    from rl4real_data.core.environment import Environment
    from rl4real_data.live.dialogue import Dialogues

DEFAULT_PORT: Final = 50051
"""That of -mlra-server-address."""
PIPES: Final = Path("/tmp")
READY: Final = "Server Running\nServer Status is Running"
"""MLCompilerBridge's line and RL4ReAl's, for which scripts wait."""


class MessageFormat(StrEnum):
    """The form of messages, by the words of -mlra-data-format."""

    JSON = "json"
    BYTES = "bytes"
    PROTOBUF = "protobuf"


def serve(
    policy: Annotated[
        str | None,
        typer.Argument(
            metavar="[POLICY]",
            help="ONNX file, folder of four models, checkpoint, greedy, random, or module:function. [MODEL_PATH]",
            show_default=False,
        ),
    ] = None,
    pipe: Annotated[
        str | None, typer.Option(metavar="NAME", help="Answer at the pipes /tmp/NAME.in and /tmp/NAME.out.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help=f"Answer over gRPC; 0 takes a free port. [{DEFAULT_PORT}]")
    ] = None,
    message_format: Annotated[
        MessageFormat | None, typer.Option("--format", help="Form of the messages. [json; protobuf for gRPC]")
    ] = None,
    target: Annotated[TargetName, typer.Option(help="Whose registers are given out.")] = TargetName.X86,
    seed: Annotated[int, typer.Option(help="Of the policy random.")] = 0,
    build_dir: Annotated[Path | None, typer.Option(help="LLVM installation or build. [BUILD_DIR, or PATH]")] = None,
) -> None:
    """Answer compilers that ask about register allocation (-mlra-inference), until Ctrl-C."""
    from rl4real_data.mlgo.model_tasks import task_of_model

    environment = load_environment()
    word = _policy_word(policy, environment)
    wire = _check_channel(pipe, port, message_format)
    if (task := task_of_model(word)) is not None:
        if pipe is None:
            raise UsageError(f"{word}: a model of {task} answers at pipes alone", hint="add --pipe NAME")
        with interruption.ends_here():
            serve_task(word, task, PIPES / pipe)
        return
    with exported(word) as models, interruption.ends_here():
        dialogues = _dialogues(models, environment, target=target, seed=seed, build_dir=build_dir)
        if pipe is None:
            _serve_grpc(dialogues, DEFAULT_PORT if port is None else port)
        else:
            _serve_pipe(dialogues, pipe, wire)
    say(f"ended; {counted(dialogues.functions, 'function')} asked about")


def _policy_word(policy: str | None, environment: Environment) -> str:
    if policy is None and environment.model_path is None:
        raise UsageError("no policy: neither POLICY nor MODEL_PATH says which", hint="rl4real-data serve random")
    return policy or str(environment.model_path)


def _check_channel(pipe: str | None, port: int | None, message_format: MessageFormat | None) -> MessageFormat:
    """The form of the messages; UsageError for words that do not go together."""
    if pipe is None:
        if message_format not in (None, MessageFormat.PROTOBUF):
            raise UsageError(f"--format {message_format}: gRPC has protobuf alone", hint="add --pipe NAME")
        return MessageFormat.PROTOBUF
    if port is not None:
        raise UsageError("--pipe and --port: one server has one channel", hint="leave one out, or start two")
    if message_format is MessageFormat.PROTOBUF:
        raise UsageError("--format protobuf: pipes have json and bytes", hint="leave --pipe out to answer over gRPC")
    if not pipe or "/" in pipe or pipe in (".", ".."):
        raise UsageError(
            f"--pipe {pipe!r}: a name, no path: the compiler looks for it in {PIPES}",
            hint=f"--pipe {Path(pipe).name or 'mlra'}",
        )
    return message_format or MessageFormat.JSON


def _dialogues(
    word: str, environment: Environment, *, target: TargetName, seed: int, build_dir: Path | None
) -> Dialogues:
    from rl4real_data.live.dialogue import Dialogues
    from rl4real_data.live.policy_choice import choose_policy
    from rl4real_data.live.served_policy import served_policy, target_registers
    from rl4real_data.toolchain.installation import Installation

    choice = choose_policy(word)
    installation = Installation.of(environment, build_dir=build_dir)
    clang = installation.clang()
    registers = target_registers(clang, installation.plugin(clang, announce=say), TARGETS[target])
    return Dialogues(served_policy(choice, registers, seed=seed), say=say)


def _serve_pipe(dialogues: Dialogues, pipe: str, message_format: MessageFormat) -> None:
    from rl4real_data.live.pipe_server import serve_pipe
    from rl4real_data.live.wires import Wire

    def ready() -> None:
        write_ready(READY)
        flags = f"-mlra-inference -mlra-use-pipe -mlra-pipe-name={pipe} -mlra-data-format={message_format}"
        say(f"answers compilers with {flags}; Ctrl-C ends it")

    serve_pipe(PIPES / pipe, Wire(message_format), dialogues.for_peer(""), ready=ready)


def _serve_grpc(dialogues: Dialogues, port: int) -> None:
    from rl4real_data.live.grpc_server import serve_grpc

    def ready(bound: int) -> None:
        write_ready(READY)
        say(f"answers compilers with -mlra-inference -mlra-server-address=127.0.0.1:{bound}; Ctrl-C ends it")

    serve_grpc(port, dialogues.for_peer(""), ready=ready, per_peer=dialogues.for_peer)
