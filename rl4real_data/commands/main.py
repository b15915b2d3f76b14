"""The entry of the command line.

Every error becomes a message and its exit code.
"""

from __future__ import annotations

import sys
from typing import Final, NoReturn

import typer

from rl4real_data.commands.app import app
from rl4real_data.core import interruption
from rl4real_data.core.errors import Interrupted, Rl4realError
from rl4real_data.core.shown_text import shown

_INTERRUPTED: Final = 130
"""Typer makes this exit code of a KeyboardInterrupt, without a word."""


def main() -> NoReturn:
    """Entry point: every error of ours becomes a message and its exit code, never a stack trace."""
    with interruption.listening():
        code = interruption.exit_code(_run_app())
    raise SystemExit(code)


def _run_app() -> int:
    try:
        code = app(standalone_mode=False)
        interruption.check()  # nothing that comes after an interruption counts
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
    except (KeyboardInterrupt, typer.Abort):
        return _complain(Interrupted("interrupted", hint=interruption.HINT))
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:  # noqa: BLE001 - the last boundary: raised again unless it is the user's own mistake
        if interruption.has_arrived():  # what was broken off fails in many ways
            return _complain(Interrupted("interrupted", hint=interruption.HINT))
        return _complain(error) if isinstance(error, Rl4realError) else _foreign_error(error)
    return int(code or 0)


def _complain(error: Rl4realError) -> int:
    print(f"rl4real-data: error: {error}", file=sys.stderr)
    if error.hint:
        print(f"  next: {error.hint}", file=sys.stderr)
    return error.exit_code


def _foreign_error(error: Exception) -> int:
    """Words of the command line that typer refuses, a full disk, and what nobody thought of."""
    show = getattr(error, "show", None)
    if show is not None:  # typer's own usage errors
        show()
        return int(getattr(error, "exit_code", 2))
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        print(f"rl4real-data: error: {shown(f'{error.strerror or error}{where}')}", file=sys.stderr)
        print("  next: mend that, then run the same command again: it resumes", file=sys.stderr)
        return 1
    raise error
