"""All of `demo` on hosts of every engine, each with a disk of its own: the bytes of one machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rl4real_data.core.shipped_files import preprocessing_dir
from tests.integration.cluster_hosts import BUCKET, RAY_SECRET, Cluster
from tests.integration.dataset_bytes import dataset_bytes

from .test_cluster import wait_for_ray_nodes

pytestmark = [
    pytest.mark.soak,
    pytest.mark.clang,
    pytest.mark.large,
    pytest.mark.timeout(3600),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore", "ignore::DeprecationWarning:moto"),
]
WHAT = ("--corpus", "demo")
SHARES = 4


def test_local_engine(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path) -> None:
    assert cluster.flow(tmp_path / "data", *WHAT, "--run", f"s3://{BUCKET}/demo-local")[0] == 0
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def test_two_dask_hosts(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path) -> None:
    cluster.start_scheduler()
    for host in ("first", "second"):
        cluster.start_worker(host)
    words = ("--engine", "dask", "--address", cluster.address, "--run", f"s3://{BUCKET}/demo-dask")
    code, said = cluster.flow(tmp_path / "data", *WHAT, *words)

    assert code == 0, said
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def test_two_ray_hosts(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path) -> None:
    for host in ("first", "second"):
        cluster.start_ray_node(host)
    wait_for_ray_nodes(cluster, 2)
    words = ("--engine", "ray", "--address", cluster.ray_address, "--run", f"s3://{BUCKET}/demo-ray")
    code, said = cluster.flow(tmp_path / "data", *WHAT, *words, **RAY_SECRET)

    assert code == 0, said
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def test_four_jobs_of_a_batch_system(cluster: Cluster, tmp_path: Path) -> None:
    """They make the parts, then the shards, which are many here; the driver begins, goes on between, and ends."""
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(re.sub(r"per_shard = \d+", "per_shard = 100", (preprocessing_dir() / "recipe.toml").read_text()))
    words = (*WHAT, "--recipe", str(recipe))
    run = f"s3://{BUCKET}/demo-batch"
    for _ in range(2):
        code, said = cluster.flow(tmp_path / "data", *words, "--engine", "batch", "--run", run)
        assert (code, "still to be" in said) == (3, True), said
        jobs = [cluster.start_work(f"{share + 1}/{SHARES}", run) for share in range(SHARES)]
        assert [job.wait(timeout=1800) for job in jobs] == [0] * SHARES
    assert cluster.flow(tmp_path / "data", *words, "--engine", "batch", "--run", run)[0] == 0
    assert cluster.flow(tmp_path / "alone", *words)[0] == 0
    assert dataset_bytes(tmp_path / "data") == dataset_bytes(tmp_path / "alone")
