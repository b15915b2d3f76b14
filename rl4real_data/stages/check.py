"""The check stage.

LLVM IR that this clang cannot turn into what the recipe says fails here, with a reason.

clang itself would compile IR of another architecture or of another ABI with a warning, or none, and dies of some
bitcode that a newer LLVM wrote.
Bitcode of an older one is read as LLVM reads it, which upgrades it.
"""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import Final

from rl4real_data.core.failure import Failure, FailureKind
from rl4real_data.core.regular_files import NotRegularError, open_regular, read_regular
from rl4real_data.core.targets import Target
from rl4real_data.corpus.bitcode import BitcodeError, BitcodeHead, is_bitcode, read_head
from rl4real_data.corpus.module import Language, Module
from rl4real_data.stages.job import Compilation, ModuleJob

_TRIPLE: Final = re.compile(rb'^[ \t]*target\s+triple\s*=\s*"([^"]*)"', re.MULTILINE)
_LAYOUT: Final = re.compile(rb'^[ \t]*target\s+datalayout\s*=\s*"([^"]*)"', re.MULTILINE)
_SHORT_POINTERS: Final = re.compile(r"(^|-)p0?:32:")
_MOST_IR_BYTES: Final = 1 << 30
"""No compiler takes more within any limit of memory."""
_GONE: Final = "the source is gone or cannot be read"
_NO_SYSTEM: Final = ("unknown", "none", "")
_OTHER_ABIS: Final = ("gnux32", "muslx32", "gnu_ilp32", "gnuabin32", "muslabin32", "pauthtest")
"""Last words of triples for code that calls, or lays out its data, in another way than the target."""


def check_ir(job: ModuleJob, scratch: Path) -> Path | Failure:
    """Hands the scratch folder on, or fails a module that is IR of another target or of a newer LLVM.

    So is one whose source nobody could read: a pipe would keep the compiler waiting.
    """
    if not job.source_sha256 and (problem := _source_problem(job.module)):
        return Failure(kind=FailureKind.SOURCE, reason=f"{job.module.stored_path}: {problem}")
    return check_module(job.module, job.compilation) or scratch


def check_module(module: Module, compilation: Compilation) -> Failure | None:
    """Why the module is of no use to the compilation's clang, None if it is; only IR is looked into."""
    if reason := module.refusal or module.left_out:
        return Failure(kind=FailureKind.REJECTED, reason=reason)
    if module.language is not Language.IR:
        return None
    try:
        reason = _problem(_read_head(read_regular(module.source, most_bytes=_MOST_IR_BYTES)), compilation)
    except BitcodeError as error:
        reason = f"{module.stored_path}: {error}"
    except NotRegularError as error:
        reason = f"{module.stored_path}: {error.strerror}"
    return Failure(kind=FailureKind.REJECTED, reason=reason) if reason else None


def _source_problem(module: Module) -> str:
    try:
        open_regular(module.source).close()
    except NotRegularError as error:
        return f"the source {error.strerror}"
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "a link that leads back to itself"
        is_dead_link = module.source.is_symlink() and not module.source.exists()
        return "a link to a file that is not there" if is_dead_link else _GONE
    return ""


def _read_head(data: bytes) -> BitcodeHead:
    if is_bitcode(data):
        return read_head(data)
    if b"\0" in data[:4096] or not data:
        raise BitcodeError("neither LLVM bitcode nor LLVM IR as text")
    return BitcodeHead(triple=_first(_TRIPLE, data), layout=_first(_LAYOUT, data))


def _first(pattern: re.Pattern[bytes], data: bytes) -> str:
    found = pattern.search(data)
    return found[1].decode(errors="replace") if found else ""


def _problem(head: BitcodeHead, compilation: Compilation) -> str:
    target = compilation.target
    if head.triple and not _fits(head.triple, target):
        return f"written for {head.triple}, not for {target.triple}"
    if _SHORT_POINTERS.search(head.layout):
        return f"written for pointers of 32 bits, not for {target.triple}"
    clang_major = compilation.clang.major
    if head.major is not None and head.major > clang_major:
        return f"bitcode of {head.producer}, which is newer than clang {compilation.clang.version}"
    return ""


def _fits(triple: str, target: Target) -> bool:
    """True for the same architecture and ABI, and the same system unless the IR names none."""
    architecture, *rest = triple.split("-")
    if architecture not in target.architectures or (rest and rest[-1].startswith(_OTHER_ABIS)):
        return False
    system = target.triple.split("-")[1]
    return system in rest or all(word in _NO_SYSTEM for word in rest[1:])
