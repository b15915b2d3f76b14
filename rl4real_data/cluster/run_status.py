"""The status of a run, as its store tells while it is going on."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rl4real_data.cluster.host_report import HostReport, read_host_reports
from rl4real_data.cluster.layout import PARTS, marker_name
from rl4real_data.cluster.packing.shard_list import read_shard_list
from rl4real_data.cluster.plan_file import read_plan
from rl4real_data.cluster.run_record import read_run_record
from rl4real_data.cluster.store import Store
from rl4real_data.core.counted import counted
from rl4real_data.core.errors import StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """`batches` and `modules` are those of the plan; what `hosts` tell may count a batch that two of them made twice.

    `shards`: of the dataset, that jobs of a batch system are to write. `left_s`: seconds to the end at the rate so far;
    None where nothing is known of it.
    """

    run: str
    is_laid_out: bool
    batches: int
    batches_done: int
    modules: int
    modules_done: int
    functions: int
    failures: Mapping[str, int]
    hosts: tuple[HostReport, ...]
    shards: int
    shards_done: int
    left_s: float | None

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), indent=2, sort_keys=True)

    def text(self) -> str:
        failed = ", ".join(f"{count:,} {kind}" for kind, count in self.failures.items())
        left = f"; about {max(1, round(self.left_s / 60))} min left" if self.left_s else ""
        lines = [
            f"{self.run}: {self.batches_done:,} of {counted(self.batches, 'batch', 'batches')} done{left}"
            if self.is_laid_out
            else f"{self.run}: it is not laid out yet",
            f"  modules    {self.modules_done:,} of {self.modules:,}" + (f"; failed: {failed}" if failed else ""),
            f"  functions  {self.functions:,}",
        ]
        if self.shards:
            lines.append(f"  shards     {self.shards_done:,} of {self.shards:,} of the dataset")
        return "\n".join([*lines, *(_host_line(host) for host in self.hosts)])


def status_of(run: str) -> RunStatus:
    """StoreError where no run was begun."""
    store = Store(run)
    if read_run_record(store) is None:
        raise StoreError(f"{store}: no run was begun there", hint="`rl4real-data flow ... --run URL` begins one")
    plan, there, hosts = read_plan(store), store.names(PARTS), read_host_reports(store)
    is_laid_out = plan is not None
    plan = plan or ()
    done = [batch for batch in plan if marker_name(batch.name).rpartition("/")[2] in there]
    rate = sum(host.batches / host.seconds for host in hosts if host.seconds and not host.unfit)
    failures: Counter[str] = Counter()
    for host in hosts:
        failures.update(host.failures)
    left = len(plan) - len(done)
    shards = read_shard_list(store)
    return RunStatus(
        run=str(store),
        is_laid_out=is_laid_out,
        batches=len(plan),
        batches_done=len(done),
        modules=sum(len(batch.keys) for batch in plan),
        modules_done=sum(len(batch.keys) for batch in done),
        functions=sum(host.functions for host in hosts),
        failures=dict(sorted(failures.items())),
        hosts=hosts,
        shards=len(shards.names) if shards is not None else 0,
        shards_done=len(shards.done(store)) if shards is not None else 0,
        left_s=left / rate if left and rate else None,
    )


def _host_line(host: HostReport) -> str:
    if host.unfit:
        return f"  {host.host} ({host.process}): asked no more: {host.unfit}"
    rate = host.functions / max(host.seconds, 0.1)
    failed = f", {sum(host.failures.values()):,} modules failed" if host.failures else ""
    return (
        f"  {host.host} ({host.process}): {counted(host.batches, 'batch', 'batches')}, {rate:.0f} functions/s{failed}"
    )
