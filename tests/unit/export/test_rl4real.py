"""Export for the fork's scripts, from the episode of episode_builder; every text here is computed by hand.

That target has registers 1 to 5, so R = 6 and virtual register i is node 7 + i: nodes 0, 1 and 2 are 7, 8 and 10.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from episode_builder import (
    make_episode,
    make_fork_episode,
    make_instructions,
    make_registers,
    make_vector_instructions,
    write_dataset,
)

from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.episodes.index import read_index
from rl4real_data.export.rl4real import Exported, ForkExport, export_rl4real
from rl4real_data.rl4real_fork.formats.adjacency_json import parse_json
from rl4real_data.rl4real_fork.formats.config import read_colours, read_fork_config, read_release

VECTORS = [[1.0, 0.0, 0.0], [0.0, 0.5, 0.0], [0.25, 0.0, -1.0], [9.0, 9.0, 9.0]]
TEXTS = [
    "[ 1.000000, 0.000000, 0.000000 ]",
    "[ 0.000000, 0.500000, 0.000000 ]",
    "[ 0.250000, 0.000000, -1.000000 ]",
]


def with_vectors() -> list[dict[str, Any]]:
    return [{**row, "embedding": vector} for row, vector in zip(make_instructions(), VECTORS, strict=True)]


def export(folder: Path, *episodes: dict[str, Any], **options: Any) -> tuple[Exported, dict[str, Any]]:
    """Writes a dataset of the episodes and exports it; the JSON files by name."""
    write_dataset(folder / "data", {"train": [list(episodes)]}, instructions=options.pop("instructions", None))
    done = export_rl4real(ForkExport(data_dir=folder / "data", folder=folder / "out", **options))
    files = sorted((folder / "out" / "graphs" / "IG" / "json").iterdir())
    return done, {path.name: json.loads(path.read_text()) for path in files}


def test_graph_of_the_episode(tmp_path: Path) -> None:
    done, files = export(tmp_path, make_episode(), instructions=with_vectors())

    # inst is 0, 1, 1, 2, 0, 3; node 0 lives in [0, 4), node 1 in [1, 3), node 2 in [3, 5)
    lines = ["[" + ", \n".join(TEXTS[i] for i in shapes) + "]" for shapes in ([0, 1, 1, 2], [1, 1], [2, 0])]
    weights = ("{1.000000, 2.000000, 3.000000}", "{1.000000, 1.500000}", "{inf, inf}")
    assert done == Exported(split="train", graphs=1, large=0, left_out={}, without_vectors=False)
    assert files == {
        "a.c_F1.json": {
            "directed": False,
            "multigraph": True,
            "graph": [
                ["name", "G"],
                ["graph", {"FileName": '"tiny/a.c"', "Function": '"f1"', "Function_ID": "1", "Registers": "6"}],
            ],
            "nodes": [
                {"id": "1", "label": '" {Phy} {0.000000} {PhyColor=1;PhyReg=1} "'},
                {"id": "3", "label": '" {Phy} {0.000000} {PhyColor=3;PhyReg=3} "'},
                {"id": "7", "label": f'" {{gr}} {{0.250000}} {{Vir}}  {{1}}  {{0, 8, 16}}  {weights[0]} {lines[0]}"'},
                {"id": "8", "label": f'" {{gr}} {{0.500000}} {{Vir}}  {{}}  {{0, 8}}  {weights[1]} {lines[1]}"'},
                {"id": "10", "label": f'" {{gr}} {{inf}} {{Vir}}  {{0}}  {{0, 8}}  {weights[2]} {lines[2]}"'},
            ],
            # forbidden: registers 1 and 3 for node 1, 3 for node 2; edges: 0-1, 0-2
            "adjacency": [
                [{"id": "8", "key": 0}],
                [{"id": "8", "key": 0}, {"id": "10", "key": 0}],
                [{"id": "8", "key": 0}, {"id": "10", "key": 0}],
                [{"id": "1", "key": 0}, {"id": "3", "key": 0}, {"id": "7", "key": 0}],
                [{"id": "3", "key": 0}, {"id": "7", "key": 0}],
            ],
        }
    }


def test_config_dir(tmp_path: Path) -> None:
    export(tmp_path, make_episode())
    config = tmp_path / "out" / "config"

    # r4 is reserved; r1r2 (5) aliases r1 and r2
    names = {number: f"r{number}" for number in (1, 2, 3)} | {5: "r1r2"}
    assert json.loads((config / "regalloc" / "X86_supported_RegClasses.json").read_text()) == {
        "gr": [{"regId": number, "regName": names[number]} for number in (1, 2, 3)],
        "pair": [{"regId": 5, "regName": "r1r2"}],
    }
    overlaps = {"1": [5], "2": [5], "3": [], "4": [], "5": [1, 2]}
    assert json.loads((config / "regalloc" / "X86_overlaps_info.json").read_text()) == overlaps
    assert json.loads((config / "RegColorMap_X86.json").read_text()) == {
        "targets": [
            {
                "name": "X86",
                "regclasses": ["gr", "pair"],
                "register": [{"color": n, "name": names[n], "phyReg": n} for n in (1, 2, 3, 5)],
            }
        ]
    }
    assert read_colours(config, "X86") == {1: 1, 2: 2, 3: 3, 5: 5}
    assert [entry["order"] for entry in read_fork_config(config, "X86")["classes"]] == [[1, 2, 3], [5]]
    assert read_release(config) == read_index(tmp_path / "data").toolchain["llvm_version"]
    assert sorted(str(path.relative_to(config)) for path in config.rglob("*") if path.is_file()) == [
        "RegColorMap_X86.json",
        "llvm_version",  # the fork's scripts open the others by name
        "regalloc/X86_overlaps_info.json",
        "regalloc/X86_supported_RegClasses.json",
    ]


def test_class_of_reserved_registers_stays_and_is_empty(tmp_path: Path) -> None:
    registers = [{**row, "reserved": row["reg_id"] in (4, 5)} for row in make_registers()]
    write_dataset(tmp_path / "data", {"train": [[make_episode()]]}, registers=registers)
    export_rl4real(ForkExport(data_dir=tmp_path / "data", folder=tmp_path / "out"))

    config = tmp_path / "out" / "config"
    assert json.loads((config / "regalloc" / "X86_supported_RegClasses.json").read_text())["pair"] == []
    assert json.loads((config / "RegColorMap_X86.json").read_text())["targets"][0]["regclasses"] == ["gr"]


def test_register_without_a_use_point_is_no_node(tmp_path: Path) -> None:
    episode = make_episode(
        use_inst=[[0, 2, 4], [], [3, 5]],
        use_distance=[[0, 8, 16], [], [0, 8]],
        use_spill_weight=[[1.0, 2.0, 3.0], [], [math.inf, math.inf]],
    )
    _, files = export(tmp_path, episode)

    graph = files["a.c_F1.json"]
    assert [node["id"] for node in graph["nodes"]] == ["3", "7", "10"]
    assert graph["adjacency"] == [
        [{"id": "10", "key": 0}],
        [{"id": "10", "key": 0}],
        [{"id": "3", "key": 0}, {"id": "7", "key": 0}],
    ]


def test_functions_that_the_fork_does_not_dump_are_counted(tmp_path: Path) -> None:
    many = 201
    uses = {
        "use_inst": [list(range(many)), [], []],
        "use_distance": [list(range(0, 4 * many, 4)), [], []],
        "use_spill_weight": [[1.0] * many, [], []],
        "split_points": [[], [], []],
    }
    none: dict[str, Any] = {key: [[], [], []] for key in uses}
    done, files = export(tmp_path, make_episode(1), make_episode(2, **uses), make_episode(3, **none))

    assert list(files) == ["a.c_F1.json"]
    assert done.left_out == {"more than 200 use points in one register": 1, "no register with a use point": 1}


def test_without_instructions_there_are_no_vectors(tmp_path: Path) -> None:
    episode = {**make_fork_episode(), "node_forbidden": [[], [3], []]}
    _, files = export(tmp_path, episode)

    assert [node["label"][-5:] for node in files["a.c_F1.json"]["nodes"]] == ['=3} "', '00} "', '00} "', 'nf} "']


def test_a_reserved_register_is_joined_to_the_nodes_that_could_have_it_elsewhere(tmp_path: Path) -> None:
    """r2 is reserved, and of the class of nodes 0 and 2; r4, which is never given out, has no colour."""
    episode = make_episode(reserved=[2, 4], node_class=[0, 1, 0], node_assigned=[1, 0, 1], node_outcome=[0, 2, 0])
    _, files = export(tmp_path, {**episode, "node_forbidden": [[], [], [3]]})

    graph = files["a.c_F1.json"]
    assert [node["id"] for node in graph["nodes"]] == ["2", "3", "7", "8", "10"]
    assert [[link["id"] for link in links] for links in graph["adjacency"][:2]] == [["7", "10"], ["10"]]


def test_nodes_of_the_fork_keep_their_own_vectors(tmp_path: Path) -> None:
    episode = {**make_fork_episode(), "node_forbidden": [[], [3], []], "node_inst": [[1, 0], [], [2]]}
    done, files = export(tmp_path, episode, instructions=make_vector_instructions(*VECTORS[:3]))

    assert not done.without_vectors
    ends = [node["label"].rpartition("} ")[2] for node in files["a.c_F1.json"]["nodes"]]
    assert ends == ['"', f'[{TEXTS[1]}, \n{TEXTS[0]}]"', '"', f'[{TEXTS[2]}]"']


def test_graphs_too_large_for_the_environment_have_a_bucket_of_their_own(tmp_path: Path) -> None:
    """Three physical nodes each; the environment has room for 600 nodes, of which fewer may be open."""
    done, files = export(tmp_path, many_nodes(1, 596), many_nodes(2, 597))

    assert (done.graphs, done.large) == (2, 1)
    assert list(files) == ["a.c_F1.json"]
    assert len(files["a.c_F1.json"]["nodes"]) == 599
    assert [path.name for path in (tmp_path / "out" / "graphs" / "IG" / "set_600-").iterdir()] == ["a.c_F2.json"]


def many_nodes(number: int, count: int) -> dict[str, Any]:
    """Nodes without edges, the first of them with three forbidden registers."""
    lists: dict[str, Any] = {"node_forbidden": [[1, 2, 3], *([[]] * (count - 1))], "split_points": [[]] * count}
    lists |= {"use_inst": [[0]] * count, "use_distance": [[0]] * count, "use_spill_weight": [[1.0]] * count}
    lists |= {"node_live": [[0, 1]] * count, "node_hint": [[]] * count, "edge_u": [], "edge_v": []}
    ones: dict[str, Any] = {"node_class": 0, "node_spill_weight": 1.0, "node_size": 16}
    ones |= {"node_outcome": 0, "node_assigned": 1}
    alike = {name: [value] * count for name, value in ones.items()}
    return make_episode(number, node_vreg=list(range(count)), **lists, **alike)


def test_dataset_without_vectors_has_zero_ones(tmp_path: Path) -> None:
    done, files = export(tmp_path, make_episode())

    assert done.without_vectors
    zero = "[ " + ", ".join(["0.000000"] * 100) + " ]"
    assert [node["label"].count(zero) for node in files["a.c_F1.json"]["nodes"]] == [0, 0, 4, 2, 2]


def test_modules_of_one_name_are_told_apart(tmp_path: Path) -> None:
    modules = ["x/a.c", "y/a.c", "y/b.c", "y/b.c#2"]
    _, files = export(tmp_path, *(make_episode(i, module=name) for i, name in enumerate(modules)))

    assert {name: graph["graph"][1][1]["FileName"] for name, graph in files.items()} == {
        "tiny__x__a.c_F0.json": '"tiny/x/a.c"',
        "tiny__y__a.c_F1.json": '"tiny/y/a.c"',
        "b.c_F2.json": '"tiny/y/b.c"',
        "b.c#2_F3.json": '"tiny/y/b.c"',
    }


@pytest.mark.parametrize("function", ['"latin\\E9"', '"\\22q\\22\\\\"', "a b", "x;y=1", "plain", 'a"b'])
def test_names_that_llvm_prints_in_quotes_come_back(tmp_path: Path, function: str) -> None:
    """They stand in the graph; its file is called after the module and the function's number."""
    module = '"lib/m\\E9 x.c"'
    _, files = export(tmp_path, make_episode(function=function, module=module))

    ((name, _),) = files.items()
    graph = parse_json((tmp_path / "out/graphs/IG/json" / name).read_bytes(), name=name)
    assert (graph.function, graph.file_name) == (function, '"tiny/lib/m\\E9 x.c"')
    assert name == 'm\\E9 x.c"_F1.json'


def test_sources_make_absolute_paths(tmp_path: Path) -> None:
    episodes = [make_episode(1), make_episode(2, corpus="other", module="b.c")]
    _, files = export(tmp_path, *episodes, sources={"tiny": Path("/code"), "": Path("/rest")})

    names = [graph["graph"][1][1]["FileName"] for graph in files.values()]
    assert names == ['"/code/a.c"', '"/rest/b.c"']


def test_path_is_that_of_the_file_whatever_its_bytes(tmp_path: Path) -> None:
    """The fork's scripts start a compiler on it: a JSON file tells them of any byte, as Python does."""
    episodes = [make_episode(1, module='"lib/caf\\E9.c"#2'), make_episode(2, module='"\\22q\\22.c"', corpus="other")]
    _, files = export(tmp_path, *episodes, sources={"tiny": Path("/co\udce8de")})

    names = {os.fsencode(graph["graph"][1][1]["FileName"]) for graph in files.values()}
    assert names == {b'"/co\xe8de/lib/caf\xe9.c"', b'"other/\\"q\\".c"'}


def test_refusals(tmp_path: Path) -> None:
    write_dataset(tmp_path / "data", {"test": [[make_episode()]]})
    request = ForkExport(data_dir=tmp_path / "data", folder=tmp_path / "out", split="train")
    with pytest.raises(UsageError, match="has no split 'train'"):
        export_rl4real(request)
    assert not (tmp_path / "out").exists()

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(DatasetError, match="out: is there already"):
        export_rl4real(ForkExport(data_dir=tmp_path / "data", folder=tmp_path / "out"))
    with pytest.raises(DatasetError, match="holds no finished dataset"):
        export_rl4real(ForkExport(data_dir=tmp_path / "out", folder=tmp_path / "new"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out"]
