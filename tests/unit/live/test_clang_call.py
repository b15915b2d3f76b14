"""Command lines of a user's own: what they compile, what is refused, and the words with which decisions come in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.live.clang_call import ClangCall, read_call
from rl4real_data.live.decided_compile import compile_decided
from rl4real_data.live.policy_choice import PolicyChoice, PolicyKind
from rl4real_data.live.policy_flags import PluginFlags, flags_of, flags_of_file
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Completed

CLANG = Clang(path=Path("/llvm/bin/clang"), version="22.1.8", banner="clang version 22.1.8")
PLUGIN = Plugin(path=Path("/cache/libmlra.so"), source_hash="0")
CC1 = ' "/llvm/bin/clang" "-cc1" "-triple" "x86_64-pc-linux-gnu" "-emit-obj" "-O3" "-o" "a.o" "-x" "c" "a.c"'


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setattr(Installation, "clang_named", lambda _self, _word: CLANG)
    return Installation(search_path="", cache_dir=tmp_path)


def driver(stderr: str, returncode: int = 0) -> Callable[..., Completed]:
    """A driver that says this of what it would do."""

    def start(command: tuple[str, ...], **_: Any) -> Completed:
        assert command[:2] == (str(CLANG.path), "-###")
        return Completed(returncode=returncode, timed_out=False, seconds=0, stdout="", stderr=stderr)

    return start


def test_what_a_call_compiles_and_for_which_target(installation: Installation) -> None:
    words = ("clang", "-O3", "-c", "a.c")
    assembler = ' "/llvm/bin/clang" "-cc1as" "-triple" "x86_64" "b.s"'
    linker = ' "/usr/bin/ld" "-o" "prog" "a.o"'
    said = "clang version 22.1.8\nTarget: x86_64-pc-linux-gnu\n"

    one = read_call(words, installation, start=driver(f"{said}{CC1}\n{assembler}\n{linker}\n"))
    two = read_call(words, installation, start=driver(f"{CC1}\n{CC1.replace('x86_64', 'aarch64')}\n"))
    arm = read_call(words, installation, start=driver(CC1.replace("x86_64", "aarch64")))
    other = read_call(words, installation, start=driver(CC1.replace("x86_64", "riscv64")))
    links = read_call(words, installation, start=driver(linker))

    assert (one.compiles, one.target and one.target.name, one.words) == (1, "x86", ("-O3", "-c", "a.c"))
    assert (two.compiles, arm.target and arm.target.name) == (2, "aarch64")
    assert (other.target, links.compiles, links.target) == (None, 0, None)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (CC1.replace("-O3", "-O0"), "without optimisation LLVM takes its fast allocator"),
        (CC1.replace('"-O3" ', ""), "without optimisation"),
        (CC1.replace("-emit-obj", "-emit-llvm-bc").replace("-O3", '-O3" "-flto=full'), "-flto leaves it to the linker"),
        (CC1.replace("-emit-obj", "-emit-llvm"), "no registers are allocated here"),
    ],
)
def test_what_cannot_be_decided_on_is_refused(installation: Installation, said: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_call(("clang", "a.c"), installation, start=driver(said))


def test_words_that_clang_refuses_are_refused_with_its_reason(installation: Installation) -> None:
    said = "clang: error: no such file or directory: 'b.c'\n"
    with pytest.raises(UsageError, match="clang refuses these words: no such file or directory"):
        read_call(("clang", "-c", "b.c"), installation, start=driver(said, 1))
    with pytest.raises(UsageError, match="no command to run"):
        read_call((), installation)


def call(compiles: int = 1) -> ClangCall:
    return ClangCall(clang=CLANG, words=("-O3", "-c", "a.c"), compiles=compiles, target=None)


class Compiler:
    """Writes down how it was started, and into the report that it was asked for."""

    def __init__(self, returncode: int = 0) -> None:
        self.returncode = returncode
        self.command: tuple[str, ...] = ()
        self.more: dict[str, str] = {}

    def __call__(self, command: tuple[str, ...], *, passed: tuple[int, ...], more: dict[str, str]) -> int:
        self.command, self.more = command, more
        for descriptor in passed:
            os.write(descriptor, b'{"functions":0,"unused":["g"]}\n')
        return self.returncode


def test_the_plugin_s_flags_go_to_the_compiler_proper_alone(tmp_path: Path) -> None:
    compiler = Compiler(3)
    done = compile_decided(call(), PLUGIN, PluginFlags(flags=("-mlra-random",)), start=compiler)

    assert done.returncode == 3
    assert done.report is not None
    assert done.report.unused == ("g",)
    assert compiler.command[:5] == (str(CLANG.path), "-fplugin=/cache/libmlra.so", "-Xclang", "-mllvm", "-Xclang")
    assert compiler.command[5] == "-mlra-random"
    assert any(word.startswith("-mlra-report=/proc/self/fd/") for word in compiler.command)
    assert compiler.command[-4:] == ("-Wno-error=backend-plugin", "-O3", "-c", "a.c")
    dumped = Compiler()
    compile_decided(call(), PLUGIN, PluginFlags(), dump=tmp_path / "dump", start=dumped)
    assert {"-mlra", "-mlra-dump-mir", f"-mlra-dump={tmp_path / 'dump'}"} <= set(dumped.command)


def test_a_call_that_compiles_nothing_runs_as_it_is() -> None:
    compiler = Compiler()
    done = compile_decided(call(compiles=0), PLUGIN, PluginFlags(flags=("-mlra-random",)), start=compiler)

    assert (done.report, compiler.command) == (None, (str(CLANG.path), "-O3", "-c", "a.c"))


def test_greedy_needs_no_plugin() -> None:
    compiler = Compiler()
    compile_decided(call(), PLUGIN, PluginFlags(), start=compiler)

    assert compiler.command == (str(CLANG.path), "-O3", "-c", "a.c")


def test_one_file_holds_the_records_of_one_source(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot hold the records of 2 sources"):
        compile_decided(call(compiles=2), PLUGIN, PluginFlags(), dump=tmp_path / "dump", start=Compiler())


def test_a_compiler_that_cannot_be_started_is_this_machine_s_fault() -> None:
    def start(*_: Any, **__: Any) -> int:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(HostError, match="starting /llvm/bin/clang"):
        compile_decided(call(), PLUGIN, PluginFlags(), start=start)


def test_flags_of_each_kind_of_policy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("rl4real_data.live.policy_flags.find_onnx_runtime", lambda: Path("/lib/libonnxruntime.so"))
    vocabulary = Path("/cache/x86.json")

    def flags(kind: PolicyKind, **more: Any) -> PluginFlags:
        return flags_of(PolicyChoice(kind=kind, word="", path=Path("/m")), vocabulary=vocabulary, **more)

    assert flags(PolicyKind.GREEDY).flags == ()
    assert flags(PolicyKind.RANDOM, seed=7).flags == ("-mlra-random", "-mlra-random-seed=7")
    assert flags(PolicyKind.MODEL).flags == ("-mlra-policy=/m", "-mlra-vocabulary=/cache/x86.json")
    assert flags(PolicyKind.MODEL).environment == {"MLRUN_ONNXRUNTIME": "/lib/libonnxruntime.so"}
    assert flags(PolicyKind.AGENTS).flags[:3] == ("-mlra-inference", "-rl-inference-engine", "-ml-config-path=/m")
    assert "-mlra-pipe-name=p" in flags(PolicyKind.FUNCTION, pipe="p").flags
    assert flags_of_file(tmp_path / "d").flags == (f"-mlra-decisions={tmp_path / 'd'}",)
