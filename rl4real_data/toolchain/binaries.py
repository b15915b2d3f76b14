"""The content of a compiler, as one hash over its program and the libraries of LLVM that it loads.

200 MB are not read at every start: a hash is kept in the cache as long as size, times and inode of every file are the
same, which no replacement leaves as they were.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rl4real_data.toolchain.kept_files import keep, sha256_if_whole
from rl4real_data.toolchain.process import Limits, run

_LIMITS: Final = Limits(timeout_s=60)
_LIBRARY: Final = re.compile(r"(libclang|libLLVM|libLTO)", re.IGNORECASE)
_LOADED: Final = re.compile(r"=> (/.*) \(0x[0-9a-f]+\)$", re.MULTILINE)


def content_of(program: Path, cache_dir: Path) -> str:
    """The sha256 over the program and its libraries; OSError if they cannot be read."""
    program = program.resolve()
    name = hashlib.sha256(os.fsencode(program)).hexdigest()[:16]
    kept = cache_dir / "binaries" / f"{name}.json"
    found = _read(kept)
    if found is not None and found["files"] and _states(found["files"]) == found["files"]:
        return str(found["sha256"])
    states = _states([str(program), *_libraries(program)])
    digest = hashlib.sha256()
    for path in states:
        with open(path, "rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    with contextlib.suppress(OSError):  # a cache that cannot be written costs the time, and nothing else
        kept.parent.mkdir(parents=True, exist_ok=True)
        with keep(kept) as draft:
            draft.write_text(json.dumps({"files": states, "sha256": digest.hexdigest()}), encoding="utf-8")
    return digest.hexdigest()


def _read(kept: Path) -> Mapping[str, Any] | None:
    if sha256_if_whole(kept) is None:
        return None
    found: Mapping[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def _states(paths: list[str] | Mapping[str, Any]) -> dict[str, list[int]]:
    """Size, times and place of each file as they are now; nothing for one that is gone."""
    states = {}
    for path in paths:
        try:
            state = os.stat(path)
        except OSError:
            return {}
        states[path] = [state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino, state.st_dev]
    return states


def _libraries(program: Path) -> Iterator[str]:
    """LLVM's among the libraries that the loader would load; of another kind of program, none."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            asked = run(
                (str(program),),
                cwd=Path(folder),
                limits=_LIMITS,
                scratch=Path(folder),
                environment={"LD_TRACE_LOADED_OBJECTS": "1"},  # what `ldd` does
            )
        except OSError:
            return
    for path in sorted(set(_LOADED.findall(asked.stdout))):
        if _LIBRARY.match(Path(path).name):
            yield os.path.realpath(path)
