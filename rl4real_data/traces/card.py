"""The card of a trace dataset: its `README.md`, with the header that Hugging Face reads."""

from __future__ import annotations

import yaml

from rl4real_data.core.shown_text import shown
from rl4real_data.episodes.schema import descriptions
from rl4real_data.traces.index import TraceIndex
from rl4real_data.traces.schema import trajectory_schema


def trace_card(index: TraceIndex) -> str:
    """The card of the dataset that `index` describes."""
    books = index.books
    licenses = sorted({corpus.license for corpus in books.corpora})
    header = {
        "license": "other",
        "license_name": " AND ".join(licenses) or "none",
        "tags": ["compilers", "register-allocation", "reinforcement-learning", "llvm", "mlgo"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*.parquet"}]}],
    }
    lines = [
        "---",
        yaml.safe_dump(header, sort_keys=False, allow_unicode=True, width=1 << 20).rstrip("\n"),
        "---",
        "",
        f"# Traces of {index.task} for {_cell(index.target)}",
        "",
        f"Made by {_cell(index.generator)} with {_cell(index.toolchain.get('clang', 'clang'))}, "
        f"-{_cell(index.recipe.get('opt_level'))}, cpu {_cell(index.recipe.get('cpu'))}; who decided: "
        f"{_cell(index.policy)}. One row of `data/*.parquet` is a trajectory: the decisions of one function, for "
        "inlining of one module, in their order, with the features that LLVM shows a learned advisor.",
        "",
        f"{books.functions:,} functions of {books.modules:,} modules gave {books.episodes:,} trajectories.",
        "",
        "| corpus | licence | modules |",
        "|---|---|---:|",
        *(f"| {_cell(corpus.name)} | {_cell(corpus.license)} | {corpus.modules:,} |" for corpus in books.corpora),
        "",
        "| column | meaning |",
        "|---|---|",
        *(f"| `{name}` | {text} |" for name, text in descriptions(trajectory_schema(index.task)).items()),
    ]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return shown(str(value)).replace("|", "\\|").replace("<", "&lt;")
