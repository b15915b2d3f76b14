"""`mlgo-clang` for eviction and priority: its logs beside stock clang, LLVM's own channel, and `trace`."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.toolchain.clang import SUPPORTED_MAJORS
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import ADVICE, FEATURES, Task

from .channel_trace import ADVISORS, channel_observations
from .conftest import run_program
from .test_mlgo_clang import llvm, mlgo_clang
from .tflite_models import write_eviction_model, write_negative_model, write_priority_model
from .training_log_reader import Log, read_log

pytestmark = pytest.mark.clang

CODE = """\
int g(int *);
void nothing(void) {}
int one(int a) { return a; }
int sum(int *p, int n) { int s = 0; for (int i = 0; i < n; i++) s += p[i] * g(p + i); return s; }
int many(int *p, int a, int b, int c, int d, int e) {
  int r[20];
  for (int i = 0; i < 20; i++) r[i] = p[i] * d;
  for (int i = 0; i < a; i++)
    for (int j = 0; j < 20; j++) r[j] += p[j] * a + b * c - d * e + g(p + j) * r[(j + 3) % 20];
  return (r[a % 20] ^ r[3] ^ r[5]) + r[7] * b + c * d;
}
"""
TASKS = (Task.EVICTION, Task.PRIORITY)
FLAGS = {
    Task.EVICTION: ("-regalloc-enable-advisor=development", "-regalloc-training-log", "-regalloc-model"),
    Task.PRIORITY: (
        "-regalloc-enable-priority-advisor=development",
        "-regalloc-priority-training-log",
        "-regalloc-priority-model",
    ),
}
O2 = ("-O2", "-c", "a.c")
REWARD = {"name": "reward", "type": "float", "port": 0, "shape": [1]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A module in a folder of its own."""
    (tmp_path / "a.c").write_text(CODE)
    return tmp_path


def logged(folder: Path, task: Task, *words: str, major: int = SUPPORTED_MAJORS[0], model: Path | None = None) -> Log:
    """The log of a command, and `native` beside it."""
    mode, log, named = FLAGS[task]
    flags = llvm(mode, f"{log}=log", *([f"{named}={model}"] if model else []))
    done = mlgo_clang(folder, *words, *flags, "-o", "native", major=major)
    said = [line for line in done.stderr.splitlines() if "TensorFlow Lite" not in line]
    assert (done.returncode, done.stdout, said) == (0, "", [])
    return read_log(folder / "log")


def stock(folder: Path, *words: str, major: int = SUPPORTED_MAJORS[0]) -> bytes:
    subprocess.run([f"clang-{major}", *words, "-o", "stock"], cwd=folder, check=True, timeout=120)
    return (folder / "stock").read_bytes()


def asked_by_llvm(
    folder: Path, task: Task, answers: Sequence[float], *words: str, major: int = SUPPORTED_MAJORS[0]
) -> dict[str, list[bytes]]:
    """What stock clang asks over its own channel, given these answers; `stock` is then what it makes of them."""
    kind = "i8" if task is Task.EVICTION else "f4"
    channel = folder / "channel"
    (folder / "channel.in").write_bytes(np.array(answers, kind).tobytes() + bytes(512))
    stock(folder, *words, *llvm(ADVISORS[task][0], f"{ADVISORS[task][1]}={channel}"), major=major)
    return channel_observations((folder / "channel.out").read_bytes())


def decisions(log: Log) -> list[float]:
    name = log.names[-1]
    return [one for context in log.contexts for (one,) in context.values[name]]


def observed(log: Log, task: Task) -> dict[str, list[bytes]]:
    """The features' bytes alone."""
    size = sum(np.dtype(spec.dtype).itemsize * int(np.prod(spec.llvm_shape)) for spec in FEATURES[task])
    return {context.name: [raw[:size] for raw in context.raw] for context in log.contexts}


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
@pytest.mark.parametrize("task", TASKS)
def test_a_default_log_has_llvms_form_and_the_stock_object(folder: Path, task: Task, major: int) -> None:
    log = logged(folder, task, *O2, major=major)

    assert (folder / "native").read_bytes() == stock(folder, *O2, major=major)
    described = [{"name": one.name, "type": one.llvm_type, "port": 0} for one in (*FEATURES[task], ADVICE[task])]
    assert [{name: one[name] for name in ("name", "type", "port")} for one in log.features] == described
    assert [one["shape"] for one in log.features] == [
        [1, 33] if spec.shape else [1] for spec in (*FEATURES[task], ADVICE[task])
    ]
    assert log.score == REWARD
    assert [context.name for context in log.contexts][-1] == "many"
    assert "nothing" not in [context.name for context in log.contexts]
    for context in log.contexts:
        assert context.steps > 0
        assert context.scores[:-1] == [0.0] * (context.steps - 1)
        assert context.scores[-1] > 0


@pytest.mark.parametrize("major", SUPPORTED_MAJORS)
def test_llvm_asks_the_same_of_evictions(folder: Path, major: int) -> None:
    """Given the logged decisions, the channel of stock clang sends the logged features and makes the stock object."""
    log = logged(folder, Task.EVICTION, *O2, major=major)

    assert asked_by_llvm(folder, Task.EVICTION, decisions(log), *O2, major=major) == observed(log, Task.EVICTION)
    assert (folder / "native").read_bytes() == (folder / "stock").read_bytes()


@pytest.mark.parametrize("task", TASKS)
def test_a_log_is_what_trace_records(folder: Path, tmp_path_factory: pytest.TempPathFactory, task: Task) -> None:
    recipe, target = load_recipe(TargetName.X86), TARGETS[TargetName.X86]
    build_dir = f"/usr/lib/llvm-{SUPPORTED_MAJORS[0]}"
    words = ("trace", task, "x86", "--corpus", folder / "a.c", "--data-dir", "data", "--build-dir", build_dir)
    out = tmp_path_factory.mktemp("trace")
    run_program(out, *words)
    command = (*target.clang_flags, f"{target.cpu_flag}{recipe.cpu}", f"-{recipe.opt_level}", "-w", "-c", "a.c")
    log = logged(folder, task, *command)

    traces = {one.context: one for one in TraceDataset(out / "data")}
    assert list(traces) == [context.name for context in log.contexts]
    for context in log.contexts:
        one = traces[context.name]
        assert context.scores[-1] == np.float32(one.score)
        assert [value for (value,) in context.values[ADVICE[task].name]] == one.decision.astype(
            ADVICE[task].numpy_type
        ).tolist()
        for spec in FEATURES[task]:
            values = np.array(context.values[spec.name], spec.numpy_type)
            assert values.tobytes() == one.features[spec.name].tobytes(), spec.name


def test_both_logs_of_one_command(folder: Path) -> None:
    alone = {task: logged(folder, task, *O2) and (folder / "log").read_bytes() for task in TASKS}
    flags = [flag for task in TASKS for flag in (FLAGS[task][0], f"{FLAGS[task][1]}={task}.log")]
    done = mlgo_clang(folder, *O2, *llvm(*flags), "-o", "native")

    assert (done.returncode, done.stderr) == (0, "")
    assert {task: (folder / f"{task}.log").read_bytes() for task in TASKS} == alone
    assert (folder / "native").read_bytes() == stock(folder, *O2)


def test_a_model_decides_on_priorities_and_its_other_output_is_logged(folder: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    log = logged(folder, Task.PRIORITY, *O2, model=write_priority_model(folder / "model"))

    assert log.names == ["li_size", "stage", "weight", "loc", "priority"]
    for context in log.contexts:
        assert context.values["priority"] == context.values["li_size"]
        assert context.values["loc"] == context.values["stage"]
    assert asked_by_llvm(folder, Task.PRIORITY, decisions(log), *O2) == observed(log, Task.PRIORITY)
    assert (folder / "native").read_bytes() == (folder / "stock").read_bytes() != stock(folder, *O2)


def test_a_priority_below_0_is_logged_and_carried_out_as_0(folder: Path) -> None:
    """LLVM's cast of it is undefined."""
    pytest.importorskip("ai_edge_litert")
    log = logged(folder, Task.PRIORITY, *O2, model=write_negative_model(folder / "model"))

    for context in log.contexts:
        assert context.values["priority"] == [[-size] for (size,) in context.values["li_size"]]
    zeros = [0.0] * len(decisions(log))
    assert asked_by_llvm(folder, Task.PRIORITY, zeros, *O2) == observed(log, Task.PRIORITY)
    assert (folder / "native").read_bytes() == (folder / "stock").read_bytes()


def test_a_model_decides_on_evictions_and_its_other_output_is_logged(folder: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    log = logged(folder, Task.EVICTION, *O2, model=write_eviction_model(folder / "model"))

    assert log.names[-2:] == ["logits", "index_to_evict"]
    for context in log.contexts:
        masks = np.array(context.values["mask"])
        assert [one for (one,) in context.values["index_to_evict"]] == masks.argmax(axis=1).tolist()
        assert context.values["logits"] == masks.astype(float).tolist()
    assert asked_by_llvm(folder, Task.EVICTION, decisions(log), *O2) == observed(log, Task.EVICTION)
    assert (folder / "native").read_bytes() == (folder / "stock").read_bytes()


def test_arguments_of_a_corpus(folder: Path) -> None:
    """compiler_opt/rl/regalloc/regalloc_runner.py puts its flags behind those of an exported `.cmd`."""
    command = ["clang-22", "-O2", "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c", "a.c", "-o", "a.bc"]
    subprocess.run(command, cwd=folder, check=True, timeout=60)
    cc1 = ("-cc1", "-triple", "x86_64-pc-linux-gnu", "-emit-obj", "-O2", "-x", "ir", "a.bc")
    log = logged(folder, Task.EVICTION, *cc1, *llvm("-thinlto-assume-merged"))

    assert [context.name for context in log.contexts][-1] == "many"
    assert (folder / "native").read_bytes() == stock(folder, *cc1)


def test_a_limit_of_evictions_hides_nothing(folder: Path) -> None:
    """LLVM counts the answers to the plugin's questions, too, and would mask the registers that are often in them."""
    free = logged(folder, Task.EVICTION, *O2)
    limited = logged(folder, Task.EVICTION, *O2, *llvm("-mlregalloc-max-eviction-count=0"))

    assert observed(limited, Task.EVICTION) == observed(free, Task.EVICTION)


@pytest.mark.parametrize("words", [("-O0", "-c", "a.c"), ("-E", "a.c")])
def test_where_no_registers_are_allocated(folder: Path, words: tuple[str, ...]) -> None:
    done = mlgo_clang(folder, *words, *llvm(FLAGS[Task.EVICTION][0], "-regalloc-training-log=log"), "-o", "native")

    assert done.returncode == 0
    assert "greedy allocates no register here" in done.stderr
    assert read_log(folder / "log").contexts == []
    assert (folder / "native").read_bytes() == stock(folder, *words)


def test_code_that_does_not_compile(folder: Path) -> None:
    (folder / "a.c").write_text("int f( {")
    done = mlgo_clang(
        folder, *O2, *llvm(FLAGS[Task.PRIORITY][0], "-regalloc-priority-training-log=log"), "-o", "native"
    )

    assert done.returncode == 1
    assert "a.c:1:8: error:" in done.stderr
    assert not (folder / "log").exists()


def test_a_model_beside_another_task(folder: Path) -> None:
    flags = llvm(FLAGS[Task.EVICTION][0], "-regalloc-model=m", FLAGS[Task.PRIORITY][0])
    done = mlgo_clang(folder, *O2, *flags, "-o", "native")

    assert done.returncode == 2
    assert "eviction and priority: with a model, one task at a time" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_log_that_cannot_be_written(folder: Path) -> None:
    flags = llvm(FLAGS[Task.EVICTION][0], "-regalloc-training-log=nowhere/log")
    done = mlgo_clang(folder, *O2, *flags, "-o", "native")

    assert done.returncode == 1
    assert "the training log nowhere/log cannot be written: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
