"""The plugin of a run.

The driver's build, which travels through the store.

A host needs neither CMake nor LLVM's headers, and waits for no build; and what every host loads is the same file.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from rl4real_data.cluster.layout import plugin_name
from rl4real_data.cluster.run_record import RunRecord
from rl4real_data.cluster.store import Store
from rl4real_data.core.errors import StoreError
from rl4real_data.toolchain.kept_files import keep, sha256_if_whole
from rl4real_data.toolchain.plugin import LIBRARY, Plugin


def ship_plugin(store: Store, plugin: Plugin) -> None:
    """Writes it to the store, under its hash."""
    store.write(plugin_name(plugin.sha256), plugin.path.read_bytes())


def fetch_plugin(store: Store, record: RunRecord, *, cache_dir: Path) -> Plugin:
    """The run's plugin, in the cache of this host. StoreError for another file than the record names."""
    sha256 = record.plugin_sha256
    path = cache_dir / "plugins" / f"shipped-{sha256[:16]}" / LIBRARY
    if sha256_if_whole(path) != sha256:
        name = plugin_name(sha256)
        try:
            content = store.read(name)
        except FileNotFoundError as error:
            raise StoreError(f"{store}: {name} is gone", hint="choose another --run") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(f"{store}: {name} is not what was written", hint="choose another --run")
        path.parent.mkdir(parents=True, exist_ok=True)
        with keep(path) as draft:
            draft.write_bytes(content)
    return Plugin(path=path, source_hash=record.plugin, sha256=sha256)
