"""The command `rl4real-data mlgo-clang`.

A stand-in for the clang, built with TensorFlow, that MLGO's scripts call.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer

from rl4real_data.commands.console import pass_on, say
from rl4real_data.core.environment import load_environment

WORDS: Final = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}
"""All words are clang's."""


def mlgo_clang(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="CLANG WORDS...", help="What MLGO's scripts say to clang, development flags included."),
    ] = None,
) -> None:
    """Be the clang that MLGO's scripts call: a stock one with development mode's flags and logs."""
    from rl4real_data.mlgo.development_clang import compile_in_development_mode
    from rl4real_data.toolchain.installation import Installation

    installation = Installation.of(load_environment())
    with tempfile.TemporaryDirectory() as scratch:
        done = compile_in_development_mode(words or [], installation, Path(scratch), announce=say)
    pass_on(done.stdout, done.stderr)
    sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)
