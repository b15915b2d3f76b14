"""Import of the fork's graphs: hand-written files, the dataset they become, and what `validate` says of it."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from episode_builder import make_episode, make_fork_episode
from networkx_dot import networkx_json

from rl4real_data.core.allocators import AllocatorName
from rl4real_data.core.errors import DatasetError, UsageError
from rl4real_data.core.split import Split
from rl4real_data.core.targets import TargetName
from rl4real_data.episodes.schema import EPISODES
from rl4real_data.export.rl4real import ForkExport, export_rl4real
from rl4real_data.rl4real_fork import graph_import
from rl4real_data.rl4real_fork.formats.folder import find_graph_files, module_names
from rl4real_data.rl4real_fork.graph_import import ForkImport, ImportReport, import_fork
from rl4real_data.rl4real_fork.graph_modules import Origin
from rl4real_data.validation.episode_batch import Facts
from rl4real_data.validation.invariants.table import find_violations
from rl4real_data.validation.whole_dataset import validate

VECTOR = "[ " + ", ".join(["0.500000"] * 100) + " ]"
OTHER = VECTOR.replace("0.500000, 0.500000", "0.250000, -1.000000", 1)
THIRD = VECTOR.replace("0.500000", "-0.000000", 1)


def dot(source: str = "/src/a.c", function: str = "f", number: int = 1, weight: str = "0.250000") -> str:
    """Two virtual registers that interfere; the first one interferes with register 5. R = 10."""
    return (
        f'graph G {{\nFileName="{source}";\nFunction="{function}";\nFunction_ID={number};\nRegisters=10;\n'
        '5 [label=" {Phy} {0.000000} {PhyColor=2;PhyReg=5} "];\n5--11\n'
        f'11 [label=" {{GR64}} {{{weight}}} {{Vir}}  {{1}}  {{0, 4}}  {{1.500000, inf}} [{OTHER}, \n{VECTOR}]"];\n'
        "11--13\n"
        f'13 [label=" {{GR32}} {{inf}} {{Vir}}  {{}}  {{0}}  {{inf}} [{VECTOR}]"];\n}}\n'
    )


def write_config(folder: Path) -> Path:
    """Registers 2 (in GR32), 5 and 8 (in GR64; 8 first in the order), coloured in ascending order."""
    (folder / "regalloc").mkdir(parents=True)
    classes = {
        "GR64": [{"regId": 8, "regName": "RBX"}, {"regId": 5, "regName": "RAX"}],
        "GR32": [{"regId": 2, "regName": "EAX"}],
    }
    colours = [{"color": n, "name": "", "phyReg": reg} for n, reg in enumerate((2, 5, 8), start=1)]
    (folder / "regalloc" / "X86_supported_RegClasses.json").write_text(json.dumps(classes))
    (folder / "regalloc" / "X86_overlaps_info.json").write_text(json.dumps({"2": [5], "5": [2], "8": []}))
    targets = {"targets": [{"name": "X86", "regclasses": [], "register": colours}]}
    (folder / "RegColorMap_X86.json").write_text(json.dumps(targets))
    return folder


def request(base: Path, **changes: Any) -> ForkImport:
    options: dict[str, Any] = {
        "folder": base / "graphs",
        "data_dir": base / "data",
        "config_dir": base / "graphs" / "config",
        "target": TargetName.X86,
        "split": Split.TRAIN,
        "model": AllocatorName.MLRA,
        "origin": Origin(folder=base / "graphs", corpus="old", license="MIT", command="import it"),
        "llvm_version": "10.0.1",
    }
    return ForkImport(**{**options, **changes})


def run(folder: Path, files: dict[str, str], **changes: Any) -> ImportReport:
    """Writes the files and imports them; the dataset must be sound."""
    for name, text in files.items():
        (folder / "graphs" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "graphs" / name).write_text(text, errors="surrogateescape")
    write_config(folder / "graphs" / "config")
    report = import_fork(request(folder, **changes))
    assert validate(folder / "data") == ()
    return report


def episodes(folder: Path, split: str = "train") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / "data" / "data" / f"{split}-00000-of-00001.parquet").to_pylist()
    return rows


def instructions(folder: Path) -> list[tuple[int, Any, Any, tuple[float, ...]]]:
    """inst_id, opcode, operands, and of the vector the first two numbers and the last."""
    rows = pq.read_table(folder / "data" / "instructions.parquet").to_pylist()
    ends = [(*row["embedding"][:2], row["embedding"][-1]) for row in rows]
    return [(row["inst_id"], row["opcode"], row["operands"], end) for row, end in zip(rows, ends, strict=True)]


def modules(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(folder / "data" / "modules.parquet").to_pylist()
    return rows


@pytest.mark.parametrize("form", ["dot", "json"])
def test_a_graph_becomes_an_episode(tmp_path: Path, form: str) -> None:
    run(tmp_path, {f"a.c_F1.{form}": dot() if form == "dot" else networkx_json(dot())})

    (row,) = episodes(tmp_path)
    told = {name: value for name, value in row.items() if value is not None}
    for name in ("episode_id", "pair_id", "content_hash"):
        assert len(told.pop(name)) == 32
    assert told == {
        **{"function": "f", "function_id": 1, "module": "a.c", "corpus": "old", "license": "MIT"},
        **{"redistributable": False, "target": "x86", "cpu": "core2", "opt_level": "O3", "allocator": "greedy"},
        "llvm_version": "10.0.1",
        "node_vreg": [0, 2],
        "node_class": [1, 0],  # GR32 is 0: by name
        "node_spill_weight": [0.25, math.inf],
        "node_inst": [[1, 0], [0]],  # by the bytes of the vectors
        "node_forbidden": [[5], []],
        "use_distance": [[0, 4], [0]],
        "use_spill_weight": [[1.5, math.inf], [math.inf]],
        "split_points": [[1], []],
        "edge_u": [0],
        "edge_v": [1],
    }
    assert instructions(tmp_path) == [(0, None, None, (0.5, 0.5, 0.5)), (1, None, None, (0.25, -1.0, 0.5))]
    registers = pq.read_table(tmp_path / "data" / "registers.parquet").to_pylist()
    assert [row["reg_id"] for row in registers] == list(range(1, 10))  # R = 10: those that CONFIG_DIR lacks, too
    assert [row["colour"] for row in registers] == [0, 1, 0, 0, 2, 0, 0, 3, 0]


def test_the_export_of_an_import_is_the_graph_again(tmp_path: Path) -> None:
    text = dot().replace(OTHER, THIRD).replace("5--11\n", "5--11\n5--13\n").replace("{GR32}", "{GR64}")
    run(tmp_path, {"a.c_F1.dot": text})
    done = export_rl4real(ForkExport(data_dir=tmp_path / "data", folder=tmp_path / "out", sources={"": Path("/src")}))

    assert not done.without_vectors
    exported = json.loads((tmp_path / "out" / "graphs" / "IG" / "json" / "a.c_F1.json").read_text())
    assert exported == json.loads(networkx_json(text))


def test_books_and_modules(tmp_path: Path) -> None:
    files = {
        "one/a.c_F1.dot": dot("/home/me/p/x/a.c"),
        "one/a.c_F2.dot": dot("/home/me/p/x/a.c", "g", 2, "0.500000"),
        "two/b.cpp_F1.json": networkx_json(dot("/home/me/p/b.cpp", "same as f")),
        "two/b.cpp_F2.dot": dot("/home/me/p/b.cpp")[:-40],
        "notes.json": "{}",
        "readme.txt": "no graph",
    }
    report = run(tmp_path, files)

    assert report.files == 5
    assert [
        (row["module"], row["language"], row["status"], row["functions"], row["episodes"]) for row in modules(tmp_path)
    ] == [
        ("b.cpp", "c++", "done", 1, 1),
        ("x/a.c", "c", "done", 2, 1),
        ("two/b.cpp_F2.dot", "c", "failed", 0, 0),
        ("notes.json", "c", "failed", 0, 0),
    ]
    reasons = [row["reason"] for row in modules(tmp_path) if row["status"] == "failed"]
    assert reasons[0].startswith("two/b.cpp_F2.dot:11: expected")
    assert reasons[1].startswith('notes.json: expected "directed": false')
    assert {(row["kind"], row["command"]) for row in modules(tmp_path)[2:]} == {("bad-record", "import it")}
    books = report.index.splits["train"]
    assert (books.modules, books.modules_done, books.modules_failed) == (4, 2, 2)
    assert (books.functions, books.episodes, books.duplicates) == (3, 2, 1)  # f is there twice
    assert "| train | 4 | 3 | 2 | 0 | 1 |" in (tmp_path / "data" / "README.md").read_text()


def test_names_that_are_no_utf8(tmp_path: Path) -> None:
    files = {
        "one\udce9/a_F1.dot": dot("/p/caf\udce9.c", "latin\udce9"),
        "one\udce9/a_F2.dot": dot("/p/caf\udce8.c", "latin\udce8", weight="0.5")[:-40],
        "b_F1.dot": dot("/p/b.c", "f", 1, "0.750000"),
    }
    run(tmp_path, files)

    assert {row["module"]: row["status"] for row in modules(tmp_path)} == {
        '"caf\\E9.c"': "done",
        "b.c": "done",
        '"one\\E9/a_F2.dot"': "failed",
    }
    assert {row["function"] for row in episodes(tmp_path)} == {'"latin\\E9"', "f"}


def test_names_in_json_that_are_no_utf8(tmp_path: Path) -> None:
    """As our export writes them and as Python does: half a character stands for a byte."""
    text = networkx_json(dot("/p/cafX.c", "latinX")).replace("X", "\\udce9")
    quoted = networkx_json(dot("/p/Y.c", "f", 1, "0.750000")).replace("Y.c", '\\\\\\"q\\\\\\".c')
    run(tmp_path, {"a_F1.json": text, "b_F1.json": quoted})

    assert {row["module"] for row in modules(tmp_path)} == {'"caf\\E9.c"', '"\\22q\\22.c"'}
    assert {row["function"] for row in episodes(tmp_path)} == {'"latin\\E9"', "f"}


def test_both_splits_in_one_data_dir(tmp_path: Path) -> None:
    run(tmp_path, {"a.c_F1.dot": dot()})
    more = tmp_path / "graphs2"
    more.mkdir()
    (more / "b.c_F1.dot").write_text(dot("/src/b.c"))
    (more / "b.c_F2.dot").write_text(dot("/src/b.c", "g", 2, "7.000000").replace(OTHER, THIRD))
    origin = Origin(folder=more, corpus="new", license="MIT", command="")
    index = import_fork(request(tmp_path, folder=more, origin=origin, split=Split.TEST)).index

    assert validate(tmp_path / "data") == ()
    assert [row["function"] for row in episodes(tmp_path, "test")] == ["g"]
    vectors = {number: vector for number, _, _, vector in instructions(tmp_path)}
    for split, first in (("train", (0.25, -1.0, 0.5)), ("test", (-0.0, 0.5, 0.5))):  # numbered anew, both of them
        (row,) = episodes(tmp_path, split)
        assert [[vectors[i] for i in node] for node in row["node_inst"]] == [[first, (0.5,) * 3], [(0.5,) * 3]]
    assert len(vectors) == 3
    assert index.splits["test"].filtered == {"in the train split": 1}
    with pytest.raises(DatasetError, match="has a split test"):
        import_fork(request(tmp_path, folder=more, origin=origin, split=Split.TEST))


def test_other_split_of_another_compiler_is_refused(tmp_path: Path) -> None:
    run(tmp_path, {"a.c_F1.dot": dot()})
    with pytest.raises(DatasetError, match="holds a dataset made another way"):
        import_fork(request(tmp_path, llvm_version="22.1.8", split=Split.TEST))


def test_order_and_number_of_readers_change_no_byte(tmp_path: Path) -> None:
    files = {f"m{i}.c_F{j}.dot": dot(f"/src/m{i}.c", "f", j, f"{i}.{j}00000") for i in range(4) for j in (1, 2)}
    hashes = []
    for number, jobs in enumerate((1, 2)):
        folder = tmp_path / str(number)
        names = sorted(files, reverse=bool(number))
        hashes.append(run(folder, {name: files[name] for name in names}, jobs=jobs).index.files)
    assert hashes[0] == hashes[1]


def test_weight_that_was_rounded_to_zero_is_sound(tmp_path: Path) -> None:
    run(tmp_path, {"a.dot": dot(weight="0.000000")})

    assert episodes(tmp_path)[0]["node_spill_weight"][0] == 0.0


@pytest.mark.parametrize(("make", "expected"), [(make_episode, 2), (make_fork_episode, 0)])
def test_zero_weights_are_wrong_where_the_instructions_are_known(make: Any, expected: int) -> None:
    changes = {"node_spill_weight": [0.0, 0.5, math.inf], "use_spill_weight": [[1.0, 0.0, 3.0], [1.0, 1.5], [1.0, 1.0]]}
    batch = pa.RecordBatch.from_pylist([{**make(), **changes, "node_class": None}], schema=EPISODES)
    found = [
        v.what for v in find_violations(batch, Facts(split="test", registers=None, shapes=4)) if "above 0" in v.what
    ]

    assert len(found) == expected


def test_config_dir_of_another_compiler_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.dot: register 5 has colour 3, in CONFIG_DIR 2"):
        run(tmp_path, {"a.dot": dot().replace("PhyColor=2", "PhyColor=3")})


def test_unknown_class_is_a_broken_file(tmp_path: Path) -> None:
    report = run(tmp_path, {"a.dot": dot().replace("{GR32}", "{VR128}"), "b.dot": dot()})

    assert [entry.part.failure.reason for entry in report.failed if entry.part.failure] == [
        "a.dot: register class VR128 is not in CONFIG_DIR"
    ]


def test_graphs_of_several_targets_are_refused(tmp_path: Path) -> None:
    nine = dot("/src/b.c").replace("Registers=10", "Registers=9")
    with pytest.raises(DatasetError, match=r"graphs of several targets \(1 of 9 registers, 1 of 10 registers\)"):
        run(tmp_path, {"a.dot": dot(), "b.dot": nine})


def test_folder_without_graphs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="graphs: holds no graph"):
        run(tmp_path, {"notes.txt": ""})
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["/a/b/x.c", "/a/c/x.c"], ["b/x.c", "c/x.c"]),
        (["/a/b/x.c"], ["x.c"]),
        (["x.c", "lib/y.c"], ["x.c", "lib/y.c"]),
        (["/a/x.c", "b/y.c"], ["a/x.c", "b/y.c"]),
        (["/a//b/../x.c", "/a/x.c"], ["x.c", "x.c"]),
    ],
)
def test_module_names_hold_no_path_of_a_machine(sources: list[str], names: list[str]) -> None:
    assert [module_names(sources)[source] for source in sources] == names


def test_source_is_found_in_the_first_bytes_of_both_forms(tmp_path: Path) -> None:
    text = dot('/src/odd \\"name\\".c')
    (tmp_path / "a.dot").write_text(text)
    (tmp_path / "b.json").write_text(networkx_json(text))

    assert [file.source for file in find_graph_files(tmp_path)] == ['/src/odd "name".c'] * 2


def test_processes_that_read_need_no_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would import it for nothing; the process of whoever calls us keeps it."""
    before = list(sys.meta_path)
    monkeypatch.setattr(sys, "meta_path", [*before])
    monkeypatch.setattr(graph_import, "read_module", lambda *words: words)

    assert [graph_import._read_in_worker(number, "words") for number in (1, 2)] == [(1, "words"), (2, "words")]
    finders = [finder for finder in sys.meta_path if finder not in before]
    assert [finder.find_spec("pandas", None) is None for finder in finders] == [False]
    assert finders[0].find_spec("numpy", None) is None
