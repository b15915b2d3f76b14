"""The source of a module that no other host can fetch, as it travels.

Preprocessed, with all that it includes.

A folder or a compilation database of the user's is on the driver alone. What its compiler sees after preprocessing is
one file, and gives the same records. What cannot be preprocessed, or is no text, is compiled by the driver itself.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.corpus.module import TOP, Language, Module
from rl4real_data.stages.compile import headers_of, source_command
from rl4real_data.stages.job import ModuleJob
from rl4real_data.toolchain.process import run

_PREPROCESSED: Final = {Language.C: "cpp-output", Language.CXX: "c++-cpp-output"}
"""clang's names for these languages after preprocessing; of any other, nothing is shipped."""
_MOST_BYTES: Final = 256 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedSource:
    """`module` as another host compiles `text`; `headers` and their hashes as the driver has read them."""

    module: Module
    text: bytes
    headers: tuple[tuple[str, str], ...]


def ship_source(job: ModuleJob) -> ShippedSource | None:
    """The module's source for other hosts; None for one that the driver had better compile."""
    module = job.module
    if module.imports or module.refusal or not job.source_sha256:
        return None
    if module.language is Language.IR:
        return _as_it_is(module)
    if module.language not in _PREPROCESSED:
        return None
    with tempfile.TemporaryDirectory(dir=job.scratch) as name:
        return _preprocess(job, Path(name))


def _as_it_is(module: Module) -> ShippedSource | None:
    try:
        if module.source.stat().st_size > _MOST_BYTES:
            return None
        text = module.source.read_bytes()
    except OSError:
        return None
    return ShippedSource(module=_alone(module, ()), text=text, headers=())


def _preprocess(job: ModuleJob, scratch: Path) -> ShippedSource | None:
    module = job.module
    text, rule = scratch / "text", scratch / "rule"
    command = (
        *("-E" if word == "-c" else word for word in source_command(job.compilation, module)),
        *(place.prefix_map for place in module.places),
        *("-o", str(text), "-MD", "-MF", str(rule)),
    )
    done = run(command, cwd=module.working_folder, limits=job.compilation.limits, scratch=scratch, is_confined=True)
    if not done.ok or text.stat().st_size > _MOST_BYTES:
        return None
    names = headers_of(rule.read_text(errors="surrogateescape"), module)
    base = f"{module.root}/"
    headers = tuple((name, job.hashes.of(name if name[0] == "/" else base + name) or "") for name in names)
    flags = ("-x", _PREPROCESSED[Language(module.language)])  # the last one counts
    return ShippedSource(module=_alone(module, flags), text=text.read_bytes(), headers=headers)


def _alone(module: Module, flags: tuple[str, ...]) -> Module:
    """In a folder with nothing else: what the flags say of other files is of no more use."""
    return replace(module, path=PurePosixPath(module.path.name), folder=TOP, places=(), flags=(*module.flags, *flags))
