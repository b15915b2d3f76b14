"""Programs to read, run (`python -m rl4real_data.examples.NAME DATA_DIR`) and copy.

    duckdb_queries       a DATA_DIR as tables of a database
    polars_queries       the same questions to lazy data frames
    pressure_figure      register pressure against spills, drawn
    parts_figure         where values lie (register, slot, nowhere) by loop depth, drawn
    node_outcome_gnn     a graph network that predicts what LLVM does with each virtual register
    behaviour_cloning    RLlib imitates one of RL4ReAl's policies

Each uses the public API alone (`docs/api.md`); `plain_errors` is the only thing that a copy must do without.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rl4real_data.core.errors import Rl4realError
from rl4real_data.core.extras import required_by


@contextmanager
def plain_errors(*, extra: str | None = None) -> Iterator[None]:
    """A run error ends the program with what is wrong and what to do next, without a traceback.

    With `extra`, it stands around imports of optional packages: one that is missing is such an error.
    """
    try:
        with required_by("this example", extra=extra) if extra else nullcontext():
            yield
    except Rl4realError as error:
        print(f"error: {error}", *(error.__notes__ if error.hint else ()), sep="\n  ", file=sys.stderr)
        sys.exit(error.exit_code)
