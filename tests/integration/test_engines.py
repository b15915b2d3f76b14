"""A run on hosts that share nothing but a bucket: the same bytes as on one machine, or none and a clear end."""

from __future__ import annotations

from pathlib import Path

import pytest

from .cluster_hosts import BUCKET, Cluster, names_of, wait_until
from .dataset_bytes import dataset_bytes

pytestmark = [
    pytest.mark.clang,
    pytest.mark.large,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore", "ignore::DeprecationWarning:moto"),
]
WHAT = ("--corpus", "sample", "--limit", "8")


def test_two_hosts_of_which_one_has_no_compiler(
    cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path
) -> None:
    cluster.start_scheduler()
    cluster.start_worker("fit")
    cluster.start_worker("bare", PATH="/nowhere")
    run = f"s3://{BUCKET}/two-hosts"
    engine = ("--engine", "dask", "--address", cluster.address, "--run", run)
    code, said = cluster.flow(tmp_path / "data", *WHAT, *engine)

    assert code == 0, said
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def test_shares_of_a_batch_system_of_which_one_is_killed(
    cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path
) -> None:
    run = f"s3://{BUCKET}/shares"
    code, said = cluster.flow(tmp_path / "data", *WHAT, "--engine", "batch", "--run", run)
    assert (code, "are still to be made" in said) == (3, True)
    assert not (tmp_path / "data" / "dataset.json").exists()

    killed = cluster.start_work("1/2", run)
    wait_until(lambda: names_of(cluster.s3, "shares/parts/"))
    killed.kill()
    killed.wait()
    made = names_of(cluster.s3, "shares/parts/")
    assert cluster.start_work("1/1", run).wait(timeout=300) == 0
    assert set(made) <= set(names_of(cluster.s3, "shares/parts/"))
    assert cluster.flow(tmp_path / "data", *WHAT, "--engine", "batch", "--run", run)[0] == 0
    assert dataset_bytes(tmp_path / "data") == dataset_alone
