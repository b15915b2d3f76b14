"""LLVM's interactive channel with a real clang: traces of inlining, and the channel's traps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rl4real_data.core.errors import UsageError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.mlgo.channel_host import ChannelPolicy
from rl4real_data.mlgo.inlining import trace_module
from rl4real_data.mlgo.policies.function import FunctionPolicy
from rl4real_data.mlgo.policies.simple import DefaultPolicy, RandomPolicy, ReplayPolicy
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS, Clang, discover_clang
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.features import INLINING, Task
from rl4real_data.traces.trajectory import Trajectory

pytestmark = pytest.mark.clang

CODE = (
    """\
static int sum(int n) { int s = 0; for (int i = 0; i < n; i++) s += i * n; return s; }
static int large(int *a, int n) {
"""
    + "".join(f"  a[{i}] = sum(a[{i}] + n) ^ n / ({i} + n);\n" for i in range(60))
    + """\
  return a[n];
}
int g(int y) { return sum(y) + sum(y + 1); }
int h(int *a, int z) { return g(z) * sum(3) + g(2) + large(a, z); }
int k(int *a, int z) { return g(z) + large(a, z + 1) + large(a, z + 2); }
"""
)
LIMITS = Limits(timeout_s=120)
TARGETS = ("x86_64-linux-gnu", "aarch64-linux-gnu")


@pytest.fixture(scope="module", params=SUPPORTED_MAJORS)
def clang(request: pytest.FixtureRequest) -> Clang:
    return discover_clang(build_dir=Path(f"/usr/lib/llvm-{request.param}"), search_path=os.defpath)


@pytest.fixture(scope="module")
def newest() -> Clang:
    return discover_clang(build_dir=Path(f"/usr/lib/llvm-{SUPPORTED_MAJORS[0]}"), search_path=os.defpath)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "code.c"
    path.write_text(CODE)
    return path


def traced(
    clang: Clang, source: Path, policy: ChannelPolicy, *words: str, limits: Limits = LIMITS
) -> Trajectory | Failure:
    scratch = source.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return trace_module(clang, (*words, "-c", str(source)), scratch, policy, limits, context="code")


def size_of(clang: Clang, path: Path) -> int:
    """llvm-size's own first number."""
    said = subprocess.run([clang.bin_dir / "llvm-size", path], capture_output=True, text=True, check=True, timeout=60)
    return int(said.stdout.splitlines()[1].split()[0])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("level", ["-O2", "-Oz"])
def test_default_traces_have_the_stock_object(clang: Clang, source: Path, target: str, level: str) -> None:
    told = traced(clang, source, DefaultPolicy(), f"--target={target}", level)

    assert isinstance(told, Trajectory), told
    assert told.steps >= 6
    assert np.array_equal(told.decision, told.default_decision)
    assert 0 < told.decision.sum() < told.steps or level == "-O2"
    assert (told.context, told.reward) == ("code", 0)
    assert tuple(told.features) == tuple(spec.name for spec in INLINING)
    blocks = told.features["callee_basic_block_count"]  # LLVM 19 writes its decision, 0 or 1, into that column
    assert blocks.min() >= 1
    assert blocks.max() > 1 or level == "-Oz"
    stock = source.parent / "stock.o"
    command = [clang.path, f"--target={target}", level, "-c", source, "-o", stock]
    subprocess.run(command, check=True, timeout=120)
    assert told.score == told.baseline == size_of(clang, stock)


def test_other_decisions_make_another_object_and_replay_makes_it_again(clang: Clang, source: Path) -> None:
    drawn = traced(clang, source, RandomPolicy(Task.INLINING, seed=1), "-O2")
    assert isinstance(drawn, Trajectory), drawn
    assert drawn.score == size_of(clang, source.parent / "scratch" / "traced.o")
    assert drawn.score != drawn.baseline
    assert drawn.reward == pytest.approx(1 - (drawn.score + 0.01) / (drawn.baseline + 0.01))
    again = traced(clang, source, ReplayPolicy(drawn.decision.tolist()), "-O2")
    assert isinstance(again, Trajectory), again
    for one in (*drawn.features, "decision", "default_decision"):
        first = drawn.features[one] if one in drawn.features else getattr(drawn, one)
        second = again.features[one] if one in again.features else getattr(again, one)
        assert np.array_equal(first, second), one
    assert again.score == drawn.score


def test_a_function_decides_by_name(newest: Clang, source: Path) -> None:
    def never(features: Mapping[str, Any]) -> int:
        assert int(features["caller_users"]) >= 0
        return 0

    told = traced(newest, source, FunctionPolicy(never, word="test:never"), "-O2")

    assert isinstance(told, Trajectory), told
    assert not told.decision.any()


def test_a_host_that_never_answers_costs_the_time_limit(
    newest: Clang, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "write", lambda _to, data: len(data))
    begin = time.monotonic()
    told = traced(newest, source, DefaultPolicy(), "-O2", limits=Limits(timeout_s=5))

    assert isinstance(told, Failure)
    assert told.kind is FailureKind.TIMEOUT
    assert time.monotonic() - begin < 60


@pytest.mark.parametrize("wrong", [2, -1])
def test_an_answer_out_of_range_ends_the_compiler(newest: Clang, source: Path, wrong: int) -> None:
    with pytest.raises(UsageError, match="where inlining takes 0 or 1"):
        traced(newest, source, FunctionPolicy(lambda _features: wrong, word="test:wrong"), "-O2")
    assert not compilers_of(source)


def test_a_policy_that_raises_ends_the_compiler(newest: Clang, source: Path) -> None:
    def broken(_features: Mapping[str, Any]) -> int:
        raise ZeroDivisionError("no divisor")

    with pytest.raises(UsageError, match="test:broken raised ZeroDivisionError: no divisor"):
        traced(newest, source, FunctionPolicy(broken, word="test:broken"), "-O2")
    assert not compilers_of(source)


def test_a_host_that_is_killed_leaves_no_compiler(newest: Clang, source: Path) -> None:
    """A compiler alone on the channel would turn for ever."""
    program = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from rl4real_data.mlgo.inlining import trace_module
        from rl4real_data.mlgo.policies.function import FunctionPolicy
        from rl4real_data.toolchain.clang import Clang
        from rl4real_data.toolchain.process import Limits
        def wait(features):
            print("asked", flush=True)
            time.sleep(600)
        clang = Clang(path=Path({str(newest.path)!r}), version={newest.version!r}, banner="")
        scratch = Path({str(source.parent)!r})
        policy = FunctionPolicy(wait, word="wait")
        trace_module(clang, ("-O2", "-c", {str(source)!r}), scratch, policy, Limits(timeout_s=600))
    """)
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == "asked\n"
        assert compilers_of(source)
        host.send_signal(signal.SIGKILL)
        deadline = time.monotonic() + 60
        while compilers_of(source) and time.monotonic() < deadline:
            time.sleep(0.1)
    assert not compilers_of(source)


def compilers_of(source: Path) -> list[str]:
    """The processes that name it and are no test of ours."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"clang" in words[0] and os.fsencode(source) in words:
            found.append(folder.name)
    return found


def test_pipes_that_are_gone_are_no_silence(
    newest: Clang, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler crashes where it finds no pipes; that is a module's failure with the reason in it."""
    monkeypatch.setattr("rl4real_data.mlgo.channel_host.Channel.in_folder", lambda _: _Elsewhere(tmp_path / "channel"))
    told = traced(newest, source, DefaultPolicy(), "-O2")

    assert isinstance(told, Failure)
    assert told.kind is FailureKind.CRASH
    assert "Cannot open inbound file" in told.reason


class _Elsewhere:
    """A channel whose pipes are not where the compiler is told."""

    def __init__(self, base: Path) -> None:
        from rl4real_data.mlgo.channel_host import Channel

        self.hosted = Channel(base).hosted
        self.base = base.with_name("missing")


def test_without_optimisation_nothing_is_asked(clang: Clang, source: Path) -> None:
    told = traced(clang, source, DefaultPolicy(), "-O0")

    assert isinstance(told, Failure)
    assert told.kind is FailureKind.REJECTED
    assert "asked about nothing: it does not inline (-O0)" in told.reason


def test_two_sources_in_one_command(newest: Clang, source: Path) -> None:
    """Two compilers one after the other on one channel: `-o` with two of them is refused, so both make one program."""
    other = source.with_name("other.c")
    other.write_text("static int f(int *x) { return *x + 1; } int main(int n, char **a) { return f(&n) + f(&n); }\n")
    scratch = source.parent / "scratch"
    scratch.mkdir()
    told = trace_module(newest, ("-O2", str(source), str(other)), scratch, DefaultPolicy(), LIMITS)

    assert isinstance(told, Failure)
    assert told.kind is FailureKind.BAD_RECORD
    assert "a second compiler speaks on the same channel" in told.reason


def test_a_growth_limit_is_told(newest: Clang, source: Path) -> None:
    """LLVM's own is 2; here one that stops inlining at once, in silence."""
    limit = ("-mllvm", "-ml-advisor-size-increase-threshold=0.01")
    told = traced(newest, source, DefaultPolicy(), "-O2", *limit)

    assert isinstance(told, Failure)
    assert told.kind is FailureKind.VERIFY
    assert "-ml-advisor-size-increase-threshold stops inlining" in told.reason


def test_threads_of_thinlto_on_one_channel(newest: Clang, source: Path) -> None:
    """Its backends compile several modules in one process, and all open the same channel."""
    from rl4real_data.core.failure import Failure as Failed
    from rl4real_data.mlgo.conversation import Compiler

    folder = source.parent
    names = []
    for number in range(2):
        name = folder / f"unit{number}.bc"
        module = folder / f"unit{number}.c"
        module.write_text(CODE.replace("int g(", f"int g{number}(").replace(" g(", f" g{number}(").replace(
            "int h(", f"int h{number}(").replace("int k(", f"int k{number}("))  # fmt: skip
        subprocess.run([newest.path, "-O2", "-flto=thin", "-c", module, "-o", name], check=True, timeout=120)
        names.append(str(name))
    symbols = [f"-r={name},{symbol}{number},px" for number, name in enumerate(names) for symbol in "ghk"]
    lto = newest.bin_dir / "llvm-lto2"
    arguments = ("run", *names, *symbols, "-o", str(folder / "out"), "-thinlto-threads=2", "-O2")
    compiler = Compiler(clang=lto, cwd=folder, scratch=folder, limits=Limits(timeout_s=60))
    plain = compiler.compile(arguments)
    assert plain.ok, plain.stderr
    told = _ask_without_mllvm(compiler, arguments)

    assert isinstance(told, Failed)
    assert told.kind is FailureKind.BAD_RECORD
    assert "compiler" in told.reason


def _ask_without_mllvm(compiler: Any, arguments: tuple[str, ...]) -> object:
    """LLVM's own tools take its flags as they are."""
    import rl4real_data.mlgo.conversation as conversation

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversation, "llvm_words", lambda *flags: flags)
        return compiler.ask(Task.INLINING, (*arguments, "-inliner-interactive-include-default"), DefaultPolicy())
