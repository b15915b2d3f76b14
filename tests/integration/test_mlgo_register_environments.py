"""The environments of eviction and priority, beside what `trace` records of the same decisions."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from rl4real_data.core.errors import DatasetError
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.mlgo import allocation_env
from rl4real_data.mlgo.environments import EvictionEnv, MlgoEnv, ModuleCommand, PriorityEnv
from rl4real_data.toolchain.process import Limits
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import FEATURES, Task
from rl4real_data.traces.trajectory import mlgo_reward

from .conftest import run_program
from .test_mlgo_channel import compilers_of
from .test_mlgo_clang_registers import CODE

pytestmark = pytest.mark.clang

ENVS: dict[Task, type[MlgoEnv]] = {Task.EVICTION: EvictionEnv, Task.PRIORITY: PriorityEnv}
Observation = dict[str, Any]
POLICIES = """\
import numpy as np
def first(features, context):
    return int(np.flatnonzero(features["mask"])[0])
def small(features, context):
    return 1048576 - int(features["li_size"])
"""


def first(seen: Observation) -> int:
    return int(np.flatnonzero(seen["mask"])[0])


def small(seen: Observation) -> float:
    return 1048576.0 - float(seen["li_size"])


CHOICES: dict[Task, Callable[[Observation], float]] = {Task.EVICTION: first, Task.PRIORITY: small}


@pytest.fixture
def modules(tmp_path: Path) -> tuple[ModuleCommand, ...]:
    """Compiled as `trace x86` compiles them."""
    (tmp_path / "a.c").write_text(CODE)
    (tmp_path / "b.c").write_text(CODE.replace("r[7] * b", "r[8] * b - r[11]"))
    target, recipe = TARGETS[TargetName.X86], load_recipe(TargetName.X86)
    words = (*target.clang_flags, f"{target.cpu_flag}{recipe.cpu}", f"-{recipe.opt_level}", "-w", "-c")
    return tuple(ModuleCommand(arguments=(*words, name), cwd=tmp_path, name=name) for name in ("a.c", "b.c"))


@pytest.fixture
def make(modules: Sequence[ModuleCommand]) -> Iterator[Callable[[Task], MlgoEnv]]:
    made: list[MlgoEnv] = []

    def make(task: Task) -> MlgoEnv:
        made.append(ENVS[task](modules))
        return made[-1]

    yield make
    for env in made:
        env.close()


def play(env: MlgoEnv, choose: Callable[[Observation], float]) -> tuple[list[tuple[str, Observation]], dict[str, Any]]:
    """The functions and observations of an episode, and what is told at its end."""
    seen, info = env.reset()
    told = []
    while True:
        told.append((info["context"], seen))
        seen, reward, is_terminated, is_truncated, info = env.step(choose(seen))
        if is_terminated or is_truncated:
            return told, {**info, "reward": reward, "is_truncated": is_truncated}
        assert reward == 0


@pytest.mark.parametrize("task", ENVS)
def test_the_checker_has_nothing_to_say(make: Callable[[Task], MlgoEnv], task: Task) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bounds = ".*(minimum value is -infinity|maximum value is infinity|symmetric and normalized space).*"
        warnings.filterwarnings("ignore", message=bounds)  # a priority is what greedy's queue holds
        check_env(make(task), skip_render_check=True)


@pytest.mark.parametrize("task", ENVS)
def test_an_episode_is_what_trace_records(
    make: Callable[[Task], MlgoEnv], task: Task, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("trace")
    (out / "mine.py").write_text(POLICIES)
    words = ("trace", task, "x86", "--corpus", tmp_path / "a.c", "--policy", f"mine:{CHOICES[task].__name__}")
    run_program(out, *words, "--data-dir", "data", "--jobs", "1")
    traces = list(TraceDataset(out / "data"))
    told, end = play(make(task), CHOICES[task])

    steps = [(one.context, one, number) for one in traces for number in range(one.steps)]
    assert [context for context, _ in told] == [context for context, _, _ in steps]
    for (_, seen), (_, one, number) in zip(told, steps, strict=True):
        for spec in FEATURES[task]:
            assert seen[spec.name].tobytes() == one.features[spec.name][number].tobytes(), spec.name
    assert [(each["context"], each["steps"], each["score"], each["baseline"]) for each in end["functions"]] == [
        (one.context, one.steps, one.score, one.baseline) for one in traces
    ]
    assert [each["reward"] for each in end["functions"]] == [one.reward for one in traces]
    assert end["score"] == pytest.approx(sum(one.score for one in traces))
    assert end["reward"] == pytest.approx(mlgo_reward(end["score"], sum(one.baseline for one in traces)))
    assert end["score"] != end["baseline"]
    assert (end["module"], end["steps"], end["is_truncated"]) == ("a.c", len(steps), False)


def test_llvms_own_evictions_earn_nothing(
    make: Callable[[Task], MlgoEnv], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("trace")
    run_program(out, "trace", "eviction", "x86", "--corpus", tmp_path / "a.c", "--data-dir", "data")
    default = iter([int(one) for trace in TraceDataset(out / "data") for one in trace.decision])
    _, end = play(make(Task.EVICTION), lambda _: next(default))

    assert end["reward"] == 0
    assert end["score"] == end["baseline"] > 0
    assert next(default, None) is None


@pytest.mark.parametrize(
    ("task", "illegal"),
    [
        *((Task.EVICTION, wrong) for wrong in (33, -1, 0.5, float("nan"))),
        *((Task.PRIORITY, wrong) for wrong in (-1.0, 2.0**32, float("nan"), float("inf"))),
    ],
)
def test_an_illegal_action_is_not_sent(make: Callable[[Task], MlgoEnv], task: Task, illegal: float) -> None:
    env = make(task)
    seen, _ = env.reset()
    again, reward, is_terminated, is_truncated, info = env.step(illegal)

    assert (reward, is_terminated, is_truncated, info["illegal"]) == (-1.0, False, False, 1)
    assert all(np.array_equal(seen[name], again[name]) for name in seen)
    assert play(env, CHOICES[task])[1]["is_truncated"] is False


def test_a_masked_column_is_not_sent(make: Callable[[Task], MlgoEnv]) -> None:
    env = make(Task.EVICTION)
    seen, _ = env.reset()
    _, reward, _, _, info = env.step(int(np.flatnonzero(seen["mask"] == 0)[0]))

    assert (reward, info["illegal"]) == (-1.0, 1)


def test_modules_come_in_their_order_and_by_number(make: Callable[[Task], MlgoEnv]) -> None:
    env = make(Task.PRIORITY)
    assert [env.reset()[1]["module"] for _ in range(3)] == ["a.c", "b.c", "a.c"]
    assert env.reset(options={"module": 1})[1]["module"] == "b.c"


@pytest.mark.parametrize("task", ENVS)
def test_a_compiler_that_dies_truncates(make: Callable[[Task], MlgoEnv], task: Task) -> None:
    env = make(task)
    seen, _ = env.reset()
    (compiler,) = [pid for pid in _children() if b"-mlra-trace-pipe=" in _command(pid)]
    os.kill(compiler, signal.SIGKILL)
    _, reward, is_terminated, is_truncated, info = env.step(CHOICES[task](seen))

    assert (reward, is_terminated, is_truncated) == (0, False, True)
    assert info["failure"] == "the compiler died of SIGKILL"
    assert play(env, CHOICES[task])[1]["is_truncated"] is False


def _children() -> list[int]:
    threads = Path(f"/proc/{os.getpid()}/task").iterdir()
    return [int(pid) for thread in threads for pid in (thread / "children").read_text().split()]


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_patience_has_an_end(make: Callable[[Task], MlgoEnv], monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler waits for the action as long as its time limit, and then ends."""
    monkeypatch.setattr(allocation_env, "LIMITS", Limits(timeout_s=2))
    env = make(Task.EVICTION)
    seen, _ = env.reset()
    signal.sigtimedwait([], 4)
    _, _, _, is_truncated, info = env.step(first(seen))

    assert is_truncated
    assert "not done after 2 s" in info["failure"] or "the policy was left" in info["failure"]


def test_what_is_given_up_is_ended(make: Callable[[Task], MlgoEnv], tmp_path: Path) -> None:
    env = make(Task.EVICTION)
    env.reset()
    assert [pid for pid in _children() if b"-mlra-trace-pipe=" in _command(pid)]
    env.close()

    assert not [pid for pid in _children() if b"-mlra-trace-pipe=" in _command(pid)]
    assert not compilers_of(tmp_path / "a.c")


@pytest.mark.parametrize("task", ENVS)
def test_modules_side_by_side(modules: Sequence[ModuleCommand], task: Task) -> None:
    envs: Any = gymnasium.vector.SyncVectorEnv([partial(ENVS[task], [one]) for one in modules])
    try:
        seen, info = envs.reset()
        assert info["module"].tolist() == ["a.c", "b.c"]
        assert seen["stage" if task is Task.PRIORITY else "progress"].shape == (2,)
        one_each = [{name: values[number] for name, values in seen.items()} for number in range(2)]
        dtype = envs.action_space.dtype
        _, rewards, terminated, truncated, _ = envs.step(np.array([CHOICES[task](one) for one in one_each], dtype))
        assert (rewards.tolist(), terminated.any(), truncated.any()) == ([0, 0], False, False)
    finally:
        envs.close()


def test_modules_without_decisions_are_passed_over(modules: Sequence[ModuleCommand], tmp_path: Path) -> None:
    (tmp_path / "broken.c").write_text("int f( {")
    plain = ModuleCommand(arguments=("-O0", "-c", "a.c"), cwd=tmp_path, name="plain")
    broken = ModuleCommand(arguments=("-O2", "-c", "broken.c"), cwd=tmp_path, name="broken")
    env = EvictionEnv([plain, broken, modules[0]])
    _, info = env.reset()
    env.close()

    assert info["module"] == "a.c"
    assert [one["module"] for one in info["passed_over"]] == ["plain", "broken"]
    assert info["passed_over"][0]["reason"] == "it asks for no decision"
    assert "broken.c:1:8: error:" in info["passed_over"][1]["reason"]
    none = PriorityEnv([plain])
    with pytest.raises(DatasetError, match="no module that can be decided on; plain: it asks for no decision"):
        none.reset()
    none.close()
