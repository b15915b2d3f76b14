"""The arguments of `clang -cc1`, which corpora of bitcode carry, as flags of the driver.

A module's target, processor and most settings stand in its IR. What stands in the command line alone and still decides
machine code is taken over; `-O`, the target and the processor are the recipe's. Which options of LLVM (`-mllvm`) may be
passed is for `flags/guard.py` to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from rl4real_data.corpus.flags.llvm_options import is_ours

_KEPT: Final = frozenset(
    {
        *("-ffunction-sections", "-fdata-sections", "-femulated-tls", "-fno-builtin", "-ffreestanding"),
        *("-fno-plt", "-fno-semantic-interposition"),
    }
)
_KEPT_PREFIXES: Final = ("-mcmodel=", "-ffp-contract=", "-fveclib=", "-fno-builtin-")


def driver_flags(arguments: Sequence[str]) -> tuple[str, ...]:
    """The flags that compile the module's bitcode as its own command line would, but for what the recipe says."""
    return (*_relocation(arguments), *_kept(arguments))


def split_command(content: bytes) -> tuple[str, ...]:
    """The words of a `.cmd` file or an `.llvmcmd` section; each ends with a NUL, the last may end without."""
    return tuple(content.decode(errors="surrogateescape").rstrip("\0\n").split("\0")) if content else ()


def _relocation(arguments: Sequence[str]) -> tuple[str, ...]:
    model, level = _value(arguments, "-mrelocation-model"), _value(arguments, "-pic-level")
    if model == "static":
        return ("-fno-pic",)
    if model != "pic":
        return ()
    kind = "pie" if "-pic-is-pie" in arguments else "pic"
    return (f"-f{kind}" if level == "1" else f"-f{kind.upper()}",)


def _value(arguments: Sequence[str], option: str) -> str:
    """What stands after the last `option`, or nothing."""
    values = [after for word, after in pairwise(arguments) if word == option]
    return values[-1] if values else ""


def _kept(arguments: Sequence[str]) -> Iterator[str]:
    words = iter(arguments)
    for word in words:
        if word == "-mllvm":
            option = next(words, "")
            if option and not is_ours(option):
                yield from ("-mllvm", option)
        elif word == "-disable-llvm-passes":  # the bitcode is optimised already
            yield from ("-Xclang", word)
        elif word in _KEPT or word.startswith(_KEPT_PREFIXES):
            yield word
