"""The files of a source tree that are worth trying as modules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.corpus.module import LANGUAGE_OF_SUFFIX, Language
from rl4real_data.corpus.paths.side_folders import BUNDLED, side_folder
from rl4real_data.corpus.paths.source_files import find_modules

_SIDE_FILES: Final = re.compile(
    r"(?i)(.*[-_.])?(unit)?tests?([-_.].*)?|(.*[-_])?(fuzz(er)?|examples?|bench(mark)?)([-_].*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Modules to try, and what is not tried with the reason; both sorted by path."""

    paths: tuple[PurePosixPath, ...]
    left_out: tuple[tuple[PurePosixPath, str], ...]


def find_candidates(root: Path, *, with_bundled: bool = False) -> Candidates:
    """The files below `root` that may be modules of the project itself; UsageError if there is no module at all.

    `with_bundled` takes other projects that come along too. A project that consists of nothing but tests or examples
    is taken as it is.
    """
    found = find_modules(root).inputs.sources
    code = tuple(path for path in found if LANGUAGE_OF_SUFFIX[path.suffix] is not Language.IR)
    found = code or found  # LLVM IR beside code is a test or a copy of it
    reasons = {path: _side_reason(path) for path in found}
    if with_bundled:
        reasons = {path: "" if reason == f"in a folder of {BUNDLED}" else reason for path, reason in reasons.items()}
    kept = tuple(path for path in found if not reasons[path])
    if not kept:
        return Candidates(paths=found, left_out=())
    return Candidates(paths=kept, left_out=tuple((path, reason) for path, reason in reasons.items() if reason))


def _side_reason(path: PurePosixPath) -> str:
    if what := side_folder(path.parent):
        return f"in a folder of {what}"
    return "a test, an example or a benchmark" if _SIDE_FILES.fullmatch(path.stem) else ""
