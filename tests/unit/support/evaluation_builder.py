"""Functions and modules of an evaluation, as the plugin would tell of them."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

from rl4real_data.corpus.module import Language, Module
from rl4real_data.evaluation.final_file import FunctionCode, read_final_file
from rl4real_data.evaluation.module_code import ModuleCode


def make_row(name: str, total: float = 10.0, *, content_hash: str = "", spilled: int = 0) -> dict[str, Any]:
    """One line of the file; of `total` executions a tenth are loads and a tenth stores."""
    executed = {"instructions": total * 0.8, "loads": total * 0.1, "stores": total * 0.1}
    kinds = ("spills", "reloads", "folded_spills", "folded_reloads", "copies")
    costs = {kind: 1 for kind in kinds} | {f"{kind}_cost": 2.0 for kind in kinds}
    return {
        **{"function": name, "function_id": 1, "content_hash": content_hash or f"hash of {name}"},
        **{"nodes": 5, "nodes_split": 0, "nodes_spilled": spilled, "score": total / 2},
        "hottest_block": 0,
        "costs": {**costs, "spill_cost": 8.0, "callee_saved": 1, "callee_saved_cost": 2.0},
        "final": {"size": 7, "frozen": executed, "recomputed": executed, "moved": 0.0},
    }


def make_text(*rows: dict[str, Any]) -> str:
    """The file of these functions."""
    return "".join(f"{json.dumps(row)}\n" for row in (*rows, {"functions": len(rows)}))


def make_function(name: str, total: float = 10.0, *, content_hash: str = "", spilled: int = 0) -> FunctionCode:
    (function,) = read_final_file(make_text(make_row(name, total, content_hash=content_hash, spilled=spilled)))
    return function


def make_code(*functions: FunctionCode, text_bytes: int = 100, processor_s: float | None = 1.0) -> ModuleCode:
    return ModuleCode(functions=functions, text_bytes=text_bytes, processor_s=processor_s)


def make_module(name: str = "a.c", corpus: str = "toy", root: Path = Path("/corpora/toy")) -> Module:
    return Module(corpus=corpus, path=PurePosixPath(name), root=root, language=Language.C, license="MIT")
