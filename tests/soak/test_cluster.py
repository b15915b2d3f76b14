"""Faults of a run on several hosts, one after the other: the same bytes in the end, or a clear end before it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cluster_hosts import BUCKET, RAY_SECRET, Cluster, kill_all, names_of, wait_until
from tests.integration.dataset_bytes import dataset_bytes
from tests.integration.link import Link

pytestmark = [
    pytest.mark.soak,
    pytest.mark.clang,
    pytest.mark.large,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore", "ignore::DeprecationWarning:moto"),
]
WHAT = ("--corpus", "sample", "--limit", "12")
FAULTS = 50
FAULTS_OF_RAY = 12


def test_host_with_other_headers_makes_nothing(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path) -> None:
    """Its string.h says something else, with the same clang; then the right one comes, and the same command ends."""
    other = tmp_path / "include"
    other.mkdir()
    (other / "string.h").write_text(
        "#include_next <string.h>\n#define strlen(s) ((unsigned long)__builtin_strlen(s))\n"
    )
    cluster.start_scheduler()
    cluster.start_worker("other", CPATH=str(other))
    words = (*WHAT, "--engine", "dask", "--address", cluster.address, "--run", f"s3://{BUCKET}/headers")
    code, said = cluster.flow(tmp_path / "data", *words)

    assert code == 1
    assert "no worker is left that is fit" in said
    assert "the system's headers say another thing than the driver's" in said
    assert not (tmp_path / "data" / "dataset.json").exists()
    assert names_of(cluster.s3, "headers/parts/") == []
    cluster.close()
    cluster.start_scheduler()
    cluster.start_worker("right")
    assert cluster.flow(tmp_path / "data", *words)[0] == 0
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def wait_for_a_part(cluster: Cluster, prefix: str, driver: subprocess.Popen[str]) -> None:
    wait_until(lambda: names_of(cluster.s3, prefix) or driver.poll() is not None)


class Faults:
    """So many faults at random moments of runs; the first run has none and tells how long one takes."""

    def __init__(self, count: int, *, seed: int) -> None:
        self.chance = random.Random(seed)
        self.runs = 0
        self._left, self._longest, self._begun = count, 0.0, 0.0

    def begin(self) -> bool:
        """Whether another run is to begin."""
        self.runs += 1
        return self._left > 0

    def strikes(self, driver: subprocess.Popen[str]) -> bool:
        """Waits for a moment of the run that has just begun; False if it was over before."""
        self._begun = time.monotonic()
        moment = self.chance.uniform(0, self._longest) if self._longest else 600.0
        with contextlib.suppress(subprocess.TimeoutExpired):
            driver.wait(timeout=moment)
        if driver.poll() is not None:
            return False
        self._left -= 1
        return True

    def end_of(self, driver: subprocess.Popen[str]) -> str:
        """What the driver said until its end, which is no stack trace."""
        _, said = driver.communicate(timeout=600)
        self._longest = self._longest or time.monotonic() - self._begun
        assert "Traceback" not in said
        return str(said)


def test_kills_at_random_moments(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path) -> None:
    """Of workers, of the scheduler and of the driver, each with SIGKILL; what was made is not lost by any of them."""
    faults = Faults(FAULTS, seed=1)
    while faults.begin():
        run, data_dir = f"s3://{BUCKET}/random-{faults.runs}", tmp_path / f"data-{faults.runs}"
        scheduler = cluster.start_scheduler()
        workers = [cluster.start_worker(f"host-{place}") for place in range(2)]
        driver = cluster.start_flow(data_dir, *WHAT, "--engine", "dask", "--run", run, "--address", cluster.address)
        victim: subprocess.Popen[Any] = faults.chance.choice([scheduler, driver, *workers])
        if faults.strikes(driver):
            victim.kill()
            if victim in workers:
                cluster.start_worker("host-2")
        said = faults.end_of(driver)
        assert not driver.returncode or victim in (scheduler, driver), said
        end_what_is_left(cluster, driver, data_dir, run)
        assert dataset_bytes(data_dir) == dataset_alone
        cluster.close()


def end_what_is_left(cluster: Cluster, driver: subprocess.Popen[str], data_dir: Path, run: str) -> None:
    """Where the driver failed the same run ends without its engine; nothing is lost that had been made."""
    if driver.returncode:
        parts = f"{run.rpartition('/')[2]}/parts/"
        made = set(names_of(cluster.s3, parts))
        code, said = cluster.flow(data_dir, *WHAT, "--run", run)
        assert code == 0, said
        assert made <= set(names_of(cluster.s3, parts))


def ray_tasks() -> list[int]:
    """The processes that carry out tasks of a Ray cluster here."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if path.read_bytes().startswith(b"ray::do_task"):
                found.append(int(path.parent.name))
    return found


@pytest.mark.timeout(7200)
def test_kills_at_random_moments_of_ray(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path) -> None:
    """Of a worker, of a node, of the one that leads, and of the driver."""
    faults = Faults(FAULTS_OF_RAY, seed=2)
    while faults.begin():
        run, data_dir = f"s3://{BUCKET}/ray-{faults.runs}", tmp_path / f"data-{faults.runs}"
        nodes = {name: cluster.start_ray_node(name) for name in ("head", "other")}
        wait_for_ray_nodes(cluster, 2)
        words = ("--engine", "ray", "--run", run, "--address", cluster.ray_address)
        driver = cluster.start_flow(data_dir, *WHAT, *words, **RAY_SECRET)
        victim = faults.chance.choice(["head", "other", "driver", "task"])
        if faults.strikes(driver):
            kill_of_ray(victim, nodes, driver, faults.chance)
        said = faults.end_of(driver)
        assert not driver.returncode or victim in ("head", "driver"), said
        end_what_is_left(cluster, driver, data_dir, run)
        assert dataset_bytes(data_dir) == dataset_alone
        cluster.close()


def kill_of_ray(
    victim: str, nodes: dict[str, subprocess.Popen[bytes]], driver: subprocess.Popen[str], chance: random.Random
) -> None:
    if victim in nodes:
        kill_all(nodes[victim])
    elif victim == "driver":
        driver.kill()
    else:
        tasks = ray_tasks()
        if tasks:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(tasks), signal.SIGKILL)


def wait_for_workers(cluster: Cluster, *hosts: str) -> None:
    """Until each has registered with the scheduler."""
    logs = [cluster.folder / f"{host}.log" for host in hosts]
    wait_until(lambda: all("Registered to" in log.read_text() for log in logs))


@pytest.mark.parametrize("moment", ["before the first part", "behind a part"])
def test_a_host_that_hangs(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path, moment: str) -> None:
    """It is stopped and stays so: its connections are open, and it says nothing."""
    cluster.start_scheduler(DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="10s")
    hosts = [cluster.start_worker(f"host-{place}") for place in range(2)]
    wait_for_workers(cluster, "host-0", "host-1")
    name = moment.replace(" ", "-")
    words = (*WHAT, "--engine", "dask", "--address", cluster.address, "--run", f"s3://{BUCKET}/{name}")
    driver = cluster.start_flow(tmp_path / "data", *words)
    if moment == "before the first part":
        wait_until(lambda: names_of(cluster.s3, f"{name}/") or driver.poll() is not None)
    else:
        wait_for_a_part(cluster, f"{name}/parts/", driver)
    hosts[0].send_signal(signal.SIGSTOP)
    _, said = driver.communicate(timeout=600)

    assert driver.returncode == 0, said
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def end_what_failed(cluster: Cluster, data_dir: Path, words: Sequence[str], said: str) -> None:
    """What ended with clear words made no dataset; with another host the same command makes it."""
    assert "Traceback" not in said
    assert not (data_dir / "dataset.json").exists()
    cluster.start_worker("right")
    code, said = cluster.flow(data_dir, *words)
    assert code == 0, said


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seconds", [15, None])
@pytest.mark.parametrize("whose", ["one of two hosts", "the only host", "the driver"])
def test_a_link_to_the_store_that_is_cut(
    cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path, whose: str, seconds: int | None
) -> None:
    """For a while, or for good: behind that the run ends by itself, or clearly, and the same command ends it."""
    cluster.start_scheduler()
    with Link(port_of(cluster.s3)) as link:
        through = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{link.port}"}
        cluster.start_worker("far", **({} if whose == "the driver" else through))
        if whose == "one of two hosts":
            cluster.start_worker("near")
        name = f"cut-{whose.replace(' ', '-')}-{seconds}"
        words = (*WHAT, "--engine", "dask", "--address", cluster.address, "--run", f"s3://{BUCKET}/{name}")
        driver = cluster.start_flow(tmp_path / "data", *words, **(through if whose == "the driver" else {}))
        wait_for_a_part(cluster, f"{name}/parts/", driver)
        link.cut()
        assert link.held_back.wait(timeout=600)
        if seconds is not None:
            time.sleep(seconds)
            link.mend()
        _, said = driver.communicate(timeout=1800)

    if seconds is not None or whose == "one of two hosts":
        assert driver.returncode == 0, said
    else:
        assert driver.returncode == 1
        assert BUCKET in said
        end_what_failed(cluster, tmp_path / "data", words, said)
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def test_a_link_to_the_scheduler_that_is_cut(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path) -> None:
    cluster.start_scheduler(DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL="10s")
    with Link(cluster.port) as link:
        cluster.start_worker("far", port=link.port)
        cluster.start_worker("near")
        wait_for_workers(cluster, "far", "near")
        words = (*WHAT, "--engine", "dask", "--address", cluster.address, "--run", f"s3://{BUCKET}/scheduler")
        driver = cluster.start_flow(tmp_path / "data", *words)
        wait_for_a_part(cluster, "scheduler/parts/", driver)
        link.cut()
        _, said = driver.communicate(timeout=600)

    assert driver.returncode == 0, said
    assert dataset_bytes(tmp_path / "data") == dataset_alone


@pytest.mark.parametrize("size", ["64k", "400k", "1m"])
def test_a_host_whose_disk_is_full(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path, size: str) -> None:
    """Alone it makes nothing, and says why; beside another one its batches go there."""
    cluster.start_scheduler()
    cluster.start_worker("small", cache_size=size)
    wait_for_workers(cluster, "small")
    words = (*WHAT, "--engine", "dask", "--address", cluster.address, "--run", f"s3://{BUCKET}/full-{size}")
    code, said = cluster.flow(tmp_path / "data", *words)

    assert code == 1
    assert "No space left on device" in said
    end_what_failed(cluster, tmp_path / "data", words, said)
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def test_ray(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path) -> None:
    words = ("--engine", "ray", "--jobs", "2", "--run", f"s3://{BUCKET}/ray")
    code, said = cluster.flow(tmp_path / "data", *WHAT, *words)

    assert code == 0, said
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def wait_for_ray_nodes(cluster: Cluster, count: int) -> None:
    """Until so many are alive."""
    script = "import ray, sys; ray.init(address=sys.argv[1]); print(sum(n['Alive'] for n in ray.nodes()))"

    def alive() -> int:
        done = subprocess.run(
            [sys.executable, "-c", script, cluster.ray_address],
            env=cluster.environment("driver", **RAY_SECRET),
            capture_output=True,
            text=True,
        )
        return int(done.stdout or 0)

    wait_until(lambda: alive() == count)


@pytest.mark.parametrize("fault", ["none", "one has no compiler", "one is killed"])
def test_two_ray_nodes(cluster: Cluster, dataset_alone: dict[str, str], tmp_path: Path, fault: str) -> None:
    cluster.start_ray_node("head")
    other = cluster.start_ray_node("other", **({"PATH": "/nowhere"} if "compiler" in fault else {}))
    wait_for_ray_nodes(cluster, 2)
    name = f"ray-{fault.replace(' ', '-')}"
    words = (*WHAT, "--engine", "ray", "--address", cluster.ray_address, "--run", f"s3://{BUCKET}/{name}")
    driver = cluster.start_flow(tmp_path / "data", *words, **RAY_SECRET)
    if "killed" in fault:
        wait_for_a_part(cluster, f"{name}/parts/", driver)
        kill_all(other)
    _, said = driver.communicate(timeout=600)

    assert driver.returncode == 0, said
    assert dataset_bytes(tmp_path / "data") == dataset_alone


def test_second_driver_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    words = (*WHAT, "--run", f"s3://{BUCKET}/twice")
    first: subprocess.Popen[str] = cluster.start_flow(tmp_path / "first", *words)
    wait_until(lambda: names_of(cluster.s3, "twice/driver.json"))
    code, said = cluster.flow(tmp_path / "second", *words)

    assert (code, "another run drives it" in said) == (1, True)
    first.communicate(timeout=600)
    assert first.returncode == 0
