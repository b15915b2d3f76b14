"""The confinement of a process to one folder, by the kernel's Landlock.

A confined process, and whatever it starts, reads what it likes and writes in that folder and to /dev/null alone; it
opens no TCP connection and sends a signal to nobody outside. What is open already stays open. It costs 20 µs.

Nothing else needs it: a kernel without Landlock (before 5.13, or told to do without) confines nothing, and the same
comes out.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct
from pathlib import Path
from typing import Final

# linux/landlock.h; the numbers of the calls are the same on every architecture.
_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_ASK_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_SET_NO_NEW_PRIVILEGES: Final = 38

_WRITE_FILE: Final = 1 << 1
_CHANGE_FOLDERS: Final = sum(1 << bit for bit in range(4, 13))  # make or remove a file, folder, link, device, …
_MOVE_ELSEWHERE: Final = 1 << 13
_TRUNCATE: Final = 1 << 14
_CONTROL_DEVICES: Final = 1 << 15
_TCP: Final = 0b11  # bind, connect
_OUTSIDE: Final = 0b11  # abstract sockets, signals

_VERSION_WITH_TRUNCATE: Final = 3

# Without giving up the interpreter's lock: each call takes a microsecond, and the lock might come back much later.
_libc: Final = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


@functools.cache
def landlock_version() -> int:
    """That of the running kernel; 0 where it has none."""
    version: int = _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION))
    return max(0, version)


def examine_confinement() -> str | None:
    """What is not kept from a compiler on this machine; None if it can write its scratch folder alone."""
    version = landlock_version()
    if not version:
        return "this kernel has no Landlock: nothing keeps a compiler from writing elsewhere"
    if version < _VERSION_WITH_TRUNCATE:
        return f"Landlock of this kernel (version {version}) does not keep a compiler from emptying files elsewhere"
    return None


class Confinement:
    """What a process may write: only in `folders`. `descriptor` stands for it in the kernel's calls."""

    def __init__(self, *folders: Path) -> None:
        """OSError for a folder that is not there."""
        version = landlock_version()
        writing = _handled(version)
        attributes = struct.pack("=QQQ", writing, _TCP if version >= 4 else 0, _OUTSIDE if version >= 6 else 0)
        size = 24 if version >= 6 else 16 if version >= 4 else 8
        self.descriptor = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
        for folder in folders:
            self._allow(folder, writing)
        self._allow(Path("/dev/null"), writing & (_WRITE_FILE | _TRUNCATE | _CONTROL_DEVICES))

    def __del__(self) -> None:
        if hasattr(self, "descriptor"):
            os.close(self.descriptor)

    def _allow(self, path: Path, access: int) -> None:
        place = os.open(path, os.O_PATH)
        try:
            rule = struct.pack("=Qi", access, place)
            _call(_ADD_RULE, self.descriptor, ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
        finally:
            os.close(place)

    def enter(self) -> None:
        """Confines the calling thread, what it starts from now on, and no other thread. There is no way back."""
        _call_prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        _call(_RESTRICT_SELF, self.descriptor, ctypes.c_uint32(0))


def confinement_to(*folders: Path) -> Confinement | None:
    """None where the kernel has no Landlock."""
    return Confinement(*folders) if landlock_version() else None


def _handled(version: int) -> int:
    """What is forbidden unless a rule allows it, as far as the kernel knows it."""
    handled = _WRITE_FILE | _CHANGE_FOLDERS
    for since, access in ((2, _MOVE_ELSEWHERE), (_VERSION_WITH_TRUNCATE, _TRUNCATE), (5, _CONTROL_DEVICES)):
        handled |= access if version >= since else 0
    return handled


def _call(number: int, *arguments: object) -> int:
    return _checked(_libc.syscall(ctypes.c_long(number), *arguments))


def _call_prctl(option: int, *arguments: int) -> None:
    _checked(_libc.prctl(option, *map(ctypes.c_ulong, arguments)))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno() or errno.EPERM
        raise OSError(code, f"a process cannot be confined: {os.strerror(code)}")
    return result
