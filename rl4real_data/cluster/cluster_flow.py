"""One run of `flow` whose state lies in a store, so that hosts, engine and driver may come and go."""

from __future__ import annotations

from dataclasses import replace

from rl4real_data.cluster.driver import ClusterChoice, ClusterRunner
from rl4real_data.cluster.driver_lock import driving
from rl4real_data.cluster.run_record import read_run_record
from rl4real_data.cluster.shipped_plugin import fetch_plugin
from rl4real_data.cluster.store import Store
from rl4real_data.flow.request import FlowRequest
from rl4real_data.flow.run import Console, RunReport, run_flow
from rl4real_data.toolchain.plugin import known_hash


def run_flow_on_cluster(choice: ClusterChoice, request: FlowRequest, console: Console) -> RunReport:
    """As `run_flow`, with the same bytes. StoreError and EngineError if these do not do their part."""
    store = Store(choice.run)
    with driving(store):
        runner = ClusterRunner(choice)
        return run_flow(with_plugin_of_run(request, store), console, runner=runner, packer=runner.packer)


def with_plugin_of_run(request: FlowRequest, store: Store) -> FlowRequest:
    """With the plugin that the run was begun with, whoever built it: another build would be another plugin."""
    record = read_run_record(store)
    if record is None or record.plugin != known_hash():
        return request  # what is different is said when the two are compared
    installation = request.installation
    if installation.clang().version != record.clang_version:
        return request
    plugin = fetch_plugin(store, record, cache_dir=installation.cache_dir)
    return replace(request, installation=replace(installation, shipped=plugin))
