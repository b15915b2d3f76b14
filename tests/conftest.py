"""What all tests have in common."""

from __future__ import annotations

import os
import signal
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

# A shell starts its background jobs, and so a test run among them, with SIGINT ignored, and children inherit that:
# the tests of Ctrl-C would find that nobody listens.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# There is a worker a core: torch's threads of one would take the processor from the others, and wait by spinning.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes, or takes to be made, is the machine's affair: no test measures time.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def _state_folder_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The key that tells our own journals lies here, and not in the state folder of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


_LONGEST_ID = 80


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:  # noqa: ARG001
    """A short name for a long value: an id of megabytes is too much for the workers to tell each other."""
    if not isinstance(val, str | bytes) or len(val) <= _LONGEST_ID:
        return None
    return f"{argname}-{len(val)}-{zlib.crc32(val if isinstance(val, bytes) else val.encode(errors='replace')):08x}"


LARGE: Final = (
    *("boto3", "datasets", "distributed", "duckdb", "mlcroissant", "moto", "onnx", "onnxruntime"),
    *("polars", "ray", "s3fs", "torch", "torch_geometric", "torchdata"),
)
"""Packages that `pytest --without-large` does without."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-large", action="store_true", help="leave out the tests that need a large package")


def _missing_package(error: BaseException | None) -> str | None:
    """Of the import that ended in this error, be it the last one or what a message for users was made of."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError):
            return (error.name or "").partition(".")[0]
        error = error.__cause__ or error.__context__
    return None


class _LightModule(pytest.Module):
    """A file of tests that is left out where its imports end at a large package."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        try:
            return list(super().collect())
        except (Exception, SystemExit) as error:
            if _missing_package(error) in LARGE:
                return []
            raise


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    if not parent.config.getoption("--without-large"):
        return None
    return _LightModule.from_parent(parent, path=module_path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--without-large"):
        large = [item for item in items if item.get_closest_marker("large")]
        config.hook.pytest_deselected(items=large)
        items[:] = [item for item in items if item not in set(large)]
