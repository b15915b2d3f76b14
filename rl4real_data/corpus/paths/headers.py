"""The headers of a source tree, and the include folder of one that clang did not find."""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.corpus.paths.side_folders import side_folder

_HEADER_SUFFIXES: Final = (".h", ".hh", ".hpp", ".hxx", ".inc", ".def", ".ipp", ".tcc", ".inl", ".x")
_TEMPLATE_SUFFIXES: Final = (".in", ".cmake", ".cmake.in", ".h.in", ".meson", ".generic", ".tmpl")
_FOREIGN: Final = ("other systems", "tests", "fuzzing")
# fmt: off
_STANDARD: Final = frozenset((
    "aio", "alloca", "arpa/inet", "assert", "complex", "cpio", "ctype", "dirent", "dlfcn", "elf", "endian", "err",
    "errno", "error", "fcntl", "features", "fenv", "float", "fmtmsg", "fnmatch", "ftw", "getopt", "glob", "grp",
    "iconv", "inttypes", "iso646", "langinfo", "libgen", "limits", "link", "locale", "malloc", "math", "memory",
    "monetary", "mqueue", "ndbm", "net/if", "netdb", "netinet/in", "netinet/tcp", "nl_types", "paths", "poll",
    "pthread", "pwd", "regex", "resolv", "sched", "search", "semaphore", "setjmp", "signal", "spawn", "stdalign",
    "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib", "stdnoreturn", "string", "strings",
    "stropts", "sys/file", "sys/ioctl", "sys/ipc", "sys/mman", "sys/mount", "sys/msg", "sys/param", "sys/resource",
    "sys/select", "sys/sem", "sys/shm", "sys/socket", "sys/stat", "sys/statvfs", "sys/syscall", "sys/sysinfo",
    "sys/time", "sys/times", "sys/types", "sys/uio", "sys/un", "sys/utsname", "sys/wait", "syslog", "tar", "termios",
    "tgmath", "threads", "time", "trace", "ucontext", "uchar", "ulimit", "unistd", "utime", "utmpx", "values", "wait",
    "wchar", "wctype", "wordexp",
))
# fmt: on
"""Headers of the C library, for which a project may bring its own stand-in: the system's is the right one."""


def is_standard(header: str) -> bool:
    """True for a header of the C library, as sources name it."""
    return header.removesuffix(".h") in _STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderIndex:
    """The headers and header templates of a tree, by their last name."""

    headers: Mapping[str, Sequence[PurePosixPath]]
    templates: Mapping[str, Sequence[PurePosixPath]]

    def folder_of(self, header: str, *, wanted_by: Sequence[PurePosixPath]) -> PurePosixPath | None:
        """The folder for `-I` with which `header`, as the sources name it, is found; None if no file fits.

        Of several it is the one that is nearest to the modules that want it, then the one highest up.
        """
        tail = PurePosixPath(header).parts
        if ".." in tail or PurePosixPath(header).is_absolute():
            return None
        fitting = [path for path in self.headers.get(tail[-1], ()) if path.parts[-len(tail) :] == tail]
        folders = {PurePosixPath(*path.parts[: -len(tail)]) for path in fitting}
        usable = [folder for folder in folders if side_folder(folder) not in _FOREIGN]
        return min(usable, key=lambda folder: (_distance(folder, wanted_by), len(folder.parts), folder), default=None)

    def shadowed_by(self, foreign: PurePosixPath) -> str:
        """The header of this source that the installed header `foreign` may have been taken for, or nothing.

        It is the copy of the project that some package of this machine has installed, of whatever version.
        """
        known = self.headers.get(foreign.name)
        if not known or "include" not in foreign.parts or {"c++", "clang", "gcc"} & set(foreign.parts):
            return ""
        tail = foreign.parts[foreign.parts.index("include") + 1 :]
        name = "/".join(tail)
        if is_standard(name):
            return ""
        return name if any(path.parts[-len(tail) :] == tail for path in known) else ""

    def template_of(self, header: str) -> PurePosixPath | None:
        """The file that a build would make `header` from, if there is one."""
        return min(self.templates.get(PurePosixPath(header).name, ()), key=lambda path: len(path.parts), default=None)


def index_headers(root: Path) -> HeaderIndex:
    """The headers below `root`; names that start with a dot and linked folders are skipped."""
    headers: dict[str, list[PurePosixPath]] = defaultdict(list)
    templates: dict[str, list[PurePosixPath]] = defaultdict(list)
    for parent, folders, names in os.walk(root):
        interruption.check()
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        for name in sorted(names):
            path = PurePosixPath((Path(parent) / name).relative_to(root))
            if name.endswith(_HEADER_SUFFIXES) or path.suffix in (".c", ".cc", ".cpp", ".cxx"):
                headers[name].append(path)
            for suffix in _TEMPLATE_SUFFIXES:
                if name.endswith(suffix):
                    stem = name.removesuffix(suffix)
                    templates[stem if stem.endswith(_HEADER_SUFFIXES) else f"{stem}.h"].append(path)
    return HeaderIndex(headers=headers, templates=templates)


def _distance(folder: PurePosixPath, wanted_by: Sequence[PurePosixPath]) -> float:
    """Steps up and down between the folder and the modules, on average."""
    steps = 0
    for path in wanted_by:
        same = (one == other for one, other in zip(folder.parts, path.parent.parts, strict=False))
        shared = sum(1 for _ in itertools.takewhile(bool, same))
        steps += len(folder.parts) + len(path.parent.parts) - 2 * shared
    return steps / max(1, len(wanted_by))
