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
from rl4real_data.stages.interfaces import Interfaces
from rl4real_data.stages.job import Compilation, ModuleJob, part_key
from rl4real_data.stages.part import FileHashes, Part, find_part, marker_path
from rl4real_data.stages.pasted_command import pasteable_command
from rl4real_data.stages.selection import Entry
from rl4real_data.stages.source_hash import source_sha256

if TYPE_CHECKING:
    from rl4real_data.stages.part_functions import Shapes
    from rl4real_data.stages.shape_numbers import ShapeNumbers
    from rl4real_data.stages.shape_uses import ShapeUses


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """What a plan is made of.

    `licenses` None: all; else those that a module's licence must be covered by, as `chosen_licenses` gives them.
    `units`: where the interfaces of C++20 modules are looked for that a module imports; None: among the modules.
    """

    modules: Sequence[Module]
    compilation: Compilation
    flow: Flow
    parts: Path
    scratch: Path
    retry_failed: bool
    licenses: Set[str] | None = None
    units: Sequence[Module] | None = None


def make_plan(request: PlanRequest) -> Plan:
    """Looks at every source and at the headers that it read last time; compiles nothing."""
    planner = _Planner(request)
    jobs: list[ModuleJob] = []
    ready: dict[str, Part] = {}
    reasons: dict[str, str] = {}
    left_out: dict[str, str] = {}
    for module in request.modules:
        interruption.check()
        job, found = planner.job(module)
        jobs.append(job)
        if found.left_out:
            left_out[job.key] = found.left_out
        if found.part is not None:
            ready[job.key] = found.part
        else:
            reasons[job.key] = found.reason
    return Plan(jobs=tuple(jobs), ready=ready, reasons=reasons, left_out=left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What there is of a module: a part that can be used, else the reason why it is compiled."""

    key: str
    part: Part | None = None
    reason: str = ""
    left_out: str = ""


class _Planner:
    """Finds what there is of each module; what the modules of a run have in common is read once."""

    def __init__(self, request: PlanRequest) -> None:
        self._request = request
        self._hashes = FileHashes()
        units = request.modules if request.units is None else request.units
        self._interfaces = Interfaces(units, request.scratch)
        self._shapes: dict[str, tuple[Shapes, ShapeUses]] = {}
        versions, compilation = request.flow.module_versions(), request.compilation
        # Under the second, a part of a release before 0.2.0 is found; what is written has the first.
        self._fingerprints = (compilation.fingerprint(versions), compilation.earlier_fingerprint(versions))

    def job(self, module: Module) -> tuple[ModuleJob, _State]:
        """The job of the module, whether or not it is to be done, and what there is."""
        request = self._request
        self._hashes.expect(module.root)
        digest = source_sha256(module, self._hashes)
        found = self._find(module, digest)
        job = ModuleJob(
            module=module,
            key=found.key,
            source_sha256=digest,
            compilation=request.compilation,
            parts=request.parts,
            scratch=request.scratch,
            hashes=self._hashes,
            shapes=self._shapes,
            interfaces=self._interfaces,
        )
        return job, found

    def _find(self, module: Module, digest: str) -> _State:
        why_left_out = _why_left_out(module, self._request.licenses)
        if why_left_out:  # a key of its own: other modules may have the same content under another licence
            key = f"left out: {module.corpus}/{module.name}"
            empty = Part(key=key, source_sha256=digest, headers=(), functions=(), size=0, seconds=0.0)
            return _State(key=key, part=empty, left_out=why_left_out)
        key, part = self._find_part(module, digest)
        if part is None:
            has_changed = marker_path(self._request.parts, key).exists()
            reason = "a header changed" if has_changed else "new source, flags or toolchain"
            return _State(key=key, reason=reason)
        if self._request.retry_failed and part.failure:
            return _State(key=key, reason=f"failed before ({part.failure.reason})")
        return _State(key=key, part=part)

    def _find_part(self, module: Module, digest: str) -> tuple[str, Part | None]:
        parts = self._request.parts
        keys = [part_key(module, source_sha256=digest, fingerprint=each) for each in self._fingerprints]
        for key in keys:
            if key is keys[0] or marker_path(parts, key).exists():
                part = find_part(parts, key, root=module.root, hashes=self._hashes)
                if part is not None:
                    return key, part
        return keys[0], None


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
