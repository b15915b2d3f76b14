"""Policies of MLGO's tasks in the commands `compile` and `serve`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rl4real_data.commands.console import pass_on, say, say_nothing, write_ready
from rl4real_data.core.environment import load_environment
from rl4real_data.core.errors import UsageError
from rl4real_data.traces.task_name import Task

_LIMIT_S: Final = 3600.0
_READY: Final = "Server Running"


def compile_by_task(command: Sequence[str], word: str, task: Task, *, others: Mapping[str, object], quiet: bool) -> int:
    """Runs a clang command line with a model's decisions; its exit code. `others`: options, which it has none of."""
    from rl4real_data.live.clang_call import read_call
    from rl4real_data.live.decided_compile import compile_plainly
    from rl4real_data.toolchain.installation import Installation

    if given := [name for name, value in others.items() if value is not None]:
        raise UsageError(f"{', '.join(given)}: a model of {task} has none", hint="leave it out")
    installation = Installation.of(load_environment())
    call = read_call(command, installation)
    if not call.compiles:
        if call.undecided and not quiet:
            say(f"nothing is decided here: {call.undecided}")
        code = compile_plainly(call).returncode
    elif task is Task.INLINING:
        code = _inline(call.clang.path, call.words, Path(word).expanduser())
    else:
        from rl4real_data.live.policy_flags import PluginFlags
        from rl4real_data.toolchain.process import run_attached
        from rl4real_data.tracing.policies import model_flags

        flags = (f"-mlra-trace={task}", "-mlra-trace-file=/dev/null", *model_flags(Path(word).expanduser(), task))
        plugin = installation.plugin(call.clang, announce=say_nothing if quiet else say)
        words = PluginFlags(flags=flags).for_clang(plugin.path, is_quiet=quiet)
        code = run_attached((str(call.clang.path), *words, *call.words))
    return code if code >= 0 else 128 - code


def _inline(clang: Path, words: Sequence[str], model: Path) -> int:
    from rl4real_data.core.failure import Failure
    from rl4real_data.mlgo.conversation import Compiler
    from rl4real_data.mlgo.inlined_compile import compile_inlined
    from rl4real_data.toolchain.process import Limits

    with tempfile.TemporaryDirectory() as scratch:
        limits = Limits(timeout_s=_LIMIT_S)
        compiler = Compiler(clang=clang, cwd=Path.cwd(), scratch=Path(scratch), limits=limits, is_confined=False)
        done = compile_inlined(compiler, words, model)
    if isinstance(done, Failure):
        say(done.reason)
        return 1
    pass_on(done.stdout, done.stderr)
    return done.returncode


def serve_task(word: str, task: Task, pipe: Path) -> None:
    """Answers compilers at LLVM's interactive channel, one after the other, until it is interrupted."""
    from rl4real_data.live.interactive_channel import serve_interactive
    from rl4real_data.mlgo.conversation import CHANNEL_FLAGS
    from rl4real_data.mlgo.policies.onnx_model import OnnxPolicy
    from rl4real_data.mlgo.served_model import message_policy

    policy = message_policy(OnnxPolicy.opened(Path(word).expanduser(), task), task)
    advisor, named = CHANNEL_FLAGS[task]

    def ready() -> None:
        write_ready(_READY)
        say(f"answers compilers with -mllvm {advisor} -mllvm {named}{pipe}; Ctrl-C ends it")

    serve_interactive(pipe, policy, ready=ready)
