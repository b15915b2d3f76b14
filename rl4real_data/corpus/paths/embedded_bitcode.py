"""The bitcode inside an object file.

The section `.llvmbc` with clang's arguments in `.llvmcmd`, or `.llvm.lto` of an object that is made for a linker with
and without link-time optimisation (`-ffat-lto-objects`); or the file is bitcode itself, as `-flto` leaves it.

`-Xclang -fembed-bitcode=all` embeds what the optimiser has not seen yet; the driver's own `-fembed-bitcode` what it has
made of it, which is then not optimised again (its arguments say so). `ld -r` puts the modules of several files into
one section, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rl4real_data.corpus.bitcode import is_bitcode, split_modules
from rl4real_data.corpus.elf import MAGIC as ELF_MAGIC
from rl4real_data.corpus.elf import find_sections
from rl4real_data.corpus.file_part import FilePart
from rl4real_data.corpus.paths.cc1_flags import driver_flags, split_command

BITCODE_SECTION: Final = ".llvmbc"
ARGUMENTS_SECTION: Final = ".llvmcmd"
LTO_SECTION: Final = ".llvm.lto"
_FIRST_ARGUMENT: Final = "-cc1"
_MAGIC_BYTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedModule:
    """One module as a bitcode file, with the flags of its own command line where that is known."""

    content: bytes
    flags: tuple[str, ...] = ()


def read_embedded(data: FilePart) -> Iterator[EmbeddedModule]:
    """The modules of bitcode or of an ELF file; none in any other. ElfError or BitcodeError for a damaged one."""
    head = data.head(_MAGIC_BYTES)
    if is_bitcode(head):
        for content in split_modules(data.whole()):
            yield EmbeddedModule(content=content)
    elif head == ELF_MAGIC:
        yield from _read_sections(find_sections(data, BITCODE_SECTION, ARGUMENTS_SECTION, LTO_SECTION))


def _read_sections(sections: dict[str, bytes]) -> Iterator[EmbeddedModule]:
    """Both kinds of bitcode in one file are the same code."""
    modules = split_modules(sections.get(BITCODE_SECTION, b""))
    commands = _split_commands(split_command(sections.get(ARGUMENTS_SECTION, b"")))
    if not modules:
        modules, commands = split_modules(sections.get(LTO_SECTION, b"")), []
    if len(commands) != len(modules):  # -fembed-bitcode=bitcode keeps no arguments
        commands = [()] * len(modules)
    for content, arguments in zip(modules, commands, strict=True):
        yield EmbeddedModule(content=content, flags=driver_flags(arguments))


def _split_commands(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The command lines in a section that a linker may have put together."""
    starts = [index for index, word in enumerate(words) if word == _FIRST_ARGUMENT]
    return [words[start:end] for start, end in pairwise([*starts, len(words)])]
