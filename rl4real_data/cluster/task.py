"""The task of one batch.

Up to 64 modules, and how a host comes by their sources.

What it holds is text for other machines, read with distrust: a module has the fields that its compilation needs, and
no path of the machine that wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from rl4real_data.core.errors import StoreError
from rl4real_data.corpus.module import Language, Module
from rl4real_data.toolchain.process import Limits

_FIELDS: Final = ("corpus", "license", "flags", "needs_libc", "variant", "redistributable", "refusal")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskModule:
    """One module: `key` names its part, `manifest` where a host fetches it; without one its source is shipped."""

    key: str
    source_sha256: str
    module: Mapping[str, Any]
    manifest: str = ""

    @classmethod
    def of(cls, module: Module, *, key: str, source_sha256: str, manifest: str = "") -> TaskModule:
        told = {name: getattr(module, name) for name in _FIELDS}
        paths = {"path": str(module.path), "folder": str(module.folder), "language": module.language.value}
        return cls(key=key, source_sha256=source_sha256, module={**told, **paths}, manifest=manifest)

    def module_in(self, root: Path) -> Module:
        """The module in the folder where its source lies here."""
        told = dict(self.module)
        return Module(
            root=root,
            path=PurePosixPath(told.pop("path")),
            folder=PurePosixPath(told.pop("folder")),
            language=Language(told.pop("language")),
            flags=tuple(told.pop("flags")),
            **told,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTask:
    """The modules of a batch, and what they are given; `mirror` is the distribution's, as the driver was told."""

    modules: tuple[TaskModule, ...]
    limits: Limits
    mirror: str | None = None

    def to_bytes(self) -> bytes:
        modules = [
            {"key": each.key, "source": each.source_sha256, "manifest": each.manifest, "module": dict(each.module)}
            for each in self.modules
        ]
        limits = {"timeout_s": self.limits.timeout_s, "memory_bytes": self.limits.memory_bytes}
        return json.dumps({"limits": limits, "mirror": self.mirror, "modules": modules}, sort_keys=True).encode()

    @classmethod
    def of_bytes(cls, data: bytes, *, name: str) -> BatchTask:
        """StoreError for what is no task."""
        try:
            raw = json.loads(data)
            modules = tuple(
                TaskModule(
                    key=each["key"],
                    source_sha256=each["source"],
                    manifest=each["manifest"],
                    module=each["module"],
                )
                for each in raw["modules"]
            )
            task = cls(modules=modules, limits=Limits(**raw["limits"]), mirror=raw["mirror"])
            for each in modules:
                each.module_in(Path())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"{name}: is no task ({error})") from error
        return task
