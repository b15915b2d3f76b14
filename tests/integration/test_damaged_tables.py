"""Tables that are damaged while their checksums fit: a few of `make soak`'s ten thousand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from reading_dataset import write_episodes

from .damaged_tables_run import sweep


def test_a_damage_is_an_error_of_the_dataset_or_none() -> None:
    assert sweep(0, 25, jobs=1) == []


READ_DAMAGED_FOOTERS = """
import sys
from pathlib import Path
import fsspec
from rl4real_data import EpisodeDataset
from rl4real_data.core.errors import DatasetError

memory = fsspec.filesystem("memory")
memory.put(sys.argv[1], "/set", recursive=True)
name = "data/train-00000-of-00001.parquet"
content = Path(sys.argv[1], name).read_bytes()
footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
for place in range(footer, footer + 400):
    print(place - footer, flush=True)
    memory.pipe("/set/" + name, content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :])
    try:
        for episode in EpisodeDataset("memory://set", verify=False).select(["node_live", "function"]):
            episode.node_live
    except DatasetError:
        pass
"""


def test_no_footer_behind_a_url_ends_the_process(tmp_path: Path) -> None:
    """pyarrow aborts where it is asked for a column of a footer that makes no sense; where it reads, it raises."""
    write_episodes(tmp_path, [3])

    done = subprocess.run([sys.executable, "-c", READ_DAMAGED_FOOTERS, tmp_path], capture_output=True, text=True)

    assert done.returncode == 0, f"{done.stdout[-10:]}: {done.stderr[-2000:]}"
