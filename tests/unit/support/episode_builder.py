"""Tiny valid episodes, computed by hand, and DATA_DIRs made of them.

The target has four registers of one unit each, and one that is a pair of the first two:

    reg_id  1 r1   2 r2   3 r3   4 r4 (reserved)   5 r1r2
    unit      10     20     30     40                10 20
    class 0 `gr`: r1, r2, r3, r4      class 1 `pair`: r1r2

The episode (`make_episode`) has two blocks, six instructions and three nodes:

    instruction    0    1    2    3  | 4    5
    node 0        def       use      | use            live [0, 4)
    node 1             def       use |                live [1, 3)
    node 2                       def |      use       live [3, 5), cannot be spilled

so that node 0 interferes with node 1 (at 1) and with node 2 (at 3), and node 1 ends where node 2 begins. In positions
(2 i right in front of instruction i, 2 i + 1 right behind it) their lives are [1, 9), [3, 7) and [7, 11).

Instruction 4 copies node 0 into r3, which is taken in [9, 11); instruction 3 is a call that keeps all registers.
`make_spilled_episode` stores node 1 behind instruction 1 and loads it in front of instruction 3:

    node 1        r2 in [3, 4), the slot in [4, 6), r2 in [6, 7)
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rl4real_data.episodes.answer_columns import MOVES, PARTS
from rl4real_data.episodes.file_names import INDEX_NAME
from rl4real_data.episodes.index import CorpusEntry, DatasetIndex, SplitBooks, file_entry, read_index
from rl4real_data.episodes.later_columns import in_version
from rl4real_data.episodes.schema import EPISODES, MODULES, REGISTERS, VERSION_1, instructions_schema
from rl4real_data.episodes.schema_version import SCHEMA_VERSION

Row = dict[str, Any]

DIMENSION = 3
RECIPE = {"dimension": DIMENSION, "mir": True, "filters": {"max_nodes": 5, "max_uses": 4}}


def _identity(number: int) -> Row:
    return {
        "episode_id": f"{number:032x}",
        "pair_id": f"{number + 2000:032x}",
        "function": f"f{number}",
        "function_id": number,
        "module": "a.c",
        "corpus": "tiny",
        "license": "MIT",
        "redistributable": True,
        "target": "x86",
        "cpu": "core2",
        "opt_level": "O3",
        "allocator": "greedy",
        "llvm_version": "22.1.8",
        "content_hash": f"{number + 1000:032x}",
        "near_hash": f"{number:016x}{'0' * 16}",
        "mir": f"---\nname: 'f{number}'\n...\n",
    }


def make_episode(number: int = 1, **changes: Any) -> Row:
    """The episode of the module docstring; `number` makes it another function, `changes` replace columns."""
    episode = {
        **_identity(number),
        "inst": [0, 1, 1, 2, 0, 3],
        "block_start": [0, 4],
        "block_freq": [1.0, 0.5],
        "block_loop_depth": [0, 0],
        "block_succ": [[1], []],
        "node_vreg": [0, 1, 3],
        "node_class": [0, 0, 0],
        "node_spill_weight": [0.25, 0.5, math.inf],
        "node_size": [64, 32, 32],
        "node_live": [[0, 4], [1, 3], [3, 5]],
        "node_hint": [[1], [-1], []],
        "node_forbidden": [[], [1, 3], [3]],
        "reserved": [4],
        "use_inst": [[0, 2, 4], [1, 3], [3, 5]],
        "use_distance": [[0, 8, 16], [0, 8], [0, 8]],
        "use_spill_weight": [[1.0, 2.0, 3.0], [1.0, 1.5], [math.inf, math.inf]],
        "split_points": [[1], [], [0]],
        "edge_u": [0, 0],
        "edge_v": [1, 2],
        "node_outcome": [0, 0, 0],
        "node_assigned": [1, 2, 2],
        "spills": 0,
        "reloads": 0,
        "folded_spills": 0,
        "folded_reloads": 0,
        "copies": 1,
        "spill_cost": 0.0,
        "copy_cost": 0.5,
        **_whole_problem(),
        **_whole_answer(),
    }
    assert not set(changes) - set(EPISODES.names), "a column that episodes do not have"
    return {**episode, **changes}


def _whole_problem() -> Row:
    return {
        "block_succ_prob": [[1.0], []],
        "block_flags": [0, 3],
        "block_first_split": [0, 4],
        "block_last_split": [3, 5],
        "operand_inst": [0, 1, 2, 3, 3, 4, 5],
        "operand_index": [0, 0, 1, 0, 1, 1, 0],
        "operand_node": [0, 1, 0, 2, 1, 0, 2],
        "operand_subreg": [0] * 7,
        "operand_flags": [2, 2, 1, 2, 1, 1, 1],
        "use_flags": [[2, 129, 33], [2, 1], [2, 65]],
        "value_def": [[0], [1], [3]],
        "value_flags": [[12], [0], [0]],
        "copy_inst": [4],
        "copy_to": [3],
        "copy_from": [-1],
        "copy_to_subreg": [0],
        "copy_from_subreg": [0],
        "fixed_unit": [30],
        "fixed_live": [[9, 11]],
        "mask_inst": [3],
        "mask_id": [-1],
        "mask_preserved": [[1, 2, 3, 4, 5]],
        "callee_saved": [2],
    }


def _whole_answer() -> Row:
    return {
        "node_fate": [0, 0, 0],
        **{name: [] for name, _, _ in (*PARTS[1:], *MOVES)},
        **{f"{name}_cost": 0.0 for name in ("spills", "reloads", "folded_spills", "folded_reloads")},
        "cheap_remats": 0,
        "cheap_remats_cost": 0.0,
        "dear_remats": 0,
        "dear_remats_cost": 0.0,
        "callee_saved_used": [2],
        "callee_saved_cost": 1.5,
        "score_counts": [0.5, 0.0, 0.0, 0.0, 1.0, 0.0],
        "score": 0.3,
    }


UNTOLD = {name: None for name, _, _ in VERSION_1}
"""Changes that leave out all that version 0 of the format does not have."""


def make_spilled_episode(number: int = 1, **changes: Any) -> Row:
    """The same, but node 1 was spilled: one store, one load, in the entry block."""
    spilled = {
        "node_outcome": [0, 2, 0],
        "node_assigned": [1, 0, 2],
        "spills": 1,
        "reloads": 1,
        "spill_cost": 2.0,
        "node_fate": [0, 2, 0],
        "part_node": [1, 1, 1],
        "part_first": [3, 4, 6],
        "part_last": [4, 6, 7],
        "part_place": [2, -1, 2],
        "move_kind": [1, 2],
        "move_inst": [2, 3],
        "move_block": [0, 0],
        "move_node": [1, 1],
        "move_from": [2, -1],
        "move_to": [-1, 2],
        "move_value": [-1, -1],
        "spills_cost": 1.0,
        "reloads_cost": 1.0,
        "score_counts": [0.5, 1.0, 1.0, 0.0, 1.0, 0.0],
        "score": 5.3,
    }
    return make_episode(number, **{**spilled, **changes})


def make_fork_episode(number: int = 1, **changes: Any) -> Row:
    """The same with what the fork's DOT files do not tell left null; no node has a vector but by `changes`."""
    silent = [name for name in EPISODES.names if name.startswith(("block_", "node_live", "node_hint", "node_forb"))]
    silent += ["mir", "inst", "use_inst", "reserved", "node_size", "node_outcome", "node_assigned", "spills"]
    silent += [*UNTOLD, "reloads", "folded_spills", "folded_reloads", "copies", "spill_cost", "copy_cost"]
    return make_episode(number, **{**dict.fromkeys(silent), **changes})


def make_instructions() -> list[Row]:
    """Four shapes, the inst_ids of `make_episode`."""
    shapes = [("MOV", ["VirtReg_gr"]), ("ADD", ["VirtReg_gr", "VirtReg_gr"]), ("JCC", ["Imm"]), ("RET", [])]
    return [
        {"inst_id": i, "opcode": opcode, "operands": operands, "embedding": None}
        for i, (opcode, operands) in enumerate(shapes)
    ]


def make_vector_instructions(*vectors: Sequence[float]) -> list[Row]:
    """Shapes of which only the vector is known."""
    return [
        {"inst_id": i, "opcode": None, "operands": None, "embedding": list(vector)} for i, vector in enumerate(vectors)
    ]


def make_registers() -> list[Row]:
    """The register file of the module docstring."""
    units = {1: [10], 2: [20], 3: [30], 4: [40], 5: [10, 20]}
    return [
        {
            "target": "x86",
            "reg_id": reg_id,
            "name": {5: "r1r2"}.get(reg_id, f"r{reg_id}"),
            "units": own,
            "aliases": [other for other in units if other != reg_id and set(own) & set(units[other])],
            "reserved": reg_id == 4,
            "colour": 0 if reg_id == 4 else reg_id,
            "classes": [
                {"class_id": 1, "name": "pair", "order": 0}
                if reg_id == 5
                else {"class_id": 0, "name": "gr", "order": reg_id - 1}
            ],
            "subregs": [
                {"index": number, "name": f"sub{number}", "reg_id": number} for number in (1, 2) if reg_id == 5
            ],
            "cost": int(reg_id == 3),
        }
        for reg_id, own in units.items()
    ]


def make_module(**changes: Any) -> Row:
    """A row of modules.parquet: a module that failed, unless `changes` say otherwise."""
    module = {
        "split": "train",
        "corpus": "tiny",
        "module": "broken.c",
        "language": "c",
        "license": "MIT",
        "redistributable": True,
        "sha256": "0" * 64,
        "status": "failed",
        "kind": "rejected",
        "reason": "error: expected ';'",
        "stderr": "broken.c:1:1: error: expected ';'",
        "command": "clang -c broken.c",
        "functions": 0,
        "episodes": 0,
    }
    return {**module, **changes}


def modules_of(split: str, episodes: Iterable[Row]) -> list[Row]:
    """One `done` row for each module that the episodes come from."""
    counts = Counter((episode["corpus"], episode["module"], episode["license"]) for episode in episodes)
    return [
        make_module(
            **{"split": split, "corpus": corpus, "module": module, "license": license_, "status": "done"},
            **{"kind": None, "reason": None, "stderr": None, "functions": count, "episodes": count},
        )
        for (corpus, module, license_), count in sorted(counts.items())
    ]


def _modules_of_all(episodes: Mapping[str, Sequence[Sequence[Row]]]) -> list[Row]:
    splits = {split: itertools.chain.from_iterable(shards) for split, shards in episodes.items()}
    return [module for split, rows in splits.items() for module in modules_of(split, rows)]


def make_books(split: str, modules: Sequence[Row], **changes: Any) -> SplitBooks:
    """The books that the rows of modules.parquet add up to; functions without an episode are filtered."""
    own = [module for module in modules if module["split"] == split]
    status = Counter(module["status"] for module in own)
    functions, episodes = (sum(module[name] for module in own) for name in ("functions", "episodes"))
    corpora = Counter((module["corpus"], module["license"]) for module in own)
    books = {
        "corpora": tuple(
            CorpusEntry(name=name, license=license_, modules=count)
            for (name, license_), count in sorted(corpora.items())
        ),
        "modules": len(own),
        "modules_done": status["done"],
        "modules_failed": status["failed"],
        "modules_filtered": {"no function": status["filtered"]} if status["filtered"] else {},
        "failures": dict(Counter(module["kind"] for module in own if module["status"] == "failed")),
        "functions": functions,
        "episodes": episodes,
        "filtered": {"more than 5 nodes": functions - episodes} if functions > episodes else {},
        "duplicates": 0,
    }
    return SplitBooks(**{**books, **changes})


def write_table(path: Path, rows: Sequence[Row], schema: pa.Schema, **options: Any) -> None:
    """Rows as a Parquet file with exactly that schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path, compression="zstd", **options)


def write_dataset(
    data_dir: Path,
    episodes: Mapping[str, Sequence[Sequence[Row]]],
    *,
    more_modules: Sequence[Row] = (),
    modules: Sequence[Row] | None = None,
    instructions: Sequence[Row] | None = None,
    registers: Sequence[Row] | None = None,
    recipe: Mapping[str, Any] | None = None,
    books: Mapping[str, Mapping[str, Any]] | None = None,
    target: str = "x86",
    version: int = SCHEMA_VERSION,
) -> DatasetIndex:
    """A whole DATA_DIR. `episodes`: split -> shards -> rows. `books`: split -> false figures. `version` of the format:
    rows lose what it does not have.
    """
    if modules is None:
        modules = [*_modules_of_all(episodes), *more_modules]
    tables = {
        f"data/{split}-{i:05}-of-{len(shards):05}.parquet": (rows, EPISODES)
        for split, shards in episodes.items()
        for i, rows in enumerate(shards)
    }
    tables["modules.parquet"] = (modules, MODULES)
    tables["instructions.parquet"] = (
        make_instructions() if instructions is None else instructions,
        instructions_schema(DIMENSION),
    )
    tables["registers.parquet"] = (make_registers() if registers is None else registers, REGISTERS)
    for name, (rows, schema) in tables.items():
        write_table(data_dir / name, rows, in_version(schema, version))
    index = DatasetIndex(
        target=target,
        model="mlra",
        recipe=RECIPE if recipe is None else recipe,
        toolchain={"llvm_version": "22.1.8"},
        splits={split: make_books(split, modules, **(books or {}).get(split, {})) for split in episodes},
        files={name: file_entry(data_dir / name, rows=len(rows)) for name, (rows, _) in tables.items()},
        generator="tests",
        schema_version=version,
    )
    (data_dir / INDEX_NAME).write_text(index.to_json(), encoding="utf-8")
    return index


def add_table(data_dir: Path, name: str, rows: Sequence[Row], schema: pa.Schema) -> None:
    """One more file, as the index has it then."""
    write_table(data_dir / name, rows, schema)
    index = read_index(data_dir)
    index = replace(index, files={**index.files, name: file_entry(data_dir / name, rows=len(rows))})
    (data_dir / INDEX_NAME).write_text(index.to_json(), encoding="utf-8")
