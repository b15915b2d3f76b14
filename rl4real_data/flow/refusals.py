"""The refusals of a run whose DATA_DIR holds something else than it would make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rl4real_data.core.counted import counted
from rl4real_data.core.errors import DatasetError
from rl4real_data.core.split import Split
from rl4real_data.episodes.schema_version import SCHEMA_VERSION
from rl4real_data.flow.plan import Plan
from rl4real_data.flow.request import Destination
from rl4real_data.flow.working_folder import WorkDir
from rl4real_data.stages.job import Compilation


def refuse_other_dataset(work: WorkDir, split: Split, compilation: Compilation) -> None:
    """DatasetError when the DATA_DIR holds episodes made another way: mixing them would be silent nonsense."""
    index = work.index()
    if index is None:
        return
    target, model = compilation.target.name.value, compilation.allocator.name.value
    recipe = _differing(
        {"target": index.target, "model": index.model, **_expert(index.toolchain), **_flat(index.recipe)},
        {"target": target, "model": model, **compilation.expert, **_flat(compilation.recipe.as_dict())},
    )
    if recipe:
        raise DatasetError(
            f"{work.data_dir}: holds a dataset of another recipe: {recipe}", hint="choose another --data-dir"
        )
    others = sorted(set(index.splits) - {split.value})
    if others and index.schema_version < SCHEMA_VERSION:
        raise DatasetError(
            f"{work.data_dir}: its {others[0]} split is of version {index.schema_version} of the dataset format, this "
            f"program writes version {SCHEMA_VERSION}",
            hint=f"`rl4real-data upgrade {work.data_dir}` brings it to that version, without its sources; or make both "
            "splits in another --data-dir",
        )
    if others and (tools := _differing(index.toolchain, compilation.toolchain)):
        raise DatasetError(
            f"{work.data_dir}: its {others[0]} split was made with another compiler or plugin: {tools}",
            hint=f"{index.generator} made it: go on with that one, or make both splits in another --data-dir",
        )


def _expert(toolchain: Mapping[str, str]) -> dict[str, str]:
    """Who decided beside the allocator: as much part of a dataset as its recipe."""
    return {name: value for name, value in toolchain.items() if name.startswith("expert")}


def _differing(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """What is not as it is wanted, in words."""
    keys = sorted(key for key in wanted.keys() | found.keys() if wanted.get(key) != found.get(key))
    return "; ".join(f"{key} is {found.get(key)!r}, not {wanted.get(key)!r}" for key in keys)


def _flat(recipe: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in recipe.items():
        flat |= _flat(value, f"{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def refuse_shrinking(work: WorkDir, destination: Destination, plan: Plan) -> None:
    """DatasetError when the split holds modules that this run would drop, unless the user said so."""
    index = work.index()
    split = destination.split
    if index is None or split.value not in index.splits or destination.replace:
        return
    from rl4real_data.flow.splits import recorded_modules  # Arrow, which a new DATA_DIR's run does without for a while

    asked = {(job.module.corpus, job.module.name) for job in plan.jobs if job.key not in plan.left_out}
    lost = sorted(recorded_modules(work.data_dir, index, split) - asked)
    if lost:
        raise DatasetError(
            f"{work.data_dir}: its {split.value} split holds {counted(len(lost), 'module')} that this run leaves out "
            f"(the first: {lost[0][0]}/{lost[0][1]})",
            hint="name all of its corpora, choose another --data-dir, or say --replace",
        )
