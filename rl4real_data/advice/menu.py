"""The fixed menu of plans, which are tried in a function to learn from and which a model chooses from.

Each setting alone, and rules over groups of nodes on top of some.
"""

from __future__ import annotations

from typing import Final

from rl4real_data.improve.candidate_pool import Decision

MENU_VERSION: Final = 4
"""Raised whenever the same function is offered other decisions."""

SETTING_VALUES: Final[tuple[tuple[str, int], ...]] = (
    # What greedy must save before it takes a callee-saved register for the first time; 16384 is the entry block once.
    *(
        ("regalloc-csr-first-time-cost", value)
        for value in (1024, 4096, 8192, 12288, 16384, 24576, 32768, 49152, 65536, 81920, 131072, 262144, 2000000)
    ),
    ("greedy-reverse-local-assignment", 1),
    ("split-threshold-for-reg-with-hint", 100),
)
"""Options for one function and their values. Of 256 functions, six other values that a search tries lowered the code of
none by more than a thousandth on average."""

SETTINGS: Final[tuple[Decision, ...]] = tuple(("set", option, value) for option, value in SETTING_VALUES)

_RULES: Final[tuple[Decision, ...]] = (
    *(("split", group, 0, "spill-tail") for group in ("across", "across-cold/2")),
    *(("spill", group) for group in ("across-cold/2", "across-cold/4")),
    *(("last", group) for group in ("across", "across-cold/2")),
    *(("first", group) for group in ("all", "all-hot/2")),
    ("split", "across", 0),
)

PLANS: Final[tuple[tuple[Decision, ...], ...]] = (
    *((setting,) for setting in SETTINGS),
    *((("set", "regalloc-csr-first-time-cost", value), rule) for value in (32768, 81920) for rule in _RULES),
)
"""The columns of the network's output `plan`, the settings first.

Of 120 functions of the group eval the best setting gives 0.940, with these rules on top 0.924, with all 14 rules in all
and half and a quarter of their nodes on top of seven settings 0.920; each of these rules is worth 0.0001 to 0.002.
"""
