"""What all tests have in common."""

from __future__ import annotations

import signal

from hypothesis import settings

# A shell starts its background jobs, and so a test run among them, with SIGINT ignored, and children inherit that:
# the tests of Ctrl-C would find that nobody listens.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes is the machine's affair: no test measures time.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
