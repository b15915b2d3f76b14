"""What a policy costs a compilation: all of Lua with an ONNX model in the compiler's process, against stock clang.

One model scores registers, and is told vectors; the other is the one in the package, which advises. All take turns;
processor time is compared, since wall time on a busy machine says little, and the median counts.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rl4real_data.core.environment import load_environment
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.shipped_files import advice_model
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.module import Module
from rl4real_data.corpus.resolve import resolve
from rl4real_data.live.onnx_runtime import find_onnx_runtime
from rl4real_data.mir2vec.vocabulary_file import read_vocabulary, shipped_vocabulary, write_vocabulary
from rl4real_data.toolchain.clang import Clang, discover_clang
from rl4real_data.toolchain.plugin import Plugin, ensure_plugin, register_file

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.integration.onnx_models import perceptron

LIMITS = {"a model of scores": 1.25, "the model of the package": 1.10}
TARGET = TARGETS[TargetName.X86]


def cpu_seconds(clang: Clang, modules: Sequence[Module], folder: Path, *flags: str) -> float:
    """Processor time of `clang -O3 -c` of every module."""
    cpu = load_recipe(TARGET.name).cpu
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for module in modules:
        command = (
            *(str(clang.path), *TARGET.clang_flags, "-x", module.language.value, *module.flags),
            *(f"{TARGET.cpu_flag}{cpu}", "-O3", "-w", *flags, "-c", str(module.path), "-o", str(folder / "unit.o")),
        )
        done = subprocess.run(command, cwd=module.root, capture_output=True, text=True)
        if done.returncode or "left to greedy" in done.stderr:
            sys.exit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", default="lua5.4")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    environment = load_environment()
    (corpus,) = resolve([options.corpus], cache=environment.cache_dir, mirror=environment.mirror)
    clang = discover_clang(build_dir=None, search_path=environment.search_path)
    plugin = ensure_plugin(clang, cache_dir=environment.cache_dir, announce=lambda text: print(text, file=sys.stderr))
    classes = register_file(clang, plugin, TARGET, load_recipe(TARGET.name).cpu)["classes"]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        scores = perceptron(folder / "model.onnx", len({reg for entry in classes for reg in entry["order"]}))
        write_vocabulary(folder / "vocabulary.json", read_vocabulary(shipped_vocabulary(TARGET.name.value)))
        vocabulary = f"-mlra-vocabulary={folder / 'vocabulary.json'}"
        words = {
            "a model of scores": plugin_words(plugin, f"-mlra-policy={scores}", vocabulary),
            "the model of the package": plugin_words(plugin, f"-mlra-policy={advice_model(TARGET.name)}"),
        }
        turns = [
            {name: cpu_seconds(clang, corpus.modules, folder, *flags) for name, flags in {"": (), **words}.items()}
            for _ in range(options.pairs)
        ]
    ratios = {name: statistics.median(turn[name] / turn[""] for turn in turns) for name in words}
    stock = statistics.median(turn[""] for turn in turns)
    for name, ratio in ratios.items():
        seconds = statistics.median(turn[name] for turn in turns)
        print(
            f"{corpus.name}: stock {stock:.2f} s, with {name} {seconds:.2f} s, {ratio:.3f} times (bar {LIMITS[name]})"
        )
    return 0 if all(ratio <= LIMITS[name] for name, ratio in ratios.items()) else 1


def plugin_words(plugin: Plugin, *flags: str) -> tuple[str, ...]:
    llvm = (*flags, f"-mlra-onnxruntime={find_onnx_runtime()}")
    return (f"-fplugin={plugin.path}", *(word for flag in llvm for word in ("-mllvm", flag)))


if __name__ == "__main__":
    sys.exit(main())
