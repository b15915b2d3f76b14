"""The compilation of a module for an evaluation: the command, and each way in which it can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from evaluation_builder import make_code, make_function, make_module, make_row, make_text

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.errors import HostError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.evaluation import module_code
from rl4real_data.evaluation.contender import BASIC, GREEDY, Chosen, Contender
from rl4real_data.evaluation.module_code import ModuleCode, ModuleCompiler
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.block_cycles import MachineCodeAnalyzer
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.toolchain.process import Completed, Limits

ENDED = Completed(returncode=0, timed_out=False, seconds=2.0, stdout="", stderr="", processor_s=1.25)
COMPILATION = Compilation(
    clang=Clang(path=Path("/llvm/bin/clang"), version="22.1.8", banner="fake", content="c"),
    plugin=Plugin(path=Path("/cache/libmlra.so"), source_hash="p" * 64),
    target=TARGETS[TargetName.X86],
    allocator=ALLOCATORS[AllocatorName.MLRA],
    recipe=load_recipe(TargetName.X86),
    limits=Limits(timeout_s=7),
)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What is started; a compiler that writes two functions and an object file of ours."""
    started: list[list[str]] = []

    def run(command: list[str], *, scratch: Path, **_more: object) -> Completed:
        started.append(list(command))
        (scratch / "unit.o").write_bytes(b"")
        for word in command:
            if word.startswith("-mlra-final="):
                Path(word.partition("=")[2]).write_text(make_text(make_row("one"), make_row("two")))
        return ENDED

    monkeypatch.setattr(module_code, "run", run)
    monkeypatch.setattr(module_code, "code_size", lambda _data: 64)
    return started


def compiler(tmp_path: Path, *, is_timed: bool = True) -> ModuleCompiler:
    return ModuleCompiler(compilation=COMPILATION, interfaces=Interfaces((), tmp_path), is_timed=is_timed)


def test_functions_size_and_processor_time(commands: list[list[str]], tmp_path: Path) -> None:
    found = compiler(tmp_path).compile(make_module(), GREEDY, tmp_path)

    assert isinstance(found, ModuleCode)
    assert [one.function for one in found.functions] == ["one", "two"]
    assert (found.text_bytes, found.processor_s) == (64, 1.25)
    assert len(commands) == 2


def test_what_is_timed_is_the_users_own_command(commands: list[list[str]], tmp_path: Path) -> None:
    policy = Contender(name="random", flags=("-mlra-random",))
    for contender in (BASIC, policy):
        compiler(tmp_path).compile(make_module(), contender, tmp_path)

    basic, timed_basic, random, timed_random = commands
    assert "-fplugin=/cache/libmlra.so" in basic
    assert "-fplugin=/cache/libmlra.so" not in timed_basic
    assert "-regalloc=basic" in timed_basic
    assert "-fplugin=/cache/libmlra.so" in timed_random
    assert not any(word.startswith("-mlra-final") for word in (*timed_basic, *timed_random))
    assert random[random.index("-mlra-random") - 1] == "-mllvm"


def test_nobody_needs_times(commands: list[list[str]], tmp_path: Path) -> None:
    found = compiler(tmp_path, is_timed=False).compile(make_module(), GREEDY, tmp_path)

    assert isinstance(found, ModuleCode)
    assert found.processor_s is None
    assert len(commands) == 1


def test_a_choice_is_carried_out_where_the_problem_is_the_same(commands: list[list[str]], tmp_path: Path) -> None:
    chosen = {
        "one": Chosen(content_hash="hash of one", decisions=[["spill", 7]]),
        "two": Chosen(content_hash="another", decisions=[["spill", 8]]),
    }
    labels = Contender(name="labels", chosen={("toy", "a.c"): chosen})
    greedy = make_code(make_function("one"), make_function("two"))
    compiler(tmp_path).compile(make_module(), labels, tmp_path, greedy=greedy)

    (flag,) = {word for word in commands[0] if word.startswith("-mlra-decisions=")}
    assert Path(flag.partition("=")[2]).read_text() == '{"function": "one", "decisions": [["spill", 7]]}\n'


def test_nothing_is_chosen_for_other_modules(commands: list[list[str]], tmp_path: Path) -> None:
    labels = Contender(name="labels", chosen={("toy", "b.c"): {}})
    compiler(tmp_path).compile(make_module(), labels, tmp_path, greedy=make_code(make_function("one")))

    assert not any(word.startswith("-mlra-decisions=") for word in commands[0])


@pytest.mark.parametrize(
    ("done", "kind", "reason"),
    [
        (replace(ENDED, timed_out=True), FailureKind.TIMEOUT, "not done after 7 s"),
        (replace(ENDED, returncode=-11), FailureKind.CRASH, "the compiler died of SIGSEGV"),
        (replace(ENDED, returncode=1, stderr="a.c:1: error: no"), FailureKind.REJECTED, "a.c:1: error: no"),
        (ENDED, FailureKind.BAD_RECORD, "unit.final"),
    ],
)
def test_what_goes_wrong_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, done: Completed, kind: FailureKind, reason: str
) -> None:
    fake: Callable[..., Completed] = lambda *_words, **_more: done  # noqa: E731 - what is started
    monkeypatch.setattr(module_code, "run", fake)
    found = compiler(tmp_path).compile(make_module(), GREEDY, tmp_path)

    assert isinstance(found, Failure)
    assert found.kind is kind
    assert reason in found.reason


def test_a_killed_compiler_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module_code, "run", lambda *_words, **_more: replace(ENDED, returncode=-9))

    with pytest.raises(HostError, match="killed"):
        compiler(tmp_path).compile(make_module(), GREEDY, tmp_path)


def test_a_module_that_is_refused_has_its_reason(tmp_path: Path) -> None:
    found = compiler(tmp_path).compile(replace(make_module(), refusal="its flags"), GREEDY, tmp_path)

    assert isinstance(found, Failure)
    assert found.reason == "its flags"


def test_the_assembly_of_hottest_blocks_is_asked_about(
    commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def cycles(_self: object, blocks: list[list[str]], _scratch: Path) -> list[float | None]:
        seen.append(blocks)
        return [3.0, None]

    (tmp_path / "unit.s").write_text("# %bb.0:\n\tretq\n.Lfunc_end0:\n# %bb.1:\n.Lfunc_end1:\n")
    monkeypatch.setattr(MachineCodeAnalyzer, "cycles", cycles)
    analyzer = MachineCodeAnalyzer(path=Path("mca"), target=COMPILATION.target, cpu="core2", limits=COMPILATION.limits)
    found = replace(compiler(tmp_path, is_timed=False), analyzer=analyzer).compile(make_module(), BASIC, tmp_path)

    assert isinstance(found, ModuleCode)
    assert [one.hot_cycles for one in found.functions] == [3.0, None]
    assert seen == [[["\tretq"], []]]
    assert "-S" in commands[1]
    assert "-c" not in commands[1]
    assert "-regalloc=basic" in commands[1]
    assert str(tmp_path / "unit.s") in commands[1]
