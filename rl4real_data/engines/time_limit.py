"""A time limit for calls into libraries that have none, and that cannot be interrupted either."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from rl4real_data.core import interruption

_LOOK_S: Final = 0.1


def call_within(seconds: float, action: Callable[[], object]) -> None:
    """Carries it out in a thread of its own, which nobody waits for any longer behind the limit.

    TimeoutError if it is not done by then; else what it raises itself.
    """
    raised: list[BaseException] = []
    over = threading.Event()

    def carry_out() -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised below, where somebody hears it
            raised.append(error)
        finally:
            over.set()

    threading.Thread(target=carry_out, daemon=True).start()
    for _ in range(max(1, round(seconds / _LOOK_S))):
        interruption.check()
        if over.wait(_LOOK_S):
            break
    else:
        raise TimeoutError(f"nothing is heard for {seconds:g} s")
    if raised:
        raise raised[0]
