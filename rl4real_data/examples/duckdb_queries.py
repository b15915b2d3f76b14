"""Questions to a DATA_DIR in SQL.

    python -m rl4real_data.examples.duckdb_queries DATA_DIR        (extra `examples`)

Every file of a DATA_DIR is a table: the shards of a split together are one, `instructions.parquet` (what `inst` refers
to), `registers.parquet` and `modules.parquet` are the others. DuckDB reads only the columns that a query names.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rl4real_data import EpisodeDataset
from rl4real_data.examples import plain_errors

with plain_errors(extra="examples"):
    import duckdb

QUERIES: Final[Mapping[str, str]] = {
    "what LLVM did with the virtual registers": """
        SELECT ['assigned', 'split', 'spilled', 'rematerialized', 'eliminated'][outcome + 1] AS outcome,
               count(*) AS nodes,
               round(100 * count(*) / sum(count(*)) OVER (), 1) AS percent
        FROM (SELECT unnest(node_outcome) AS outcome FROM episodes)
        GROUP BY ALL ORDER BY nodes DESC""",
    "the functions whose spills cost most": """
        SELECT function, module, len(node_vreg) AS nodes, len(edge_u) AS edges, spills, reloads,
               round(spill_cost, 1) AS spill_cost
        FROM episodes ORDER BY spill_cost DESC, episode_id LIMIT 5""",
    "spilled registers by register class": """
        WITH classes AS (SELECT DISTINCT c.class_id, c.name FROM (SELECT unnest(classes) AS c FROM registers)),
             nodes AS (SELECT unnest(node_class) AS class_id, unnest(node_outcome) = 2 AS spilled FROM episodes)
        SELECT name AS class, count(*) AS nodes, count(*) FILTER (spilled) AS spilled
        FROM nodes JOIN classes USING (class_id) GROUP BY name ORDER BY spilled DESC, nodes DESC, name LIMIT 5""",
    "the opcodes that occur most": """
        SELECT opcode, count(*) AS instructions
        FROM (SELECT unnest(inst) AS inst_id FROM episodes) JOIN instructions USING (inst_id)
        GROUP BY opcode ORDER BY instructions DESC, opcode LIMIT 5""",
    "modules and what they gave": """
        SELECT corpus, status, count(*) AS modules, sum(functions) AS functions, sum(episodes) AS episodes
        FROM modules GROUP BY ALL ORDER BY ALL""",
}


def connect(data_dir: Path, split: str) -> duckdb.DuckDBPyConnection:
    """A database whose views are the files of the dataset."""
    dataset = EpisodeDataset(data_dir, split)
    database = duckdb.connect()
    database.read_parquet(str(data_dir / "data" / f"{split}-*.parquet")).create_view("episodes")
    for name in dataset.index.files:
        if name.endswith(".parquet") and "/" not in name:
            database.read_parquet(str(data_dir / name)).create_view(name.removesuffix(".parquet"))
    return database


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR", help="folder of a dataset")
    parser.add_argument("--split", default="train", help="split to ask [train]")
    options = parser.parse_args()
    database = connect(options.data_dir, options.split)
    for question, query in QUERIES.items():
        print(f"{question}:")
        print(database.sql(query))


if __name__ == "__main__":
    with plain_errors():
        main()
