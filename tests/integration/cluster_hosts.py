"""Hosts of a cluster on this machine: processes that share nothing but an S3-compatible server and a scheduler."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BUCKET = "runs"
RAY_SECRET = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "5" * 64}
_START_S = 600  # of a machine that is busy; an idle one needs ten


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """The address of a server with an empty bucket."""
    from moto.server import ThreadedMotoServer  # large, and few of the tests beside it want it

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    _client(url).create_bucket(Bucket=BUCKET)
    yield url
    server.stop()


def names_of(s3: str, prefix: str) -> list[str]:
    """Of the objects in the bucket that begin so."""
    return [each["Key"] for each in _client(s3).list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())]


def _client(url: str) -> Any:
    import boto3

    return boto3.client(
        "s3", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1"
    )


@dataclass(kw_only=True)
class Cluster:
    """A scheduler, and hosts each of which has a disk of its own below `folder`."""

    folder: Path
    s3: str
    cache: Path
    port: int = 0
    ray_address: str = ""
    ray_folder: str = ""
    processes: list[subprocess.Popen[Any]] = field(default_factory=list)

    def object(self, name: str) -> bytes:
        """What lies in the bucket under that name."""
        content: bytes = _client(self.s3).get_object(Bucket=BUCKET, Key=name)["Body"].read()
        return content

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def environment(self, host: str, **more: str) -> dict[str, str]:
        """What a process on that host finds; the driver has the cache of the tests, others one of their own."""
        disk = self.folder / host
        for name in ("home", "tmp"):
            (disk / name).mkdir(parents=True, exist_ok=True)
        return {
            **os.environ,
            "HOME": str(disk / "home"),
            "TMPDIR": str(disk / "tmp"),
            "RL4REAL_DATA_CACHE": str(self.cache if host == "driver" else disk / "cache"),
            "AWS_ENDPOINT_URL": self.s3,
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_DEFAULT_REGION": "us-east-1",
            "OMP_NUM_THREADS": "1",
            **more,
        }

    def start_scheduler(self, **more: str) -> subprocess.Popen[bytes]:
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        words = ("--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        return self._start("scheduler", "distributed.cli.dask_scheduler", *words, **more)

    def start_worker(self, host: str, *, cache_size: str = "", port: int = 0, **more: str) -> subprocess.Popen[bytes]:
        """`cache_size`: of a file system of its own that its cache lies on, such as `2m`. `port`: at which it finds the
        scheduler, if not the scheduler's own.
        """
        words = (
            f"tcp://127.0.0.1:{port or self.port}",
            "--nthreads",
            "1",
            "--name",
            host,
            "--no-dashboard",
            "--no-nanny",
        )
        local = ("--local-directory", str(self.folder / host / "tmp"), "--death-timeout", "60")
        within = self._small_cache(host, cache_size) if cache_size else ()
        return self._start(host, "distributed.cli.dask_worker", *words, *local, within=within, **more)

    def start_ray_node(self, host: str, **more: str) -> subprocess.Popen[bytes]:
        """The first one leads. Each is a group of processes; a driver needs the same secret, `RAY_SECRET`."""
        from ray.util import get_node_ip_address

        words = ["start", "--block", "--num-cpus", "1", "--object-store-memory", str(128 << 20)]
        if self.ray_address:
            words += ["--address", self.ray_address]
        else:
            with socket.socket() as free:
                free.bind(("", 0))
                port = free.getsockname()[1]
            self.ray_address = f"{get_node_ip_address()}:{port}"
            self.ray_folder = tempfile.mkdtemp(prefix="ray-")  # the path of a socket is short
            words += ["--head", "--port", str(port), "--include-dashboard", "false", "--temp-dir", self.ray_folder]
        return self._start(host, "ray.scripts.scripts", *words, leads=True, **RAY_SECRET, **more)

    def _small_cache(self, host: str, size: str) -> tuple[str, ...]:
        """What a command stands behind that finds a small disk in the place of the host's cache."""
        cache = self.folder / host / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        script = f'mount -t tmpfs -o size={size} tmpfs "$0" && exec "$@"'
        return ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, str(cache))

    def _start(
        self, host: str, module: str, *words: str, within: tuple[str, ...] = (), leads: bool = False, **more: str
    ) -> subprocess.Popen[bytes]:
        environment = self.environment(host, **more)
        with (self.folder / f"{host}.log").open("ab") as log:
            process = subprocess.Popen(
                [*within, sys.executable, "-m", module, *words],
                env=environment,
                cwd=self.folder / host,
                stdout=log,
                stderr=log,
                start_new_session=leads,
            )
        self.processes.append(process)
        return process

    def start_flow(self, data_dir: Path, *words: str, **more: str) -> subprocess.Popen[str]:
        """`flow` on the driver."""
        return self.start_program("flow", "x86", "train", "mlra", "--data-dir", str(data_dir), *words, **more)

    def start_program(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """Any command, on the driver."""
        process = subprocess.Popen(
            [sys.executable, "-m", "rl4real_data", *words],
            env=self.environment("driver", **more),
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def start_work(self, shard: str, run: str) -> subprocess.Popen[bytes]:
        """`work`, on a host of its own."""
        command = (sys.executable, "-m", "rl4real_data", "work", "--shard", shard, "--jobs", "1", run)
        process = subprocess.Popen(command, env=self.environment("share"), stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def flow(self, data_dir: Path, *words: str, **more: str) -> tuple[int, str]:
        """Its exit code, and what it said."""
        process = self.start_flow(data_dir, *words, **more)
        _, said = process.communicate(timeout=2 * _START_S)
        return process.returncode, said

    def close(self) -> None:
        for process in self.processes:
            kill_all(process)
            process.wait()
            if process.stderr is not None:
                process.stderr.close()
        self.processes.clear()
        if self.ray_folder:
            shutil.rmtree(self.ray_folder, ignore_errors=True)
        self.ray_address = self.ray_folder = ""


def kill_all(process: subprocess.Popen[Any]) -> None:
    """The process, and its group if it leads one."""
    if process.poll() is None and os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def wait_until(condition: Callable[[], object], *, seconds: float = _START_S) -> None:
    """Until it holds; an AssertionError if it does not in that time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.05)
