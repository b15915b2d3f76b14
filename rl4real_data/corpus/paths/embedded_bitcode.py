"""An object file with embedded bitcode.

The section `.llvmbc`, and clang's arguments in `.llvmcmd`.

`-Xclang -fembed-bitcode=all` embeds what the optimiser has not seen yet; the driver's own `-fembed-bitcode` what it has
made of it, which is then not optimised again (its arguments say so). `ld -r` puts the modules of several files into
one section, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Final

from rl4real_data.core import interruption
from rl4real_data.core.errors import UsageError
from rl4real_data.core.regular_files import read_regular
from rl4real_data.corpus.bitcode import BitcodeError, split_modules
from rl4real_data.corpus.cache import Cache
from rl4real_data.corpus.elf import ElfError, find_sections
from rl4real_data.corpus.module import Corpus
from rl4real_data.corpus.paths.cc1_flags import driver_flags, split_command
from rl4real_data.corpus.paths.path_corpus import UNKNOWN_LICENSE, check_names, make_corpus
from rl4real_data.corpus.sources.extraction import Extracted, extract

BITCODE_SECTION: Final = ".llvmbc"
ARGUMENTS_SECTION: Final = ".llvmcmd"
_FIRST_ARGUMENT: Final = "-cc1"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEmbedded:
    """The modules inside the object file `path`."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def corpus(self, name: str, cache: Cache) -> Corpus:
        root, modules = extract(self.path, "object", cache, read_embedded)
        return make_corpus(name, root, modules)


def find_embedded(path: Path) -> FoundEmbedded:
    """The object file; UsageError if it holds no bitcode."""
    real = path.resolve()
    try:
        modules = list(read_embedded(real))
    except (OSError, ElfError, BitcodeError) as error:
        raise UsageError(f"{path} holds no bitcode that can be used: {error}") from error
    if not modules:
        raise UsageError(
            f"{path} holds no module: it has no embedded bitcode",
            hint="compile it with `clang -Xclang -fembed-bitcode=all`",
        )
    check_names(path, (real.name,))
    return FoundEmbedded(path=real)


def read_embedded(path: Path) -> Iterator[Extracted]:
    """The modules of an object file, each with the flags of its own command line."""
    sections = find_sections(read_regular(path), BITCODE_SECTION, ARGUMENTS_SECTION)
    modules = split_modules(sections.get(BITCODE_SECTION, b""))
    commands = _split_commands(split_command(sections.get(ARGUMENTS_SECTION, b"")))
    if len(commands) != len(modules):  # -fembed-bitcode=bitcode keeps no arguments
        commands = [()] * len(modules)
    for number, (content, arguments) in enumerate(zip(modules, commands, strict=True)):
        interruption.check()
        suffix = f".{number}.bc" if len(modules) > 1 else ".bc"
        yield Extracted(
            path=PurePosixPath(f"{path.stem}{suffix}"),
            content=content,
            flags=driver_flags(arguments),
            license=UNKNOWN_LICENSE,
        )


def _split_commands(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The command lines in a section that a linker may have put together."""
    starts = [index for index, word in enumerate(words) if word == _FIRST_ARGUMENT]
    return [words[start:end] for start, end in pairwise([*starts, len(words)])]
