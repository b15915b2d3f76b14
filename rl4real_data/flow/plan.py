"""The plan of a run.

Which modules there are, which of them are done already, and why the others are not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rl4real_data.core import interruption
from rl4real_data.corpus.license import is_covered
from rl4real_data.corpus.module import Language, Module
from rl4real_data.flow.pipeline import Flow
from rl4real_data.stages.compile import pasteable_command
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation, ModuleJob, part_key
from rl4real_data.stages.part import FileHashes, Part, find_part, marker_path
from rl4real_data.stages.selection import Entry

if TYPE_CHECKING:
    from rl4real_data.stages.part_functions import Shapes
    from rl4real_data.stages.shape_numbers import ShapeNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All modules of a run in their order, the parts that can be used as they are, and the rest as jobs."""

    jobs: tuple[ModuleJob, ...]
    ready: Mapping[str, Part]  # by key
    reasons: Mapping[str, str]  # by key: why a module is compiled
    left_out: Mapping[str, str]  # by key: why a module is not compiled; its part is empty

    @property
    def to_compile(self) -> tuple[ModuleJob, ...]:
        """The jobs without a part, the largest source first: one long module at the end would leave cores idle."""
        missing = [job for job in self.jobs if job.key not in self.ready]
        return tuple(
            sorted(
                missing, key=lambda job: (-_size(job.module), job.module.corpus, job.module.path, job.module.variant)
            )
        )


def make_plan(
    modules: Sequence[Module],
    compilation: Compilation,
    flow: Flow,
    *,
    parts: Path,
    scratch: Path,
    retry_failed: bool,
    licenses: Set[str] | None = None,
    units: Sequence[Module] | None = None,
) -> Plan:
    """Looks at every source and at the headers that it read last time; compiles nothing.

    `units`: where the interfaces of C++20 modules are looked for that a module imports; None: among the modules.

    `licenses` None: all; else those that a module's licence must be covered by, as `chosen_licenses` gives them.
    """
    hashes = FileHashes()
    interfaces = Interfaces(modules if units is None else units, scratch)
    shapes: dict[str, Shapes] = {}
    versions = flow.module_versions()
    # Under the second, a part of a release before 0.2.0 is found; what is written has the first.
    fingerprints = (compilation.fingerprint(versions), compilation.earlier_fingerprint(versions))
    jobs, ready, reasons, left_out = [], {}, {}, {}
    for module in modules:
        interruption.check()
        hashes.expect(module.root)
        digest = hashes.of(str(module.source)) or ""
        why_left_out = _why_left_out(module, licenses)
        part = None
        if why_left_out:  # a key of its own: other modules may have the same content under another licence
            key = f"left out: {module.corpus}/{module.name}"
            ready[key] = Part(key=key, source_sha256=digest, headers=(), functions=(), size=0, seconds=0.0)
            left_out[key] = why_left_out
        else:
            key, *earlier_keys = (part_key(module, source_sha256=digest, fingerprint=each) for each in fingerprints)
            part = find_part(parts, key, root=module.root, hashes=hashes)
            for earlier in earlier_keys if part is None else ():
                if marker_path(parts, earlier).exists():
                    part = find_part(parts, earlier, root=module.root, hashes=hashes)
                    key = earlier if part is not None else key
        jobs.append(
            ModuleJob(
                module=module,
                key=key,
                source_sha256=digest,
                compilation=compilation,
                parts=parts,
                scratch=scratch,
                hashes=hashes,
                shapes=shapes,
                interfaces=interfaces,
            )
        )
        if why_left_out:
            continue
        if part is not None and not (retry_failed and part.failure):
            ready[key] = part
        elif part is not None:
            reasons[key] = f"failed before ({part.failure.reason if part.failure else ''})"
        else:
            reasons[key] = "a header changed" if marker_path(parts, key).exists() else "new source, flags or toolchain"
    return Plan(jobs=tuple(jobs), ready=ready, reasons=reasons, left_out=left_out)


def _why_left_out(module: Module, licenses: Set[str] | None) -> str:
    """Why no compiler is to be given the module, or nothing."""
    if module.left_out:
        return module.left_out
    return f"licence {module.license}" if licenses is not None and not is_covered(module.license, licenses) else ""


def damaged_jobs(plan: Plan, shapes: ShapeNumbers, *, say: Callable[[str], None]) -> tuple[ModuleJob, ...]:
    """The jobs whose ready parts are not what was written. Packing asks for the shapes of them all anyway."""
    from rl4real_data.stages.part_functions import DamagedPart  # Arrow, which nobody needs before the first compiler

    damaged = []
    for job in plan.jobs:
        interruption.check()
        part = plan.ready.get(job.key)
        if part is None or not part.size:
            continue
        try:
            shapes.of_part(job.parts, part)
        except DamagedPart as error:
            say(str(error))
            damaged.append(job)
    return tuple(damaged)


def commands_of(plan: Plan) -> Mapping[str, str]:
    """What to paste into a shell to compile each module again, by the key of its job."""
    commands = {}
    for job in plan.jobs:
        interruption.check()
        commands[job.key] = pasteable_command(job.compilation, job.module)
    return commands


def entries_of(plan: Plan, parts: Mapping[str, Part], commands: Mapping[str, str]) -> tuple[Entry, ...]:
    """Every module with its part and its command, in the order of the run."""
    return tuple(
        Entry(
            module=job.module,
            part=parts[job.key],
            command=commands[job.key],
            left_out=plan.left_out.get(job.key),
        )
        for job in plan.jobs
    )


def needs_headers(jobs: Sequence[ModuleJob]) -> tuple[bool, bool]:
    """(whether any of the modules needs the C library's headers, whether any needs the C++ library's)."""
    needing = [job.module for job in jobs if job.module.needs_libc and job.module.language is not Language.IR]
    return bool(needing), any(module.language in (Language.CXX, Language.CXX_MODULE) for module in needing)


def _size(module: Module) -> int:
    try:
        return module.source.stat().st_size
    except OSError:
        return 0
