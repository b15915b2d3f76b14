"""Traces of a command of one's own, with a compiler that only writes down how it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from plugin_traces import Recorded, plugin_trace

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.mlgo.allocation import AllocatedModule, Traced, Tracer, allocate_module
from rl4real_data.mlgo.channel_host import Answer
from rl4real_data.mlgo.conversation import Compiler
from rl4real_data.mlgo.tensors import Header
from rl4real_data.toolchain.process import Completed, Limits
from rl4real_data.traces.features import Task

PLUGIN = Path("/plugins/libmlra.so")


def trace_of(*functions: tuple[str, list[int], float, str]) -> bytes:
    """A trace of priorities. Of each function its name, decisions, score, and why the policy was left."""
    made = (Recorded(name=name, decisions=told, score=score, failure=left) for name, told, score, left in functions)
    return plugin_trace(Task.PRIORITY, *made)


class FakeCompiler(Compiler):
    """Writes the next of `traces` where the flags say; None writes nothing."""

    def __init__(self, scratch: Path, traces: Sequence[bytes | None], *, returncode: int = 0) -> None:
        super().__init__(clang=Path("clang"), cwd=scratch, scratch=scratch, limits=Limits(timeout_s=7))
        object.__setattr__(self, "calls", [])
        object.__setattr__(self, "left", iter(traces))
        object.__setattr__(self, "returncode", returncode)

    calls: list[tuple[str, ...]]
    left: Any
    returncode: int

    def compile(self, arguments: Sequence[str], *, listener: object = None) -> Completed:  # noqa: ARG002
        self.calls.append(tuple(arguments))
        (path,) = [Path(word.partition("=")[2]) for word in arguments if word.startswith("-mlra-trace-file=")]
        assert not path.exists(), "an earlier trace must not be taken for this one"
        if (content := next(self.left)) is not None:
            path.write_bytes(content)
        stderr = "a.c:1: error: no\n" if self.returncode else "a warning\n"
        return Completed(returncode=self.returncode, timed_out=False, seconds=0, stdout="", stderr=stderr)


class Nobody:
    def begin(self, header: Header) -> Answer:  # noqa: ARG002
        raise AssertionError("nothing is asked here")


@pytest.fixture
def compiler(tmp_path: Path) -> Callable[..., FakeCompiler]:
    return lambda *traces, **options: FakeCompiler(tmp_path, traces, **options)


def words(scratch: Path, *more: str) -> tuple[str, ...]:
    flags = ("-mlra-trace=priority", f"-mlra-trace-file={scratch / 'trace'}", *more)
    return tuple(word for flag in flags for word in ("-mllvm", flag))


def test_a_drivers_command(compiler: Callable[..., FakeCompiler], tmp_path: Path) -> None:
    fake = compiler(trace_of(("f", [3, 4], 2.5, ""), ("g", [], 0.0, "")))
    traced = Tracer(compiler=fake, plugin=PLUGIN).trace(Task.PRIORITY, ("-O2", "-c", "a.c", "-o", "a.o"))

    quiet = "-Wno-error=backend-plugin"
    assert fake.calls == [(f"-fplugin={PLUGIN}", "-O2", "-c", "a.c", "-o", "a.o", quiet, *words(tmp_path))]
    assert isinstance(traced, Traced)
    assert [(one.context, one.steps, one.score) for one in traced.functions] == [("f", 2, 2.5), ("g", 0, 0.0)]
    assert traced.functions[0].columns["decision"].tolist() == [3, 4]
    assert traced.stderr == "a warning\n"


def test_a_command_of_the_compiler_proper_with_a_policy(compiler: Callable[..., FakeCompiler], tmp_path: Path) -> None:
    """The plugin waits for an answer as long as the compiler may take at all."""
    fake = compiler(trace_of())
    Tracer(compiler=fake, plugin=PLUGIN).trace(Task.PRIORITY, ("-cc1", "-O2", "a.bc"), Nobody())

    pipe = (f"-mlra-trace-pipe={tmp_path / 'pipe'}", "-mlra-time-limit=7000")
    quiet = "-Wno-error=backend-plugin"
    assert fake.calls == [("-cc1", "-load", str(PLUGIN), "-O2", "a.bc", quiet, *words(tmp_path, *pipe))]


@pytest.mark.parametrize(
    ("traces", "returncode", "kind", "said"),
    [
        ((b"",), 0, FailureKind.BAD_RECORD, "trace cannot be read"),
        ((trace_of(("f", [1], 1.0, ""))[:-9],), 0, FailureKind.BAD_RECORD, "trace cannot be read"),
        ((None,), 1, FailureKind.REJECTED, "a.c:1: error: no"),
    ],
)
def test_what_is_no_trace(
    compiler: Callable[..., FakeCompiler],
    traces: tuple[bytes | None, ...],
    returncode: int,
    kind: FailureKind,
    said: str,
) -> None:
    fake = compiler(*traces, returncode=returncode)
    traced = Tracer(compiler=fake, plugin=PLUGIN).trace(Task.PRIORITY, ("-c", "a.c"))

    assert isinstance(traced, Failure)
    assert traced.kind is kind
    assert said in traced.reason


def test_a_command_that_makes_no_code_has_no_function(compiler: Callable[..., FakeCompiler]) -> None:
    fake = compiler(None, b"left by nobody")
    traced = Tracer(compiler=fake, plugin=PLUGIN).trace(Task.PRIORITY, ("-E", "a.c"))

    assert isinstance(traced, Traced)
    assert list(traced.functions) == []


def test_scores_and_baselines_of_a_module(compiler: Callable[..., FakeCompiler]) -> None:
    default = trace_of(("f", [3], 2.0, ""), ("g", [], 100.0, ""), ("h", [4], 6.0, ""))
    decided = trace_of(("f", [5], 1.0, ""), ("g", [], 100.0, ""), ("h", [6], 5.0, ""))
    told = allocate_module(Tracer(compiler=compiler(default, decided), plugin=PLUGIN), Task.PRIORITY, (), Nobody())

    assert isinstance(told, AllocatedModule)
    assert [(one.context, one.score, one.baseline) for one in told.functions] == [("f", 1.0, 2.0), ("h", 5.0, 6.0)]
    assert (told.score, told.baseline, told.steps) == (6.0, 8.0, 2)
    assert told.reward == pytest.approx(1 - 6.01 / 8.01)


def test_a_module_without_decisions_is_compiled_once(compiler: Callable[..., FakeCompiler]) -> None:
    fake = compiler(trace_of(("g", [], 1.0, "")))
    told = allocate_module(Tracer(compiler=fake, plugin=PLUGIN), Task.PRIORITY, (), Nobody())

    assert told == AllocatedModule(functions=())
    assert len(fake.calls) == 1


@pytest.mark.parametrize(
    ("decided", "said"),
    [
        (trace_of(("f", [5], 1.0, "no answer")), "f: the policy was left: no answer"),
        (trace_of(("e", [5], 1.0, "")), "the functions are others than without the policy"),
        (trace_of(("f", [5], 1.0, ""), ("g", [], 1.0, "")), "the functions are others than without the policy"),
    ],
)
def test_modules_that_are_no_outcome(compiler: Callable[..., FakeCompiler], decided: bytes, said: str) -> None:
    fake = compiler(trace_of(("f", [3], 2.0, "")), decided)
    told = allocate_module(Tracer(compiler=fake, plugin=PLUGIN), Task.PRIORITY, (), Nobody())

    assert isinstance(told, Failure)
    assert told.reason == said
