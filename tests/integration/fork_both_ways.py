"""The fork's formats both ways, on the real compiler: what the plugin's `-mlra-dump-ig-dot` writes is the measure.

networkx over pydot takes minutes for the large graphs. Its result is what the exported JSON must equal for every
`step`-th function of up to 200 edges; a few lines of text matching, which must agree with networkx on those, take the
rest.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import networkx as nx
import pyarrow.parquet as pq
import pytest
from networkx.readwrite import json_graph

from rl4real_data import EpisodeDataset
from rl4real_data.core.allocators import AllocatorName
from rl4real_data.core.recipe import load_recipe
from rl4real_data.core.split import Split
from rl4real_data.core.targets import Target, TargetName
from rl4real_data.corpus.module import Corpus, Module
from rl4real_data.export.rl4real import ForkExport, export_rl4real
from rl4real_data.rl4real_fork.graph_import import ForkImport, import_fork
from rl4real_data.rl4real_fork.graph_modules import Origin
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.plugin import Plugin
from rl4real_data.validation.whole_dataset import validate

from .conftest import MOST_SECONDS, Run

ZERO = "[ " + ", ".join(["0.000000"] * 100) + " ]"
VECTOR = re.compile(r"\[ -?\d+\.\d{6}(?:, -?\d+\.\d{6}){99} \]")
NODE = re.compile(r'^(\d+) \[label=("[^"]*")\];$', re.MULTILINE)
EDGE = re.compile(r"^(\d+)--(\d+)$", re.MULTILINE)
ATTRIBUTE = re.compile(r"^(\w+)=(.*);$", re.MULTILINE)
MOST_EDGES = 200

Graph = dict[str, Any]


def read_with_networkx(text: str) -> Graph:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydot calls functions that pyparsing has renamed
        graph = nx.nx_pydot.read_dot(io.StringIO(text))
    found: Graph = json.loads(json.dumps(json_graph.adjacency_data(graph)))
    return found


def read_with_patterns(text: str) -> Graph:
    labels = dict(NODE.findall(text))
    neighbours: dict[str, list[dict[str, Any]]] = {node: [] for node in labels}
    for one, other in EDGE.findall(text):
        neighbours[one].append({"id": other, "key": 0})
        neighbours[other].append({"id": one, "key": 0})
    return {
        "directed": False,
        "multigraph": True,
        "graph": [["name", "G"], ["graph", dict(ATTRIBUTE.findall(text))]],
        "nodes": [{"label": label, "id": node} for node, label in labels.items()],
        "adjacency": list(neighbours.values()),
    }


def dump_dot(module: Module, folder: Path, clang: Clang, plugin: Plugin, target: Target) -> None:
    folder.mkdir()
    words = (*target.clang_flags, "-x", module.language.value, *module.flags)
    words += (target.cpu_flag + load_recipe(target.name).cpu, "-O3", "-w", "-c", str(module.source), "-o", "/dev/null")
    options = (f"-fplugin={plugin.path}", "-mllvm", "-regalloc=mlra", "-mllvm", "-mlra-dump-ig-dot")
    subprocess.run((str(clang.path), *words, *options), cwd=folder, check=True, timeout=MOST_SECONDS)


def check_both_ways(
    rl4real: Run, folder: Path, toolchain: tuple[Clang, Plugin], corpus: Corpus, target: Target, *, step: int
) -> None:
    """`folder`, in which the program runs, holds the test split of `corpus` as `data`."""
    request = ForkExport(data_dir=folder / "data", folder=folder / "out", sources={corpus.name: corpus.root})
    exported = export_rl4real(request)
    (folder / "dots").mkdir()
    with ThreadPoolExecutor(2) as pool:
        folders = [folder / "dots" / str(number) for number in range(len(corpus.modules))]
        jobs = zip(corpus.modules, folders, strict=True)
        assert all(done is None for done in pool.map(lambda job: dump_dot(job[0], job[1], *toolchain, target), jobs))

    dots = {path.stem: path for path in (folder / "dots").glob("*/*.dot")}
    compare_export(dots, folder / "out" / "graphs" / "IG", exported.graphs, step)
    compare_import(folder, target.name, rl4real)
    compare_choices(folder, target, corpus.root)


def compare_export(dots: dict[str, Path], folder: Path, expected: int, step: int) -> None:
    """Every exported file, with its vectors replaced by a mark: their values are zero in the plugin's files."""
    paths = sorted(folder.rglob("*.json"))
    assert len(paths) == expected > 500
    values, with_networkx = 0, 0
    for number, path in enumerate(paths):
        text = path.read_text()
        ours = json.loads(VECTOR.sub("[v]", text))
        theirs = dots[path.stem].read_text()
        counted = theirs.replace(ZERO, "[v]")
        assert ours == read_with_patterns(counted), path.name
        if number % step == 0 and sum(map(len, ours["adjacency"])) <= 2 * MOST_EDGES:
            assert ours == read_with_networkx(counted), path.name
            with_networkx += 1
        values += len(VECTOR.findall(text)) - text.count(ZERO)
    assert with_networkx > 0.6 * len(paths) / step
    assert values > 100_000  # real vectors, not the plugin's


def compare_import(folder: Path, target: TargetName, rl4real: Run) -> None:
    """The plugin's DOT and the exported JSON become the same episodes, and those of the dataset itself."""
    words = ("--from", "rl4real", "--split", "test", "--corpus", "sample", "--license", "MIT", "--jobs", "2")
    done = rl4real("import", "out", "imported-json", *words, "--llvm-version", "22.1.8")
    assert "arning" not in done.stderr  # of processes that were left behind
    import_fork(
        ForkImport(
            folder=folder / "dots",
            data_dir=folder / "imported-dot",
            config_dir=folder / "out" / "config",
            target=target,
            split=Split.TEST,
            model=AllocatorName.MLRA,
            origin=Origin(folder=folder / "dots", corpus="sample", license="MIT", command=""),
            llvm_version="22.1.8",
        )
    )
    rows = {}
    for form in ("dot", "json"):
        data_dir = folder / f"imported-{form}"
        assert validate(data_dir) == ()
        rows[form] = {(row["module"], row["function_id"]): row for row in pq.read_table(data_dir / "data").to_pylist()}
    ours = {(row["module"], row["function_id"]): row for row in pq.read_table(folder / "data" / "data").to_pylist()}
    names = {form: class_names(folder / f"imported-{form}") for form in rows} | {"ours": class_names(folder / "data")}
    orders, reserved = coloured_orders(folder / "data"), 0
    assert len(rows["json"]) > 500
    for key, row in rows["json"].items():
        own = ours[key]
        assert without_vectors(row) == without_vectors(rows["dot"].get(key, row))
        used = [node for node, uses in enumerate(own["use_distance"]) if uses]
        for column in ("node_vreg", "use_distance", "split_points"):
            assert row[column] == [own[column][node] for node in used], (key, column)
        for node, forbidden in zip(used, row["node_forbidden"], strict=True):
            taken = {*own["node_forbidden"][node], *own["reserved"]}
            assert forbidden == [register for register in orders[own["node_class"][node]] if register in taken]
            reserved += len(set(forbidden) & set(own["reserved"]))
        assert row["node_spill_weight"] == pytest.approx(
            [own["node_spill_weight"][n] for n in used], abs=1e-6, rel=1e-6
        )
        classes = [names["json"][number] for number in row["node_class"]]
        assert classes == [names["ours"][own["node_class"][node]] for node in used]
        place = {node: number for number, node in enumerate(used)}
        pairs = zip(own["edge_u"], own["edge_v"], strict=True)
        edges = [(place[u], place[v]) for u, v in pairs if u in place and v in place]
        assert list(zip(row["edge_u"], row["edge_v"], strict=True)) == edges
    assert reserved > 100  # frame pointers


def compare_choices(folder: Path, target: Target, sources: Path) -> None:
    """What the fork's trainer lets a node have, from its files alone, is what the episode allows.

    The class's registers in CONFIG_DIR, without those that overlap the register of a coloured neighbour's colour.
    """
    config = folder / "out" / "config"
    classes = json.loads((config / "regalloc" / f"{target.fork_name}_supported_RegClasses.json").read_text())
    overlaps = json.loads((config / "regalloc" / f"{target.fork_name}_overlaps_info.json").read_text())
    known = {entry["regId"] for members in classes.values() for entry in members}
    register_of = dict(enumerate(sorted(known), start=1))
    episodes = {
        (episode.module, episode.function_id): episode for episode in EpisodeDataset(folder / "data", split="test")
    }
    compared = 0
    for path in (folder / "out" / "graphs" / "IG").rglob("*.json"):
        graph = json.loads(path.read_text())
        attributes = graph["graph"][1][1]
        module = Path(attributes["FileName"].strip('"')).relative_to(sources)
        episode = episodes[str(module), int(attributes["Function_ID"])]
        place = {vreg: node for node, vreg in enumerate(episode.node_vreg.tolist())}
        labels = {node["id"]: re.findall(r"\{([^}]*)\}", node["label"]) for node in graph["nodes"]}
        for node, links in zip(graph["nodes"], graph["adjacency"], strict=True):
            if labels[node["id"]][0] == "Phy":
                continue
            near = [labels[link["id"]] for link in links]
            colours = [int(words[2].split(";")[0].split("=")[1]) for words in near if words[0] == "Phy"]
            taken = {register_of[colour] for colour in colours}
            taken |= {other for register in taken for other in overlaps[str(register)]}
            free = [entry["regId"] for entry in classes[labels[node["id"]][0]] if entry["regId"] not in taken]
            vreg = int(node["id"]) - int(attributes["Registers"]) - 1
            assert free == episode.allowed_registers(place[vreg]).tolist(), (path.name, vreg)
            compared += 1
    assert compared > 5000


def without_vectors(row: dict[str, Any]) -> dict[str, Any]:
    """The episode with the number of vectors of each node; the plugin's are zero, which changes the hashes, too."""
    rest = {name: value for name, value in row.items() if name not in ("content_hash", "episode_id")}
    return {**rest, "node_inst": [len(node) for node in row["node_inst"]]}


def coloured_orders(data_dir: Path) -> dict[int, list[int]]:
    """The registers of each class that have a colour, in allocation order."""
    orders: dict[int, list[tuple[int, int]]] = {}
    for row in pq.read_table(data_dir / "registers.parquet").to_pylist():
        for held in row["classes"]:
            if row["colour"]:
                orders.setdefault(held["class_id"], []).append((held["order"], row["reg_id"]))
    return {class_id: [register for _, register in sorted(order)] for class_id, order in orders.items()}


def class_names(data_dir: Path) -> dict[int, str]:
    rows = pq.read_table(data_dir / "registers.parquet").to_pylist()
    return {held["class_id"]: held["name"] for row in rows for held in row["classes"]}
