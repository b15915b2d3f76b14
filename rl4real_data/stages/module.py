"""The way of one module through its stages.

One module through its stages, and nothing that a module does may end the run.
"""

from __future__ import annotations

import shutil
import tempfile
import traceback
from pathlib import Path
from typing import Any

from rl4real_data.core import interruption
from rl4real_data.core.errors import HostError, Rl4realError
from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.stages.host import refuse_other_tools, refuse_unfit_host
from rl4real_data.stages.job import ModuleJob
from rl4real_data.stages.part import Part, write_marker
from rl4real_data.stages.stage import ModuleStage


def process_module(job: ModuleJob, stages: tuple[ModuleStage, ...]) -> Part:
    """Takes the module through the stages in a scratch folder of its own, publishes its part, returns the marker.

    HostError ends the run and leaves no part: a full disk, a tool that is gone and the like are no fault of the module.
    """
    try:
        return _process(job, stages)
    except InterruptedError:
        raise
    except OSError as error:
        raise HostError.of(error, doing=f"compiling {job.module.stored_path}") from error
    except MemoryError as error:
        raise HostError(
            f"compiling {job.module.stored_path}: this machine has no memory left",
            hint="fewer --jobs leave it more; the same command resumes",
        ) from error


def _process(job: ModuleJob, stages: tuple[ModuleStage, ...]) -> Part:
    scratch = Path(tempfile.mkdtemp(dir=job.scratch))
    try:
        result = _run_stages(job, scratch, stages)
        interruption.check()  # what a compiler says that was killed is no fault of the module
        if isinstance(result, Part):
            refuse_other_tools(job.compilation)
        elif result.kind is not FailureKind.BUG:
            job.hashes.check_all(job.module.root)
            refuse_unfit_host(job, scratch)
            _refuse_lost_source(job, result)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    part = result if isinstance(result, Part) else _failed(job, result)
    write_marker(job.parts, part)
    return part


def _refuse_lost_source(job: ModuleJob, failure: Failure) -> None:
    """HostError for a source that was there when the run began: it is a disk or a network that lost it."""
    if failure.kind is FailureKind.SOURCE and job.source_sha256:
        raise HostError(
            failure.reason,
            hint="it was there when the run began: bring it back (a network disk?), or delete it for good; the same "
            "command resumes",
        )


def _run_stages(job: ModuleJob, scratch: Path, stages: tuple[ModuleStage, ...]) -> Part | Failure:
    value: Any = scratch
    try:
        for stage in stages:
            interruption.check()
            value = stage.run(job, value)
            if isinstance(value, Failure):
                break
    except OSError as error:
        if job.module.source.is_file():
            raise
        reason = f"{job.module.stored_path}: the source is gone ({error.strerror})"
        return Failure(kind=FailureKind.SOURCE, reason=reason)
    except (Rl4realError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - the worker boundary: a defect of ours costs this module, and says so
        trace = traceback.format_exc()
        return Failure(kind=FailureKind.BUG, reason=trace.splitlines()[-1][:300], stderr=trace[-2000:])
    assert isinstance(value, Part | Failure)
    return value


def _failed(job: ModuleJob, failure: Failure) -> Part:
    return Part(
        key=job.key,
        source_sha256=job.source_sha256,
        headers=(),
        functions=(),
        size=0,
        seconds=0.0,
        failure=failure,
    )
