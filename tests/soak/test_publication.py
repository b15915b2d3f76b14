"""A dataset in an S3-compatible server whose writer is killed in the place of each request that changes something."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.integration.cluster_hosts import BUCKET, Cluster, names_of
from tests.integration.link import StruckLink

pytestmark = [
    pytest.mark.clang,
    pytest.mark.soak,
    pytest.mark.large,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore", "ignore::DeprecationWarning:moto"),
]
MOST_REQUESTS = 40


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=300)
    return process.returncode, said


def write_vocabulary(path: Path, like: bytes, times: int) -> str:
    """With vectors so many times as long."""
    table = pq.read_table(io.BytesIO(like))
    vectors = [[times * number for number in vector] for vector in table["vector"].to_pylist()]
    place = table.schema.get_field_index("vector")
    pq.write_table(table.set_column(place, table.schema.field(place), pa.array(vectors, table["vector"].type)), path)
    return str(path)


@pytest.mark.timeout(3600)
def test_writer_killed_at_every_request(cluster: Cluster, tmp_path: Path) -> None:
    name, url = "published/set", f"s3://{BUCKET}/published/set"
    flow = ("flow", "x86", "train", "mlra", "--corpus", "sample", "--limit", "3", "--data-dir", url)
    assert ended(cluster.start_program(*flow))[0] == 0
    expected = {key.removeprefix(f"{name}/") for key in names_of(cluster.s3, f"{name}/")}
    vocabulary = cluster.object(f"{name}/vocab/vocabulary.parquet")
    seen = set()
    for fatal in range(MOST_REQUESTS):
        embed = ("embed", url, "--vocab", write_vocabulary(tmp_path / "other.parquet", vocabulary, fatal + 2))
        victims: list[subprocess.Popen[str]] = []
        port = int(cluster.s3.rpartition(":")[2])
        with StruckLink(port, fatal=fatal, strike=lambda victims=victims: victims[0].kill()) as link:
            victims.append(cluster.start_program(*embed, AWS_ENDPOINT_URL=f"http://127.0.0.1:{link.port}"))
            code, said = ended(victims[0])
            is_through = not link.has_struck
        assert code == (0 if is_through else -9), said
        told = ended(cluster.start_program("validate", url))
        seen.add(told[0])
        assert told[0] == 0 or "it was being written when that was broken off" in told[1]
        code, said = ended(cluster.start_program(*embed))
        assert code == 0, said
        assert ended(cluster.start_program("validate", url))[0] == 0
        assert {key.removeprefix(f"{name}/") for key in names_of(cluster.s3, f"{name}/")} == expected
        if is_through:
            break
    assert is_through
    assert seen == {0, 1}
    assert fatal > len(expected) // 2
