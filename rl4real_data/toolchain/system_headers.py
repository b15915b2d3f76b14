"""The system's headers as a compiler reads them, known by what they say.

Two machines with one compiler may have another C or C++ library, and then the same source is another program. What the
headers say is asked of the preprocessor: all text and all macros of a few dozen of them, without where they lie.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Final

from rl4real_data.core.errors import ToolchainError
from rl4real_data.core.targets import Target
from rl4real_data.toolchain.clang import PROBE_LIMITS, Clang
from rl4real_data.toolchain.process import run

_C: Final = (
    *("assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits", "locale", "math"),
    *("setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib"),
    *("stdnoreturn", "string", "tgmath", "threads", "time", "uchar", "wchar", "wctype"),
    *("dirent", "dlfcn", "endian", "fcntl", "getopt", "grp", "netdb", "poll", "pthread", "pwd", "sched", "semaphore"),
    *("sys/ioctl", "sys/mman", "sys/param", "sys/resource", "sys/select", "sys/socket", "sys/stat", "sys/time"),
    *("sys/types", "sys/uio", "sys/un", "sys/wait", "syslog", "termios", "unistd", "utime", "netinet/in", "arpa/inet"),
    *("linux/limits", "linux/types"),
)
_CXX: Final = (
    *("algorithm", "array", "atomic", "bitset", "cassert", "chrono", "cmath", "condition_variable", "cstdint"),
    *("cstdio", "cstdlib", "cstring", "deque", "exception", "fstream", "functional", "future", "initializer_list"),
    *("iomanip", "iostream", "iterator", "limits", "list", "map", "memory", "mutex", "new", "numeric", "optional"),
    *("queue", "random", "regex", "set", "sstream", "stack", "stdexcept", "string", "string_view", "thread", "tuple"),
    *("type_traits", "typeinfo", "unordered_map", "unordered_set", "utility", "variant", "vector"),
)


def header_digest(clang: Clang, target: Target) -> str:
    """One hash of all that these headers say for `target`; a header that is not there counts as such.

    ToolchainError if the compiler cannot read them.
    """
    digest = hashlib.sha256()
    for language, names in (("c", tuple(f"{name}.h" for name in _C)), ("c++", _CXX)):
        digest.update(_said(clang, target, language, names))
    return digest.hexdigest()


def _said(clang: Clang, target: Target, language: str, names: tuple[str, ...]) -> bytes:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "probe").write_text(
            "".join(f"#if __has_include(<{name}>)\n#include <{name}>\n#endif\n" for name in names)
        )
        command = (str(clang.path), *target.clang_flags, "-E", "-dD", "-P", "-w", "-x", language, "probe", "-o", "said")
        done = run(command, cwd=folder, limits=PROBE_LIMITS, scratch=folder)
        if not done.ok:
            raise ToolchainError(
                f"{clang.path} cannot read the system's headers for {target.name.value}: {done.stderr_tail}",
                hint=f"apt-get install {' '.join(target.libc_packages)}",
            )
        return (folder / "said").read_bytes()
