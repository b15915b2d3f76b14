"""`make bench`: the time that a policy of MLGO's tasks needs for one decision, as an ONNX file that this process asks.

The policy has the sizes of `train`'s defaults; what it has learned does not matter. It decides on what LLVM asked in a
trace. Processor time counts, of the median round: a machine that is busy with others is less the policy's fault then.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rl4real_data.mlgo.policies.onnx_model import OnnxPolicy
from rl4real_data.mlgo.tensors import header_of
from rl4real_data.traces.dataset import TraceDataset
from rl4real_data.traces.features import Task

CORPUS = "lua5.4"
ROUNDS = 25
DECISIONS = 1000
MOST_US = 60.0
"""The promise."""
SETTINGS = "bc_iterations = 1\nsteps = 1\n"


def main(corpus: str = CORPUS) -> int:
    status = 0
    with tempfile.TemporaryDirectory() as name:
        for task in Task:
            folder = Path(name) / task
            folder.mkdir()
            model = exported(task, corpus, folder)
            rounds = rounds_us(OnnxPolicy.opened(model, task), task, observations(folder / "trace", task))
            median = statistics.median(rounds)
            spread = f"{min(rounds):.1f} to {max(rounds):.1f}"
            print(f"{task} by ONNX: {median:.1f} us a decision ({spread}; at most {MOST_US:g})", flush=True)
            status |= median > MOST_US
    return status


def exported(task: Task, corpus: str, folder: Path) -> Path:
    """The model of a policy that learned from a trace of the corpus, which stays in `folder / "trace"`."""
    (folder / "small.toml").write_text(SETTINGS)
    level = ("--opt-level", "Oz") if task is Task.INLINING else ()
    run(folder, "trace", task, "x86", "--corpus", corpus, *level, "--data-dir", "trace")
    run(folder, "train", "trace", "--task", task, "--algorithm", "bc", "--config", "small.toml", "--out", "run")
    run(folder, "export", "run", "policy.onnx", "--to", "onnx")
    return folder / "policy.onnx"


def run(folder: Path, *words: str) -> None:
    command = [sys.executable, "-m", "rl4real_data", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=1800)


def observations(trace: Path, task: Task) -> list[bytes]:
    """As a compiler sends them."""
    names = header_of(task).layout.names
    found: list[bytes] = []
    for one in TraceDataset(trace):
        found += (b"".join(one.features[name][step].tobytes() for name in names) for step in range(len(one.decision)))
        if len(found) >= DECISIONS:
            break
    return found[:DECISIONS]


def rounds_us(policy: OnnxPolicy, task: Task, asked: list[bytes]) -> list[float]:
    """Of a decision, round by round."""
    answer, found = policy.begin(header_of(task)), []
    for _ in range(ROUNDS):
        before = time.process_time()
        for observation in asked:
            answer(observation)
        found.append((time.process_time() - before) / len(asked) * 1e6)
    return found


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
