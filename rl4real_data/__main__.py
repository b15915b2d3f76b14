"""The console script, and `python -m rl4real_data`."""

from __future__ import annotations

import contextlib
import os
import sys

from rl4real_data.core import interruption

TYPE_CHECKING = False  # see there
if TYPE_CHECKING:
    from typing import NoReturn


def run() -> NoReturn:
    """`main`, then the end of the process without Python's own, which would free piece by piece what the kernel takes
    back at once: a tenth of a second. Nothing here waits for an exit handler.
    """
    code = 130
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(interruption.listening(is_own_process=True))  # a signal may arrive before it returns
            code = _run_main()
        except KeyboardInterrupt:  # before or after `main`, which answers to it itself
            with contextlib.suppress(OSError, ValueError):
                print(f"rl4real-data: error: interrupted\n  next: {interruption.HINT}", file=sys.stderr)
        code = _flush(code)
        os._exit(interruption.exit_code(code))


def _run_main() -> int:
    """The exit code. From its return on an interruption raises nothing any more."""
    code = 0
    try:
        from rl4real_data.core.absent_pandas import do_without_pandas
        from rl4real_data.core.environment import do_without_threads_of_numpy

        do_without_pandas()
        do_without_threads_of_numpy()
        from rl4real_data.commands.main import main

        main()
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    except Exception:  # noqa: BLE001 - a defect; what Python would do with it, and then the end
        if interruption.has_arrived():  # an import that was broken off fails in many ways
            raise KeyboardInterrupt from None
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        interruption.close()
    return code


def _flush(code: int) -> int:
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # whoever read our words has gone; ValueError: main has closed the stream for that
        return code or 1
    except ValueError:
        pass
    return code


if __name__ == "__main__":
    run()
