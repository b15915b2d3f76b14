"""Command lines of a user's own: what they compile, what is refused, and the words with which decisions come in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rl4real_data.core.errors import HostError, UsageError
from rl4real_data.live.clang_call import ClangCall, read_call
from rl4real_data.live.decided_compile import compile_decided, compile_plainly
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


def test_sources_of_a_call(installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Absolute; with -save-temps the compiler proper is given what is left of the source."""
    monkeypatch.chdir(tmp_path)
    named = CC1.replace('"-O3"', '"-O3" "-main-file-name" "a.c"')
    saved = named.replace('"a.c"\n', '"a.bc"\n').replace('"-x" "c" "a.c"', '"-x" "ir" "a.bc"')

    plain = read_call(("clang", "-O3", "-c", "a.c"), installation, start=driver(CC1))
    two = read_call(("clang", "src/a.c"), installation, start=driver(f"{named}\n{CC1.replace('a.c', '/x/b.c')}"))
    temporary = read_call(("clang", "-save-temps", "src/a.c"), installation, start=driver(saved))
    nothing = read_call(("clang", "a.o"), installation, start=driver(""))

    assert plain.sources == (tmp_path / "a.c",)
    assert two.sources == (tmp_path / "src/a.c", Path("/x/b.c"))
    assert temporary.sources == (tmp_path / "src/a.c",)
    assert nothing.sources == ()


UNOPTIMISED = "without optimisation LLVM takes its fast allocator"
LINKED = "-flto leaves the registers to the linker"


@pytest.mark.parametrize(
    ("said", "note"),
    [
        (CC1.replace("-O3", "-O0"), UNOPTIMISED),
        (CC1.replace('"-O3" ', ""), UNOPTIMISED),
        (f"{CC1.replace('-O3', '-O0')}\n{CC1.replace('-O3', '-O0')}", UNOPTIMISED),
        (CC1.replace("-emit-obj", "-emit-llvm-bc").replace("-O3", '-O3" "-flto=full'), LINKED),
        (CC1.replace("-emit-obj", "-emit-llvm"), "-emit-llvm makes no machine code"),
    ],
)
def test_what_cannot_be_decided_on_runs_as_it_is_with_a_note(installation: Installation, said: str, note: str) -> None:
    found = read_call(("clang", "a.c"), installation, start=driver(said))

    assert (found.compiles, found.words) == (0, ("a.c",))
    assert found.undecided.startswith(note)


@pytest.mark.parametrize(
    "said",
    [
        CC1.replace("-emit-obj", "-E"),
        CC1.replace("-emit-obj", "-fsyntax-only"),
        CC1.replace("-emit-obj", "-emit-pch"),
        "InstalledDir: /llvm/bin\n",
    ],
)
def test_where_no_code_is_asked_for_nothing_is_said(installation: Installation, said: str) -> None:
    found = read_call(("clang", "a.c"), installation, start=driver(said))

    assert (found.compiles, found.undecided) == (0, "")


def test_with_saved_files_the_last_step_is_what_compiles(installation: Installation) -> None:
    steps = [CC1.replace("-emit-obj", word) for word in ("-E", "-emit-llvm-bc", "-S")]
    found = read_call(("clang", "-save-temps", "a.c"), installation, start=driver("\n".join(steps)))

    assert (found.compiles, found.undecided) == (1, "")


def test_words_that_clang_refuses_are_left_to_clang(installation: Installation) -> None:
    said = "clang: error: no such file or directory: 'b.c'\n"
    found = read_call(("clang", "-c", "b.c"), installation, start=driver(said, 1))

    assert (found.compiles, found.undecided, found.words) == (0, "", ("-c", "b.c"))
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
    assert "-mlra-report-before=false" in compiler.command
    compile_decided(call(), PLUGIN, PluginFlags(flags=("-mlra-random",)), before=True, start=compiler)
    assert "-mlra-report-before=true" in compiler.command
    assert compiler.command[-4:] == ("-Wno-error=backend-plugin", "-O3", "-c", "a.c")
    dumped = Compiler()
    compile_decided(call(), PLUGIN, PluginFlags(), dump=tmp_path / "dump", start=dumped)
    assert {"-mlra", "-mlra-dump-mir", f"-mlra-dump={tmp_path / 'dump'}"} <= set(dumped.command)


def test_a_call_that_compiles_nothing_runs_as_it_is() -> None:
    compiler = Compiler(3)
    done = compile_plainly(call(compiles=0), start=compiler)

    assert (done.returncode, done.report) == (3, None)
    assert compiler.command == (str(CLANG.path), "-O3", "-c", "a.c")


def test_a_quiet_call_leaves_the_plugin_s_warnings_out() -> None:
    compiler = Compiler()
    compile_decided(call(), PLUGIN, PluginFlags(flags=("-mlra-random",)), is_quiet=True, start=compiler)

    assert compiler.command[-4:] == ("-Wno-backend-plugin", "-O3", "-c", "a.c")


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
    monkeypatch.setattr("rl4real_data.live.policy_flags.onnx_runtime_for", lambda _: Path("/lib/libonnxruntime.so"))
    monkeypatch.setattr("rl4real_data.live.policy_flags.agent_paths", lambda folder: {"one": folder})
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
