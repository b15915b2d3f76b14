"""What all tests have in common."""

from __future__ import annotations

import signal

# A shell starts its background jobs, and so a test run among them, with SIGINT ignored, and children inherit that:
# the tests of Ctrl-C would find that nobody listens.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
