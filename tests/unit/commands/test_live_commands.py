"""The commands `compile` and `serve`: words that do not go together, ready lines, and the end by Ctrl-C."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine

from rl4real_data.commands import serve
from rl4real_data.live.clang_call import ClangCall
from rl4real_data.live.decided_compile import DecidedCompile
from rl4real_data.live.policies.greedy import GreedyPolicy
from rl4real_data.toolchain.clang import Clang

Served = list[tuple[Any, ...]]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    """Servers that are ready at once, and interrupted then."""
    calls: Served = []

    def pipe(base: Path, wire: str, policy: Callable[..., Any], *, ready: Callable[[], None]) -> None:
        calls.append(("pipe", str(base), str(wire), policy([])))
        ready()
        signal.raise_signal(signal.SIGINT)

    def grpc(port: int, policy: Callable[..., Any], *, ready: Callable[[int], None], per_peer: Any) -> None:
        calls.append(("grpc", port, policy([]), per_peer("ipv4:1")([])))
        ready(port or 4711)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr("rl4real_data.live.pipe_server.serve_pipe", pipe)
    monkeypatch.setattr("rl4real_data.live.grpc_server.serve_grpc", grpc)
    monkeypatch.setattr("rl4real_data.live.served_policy.target_registers", lambda *_: None)
    monkeypatch.setattr("rl4real_data.live.served_policy.served_policy", lambda *_, **__: GreedyPolicy())
    monkeypatch.setattr("rl4real_data.toolchain.installation.Installation.clang", lambda _: None)
    monkeypatch.setattr("rl4real_data.toolchain.installation.Installation.plugin", lambda *_, **__: None)
    return calls


def test_a_server_says_that_it_is_ready_and_ends_well(call: CommandLine, served: Served) -> None:
    answer = call("serve", "greedy", "--pipe", "mine", "--format", "bytes")

    assert (answer.code, answer.out) == (0, "Server Running\nServer Status is Running\n")
    assert served == [("pipe", "/tmp/mine", "bytes", [-1])]
    assert "-mlra-pipe-name=mine -mlra-data-format=bytes; Ctrl-C ends it" in answer.err
    assert "ended; 0 functions asked about" in answer.err
    assert "error" not in answer.err.replace("none of RL4ReAl's", "")


@pytest.mark.parametrize(("words", "port"), [((), serve.DEFAULT_PORT), (("--port", "0"), 4711)])
def test_without_a_pipe_it_is_grpc(call: CommandLine, served: Served, words: tuple[str, ...], port: int) -> None:
    answer = call("serve", "random", *words)

    assert answer.code == 0
    assert served[0][2:] == ([-1], [-1])
    assert f"-mlra-server-address=127.0.0.1:{port}" in answer.err


def test_the_policy_is_that_of_model_path(call: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    without = call("serve")
    monkeypatch.setenv("MODEL_PATH", "random")

    assert without.code == 2
    assert "neither POLICY nor MODEL_PATH says which" in without.err
    assert (call("serve").code, len(served)) == (0, 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("serve", "random", "--pipe", "a", "--port", "1"), "one server has one channel"),
        (("serve", "random", "--pipe", "tmp/a"), "a name, no path"),
        (("serve", "random", "--pipe", ""), "a name, no path"),
        (("serve", "random", "--pipe", "a", "--format", "protobuf"), "pipes have json and bytes"),
        (("serve", "random", "--format", "json"), "gRPC has protobuf alone"),
        (("serve", "randum", "--pipe", "a"), "did you mean random?"),
        (("serve", "advice", "--pipe", "a"), "is asked by compilers alone"),
        (("compile", "--policy", "advise", "--", "clang", "a.c"), "did you mean advice?"),
        (("compile", "--policy", "random", "--decisions", "d", "--", "clang"), "one of them decides"),
        (("compile", "--policy", "random", "-q", "-v", "--", "clang"), "--quiet and --verbose: one of them"),
        (("compile", "--policy", "greedi", "--", "clang", "a.c"), "did you mean greedy?"),
        (("compile", "--policy", "greedy"), "no command to run"),
        (("compile", "--policy", "random", "--report", "no/r", "--", "clang", "a.c"), "--report: no: no such folder"),
        (("compile", "--policy", "random", "--dump", "no/r", "--", "clang", "a.c"), "--dump: no: no such folder"),
        (("compile", "--policy", "random", "--report", "/", "--", "clang", "a.c"), "--report: /: a folder"),
        (
            ("compile", "--policy", "random", "--tries", "5", "--", "clang", "a.c"),
            "--tries: random, which proposes nothing",
        ),
        (("compile", "--decisions", "d", "--tries", "5", "--", "clang", "a.c"), "--tries: a file of decisions, which"),
        (("compile", "--search", "9", "--tries", "5", "--", "clang", "a.c"), "--search and --tries: one of them"),
        (("flow", "x86", "train", "mlra", "--policy", "a:b", "--decisions", "c"), "one of them decides"),
        (("flow", "x86", "train", "mlra", "--policy", "a:b"), "asked by all compilers at once"),
        (("flow", "x86", "train", "mlbasicra", "--policy", "random"), "LLVM's default allocator alone"),
        (("flow", "x86", "train", "mlra", "--decisions", "none"), "no file of decisions: No such file"),
    ],
)
def test_words_that_do_not_go_together(call: CommandLine, words: tuple[str, ...], message: str) -> None:
    answer = call(*words)

    assert answer.code == 2
    assert message in answer.err
    assert "next: " in answer.err


def test_decisions_out_of_a_pipe_are_refused(call: CommandLine, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    answer = call("flow", "x86", "train", "mlra", "--decisions", str(pipe))

    assert answer.code == 2
    assert "pipe: a pipe, which each compiler would read anew" in answer.err


def test_what_is_no_clang_is_refused(call: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rl4real_data.toolchain.clang._version", lambda _path: None)
    monkeypatch.setattr("shutil.which", lambda word, **_: None if word == "clnag" else f"/usr/bin/{word}")

    gcc = call("compile", "--policy", "random", "--", "gcc", "-c", "a.c")
    typo = call("compile", "--policy", "random", "--", "clnag", "-c", "a.c")

    assert (gcc.code, typo.code) == (5, 5)
    assert "gcc is no clang" in gcc.err
    assert "clnag: no such program" in typo.err


@pytest.mark.parametrize("other", ["--policy=random", "--decisions=d", "--dump=d"])
def test_a_search_decides_alone(call: CommandLine, other: str) -> None:
    answer = call("compile", "--search", "5", other, "--", "clang", "-O3", "-c", "a.c")

    assert answer.code == 2
    assert f"--search and {other.partition('=')[0]}: one of them decides" in answer.err


@pytest.mark.parametrize("decider", [("--policy", "random"), ("--search", "5")])
@pytest.mark.parametrize(
    ("words", "returncode", "said"),
    [((), 0, "rl4real-data: nothing is decided here: -flto\n"), (("-q",), 0, ""), ((), 1, "")],
)
def test_why_nothing_is_decided_is_said_once(
    call: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    decider: tuple[str, ...],
    words: tuple[str, ...],
    returncode: int,
    said: str,
) -> None:
    clang = Clang(path=Path("/llvm/bin/clang"), version="22.1.8", banner="")
    read = ClangCall(clang=clang, words=("-c", "a.c"), compiles=0, target=None, undecided="-flto")
    monkeypatch.setattr("rl4real_data.live.clang_call.read_call", lambda *_: read)
    done = DecidedCompile(returncode=returncode, report=None)
    monkeypatch.setattr("rl4real_data.live.decided_compile.compile_plainly", lambda _call: done)

    answer = call("compile", *decider, *words, "--", "clang", "-c", "a.c")

    assert (answer.code, answer.out, answer.err) == (returncode, "", said)
