"""The folders of a project that hold something else than its own code."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

BUNDLED: Final = "other projects"
_SIDE_FOLDERS: Final = (
    (re.compile(r"(.*[-_])?(unit)?tests?([-_].*)?|testing|testsuite|testdata|check"), "tests"),
    (re.compile(r".*fuzz.*"), "fuzzing"),
    (re.compile(r"(.*[-_])?(examples?|samples?|demos?|tutorials?)([-_].*)?"), "examples"),
    (re.compile(r"(.*[-_])?(bench|benchmarks?|perf)([-_].*)?"), "benchmarks"),
    (re.compile(r"docs?|documentation|man"), "documentation"),
    (
        re.compile(r"contrib|third[-_]?party|vendor(ed)?|external|extern|deps|dependencies|subprojects"),
        BUNDLED,
    ),
    (re.compile(r"win|win32|win64|windows|msvc|msdos|dos|os2|vms|amiga|macos|symbian|wince|vs20\d\d"), "other systems"),
    (re.compile(r"cmake|m4|autom4te\.cache|build[-_]aux|scripts?|tools?[-_]?build"), "the build"),
)
"""Folders of a project that hold something else than its own code, by what they hold."""


def side_folder(folder_path: PurePosixPath) -> str:
    """What a folder of the project holds other than its own code, or nothing."""
    for folder in folder_path.parts:
        for pattern, what in _SIDE_FOLDERS:
            if pattern.fullmatch(folder.lower()):
                return what
    return ""
