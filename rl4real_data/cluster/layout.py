"""The names of what lies in the store of a run.

run.json                   with which compiler, plugin, headers and recipe its parts are made; written once
toolchain/                 the plugin, as the driver has built it
plan.json                  the batches of the run that was begun last, each with the keys of its modules
tasks/BATCH.json           what is to be done: the modules, and how they are compiled
tasks/BATCH.tar            the sources of those that no host can fetch, preprocessed
parts/BATCH.json           the marker of what was made, written last
parts/BATCH-SHA.tar        what was made: a part for each module
parts/BATCH-SHA.facts      what a driver must know of these parts
packing/ID.json            what the shards of one dataset have in common
packing/ID.parquet         its instruction shapes
shards/NAME.plan           what one shard is made of
shards/NAME.parquet        the shard, unless the dataset lies in a store itself
shards/NAME.json           its marker, written last
shards.json                those that jobs of a batch system are to make
hosts/HOST-PROCESS.json    what one process of a host has done so far
driver.json                who drives the run
"""

from __future__ import annotations

from typing import Final

RUN: Final = "run.json"
PLAN: Final = "plan.json"
DRIVER: Final = "driver.json"
TASKS: Final = "tasks"
PARTS: Final = "parts"
HOSTS: Final = "hosts"
PACKING: Final = "packing"
SHARDS: Final = "shards"
SHARD_LIST: Final = "shards.json"
TOOLCHAIN: Final = "toolchain"


def task_name(batch: str) -> str:
    return f"{TASKS}/{batch}.json"


def sources_name(batch: str) -> str:
    return f"{TASKS}/{batch}.tar"


def marker_name(batch: str) -> str:
    return f"{PARTS}/{batch}.json"


def archive_name(batch: str, sha256: str) -> str:
    return f"{PARTS}/{batch}-{sha256[:16]}.tar"


def facts_name(archive: str) -> str:
    return f"{archive.removesuffix('.tar')}.facts"


def plugin_name(sha256: str) -> str:
    return f"{TOOLCHAIN}/libmlra-{sha256}.so"


def batch_of(archive: str) -> str:
    """The batch that an archive is of."""
    return archive.removeprefix(f"{PARTS}/").partition("-")[0]
