"""A DATA_DIR in an S3-compatible server, as a user works with it: the commands say what they say of a folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .cluster_hosts import BUCKET, Cluster
from .dataset_bytes import dataset_bytes

pytestmark = [
    pytest.mark.clang,
    pytest.mark.large,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore", "ignore::DeprecationWarning:moto"),
]
FLOW = ("flow", "x86", "train", "mlra", "--corpus", "sample", "--limit", "3", "--data-dir")


def call(cluster: Cluster, *words: str | Path, code: int = 0) -> str:
    """What the program writes to its standard output, or of an error to the other one."""
    done = subprocess.run(
        [sys.executable, "-m", "rl4real_data", *map(str, words)],
        env=cluster.environment("driver"),
        cwd=cluster.folder,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def test_commands_on_a_url_do_what_they_do_on_a_folder(cluster: Cluster, tmp_path: Path) -> None:
    here, url = tmp_path / "set", f"s3://{BUCKET}/behind-url/set"
    call(cluster, *FLOW, here)
    shutil.rmtree(here / ".work")  # which stays with whoever compiles
    call(cluster, *FLOW, url)
    (function, *_) = pq.read_table(here / "data", columns=["function"])["function"].to_pylist()
    for words in (("stats",), ("stats", "--json"), ("validate",), ("show", function), ("show", function, "--json")):
        command, *more = words
        told, expected = (call(cluster, command, where, *more) for where in (url, here))
        assert told.replace(url, "DATA_DIR") == expected.replace(str(here), "DATA_DIR"), words
    pages = [tmp_path / "here.html", tmp_path / "url.html"]
    for where, page in zip((here, url), pages, strict=True):
        call(cluster, "show", where, function, "--html", page)
        call(cluster, "embed", where, "--vocab", "x86")
    assert pages[0].read_bytes() == pages[1].read_bytes()

    copied = tmp_path / "copy"
    for name in dataset_bytes(here):
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        (copied / name).write_bytes(cluster.object(f"behind-url/set/{name}"))
    assert dataset_bytes(copied) == dataset_bytes(here)


def test_datasets_that_are_not_there(cluster: Cluster) -> None:
    url = f"s3://{BUCKET}/behind-url/none"
    for words in (("stats", url), ("validate", url), ("show", url, "f"), ("embed", url, "--vocab", "x86")):
        said = call(cluster, *words, code=1)
        assert f"{url}: there is no dataset.json" in said
        assert "Traceback" not in said
