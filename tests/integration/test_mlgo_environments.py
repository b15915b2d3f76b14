"""The environments of MLGO's tasks, with a real clang that waits for each action."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.mlgo.environments import InliningEnv, ModuleCommand

pytestmark = pytest.mark.clang

CODE = """\
static int f(int x) { int s = 0; for (int i = 0; i < x; i++) s ^= i * x; return s; }
int g(int y) { return f(y) + f(y + 1); }
int h(int z) { return g(z) * f(3) + g(2); }
"""


@pytest.fixture
def modules(tmp_path: Path) -> tuple[ModuleCommand, ...]:
    (tmp_path / "a.c").write_text(CODE)
    (tmp_path / "b.c").write_text(CODE.replace("f(y + 1)", "f(y + 2) + f(y * 3)"))
    return tuple(ModuleCommand(arguments=("-O2", "-c", name), cwd=tmp_path, name=name) for name in ("a.c", "b.c"))


@pytest.fixture
def env(modules: tuple[ModuleCommand, ...]) -> Iterator[InliningEnv]:
    made = InliningEnv(modules)
    yield made
    made.close()


def play(env: gymnasium.Env[Any, Any], decision: int) -> tuple[int, float, dict[str, Any]]:
    steps = 0
    while True:
        _, reward, is_terminated, is_truncated, info = env.step(decision)
        steps += 1
        if is_terminated or is_truncated:
            return steps, float(reward), info


def test_the_checker_has_nothing_to_say(env: InliningEnv) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*(minimum value is -infinity|maximum value is infinity).*")
        check_env(env, skip_render_check=True)


def test_never_inlining_is_what_noinline_makes(env: InliningEnv, tmp_path: Path) -> None:
    seen, info = env.reset()
    assert info["module"] == "a.c"
    assert env.observation_space.contains(seen)
    steps, reward, info = play(env, 0)
    plain = tmp_path / "plain.o"
    subprocess.run(["clang-22", "-O2", "-fno-inline", "-c", "a.c", "-o", plain], cwd=tmp_path, check=True, timeout=60)
    said = subprocess.run(["llvm-size-22", plain], capture_output=True, text=True, check=True, timeout=60).stdout
    assert steps == info["steps"] >= 4
    assert info["score"] == pytest.approx(int(said.splitlines()[1].split()[0]), rel=0.1)  # noinline is an attribute
    assert reward == pytest.approx(1 - (info["score"] + 0.01) / (info["baseline"] + 0.01))


def test_modules_come_in_their_order_and_by_number(env: InliningEnv) -> None:
    assert [env.reset()[1]["module"] for _ in range(3)] == ["a.c", "b.c", "a.c"]
    assert env.reset(options={"module": 1})[1]["module"] == "b.c"


def test_an_illegal_action_is_not_sent(env: InliningEnv) -> None:
    seen, _ = env.reset()
    again, reward, is_terminated, is_truncated, info = env.step(7)

    assert (reward, is_terminated, is_truncated, info["illegal"]) == (-1.0, False, False, 1)
    assert all(np.array_equal(seen[name], again[name]) for name in seen)
    assert play(env, 1)[1] is not None


def test_modules_side_by_side(modules: tuple[ModuleCommand, ...]) -> None:
    envs = gymnasium.vector.SyncVectorEnv([lambda one=one: InliningEnv([one]) for one in modules])
    try:
        seen, info = envs.reset()
        assert info["module"].tolist() == ["a.c", "b.c"]
        assert seen["threshold"].shape == (2,)
        envs.step(np.array([1, 0]))
    finally:
        envs.close()


def test_without_decisions(modules: tuple[ModuleCommand, ...]) -> None:
    unoptimised = [ModuleCommand(arguments=("-O0", *one.arguments[1:]), cwd=one.cwd, name=one.name) for one in modules]
    env = InliningEnv(unoptimised)
    with pytest.raises(DatasetError, match=r"no module that can be decided on; a\.c: the compiler asked about nothing"):
        env.reset()
    env.close()
    with pytest.raises(UsageError, match="no module"):
        InliningEnv([])
