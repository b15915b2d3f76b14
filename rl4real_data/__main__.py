"""The console script, and `python -m rl4real_data`."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from rl4real_data.commands.main import main


def run() -> NoReturn:
    """`main`, then the end of the process without Python's own, which would free piece by piece what the kernel takes
    back at once: a tenth of a second. Nothing here waits for an exit handler.
    """
    try:
        main()
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # whoever read our words has gone; ValueError: main has closed the stream for that
        code = code or 1
    except ValueError:
        pass
    os._exit(code)


if __name__ == "__main__":
    run()
