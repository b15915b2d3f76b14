"""`make bench`: the ratios and limits that the project promises, measured on this machine.

A time means nothing alone: what is compared runs in turns within one run, and the median of the pairs counts. Wall time
of two runs on a busy machine says little; the processor time of the same pair stands beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.environment import load_environment
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.targets import TARGETS, Target, TargetName
from rl4real_data.corpus.module import Corpus, Module
from rl4real_data.corpus.resolve import resolve
from rl4real_data.toolchain.clang import discover_clang
from rl4real_data.toolchain.plugin import ensure_plugin

JOBS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Wall and processor seconds of one command."""

    wall: float
    cpu: float


def measure(action: Callable[[], None]) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    action()
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall=wall, cpu=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def rl4real(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", "rl4real_data", *words)
    return subprocess.run(command, check=check, capture_output=True, text=True)


def compile_plainly(clang: Path, target: Target, cpu: str, modules: Sequence[Module]) -> None:
    """`clang -O3 -c` of every module into a scratch folder, the largest first, as the flow orders them.

    What clang refuses costs its time here as in the flow; how many that are is said.
    """
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(JOBS) as pool:

        def compile_one(number: int, module: Module) -> bool:
            command = (
                *(str(clang), *target.clang_flags, "-x", module.language.value, *module.flags),
                *(
                    f"{target.cpu_flag}{cpu}",
                    "-O3",
                    "-w",
                    "-c",
                    str(module.path),
                    "-o",
                    f"{folder}/{number}.o",
                ),
            )
            return subprocess.run(command, cwd=module.root, check=False, capture_output=True).returncode == 0

        ordered = sorted(modules, key=lambda module: -module.source.stat().st_size)
        compiled = list(pool.map(compile_one, range(len(ordered)), ordered))
    if not all(compiled):
        print(f"    {compiled.count(False)} of {len(compiled)} modules do not compile")


def bench_overhead(words: Sequence[str], pairs: int, targets: Sequence[TargetName]) -> None:
    environment = load_environment()
    clang = discover_clang(build_dir=None, search_path=os.environ["PATH"])
    for name in targets:
        corpora = resolve(words, cache=environment.cache_dir, mirror=environment.mirror, target=name)
        modules = [module for corpus in corpora for module in corpus.modules]
        ratios = [_overhead_pair(clang.path, name, modules, words) for _ in range(pairs)]
        wall, cpu = (statistics.median(column) for column in zip(*ratios, strict=True))
        print(
            f"{name.value}: whole flow / plain clang -O3 -c: wall {wall:.3f}, cpu {cpu:.3f} "
            f"(medians of {pairs} pairs; bar 1.03 on demo, 1.00 on real)"
        )


def _overhead_pair(
    clang: Path, name: TargetName, modules: Sequence[Module], words: Sequence[str]
) -> tuple[float, float]:
    """Flow over plain compilation, wall and processor time, of one pair run one after the other."""
    plain = measure(lambda: compile_plainly(clang, TARGETS[name], load_recipe(name).cpu, modules))
    with tempfile.TemporaryDirectory() as folder:
        flow = ("flow", name.value, "train", "mlra", "--data-dir", f"{folder}/d", "-j", str(JOBS))
        full = measure(lambda: _run(flow, words))
    print(f"    plain {plain.wall:6.2f} s ({plain.cpu:6.2f} cpu)  flow {full.wall:6.2f} s ({full.cpu:6.2f} cpu)")
    return full.wall / plain.wall, full.cpu / plain.cpu


def _run(flow: tuple[str, ...], words: Sequence[str]) -> None:
    rl4real(*flow, *(word for corpus in words for word in ("--corpus", corpus)))


def bench_second_run(words: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        flow = ("flow", "x86", "train", "mlra", "--data-dir", f"{folder}/d", "-j", str(JOBS))
        _run(flow, words)
        times = [measure(lambda: _run(flow, words)).wall for _ in range(5)]
    print(f"second run of a finished dataset: {statistics.median(times):.2f} s (bar 2 s)")
    times = [measure(lambda: rl4real("--help") and None).wall for _ in range(9)]
    print(f"rl4real-data --help: {statistics.median(times):.2f} s (bar 0.5 s)")


def peak_memory_mb(command: Sequence[str]) -> float:
    """Largest resident size of the main process alone, as the kernel saw it."""
    script = (
        "import resource, sys; sys.argv = sys.argv[1:]\n"
        "from rl4real_data.commands.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    done = subprocess.run((sys.executable, "-c", script, *command), check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def bench_memory(corpora: Sequence[Corpus], words: Sequence[str]) -> None:
    """The demo once, then ten times as many modules: copies of it in ten folders, each with another first line."""
    corpus_words = [word for corpus in words for word in ("--corpus", corpus)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        flow = ("rl4real-data", "flow", "x86", "test", "mlra", "-j", str(JOBS), "--data-dir")
        once = peak_memory_mb((*flow, str(folder / "one"), *corpus_words))
        lua = next(corpus for corpus in corpora if corpus.name.startswith("lua"))
        copies = folder / "copies"
        for number in range(round(10 * sum(len(corpus.modules) for corpus in corpora) / len(lua.modules))):
            shutil.copytree(lua.root, copies / f"{number:03}", ignore=shutil.ignore_patterns("doc"))
            for source in (copies / f"{number:03}").rglob("*.c"):
                text = source.read_text(errors="surrogateescape")
                # Another function in each copy, or all but the first would be duplicates.
                own = f"int copy_{number}_{source.stem}(int x) {{ return x * {number + 3}; }}\n"
                source.write_text(text + own, errors="surrogateescape")
        tenfold = peak_memory_mb((*flow, str(folder / "ten"), "--corpus", str(copies)))
    print(
        f"memory of the main process: {once:.0f} MB on the demo, {tenfold:.0f} MB on ten times as many modules "
        "(bar 400)"
    )


def bench_vectors(words: Sequence[str], episodes: int) -> None:
    """`embed` on the demo, and on its shards listed again and again until they are as many episodes as asked for."""
    with tempfile.TemporaryDirectory() as name:
        demo, large = Path(name) / "demo", Path(name) / "large"
        _run(("flow", "x86", "train", "mlra", "--data-dir", str(demo), "-j", str(JOBS)), words)
        count = _repeat_dataset(demo, large, episodes)
        for data_dir, number, bar in ((demo, None, 1), (large, count, 10)):
            script = (
                "import sys, time; from pathlib import Path; from rl4real_data.flow.embedding import embed_dataset\n"
                "from rl4real_data.mir2vec.vocabulary_file import shipped_vocabulary\n"
                "begin = time.monotonic(); embed_dataset(Path(sys.argv[1]), shipped_vocabulary('x86'))\n"
                "print(time.monotonic() - begin)"
            )
            done = subprocess.run((sys.executable, "-c", script, data_dir), check=True, capture_output=True, text=True)
            what = f"{number:,} episodes" if number else "the demo"
            print(f"embed on {what}: {float(done.stdout):.2f} s after start-up (bar {bar} s)")


def _repeat_dataset(source: Path, target: Path, episodes: int) -> int:
    """The same dataset with its shards under several names; how many episodes it has."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(".work"))
    index = json.loads((target / "dataset.json").read_text())
    shards = {name: entry for name, entry in index["files"].items() if name.startswith("data/")}
    own = sum(entry["rows"] for entry in shards.values())
    copies = -(-episodes // own)
    total = copies * len(shards)
    files = {name: entry for name, entry in index["files"].items() if name not in shards}
    for number in range(total):
        name = list(shards)[number % len(shards)]
        new = f"data/train-{number:05d}-of-{total:05d}.parquet"
        if new not in shards:
            os.link(target / name, target / new)
        files[new] = shards[name]
    del index["sha256"]  # of the index as it was
    (target / "dataset.json").write_text(json.dumps({**index, "files": files}))
    return copies * own


def bench_random_programs(count: int) -> None:
    """Object files with and without the plugin, its own checks silent: the promise of the tests on more programs."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from tests.integration.identical import compare_all
    from tests.integration.random_programs import random_programs

    environment = load_environment()
    clang = discover_clang(build_dir=None, search_path=environment.search_path)
    plugin = ensure_plugin(clang, cache_dir=environment.cache_dir, announce=lambda text: print(text, file=sys.stderr))
    modules = random_programs(1, count)
    for name in TargetName:
        with tempfile.TemporaryDirectory() as folder:
            problems = compare_all(modules, clang, plugin, TARGETS[name], ALLOCATORS[AllocatorName.MLRA], Path(folder))
        print(f"{name.value}: {len(modules)} of {count} random programs, {len(problems)} with a difference (bar 0)")
        for problem in problems[:5]:
            print(f"    {problem}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--corpus", action="append", default=None, help="default: demo")
    parser.add_argument("--target", action="append", default=None, help="of the overhead; default: all")
    parser.add_argument("--programs", type=int, default=500, help="random programs to compare")
    parser.add_argument("--episodes", type=int, default=100_000, help="to embed")
    parser.add_argument("--only", choices=["overhead", "second", "memory", "vectors", "random"], default=None)
    arguments = parser.parse_args()
    words = arguments.corpus or ["demo"]
    environment = load_environment()
    corpora = resolve(words, cache=environment.cache_dir, mirror=environment.mirror)
    clang = discover_clang(build_dir=None, search_path=environment.search_path)
    ensure_plugin(clang, cache_dir=environment.cache_dir, announce=lambda text: print(text, file=sys.stderr))
    if arguments.only in (None, "overhead"):
        bench_overhead(words, arguments.pairs, [TargetName(name) for name in arguments.target or TargetName])
    if arguments.only in (None, "second"):
        bench_second_run(words)
    if arguments.only in (None, "memory"):
        bench_memory(corpora, words)
    if arguments.only in (None, "vectors"):
        bench_vectors(words, arguments.episodes)
    if arguments.only in (None, "random"):
        bench_random_programs(arguments.programs)


if __name__ == "__main__":
    main()
