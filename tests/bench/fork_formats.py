"""How much faster a DATA_DIR is than the fork's files: reading an episode against `json.load` and the label parsing of
its training scripts, and importing DOT against networkx with pydot, each pair in turns in one run.

    python tests/bench/fork_formats.py [DATA_DIR]        without DATA_DIR, `flow x86 train mlra` on the demo makes one

Everything runs on one core. The files of the baseline are the export of the same episodes, their DOT twin for the
import: real vectors, the same functions. Both are read once before, so that neither waits for the disk.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from rl4real_data import EpisodeDataset
from rl4real_data.core.allocators import AllocatorName
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.episodes.index import read_index
from rl4real_data.export.rl4real import ForkExport, iterate_graphs
from rl4real_data.rl4real_fork.formats.config import write_fork_config
from rl4real_data.rl4real_fork.formats.spelling import render_dot, render_json
from rl4real_data.rl4real_fork.graph_import import ForkImport, import_fork
from rl4real_data.rl4real_fork.graph_modules import Origin

BAR = 100
MIN_FILES = 10
FEATURES = ("node_class", "node_spill_weight", "use_distance", "use_spill_weight", "split_points")
COLUMNS = ("node_vreg", "edge_u", "edge_v", "inst", "node_live", *FEATURES)

_GROUP = re.compile(r"\{[^}]*\}")
_HEAD = re.compile(r" \{.*\} ?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a node's label says; `color` is None for a virtual register."""

    class_name: str
    weight: float
    color: int | None
    split_points: npt.NDArray[np.int64]
    use_distances: npt.NDArray[np.int64]
    use_weights: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]


def parse_label(text: str) -> Label:
    """Label parsing as the fork's scripts do it: groups by a regular expression, the rest evaluated as a list."""
    class_name, weight, kind, *lists = (group[1:-1] for group in _GROUP.findall(text))
    points, distances, weights = lists or ("", "", "")
    rest = _HEAD.sub("", text.strip('"')).replace("\n", "").strip()
    return Label(
        class_name=class_name,
        weight=min(float(weight), 10_000.0),
        color=None if kind == "Vir" else int(kind.split(";")[0].split("=")[1]),
        split_points=np.array([int(word) for word in points.split(", ") if word], np.int64),
        use_distances=np.array([int(word) for word in distances.split(", ") if word], np.int64),
        use_weights=np.array([float(word) for word in weights.split(", ") if word], np.float64),
        # json.loads, not eval: the faster of the two
        vectors=np.array(json.loads(rest) if rest else [[0.0] * 100], np.float32),
    )


def read_as_the_fork(path: Path) -> tuple[list[Label], npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Labels, (nodes, 100) start vectors and (edges, 2) indices of a JSON file."""
    with path.open(encoding="utf-8") as stream:
        graph = json.load(stream)
    labels = [parse_label(node["label"]) for node in graph["nodes"]]
    place = {node["id"]: number for number, node in enumerate(graph["nodes"])}
    edges = [(number, place[link["id"]]) for number, links in enumerate(graph["adjacency"]) for link in links]
    vectors = np.stack([label.vectors.mean(axis=0) for label in labels])
    return labels, vectors, np.array(edges, np.int64).reshape(-1, 2)


def read_as_episode(episode: Any) -> int:
    """Edges, start vectors and features as arrays; a number that depends on them all."""
    found = len(episode.edges) + len(episode.node_vectors()) + len(episode.node_class) + len(episode.node_spill_weight)
    return found + sum(len(episode.ragged(name)[0]) for name in FEATURES[2:])


def cpu_seconds(action: Callable[[], object]) -> float:
    begin = time.process_time()
    action()
    return time.process_time() - begin


def bench_reading(data_dir: Path, pairs: int) -> bool:
    episodes = EpisodeDataset(data_dir, split=_split(data_dir)).select(COLUMNS)
    repeats = max(1, 20_000 // len(episodes))  # one pass over a small dataset takes too little time for the clock

    def ours() -> None:
        for _ in range(repeats):
            for episode in episodes:
                read_as_episode(episode)

    _compare_vectors(data_dir)
    ratios = []
    for _ in range(pairs):
        fork, count, size = read_all_as_the_fork(data_dir)
        own = cpu_seconds(ours) / repeats
        share = count / len(episodes)  # the fork has no file of a few functions, which the episodes have
        ratios.append(fork / (own * share))
        print(f"    {count} functions, {size / 1e6:.0f} MB of JSON: fork {fork:.2f} s, episodes {own * 1000:.1f} ms")
    return _verdict("reading against json.load and label parsing", ratios)


def read_all_as_the_fork(data_dir: Path) -> tuple[float, int, int]:
    """Seconds for all functions, how many they are, bytes of their files, of which one at a time is on the disk."""
    seconds, count, size = 0.0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "graph.json"
        for _, graph in iterate_graphs(ForkExport(data_dir=data_dir, folder=Path())):
            count += 1
            size += path.write_text(render_json(graph), encoding="utf-8")
            seconds += cpu_seconds(lambda: read_as_the_fork(path))
    return seconds, count, size


def _split(data_dir: Path) -> str:
    splits = read_index(data_dir).splits
    return "train" if "train" in splits else min(splits)


def _compare_vectors(data_dir: Path) -> None:
    """The first functions, both ways: the start vectors of all nodes that have a use point are the same."""
    by_name = {(episode.module, episode.function_id): episode for episode in itertools.islice(_whole(data_dir), 40)}
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "graph.json"
        for _, graph in itertools.islice(iterate_graphs(ForkExport(data_dir=data_dir, folder=Path())), 20):
            path.write_text(render_json(graph), encoding="utf-8")
            labels, vectors, _ = read_as_the_fork(path)
            theirs = vectors[[label.color is None for label in labels]]
            episode = by_name[graph.file_name.partition("/")[2], graph.function_id]
            ours = episode.node_vectors()[[len(uses) > 0 for uses in episode.lists("use_distance")]]
            assert np.allclose(theirs, ours, atol=2e-6), graph.function


def _whole(data_dir: Path) -> Iterator[Any]:
    return iter(EpisodeDataset(data_dir, split=_split(data_dir)))


def bench_import(data_dir: Path, megabytes: float, part_mb: float, pairs: int) -> bool:
    target = TargetName(read_index(data_dir).target)
    with tempfile.TemporaryDirectory() as name:
        folder, config = Path(name) / "graphs", Path(name) / "config"
        folder.mkdir()
        registers = pq.read_table(data_dir / "registers.parquet").to_pylist()
        write_fork_config(config, registers, TARGETS[target].fork_name, llvm_version="")
        size = write_dots(data_dir, folder, megabytes)
        part = choose_part(folder, part_mb)
        part_size = sum(path.stat().st_size for path in part) / 1e6
        ratios = []
        for number in range(pairs):
            out = Path(name) / f"data-{number}"
            request = ForkImport(
                folder=folder,
                data_dir=out,
                config_dir=config,
                target=target,
                split=Split.TEST,
                model=AllocatorName.MLRA,
                origin=Origin(folder=folder, corpus="graphs", license="NOASSERTION", command=""),
                llvm_version="10.0.1",
                jobs=1,
            )
            own = cpu_seconds(lambda request=request: import_fork(request))  # type: ignore[misc]
            graphs: dict[Path, Any] = {}
            fork = cpu_seconds(lambda graphs=graphs: graphs.update(read_dots(part)))  # type: ignore[misc]
            ratios.append((fork / part_size) / (own / size))
            print(
                f"    import {size:.0f} MB in {own:.2f} s ({size / own:.0f} MB/s); networkx + pydot {len(part)} files, "
                f"{part_size:.1f} MB in {fork:.1f} s ({part_size / fork:.2f} MB/s)"
            )
        compared = compare_import(out, graphs)
        print(f"    {compared} of {len(part)} graphs of the part compared with the Parquet: equal")
    return _verdict("import of DOT against networkx + pydot", ratios)


def write_dots(data_dir: Path, folder: Path, megabytes: float) -> float:
    """DOT files of the dataset's functions, in order, until there are that many MB; how many there are."""
    size = 0
    for stem, graph in iterate_graphs(ForkExport(data_dir=data_dir, folder=Path())):
        size += (folder / f"{stem}.dot").write_bytes(render_dot(graph).encode())
        if size >= megabytes * 1e6:
            break
    return size / 1e6


def choose_part(folder: Path, megabytes: float) -> list[Path]:
    """Every n-th file by size, so that small and large ones are as frequent as in the whole."""
    sizes = sorted((path.stat().st_size, path) for path in folder.glob("*.dot"))
    for step in range(len(sizes), 0, -1):
        part = sizes[step // 2 :: step]
        if len(part) >= MIN_FILES and sum(size for size, _ in part) >= megabytes * 1e6:
            break
    return [path for _, path in part]


def read_dots(paths: Sequence[Path]) -> Iterator[tuple[Path, Any]]:
    for path in paths:
        yield path, nx.nx_pydot.read_dot(path)


def compare_import(data_dir: Path, graphs: Mapping[Path, Any]) -> int:
    """Asserts that the episodes say what networkx read; how many were there (equal functions are there once)."""
    registers = pq.read_table(data_dir / "registers.parquet").to_pylist()
    names = {held["class_id"]: held["name"] for row in registers for held in row["classes"]}
    orders = {
        name: {row["reg_id"]: held["order"] for row in registers for held in row["classes"] if held["name"] == name}
        for name in names.values()
    }
    table = pq.read_table(data_dir / "instructions.parquet")["embedding"].combine_chunks()
    vectors = table.flatten().to_numpy().reshape(len(table), -1)
    rows = defaultdict(list)
    for row in pq.read_table(data_dir / "data").to_pylist():
        rows[row["function"], row["function_id"]].append(row)
    compared = 0
    for graph in graphs.values():
        attributes = {key: value.strip('"') for key, value in graph.graph["graph"].items()}
        for row in rows[attributes["Function"], int(attributes["Function_ID"])]:
            if f"/{attributes['FileName']}".endswith(f"/{row['module']}"):
                compare_graph(graph, row, names, orders, vectors)
                compared += 1
    return compared


def compare_graph(
    graph: Any,
    row: Mapping[str, Any],
    names: Mapping[int, str],
    orders: Mapping[str, Any],
    vectors: npt.NDArray[np.float32],
) -> None:
    first = int(graph.graph["graph"]["Registers"]) + 1
    virtual = sorted(int(node) for node in graph if int(node) >= first)
    assert row["node_vreg"] == [number - first for number in virtual]
    index = {str(number): place for place, number in enumerate(virtual)}
    edges = {tuple(sorted((index[u], index[v]))) for u, v in graph.edges() if u in index and v in index}
    assert list(zip(row["edge_u"], row["edge_v"], strict=True)) == sorted(edges)
    for node, place in index.items():
        text = graph.nodes[node]["label"]
        label = parse_label(text)
        weight = _GROUP.findall(text)[1][1:-1]
        order = orders[label.class_name]
        taken = [int(other) for other in graph[node] if int(other) < first and int(other) in order]
        assert names[row["node_class"][place]] == label.class_name
        assert np.float32(row["node_spill_weight"][place]) == np.float32(weight)
        assert row["split_points"][place] == label.split_points.tolist()
        assert row["use_distance"][place] == label.use_distances.tolist()
        assert np.array_equal(np.float32(row["use_spill_weight"][place]), label.use_weights.astype(np.float32))
        assert row["node_forbidden"][place] == sorted(taken, key=order.__getitem__)
        found = vectors[row["node_inst"][place]] if row["node_inst"][place] else np.zeros((1, vectors.shape[1]))
        assert np.array_equal(found, label.vectors)


def _verdict(what: str, ratios: Sequence[float]) -> bool:
    ratio = statistics.median(ratios)
    print(f"{what}: {ratio:.0f} times faster (median of {len(ratios)} pairs, processor time; bar {BAR})")
    return ratio >= BAR


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", nargs="?", type=Path)
    parser.add_argument("--megabytes", type=float, default=500, help="of DOT that are imported")
    parser.add_argument("--part", type=float, default=10, help="megabytes of it that networkx reads")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--only", choices=["reading", "import"], default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        data_dir = arguments.data_dir
        if data_dir is None:
            data_dir = Path(scratch) / "demo"
            flow = ("flow", "x86", "train", "mlra", "--corpus", "demo", "--data-dir", str(data_dir))
            subprocess.run((sys.executable, "-m", "rl4real_data", *flow), check=True, capture_output=True)
        sound = True
        if arguments.only in (None, "reading"):
            sound &= bench_reading(data_dir, arguments.pairs)
        if arguments.only in (None, "import"):
            sound &= bench_import(data_dir, arguments.megabytes, arguments.part, arguments.pairs)
    raise SystemExit(0 if sound else 1)


if __name__ == "__main__":
    main()
