"""A host of a run.

This machine, seen to be fit before it is given anything.

It must have the run's compiler, byte for byte, the same headers of the system, the run's plugin in a state that it
records, and room. A host that lacks one of these is no reason for a module to fail: its batches go elsewhere.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from rl4real_data import __version__
from rl4real_data.cluster.run_record import RunRecord, read_run_record
from rl4real_data.cluster.scratch import open_scratch
from rl4real_data.cluster.shipped_plugin import fetch_plugin
from rl4real_data.cluster.store import Store
from rl4real_data.core.allocators import ALLOCATORS, AllocatorName
from rl4real_data.core.environment import Environment, load_environment
from rl4real_data.core.errors import HostError, StoreError, ToolchainError
from rl4real_data.core.targets import TARGETS, TargetName
from rl4real_data.corpus.manifest_corpus import fetch_source
from rl4real_data.corpus.named import one_manifest
from rl4real_data.corpus.sources.source import Supply
from rl4real_data.flow.pipeline import FLOW
from rl4real_data.stages.job import Compilation
from rl4real_data.toolchain.clang import Clang
from rl4real_data.toolchain.installation import Installation
from rl4real_data.toolchain.plugin import register_file
from rl4real_data.toolchain.process import Limits
from rl4real_data.toolchain.server_library import ensure_server
from rl4real_data.toolchain.system_headers import header_digest

_HINT: Final = "install what the driver has there"
_NO_LIMITS: Final = Limits(timeout_s=60)  # each task brings its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """This machine, ready for the tasks of one run. `scratch` is this process's own."""

    environment: Environment
    compilation: Compilation
    scratch: Path
    roots: dict[tuple[str, str | None], Path] = field(default_factory=dict)

    def root_of(self, manifest: str, mirror: str | None) -> Path:
        """Where the corpus of that manifest lies, fetched by its pins if need be. SourceError."""
        key = manifest, mirror
        if key not in self.roots:
            supply = Supply.of(self.environment, mirror=mirror or self.environment.mirror)
            found = one_manifest(manifest)
            self.roots[key] = fetch_source(found, supply.fetch_for(found.name))
        return self.roots[key]

    def compilation_within(self, limits: Limits) -> Compilation:
        return replace(self.compilation, limits=limits)


_hosts: dict[str, Host] = {}
_scratch: contextlib.ExitStack = contextlib.ExitStack()
_lock = threading.Lock()


def host_of(store: Store) -> Host:
    """This machine for the run in `store`, examined once a process. HostError or ToolchainError if it is unfit."""
    with _lock:
        if store.url not in _hosts:
            record = read_run_record(store)
            if record is None:
                raise StoreError(f"{store}: no run was begun there", hint="`rl4real-data flow ... --run` begins one")
            _hosts[store.url] = examine_host(store, record)
        return _hosts[store.url]


def forget_host(store: Store) -> None:
    """It is examined again before it is given anything else."""
    with _lock:
        _hosts.pop(store.url, None)


def examine_host(store: Store, record: RunRecord) -> Host:
    """HostError or ToolchainError that says what this machine lacks."""
    _refuse_other_program(record)
    environment = load_environment()
    installation = Installation.of(environment)
    clang = _clang_of(installation, record)
    target = TARGETS[TargetName(record.target)]
    recipe = record.recipe_of_run()
    if header_digest(clang, target) != record.headers:
        raise ToolchainError("the system's headers say another thing than the driver's", hint=_HINT)
    try:
        plugin = fetch_plugin(store, record, cache_dir=installation.cache_dir)
        register_file(clang, plugin, target, recipe.cpu)  # it loads, and records
        scratch = open_scratch(installation.cache_dir, _scratch)
    except InterruptedError:
        raise
    except OSError as error:
        raise HostError.of(error, doing="the cache cannot be used") from error
    compilation = Compilation(
        clang=clang,
        plugin=plugin,
        server=ensure_server(clang, plugin),
        target=target,
        allocator=ALLOCATORS[AllocatorName(record.allocator)],
        recipe=recipe,
        limits=_NO_LIMITS,
        verify=record.verify,
    )
    return Host(environment=environment, compilation=compilation, scratch=scratch)


def _refuse_other_program(record: RunRecord) -> None:
    if record.program != __version__ or record.stages != FLOW.module_versions():
        raise HostError(f"rl4real-data {__version__} is installed, not the run's {record.program}", hint=_HINT)


def _clang_of(installation: Installation, record: RunRecord) -> Clang:
    """The run's compiler: what BUILD_DIR names, or else the one of its release on the search path."""
    clang: Clang | None = None
    if installation.build_dir is None:
        with contextlib.suppress(ToolchainError):
            clang = installation.clang_named(f"clang-{record.clang_version.split('.')[0]}")
    clang = clang or installation.clang()
    if (clang.banner, clang.content) != (record.clang, record.clang_content):
        raise ToolchainError(
            f"{clang.path} is {clang.banner} ({clang.content[:12]}), not the run's {record.clang} "
            f"({record.clang_content[:12]})",
            hint=_HINT,
        )
    return clang
